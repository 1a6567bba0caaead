//! Grading once more what the labs of a session left, to see whether it comes to the same. It changes no score: a check
//! that was corrected since shows here what it would say now.

use question_bank::FormEntry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::check_outcome;
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::grade::{job_id, name};
use crate::lab::instance::check_specs;
use crate::lab::prepare::{instance, of_session};
use crate::lab::{LabError, LabState};

/// A check then and now.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegradedCheck {
    pub entry_id: String,
    pub check_id: String,
    /// `pass`, `fail` or `broken`, as it came out when the session was graded
    pub outcome_then: String,
    pub outcome_now: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_then: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_now: Option<String>,
    /// Whether outcome, expectation and finding are the same to the letter
    pub is_same: bool,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Regrade {
    pub is_same: bool,
    pub checks: Vec<RegradedCheck>,
}

/// Grades what the session's labs left once more.
pub async fn regrade(
    app: &App,
    actor: Option<&SignedIn>,
    session_id: SessionId,
) -> ApiResult<Regrade> {
    let form = form::of_session(app, session_id).await?;
    let rows = of_session(app, session_id).await?;
    let stored = check_outcome::Entity::find()
        .filter(check_outcome::COLUMN.session_id.eq(session_id))
        .all(app.db.reader())
        .await?;
    let mut checks = Vec::new();
    for entry in entries(&form) {
        let FormEntry::Task(_) = entry.entry else {
            continue;
        };
        let row = rows.iter().find(|row| row.entry_id == entry.entry_id);
        let row = row.filter(|row| LabState::from_name(&row.state) == LabState::Ended);
        let row = row
            .ok_or_else(|| ApiError::new(ErrorCode::WrongState, "the session is not graded yet"))?;
        let specs = check_specs(&instance(app, row).await.map_err(unavailable)?);
        let report = app.runner.regrade(job_id(row.id)?, specs).await;
        let report = report.map_err(|error| unavailable(error.into()))?;
        for now in report.outcomes {
            let then = stored
                .iter()
                .find(|then| then.entry_id == entry.entry_id && then.check_id == now.check_id);
            let outcome_then = then.map(|then| then.outcome.clone()).unwrap_or_default();
            let expected_then = then.and_then(|then| then.expected.clone());
            let found_then = then.and_then(|then| then.found.clone());
            let outcome_now = name(now.outcome).to_owned();
            checks.push(RegradedCheck {
                is_same: outcome_then == outcome_now
                    && expected_then == now.expected
                    && found_then == now.found,
                entry_id: entry.entry_id.clone(),
                check_id: now.check_id,
                outcome_then,
                outcome_now,
                found_then,
                found_now: now.found,
            });
        }
    }
    let regrade = Regrade {
        is_same: checks.iter().all(|check| check.is_same),
        checks,
    };
    let tx = app.db.begin().await?;
    let actor = actor.map_or("command line".to_owned(), |actor| {
        actor.account_id.to_string()
    });
    let detail = serde_json::json!({ "is_same": regrade.is_same }).to_string();
    let now = app.clock.now_ms();
    audit::record(
        &tx,
        now,
        &actor,
        "session_regraded",
        &session_id.to_string(),
        &detail,
    )
    .await?;
    tx.commit().await?;
    Ok(regrade)
}

fn unavailable(error: LabError) -> ApiError {
    ApiError::new(ErrorCode::LabUnavailable, error.to_string())
}
