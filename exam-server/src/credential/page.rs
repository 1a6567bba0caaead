//! The verification pages for people: the answer first, then what it rests on.

use maud::{Markup, PreEscaped, html};

use crate::credential::reading::{CertificateView, DomainView, ResultView};
use crate::credential::verify::{CheckName, Verdict, Verification};
use crate::http::markdown;
use crate::http::page::{day, icon, minute};

/// How good the answer is; color and icon follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Good,
    Bad,
    /// Its time is over or has not come: authentic, not current.
    Late,
    Unsure,
}

/// The answer in one line, and one sentence on what it means.
#[derive(Debug)]
pub struct Answer {
    pub kind: Kind,
    /// For the browser's title.
    pub title: &'static str,
    pub line: Markup,
    pub meaning: &'static str,
}

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub answer: &'a Answer,
    pub verification: &'a Verification,
    pub certificate: Option<&'a CertificateView>,
    pub checked_at_ms: i64,
    pub token_url: Option<&'a str>,
    pub keys_url: &'a str,
}

/// Puts the verdict into words.
pub fn answer(verification: &Verification, certificate: Option<&CertificateView>) -> Answer {
    let until = certificate.map_or(0, |certificate| certificate.valid_until_ms);
    let from = certificate.map_or(0, |certificate| certificate.valid_from_ms);
    if verification.verdict == Verdict::Valid {
        return Answer {
            kind: Kind::Good,
            title: "Valid certificate",
            line: html! { "Valid until " (day(until)) },
            meaning: "We issued this certificate, nothing in it was changed, and it is current.",
        };
    }
    let (kind, title, line, meaning) = match verification.failed() {
        Some(CheckName::NotExpired) => (
            Kind::Late,
            "Expired certificate",
            html! { "Expired on " (day(until)) },
            "We issued this certificate and nothing in it was changed, but its time is over.",
        ),
        Some(CheckName::NotBefore) => (
            Kind::Late,
            "Certificate not valid yet",
            html! { "Not valid before " (day(from)) },
            "We issued this certificate and nothing in it was changed, but its time has not come.",
        ),
        Some(CheckName::Key | CheckName::Issuer) if verification.verdict == Verdict::Invalid => (
            Kind::Bad,
            "Not our certificate",
            html! { "Not ours" },
            "It names a key or an issuer that is not ours. If it comes from another issuer, ask there.",
        ),
        Some(CheckName::Form) => (
            Kind::Bad,
            "Not a certificate",
            html! { "Not valid" },
            "This is not a certificate, or it was changed or cut. Ask the holder for the file as it was issued.",
        ),
        Some(
            CheckName::Algorithm | CheckName::Signature | CheckName::Claims | CheckName::Found,
        ) if verification.verdict == Verdict::Invalid => (
            Kind::Bad,
            "Invalid certificate",
            html! { "Not valid" },
            "It was changed after it was issued, or we never issued it. Do not rely on it.",
        ),
        _ => (
            Kind::Unsure,
            "No such certificate",
            html! { "We cannot tell" },
            "We know no certificate under this id. It may be mistyped: ask the holder for the link or the file.",
        ),
    };
    Answer {
        kind,
        title,
        line,
        meaning,
    }
}

/// The page with the answer.
pub fn verification(shown: &Shown<'_>) -> Markup {
    html! {
        (banner(shown))
        @if let Some(certificate) = shown.certificate {
            (achieved(certificate))
            (exam(certificate))
            (issuer(certificate))
        }
        @if shown.verification.verdict != Verdict::Unknown {
            (checks(shown))
            @if shown.certificate.is_some() { (repeat(shown)) }
        }
        section.screen {
            h2 { "Verify another" }
            (id_form())
            p { a href="/verify#file" { "Paste a certificate file" } }
        }
    }
}

fn banner(shown: &Shown<'_>) -> Markup {
    let (class, icon) = match shown.answer.kind {
        Kind::Good => ("answer good", icon::circle_check()),
        Kind::Bad => ("answer bad", icon::circle_x()),
        Kind::Late => ("answer unsure", icon::clock()),
        Kind::Unsure => ("answer unsure", icon::circle_help()),
    };
    html! {
        div class=(class) {
            (icon)
            div {
                h1 { (shown.answer.line) }
                @if let Some(certificate) = shown.certificate {
                    p { strong { (certificate.title) } ", awarded on " (day(certificate.awarded_at_ms)) " by " (certificate.issuer_name) "." }
                }
                p { (shown.answer.meaning) }
            }
        }
    }
}

fn achieved(certificate: &CertificateView) -> Markup {
    html! {
        section {
            h2 { "What the holder showed" }
            p { (certificate.reason) " " (certificate.description) }
            div.wide { table {
                thead { tr {
                    th scope="col" { "Part" }
                    td.bar {}
                    th.number scope="col" { "Reached" }
                    th.number scope="col" { "Needed" }
                } }
                tbody {
                    @if let Some(total) = certificate.total() { (result_row(total, true)) }
                    @for result in certificate.results_of("section-") { (result_row(result, false)) }
                }
            } }
            p.note {
                "The certificate names no person. Ask the holder to confirm that it is theirs."
            }
        }
    }
}

fn result_row(result: &ResultView, is_total: bool) -> Markup {
    html! {
        tr.total[is_total] {
            th scope="row" { (result.title) }
            td.bar { (bar(&result.percent)) }
            td.number { (result.percent) " %" }
            td.number { @if let Some(required) = &result.required_percent { (required) " %" } }
        }
    }
}

/// The number again, as a length; screen readers have the number.
fn bar(percent: &str) -> Markup {
    let share = percent
        .parse::<f32>()
        .map_or(0.0, |share| share.clamp(0.0, 100.0));
    html! { span style={ "--share:" (share) "%" } aria-hidden="true" {} }
}

