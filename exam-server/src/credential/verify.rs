//! Verifies a certificate: one function over a token, a fixed set of keys and an instant. It fetches nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::credential::keys::{KeySet, PublicKey, issuer_of};
use crate::credential::rules::Second;
use crate::credential::strict_json;

/// A longer text is no certificate. Real ones have 4 to 8 kB.
pub const TOKEN_BYTES_MAX: usize = 32 * 1024;
/// Clocks may differ by this much when a certificate begins, in seconds.
const LEEWAY_SECONDS: i64 = 60;
/// What a header may say. A key in the header (`jwk`, `jku`, `x5u`, ..) would be a key of the forger's choice.
const HEADER_MEMBERS: [&str; 3] = ["alg", "kid", "typ"];

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check passed.
    Valid,
    /// A check failed.
    Invalid,
    /// What is needed to tell is not there.
    Unknown,
}

/// What is checked, in this order. After a failure up to `signature` the rest is not looked at: it would be a forger's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// There is a certificate of that id, or a file to read.
    Found,
    /// Three parts of strict JSON, not too long, a header without surprises.
    Form,
    /// The key is one of the issuer's.
    Key,
    /// The algorithm is the key's.
    Algorithm,
    /// The key made the signature of exactly this text.
    Signature,
    /// The token's claims say the same as the credential in it.
    Claims,
    /// The issuer is the one that publishes the key.
    Issuer,
    /// It has begun.
    NotBefore,
    /// It has not ended.
    NotExpired,
}

impl CheckName {
    /// The name, as software reads it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Form => "form",
            Self::Key => "key",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::NotBefore => "not_before",
            Self::NotExpired => "not_expired",
        }
    }

    /// What is checked, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Found => "There is such a certificate",
            Self::Form => "It has the form of a certificate",
            Self::Key => "It names one of the issuer's keys",
            Self::Algorithm => "It uses the key's own algorithm",
            Self::Signature => "The signature fits: nothing was changed",
            Self::Claims => "The token and the credential in it agree",
            Self::Issuer => "The issuer is the one that publishes the key",
            Self::NotBefore => "It has begun",
            Self::NotExpired => "It has not expired",
        }
    }
}

/// One check and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    pub name: CheckName,
    pub ok: bool,
    pub detail: String,
}

/// The verdict and how it came about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verification {
    pub verdict: Verdict,
    pub checks: Vec<Check>,
    /// What the certificate says; only if its signature holds.
    #[serde(skip)]
    pub credential: Option<Value>,
}

impl Verification {
    /// Nothing can be told, for this reason.
    pub fn unknown(name: CheckName, detail: impl Into<String>) -> Self {
        let check = Check {
            name,
            ok: false,
            detail: detail.into(),
        };
        Self {
            verdict: Verdict::Unknown,
            checks: vec![check],
            credential: None,
        }
    }

    /// The first check that failed.
    pub fn failed(&self) -> Option<CheckName> {
        self.checks
            .iter()
            .find(|check| !check.ok)
            .map(|check| check.name)
    }
}

/// What fails, and why.
type Failure = (CheckName, String);

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn pass(&mut self, name: CheckName, detail: impl Into<String>) {
        self.0.push(Check {
            name,
            ok: true,
            detail: detail.into(),
        });
    }

    fn note(&mut self, name: CheckName, result: Result<String, String>) {
        let ok = result.is_ok();
        let (Ok(detail) | Err(detail)) = result;
        self.0.push(Check { name, ok, detail });
    }
}

/// Verifies a token with the keys given, as of an instant.
pub fn verify(token: &str, keys: &KeySet, at_ms: i64) -> Verification {
    if keys.keys.is_empty() {
        return Verification::unknown(CheckName::Key, "there are no keys to verify with");
    }
    let mut checks = Checks::default();
    let credential = match authenticate(token.trim(), keys, &mut checks) {
        Ok((key, kid, claims)) => {
            checks.note(CheckName::Claims, agree(&claims));
            checks.note(CheckName::Issuer, issued_by(&claims, key, &kid, keys));
            checks.note(CheckName::NotBefore, not_before(&claims, at_ms));
            checks.note(CheckName::NotExpired, not_expired(&claims, at_ms));
            Some(claims)
        }
        Err((name, detail)) => {
            checks.note(name, Err(detail));
            None
        }
    };
    let is_valid = checks.0.iter().all(|check| check.ok);
    let verdict = if is_valid {
        Verdict::Valid
    } else {
        Verdict::Invalid
    };
    Verification {
        verdict,
        checks: checks.0,
        credential,
    }
}

