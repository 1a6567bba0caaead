//! Recordings of terminals, for the proctors of the room and nobody else.

use question_bank::FormEntry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::authoring::read::task_by_digest;
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{RoomId, SeatId};
use crate::lab::link::LinkError;
use crate::lab::prepare::of_session;
use crate::lab::{reset, wire_id};
use crate::proctoring::room::find_seat;

/// What was recorded at a seat.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeatRecordings {
    pub candidate_name: String,
    pub seat_label: String,
    pub tasks: Vec<TaskRecordings>,
}

/// What was recorded of a task's lab.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskRecordings {
    pub entry_id: String,
    pub title: String,
    pub tapes: Vec<Tape>,
    pub markers: Vec<Marker>,
}

/// What was seen on one terminal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tape {
    pub host: String,
    pub terminal: u8,
    pub bytes: u64,
    /// The end of the chain of digests over the tape, SHA-256 in hex
    pub digest: String,
}

/// A moment with a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Marker {
    /// Milliseconds since the lab was made
    pub at_ms: u64,
    pub label: String,
}

fn unavailable(error: LinkError) -> ApiError {
    match error {
        LinkError::Call(task_protocol::CallError::UnknownRecording) => {
            ApiError::not_found("recording")
        }
        error => ApiError::new(ErrorCode::LabUnavailable, error.to_string()),
    }
}

/// The recordings of a seat's session.
pub async fn of_seat(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
) -> ApiResult<SeatRecordings> {
    let seat = find_seat(app.db.reader(), proctor, room_id, seat_id).await?;
    let view = crate::proctoring::read::seat(app, proctor, room_id, seat_id).await?;
    let rows = of_session(app, seat.session_id).await?;
    let mut tasks = Vec::new();
    if !rows.is_empty() {
        let form = form::of_session(app, seat.session_id).await?;
        for entry in entries(&form) {
            let FormEntry::Task(placed) = entry.entry else {
                continue;
            };
            let Some(row) = rows.iter().find(|row| row.entry_id == entry.entry_id) else {
                continue;
            };
            let (tapes, markers) = app
                .runner
                .recordings(wire_id(row.id)?)
                .await
                .map_err(unavailable)?;
            let task = task_by_digest(app, &placed.digest).await?;
            tasks.push(TaskRecordings {
                entry_id: entry.entry_id,
                title: task.title.clone(),
                tapes: tapes
                    .into_iter()
                    .map(|tape| Tape {
                        host: tape.host,
                        terminal: tape.terminal,
                        bytes: tape.bytes,
                        digest: tape.digest,
                    })
                    .collect(),
                markers: markers
                    .into_iter()
                    .map(|marker| Marker {
                        at_ms: marker.at_ms,
                        label: marker.label,
                    })
                    .collect(),
            });
        }
    }
    Ok(SeatRecordings {
        candidate_name: view.candidate_name,
        seat_label: view.label,
        tasks,
    })
}

/// Names one tape.
#[derive(Debug, serde::Deserialize)]
pub struct TapeKey {
    pub room_id: RoomId,
    pub seat_id: SeatId,
    pub entry_id: String,
    pub host: String,
    pub terminal: u8,
}

/// A piece of a tape from an offset on; empty at its end.
pub async fn piece(app: &App, proctor: &SignedIn, key: &TapeKey, offset: u64) -> ApiResult<String> {
    let seat = find_seat(app.db.reader(), proctor, key.room_id, key.seat_id).await?;
    let row = reset::find(app, seat.session_id, &key.entry_id).await?;
    let (host, terminal) = (key.host.clone(), key.terminal);
    app.runner
        .recording_piece(wire_id(row.id)?, host, terminal, offset)
        .await
        .map_err(unavailable)
}
