//! A terminal: bytes between a browser's WebSocket and the runner, in both directions and at the pace of the slower one.
//!
//! Nothing is queued here: what one side does not take is not read from the other. The runner sends at most 128 KiB
//! that the browser has not acknowledged.

use std::future::Future;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use task_protocol::{
    ClientMessage, Frame, FrameError, Refusal, RunnerMessage, TerminalSize, encode_bytes,
    encode_message,
};
use tokio::time::Instant;

use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::lab::link::{LinkError, Peer};
use crate::lab::ticket::{self, Admission};
use crate::lab::{reset, wire_id};
use crate::session::rules::{Command, State, decide};

/// The subprotocol.
pub const PROTOCOL: &str = "assay.terminal.v1";

/// A paste of this many bytes goes through; longer ones must come in pieces.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Time for the first message, for attaching, and for a peer to take what it is sent.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the session is looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// A browser that is silent for so long, answers to pings included, is gone.
const SILENCE_MAX: Duration = Duration::from_secs(45);

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FromBrowser {
    Attach {
        ticket: String,
        columns: u16,
        rows: u16,
    },
    Resize {
        columns: u16,
        rows: u16,
    },
    Ack {
        bytes: u64,
    },
    Ping {
        id: serde_json::Value,
    },
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ToBrowser {
    Attached,
    Pong {
        id: serde_json::Value,
    },
    Exited,
    Problem {
        code: serde_json::Value,
        detail: String,
    },
}

/// Why a terminal ends.
#[derive(Debug)]
enum End {
    /// The browser is gone, or it does not take what it is sent.
    Gone,
    /// The browser is told why.
    Told {
        code: serde_json::Value,
        detail: String,
    },
}

impl End {
    fn told(code: &str, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        Self::Told { code, detail }
    }
}

impl From<ApiError> for End {
    fn from(error: ApiError) -> Self {
        Self::Told {
            code: serde_json::to_value(error.code).unwrap_or_default(),
            detail: error.detail,
        }
    }
}

impl From<LinkError> for End {
    fn from(error: LinkError) -> Self {
        Self::told("lab_unavailable", error.to_string())
    }
}

impl From<FrameError> for End {
    fn from(error: FrameError) -> Self {
        LinkError::Frame(error).into()
    }
}

impl From<actix_ws::Closed> for End {
    fn from(_: actix_ws::Closed) -> Self {
        Self::Gone
    }
}

/// Serves a WebSocket to its end.
pub async fn serve(app: App, mut browser: Session, messages: actix_ws::MessageStream) {
    let mut messages = messages
        .max_frame_size(MESSAGE_BYTES_MAX)
        .aggregate_continuations()
        .max_continuation_size(MESSAGE_BYTES_MAX);
    let Err(end) = converse(&app, &mut browser, &mut messages).await else {
        return;
    };
    let mut reason = CloseReason::from(CloseCode::Normal);
    if let End::Told { code, detail } = end {
        reason = CloseReason::from((CloseCode::Policy, code.as_str().unwrap_or("problem")));
        let problem = ToBrowser::Problem { code, detail };
        if say(&mut browser, &problem).await.is_err() {
            return;
        }
    }
    let _already_closed = in_time(browser.close(Some(reason))).await;
}

async fn in_time<T, E: Into<End>>(work: impl Future<Output = Result<T, E>>) -> Result<T, End> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_too_slow) => Err(End::Gone),
    }
}

async fn say(browser: &mut Session, message: &ToBrowser) -> Result<(), End> {
    let text = serde_json::to_string(message).map_err(ApiError::from)?;
    in_time(browser.text(text)).await
}

/// The next message that means something; none for those that do not.
async fn hear(
    browser: &mut Session,
    message: Option<Result<AggregatedMessage, actix_ws::ProtocolError>>,
) -> Result<Option<AggregatedMessage>, End> {
    match message {
        Some(Ok(AggregatedMessage::Ping(bytes))) => {
            in_time(browser.pong(&bytes)).await?;
            Ok(None)
        }
        Some(Ok(AggregatedMessage::Pong(_))) => Ok(None),
        Some(Ok(AggregatedMessage::Close(_))) | None => Err(End::Gone),
        Some(Ok(message)) => Ok(Some(message)),
        Some(Err(error)) => Err(End::told("bad_request", error.to_string())),
    }
}

fn parse(text: &str) -> Result<FromBrowser, End> {
    serde_json::from_str(text).map_err(|error| End::told("bad_request", error.to_string()))
}

