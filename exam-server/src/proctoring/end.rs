//! Ending a session, with a reason. What is stored is handed in.

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::http::problem::ApiResult;
use crate::ids::{RoomId, SeatId};
use crate::proctoring::extend::reason;
use crate::proctoring::room::find_seat;
use crate::session::rules::{Command, State, decide};
use crate::session::store::{carry_out, lock};

/// Ends a running session.
pub async fn end(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
    why: &str,
) -> ApiResult<()> {
    let reason = reason(why)?;
    let tx = app.db.begin().await?;
    let seat = find_seat(&tx, proctor, room_id, seat_id).await?;
    let row = lock(&tx, seat.session_id).await?;
    let now = app.clock.now_ms();
    let command = Command::End {
        reason: reason.clone(),
    };
    let decision = decide(&State::of(&row)?, command, now)?;
    let actor = proctor.account_id.to_string();
    let row = carry_out(&tx, app, row, decision, &actor).await?;
    let detail = serde_json::json!({"reason": row.end_reason, "note": reason}).to_string();
    let object = row.id.to_string();
    audit::record(&tx, now, &actor, "session_submitted", &object, &detail).await?;
    tx.commit().await?;
    app.live.wake.notify_one();
    Ok(())
}
