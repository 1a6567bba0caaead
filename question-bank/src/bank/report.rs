//! Where faults are noted while one file is read, and the checks that many fields share.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::{CognitiveLevel, DomainId, Fault, FaultCode, InvalidId};

/// A place in a file, for a fault that can only be found once all files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    pub(crate) fn start_of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
        }
    }

    pub(crate) fn fault(&self, code: FaultCode, message: impl Into<String>, hint: &str) -> Fault {
        Fault {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            code,
            message: message.into(),
            hint: hint.to_owned(),
        }
    }
}

/// An id that names something elsewhere in the bank.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) id: String,
    pub(crate) place: Place,
}

/// One file while it is read. Offsets are bytes from the start of its TOML.
pub(crate) struct Report<'a> {
    pub(crate) path: &'a str,
    text: &'a str,
    toml_start: usize,
    pub(crate) faults: Vec<Fault>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(path: &'a str, text: &'a str, toml_start: usize) -> Self {
        Self {
            path,
            text,
            toml_start,
            faults: Vec::new(),
        }
    }

    pub(crate) fn place(&self, offset: usize) -> Place {
        let end = (self.toml_start + offset).min(self.text.len());
        let before = self.text.get(..end).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place {
            file: self.path.to_owned(),
            line: number(line),
            column: number(column),
        }
    }

    pub(super) fn add(
        &mut self,
        offset: usize,
        code: FaultCode,
        message: impl Into<String>,
        hint: &str,
    ) {
        let fault = self.place(offset).fault(code, message, hint);
        self.faults.push(fault);
    }

    /// Reads the TOML into its raw form; the first thing that does not fit is a fault.
    pub(super) fn parse<T: DeserializeOwned>(&mut self, toml: &str) -> Option<T> {
        // Two steps, because only the first can tell bad syntax from a field that does not fit.
        if let Err(error) = toml::de::DeTable::parse(toml) {
            self.add_toml(&error, FaultCode::BadToml, "correct the TOML syntax");
            return None;
        }
        match toml::from_str(toml) {
            Ok(raw) => Some(raw),
            Err(error) => {
                let (code, hint) = if error.message().starts_with("unknown field") {
                    (
                        FaultCode::UnknownField,
                        "remove the field or correct its name",
                    )
                } else if error.message().starts_with("missing field") {
                    (FaultCode::MissingField, "add the field")
                } else {
                    (
                        FaultCode::BadValue,
                        "give a value of the type that the field has",
                    )
                };
                self.add_toml(&error, code, hint);
                None
            }
        }
    }

    fn add_toml(&mut self, error: &toml::de::Error, code: FaultCode, hint: &str) {
        let offset = error.span().map_or(0, |span| span.start);
        self.add(offset, code, error.message().replace('\n', "; "), hint);
    }

    pub(super) fn id<T: TryFrom<String, Error = InvalidId>>(
        &mut self,
        text: &Spanned<String>,
    ) -> Option<T> {
        match T::try_from(text.get_ref().clone()) {
            Ok(id) => Some(id),
            Err(error) => {
                let hint = "use lower-case letters, digits and hyphens";
                self.add(text.span().start, FaultCode::BadId, error.to_string(), hint);
                None
            }
        }
    }

    /// The id of the thing that the file is about, which must also be the file's name.
    pub(super) fn own_id<T: TryFrom<String, Error = InvalidId>>(
        &mut self,
        id: &Spanned<String>,
        name: &str,
    ) -> Option<T> {
        let own = self.id(id)?;
        if id.get_ref() != name {
            let message = format!(
                "the id is `{}` but the file is named `{name}`",
                id.get_ref()
            );
            let hint = "give the file the name of the id";
            self.add(id.span().start, FaultCode::FileNameMismatch, message, hint);
        }
        Some(own)
    }

    pub(super) fn domain(
        &mut self,
        text: &Spanned<String>,
        known: &BTreeSet<DomainId>,
    ) -> Option<DomainId> {
        let domain: DomainId = self.id(text)?;
        if known.contains(&domain) {
            return Some(domain);
        }
        let known: Vec<&str> = known.iter().map(DomainId::as_str).collect();
        let hint = format!("bank.toml has: {}", known.join(", "));
        let message = format!("there is no domain `{domain}`");
        self.add(text.span().start, FaultCode::UnknownDomain, message, &hint);
        None
    }

    pub(super) fn cognitive_level(&mut self, text: &Spanned<String>) -> Option<CognitiveLevel> {
        let level = match text.get_ref().as_str() {
            "remember" => CognitiveLevel::Remember,
            "understand" => CognitiveLevel::Understand,
            "apply" => CognitiveLevel::Apply,
            "analyze" => CognitiveLevel::Analyze,
            "evaluate" => CognitiveLevel::Evaluate,
            other => {
                let message = format!("there is no cognitive level `{other}`");
                let hint = "use remember, understand, apply, analyze or evaluate";
                self.add(
                    text.span().start,
                    FaultCode::BadCognitiveLevel,
                    message,
                    hint,
                );
                return None;
            }
        };
        Some(level)
    }

    pub(super) fn facility(&mut self, facility: &Spanned<f64>) -> f64 {
        if !(0.0..=1.0).contains(facility.get_ref()) {
            let message = format!("the facility estimate is {}", facility.get_ref());
            let hint = "give the expected share of right answers, from 0 to 1";
            self.add(facility.span().start, FaultCode::BadFacility, message, hint);
        }
        *facility.get_ref()
    }

    pub(super) fn number(
        &mut self,
        number: &Spanned<i64>,
        range: RangeInclusive<u32>,
        code: FaultCode,
        name: &str,
    ) -> u32 {
        match u32::try_from(*number.get_ref()) {
            Ok(value) if range.contains(&value) => value,
            _ => {
                let message = format!("{name} is {}", number.get_ref());
                let hint = format!("give a number from {} to {}", range.start(), range.end());
                self.add(number.span().start, code, message, &hint);
                *range.start()
            }
        }
    }

    pub(super) fn percent(&mut self, number: &Spanned<i64>, name: &str) -> u32 {
        self.number(number, 0..=100, FaultCode::BadPercent, name)
    }

    /// A text that a person reads: it must say something.
    pub(super) fn text(&mut self, text: &Spanned<String>, name: &str) -> String {
        let trimmed = text.get_ref().trim();
        if trimmed.is_empty() {
            let message = format!("{name} is empty");
            self.add(text.span().start, FaultCode::BadValue, message, "write it");
        }
        trimmed.to_owned()
    }

    pub(super) fn references(&self, ids: &[Spanned<String>]) -> Vec<Reference> {
        ids.iter().map(|id| self.reference(id)).collect()
    }

    pub(super) fn reference(&self, id: &Spanned<String>) -> Reference {
        Reference {
            id: id.get_ref().clone(),
            place: self.place(id.span().start),
        }
    }

    pub(super) fn ids<T: TryFrom<String, Error = InvalidId>>(
        &mut self,
        ids: &[Spanned<String>],
    ) -> Vec<T> {
        ids.iter().filter_map(|id| self.id(id)).collect()
    }
}

/// The texts themselves, where their places no longer matter.
pub(super) fn plain(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(Spanned::into_inner).collect()
}
