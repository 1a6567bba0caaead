use super::*;
use crate::{FormItem, Values};

fn item(id: &str, domain: &str) -> FormEntry {
    FormEntry::Item(FormItem {
        item_id: ItemId::new(id).unwrap(),
        digest: String::new(),
        domain: DomainId::new(domain).unwrap(),
        option_order: vec![],
    })
}

fn task(id: &str, domain: &str, points: &[(&str, u32)]) -> FormEntry {
    FormEntry::Task(FormTask {
        task_id: TaskId::new(id).unwrap(),
        digest: String::new(),
        domain: DomainId::new(domain).unwrap(),
        values: Values::default(),
        check_points: points
            .iter()
            .map(|(id, p)| (CheckId::new(*id).unwrap(), *p))
            .collect(),
    })
}

/// Without any resets.
fn scored(
    form: &Form,
    items: &BTreeMap<ItemId, Millipoints>,
    outcomes: &BTreeMap<TaskId, BTreeMap<CheckId, Outcome>>,
) -> FormScore {
    score_form(form, items, outcomes, &BTreeMap::new())
}

fn section(id: &str, weight: u32, minimum: u32, entries: Vec<FormEntry>) -> FormSection {
    FormSection {
        labs: crate::LabPolicy::default(),
        id: SectionId::new(id).unwrap(),
        title: id.to_owned(),
        kind: SectionKind::Items,
        weight_percent: weight,
        minimum_percent: minimum,
        entries,
    }
}

fn form(cut: u32, sections: Vec<FormSection>) -> Form {
    Form {
        blueprint_id: "b".parse().unwrap(),
        time_limit_ms: 1,
        cut_score_percent: cut,
        sections,
    }
}

fn items(scores: &[(&str, u32)]) -> BTreeMap<ItemId, Millipoints> {
    scores
        .iter()
        .map(|(id, s)| (ItemId::new(*id).unwrap(), Millipoints(*s)))
        .collect()
}

fn outcomes(of: &[(&str, &[(&str, Outcome)])]) -> BTreeMap<TaskId, BTreeMap<CheckId, Outcome>> {
    of.iter()
        .map(|(task, checks)| {
            let checks = checks
                .iter()
                .map(|(id, outcome)| (CheckId::new(*id).unwrap(), *outcome))
                .collect();
            (TaskId::new(*task).unwrap(), checks)
        })
        .collect()
}

fn hybrid() -> Form {
    form(
        70,
        vec![
            section(
                "theory",
                50,
                50,
                vec![item("i1", "git"), item("i2", "shell")],
            ),
            section(
                "practice",
                50,
                50,
                vec![task("t1", "git", &[("c1", 30), ("c2", 70)])],
            ),
        ],
    )
}

#[test]
fn theory_and_practice_are_weighted() {
    use Outcome::{Fail, Pass};
    let score = scored(
        &hybrid(),
        &items(&[("i1", 1000), ("i2", 333)]),
        &outcomes(&[("t1", &[("c1", Fail), ("c2", Pass)])]),
    );
    assert_eq!(score.state, ScoreState::Final);
    assert_eq!(score.sections[0].score_percent_millis, 66_650);
    assert_eq!(score.sections[1].score_percent_millis, 70_000);
    assert_eq!(score.total_percent_millis, 68_325);
    assert_eq!(score.passed, Some(false));
    let domain = |index: usize| {
        let DomainScore {
            theory_percent_millis,
            practice_percent_millis,
            ..
        } = score.domains[index];
        (theory_percent_millis, practice_percent_millis)
    };
    assert_eq!(domain(0), (Some(100_000), Some(70_000)));
    assert_eq!(domain(1), (Some(33_300), None));
}

#[test]
fn broken_or_missing_outcomes_keep_the_score_pending() {
    use Outcome::{Broken, Pass};
    let all = items(&[("i1", 1000), ("i2", 1000)]);
    for undecided in [
        outcomes(&[]),
        outcomes(&[("t1", &[("c1", Pass)])]),
        outcomes(&[("t1", &[("c1", Broken), ("c2", Pass)])]),
    ] {
        let score = scored(&hybrid(), &all, &undecided);
        assert_eq!((score.state, score.passed), (ScoreState::Pending, None));
        assert_eq!(score.tasks[0].state, ScoreState::Pending);
    }
    let decided = outcomes(&[("t1", &[("c1", Pass), ("c2", Pass)])]);
    let score = scored(&hybrid(), &all, &decided);
    assert_eq!((score.state, score.passed), (ScoreState::Final, Some(true)));
    assert_eq!(score.total_percent_millis, 100_000);
}

#[test]
fn unanswered_items_have_nothing() {
    let score = scored(&hybrid(), &items(&[]), &outcomes(&[]));
    assert_eq!(score.sections[0].earned, Millipoints::ZERO);
    assert_eq!(score.sections[0].possible, Millipoints(2000));
}

