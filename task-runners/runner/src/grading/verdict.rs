//! The verdict of a judge: exactly one line of JSON on its own descriptor, or it is broken.

use std::collections::BTreeMap;

use serde::Deserialize;
use task_protocol::Outcome;

use crate::sandbox::Ended;

/// How many texts a judge can hand on.
const CARRIED_MAX: usize = 16;
/// How long a text of a verdict may be, in bytes.
const TEXT_LENGTH_MAX: usize = 1024;

/// What a judge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub outcome: Outcome,
    pub expected: Option<String>,
    pub found: Option<String>,
    pub detail: Option<String>,
    /// What it hands to the judges that follow, by name.
    pub carried: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    outcome: Word,
    expected: Option<String>,
    found: Option<String>,
    #[serde(default)]
    carried: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Pass,
    Fail,
}

impl Verdict {
    /// The check could not be decided; a person must look.
    pub(super) fn broken(detail: impl AsRef<str>) -> Self {
        Self {
            outcome: Outcome::Broken,
            expected: None,
            found: None,
            detail: Some(clean(detail.as_ref())),
            carried: BTreeMap::new(),
        }
    }

    /// What the judge said, if it came to its end and said one thing.
    pub(super) fn read(ended: Ended, said: &[u8], errors: &[u8]) -> Self {
        let errors = String::from_utf8_lossy(errors);
        let errors = errors.trim();
        if ended.timed_out {
            return Self::broken("the judge ran out of time");
        }
        if ended.exit_code != Some(0) {
            let code = ended
                .exit_code
                .map_or("a signal".to_owned(), |c| c.to_string());
            return Self::broken(format!("the judge ended with {code}: {errors}"));
        }
        let said = String::from_utf8_lossy(said);
        let mut lines = said.lines().filter(|line| !line.trim().is_empty());
        let Some(line) = lines.next() else {
            return Self::broken(format!("the judge gave no verdict: {errors}"));
        };
        if lines.next().is_some() {
            return Self::broken("the judge gave more than one verdict");
        }
        match serde_json::from_str::<Line>(line) {
            Ok(line) => Self {
                outcome: match line.outcome {
                    Word::Pass => Outcome::Pass,
                    Word::Fail => Outcome::Fail,
                },
                expected: line.expected.as_deref().map(clean),
                found: line.found.as_deref().map(clean),
                detail: None,
                carried: carried(line.carried),
            },
            Err(error) => Self::broken(format!("the verdict is not understood: {error}")),
        }
    }
}

/// What is handed on: a few plain names and texts.
fn carried(said: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_name = |name: &String| {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        (1..=32).contains(&name.len()) && name.bytes().all(is_plain)
    };
    said.into_iter()
        .filter(|(name, _)| is_name(name))
        .take(CARRIED_MAX)
        .map(|(name, text)| (name, clean(&text)))
        .collect()
}

/// The text without control characters (also those that change the direction of writing or
/// separate lines), at most [`TEXT_LENGTH_MAX`] bytes.
pub(super) fn clean(text: &str) -> String {
    let mut clean: String = text
        .chars()
        .map(|character| match character {
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            character if character.is_control() => ' ',
            character => character,
        })
        .collect();
    let end = clean.floor_char_boundary(TEXT_LENGTH_MAX);
    clean.truncate(end);
    clean
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(code: i32, said: &str) -> Verdict {
        let ended = Ended {
            exit_code: Some(code),
            timed_out: false,
            duration: Duration::ZERO,
        };
        Verdict::read(ended, said.as_bytes(), b"why\n")
    }

    #[test]
    fn one_line_is_a_verdict() {
        let verdict = read(
            0,
            "{\"outcome\":\"fail\",\"expected\":\"a\",\"found\":\"b\"}\n",
        );
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.expected.as_deref(), Some("a"));
        assert_eq!(read(0, "{\"outcome\":\"pass\"}").outcome, Outcome::Pass);
    }

    #[test]
    fn anything_else_is_broken() {
        let pass = "{\"outcome\":\"pass\"}\n";
        for (code, said) in [
            (0, String::new()),
            (1, pass.to_owned()),
            (0, pass.repeat(2)),
            (0, format!("{pass}x")),
            (0, "pass".to_owned()),
            (0, "{\"outcome\":\"maybe\"}".to_owned()),
            (0, "{\"outcome\":\"pass\",\"points\":3}".to_owned()),
        ] {
            assert_eq!(read(code, &said).outcome, Outcome::Broken, "{code} {said}");
        }
        assert!(read(0, "").detail.unwrap().contains("why"));
    }

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(clean("a\u{1b}[31m\u{202e}b\nc"), "a [31m b c");
        let long = clean(&"ä".repeat(1000));
        assert_eq!(long.len(), 1024);
    }
}
