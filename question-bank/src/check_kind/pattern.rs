//! Patterns: the part of POSIX extended regular expressions that every reader takes alike.
//!
//! Back-references are left out, so that a search takes time in proportion to the text.

use std::collections::BTreeMap;

use crate::Values;

/// How deep groups may nest.
const DEPTH_MAX: usize = 20;
/// How large a pattern may be with its repetitions written out.
const SIZE_MAX: usize = 5000;
/// The greatest number of an interval that POSIX promises.
const REPEAT_MAX: usize = 255;

const CLASSES: [&str; 12] = [
    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "xdigit",
];

/// The values so that each stands for itself in a pattern.
pub(super) fn literal_values(values: &Values) -> Values {
    let literal = |(name, value): (&String, &String)| (name.clone(), literal(value));
    Values(values.0.iter().map(literal).collect::<BTreeMap<_, _>>())
}

fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '.' | '[' | '\\' | '*' | '^' | '$' | '+' | '?' | '(' | ')' | '{' | '|'
        ) {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

/// Whether a pattern can be searched for; else why not.
pub(super) fn check(pattern: &str) -> Result<(), &'static str> {
    if pattern.contains("\\$nonce") {
        return Err("has a backslash before $nonce, which the judge fills in");
    }
    let mut parser = Parser {
        rest: pattern.chars().collect(),
        depth: 0,
    };
    parser.rest.reverse();
    let size = parser.alternatives()?;
    if parser.peek().is_some() {
        return Err("closes a group that is not open");
    }
    if size > SIZE_MAX {
        return Err("repeats too much");
    }
    Ok(())
}

struct Parser {
    /// What is left, the next character last.
    rest: Vec<char>,
    depth: usize,
}

/// The size of a part with its repetitions written out, or what is wrong with it.
type Size = Result<usize, &'static str>;

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.last().copied()
    }

    fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        if is_next {
            self.rest.pop();
        }
        is_next
    }

    fn alternatives(&mut self) -> Size {
        let mut size = self.branch()?;
        while self.take('|') {
            size += self.branch()?;
        }
        Ok(size)
    }

    fn branch(&mut self) -> Size {
        let mut size: usize = 0;
        while let Some(next) = self.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let (atom, can_repeat) = self.atom()?;
            size = size.saturating_add(atom.saturating_mul(self.repetition(can_repeat)?));
        }
        if size == 0 {
            return Err("is empty, or an alternative of it is");
        }
        Ok(size)
    }

    fn atom(&mut self) -> Result<(usize, bool), &'static str> {
        match self.rest.pop() {
            Some('(') => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err("has groups too deep in one another");
                }
                let size = self.alternatives()?;
                if !self.take(')') {
                    return Err("has a group that does not close");
                }
                self.depth -= 1;
                Ok((size, true))
            }
            Some('[') => self.bracket().map(|()| (1, true)),
            Some('^' | '$') => Ok((1, false)),
            Some('*' | '+' | '?' | '{') => Err("repeats what cannot be repeated"),
            Some('\\') => match self.rest.pop() {
                Some('b' | 'B' | '<' | '>') => Ok((1, false)),
                Some('w' | 'W' | 's' | 'S') => Ok((1, true)),
                Some(c) if c.is_ascii_digit() => Err("has a back-reference"),
                Some(c) if c.is_ascii_punctuation() && !matches!(c, '`' | '\'') => Ok((1, true)),
                Some(_) => Err("has a backslash before what needs none (a digit is [0-9])"),
                None => Err("ends with a backslash"),
            },
            _ => Ok((1, true)),
        }
    }

    /// How often the atom before it can stand there.
    fn repetition(&mut self, can_repeat: bool) -> Size {
        let often = match self.peek() {
            Some('*' | '+' | '?') => {
                self.rest.pop();
                1
            }
            Some('{') => {
                self.rest.pop();
                self.interval()?
            }
            _ => return Ok(1),
        };
        if !can_repeat || matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err("repeats what cannot be repeated");
        }
        Ok(often)
    }

    fn interval(&mut self) -> Size {
        const WRONG: &str = "has an interval that is none (a brace is \\{)";
        let low = self.number().ok_or(WRONG)?;
        let high = if self.take(',') && self.peek() != Some('}') {
            self.number().ok_or(WRONG)?
        } else {
            low
        };
        if !self.take('}') || low > high || high > REPEAT_MAX {
            return Err(WRONG);
        }
        Ok(high.max(1))
    }

    fn number(&mut self) -> Option<usize> {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.rest.pop();
        }
        digits.parse().ok()
    }

    fn bracket(&mut self) -> Result<(), &'static str> {
        const OPEN: &str = "has a bracket that does not close";
        self.take('^');
        let mut is_first = true;
        loop {
            let low = match self.rest.pop().ok_or(OPEN)? {
                ']' if !is_first => return Ok(()),
                '[' if matches!(self.peek(), Some(':' | '.' | '=')) => {
                    self.class()?;
                    is_first = false;
                    continue;
                }
                low => self.member(low)?,
            };
            is_first = false;
            if self.peek() == Some('-') && self.rest.iter().rev().nth(1) != Some(&']') {
                self.rest.pop();
                let high = self.rest.pop().ok_or(OPEN)?;
                let high = self.member(high)?;
                if high == '[' || low > high {
                    return Err("has a range that is none");
                }
            }
        }
    }

    /// A backslash stands for itself in brackets; who writes one only most likely means another.
    fn member(&mut self, character: char) -> Result<char, &'static str> {
        if character == '\\' && !self.take('\\') {
            return Err("has a backslash in brackets, where it has no meaning");
        }
        Ok(character)
    }

    fn class(&mut self) -> Result<(), &'static str> {
        const WRONG: &str = "has a class that there is not (there is [[:space:]] and the like)";
        if !self.take(':') {
            return Err(WRONG);
        }
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(char::is_ascii_lowercase) {
            name.push(letter);
            self.rest.pop();
        }
        let is_closed = self.take(':') && self.take(']');
        if is_closed && CLASSES.contains(&name.as_str()) {
            Ok(())
        } else {
            Err(WRONG)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_daily_work_are_taken() {
        for pattern in [
            "^bind[[:space:]]*=[[:space:]]*127\\.0\\.0\\.1$",
            "a|b(c|d)+e?",
            "[]a]x[^]b-]y[a-z0-9_-]{2,}",
            "x{0,255}\\{\\}",
            "}]",
            "\\$HOME/\\w+\\s",
            "ä[ö-ü]",
            "$nonce",
            "[\\\\]",
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn what_readers_would_not_take_alike_is_refused() {
        for pattern in [
            "",
            "a||b",
            "()",
            "(a",
            "a)",
            "[a",
            "[",
            "[]",
            "[z-a]",
            "[[:spaces:]]",
            "[[.a.]]",
            "[\\d]",
            "a\\",
            "\\d+",
            "(a)\\1",
            "*a",
            "a**",
            "a+?",
            "^*",
            "a{",
            "a{2,1}",
            "a{256}",
            "{2}",
            "((a{99}){99}){2}",
            "(?:a)",
            "(?i)a",
            "\\$nonce",
        ] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
        let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
        assert!(check(&deep).is_err());
    }

    #[test]
    fn a_value_stands_for_itself() {
        let every: String = (' '..='~').collect();
        let literal = literal(&every);
        assert_eq!(check(&literal), Ok(()), "{literal}");
        assert!(literal.contains("\\.") && literal.contains("\\\\"));
    }
}
