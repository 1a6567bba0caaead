//! Rooms and seats for proctors.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{ApiResult, Problem};
use crate::http::sign_in::Proctor;
use crate::ids::{RoomId, SeatId};
use crate::lab::recording::{self, SeatRecordings, TapeKey};
use crate::proctoring::end::end;
use crate::proctoring::extend::extend;
use crate::proctoring::read::{self, Room, RoomSummary, Seat};
use crate::proctoring::reveal::{RevealedCode, reveal};
use crate::proctoring::timeline::{TimelineEvent, timeline};

#[derive(Debug, Serialize, ToSchema)]
pub struct Rooms {
    pub rooms: Vec<RoomSummary>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Extension {
    #[schema(minimum = 1, maximum = 240)]
    pub minutes: i64,
    pub reason: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Ending {
    pub reason: String,
}

/// Where a piece begins, in bytes.
#[derive(Debug, Deserialize)]
pub struct Offset {
    #[serde(default)]
    pub offset: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    pub events: Vec<TimelineEvent>,
}

/// The rooms of the proctor
#[utoipa::path(tag = "proctoring", responses((status = 200, body = Rooms), (status = 401, body = Problem)))]
#[get("/rooms")]
pub async fn list_rooms(app: web::Data<App>, proctor: Proctor) -> ApiResult<web::Json<Rooms>> {
    let rooms = read::rooms(&app, &proctor.0).await?;
    Ok(web::Json(Rooms { rooms }))
}

/// A room with its seats
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path)),
    responses((status = 200, body = Room), (status = 404, body = Problem)))]
#[get("/rooms/{room_id}")]
pub async fn get_room(
    app: web::Data<App>,
    proctor: Proctor,
    id: web::Path<RoomId>,
) -> ApiResult<web::Json<Room>> {
    Ok(web::Json(read::room(&app, &proctor.0, *id).await?))
}

/// Reveal a new code for a seat
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path)),
    responses((status = 200, body = RevealedCode), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/rooms/{room_id}/seats/{seat_id}/reveal-code")]
pub async fn reveal_code(
    app: web::Data<App>,
    proctor: Proctor,
    path: web::Path<(RoomId, SeatId)>,
) -> ApiResult<web::Json<RevealedCode>> {
    let (room, seat) = path.into_inner();
    Ok(web::Json(reveal(&app, &proctor.0, room, seat).await?))
}

/// Give the session at a seat more time
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path)),
    responses((status = 200, body = Seat), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/rooms/{room_id}/seats/{seat_id}/extend")]
pub async fn extend_session(
    app: web::Data<App>,
    proctor: Proctor,
    path: web::Path<(RoomId, SeatId)>,
    body: web::Json<Extension>,
) -> ApiResult<web::Json<Seat>> {
    let (room, seat) = path.into_inner();
    extend(&app, &proctor.0, room, seat, body.minutes, &body.reason).await?;
    Ok(web::Json(read::seat(&app, &proctor.0, room, seat).await?))
}

/// End the session at a seat
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path)),
    responses((status = 200, body = Seat), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/rooms/{room_id}/seats/{seat_id}/end")]
pub async fn end_session(
    app: web::Data<App>,
    proctor: Proctor,
    path: web::Path<(RoomId, SeatId)>,
    body: web::Json<Ending>,
) -> ApiResult<web::Json<Seat>> {
    let (room, seat) = path.into_inner();
    end(&app, &proctor.0, room, seat, &body.reason).await?;
    Ok(web::Json(read::seat(&app, &proctor.0, room, seat).await?))
}

/// What was recorded of the terminals at a seat
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path)),
    responses((status = 200, body = SeatRecordings), (status = 404, body = Problem), (status = 503, body = Problem)))]
#[get("/rooms/{room_id}/seats/{seat_id}/recordings")]
pub async fn get_recordings(
    app: web::Data<App>,
    proctor: Proctor,
    path: web::Path<(RoomId, SeatId)>,
) -> ApiResult<web::Json<SeatRecordings>> {
    let (room, seat) = path.into_inner();
    let recordings = recording::of_seat(&app, &proctor.0, room, seat).await?;
    Ok(web::Json(recordings))
}

/// What was seen on one terminal, as asciicast v2; in one piece after the other, the last of which is empty
#[utoipa::path(tag = "proctoring",
    params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path), ("entry_id" = String, Path), ("host" = String, Path),
        ("terminal" = u8, Path), ("offset" = Option<u64>, Query)),
    responses((status = 200, body = String, content_type = "application/x-asciicast"), (status = 404, body = Problem)))]
#[get("/rooms/{room_id}/seats/{seat_id}/recordings/{entry_id}/{host}/{terminal}")]
pub async fn get_tape(
    app: web::Data<App>,
    proctor: Proctor,
    key: web::Path<TapeKey>,
    from: web::Query<Offset>,
) -> ApiResult<HttpResponse> {
    let text = recording::piece(&app, &proctor.0, &key, from.offset).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-asciicast")
        .insert_header(("Content-Disposition", "attachment"))
        .body(text))
}

/// What happened at a seat
#[utoipa::path(tag = "proctoring", params(("room_id" = RoomId, Path), ("seat_id" = SeatId, Path)),
    responses((status = 200, body = Timeline), (status = 404, body = Problem)))]
#[get("/rooms/{room_id}/seats/{seat_id}/timeline")]
pub async fn get_timeline(
    app: web::Data<App>,
    proctor: Proctor,
    path: web::Path<(RoomId, SeatId)>,
) -> ApiResult<web::Json<Timeline>> {
    let (room, seat) = path.into_inner();
    let events = timeline(&app, &proctor.0, room, seat).await?;
    Ok(web::Json(Timeline { events }))
}
