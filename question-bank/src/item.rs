//! Items: one stem, options, and which of them are keys.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{DomainId, EnemyId, ItemId, OptionId, SeededDraw};

/// What a candidate does with the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// One option is right.
    SingleChoice,
    /// One or more options are right.
    MultipleChoice,
}

/// What the mind has to do, after the revised taxonomy of Bloom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CognitiveLevel {
    /// Recall a fact.
    Remember,
    /// Explain or recognize.
    Understand,
    /// Use in a known kind of situation.
    Apply,
    /// Take apart, find the cause.
    Analyze,
    /// Judge between alternatives.
    Evaluate,
}

/// How a response to a multiple choice is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemScoring {
    /// A share per key chosen, less a share per distractor chosen, never below zero.
    #[default]
    Partial,
    /// Everything for exactly the keys, else nothing.
    Exact,
}

/// One item as it stands in the bank, with its keys: for staff and scoring only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Id; also the name of the file.
    pub id: ItemId,
    /// Single or multiple choice.
    pub kind: ItemKind,
    /// The domain it examines.
    pub domain: DomainId,
    /// What the mind has to do.
    pub cognitive_level: CognitiveLevel,
    /// Expected share of minimally competent candidates who answer right, 0 to 1.
    pub facility_estimate: f64,
    /// Expected time to answer.
    pub time_seconds: u32,
    /// Where the facts come from.
    pub references: Vec<String>,
    /// Items and tasks that must not be in the same form.
    pub enemies: Vec<EnemyId>,
    /// How a multiple choice is scored; a single choice scores the same either way.
    pub scoring: ItemScoring,
    /// Whether each form has the options in an order of its own.
    pub shuffle: bool,
    /// The question, in Markdown.
    pub stem: String,
    /// The options in the order of the file.
    pub options: Vec<ItemOption>,
}

/// One option, with whether and why it is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOption {
    /// `a`, `b`, `c` by position in the file.
    pub id: OptionId,
    /// The text, in Markdown.
    pub text: String,
    /// Whether it is right.
    pub is_key: bool,
    /// Why it is right, or which mistake leads here. Markdown.
    pub rationale: String,
}

/// What a candidate sees of an item. It has no place for a key, a rationale or an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateItem {
    /// Single or multiple choice.
    pub kind: ItemKind,
    /// The question, in Markdown.
    pub stem: String,
    /// The options in the order of the form.
    pub options: Vec<CandidateOption>,
}

/// What a candidate sees of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateOption {
    /// The same id as in the item.
    pub id: OptionId,
    /// The text, in Markdown.
    pub text: String,
}

/// An order of options does not fit the item: each option must be in it exactly once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the option order does not have each option of item {item} exactly once")]
pub struct OptionOrderError {
    /// The item.
    pub item: ItemId,
}

impl Item {
    /// The view for a candidate, with the options in the order of the form.
    ///
    /// # Errors
    /// The order does not have each option exactly once: the form is not of this item version.
    /// (An option that went missing in silence would cost the candidate points.)
    pub fn for_candidate(&self, order: &[OptionId]) -> Result<CandidateItem, OptionOrderError> {
        let refuse = || OptionOrderError {
            item: self.id.clone(),
        };
        let distinct: BTreeSet<&OptionId> = order.iter().collect();
        if distinct.len() != order.len() || order.len() != self.options.len() {
            return Err(refuse());
        }
        let options = order
            .iter()
            .map(|id| {
                let option = self.options.iter().find(|option| &option.id == id)?;
                Some(CandidateOption {
                    id: id.clone(),
                    text: option.text.clone(),
                })
            })
            .collect::<Option<Vec<_>>>()
            .ok_or_else(refuse)?;
        Ok(CandidateItem {
            kind: self.kind,
            stem: self.stem.clone(),
            options,
        })
    }

    /// The right options.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<OptionId> {
        self.options
            .iter()
            .filter(|option| option.is_key)
            .map(|option| option.id.clone())
            .collect()
    }

    /// The order of the options in the form of a seed: shuffled, or as in the file.
    #[must_use]
    pub fn draw_option_order(&self, seed: &[u8; 32]) -> Vec<OptionId> {
        let mut order: Vec<OptionId> = self.options.iter().map(|o| o.id.clone()).collect();
        if self.shuffle {
            SeededDraw::new(seed, &format!("option-order/{}", self.id)).shuffle(&mut order);
        }
        order
    }

    /// Name of this version: SHA-256 in hex over the canonical JSON. Any change changes it.
    #[must_use]
    pub fn digest(&self) -> String {
        crate::digest::digest(self)
    }
}
