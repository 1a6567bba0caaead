//! The proofs of one task. Every one begins in a fresh lab.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use question_bank::{InstantiateError, Task, TaskInstance};
use sha2::{Digest, Sha256};
use task_protocol::{CheckOutcome, InvalidName, JobId, LabId, LabState, Outcome, ScriptOutput};

use super::{Extent, Proof, steps};
use crate::lab::instance::{check_specs, lab_spec, milliseconds};
use crate::lab::link::{LinkError, RunnerLink};

/// How much of a script's output is shown.
const OUTPUT_CHARS: usize = 600;

/// What somebody who is root tries in any lab, beside the cheats that a task brings itself.
const CHEAT_PACK: [(&str, &str); 6] = [
    ("fake-tools", include_str!("pack/fake-tools.sh")),
    ("replaced-shell", include_str!("pack/replaced-shell.sh")),
    ("preload", include_str!("pack/preload.sh")),
    ("forged-results", include_str!("pack/forged-results.sh")),
    ("pipes-and-links", include_str!("pack/pipes-and-links.sh")),
    ("hostile-git", include_str!("pack/hostile-git.sh")),
];

#[derive(Debug, thiserror::Error)]
enum ProofError {
    #[error("the parameters do not fit: {0}")]
    Instance(#[from] InstantiateError),
    #[error("{0}")]
    Name(#[from] InvalidName),
    #[error("{0}")]
    Runner(#[from] LinkError),
    #[error("the lab is not ready: {0}")]
    NotReady(String),
}

/// What was found out about a task, and the image of its labs.
pub struct Proved {
    pub proofs: BTreeMap<&'static str, Proof>,
    /// None if no lab came up.
    pub image_digest: Option<String>,
}

/// What came of a lab.
struct Trial {
    script: Option<ScriptOutput>,
    outcomes: Vec<CheckOutcome>,
    image_digest: String,
    seconds: f64,
}

fn proof(result: Result<Result<String, String>, ProofError>) -> Proof {
    match result {
        Ok(Ok(detail)) => Proof { ok: true, detail },
        Ok(Err(detail)) => Proof { ok: false, detail },
        Err(error) => Proof {
            ok: false,
            detail: error.to_string(),
        },
    }
}

/// The proofs of a task.
pub async fn prove(link: &RunnerLink, task: &Task, extent: Extent) -> Proved {
    let mut solved = Vec::new();
    let first = solve(link, task, 0, &mut solved).await;
    let Extent::Whole { seeds } = extent else {
        let proofs = BTreeMap::from([
            ("untouched_fails", proof(untouched(link, task).await)),
            ("solution_passes", proof(first)),
        ]);
        return Proved {
            proofs,
            image_digest: None,
        };
    };
    // With one seed, the same once more: a solution must not depend on luck.
    let others = if seeds > 1 { 1..seeds } else { 0..1 };
    let mut again = Ok(Ok(String::new()));
    for seed in others {
        again = solve(link, task, seed, &mut solved).await;
        if !matches!(again, Ok(Ok(_))) {
            break;
        }
    }
    if let Ok(Ok(detail)) = &mut again {
        *detail = match seeds {
            1 => "all checks pass a second time".to_owned(),
            _ => format!("all checks pass for {} more seeds", seeds - 1),
        };
    }
    let image_digest = solved
        .first()
        .map(|trial: &Trial| trial.image_digest.clone());
    let seconds: Vec<f64> = solved.iter().map(|trial| trial.seconds).collect();
    let mut proofs = BTreeMap::from([
        ("untouched_fails", proof(untouched(link, task).await)),
        ("solution_passes", proof(first)),
        ("solution_passes_again", proof(again)),
        ("cheats_gain_nothing", proof(cheats(link, task).await)),
        ("within_time", within_time(task, &seconds)),
    ]);
    if let Some(steps) = steps(link, task).await {
        proofs.insert("steps_needed", proof(steps));
    }
    Proved {
        proofs,
        image_digest,
    }
}

async fn untouched(link: &RunnerLink, task: &Task) -> Result<Result<String, String>, ProofError> {
    let trial = attempt(link, &instance(task, 0)?, None, task.time_seconds).await?;
    let wrong = described(&trial, |outcome| outcome != Outcome::Fail);
    Ok(match wrong.is_empty() {
        true => Ok(format!("all {} checks fail", trial.outcomes.len())),
        false => Err(format!(
            "must fail in an untouched lab:\n{}",
            wrong.join("\n")
        )),
    })
}

async fn solve(
    link: &RunnerLink,
    task: &Task,
    seed: u8,
    solved: &mut Vec<Trial>,
) -> Result<Result<String, String>, ProofError> {
    let instance = instance(task, seed)?;
    let trial = attempt(link, &instance, Some(&instance.solution), task.time_seconds).await?;
    let mut wrong = described(&trial, |outcome| outcome != Outcome::Pass);
    wrong.extend(trial.script.as_ref().and_then(unsuccessful));
    let checks = trial.outcomes.len();
    solved.push(trial);
    Ok(match wrong.is_empty() {
        true => Ok(format!("all {checks} checks pass")),
        false => {
            let values: Vec<String> = instance
                .values
                .0
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            wrong.push(format!("seed {seed}: {}", values.join(" ")));
            Err(format!(
                "must pass after the solution:\n{}",
                wrong.join("\n")
            ))
        }
    })
}

async fn cheats(link: &RunnerLink, task: &Task) -> Result<Result<String, String>, ProofError> {
    let instance = instance(task, 0)?;
    let mut wrong = Vec::new();
    let mut broken = Vec::new();
    let own = instance.cheats.iter();
    let own = own.map(|cheat| (cheat.name.as_str(), cheat.script.as_str()));
    for (name, script) in own.chain(CHEAT_PACK) {
        let trial = attempt(link, &instance, Some(script), task.time_seconds).await?;
        for gained in described(&trial, |outcome| outcome == Outcome::Pass) {
            wrong.push(format!("cheat {name}: {gained}"));
        }
        // It gains nothing, but it makes work for a person.
        for outcome in described(&trial, |outcome| outcome == Outcome::Broken) {
            broken.push(format!("cheat {name}: {outcome}"));
        }
    }
    if !wrong.is_empty() {
        return Ok(Err(format!("must gain nothing:\n{}", wrong.join("\n"))));
    }
    let mut detail = format!(
        "{} cheats of the task and {} of the pack gain nothing",
        instance.cheats.len(),
        CHEAT_PACK.len()
    );
    if !broken.is_empty() {
        detail.push_str(&format!("; left to a person:\n{}", broken.join("\n")));
    }
    Ok(Ok(detail))
}

/// Leaves out each step of the solution: exactly the checks that it names fail, and those that require them. None if the
/// solution names no steps.
async fn steps(
    link: &RunnerLink,
    task: &Task,
) -> Option<Result<Result<String, String>, ProofError>> {
    let instance = match instance(task, 0) {
        Ok(instance) => instance,
        Err(error) => return Some(Err(error)),
    };
    let steps = steps::each_left_out(&instance.solution);
    if steps.is_empty() {
        return None;
    }
    let mut wrong = Vec::new();
    for step in &steps {
        let attempted = attempt(link, &instance, Some(&step.script), task.time_seconds).await;
        let trial = match attempted {
            Ok(trial) => trial,
            Err(error) => return Some(Err(error)),
        };
        let lost: BTreeSet<String> = trial
            .outcomes
            .iter()
            .filter(|check| check.outcome != Outcome::Pass)
            .map(|check| check.check_id.clone())
            .collect();
        let wanted = steps::with_dependents(&step.names, &instance.checks);
        if lost != wanted {
            let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
            wrong.push(format!(
                "without step {}: lost {}; named {}",
                step.number,
                list(&lost),
                list(&wanted)
            ));
        }
    }
    Some(Ok(match wrong.is_empty() {
        true => Ok(format!(
            "without each of {} steps exactly the checks that it names fail",
            steps.len()
        )),
        false => Err(wrong.join("\n")),
    }))
}

fn within_time(task: &Task, solved: &[f64]) -> Proof {
    let longest = solved.iter().copied().fold(0.0, f64::max);
    let detail = format!(
        "setup, solution and checks take {longest:.1} s; the task has {} s",
        task.time_seconds
    );
    Proof {
        ok: !solved.is_empty() && longest <= f64::from(task.time_seconds),
        detail,
    }
}

fn instance(task: &Task, seed: u8) -> Result<TaskInstance, ProofError> {
    let digest: [u8; 32] = Sha256::digest([seed]).into();
    Ok(task.instantiate(&task.draw_values(&digest))?)
}

/// Makes a lab, runs a script in it, and grades it.
async fn attempt(
    link: &RunnerLink,
    task: &TaskInstance,
    script: Option<&str>,
    seconds: u32,
) -> Result<Trial, ProofError> {
    let begin = Instant::now();
    let name = format!("proof-{}", uuid::Uuid::new_v4().simple());
    let (lab_id, job_id) = (LabId::new(name.clone())?, JobId::new(name)?);
    let result = async {
        let view = link.create(lab_id.clone(), lab_spec(task)).await?;
        if view.state != LabState::Ready {
            return Err(ProofError::NotReady(view.detail.unwrap_or_default()));
        }
        let script = match script {
            Some(script) => {
                let (id, env) = (lab_id.clone(), task.values.environment());
                let time = milliseconds(seconds);
                Some(link.run_script(id, &task.hosts, script, &env, time).await?)
            }
            None => None,
        };
        let report = link
            .grade(lab_id.clone(), job_id, check_specs(task), Vec::new())
            .await?;
        Ok(Trial {
            script,
            outcomes: report.outcomes,
            image_digest: report.image_digest,
            seconds: begin.elapsed().as_secs_f64(),
        })
    };
    let result = result.await;
    if let Err(error) = link.destroy(lab_id).await {
        tracing::debug!(%error, "a lab of a proof is not ended");
    }
    result
}

/// The checks whose outcome is not the wanted one, in words.
fn described(trial: &Trial, is_wrong: impl Fn(Outcome) -> bool) -> Vec<String> {
    trial
        .outcomes
        .iter()
        .filter(|check| is_wrong(check.outcome))
        .map(|check| {
            let word = match check.outcome {
                Outcome::Pass => "passes",
                Outcome::Fail => "fails",
                Outcome::Broken => "is broken",
            };
            let mut text = format!("check {} {word}", check.check_id);
            let parts = [
                ("expected", &check.expected),
                ("found", &check.found),
                ("because", &check.detail),
            ];
            for (name, part) in parts {
                if let Some(part) = part {
                    text.push_str(&format!("; {name}: {part}"));
                }
            }
            text
        })
        .collect()
}

fn unsuccessful(output: &ScriptOutput) -> Option<String> {
    if output.exit_code == Some(0) {
        return None;
    }
    let how = match output.exit_code {
        Some(code) => format!("exits with {code}"),
        None if output.timed_out => "runs out of time".to_owned(),
        None => "is killed".to_owned(),
    };
    let errors: String = output.stderr.chars().take(OUTPUT_CHARS).collect();
    Some(format!("the script {how}: {}", errors.trim()))
}
