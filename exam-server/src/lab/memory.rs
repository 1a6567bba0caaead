//! What one server process remembers of labs. None of it must survive a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::ids::LabId;
use crate::lab::preview::Shown;

/// Labs that are prepared at once: more of them would slow each other down.
const PREPARING_MAX: usize = 4;

/// The memory.
#[derive(Debug)]
pub struct Memory {
    used_tickets: Mutex<HashMap<String, i64>>,
    /// Labs that are worked on, or rest after a failure: not before that time.
    resting: Mutex<HashMap<LabId, Rest>>,
    grading_tries: Mutex<HashMap<LabId, u32>>,
    /// Ports of labs that can be seen, by label.
    previews: Mutex<HashMap<String, Shown>>,
    /// Room for preparing.
    pub preparing: Semaphore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    WorkedOn,
    UntilMs(i64),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            used_tickets: Mutex::default(),
            resting: Mutex::default(),
            grading_tries: Mutex::default(),
            previews: Mutex::default(),
            preparing: Semaphore::new(PREPARING_MAX),
        }
    }
}

/// A lab that is worked on, until this is dropped.
#[derive(Debug)]
pub struct Work {
    memory: Arc<Memory>,
    lab: LabId,
    rest: Option<i64>,
}

impl Work {
    /// It failed: not again before that time.
    pub fn rest_until(&mut self, at_ms: i64) {
        self.rest = Some(at_ms);
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut resting = locked(&self.memory.resting);
        match self.rest {
            Some(at_ms) => drop(resting.insert(self.lab, Rest::UntilMs(at_ms))),
            None => drop(resting.remove(&self.lab)),
        }
    }
}

impl Memory {
    /// Takes a lab for work; none if somebody has it, or, unless it is `urgent`, if it failed a moment ago.
    pub fn begin(self: &Arc<Self>, lab: LabId, now_ms: i64, urgent: bool) -> Option<Work> {
        let mut resting = locked(&self.resting);
        match resting.get(&lab) {
            Some(Rest::WorkedOn) => return None,
            Some(Rest::UntilMs(at_ms)) if now_ms < *at_ms && !urgent => return None,
            _ => {}
        }
        resting.insert(lab, Rest::WorkedOn);
        Some(Work {
            memory: Arc::clone(self),
            lab,
            rest: None,
        })
    }

    /// Whether somebody works on the lab.
    pub fn is_worked_on(&self, lab: LabId) -> bool {
        locked(&self.resting).get(&lab) == Some(&Rest::WorkedOn)
    }

    /// Uses a ticket up; false if that was done before. Remembered until the ticket has expired.
    pub fn use_ticket(&self, id: &str, expires_at_ms: i64, now_ms: i64) -> bool {
        let mut used = locked(&self.used_tickets);
        used.retain(|_, expires_at_ms| now_ms < *expires_at_ms);
        used.insert(id.to_owned(), expires_at_ms).is_none()
    }

    /// Counts a grading that did not work, and says how many there were.
    pub fn count_grading(&self, lab: LabId) -> u32 {
        let mut tries = locked(&self.grading_tries);
        let count = tries.entry(lab).or_default();
        *count += 1;
        *count
    }

    /// Lets a port of a lab be seen under a label.
    pub fn show(&self, label: String, shown: Shown) {
        locked(&self.previews).insert(label, shown);
    }

    /// What is seen under a label.
    pub fn shown(&self, label: &str) -> Option<Shown> {
        locked(&self.previews).get(label).cloned()
    }

    /// The lab is over for good.
    pub fn forget(&self, lab: LabId) {
        locked(&self.previews).retain(|_, shown| shown.lab != lab);
        locked(&self.grading_tries).remove(&lab);
        let mut resting = locked(&self.resting);
        if resting.get(&lab) != Some(&Rest::WorkedOn) {
            resting.remove(&lab);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_used_once_and_forgotten_when_expired() {
        let memory = Memory::default();
        assert!(memory.use_ticket("a", 100, 0));
        assert!(!memory.use_ticket("a", 100, 99));
        assert!(memory.use_ticket("b", 300, 200));
        assert_eq!(locked(&memory.used_tickets).len(), 1);
    }

    #[test]
    fn one_works_on_a_lab_and_a_failed_one_rests() {
        let memory = Arc::new(Memory::default());
        let lab = LabId::new();
        let mut work = memory.begin(lab, 0, false).unwrap();
        assert!(memory.begin(lab, 0, true).is_none());
        work.rest_until(10);
        drop(work);
        assert!(memory.begin(lab, 9, false).is_none());
        drop(memory.begin(lab, 9, true).unwrap());
        assert!(memory.begin(lab, 9, false).is_some());
    }
}
