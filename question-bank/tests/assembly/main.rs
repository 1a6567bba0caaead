//! Forms drawn from small banks, against a search through every choice.
#![expect(clippy::unwrap_used, reason = "a test that cannot make its bank fails")]

mod oracle;
mod small;

use std::collections::BTreeSet;

use proptest::prelude::*;
use question_bank::{AssemblyRequest, Blueprint, Form, Infeasible, assemble};

use crate::oracle::{exists, flaw, ids, places};
use crate::small::{Counts, Entry, bank, blueprint, history};

fn draw(entries: &[Entry], blueprint: &Blueprint, seed: u8) -> Result<Form, Infeasible> {
    let (bank, history) = (bank(entries), history(entries));
    assemble(&AssemblyRequest {
        bank: &bank,
        blueprint,
        history: &history,
        seed: [seed; 32],
    })
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (
        prop::bool::weighted(0.3),
        0_usize..2,
        1_u32..6,
        prop::collection::vec(0_usize..9, 0..3),
        prop::bool::weighted(0.1),
    );
    let entry = entry.prop_map(|(is_task, domain, halves, enemies, is_seen)| Entry {
        is_task,
        domain,
        time_seconds: halves * 30,
        enemies,
        is_seen,
    });
    prop::collection::vec(entry, 1..9)
}

