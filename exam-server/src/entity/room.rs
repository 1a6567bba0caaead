//! A room in which an exam is proctored.

use sea_orm::entity::prelude::*;

use crate::ids::{ExamId, RoomId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "room")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoomId,
    pub exam_id: ExamId,
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
