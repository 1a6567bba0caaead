//! Terminal tickets: the right to open one terminal once, within half a minute.
//!
//! A WebSocket cannot send headers of its own, and cookies alone would let any page of ours open any terminal. What a
//! ticket was used for is remembered in this process only, so all WebSockets of a session go to one server.

use task_protocol::TERMINALS_MAX;

use crate::account::token::{Kind, Subject};
use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::{LabState, reset};

/// How long a ticket is valid.
pub const LIFETIME_MS: i64 = 30_000;
/// How long its use is remembered beyond that: longer than clocks may differ.
const REMEMBERED_MS: i64 = 60_000;

/// What a ticket that was accepted is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    pub session_id: SessionId,
    pub epoch: i64,
    pub entry_id: String,
    pub host: String,
    pub terminal: u8,
}

/// A ticket for a terminal of a session that the caller has authorized.
pub async fn issue(
    app: &App,
    session: &exam_session::Model,
    entry_id: &str,
    host: &str,
    terminal: u8,
) -> ApiResult<String> {
    // Whether the lab has them the runner knows; here nothing else may come into the scope.
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=TERMINALS_MAX).contains(&terminal) || !host.bytes().all(is_plain) {
        return Err(ApiError::new(
            ErrorCode::BadRequest,
            format!("terminals have the numbers 1 to {TERMINALS_MAX} on a host of the task"),
        ));
    }
    let row = reset::find(app, session.id, entry_id).await?;
    match LabState::from_name(&row.state) {
        LabState::Ready | LabState::Resetting => {}
        state => {
            return Err(ApiError::new(
                ErrorCode::LabUnavailable,
                format!("the lab is {}", state.name()),
            ));
        }
    }
    let subject = Subject {
        account: &session.candidate_id.to_string(),
        session: &session.id.to_string(),
        epoch: session.epoch,
        scope: &format!("{entry_id}/{host}/{terminal}"),
    };
    app.tokens
        .sign(Kind::Terminal, &subject, app.clock.now_ms(), LIFETIME_MS)
        .map_err(|error| ApiError::internal("terminal ticket", &error))
}

/// Takes a ticket and uses it up.
pub fn redeem(app: &App, ticket: &str) -> ApiResult<Admission> {
    let refused = || {
        ApiError::new(
            ErrorCode::BadToken,
            "the ticket is not accepted; ask for a new one",
        )
    };
    let now = app.clock.now_ms();
    let claims = app
        .tokens
        .verify(Kind::Terminal, ticket, now)
        .map_err(|_reason| refused())?;
    let mut parts = claims.scope.splitn(3, '/');
    let mut part = || parts.next().ok_or_else(refused);
    let (entry_id, host, terminal) = (part()?, part()?, part()?);
    let admission = Admission {
        session_id: claims.sid.parse().map_err(|_malformed| refused())?,
        epoch: claims.ep,
        entry_id: entry_id.to_owned(),
        host: host.to_owned(),
        terminal: terminal.parse().map_err(|_malformed| refused())?,
    };
    let remembered = claims.exp.saturating_mul(1000) + REMEMBERED_MS;
    if !app.labs.use_ticket(&claims.jti, remembered, now) {
        return Err(refused());
    }
    Ok(admission)
}
