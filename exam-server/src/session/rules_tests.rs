use proptest::prelude::*;

use super::*;

const LIMIT: i64 = 1000;
const START: i64 = 100;
const DEADLINE: i64 = START + LIMIT;

fn form_id() -> FormId {
    FormId(uuid::Uuid::from_u128(1))
}

fn sign_in(number: u128) -> SignInId {
    SignInId(uuid::Uuid::from_u128(number))
}

fn state(phase: SessionState) -> State {
    let mut state = State::registered(LIMIT);
    let life = [
        (Event::Entered { form_id: form_id() }, 50),
        (
            Event::Started {
                sign_in_id: sign_in(1),
            },
            START,
        ),
        (
            Event::Submitted {
                reason: EndReason::Candidate,
                ended_at_ms: 500,
                note: String::new(),
            },
            500,
        ),
        (Event::Graded {}, 600),
    ];
    for (event, at_ms) in life {
        if state.phase == phase {
            break;
        }
        state = state.apply(&event, at_ms);
    }
    state
}

/// What a command leads to, in one letter: `A` appended, `=` already so, `+` stored, `L` stored late, `y` allowed,
/// `w` wrong state, `e` stale epoch, `c` closed, `n` not yet.
fn letter(result: &Result<Decision, Refusal>) -> char {
    match result {
        Ok(Decision::Append(_)) => 'A',
        Ok(Decision::Already) => '=',
        Ok(Decision::Store) => '+',
        Ok(Decision::StoreLate) => 'L',
        Ok(Decision::Allowed) => 'y',
        Err(Refusal::WrongState(_)) => 'w',
        Err(Refusal::StaleEpoch(_)) => 'e',
        Err(Refusal::Closed) => 'c',
        Err(Refusal::NotYet) => 'n',
    }
}

fn commands() -> Vec<(&'static str, Command)> {
    let text = || "text".to_owned();
    let sign_in_id = sign_in(2);
    vec![
        ("enter", Command::Enter { form_id: form_id() }),
        ("start", Command::Start { sign_in_id }),
        ("take over", Command::TakeOver { sign_in_id }),
        ("save", Command::Save { epochs: [1, 1] }),
        ("save, stale request", Command::Save { epochs: [0, 1] }),
        ("save, stale token", Command::Save { epochs: [1, 0] }),
        (
            "reset lab",
            Command::ResetLab {
                epoch: 1,
                entry_id: text(),
                checkpoint_at_ms: None,
                is_repair: false,
            },
        ),
        (
            "reset lab, stale",
            Command::ResetLab {
                epoch: 2,
                entry_id: text(),
                checkpoint_at_ms: None,
                is_repair: false,
            },
        ),
        ("use lab", Command::UseLab { epoch: 1 }),
        ("use lab, stale", Command::UseLab { epoch: 2 }),
        (
            "adjust",
            Command::Adjust {
                kind: text(),
                delta_ms: 5,
                reason: text(),
            },
        ),
        ("finish", Command::Finish { epoch: 1 }),
        ("finish, stale", Command::Finish { epoch: 2 }),
        ("end", Command::End { reason: text() }),
        ("expire", Command::Expire),
        ("grade", Command::Grade),
        ("note", Command::Note { text: text() }),
    ]
}

