//! The bank for examiners: list, preview, validate.

use actix_web::{get, post, web};
use question_bank::{Item, ItemId, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::authoring::load::LoadedBank;
use crate::authoring::view::{BankView, FaultView, ItemSummary, ItemView, TaskSummary, TaskView};
use crate::http::problem::{ApiError, ApiResult, Problem};
use crate::http::sign_in::Examiner;

#[derive(Debug, Serialize, ToSchema)]
pub struct Items {
    pub items: Vec<ItemSummary>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Tasks {
    pub tasks: Vec<TaskSummary>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BankReport {
    pub faults: Vec<FaultView>,
    pub items: usize,
    pub tasks: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct ItemFilter {
    /// Words that the stem, an option or the id contains
    pub search: Option<String>,
    pub domain: Option<String>,
    /// `single_choice` or `multiple_choice`
    pub kind: Option<String>,
}

impl ItemFilter {
    fn admits(&self, item: &Item, summary: &ItemSummary) -> bool {
        let is_equal = |wanted: &Option<String>, value: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted.is_empty() || wanted == value)
        };
        let search = self.search.as_deref().unwrap_or_default().to_lowercase();
        let texts = item
            .options
            .iter()
            .map(|option| &option.text)
            .chain([&item.stem]);
        let holds_words = search.split_whitespace().all(|word| {
            summary.item_id.contains(word)
                || texts.clone().any(|text| text.to_lowercase().contains(word))
        });
        is_equal(&self.domain, &summary.domain)
            && is_equal(&self.kind, &summary.kind)
            && holds_words
    }
}

/// The bank at a glance
#[utoipa::path(tag = "bank", responses((status = 200, body = BankView), (status = 401, body = Problem)))]
#[get("/bank")]
pub async fn get_bank(app: web::Data<App>, _examiner: Examiner) -> web::Json<BankView> {
    web::Json(BankView::from(app.bank.as_ref()))
}

/// The items of the bank
#[utoipa::path(tag = "bank", params(ItemFilter), responses((status = 200, body = Items), (status = 401, body = Problem)))]
#[get("/bank/items")]
pub async fn list_items(
    app: web::Data<App>,
    _examiner: Examiner,
    filter: web::Query<ItemFilter>,
) -> web::Json<Items> {
    let items = app.bank.bank.items.values().filter_map(|item| {
        let summary = ItemSummary::from(item);
        filter.admits(item, &summary).then_some(summary)
    });
    web::Json(Items {
        items: items.collect(),
    })
}

/// One item with its keys and rationales
#[utoipa::path(tag = "bank", responses((status = 200, body = ItemView), (status = 404, body = Problem)))]
#[get("/bank/items/{item_id}")]
pub async fn get_item(
    app: web::Data<App>,
    _examiner: Examiner,
    id: web::Path<String>,
) -> ApiResult<web::Json<ItemView>> {
    let id = ItemId::new(id.into_inner()).map_err(|_malformed| ApiError::not_found("item"))?;
    let item = app
        .bank
        .bank
        .items
        .get(&id)
        .ok_or_else(|| ApiError::not_found("item"))?;
    let path = format!("items/{}/{}.md", item.domain, item.id);
    let source = app.bank.sources.get(&path).cloned().unwrap_or_default();
    Ok(web::Json(ItemView::new(item, source)))
}

/// The live tasks of the bank
#[utoipa::path(tag = "bank", responses((status = 200, body = Tasks), (status = 401, body = Problem)))]
#[get("/bank/tasks")]
pub async fn list_tasks(app: web::Data<App>, _examiner: Examiner) -> web::Json<Tasks> {
    web::Json(Tasks {
        tasks: app
            .bank
            .bank
            .tasks
            .values()
            .map(TaskSummary::from)
            .collect(),
    })
}

/// One live task with its checks and its solution
#[utoipa::path(tag = "bank", responses((status = 200, body = TaskView), (status = 404, body = Problem)))]
#[get("/bank/tasks/{task_id}")]
pub async fn get_task(
    app: web::Data<App>,
    _examiner: Examiner,
    id: web::Path<String>,
) -> ApiResult<web::Json<TaskView>> {
    let id = TaskId::new(id.into_inner()).map_err(|_malformed| ApiError::not_found("task"))?;
    let bank = &app.bank.bank;
    let task = bank.tasks.get(&id);
    let task = task.ok_or_else(|| ApiError::not_found("task"))?;
    Ok(web::Json(TaskView::new(task, bank.proofs.get(&id))))
}

/// Read the bank's files again and say what is wrong in them
///
/// It changes nothing: edited files are published at the next start.
#[utoipa::path(tag = "bank", responses((status = 200, body = BankReport), (status = 401, body = Problem)))]
#[post("/bank/validate")]
pub async fn validate_bank(
    app: web::Data<App>,
    _examiner: Examiner,
) -> ApiResult<web::Json<BankReport>> {
    let folder = app.config.bank.clone();
    let loaded = web::block(move || match folder {
        Some(folder) => LoadedBank::folder(&folder),
        None => LoadedBank::starter(),
    })
    .await
    .map_err(|error| ApiError::internal("bank", &error))?;
    let loaded = loaded
        .map_err(|error| ApiError::internal("bank", &error))?
        .proved_only();
    Ok(web::Json(BankReport {
        faults: loaded.faults.iter().map(FaultView::from).collect(),
        items: loaded.bank.items.len(),
        tasks: loaded.bank.tasks.len(),
    }))
}
