//! The form of a session, and the names of its entries.

use question_bank::{Form, FormEntry, FormSection};
use sea_orm::EntityTrait;

use crate::app::App;
use crate::entity::{exam_session, form};
use crate::http::problem::{ApiError, ApiResult};
use crate::ids::SessionId;

/// One entry of a form with its name: `i01` for the first item, `t01` for the first task. The name tells nothing of
/// which item or task it is.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub entry_id: String,
    /// The position among the items or among the tasks, from 1.
    pub number: usize,
    pub section: &'a FormSection,
    pub entry: &'a FormEntry,
}

/// The entries of a form in their order.
pub fn entries(form: &Form) -> Vec<Entry<'_>> {
    let (mut items, mut tasks) = (0, 0);
    let all = form
        .sections
        .iter()
        .flat_map(|section| section.entries.iter().map(move |entry| (section, entry)));
    all.map(|(section, entry)| {
        let (letter, count) = match entry {
            FormEntry::Item(_) => ('i', &mut items),
            FormEntry::Task(_) => ('t', &mut tasks),
        };
        *count += 1;
        Entry {
            entry_id: format!("{letter}{count:02}"),
            number: *count,
            section,
            entry,
        }
    })
    .collect()
}

/// The form that a session sits. There is none before the waiting room.
pub async fn of_session(app: &App, session_id: SessionId) -> ApiResult<Form> {
    let session = exam_session::Entity::find_by_id(session_id)
        .one(app.db.reader())
        .await?;
    let form_id = session.and_then(|session| session.form_id);
    let form_id = form_id.ok_or_else(|| ApiError::not_found("form"))?;
    let row = form::Entity::find_by_id(form_id)
        .one(app.db.reader())
        .await?;
    let row = row.ok_or_else(|| ApiError::not_found("form"))?;
    Ok(serde_json::from_str(&row.body)?)
}
