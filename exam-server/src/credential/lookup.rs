//! Verifies a certificate that somebody asks for by its id.

use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::credential::read;
use crate::credential::verify::{CheckName, Verdict, Verification, verify};
use crate::http::problem::ApiResult;
use crate::ids::CredentialId;

/// The same words for every id that leads nowhere, so that they tell nothing about which ids exist.
const NOT_FOUND: &str = "no certificate is known under this id";

/// Looks the certificate up and verifies what is stored: a changed row is as invalid as a changed file.
pub async fn lookup(app: &App, id: Option<CredentialId>) -> ApiResult<Verification> {
    let token = match id {
        Some(id) => read::token(app, id).await?.map(|token| (id, token)),
        None => None,
    };
    let Some((id, token)) = token else {
        return Ok(Verification::unknown(CheckName::Found, NOT_FOUND));
    };
    let mut verification = verify(&token, app.signer.keys(), app.clock.now_ms());
    let says = verification
        .credential
        .as_ref()
        .and_then(|credential| credential.get("id"));
    let is_asked_for = says.and_then(Value::as_str) == Some(&*id.0.urn().to_string());
    if verification.credential.is_some() && !is_asked_for {
        verification.verdict = Verdict::Invalid;
        verification.checks.insert(
            0,
            crate::credential::verify::Check {
                name: CheckName::Found,
                ok: false,
                detail: "another certificate is stored under this id".to_owned(),
            },
        );
        verification.credential = None;
    }
    Ok(verification)
}

/// The id in what people type or paste: the bare id, `urn:uuid:..`, or a link to the verification page.
pub fn id_in(text: &str) -> Option<CredentialId> {
    let text = text.trim();
    let text = text
        .split(['?', '#'])
        .next()
        .unwrap_or(text)
        .trim_end_matches('/');
    let last = text.rsplit('/').next().unwrap_or(text);
    let last = last.strip_suffix(".jwt").unwrap_or(last);
    let last = last.strip_prefix("urn:uuid:").unwrap_or(last);
    Uuid::try_parse(last).ok().map(CredentialId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_what_people_paste() {
        let id = "0190f1d2-7f7a-4c55-9a75-0242ac120002";
        for text in [
            id.to_owned(),
            id.to_uppercase(),
            format!("  {id}\n"),
            format!("urn:uuid:{id}"),
            format!("https://certs.example/verify/{id}"),
            format!("https://certs.example/verify/{id}.jwt"),
            format!("certs.example/verify/{id}/?utm_source=x#top"),
        ] {
            assert_eq!(
                id_in(&text).map(|id| id.to_string()).as_deref(),
                Some(id),
                "{text}"
            );
        }
        for text in [
            "",
            "certificate",
            "https://certs.example/verify/",
            "eyJhbGciOi.e30.x",
        ] {
            assert_eq!(id_in(text), None, "{text}");
        }
    }
}
