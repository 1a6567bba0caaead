//! The timeline of a seat: the session's log in words. It never shows an answer.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::entity::session_event;
use crate::http::problem::ApiResult;
use crate::ids::{RoomId, SeatId};
use crate::proctoring::room::find_seat;
use crate::session::rules::{EndReason, Event};

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEvent {
    pub at_ms: i64,
    /// As in the session's log: `entered`, `started`, `response` (late ones only), `taken_over`, `adjusted`,
    /// `lab_reset`, `submitted`, `graded`, `noted`
    pub kind: String,
    pub text: String,
}

/// What happened at the seat, in order. Responses that came in time are left out: they are many and tell nothing.
pub async fn timeline(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
) -> ApiResult<Vec<TimelineEvent>> {
    let db = app.db.reader();
    let seat = find_seat(db, proctor, room_id, seat_id).await?;
    let events = session_event::Entity::find()
        .filter(session_event::COLUMN.session_id.eq(seat.session_id))
        .filter(
            Condition::any()
                .add(session_event::COLUMN.kind.ne("response"))
                .add(session_event::COLUMN.is_late.eq(true)),
        )
        .order_by_asc(session_event::Column::Seq)
        .all(db)
        .await?;
    events
        .into_iter()
        .map(|row| {
            let event = Event::from_parts(&row.kind, &row.body)?;
            Ok(TimelineEvent {
                at_ms: row.at_ms,
                text: words(&event, row.entry_id.as_deref()),
                kind: row.kind,
            })
        })
        .collect()
}

/// The time of day, in UTC.
fn clock_words(at_ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at_ms);
    time.map(|time| time.format("%H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

fn words(event: &Event, entry: Option<&str>) -> String {
    match event {
        Event::Entered { .. } => "Entered the waiting room".to_owned(),
        Event::Started { .. } => "Started".to_owned(),
        Event::Response { .. } => format!(
            "A response to {} came after the end and is kept",
            entry.unwrap_or("an entry")
        ),
        Event::TakenOver { .. } => "Went on in another tab or on another device".to_owned(),
        Event::Adjusted {
            delta_ms, reason, ..
        } => format!("Time changed by {} min: {reason}", delta_ms / 60_000),
        Event::LabReset {
            entry_id,
            checkpoint_at_ms: None,
            ..
        } => format!("Reset the lab of {entry_id}"),
        Event::LabReset {
            entry_id,
            checkpoint_at_ms: Some(at_ms),
            ..
        } => format!(
            "Went back to an earlier state of the lab of {entry_id} ({})",
            clock_words(*at_ms)
        ),
        Event::Submitted { reason, note, .. } => match reason {
            EndReason::Candidate => "Handed in".to_owned(),
            EndReason::Deadline => "Handed in at the deadline".to_owned(),
            EndReason::Proctor => format!("Ended by a proctor: {note}"),
        },
        Event::Graded {} => "Graded".to_owned(),
        Event::Noted { text } => {
            let mut letters = text.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default()
        }
    }
}
