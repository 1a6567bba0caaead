//! The receipt that a candidate keeps: a plain text with the receipt of every response and of the handing in.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat};
use sea_orm::EntityTrait;

use crate::account::sign_in::SignedIn;
use crate::app::App;
use crate::entity::exam;
use crate::http::problem::ApiResult;
use crate::ids::SessionId;
use crate::session::finish::finished;
use crate::session::paper::responses;
use crate::session::rules::{Refusal, State};
use crate::session::store::find_own;

/// The receipt of a session that was handed in.
pub async fn receipt(app: &App, candidate: &SignedIn, id: SessionId) -> ApiResult<String> {
    let row = find_own(app, candidate.account_id, id).await?;
    if row.ended_at_ms.is_none() {
        return Err(Refusal::WrongState(State::of(&row)?.phase).into());
    }
    let finished = finished(app, &row).await?;
    let exam = exam::Entity::find_by_id(row.exam_id)
        .one(app.db.reader())
        .await?;
    let mut text = String::from("RECEIPT OF AN EXAM SESSION\n\n");
    let mut line = |name: &str, value: &str| {
        let _infallible = writeln!(text, "{name:<14}{value}");
    };
    line("Exam", &exam.map(|exam| exam.title).unwrap_or_default());
    line("Candidate", &candidate.name);
    line("Session", &id.to_string());
    line("Started", &moment(row.started_at_ms));
    line("Ended", &moment(Some(finished.ended_at_ms)));
    line("Ended by", row.end_reason.as_deref().unwrap_or_default());
    let answered = format!("{} of {} questions", finished.answered, finished.total);
    line("Answered", &answered);
    line("Receipt", &finished.receipt);
    text.push_str("\nEvery response below was stored before the end. The receipt above covers all of them.\n\n");
    for response in responses(app, id).await? {
        let _infallible = writeln!(
            text,
            "{:<6}revision {:<5}{}  {}",
            response.entry_id,
            response.revision,
            moment(Some(response.saved_at_ms)),
            response.receipt
        );
    }
    Ok(text)
}

fn moment(at_ms: Option<i64>) -> String {
    at_ms
        .and_then(DateTime::from_timestamp_millis)
        .map(|moment| moment.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}
