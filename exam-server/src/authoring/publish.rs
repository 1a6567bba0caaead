//! Publishes the loaded bank: new versions are added, known ones are left alone.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect, Set,
};

use crate::audit;
use crate::authoring::load::LoadedBank;
use crate::db::Database;
use crate::entity::{bank, item_version, task_version};

/// Why the bank could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database refused.
    #[error("cannot publish the bank")]
    Database(#[from] DbErr),
    /// A version could not be written as JSON.
    #[error("cannot store a version of the bank")]
    Json(#[from] serde_json::Error),
}

/// Adds the versions that are not there yet. Returns how many were added.
pub async fn publish(
    db: &Database,
    loaded: &LoadedBank,
    now_ms: i64,
) -> Result<usize, PublishError> {
    let items: Vec<_> = loaded
        .bank
        .items
        .values()
        .map(|item| (item.digest(), item))
        .collect();
    let tasks: Vec<_> = loaded
        .bank
        .tasks
        .values()
        .map(|task| (task.digest(), task))
        .collect();
    let bank_id = loaded.bank.id.as_str();
    let known: HashSet<String> = {
        let items = item_version::Entity::find()
            .select_only()
            .column(item_version::Column::Digest);
        let tasks = task_version::Entity::find()
            .select_only()
            .column(task_version::Column::Digest);
        let mut known = items.into_tuple::<String>().all(db.reader()).await?;
        known.extend(tasks.into_tuple::<String>().all(db.reader()).await?);
        known.into_iter().collect()
    };
    let stored = bank::Entity::find_by_id(bank_id).one(db.reader()).await?;
    let is_new = |digest: &str| !known.contains(digest);
    let added = items.iter().filter(|(digest, _)| is_new(digest)).count()
        + tasks.iter().filter(|(digest, _)| is_new(digest)).count();
    let version = i64::from(loaded.bank.version);
    if added == 0
        && stored
            .as_ref()
            .is_some_and(|stored| stored.version == version)
    {
        return Ok(0);
    }

    let tx = db.begin().await?;
    for (digest, item) in items.iter().filter(|(digest, _)| is_new(digest)) {
        let path = format!("items/{}/{}.md", item.domain, item.id);
        item_version::ActiveModel {
            digest: Set(digest.clone()),
            bank_id: Set(bank_id.to_owned()),
            item_id: Set(item.id.to_string()),
            domain: Set(item.domain.to_string()),
            kind: Set(serde_json::to_value(item.kind)?
                .as_str()
                .unwrap_or_default()
                .to_owned()),
            body: Set(serde_json::to_string(item)?),
            source: Set(loaded.sources.get(&path).cloned().unwrap_or_default()),
            created_at_ms: Set(now_ms),
            is_current: Set(true),
        }
        .insert(&tx)
        .await?;
    }
    for (digest, task) in tasks.iter().filter(|(digest, _)| is_new(digest)) {
        task_version::ActiveModel {
            digest: Set(digest.clone()),
            bank_id: Set(bank_id.to_owned()),
            task_id: Set(task.id.to_string()),
            domain: Set(task.domain.to_string()),
            body: Set(serde_json::to_string(task)?),
            created_at_ms: Set(now_ms),
            is_current: Set(true),
        }
        .insert(&tx)
        .await?;
    }
    let digests: Vec<String> = items.iter().map(|(digest, _)| digest.clone()).collect();
    item_version::Entity::update_many()
        .col_expr(item_version::Column::IsCurrent, Expr::value(false))
        .filter(item_version::Column::BankId.eq(bank_id))
        .filter(item_version::Column::Digest.is_not_in(digests))
        .exec(&tx)
        .await?;
    let digests: Vec<String> = tasks.iter().map(|(digest, _)| digest.clone()).collect();
    task_version::Entity::update_many()
        .col_expr(task_version::Column::IsCurrent, Expr::value(false))
        .filter(task_version::Column::BankId.eq(bank_id))
        .filter(task_version::Column::Digest.is_not_in(digests))
        .exec(&tx)
        .await?;
    write_bank(&tx, loaded, stored.is_some(), now_ms).await?;
    let detail = serde_json::json!({"added": added, "version": version}).to_string();
    audit::record(&tx, now_ms, "server", "bank_published", bank_id, &detail).await?;
    tx.commit().await?;
    Ok(added)
}

async fn write_bank(
    tx: &DatabaseTransaction,
    loaded: &LoadedBank,
    is_known: bool,
    now_ms: i64,
) -> Result<(), DbErr> {
    let row = bank::ActiveModel {
        id: Set(loaded.bank.id.to_string()),
        title: Set(loaded.bank.title.clone()),
        version: Set(i64::from(loaded.bank.version)),
        loaded_at_ms: Set(now_ms),
    };
    if is_known {
        row.update(tx).await?
    } else {
        row.insert(tx).await?
    };
    Ok(())
}
