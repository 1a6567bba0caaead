//! The paper: what a candidate sees of a form, as HTML that is safe. None of these types can carry a key.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use question_bank::{Form, FormEntry, FormItem, FormTask, Item, ItemKind, SectionKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::authoring::read::{item_by_digest, task_by_digest};
use crate::exam::form::{Entry, entries};
use crate::http::markdown;
use crate::http::problem::{ApiError, ApiResult};
use crate::lab::checkpoint::PaperLabPolicy;
use crate::lab::instance::terminals;
use crate::lab::{LabState, LabView};

/// What a section is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperSectionKind {
    Items,
    Tasks,
}

impl From<SectionKind> for PaperSectionKind {
    fn from(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Items => Self::Items,
            SectionKind::Tasks => Self::Tasks,
        }
    }
}

/// How many options an item takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperItemKind {
    SingleChoice,
    MultipleChoice,
}

/// A section of the paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperSection {
    pub id: String,
    pub title: String,
    pub kind: PaperSectionKind,
    pub entries: Vec<PaperEntry>,
}

/// An item or a task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PaperEntry {
    Item(PaperItem),
    Task(PaperTask),
}

/// An item as candidates see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperItem {
    pub entry_id: String,
    pub number: usize,
    pub item_kind: PaperItemKind,
    pub stem_html: String,
    pub options: Vec<PaperOption>,
}

/// An option as candidates see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaperOption {
    pub id: String,
    pub html: String,
}

/// A task as candidates see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperTask {
    pub entry_id: String,
    pub number: usize,
    pub title: String,
    pub statement_html: String,
    pub checks: Vec<PaperCheck>,
    pub time_seconds: u32,
    pub lab: LabView,
    /// The names of its machines, the main one first.
    pub hosts: Vec<String>,
    /// What may be done with its lab.
    pub policy: PaperLabPolicy,
    /// How many terminals may be open at once on each of them.
    pub terminals: u8,
}

/// What a check asks for, not how.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperCheck {
    pub id: String,
    pub title: String,
    pub points: u32,
}

/// Items that were rendered before, by digest: a version never changes.
#[derive(Debug, Default)]
pub struct RenderedItems(Mutex<HashMap<String, Arc<RenderedItem>>>);

#[derive(Debug)]
struct RenderedItem {
    kind: PaperItemKind,
    stem_html: String,
    options: Vec<PaperOption>,
}

impl RenderedItem {
    fn new(item: &Item) -> Self {
        Self {
            kind: match item.kind {
                ItemKind::SingleChoice => PaperItemKind::SingleChoice,
                ItemKind::MultipleChoice => PaperItemKind::MultipleChoice,
            },
            stem_html: markdown::to_html(&item.stem),
            options: item
                .options
                .iter()
                .map(|option| PaperOption {
                    id: option.id.to_string(),
                    html: markdown::to_inline_html(&option.text),
                })
                .collect(),
        }
    }
}

async fn rendered(app: &App, digest: &str) -> ApiResult<Arc<RenderedItem>> {
    let lock = || {
        app.rendered_items
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if let Some(item) = lock().get(digest) {
        return Ok(Arc::clone(item));
    }
    let item = Arc::new(RenderedItem::new(
        item_by_digest(app, digest).await?.as_ref(),
    ));
    lock().insert(digest.to_owned(), Arc::clone(&item));
    Ok(item)
}

/// Renders a form, with the labs as they are now.
pub async fn sections(
    app: &App,
    form: &Form,
    labs: &BTreeMap<String, LabView>,
) -> ApiResult<Vec<PaperSection>> {
    let mut sections: Vec<PaperSection> = Vec::with_capacity(form.sections.len());
    for entry in entries(form) {
        let rendered = match entry.entry {
            FormEntry::Item(item) => PaperEntry::Item(paper_item(app, &entry, item).await?),
            FormEntry::Task(task) => PaperEntry::Task(paper_task(app, &entry, task, labs).await?),
        };
        let id = entry.section.id.as_str();
        match sections.last_mut().filter(|section| section.id == id) {
            Some(section) => section.entries.push(rendered),
            None => sections.push(PaperSection {
                id: id.to_owned(),
                title: entry.section.title.clone(),
                kind: entry.section.kind.into(),
                entries: vec![rendered],
            }),
        }
    }
    Ok(sections)
}

async fn paper_item(app: &App, entry: &Entry<'_>, item: &FormItem) -> ApiResult<PaperItem> {
    let rendered = rendered(app, &item.digest).await?;
    let options = item.option_order.iter().map(|id| {
        let option = rendered
            .options
            .iter()
            .find(|option| option.id == id.as_str());
        // An option that went missing in silence would cost the candidate points.
        option
            .cloned()
            .ok_or_else(|| ApiError::internal("option of a form", id))
    });
    Ok(PaperItem {
        entry_id: entry.entry_id.clone(),
        number: entry.number,
        item_kind: rendered.kind,
        stem_html: rendered.stem_html.clone(),
        options: options.collect::<ApiResult<_>>()?,
    })
}

async fn paper_task(
    app: &App,
    entry: &Entry<'_>,
    form_task: &FormTask,
    labs: &BTreeMap<String, LabView>,
) -> ApiResult<PaperTask> {
    let task = task_by_digest(app, &form_task.digest).await?;
    let instance = task
        .instantiate(&form_task.values)
        .map_err(|error| ApiError::internal("task of a form", &error))?;
    let lab = labs.get(&entry.entry_id).cloned().unwrap_or(LabView {
        state: LabState::Failed,
    });
    Ok(PaperTask {
        entry_id: entry.entry_id.clone(),
        number: entry.number,
        title: instance.title,
        statement_html: markdown::to_html(&instance.statement),
        checks: instance
            .checks
            .into_iter()
            .map(|check| PaperCheck {
                id: check.id.to_string(),
                title: check.title,
                points: check.points,
            })
            .collect(),
        time_seconds: task.time_seconds,
        lab,
        policy: entry.section.labs.into(),
        terminals: terminals(&instance.hosts),
        hosts: instance.hosts,
    })
}
