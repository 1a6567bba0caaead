//! A seat in a room, with its seat code. The code itself is never stored, only its HMAC.

use sea_orm::entity::prelude::*;

use crate::ids::{RoomId, SeatId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seat")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SeatId,
    pub room_id: RoomId,
    pub label: String,
    #[sea_orm(unique)]
    pub session_id: SessionId,
    pub code_hmac: Option<String>,
    pub code_expires_at_ms: Option<i64>,
    pub code_used_at_ms: Option<i64>,
    pub failed_tries: i32,
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
