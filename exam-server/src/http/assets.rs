//! The built web client, inside the binary. A build without it (no Node.js on the machine) says so on its pages.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::problem::{ApiError, ApiResult};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// Hashed files never change; pages are asked for anew each time.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

/// Answers with a file, compressed when the build has it compressed and the browser takes it.
fn serve(request: &HttpRequest, path: &str, cache: &'static str) -> ApiResult<HttpResponse> {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let compressed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .find_map(|(encoding, suffix)| {
            let is_accepted = accepted
                .split(',')
                .any(|offer| offer.trim().starts_with(encoding));
            is_accepted
                .then(|| Dist::get(&format!("{path}{suffix}")))?
                .map(|file| (encoding, file))
        });
    let mut response = HttpResponse::Ok();
    response
        .content_type(content_type(path))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Accept-Encoding"));
    match compressed {
        Some((encoding, file)) => Ok(response
            .insert_header((header::CONTENT_ENCODING, encoding))
            .body(bytes(file))),
        None => {
            let file = Dist::get(path).ok_or_else(|| ApiError::not_found("page"))?;
            Ok(response.body(bytes(file)))
        }
    }
}

fn bytes(file: EmbeddedFile) -> web::Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(data) => web::Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => web::Bytes::from(data),
    }
}

/// A file of the web client
#[get("/assets/{path:.*}")]
pub async fn get_asset(request: HttpRequest, path: web::Path<String>) -> ApiResult<HttpResponse> {
    serve(&request, &format!("assets/{path}"), IMMUTABLE)
}

async fn page(request: HttpRequest, file: &'static str) -> ApiResult<HttpResponse> {
    serve(&request, file, "no-cache")
}

/// The pages: one bundle for each audience, so that staff screens never reach candidates.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(get_asset);
    for (prefix, file) in [
        ("/candidate", "candidate.html"),
        ("/examiner", "examiner.html"),
        ("/proctor", "proctor.html"),
    ] {
        config
            .route(prefix, web::get().to(move |request| page(request, file)))
            .route(
                &format!("{prefix}/{{path:.*}}"),
                web::get().to(move |request| page(request, file)),
            );
    }
}
