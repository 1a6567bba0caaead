//! What a verified credential says, read back out of the signed text. Pages draw from this and from nothing else, so that
//! nobody is shown what was not signed.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::credential::rules::Second;

/// A certificate as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CertificateView {
    /// `urn:uuid:..`
    pub id: String,
    pub title: String,
    /// What it was awarded for.
    pub reason: String,
    /// What a holder has shown.
    pub description: String,
    /// Markdown: what had to be done for it.
    pub criteria: String,
    pub achievement_url: String,
    pub issuer_url: String,
    pub issuer_name: String,
    pub awarded_at_ms: i64,
    pub valid_from_ms: i64,
    pub valid_until_ms: i64,
    /// What the holder reached: the total first, then sections, then domains.
    pub results: Vec<ResultView>,
    /// The domains of the exam's blueprint.
    pub domains: Vec<DomainView>,
}

/// One result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResultView {
    /// `score`, `section-..` or `domain-..`
    pub id: String,
    pub title: String,
    /// Percent with at most one decimal.
    pub percent: String,
    /// What had to be reached, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_percent: Option<String>,
}

/// A domain of the blueprint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DomainView {
    pub title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub url: String,
}

impl CertificateView {
    /// Reads a credential; what it does not say stays empty.
    pub fn of(credential: &Value) -> Self {
        let achievement = "/credentialSubject/achievement";
        Self {
            id: text(credential, "/id"),
            title: text(credential, "/name"),
            reason: text(credential, "/description"),
            description: text(credential, &format!("{achievement}/description")),
            criteria: text(credential, &format!("{achievement}/criteria/narrative")),
            achievement_url: text(credential, &format!("{achievement}/id")),
            issuer_url: text(credential, "/issuer/id"),
            issuer_name: text(credential, "/issuer/name"),
            awarded_at_ms: instant(credential, "/awardedDate"),
            valid_from_ms: instant(credential, "/validFrom"),
            valid_until_ms: instant(credential, "/validUntil"),
            results: list(credential, "/credentialSubject/result")
                .filter_map(|result| {
                    let described = text(result, "/resultDescription");
                    let description = list(credential, &format!("{achievement}/resultDescription"))
                        .find(|description| text(description, "/id") == described)?;
                    Some(ResultView {
                        id: described.rsplit('#').next().unwrap_or_default().to_owned(),
                        title: text(description, "/name"),
                        percent: text(result, "/value"),
                        required_percent: description
                            .get("requiredValue")
                            .and_then(Value::as_str)
                            .map(str::to_owned),
                    })
                })
                .collect(),
            domains: list(credential, &format!("{achievement}/alignment"))
                .map(|alignment| DomainView {
                    title: text(alignment, "/targetName"),
                    description: text(alignment, "/targetDescription"),
                    url: text(alignment, "/targetUrl"),
                })
                .collect(),
        }
    }

    /// The total.
    pub fn total(&self) -> Option<&ResultView> {
        self.results.iter().find(|result| result.id == "score")
    }

    /// The results whose id begins so.
    pub fn results_of<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a ResultView> {
        self.results
            .iter()
            .filter(move |result| result.id.starts_with(prefix))
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn instant(value: &Value, pointer: &str) -> i64 {
    Second::parse(&text(value, pointer)).map_or(0, Second::ms)
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::sample;

    #[test]
    fn a_certificate_reads_back_as_it_was_built() {
        let view = CertificateView::of(&sample::claims("https://certs.example", 1_795_224_834));
        assert_eq!(view.title, "MDE Foundation");
        assert_eq!(view.valid_until_ms, 1_858_383_234_000);
        let total = view.total().unwrap();
        assert_eq!(
            (&*total.percent, total.required_percent.as_deref()),
            ("87.3", Some("70"))
        );
        assert_eq!(view.results_of("section-").count(), 2);
        assert_eq!(view.results_of("domain-").count(), 3);
        assert_eq!(view.domains[1].title, "Shell and command line");
    }

    #[test]
    fn a_stranger_text_reads_as_nothing() {
        let odd = serde_json::json!({"name": 7, "credentialSubject": [], "validFrom": "x"});
        assert_eq!(CertificateView::of(&odd), CertificateView::default());
    }
}
