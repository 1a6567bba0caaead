//! Settling a submitted session: labs graded, score written, and if nothing is left to decide: graded and certified.
//! Everything here can be done again; whatever was interrupted is finished by the next call.

use std::collections::BTreeMap;

use question_bank::{
    Certification, CheckId, Form, FormEntry, FormScore, ItemId, Millipoints, OptionId, Outcome,
    Response, ScoreState, TaskId, score_form, score_item,
};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use crate::app::App;
use crate::audit;
use crate::authoring::read::item_by_digest;
use crate::credential::{self, Award, CredentialError};
use crate::entity::{check_outcome, exam, exam_session, score, session_event};
use crate::exam::form::{self, entries};
use crate::http::problem::ApiError;
use crate::ids::SessionId;
use crate::lab::{self, LabError};
use crate::session::SessionState;
use crate::session::paper::responses;
use crate::session::rules::{Command, Decision, Event, State, decide};
use crate::session::store::{SERVER, carry_out, lock};

/// Why a session could not be settled. It stays submitted and is tried again.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The labs could not be graded.
    #[error("the labs cannot be graded")]
    Lab(#[from] LabError),
    /// Responses, form or rows could not be read or written.
    #[error(transparent)]
    Storage(#[from] ApiError),
    /// The database refused.
    #[error("the score cannot be stored")]
    Database(#[from] DbErr),
    /// The stored exam or the score cannot be read or written.
    #[error("the score cannot be written")]
    Json(#[from] serde_json::Error),
    /// The certificate could not be issued.
    #[error("the certificate cannot be issued")]
    Credential(#[from] CredentialError),
}

/// Submitted sessions that wait for settling: all of them at the first sweep, later those without any score. One whose
/// score is pending waits for a person, and the decision settles it.
pub async fn due(app: &App, is_first: bool) -> Result<Vec<SessionId>, DbErr> {
    let mut query = exam_session::Entity::find()
        .select_only()
        .column(exam_session::Column::Id)
        .filter(
            exam_session::COLUMN
                .state
                .eq(SessionState::Submitted.name()),
        );
    if !is_first {
        let scored = Query::select()
            .column(score::Column::SessionId)
            .from(score::Entity)
            .to_owned();
        query = query.filter(exam_session::Column::Id.not_in_subquery(scored));
    }
    query.into_tuple().all(app.db.reader()).await
}

/// Settles a session. One that is not submitted is left alone.
pub async fn settle(app: &App, session_id: SessionId) -> Result<(), SettleError> {
    let row = exam_session::Entity::find_by_id(session_id)
        .one(app.db.reader())
        .await?;
    let Some(row) = row.filter(|row| row.state == SessionState::Submitted.name()) else {
        return Ok(());
    };
    lab::grade(app, session_id).await?;
    let form = form::of_session(app, session_id).await?;
    let items = item_scores(app, session_id, &form).await?;
    let exam = exam::Entity::find_by_id(row.exam_id)
        .one(app.db.reader())
        .await?;
    let exam = exam.ok_or_else(|| ApiError::internal("exam of a session", &row.exam_id))?;

    let tx = app.db.begin().await?;
    let row = lock(&tx, session_id).await?;
    if row.state != SessionState::Submitted.name() {
        return Ok(());
    }
    // Read under the lock: a decision that was made meanwhile counts.
    let outcomes = outcomes(&tx, session_id, &form).await?;
    let resets = resets(&tx, session_id, &form).await?;
    let score = score_form(&form, &items, &outcomes, &resets);
    let now = app.clock.now_ms();
    write(&tx, session_id, &score, now).await?;
    if score.state == ScoreState::Final {
        let decision = decide(&State::of(&row)?, Command::Grade, now).map_err(ApiError::from)?;
        if let Decision::Append(_) = decision {
            carry_out(&tx, app, row.clone(), decision, SERVER).await?;
        }
        let detail = serde_json::json!({"passed": score.passed}).to_string();
        let object = session_id.to_string();
        audit::record(&tx, now, SERVER, "session_graded", &object, &detail).await?;
        certify(&tx, app, &row, &exam, &form, &score).await?;
    }
    tx.commit().await?;
    if score.state == ScoreState::Final {
        app.live.forget(session_id);
    }
    Ok(())
}

async fn certify(
    tx: &DatabaseTransaction,
    app: &App,
    row: &exam_session::Model,
    exam: &exam::Model,
    form: &Form,
    score: &FormScore,
) -> Result<(), SettleError> {
    let Some(certification) = exam
        .certification
        .as_ref()
        .filter(|_| score.passed == Some(true))
    else {
        return Ok(());
    };
    let certification: Certification = serde_json::from_str(certification)?;
    let award = Award {
        session_id: row.id,
        holder_id: row.candidate_id,
        certification: &certification,
        exam_title: &exam.title,
        score,
        form,
        at_ms: app.clock.now_ms(),
    };
    credential::issue(tx, app, award).await?;
    Ok(())
}

/// Adds a score row, unless the last one says the same.
async fn write(
    tx: &DatabaseTransaction,
    session_id: SessionId,
    score: &FormScore,
    now_ms: i64,
) -> Result<(), SettleError> {
    let last = score::Entity::find()
        .filter(score::COLUMN.session_id.eq(session_id))
        .order_by_desc(score::Column::Number)
        .one(tx)
        .await?;
    let body = serde_json::to_string(score)?;
    if last.as_ref().is_some_and(|last| last.body == body) {
        return Ok(());
    }
    score::ActiveModel {
        session_id: Set(session_id),
        number: Set(last.map_or(1, |last| last.number + 1)),
        is_final: Set(score.state == ScoreState::Final),
        is_passed: Set(score.passed == Some(true)),
        total_millipercent: Set(i64::from(score.total_percent_millis)),
        body: Set(body),
        scored_at_ms: Set(now_ms),
    }
    .insert(tx)
    .await?;
    Ok(())
}

async fn item_scores(
    app: &App,
    session_id: SessionId,
    form: &Form,
) -> Result<BTreeMap<ItemId, Millipoints>, SettleError> {
    let responses: BTreeMap<String, Vec<String>> = responses(app, session_id)
        .await?
        .into_iter()
        .map(|response| (response.entry_id, response.options))
        .collect();
    let mut scores = BTreeMap::new();
    for entry in entries(form) {
        let FormEntry::Item(item) = entry.entry else {
            continue;
        };
        let Some(options) = responses.get(&entry.entry_id) else {
            continue;
        };
        let options = options
            .iter()
            .map(OptionId::new)
            .collect::<Result<_, _>>()
            .map_err(|error| ApiError::internal("stored response", &error))?;
        let version = item_by_digest(app, &item.digest).await?;
        let points = score_item(&version, &Response { options });
        scores.insert(item.item_id.clone(), points);
    }
    Ok(scores)
}

/// The outcomes of the checks; a person's decision stands before what the runner said.
async fn outcomes(
    tx: &DatabaseTransaction,
    session_id: SessionId,
    form: &Form,
) -> Result<BTreeMap<TaskId, BTreeMap<CheckId, Outcome>>, SettleError> {
    let rows = check_outcome::Entity::find()
        .filter(check_outcome::COLUMN.session_id.eq(session_id))
        .all(tx)
        .await?;
    let mut outcomes: BTreeMap<TaskId, BTreeMap<CheckId, Outcome>> = BTreeMap::new();
    for entry in entries(form) {
        let FormEntry::Task(task) = entry.entry else {
            continue;
        };
        let of_task = outcomes.entry(task.task_id.clone()).or_default();
        for row in rows.iter().filter(|row| row.entry_id == entry.entry_id) {
            let check = CheckId::new(row.check_id.as_str())
                .map_err(|error| ApiError::internal("stored check", &error))?;
            of_task.insert(check, outcome(row));
        }
    }
    Ok(outcomes)
}

/// How often the candidate had the lab of each task reset.
async fn resets(
    tx: &DatabaseTransaction,
    session_id: SessionId,
    form: &Form,
) -> Result<BTreeMap<TaskId, u32>, SettleError> {
    let rows = session_event::Entity::find()
        .filter(session_event::COLUMN.session_id.eq(session_id))
        .filter(session_event::COLUMN.kind.eq("lab_reset"))
        .all(tx)
        .await?;
    let mut counted = Vec::new();
    for row in rows {
        let event = Event::from_parts(&row.kind, &row.body)?;
        if !matches!(
            event,
            Event::LabReset {
                is_repair: true,
                ..
            }
        ) {
            counted.extend(row.entry_id);
        }
    }
    let mut resets = BTreeMap::new();
    for entry in entries(form) {
        if let FormEntry::Task(task) = entry.entry {
            let of_task = counted.iter().filter(|id| **id == entry.entry_id);
            let count = u32::try_from(of_task.count()).unwrap_or(u32::MAX);
            resets.insert(task.task_id.clone(), count);
        }
    }
    Ok(resets)
}

/// What counts of a check. Anything but a clear word is broken.
pub fn outcome(row: &check_outcome::Model) -> Outcome {
    match row.decided_outcome.as_deref().unwrap_or(&row.outcome) {
        "pass" => Outcome::Pass,
        "fail" => Outcome::Fail,
        _ => Outcome::Broken,
    }
}
