//! The tasks of the shipped bank on real labs: untouched nothing passes, solved everything does,
//! and cheats gain nothing.
//!
//! `ASSAY_BANK=DIR` takes another bank, `ASSAY_TASK=ID` picks one task, `ASSAY_SEEDS=N` tries N candidates' values instead of one.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use question_bank::{Bank, CheckInstance, Probe as BankProbe, SourceFile, Task, TaskInstance};
use task_protocol::{
    Call, CallResult, CheckSpec, GradeReport, JobId, LabLimits, LabSpec, LabState, Outcome, Probe,
    RunSpec,
};

use crate::runner::{Connection, Runner, announce, lab_id};

fn tasks() -> Vec<Task> {
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../question-bank/banks/devops");
    let root = std::env::var_os("ASSAY_BANK").map_or_else(shipped, PathBuf::from);
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    let loaded = Bank::load(files).unwrap();
    let faults: Vec<_> = loaded
        .faults
        .iter()
        .filter(|f| f.file.starts_with("tasks/"))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let wanted = std::env::var("ASSAY_TASK").ok();
    let is_wanted = |task: &Task| wanted.as_deref().is_none_or(|id| id == task.id.as_str());
    loaded.bank.tasks.into_values().filter(is_wanted).collect()
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<SourceFile>) {
    let paths: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push(SourceFile {
                path: path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                text: fs::read(&path).unwrap(),
            });
        }
    }
}

fn lab_spec(task: &TaskInstance) -> LabSpec {
    LabSpec {
        task_id: task.task_id.to_string(),
        image: task.image.clone(),
        hostname: "lab".to_owned(),
        setup: task.setup.clone(),
        env: task.values.environment(),
        limits: LabLimits {
            memory_mib: task.limits.memory_mib,
            processes: task.limits.processes,
            disk_mib: task.limits.disk_mib,
            cpus: task.limits.cpus,
        },
        terminals: 1,
        setup_timeout_ms: 30_000,
    }
}

fn check_spec(check: &CheckInstance) -> CheckSpec {
    CheckSpec {
        id: check.id.to_string(),
        judge_script: check.judge_script.clone(),
        run: check.run.as_ref().map(|run| RunSpec {
            script: run.script.clone(),
            timeout_ms: run.timeout_seconds * 1000,
        }),
        probe: check.probe.as_ref().map(|probe| match probe.clone() {
            BankProbe::Http { port, path, host } => Probe::Http { port, path, host },
            BankProbe::Tcp { port } => Probe::Tcp { port },
        }),
        requires: check.requires.iter().map(ToString::to_string).collect(),
        timeout_ms: check.timeout_seconds * 1000,
    }
}

struct Prover<'a> {
    calls: &'a mut Connection,
    labs: u32,
    faults: String,
}

impl Prover<'_> {
    /// Grades a fresh lab after this work in it.
    fn graded(&mut self, task: &TaskInstance, what: &str, work: Option<&str>) -> GradeReport {
        self.labs += 1;
        let name = format!("lab-{}", self.labs);
        let view = self.calls.create(&name, &lab_spec(task));
        assert_eq!(
            view.state,
            LabState::Ready,
            "{} {what}: {view:?}",
            task.task_id
        );
        if let Some(script) = work {
            let output = self.calls.script(&name, script);
            // A cheat may well break its own tools.
            if what == "solution" && output.exit_code != Some(0) {
                let _ = writeln!(self.faults, "{} {what}: {output:?}", task.task_id);
            }
        }
        let call = Call::GradeLab {
            lab_id: lab_id(&name),
            job_id: JobId::new(format!("job-{}", self.labs)).unwrap(),
            checks: task.checks.iter().map(check_spec).collect(),
        };
        let report = match self.calls.call(call) {
            Ok(CallResult::Graded(report)) => report,
            other => panic!("{} {what}: {other:?}", task.task_id),
        };
        let _ = self.calls.call(Call::DestroyLab {
            lab_id: lab_id(&name),
        });
        announce(&format!(
            "{:<22} {what:<22} lab {:>5} ms, grading {:>5} ms",
            task.task_id.as_str(),
            view.start_ms.unwrap_or_default(),
            report.total_ms
        ));
        report
    }

    fn expect(&mut self, task: &TaskInstance, what: &str, work: Option<&str>, wanted: Outcome) {
        for outcome in self.graded(task, what, work).outcomes {
            if outcome.outcome != wanted {
                let _ = writeln!(self.faults, "{} {what}: {outcome:#?}", task.task_id);
            }
        }
    }
}

#[test]
fn every_task_of_the_bank_is_proved() {
    let tasks = tasks();
    assert!(!tasks.is_empty());
    let Some(runner) = Runner::start() else {
        return;
    };
    let seeds = std::env::var("ASSAY_SEEDS").map_or(1, |text| text.parse().unwrap());
    let mut prover = Prover {
        calls: &mut runner.connect(),
        labs: 0,
        faults: String::new(),
    };
    for task in &tasks {
        for seed in 1..=seeds {
            let values = task.draw_values(&[seed; 32]);
            let instance = task.instantiate(&values).unwrap();
            if seed == 1 {
                prover.expect(&instance, "untouched", None, Outcome::Fail);
                for cheat in &instance.cheats {
                    prover.expect(&instance, &cheat.name, Some(&cheat.script), Outcome::Fail);
                }
            }
            let solution = Some(instance.solution.as_str());
            prover.expect(&instance, "solution", solution, Outcome::Pass);
        }
    }
    assert!(prover.faults.is_empty(), "{}", prover.faults);
}
