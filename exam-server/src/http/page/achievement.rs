//! The page of a certification: what a certificate of it says about its holder. Certificates point here.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use maud::{Markup, PreEscaped, html};
use question_bank::{Bank, Blueprint, Certification, SectionKind};

use crate::app::App;
use crate::credential::document::{self, Achievement, AlignedDomain};
use crate::http::markdown;
use crate::http::page::home::summary;
use crate::http::page::{self, Frame};
use crate::http::problem::{ApiError, ApiResult, Problem};

/// What a certificate of this certification says: an Open Badges achievement, or a page for people
#[utoipa::path(tag = "public", params(("id" = String, Path)), responses(
    (status = 200, description = "An Open Badges 3.0 achievement", body = serde_json::Value),
    (status = 404, body = Problem),
))]
#[get("/achievements/{id}")]
pub async fn get_achievement(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
) -> ApiResult<HttpResponse> {
    let bank = &app.bank.bank;
    let certification = bank.certifications.get(id.as_str());
    let certification = certification.ok_or_else(|| ApiError::not_found("certification"))?;
    let blueprint = bank.blueprint_of(certification);
    let domains = domains(bank, blueprint);
    if page::wants_json(&request) {
        let achievement = Achievement {
            certification,
            language: &bank.language,
            framework: &bank.title,
            domains,
            measures: blueprint
                .map(document::measures_of_blueprint)
                .unwrap_or_default(),
        };
        return Ok(HttpResponse::Ok()
            .insert_header(("Vary", "Accept"))
            .json(document::achievement(app.signer.issuer(), &achievement)));
    }
    let site = &*app.config.issuer_name;
    let frame = Frame {
        site,
        title: &certification.title,
        is_listed: true,
    };
    let content = content(bank, certification, blueprint, &domains);
    Ok(page::respond(StatusCode::OK, frame, &content))
}

/// The domains that the blueprint names; all of the bank's if it names none.
fn domains(bank: &Bank, blueprint: Option<&Blueprint>) -> Vec<AlignedDomain> {
    let is_named = |id| {
        blueprint.is_some_and(|blueprint| {
            blueprint
                .sections
                .iter()
                .any(|section| section.domains.contains_key(id))
        })
    };
    let names_any = bank.domains.iter().any(|domain| is_named(&domain.id));
    bank.domains
        .iter()
        .filter(|domain| !names_any || is_named(&domain.id))
        .map(AlignedDomain::from)
        .collect()
}

fn content(
    bank: &Bank,
    certification: &Certification,
    blueprint: Option<&Blueprint>,
    domains: &[AlignedDomain],
) -> Markup {
    html! {
        h1 { (certification.title) }
        p.lead { (certification.description) }
        dl.facts {
            div { dt { "Level" } dd { (certification.level) } }
            div { dt { "For" } dd { (certification.audience) } }
            @if !certification.requires.is_empty() {
                div { dt { "Requires" } dd {
                    @for (at, id) in certification.requires.iter().enumerate() {
                        @if at > 0 { ", " }
                        @match bank.certifications.get(id) {
                            Some(required) => a href={ "/achievements/" (id) } { (required.title) },
                            None => (id),
                        }
                    }
                } }
            }
            @if let Some(blueprint) = blueprint {
                div { dt { "Exam" } dd { (summary(blueprint)) } }
            }
            div { dt { "Valid for" } dd { (page::count(certification.valid_years, "year", "years")) } }
        }
        section #criteria {
            h2 { "What a holder had to do" }
            (PreEscaped(markdown::to_html(&certification.criteria)))
        }
        @if !certification.skills.is_empty() {
            section {
                h2 { "What a holder can do" }
                ul { @for skill in &certification.skills { li { (skill) } } }
            }
        }
        @if let Some(blueprint) = blueprint { (exam(blueprint)) }
        section {
            h2 { "Domains" }
            dl.domains {
                @for domain in domains {
                    dt id={ "domain-" (domain.id) } { (domain.title) }
                    dd { (domain.description) }
                }
            }
        }
    }
}

fn exam(blueprint: &Blueprint) -> Markup {
    html! {
        section {
            h2 { "The exam" }
            p #score {
                (blueprint.time_limit_minutes) " minutes. It is passed with "
                (blueprint.cut_score_percent) "\u{a0}% in total and at least the minimum of each section."
            }
            div.wide { table {
                thead { tr {
                    th scope="col" { "Section" }
                    th scope="col" { "Consists of" }
                    th.number scope="col" { "Weight" }
                    th.number scope="col" { "At least" }
                } }
                tbody { @for section in &blueprint.sections {
                    tr id={ "section-" (section.id) } {
                        th scope="row" { (section.title) }
                        td { @match section.kind {
                            SectionKind::Items => (page::count(section.count, "question", "questions")),
                            SectionKind::Tasks => (page::count(section.count, "live task", "live tasks")),
                        } }
                        td.number { (section.weight_percent) " %" }
                        td.number { (section.minimum_percent) " %" }
                    }
                } }
            } }
        }
    }
}
