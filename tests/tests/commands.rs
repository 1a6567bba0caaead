//! Commands as a person types them.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: whatever goes wrong ends the test"
)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use exam_tests::server::binary;
use serde_json::Value;

/// The checks of `doctor --json` by name, and the exit status.
fn doctor(as_nobody: bool) -> (Vec<(String, bool, String)>, i32) {
    let folder = tempfile::tempdir().unwrap();
    let mut program = binary();
    if as_nobody {
        // Somebody else need not be able to reach the folder of the build.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        for name in ["task-runner", "exam-server"] {
            let built = binary().with_file_name(name);
            program = folder.path().join(name);
            std::fs::copy(built, &program).unwrap();
        }
    }
    let mut command = Command::new(&program);
    command.args(["doctor", "--json"]).current_dir(&folder);
    if as_nobody {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = answer["checks"].as_array().unwrap().iter();
    let checks = checks.map(|check| {
        let text = |name: &str| check[name].as_str().unwrap().to_owned();
        (text("name"), check["ok"].as_bool().unwrap(), text("detail"))
    });
    (checks.collect(), output.status.code().unwrap())
}

#[test]
fn the_doctor_tells_what_works() {
    let (checks, status) = doctor(false);
    let is_ok = |name: &str| checks.iter().find(|check| check.0 == name).unwrap().1;
    for name in ["database", "data_directory"] {
        assert!(is_ok(name), "{checks:?}");
    }
    assert_eq!(is_ok("root"), nix::unistd::geteuid().is_root());
    assert_eq!(status == 0, checks.iter().all(|check| check.1));
    assert!(checks.iter().all(|check| !check.2.is_empty()), "{checks:?}");
}

#[test]
fn without_root_the_doctor_says_what_is_missing_for_live_tasks() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (checks, status) = doctor(true);
    let check = |name: &str| checks.iter().find(|check| check.0 == name).unwrap();
    assert_eq!(status, 1);
    assert!(check("database").1, "{checks:?}");
    let root = check("root");
    assert!(!root.1 && root.2.contains("must be root"), "{root:?}");
    assert!(!check("data_directory").1, "{checks:?}");
}

/// A bank with one task whose only check passes whatever the candidate did.
fn write_open_task(bank: &std::path::Path) {
    let files = [
        (
            "bank.toml",
            "id = \"small\"\ntitle = \"Small\"\nlanguage = \"en\"\nlicense = \"CC-BY-4.0\"\nversion = 1\n\n[[domains]]\nid = \"git\"\ntitle = \"Git\"\ndescription = \"Git.\"\n",
        ),
        (
            "tasks/open-door/task.toml",
            "id = \"open-door\"\ntitle = \"Open\"\ndomain = \"git\"\ncognitive_level = \"apply\"\nfacility_estimate = 0.5\ntime_seconds = 60\nimage = \"base\"\nreferences = []\nenemies = []\n\n[[checks]]\nid = \"always\"\ntitle = \"Always\"\npoints = 1\njudge = \"checks/always.sh\"\n",
        ),
        ("tasks/open-door/statement.md", "Do something.\n"),
        ("tasks/open-door/setup", "true\n"),
        ("tasks/open-door/solution", "true\n"),
        (
            "tasks/open-door/checks/always.sh",
            ". /task/lib.sh\npass always\n",
        ),
    ];
    for (path, text) in files {
        let path = bank.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn a_task_whose_untouched_state_passes_is_not_proved_and_in_no_exam() {
    let (checks, _) = doctor(false);
    if !checks.iter().all(|check| check.1) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_open_task(folder.path());
    let run = |command: &str, more: &[&str]| {
        let mut call = Command::new(binary());
        let output = call.args(["bank", command, "--json"]).args(more);
        let output = output.arg(folder.path()).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        (answer, output.status.code())
    };
    let (answer, status) = run("test", &["--record"]);
    assert_eq!(status, Some(1), "{answer}");
    let task = &answer["tasks"][0];
    assert_eq!(task["proved"], false);
    assert_eq!(task["proofs"]["untouched_fails"]["ok"], false, "{answer}");
    assert_eq!(task["proofs"]["solution_passes"]["ok"], true, "{answer}");
    assert!(!folder.path().join("tasks/open-door/proof.toml").exists());
    let (answer, status) = run("check", &[]);
    assert_eq!(status, Some(1));
    assert_eq!(answer["faults"][0]["code"], "unproved_task", "{answer}");
}