/// The checks after which the text can be believed to be the issuer's.
fn authenticate<'k>(
    token: &str,
    keys: &'k KeySet,
    checks: &mut Checks,
) -> Result<(&'k PublicKey, String, Value), Failure> {
    let (header, claims) = parts(token).map_err(|detail| (CheckName::Form, detail))?;
    checks.pass(
        CheckName::Form,
        format!("{} bytes in three parts", token.len()),
    );
    let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    let kid = text("kid");
    let key = keys.find(kid).ok_or_else(|| {
        let detail = match kid {
            "" => "it names no key".to_owned(),
            _ => "it names a key that is not one of this issuer's".to_owned(),
        };
        (CheckName::Key, detail)
    })?;
    checks.pass(CheckName::Key, kid);
    if text("alg") != PublicKey::ALGORITHM {
        let detail = format!("the key signs with {} only", PublicKey::ALGORITHM);
        return Err((CheckName::Algorithm, detail));
    }
    checks.pass(CheckName::Algorithm, PublicKey::ALGORITHM);
    let is_signed = token
        .rsplit_once('.')
        .is_some_and(|(message, signature)| key.verifies(message, signature));
    if !is_signed {
        let detail =
            "the signature does not fit: the certificate was changed, or is not the issuer's";
        return Err((CheckName::Signature, detail.to_owned()));
    }
    checks.pass(
        CheckName::Signature,
        format!("made by the key {}", key.thumbprint),
    );
    Ok((key, kid.to_owned(), claims))
}

/// Header and claims of the token.
fn parts(token: &str) -> Result<(Value, Value), String> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(format!("longer than {TOKEN_BYTES_MAX} bytes"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err("not three parts with dots between them".to_owned());
    };
    let header = object(header).map_err(|fault| format!("the header: {fault}"))?;
    let claims = object(claims).map_err(|fault| format!("the credential: {fault}"))?;
    // The strict reading refuses stray bits at the end, so that no other text stands for the same signature bytes.
    let _bytes = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|fault| format!("the signature: {fault}"))?;
    let stranger = header.as_object().and_then(|members| {
        members
            .keys()
            .find(|name| !HEADER_MEMBERS.contains(&name.as_str()))
    });
    if stranger.is_some() {
        return Err("the header has a member that certificates never have".to_owned());
    }
    if header.get("typ").is_some_and(|typ| typ != "JWT") {
        return Err("the header's `typ` is not JWT".to_owned());
    }
    Ok((header, claims))
}

fn object(part: &str) -> Result<Value, String> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|fault| fault.to_string())?;
    let value = strict_json::parse(&bytes).map_err(|fault| fault.to_string())?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("not an object".to_owned())
    }
}

fn text<'a>(claims: &'a Value, pointer: &str) -> Option<&'a str> {
    claims.pointer(pointer).and_then(Value::as_str)
}

fn second(claims: &Value, pointer: &str) -> Option<Second> {
    claims.pointer(pointer).and_then(Value::as_i64).map(Second)
}

fn agree(claims: &Value) -> Result<String, String> {
    for (claim, member) in [
        ("/iss", "/issuer/id"),
        ("/jti", "/id"),
        ("/sub", "/credentialSubject/id"),
    ] {
        let (claim_text, member_text) = (text(claims, claim), text(claims, member));
        if claim_text.is_none() || claim_text != member_text {
            return Err(format!("`{}` is not `{}`", &claim[1..], &member[1..]));
        }
    }
    for (claim, member) in [("/nbf", "/validFrom"), ("/exp", "/validUntil")] {
        let at = second(claims, claim);
        if at.is_none() || at != text(claims, member).and_then(Second::parse) {
            return Err(format!("`{}` is not `{}`", &claim[1..], &member[1..]));
        }
    }
    let types = claims.pointer("/type").and_then(Value::as_array);
    if !types.is_some_and(|types| types.iter().any(|name| name == "OpenBadgeCredential")) {
        return Err("it is not an Open Badges credential".to_owned());
    }
    if claims.get("vc").is_some() || claims.get("vp").is_some() {
        return Err("it has a second credential inside".to_owned());
    }
    Ok("iss, jti, sub, nbf and exp say what the credential says".to_owned())
}

/// The key's own URL lies below its issuer; so one issuer's key cannot sign in another's name.
fn issued_by(claims: &Value, key: &PublicKey, kid: &str, keys: &KeySet) -> Result<String, String> {
    let issuer = text(claims, "/issuer/id").unwrap_or_default();
    let url = key.url.as_deref().unwrap_or(kid);
    if issuer_of(url) != Some(issuer) {
        return Err("the issuer in it is not the one that publishes the key".to_owned());
    }
    match &keys.issuer {
        Some(expected) if expected != issuer => {
            Err(format!("issued by {issuer}, not by {expected}"))
        }
        _ => Ok(issuer.to_owned()),
    }
}

fn not_before(claims: &Value, at_ms: i64) -> Result<String, String> {
    let from = second(claims, "/nbf").ok_or("it does not say when it begins")?;
    let words = from.text().unwrap_or_default();
    if Second::of_ms(at_ms).0 < from.0.saturating_sub(LEEWAY_SECONDS) {
        return Err(format!("it begins only at {words}"));
    }
    Ok(format!("since {words}"))
}

fn not_expired(claims: &Value, at_ms: i64) -> Result<String, String> {
    let until = second(claims, "/exp").ok_or("it does not say when it ends")?;
    let words = until.text().unwrap_or_default();
    if at_ms >= until.ms() {
        return Err(format!("it expired at {words}"));
    }
    Ok(format!("until {words}"))
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
