//! People, roles, signing in, tokens.
//!
//! Invariant: a token or cookie only carries an identity; a row decides whether it still holds.
//! Invariant: a password is stored as Argon2id and never leaves this module.

pub mod create;
pub mod password;
pub mod routes;
pub mod sign_in;
pub mod token;

/// What an account may do. A closed list: rights follow from roles in code, never from tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Candidate,
    Examiner,
    Reviewer,
    Proctor,
    Admin,
}

impl Role {
    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Examiner => "examiner",
            Self::Reviewer => "reviewer",
            Self::Proctor => "proctor",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Candidate,
            Self::Examiner,
            Self::Reviewer,
            Self::Proctor,
            Self::Admin,
        ]
        .into_iter()
        .find(|role| role.name() == name)
    }
}

/// A part of the product with its own sign-in, so that one browser can hold a candidate and a proctor side by side.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    Candidate,
    Examiner,
    Proctor,
}

impl Area {
    /// The name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Examiner => "examiner",
            Self::Proctor => "proctor",
        }
    }

    /// The cookie that carries the sign-in of this area.
    pub const fn cookie(self) -> &'static str {
        match self {
            Self::Candidate => "__Host-candidate",
            Self::Examiner => "__Host-examiner",
            Self::Proctor => "__Host-proctor",
        }
    }

    /// Whether a person with this role may enter.
    pub const fn admits(self, role: Role) -> bool {
        match self {
            Self::Candidate => matches!(role, Role::Candidate),
            Self::Examiner => matches!(role, Role::Examiner | Role::Reviewer | Role::Admin),
            Self::Proctor => matches!(role, Role::Proctor | Role::Admin),
        }
    }

    /// How long a sign-in lasts, in milliseconds. A candidate's must outlive the longest exam day:
    /// nobody is signed out in the middle of a session.
    pub const fn sign_in_ms(self) -> i64 {
        12 * 60 * 60 * 1000
    }
}
