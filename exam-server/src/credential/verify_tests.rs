//! The negative corpus: every forgery known to us is refused, each by the check that is meant for it.

use jsonwebtoken::EncodingKey;
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::json;

use super::*;
use crate::credential::sample;

const ISSUER: &str = "https://certs.example";
/// 2026-11-21T01:33:54Z
const FROM: i64 = 1_795_224_834;
const AT_MS: i64 = (FROM + 3600) * 1000;

struct Issuer {
    key: PublicKey,
    encoding: EncodingKey,
}

impl Issuer {
    fn new(url: &str, seed: u8) -> Self {
        let secret = p256::SecretKey::from_slice(&[seed; 32]).unwrap();
        let pem = secret.to_pkcs8_pem(LineEnding::LF).unwrap();
        Self {
            key: PublicKey::new(&secret.public_key())
                .unwrap()
                .published_by(url),
            encoding: EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
        }
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.key.url})
    }

    fn keys(&self) -> KeySet {
        KeySet {
            issuer: Some(ISSUER.to_owned()),
            keys: vec![self.key.clone()],
        }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let message = message(header, claims);
        let signature = jsonwebtoken::crypto::sign(
            message.as_bytes(),
            &self.encoding,
            jsonwebtoken::Algorithm::ES256,
        );
        format!("{message}.{}", signature.unwrap())
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }
}

fn message(header: &str, claims: &str) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    )
}

fn ours() -> Issuer {
    Issuer::new(ISSUER, 7)
}

fn claims() -> Value {
    sample::claims(ISSUER, FROM)
}

/// Verifies with our keys; the first check that failed.
fn refused(token: &str) -> CheckName {
    let verification = verify(token, &ours().keys(), AT_MS);
    assert_eq!(
        verification.verdict,
        Verdict::Invalid,
        "{:?}",
        verification.checks
    );
    verification.failed().unwrap()
}

#[test]
fn a_certificate_as_it_was_issued_is_valid() {
    let verification = verify(&ours().token(&claims()), &ours().keys(), AT_MS);
    assert_eq!(
        verification.verdict,
        Verdict::Valid,
        "{:?}",
        verification.checks
    );
    assert_eq!(verification.checks.len(), 8);
    assert_eq!(verification.credential, Some(claims()));
}

#[test]
fn no_byte_can_be_changed() {
    let token = ours().token(&claims());
    let keys = ours().keys();
    // Every byte of the header and the signature, and a share of the long middle.
    let middle = token.find('.').unwrap()..token.rfind('.').unwrap();
    for position in (0..token.len()).filter(|at| !middle.contains(at) || at % 23 == 0) {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        let verification = verify(&changed, &keys, AT_MS);
        assert_eq!(verification.verdict, Verdict::Invalid, "byte {position}");
        assert!(verification.credential.is_none());
    }
}

#[test]
fn the_last_character_cannot_stand_for_the_same_signature() {
    let token = ours().token(&claims());
    let last = token.chars().last().unwrap();
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        if other != last {
            let changed = format!("{}{other}", &token[..token.len() - 1]);
            assert_eq!(
                verify(&changed, &ours().keys(), AT_MS).verdict,
                Verdict::Invalid
            );
        }
    }
}

#[test]
fn another_issuers_certificate_is_not_ours() {
    let theirs = Issuer::new("https://other.example", 8);
    let token = theirs.token(&sample::claims("https://other.example", FROM));
    assert_eq!(refused(&token), CheckName::Key);
    // Their key under our key's name.
    let token = theirs.sign(&ours().header().to_string(), &claims().to_string());
    assert_eq!(refused(&token), CheckName::Signature);
    // Our key in their name.
    let token = ours().token(&sample::claims("https://other.example", FROM));
    assert_eq!(refused(&token), CheckName::Issuer);
    // With their keys at hand, their certificate is theirs, and still nothing that they sign is ours.
    let keys = KeySet {
        issuer: None,
        keys: vec![theirs.key.clone()],
    };
    assert_eq!(
        verify(&theirs.token(&claims()), &keys, AT_MS).failed(),
        Some(CheckName::Issuer)
    );
}

#[test]
fn a_certificate_holds_from_its_first_second_to_before_its_last() {
    let token = ours().token(&claims());
    let verdict = |at_ms| verify(&token, &ours().keys(), at_ms).failed();
    let until = claims()["exp"].as_i64().unwrap() * 1000;
    assert_eq!(verdict(FROM * 1000), None);
    assert_eq!(verdict((FROM - 60) * 1000), None);
    assert_eq!(verdict((FROM - 61) * 1000), Some(CheckName::NotBefore));
    assert_eq!(verdict(until - 1), None);
    assert_eq!(verdict(until), Some(CheckName::NotExpired));
}

