//! Handing in. The client says which revisions it has; what has not arrived is told and nothing is ended.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::{exam_session, response_head, session_event};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::session::rules::{Command, Decision, EndReason, Event, State, decide};
use crate::session::shape::{self, EntryShape};
use crate::session::store::{CANDIDATE, SERVER, append, lock_own};

/// A session that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finished {
    pub ended_at_ms: i64,
    /// The hash of the whole log up to the handing in.
    pub receipt: String,
    /// Questions with a response.
    pub answered: usize,
    /// Questions in the form.
    pub total: usize,
}

/// Hands in. Handing in again gives the same answer; `heads` are the newest revisions that the client has.
pub async fn finish(
    app: &App,
    candidate: &SignedIn,
    id: SessionId,
    epoch: i64,
    heads: &[(String, i64)],
) -> ApiResult<Finished> {
    let tx = app.db.begin().await?;
    let row = lock_own(&tx, candidate.account_id, id).await?;
    let now = app.clock.now_ms();
    let decision = decide(&State::of(&row)?, Command::Finish { epoch }, now)?;
    let Decision::Append(event) = decision else {
        drop(tx);
        return finished(app, &row).await;
    };
    let is_candidates = matches!(
        event,
        Event::Submitted {
            reason: EndReason::Candidate,
            ..
        }
    );
    if is_candidates {
        refuse_missing(&tx, id, heads).await?;
    }
    let actor = if is_candidates { CANDIDATE } else { SERVER };
    let row = append(&tx, app, row, &event, actor).await?;
    audit::record(
        &tx,
        now,
        &candidate.account_id.to_string(),
        "session_submitted",
        &id.to_string(),
        &json!({"reason": row.end_reason}).to_string(),
    )
    .await?;
    tx.commit().await?;
    app.live.wake.notify_one();
    finished(app, &row).await
}

async fn refuse_missing(
    tx: &DatabaseTransaction,
    id: SessionId,
    heads: &[(String, i64)],
) -> ApiResult<()> {
    let stored: HashMap<String, i64> = response_head::Entity::find()
        .filter(response_head::COLUMN.session_id.eq(id))
        .all(tx)
        .await?
        .into_iter()
        .map(|head| (head.entry_id, head.revision))
        .collect();
    let missing: Vec<_> = heads
        .iter()
        .filter(|(entry, revision)| stored.get(entry).is_none_or(|stored| stored < revision))
        .map(|(entry, revision)| json!({"entry_id": entry, "revision": revision}))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let detail = "send these responses first, then hand in again";
    Err(ApiError::new(ErrorCode::MissingResponses, detail).with("entries", missing))
}

/// What was handed in, from the row and the log.
pub async fn finished(app: &App, row: &exam_session::Model) -> ApiResult<Finished> {
    let submitted = session_event::Entity::find()
        .filter(session_event::COLUMN.session_id.eq(row.id))
        .filter(session_event::COLUMN.kind.eq("submitted"))
        .one(app.db.reader())
        .await?;
    let submitted =
        submitted.ok_or_else(|| ApiError::internal("submitted session", &"no event in its log"))?;
    let heads = response_head::Entity::find()
        .filter(response_head::COLUMN.session_id.eq(row.id))
        .all(app.db.reader())
        .await?;
    let shape = shape::of_session(app, row.id).await?;
    let is_item = |entry: &EntryShape| !matches!(entry, EntryShape::Task);
    Ok(Finished {
        ended_at_ms: row.ended_at_ms.unwrap_or(submitted.at_ms),
        receipt: submitted.hash,
        answered: heads.iter().filter(|head| head.is_answered).count(),
        total: shape.0.values().filter(|entry| is_item(entry)).count(),
    })
}
