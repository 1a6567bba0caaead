//! A score of a session. A regrade adds a row with the next number; nothing is overwritten.

use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: SessionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub is_final: bool,
    pub is_passed: bool,
    pub total_millipercent: i64,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub scored_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
