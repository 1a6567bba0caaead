//! What each text of a declaration must be, and the walk that tells it for every text.

use crate::check_kind::{
    BlobFacts, ContentFacts, FileFacts, GitFacts, HttpFacts, OutputFacts, TextFacts,
    UndamagedFacts, ValueFacts, pattern, pointer,
};
use crate::parameters::fill;
use crate::{FaultCode, TemplateError, Values};

/// The longest text that a declaration may hold, in bytes.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// The longest path, name or line, in bytes.
const LINE_BYTES_MAX: usize = 1024;
/// The largest file of which the content is read.
const CONTENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// An absolute path without detours.
    Path,
    /// An absolute path in which `*` stands for anything.
    Glob,
    /// A path inside a tree.
    TreePath,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Permissions in octal.
    Mode,
    /// Name or number of a user or group.
    Account,
    /// A whole number in this range.
    Number(u64, u64),
    /// A number.
    Decimal,
    /// A SHA-256 digest in hex.
    Sha256,
    /// An extended regular expression.
    Pattern,
    /// Where a value is in structured data.
    Pointer,
    /// A branch, tag, ref or commit.
    Revision,
    /// An exit status.
    Exit,
    /// One line.
    Line,
    /// Any text.
    Text,
}

/// Why a text is not what its place needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: FaultCode,
    pub(crate) message: String,
    pub(crate) hint: &'static str,
}

impl Rule {
    /// The text with the values filled in. In a pattern a value stands for itself.
    pub(crate) fn fill(self, text: &str, values: &Values) -> Result<String, TemplateError> {
        match self {
            Self::Pattern => fill(text, &pattern::literal_values(values)),
            _ => fill(text, values),
        }
    }

    /// Checks a text in which the parameters are filled in.
    pub(crate) fn check(self, text: &str) -> Result<(), Refusal> {
        let refuse = |code, what: &str, hint| {
            let plain = |c: char| if c.is_control() { ' ' } else { c };
            let shown: String = text.chars().take(80).map(plain).collect();
            Err(Refusal {
                code,
                message: format!("`{shown}` {what}"),
                hint,
            })
        };
        let is_multiline = self == Self::Text;
        let longest = if is_multiline {
            TEXT_BYTES_MAX
        } else {
            LINE_BYTES_MAX
        };
        let is_unfit =
            |c: char| c.is_control() && !(c == '\t' || is_multiline && matches!(c, '\n' | '\r'));
        if text.len() > longest {
            return refuse(FaultCode::BadValue, "is too long", "shorten it");
        }
        if text.contains(is_unfit) {
            let hint = "write plain text, on one line where only one can be meant";
            return refuse(FaultCode::BadValue, "has a control character", hint);
        }
        let is_number = |low: u64, high: u64| {
            let is_plain = text.bytes().all(|b| b.is_ascii_digit());
            is_plain && text.parse().is_ok_and(|n: u64| (low..=high).contains(&n))
        };
        let (is_fit, code, what, hint) = match self {
            Self::Path => (
                text.strip_prefix('/').is_some_and(is_plain_path),
                FaultCode::BadValue,
                "is not a plain absolute path",
                "write /from/the/root, without `.`, `..` and a slash at the end",
            ),
            Self::Glob => (
                text.starts_with('/') && !text.contains(['[', ']', '?', '\\']),
                FaultCode::BadValue,
                "is not an absolute path with `*`",
                "write /etc/nginx/* for all that is below, without ?, [ ] and \\",
            ),
            Self::TreePath => (
                is_plain_path(text),
                FaultCode::BadValue,
                "is not a plain path inside the repository",
                "write from/the/top, without `.`, `..` and slashes at the ends",
            ),
            Self::Word(words) if words.contains(&text) => return Ok(()),
            Self::Word(words) => {
                let what = format!("is not one of {}", words.join(", "));
                return refuse(FaultCode::BadValue, &what, "write one of them");
            }
            Self::Mode => (
                (3..=5).contains(&text.len())
                    && text.bytes().all(|b| matches!(b, b'0'..=b'7'))
                    && u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= 0o7777),
                FaultCode::BadMode,
                "is not a mode",
                "write three or four octal digits in quotes, such as \"0640\"",
            ),
            Self::Account => (
                is_account(text),
                FaultCode::BadValue,
                "is not the name or number of a user or group",
                "write a name such as www-data, or a number",
            ),
            Self::Number(low, high) if is_number(low, high) => return Ok(()),
            Self::Number(low, high) => {
                let what = format!("is not a whole number from {low} to {high}");
                return refuse(FaultCode::BadValue, &what, "write one, without a sign");
            }
            Self::Decimal => (
                is_decimal(text),
                FaultCode::BadValue,
                "is not a number",
                "write digits, such as -3 or 0.5",
            ),
            Self::Sha256 => (
                text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
                FaultCode::BadValue,
                "is not a SHA-256 digest",
                "write 64 hexadecimal digits in lower case, as sha256sum prints them",
            ),
            Self::Revision => (
                is_revision(text),
                FaultCode::BadValue,
                "is not the name of a branch, a tag or a commit",
                "write main, v1.0, HEAD, refs/.. or all 40 digits of a commit",
            ),
            Self::Exit => (
                text == "nonzero" || is_number(0, 255),
                FaultCode::BadValue,
                "is not an exit status",
                "write a number from 0 to 255, or \"nonzero\"",
            ),
            Self::Line => (
                !text.trim().is_empty(),
                FaultCode::BadValue,
                "says nothing",
                "write it, or leave it out",
            ),
            Self::Pattern => {
                let Err(what) = pattern::check(text) else {
                    return Ok(());
                };
                let hint = "write an extended regular expression, as `grep -E` reads it";
                return refuse(FaultCode::BadPattern, what, hint);
            }
            Self::Pointer => {
                let Err(what) = pointer::steps(text) else {
                    return Ok(());
                };
                let hint = "write a.b[0].c, and keys with other characters in quotes: a.\"b.c\"";
                return refuse(FaultCode::BadPointer, what, hint);
            }
            Self::Text => return Ok(()),
        };
        if is_fit {
            Ok(())
        } else {
            refuse(code, what, hint)
        }
    }
}

