//! Parameters of a task: what is drawn for each candidate, and `{{name}}` in texts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::SeededDraw;

/// How the value of a parameter is drawn. In a task file: `{ pick = ["a", "b"] }`,
/// `{ number = [8100, 8900] }` (both ends included) or `{ token = 12 }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// One of these texts.
    Pick(Vec<String>),
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// So many random lower-case letters and digits.
    Token(u32),
}

impl Parameter {
    /// Draws a value; empty if there is nothing to draw from (the loader refuses that).
    pub fn draw(&self, draw: &mut SeededDraw) -> String {
        match self {
            Self::Pick(texts) => draw.pick(texts).cloned().unwrap_or_default(),
            Self::Number(low, high) => {
                // Wrapping: the full range of i64 has 2^64 numbers, which is 0 here.
                let count = high.wrapping_sub(*low).cast_unsigned().wrapping_add(1);
                let offset = if count == 0 {
                    draw.next_u64()
                } else {
                    draw.below(count)
                };
                low.wrapping_add_unsigned(offset).to_string()
            }
            Self::Token(length) => {
                const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
                (0..*length)
                    .filter_map(|_| draw.pick(LETTERS))
                    .map(|b| char::from(*b))
                    .collect()
            }
        }
    }
}

/// The values drawn for one candidate, by name of parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(pub BTreeMap<String, String>);

impl Values {
    /// Draws the value of each parameter. `owner` is the id of the task: each task and each
    /// parameter has a stream of its own, so adding one leaves the others as they were.
    #[must_use]
    pub fn draw(parameters: &BTreeMap<String, Parameter>, seed: &[u8; 32], owner: &str) -> Self {
        let value = |(name, parameter): (&String, &Parameter)| {
            let mut draw = SeededDraw::new(seed, &format!("parameter/{owner}/{name}"));
            (name.clone(), parameter.draw(&mut draw))
        };
        Self(parameters.iter().map(value).collect())
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The values as environment variables, `PARAM_<UPPER_NAME>`.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        self.0
            .iter()
            .map(|(name, value)| {
                (
                    format!("PARAM_{}", name.to_ascii_uppercase()),
                    value.clone(),
                )
            })
            .collect()
    }
}

/// A `{{name}}` that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no parameter is called `{name}`")]
pub struct TemplateError {
    /// What stands between the braces (cut short if it is not a name).
    pub name: String,
    /// Byte offset of the braces in the text.
    pub offset: usize,
}

/// Puts the values in the places of `{{name}}`. Values are not searched again.
///
/// # Errors
/// A name has no value. Two opening braces always start a name: there is no escape.
pub fn fill(text: &str, values: &Values) -> Result<String, TemplateError> {
    let mut filled = String::with_capacity(text.len());
    let mut copied = 0;
    for place in places(text) {
        let value = place
            .name
            .and_then(|name| values.get(name))
            .ok_or_else(|| place.refuse())?;
        filled.push_str(&text[copied..place.offset]);
        filled.push_str(value);
        copied = place.end;
    }
    filled.push_str(&text[copied..]);
    Ok(filled)
}

/// Every `{{name}}` of a text that none of the parameters is called.
pub(crate) fn unknown_names(
    text: &str,
    parameters: &BTreeMap<String, Parameter>,
) -> Vec<TemplateError> {
    places(text)
        .filter(|place| place.name.is_none_or(|name| !parameters.contains_key(name)))
        .map(|place| place.refuse())
        .collect()
}

/// The names that a text names, whether or not a parameter is called so.
pub(crate) fn names(text: &str) -> Vec<&str> {
    places(text).filter_map(|place| place.name).collect()
}

/// One place of a text that begins with two braces.
struct Place<'a> {
    offset: usize,
    end: usize,
    /// What stands between the braces; none if they do not close.
    name: Option<&'a str>,
    rest: &'a str,
}

impl Place<'_> {
    fn refuse(&self) -> TemplateError {
        let line = self
            .name
            .unwrap_or(self.rest)
            .lines()
            .next()
            .unwrap_or_default();
        TemplateError {
            name: line.chars().take(40).collect(),
            offset: self.offset,
        }
    }
}

fn places(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let offset = from + text[from..].find("{{")?;
        let rest = &text[offset + 2..];
        let name = rest.split_once("}}").map(|(name, _)| name);
        let end = name.map_or(text.len(), |name| offset + 2 + name.len() + 2);
        from = end;
        Some(Place {
            offset,
            end,
            name,
            rest,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values(BTreeMap::from([
            ("port".into(), "80".into()),
            ("odd".into(), "{{port}}".into()),
        ]))
    }

    #[test]
    fn names_are_replaced_once_and_everywhere() {
        let filled = fill("é {{port}}{{odd}} ${a[@]} { {x", &values());
        assert_eq!(filled.unwrap(), "é 80{{port}} ${a[@]} { {x");
    }

    #[test]
    fn anything_else_in_two_braces_is_refused_with_its_place() {
        for (text, name, offset) in [
            ("a {{nope}} {{port}}", "nope", 2),
            ("{{ port }}", " port ", 0),
            ("{{port}} {{open\nline", "open", 9),
            ("{{}}", "", 0),
        ] {
            let error = fill(text, &values()).unwrap_err();
            assert_eq!(
                (error.name.as_str(), error.offset),
                (name, offset),
                "{text}"
            );
        }
    }

    #[test]
    fn draws_keep_to_their_range_and_do_not_depend_on_one_another() {
        let mut parameters = BTreeMap::from([
            (
                "pick".to_owned(),
                Parameter::Pick(vec!["a".into(), "b".into()]),
            ),
            ("number".to_owned(), Parameter::Number(-2, 3)),
            ("full".to_owned(), Parameter::Number(i64::MIN, i64::MAX)),
            ("token".to_owned(), Parameter::Token(12)),
        ]);
        let mut numbers = std::collections::BTreeSet::new();
        for seed in 0..100 {
            let values = Values::draw(&parameters, &[seed; 32], "task");
            assert!(["a", "b"].contains(&values.get("pick").unwrap()));
            numbers.insert(values.get("number").unwrap().parse::<i64>().unwrap());
            values.get("full").unwrap().parse::<i64>().unwrap();
            let token = values.get("token").unwrap();
            assert!(token.len() == 12 && token.bytes().all(|b| b.is_ascii_alphanumeric()));
        }
        assert_eq!(
            numbers.into_iter().collect::<Vec<_>>(),
            (-2..=3).collect::<Vec<_>>()
        );
        let before = Values::draw(&parameters, &[1; 32], "task");
        parameters.insert("another".into(), Parameter::Token(3));
        let after = Values::draw(&parameters, &[1; 32], "task");
        assert!(
            before
                .0
                .iter()
                .all(|(name, value)| after.get(name) == Some(value))
        );
        assert_ne!(before, Values::draw(&parameters, &[1; 32], "other-task"));
        assert!(before.environment().contains_key("PARAM_TOKEN"));
    }
}
