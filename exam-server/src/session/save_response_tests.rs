use super::*;
use crate::ids::{FormId, SignInId};
use crate::session::rules::Event;

pub fn session() -> SessionId {
    SessionId(uuid::Uuid::from_u128(1))
}

pub fn group() -> Group {
    let state = State::registered(1000)
        .apply(
            &Event::Entered {
                form_id: FormId(uuid::Uuid::nil()),
            },
            0,
        )
        .apply(
            &Event::Started {
                sign_in_id: SignInId(uuid::Uuid::nil()),
            },
            0,
        );
    let log = Log {
        state,
        seq: 2,
        hash: crate::session::chain::GENESIS.to_owned(),
    };
    let mut group = Group::default();
    group.logs.insert(session(), log);
    group
}

pub fn save(revision: i64, options: &[&str], received_at_ms: i64) -> Save {
    let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
    Save {
        session_id: session(),
        epochs: [1, 1],
        entry_id: "i01".to_owned(),
        revision,
        body: body(&options, false),
        is_answered: true,
        is_flagged: false,
        client_at_ms: 0,
        received_at_ms,
    }
}

#[test]
fn within_one_group_the_order_of_arrival_decides() {
    let mut group = group();
    let mut decide = |save: Save| group.decide(&[0; 32], &save, 10);
    let first = decide(save(1, &["a"], 10)).unwrap();
    assert_eq!(first.seq, 3);
    assert_eq!(decide(save(1, &["a"], 11)).unwrap(), first);
    assert_eq!(decide(save(1, &["b"], 11)), Err(SaveRefusal::Conflict));
    assert_eq!(decide(save(3, &["b"], 11)).unwrap().seq, 4);
    assert_eq!(
        decide(save(2, &["b"], 11)),
        Err(SaveRefusal::OldRevision(3))
    );
    assert_eq!(group.events.len(), 2);
    assert_eq!(group.new_heads.len(), 1);
    assert_eq!(group.touched[&session()], 2);
    let head = group.new_heads.values().next().unwrap();
    assert_eq!((head.seq, head.revision), (4, 3));
}

#[test]
fn arrival_decides_and_not_the_time_in_the_queue() {
    let mut group = group();
    assert!(group.decide(&[0; 32], &save(1, &["a"], 1000), 5000).is_ok());
    let late = group.decide(&[0; 32], &save(2, &["b"], 1001), 5000);
    assert_eq!(late, Err(SaveRefusal::Late));
    let again = group.decide(&[0; 32], &save(2, &["b"], 1300), 5000);
    assert_eq!(again, Err(SaveRefusal::Late));
    assert_eq!(group.events.len(), 2);
    assert!(group.events[1].is_late);
    assert_eq!(
        group.heads[&head_key(&save(1, &[], 0))].unwrap().revision,
        1
    );
}

#[test]
fn only_unusual_saves_are_looked_up() {
    let mut group = group();
    assert_eq!(group.may_be_stored(&save(1, &["a"], 10)), None);
    assert!(group.may_be_stored(&save(1, &["a"], 1001)).is_some());
    group.decide(&[0; 32], &save(5, &["a"], 10), 10).unwrap();
    assert!(group.may_be_stored(&save(5, &["a"], 10)).is_some());
    assert_eq!(group.may_be_stored(&save(6, &["a"], 10)), None);
}

#[test]
fn the_body_is_json_and_reads_back() {
    let options = vec!["a".to_owned(), "c".to_owned()];
    let text = body(&options, true);
    let event = Event::Response {
        options,
        is_flagged: true,
    };
    assert_eq!(Event::from_parts("response", &text).unwrap(), event);
    assert_eq!(event.parts().unwrap().1, text);
}
