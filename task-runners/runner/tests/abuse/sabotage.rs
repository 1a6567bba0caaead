//! Candidates who break their own machine: the runner must go on, and a reset must help.

use std::time::{Duration, Instant};

use task_protocol::{LabState, TerminalSize};

use crate::runner::{Runner, announce, spec};

/// Breaks the lab, opens a terminal, resets; gives how long the reset took.
fn broken_and_reset(runner: &Runner, lab: &str, sabotage: &str) -> Duration {
    let mut calls = runner.connect();
    calls.create(lab, &spec("true"));
    calls.script(lab, sabotage);
    let mut viewer = runner.connect();
    viewer.attach(lab, 1, TerminalSize::default());
    viewer.keys("\r");
    let begin = Instant::now();
    let view = calls.reset(lab);
    let took = begin.elapsed();
    assert_eq!(view.state, LabState::Ready, "{sabotage}: {view:?}");
    let mut viewer = runner.connect();
    viewer.attach(lab, 2, TerminalSize::default());
    viewer.read_until("# ");
    took
}

#[test]
fn a_lab_without_a_shell_is_mended_by_a_reset() {
    let Some(runner) = Runner::start() else {
        return;
    };
    for (number, sabotage) in [
        "rm -rf /usr /bin /sbin /lib",
        "rm /usr/bin/bash; mkfifo /usr/bin/bash",
        "rm -rf /root; ln -s /proc/1/fd /root",
        "chmod 000 / /root; echo 'exit 1' > /etc/profile",
        "truncate -s 1T /etc/passwd; truncate -s 1T /etc/group",
        "rm /etc/passwd; ln -s /dev/zero /etc/passwd",
        "umount /proc; kill -KILL -1; rm -rf /etc",
    ]
    .into_iter()
    .enumerate()
    {
        let took = broken_and_reset(&runner, &format!("lab-{number}"), sabotage);
        assert!(took < Duration::from_secs(5), "{sabotage}: {took:?}");
    }
}

/// The runtime opens these files of the lab before it starts a program there.
#[test]
#[ignore = "slow: make abuse"]
fn a_fifo_where_the_runtime_reads_a_file_holds_up_one_terminal_for_moments() {
    let Some(mut runner) = Runner::start() else {
        return;
    };
    std::thread::scope(|scope| {
        for name in ["passwd", "group"] {
            let runner = &runner;
            scope.spawn(move || {
                let sabotage = format!("rm /etc/{name}; mkfifo /etc/{name}");
                let took = broken_and_reset(runner, name, &sabotage);
                announce(&format!("reset after a FIFO at /etc/{name} took {took:?}"));
                assert!(took < Duration::from_secs(20), "{took:?}");
            });
        }
        // Others are not held up meanwhile.
        let mut calls = runner.connect();
        calls.create("other", &spec("true"));
        assert_eq!(calls.script("other", "true").exit_code, Some(0));
    });
    let begin = Instant::now();
    runner.stop();
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
}
