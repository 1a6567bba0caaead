//! Revealing the code of a seat. A new code replaces the old one and unlocks the seat.

use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::seat;
use crate::http::problem::ApiResult;
use crate::ids::{RoomId, SeatId};
use crate::proctoring::admit::update;
use crate::proctoring::room::find_seat;
use crate::proctoring::rules::CODE_LIFETIME_MS;
use crate::proctoring::seat_code;
use crate::random;
use crate::session::rules::{Command, Refusal, SessionState, State, decide};
use crate::session::store::{carry_out, lock};

/// A code, shown once: only its HMAC is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevealedCode {
    #[schema(example = "7KQ2M-X4ZDA")]
    pub seat_code: String,
    pub expires_at_ms: i64,
}

/// Reveals a code for the seat.
pub async fn reveal(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
) -> ApiResult<RevealedCode> {
    let code = seat_code::from_random(random::bytes()?);
    let tx = app.db.begin().await?;
    let seat = find_seat(&tx, proctor, room_id, seat_id).await?;
    let row = lock(&tx, seat.session_id).await?;
    let state = State::of(&row)?;
    if matches!(state.phase, SessionState::Submitted | SessionState::Graded) {
        return Err(Refusal::WrongState(state.phase).into());
    }
    let now = app.clock.now_ms();
    let expires_at_ms = now + CODE_LIFETIME_MS;
    let with_code = seat::Model {
        code_hmac: Some(seat_code::hmac(&app.secrets.seat, &code)),
        code_expires_at_ms: Some(expires_at_ms),
        code_used_at_ms: None,
        failed_tries: 0,
        ..seat
    };
    update(&tx, &with_code).await?;
    let text = "a seat code was revealed".to_owned();
    let decision = decide(&state, Command::Note { text }, now)?;
    let actor = proctor.account_id.to_string();
    carry_out(&tx, app, row, decision, &actor).await?;
    let object = seat_id.to_string();
    audit::record(&tx, now, &actor, "seat_code_revealed", &object, "{}").await?;
    tx.commit().await?;
    Ok(RevealedCode {
        seat_code: code,
        expires_at_ms,
    })
}
