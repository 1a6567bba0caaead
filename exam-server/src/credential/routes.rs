//! Verification and published keys over HTTP: public, without an account, readable by other sites' scripts.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::credential::keys::PublicKey;
use crate::credential::lookup::{id_in, lookup};
use crate::credential::page as pages;
use crate::credential::reading::CertificateView;
use crate::credential::verify::{self, Check, Verdict, Verification};
use crate::credential::{did, read};
use crate::http::page::{self, Frame};
use crate::http::problem::{ApiError, ApiResult, Problem};

/// A form with a certificate in it: three bytes for each that needs escaping, of which a token has none.
const FORM_BYTES_MAX: usize = 2 * verify::TOKEN_BYTES_MAX;
/// Published keys may be kept for this long: a new key is published before it signs.
const KEYS_CACHE: &str = "public, max-age=300";

/// The answer to a verification.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationView {
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    pub checked_at_ms: i64,
    /// What the certificate says; only if its signature holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateView>,
    /// The signed certificate itself, to verify elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// The keys to verify it with.
    pub keys_url: String,
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct VerifyQuery {
    /// An id, or a link to a certificate
    id: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenForm {
    /// The signed certificate: a compact JWS
    token: String,
}

/// Routes that the OpenAPI document describes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(get_verify)
        .service(post_verify)
        .service(get_token)
        .service(get_verification)
        .service(get_key)
        .service(get_jwks)
        .service(get_did)
        .service(page::achievement::get_achievement);
}

/// Other sites' pages may read this, and may show it.
fn open_to_all(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
}

fn keys_url(app: &App) -> String {
    format!("{}/.well-known/jwks.json", app.signer.issuer())
}

fn answer(
    app: &App,
    request: &HttpRequest,
    verification: Verification,
    token_url: Option<String>,
) -> HttpResponse {
    let status = match verification.verdict {
        Verdict::Unknown => StatusCode::NOT_FOUND,
        Verdict::Valid | Verdict::Invalid => StatusCode::OK,
    };
    let certificate = verification.credential.as_ref().map(CertificateView::of);
    if page::wants_json(request) {
        let view = VerificationView {
            verdict: verification.verdict,
            checks: verification.checks,
            checked_at_ms: app.clock.now_ms(),
            certificate,
            token_url,
            keys_url: keys_url(app),
        };
        return open_to_all(&mut HttpResponse::build(status))
            .insert_header((header::VARY, "Accept"))
            .insert_header(("X-Robots-Tag", "noindex"))
            .json(view);
    }
    let answer = pages::answer(&verification, certificate.as_ref());
    let content = pages::verification(&pages::Shown {
        answer: &answer,
        verification: &verification,
        certificate: certificate.as_ref(),
        checked_at_ms: app.clock.now_ms(),
        token_url: token_url.as_deref(),
        keys_url: &keys_url(app),
    });
    let site = &*app.config.issuer_name;
    page::respond(
        status,
        Frame {
            site,
            title: answer.title,
            is_listed: false,
        },
        &content,
    )
}

/// A form to verify a certificate; with an id it leads to the certificate
#[utoipa::path(tag = "public", params(VerifyQuery), responses(
    (status = 200, description = "A form (HTML)"),
    (status = 303, description = "To the certificate's own page"),
))]
#[get("/verify")]
pub async fn get_verify(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<VerifyQuery>,
) -> ApiResult<HttpResponse> {
    let Some(text) = query.id.as_deref().filter(|text| !text.trim().is_empty()) else {
        let frame = Frame {
            site: &app.config.issuer_name,
            title: "Verify a certificate",
            is_listed: true,
        };
        return Ok(page::respond(StatusCode::OK, frame, &pages::form()));
    };
    match id_in(text) {
        Some(id) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/verify/{id}")))
            .finish()),
        None => Ok(answer(&app, &request, lookup(&app, None).await?, None)),
    }
}

