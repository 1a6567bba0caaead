//! Having labs made, and keeping the rows true to what the runner has.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use question_bank::{Form, FormEntry, TaskInstance};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect, Set,
};
use task_protocol as wire;

use crate::app::App;
use crate::authoring::read::task_by_digest;
use crate::entity::{exam_session, lab};
use crate::exam::form::{self, entries};
use crate::http::problem::ApiError;
use crate::ids::{LabId, SessionId};
use crate::lab::grade::end;
use crate::lab::instance::{SETUP_TIMEOUT_MS, lab_spec};
use crate::lab::link::LinkError;
use crate::lab::{LabError, LabState, wire_id};
use crate::session::SessionState;

/// How often the rows are compared with the runner.
const WATCH_INTERVAL: Duration = Duration::from_secs(3);
/// How long a lab rests after the runner could not be asked.
const RETRY_SOON_MS: i64 = 2_000;
/// How long it rests after it could not be prepared: that is likely to happen again.
const RETRY_LATER_MS: i64 = 20_000;

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
            state: Set(LabState::Preparing.name().to_owned()),
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

/// Has the planned labs of a session made, in the background. What is made or being made already is left alone.
pub fn prepare(app: &App, session_id: SessionId) {
    let app = app.clone();
    tokio::spawn(async move {
        match of_session(&app, session_id).await {
            Ok(rows) => rows.into_iter().for_each(|row| make(&app, row, true)),
            Err(error) => tracing::error!(session = %session_id, %error, "labs cannot be read"),
        }
    });
}

/// The rows of a session's labs.
pub async fn of_session(app: &App, session_id: SessionId) -> Result<Vec<lab::Model>, DbErr> {
    lab::Entity::find()
        .filter(lab::COLUMN.session_id.eq(session_id))
        .all(app.db.reader())
        .await
}

/// The task of a lab with its candidate's values.
pub async fn instance(app: &App, row: &lab::Model) -> Result<TaskInstance, LabError> {
    let form = form::of_session(app, row.session_id).await?;
    let entries = entries(&form);
    let entry = entries.iter().find(|entry| entry.entry_id == row.entry_id);
    let Some(FormEntry::Task(task)) = entry.map(|entry| entry.entry) else {
        return Err(ApiError::internal("lab", &"the form has no such task").into());
    };
    let version = task_by_digest(app, &row.task_digest).await?;
    Ok(version.instantiate(&task.values)?)
}

/// Has one lab made in the background, if it is not ready and nobody makes it.
fn make(app: &App, row: lab::Model, urgent: bool) {
    let state = LabState::from_name(&row.state);
    if !matches!(state, LabState::Preparing | LabState::Failed) {
        return;
    }
    let Some(mut work) = app.labs.begin(row.id, app.clock.now_ms(), urgent) else {
        return;
    };
    let app = app.clone();
    tokio::spawn(async move {
        let permit = app.labs.preparing.acquire().await;
        let made = bring_up(&app, &row).await;
        drop(permit);
        let now = app.clock.now_ms();
        let (state, detail) = match made {
            Ok(()) => (LabState::Ready, None),
            Err(error) => {
                tracing::warn!(lab = %row.id, %error, "a lab is not ready; it is tried again");
                let is_passing = matches!(&error, LabError::Runner(error) if error.is_passing());
                work.rest_until(match is_passing {
                    true => now + RETRY_SOON_MS,
                    false => now + RETRY_LATER_MS,
                });
                (LabState::Failed, Some(error.to_string()))
            }
        };
        match set(&app, &row, state, detail).await {
            Ok(true) => {}
            // Only grading moves a lab that is being made: nobody needs it any more.
            Ok(false) => end(&app, row.id),
            Err(error) => {
                tracing::error!(lab = %row.id, %error, "the state of a lab cannot be stored");
            }
        }
    });
}

/// Makes the lab, or makes it anew if it failed. Ends when it is ready.
pub async fn bring_up(app: &App, row: &lab::Model) -> Result<(), LabError> {
    let id = wire_id(row.id)?;
    let task = instance(app, row).await?;
    let mut view = app.runner.create(id.clone(), lab_spec(&task)).await?;
    if view.state == wire::LabState::Failed {
        view = app.runner.reset(id, None, SETUP_TIMEOUT_MS).await?;
    }
    // The proof speaks of another machine then; whether that matters a person must say.
    if let Some(proof) = app.bank.bank.proofs.get(&task.task_id)
        && proof.image_digest != view.image_digest
    {
        tracing::warn!(
            task = %task.task_id, image = task.image, digest = view.image_digest, proved_on = proof.image_digest,
            "the lab runs on another build of its image than the one that the task was proved on; prove it again"
        );
    }
    match view.state {
        wire::LabState::Ready => Ok(()),
        _ => Err(LabError::NotReady(view.detail.unwrap_or_default())),
    }
}

