//! Starting: the seat code is checked and used up, and the clock runs from this moment.

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::{self, LabState};
use crate::proctoring::admit::admit;
use crate::session::rules::{Command, State, decide};
use crate::session::store::{CANDIDATE, carry_out, lock_own};

/// Starts the session. Returns its row as it is then.
pub async fn start(
    app: &App,
    candidate: &SignedIn,
    id: SessionId,
    seat_code: &str,
) -> ApiResult<exam_session::Model> {
    let labs = lab::views(app, id).await?;
    let tx = app.db.begin().await?;
    let row = lock_own(&tx, candidate.account_id, id).await?;
    let now = app.clock.now_ms();
    let command = Command::Start {
        sign_in_id: candidate.sign_in_id,
    };
    let decision = decide(&State::of(&row)?, command, now)?;
    // Waiting for a lab is never on the candidate's clock.
    if labs.values().any(|lab| lab.state == LabState::Failed) {
        return Err(ApiError::new(
            ErrorCode::LabsNotReady,
            "a lab could not be prepared and is tried again; tell the proctor",
        ));
    }
    if labs.values().any(|lab| lab.state != LabState::Ready) {
        return Err(ApiError::new(
            ErrorCode::LabsNotReady,
            "the labs are still being prepared; try again in a moment",
        ));
    }
    let (row, refusal) = admit(&tx, app, row, seat_code).await?;
    if let Some(refusal) = refusal {
        // The try counts.
        tx.commit().await?;
        return Err(refusal);
    }
    let row = carry_out(&tx, app, row, decision, CANDIDATE).await?;
    let actor = candidate.account_id.to_string();
    audit::record(&tx, now, &actor, "session_started", &id.to_string(), "{}").await?;
    tx.commit().await?;
    app.live.note_seen(id, now);
    Ok(row)
}
