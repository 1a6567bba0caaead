//! Late responses: what arrived after the end, kept for a person to see.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::entity::{account, exam_session, response_head, session_event};
use crate::http::problem::ApiResult;
use crate::ids::SessionId;

/// A response that arrived too late.
#[derive(Debug, Serialize, ToSchema)]
pub struct LateResponse {
    pub session_id: SessionId,
    pub candidate_name: String,
    pub entry_id: String,
    pub received_at_ms: i64,
    /// When the candidate's device says it was made.
    pub client_at_ms: Option<i64>,
    pub late_by_ms: i64,
}

/// All late responses, newest first. One that became current after all (the time was extended) is none.
pub async fn queue(app: &App) -> ApiResult<Vec<LateResponse>> {
    let db = app.db.reader();
    let events = session_event::Entity::find()
        .filter(Expr::col(session_event::Column::IsLate))
        .order_by_desc(session_event::Column::AtMs)
        .all(db)
        .await?;
    let ids: Vec<SessionId> = events.iter().map(|event| event.session_id).collect();
    let sessions: HashMap<SessionId, exam_session::Model> = exam_session::Entity::find()
        .filter(exam_session::Column::Id.is_in(ids.clone()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let heads: HashMap<(SessionId, i64), ()> = response_head::Entity::find()
        .filter(response_head::Column::SessionId.is_in(ids))
        .all(db)
        .await?
        .into_iter()
        .map(|head| ((head.session_id, head.seq), ()))
        .collect();
    let candidates = sessions.values().map(|row| row.candidate_id);
    let names: HashMap<_, _> = account::Entity::find()
        .filter(account::Column::Id.is_in(candidates))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let late = events.into_iter().filter_map(|event| {
        let session = sessions.get(&event.session_id)?;
        if heads.contains_key(&(event.session_id, event.seq)) {
            return None;
        }
        let end = session.ended_at_ms.or(session.deadline_at_ms)?;
        Some(LateResponse {
            session_id: event.session_id,
            candidate_name: names
                .get(&session.candidate_id)
                .cloned()
                .unwrap_or_default(),
            entry_id: event.entry_id?,
            received_at_ms: event.at_ms,
            client_at_ms: event.client_at_ms,
            late_by_ms: event.at_ms.saturating_sub(end),
        })
    });
    Ok(late.collect())
}
