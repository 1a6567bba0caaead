//! The issuer as a `did:web` document, for software that looks issuers up that way.

use serde_json::{Value, json};

use crate::credential::keys::KeySet;

/// The DID of a public URL: the host, a port as `%3A`, a path with `:` between its parts.
pub fn did_of(url: &str) -> String {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    format!(
        "did:web:{}",
        place
            .trim_end_matches('/')
            .replace(':', "%3A")
            .replace('/', ":")
    )
}

/// The document: every published key may assert, because `did:web` has no history and retired keys must go on verifying.
pub fn document(issuer: &str, keys: &KeySet) -> Value {
    let did = did_of(issuer);
    let id = |thumbprint: &str| format!("{did}#{thumbprint}");
    let methods: Vec<Value> = keys
        .keys
        .iter()
        .map(|key| {
            json!({
                "id": id(&key.thumbprint),
                "type": "JsonWebKey",
                "controller": did,
                "publicKeyJwk": key.jwk(),
            })
        })
        .collect();
    let ids: Vec<String> = keys.keys.iter().map(|key| id(&key.thumbprint)).collect();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "alsoKnownAs": [issuer],
        "verificationMethod": methods,
        "assertionMethod": ids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::keys::PublicKey;

    #[test]
    fn a_port_and_a_path_are_written_as_the_method_wants() {
        assert_eq!(did_of("https://certs.example"), "did:web:certs.example");
        assert_eq!(did_of("http://127.0.0.1:8080"), "did:web:127.0.0.1%3A8080");
        assert_eq!(
            did_of("https://example.org/a/b/"),
            "did:web:example.org:a:b"
        );
    }

    #[test]
    fn each_key_is_listed_and_may_assert() {
        let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
        let issuer = "https://certs.example";
        let key = PublicKey::new(&secret.public_key())
            .unwrap()
            .published_by(issuer);
        let document = document(
            issuer,
            &KeySet {
                issuer: None,
                keys: vec![key.clone()],
            },
        );
        assert_eq!(document["verificationMethod"][0]["publicKeyJwk"], key.jwk());
        assert_eq!(
            document["assertionMethod"][0],
            document["verificationMethod"][0]["id"]
        );
        assert!(!document.to_string().contains("\"d\""));
    }
}