fn any_sections() -> impl Strategy<Value = Vec<(bool, Counts)>> {
    let counts = prop_oneof![
        (1_u32..4).prop_map(Counts::Any),
        (0_usize..2, 1_u32..4).prop_map(|(domain, count)| Counts::From(domain, count)),
        [0_u32..3, 0_u32..3]
            .prop_filter("something is asked for", |counts| counts
                .iter()
                .sum::<u32>()
                > 0)
            .prop_map(Counts::Domains),
    ];
    prop::collection::vec((prop::bool::weighted(0.3), counts), 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_form_is_found_exactly_when_one_exists_and_keeps_every_rule(
        entries in any_entries(),
        sections in any_sections(),
        minutes in 1_u32..9,
        seed in any::<u8>(),
    ) {
        let blueprint = blueprint(&sections, minutes);
        let drawn = draw(&entries, &blueprint, seed);
        let exists = exists(&entries, &places(&sections), &mut Vec::new(), minutes * 60);
        prop_assert_eq!(drawn.is_ok(), exists, "{:?}", drawn);
        prop_assert_eq!(&drawn, &draw(&entries, &blueprint, seed));
        match drawn {
            Ok(form) => prop_assert_eq!(flaw(&entries, &blueprint, &form), None),
            Err(Infeasible { constraints }) => {
                prop_assert!(!constraints.is_empty());
                for lacking in constraints {
                    prop_assert!(lacking.have < lacking.need, "{}", lacking);
                    prop_assert!(lacking.constraint != "search_steps");
                }
            }
        }
    }
}

fn lacks(entries: &[Entry], blueprint: &Blueprint) -> Vec<String> {
    let infeasible = draw(entries, blueprint, 1).unwrap_err();
    infeasible
        .constraints
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_lacks_is_named() {
    let git = || Entry::item(0);
    let of_git = |count| blueprint(&[(false, Counts::Domains([count, 0]))], 60);
    assert_eq!(
        lacks(&[git()], &of_git(2)),
        ["sections.s0.domains.git: have 1, need 2"]
    );

    let two_kinds = blueprint(
        &[(false, Counts::Domains([1, 1])), (true, Counts::Any(1))],
        60,
    );
    let expected = [
        "sections.s0.domains.shell: have 0, need 1",
        "sections.s1.count: have 0, need 1",
    ];
    assert_eq!(lacks(&[git()], &two_kinds), expected);

    let seen = Entry {
        is_seen: true,
        ..git()
    };
    assert_eq!(
        lacks(&[seen, git()], &of_git(2)),
        ["sections.s0.domains.git: have 1, need 2"]
    );

    let shared = blueprint(
        &[(false, Counts::Any(1)), (false, Counts::Domains([1, 0]))],
        60,
    );
    assert_eq!(lacks(&[git()], &shared), ["items: have 1, need 2"]);

    let slow = Entry {
        time_seconds: 100,
        ..git()
    };
    let in_two_minutes = blueprint(&[(false, Counts::Any(2))], 2);
    let expected = ["time_limit_seconds: have 120, need 160"];
    assert_eq!(
        lacks(&[slow.clone(), slow.clone(), git()], &in_two_minutes),
        expected
    );

    let enemy = |of: usize| Entry {
        enemies: vec![of],
        ..git()
    };
    assert_eq!(
        lacks(&[git(), enemy(0), enemy(0)], &of_git(3)),
        ["enemies: have 2, need 3"]
    );

    // The only pair of friends takes too long: neither rule alone is to blame.
    let enemies = [
        git(),
        Entry {
            enemies: vec![0],
            ..slow.clone()
        },
        slow,
    ];
    let expected = ["time_limit_seconds: have 120, need 160"];
    assert_eq!(lacks(&enemies, &in_two_minutes), expected);
}

fn large() -> (Vec<Entry>, Blueprint) {
    let items = (0..60).map(|index| Entry {
        time_seconds: 60 + index,
        ..Entry::item(index as usize % 2)
    });
    let tasks = (0..8).map(|index| Entry {
        time_seconds: 900,
        ..Entry::task(index % 2)
    });
    let sections = [(false, Counts::Domains([10, 10])), (true, Counts::Any(2))];
    // The items alone take 1790 seconds on average: the time is tight.
    (items.chain(tasks).collect(), blueprint(&sections, 60))
}

#[test]
fn one_seed_gives_one_form_and_other_seeds_give_others() {
    let (entries, blueprint) = large();
    let forms: Vec<Form> = (0..50)
        .map(|seed| draw(&entries, &blueprint, seed).unwrap())
        .collect();
    for (seed, form) in (0..50).zip(&forms) {
        assert_eq!(flaw(&entries, &blueprint, form), None);
        assert_eq!(form, &draw(&entries, &blueprint, seed).unwrap());
    }
    let choices: BTreeSet<Vec<&str>> = forms.iter().map(ids).collect();
    assert_eq!(choices.len(), 50);
    let values: BTreeSet<&str> = forms
        .iter()
        .flat_map(Form::tasks)
        .filter_map(|task| task.values.get("token"))
        .collect();
    assert_eq!(values.len(), 100);
    let used: BTreeSet<&str> = forms.iter().flat_map(ids).collect();
    assert_eq!(used.len(), entries.len(), "the whole bank is used");
}

#[test]
fn a_tight_time_limit_is_met() {
    let (entries, mut blueprint) = large();
    // The ten quickest of each domain take 1390 seconds, two tasks 1800: 3190 of 3240.
    blueprint.time_limit_minutes = 54;
    for seed in 0..20 {
        let form = draw(&entries, &blueprint, seed).unwrap();
        assert_eq!(flaw(&entries, &blueprint, &form), None);
    }
    blueprint.time_limit_minutes = 53;
    assert_eq!(
        lacks(&entries, &blueprint),
        ["time_limit_seconds: have 3180, need 3190"]
    );
}

#[test]
fn a_form_carries_all_that_scoring_needs() {
    let (entries, blueprint) = large();
    let form = draw(&entries, &blueprint, 1).unwrap();
    assert_eq!(
        (form.time_limit_ms, form.cut_score_percent),
        (3_600_000, 70)
    );
    let task = form.tasks().next().unwrap();
    assert_eq!(task.check_points["done"], 10);
    let item = form.items().next().unwrap();
    assert_eq!(item.digest, bank(&entries).items[&item.item_id].digest());
    let json = serde_json::to_string(&form).unwrap();
    assert!(json.contains(r#""kind":"task","task_id":"#), "{json}");
    assert_eq!(serde_json::from_str::<Form>(&json).unwrap(), form);
}

#[test]
fn a_hopeless_search_ends() {
    // 190 items in 19 cliques of enemies: no 20 of them go together, and proving it takes for ever.
    let clique = |index: usize| {
        (0..190)
            .filter(|i| i % 19 == index % 19 && *i != index)
            .collect()
    };
    let entries: Vec<Entry> = (0..190)
        .map(|index| Entry {
            enemies: clique(index),
            ..Entry::item(0)
        })
        .collect();
    let blueprint = blueprint(&[(false, Counts::Any(20))], 60);
    let lacking = lacks(&entries, &blueprint);
    assert!(lacking[0].starts_with("search_steps"), "{lacking:?}");
}
