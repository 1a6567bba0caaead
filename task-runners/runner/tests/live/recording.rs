//! What is left of the terminals for people who must judge later.

use serde_json::Value;
use task_protocol::{
    Call, CallError, CallResult, CheckSpec, JobId, LabState, RecordingMarker, RecordingView,
    TerminalSize,
};

use crate::runner::{Connection, Runner, lab_id, spec};

fn recordings(calls: &mut Connection, lab: &str) -> (Vec<RecordingView>, Vec<RecordingMarker>) {
    let lab_id = lab_id(lab);
    match calls.call(Call::ListRecordings { lab_id }) {
        Ok(CallResult::Recordings {
            recordings,
            markers,
        }) => (recordings, markers),
        other => panic!("unexpected {other:?}"),
    }
}

fn piece(calls: &mut Connection, host: &str, offset: u64) -> Result<String, CallError> {
    let call = Call::ReadRecording {
        lab_id: lab_id("one"),
        host: host.to_owned(),
        terminal: 1,
        offset,
    };
    match calls.call(call)? {
        CallResult::RecordingPiece { text } => Ok(text),
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn what_was_seen_is_on_the_tape_and_what_was_typed_unseen_is_not() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("echo 'PS1=\"of-one> \"' >> /root/.bashrc"));
    let mut viewer = runner.connect();
    viewer.attach("one", 1, TerminalSize::new(90, 20));
    viewer.read_until("of-one> ");
    viewer.keys("read -rs word; echo \"it has ${#word} letters\"\r");
    viewer.read_until("letters\"");
    viewer.keys("geheimnis\r");
    viewer.read_until("it has 9 letters");
    // A link, a query and a write to the clipboard are nowhere: not here and not on the tape.
    viewer.keys("printf 'a\\e]8;;http://evil.example\\e\\\\b\\e]52;c;eA==\\ac\\e[21td\\n'\r");
    let shown = viewer.read_until("abcd");
    assert!(!shown.contains("\u{1b}]"), "{shown:?}");
    calls.reset("one");
    viewer.read_until("of-one> ");
    let call = Call::GradeLab {
        lab_id: lab_id("one"),
        job_id: JobId::new("job").unwrap(),
        checks: vec![CheckSpec {
            id: "first".to_owned(),
            host: "lab".to_owned(),
            judge_script: ". /task/lib.sh; fail this that".to_owned(),
            run: None,
            probe: None,
            requires: Vec::new(),
            follows: Vec::new(),
            timeout_ms: 5_000,
        }],
        foreign_tokens: Vec::new(),
    };
    let Ok(CallResult::Graded(report)) = calls.call(call) else {
        panic!("not graded");
    };
    let lab = lab_id("one");
    calls.call(Call::DestroyLab { lab_id: lab }).unwrap();
    // The lab is gone, its recording is not.
    let (tapes, markers) = recordings(&mut calls, "one");
    assert_eq!(tapes, report.recordings);
    let labels: Vec<_> = markers.iter().map(|m| m.label.as_str()).collect();
    assert_eq!(
        labels,
        ["opened", "reset", "handed in", "check first: fail"]
    );

    let tape = piece(&mut calls, "lab", 0).unwrap();
    assert_eq!(tape.len() as u64, tapes[0].bytes);
    let lines: Vec<Value> = tape
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["width"], &lines[0]["height"]),
        (&90.into(), &20.into())
    );
    let of_kind = |kind: &str| -> String {
        let of_kind = lines[1..].iter().filter(|line| line[1] == kind);
        of_kind
            .map(|line| line[2].as_str().unwrap().to_owned() + "\n")
            .collect()
    };
    assert_eq!(of_kind("m"), "reset\nhanded in\ncheck first: fail\n");
    assert_eq!(of_kind("i"), "");
    let seen = of_kind("o").replace('\n', "");
    assert!(
        seen.contains("it has 9 letters") && !seen.contains("geheimnis"),
        "{seen}"
    );
    assert!(
        !seen.contains("\u{1b}]52") && !seen.contains("evil.example\u{1b}"),
        "{seen}"
    );
    // In pieces it is the same.
    let rest = piece(&mut calls, "lab", 100).unwrap();
    assert_eq!(rest, tape[100..]);
    assert_eq!(piece(&mut calls, "lab", tapes[0].bytes).unwrap(), "");
    assert_eq!(
        piece(&mut calls, "other", 0),
        Err(CallError::UnknownRecording)
    );
    assert_eq!(calls.create("other", &spec("true")).state, LabState::Ready);
    assert_eq!(recordings(&mut calls, "other").0, []);
}
