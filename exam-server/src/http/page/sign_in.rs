//! Signing in with a plain form. It works without JavaScript; the guard in front of every route refuses forms of other sites.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, get, post, web};
use maud::{Markup, html};
use serde::Deserialize;

use crate::account::{Area, sign_in};
use crate::app::App;
use crate::http::cookie;
use crate::http::page::{self, Frame};
use crate::http::problem::{ApiError, ApiResult, ErrorCode};

#[derive(Debug, Deserialize)]
pub struct AreaChoice {
    area: Option<Area>,
}

#[derive(Deserialize)]
pub struct SignInForm {
    area: Area,
    login: String,
    password: String,
}

/// The sign-in page
#[get("/sign-in")]
pub async fn get_sign_in(app: web::Data<App>, query: web::Query<AreaChoice>) -> HttpResponse {
    let area = query.area.unwrap_or(Area::Candidate);
    render(&app, StatusCode::OK, area, "", None)
}

/// Sign in and go to the area's pages
#[post("/sign-in")]
pub async fn post_sign_in(
    app: web::Data<App>,
    form: web::Form<SignInForm>,
) -> ApiResult<HttpResponse> {
    let SignInForm {
        area,
        login,
        password,
    } = form.into_inner();
    match sign_in::with_password(&app, area, &login, password).await {
        Ok((_, token)) => Ok(HttpResponse::SeeOther()
            .cookie(cookie::set(area.cookie(), token, area.sign_in_ms() / 1000))
            .insert_header((header::LOCATION, format!("/{}/", area.name())))
            .finish()),
        Err(problem) if is_for_the_form(&problem) => Ok(render(
            &app,
            problem.code.status(),
            area,
            &login,
            Some(&problem),
        )),
        Err(problem) => Err(problem),
    }
}

const fn is_for_the_form(problem: &ApiError) -> bool {
    matches!(
        problem.code,
        ErrorCode::WrongCredentials | ErrorCode::TooManyTries
    )
}

const AREAS: [(Area, &str, &str); 3] = [
    (
        Area::Candidate,
        "Candidate",
        "Sit your exam and see your results.",
    ),
    (
        Area::Examiner,
        "Examiner",
        "Look after questions, tasks and open checks.",
    ),
    (
        Area::Proctor,
        "Proctor",
        "Watch over your rooms and release the seats.",
    ),
];

fn render(
    app: &App,
    status: StatusCode,
    area: Area,
    login: &str,
    problem: Option<&ApiError>,
) -> HttpResponse {
    let frame = Frame {
        site: &app.config.issuer_name,
        title: "Sign in",
        is_listed: false,
    };
    page::respond(status, frame, &content(area, login, problem))
}

fn content(area: Area, login: &str, problem: Option<&ApiError>) -> Markup {
    let purpose = AREAS
        .iter()
        .find(|known| known.0 == area)
        .map_or("", |known| known.2);
    html! {
        div.narrow {
            h1 { "Sign in" }
            nav.choice aria-label="Who you are" {
                @for (one, name, _) in AREAS {
                    @if one == area {
                        a href={ "/sign-in?area=" (one.name()) } aria-current="page" { (name) }
                    } @else {
                        a href={ "/sign-in?area=" (one.name()) } { (name) }
                    }
                }
            }
            p { (purpose) }
            @if let Some(problem) = problem {
                div.message role="alert" {
                    p { strong { (problem.code.title()) "." } }
                    p { (sentence(&problem.detail)) }
                }
            }
            form method="post" action="/sign-in" {
                input type="hidden" name="area" value=(area.name());
                label for="login" { "Name" }
                input #login name="login" value=(login) autocomplete="username" autocapitalize="none"
                    spellcheck="false" maxlength="200" required;
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password"
                    maxlength="1000" required;
                button type="submit" { "Sign in" }
            }
        }
    }
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}
