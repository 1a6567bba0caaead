//! Going back to how a lab was.

use task_protocol::{Call, CallError, CallResult, CheckpointView, LabState, LabView, TerminalSize};

use crate::runner::{Connection, Runner, lab_id, spec};

fn take(calls: &mut Connection, lab: &str) -> Vec<CheckpointView> {
    let lab_id = lab_id(lab);
    match calls.call(Call::TakeCheckpoint { lab_id }) {
        Ok(CallResult::Lab(view)) => view.checkpoints,
        other => panic!("unexpected {other:?}"),
    }
}

fn back(calls: &mut Connection, lab: &str, number: u32) -> Result<LabView, CallError> {
    let call = Call::ResetLab {
        lab_id: lab_id(lab),
        checkpoint: Some(number),
    };
    match calls.call(call)? {
        CallResult::Lab(view) => Ok(view),
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn a_lab_goes_back_to_its_files_and_boots() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let mut two = spec("echo setup >> /root/story; (sleep 1000 &)");
    two.hosts = vec!["front".to_owned(), "back".to_owned()];
    two.boot = "echo \"boot of $HOST\" >> /root/story".to_owned();
    assert_eq!(calls.create("one", &two).state, LabState::Ready);
    let mut viewer = runner.connect();
    viewer.say(&task_protocol::ClientMessage::Attach {
        lab_id: lab_id("one"),
        host: "front".to_owned(),
        terminal: 1,
        size: TerminalSize::default(),
    });
    viewer.message();
    viewer.read_until("# ");
    let work = "echo first >> /root/story; mkdir /srv/a; touch /srv/a/b; chown 33:33 /srv/a/b
        rm /etc/debconf.conf; ln -s /nowhere /srv/link";
    calls.script_on("front", "one", work);
    calls.script_on("back", "one", "echo other >> /root/story");
    assert_eq!(take(&mut calls, "one").len(), 1);
    calls.script_on(
        "front",
        "one",
        "echo second >> /root/story; rm -r /srv/a; touch /etc/debconf.conf",
    );
    let checkpoints = take(&mut calls, "one");
    assert_eq!(
        checkpoints.iter().map(|c| c.number).collect::<Vec<_>>(),
        [1, 2]
    );
    assert!(checkpoints[0].at_ms <= checkpoints[1].at_ms);
    calls.script_on(
        "front",
        "one",
        "rm -rf /root/story /usr/bin/python3 /etc/passwd",
    );

    assert_eq!(back(&mut calls, "one", 1).unwrap().state, LabState::Ready);
    // The viewer has a new shell in the lab as it was.
    viewer.read_until("# ");
    let output = calls.script_on(
        "front",
        "one",
        "cat /root/story; stat -c %u:%g /srv/a/b; ls /etc/debconf.conf /usr/bin/python3 2>&1; readlink /srv/link
         hostname; pgrep sleep || echo quiet; getent hosts back",
    );
    assert_eq!(
        output.stdout,
        "setup\nfirst\nboot of front\n33:33\nls: cannot access '/etc/debconf.conf': No such file or directory\n\
         /usr/bin/python3\n/nowhere\nfront\nquiet\n10.77.0.12      back\n",
        "{output:?}"
    );
    let output = calls.script_on(
        "back",
        "one",
        "cat /root/story; ping -c 1 -W 2 front > /dev/null && echo pong",
    );
    assert_eq!(
        output.stdout, "setup\nother\nboot of back\npong\n",
        "{output:?}"
    );
    // Forwards again, and to the beginning.
    assert_eq!(back(&mut calls, "one", 2).unwrap().state, LabState::Ready);
    let output = calls.script_on("front", "one", "tail -n 2 /root/story");
    assert_eq!(output.stdout, "second\nboot of front\n");
    assert_eq!(calls.reset("one").state, LabState::Ready);
    assert_eq!(
        calls.script_on("front", "one", "cat /root/story").stdout,
        "setup\n"
    );
    assert_eq!(
        back(&mut calls, "one", 7),
        Err(CallError::UnknownCheckpoint { checkpoint: 7 })
    );
    assert_eq!(
        calls.script_on("front", "one", "cat /root/story").stdout,
        "setup\n"
    );
}

#[test]
fn the_latest_are_kept_and_none_outlives_its_lab() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    // Somebody writes all the time: the copy is of one moment.
    calls.script(
        "one",
        "(while :; do date >> /root/log; done) > /dev/null 2>&1 &",
    );
    let mut last = Vec::new();
    for _ in 0..8 {
        last = take(&mut calls, "one");
    }
    assert_eq!(
        last.iter().map(|c| c.number).collect::<Vec<_>>(),
        [3, 4, 5, 6, 7, 8]
    );
    assert_eq!(back(&mut calls, "one", 5).unwrap().state, LabState::Ready);
    let files = || {
        let disks = std::fs::read_dir(runner.dir.path().join("data/disks")).unwrap();
        let names = disks.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("checkpoint-")).count()
    };
    assert_eq!(files(), 6);
    let lab_id = lab_id("one");
    calls.call(Call::DestroyLab { lab_id }).unwrap();
    assert_eq!(files(), 0);
}