/// Moves a row by compare-and-set. False if it had moved already.
pub async fn set(
    app: &App,
    row: &lab::Model,
    state: LabState,
    detail: Option<String>,
) -> Result<bool, DbErr> {
    if row.state == state.name() && row.detail == detail {
        return Ok(true);
    }
    let tx = app.db.begin().await?;
    let is_set = set_in(&tx, app, row, state, detail).await?;
    tx.commit().await?;
    Ok(is_set)
}

/// As [`set`], in a transaction.
pub async fn set_in(
    tx: &DatabaseTransaction,
    app: &App,
    row: &lab::Model,
    state: LabState,
    detail: Option<String>,
) -> Result<bool, DbErr> {
    let done = lab::Entity::update_many()
        .col_expr(lab::Column::State, Expr::value(state.name()))
        .col_expr(lab::Column::Detail, Expr::value(detail))
        .col_expr(lab::Column::UpdatedAtMs, Expr::value(app.clock.now_ms()))
        .col_expr(lab::Column::Revision, Expr::value(row.revision + 1))
        .filter(lab::COLUMN.id.eq(row.id))
        .filter(lab::COLUMN.revision.eq(row.revision))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Compares the rows with the runner until the server ends: after a start of either, and whenever a lab failed.
pub async fn watch(app: App) {
    loop {
        if let Err(error) = compare(&app).await {
            tracing::debug!(%error, "labs cannot be compared with the runner");
        }
        tokio::time::sleep(WATCH_INTERVAL).await;
    }
}

/// Makes the rows of waiting and running sessions true, once. Labs of waiting sessions that are missing or failed are
/// made again: nobody has worked in them.
pub async fn compare(app: &App) -> Result<(), LabError> {
    let sessions = open_sessions(app).await?;
    let rows = lab::Entity::find()
        .filter(lab::Column::SessionId.is_in(sessions.keys().copied()))
        .filter(lab::COLUMN.state.ne(LabState::Ended.name()))
        .all(app.db.reader())
        .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let labs = match app.runner.labs().await {
        Ok(labs) => labs,
        Err(error) => {
            // Rows that only waited for the runner say so.
            for row in rows.into_iter().filter(|row| is_waiting(&sessions, row)) {
                make(app, row, false);
            }
            return Err(error.into());
        }
    };
    let labs: BTreeMap<String, wire::LabView> = labs
        .into_iter()
        .map(|view| (view.lab_id.to_string(), view))
        .collect();
    for row in rows {
        if app.labs.is_worked_on(row.id) {
            continue;
        }
        let state = LabState::from_name(&row.state);
        let (found, detail) = match labs.get(&row.id.to_string()) {
            Some(view) => (Some(view.state), view.detail.clone()),
            None => (None, None),
        };
        match found {
            Some(wire::LabState::Ready) if state != LabState::Ready => {
                set(app, &row, LabState::Ready, None).await?;
            }
            Some(wire::LabState::Ready | wire::LabState::Preparing | wire::LabState::Resetting) => {
            }
            _ if is_waiting(&sessions, &row) => {
                if state == LabState::Ready {
                    set(app, &row, LabState::Preparing, None).await?;
                } else {
                    make(app, row, false);
                }
            }
            None if state != LabState::Failed => {
                tracing::error!(lab = %row.id, "the runner has lost a lab that was worked in");
                let detail = "the machine was lost; reset it to go on with a new one";
                set(app, &row, LabState::Failed, Some(detail.to_owned())).await?;
            }
            Some(wire::LabState::Failed) => {
                set(app, &row, LabState::Failed, detail).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_waiting(sessions: &HashMap<SessionId, String>, row: &lab::Model) -> bool {
    sessions
        .get(&row.session_id)
        .is_some_and(|state| state == SessionState::Waiting.name())
}

async fn open_sessions(app: &App) -> Result<HashMap<SessionId, String>, DbErr> {
    let rows: Vec<(SessionId, String)> = exam_session::Entity::find()
        .select_only()
        .column(exam_session::Column::Id)
        .column(exam_session::Column::State)
        .filter(
            exam_session::Column::State
                .is_in([SessionState::Waiting.name(), SessionState::Running.name()]),
        )
        .into_tuple()
        .all(app.db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

impl From<LinkError> for LabError {
    fn from(error: LinkError) -> Self {
        Self::Runner(Box::new(error))
    }
}
