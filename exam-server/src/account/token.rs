//! The one strict verifier of the tokens that we issue to ourselves (JWT, HS256).
//!
//! Every kind has its own `typ` and audience, and every kind is refused in every other kind's place. A token is never
//! enough: whoever accepts one also asks the row it points to.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

/// A token longer than this is not one of ours.
const LENGTH_MAX: usize = 4096;
/// Clocks of several servers may differ by this much, in seconds.
const LEEWAY_SECONDS: i64 = 5;
const ISSUER: &str = "assay";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A browser that sits a session (`__Host-session`).
    Session,
    /// The right to open one terminal, for half a minute.
    Terminal,
    /// A seat code as a link or QR code.
    Seat,
}

impl Kind {
    /// All kinds, for the test that crosses them.
    pub const ALL: [Self; 3] = [Self::Session, Self::Terminal, Self::Seat];

    const fn typ(self) -> &'static str {
        match self {
            Self::Session => "session+jwt",
            Self::Terminal => "terminal+jwt",
            Self::Seat => "seat+jwt",
        }
    }

    const fn audience(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Terminal => "terminal",
            Self::Seat => "seat",
        }
    }
}

/// The claims of every kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The account.
    pub sub: String,
    /// The session.
    pub sid: String,
    /// The session's epoch: a takeover raises it and all older tokens are refused.
    pub ep: i64,
    /// What else the kind carries, such as the entry and number of a terminal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    pub jti: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

/// Whom and what a token is issued for.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    pub account: &'a str,
    pub session: &'a str,
    pub epoch: i64,
    pub scope: &'a str,
}

/// The token is not accepted. Which rule failed is for the log, not for the client.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token is too long")]
    TooLong,
    #[error("the token is of another kind")]
    OtherKind,
    #[error("the token is not valid yet, or no longer")]
    OutOfTime,
    #[error("the token is refused")]
    Refused(#[from] jsonwebtoken::errors::Error),
}

/// Signs and verifies tokens with the server's own key.
#[derive(Clone)]
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Made once, because every save is verified. In the order of [`Kind::ALL`].
    rules: Arc<[Validation; 3]>,
}

fn rules(kind: Kind) -> Validation {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    rules.set_audience(&[kind.audience()]);
    rules.set_issuer(&[ISSUER]);
    // Both must be there (above) and are checked below: the library would ask the machine's clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// With a 256-bit key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            signing: EncodingKey::from_secret(key),
            verifying: DecodingKey::from_secret(key),
            rules: Arc::new(Kind::ALL.map(rules)),
        }
    }

    /// Signs a token that is valid from now for `lifetime_ms`.
    pub fn sign(
        &self,
        kind: Kind,
        subject: &Subject<'_>,
        now_ms: i64,
        lifetime_ms: i64,
    ) -> Result<String, TokenError> {
        let now = now_ms.div_euclid(1000);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: kind.audience().to_owned(),
            sub: subject.account.to_owned(),
            sid: subject.session.to_owned(),
            ep: subject.epoch,
            scope: subject.scope.to_owned(),
            jti: uuid::Uuid::new_v4().simple().to_string(),
            iat: now,
            nbf: now,
            exp: now + lifetime_ms.div_euclid(1000),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(kind.typ().to_owned());
        Ok(encode(&header, &claims, &self.signing)?)
    }

    /// Accepts a token of exactly this kind, or says why not. The time is the server's clock's, as it was for signing.
    pub fn verify(&self, kind: Kind, token: &str, now_ms: i64) -> Result<Claims, TokenError> {
        if token.len() > LENGTH_MAX {
            return Err(TokenError::TooLong);
        }
        let data = decode::<Claims>(token, &self.verifying, &self.rules[kind as usize])?;
        if data.header.typ.as_deref() != Some(kind.typ()) {
            return Err(TokenError::OtherKind);
        }
        let now = now_ms.div_euclid(1000);
        if data.claims.nbf > now + LEEWAY_SECONDS
            || data.claims.exp.saturating_add(LEEWAY_SECONDS) <= now
        {
            return Err(TokenError::OutOfTime);
        }
        Ok(data.claims)
    }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
