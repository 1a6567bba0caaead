//! The secret seed that a form was drawn from, apart from the form so that no query of forms can show it.

use sea_orm::entity::prelude::*;

use crate::ids::FormId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_seed")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub form_id: FormId,
    pub seed: String,
}

impl ActiveModelBehavior for ActiveModel {}
