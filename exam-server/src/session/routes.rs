//! Sessions over HTTP, for candidates.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::{ApiError, ApiResult, ErrorCode, Problem};
use crate::http::sign_in::Candidate;
use crate::ids::SessionId;
use crate::session::finish::{self, Finished};
use crate::session::paper::{self, Paper};
use crate::session::read::{self, SessionSummary, SessionView};
use crate::session::rules::Refusal;
use crate::session::save_response::{Save, body};
use crate::session::start::start;
use crate::session::store::find_own;
use crate::session::take_over::take_over;
use crate::session::token::{self, SessionToken};
use crate::session::{enter, receipt, shape};

#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<SessionSummary>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct StartRequest {
    #[schema(example = "7KQ2M-X4ZDA")]
    pub seat_code: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct TakeOverRequest {
    /// Needed on another device than the one that started
    pub seat_code: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Started {
    pub epoch: i64,
    pub remaining_ms: i64,
    pub paper: Paper,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SaveRequest {
    pub epoch: i64,
    /// Rises by at least one with each change of this response
    #[schema(minimum = 1)]
    pub revision: i64,
    pub options: Vec<String>,
    pub is_flagged: bool,
    /// The device's clock, for the record only
    pub client_at_ms: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SaveAck {
    pub entry_id: String,
    pub revision: i64,
    /// The position in the session's log
    pub seq: i64,
    pub receipt: String,
    pub saved_at_ms: i64,
    pub remaining_ms: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct FinishRequest {
    pub epoch: i64,
    /// The newest revision of every response that the client has
    pub heads: Vec<ResponseHead>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ResponseHead {
    pub entry_id: String,
    pub revision: i64,
}

/// The candidate's sessions
#[utoipa::path(tag = "session", responses((status = 200, body = Sessions), (status = 401, body = Problem)))]
#[get("/sessions")]
pub async fn list_sessions(
    app: web::Data<App>,
    candidate: Candidate,
) -> ApiResult<web::Json<Sessions>> {
    let sessions = read::list(&app, &candidate.0).await?;
    Ok(web::Json(Sessions { sessions }))
}

/// One session; asking is also the sign of life
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)),
    responses((status = 200, body = SessionView), (status = 404, body = Problem)))]
#[get("/sessions/{session_id}")]
pub async fn get_session(
    app: web::Data<App>,
    candidate: Candidate,
    token: Option<SessionToken>,
    id: web::Path<SessionId>,
) -> ApiResult<HttpResponse> {
    let row = find_own(&app, candidate.0.account_id, *id).await?;
    app.live.note_seen(*id, app.clock.now_ms());
    let view = read::view(&app, &candidate.0, &row).await?;
    let mut response = HttpResponse::Ok();
    if let Some(cookie) = token::renewed(&app, &row, token.as_ref())? {
        response.cookie(cookie);
    }
    Ok(response.json(view))
}

/// Enter the waiting room: the form is drawn, the labs are prepared
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = SessionView),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state, form_infeasible"),
))]
#[post("/sessions/{session_id}/enter")]
pub async fn enter_session(
    app: web::Data<App>,
    candidate: Candidate,
    id: web::Path<SessionId>,
) -> ApiResult<web::Json<SessionView>> {
    enter::enter(&app, &candidate.0, *id).await?;
    app.live.note_seen(*id, app.clock.now_ms());
    let row = find_own(&app, candidate.0.account_id, *id).await?;
    Ok(web::Json(read::view(&app, &candidate.0, &row).await?))
}

async fn started(app: &App, row: &exam_session::Model) -> ApiResult<HttpResponse> {
    let paper = paper::paper(app, row).await?;
    Ok(HttpResponse::Ok()
        .cookie(token::cookie_for(app, row)?)
        .json(Started {
            epoch: paper.epoch,
            remaining_ms: paper.remaining_ms,
            paper,
        }))
}

/// Start with the seat code; the clock runs from here
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = Started),
    (status = 403, body = Problem, description = "seat_code_wrong, seat_code_expired, seat_code_used, seat_code_other_seat"),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state, labs_not_ready"),
    (status = 423, body = Problem, description = "seat_locked"),
))]
#[post("/sessions/{session_id}/start")]
pub async fn start_session(
    app: web::Data<App>,
    candidate: Candidate,
    id: web::Path<SessionId>,
    request: web::Json<StartRequest>,
) -> ApiResult<HttpResponse> {
    let row = start(&app, &candidate.0, *id, &request.seat_code).await?;
    started(&app, &row).await
}

