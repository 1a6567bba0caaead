//! Queries for the proctor's screens. The room is polled every two seconds: a fixed number of queries, whatever its size.

use std::collections::HashMap;

use question_bank::{Blueprint, SectionKind};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::SelectStatement,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::authoring::read::task_by_digest;
use crate::entity::{account, exam, exam_session, lab, response_head, room, seat};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{AccountId, RoomId, SeatId, SessionId};
use crate::lab::LabState;
use crate::proctoring::room as rooms_of;
use crate::proctoring::rules::{CodeState, SeatCode};
use crate::session::rules::{EndReason, SessionState, State};

#[derive(Debug, Serialize, ToSchema)]
pub struct RoomSummary {
    pub room_id: RoomId,
    pub name: String,
    pub exam_title: String,
    pub seats_total: usize,
    /// Sessions that run.
    pub running: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Room {
    pub room_id: RoomId,
    pub name: String,
    pub exam_title: String,
    pub server_time_ms: i64,
    pub seats: Vec<Seat>,
}

/// A seat and the session at it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seat {
    pub seat_id: SeatId,
    pub label: String,
    pub candidate_name: String,
    pub session_id: SessionId,
    pub state: SessionState,
    /// Questions with a response.
    pub answered: usize,
    pub total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_ack_ms_ago: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen_ms_ago: Option<i64>,
    pub labs: Vec<SeatLab>,
    pub code: SeatCodeView,
    pub adjustments_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatLab {
    pub entry_id: String,
    pub title: String,
    pub state: LabState,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SeatCodeView {
    pub state: CodeState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<i64>,
}

/// The proctor's rooms.
pub async fn rooms(app: &App, proctor: &SignedIn) -> ApiResult<Vec<RoomSummary>> {
    let db = app.db.reader();
    let rooms = rooms_of::own(proctor)
        .order_by_asc(room::Column::Name)
        .all(db)
        .await?;
    let exams = exams(app, rooms.iter().map(|room| room.exam_id)).await?;
    let seats: Vec<(RoomId, SessionId)> = seat::Entity::find()
        .select_only()
        .columns([seat::Column::RoomId, seat::Column::SessionId])
        .filter(seat::Column::RoomId.is_in(rooms.iter().map(|room| room.id)))
        .into_tuple()
        .all(db)
        .await?;
    let running: Vec<SessionId> = exam_session::Entity::find()
        .select_only()
        .column(exam_session::Column::Id)
        .filter(exam_session::COLUMN.state.eq(SessionState::Running.name()))
        .into_tuple()
        .all(db)
        .await?;
    let summaries = rooms.into_iter().map(|room| {
        let of_room = || seats.iter().filter(|(id, _)| *id == room.id);
        RoomSummary {
            room_id: room.id,
            exam_title: exams
                .get(&room.exam_id)
                .map(|exam| exam.title.clone())
                .unwrap_or_default(),
            seats_total: of_room().count(),
            running: of_room().filter(|(_, id)| running.contains(id)).count(),
            name: room.name,
        }
    });
    Ok(summaries.collect())
}

async fn exams(
    app: &App,
    ids: impl Iterator<Item = crate::ids::ExamId>,
) -> ApiResult<HashMap<crate::ids::ExamId, exam::Model>> {
    let rows = exam::Entity::find()
        .filter(exam::Column::Id.is_in(ids))
        .all(app.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A room with its seats.
pub async fn room(app: &App, proctor: &SignedIn, id: RoomId) -> ApiResult<Room> {
    let db = app.db.reader();
    let room = rooms_of::find(db, proctor, id).await?;
    let exam = exam::Entity::find_by_id(room.exam_id).one(db).await?;
    let exam = exam.ok_or_else(|| ApiError::not_found("exam"))?;
    let seats = seats(app, &exam, id, None).await?;
    Ok(Room {
        room_id: id,
        name: room.name,
        exam_title: exam.title,
        server_time_ms: app.clock.now_ms(),
        seats,
    })
}

/// One seat of a room.
pub async fn seat(
    app: &App,
    proctor: &SignedIn,
    room_id: RoomId,
    seat_id: SeatId,
) -> ApiResult<Seat> {
    let db = app.db.reader();
    let room = rooms_of::find(db, proctor, room_id).await?;
    let exam = exam::Entity::find_by_id(room.exam_id).one(db).await?;
    let exam = exam.ok_or_else(|| ApiError::not_found("exam"))?;
    let mut seats = seats(app, &exam, room_id, Some(seat_id)).await?;
    seats.pop().ok_or_else(|| ApiError::not_found("seat"))
}

/// The sessions at the seats.
fn sessions_of(room_id: RoomId, seat_id: Option<SeatId>) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(seat::Column::SessionId)
        .from(seat::Entity)
        .and_where(seat::Column::RoomId.eq(room_id));
    if let Some(seat_id) = seat_id {
        query.and_where(seat::Column::Id.eq(seat_id));
    }
    query
}

async fn seats(
    app: &App,
    exam: &exam::Model,
    room_id: RoomId,
    seat_id: Option<SeatId>,
) -> ApiResult<Vec<Seat>> {
    let db = app.db.reader();
    let mut query = seat::Entity::find().filter(seat::COLUMN.room_id.eq(room_id));
    if let Some(seat_id) = seat_id {
        query = query.filter(seat::COLUMN.id.eq(seat_id));
    }
    let seats = query.order_by_asc(seat::Column::Label).all(db).await?;
    let sessions: HashMap<SessionId, exam_session::Model> = exam_session::Entity::find()
        .filter(exam_session::Column::Id.in_subquery(sessions_of(room_id, seat_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let names: HashMap<AccountId, String> = account::Entity::find()
        .filter(account::Column::Id.is_in(sessions.values().map(|row| row.candidate_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let answered: HashMap<SessionId, i64> = response_head::Entity::find()
        .select_only()
        .column(response_head::Column::SessionId)
        .column_as(response_head::Column::EntryId.count(), "answered")
        .filter(response_head::Column::SessionId.in_subquery(sessions_of(room_id, seat_id)))
        .filter(response_head::COLUMN.is_answered.eq(true))
        .group_by(response_head::Column::SessionId)
        .into_tuple::<(SessionId, i64)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let labs = lab::Entity::find()
        .filter(lab::Column::SessionId.in_subquery(sessions_of(room_id, seat_id)))
        .order_by_asc(lab::Column::EntryId)
        .all(db)
        .await?;
    let mut labs = labs_by_session(app, labs).await?;
    let blueprint: Blueprint = serde_json::from_str(&exam.blueprint)?;
    let total = questions(&blueprint);
    let now = app.clock.now_ms();
    seats
        .into_iter()
        .map(|seat| {
            let session = sessions.get(&seat.session_id);
            let session =
                session.ok_or_else(|| ApiError::internal("session of a seat", &seat.id))?;
            let state = State::of(session)?;
            let presence = app.live.presence(session.id);
            let ago = |at_ms: Option<i64>| at_ms.map(|at_ms| now.saturating_sub(at_ms).max(0));
            let answered = answered.get(&session.id).copied().unwrap_or_default();
            Ok(Seat {
                seat_id: seat.id,
                candidate_name: names
                    .get(&session.candidate_id)
                    .cloned()
                    .unwrap_or_default(),
                session_id: session.id,
                state: state.phase,
                answered: usize::try_from(answered).unwrap_or_default(),
                total,
                remaining_ms: state.remaining_ms(now),
                last_ack_ms_ago: ago(presence.acknowledged_at_ms),
                last_seen_ms_ago: ago(presence.seen_at_ms),
                labs: labs.remove(&session.id).unwrap_or_default(),
                code: SeatCodeView {
                    state: SeatCode::from(&seat).state(now),
                    expires_at_ms: seat.code_expires_at_ms,
                },
                label: seat.label,
                adjustments_ms: state.adjustment_ms,
                end_reason: state.end_reason,
            })
        })
        .collect()
}

async fn labs_by_session(
    app: &App,
    rows: Vec<lab::Model>,
) -> ApiResult<HashMap<SessionId, Vec<SeatLab>>> {
    let mut labs: HashMap<SessionId, Vec<SeatLab>> = HashMap::new();
    for row in rows {
        let task = task_by_digest(app, &row.task_digest).await?;
        labs.entry(row.session_id).or_default().push(SeatLab {
            title: task.title.clone(),
            state: LabState::from_name(&row.state),
            entry_id: row.entry_id,
        });
    }
    Ok(labs)
}

/// How many questions a form of the blueprint has.
pub fn questions(blueprint: &Blueprint) -> usize {
    let counts = blueprint
        .sections
        .iter()
        .filter(|section| section.kind == SectionKind::Items)
        .map(|section| section.count);
    usize::try_from(counts.sum::<u32>()).unwrap_or_default()
}
