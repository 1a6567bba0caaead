//! A drawn form: sections and entries with item versions, option order and parameter values. It never holds its seed.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, ExamId, FormId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FormId,
    pub exam_id: ExamId,
    pub candidate_id: AccountId,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
