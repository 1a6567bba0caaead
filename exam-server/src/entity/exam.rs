//! An exam on offer. The blueprint and the certification stand in the row as they were when the exam was made.

use sea_orm::entity::prelude::*;

use crate::ids::ExamId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exam")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExamId,
    pub title: String,
    pub bank_id: String,
    pub blueprint_id: String,
    #[sea_orm(column_type = "Text")]
    pub blueprint: String,
    pub certification_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub certification: Option<String>,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
