//! Ranges of user and group ids: each lab has its own, so that root inside is nobody outside.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::SandboxError;

/// How many ids a range has.
pub const IDS_PER_RANGE: u32 = 65_536;

/// The ids that 0..65536 inside a container are outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdRange {
    /// What 0 inside is outside.
    pub base: u32,
}

/// The ranges that this runner hands out.
#[derive(Debug)]
pub struct IdRanges {
    first: u32,
    count: u32,
    taken: Mutex<BTreeSet<u32>>,
}

impl IdRanges {
    /// `count` ranges from the id `first` on.
    pub fn new(first: u32, count: u32) -> Arc<Self> {
        Arc::new(Self {
            first,
            count,
            taken: Mutex::default(),
        })
    }

    /// Takes the lowest free range.
    ///
    /// # Errors
    /// None is free.
    pub fn lease(self: &Arc<Self>) -> Result<IdLease, SandboxError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = (0..self.count)
            .find(|slot| !taken.contains(slot))
            .ok_or(SandboxError::NoIds { count: self.count })?;
        taken.insert(slot);
        Ok(IdLease {
            range: IdRange {
                base: self.first + slot * IDS_PER_RANGE,
            },
            slot,
            ranges: Arc::clone(self),
        })
    }
}

/// A range in use; free again when dropped.
#[derive(Debug)]
pub struct IdLease {
    range: IdRange,
    slot: u32,
    ranges: Arc<IdRanges>,
}

impl Deref for IdLease {
    type Target = IdRange;
    fn deref(&self) -> &IdRange {
        &self.range
    }
}

impl Drop for IdLease {
    fn drop(&mut self) {
        self.ranges
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_do_not_overlap_and_come_back() {
        let ranges = IdRanges::new(1_000_000, 2);
        let (a, b) = (ranges.lease().unwrap(), ranges.lease().unwrap());
        assert_eq!(b.base - a.base, IDS_PER_RANGE);
        assert!(matches!(ranges.lease(), Err(SandboxError::NoIds { .. })));
        drop(a);
        assert_eq!(ranges.lease().unwrap().base, 1_000_000);
    }
}
