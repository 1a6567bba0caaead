//! An issued certificate. One per session.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, CredentialId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CredentialId,
    #[sea_orm(unique)]
    pub session_id: SessionId,
    pub holder_id: AccountId,
    pub certification_id: String,
    pub kid: String,
    #[sea_orm(column_type = "Text")]
    pub token: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub valid_from_ms: i64,
    pub valid_until_ms: i64,
    pub issued_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
