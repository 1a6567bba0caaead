//! The current response to one entry of a form: it points at the event that holds it.

use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "response_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: SessionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: String,
    pub seq: i64,
    pub revision: i64,
    pub epoch: i64,
    pub is_answered: bool,
    pub is_flagged: bool,
}

impl ActiveModelBehavior for ActiveModel {}
