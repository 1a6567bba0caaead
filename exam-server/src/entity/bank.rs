//! The bank as it was last loaded: which versions are current.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bank")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub title: String,
    pub version: i64,
    pub loaded_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
