//! What a candidate answered to an item, and the points for it.

use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

use crate::{Item, ItemKind, ItemScoring, OptionId};

/// Points in thousandths, so that scores are exact integers. One item is worth 1000.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millipoints(pub u32);

impl Millipoints {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// What one item is worth.
    pub const ITEM_MAX: Self = Self(1000);

    /// The number of thousandths.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Add for Millipoints {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Millipoints {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::ZERO, Add::add)
    }
}

/// The options that a candidate chose; none is a response as well (the item was cleared).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Response {
    /// The chosen options.
    pub options: BTreeSet<OptionId>,
}

/// A response does not fit its item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// The item has no such option.
    #[error("the item has no option `{option}`")]
    UnknownOption {
        /// The option that does not exist.
        option: OptionId,
    },
    /// A single choice takes one option.
    #[error("a single choice takes one option, not {chosen}")]
    TooManyOptions {
        /// How many were chosen.
        chosen: usize,
    },
}

/// Whether a response can be saved for an item.
///
/// # Errors
/// An option does not exist, or more than one is chosen in a single choice.
pub fn validate_response(item: &Item, response: &Response) -> Result<(), ResponseError> {
    if let Some(option) = response
        .options
        .iter()
        .find(|id| !item.options.iter().any(|option| &option.id == *id))
    {
        return Err(ResponseError::UnknownOption {
            option: option.clone(),
        });
    }
    let chosen = response.options.len();
    if item.kind == ItemKind::SingleChoice && chosen > 1 {
        return Err(ResponseError::TooManyOptions { chosen });
    }
    Ok(())
}

/// The points for a response: 0 to 1000.
///
/// Partial scoring gives (keys chosen - distractors chosen) / keys, never below zero, rounded
/// down to a whole millipoint; all keys and no distractor is exactly 1000. A response that
/// [`validate_response`] refuses scores 0.
#[must_use]
pub fn score_item(item: &Item, response: &Response) -> Millipoints {
    if validate_response(item, response).is_err() {
        return Millipoints::ZERO;
    }
    let keys = item.keys();
    if response.options == keys && !keys.is_empty() {
        return Millipoints::ITEM_MAX;
    }
    if item.kind == ItemKind::SingleChoice || item.scoring == ItemScoring::Exact {
        return Millipoints::ZERO;
    }
    let right = response.options.intersection(&keys).count();
    let wrong = response.options.len() - right;
    let points = right.saturating_sub(wrong) * 1000 / keys.len().max(1);
    Millipoints(u32::try_from(points).unwrap_or_default())
}

#[cfg(test)]
mod tests;