fn exam(certificate: &CertificateView) -> Markup {
    let part = |domain: &DomainView, part: &str| {
        let id = domain.url.rsplit('#').next().unwrap_or_default();
        let id = format!("{id}-{part}");
        certificate.results.iter().find(|result| result.id == id)
    };
    let cell = |result: Option<&ResultView>| {
        html! { td.number { @if let Some(result) = result { (result.percent) " %" } @else { "not asked" } } }
    };
    html! {
        @if !certificate.domains.is_empty() {
            section {
                h2 { "Domains of the exam" }
                div.wide { table {
                    thead { tr {
                        th scope="col" { "Domain" }
                        th.number scope="col" { "Theory" }
                        th.number scope="col" { "Practice" }
                    } }
                    tbody { @for domain in &certificate.domains { tr {
                        th scope="row" {
                            (link(&domain.url, &domain.title))
                            @if !domain.description.is_empty() { br; span.note { (domain.description) } }
                        }
                        (cell(part(domain, "theory")))
                        (cell(part(domain, "practice")))
                    } } }
                } }
            }
        }
        section {
            h2 { "What was required" }
            (PreEscaped(markdown::to_html(&certificate.criteria)))
            p { (link(&certificate.achievement_url, "About this certification")) }
        }
    }
}

/// A link, if it leads to the web; else the words alone.
fn link(url: &str, words: &str) -> Markup {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    html! { @if is_web { a href=(url) { (words) } } @else { (words) } }
}

fn issuer(certificate: &CertificateView) -> Markup {
    html! {
        section {
            h2 { "Issuer" }
            dl.facts {
                div { dt { "Name" } dd { (certificate.issuer_name) } }
                div { dt { "Address" } dd { (link(&certificate.issuer_url, &certificate.issuer_url)) } }
                div { dt { "Certificate" } dd { code { (certificate.id) } } }
                div { dt { "Valid" } dd { (minute(certificate.valid_from_ms)) " to " (minute(certificate.valid_until_ms)) } }
            }
        }
    }
}

fn checks(shown: &Shown<'_>) -> Markup {
    html! {
        section {
            h2 { "Checks made" }
            ul.checks {
                @for check in &shown.verification.checks {
                    li.failed[!check.ok] {
                        @if check.ok { (icon::check()) } @else { (icon::cross()) }
                        div {
                            @if check.ok { "Passed: " } @else { "Failed: " }
                            (check.name.words())
                            small { (check.detail) }
                        }
                    }
                }
            }
            p.note { "Checked on " (minute(shown.checked_at_ms)) "." }
        }
    }
}

fn repeat(shown: &Shown<'_>) -> Markup {
    let file = match shown.token_url {
        Some(url) => url.rsplit('/').next().unwrap_or("certificate.jwt"),
        None => "certificate.jwt",
    };
    html! {
        section {
            h2 { "Check it without us" }
            p {
                "The certificate is an Open Badges 3.0 credential, signed with ES256. "
                "Any software that knows the standard can verify it with our published keys, also offline."
            }
            p.screen.buttons {
                @if let Some(url) = shown.token_url {
                    a.button.quiet href=(url) download { "Download the certificate" } " "
                }
                a.button.quiet href=(shown.keys_url) { "Published keys" }
            }
            pre { code {
                @if let Some(url) = shown.token_url { "curl -O " (url) "\n" }
                "curl -o keys.json " (shown.keys_url) "\n"
                "exam-server certificate verify " (file) " --keys keys.json"
            } }
        }
    }
}

fn id_form() -> Markup {
    html! {
        form method="get" action="/verify" {
            label for="id" { "Id or link of the certificate" }
            div.row {
                input #id name="id" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="500" required;
                button type="submit" { "Verify" }
            }
        }
    }
}

/// The page that asks for a certificate.
pub fn form() -> Markup {
    html! {
        h1 { "Verify a certificate" }
        p.lead { "No account is needed. Nothing that you enter is stored, and the holder is not told." }
        (id_form())
        section #file {
            h2 { "Or paste the file" }
            p { "Open the holder's " code { ".jwt" } " file in a text editor and paste all of it." }
            form method="post" action="/verify" {
                label for="token" { "Certificate" }
                textarea #token name="token" rows="6" autocomplete="off" autocapitalize="none" spellcheck="false" required {}
                button type="submit" { "Verify" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::verify::Check;

    fn failed(verdict: Verdict, name: CheckName) -> Kind {
        let check = Check {
            name,
            ok: false,
            detail: String::new(),
        };
        answer(
            &Verification {
                verdict,
                checks: vec![check],
                credential: None,
            },
            None,
        )
        .kind
    }

    #[test]
    fn every_failure_has_its_own_answer() {
        assert_eq!(failed(Verdict::Invalid, CheckName::NotExpired), Kind::Late);
        assert_eq!(failed(Verdict::Invalid, CheckName::NotBefore), Kind::Late);
        assert_eq!(failed(Verdict::Invalid, CheckName::Signature), Kind::Bad);
        assert_eq!(failed(Verdict::Invalid, CheckName::Key), Kind::Bad);
        assert_eq!(failed(Verdict::Invalid, CheckName::Found), Kind::Bad);
        assert_eq!(failed(Verdict::Unknown, CheckName::Found), Kind::Unsure);
    }

    #[test]
    fn a_link_in_a_certificate_leads_to_the_web_or_nowhere() {
        assert_eq!(link("javascript:alert(1)", "x").into_string(), "x");
        assert!(
            bar("1;background:url(//evil)")
                .into_string()
                .contains("--share:0%")
        );
    }
}
