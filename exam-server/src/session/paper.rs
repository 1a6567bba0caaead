//! The paper of a running session, with what was saved so far.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::entity::{exam_session, response_head, session_event};
use crate::exam::form;
use crate::exam::paper::{PaperSection, sections};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;
use crate::lab;
use crate::session::rules::{Event, Refusal, SessionState, State};
use crate::session::store::find_own;
use crate::session::token::SessionToken;

/// The paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paper {
    pub epoch: i64,
    pub remaining_ms: i64,
    pub sections: Vec<PaperSection>,
    pub responses: Vec<SavedResponse>,
}

/// The current response to one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedResponse {
    pub entry_id: String,
    pub revision: i64,
    pub options: Vec<String>,
    pub is_flagged: bool,
    pub is_seen: bool,
    pub saved_at_ms: i64,
    pub receipt: String,
}

/// The session of a browser that asks for its paper: at the present epoch, or of the sign-in that sits the session and
/// has lost its token.
pub async fn open(
    app: &App,
    candidate: &SignedIn,
    token: Option<&SessionToken>,
    id: SessionId,
) -> ApiResult<exam_session::Model> {
    let row = find_own(app, candidate.account_id, id).await?;
    let state = State::of(&row)?;
    match state.phase {
        SessionState::Running => {}
        SessionState::Submitted | SessionState::Graded => return Err(Refusal::Closed.into()),
        other => return Err(Refusal::WrongState(other).into()),
    }
    let is_current = match token.filter(|token| token.session_id == id) {
        Some(token) => token.epoch == row.epoch,
        None => row.started_sign_in_id == Some(candidate.sign_in_id),
    };
    if !is_current {
        return Err(ApiError::from(Refusal::StaleEpoch(row.epoch)));
    }
    app.live.note_seen(id, app.clock.now_ms());
    Ok(row)
}

/// The paper of a session.
pub async fn paper(app: &App, row: &exam_session::Model) -> ApiResult<Paper> {
    let form = form::of_session(app, row.id).await?;
    let labs = lab::views(app, row.id).await?;
    let now = app.clock.now_ms();
    Ok(Paper {
        epoch: row.epoch,
        remaining_ms: State::of(row)?.remaining_ms(now).unwrap_or_default(),
        sections: sections(app, &form, &labs).await?,
        responses: responses(app, row.id).await?,
    })
}

/// The current responses of a session. The caller has made sure that it is the reader's.
pub async fn responses(app: &App, id: SessionId) -> ApiResult<Vec<SavedResponse>> {
    let heads = response_head::Entity::find()
        .filter(response_head::COLUMN.session_id.eq(id))
        .all(app.db.reader())
        .await?;
    let numbers: Vec<i64> = heads.iter().map(|head| head.seq).collect();
    let events = session_event::Entity::find()
        .filter(session_event::COLUMN.session_id.eq(id))
        .filter(session_event::Column::Seq.is_in(numbers))
        .all(app.db.reader())
        .await?;
    let mut responses = Vec::with_capacity(events.len());
    for event in events {
        let Event::Response {
            options,
            is_flagged,
        } = Event::from_parts(&event.kind, &event.body)?
        else {
            return Err(ApiError::internal("response head", &event.seq));
        };
        responses.push(SavedResponse {
            entry_id: event.entry_id.unwrap_or_default(),
            revision: event.response_revision.unwrap_or_default(),
            options,
            is_flagged,
            is_seen: true,
            saved_at_ms: event.at_ms,
            receipt: event.hash,
        });
    }
    responses.sort_by(|a, b| a.entry_id.cmp(&b.entry_id));
    Ok(responses)
}
