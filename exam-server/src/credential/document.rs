//! What a certificate says: an Open Badges 3.0 credential, built from an award by pure functions.
//!
//! Every member is a term of the three contexts; arrays stand where the schema wants arrays; nothing is null or empty.

use question_bank::{Blueprint, Certification, Domain, FormScore};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::credential::rules::Second;

/// The order is fixed by the specification; without the last, strict JSON-LD readers refuse the name of the schema's type.
const CONTEXTS: [&str; 3] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
];
const SCHEMA: &str =
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// Who issues.
#[derive(Clone, Copy, Debug)]
pub struct Issuer<'a> {
    /// The public URL; it is the issuer's id.
    pub url: &'a str,
    pub name: &'a str,
}

/// A field of the blueprint, as the achievement aligns with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedDomain {
    pub id: String,
    pub title: String,
    pub description: String,
}

impl From<&Domain> for AlignedDomain {
    fn from(domain: &Domain) -> Self {
        Self {
            id: domain.id.to_string(),
            title: domain.title.clone(),
            description: domain.description.clone(),
        }
    }
}

/// Something that is measured, in percent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Names it inside the achievement: `score`, `section-theory`, `domain-git-practice`.
    pub id: String,
    pub title: String,
    /// What must be reached.
    pub required_percent: Option<u32>,
}

/// The achievement: what everybody who holds the certificate has shown.
#[derive(Clone, Debug)]
pub struct Achievement<'a> {
    pub certification: &'a Certification,
    /// The language of the content, such as `en`.
    pub language: &'a str,
    /// What the domains are part of: the bank's title.
    pub framework: &'a str,
    pub domains: Vec<AlignedDomain>,
    pub measures: Vec<Measure>,
}

/// A certificate to build.
#[derive(Clone, Debug)]
pub struct Credential<'a> {
    pub id: Uuid,
    /// Random for each certificate: two certificates of one holder cannot be linked by it.
    pub subject_id: Uuid,
    pub issuer: Issuer<'a>,
    pub achievement: Achievement<'a>,
    pub exam_title: &'a str,
    /// What the holder reached, in thousandths of a percent, by the id of its measure.
    pub results: Vec<(String, u32)>,
    pub valid_from: Second,
    pub valid_until: Second,
}

/// The measures of a score and what was reached in each, in the same order.
pub fn measures(score: &FormScore, domains: &[AlignedDomain]) -> Vec<(Measure, u32)> {
    let total = Measure {
        id: "score".to_owned(),
        title: "Total".to_owned(),
        required_percent: Some(score.cut_score_percent),
    };
    let mut measures = vec![(total, score.total_percent_millis)];
    for section in &score.sections {
        let measure = Measure {
            id: format!("section-{}", section.id),
            title: section.title.clone(),
            required_percent: Some(section.minimum_percent),
        };
        measures.push((measure, section.score_percent_millis));
    }
    for domain in &score.domains {
        let id = domain.domain.to_string();
        let title = domains
            .iter()
            .find(|known| known.id == id)
            .map_or(&*id, |known| &known.title);
        for (part, reached) in [
            ("theory", domain.theory_percent_millis),
            ("practice", domain.practice_percent_millis),
        ] {
            if let Some(reached) = reached {
                let measure = Measure {
                    id: format!("domain-{id}-{part}"),
                    title: format!("{title}, {part}"),
                    required_percent: None,
                };
                measures.push((measure, reached));
            }
        }
    }
    measures
}

/// The total and the sections, as the blueprint demands them; for the achievement's own page.
pub fn measures_of_blueprint(blueprint: &Blueprint) -> Vec<Measure> {
    let total = Measure {
        id: "score".to_owned(),
        title: "Total".to_owned(),
        required_percent: Some(blueprint.cut_score_percent),
    };
    let sections = blueprint.sections.iter().map(|section| Measure {
        id: format!("section-{}", section.id),
        title: section.title.clone(),
        required_percent: Some(section.minimum_percent),
    });
    std::iter::once(total).chain(sections).collect()
}

