//! What an image is made of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// Declarations that this binary carries.
const EMBEDDED: &[(&str, &str)] = &[
    ("base", include_str!("../../images/base.toml")),
    ("web", include_str!("../../images/web.toml")),
    ("ansible", include_str!("../../images/ansible.toml")),
    (
        "observability",
        include_str!("../../images/observability.toml"),
    ),
    ("build", include_str!("../../images/build.toml")),
];

/// An image as it is declared in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Name, as tasks call it: `a-z`, `0-9` and `-`.
    pub name: String,
    /// A declaration that this binary carries and that this one adds to. Gone once it is read:
    /// what is declared there is in the lists below, and in the digest.
    #[serde(default, skip_serializing)]
    pub extends: Option<String>,
    /// Debian suite; that of the extended declaration when left out.
    #[serde(default)]
    pub suite: String,
    /// Debian packages beside the essential ones.
    #[serde(default)]
    pub packages: Vec<String>,
    /// What is left out when packages are unpacked, as patterns of dpkg's `path-exclude`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Files written over what the packages brought.
    #[serde(default)]
    pub files: Vec<DeclaredFile>,
    /// Shell script run in the new root file system at the end.
    #[serde(default)]
    pub post_install: String,
}

/// A file of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFile {
    /// Absolute path inside.
    pub path: String,
    /// Mode in octal, for example `"0755"`; `0644` when left out.
    #[serde(default = "default_mode")]
    pub mode: String,
    /// What it holds.
    pub content: String,
}

fn default_mode() -> String {
    "0644".to_owned()
}

/// A declaration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeclarationError {
    /// Neither a name that this binary carries nor a file.
    #[error("there is no image declaration `{0}` (known: {known}, or give a path)", known = known())]
    Unknown(String),
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a declaration.
    #[error("{path}: {source}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: Box<toml::de::Error>,
    },
    /// A value makes no sense.
    #[error("{field}: `{value}` {problem}")]
    Value {
        /// Where.
        field: &'static str,
        /// The value.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

fn known() -> String {
    Declaration::names().join(", ")
}

pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether an image can have this name.
pub(super) fn is_name(text: &str) -> bool {
    is_word(text) && !text.contains(['.', ':', '+'])
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.:".contains(&b))
        && !text.starts_with('-')
}

impl Declaration {
    /// The names that the binary carries.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).collect()
    }

    /// The declaration of this name that the binary carries.
    #[must_use]
    pub fn embedded(name: &str) -> Option<Self> {
        let (_, text) = EMBEDDED.iter().find(|(known, _)| *known == name)?;
        toml::from_str::<Self>(text).ok()?.extended().ok()
    }

    /// The declaration with what it extends in front of its own.
    fn extended(mut self) -> Result<Self, DeclarationError> {
        let Some(name) = self.extends.take() else {
            return Ok(self);
        };
        // A declaration of its own name would be read for ever.
        let below = Self::embedded(&name).filter(|below| below.name != self.name);
        let below = below.ok_or(DeclarationError::Value {
            field: "extends",
            value: name,
            problem: "is not an image declaration that this program carries",
        })?;
        let joined = |first: Vec<_>, then| first.into_iter().chain(then).collect();
        Ok(Self {
            suite: if self.suite.is_empty() {
                below.suite
            } else {
                self.suite
            },
            packages: joined(below.packages, self.packages),
            exclude: joined(below.exclude, self.exclude),
            files: below.files.into_iter().chain(self.files).collect(),
            // What the lower one tidies up at its end comes last.
            post_install: self.post_install + &below.post_install,
            extends: None,
            name: self.name,
        })
    }

    /// The declaration that a person means: a name that the binary carries, or a file.
    ///
    /// # Errors
    /// There is none, or it is faulty.
    pub fn named(name_or_path: &str) -> Result<Self, DeclarationError> {
        if let Some(declaration) = Self::embedded(name_or_path) {
            return Ok(declaration);
        }
        let path = Path::new(name_or_path);
        if !path.exists() {
            return Err(DeclarationError::Unknown(name_or_path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(|source| DeclarationError::Read {
            path: path.to_owned(),
            source,
        })?;
        let declaration: Self =
            toml::from_str(&text).map_err(|source| DeclarationError::Syntax {
                path: path.to_owned(),
                source: Box::new(source),
            })?;
        let declaration = declaration.extended()?;
        declaration.check()?;
        Ok(declaration)
    }

    /// Whether all values can be used: they become arguments and paths of root's commands.
    fn check(&self) -> Result<(), DeclarationError> {
        let refuse = |field, value: &str, problem| {
            Err(DeclarationError::Value {
                field,
                value: value.to_owned(),
                problem,
            })
        };
        if !is_name(&self.name) {
            return refuse("name", &self.name, "is not a name of a-z, 0-9 and -");
        }
        if !is_word(&self.suite) {
            return refuse("suite", &self.suite, "is not a Debian suite");
        }
        if let Some(package) = self.packages.iter().find(|package| !is_word(package)) {
            return refuse("packages", package, "is not a package name");
        }
        for file in &self.files {
            let parts = Path::new(&file.path).components();
            let is_plain = file.path.starts_with('/')
                && parts
                    .skip(1)
                    .all(|part| matches!(part, std::path::Component::Normal(_)));
            if !is_plain {
                return refuse("files", &file.path, "is not an absolute path");
            }
            if file.permissions().is_none() {
                return refuse("files", &file.mode, "is not a mode in octal");
            }
        }
        Ok(())
    }

    /// SHA-256 in hex over everything declared.
    #[must_use]
    pub fn digest(&self) -> String {
        // Serializing a structure of strings to memory does not fail.
        let text = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(&text))
    }
}

impl DeclaredFile {
    /// The mode as a number.
    pub(super) fn permissions(&self) -> Option<u32> {
        u32::from_str_radix(&self.mode, 8)
            .ok()
            .filter(|mode| *mode <= 0o7777)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carried_declarations_are_sound() {
        for (name, _) in EMBEDDED {
            let declaration = Declaration::embedded(name).unwrap();
            assert_eq!(declaration.name, *name);
            declaration.check().unwrap();
            assert!(is_digest(&declaration.digest()));
        }
    }

    #[test]
    fn any_change_changes_the_digest() {
        let one = Declaration::embedded("base").unwrap();
        let mut other = one.clone();
        other.packages.push("tmux".to_owned());
        assert_ne!(one.digest(), other.digest());
    }

    #[test]
    fn an_extending_declaration_has_all_of_both() {
        let (base, web) = (Declaration::embedded("base"), Declaration::embedded("web"));
        let (base, web) = (base.unwrap(), web.unwrap());
        assert_eq!(web.suite, base.suite);
        assert!(web.packages.starts_with(&base.packages));
        assert!(web.packages.len() > base.packages.len());
        assert!(web.post_install.ends_with(&base.post_install));
    }

    #[test]
    fn extending_what_is_not_there_is_refused() {
        let text = "name = 'x'\nextends = 'nothing'\n";
        let declaration: Declaration = toml::from_str(text).unwrap();
        let error = declaration.extended().unwrap_err().to_string();
        assert!(error.contains("nothing"), "{error}");
    }

    #[test]
    fn values_that_are_no_names_are_refused() {
        let sound = Declaration::embedded("base").unwrap();
        let mut package = sound.clone();
        package.packages.push("--hook=sh".to_owned());
        assert!(package.check().is_err());
        let mut path = sound;
        path.files.push(DeclaredFile {
            path: "/etc/../../x".to_owned(),
            mode: default_mode(),
            content: String::new(),
        });
        assert!(path.check().is_err());
    }
}
