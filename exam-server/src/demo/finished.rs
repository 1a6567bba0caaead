//! The finished session of the demo, sat as a candidate sits it: admitted by a seat code, answers saved, tasks solved in
//! real labs, handed in, graded, signed.

use std::time::Duration;

use question_bank::{Form, FormEntry, OptionId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use task_protocol::LabId as RunnerLabId;

use crate::account::Area;
use crate::account::sign_in::{self, SignedIn};
use crate::app::App;
use crate::authoring::read::{item_by_digest, task_by_digest};
use crate::demo::programme::{Programme, finished_candidate};
use crate::entity::{credential, exam_session, lab, seat};
use crate::exam::form::{self, Entry, entries};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::{CredentialId, SessionId};
use crate::lab::LabState;
use crate::proctoring::reveal::reveal;
use crate::session::save_response::{Save, body};
use crate::session::{SessionState, enter, finish, start};
use crate::{lab as labs, scoring};

/// One item in so many is answered wrong: a result with nothing to improve shows nothing.
const WRONG_EVERY: usize = 7;
const SOLUTION_TIMEOUT_MS: u32 = 60_000;
const LABS_READY_TRIES: u32 = 1200;

fn failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::internal("demo", &error)
}

/// The certificate of the finished session; the session is sat first if it is not over yet.
pub async fn certificate(app: &App, programme: &Programme) -> ApiResult<Option<CredentialId>> {
    let (account, session) = finished_candidate(app, programme).await?;
    if let Some(row) = find_certificate(app, session).await? {
        return Ok(Some(row.id));
    }
    let row = exam_session::Entity::find_by_id(session)
        .one(app.db.reader())
        .await?;
    let is_fresh = |row: &exam_session::Model| {
        [
            SessionState::Registered.name(),
            SessionState::Waiting.name(),
        ]
        .contains(&&*row.state)
    };
    if !row.is_some_and(|row| is_fresh(&row)) {
        // An earlier start was interrupted in the middle of it, or it earned no certificate.
        return Ok(None);
    }
    let (candidate, _) = sign_in::open(app, Area::Candidate, account).await?;
    let (proctor, _) = sign_in::open(app, Area::Proctor, programme.proctor).await?;
    sit(app, programme, &candidate, &proctor, session).await?;
    sign_in::close(app, &candidate).await?;
    sign_in::close(app, &proctor).await?;
    Ok(find_certificate(app, session).await?.map(|row| row.id))
}

async fn find_certificate(app: &App, session: SessionId) -> ApiResult<Option<credential::Model>> {
    let rows = credential::Entity::find().filter(credential::Column::SessionId.eq(session));
    Ok(rows.one(app.db.reader()).await?)
}

async fn sit(
    app: &App,
    programme: &Programme,
    candidate: &SignedIn,
    proctor: &SignedIn,
    session: SessionId,
) -> ApiResult<()> {
    enter::enter(app, candidate, session).await?;
    wait_for_labs(app, session).await?;
    let seat = seat::Entity::find()
        .filter(seat::Column::SessionId.eq(session))
        .one(app.db.reader())
        .await?
        .ok_or_else(|| failed("the finished session has no seat"))?;
    let code = reveal(app, proctor, programme.room, seat.id).await?;
    let row = start::start(app, candidate, session, &code.seat_code).await?;
    let form = form::of_session(app, session).await?;
    answer(app, session, row.epoch, &form).await?;
    solve(app, session, &form).await?;
    let items = entries(&form)
        .into_iter()
        .filter(|entry| matches!(entry.entry, FormEntry::Item(_)));
    let heads: Vec<(String, i64)> = items.map(|entry| (entry.entry_id, 1)).collect();
    finish::finish(app, candidate, session, row.epoch, &heads).await?;
    scoring::settle(app, session).await.map_err(failed)
}

async fn wait_for_labs(app: &App, session: SessionId) -> ApiResult<()> {
    for _ in 0..LABS_READY_TRIES {
        let views = labs::views(app, session).await?;
        if views.values().all(|lab| lab.state == LabState::Ready) {
            return Ok(());
        }
        if views.values().any(|lab| lab.state == LabState::Failed) {
            return Err(failed("a lab could not be prepared; the log says why"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(failed("the labs were not ready within a minute"))
}

async fn answer(app: &App, session: SessionId, epoch: i64, form: &Form) -> ApiResult<()> {
    for (
        position,
        Entry {
            entry_id, entry, ..
        },
    ) in entries(form).into_iter().enumerate()
    {
        let FormEntry::Item(placed) = entry else {
            continue;
        };
        let item = item_by_digest(app, &placed.digest).await?;
        let keys = item.keys();
        let is_wrong = position % WRONG_EVERY == WRONG_EVERY - 1;
        let distractor = item.options.iter().find(|option| !option.is_key);
        let chosen: Vec<String> = match distractor {
            Some(distractor) if is_wrong => vec![distractor.id.to_string()],
            _ => keys.iter().map(OptionId::to_string).collect(),
        };
        let now = app.clock.now_ms();
        let save = Save {
            session_id: session,
            epochs: [epoch, epoch],
            entry_id,
            revision: 1,
            body: body(&chosen, false),
            is_answered: true,
            is_flagged: false,
            client_at_ms: now,
            received_at_ms: now,
        };
        app.saves.save(save).await?;
    }
    Ok(())
}

async fn solve(app: &App, session: SessionId, form: &Form) -> ApiResult<()> {
    let rows = lab::Entity::find()
        .filter(lab::Column::SessionId.eq(session))
        .all(app.db.reader())
        .await?;
    for Entry {
        entry_id, entry, ..
    } in entries(form)
    {
        let FormEntry::Task(placed) = entry else {
            continue;
        };
        let row = rows.iter().find(|row| row.entry_id == entry_id);
        let row = row.ok_or_else(|| failed("a task of the finished session has no lab"))?;
        let task = task_by_digest(app, &placed.digest).await?;
        let instance = task.instantiate(&placed.values).map_err(failed)?;
        let id = RunnerLabId::new(row.id.to_string()).map_err(failed)?;
        let environment = instance.values.environment();
        app.runner
            .run_script(
                id,
                &instance.hosts,
                &instance.solution,
                &environment,
                SOLUTION_TIMEOUT_MS,
            )
            .await
            .map_err(failed)?;
    }
    Ok(())
}