/// Thousandths of a percent as people read them: one decimal at most, rounded down, so that nothing looks reached that is not.
pub fn percent(millis: u32) -> String {
    let tenths = millis / 100;
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        decimal => format!("{}.{decimal}", tenths / 10),
    }
}

/// The page of an achievement, which is also its id.
pub fn achievement_url(issuer: &str, certification: &str) -> String {
    format!("{issuer}/achievements/{certification}")
}

/// The Open Badges achievement.
pub fn achievement(issuer: &str, achievement: &Achievement<'_>) -> Value {
    let certification = achievement.certification;
    let id = achievement_url(issuer, certification.id.as_str());
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    put("id", json!(id));
    put("type", json!(["Achievement"]));
    put("achievementType", json!("Certification"));
    put("name", json!(certification.title));
    put("description", json!(certification.description));
    put("inLanguage", json!(achievement.language));
    put(
        "criteria",
        json!({"id": format!("{id}#criteria"), "narrative": certification.criteria}),
    );
    if !certification.skills.is_empty() {
        put("tag", json!(certification.skills));
    }
    let alignment: Vec<Value> = achievement
        .domains
        .iter()
        .map(|domain| {
            let mut alignment = json!({
                "type": ["Alignment"],
                "targetName": domain.title,
                "targetUrl": format!("{id}#domain-{}", domain.id),
                "targetType": "ceasn:Competency",
                "targetFramework": achievement.framework,
                "targetCode": domain.id,
            });
            if let (false, Some(members)) =
                (domain.description.is_empty(), alignment.as_object_mut())
            {
                members.insert("targetDescription".to_owned(), json!(domain.description));
            }
            alignment
        })
        .collect();
    if !alignment.is_empty() {
        put("alignment", Value::Array(alignment));
    }
    let descriptions: Vec<Value> = achievement
        .measures
        .iter()
        .map(|measure| {
            let mut description = json!({
                "id": format!("{id}#{}", measure.id),
                "type": ["ResultDescription"],
                "name": measure.title,
                "resultType": "Percent",
                "valueMin": "0",
                "valueMax": "100",
            });
            if let (Some(required), Some(members)) =
                (measure.required_percent, description.as_object_mut())
            {
                members.insert("requiredValue".to_owned(), json!(required.to_string()));
            }
            description
        })
        .collect();
    if !descriptions.is_empty() {
        put("resultDescription", Value::Array(descriptions));
    }
    Value::Object(members)
}

/// The payload of the token: the credential at the top level and the claims that repeat it. None outside the calendar.
pub fn claims(credential: &Credential<'_>) -> Option<Value> {
    let Issuer { url, name } = credential.issuer;
    let id = credential.id.urn().to_string();
    let subject_id = credential.subject_id.urn().to_string();
    let certification = credential.achievement.certification;
    let achievement_id = achievement_url(url, certification.id.as_str());
    let valid_from = credential.valid_from.text()?;
    let results: Vec<Value> = credential
        .results
        .iter()
        .map(|(measure, reached)| {
            json!({
                "type": ["Result"],
                "resultDescription": format!("{achievement_id}#{measure}"),
                "value": percent(*reached),
            })
        })
        .collect();
    let mut subject = json!({
        "id": subject_id,
        "type": ["AchievementSubject"],
        "achievement": achievement(url, &credential.achievement),
    });
    if let (false, Some(members)) = (results.is_empty(), subject.as_object_mut()) {
        members.insert("result".to_owned(), Value::Array(results));
    }
    Some(json!({
        "@context": CONTEXTS,
        "id": id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certification.title,
        "description": format!("Awarded for passing the exam “{}”.", credential.exam_title),
        "issuer": {"id": url, "type": ["Profile"], "name": name, "url": url},
        "awardedDate": valid_from,
        "validFrom": valid_from,
        "validUntil": credential.valid_until.text()?,
        "credentialSubject": subject,
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "iss": url,
        "jti": id,
        "sub": subject_id,
        "nbf": credential.valid_from.0,
        "iat": credential.valid_from.0,
        "exp": credential.valid_until.0,
    }))
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
