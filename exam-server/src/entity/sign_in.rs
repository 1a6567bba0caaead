//! A signing in: the row decides, the cookie only carries the token whose hash is here.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, SignInId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignInId,
    pub account_id: AccountId,
    pub area: String,
    #[sea_orm(unique)]
    pub token_hash: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub revoked_at_ms: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
