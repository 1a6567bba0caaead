//! Labs over HTTP, for candidates.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{ApiError, ApiResult, ErrorCode, Problem};
use crate::http::sign_in::Candidate;
use crate::ids::SessionId;
use crate::lab::checkpoint::{self, Checkpoints};
use crate::lab::file::{self, FilePath, LabDirectory, LabFile, LabFileContent};
use crate::lab::preview::{self, Preview, PreviewRequest};
use crate::lab::{LabView, reset, terminal, ticket};
use crate::session::authorize::authorize;
use crate::session::token::SessionToken;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ResetRequest {
    pub epoch: i64,
    /// The checkpoint to go back to; none: the beginning
    #[serde(default)]
    pub checkpoint: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CheckpointRequest {
    pub epoch: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct TicketRequest {
    pub epoch: i64,
    /// The machine; see the task's `hosts`
    pub host: String,
    #[schema(minimum = 1, maximum = 4)]
    pub terminal: u8,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TerminalTicket {
    /// For the first message on the WebSocket; valid once
    pub ticket: String,
    pub expires_in_ms: i64,
}

/// Throw away everything in a lab and prepare it anew, or go back to a checkpoint
#[utoipa::path(tag = "lab", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = LabView),
    (status = 404, body = Problem, description = "not_found, unknown_entry"),
    (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, labs_not_ready, not_offered"),
))]
#[post("/sessions/{session_id}/labs/{entry_id}/reset")]
pub async fn reset_lab(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    request: web::Json<ResetRequest>,
) -> ApiResult<web::Json<LabView>> {
    let (session_id, entry_id) = path.into_inner();
    let ResetRequest { epoch, checkpoint } = request.into_inner();
    let (app, who) = (&app, &candidate.0);
    let view = reset::reset(app, who, &token, session_id, &entry_id, epoch, checkpoint).await?;
    Ok(web::Json(view))
}

/// What a lab can go back to
#[utoipa::path(tag = "lab", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = Checkpoints),
    (status = 404, body = Problem, description = "not_found, unknown_entry"),
    (status = 503, body = Problem, description = "lab_unavailable"),
))]
#[get("/sessions/{session_id}/labs/{entry_id}/checkpoints")]
pub async fn list_checkpoints(
    app: web::Data<App>,
    candidate: Candidate,
    path: web::Path<(SessionId, String)>,
) -> ApiResult<web::Json<Checkpoints>> {
    let (session_id, entry_id) = path.into_inner();
    let checkpoints = checkpoint::list(&app, &candidate.0, session_id, &entry_id).await?;
    Ok(web::Json(checkpoints))
}

/// Keep the files of a lab as they are now
#[utoipa::path(tag = "lab", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = Checkpoints),
    (status = 404, body = Problem, description = "not_found, unknown_entry"),
    (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, not_offered"),
    (status = 503, body = Problem, description = "lab_unavailable"),
))]
#[post("/sessions/{session_id}/labs/{entry_id}/checkpoints")]
pub async fn take_checkpoint(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    request: web::Json<CheckpointRequest>,
) -> ApiResult<web::Json<Checkpoints>> {
    let (session_id, entry_id) = path.into_inner();
    authorize(&app, &candidate.0, &token, session_id, request.epoch).await?;
    let checkpoints = checkpoint::take(&app, session_id, &entry_id).await?;
    Ok(web::Json(checkpoints))
}

/// What is in a directory of a lab
#[utoipa::path(tag = "lab",
    params(("session_id" = SessionId, Path), ("entry_id" = String, Path), ("epoch" = i64, Query), ("host" = String, Query),
        ("path" = String, Query)),
    responses(
        (status = 200, body = LabDirectory),
        (status = 404, body = Problem, description = "not_found, unknown_entry"),
        (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, file_refused"),
    ))]
#[get("/sessions/{session_id}/labs/{entry_id}/directory")]
pub async fn list_directory(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    epoch: web::Query<CheckpointRequest>,
    at: web::Query<FilePath>,
) -> ApiResult<web::Json<LabDirectory>> {
    let (session_id, entry_id) = path.into_inner();
    authorize(&app, &candidate.0, &token, session_id, epoch.epoch).await?;
    let directory = file::list(&app, session_id, &entry_id, at.into_inner()).await?;
    Ok(web::Json(directory))
}