/// Verify a certificate that is sent along; it is not stored
#[utoipa::path(
    tag = "public",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = VerificationView), (status = 413, body = Problem)),
)]
#[post("/verify")]
pub async fn post_verify(
    app: web::Data<App>,
    request: HttpRequest,
    form: web::Form<TokenForm>,
) -> HttpResponse {
    let verification = verify::verify(&form.token, app.signer.keys(), app.clock.now_ms());
    answer(&app, &request, verification, None)
}

/// The signed certificate itself
#[utoipa::path(tag = "public", params(("id" = String, Path)), responses(
    (status = 200, description = "A compact JWS", body = String, content_type = "text/plain"),
    (status = 404, body = Problem),
))]
#[get("/verify/{id}.jwt")]
pub async fn get_token(app: web::Data<App>, id: web::Path<String>) -> ApiResult<HttpResponse> {
    let unknown = || ApiError::not_found("certificate");
    let id = id_in(&id).ok_or_else(unknown)?;
    let token = read::token(&app, id).await?.ok_or_else(unknown)?;
    let name = format!("attachment; filename=\"certificate-{id}.jwt\"");
    Ok(open_to_all(&mut HttpResponse::Ok())
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(token))
}

/// Whether a certificate is valid: a page for people, or the checks for software
#[utoipa::path(tag = "public", params(("id" = String, Path)), responses(
    (status = 200, body = VerificationView),
    (status = 404, description = "No such certificate; alike for every unknown id", body = VerificationView),
))]
#[get("/verify/{id}")]
pub async fn get_verification(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
) -> ApiResult<HttpResponse> {
    let id = id_in(&id);
    let verification = lookup(&app, id).await?;
    let url = match verification.verdict {
        Verdict::Unknown => None,
        _ => id.map(|id| format!("{}.jwt", read::page_url(app.signer.issuer(), id))),
    };
    Ok(answer(&app, &request, verification, url))
}

/// One public key, as certificates name it
#[utoipa::path(tag = "public", params(("kid" = String, Path)), responses(
    (status = 200, description = "One JWK", body = serde_json::Value),
    (status = 404, body = Problem),
))]
#[get("/keys/{kid}")]
pub async fn get_key(app: web::Data<App>, kid: web::Path<String>) -> ApiResult<HttpResponse> {
    let keys = &app.signer.keys().keys;
    let key = keys.iter().find(|key| key.thumbprint == *kid);
    let key = key.ok_or_else(|| ApiError::not_found("key"))?;
    Ok(open_to_all(&mut HttpResponse::Ok())
        .insert_header((header::CACHE_CONTROL, KEYS_CACHE))
        .json(key.jwk()))
}

/// All public keys, those that no longer sign included
#[utoipa::path(tag = "public", responses((status = 200, description = "A JWK set", body = serde_json::Value)))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(app: web::Data<App>) -> HttpResponse {
    let keys: Vec<_> = app.signer.keys().keys.iter().map(PublicKey::jwk).collect();
    open_to_all(&mut HttpResponse::Ok())
        .insert_header((header::CACHE_CONTROL, KEYS_CACHE))
        .json(serde_json::json!({"keys": keys}))
}

/// The issuer as a did:web document
#[utoipa::path(tag = "public", responses((status = 200, description = "A DID document", body = serde_json::Value)))]
#[get("/.well-known/did.json")]
pub async fn get_did(app: web::Data<App>) -> HttpResponse {
    open_to_all(&mut HttpResponse::Ok())
        .insert_header((header::CACHE_CONTROL, KEYS_CACHE))
        .json(did::document(app.signer.issuer(), app.signer.keys()))
}

/// How large forms may be, and how a bad one is refused.
pub fn form_config() -> web::FormConfig {
    use crate::http::problem::ErrorCode;
    use actix_web::error::UrlencodedError;
    web::FormConfig::default()
        .limit(FORM_BYTES_MAX)
        .error_handler(|error, _| {
            let code = match error {
                UrlencodedError::Overflow { .. } => ErrorCode::TooLarge,
                _ => ErrorCode::BadRequest,
            };
            ApiError::new(code, error.to_string()).into()
        })
}
