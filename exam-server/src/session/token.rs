//! The session token: which session a browser sits, and at which epoch. Saves are admitted by it without a query; the
//! rules ask the row for the rest.

use std::future::{Ready, ready};

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::account::token::{Kind, Subject};
use crate::app::App;
use crate::entity::exam_session;
use crate::http::cookie;
use crate::http::problem::{ApiError, ApiResult, ErrorCode};
use crate::ids::SessionId;
use crate::session::rules::{LATE_WINDOW_MS, deadline_ms};

/// A verified session token of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionToken {
    pub session_id: SessionId,
    pub epoch: i64,
    pub expires_at_ms: i64,
}

impl SessionToken {
    fn of(request: &HttpRequest) -> ApiResult<Self> {
        let refused = |_reason| {
            ApiError::new(
                ErrorCode::BadToken,
                "this browser has no valid token for the session; open the session again",
            )
        };
        let app = request
            .app_data::<web::Data<App>>()
            .ok_or_else(|| ApiError::internal("session token", &"no application state"))?;
        let token = cookie::value(request, cookie::SESSION).unwrap_or_default();
        let claims = app
            .tokens
            .verify(Kind::Session, token, app.clock.now_ms())
            .map_err(refused)?;
        let session_id = claims.sid.parse().map_err(|_malformed| {
            ApiError::new(ErrorCode::BadToken, "the token names no session")
        })?;
        Ok(Self {
            session_id,
            epoch: claims.ep,
            expires_at_ms: claims.exp.saturating_mul(1000),
        })
    }

    /// Whether the token is for this session.
    pub fn is_for(&self, id: SessionId) -> ApiResult<()> {
        if self.session_id == id {
            Ok(())
        } else {
            Err(ApiError::not_found("session"))
        }
    }
}

impl FromRequest for SessionToken {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

fn valid_until_ms(row: &exam_session::Model) -> i64 {
    let started = row.started_at_ms.unwrap_or_default();
    deadline_ms(started, row.time_limit_ms, row.adjustment_ms).saturating_add(LATE_WINDOW_MS)
}

/// The cookie with a token for the session at its present epoch. It outlives the deadline by the late window.
pub fn cookie_for(app: &App, row: &exam_session::Model) -> ApiResult<Cookie<'static>> {
    let now = app.clock.now_ms();
    let lifetime_ms = valid_until_ms(row).saturating_sub(now).max(0);
    let subject = Subject {
        account: &row.candidate_id.to_string(),
        session: &row.id.to_string(),
        epoch: row.epoch,
        scope: "",
    };
    let token = app
        .tokens
        .sign(Kind::Session, &subject, now, lifetime_ms)
        .map_err(|error| ApiError::internal("session token", &error))?;
    Ok(cookie::set(cookie::SESSION, token, lifetime_ms / 1000))
}

/// A new cookie, if the session's time was extended since this current token was made.
pub fn renewed(
    app: &App,
    row: &exam_session::Model,
    token: Option<&SessionToken>,
) -> ApiResult<Option<Cookie<'static>>> {
    let is_short = token.is_some_and(|token| {
        token.session_id == row.id
            && token.epoch == row.epoch
            && token.expires_at_ms.saturating_add(1000) < valid_until_ms(row)
    });
    is_short.then(|| cookie_for(app, row)).transpose()
}
