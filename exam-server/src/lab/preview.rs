//! Web services of a lab in the candidate's browser.
//!
//! They come from the candidate's machine, so they are served under a name of their own (another origin, without our
//! cookies) on an address of their own, as bytes: nothing here understands the answer. The name is the right to see it: it
//! is random, belongs to one port of one lab, and ends with the session or when it moves to another browser.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use task_protocol::{ClientMessage, Frame, RunnerMessage, encode_bytes, encode_message};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use utoipa::ToSchema;

use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{LabId, SessionId};
use crate::lab::link::{LinkError, Peer};
use crate::lab::terminal::check;
use crate::lab::ticket::Admission;
use crate::lab::{reset, wire_id};

/// The longest head of a request.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Time for the head.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often the session is looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(3);

/// What to show.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PreviewRequest {
    pub epoch: i64,
    pub host: String,
    #[schema(minimum = 1)]
    pub port: u16,
}

/// Where it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    pub url: String,
}

/// A port of a lab that can be seen under a label.
#[derive(Clone, Debug)]
pub struct Shown {
    pub session_id: SessionId,
    pub epoch: i64,
    pub lab: LabId,
    pub host: String,
    pub port: u16,
}

/// Makes a name for a port of a lab. The caller has been authorized.
pub async fn show(
    app: &App,
    session: &exam_session::Model,
    entry_id: &str,
    request: PreviewRequest,
) -> ApiResult<Preview> {
    let row = reset::find(app, session.id, entry_id).await?;
    let label = format!("p{}", uuid::Uuid::new_v4().simple());
    let url = app.config.preview_url(&label);
    let url = url.ok_or_else(|| ApiError::new(ErrorCode::NotOffered, "this server shows none"))?;
    let shown = Shown {
        session_id: session.id,
        epoch: session.epoch,
        lab: row.id,
        host: request.host,
        port: request.port,
    };
    app.labs.show(label, shown);
    Ok(Preview { url })
}

/// Serves previews until the server ends.
pub async fn serve(app: App, listener: std::net::TcpListener) {
    let listening = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let listener = match listening {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "web services of labs cannot be shown"),
    };
    loop {
        match listener.accept().await {
            Ok((browser, _)) => {
                let app = app.clone();
                tokio::spawn(async move { preview(&app, browser).await });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// One connection, which is one request.
async fn preview(app: &App, mut browser: TcpStream) {
    let head = match tokio::time::timeout(PATIENCE, head(&mut browser)).await {
        Ok(Some(head)) => head,
        _ => return,
    };
    let refusal = match open(app, &head.label).await {
        Ok((shown, peer)) => return pass(app, &shown, peer, &head, browser).await,
        Err(refusal) => refusal,
    };
    let answer = format!(
        "HTTP/1.1 {refusal}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{refusal}\n",
        refusal.len() + 1
    );
    // The browser may be gone.
    let _ = browser.write_all(answer.as_bytes()).await;
}

struct Head {
    label: String,
    /// The request's head as the lab gets it.
    text: Vec<u8>,
    /// What came after it already.
    rest: Vec<u8>,
}

/// Reads the head of a request; none if it is not one.
async fn head(browser: &mut TcpStream) -> Option<Head> {
    let mut bytes = Vec::new();
    loop {
        if bytes.len() > HEAD_BYTES_MAX || browser.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(head) = parsed(&bytes) {
            return head;
        }
    }
}

/// The head when it is there whole; an empty one when it is no head.
#[expect(clippy::option_option, reason = "not yet, never, or this")]
fn parsed(bytes: &[u8]) -> Option<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return None,
        Err(_no_head) => return Some(None),
    };
    let (method, path) = (request.method?, request.path?);
    let is_upgrade = request
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("upgrade"));
    let mut label = String::new();
    let mut text = format!("{method} {path} HTTP/1.1\r\n").into_bytes();
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("host") {
            let host = String::from_utf8_lossy(header.value).into_owned();
            label = host.split('.').next().unwrap_or_default().to_owned();
            text.extend_from_slice(b"Host: localhost\r\n");
        } else if !is("connection") || is_upgrade {
            text.extend_from_slice(header.name.as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(header.value);
            text.extend_from_slice(b"\r\n");
        }
    }
    // One request for each connection: the next may be for another lab.
    if !is_upgrade {
        text.extend_from_slice(b"Connection: close\r\n");
    }
    text.extend_from_slice(b"\r\n");
    Some(Some(Head {
        label,
        text,
        rest: bytes[length..].to_vec(),
    }))
}

