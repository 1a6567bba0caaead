//! Texts that were drawn for one candidate only. Where one of them is found in the lab of another, somebody has passed work
//! on: evidence for a person, never a verdict.

use question_bank::{FormEntry, Parameter};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use task_protocol::ForeignToken;

use crate::app::App;
use crate::authoring::read::task_by_digest;
use crate::entity::{account, exam_session, lab};
use crate::exam::form::{self, entries};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;
use crate::lab::LabError;
use crate::session::rules::{Command, State, decide};
use crate::session::store::{SERVER, carry_out, lock};

/// How many labs of others are compared, the latest first.
const LABS_MAX: u64 = 2_000;

/// A text and whose it is.
struct Planted {
    token: String,
    session_id: SessionId,
}

/// The texts planted in other candidates' labs of the same task, without those that this one has as well.
pub async fn in_labs_of_others(app: &App, row: &lab::Model) -> Result<Vec<String>, LabError> {
    let own = tokens_of(app, row).await?;
    let planted = planted_elsewhere(app, row).await?;
    let tokens = planted.into_iter().map(|planted| planted.token);
    Ok(tokens.filter(|token| !own.contains(token)).collect())
}

async fn planted_elsewhere(app: &App, row: &lab::Model) -> Result<Vec<Planted>, LabError> {
    let others = lab::Entity::find()
        .filter(lab::COLUMN.task_digest.eq(row.task_digest.as_str()))
        .filter(lab::COLUMN.session_id.ne(row.session_id))
        .order_by_desc(lab::Column::CreatedAtMs)
        .limit(LABS_MAX)
        .all(app.db.reader())
        .await?;
    let mut planted = Vec::new();
    for other in others {
        let tokens = tokens_of(app, &other).await?.into_iter();
        planted.extend(tokens.map(|token| Planted {
            token,
            session_id: other.session_id,
        }));
    }
    Ok(planted)
}

/// The random texts of a lab's task.
async fn tokens_of(app: &App, row: &lab::Model) -> Result<Vec<String>, LabError> {
    let form = form::of_session(app, row.session_id).await?;
    let task = task_by_digest(app, &row.task_digest).await?;
    let entries = entries(&form);
    let entry = entries.iter().find(|entry| entry.entry_id == row.entry_id);
    let Some(FormEntry::Task(placed)) = entry.map(|entry| entry.entry) else {
        return Ok(Vec::new());
    };
    let is_token = |name: &String| matches!(task.parameters.get(name), Some(Parameter::Token(_)));
    let values = placed.values.0.iter();
    Ok(values
        .filter(|(name, _)| is_token(name))
        .map(|(_, value)| value.clone())
        .collect())
}

/// Writes what was found into the session's log, where proctor and examiner read it.
pub async fn note(
    tx: &DatabaseTransaction,
    app: &App,
    row: &lab::Model,
    found: &[ForeignToken],
) -> Result<(), LabError> {
    if found.is_empty() {
        return Ok(());
    }
    let planted = planted_elsewhere(app, row).await?;
    for found in found {
        let whose = planted.iter().find(|other| other.token == found.token);
        let whose = match whose {
            Some(other) => name_of(app, other.session_id).await?,
            None => "another candidate".to_owned(),
        };
        let text = format!(
            "the lab of {} holds a text that was planted in the lab of {whose}: {} in {}:{}",
            row.entry_id, found.token, found.host, found.path
        );
        let session = lock(tx, row.session_id).await?;
        let command = Command::Note { text };
        let decision = decide(&State::of(&session)?, command, app.clock.now_ms());
        let decision = decision.map_err(ApiError::from)?;
        carry_out(tx, app, session, decision, SERVER).await?;
    }
    Ok(())
}

async fn name_of(app: &App, session_id: SessionId) -> ApiResult<String> {
    let db = app.db.reader();
    let session = exam_session::Entity::find_by_id(session_id).one(db).await?;
    let Some(session) = session else {
        return Ok("another candidate".to_owned());
    };
    let candidate = account::Entity::find_by_id(session.candidate_id)
        .one(db)
        .await?;
    Ok(candidate.map(|row| row.name).unwrap_or_default())
}