/// The whole table. Columns: registered, waiting, running, running after the deadline, submitted by the candidate,
/// submitted by the deadline, the same after the late window, graded (handed in by the candidate).
#[test]
fn the_whole_transition_table() {
    const TABLE: [(&str, &str); 17] = [
        ("enter", "A=wwwwww"),
        ("start", "wAwwwwww"),
        ("take over", "wwAccccc"),
        ("save", "ww+LcLcc"),
        ("save, stale request", "wweeeeee"),
        ("save, stale token", "wweeeeee"),
        ("reset lab", "wwAccccc"),
        ("reset lab, stale", "wweecccc"),
        ("use lab", "wwyccccc"),
        ("use lab, stale", "wweecccc"),
        ("adjust", "AAAAwwww"),
        ("finish", "wwAA===="),
        ("finish, stale", "wweA===="),
        ("end", "wwAAwwww"),
        ("expire", "wwnA===="),
        ("grade", "wwwwAAA="),
        ("note", "AAAAAAAA"),
    ];
    let running = state(SessionState::Running);
    let expired = running.clone().apply(
        &Event::Submitted {
            reason: EndReason::Deadline,
            ended_at_ms: DEADLINE,
            note: String::new(),
        },
        DEADLINE + 2,
    );
    let columns = [
        (state(SessionState::Registered), 10),
        (state(SessionState::Waiting), 60),
        (running.clone(), DEADLINE),
        (running, DEADLINE + 1),
        (state(SessionState::Submitted), 510),
        (expired.clone(), DEADLINE + LATE_WINDOW_MS),
        (expired, DEADLINE + LATE_WINDOW_MS + 1),
        (state(SessionState::Graded), 700),
    ];
    for ((name, command), (expected_name, expected)) in commands().into_iter().zip(TABLE) {
        assert_eq!(name, expected_name);
        let found: String = columns
            .iter()
            .map(|(state, now_ms)| letter(&decide(state, command.clone(), *now_ms)))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn whoever_notices_the_deadline_the_end_is_the_deadline() {
    let running = state(SessionState::Running);
    for command in [
        Command::Expire,
        Command::Finish { epoch: 1 },
        Command::End {
            reason: String::new(),
        },
    ] {
        let decision = decide(&running, command, DEADLINE + 5000);
        let Ok(Decision::Append(event)) = decision else {
            panic!("{decision:?}");
        };
        let ended = running.clone().apply(&event, DEADLINE + 5000);
        assert_eq!(ended.ended_at_ms, Some(DEADLINE));
        assert_eq!(ended.end_reason, Some(EndReason::Deadline));
    }
}

#[test]
fn an_adjustment_moves_the_deadline_and_a_counter_entry_moves_it_back() {
    let adjusted = |delta_ms| Event::Adjusted {
        kind: "extension".to_owned(),
        delta_ms,
        reason: "r".to_owned(),
    };
    let extended = state(SessionState::Running).apply(&adjusted(700), 200);
    assert_eq!(extended.deadline_at_ms(), Some(DEADLINE + 700));
    assert_eq!(extended.remaining_ms(DEADLINE), Some(700));
    let back = extended.apply(&adjusted(-700), 300);
    assert_eq!(back.deadline_at_ms(), Some(DEADLINE));
    assert_eq!(back.remaining_ms(DEADLINE + 9), Some(0));
}

#[test]
fn a_take_over_raises_the_epoch_and_shuts_the_older_tab_out() {
    let event = Event::TakenOver {
        sign_in_id: sign_in(1),
    };
    let taken = state(SessionState::Running).apply(&event, 200);
    assert_eq!(taken.epoch, 2);
    let older = decide(&taken, Command::Save { epochs: [1, 1] }, 300);
    assert_eq!(older, Err(Refusal::StaleEpoch(2)));
    let newer = decide(&taken, Command::Save { epochs: [2, 2] }, 300);
    assert_eq!(newer, Ok(Decision::Store));
}

fn any_command() -> impl Strategy<Value = Command> {
    let commands: Vec<Command> = commands().into_iter().map(|(_, command)| command).collect();
    prop_oneof![
        4 => proptest::sample::select(commands),
        1 => (0_i64..4).prop_map(|epoch| Command::Finish { epoch }),
        1 => (-500_i64..500).prop_map(|delta_ms| Command::Adjust {
            kind: "extension".to_owned(),
            delta_ms,
            reason: String::new(),
        }),
    ]
}

proptest! {
    /// The state that operations keep in the row is the state that the stored log folds to, after any history.
    #[test]
    fn folding_the_log_gives_the_state_of_the_row(history in proptest::collection::vec((any_command(), 0_i64..200), 0..60)) {
        let mut row = State::registered(LIMIT);
        let mut log: Vec<(String, String, i64)> = Vec::new();
        let mut now_ms = 0;
        for (command, step) in history {
            now_ms += step;
            if let Ok(Decision::Append(event)) = decide(&row, command, now_ms) {
                let (kind, body) = event.parts().unwrap();
                log.push((kind, body, now_ms));
                row = row.apply(&event, now_ms);
            }
        }
        let folded = log.iter().fold(State::registered(LIMIT), |state, (kind, body, at_ms)| {
            state.apply(&Event::from_parts(kind, body).unwrap(), *at_ms)
        });
        prop_assert_eq!(&folded, &row);
        // Whatever happened: it runs if and only if it was started and has not ended.
        let is_running = row.started_at_ms.is_some() && row.ended_at_ms.is_none();
        prop_assert_eq!(row.phase == SessionState::Running, is_running);
        prop_assert_eq!(row.epoch > 0, row.started_at_ms.is_some());
    }
}
