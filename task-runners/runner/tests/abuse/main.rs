//! What candidates, who are root in their lab, may try against the machine, each other and the
//! grader, and what then happens. Real sandboxes through the real binary, as in `live`; what is
//! tested there is not repeated here. `make abuse` runs the slow ones too.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../live/runner.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod runner;

mod between;
mod devices;
mod escape;
mod grading;
mod kernel;
mod leaks;
mod network;
mod probes;
mod resources;
mod sabotage;
mod snapshots;
mod storage;
mod terminal;

use std::process::Command;

use runner::{Connection, Runner, lab_id, spec};

/// A runner with one lab, which is called `one`.
fn lab() -> Option<(Runner, Connection)> {
    let runner = Runner::start()?;
    let mut calls = runner.connect();
    let view = calls.create("one", &spec("true"));
    assert_eq!(view.state, task_protocol::LabState::Ready, "{view:?}");
    Some((runner, calls))
}

/// What a Python program prints in a lab. It must get to its end.
fn python(calls: &mut Connection, lab: &str, program: &str) -> String {
    let output = calls.script(lab, &format!("python3 - <<'PYTHON'\n{program}\nPYTHON"));
    assert_eq!(output.exit_code, Some(0), "{output:?}");
    output.stdout
}

/// What the same program prints on the host: shows that it would find what it looks for. Empty
/// where there is no Python.
fn python_outside(program: &str) -> Option<String> {
    let output = Command::new("python3")
        .args(["-c", program])
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Memory of a process that is in use, in KiB.
fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

/// Throws a lab away.
fn destroy(calls: &mut Connection, name: &str) {
    let lab_id = lab_id(name);
    calls
        .call(task_protocol::Call::DestroyLab { lab_id })
        .unwrap();
}