/// Go on in this tab or on this device; the older one is shut out
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = Started),
    (status = 403, body = Problem, description = "as for the start, on another device"),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state, session_closed"),
))]
#[post("/sessions/{session_id}/take-over")]
pub async fn take_over_session(
    app: web::Data<App>,
    candidate: Candidate,
    id: web::Path<SessionId>,
    request: web::Json<TakeOverRequest>,
) -> ApiResult<HttpResponse> {
    let row = take_over(&app, &candidate.0, *id, request.seat_code.as_deref()).await?;
    started(&app, &row).await
}

/// The paper with what was saved so far
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = Paper),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "stale_epoch, wrong_state, session_closed"),
))]
#[get("/sessions/{session_id}/paper")]
pub async fn get_paper(
    app: web::Data<App>,
    candidate: Candidate,
    token: Option<SessionToken>,
    id: web::Path<SessionId>,
) -> ApiResult<HttpResponse> {
    let row = paper::open(&app, &candidate.0, token.as_ref(), *id).await?;
    let paper = paper::paper(&app, &row).await?;
    Ok(HttpResponse::Ok()
        .cookie(token::cookie_for(&app, &row)?)
        .json(paper))
}

/// Save a response. An acknowledgement means that it is on disk; sending the same again gives the same receipt
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path), ("entry_id" = String, Path)), responses(
    (status = 200, body = SaveAck),
    (status = 401, body = Problem, description = "bad_token"),
    (status = 404, body = Problem, description = "unknown_entry, not_found"),
    (status = 409, body = Problem, description = "stale_epoch, old_revision, revision_conflict, session_closed, late_response"),
    (status = 413, body = Problem),
    (status = 422, body = Problem, description = "bad_response"),
    (status = 503, body = Problem, description = "busy: nothing was saved, send it again"),
))]
#[put("/sessions/{session_id}/responses/{entry_id}")]
pub async fn save_response(
    app: web::Data<App>,
    token: SessionToken,
    path: web::Path<(SessionId, String)>,
    request: web::Json<SaveRequest>,
) -> ApiResult<web::Json<SaveAck>> {
    let received_at_ms = app.clock.now_ms();
    let (session_id, entry_id) = path.into_inner();
    token.is_for(session_id)?;
    let mut request = request.into_inner();
    if request.revision < 1 {
        return Err(ApiError::new(
            ErrorCode::BadResponse,
            "revisions begin at 1",
        ));
    }
    request.options.sort_unstable();
    shape::of_session(&app, session_id)
        .await?
        .accept(&entry_id, &request.options)?;
    let save = Save {
        session_id,
        epochs: [request.epoch, token.epoch],
        entry_id: entry_id.clone(),
        revision: request.revision,
        body: body(&request.options, request.is_flagged),
        is_answered: !request.options.is_empty(),
        is_flagged: request.is_flagged,
        client_at_ms: request.client_at_ms,
        received_at_ms,
    };
    let saved = app.saves.save(save).await?;
    Ok(web::Json(SaveAck {
        entry_id,
        revision: request.revision,
        seq: saved.seq,
        receipt: saved.receipt,
        saved_at_ms: saved.saved_at_ms,
        remaining_ms: saved.remaining_ms,
    }))
}

/// Hand in
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = Finished),
    (status = 401, body = Problem, description = "not_signed_in, bad_token"),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "missing_responses, stale_epoch, wrong_state"),
))]
#[post("/sessions/{session_id}/finish")]
pub async fn finish_session(
    app: web::Data<App>,
    candidate: Candidate,
    token: SessionToken,
    id: web::Path<SessionId>,
    request: web::Json<FinishRequest>,
) -> ApiResult<web::Json<Finished>> {
    let FinishRequest { epoch, heads } = request.into_inner();
    // Only the browser that sits the session hands it in, not whoever is signed in beside it.
    token.is_for(*id)?;
    if token.epoch != epoch {
        return Err(Refusal::StaleEpoch(token.epoch).into());
    }
    let heads: Vec<(String, i64)> = heads
        .into_iter()
        .map(|head| (head.entry_id, head.revision))
        .collect();
    let finished = finish::finish(&app, &candidate.0, *id, epoch, &heads).await?;
    Ok(web::Json(finished))
}

/// The receipt as a text file, to keep
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state: it is not handed in"),
))]
#[get("/sessions/{session_id}/receipt")]
pub async fn get_receipt(
    app: web::Data<App>,
    candidate: Candidate,
    id: web::Path<SessionId>,
) -> ApiResult<HttpResponse> {
    let text = receipt::receipt(&app, &candidate.0, *id).await?;
    let name = format!("attachment; filename=\"receipt-{}.txt\"", *id);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}
