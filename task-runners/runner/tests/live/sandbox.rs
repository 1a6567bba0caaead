//! What a lab is, and what stays inside.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use task_protocol::{
    Call, CallError, CallResult, ClientMessage, LabState, PROTOCOL_VERSION, Refusal, RunnerMessage,
};

use crate::runner::{Connection, Runner, announce, await_that, lab_id, spec};

#[test]
fn the_setup_script_prepares_the_lab_and_leaves_no_trace() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let mut spec = spec("echo \"$PARAM_NAME\" > /root/name; (sleep 1000 &)\n# the-secret-fault");
    spec.env = BTreeMap::from([("PARAM_NAME".to_owned(), "it's $HOME".to_owned())]);
    assert_eq!(calls.create("one", &spec).state, LabState::Ready);
    // The same again is the same lab; something else under its name is refused.
    assert_eq!(calls.create("one", &spec).state, LabState::Ready);
    spec.setup = "true".to_owned();
    let other = calls.call(Call::CreateLab {
        lab_id: lab_id("one"),
        instance: Box::new(spec),
    });
    assert!(matches!(other, Err(CallError::LabExists { .. })));
    let output = calls.script(
        "one",
        "cat /root/name; hostname; pwd; P=$(pgrep sleep)
         cat /proc/1/environ /proc/1/cmdline /proc/$P/environ
         find -L /proc/1/fd /proc/$P/fd -type f -exec cat {} +",
    );
    assert!(
        output.stdout.starts_with("it's $HOME\nlab\n/root\n"),
        "{output:?}"
    );
    assert!(!output.stdout.contains("the-secret-fault"), "{output:?}");
}

#[test]
fn a_setup_script_that_fails_is_reported_with_its_words() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let view = calls.create("one", &spec("echo because >&2; exit 3"));
    assert_eq!(view.state, LabState::Failed);
    let detail = view.detail.unwrap();
    assert!(
        detail.contains("status 3") && detail.contains("because"),
        "{detail}"
    );
    let mut slow = spec("sleep 1000");
    slow.setup_timeout_ms = 200;
    assert_eq!(calls.create("two", &slow).state, LabState::Failed);
    assert_eq!(runner.containers(), Vec::<String>::new());
}

#[test]
fn root_inside_is_nobody_outside() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("sleep 987654 > /dev/null 2>&1 &"));
    let output = calls.script("one", "id -u; cat /proc/self/uid_map");
    let mut words = output.stdout.split_whitespace();
    assert_eq!(words.next(), Some("0"));
    let base: u32 = words.nth(1).unwrap().parse().unwrap();
    assert!(base > 65_536, "{output:?}");
    let outside = fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        line.starts_with(b"sleep\x00987654").then(|| entry.path())
    });
    let status = fs::read_to_string(outside.unwrap().join("status")).unwrap();
    assert!(
        status.contains(&format!("Uid:\t{base}\t{base}")),
        "{status}"
    );
}

#[test]
fn root_inside_has_no_power_over_the_machine() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    for attempt in [
        "mount -t tmpfs none /mnt",
        "unshare --user --map-root-user true",
        "unshare --net true",
        "mknod /tmp/disk b 8 0",
        "date --set 2020-01-01",
        "dmesg",
        "echo x > /proc/sys/kernel/core_pattern",
        "echo b > /proc/sysrq-trigger",
        "ip link add name dummy0 type dummy",
        "python3 -c 'import socket; socket.socket(socket.AF_VSOCK)'",
        "grep -q . /proc/cmdline",
        "grep -q . /proc/kcore",
    ] {
        let output = calls.script("one", attempt);
        assert_ne!(output.exit_code, Some(0), "{attempt}: {output:?}");
    }
    // But it is root over what is in the lab.
    let own = "useradd worker && chown worker /srv && su worker -c 'touch /srv/x' && \
               sudo -u worker id -un && kill -0 1 && nginx && curl -sI localhost";
    let output = calls.script("one", own);
    assert_eq!(output.exit_code, Some(0), "{output:?}");
    assert!(output.stdout.contains("worker\n") && output.stdout.contains("200 OK"));
}

