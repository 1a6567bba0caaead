//! Giving a session more time, with a reason.

use sea_orm::{ActiveModelTrait, Set};

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::time_adjustment;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{AdjustmentId, RoomId, SeatId};
use crate::proctoring::room::find_seat;
use crate::session::rules::{Command, State, decide};
use crate::session::store::{carry_out, lock};

const MINUTES_MAX: i64 = 240;
const REASON_CHARACTERS_MAX: usize = 1000;

/// A reason as it is stored.
pub fn reason(text: &str) -> ApiResult<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > REASON_CHARACTERS_MAX {
        return Err(ApiError::new(
            ErrorCode::BadRequest,
            "give a reason of at most 1000 characters",
        ));
    }
    Ok(text.to_owned())
}

/// Extends the time of a session that has not ended.
pub async fn extend(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
    minutes: i64,
    why: &str,
) -> ApiResult<()> {
    if !(1..=MINUTES_MAX).contains(&minutes) {
        return Err(ApiError::new(
            ErrorCode::BadRequest,
            "an extension has 1 to 240 minutes",
        ));
    }
    let reason = reason(why)?;
    let delta_ms = minutes * 60_000;
    let tx = app.db.begin().await?;
    let seat = find_seat(&tx, proctor, room_id, seat_id).await?;
    let row = lock(&tx, seat.session_id).await?;
    let now = app.clock.now_ms();
    let command = Command::Adjust {
        kind: "extension".to_owned(),
        delta_ms,
        reason: reason.clone(),
    };
    let decision = decide(&State::of(&row)?, command, now)?;
    let actor = proctor.account_id.to_string();
    let row = carry_out(&tx, app, row, decision, &actor).await?;
    time_adjustment::ActiveModel {
        id: Set(AdjustmentId::new()),
        session_id: Set(row.id),
        kind: Set("extension".to_owned()),
        delta_ms: Set(delta_ms),
        by_account_id: Set(proctor.account_id),
        at_ms: Set(now),
        reason: Set(reason.clone()),
        reverses_id: Set(None),
    }
    .insert(&tx)
    .await?;
    let detail = serde_json::json!({"delta_ms": delta_ms, "reason": reason}).to_string();
    let object = row.id.to_string();
    audit::record(&tx, now, &actor, "session_extended", &object, &detail).await?;
    tx.commit().await?;
    Ok(())
}
