//! Labs: the sandboxes of a session's tasks, held by the runner.
//!
//! A row per task says what the runner was asked for; the runner is the truth about what there is. The states are
//! `preparing`, `ready`, `resetting`, `failed` and, once it is graded, `ended`, which never changes again. Whatever is
//! asked of the runner can be asked again: a lab is known by the id of its row, a grading by a name made of it.

pub mod calls;
pub mod checkpoint;
pub mod file;
pub mod grade;
pub mod instance;
pub mod link;
pub mod memory;
pub mod planted;
pub mod prepare;
pub mod preview;
pub mod recording;
pub mod regrade;
pub mod reset;
pub mod routes;
pub mod runner_process;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod ticket;

use std::collections::BTreeMap;

use question_bank::InstantiateError;
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{LabId, SessionId};
pub use grade::grade;
use link::LinkError;
pub use prepare::{plan, prepare};

/// How a lab is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LabState {
    Preparing,
    Ready,
    Resetting,
    Failed,
    Ended,
}

impl LabState {
    /// The state of that name in the database.
    pub fn from_name(name: &str) -> Self {
        match name {
            "preparing" => Self::Preparing,
            "ready" => Self::Ready,
            "resetting" => Self::Resetting,
            "ended" => Self::Ended,
            _ => Self::Failed,
        }
    }

    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Resetting => "resetting",
            Self::Failed => "failed",
            Self::Ended => "ended",
        }
    }
}

/// A lab as its candidate sees it. Why it failed may quote its scripts and is for staff and the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabView {
    pub state: LabState,
}

/// Why something could not be done with a lab.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The database refused.
    #[error("the database refused")]
    Database(#[from] DbErr),
    /// The form or the task cannot be read.
    #[error(transparent)]
    Form(#[from] ApiError),
    /// The candidate's values do not fit the task.
    #[error("the task cannot be filled in: {0}")]
    Instance(#[from] InstantiateError),
    /// The runner did not do it.
    #[error(transparent)]
    Runner(Box<LinkError>),
    /// The runner could not prepare it.
    #[error("the lab could not be prepared: {0}")]
    NotReady(String),
}

/// The labs of a session by entry.
pub async fn views(app: &App, session_id: SessionId) -> ApiResult<BTreeMap<String, LabView>> {
    let rows = prepare::of_session(app, session_id).await?;
    let view = |row: crate::entity::lab::Model| {
        let state = LabState::from_name(&row.state);
        (row.entry_id, LabView { state })
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The name of a lab in the protocol.
fn wire_id(id: LabId) -> ApiResult<task_protocol::LabId> {
    task_protocol::LabId::new(id.to_string())
        .map_err(|error| ApiError::internal("name of a lab", &error))
}
