//! How long labs take, beside the plain runtime on the same files. Prints figures beside their targets; asserts nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says where"
)]

#[path = "../tests/live/runner.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod runner;

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use task_protocol::{
    Call, CallResult, CheckSpec, Frame, JobId, LabLimits, LabSpec, RunnerMessage, TerminalSize,
};

use runner::{BINARY, Connection, Runner, await_that, lab_id, spec};

const ROUNDS: usize = 41;
/// Terminals that are open while one key after the other is timed.
const TERMINALS: usize = 100;
const KEYS: usize = 1_000;
const IDLE_LABS: usize = 300;

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn at(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

fn describe(what: &str, target: &str, mut times: Vec<Duration>) {
    let (p50, p95) = (at(&mut times, 50), at(&mut times, 95));
    println!(
        "{what:<52} p50 {:>7.1} ms  p95 {:>7.1} ms   {target}",
        millis(p50),
        millis(p95)
    );
}

fn destroy(calls: &mut Connection, name: &str) {
    let lab_id = lab_id(name);
    calls.call(Call::DestroyLab { lab_id }).unwrap();
}

fn main() {
    if Runner::start().is_none() {
        return;
    }
    let cold = cold();
    let plain = plain_runtimes();
    if let Some(plain) = plain {
        println!(
            "{:<52} {:.2}",
            "ratio: cold start to prompt / plain runtime",
            cold.as_secs_f64() / plain.as_secs_f64()
        );
    }
    warm();
    echo();
    grading();
    idle();
}

/// Labs from nothing; gives the median time to the first prompt.
fn cold() -> Duration {
    let runner = Runner::start().unwrap();
    let mut calls = runner.connect();
    let (mut ready, mut prompt, mut reset, mut ended) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        calls.create("one", &spec("true"));
        ready.push(begin.elapsed());
        let mut viewer = runner.connect();
        viewer.attach("one", 1, TerminalSize::default());
        viewer.read_until("# ");
        prompt.push(begin.elapsed());
        let begin = Instant::now();
        calls.reset("one");
        viewer.read_until("# ");
        reset.push(begin.elapsed());
        let begin = Instant::now();
        destroy(&mut calls, "one");
        ended.push(begin.elapsed());
    }
    let median = at(&mut prompt, 50);
    describe("lab: cold start to ready", "", ready);
    describe("lab: cold start to first prompt", "<= 250, 500 ms", prompt);
    describe("lab: reset to new prompt", "p95 <= 300 ms", reset);
    describe("lab: destroy", "", ended);
    median
}

/// Labs from hosts that wait ready.
fn warm() {
    let runner = Runner::start_with(&["--warm", "2"]).unwrap();
    let mut calls = runner.connect();
    let pool = |calls: &mut Connection| match calls.call(Call::Describe) {
        Ok(CallResult::Description(description)) => description.warm_pool,
        other => panic!("unexpected {other:?}"),
    };
    calls.create("one", &spec("true"));
    destroy(&mut calls, "one");
    let mut prompt = vec![];
    for _ in 0..ROUNDS {
        await_that("hosts wait", || pool(&mut calls).ready == 2);
        let begin = Instant::now();
        calls.create("one", &spec("true"));
        let mut viewer = runner.connect();
        viewer.attach("one", 1, TerminalSize::default());
        viewer.read_until("# ");
        prompt.push(begin.elapsed());
        destroy(&mut calls, "one");
    }
    describe(
        "lab: start from the warm pool to first prompt",
        "p95 <= 50 ms",
        prompt,
    );
    let seen = pool(&mut calls);
    println!(
        "{:<52} {} of {}",
        "warm pool: hits",
        seen.hits,
        seen.hits + seen.misses
    );
}