/// What is in a text file of a lab
#[utoipa::path(tag = "lab",
    params(("session_id" = SessionId, Path), ("entry_id" = String, Path), ("epoch" = i64, Query), ("host" = String, Query),
        ("path" = String, Query)),
    responses(
        (status = 200, body = LabFile),
        (status = 404, body = Problem, description = "not_found, unknown_entry"),
        (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, file_refused"),
        (status = 413, body = Problem, description = "too_large"),
    ))]
#[get("/sessions/{session_id}/labs/{entry_id}/file")]
pub async fn read_file(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    epoch: web::Query<CheckpointRequest>,
    at: web::Query<FilePath>,
) -> ApiResult<web::Json<LabFile>> {
    let (session_id, entry_id) = path.into_inner();
    authorize(&app, &candidate.0, &token, session_id, epoch.epoch).await?;
    let file = file::read(&app, session_id, &entry_id, at.into_inner()).await?;
    Ok(web::Json(file))
}

/// Write a text file of a lab
#[utoipa::path(tag = "lab",
    params(("session_id" = SessionId, Path), ("entry_id" = String, Path), ("host" = String, Query), ("path" = String, Query)),
    responses(
        (status = 200, body = LabFile),
        (status = 404, body = Problem, description = "not_found, unknown_entry"),
        (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, file_changed, file_refused"),
        (status = 413, body = Problem, description = "too_large"),
    ))]
#[put("/sessions/{session_id}/labs/{entry_id}/file")]
pub async fn write_file(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    at: web::Query<FilePath>,
    new: web::Json<LabFileContent>,
) -> ApiResult<web::Json<LabFile>> {
    let (session_id, entry_id) = path.into_inner();
    authorize(&app, &candidate.0, &token, session_id, new.epoch).await?;
    let (at, new) = (at.into_inner(), new.into_inner());
    let file = file::write(&app, session_id, &entry_id, at, new).await?;
    Ok(web::Json(file))
}

/// A name under which the browser sees a web service of a lab, from another origin
#[utoipa::path(tag = "lab", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = Preview),
    (status = 404, body = Problem, description = "not_found, unknown_entry"),
    (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed, not_offered"),
))]
#[post("/sessions/{session_id}/labs/{entry_id}/previews")]
pub async fn create_preview(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    request: web::Json<PreviewRequest>,
) -> ApiResult<web::Json<Preview>> {
    let (session_id, entry_id) = path.into_inner();
    let session = authorize(&app, &candidate.0, &token, session_id, request.epoch).await?;
    let preview = preview::show(&app, &session, &entry_id, request.into_inner()).await?;
    Ok(web::Json(preview))
}

/// A ticket to open one terminal of a lab once
#[utoipa::path(tag = "lab", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = TerminalTicket),
    (status = 404, body = Problem, description = "not_found, unknown_entry"),
    (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed"),
    (status = 503, body = Problem, description = "lab_unavailable"),
))]
#[post("/sessions/{session_id}/labs/{entry_id}/terminal-tickets")]
pub async fn create_terminal_ticket(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    request: web::Json<TicketRequest>,
) -> ApiResult<web::Json<TerminalTicket>> {
    let (session_id, entry_id) = path.into_inner();
    let session = authorize(&app, &candidate.0, &token, session_id, request.epoch).await?;
    let ticket = ticket::issue(&app, &session, &entry_id, &request.host, request.terminal).await?;
    Ok(web::Json(TerminalTicket {
        ticket,
        expires_in_ms: ticket::LIFETIME_MS,
    }))
}

/// A terminal as a WebSocket, subprotocol `assay.terminal.v1`; the first message attaches it with a ticket
#[utoipa::path(tag = "lab", responses(
    (status = 101, description = "bytes of the terminal as binary messages, control messages as JSON text"),
    (status = 400, body = Problem),
))]
#[get("/terminal")]
pub async fn open_terminal(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Payload,
) -> ApiResult<HttpResponse> {
    let no_socket = |_reason: actix_web::Error| {
        ApiError::new(ErrorCode::BadRequest, "this address is for WebSockets")
    };
    let (response, session, messages) =
        actix_ws::handle_with_protocols(&request, body, &[terminal::PROTOCOL])
            .map_err(no_socket)?;
    let is_spoken = response
        .headers()
        .contains_key(header::SEC_WEBSOCKET_PROTOCOL);
    if !is_spoken {
        let detail = format!("ask for the subprotocol {}", terminal::PROTOCOL);
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    let app = app.get_ref().clone();
    actix_web::rt::spawn(terminal::serve(app, session, messages));
    Ok(response)
}
