//! The lab of one task in one session: what the runner was asked for and what it reported.

use sea_orm::entity::prelude::*;

use crate::ids::{LabId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lab")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LabId,
    pub session_id: SessionId,
    pub entry_id: String,
    pub task_digest: String,
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    pub snapshot_digest: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub report: Option<String>,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