/// One key after the other and its echo, with many terminals open while one runs `yes`.
fn echo() {
    let runner = Runner::start_with(&["--warm", "0", "--checkpoint-seconds", "0"]).unwrap();
    let mut calls = runner.connect();
    let mut viewers = Vec::new();
    for number in 0..TERMINALS / 4 {
        let name = format!("lab-{number}");
        let spec = LabSpec {
            terminals: 4,
            ..spec("true")
        };
        calls.create(&name, &spec);
        for terminal in 1..=4 {
            let mut viewer = runner.connect();
            viewer.attach(&name, terminal, TerminalSize::default());
            viewer.read_until("# ");
            viewers.push(viewer);
        }
    }
    let mut typist = viewers.pop().unwrap();
    let mut flooded = viewers.pop().unwrap();
    typist.keys("stty -icanon min 1; cat > /dev/null\r");
    typist.read_until("/dev/null\r\n");
    let is_over = AtomicBool::new(false);
    let mut ours = std::thread::scope(|scope| {
        scope.spawn(|| {
            flooded.keys("yes\r");
            while !is_over.load(Ordering::Relaxed) {
                match flooded.frame() {
                    Some(Frame::Bytes(bytes)) => flooded.acknowledge(bytes.len()),
                    Some(Frame::Message(RunnerMessage::Exited)) | None => return,
                    Some(Frame::Message(_)) => {}
                }
            }
            flooded.keys("\u{3}");
        });
        let times = keys(|| {
            typist.keys("x");
            typist.read_until("x");
        });
        is_over.store(true, Ordering::Relaxed);
        times
    });
    let mut raw = raw_echo();
    let (ours_99, raw_99) = (at(&mut ours, 99), at(&mut raw, 99));
    println!(
        "{:<52} p50 {:>7.3} ms  p99 {:>7.3} ms",
        format!("key to echo, {TERMINALS} terminals, one runs yes"),
        millis(at(&mut ours, 50)),
        millis(ours_99)
    );
    println!(
        "{:<52} p50 {:>7.3} ms  p99 {:>7.3} ms",
        "key to echo, raw pseudo terminal beside a `yes`",
        millis(at(&mut raw, 50)),
        millis(raw_99)
    );
    println!(
        "{:<52} {:>11.3} ms   p99 <= 3 ms",
        "key to echo: added by us, p99 - p99",
        millis(ours_99.saturating_sub(raw_99))
    );
}

fn keys(mut press: impl FnMut()) -> Vec<Duration> {
    (0..KEYS)
        .map(|_| {
            let begin = Instant::now();
            press();
            let time = begin.elapsed();
            // As fast as nobody types, but not in one burst.
            std::thread::sleep(Duration::from_millis(2));
            time
        })
        .collect()
}

/// The same key on a pseudo terminal of our own, with a `yes` beside it that is read as fast.
fn raw_echo() -> Vec<Duration> {
    use std::io::{Read as _, Write as _};

    let pair = nix::pty::openpty(None, None).unwrap();
    let mut master = fs::File::from(pair.master);
    let mut child = Command::new("cat")
        .stdin(pair.slave)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut flood = Command::new("yes").stdout(Stdio::piped()).spawn().unwrap();
    let mut flooded = flood.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut buffer = vec![0; 32 * 1024];
        // Until it is killed.
        while flooded.read(&mut buffer).is_ok_and(|length| length > 0) {
            std::thread::sleep(Duration::from_micros(500));
        }
    });
    let times = keys(|| {
        master.write_all(b"x").unwrap();
        let mut echo = [0; 1];
        master.read_exact(&mut echo).unwrap();
    });
    flood.kill().unwrap();
    flood.wait().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    reading.join().unwrap();
    times
}

/// A task with six checks.
fn grading() {
    let runner = Runner::start().unwrap();
    let mut calls = runner.connect();
    let checks: Vec<_> = (0..6)
        .map(|number| CheckSpec {
            id: format!("check-{number}"),
            host: "lab".to_owned(),
            judge_script: ". /task/lib.sh\nfile=$(lab_file /etc/hosts) || fail file none\n\
                grep -q localhost \"$file\" || fail localhost nothing\npass found\n"
                .to_owned(),
            run: None,
            probe: None,
            requires: Vec::new(),
            follows: Vec::new(),
            timeout_ms: 10_000,
        })
        .collect();
    let mut times = vec![];
    for round in 0..ROUNDS {
        calls.create("one", &spec("seq 1000 > /srv/numbers"));
        let begin = Instant::now();
        let call = Call::GradeLab {
            lab_id: lab_id("one"),
            job_id: JobId::new(format!("job-{round}")).unwrap(),
            checks: checks.clone(),
            foreign_tokens: Vec::new(),
        };
        calls.call(call).unwrap();
        times.push(begin.elapsed());
        destroy(&mut calls, "one");
    }
    describe("grading of a task with six checks", "p50 <= 400 ms", times);
}

