//! The end at the deadline: what is stored is handed in, nothing else.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::audit;
use crate::entity::exam_session;
use crate::http::problem::ApiResult;
use crate::ids::SessionId;
use crate::session::rules::{Command, Decision, SessionState, State, decide};
use crate::session::store::{SERVER, carry_out, lock};

/// How long after a deadline the sweeper waits: responses that arrived in time may still be in the save lane.
pub const GRACE_MS: i64 = 2000;

/// Sessions whose time is over. The index on state and deadline answers.
pub async fn due(app: &App) -> ApiResult<Vec<SessionId>> {
    let ids = exam_session::Entity::find()
        .select_only()
        .column(exam_session::Column::Id)
        .filter(exam_session::COLUMN.state.eq(SessionState::Running.name()))
        .filter(exam_session::Column::DeadlineAtMs.lt(app.clock.now_ms() - GRACE_MS))
        .into_tuple()
        .all(app.db.reader())
        .await?;
    Ok(ids)
}

/// Ends a session whose time is over. One that was extended or handed in meanwhile is left alone.
pub async fn expire(app: &App, id: SessionId) -> ApiResult<()> {
    let tx = app.db.begin().await?;
    let row = lock(&tx, id).await?;
    let now = app.clock.now_ms();
    let Ok(decision @ Decision::Append(_)) = decide(&State::of(&row)?, Command::Expire, now) else {
        return Ok(());
    };
    carry_out(&tx, app, row, decision, SERVER).await?;
    let detail = r#"{"reason":"deadline"}"#;
    audit::record(
        &tx,
        now,
        SERVER,
        "session_submitted",
        &id.to_string(),
        detail,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
