//! The row of a session and its log, always written together.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Set,
};

use crate::app::App;
use crate::entity::{exam_session, session_event};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{AccountId, SessionId};
use crate::session::chain::Link;
use crate::session::rules::{Decision, EndReason, Event, Refusal, SessionState, State};

/// The actor of events that nobody asked for.
pub const SERVER: &str = "server";
/// The actor of what the session's own candidate did.
pub const CANDIDATE: &str = "candidate";

impl State {
    /// The state that a row holds.
    pub fn of(row: &exam_session::Model) -> ApiResult<Self> {
        let phase = SessionState::from_name(&row.state);
        let phase = phase.ok_or_else(|| ApiError::internal("session state", &row.state))?;
        let end_reason = match &row.end_reason {
            Some(name) => Some(
                EndReason::from_name(name)
                    .ok_or_else(|| ApiError::internal("end reason", &name))?,
            ),
            None => None,
        };
        Ok(Self {
            phase,
            epoch: row.epoch,
            time_limit_ms: row.time_limit_ms,
            adjustment_ms: row.adjustment_ms,
            form_id: row.form_id,
            entered_at_ms: row.entered_at_ms,
            started_at_ms: row.started_at_ms,
            ended_at_ms: row.ended_at_ms,
            end_reason,
            sign_in_id: row.started_sign_in_id,
        })
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongState(state) => {
                Self::new(ErrorCode::WrongState, refusal.to_string()).with("state", state.name())
            }
            Refusal::StaleEpoch(_) => Self::new(
                ErrorCode::StaleEpoch,
                "go on in the tab or on the device that took over, or take the session over here",
            ),
            Refusal::Closed => Self::new(ErrorCode::SessionClosed, refusal.to_string()),
            Refusal::NotYet => Self::new(ErrorCode::WrongState, refusal.to_string()),
        }
    }
}

/// A session for changing, by its id alone: for the server itself and for callers that have checked whose it is.
pub async fn lock(tx: &DatabaseTransaction, id: SessionId) -> ApiResult<exam_session::Model> {
    exam_session::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| ApiError::not_found("session"))
}

/// A candidate's own session, for changing.
pub async fn lock_own(
    tx: &DatabaseTransaction,
    candidate: AccountId,
    id: SessionId,
) -> ApiResult<exam_session::Model> {
    let row = lock(tx, id).await?;
    if row.candidate_id == candidate {
        Ok(row)
    } else {
        Err(ApiError::not_found("session"))
    }
}

/// A candidate's own session, for reading.
pub async fn find_own(
    app: &App,
    candidate: AccountId,
    id: SessionId,
) -> ApiResult<exam_session::Model> {
    exam_session::Entity::find_by_id(id)
        .filter(exam_session::COLUMN.candidate_id.eq(candidate))
        .one(app.db.reader())
        .await?
        .ok_or_else(|| ApiError::not_found("session"))
}

/// Carries a decision out: appends its event, if there is one, and moves the row. Returns the row as it is afterwards.
pub async fn carry_out(
    tx: &DatabaseTransaction,
    app: &App,
    row: exam_session::Model,
    decision: Decision,
    actor: &str,
) -> ApiResult<exam_session::Model> {
    match decision {
        Decision::Append(event) => append(tx, app, row, &event, actor).await,
        Decision::Already | Decision::Store | Decision::StoreLate | Decision::Allowed => Ok(row),
    }
}

/// Appends an event to the log and moves the row with it.
pub async fn append(
    tx: &DatabaseTransaction,
    app: &App,
    row: exam_session::Model,
    event: &Event,
    actor: &str,
) -> ApiResult<exam_session::Model> {
    let now = app.clock.now_ms();
    let state = State::of(&row)?.apply(event, now);
    let (kind, body) = event.parts()?;
    let entry_id = match event {
        Event::LabReset { entry_id, .. } => Some(entry_id.clone()),
        _ => None,
    };
    let link = Link {
        session_id: row.id,
        seq: row.log_seq + 1,
        at_ms: now,
        kind: &kind,
        actor,
        epoch: state.epoch,
        entry_id: entry_id.as_deref(),
        response_revision: None,
        client_at_ms: None,
        is_late: false,
        body: &body,
    };
    let hash = link.hash(&app.secrets.receipt, &row.log_hash);
    let seq = link.seq;
    let after = exam_session::Model {
        state: state.phase.name().to_owned(),
        epoch: state.epoch,
        adjustment_ms: state.adjustment_ms,
        form_id: state.form_id,
        entered_at_ms: state.entered_at_ms,
        started_at_ms: state.started_at_ms,
        deadline_at_ms: state.deadline_at_ms(),
        ended_at_ms: state.ended_at_ms,
        end_reason: state.end_reason.map(|reason| reason.name().to_owned()),
        started_sign_in_id: state.sign_in_id,
        log_seq: seq,
        log_hash: hash.clone(),
        revision: row.revision + 1,
        ..row
    };
    update(tx, row.revision, &after).await?;
    session_event::ActiveModel {
        session_id: Set(after.id),
        seq: Set(seq),
        at_ms: Set(now),
        kind: Set(kind),
        actor: Set(actor.to_owned()),
        epoch: Set(state.epoch),
        entry_id: Set(entry_id),
        response_revision: Set(None),
        client_at_ms: Set(None),
        is_late: Set(false),
        body: Set(body),
        hash: Set(hash),
    }
    .insert(tx)
    .await?;
    Ok(after)
}

/// Compare-and-set. The row is locked since it was read, so a miss is a fault of ours and is told as one.
async fn update(
    tx: &DatabaseTransaction,
    revision: i64,
    after: &exam_session::Model,
) -> ApiResult<()> {
    use exam_session::Column;
    let done = exam_session::Entity::update_many()
        .col_expr(Column::State, Expr::value(after.state.as_str()))
        .col_expr(Column::Epoch, Expr::value(after.epoch))
        .col_expr(Column::AdjustmentMs, Expr::value(after.adjustment_ms))
        .col_expr(Column::FormId, Expr::value(after.form_id))
        .col_expr(Column::EnteredAtMs, Expr::value(after.entered_at_ms))
        .col_expr(Column::StartedAtMs, Expr::value(after.started_at_ms))
        .col_expr(Column::DeadlineAtMs, Expr::value(after.deadline_at_ms))
        .col_expr(Column::EndedAtMs, Expr::value(after.ended_at_ms))
        .col_expr(Column::EndReason, Expr::value(after.end_reason.clone()))
        .col_expr(
            Column::StartedSignInId,
            Expr::value(after.started_sign_in_id),
        )
        .col_expr(Column::LogSeq, Expr::value(after.log_seq))
        .col_expr(Column::LogHash, Expr::value(after.log_hash.as_str()))
        .col_expr(Column::Revision, Expr::value(after.revision))
        .filter(exam_session::COLUMN.id.eq(after.id))
        .filter(exam_session::COLUMN.revision.eq(revision))
        .exec(tx)
        .await?;
    if done.rows_affected == 1 {
        Ok(())
    } else {
        Err(ApiError::new(
            ErrorCode::Busy,
            "the session changed at the same moment; try again",
        ))
    }
}
