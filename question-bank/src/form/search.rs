//! The search for a choice: random tries first, then backtracking over everything.
//!
//! Random tries give forms that use the whole bank evenly and nearly always succeed. When they
//! do not, backtracking decides: it finds a choice if there is one, or proves that there is none,
//! unless the bank is so large and so tight that [`STEPS_MAX`] run out.

use crate::SeededDraw;

/// Random tries before the backtracking.
const TRIES: usize = 64;
/// Swaps in one random try to make it fit into the time.
const SWAPS: usize = 200;
/// Decisions of the backtracking before it gives up; well under a second.
pub(super) const STEPS_MAX: u64 = 200_000;

/// What the search knows of an item or task; it is named by its place in the list.
pub(super) struct Candidate {
    pub(super) time_seconds: u64,
    pub(super) enemies: Vec<usize>,
}

/// Equal places and who may fill them.
pub(super) struct Slots {
    pub(super) count: usize,
    pub(super) pool: Vec<usize>,
}

pub(super) struct Problem {
    pub(super) candidates: Vec<Candidate>,
    pub(super) slots: Vec<Slots>,
    pub(super) time_limit_seconds: u64,
}

pub(super) enum Search {
    /// The chosen of each [`Slots`].
    Found(Vec<Vec<usize>>),
    /// There is no choice; so many places could be filled at most along the way.
    Impossible { most: u64 },
    /// Undecided after so many steps.
    GaveUp { steps: u64 },
}

impl Problem {
    /// A lower bound of the time of any choice: the quickest of each pool, enemies or not.
    pub(super) fn least_time(&self) -> u64 {
        let least = |slots: &Slots| {
            let mut times: Vec<u64> = slots
                .pool
                .iter()
                .map(|index| self.candidates[*index].time_seconds)
                .collect();
            times.sort_unstable();
            times.iter().take(slots.count).sum::<u64>()
        };
        self.slots.iter().map(least).sum()
    }
}

pub(super) fn find(problem: &Problem, draw: &mut SeededDraw) -> Search {
    let mut state = State::new(problem);
    for _ in 0..TRIES {
        if state.try_at_random(draw) {
            return Search::Found(state.chosen);
        }
        state.clear();
    }
    state.order_for_backtracking(draw);
    match state.fill(0, 0) {
        Ok(true) => Search::Found(state.chosen),
        Ok(false) => Search::Impossible { most: state.most },
        Err(OutOfSteps) => Search::GaveUp { steps: STEPS_MAX },
    }
}

struct OutOfSteps;

struct State<'a> {
    problem: &'a Problem,
    /// Pools in the order in which they are tried, and the order of the pools themselves.
    pools: Vec<Vec<usize>>,
    order: Vec<usize>,
    chosen: Vec<Vec<usize>>,
    /// How many reasons there are against a candidate: chosen already, or a chosen enemy.
    blocked: Vec<u32>,
    time_seconds: u64,
    filled: u64,
    most: u64,
    steps: u64,
}