#[test]
fn an_expired_certificate_still_shows_what_it_says() {
    let token = ours().token(&claims());
    let verification = verify(&token, &ours().keys(), AT_MS * 2);
    assert_eq!(verification.failed(), Some(CheckName::NotExpired));
    assert!(verification.credential.is_some());
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_tokens() {
    let kid = ours().key.url.unwrap();
    let claims = claims().to_string();
    for algorithm in ["none", "None", "HS256", "ES384", "RS256", ""] {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": kid}).to_string();
        assert_eq!(
            refused(&ours().sign(&header, &claims)),
            CheckName::Algorithm,
            "{algorithm}"
        );
        assert_eq!(
            refused(&format!("{}.", message(&header, &claims))),
            CheckName::Algorithm
        );
    }
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    use hmac::{Hmac, KeyInit, Mac};
    let kid = ours().key.url.clone().unwrap();
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": kid}).to_string();
    let message = message(&header, &claims().to_string());
    for secret in [
        ours().key.jwk().to_string(),
        ours().key.jwk()["x"].to_string(),
    ] {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        assert_eq!(
            refused(&format!("{message}.{signature}")),
            CheckName::Algorithm
        );
    }
}

#[test]
fn a_key_in_the_token_is_refused() {
    let theirs = Issuer::new(ISSUER, 8);
    for (name, value) in [
        ("jwk", theirs.key.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
    ] {
        let mut header = ours().header();
        header[name] = value;
        let token = theirs.sign(&header.to_string(), &claims().to_string());
        assert_eq!(refused(&token), CheckName::Form, "{name}");
    }
}

#[test]
fn a_kid_is_a_name_and_never_a_place() {
    let kid = ours().key.url.unwrap();
    for kid in [
        json!("https://evil.example/keys/x"),
        json!("file:///etc/passwd"),
        json!("../../keys/x"),
        json!("' OR 1=1 --"),
        json!(format!("{kid}#")),
        json!(format!("{kid}/../{}", ours().key.thumbprint)),
        json!(format!(
            "https://evil.example/keys/{}",
            ours().key.thumbprint
        )),
        json!(7),
        json!([kid]),
        json!(""),
        Value::Null,
    ] {
        let header = json!({"alg": "ES256", "kid": kid}).to_string();
        let token = ours().sign(&header, &claims().to_string());
        assert_eq!(refused(&token), CheckName::Key, "{kid}");
    }
}

#[test]
fn a_repeated_name_is_refused_even_when_signed() {
    let kid = ours().key.url.clone().unwrap();
    let twice = claims()
        .to_string()
        .replacen('{', r#"{"exp":9999999999,"#, 1);
    let token = ours().sign(&ours().header().to_string(), &twice);
    assert_eq!(refused(&token), CheckName::Form);
    let header = format!(r#"{{"alg":"none","alg":"ES256","kid":"{kid}"}}"#);
    assert_eq!(
        refused(&ours().sign(&header, &claims().to_string())),
        CheckName::Form
    );
}

#[test]
fn claims_that_contradict_the_credential_are_refused() {
    for (pointer, value) in [
        ("/iss", json!("https://other.example")),
        ("/jti", json!("urn:uuid:0")),
        ("/sub", Value::Null),
        ("/nbf", json!(FROM - 1)),
        ("/exp", json!(9_999_999_999_i64)),
        ("/exp", json!("9999999999")),
        ("/validUntil", json!("2099-01-01T00:00:00Z")),
        ("/type", json!(["VerifiableCredential"])),
    ] {
        let mut claims = claims();
        *claims.pointer_mut(pointer).unwrap() = value;
        assert_eq!(
            refused(&ours().token(&claims)),
            CheckName::Claims,
            "{pointer}"
        );
    }
    let mut nested = claims();
    nested["vc"] = claims();
    assert_eq!(refused(&ours().token(&nested)), CheckName::Claims);
}

#[test]
fn what_is_no_token_is_refused() {
    let token = ours().token(&claims());
    for text in [
        "",
        "a certificate",
        "..",
        "e30.e30.",
        "W10.e30.AAAA",
        &format!("{token}.x"),
        &format!("{token}="),
        &token.replace('.', " . "),
        &format!("{token}{}", "A".repeat(TOKEN_BYTES_MAX)),
    ] {
        let name = refused(text);
        assert!(
            matches!(name, CheckName::Form | CheckName::Key),
            "{text}: {name:?}"
        );
    }
}

#[test]
fn without_keys_nothing_can_be_told() {
    let verification = verify(&ours().token(&claims()), &KeySet::default(), AT_MS);
    assert_eq!(verification.verdict, Verdict::Unknown);
}

#[test]
fn a_bare_key_verifies_what_names_it() {
    let bare =
        PublicKey::new(&p256::SecretKey::from_slice(&[7; 32]).unwrap().public_key()).unwrap();
    let keys = KeySet {
        issuer: None,
        keys: vec![bare],
    };
    assert_eq!(
        verify(&ours().token(&claims()), &keys, AT_MS).verdict,
        Verdict::Valid
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _verdict = verify(&text, &ours().keys(), AT_MS);
    }
}
