//! The outcome of one check in one session. A person's decision on a broken check stands beside what the runner said.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_outcome")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: SessionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_id: String,
    pub outcome: String,
    pub points: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub expected: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub found: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    pub at_ms: i64,
    pub decided_outcome: Option<String>,
    pub decided_by: Option<AccountId>,
    pub decided_at_ms: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
