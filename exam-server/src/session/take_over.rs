//! Going on in another tab or on another device. The epoch rises, and whatever the older one sends is refused.

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::proctoring::admit::admit;
use crate::session::rules::{Command, State, decide};
use crate::session::store::{CANDIDATE, carry_out, lock_own};

/// Takes the session over. Another sign-in than the one that started it needs a new seat code from the proctor.
pub async fn take_over(
    app: &App,
    candidate: &SignedIn,
    id: SessionId,
    seat_code: Option<&str>,
) -> ApiResult<exam_session::Model> {
    let tx = app.db.begin().await?;
    let mut row = lock_own(&tx, candidate.account_id, id).await?;
    let now = app.clock.now_ms();
    let command = Command::TakeOver {
        sign_in_id: candidate.sign_in_id,
    };
    let decision = decide(&State::of(&row)?, command, now)?;
    let is_same_sign_in = row.started_sign_in_id == Some(candidate.sign_in_id);
    if !is_same_sign_in {
        let Some(seat_code) = seat_code else {
            return Err(ApiError::new(
                ErrorCode::SeatCodeWrong,
                "on another device the session goes on with a new seat code; ask the proctor",
            ));
        };
        let refusal;
        (row, refusal) = admit(&tx, app, row, seat_code).await?;
        if let Some(refusal) = refusal {
            tx.commit().await?;
            return Err(refusal);
        }
    }
    let row = carry_out(&tx, app, row, decision, CANDIDATE).await?;
    let detail = serde_json::json!({"epoch": row.epoch, "same_sign_in": is_same_sign_in});
    audit::record(
        &tx,
        now,
        &candidate.account_id.to_string(),
        "session_taken_over",
        &id.to_string(),
        &detail.to_string(),
    )
    .await?;
    tx.commit().await?;
    Ok(row)
}