#[test]
fn a_section_below_its_minimum_fails_a_good_total() {
    let form = form(
        50,
        vec![
            section("one", 90, 0, vec![item("i1", "git")]),
            section("two", 10, 40, vec![item("i2", "git")]),
        ],
    );
    let passed = |second| {
        scored(
            &form,
            &items(&[("i1", 1000), ("i2", second)]),
            &BTreeMap::new(),
        )
        .passed
    };
    assert_eq!(passed(399), Some(false));
    assert_eq!(passed(400), Some(true));
}

#[test]
fn rounding_never_lifts_a_total_over_the_cut_and_never_loses_an_exact_one() {
    // Three sections of which each gives a fraction that does not end: 1/3 of 33, 34 and 33.
    let third =
        |id: &str, weight| section(id, weight, 0, vec![task(id, "git", &[("a", 1), ("b", 2)])]);
    let form = form(67, vec![third("x", 33), third("y", 34), third("z", 33)]);
    let of = |x, y, z| {
        let checks = |a, b| BTreeMap::from([("a".parse().unwrap(), a), ("b".parse().unwrap(), b)]);
        let two_thirds = |hit| {
            if hit {
                checks(Outcome::Fail, Outcome::Pass)
            } else {
                checks(Outcome::Pass, Outcome::Fail)
            }
        };
        let outcomes = BTreeMap::from([
            ("x".parse().unwrap(), two_thirds(x)),
            ("y".parse().unwrap(), two_thirds(y)),
            ("z".parse().unwrap(), two_thirds(z)),
        ]);
        scored(&form, &BTreeMap::new(), &outcomes)
    };
    let below = of(true, true, true);
    assert_eq!(
        (below.total_percent_millis, below.passed),
        (66_666, Some(false))
    );

    // 2/3 of 99 is exactly 66, though each part rounded down gives less.
    let exact = Form {
        cut_score_percent: 66,
        ..form_of_99()
    };
    let outcomes = ["x", "y", "z"]
        .map(|id| {
            let checks = BTreeMap::from([
                ("a".parse().unwrap(), Outcome::Fail),
                ("b".parse().unwrap(), Outcome::Pass),
            ]);
            (id.parse().unwrap(), checks)
        })
        .into();
    let score = scored(&exact, &BTreeMap::new(), &outcomes);
    assert_eq!(
        (score.total_percent_millis, score.passed),
        (66_000, Some(true))
    );
}

fn form_of_99() -> Form {
    let part =
        |id: &str, weight| section(id, weight, 0, vec![task(id, "git", &[("a", 1), ("b", 2)])]);
    form(66, vec![part("x", 32), part("y", 34), part("z", 33)])
}

#[test]
fn scores_above_what_there_is_count_as_all_of_it() {
    let form = form(100, vec![section("one", 100, 100, vec![item("i1", "git")])]);
    let score = scored(&form, &items(&[("i1", 5000)]), &BTreeMap::new());
    assert_eq!(
        (score.total_percent_millis, score.passed),
        (100_000, Some(true))
    );
}

#[test]
fn resets_cost_what_the_section_says_of_what_was_earned() {
    use Outcome::{Fail, Pass};
    let mut form = hybrid();
    let of_tasks = form.sections.len() - 1;
    form.sections[of_tasks].labs.cost_percent = 15;
    let solved = outcomes(&[("t1", &[("c1", Pass), ("c2", Pass)])]);
    let half = outcomes(&[("t1", &[("c1", Fail), ("c2", Pass)])]);
    let task = |outcomes, resets| {
        let resets = BTreeMap::from([("t1".parse().unwrap(), resets)]);
        score_form(&form, &items(&[]), outcomes, &resets).tasks[0].clone()
    };
    let whole = task(&solved, 0);
    assert_eq!(
        (whole.score_percent_millis, whole.reset_cost_percent),
        (100_000, 0)
    );
    assert_eq!(task(&solved, 1).score_percent_millis, 85_000);
    assert_eq!(task(&solved, 2).reset_cost_percent, 30);
    assert_eq!(task(&solved, 100).earned, Millipoints::ZERO);
    // Of what was earned, not of what there was.
    let (before, after) = (task(&half, 0).earned, task(&half, 1).earned);
    assert_eq!(after.get(), before.get() * 85 / 100);
    // Without a cost, resets are free.
    form.sections[of_tasks].labs.cost_percent = 0;
    let resets = BTreeMap::from([("t1".parse().unwrap(), 9)]);
    let score = score_form(&form, &items(&[]), &solved, &resets);
    assert_eq!(score.tasks[0].score_percent_millis, 100_000);
}
