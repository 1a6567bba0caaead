//! The order of checks: what a check requires comes first, and a few are carried out at once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Instant;

use task_protocol::{CheckOutcome, CheckSpec, Outcome};

use super::milliseconds;
use super::verdict::Verdict;

/// What judges hand on, by name.
pub(super) type Carried = BTreeMap<String, String>;

/// Carries out the checks; the outcomes are in the order of the checks.
pub(super) fn carry_out(
    checks: &[CheckSpec],
    judge: impl Fn(&CheckSpec, &Carried) -> Verdict + Sync,
) -> Vec<CheckOutcome> {
    let mut outcomes: Vec<Option<CheckOutcome>> = vec![None; checks.len()];
    // What each check hands on, by its id.
    let mut carried: BTreeMap<String, Carried> = BTreeMap::new();
    while outcomes.iter().any(Option::is_none) {
        let (ready, decided) = next(checks, &outcomes);
        if ready.is_empty() && decided.is_empty() {
            // Only checks that wait for themselves or for nothing are left.
            for (place, check) in checks.iter().enumerate() {
                outcomes[place].get_or_insert_with(|| {
                    not_carried_out(
                        check,
                        Outcome::Broken,
                        "it requires a check that never comes",
                    )
                });
            }
        }
        for (place, outcome) in decided {
            outcomes[place] = Some(outcome);
        }
        let judge = |check: &CheckSpec| {
            let followed = check.follows.iter().filter_map(|id| carried.get(id));
            let handed = followed.flat_map(Clone::clone).collect();
            judge(check, &handed)
        };
        for (place, outcome, of_check) in at_once(checks, ready, &judge) {
            carried.insert(checks[place].id.clone(), of_check);
            outcomes[place] = Some(outcome);
        }
    }
    outcomes.into_iter().flatten().collect()
}

/// The checks that can be carried out now, and those that need not be any more.
fn next(
    checks: &[CheckSpec],
    outcomes: &[Option<CheckOutcome>],
) -> (Vec<usize>, Vec<(usize, CheckOutcome)>) {
    let (mut ready, mut decided) = (Vec::new(), Vec::new());
    for (place, check) in checks.iter().enumerate() {
        if outcomes[place].is_some() {
            continue;
        }
        let required: Vec<_> = check
            .requires
            .iter()
            .map(|id| {
                let found = checks.iter().position(|other| other.id == *id);
                found.and_then(|place| outcomes[place].as_ref())
            })
            .collect();
        let with = |outcome| {
            let mut known = required.iter().flatten();
            known.find(|required| required.outcome == outcome)
        };
        // A failure decides even when another requirement is broken or still open: the check
        // cannot count any more.
        if let Some(failed) = with(Outcome::Fail) {
            let detail = format!("not carried out: it requires {}", failed.check_id);
            decided.push((place, not_carried_out(check, Outcome::Fail, &detail)));
        } else if required.iter().any(Option::is_none) || is_still_open(checks, outcomes, check) {
        } else if let Some(broken) = with(Outcome::Broken) {
            let detail = format!(
                "not carried out: it requires {}, which is broken",
                broken.check_id
            );
            decided.push((place, not_carried_out(check, Outcome::Broken, &detail)));
        } else {
            ready.push(place);
        }
    }
    (ready, decided)
}

/// Whether a check that this one follows is not decided yet.
fn is_still_open(
    checks: &[CheckSpec],
    outcomes: &[Option<CheckOutcome>],
    check: &CheckSpec,
) -> bool {
    check.follows.iter().any(|id| {
        let found = checks.iter().position(|other| other.id == *id);
        found.is_none_or(|place| outcomes[place].is_none())
    })
}

fn not_carried_out(check: &CheckSpec, outcome: Outcome, detail: &str) -> CheckOutcome {
    CheckOutcome {
        check_id: check.id.clone(),
        outcome,
        expected: None,
        found: None,
        detail: Some(detail.to_owned()),
        duration_ms: 0,
    }
}

