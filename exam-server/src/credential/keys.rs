//! Public keys: what verification works with, and what is published.

use jsonwebtoken::{Algorithm, DecodingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The path under the issuer's URL where each key is published by itself.
const KEYS_PATH: &str = "/keys/";

/// A public P-256 key. It verifies ES256 and nothing else.
#[derive(Clone)]
pub struct PublicKey {
    /// The RFC 7638 thumbprint: a name that follows from the key itself.
    pub thumbprint: String,
    /// The URL under which the key says it is published; none when a file holds the bare key.
    pub url: Option<String>,
    decoding: DecodingKey,
    x: String,
    y: String,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey")
            .field("thumbprint", &self.thumbprint)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl PublicKey {
    /// The name of the one algorithm that this key verifies.
    pub const ALGORITHM: &'static str = "ES256";

    /// From the key itself.
    pub fn new(key: &p256::PublicKey) -> Option<Self> {
        let point = key.to_encoded_point(false);
        let x = URL_SAFE_NO_PAD.encode(point.x()?);
        let y = URL_SAFE_NO_PAD.encode(point.y()?);
        // RFC 7638: the required members in the order of their names, without white space.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Some(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes())),
            url: None,
            decoding: DecodingKey::from_ec_components(&x, &y).ok()?,
            x,
            y,
        })
    }

    /// From a JWK. None unless it is a point on P-256.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str);
        if member("kty") != Some("EC") || member("crv") != Some("P-256") {
            return None;
        }
        if member("alg").is_some_and(|algorithm| algorithm != Self::ALGORITHM) {
            return None;
        }
        let bare = json!({"kty": "EC", "crv": "P-256", "x": member("x")?, "y": member("y")?});
        let key = p256::PublicKey::from_jwk_str(&bare.to_string()).ok()?;
        let url = member("kid").map(str::to_owned);
        Some(Self {
            url,
            ..Self::new(&key)?
        })
    }

    /// The same key, published by `issuer`.
    pub fn published_by(self, issuer: &str) -> Self {
        let url = format!("{issuer}{KEYS_PATH}{}", self.thumbprint);
        Self {
            url: Some(url),
            ..self
        }
    }

    /// The key as it is published: one JWK, with its own URL as `kid`.
    pub fn jwk(&self) -> Value {
        let mut jwk = json!({
            "kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "alg": Self::ALGORITHM, "use": "sig",
        });
        if let (Some(url), Some(members)) = (&self.url, jwk.as_object_mut()) {
            members.insert("kid".to_owned(), Value::from(url.as_str()));
        }
        jwk
    }

    /// Whether `kid` of a token means this key. A key without a URL is known by its thumbprint alone.
    pub fn is_called(&self, kid: &str) -> bool {
        match &self.url {
            Some(url) => url == kid,
            None => kid.rsplit('/').next() == Some(&self.thumbprint),
        }
    }

    /// Whether this key made the signature of the message.
    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        let key = &self.decoding;
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::ES256)
            .unwrap_or(false)
    }
}

/// The issuer that publishes a key under this URL.
pub fn issuer_of(key_url: &str) -> Option<&str> {
    key_url.rsplit_once(KEYS_PATH).map(|(issuer, _)| issuer)
}

/// A fixed set of keys to verify with. Nothing is ever fetched into it.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    /// The only issuer to accept; none accepts whoever publishes the key that fits.
    pub issuer: Option<String>,
    /// The keys.
    pub keys: Vec<PublicKey>,
}

impl KeySet {
    /// From a JWK set or a single JWK; keys of other kinds are left out. None if the text is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let keys = match document.get("keys") {
            Some(Value::Array(keys)) => keys.iter().filter_map(PublicKey::from_jwk).collect(),
            Some(_) => return None,
            None => vec![PublicKey::from_jwk(&document)?],
        };
        Some(Self { issuer: None, keys })
    }

    /// The key that a token calls by this name.
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.is_called(kid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key of RFC 7517, appendix A.1; its thumbprint was computed with another implementation (jose).
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#;

    #[test]
    fn a_thumbprint_follows_rfc_7638() {
        let set = KeySet::parse(JWK).unwrap();
        assert_eq!(
            set.keys[0].thumbprint,
            "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
        );
    }

    #[test]
    fn a_published_key_carries_no_private_half_and_reads_back() {
        let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
        let key = PublicKey::new(&secret.public_key())
            .unwrap()
            .published_by("https://certs.example");
        let jwk = key.jwk();
        assert!(jwk.get("d").is_none());
        let read = PublicKey::from_jwk(&jwk).unwrap();
        assert_eq!(read.url, key.url);
        assert_eq!(read.thumbprint, key.thumbprint);
        assert_eq!(
            issuer_of(read.url.as_deref().unwrap()),
            Some("https://certs.example")
        );
    }

    #[test]
    fn what_is_no_p256_key_is_left_out() {
        let off_curve = json!({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"});
        let symmetric = json!({"kty":"oct","k":"AAAA"});
        let set = json!({"keys": [off_curve, symmetric]}).to_string();
        assert!(KeySet::parse(&set).unwrap().keys.is_empty());
        assert!(KeySet::parse("[]").is_none());
        assert!(KeySet::parse("not json").is_none());
    }
}
