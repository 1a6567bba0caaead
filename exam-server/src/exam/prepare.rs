//! Draws the form of a session and stores it, with its seed apart.

use question_bank::{AssemblyRequest, Blueprint, Form, History, assemble};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set};

use crate::app::App;
use crate::audit::hex;
use crate::entity::{exam, exam_session, form, form_seed};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{AccountId, FormId};
use crate::random;

/// A form that is drawn and not yet stored.
#[derive(Debug)]
pub struct Drawn {
    pub id: FormId,
    pub form: Form,
    seed: [u8; 32],
}

/// Draws a form for a session. The seed is random and secret; what the candidate has seen in earlier forms is left out.
pub async fn draw(app: &App, session: &exam_session::Model, id: FormId) -> ApiResult<Drawn> {
    let exam = exam::Entity::find_by_id(session.exam_id)
        .one(app.db.reader())
        .await?;
    let exam = exam.ok_or_else(|| ApiError::not_found("exam"))?;
    let blueprint: Blueprint = serde_json::from_str(&exam.blueprint)?;
    let history = history(app, session.candidate_id).await?;
    let seed = random::bytes()?;
    let request = AssemblyRequest {
        bank: &app.bank.bank,
        blueprint: &blueprint,
        history: &history,
        seed,
    };
    let form = assemble(&request).map_err(|infeasible| {
        tracing::error!(session = %session.id, %infeasible, "no form can be drawn");
        ApiError::new(
            ErrorCode::FormInfeasible,
            "the bank has not enough questions or tasks that you have not seen; tell your proctor",
        )
    })?;
    Ok(Drawn { id, form, seed })
}

/// Stores a drawn form.
pub async fn store(
    tx: &DatabaseTransaction,
    drawn: &Drawn,
    session: &exam_session::Model,
    now_ms: i64,
) -> ApiResult<()> {
    form::ActiveModel {
        id: Set(drawn.id),
        exam_id: Set(session.exam_id),
        candidate_id: Set(session.candidate_id),
        body: Set(serde_json::to_string(&drawn.form)?),
        created_at_ms: Set(now_ms),
    }
    .insert(tx)
    .await?;
    form_seed::ActiveModel {
        form_id: Set(drawn.id),
        seed: Set(hex(&drawn.seed)),
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// What the candidate's earlier forms contained.
async fn history(app: &App, candidate: AccountId) -> ApiResult<History> {
    let forms = form::Entity::find()
        .filter(form::COLUMN.candidate_id.eq(candidate))
        .all(app.db.reader())
        .await?;
    let mut history = History::default();
    for row in forms {
        let form: Form = serde_json::from_str(&row.body)?;
        history
            .items
            .extend(form.items().map(|item| item.item_id.clone()));
        history
            .tasks
            .extend(form.tasks().map(|task| task.task_id.clone()));
    }
    Ok(history)
}