#[test]
fn there_is_no_network_but_loopback() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let output = calls.script(
        "one",
        "ls /sys/class/net; ip route; ping -c 1 -W 5 127.0.0.1",
    );
    assert!(output.stdout.starts_with("lo\nPING"), "{output:?}");
    assert_eq!(output.exit_code, Some(0));
    let output = calls.script("one", "curl -m 5 http://169.254.169.254/");
    // Refused at once: there is no way, not a way that leads nowhere.
    assert_eq!(output.exit_code, Some(7), "{output:?}");
}

#[test]
fn a_fork_bomb_stays_inside() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    calls.create("two", &spec("true"));
    let bomb = "bomb() { bomb | bomb & }; bomb; sleep 0.5; cat /sys/fs/cgroup/pids.max; true";
    calls.script("one", bomb);
    let output = calls.script("two", "for i in $(seq 40); do sleep 0.01 & done; wait");
    assert_eq!(output.exit_code, Some(0), "{output:?}");
    assert_eq!(calls.reset("one").state, LabState::Ready);
    assert_eq!(calls.script("one", "true").exit_code, Some(0));
}

#[test]
fn a_full_disk_stays_inside_and_is_an_ordinary_error() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let output = calls.script(
        "one",
        "one=$(head -c 1G /dev/zero 2>&1 > /tmp/big); size=$(stat -c %s /tmp/big); rm /tmp/big
         two=$({ i=0; while : > /tmp/small-$((i++)); do :; done; } 2>&1); rm -r /tmp
         echo $size; echo $one; echo $two",
    );
    assert_eq!(output.exit_code, Some(0), "{output:?}");
    let refusals = output.stdout.matches("No space left on device");
    assert_eq!(refusals.count(), 2, "{output:?}");
    let size: u64 = output.stdout.lines().next().unwrap().parse().unwrap();
    assert!(size <= 64 * 1024 * 1024, "{size}");
}

#[test]
fn a_memory_hog_is_killed_alone() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let output = calls.script("one", "python3 -c 'x = bytearray(10**9)'; echo $?");
    assert_eq!(output.stdout, "137\n", "{output:?}");
}

#[test]
fn a_reset_throws_away_one_lab_only() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    for name in ["one", "two"] {
        calls.create(name, &spec("echo first > /root/state"));
        calls.script(name, "echo changed > /root/state; rm -rf /usr/bin/git");
    }
    let begin = Instant::now();
    let view = calls.reset("one");
    announce(&format!("reset took {:?}", begin.elapsed()));
    assert_eq!((view.state, view.resets), (LabState::Ready, 1));
    assert_eq!(
        calls
            .script("one", "cat /root/state; git --version")
            .exit_code,
        Some(0)
    );
    assert_eq!(calls.script("one", "cat /root/state").stdout, "first\n");
    assert_eq!(calls.script("two", "cat /root/state").stdout, "changed\n");
}

#[test]
fn labs_do_not_see_each_other() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create(
        "one",
        &spec("python3 -m http.server 8000 > /dev/null 2>&1 &"),
    );
    calls.create("two", &spec("true"));
    calls.script("one", "touch /tmp/mine /dev/shm/mine; sleep 4321 &");
    let output = calls.script(
        "two",
        "ls /tmp /dev/shm; pgrep sleep; curl -sm 5 http://127.0.0.1:8000/ && echo reached",
    );
    assert_eq!(output.stdout, "/dev/shm:\n\n/tmp:\n", "{output:?}");
    let map = "cat /proc/self/uid_map";
    assert_ne!(
        calls.script("one", map).stdout,
        calls.script("two", map).stdout
    );
}

