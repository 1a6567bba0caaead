//! Whether a browser may use the labs of a session now.

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;
use crate::session::rules::{Command, Refusal, State, decide};
use crate::session::store::find_own;
use crate::session::token::SessionToken;

/// The candidate's own session, if it runs, its time is not over, and request and token are at its epoch.
pub async fn authorize(
    app: &App,
    candidate: &SignedIn,
    token: &SessionToken,
    session_id: SessionId,
    epoch: i64,
) -> ApiResult<exam_session::Model> {
    token.is_for(session_id)?;
    let row = find_own(app, candidate.account_id, session_id).await?;
    let state = State::of(&row)?;
    decide(&state, Command::UseLab { epoch }, app.clock.now_ms())?;
    if token.epoch != row.epoch {
        return Err(ApiError::from(Refusal::StaleEpoch(row.epoch)));
    }
    Ok(row)
}
