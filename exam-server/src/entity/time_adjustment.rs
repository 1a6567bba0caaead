//! A change of a deadline: who, when, why. Undone by a counter-entry, never by deletion.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AdjustmentId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "time_adjustment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AdjustmentId,
    pub session_id: SessionId,
    pub kind: String,
    pub delta_ms: i64,
    pub by_account_id: AccountId,
    pub at_ms: i64,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub reverses_id: Option<AdjustmentId>,
}

impl ActiveModelBehavior for ActiveModel {}
