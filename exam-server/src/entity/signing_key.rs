//! The public half of a signing key. Retired keys stay for ever, so that old certificates verify.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    pub purpose: String,
    pub algorithm: String,
    #[sea_orm(column_type = "Text")]
    pub public_jwk: String,
    pub state: String,
    pub created_at_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