/// What labs cost in which nobody works.
fn idle() {
    let most = (IDLE_LABS + 1).to_string();
    let runner = Runner::start_with(&["--warm", "0", "--labs-max", &most]).unwrap();
    let mut calls = runner.connect();
    let small = LabSpec {
        limits: LabLimits {
            disk_mib: 64,
            ..LabLimits::default()
        },
        ..spec("true")
    };
    calls.create("first", &small);
    let before = available_kib();
    let begin = Instant::now();
    for number in 0..IDLE_LABS {
        calls.create(&format!("idle-{number}"), &small);
    }
    let took = begin.elapsed();
    let used = before.saturating_sub(available_kib());
    println!(
        "{:<52} {:>7.2} MiB   <= 8 MiB",
        format!("memory of an idle lab, {IDLE_LABS} of them"),
        used as f64 / 1024.0 / IDLE_LABS as f64
    );
    println!(
        "{:<52} {:>7.1} s",
        format!("start of {IDLE_LABS} labs one after the other"),
        took.as_secs_f64()
    );
    let mut viewer = runner.connect();
    let begin = Instant::now();
    viewer.attach("first", 1, TerminalSize::default());
    viewer.read_until("# ");
    println!(
        "{:<52} {:>7.1} ms",
        "first prompt of one of them",
        millis(begin.elapsed())
    );
}

/// What could still be used, page cache that holds nothing unwritten included.
fn available_kib() -> u64 {
    nix::unistd::sync();
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// The same root file system started by hand, as little as each runtime allows; the median of the first that works.
fn plain_runtimes() -> Option<Duration> {
    let list = Command::new(BINARY)
        .args(["image", "build", "base"])
        .output()
        .unwrap();
    let text = String::from_utf8(list.stdout).unwrap();
    let root = text.trim().rsplit(": ").next().unwrap().to_owned();
    let mut medians = Vec::new();
    for runtime in ["runc", "crun"] {
        let dir = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            Command::new(runtime)
                .args(["--root", "state"])
                .args(arguments)
                .current_dir(dir.path())
                .stdin(Stdio::null())
                .output()
        };
        let Ok(made) = run(&["spec"]) else { continue };
        assert!(made.status.success());
        let path = dir.path().join("config.json");
        let mut config: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        config["root"]["path"] = root.clone().into();
        config["process"]["terminal"] = false.into();
        config["process"]["args"] = serde_json::json!(["bash", "-lc", "true"]);
        fs::write(&path, config.to_string()).unwrap();
        let name = format!("plain {runtime} run, same files");
        medians.extend(timed(&name, |round| {
            run(&["run", &format!("plain-{round}")]).unwrap()
        }));
    }
    let shell = ["bash", "-lc", "true"];
    let mut bwrap = Command::new("bwrap");
    bwrap
        .args([
            "--unshare-all",
            "--ro-bind",
            &root,
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
        ])
        .args(shell);
    let mut podman = Command::new("podman");
    podman
        .args([
            "run",
            "--rm",
            "--network=none",
            "--read-only",
            "--rootfs",
            &root,
        ])
        .args(shell);
    for (name, mut command) in [("bwrap", bwrap), ("podman run --rootfs", podman)] {
        command.stdin(Stdio::null());
        if command.output().is_ok() {
            timed(&format!("plain {name}, same files"), |_| {
                command.output().unwrap()
            });
        }
    }
    medians.first().copied()
}

fn timed(name: &str, mut run: impl FnMut(usize) -> std::process::Output) -> Option<Duration> {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let begin = Instant::now();
        let output = run(round);
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            println!("{name}: {}", reason.trim());
            return None;
        }
        times.push(begin.elapsed());
    }
    let median = at(&mut times, 50);
    describe(name, "", times);
    Some(median)
}