#[test]
fn a_script_that_runs_too_long_is_ended_and_background_work_is_not_waited_for() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("true"));
    let call = Call::RunScript {
        lab_id: lab_id("one"),
        host: "lab".to_owned(),
        script: "echo begun; sleep 1000".to_owned(),
        env: BTreeMap::new(),
        timeout_ms: 500,
    };
    let Ok(CallResult::Script(output)) = calls.call(call) else {
        panic!("no output");
    };
    assert_eq!((output.exit_code, output.timed_out), (None, true));
    assert_eq!(output.stdout, "begun\n");
    let output = calls.script("one", "sleep 1000 & exit 4");
    assert_eq!((output.exit_code, output.timed_out), (Some(4), false));
}

#[test]
fn destroyed_and_ended_labs_leave_nothing() {
    let Some(mut runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    for name in ["one", "two"] {
        calls.create(name, &spec("nginx"));
    }
    let destroy = Call::DestroyLab {
        lab_id: lab_id("one"),
    };
    assert_eq!(calls.call(destroy.clone()), Ok(CallResult::Destroyed));
    assert_eq!(calls.call(destroy), Ok(CallResult::Destroyed));
    assert_eq!(runner.containers().len(), 1);
    runner.stop();
    assert_eq!(runner.containers(), Vec::<String>::new());
    let disks = fs::read_dir(runner.dir.path().join("data/disks")).unwrap();
    let left = disks
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("disk-"));
    assert_eq!(left.count(), 0);
}

#[test]
fn a_runner_cleans_up_after_one_that_was_killed() {
    let Some(mut runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("sleep 918273 > /dev/null 2>&1 &"));
    let is_alive = || {
        fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            fs::read(entry.path().join("cmdline"))
                .is_ok_and(|line| line.starts_with(b"sleep\x00918273"))
        })
    };
    await_that("the lab's process has become sleep", is_alive);
    runner.kill_and_restart();
    let mut calls = runner.connect();
    assert_eq!(
        calls.call(Call::ListLabs),
        Ok(CallResult::Labs { labs: Vec::new() })
    );
    await_that("the stale lab is gone", || !is_alive());
    assert_eq!(calls.create("one", &spec("true")).state, LabState::Ready);
}

#[test]
fn calls_that_make_no_sense_are_refused() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let mut create = |change: fn(&mut task_protocol::LabSpec)| {
        let mut spec = spec("true");
        change(&mut spec);
        calls.call(Call::CreateLab {
            lab_id: lab_id("one"),
            instance: Box::new(spec),
        })
    };
    let unknown = create(|spec| spec.image = "nope".to_owned());
    assert!(matches!(unknown, Err(CallError::UnknownImage { .. })));
    for change in [
        (|spec| spec.terminals = 5) as fn(&mut task_protocol::LabSpec),
        |spec| spec.limits.memory_mib = 0,
        |spec| spec.limits.cpus = f64::MAX,
        |spec| spec.hosts = vec!["a b".to_owned()],
        |spec| spec.hosts = Vec::new(),
        |spec| spec.hosts = vec!["lab".to_owned(); 2],
    ] {
        assert!(matches!(create(change), Err(CallError::BadCall { .. })));
    }
    let lab_id = lab_id("nowhere");
    let inspect = calls.call(Call::InspectLab { lab_id });
    assert!(matches!(inspect, Err(CallError::UnknownLab { .. })));
}

#[test]
fn the_handshake_comes_first() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut old = Connection::without_handshake(&runner.socket());
    old.say(&ClientMessage::Hello {
        version: PROTOCOL_VERSION + 1,
    });
    assert_eq!(
        old.message(),
        Some(RunnerMessage::Refused(Refusal::Version {
            version: PROTOCOL_VERSION
        }))
    );
    assert!(old.frame().is_none());
    let mut rude = Connection::without_handshake(&runner.socket());
    rude.say(&ClientMessage::Ack { bytes: 1 });
    assert!(matches!(
        rude.message(),
        Some(RunnerMessage::Refused(Refusal::Protocol { .. }))
    ));
}
