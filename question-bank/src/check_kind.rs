//! Declared checks: what an author can ask for in `task.toml` instead of writing a judge.
//!
//! A declaration is data until its parameters are filled in; only then is it made into a script
//! ([`Declared::script`]), so no value can become code.

mod describe;
mod pattern;
mod pointer;
mod rule;
mod script;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use crate::check_kind::rule::Rule;
pub(crate) use crate::check_kind::script::data_format;

use crate::{TemplateError, Values};

/// A check without a judge of its own. `T` is a text that may name parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared<T = String> {
    /// What is asked for.
    pub kind: CheckKind<T>,
    /// What the candidate is told was wanted; none: it is made from the declaration.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub expected: Option<T>,
}

/// The kinds of declared checks, each with its facts. All facts must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind<T = String> {
    /// A file, directory or link, seen from outside.
    File(FileFacts<T>),
    /// Text of a file.
    Content(ContentFacts<T>),
    /// One value of structured data.
    Value(ValueFacts<T>),
    /// A Git repository.
    Git(GitFacts<T>),
    /// The answer to the check's HTTP probe.
    Http(HttpFacts<T>),
    /// What the check's TCP probe met: `open` or `closed`.
    Port(T),
    /// What the check's run script printed and how it ended.
    Output(OutputFacts<T>),
    /// What must not have happened beside the work: see [`UndamagedFacts`].
    Undamaged(UndamagedFacts<T>),
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
            pub struct $name<T = String> {
                $($(#[$field_doc])* pub $field: $type,)*
            }
        )*
    };
}

facts! {
    /// What a file, directory or link must be.
    FileFacts {
        /// Where it is; links are followed, except for the types `link` and `absent`.
        path: T,
        /// Look in the copy after `run`.
        #[serde(default)]
        after: bool,
        /// `file`, `directory`, `link`, `absent` or `any` (if there is none).
        r#type: Option<T>,
        /// Where a link leads.
        target: Option<T>,
        /// The permissions, in octal.
        mode: Option<T>,
        /// No permission beyond these.
        mode_at_most: Option<T>,
        /// Name or number of the user.
        owner: Option<T>,
        /// Name or number of the group.
        group: Option<T>,
        /// Least number of bytes.
        size_at_least: Option<T>,
        /// Greatest number of bytes.
        size_at_most: Option<T>,
        /// Digest of the content.
        sha256: Option<T>,
    }
    /// What the text of a file must be.
    ContentFacts {
        /// Where it is.
        path: T,
        /// Look in the copy after `run`.
        #[serde(default)]
        after: bool,
        /// Greatest number of bytes.
        size_at_most: Option<T>,
        /// The whole text; line ends at its end do not count.
        equals: Option<T>,
        /// Patterns that some line matches, each.
        #[serde(default)]
        matches: Vec<T>,
        /// Patterns that no line matches.
        #[serde(default)]
        lacks: Vec<T>,
    }
    /// What a text must be that is part of something else.
    TextFacts {
        /// The whole text; line ends at its end do not count.
        equals: Option<T>,
        /// Patterns that some line matches, each.
        #[serde(default)]
        matches: Vec<T>,
        /// Patterns that no line matches.
        #[serde(default)]
        lacks: Vec<T>,
    }
    /// What one value of structured data must be.
    ValueFacts {
        /// Where the file is.
        path: T,
        /// Look in the copy after `run`.
        #[serde(default)]
        after: bool,
        /// `json`, `yaml`, `toml` or `ini`; none: as the path ends.
        format: Option<T>,
        /// Where the value is in it: `a.b[0]."c.d"`; none: all of it.
        pointer: Option<T>,
        /// `string`, `number`, `boolean`, `list`, `map` or `null`.
        r#type: Option<T>,
        /// The value as text; lists and maps as compact JSON.
        equals: Option<T>,
        /// Patterns that the value matches, each.
        #[serde(default)]
        matches: Vec<T>,
        /// There is no such value.
        #[serde(default)]
        absent: bool,
        /// Least number.
        at_least: Option<T>,
        /// Greatest number.
        at_most: Option<T>,
        /// Number of characters, elements or keys.
        length: Option<T>,
    }
    /// What a Git repository must hold.
    GitFacts {
        /// Where it is, with its working tree or bare.
        path: T,
        /// Look in the copy after `run`.
        #[serde(default)]
        after: bool,
        /// The branch; none: what is checked out.
        branch: Option<T>,
        /// A pattern for the first line of its newest commit.
        head_subject_matches: Option<T>,
        /// A file that its newest commit has.
        contains_file: Option<BlobFacts<T>>,
        /// Two commits; the first is in the history of the second.
        #[serde(default)]
        is_ancestor: Vec<T>,
        /// Least number of commits in its history.
        commits_at_least: Option<T>,
        /// Patterns that no file of any commit that a branch or tag reaches may match, such as that
        /// of a secret.
        #[serde(default = "Vec::new")]
        history_lacks: Vec<T>,
    }
    /// What a file of a commit must be.
    BlobFacts {
        /// Where it is in the tree.
        path: T,
        /// The whole text; line ends at its end do not count.
        equals: Option<T>,
        /// Patterns that some line matches, each.
        #[serde(default)]
        matches: Vec<T>,
        /// Patterns that no line matches.
        #[serde(default)]
        lacks: Vec<T>,
    }
    /// What the answer to an HTTP probe must be.
    HttpFacts {
        /// The status.
        status: Option<T>,
        /// Patterns for headers, by name in lower case.
        #[serde(default)]
        headers: BTreeMap<String, T>,
        /// The body.
        body: Option<TextFacts<T>>,
    }
    /// Nothing but what was asked for was changed since the lab was ready: no file outside of the
    /// excepted places (logs, caches, temporary files and root's home never count), nothing made
    /// writable for everybody or set-uid anywhere.
    UndamagedFacts {
        /// What may be changed: absolute paths, in which `*` stands for anything.
        #[serde(default = "Vec::new")]
        except: Vec<T>,
    }
    /// What a run script must have given.
    OutputFacts {
        /// Its exit status, or `nonzero`.
        exit: Option<T>,
        /// What it printed.
        stdout: Option<TextFacts<T>>,
        /// What it complained about.
        stderr: Option<TextFacts<T>>,
    }
}

