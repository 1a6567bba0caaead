//! Processes, memory and processor time.

use std::time::{Duration, Instant};

use task_protocol::{Frame, LabState, RunnerMessage, TerminalSize};

use crate::runner::{Connection, Runner, announce, await_that, spec};
use crate::{lab, python, python_outside};

/// Starts processes in sessions of their own without end; all ignore what can be ignored.
const STORM: &str = "
import os, signal
for number in (1, 2, 13, 15): signal.signal(number, signal.SIG_IGN)
open('/tmp/begun', 'w').close()
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: pass
";

/// How long a key takes to come back, the middle of some.
fn echo_time(viewer: &mut Connection) -> Duration {
    let mut times: Vec<_> = (0..21)
        .map(|number| {
            let begin = Instant::now();
            viewer.keys(format!("<{number}"));
            viewer.read_until(&format!("<{number}"));
            begin.elapsed()
        })
        .collect();
    viewer.keys("\x15");
    times.sort();
    times[times.len() / 2]
}

fn shell(runner: &Runner, lab: &str) -> Connection {
    let mut viewer = runner.connect();
    viewer.attach(lab, 1, TerminalSize::default());
    viewer.read_until("# ");
    viewer
}

#[test]
fn a_storm_of_processes_and_sessions_is_felt_by_nobody_else() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    calls.create("two", &spec("true"));
    let mut other = shell(&runner, "two");
    let quiet = echo_time(&mut other);
    let start =
        format!("cat > /root/storm.py <<'X'{STORM}X\npython3 /root/storm.py > /dev/null 2>&1 &");
    calls.script("one", &start);
    await_that("the storm has begun", || {
        // It may leave no process to look with.
        let limit = std::fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter(|entry| {
                std::fs::read(entry.path().join("cmdline"))
                    .is_ok_and(|line| line.starts_with(b"python3\0/root/storm.py"))
            });
        limit.count() > 50
    });
    let stormy = echo_time(&mut other);
    announce(&format!("echo took {quiet:?}, beside a storm {stormy:?}"));
    assert!(
        stormy < quiet + Duration::from_millis(100),
        "{quiet:?} {stormy:?}"
    );
    let begin = Instant::now();
    assert_eq!(calls.reset("one").state, LabState::Ready);
    let took = begin.elapsed();
    announce(&format!("reset in a storm took {took:?}"));
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(calls.script("one", "true").exit_code, Some(0));
}

#[test]
fn a_fork_bomb_gets_an_ordinary_error_and_control_c_ends_it() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner, "one");
    let bomb = "
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
while True:
    try: os.fork()
    except OSError as error: print(error.strerror, flush=True); time.sleep(0.1)
";
    calls.script("one", &format!("cat > /root/bomb.py <<'X'{bomb}X"));
    viewer.keys("MARK=kept; python3 /root/bomb.py\r");
    viewer.read_until("Resource temporarily unavailable");
    viewer.keys("\x03");
    viewer.keys("echo [$MARK]\r");
    viewer.read_until("[kept]");
}

#[test]
fn memory_without_end_kills_the_job_and_not_the_shell() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    calls.create("two", &spec("true"));
    calls.script("two", "sleep 1000 > /dev/null 2>&1 &");
    let mut viewer = shell(&runner, "one");
    viewer.keys("MARK=kept\r");
    // Memory that is only asked for costs nobody anything, and is not refused.
    viewer.keys("python3 -c 'import mmap; mmap.mmap(-1, 1 << 32); print(\"as\" + \"ked\")'\r");
    viewer.read_until("asked\r\n");
    for hog in [
        "python3 -c 'bytearray(1 << 30)'",
        "python3 -c 'import mmap; m = mmap.mmap(-1, 1 << 30); [m.__setitem__(i, 1) for i in range(0, 1 << 30, 4096)]'",
    ] {
        viewer.keys(format!("{hog}; echo [$?:$MARK]\r"));
        // The candidate is told.
        let output = viewer.read_until("[137:kept]");
        assert!(output.contains("Killed"), "{output}");
    }
    // What no process holds any more counts too, and a reset frees it.
    python(
        &mut calls,
        "one",
        "
import ctypes, os
c = ctypes.CDLL(None); c.shmat.restype = ctypes.c_void_p
while True:
    child = os.fork()
    if child == 0:
        place = c.shmat(c.shmget(0, 16 << 20, 0o1600), 0, 0)
        ctypes.memset(place, 1, 16 << 20)
        os._exit(0)
    if os.waitpid(child, 0)[1]: break
",
    );
    assert_eq!(calls.reset("one").state, LabState::Ready);
    assert_eq!(
        calls
            .script("one", "python3 -c 'bytearray(100 << 20)'")
            .exit_code,
        Some(0)
    );
    assert_eq!(calls.script("two", "pgrep -c sleep").stdout, "1\n");
}

