//! Broken checks: the queue, and a person's decision.

use question_bank::FormEntry;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::authoring::read::task_by_digest;
use crate::entity::{account, check_outcome, exam, exam_session};
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;

/// A check that waits for a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrokenCheck {
    pub session_id: SessionId,
    pub entry_id: String,
    pub candidate_name: String,
    pub exam_title: String,
    pub task_title: String,
    pub check_id: String,
    pub check_title: String,
    pub points: i64,
    /// Why it is broken.
    pub detail: String,
    pub at_ms: i64,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedOutcome {
    Pass,
    Fail,
}

impl DecidedOutcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }
}

/// Names one check of one session.
#[derive(Clone, Debug, Deserialize)]
pub struct CheckKey {
    pub session_id: SessionId,
    pub entry_id: String,
    pub check_id: String,
}

/// The checks that wait, oldest first.
pub async fn queue(app: &App) -> ApiResult<Vec<BrokenCheck>> {
    let rows = check_outcome::Entity::find()
        .filter(check_outcome::COLUMN.outcome.eq("broken"))
        .filter(check_outcome::Column::DecidedOutcome.is_null())
        .order_by_asc(check_outcome::Column::AtMs)
        .order_by_asc(check_outcome::Column::SessionId)
        .order_by_asc(check_outcome::Column::EntryId)
        .all(app.db.reader())
        .await?;
    let mut checks = Vec::with_capacity(rows.len());
    let mut known: Option<Context> = None;
    for row in rows {
        if known
            .as_ref()
            .is_none_or(|known| known.session_id != row.session_id)
        {
            known = Some(Context::read(app, row.session_id).await?);
        }
        if let Some(context) = &known {
            checks.push(context.check(app, row).await?);
        }
    }
    Ok(checks)
}

/// What the rows of one session have in common.
struct Context {
    session_id: SessionId,
    candidate_name: String,
    exam_title: String,
    form: question_bank::Form,
}

impl Context {
    async fn read(app: &App, session_id: SessionId) -> ApiResult<Self> {
        let db = app.db.reader();
        let session = exam_session::Entity::find_by_id(session_id).one(db).await?;
        let session = session.ok_or_else(|| ApiError::not_found("session"))?;
        let candidate = account::Entity::find_by_id(session.candidate_id).one(db);
        let exam = exam::Entity::find_by_id(session.exam_id).one(db);
        Ok(Self {
            session_id,
            candidate_name: candidate.await?.map(|row| row.name).unwrap_or_default(),
            exam_title: exam.await?.map(|row| row.title).unwrap_or_default(),
            form: form::of_session(app, session_id).await?,
        })
    }

    async fn check(&self, app: &App, row: check_outcome::Model) -> ApiResult<BrokenCheck> {
        let (mut task_title, mut check_title) = (row.entry_id.clone(), row.check_id.clone());
        for entry in entries(&self.form) {
            let FormEntry::Task(form_task) = entry.entry else {
                continue;
            };
            if entry.entry_id != row.entry_id {
                continue;
            }
            let task = task_by_digest(app, &form_task.digest).await?;
            let instance = task.instantiate(&form_task.values);
            let instance =
                instance.map_err(|error| ApiError::internal("task of a form", &error))?;
            task_title = instance.title;
            let check = instance
                .checks
                .into_iter()
                .find(|check| check.id.as_str() == row.check_id);
            check_title = check.map_or(check_title, |check| check.title);
        }
        Ok(BrokenCheck {
            session_id: row.session_id,
            entry_id: row.entry_id,
            candidate_name: self.candidate_name.clone(),
            exam_title: self.exam_title.clone(),
            task_title,
            check_id: row.check_id,
            check_title,
            points: row.points,
            detail: row.detail.unwrap_or_default(),
            at_ms: row.at_ms,
        })
    }
}

/// Decides a broken check. What the runner said stays beside the decision. The session is settled after the last one.
pub async fn decide(
    app: &App,
    examiner: &SignedIn,
    key: &CheckKey,
    outcome: DecidedOutcome,
    reason: &str,
) -> ApiResult<()> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ApiError::new(ErrorCode::BadRequest, "give a reason"));
    }
    let now = app.clock.now_ms();
    let tx = app.db.begin().await?;
    let id = (key.session_id, key.entry_id.clone(), key.check_id.clone());
    let row = check_outcome::Entity::find_by_id(id).one(&tx).await?;
    let row = row
        .filter(|row| row.outcome == "broken")
        .ok_or_else(|| ApiError::not_found("broken check"))?;
    use check_outcome::Column;
    let done = check_outcome::Entity::update_many()
        .col_expr(Column::DecidedOutcome, Expr::value(outcome.name()))
        .col_expr(Column::DecidedBy, Expr::value(examiner.account_id))
        .col_expr(Column::DecidedAtMs, Expr::value(now))
        .col_expr(Column::DecisionReason, Expr::value(reason))
        .col_expr(Column::Revision, Expr::value(row.revision + 1))
        .filter(check_outcome::COLUMN.session_id.eq(row.session_id))
        .filter(check_outcome::COLUMN.entry_id.eq(row.entry_id.as_str()))
        .filter(check_outcome::COLUMN.check_id.eq(row.check_id.as_str()))
        .filter(check_outcome::COLUMN.revision.eq(row.revision))
        .filter(Column::DecidedOutcome.is_null())
        .exec(&tx)
        .await?;
    if done.rows_affected != 1 {
        return Err(ApiError::new(
            ErrorCode::AlreadyDecided,
            "another examiner has decided this check",
        ));
    }
    let detail = serde_json::json!({
        "entry": row.entry_id, "check": row.check_id, "outcome": outcome, "reason": reason,
    });
    audit::record(
        &tx,
        now,
        &examiner.account_id.to_string(),
        "check_decided",
        &row.session_id.to_string(),
        &detail.to_string(),
    )
    .await?;
    tx.commit().await?;
    // The decision stands even if settling fails now: the first sweep after a restart settles it as well.
    if let Err(error) = super::settle(app, row.session_id).await {
        tracing::error!(session = %row.session_id, %error, "the decided session could not be settled");
    }
    Ok(())
}