fn is_plain_path(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn is_account(name: &str) -> bool {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.parse::<u32>().is_ok_and(|id| id.to_string() == name);
    }
    let is_fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$');
    !name.is_empty() && name.len() <= 32 && !name.starts_with('-') && name.bytes().all(is_fit)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits =
        |text: &str| (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    are_digits(whole) && are_digits(part)
}

/// The part of Git's names that needs no thought: no ranges, no `@{..}`, no options.
fn is_revision(name: &str) -> bool {
    let is_fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+');
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(['.']);
    name.bytes().all(is_fit) && !name.contains("..") && name.split('/').all(is_part)
}

/// Walks the optional texts of a kind.
fn some<T, U>(text: Option<&T>, rule: Rule, put: &mut impl FnMut(Rule, &T) -> U) -> Option<U> {
    text.map(|text| put(rule, text))
}

fn all<T, U>(texts: &[T], rule: Rule, put: &mut impl FnMut(Rule, &T) -> U) -> Vec<U> {
    texts.iter().map(|text| put(rule, text)).collect()
}

impl<T> FileFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> FileFacts<U> {
        const TYPES: Rule = Rule::Word(&["file", "directory", "link", "absent", "any"]);
        const SIZE: Rule = Rule::Number(0, 1 << 50);
        FileFacts {
            path: put(Rule::Path, &self.path),
            after: self.after,
            r#type: some(self.r#type.as_ref(), TYPES, put),
            target: some(self.target.as_ref(), Rule::Path, put),
            mode: some(self.mode.as_ref(), Rule::Mode, put),
            mode_at_most: some(self.mode_at_most.as_ref(), Rule::Mode, put),
            owner: some(self.owner.as_ref(), Rule::Account, put),
            group: some(self.group.as_ref(), Rule::Account, put),
            size_at_least: some(self.size_at_least.as_ref(), SIZE, put),
            size_at_most: some(self.size_at_most.as_ref(), SIZE, put),
            sha256: some(self.sha256.as_ref(), Rule::Sha256, put),
        }
    }
}

