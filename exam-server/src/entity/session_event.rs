//! One event of a session. Append-only; `hash` chains each event to the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: SessionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at_ms: i64,
    pub kind: String,
    pub actor: String,
    pub epoch: i64,
    pub entry_id: Option<String>,
    pub response_revision: Option<i64>,
    pub client_at_ms: Option<i64>,
    pub is_late: bool,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
