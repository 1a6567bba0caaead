//! Earlier states of a lab, and what a candidate may go back to.

use question_bank::LabPolicy;
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::link::LinkError;
use crate::lab::{reset, wire_id};
use crate::session::store::find_own;

/// The files of a lab at a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkpoint {
    pub number: u32,
    pub at_ms: i64,
}

/// What a lab can go back to, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkpoints {
    pub checkpoints: Vec<Checkpoint>,
}

/// What the exam offers for the lab of a task, and what each use costs.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PaperLabPolicy {
    pub reset: bool,
    pub restore: bool,
    /// Percent of the points earned on the task
    pub cost_percent: u32,
}

impl From<LabPolicy> for PaperLabPolicy {
    fn from(policy: LabPolicy) -> Self {
        Self {
            reset: policy.reset,
            restore: policy.restore,
            cost_percent: policy.cost_percent,
        }
    }
}

/// What the form says about the lab of an entry.
pub async fn policy(app: &App, session_id: SessionId, entry_id: &str) -> ApiResult<LabPolicy> {
    let form = form::of_session(app, session_id).await?;
    let entries = entries(&form);
    let entry = entries.iter().find(|entry| entry.entry_id == entry_id);
    entry
        .map(|entry| entry.section.labs)
        .ok_or_else(|| ApiError::new(ErrorCode::UnknownEntry, "the form has no such task"))
}

fn unavailable(error: LinkError) -> ApiError {
    ApiError::new(ErrorCode::LabUnavailable, error.to_string())
}

fn shown(view: task_protocol::LabView) -> Checkpoints {
    let checkpoints = view.checkpoints.into_iter().map(|checkpoint| Checkpoint {
        number: checkpoint.number,
        at_ms: checkpoint.at_ms,
    });
    Checkpoints {
        checkpoints: checkpoints.collect(),
    }
}

/// The checkpoints of a candidate's lab.
pub async fn list(
    app: &App,
    candidate: &SignedIn,
    session_id: SessionId,
    entry_id: &str,
) -> ApiResult<Checkpoints> {
    find_own(app, candidate.account_id, session_id).await?;
    let row = reset::find(app, session_id, entry_id).await?;
    let view = app.runner.inspect(wire_id(row.id)?).await;
    Ok(shown(view.map_err(unavailable)?))
}

/// Keeps the files of a lab as they are now. The caller has been authorized.
pub async fn take(app: &App, session_id: SessionId, entry_id: &str) -> ApiResult<Checkpoints> {
    if !policy(app, session_id, entry_id).await?.restore {
        let detail = "this exam does not offer it for this task";
        return Err(ApiError::new(ErrorCode::NotOffered, detail));
    }
    let row = reset::find(app, session_id, entry_id).await?;
    let view = app.runner.take_checkpoint(wire_id(row.id)?).await;
    Ok(shown(view.map_err(unavailable)?))
}

/// When a checkpoint was taken.
pub(super) async fn time_of(
    app: &App,
    candidate: &SignedIn,
    session_id: SessionId,
    entry_id: &str,
    number: u32,
) -> ApiResult<i64> {
    let known = list(app, candidate, session_id, entry_id).await?;
    let found = known
        .checkpoints
        .iter()
        .find(|known| known.number == number);
    found
        .map(|found| found.at_ms)
        .ok_or_else(|| ApiError::not_found("checkpoint"))
}
