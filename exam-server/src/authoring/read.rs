//! Versions by digest. They never change, so each is read and parsed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use question_bank::{Item, Task};
use sea_orm::EntityTrait;

use crate::app::App;
use crate::entity::{item_version, task_version};
use crate::http::problem::{ApiError, ApiResult};

/// Versions that were read before.
#[derive(Debug, Default)]
pub struct Versions {
    items: Mutex<HashMap<String, Arc<Item>>>,
    tasks: Mutex<HashMap<String, Arc<Task>>>,
}

fn known<T>(cache: &Mutex<HashMap<String, Arc<T>>>, digest: &str) -> Option<Arc<T>> {
    cache.lock().ok()?.get(digest).cloned()
}

fn remember<T>(cache: &Mutex<HashMap<String, Arc<T>>>, digest: &str, version: T) -> Arc<T> {
    let version = Arc::new(version);
    if let Ok(mut cache) = cache.lock() {
        cache.insert(digest.to_owned(), Arc::clone(&version));
    }
    version
}

/// The item version of that digest.
pub async fn item_by_digest(app: &App, digest: &str) -> ApiResult<Arc<Item>> {
    if let Some(item) = known(&app.versions.items, digest) {
        return Ok(item);
    }
    let row = item_version::Entity::find_by_id(digest)
        .one(app.db.reader())
        .await?;
    let row = row.ok_or_else(|| ApiError::not_found("item version"))?;
    Ok(remember(
        &app.versions.items,
        digest,
        serde_json::from_str(&row.body)?,
    ))
}

/// The task version of that digest.
pub async fn task_by_digest(app: &App, digest: &str) -> ApiResult<Arc<Task>> {
    if let Some(task) = known(&app.versions.tasks, digest) {
        return Ok(task);
    }
    let row = task_version::Entity::find_by_id(digest)
        .one(app.db.reader())
        .await?;
    let row = row.ok_or_else(|| ApiError::not_found("task version"))?;
    Ok(remember(
        &app.versions.tasks,
        digest,
        serde_json::from_str(&row.body)?,
    ))
}
