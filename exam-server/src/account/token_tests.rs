use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

fn tokens() -> Tokens {
    Tokens::new(&[7; 32])
}

fn subject() -> Subject<'static> {
    Subject {
        account: "a",
        session: "s",
        epoch: 1,
        scope: "",
    }
}

fn part(value: &serde_json::Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token signed with the right key over any header and claims.
fn forge(header: Header, claims: &serde_json::Value) -> String {
    encode(&header, claims, &EncodingKey::from_secret(&[7; 32])).unwrap()
}

fn session_header() -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some("session+jwt".to_owned());
    header
}

fn claims() -> serde_json::Value {
    let now = now_ms() / 1000;
    json!({"iss": "assay", "aud": "session", "sub": "a", "sid": "s", "ep": 1, "jti": "j",
           "iat": now, "nbf": now, "exp": now + 60})
}

#[test]
fn every_kind_is_refused_in_every_other_kinds_place() {
    for signed in Kind::ALL {
        let token = tokens().sign(signed, &subject(), now_ms(), 60_000).unwrap();
        for asked in Kind::ALL {
            assert_eq!(
                tokens().verify(asked, &token, now_ms()).is_ok(),
                signed == asked,
                "{signed:?} as {asked:?}"
            );
        }
    }
}

#[test]
fn the_forgery_helper_makes_tokens_that_would_pass() {
    assert!(
        tokens()
            .verify(Kind::Session, &forge(session_header(), &claims()), now_ms())
            .is_ok()
    );
}

#[test]
fn a_missing_claim_is_refused() {
    for claim in ["iss", "aud", "sub", "exp", "nbf"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim);
        assert!(
            tokens()
                .verify(Kind::Session, &forge(session_header(), &claims), now_ms())
                .is_err(),
            "{claim}"
        );
    }
}

#[test]
fn an_expired_or_future_token_is_refused() {
    let expired = tokens()
        .sign(Kind::Session, &subject(), now_ms() - 120_000, 60_000)
        .unwrap();
    assert!(tokens().verify(Kind::Session, &expired, now_ms()).is_err());
    let future = tokens()
        .sign(Kind::Session, &subject(), now_ms() + 120_000, 60_000)
        .unwrap();
    assert!(tokens().verify(Kind::Session, &future, now_ms()).is_err());
}

#[test]
fn the_wrong_typ_is_refused_even_with_the_right_audience() {
    assert!(
        tokens()
            .verify(
                Kind::Session,
                &forge(Header::new(Algorithm::HS256), &claims()),
                now_ms()
            )
            .is_err()
    );
}

#[test]
fn no_algorithm_or_another_one_is_refused() {
    for algorithm in ["none", "None", "NONE", "HS512", "ES256", "RS256"] {
        let header = json!({"alg": algorithm, "typ": "session+jwt"});
        let unsigned = format!("{}.{}.", part(&header), part(&claims()));
        assert!(
            tokens().verify(Kind::Session, &unsigned, now_ms()).is_err(),
            "{algorithm}"
        );
    }
    let mut header = session_header();
    header.alg = Algorithm::HS512;
    assert!(
        tokens()
            .verify(Kind::Session, &forge(header, &claims()), now_ms())
            .is_err()
    );
}

#[test]
fn one_changed_byte_anywhere_is_refused() {
    let token = tokens()
        .sign(Kind::Session, &subject(), now_ms(), 60_000)
        .unwrap();
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        // The last character of a part may carry unused bits; a changed byte must then still not change the meaning.
        if let Ok(accepted) = tokens().verify(Kind::Session, &altered, now_ms()) {
            assert_eq!(
                accepted,
                tokens().verify(Kind::Session, &token, now_ms()).unwrap()
            );
        }
    }
}

#[test]
fn another_servers_key_is_refused() {
    let token = Tokens::new(&[8; 32])
        .sign(Kind::Session, &subject(), now_ms(), 60_000)
        .unwrap();
    assert!(tokens().verify(Kind::Session, &token, now_ms()).is_err());
}

#[test]
fn a_very_long_token_is_refused_before_it_is_read() {
    assert!(matches!(
        tokens().verify(Kind::Session, &"a".repeat(5000), now_ms()),
        Err(TokenError::TooLong)
    ));
}
