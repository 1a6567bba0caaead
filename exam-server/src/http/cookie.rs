//! Cookies: `__Host-` names, so that no other host and no plain connection can set them.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The cookie that carries the token of a running session.
pub const SESSION: &str = "__Host-session";

/// A cookie that only this server's pages send and no script reads.
pub fn set(name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// A cookie that removes the one of that name.
pub fn clear(name: &'static str) -> Cookie<'static> {
    set(name, String::new(), 0)
}

/// The value of a cookie in a request, read without parsing the others: saves are many and carry several cookies.
pub fn value<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get_all(actix_web::http::header::COOKIE)
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
