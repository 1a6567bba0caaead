//! Names that the server gives to labs and grading jobs. They become file and container names, so
//! only harmless characters are let in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not a name: it must be 1 to 64 characters out of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name (1 to 64 characters out of a-z, 0-9 and -, not first -)")]
pub struct InvalidName {
    /// The refused text.
    pub text: String,
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! name {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text as a name, if it is one.
            ///
            /// # Errors
            /// The text is not 1 to 64 characters out of `a-z`, `0-9` and `-`.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
                let text = text.into();
                if is_name(&text) { Ok(Self(text)) } else { Err(InvalidName { text }) }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

name! {
    /// Name of a lab; the server chooses it, so creating is idempotent.
    LabId;
    /// Name of a grading job; the server chooses it, so grading is idempotent.
    JobId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_a_directory() {
        assert!(LabId::new("0192f0c2-7b1e-7c3a-9d1e-000000000001").is_ok());
        for bad in ["", "..", "a/b", "A", "-x", "a b", &"x".repeat(65)] {
            assert!(LabId::new(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<JobId>("\"../x\"").is_err());
    }
}
