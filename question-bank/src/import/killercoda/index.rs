//! `index.json` of a scenario, with the older names that Katacoda used.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::tree::Tree;
use crate::bank::report::{Place, Report};
use crate::{Fault, FaultCode};

pub(super) const FILE: &str = "index.json";

/// A scenario. Whatever has no field here is in `rest`, to be reported.
#[derive(Deserialize)]
pub(super) struct Index {
    pub(super) title: String,
    pub(super) difficulty: Option<Value>,
    pub(super) time: Option<Value>,
    pub(super) details: Option<Details>,
    pub(super) backend: Option<Backend>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Backend {
    pub(super) imageid: Option<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Details {
    pub(super) intro: Option<Page>,
    pub(super) steps: Option<Vec<Page>>,
    pub(super) finish: Option<Page>,
    /// By host.
    pub(super) assets: Option<BTreeMap<String, Vec<Asset>>>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Deserialize, Default)]
pub(super) struct Page {
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
    #[serde(alias = "courseData")]
    pub(super) background: Option<String>,
    #[serde(alias = "code")]
    pub(super) foreground: Option<String>,
    pub(super) verify: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) answer: Option<String>,
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Asset {
    pub(super) file: String,
    pub(super) target: String,
    pub(super) chmod: Option<Value>,
}

/// Reads a JSON file that must be there; gives its text too, to find places in it.
pub(super) fn read_json<T: DeserializeOwned>(
    tree: &Tree<'_>,
    path: &str,
    faults: &mut Vec<Fault>,
) -> Option<(T, String)> {
    let text = match tree.text(path) {
        Ok(text) => text?,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    match serde_json::from_str(&text) {
        Ok(value) => Some((value, text)),
        Err(error) => {
            let number = |n: usize| u32::try_from(n.max(1)).unwrap_or(u32::MAX);
            let place = Place {
                file: path.to_owned(),
                line: number(error.line()),
                column: number(error.column()),
            };
            let full = error.to_string();
            let message = full.split(" at line ").next().unwrap_or_default();
            let hint = if error.is_data() {
                "see the format of a scenario"
            } else {
                "correct the JSON syntax"
            };
            faults.push(place.fault(FaultCode::BadJson, message, hint));
            None
        }
    }
}

/// Where a text stands in a JSON file; its start if it is written in another way there.
pub(super) fn place_of(path: &str, json: &str, text: &str) -> Place {
    let quoted = Value::from(text).to_string();
    match json.find(&quoted) {
        Some(offset) => Report::new(path, json, 0).place(offset),
        None => Place::start_of(path),
    }
}
