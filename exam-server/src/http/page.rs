//! Public pages: rendered here, without JavaScript, readable on paper and in the dark.

pub mod achievement;
pub mod home;
pub mod icon;
pub mod problem;
pub mod sign_in;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use maud::{DOCTYPE, Markup, html};

/// What every page has around its content.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The name in the page's head line.
    pub site: &'a str,
    pub title: &'a str,
    /// Search engines may list the page. Whatever shows a certificate must not be listed.
    pub is_listed: bool,
}

/// A whole page.
pub fn page(frame: Frame<'_>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if !frame.is_listed { meta name="robots" content="noindex"; }
                title { (frame.title) " · " (frame.site) }
                link rel="stylesheet" href="/public.css";
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header.top {
                    a.name href="/" { (frame.site) }
                    nav aria-label="Pages" {
                        a href="/#certifications" { "Certifications" }
                        a href="/verify" { "Verify" }
                        a href="/sign-in" { "Sign in" }
                    }
                }
                main #content { (content) }
                footer {
                    p {
                        "Certificates of " (frame.site) " are Open Badges 3.0: anybody can verify them without asking us. "
                        a href="/.well-known/jwks.json" { "Published keys" }
                    }
                }
            }
        }
    }
}

/// A page as an answer.
pub fn respond(status: StatusCode, frame: Frame<'_>, content: &Markup) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8");
    response.insert_header((header::VARY, "Accept"));
    if !frame.is_listed {
        response.insert_header(("X-Robots-Tag", "noindex"));
    }
    response.body(page(frame, content).into_string())
}

/// Whether the caller wants the document for software. Browsers ask for HTML by name.
pub fn wants_json(request: &HttpRequest) -> bool {
    accepts(request, "json") && !accepts(request, "text/html")
}

/// Whether the caller names this media type, or a part of its name.
pub fn accepts(request: &HttpRequest, media_type: &str) -> bool {
    request
        .headers()
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains(media_type))
}

/// A day, with the exact instant in the title. Pages without JavaScript cannot know the reader's zone, so it is UTC.
pub fn day(at_ms: i64) -> Markup {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or_default();
    let exact = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    html! { time datetime=(exact) title={ (exact) " (UTC)" } { (at.format("%-d %B %Y")) } }
}

/// An instant to the minute.
pub fn minute(at_ms: i64) -> Markup {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or_default();
    let exact = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    html! { time datetime=(exact) title={ (exact) " (UTC)" } { (at.format("%-d %B %Y, %H:%M")) " UTC" } }
}

/// A number with its noun.
pub fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The style sheet of the public pages
#[get("/public.css")]
async fn get_style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(include_str!("page/public.css"))
}

/// The pages for people.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(get_style)
        .service(home::get_home)
        .service(sign_in::get_sign_in)
        .service(sign_in::post_sign_in);
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_browser_gets_html_and_software_gets_json() {
        let asks = |accept: &str| {
            wants_json(
                &TestRequest::default()
                    .insert_header(("Accept", accept))
                    .to_http_request(),
            )
        };
        assert!(!asks(
            "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"
        ));
        assert!(!asks("*/*"));
        assert!(asks("application/json"));
        assert!(asks("application/ld+json, application/json"));
    }

    #[test]
    fn a_day_carries_its_instant() {
        let text = day(1_858_383_234_000).into_string();
        assert!(text.contains(">21 November 2028<"), "{text}");
        assert!(text.contains("datetime=\"2028-11-21T01:33:54Z\""), "{text}");
    }

    #[test]
    fn text_of_others_cannot_become_markup() {
        let frame = Frame {
            site: "<b>",
            title: "\"><script>",
            is_listed: true,
        };
        let text = page(frame, &html! { (frame.title) }).into_string();
        assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
    }
}
