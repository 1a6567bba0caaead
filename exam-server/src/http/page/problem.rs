//! A refusal as a page, for people who followed a link. Software, and everything under `/api/`, gets the problem document.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use maud::html;

use crate::app::App;
use crate::http::page::{self, Frame};
use crate::http::problem::{ApiError, ErrorCode};

/// The middleware: renders refusals of public routes for browsers.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let page = response
        .response()
        .error()
        .and_then(|error| error.as_error::<ApiError>())
        .and_then(|problem| render(response.request(), problem));
    Ok(match page {
        Some(page) => response.into_response(page),
        None => response,
    })
}

fn render(request: &HttpRequest, problem: &ApiError) -> Option<HttpResponse> {
    let is_for_people = !request.path().starts_with("/api/") && page::accepts(request, "text/html");
    let app = request
        .app_data::<web::Data<App>>()
        .filter(|_| is_for_people)?;
    let title = match problem.code {
        ErrorCode::NotFound => "This page does not exist",
        code => code.title(),
    };
    let content = html! {
        h1 { (title) }
        @match problem.code {
            ErrorCode::NotFound => p { "The address may be mistyped, or the page has moved. Nothing was changed." }
            ErrorCode::Internal => p { "The fault is ours and has been logged. Please try again in a minute." }
            _ => @if !problem.detail.is_empty() { p { (problem.detail) "." } }
        }
        p { a href="/" { "To the start" } " · " a href="/verify" { "Verify a certificate" } }
    };
    let frame = Frame {
        site: &app.config.issuer_name,
        title,
        is_listed: false,
    };
    Some(page::respond(problem.code.status(), frame, &content))
}
