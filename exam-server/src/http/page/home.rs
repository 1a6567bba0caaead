//! The start: what this is, three doors, and the catalogue of certifications.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use maud::{Markup, html};
use question_bank::{Blueprint, Certification, SectionKind};

use crate::app::App;
use crate::http::page::{self, Frame};

/// The start page
#[get("/")]
pub async fn get_home(app: web::Data<App>) -> HttpResponse {
    let site = &*app.config.issuer_name;
    let frame = Frame {
        site,
        title: "Exams and certificates",
        is_listed: true,
    };
    page::respond(StatusCode::OK, frame, &content(&app))
}

fn content(app: &App) -> Markup {
    let bank = &app.bank.bank;
    let mut certifications: Vec<&Certification> = bank.certifications.values().collect();
    // Foundations first: whoever requires more stands further down.
    certifications.sort_by_key(|one| (&one.family, bank.levels_below(one), &one.id));
    html! {
        h1 { "Exams that show what people can do" }
        p.lead {
            "Questions for what you know, live tasks in a real shell for what you can do. "
            "Who passes gets a signed certificate that anybody can verify."
        }
        ul.doors {
            li {
                h2 { "Candidates" }
                p { "Sit an exam, see your result, keep your certificate." }
                p { a.button href="/sign-in?area=candidate" { "Sign in to sit an exam" } }
            }
            li {
                h2 { "Staff" }
                p { "Look after the bank of questions and tasks, or watch over a room." }
                p.buttons {
                    a.button.quiet href="/sign-in?area=examiner" { "Examiner" } " "
                    a.button.quiet href="/sign-in?area=proctor" { "Proctor" }
                }
            }
            li {
                h2 { "Employers" }
                p { "Check a certificate. No account is needed, and nobody is told." }
                p { a.button.quiet href="/verify" { "Verify a certificate" } }
            }
        }
        section aria-labelledby="certifications" {
            h2 #certifications { "Certifications" }
            @if certifications.is_empty() {
                p { "No certification is on offer yet." }
            } @else {
                ul.cards {
                    @for certification in certifications {
                        (card(certification, bank.blueprint_of(certification)))
                    }
                }
            }
        }
    }
}

fn card(certification: &Certification, blueprint: Option<&Blueprint>) -> Markup {
    html! {
        li {
            h3 { a href={ "/achievements/" (certification.id) } { (certification.title) } }
            p { (certification.description) }
            dl.facts {
                div { dt { "Level" } dd { (certification.level) } }
                div { dt { "For" } dd { (certification.audience) } }
                @if let Some(blueprint) = blueprint {
                    div { dt { "Exam" } dd { (summary(blueprint)) } }
                }
                div { dt { "Valid for" } dd { (page::count(certification.valid_years, "year", "years")) } }
            }
        }
    }
}

/// `20 questions and 2 live tasks in 60 minutes; 70 % passes`, kept together where it must not break.
pub fn summary(blueprint: &Blueprint) -> String {
    let sum = |kind| -> u32 {
        let sections = blueprint
            .sections
            .iter()
            .filter(|section| section.kind == kind);
        sections.map(|section| section.count).sum()
    };
    let mut parts = Vec::new();
    let (items, tasks) = (sum(SectionKind::Items), sum(SectionKind::Tasks));
    if items > 0 {
        parts.push(page::count(items, "question", "questions"));
    }
    if tasks > 0 {
        parts.push(page::count(tasks, "live task", "live tasks"));
    }
    let minutes = page::count(blueprint.time_limit_minutes, "minute", "minutes");
    let cut = blueprint.cut_score_percent;
    format!("{} in {minutes}; {cut}\u{a0}% passes", parts.join(" and "))
}
