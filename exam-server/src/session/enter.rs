//! Entering the waiting room: the form is drawn and the labs are ordered, so that the start is one update of a row.

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::audit;
use crate::exam::prepare;
use crate::http::problem::ApiResult;
use crate::ids::{FormId, SessionId};
use crate::lab;
use crate::session::rules::{Command, Decision, State, decide};
use crate::session::store::{CANDIDATE, carry_out, find_own, lock_own};

/// Enters. Entering again changes nothing.
pub async fn enter(app: &App, candidate: &SignedIn, id: SessionId) -> ApiResult<()> {
    let row = find_own(app, candidate.account_id, id).await?;
    let form_id = FormId::new();
    let asked = decide(
        &State::of(&row)?,
        Command::Enter { form_id },
        app.clock.now_ms(),
    )?;
    if asked == Decision::Already {
        // A server that was restarted has forgotten which labs it had ordered.
        lab::prepare(app, id);
        return Ok(());
    }
    let drawn = prepare::draw(app, &row, form_id).await?;
    let tx = app.db.begin().await?;
    let row = lock_own(&tx, candidate.account_id, id).await?;
    let now = app.clock.now_ms();
    let command = Command::Enter { form_id };
    let decision = decide(&State::of(&row)?, command, now)?;
    // Another tab was faster: its form is the form.
    if decision == Decision::Already {
        return Ok(());
    }
    prepare::store(&tx, &drawn, &row, now).await?;
    carry_out(&tx, app, row, decision, CANDIDATE).await?;
    lab::plan(&tx, app, id, &drawn.form).await?;
    let actor = candidate.account_id.to_string();
    audit::record(&tx, now, &actor, "session_entered", &id.to_string(), "{}").await?;
    tx.commit().await?;
    lab::prepare(app, id);
    Ok(())
}