/// Why a declaration cannot be made into a script with some values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationError {
    /// A text names a parameter that has no value.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A text is not what its place needs once the values are filled in.
    #[error("{0}")]
    Unfit(String),
}

impl Declared {
    /// The declaration with the values filled in. In patterns a value stands for itself.
    ///
    /// # Errors
    /// A text names a parameter without a value, or is not what its place needs.
    pub fn fill(&self, values: &Values) -> Result<Self, DeclarationError> {
        let mut first: Option<DeclarationError> = None;
        let filled = self.map(&mut |rule, text: &String| {
            let filled = rule.fill(text, values).unwrap_or_else(|error| {
                first.get_or_insert(error.into());
                String::new()
            });
            if let Err(refusal) = rule.check(&filled) {
                first.get_or_insert(DeclarationError::Unfit(refusal.message));
            }
            filled
        });
        first.map_or(Ok(filled), Err)
    }
}

impl<T> Declared<T> {
    /// The same declaration of other texts. `put` is told what each of them must be.
    pub(crate) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> Declared<U> {
        Declared {
            kind: self.kind.map(put),
            expected: self.expected.as_ref().map(|text| put(Rule::Line, text)),
        }
    }
}

impl<T> CheckKind<T> {
    fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> CheckKind<U> {
        match self {
            Self::File(facts) => CheckKind::File(facts.map(put)),
            Self::Content(facts) => CheckKind::Content(facts.map(put)),
            Self::Value(facts) => CheckKind::Value(facts.map(put)),
            Self::Git(facts) => CheckKind::Git(facts.map(put)),
            Self::Http(facts) => CheckKind::Http(facts.map(put)),
            Self::Port(state) => CheckKind::Port(put(Rule::Word(&["open", "closed"]), state)),
            Self::Output(facts) => CheckKind::Output(facts.map(put)),
            Self::Undamaged(facts) => CheckKind::Undamaged(facts.map(put)),
        }
    }
}
