//! Results for candidates, and the queues that wait for examiners.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{ApiResult, Problem};
use crate::http::sign_in::{Candidate, Examiner};
use crate::ids::SessionId;
use crate::lab::regrade::{self, Regrade};
use crate::scoring::broken::{self, BrokenCheck, CheckKey, DecidedOutcome};
use crate::scoring::late::{self, LateResponse};
use crate::scoring::result::{self, SessionResult};

#[derive(Debug, Serialize, ToSchema)]
pub struct BrokenChecks {
    pub checks: Vec<BrokenCheck>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CheckDecision {
    pub outcome: DecidedOutcome,
    pub reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LateResponses {
    pub responses: Vec<LateResponse>,
}

/// The result of a session
#[utoipa::path(tag = "session", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = SessionResult),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state: it is not handed in"),
))]
#[get("/sessions/{session_id}/result")]
pub async fn get_result(
    app: web::Data<App>,
    candidate: Candidate,
    id: web::Path<SessionId>,
) -> ApiResult<web::Json<SessionResult>> {
    Ok(web::Json(result::result(&app, &candidate.0, *id).await?))
}

/// Checks that did not work and wait for a decision
#[utoipa::path(tag = "scoring", responses((status = 200, body = BrokenChecks), (status = 401, body = Problem)))]
#[get("/broken-checks")]
pub async fn list_broken_checks(
    app: web::Data<App>,
    _examiner: Examiner,
) -> ApiResult<web::Json<BrokenChecks>> {
    let checks = broken::queue(&app).await?;
    Ok(web::Json(BrokenChecks { checks }))
}

/// Decide a broken check
#[utoipa::path(tag = "scoring",
    params(("session_id" = SessionId, Path), ("entry_id" = String, Path), ("check_id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem, description = "already_decided")))]
#[post("/broken-checks/{session_id}/{entry_id}/{check_id}")]
pub async fn decide_broken_check(
    app: web::Data<App>,
    examiner: Examiner,
    key: web::Path<CheckKey>,
    decision: web::Json<CheckDecision>,
) -> ApiResult<HttpResponse> {
    let CheckDecision { outcome, reason } = decision.into_inner();
    broken::decide(&app, &examiner.0, &key, outcome, &reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Grade once more what the labs of a session left, and compare; no score changes
#[utoipa::path(tag = "scoring", params(("session_id" = SessionId, Path)), responses(
    (status = 200, body = Regrade),
    (status = 404, body = Problem),
    (status = 409, body = Problem, description = "wrong_state: it is not graded yet"),
    (status = 503, body = Problem, description = "lab_unavailable: what the labs left is not kept any more"),
))]
#[post("/regrades/{session_id}")]
pub async fn regrade_session(
    app: web::Data<App>,
    examiner: Examiner,
    id: web::Path<SessionId>,
) -> ApiResult<web::Json<Regrade>> {
    let regrade = regrade::regrade(&app, Some(&examiner.0), *id).await?;
    Ok(web::Json(regrade))
}

/// Responses that arrived after the end and are kept
#[utoipa::path(tag = "scoring", responses((status = 200, body = LateResponses), (status = 401, body = Problem)))]
#[get("/late-responses")]
pub async fn list_late_responses(
    app: web::Data<App>,
    _examiner: Examiner,
) -> ApiResult<web::Json<LateResponses>> {
    let responses = late::queue(&app).await?;
    Ok(web::Json(LateResponses { responses }))
}
