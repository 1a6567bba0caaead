use proptest::prelude::*;

use super::*;
use crate::{CognitiveLevel, ItemOption};

fn item(kind: ItemKind, scoring: ItemScoring, keys: &[bool]) -> Item {
    let option = |(letter, is_key): (char, &bool)| ItemOption {
        id: OptionId::new(letter).unwrap(),
        text: format!("option {letter}"),
        is_key: *is_key,
        rationale: "because".into(),
    };
    Item {
        id: "item".parse().unwrap(),
        kind,
        domain: "git".parse().unwrap(),
        cognitive_level: CognitiveLevel::Apply,
        facility_estimate: 0.5,
        time_seconds: 60,
        references: vec![],
        enemies: vec![],
        scoring,
        shuffle: true,
        stem: "What?".into(),
        options: ('a'..='z').zip(keys).map(option).collect(),
    }
}

fn response(options: &str) -> Response {
    Response {
        options: options.chars().map(|o| OptionId::new(o).unwrap()).collect(),
    }
}

fn check(item: &Item, scores: &[(&str, u32)]) {
    for (options, score) in scores {
        assert_eq!(
            score_item(item, &response(options)),
            Millipoints(*score),
            "{options:?}"
        );
    }
}

#[test]
fn single_choice_is_all_or_nothing() {
    let item = item(
        ItemKind::SingleChoice,
        ItemScoring::Partial,
        &[false, true, false],
    );
    check(
        &item,
        &[("", 0), ("a", 0), ("b", 1000), ("ab", 0), ("bz", 0)],
    );
}

#[test]
fn partial_scoring_takes_a_share_for_each_distractor() {
    let item = item(
        ItemKind::MultipleChoice,
        ItemScoring::Partial,
        &[true, true, true, false, false],
    );
    check(
        &item,
        &[
            ("", 0),
            ("a", 333),
            ("ab", 666),
            ("abc", 1000),
            ("abcd", 666),
            ("abcde", 333),
            ("ad", 0),
            ("de", 0),
            ("abz", 0),
        ],
    );
}

#[test]
fn exact_scoring_wants_exactly_the_keys() {
    let item = item(
        ItemKind::MultipleChoice,
        ItemScoring::Exact,
        &[true, true, false],
    );
    check(&item, &[("", 0), ("a", 0), ("ab", 1000), ("abc", 0)]);
}

#[test]
fn responses_that_do_not_fit_are_refused() {
    let single = item(
        ItemKind::SingleChoice,
        ItemScoring::Partial,
        &[true, false, false],
    );
    assert_eq!(validate_response(&single, &response("")), Ok(()));
    assert_eq!(validate_response(&single, &response("b")), Ok(()));
    let refused = validate_response(&single, &response("ab"));
    assert_eq!(refused, Err(ResponseError::TooManyOptions { chosen: 2 }));
    let many = item(
        ItemKind::MultipleChoice,
        ItemScoring::Partial,
        &[true, false, false],
    );
    assert_eq!(validate_response(&many, &response("abc")), Ok(()));
    let refused = validate_response(&many, &response("ad"));
    assert_eq!(
        refused,
        Err(ResponseError::UnknownOption {
            option: "d".parse().unwrap()
        })
    );
}

#[test]
fn the_view_of_a_candidate_carries_no_key_and_no_rationale() {
    let item = item(
        ItemKind::MultipleChoice,
        ItemScoring::Exact,
        &[true, true, false],
    );
    let order = item.draw_option_order(&[1; 32]);
    let json = serde_json::to_value(item.for_candidate(&order).unwrap()).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&json), ["kind", "options", "stem"]);
    for option in json["options"].as_array().unwrap() {
        assert_eq!(keys(option), ["id", "text"]);
    }
}

#[test]
fn an_order_of_another_version_is_refused() {
    let item = item(
        ItemKind::SingleChoice,
        ItemScoring::Partial,
        &[true, false, false],
    );
    let order =
        |text: &str| -> Vec<OptionId> { text.chars().map(|o| OptionId::new(o).unwrap()).collect() };
    let shown = item.for_candidate(&order("cab")).unwrap();
    let shown: Vec<&str> = shown
        .options
        .iter()
        .map(|option| option.id.as_str())
        .collect();
    assert_eq!(shown, ["c", "a", "b"]);
    for bad in ["ab", "aab", "abcd", "abd", ""] {
        assert!(item.for_candidate(&order(bad)).is_err(), "{bad}");
    }
}

#[test]
fn option_orders_differ_between_seeds_unless_the_item_forbids_it() {
    let mut item = item(
        ItemKind::SingleChoice,
        ItemScoring::Partial,
        &[true, false, false],
    );
    let orders: BTreeSet<Vec<OptionId>> = (0..60)
        .map(|seed| item.draw_option_order(&[seed; 32]))
        .collect();
    assert_eq!(orders.len(), 6, "every order of three options comes up");
    item.shuffle = false;
    let order = item.draw_option_order(&[1; 32]);
    assert!(order.iter().map(OptionId::as_str).eq(["a", "b", "c"]));
}

proptest! {
    #[test]
    fn scores_stay_in_bounds_and_only_the_keys_alone_have_all(
        keys in prop::collection::vec(any::<bool>(), 1..7),
        chosen in prop::collection::btree_set(0_u8..8, 0..8),
        is_exact in any::<bool>(),
    ) {
        let scoring = if is_exact { ItemScoring::Exact } else { ItemScoring::Partial };
        let item = item(ItemKind::MultipleChoice, scoring, &keys);
        let options = chosen.iter().map(|n| OptionId::new(char::from(b'a' + n)).unwrap());
        let response = Response { options: options.collect() };
        let score = score_item(&item, &response);
        prop_assert!(score <= Millipoints::ITEM_MAX);
        let is_right = response.options == item.keys() && keys.contains(&true);
        prop_assert_eq!(score == Millipoints::ITEM_MAX, is_right);
        if validate_response(&item, &response).is_err() {
            prop_assert_eq!(score, Millipoints::ZERO);
        }
    }
}
