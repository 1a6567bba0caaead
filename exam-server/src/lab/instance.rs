//! What the runner is asked for: a task with one candidate's values in the words of the protocol. Pure.

use question_bank::{CheckInstance, Probe, TaskInstance};
use task_protocol as wire;

/// How many terminals the lab of a task has on each host.
pub fn terminals(hosts: &[String]) -> u8 {
    // As many as fit side by side.
    if hosts.len() == 1 { 4 } else { 2 }
}

/// Time for the setup script.
pub const SETUP_TIMEOUT_MS: u32 = 60_000;

/// The lab of a task.
pub fn lab_spec(task: &TaskInstance) -> wire::LabSpec {
    wire::LabSpec {
        task_id: task.task_id.to_string(),
        image: task.image.clone(),
        hosts: task.hosts.clone(),
        boot: task.boot.clone(),
        setup: task.setup.clone(),
        env: task.values.environment(),
        limits: wire::LabLimits {
            memory_mib: task.limits.memory_mib,
            processes: task.limits.processes,
            disk_mib: task.limits.disk_mib,
            cpus: task.limits.cpus,
        },
        terminals: terminals(&task.hosts),
        setup_timeout_ms: SETUP_TIMEOUT_MS,
    }
}

/// The checks of a task.
pub fn check_specs(task: &TaskInstance) -> Vec<wire::CheckSpec> {
    task.checks.iter().map(check_spec).collect()
}

fn check_spec(check: &CheckInstance) -> wire::CheckSpec {
    wire::CheckSpec {
        id: check.id.to_string(),
        host: check.host.clone(),
        judge_script: check.judge_script.clone(),
        run: check.run.as_ref().map(|run| wire::RunSpec {
            script: run.script.clone(),
            timeout_ms: milliseconds(run.timeout_seconds),
        }),
        probe: check.probe.clone().map(|probe| match probe {
            Probe::Http { port, path, host } => wire::Probe::Http { port, path, host },
            Probe::Tcp { port } => wire::Probe::Tcp { port },
        }),
        requires: check.requires.iter().map(ToString::to_string).collect(),
        follows: check.follows.iter().map(ToString::to_string).collect(),
        timeout_ms: milliseconds(check.timeout_seconds),
    }
}

/// Seconds of an author as milliseconds of the protocol.
pub const fn milliseconds(seconds: u32) -> u32 {
    seconds.saturating_mul(1000)
}
