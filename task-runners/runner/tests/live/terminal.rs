//! Terminals that survive their viewers, and flow control.

use std::time::Instant;

use task_protocol::{
    Call, ClientMessage, Frame, Refusal, RunnerMessage, TerminalSize, UNACKNOWLEDGED_BYTES_MAX,
};

use crate::runner::{Connection, Runner, announce, lab_id, spec};

const PROMPT: &str = "# ";

fn viewer(runner: &Runner, terminal: u8) -> Connection {
    let mut viewer = runner.connect();
    viewer.attach("one", terminal, TerminalSize::new(100, 30));
    viewer
}

/// The frames up to one that is a message.
fn skip_to_message(viewer: &mut Connection) -> Option<RunnerMessage> {
    loop {
        match viewer.frame()? {
            Frame::Message(message) => return Some(message),
            Frame::Bytes(bytes) => viewer.acknowledge(bytes.len()),
        }
    }
}

#[test]
fn a_shell_answers_and_follows_its_size() {
    let Some(runner) = Runner::start() else {
        return;
    };
    runner.connect().create("one", &spec("true"));
    let mut viewer = viewer(&runner, 1);
    viewer.read_until(PROMPT);
    viewer.keys("echo $((6*7)); stty size; tty; echo $TERM $LANG; id -un; echo e''nd\r");
    let output = viewer.read_until("end\r\n");
    for part in [
        "\r42\r\n",
        "30 100\r\n",
        "/dev/pts/0",
        "xterm-256color C.UTF-8",
        "root\r\n",
    ] {
        assert!(output.contains(part), "{part:?} in {output:?}");
    }
    viewer.say(&ClientMessage::Resize {
        size: TerminalSize::new(80, 24),
    });
    viewer.read_until(PROMPT);
    viewer.keys("stty size\r");
    viewer.read_until("24 80\r\n");
}

#[test]
fn a_second_viewer_sees_what_the_first_saw_and_replaces_it() {
    let Some(runner) = Runner::start() else {
        return;
    };
    runner.connect().create("one", &spec("true"));
    let mut first = viewer(&runner, 1);
    first.read_until(PROMPT);
    first.keys("seq 1000 1500; MARK=kept; printf '\\033[31mred%s\\n' text\r");
    first.read_until("redtext");
    let begin = Instant::now();
    let mut second = viewer(&runner, 1);
    let restored = second.read_until("redtext");
    assert!(begin.elapsed().as_secs() < 1, "{:?}", begin.elapsed());
    assert!(restored.contains("1000\r\n1001\r\n"), "scrollback is there");
    assert_eq!(skip_to_message(&mut first), Some(RunnerMessage::Replaced));
    assert!(first.frame().is_none());
    second.keys("echo [$MARK]\r");
    second.read_until("[kept]");
}

#[test]
fn work_goes_on_while_nobody_looks() {
    let Some(runner) = Runner::start() else {
        return;
    };
    runner.connect().create("one", &spec("mkfifo /root/go"));
    let mut first = viewer(&runner, 1);
    first.read_until(PROMPT);
    first.keys("read line < /root/go; seq 100000; echo do''ne $line\r");
    first.read_until("do''ne");
    drop(first);
    runner.connect().script("one", "echo now > /root/go");
    let mut second = viewer(&runner, 1);
    let output = second.read_until("done now");
    assert!(output.contains("100000\r\n"));
}

#[test]
fn a_flood_waits_for_acknowledgements_and_control_c_passes() {
    let Some(runner) = Runner::start() else {
        return;
    };
    runner.connect().create("one", &spec("true"));
    let mut viewer = viewer(&runner, 1);
    viewer.read_until(PROMPT);
    viewer.keys("yes\r");
    // Reads without acknowledging until all that may be on its way has come.
    let mut unacknowledged = 0;
    while unacknowledged < UNACKNOWLEDGED_BYTES_MAX {
        match viewer.frame() {
            Some(Frame::Bytes(bytes)) => unacknowledged += bytes.len(),
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(unacknowledged, UNACKNOWLEDGED_BYTES_MAX);
    viewer.keys("\x03");
    viewer.keys("echo sto''pped\r");
    viewer.acknowledge(unacknowledged);
    let begin = Instant::now();
    let rest = viewer.read_until("stopped");
    // What the terminal held when it was interrupted, not what `yes` could have written since.
    assert!(rest.len() < UNACKNOWLEDGED_BYTES_MAX, "{}", rest.len());
    assert!(begin.elapsed().as_secs() < 5);
}

#[test]
fn a_shell_that_ends_is_followed_by_another() {
    let Some(runner) = Runner::start() else {
        return;
    };
    runner.connect().create("one", &spec("true"));
    let mut viewer = viewer(&runner, 1);
    viewer.read_until(PROMPT);
    viewer.keys("X=1; exit\r");
    assert_eq!(skip_to_message(&mut viewer), Some(RunnerMessage::Exited));
    viewer.keys("x");
    viewer.read_until(PROMPT);
    viewer.keys("echo [$X]\r");
    viewer.read_until("[]\r\n");
}

#[test]
fn a_reset_gives_the_viewer_a_new_shell() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let mut viewer = viewer(&runner, 1);
    viewer.read_until(PROMPT);
    viewer.keys("touch /root/file; echo made\r");
    viewer.read_until("made\r\n");
    let begin = Instant::now();
    calls.reset("one");
    viewer.read_until("\x1bc");
    viewer.read_until(PROMPT);
    announce(&format!("reset to prompt took {:?}", begin.elapsed()));
    viewer.keys("ls /root | wc -l\r");
    viewer.read_until("0\r\n");
}

#[test]
fn terminals_are_separate_and_bounded() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let (mut first, mut second) = (viewer(&runner, 1), viewer(&runner, 2));
    for viewer in [&mut first, &mut second] {
        viewer.read_until(PROMPT);
        viewer.keys("tty\r");
    }
    first.read_until("/dev/pts/");
    second.read_until("/dev/pts/");
    for (lab, terminal) in [("one", 0), ("one", 3), ("other", 1)] {
        let mut viewer = runner.connect();
        viewer.say(&ClientMessage::Attach {
            lab_id: lab_id(lab),
            host: "lab".to_owned(),
            terminal,
            size: TerminalSize::default(),
        });
        assert!(matches!(
            viewer.message(),
            Some(RunnerMessage::Refused(
                Refusal::UnknownTerminal { terminals: 2 } | Refusal::UnknownLab { .. }
            ))
        ));
    }
    calls
        .call(Call::DestroyLab {
            lab_id: lab_id("one"),
        })
        .unwrap();
    assert_eq!(
        skip_to_message(&mut first),
        Some(RunnerMessage::Refused(Refusal::LabEnded))
    );
}
