//! Hosts that wait ready.

use task_protocol::{Call, CallResult, LabState, TerminalSize, WarmPool};

use crate::runner::{Connection, Runner, await_that, lab_id, spec};

fn pool(calls: &mut Connection) -> WarmPool {
    match calls.call(Call::Describe) {
        Ok(CallResult::Description(description)) => description.warm_pool,
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn a_ready_host_is_as_good_as_a_new_one_and_used_once() {
    let Some(runner) = Runner::start_with(&["--warm", "1"]) else {
        return;
    };
    let mut calls = runner.connect();
    let setup = "echo one > /root/of; echo 'PS1=\"of-$(cat /root/of)> \"' >> /root/.bashrc";
    calls.create("one", &spec(setup));
    await_that("a host waits", || pool(&mut calls).ready == 1);
    let second = spec(&setup.replace("echo one", "echo two"));
    assert_eq!(calls.create("two", &second).state, LabState::Ready);
    let (mut first, mut viewer) = (runner.connect(), runner.connect());
    viewer.attach("two", 1, TerminalSize::new(100, 30));
    // The shell was started before the setup script ran, and yet it is a login shell after it.
    let greeting = viewer.read_until("of-two> ");
    // After the empty screen that every viewer gets there is the prompt and nothing else.
    let shown = greeting.rsplit("\x1b[J").next().unwrap();
    assert!(!shown.contains('\n'), "{greeting:?}");
    viewer.keys("stty size; tty; echo $PWD $0 $HOST.\r");
    viewer.read_until("30 100");
    viewer.read_until("/root /bin/bash .");
    first.attach("one", 1, TerminalSize::default());
    first.read_until("of-one> ");
    let seen = pool(&mut calls);
    assert_eq!((seen.hits, seen.misses), (1, 1), "{seen:?}");
    // What is in one is not in the other, nor in the next.
    await_that("a host waits", || pool(&mut calls).ready == 1);
    calls.create("three", &spec("true"));
    let output = calls.script("three", "ls /root; grep -c of- /root/.bashrc");
    assert_eq!(output.stdout, "0\n", "{output:?}");
    // A reset takes a ready one too.
    await_that("a host waits", || pool(&mut calls).ready == 1);
    calls.reset("two");
    viewer.read_until("of-two> ");
    assert_eq!(pool(&mut calls).hits, 3);
}

#[test]
fn hosts_that_wait_end_with_the_runner() {
    let Some(mut runner) = Runner::start_with(&["--warm", "2"]) else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    await_that("hosts wait", || pool(&mut calls).ready == 2);
    let lab_id = lab_id("one");
    calls.call(Call::DestroyLab { lab_id }).unwrap();
    assert_eq!(runner.containers().len(), 2);
    drop(calls);
    runner.stop();
    assert_eq!(runner.containers(), Vec::<String>::new());
}