/// The port of that label, if its session still runs where it was shown.
async fn open(app: &App, label: &str) -> Result<(Shown, Peer), &'static str> {
    let shown = app
        .labs
        .shown(label)
        .ok_or("404 There is no such preview")?;
    is_allowed(app, &shown)
        .await
        .map_err(|_over| "410 The session has ended or moved")?;
    let lab_id = wire_id(shown.lab).map_err(|_error| "404 There is no such preview")?;
    let peer = app.runner.forward(lab_id, shown.host.clone(), shown.port);
    match peer.await {
        Ok(peer) => Ok((shown, peer)),
        Err(LinkError::Refused(task_protocol::Refusal::PortClosed { .. })) => {
            Err("502 Nothing answers on this port of the lab")
        }
        Err(_error) => Err("502 The lab cannot be reached"),
    }
}

async fn is_allowed(app: &App, shown: &Shown) -> ApiResult<()> {
    let admission = Admission {
        session_id: shown.session_id,
        epoch: shown.epoch,
        entry_id: String::new(),
        host: String::new(),
        terminal: 0,
    };
    check(app, &admission).await
}

/// Passes bytes both ways, to the end of either or of the session.
async fn pass(app: &App, shown: &Shown, mut lab: Peer, head: &Head, browser: TcpStream) {
    let (mut from_browser, mut to_browser) = browser.into_split();
    let mut piece = vec![0; 16 * 1024];
    for bytes in [&head.text, &head.rest] {
        if !bytes.is_empty() && lab.send(&encode_bytes(bytes)).await.is_err() {
            return;
        }
    }
    let mut checks = tokio::time::interval(CHECK_INTERVAL);
    let mut is_asking = true;
    loop {
        let sent = tokio::select! {
            frame = lab.next() => match frame {
                Ok(Frame::Bytes(bytes)) => {
                    if to_browser.write_all(&bytes).await.is_err() {
                        return;
                    }
                    let ack = encode_message(&ClientMessage::Ack { bytes: bytes.len() as u64 });
                    match ack {
                        Ok(ack) => lab.send(&ack).await,
                        Err(_too_long) => return,
                    }
                }
                Ok(Frame::Message(RunnerMessage::Exited)) | Err(_) => return,
                Ok(Frame::Message(_)) => Ok(()),
            },
            length = from_browser.read(&mut piece), if is_asking => match length {
                Ok(length) if length > 0 => lab.send(&encode_bytes(&piece[..length])).await,
                _ => {
                    // It may have said all and still wait for the answer.
                    is_asking = false;
                    Ok(())
                }
            },
            _ = checks.tick() => match is_allowed(app, shown).await {
                Err(error) if !matches!(error.code, ErrorCode::Busy | ErrorCode::Internal) => return,
                _ => Ok(()),
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_for_one_request_to_the_lab() {
        let request = b"GET /x?y HTTP/1.1\r\nHost: p123.preview.localhost:8081\r\nConnection: keep-alive\r\nCookie: a=b\r\n\r\nrest";
        assert!(parsed(&request[..40]).is_none());
        let head = parsed(request).unwrap().unwrap();
        assert_eq!(head.label, "p123");
        assert_eq!(
            String::from_utf8(head.text).unwrap(),
            "GET /x?y HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(head.rest, b"rest");
        let upgrade =
            b"GET / HTTP/1.1\r\nHost: p1.x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        let head = parsed(upgrade).unwrap().unwrap();
        assert!(
            String::from_utf8(head.text)
                .unwrap()
                .contains("Connection: Upgrade\r\n")
        );
        assert!(parsed(b"\x16\x03\x01\x02\x00").unwrap().is_none());
    }
}
