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
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let (before, after) = rest.split_at(start);
        let inside = &after[2..];
        let name = inside.split_once("}}").map_or(inside, |(name, _)| name);
        let Some(value) = values.get(name).filter(|_| inside.len() > name.len()) else {
            let line = name.lines().next().unwrap_or_default();
            let offset = text.len() - rest.len() + start;
            return Err(TemplateError {
                name: line.chars().take(40).collect(),
                offset,
            });
        };
        filled.push_str(before);
        filled.push_str(value);
        rest = &inside[name.len() + 2..];
    }
    filled.push_str(rest);
    Ok(filled)
}
