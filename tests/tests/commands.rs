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
