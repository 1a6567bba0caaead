//! Grading the labs of a submitted session. All of it can be done again: the runner knows the job by its name, and an
//! outcome that is stored stays.

use std::collections::BTreeMap;

use question_bank::{CheckId, FormEntry, FormTask};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, Set};
use task_protocol::{CallError, CheckOutcome, GradeReport, JobId, Outcome};

use crate::app::App;
use crate::entity::{check_outcome, lab};
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{LabId, SessionId};
use crate::lab::instance::check_specs;
use crate::lab::link::LinkError;
use crate::lab::planted;
use crate::lab::prepare::{instance, of_session};
use crate::lab::{LabError, LabState, wire_id};

/// Times that grading fails before a person has to look.
const TRIES_MAX: u32 = 3;

/// Grades every lab of the session, stores the outcomes and ends the labs. What cannot be graded is broken, with the
/// reason; an error means that it must be tried again later.
pub async fn grade(app: &App, session_id: SessionId) -> Result<(), LabError> {
    let form = form::of_session(app, session_id).await?;
    let rows = of_session(app, session_id).await?;
    for entry in entries(&form) {
        let FormEntry::Task(task) = entry.entry else {
            continue;
        };
        if is_graded(app, session_id, &entry.entry_id, task).await? {
            continue;
        }
        let row = rows.iter().find(|row| row.entry_id == entry.entry_id);
        let result = match row {
            Some(row) => grade_lab(app, row).await?,
            None => Err("no lab was planned".to_owned()),
        };
        store(app, session_id, &entry.entry_id, task, row, result).await?;
        if let Some(row) = row {
            app.labs.forget(row.id);
            end(app, row.id);
        }
    }
    Ok(())
}

async fn is_graded(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
    task: &FormTask,
) -> Result<bool, LabError> {
    let stored = check_outcome::Entity::find()
        .filter(check_outcome::COLUMN.session_id.eq(session_id))
        .filter(check_outcome::COLUMN.entry_id.eq(entry_id))
        .count(app.db.reader())
        .await?;
    Ok(usize::try_from(stored).is_ok_and(|stored| stored >= task.check_points.len()))
}

/// The runner's report, or why there will be none.
async fn grade_lab(app: &App, row: &lab::Model) -> Result<Result<GradeReport, String>, LabError> {
    let detail = row.detail.as_deref().unwrap_or("no reason is known");
    match LabState::from_name(&row.state) {
        LabState::Ready | LabState::Resetting => {}
        LabState::Preparing => return Ok(Err("the lab was not ready before the end".to_owned())),
        LabState::Failed => return Ok(Err(format!("the lab had failed: {detail}"))),
        LabState::Ended => return Ok(Err("the lab had ended".to_owned())),
    }
    let checks = check_specs(&instance(app, row).await?);
    let foreign = planted::in_labs_of_others(app, row).await?;
    let (lab_id, job_id) = (wire_id(row.id)?, job_id(row.id)?);
    match app.runner.grade(lab_id, job_id, checks, foreign).await {
        Ok(report) => Ok(Ok(report)),
        Err(LinkError::Call(CallError::UnknownLab { .. })) => Ok(Err(
            "the lab was lost: the runner was restarted before grading".to_owned(),
        )),
        Err(error) if error.is_passing() => Err(error.into()),
        Err(error) if app.labs.count_grading(row.id) < TRIES_MAX => Err(error.into()),
        Err(error) => Ok(Err(format!("grading failed {TRIES_MAX} times: {error}"))),
    }
}

/// The name of the grading of a lab.
pub(super) fn job_id(lab: LabId) -> ApiResult<JobId> {
    JobId::new(format!("grade-{lab}")).map_err(|error| ApiError::internal("grading job", &error))
}

async fn store(
    app: &App,
    session_id: SessionId,
    entry_id: &str,
    task: &FormTask,
    row: Option<&lab::Model>,
    result: Result<GradeReport, String>,
) -> Result<(), LabError> {
    use check_outcome::Column::{CheckId as Check, EntryId, SessionId as Session};

    let now = app.clock.now_ms();
    let report = result.as_ref().ok();
    let found: BTreeMap<&str, &CheckOutcome> = report
        .into_iter()
        .flat_map(|report| &report.outcomes)
        .map(|outcome| (outcome.check_id.as_str(), outcome))
        .collect();
    let reason = result.as_ref().err().map(String::as_str);
    let outcome = |(check, points): (&CheckId, &u32)| {
        let found = found.get(check.as_str());
        let missing = reason.unwrap_or("the report does not speak of this check");
        check_outcome::ActiveModel {
            session_id: Set(session_id),
            entry_id: Set(entry_id.to_owned()),
            check_id: Set(check.to_string()),
            outcome: Set(name(found.map_or(Outcome::Broken, |found| found.outcome)).to_owned()),
            points: Set(i64::from(*points)),
            expected: Set(found.and_then(|found| found.expected.clone())),
            found: Set(found.and_then(|found| found.found.clone())),
            detail: Set(match found {
                Some(found) => found.detail.clone(),
                None => Some(missing.to_owned()),
            }),
            at_ms: Set(now),
            decided_outcome: Set(None),
            decided_by: Set(None),
            decided_at_ms: Set(None),
            decision_reason: Set(None),
            revision: Set(1),
        }
    };
    let outcomes: Vec<_> = task.check_points.iter().map(outcome).collect();
    let document = report.map(serde_json::to_string).transpose();
    let document = document.map_err(ApiError::from)?;
    let tx = app.db.begin().await?;
    check_outcome::Entity::insert_many(outcomes)
        .on_conflict(
            OnConflict::columns([Session, EntryId, Check])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    if let Some(row) = row {
        if let Some(report) = report {
            planted::note(&tx, app, row, &report.foreign_tokens).await?;
        }
        lab::Entity::update_many()
            .col_expr(lab::Column::State, Expr::value(LabState::Ended.name()))
            .col_expr(lab::Column::Detail, Expr::value(reason.map(str::to_owned)))
            .col_expr(
                lab::Column::SnapshotDigest,
                Expr::value(report.map(|report| report.snapshot_digest.clone())),
            )
            .col_expr(lab::Column::Report, Expr::value(document))
            .col_expr(lab::Column::UpdatedAtMs, Expr::value(now))
            .col_expr(
                lab::Column::Revision,
                Expr::col(lab::Column::Revision).add(1),
            )
            .filter(lab::COLUMN.id.eq(row.id))
            .filter(lab::COLUMN.state.ne(LabState::Ended.name()))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(super) const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Broken => "broken",
    }
}

/// Has the runner forget a lab, in the background. The snapshot stays with the runner.
pub fn end(app: &App, id: LabId) {
    let app = app.clone();
    tokio::spawn(async move {
        let Ok(lab_id) = wire_id(id) else { return };
        if let Err(error) = app.runner.destroy(lab_id).await {
            tracing::debug!(lab = %id, %error, "a graded lab is not ended yet");
        }
    });
}