#[test]
fn many_small_hogs_leave_the_lab_alive() {
    let Some((_runner, mut calls)) = lab() else {
        return;
    };
    let hogs = "for i in $(seq 50); do python3 -c 'x = bytearray(8 << 20); input()' < /dev/zero & done 2>/dev/null; wait";
    calls.script("one", hogs);
    assert_eq!(calls.script("one", "echo alive").stdout, "alive\n");
}

#[test]
fn all_processors_together_give_a_lab_its_share() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let mut half = spec("true");
    half.limits.cpus = 0.5;
    calls.create("one", &half);
    // Four burn for two seconds; prints how much of a processor they had.
    let burn = "
import os, time
begin = time.monotonic()
for _ in range(4):
    if os.fork() == 0:
        while time.monotonic() < begin + 2: pass
        os._exit(0)
for _ in range(4): os.wait()
used = os.times()
print((used.children_user + used.children_system) / (time.monotonic() - begin))
";
    let inside: f64 = python(&mut calls, "one", burn).trim().parse().unwrap();
    assert!(inside < 0.65, "{inside}");
    if let Some(outside) = python_outside(burn) {
        let outside: f64 = outside.trim().parse().unwrap();
        assert!(outside > inside, "{outside}");
    }
}

#[test]
fn stopping_and_killing_everything_stops_nothing_outside() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    let mut viewer = shell(&runner, "one");
    // Its parent is outside, and the first process takes no signal from inside.
    viewer.keys("kill -STOP 1; kill -KILL 1; awk '/^PPid/ { print \"parent-\" $2 }' /proc/$$/status; echo o''n\r");
    let output = viewer.read_until("on\r\n");
    assert!(output.contains("parent-0"), "{output}");
    let stop = task_protocol::Call::RunScript {
        host: "lab".to_owned(),
        lab_id: crate::lab_id("one"),
        script: "trap '' TERM; kill -STOP 1 -1; kill -STOP $$; sleep 1000".to_owned(),
        env: std::collections::BTreeMap::new(),
        timeout_ms: 500,
    };
    let begin = Instant::now();
    let Ok(task_protocol::CallResult::Script(output)) = calls.call(stop) else {
        panic!("no output");
    };
    assert!(output.timed_out && begin.elapsed() < Duration::from_secs(3));
    // The shell is stopped too; it is killed, and the next is a new one.
    calls.script("one", "kill -KILL -1");
    while viewer.frame().unwrap() != Frame::Message(RunnerMessage::Exited) {}
    viewer.keys("x");
    viewer.read_until("# ");
    viewer.keys("echo ali''ve\r");
    viewer.read_until("alive");
    assert_eq!(calls.reset("one").state, LabState::Ready);
}

#[test]
fn watches_on_files_and_terminals_run_out_in_one_lab_only() {
    let Some((runner, mut calls)) = lab() else {
        return;
    };
    calls.create("two", &spec("true"));
    let greedy = "
import ctypes, os, time
c = ctypes.CDLL(None)
watches = terminals = 0
while c.inotify_init() >= 0: watches += 1
try:
    while True: os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY); terminals += 1
except OSError: pass
with open('/tmp/counts', 'w') as counts: print(watches, terminals, file=counts)
time.sleep(1000)
";
    calls.script(
        "one",
        &format!("cat > /tmp/greedy.py <<'X'{greedy}X\npython3 /tmp/greedy.py > /dev/null 2>&1 & until [ -s /tmp/counts ]; do sleep 0.02; done"),
    );
    let counts = calls.script("one", "cat /tmp/counts").stdout;
    for count in counts.split_whitespace() {
        assert!(count.parse::<u32>().unwrap() <= 32, "{counts}");
    }
    let watch = "import ctypes; print(ctypes.CDLL(None).inotify_init() >= 0)";
    assert_eq!(python(&mut calls, "two", watch), "True\n");
    if let Some(outside) = python_outside(watch) {
        assert_eq!(outside, "True\n");
    }
    let more = "echo 1000 > /proc/sys/user/max_inotify_instances";
    assert_ne!(calls.script("one", more).exit_code, Some(0));
    shell(&runner, "two");
}
