//! The links of the demo.

use actix_web::{HttpResponse, get, web};

use crate::account::sign_in;
use crate::app::App;
use crate::demo::Links;
use crate::http::cookie;
use crate::http::problem::{ApiError, ApiResult};

/// Sign in by a link of the demo
#[get("/demo/{code}")]
pub async fn follow_link(
    app: web::Data<App>,
    links: web::Data<Links>,
    code: web::Path<String>,
) -> ApiResult<HttpResponse> {
    let (account_id, area) = links
        .find(&code)
        .ok_or_else(|| ApiError::not_found("link of this demo; take one that it printed last"))?;
    let (_, token) = sign_in::open(&app, area, account_id).await?;
    Ok(HttpResponse::SeeOther()
        .cookie(cookie::set(area.cookie(), token, area.sign_in_ms() / 1000))
        .insert_header(("Location", format!("/{}/", area.name())))
        .finish())
}
