//! Labs: the sandboxes of a session's tasks, held by the runner.

use std::collections::BTreeMap;

use question_bank::{Form, FormEntry};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::entity::{check_outcome, lab};
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{LabId, SessionId};

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
}

/// A lab as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabView {
    pub state: LabState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Why labs could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The database refused.
    #[error("the outcomes cannot be stored")]
    Database(#[from] DbErr),
    /// The form cannot be read.
    #[error("the form of the session cannot be read")]
    Form(#[from] ApiError),
}

/// Plans a lab for each task of the form.
pub async fn plan(
    tx: &DatabaseTransaction,
    app: &App,
    session_id: SessionId,
    form: &Form,
) -> Result<(), DbErr> {
    let now = app.clock.now_ms();
    for entry in entries(form) {
        let FormEntry::Task(task) = entry.entry else {
            continue;
        };
        lab::ActiveModel {
            id: Set(LabId::new()),
            session_id: Set(session_id),
            entry_id: Set(entry.entry_id),
            task_digest: Set(task.digest.clone()),
            state: Set("preparing".to_owned()),
            detail: Set(None),
            snapshot_digest: Set(None),
            report: Set(None),
            created_at_ms: Set(now),
            updated_at_ms: Set(now),
            revision: Set(1),
        }
        .insert(tx)
        .await?;
    }
    Ok(())
}

/// Has the planned labs made.
pub fn prepare(app: &App, session_id: SessionId) {
    let app = app.clone();
    tokio::spawn(async move {
        let done = lab::Entity::update_many()
            .col_expr(lab::Column::State, Expr::value("failed"))
            .col_expr(lab::Column::Detail, Expr::value("there is no runner"))
            .filter(lab::COLUMN.session_id.eq(session_id))
            .filter(lab::COLUMN.state.eq("preparing"));
        if let Ok(tx) = app.db.begin().await
            && done.exec(&tx).await.is_ok()
        {
            let _again = tx.commit().await;
        }
    });
}

/// The labs of a session by entry.
pub async fn views(app: &App, session_id: SessionId) -> ApiResult<BTreeMap<String, LabView>> {
    let rows = lab::Entity::find()
        .filter(lab::COLUMN.session_id.eq(session_id))
        .all(app.db.reader())
        .await?;
    let view = |row: lab::Model| {
        let state = LabState::from_name(&row.state);
        (
            row.entry_id,
            LabView {
                state,
                detail: row.detail,
            },
        )
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Grades the labs of a submitted session.
pub async fn grade(app: &App, session_id: SessionId) -> Result<(), LabError> {
    let form = form::of_session(app, session_id).await?;
    let now = app.clock.now_ms();
    let mut outcomes = Vec::new();
    for entry in entries(&form) {
        let FormEntry::Task(task) = entry.entry else {
            continue;
        };
        for (check, points) in &task.check_points {
            outcomes.push(check_outcome::ActiveModel {
                session_id: Set(session_id),
                entry_id: Set(entry.entry_id.clone()),
                check_id: Set(check.to_string()),
                outcome: Set("broken".to_owned()),
                points: Set(i64::from(*points)),
                expected: Set(None),
                found: Set(None),
                detail: Set(Some("there is no runner".to_owned())),
                at_ms: Set(now),
                decided_outcome: Set(None),
                decided_by: Set(None),
                decided_at_ms: Set(None),
                decision_reason: Set(None),
                revision: Set(1),
            });
        }
    }
    if outcomes.is_empty() {
        return Ok(());
    }
    use check_outcome::Column::{CheckId, EntryId, SessionId};
    let tx = app.db.begin().await?;
    check_outcome::Entity::insert_many(outcomes)
        .on_conflict(
            OnConflict::columns([SessionId, EntryId, CheckId])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
