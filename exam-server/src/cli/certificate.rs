//! `exam-server certificate verify`: any certificate, on any machine, with keys that the caller pins.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use clap::Subcommand;
use serde_json::Value;

use crate::cli::print;
use crate::clock::Clock;
use crate::credential::keys::KeySet;
use crate::credential::reading::CertificateView;
use crate::credential::verify::{CheckName, TOKEN_BYTES_MAX, Verdict, Verification, verify};

/// Files and answers longer than this are not read to their end.
const BYTES_MAX: u64 = 4 * TOKEN_BYTES_MAX as u64;
/// A server that takes longer counts as unreachable.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Verify a certificate; exit 0 valid, 1 invalid, 2 cannot tell
    Verify {
        /// The certificate: a file (.jwt, or JSON with the token in it), or the link of its verification page
        #[arg(value_name = "FILE|URL")]
        certificate: String,
        /// The issuer's keys (a JWK set or one JWK); needed for a file, fetched from the same host for a link
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
        /// Verify as of this date (2027-03-01, its first moment in UTC) or instant (RFC 3339)
        #[arg(long, value_name = "DATE", value_parser = instant)]
        at: Option<i64>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Runs a certificate command.
pub fn run(command: CertificateCommand) -> ExitCode {
    let CertificateCommand::Verify {
        certificate,
        keys,
        at,
        json,
    } = command;
    let at_ms = at.unwrap_or_else(|| Clock::system().now_ms());
    let verification = match gather(&certificate, keys.as_deref()) {
        Ok((token, keys)) => verify(&token, &keys, at_ms),
        Err(unknown) => unknown,
    };
    if json {
        print(&serde_json::to_string(&verification).unwrap_or_default());
    } else {
        print(&in_words(&verification));
    }
    match verification.verdict {
        Verdict::Valid => ExitCode::SUCCESS,
        Verdict::Invalid => ExitCode::from(1),
        Verdict::Unknown => ExitCode::from(2),
    }
}

fn instant(text: &str) -> Result<i64, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp_millis());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.timestamp_millis())
        .map_err(|_fault| "not a date such as 2027-03-01 or 2027-03-01T12:00:00Z".to_owned())
}

fn in_words(verification: &Verification) -> String {
    let mut text = match verification.verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "INVALID",
        Verdict::Unknown => "cannot tell",
    }
    .to_owned();
    if let Some(credential) = &verification.credential {
        let view = CertificateView::of(credential);
        text.push_str(&format!(
            ": {}, issued by {} ({})",
            view.title, view.issuer_name, view.issuer_url
        ));
        if let Some(total) = view.total() {
            text.push_str(&format!(", total {} %", total.percent));
        }
    }
    for check in &verification.checks {
        let mark = if check.ok { "ok    " } else { "FAILED" };
        text.push_str(&format!(
            "\n  {mark}  {}: {}",
            check.name.words(),
            check.detail
        ));
    }
    text
}

/// The token, and the keys to verify it with; or why nothing can be told.
fn gather(certificate: &str, keys: Option<&Path>) -> Result<(String, KeySet), Verification> {
    let keys = keys.map(read_keys).transpose()?;
    match Link::of(certificate) {
        Some(link) => {
            let token = fetch(&link.token(), CheckName::Found)?;
            let keys = match keys {
                Some(keys) => keys,
                None => link.keys()?,
            };
            Ok((token, keys))
        }
        None => {
            let text = read(Path::new(certificate))
                .map_err(|fault| Verification::unknown(CheckName::Found, fault))?;
            let token = token_in(&text);
            let keys = keys.ok_or_else(|| {
                let detail = "give the issuer's keys with --keys (its address ends in /.well-known/jwks.json)";
                Verification::unknown(CheckName::Key, detail)
            })?;
            Ok((token, keys))
        }
    }
}

fn read_keys(path: &Path) -> Result<KeySet, Verification> {
    let text = read(path).map_err(|fault| Verification::unknown(CheckName::Key, fault))?;
    KeySet::parse(&text).ok_or_else(|| {
        let detail = format!("{} holds neither a JWK set nor a P-256 JWK", path.display());
        Verification::unknown(CheckName::Key, detail)
    })
}

fn read(path: &Path) -> Result<String, String> {
    let failed = |fault| format!("cannot read {}: {fault}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    // What is not UTF-8 is no certificate; the check of its form says so.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The token of a file: the text itself, or the member of a JSON document that holds it.
fn token_in(text: &str) -> String {
    let text = text.trim();
    let document: Option<Value> = serde_json::from_str(text).ok();
    let inside = document.as_ref().and_then(|document| match document {
        Value::String(token) => Some(token.as_str()),
        // An enveloped credential (VC 2.0) carries the token in a data URL.
        Value::Object(members) => ["token", "jwt", "id"].iter().find_map(|name| {
            let value = members.get(*name)?.as_str()?;
            match *name {
                "id" => value.strip_prefix("data:application/vc+jwt,"),
                _ => Some(value),
            }
        }),
        _ => None,
    });
    inside.unwrap_or(text).to_owned()
}

/// The link of a verification page.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    origin: String,
    path: String,
}

impl Link {
    fn of(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (before, id) = rest.trim_end_matches('/').rsplit_once("/verify/")?;
        let id = id.strip_suffix(".jwt").unwrap_or(id);
        Some(Self {
            origin: format!("{scheme}://{before}"),
            path: format!("/verify/{id}.jwt"),
        })
    }

    fn token(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The keys of the same host, which then is the only issuer to accept.
    fn keys(&self) -> Result<KeySet, Verification> {
        let url = format!("{}/.well-known/jwks.json", self.origin);
        let text = fetch(&url, CheckName::Key)?;
        let keys = KeySet::parse(&text).ok_or_else(|| {
            Verification::unknown(CheckName::Key, format!("{url} is not a JWK set"))
        })?;
        Ok(KeySet {
            issuer: Some(self.origin.clone()),
            ..keys
        })
    }
}

fn fetch(url: &str, name: CheckName) -> Result<String, Verification> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .build()
        .into();
    let answer = agent.get(url).call().and_then(|mut response| {
        response
            .body_mut()
            .with_config()
            .limit(BYTES_MAX)
            .read_to_string()
    });
    answer.map_err(|fault| Verification::unknown(name, format!("cannot fetch {url}: {fault}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_moment() {
        assert_eq!(instant("2028-11-21"), Ok(1_858_377_600_000));
        assert_eq!(instant("2028-11-21T01:33:54Z"), Ok(1_858_383_234_000));
        assert!(instant("next year").is_err());
    }

    #[test]
    fn a_link_leads_to_token_and_host() {
        let link = Link::of("https://certs.example/a/verify/1-2?x=1#y").unwrap();
        assert_eq!(link.token(), "https://certs.example/a/verify/1-2.jwt");
        assert_eq!(link.origin, "https://certs.example/a");
        assert_eq!(Link::of("certificate.jwt"), None);
        assert_eq!(Link::of("file:///verify/1"), None);
    }

    #[test]
    fn a_token_is_found_inside_json() {
        assert_eq!(token_in(" a.b.c\n"), "a.b.c");
        assert_eq!(token_in(r#"{"token": "a.b.c"}"#), "a.b.c");
        assert_eq!(token_in(r#""a.b.c""#), "a.b.c");
        let enveloped =
            r#"{"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,a.b.c"}"#;
        assert_eq!(token_in(enveloped), "a.b.c");
    }
}