impl<'a> State<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self {
            problem,
            pools: problem
                .slots
                .iter()
                .map(|slots| slots.pool.clone())
                .collect(),
            order: (0..problem.slots.len()).collect(),
            chosen: vec![Vec::new(); problem.slots.len()],
            blocked: vec![0; problem.candidates.len()],
            time_seconds: 0,
            filled: 0,
            most: 0,
            steps: 0,
        }
    }

    fn clear(&mut self) {
        self.chosen.iter_mut().for_each(Vec::clear);
        self.blocked.fill(0);
        self.time_seconds = 0;
        self.filled = 0;
    }

    fn choose(&mut self, slots: usize, candidate: usize) {
        self.chosen[slots].push(candidate);
        self.blocked[candidate] += 1;
        for enemy in &self.problem.candidates[candidate].enemies {
            self.blocked[*enemy] += 1;
        }
        self.time_seconds += self.problem.candidates[candidate].time_seconds;
        self.filled += 1;
        self.most = self.most.max(self.filled);
    }

    fn take_back(&mut self, slots: usize, candidate: usize) {
        self.chosen[slots].retain(|chosen| *chosen != candidate);
        self.blocked[candidate] -= 1;
        for enemy in &self.problem.candidates[candidate].enemies {
            self.blocked[*enemy] -= 1;
        }
        self.time_seconds -= self.problem.candidates[candidate].time_seconds;
        self.filled -= 1;
    }

    fn try_at_random(&mut self, draw: &mut SeededDraw) -> bool {
        let mut order = self.order.clone();
        draw.shuffle(&mut order);
        for slots in order {
            let mut pool = self.problem.slots[slots].pool.clone();
            draw.shuffle(&mut pool);
            for candidate in pool {
                if self.chosen[slots].len() == self.problem.slots[slots].count {
                    break;
                }
                if self.blocked[candidate] == 0 {
                    self.choose(slots, candidate);
                }
            }
            if self.chosen[slots].len() < self.problem.slots[slots].count {
                return false;
            }
        }
        self.shorten(draw)
    }

    /// Swaps chosen ones for quicker ones of their pools, at random, until the time fits.
    fn shorten(&mut self, draw: &mut SeededDraw) -> bool {
        for _ in 0..SWAPS {
            if self.time_seconds <= self.problem.time_limit_seconds {
                return true;
            }
            let Some(slots) = draw.pick(&self.order).copied() else {
                return false;
            };
            let Some(old) = draw.pick(&self.chosen[slots]).copied() else {
                continue;
            };
            self.take_back(slots, old);
            let time_of = |index: usize| self.problem.candidates[index].time_seconds;
            let quicker: Vec<usize> = self.problem.slots[slots]
                .pool
                .iter()
                .copied()
                .filter(|new| self.blocked[*new] == 0 && time_of(*new) < time_of(old))
                .collect();
            self.choose(slots, draw.pick(&quicker).copied().unwrap_or(old));
        }
        self.time_seconds <= self.problem.time_limit_seconds
    }

    /// Short times and few enemies first, then chance; the pools with least to spare first.
    fn order_for_backtracking(&mut self, draw: &mut SeededDraw) {
        let Problem {
            candidates, slots, ..
        } = self.problem;
        for pool in &mut self.pools {
            draw.shuffle(pool);
            pool.sort_by_key(|index| {
                (
                    candidates[*index].time_seconds,
                    candidates[*index].enemies.len(),
                )
            });
        }
        self.order
            .sort_by_key(|index| slots[*index].pool.len().saturating_sub(slots[*index].count));
    }

    /// Fills the places from the `depth`th pool on, with candidates from place `from` of it on.
    fn fill(&mut self, depth: usize, from: usize) -> Result<bool, OutOfSteps> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(OutOfSteps);
        }
        let Some(&slots) = self.order.get(depth) else {
            return Ok(self.time_seconds <= self.problem.time_limit_seconds);
        };
        if self.chosen[slots].len() == self.problem.slots[slots].count {
            return self.fill(depth + 1, 0);
        }
        if !self.can_still_succeed(depth, from) {
            return Ok(false);
        }
        for place in from..self.pools[slots].len() {
            let candidate = self.pools[slots][place];
            if self.blocked[candidate] > 0 {
                continue;
            }
            self.choose(slots, candidate);
            if self.fill(depth, place + 1)? {
                return Ok(true);
            }
            self.take_back(slots, candidate);
            // Without this candidate the rest of the pool may no longer be enough.
            if !self.can_still_succeed(depth, place + 1) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Whether the free candidates are enough for every place left, and quick enough.
    fn can_still_succeed(&self, depth: usize, from: usize) -> bool {
        let mut time_seconds = self.time_seconds;
        for (ahead, &slots) in self.order[depth..].iter().enumerate() {
            let from = if ahead == 0 { from } else { 0 };
            let left = self.problem.slots[slots].count - self.chosen[slots].len();
            let mut free = 0;
            // Pools are sorted by time, so the first free ones are the quickest.
            for candidate in self.pools[slots][from..]
                .iter()
                .filter(|c| self.blocked[**c] == 0)
            {
                if free == left {
                    break;
                }
                free += 1;
                time_seconds += self.problem.candidates[*candidate].time_seconds;
            }
            if free < left {
                return false;
            }
        }
        time_seconds <= self.problem.time_limit_seconds
    }
}
