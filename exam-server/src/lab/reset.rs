//! Throwing away what a candidate did in a lab, at the candidate's own wish.

use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use task_protocol::CallError;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::entity::lab;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::lab::checkpoint;
use crate::lab::instance::SETUP_TIMEOUT_MS;
use crate::lab::link::LinkError;
use crate::lab::prepare::{bring_up, set, set_in};
use crate::lab::{LabError, LabState, LabView, wire_id};
use crate::session::rules::{Command, State, decide};
use crate::session::store::{CANDIDATE, carry_out, lock_own};
use crate::session::token::SessionToken;

/// How long a request waits for the new lab. After that it goes on in the background.
const PATIENCE: Duration = Duration::from_secs(20);

/// The lab of an entry of a session.
pub async fn find(app: &App, session_id: SessionId, entry_id: &str) -> ApiResult<lab::Model> {
    let row = lab::Entity::find()
        .filter(lab::COLUMN.session_id.eq(session_id))
        .filter(lab::COLUMN.entry_id.eq(entry_id))
        .one(app.db.reader())
        .await?;
    row.ok_or_else(|| ApiError::new(ErrorCode::UnknownEntry, "the form has no such task"))
}

/// Resets a lab. The decision is stored before the runner is asked.
pub async fn reset(
    app: &App,
    candidate: &SignedIn,
    token: &SessionToken,
    session_id: SessionId,
    entry_id: &str,
    epoch: i64,
    checkpoint: Option<u32>,
) -> ApiResult<LabView> {
    token.is_for(session_id)?;
    let busy = || {
        ApiError::new(
            ErrorCode::LabsNotReady,
            "the lab is being prepared; try again in a moment",
        )
    };
    // Asked before anything is locked: the runner may take a moment.
    let checkpoint_at_ms = match checkpoint {
        Some(number) => {
            Some(checkpoint::time_of(app, candidate, session_id, entry_id, number).await?)
        }
        None => None,
    };
    let tx = app.db.begin().await?;
    let session = lock_own(&tx, candidate.account_id, session_id).await?;
    let now = app.clock.now_ms();
    let policy = checkpoint::policy(app, session_id, entry_id).await?;
    let is_offered = match checkpoint {
        None => policy.reset,
        Some(_) => policy.restore,
    };
    let row = find(app, session_id, entry_id).await?;
    // A lab that is lost is made anew whatever the policy says, and at no cost.
    let is_repair = LabState::from_name(&row.state) == LabState::Failed;
    let command = |epoch| Command::ResetLab {
        epoch,
        entry_id: entry_id.to_owned(),
        checkpoint_at_ms,
        is_repair,
    };
    let state = State::of(&session)?;
    let decision = decide(&state, command(epoch), now)?;
    decide(&state, command(token.epoch), now)?;
    if !is_offered && !is_repair {
        let detail = "this exam does not offer it for this task";
        return Err(ApiError::new(ErrorCode::NotOffered, detail));
    }
    match LabState::from_name(&row.state) {
        LabState::Ready | LabState::Failed => {}
        LabState::Preparing | LabState::Resetting => return Err(busy()),
        LabState::Ended => {
            return Err(ApiError::new(
                ErrorCode::LabUnavailable,
                "the lab has ended",
            ));
        }
    }
    let work = app.labs.begin(row.id, now, true).ok_or_else(busy)?;
    if !set_in(&tx, app, &row, LabState::Resetting, None).await? {
        return Err(busy());
    }
    carry_out(&tx, app, session, decision, CANDIDATE).await?;
    let actor = candidate.account_id.to_string();
    let object = format!("{session_id}/{entry_id}");
    let detail = serde_json::json!({ "checkpoint_at_ms": checkpoint_at_ms }).to_string();
    audit::record(&tx, now, &actor, "lab_reset", &object, &detail).await?;
    tx.commit().await?;

    let row = lab::Model {
        state: LabState::Resetting.name().to_owned(),
        detail: None,
        revision: row.revision + 1,
        ..row
    };
    let carrying_out = {
        let app = app.clone();
        tokio::spawn(async move {
            let view = carry_out_reset(&app, &row, checkpoint).await;
            drop(work);
            view
        })
    };
    match tokio::time::timeout(PATIENCE, carrying_out).await {
        Ok(Ok(view)) => view,
        Ok(Err(error)) => Err(ApiError::internal("reset of a lab", &error)),
        Err(_still_going_on) => Ok(LabView {
            state: LabState::Resetting,
        }),
    }
}

async fn carry_out_reset(
    app: &App,
    row: &lab::Model,
    checkpoint: Option<u32>,
) -> ApiResult<LabView> {
    let (state, detail) = match anew(app, row, checkpoint).await {
        Ok(()) => (LabState::Ready, None),
        Err(error) => {
            tracing::warn!(lab = %row.id, %error, "a lab could not be reset");
            (LabState::Failed, Some(error.to_string()))
        }
    };
    set(app, row, state, detail).await?;
    Ok(LabView { state })
}

async fn anew(app: &App, row: &lab::Model, checkpoint: Option<u32>) -> Result<(), LabError> {
    let id = wire_id(row.id)?;
    match app.runner.reset(id, checkpoint, SETUP_TIMEOUT_MS).await {
        Ok(view) if view.state == task_protocol::LabState::Ready => Ok(()),
        Ok(view) => Err(LabError::NotReady(view.detail.unwrap_or_default())),
        // It fell out meanwhile: the lab is as it was.
        Err(LinkError::Call(CallError::UnknownCheckpoint { .. })) => Ok(()),
        // The runner was restarted and has forgotten it.
        Err(LinkError::Call(CallError::UnknownLab { .. })) => bring_up(app, row).await,
        Err(error) => Err(error.into()),
    }
}
