//! Signing in and out. The cookie carries 256 random bits; the row holds only their hash.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use sha2::{Digest, Sha256};

use crate::account::create::fold_login;
use crate::account::{Area, Role, password};
use crate::app::App;
use crate::audit;
use crate::entity::{account, account_role, sign_in};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::{AccountId, SignInId};
use crate::random;

/// Wrong passwords for one login before it has to wait. By login, never by address: an exam room shares one address.
const TRIES_MAX: u32 = 8;
/// How long it then waits, in milliseconds.
const TRIES_WINDOW_MS: i64 = 5 * 60 * 1000;

/// Who is signed in to an area.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account_id: AccountId,
    pub sign_in_id: SignInId,
    pub login: String,
    pub name: String,
    pub roles: Vec<Role>,
}

/// Counts wrong passwords by login, in memory: a restart forgives them, which costs an attacker a restart.
#[derive(Debug, Default)]
pub struct FailedTries(Mutex<HashMap<String, (u32, i64)>>);

impl FailedTries {
    fn is_blocked(&self, login: &str, now_ms: i64) -> bool {
        self.0.lock().is_ok_and(|tries| {
            tries.get(login).is_some_and(|&(count, since)| {
                count >= TRIES_MAX && now_ms - since < TRIES_WINDOW_MS
            })
        })
    }

    fn note(&self, login: &str, now_ms: i64) {
        if let Ok(mut tries) = self.0.lock() {
            tries.retain(|_, (_, since)| now_ms - *since < TRIES_WINDOW_MS);
            let entry = tries.entry(login.to_owned()).or_insert((0, now_ms));
            entry.0 += 1;
        }
    }

    fn forget(&self, login: &str) {
        if let Ok(mut tries) = self.0.lock() {
            tries.remove(login);
        }
    }
}

fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Signs a person in with login and password. Returns the cookie's value.
pub async fn with_password(
    app: &App,
    area: Area,
    login: &str,
    password: String,
) -> ApiResult<(SignedIn, String)> {
    let login = fold_login(login);
    let now = app.clock.now_ms();
    if app.failed_tries.is_blocked(&login, now) {
        return Err(ApiError::new(
            ErrorCode::TooManyTries,
            "too many wrong passwords for this name; try again in five minutes",
        ));
    }
    let row = account::Entity::find()
        .filter(account::COLUMN.login.eq(login.clone()))
        .one(app.db.reader())
        .await?
        .filter(|row| row.disabled_at_ms.is_none());
    let is_right =
        password::verify(password, row.as_ref().map(|row| row.password_hash.clone())).await;
    let roles = match &row {
        Some(row) => roles(app, row.id).await?,
        None => Vec::new(),
    };
    match row {
        Some(row) if is_right && roles.iter().any(|&role| area.admits(role)) => {
            app.failed_tries.forget(&login);
            open(app, area, row.id).await
        }
        _ => {
            app.failed_tries.note(&login, now);
            Err(ApiError::new(
                ErrorCode::WrongCredentials,
                "check the name, the password and whether this is the right sign-in page for you",
            ))
        }
    }
}

/// Opens a sign-in for an account that has proved itself.
pub async fn open(app: &App, area: Area, account_id: AccountId) -> ApiResult<(SignedIn, String)> {
    let token = URL_SAFE_NO_PAD.encode(random::bytes::<32>()?);
    let now = app.clock.now_ms();
    let sign_in_id = SignInId::new();
    let tx = app.db.begin().await?;
    sign_in::ActiveModel {
        id: Set(sign_in_id),
        account_id: Set(account_id),
        area: Set(area.name().to_owned()),
        token_hash: Set(token_hash(&token)),
        created_at_ms: Set(now),
        expires_at_ms: Set(now + area.sign_in_ms()),
        revoked_at_ms: Set(None),
    }
    .insert(&tx)
    .await?;
    audit::record(
        &tx,
        now,
        &account_id.to_string(),
        "sign_in",
        area.name(),
        "{}",
    )
    .await?;
    tx.commit().await?;
    let signed_in = find(app, area, &token).await?;
    let signed_in = signed_in.ok_or_else(|| ApiError::internal("sign-in", &"row not found"))?;
    Ok((signed_in, token))
}

/// The person behind a cookie, if its row still holds.
pub async fn find(app: &App, area: Area, token: &str) -> ApiResult<Option<SignedIn>> {
    let now = app.clock.now_ms();
    let row = sign_in::Entity::find()
        .filter(sign_in::COLUMN.token_hash.eq(token_hash(token)))
        .one(app.db.reader())
        .await?;
    let Some(row) = row.filter(|row| {
        row.area == area.name() && row.revoked_at_ms.is_none() && now < row.expires_at_ms
    }) else {
        return Ok(None);
    };
    let account = account::Entity::find_by_id(row.account_id)
        .one(app.db.reader())
        .await?;
    let Some(account) = account.filter(|account| account.disabled_at_ms.is_none()) else {
        return Ok(None);
    };
    let roles = roles(app, account.id).await?;
    if !roles.iter().any(|&role| area.admits(role)) {
        return Ok(None);
    }
    Ok(Some(SignedIn {
        account_id: account.id,
        sign_in_id: row.id,
        login: account.login,
        name: account.name,
        roles,
    }))
}

/// Ends a sign-in.
pub async fn close(app: &App, signed_in: &SignedIn) -> ApiResult<()> {
    let now = app.clock.now_ms();
    let tx = app.db.begin().await?;
    sign_in::Entity::update_many()
        .col_expr(
            sign_in::Column::RevokedAtMs,
            sea_orm::sea_query::Expr::value(now),
        )
        .filter(sign_in::COLUMN.id.eq(signed_in.sign_in_id))
        .exec(&tx)
        .await?;
    audit::record(
        &tx,
        now,
        &signed_in.account_id.to_string(),
        "sign_out",
        "",
        "{}",
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn roles(app: &App, account_id: AccountId) -> ApiResult<Vec<Role>> {
    let rows = account_role::Entity::find()
        .filter(account_role::COLUMN.account_id.eq(account_id))
        .all(app.db.reader())
        .await?;
    Ok(rows
        .iter()
        .filter_map(|row| Role::from_name(&row.role))
        .collect())
}
