//! One gate in front of every route: the host name, requests from other sites, and the headers that browsers obey.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};

use crate::app::App;
use crate::http::problem::{ApiError, ErrorCode};

/// Scripts of our own web client send this with every request that changes something; a form on another site cannot.
const SCRIPT_HEADER: &str = "x-requested-with";
const SCRIPT_VALUE: &str = "assay";

/// The web client's components and terminal set inline styles, hence `style-src 'unsafe-inline'`; scripts are ours alone.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and the gate below refuses them.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=()",
    ),
    ("strict-transport-security", "max-age=31536000"),
];

/// The middleware.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let refusal = request
        .app_data::<web::Data<App>>()
        .and_then(|app| refuse(app, &request));
    let mut response = match refusal {
        Some(refusal) => {
            let answer = refusal.error_response();
            request.into_response(answer)
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    for (name, value) in HEADERS {
        // A route may open itself further: published keys are for every site.
        if !response.headers().contains_key(name) {
            response.headers_mut().insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

fn refuse(app: &App, request: &ServiceRequest) -> Option<ApiError> {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    // HTTP/2 carries the host in the URI.
    let host = host.or_else(|| {
        request
            .uri()
            .authority()
            .map(actix_web::http::uri::Authority::as_str)
    });
    if !host.is_some_and(|host| app.origins.knows_host(host)) {
        return Some(ApiError::new(
            ErrorCode::UnknownHost,
            "open the server under the address in its configuration (public_url)",
        ));
    }
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if is_safe && request.headers().get(header::UPGRADE).is_none() {
        return None;
    }
    if comes_from_elsewhere(app, request) {
        return Some(ApiError::new(
            ErrorCode::CrossSiteRequest,
            "this address accepts changes only from its own pages",
        ));
    }
    let is_api = request.path().starts_with("/api/");
    let from_script = request
        .headers()
        .get(SCRIPT_HEADER)
        .is_some_and(|value| value.as_bytes() == SCRIPT_VALUE.as_bytes());
    (is_api && !is_safe && !from_script).then(|| {
        ApiError::new(
            ErrorCode::CrossSiteRequest,
            "send the header X-Requested-With: assay",
        )
    })
}

fn comes_from_elsewhere(app: &App, request: &ServiceRequest) -> bool {
    let headers = request.headers();
    if let Some(origin) = headers.get(header::ORIGIN) {
        return !origin
            .to_str()
            .is_ok_and(|origin| app.origins.knows_origin(origin));
    }
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

/// The names under which the server answers.
#[derive(Clone, Debug)]
pub struct Origins {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Origins {
    /// From the public URL and the address listened on.
    pub fn new(public_url: &str, listen: &std::net::SocketAddr) -> Self {
        let mut origins = vec![public_url.to_owned()];
        if listen.ip().is_loopback() || listen.ip().is_unspecified() {
            for host in ["127.0.0.1", "localhost", "[::1]"] {
                origins.push(format!("http://{host}:{}", listen.port()));
            }
        }
        let hosts = origins
            .iter()
            .filter_map(|origin| {
                origin
                    .split_once("://")
                    .map(|(_, host)| host.to_lowercase())
            })
            .collect();
        Self { hosts, origins }
    }

    fn knows_host(&self, host: &str) -> bool {
        self.hosts
            .iter()
            .any(|known| known.eq_ignore_ascii_case(host))
    }

    fn knows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
    }
}
