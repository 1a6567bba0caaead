//! A published task version. Immutable.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    pub bank_id: String,
    pub task_id: String,
    pub domain: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub created_at_ms: i64,
    pub is_current: bool,
}

impl ActiveModelBehavior for ActiveModel {}
