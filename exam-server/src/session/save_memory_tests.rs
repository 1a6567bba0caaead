use super::*;
use crate::session::save_response::tests::{group, save, session};

/// A memory of one session with one response of revision 1.
fn memory() -> Memory {
    let mut memory = Memory::default();
    let mut group = group();
    group.decide(&[0; 32], &save(1, &["a"], 10), 10).unwrap();
    memory.learn(group);
    memory
}

#[test]
fn the_usual_save_needs_no_reading() {
    let group = memory().recall(&[save(2, &["b"], 11), save(3, &["a"], 12)]);
    assert_eq!(group.logs[&session()].seq, 3);
    let head = group.heads[&head_key(&save(2, &[], 0))].unwrap();
    assert_eq!((head.seq, head.revision), (3, 1));
}

#[test]
fn nothing_is_refused_or_repeated_from_memory() {
    for unusual in [save(1, &["a"], 11), save(2, &["b"], 1001)] {
        let group = memory().recall(&[save(3, &["b"], 11), unusual]);
        assert!(group.logs.is_empty() && group.heads.is_empty());
    }
}

#[test]
fn what_was_forgotten_or_only_read_is_not_remembered() {
    let mut memory = memory();
    memory.forget(&[save(2, &[], 0)]);
    assert!(memory.recall(&[save(2, &["b"], 11)]).logs.is_empty());
    memory.learn(group());
    assert!(memory.recall(&[save(2, &["b"], 11)]).logs.is_empty());
}
