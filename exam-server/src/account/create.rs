//! Creates an account with its roles.

use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, Set};

use crate::account::Role;
use crate::entity::{account, account_role};
use crate::ids::AccountId;

/// What a new account consists of. The password is hashed already (see `password::hash`).
#[derive(Debug)]
pub struct NewAccount<'a> {
    pub login: &'a str,
    pub name: &'a str,
    pub password_hash: &'a str,
    pub roles: &'a [Role],
}

/// Logins are compared without regard to case, alike on every database.
pub fn fold_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Creates the account.
pub async fn create(
    tx: &DatabaseTransaction,
    now_ms: i64,
    new: &NewAccount<'_>,
) -> Result<AccountId, DbErr> {
    let id = AccountId::new();
    account::ActiveModel {
        id: Set(id),
        login: Set(fold_login(new.login)),
        name: Set(new.name.to_owned()),
        password_hash: Set(new.password_hash.to_owned()),
        created_at_ms: Set(now_ms),
        disabled_at_ms: Set(None),
    }
    .insert(tx)
    .await?;
    for role in new.roles {
        account_role::ActiveModel {
            account_id: Set(id),
            role: Set(role.name().to_owned()),
        }
        .insert(tx)
        .await?;
    }
    Ok(id)
}
