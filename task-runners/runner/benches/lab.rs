//! How long a lab takes, beside the plain runtime on the same files. Prints figures beside their targets; asserts nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says where"
)]

#[path = "../tests/live/runner.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod runner;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use task_protocol::{Call, TerminalSize};

use runner::{BINARY, Runner, lab_id, spec};

const ROUNDS: usize = 21;

fn describe(what: &str, target: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{what:<46} {target:>12} {:>9.1} ms   p95 {:.1} ms",
        millis(at(50)),
        millis(at(95))
    );
}

fn main() {
    let Some(runner) = Runner::start() else {
        return;
    };
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
        let lab_id = lab_id("one");
        calls.call(Call::DestroyLab { lab_id }).unwrap();
        ended.push(begin.elapsed());
    }
    describe("lab: cold start to ready, p50", "", ready);
    describe("lab: cold start to first prompt, p50", "<= 500 ms", prompt);
    describe("lab: reset to new prompt, p50", "", reset);
    describe("lab: destroy, p50", "", ended);
    plain_runtime();
}

/// The same root file system started by hand, as little as the runtime allows.
fn plain_runtime() {
    let list = Command::new(BINARY)
        .args(["image", "build", "base"])
        .output()
        .unwrap();
    let text = String::from_utf8(list.stdout).unwrap();
    let root = text.trim().rsplit(": ").next().unwrap().to_owned();
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
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        config["root"]["path"] = root.clone().into();
        config["process"]["terminal"] = false.into();
        config["process"]["args"] = serde_json::json!(["bash", "-lc", "true"]);
        std::fs::write(&path, config.to_string()).unwrap();
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let begin = Instant::now();
            let output = run(&["run", &format!("plain-{round}")]).unwrap();
            if !output.status.success() {
                let reason = String::from_utf8_lossy(&output.stderr).into_owned();
                println!("plain {runtime} run: {}", reason.trim());
                break;
            }
            times.push(begin.elapsed());
        }
        if !times.is_empty() {
            describe(&format!("plain {runtime} run, same files, p50"), "", times);
        }
    }
}