async fn converse(
    app: &App,
    browser: &mut Session,
    messages: &mut AggregatedMessageStream,
) -> Result<(), End> {
    let first = async {
        loop {
            let message = messages.recv().await;
            if let Some(message) = hear(browser, message).await? {
                return Ok::<_, End>(message);
            }
        }
    };
    let AggregatedMessage::Text(text) = in_time(first).await? else {
        return Err(End::told("bad_request", "the first message must be attach"));
    };
    let FromBrowser::Attach {
        ticket,
        columns,
        rows,
    } = parse(&text)?
    else {
        return Err(End::told("bad_request", "the first message must be attach"));
    };
    let admission = ticket::redeem(app, &ticket)?;
    check(app, &admission).await?;
    let lab = reset::find(app, admission.session_id, &admission.entry_id).await?;
    let size = TerminalSize::new(columns, rows);
    let (lab_id, host) = (wire_id(lab.id)?, admission.host.clone());
    let attaching = app.runner.attach(lab_id, host, admission.terminal, size);
    let runner = match tokio::time::timeout(PATIENCE, attaching).await {
        Ok(attached) => attached?,
        Err(_too_slow) => return Err(LinkError::TimedOut(PATIENCE).into()),
    };
    say(browser, &ToBrowser::Attached).await?;
    pump(app, &admission, runner, browser, messages).await
}

/// Whether the session still runs, in time and at the ticket's epoch.
pub(super) async fn check(app: &App, admission: &Admission) -> ApiResult<()> {
    let row = exam_session::Entity::find_by_id(admission.session_id)
        .one(app.db.reader())
        .await?
        .ok_or_else(|| ApiError::not_found("session"))?;
    let epoch = admission.epoch;
    let command = Command::UseLab { epoch };
    decide(&State::of(&row)?, command, app.clock.now_ms())?;
    Ok(())
}

async fn pump(
    app: &App,
    admission: &Admission,
    mut runner: Peer,
    browser: &mut Session,
    messages: &mut AggregatedMessageStream,
) -> Result<(), End> {
    let mut checks = tokio::time::interval(CHECK_INTERVAL);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            frame = runner.next() => forward(frame?, browser).await?,
            message = messages.recv() => {
                heard = Instant::now();
                match hear(browser, message).await? {
                    Some(AggregatedMessage::Binary(bytes)) => {
                        in_time(runner.send(&encode_bytes(&bytes))).await?;
                    }
                    Some(AggregatedMessage::Text(text)) => obey(parse(&text)?, &mut runner, browser).await?,
                    _ => {}
                }
            }
            _ = checks.tick() => {
                match check(app, admission).await {
                    // A busy database ends no session.
                    Err(error) if matches!(error.code, ErrorCode::Busy | ErrorCode::Internal) => {}
                    checked => checked?,
                }
                if heard.elapsed() > SILENCE_MAX {
                    return Err(End::Gone);
                }
                in_time(browser.ping(b"")).await?;
            }
        }
    }
}

/// What the runner says, on its way to the browser.
async fn forward(frame: Frame<RunnerMessage>, browser: &mut Session) -> Result<(), End> {
    match frame {
        Frame::Bytes(bytes) => in_time(browser.binary(bytes)).await,
        Frame::Message(RunnerMessage::Exited) => say(browser, &ToBrowser::Exited).await,
        Frame::Message(RunnerMessage::Replaced) => Err(End::told(
            "terminal_replaced",
            "this terminal was opened somewhere else",
        )),
        Frame::Message(RunnerMessage::Refused(Refusal::LabEnded)) => {
            Err(End::told("lab_ended", "the lab has ended"))
        }
        Frame::Message(RunnerMessage::Refused(refusal)) => Err(LinkError::from(refusal).into()),
        Frame::Message(_) => Err(LinkError::Unexpected.into()),
    }
}

async fn obey(message: FromBrowser, runner: &mut Peer, browser: &mut Session) -> Result<(), End> {
    let message = match message {
        FromBrowser::Attach { .. } => {
            return Err(End::told("bad_request", "the terminal is attached already"));
        }
        FromBrowser::Resize { columns, rows } => ClientMessage::Resize {
            size: TerminalSize::new(columns, rows),
        },
        FromBrowser::Ack { bytes } => ClientMessage::Ack { bytes },
        FromBrowser::Ping { id } => return say(browser, &ToBrowser::Pong { id }).await,
    };
    in_time(runner.send(&encode_message(&message)?)).await
}
