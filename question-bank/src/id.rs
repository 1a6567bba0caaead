//! Ids of the things in a bank: short words in lower case, each kind its own type.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest id that is accepted, in bytes.
pub(crate) const ID_LENGTH_MAX: usize = 100;

/// The text is not an id: it must be 1 to 100 characters out of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id (1 to 100 characters out of a-z, 0-9 and -)")]
pub struct InvalidId {
    /// The refused text.
    pub text: String,
}

fn is_id(text: &str) -> bool {
    (1..=ID_LENGTH_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text as an id, if it is one.
            ///
            /// # Errors
            /// The text is not 1 to 100 characters out of `a-z`, `0-9` and `-`.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(InvalidId { text }) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

id! {
    /// Id of a bank.
    BankId;
    /// Id of a domain, a part of the field that is examined.
    DomainId;
    /// Id of an item. No task of the same bank has the same id.
    ItemId;
    /// Id of an option of an item: `a`, `b`, `c` by position in the item's file.
    OptionId;
    /// Id of a live task. No item of the same bank has the same id.
    TaskId;
    /// Id of a check of a task.
    CheckId;
    /// Id of an item or a task that gives another one away.
    EnemyId;
    /// Id of a blueprint.
    BlueprintId;
    /// Id of a section of a blueprint and of its forms.
    SectionId;
    /// Id of a certification.
    CertificationId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_lower_case_words_are_ids() {
        for good in ["a", "git-reflog-2", "0"] {
            assert_eq!(ItemId::new(good).unwrap().as_str(), good);
        }
        let long = "x".repeat(ID_LENGTH_MAX + 1);
        for bad in ["", "Git", "a b", "a_b", "../a", "é", long.as_str()] {
            assert!(ItemId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_is_a_checked_string() {
        let id: ItemId = serde_json::from_str("\"git-1\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"git-1\"");
        assert!(serde_json::from_str::<ItemId>("\"Git\"").is_err());
    }
}