/// Carries out independent checks, as many at once as there are processors.
fn at_once(
    checks: &[CheckSpec],
    places: Vec<usize>,
    judge: &(impl Fn(&CheckSpec) -> Verdict + Sync),
) -> Vec<(usize, CheckOutcome, Carried)> {
    let lanes = thread::available_parallelism().map_or(1, |count| count.get().min(4));
    let waiting = Mutex::new(places.into_iter());
    let take = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let lane = || {
        let mut outcomes = Vec::new();
        while let Some(place) = take() {
            let (check, start) = (&checks[place], Instant::now());
            let mut verdict = judge(check);
            // What could not be decided may have been the moment's fault; a person comes after that.
            if verdict.outcome == Outcome::Broken {
                verdict = judge(check);
            }
            outcomes.push((
                place,
                CheckOutcome {
                    check_id: check.id.clone(),
                    outcome: verdict.outcome,
                    expected: verdict.expected,
                    found: verdict.found,
                    detail: verdict.detail,
                    duration_ms: milliseconds(start.elapsed()),
                },
                verdict.carried,
            ));
        }
        outcomes
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        // A lane that panicked leaves its check undecided, and the next round tries it again.
        lanes
            .into_iter()
            .flat_map(|lane| lane.join().unwrap_or_default())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, requires: &[&str]) -> CheckSpec {
        CheckSpec {
            id: id.to_owned(),
            host: "lab".to_owned(),
            judge_script: String::new(),
            run: None,
            probe: None,
            requires: requires.iter().map(|id| (*id).to_owned()).collect(),
            follows: Vec::new(),
            timeout_ms: 1,
        }
    }

    /// Checks called pass, fail or broken come out so; gives the outcomes and what was judged.
    fn outcomes(checks: &[CheckSpec]) -> (Vec<Outcome>, Vec<String>) {
        let judged = Mutex::new(Vec::new());
        let outcomes = carry_out(checks, |check, _carried| {
            judged.lock().unwrap().push(check.id.clone());
            let outcome = match check.id.split('-').next() {
                Some("fail") => Outcome::Fail,
                Some("broken") => Outcome::Broken,
                _ => Outcome::Pass,
            };
            Verdict {
                outcome,
                expected: None,
                found: None,
                detail: None,
                carried: Carried::new(),
            }
        });
        let outcomes = outcomes
            .into_iter()
            .map(|outcome| outcome.outcome)
            .collect();
        (outcomes, judged.into_inner().unwrap())
    }

    #[test]
    fn what_is_required_comes_first() {
        let (found, judged) = outcomes(&[check("pass-2", &["pass-1"]), check("pass-1", &[])]);
        assert_eq!(found, [Outcome::Pass, Outcome::Pass]);
        assert_eq!(judged, ["pass-1", "pass-2"]);
    }

    #[test]
    fn a_failed_or_broken_requirement_is_passed_on() {
        let (found, judged) = outcomes(&[
            check("fail-1", &[]),
            check("broken-1", &[]),
            check("pass-1", &["fail-1"]),
            check("pass-2", &["pass-1"]),
            check("pass-3", &["broken-1"]),
            check("pass-4", &["broken-1", "fail-1"]),
        ]);
        use Outcome::{Broken, Fail};
        assert_eq!(found, [Fail, Broken, Fail, Fail, Broken, Fail]);
        // The broken one was tried twice.
        assert_eq!(judged.len(), 3);
    }

    #[test]
    fn who_follows_is_heard_later_and_gets_what_is_carried_also_after_a_failure() {
        let mut first = check("pass-follower", &[]);
        first.follows = vec!["fail-leader".to_owned()];
        let checks = [first, check("fail-leader", &[]), check("pass-other", &[])];
        let heard = Mutex::new(BTreeMap::new());
        let outcomes = carry_out(&checks, |check, carried| {
            heard
                .lock()
                .unwrap()
                .insert(check.id.clone(), carried.clone());
            let is_leader = check.id == "fail-leader";
            Verdict {
                outcome: if is_leader {
                    Outcome::Fail
                } else {
                    Outcome::Pass
                },
                expected: None,
                found: None,
                detail: None,
                carried: Carried::from([("name".to_owned(), check.id.clone())]),
            }
        });
        let heard = heard.into_inner().unwrap();
        assert_eq!(heard["pass-follower"]["name"], "fail-leader");
        assert!(heard["pass-other"].is_empty());
        assert_eq!(outcomes[0].outcome, Outcome::Pass);
    }

    #[test]
    fn circles_and_strangers_are_broken() {
        let (found, judged) = outcomes(&[
            check("pass-1", &["pass-2"]),
            check("pass-2", &["pass-1"]),
            check("pass-3", &["nobody"]),
            check("pass-4", &[]),
        ]);
        use Outcome::{Broken, Pass};
        assert_eq!(found, [Broken, Broken, Broken, Pass]);
        assert_eq!(judged, ["pass-4"]);
    }
}
