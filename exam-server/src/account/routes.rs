//! Signing in and out over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::account::Area;
use crate::account::sign_in::{self, SignedIn};
use crate::app::App;
use crate::http::cookie;
use crate::http::problem::{ApiResult, Problem};
use crate::http::sign_in::signed_in;
use crate::ids::AccountId;

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub account_id: AccountId,
    pub login: String,
    pub name: String,
    pub roles: Vec<&'static str>,
}

impl From<&SignedIn> for Me {
    fn from(signed_in: &SignedIn) -> Self {
        Self {
            account_id: signed_in.account_id,
            login: signed_in.login.clone(),
            name: signed_in.name.clone(),
            roles: signed_in.roles.iter().map(|role| role.name()).collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct SignInRequest {
    pub area: Area,
    pub login: String,
    pub password: String,
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct AreaQuery {
    pub area: Area,
}

/// Sign in to one area
#[utoipa::path(tag = "account", responses((status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
#[post("/sign-in")]
pub async fn create_sign_in(
    app: web::Data<App>,
    request: web::Json<SignInRequest>,
) -> ApiResult<HttpResponse> {
    let SignInRequest {
        area,
        login,
        password,
    } = request.into_inner();
    let (signed_in, token) = sign_in::with_password(&app, area, &login, password).await?;
    Ok(HttpResponse::Ok()
        .cookie(cookie::set(area.cookie(), token, area.sign_in_ms() / 1000))
        .json(Me::from(&signed_in)))
}

/// Sign out of one area
#[utoipa::path(tag = "account", params(AreaQuery), responses((status = 204)))]
#[post("/sign-out")]
pub async fn delete_sign_in(
    app: web::Data<App>,
    http: HttpRequest,
    query: web::Query<AreaQuery>,
) -> ApiResult<HttpResponse> {
    if let Ok(signed_in) = signed_in(&app, &http, query.area).await {
        sign_in::close(&app, &signed_in).await?;
    }
    let mut response = HttpResponse::NoContent();
    response.cookie(cookie::clear(query.area.cookie()));
    if query.area == Area::Candidate {
        response.cookie(cookie::clear(cookie::SESSION));
    }
    Ok(response.finish())
}

/// Who is signed in to one area
#[utoipa::path(tag = "account", params(AreaQuery), responses((status = 200, body = Me), (status = 401, body = Problem)))]
#[get("/me")]
pub async fn get_me(
    app: web::Data<App>,
    http: HttpRequest,
    query: web::Query<AreaQuery>,
) -> ApiResult<web::Json<Me>> {
    Ok(web::Json(Me::from(
        &signed_in(&app, &http, query.area).await?,
    )))
}
