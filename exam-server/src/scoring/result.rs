//! The result of a session, for its candidate.

use question_bank::{Form, FormEntry, FormScore, Outcome, SectionScore};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::authoring::read::task_by_digest;
use crate::credential;
use crate::credential::read::CertificateLink;
use crate::entity::{check_outcome, exam_session, score};
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;
use crate::scoring::settle::outcome;
use crate::session::rules::{Refusal, SessionState, State};
use crate::session::store::find_own;

/// Whether a result can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultState {
    /// Not handed in.
    None,
    /// Something is still being graded or decided.
    Pending,
    Released,
}

/// A result. A pending one says only that it is pending.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionResult {
    pub state: ResultState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// With one decimal, rounded down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_percent: Option<f64>,
    pub cut_score_percent: u32,
    pub sections: Vec<SectionResult>,
    pub domains: Vec<DomainResult>,
    pub tasks: Vec<TaskResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateLink>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SectionResult {
    pub id: String,
    pub title: String,
    pub score_percent: f64,
    pub minimum_percent: u32,
    pub reached: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DomainResult {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theory_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practice_percent: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TaskResult {
    pub title: String,
    pub score_percent: f64,
    /// What the resets of its lab have cost, in percent of what was earned
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_cost_percent: Option<u32>,
    pub checks: Vec<CheckResult>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CheckResult {
    pub title: String,
    pub points: u32,
    pub outcome: CheckOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// What came out of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    Pass,
    Fail,
    Broken,
}

impl From<Outcome> for CheckOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::Broken => Self::Broken,
        }
    }
}

/// Thousandths of a percent as a percentage with one decimal, rounded down: 69.9999 is never shown as 70.
fn percent(millis: u32) -> f64 {
    f64::from(millis / 100) / 10.0
}

/// The candidate's own result.
pub async fn result(app: &App, candidate: &SignedIn, id: SessionId) -> ApiResult<SessionResult> {
    let row = find_own(app, candidate.account_id, id).await?;
    let form = match State::of(&row)?.phase {
        SessionState::Submitted | SessionState::Graded => form::of_session(app, id).await?,
        other => return Err(Refusal::WrongState(other).into()),
    };
    let score = match row.state == SessionState::Graded.name() {
        true => final_score(app, &row).await?,
        false => None,
    };
    let Some(score) = score else {
        return Ok(SessionResult {
            state: ResultState::Pending,
            passed: None,
            score_percent: None,
            cut_score_percent: form.cut_score_percent,
            sections: Vec::new(),
            domains: Vec::new(),
            tasks: Vec::new(),
            certificate: None,
        });
    };
    Ok(SessionResult {
        state: ResultState::Released,
        passed: score.passed,
        score_percent: Some(percent(score.total_percent_millis)),
        cut_score_percent: score.cut_score_percent,
        sections: score.sections.iter().map(section).collect(),
        domains: domains(app, &score),
        tasks: tasks(app, id, &form, &score).await?,
        certificate: credential::read::of_session(app, id).await?,
    })
}

async fn final_score(app: &App, row: &exam_session::Model) -> ApiResult<Option<FormScore>> {
    let score = score::Entity::find()
        .filter(score::COLUMN.session_id.eq(row.id))
        .filter(score::COLUMN.is_final.eq(true))
        .order_by_desc(score::Column::Number)
        .one(app.db.reader())
        .await?;
    Ok(score
        .map(|score| serde_json::from_str(&score.body))
        .transpose()?)
}

fn section(score: &SectionScore) -> SectionResult {
    SectionResult {
        id: score.id.to_string(),
        title: score.title.clone(),
        score_percent: percent(score.score_percent_millis),
        minimum_percent: score.minimum_percent,
        reached: score.reached,
    }
}

fn domains(app: &App, score: &FormScore) -> Vec<DomainResult> {
    let domains = score.domains.iter().map(|domain| DomainResult {
        id: domain.domain.to_string(),
        title: match app.bank.bank.domain(&domain.domain) {
            Some(known) => known.title.clone(),
            None => domain.domain.to_string(),
        },
        theory_percent: domain.theory_percent_millis.map(percent),
        practice_percent: domain.practice_percent_millis.map(percent),
    });
    domains.collect()
}

async fn tasks(
    app: &App,
    id: SessionId,
    form: &Form,
    score: &FormScore,
) -> ApiResult<Vec<TaskResult>> {
    let rows = check_outcome::Entity::find()
        .filter(check_outcome::COLUMN.session_id.eq(id))
        .all(app.db.reader())
        .await?;
    let mut results = Vec::new();
    for entry in entries(form) {
        let FormEntry::Task(form_task) = entry.entry else {
            continue;
        };
        let task = task_by_digest(app, &form_task.digest).await?;
        let instance = task
            .instantiate(&form_task.values)
            .map_err(|error| ApiError::internal("task of a form", &error))?;
        let of_task = score
            .tasks
            .iter()
            .find(|score| score.task_id == form_task.task_id);
        let checks = instance.checks.into_iter().map(|check| {
            let row = rows
                .iter()
                .find(|row| row.entry_id == entry.entry_id && row.check_id == check.id.as_str());
            CheckResult {
                title: check.title,
                points: check.points,
                outcome: row.map_or(CheckOutcome::Broken, |row| outcome(row).into()),
                expected: row.and_then(|row| row.expected.clone()),
                found: row.and_then(|row| row.found.clone()),
            }
        });
        results.push(TaskResult {
            title: instance.title,
            score_percent: of_task.map_or(0.0, |score| percent(score.score_percent_millis)),
            reset_cost_percent: of_task
                .map(|score| score.reset_cost_percent)
                .filter(|cost| *cost > 0),
            checks: checks.collect(),
        });
    }
    Ok(results)
}