impl<T> ContentFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> ContentFacts<U> {
        let size = Rule::Number(1, CONTENT_BYTES_MAX);
        ContentFacts {
            path: put(Rule::Path, &self.path),
            after: self.after,
            size_at_most: some(self.size_at_most.as_ref(), size, put),
            equals: some(self.equals.as_ref(), Rule::Text, put),
            matches: all(&self.matches, Rule::Pattern, put),
            lacks: all(&self.lacks, Rule::Pattern, put),
        }
    }
}

impl<T> TextFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> TextFacts<U> {
        TextFacts {
            equals: some(self.equals.as_ref(), Rule::Text, put),
            matches: all(&self.matches, Rule::Pattern, put),
            lacks: all(&self.lacks, Rule::Pattern, put),
        }
    }
}

impl<T> ValueFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> ValueFacts<U> {
        const FORMATS: Rule = Rule::Word(&["json", "yaml", "toml", "ini"]);
        const TYPES: Rule = Rule::Word(&["string", "number", "boolean", "list", "map", "null"]);
        ValueFacts {
            path: put(Rule::Path, &self.path),
            after: self.after,
            format: some(self.format.as_ref(), FORMATS, put),
            pointer: some(self.pointer.as_ref(), Rule::Pointer, put),
            r#type: some(self.r#type.as_ref(), TYPES, put),
            equals: some(self.equals.as_ref(), Rule::Text, put),
            matches: all(&self.matches, Rule::Pattern, put),
            absent: self.absent,
            at_least: some(self.at_least.as_ref(), Rule::Decimal, put),
            at_most: some(self.at_most.as_ref(), Rule::Decimal, put),
            length: some(self.length.as_ref(), Rule::Number(0, 1 << 20), put),
        }
    }
}

impl<T> GitFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> GitFacts<U> {
        GitFacts {
            path: put(Rule::Path, &self.path),
            after: self.after,
            branch: some(self.branch.as_ref(), Rule::Revision, put),
            head_subject_matches: some(self.head_subject_matches.as_ref(), Rule::Pattern, put),
            contains_file: self.contains_file.as_ref().map(|blob| BlobFacts {
                path: put(Rule::TreePath, &blob.path),
                equals: some(blob.equals.as_ref(), Rule::Text, put),
                matches: all(&blob.matches, Rule::Pattern, put),
                lacks: all(&blob.lacks, Rule::Pattern, put),
            }),
            is_ancestor: all(&self.is_ancestor, Rule::Revision, put),
            history_lacks: all(&self.history_lacks, Rule::Pattern, put),
            commits_at_least: some(
                self.commits_at_least.as_ref(),
                Rule::Number(1, 1 << 20),
                put,
            ),
        }
    }
}

impl<T> HttpFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> HttpFacts<U> {
        let headers = self.headers.iter();
        HttpFacts {
            status: some(self.status.as_ref(), Rule::Number(100, 599), put),
            headers: headers
                .map(|(name, text)| (name.clone(), put(Rule::Pattern, text)))
                .collect(),
            body: self.body.as_ref().map(|body| body.map(put)),
        }
    }
}

impl<T> OutputFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> OutputFacts<U> {
        OutputFacts {
            exit: some(self.exit.as_ref(), Rule::Exit, put),
            stdout: self.stdout.as_ref().map(|text| text.map(put)),
            stderr: self.stderr.as_ref().map(|text| text.map(put)),
        }
    }
}

impl<T> UndamagedFacts<T> {
    pub(super) fn map<U>(&self, put: &mut impl FnMut(Rule, &T) -> U) -> UndamagedFacts<U> {
        UndamagedFacts {
            except: all(&self.except, Rule::Glob, put),
        }
    }
}
