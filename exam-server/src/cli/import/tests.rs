//! The command on real folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use clap::Parser;
use tempfile::TempDir;

use super::*;
use crate::authoring::load::LoadedBank;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: ImportArguments,
}

fn course() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../question-bank/tests/fixtures/import/course")
}

fn import_into(path: &Path, into: &Path, more: &[&str]) -> Result<Vec<ImportedTask>, String> {
    let (path, into) = (path.to_str().unwrap(), into.to_str().unwrap());
    let line = ["import", path, "--format", "killercoda", "--into", into];
    let line = Line::try_parse_from(line.iter().chain(more)).unwrap();
    import(line.arguments).map_err(|error| error.to_string())
}

/// Every path below a folder.
fn listed(root: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            paths.push(path.strip_prefix(root).unwrap().display().to_string());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    paths.sort();
    paths
}

fn scenario(at: &Path) {
    fs::create_dir_all(at.join("assets")).unwrap();
    let index = r#"{"title": "T", "backend": {"imageid": "ubuntu"}, "details": {
        "steps": [{"text": "s.md", "verify": "v.sh"}],
        "assets": {"host01": [{"file": "**", "target": "/opt"}]}}}"#;
    fs::write(at.join("index.json"), index).unwrap();
    fs::write(at.join("s.md"), "`touch /opt/done`{{exec}}").unwrap();
    fs::write(at.join("v.sh"), "test -f /opt/done").unwrap();
    fs::write(at.join("assets/a"), "a").unwrap();
}

#[test]
fn a_course_becomes_a_new_bank_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("bank");
    let tasks = import_into(&course(), &into, &[]).unwrap();
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|task| {
        task.notes
            .iter()
            .any(|note| note.starts_with("not proved yet"))
    }));
    let loaded = LoadedBank::folder(&into).unwrap();
    assert_eq!(loaded.faults, Vec::new());
    let ids: Vec<&str> = loaded.bank.tasks.keys().map(TaskId::as_str).collect();
    assert_eq!(ids, ["files"], "the quarantined one is no part of the bank");
    let readme = into.join("quarantine/more-services/README.md");
    let readme = fs::read_to_string(readme).unwrap();
    assert!(
        readme.contains("## Quarantined\n\n- there is no lab image"),
        "{readme}"
    );
    assert!(
        readme.contains("- step 3: its verify script is missing"),
        "{readme}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let before = listed(&into);
    let refused = import_into(&course(), &into, &[]).unwrap_err();
    assert!(
        refused.contains("tasks/files is there already"),
        "{refused}"
    );
    assert_eq!(listed(&into), before);
    fs::remove_dir_all(into.join("tasks/files")).unwrap();
    let refused = import_into(&course(), &into, &[]).unwrap_err();
    assert!(
        refused.contains("quarantine/more-services is there already"),
        "{refused}"
    );
    assert!(!into.join("tasks/files").exists());
}

#[test]
fn a_bank_that_is_there_gets_the_tasks_in_a_domain_of_its_own() {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("bank");
    fs::create_dir(&into).unwrap();
    let domain =
        |id: &str| format!("[[domains]]\nid = \"{id}\"\ntitle = \"T\"\ndescription = \"D\"\n");
    let head = "id = \"b\"\ntitle = \"B\"\nlanguage = \"en\"\nlicense = \"x\"\nversion = 1\n";
    let manifest = format!("{head}{}{}", domain("git"), domain("shell"));
    fs::write(into.join("bank.toml"), &manifest).unwrap();
    let refused = import_into(&course(), &into, &[]).unwrap_err();
    assert!(refused.contains("--domain: git, shell"), "{refused}");
    let refused = import_into(&course(), &into, &["--domain", "cooking"]).unwrap_err();
    assert!(refused.contains("no domain `cooking`"), "{refused}");
    assert_eq!(listed(&into), ["bank.toml"]);
    import_into(&course(), &into, &["--domain", "shell"]).unwrap();
    let loaded = LoadedBank::folder(&into).unwrap();
    assert_eq!(loaded.bank.tasks["files"].domain.as_str(), "shell");
    assert_eq!(
        fs::read_to_string(into.join("bank.toml")).unwrap(),
        manifest
    );
    let hidden = listed(&into)
        .into_iter()
        .filter(|path| path.starts_with('.'));
    assert_eq!(hidden.count(), 0);
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("letter.txt"), "x").unwrap();
    let refused = import_into(&course(), folder.path(), &[]).unwrap_err();
    assert!(refused.contains("neither a bank"), "{refused}");
    assert_eq!(listed(folder.path()), ["letter.txt"]);
}

#[test]
fn an_archive_is_refused_in_words() {
    let folder = TempDir::new().unwrap();
    let archive = folder.path().join("course.zip");
    fs::write(&archive, "PK").unwrap();
    let refused = import_into(&archive, &folder.path().join("bank"), &[]).unwrap_err();
    assert!(refused.contains("unpack an archive first"), "{refused}");
}

#[test]
fn what_is_hostile_is_refused_and_nothing_is_written() {
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil, &str); 6] = [
        (
            "a large asset",
            |at| {
                // Sparse: it takes no room, and must not be read.
                let file = fs::File::create(at.join("assets/big")).unwrap();
                file.set_len(1 << 30).unwrap();
            },
            "too_large: the file has 1073741824 bytes",
        ),
        (
            "a link to a file",
            |at| symlink("/etc/passwd", at.join("assets/link")).unwrap(),
            "path_outside",
        ),
        (
            "a link to a folder",
            |at| {
                fs::remove_dir_all(at.join("assets")).unwrap();
                fs::write(
                    at.join("index.json"),
                    r#"{"title": "T", "details": {"steps": [{"text": "up/s.md"}]}}"#,
                )
                .unwrap();
                symlink("..", at.join("up")).unwrap();
            },
            "path_outside",
        ),
        (
            "a pipe",
            |at| {
                nix::unistd::mkfifo(&at.join("assets/pipe"), nix::sys::stat::Mode::S_IRWXU)
                    .unwrap();
            },
            "unexpected_file",
        ),
        (
            "broken JSON",
            |at| fs::write(at.join("index.json"), "{\n\"title\" 1}").unwrap(),
            "index.json:2:9: bad_json",
        ),
        (
            "nothing",
            |at| {
                fs::remove_dir_all(at).unwrap();
                fs::create_dir(at).unwrap();
            },
            "missing_file: the folder has no scenario",
        ),
    ];
    for (name, spoil, fault) in cases {
        let folder = TempDir::new().unwrap();
        let (source, into) = (folder.path().join("source"), folder.path().join("bank"));
        scenario(&source);
        spoil(&source);
        let (path, target) = (source.to_str().unwrap(), into.to_str().unwrap());
        let line = Line::try_parse_from(["import", path, "--into", target]).unwrap();
        let Err(ImportError::Refused(refused)) = import(line.arguments) else {
            panic!("{name} must be refused with faults");
        };
        let faults: Vec<String> = refused.faults.iter().map(ToString::to_string).collect();
        assert!(
            faults.iter().any(|found| found.contains(fault)),
            "{name}: {faults:?}"
        );
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "{name}: only the source"
        );
    }
}

#[test]
fn folders_without_end_and_too_many_bytes_are_refused() {
    let folder = TempDir::new().unwrap();
    let (source, into) = (folder.path().join("source"), folder.path().join("bank"));
    scenario(&source);
    fs::create_dir_all(source.join("d/".repeat(DEEP))).unwrap();
    let refused = import_into(&source, &into, &[]).unwrap_err();
    assert!(refused.contains("folders deep"), "{refused}");
    fs::remove_dir_all(source.join("d")).unwrap();
    for n in 0..130 {
        let file = fs::File::create(source.join(format!("{n}"))).unwrap();
        file.set_len(512 * 1024).unwrap();
    }
    let refused = import_into(&source, &into, &[]).unwrap_err();
    assert!(refused.contains("bytes together"), "{refused}");
    assert!(!into.exists());
}

const DEEP: usize = 40;

#[test]
fn the_report_has_the_documented_form() {
    let folder = TempDir::new().unwrap();
    let tasks = import_into(&course(), &folder.path().join("bank"), &[]).unwrap();
    let json = serde_json::to_value(report(tasks)).unwrap();
    assert_eq!(
        json["counts"],
        serde_json::json!({"imported": 1, "lossy": 0, "quarantined": 1})
    );
    let question = &json["questions"][1];
    assert_eq!(question["source"], "more/services");
    assert_eq!(
        (&question["kind"], &question["status"]),
        (&"live_task".into(), &"quarantined".into())
    );
    assert_eq!(question["id"], "more-services");
    let loss = serde_json::json!({"step": "step 1", "reason": "its hint is not shown"});
    assert!(question["losses"].as_array().unwrap().contains(&loss));
    assert_eq!(json["faults"], serde_json::json!([]));
}

#[test]
fn a_task_that_is_not_proved_is_kept_apart_with_the_reason() {
    let folder = TempDir::new().unwrap();
    let (source, into) = (folder.path().join("source"), folder.path().join("bank"));
    for name in ["good", "open"] {
        scenario(&source.join(name));
    }
    let (name, files) = folder::read(&source).unwrap();
    let destination = Destination::open(&into, None).unwrap();
    let mut tasks = import_killercoda(&name, &destination.domain, &files).unwrap();
    let stage = destination.stage().unwrap();
    for task in &tasks {
        stage.write(task).unwrap();
    }
    let proof = |id: &str, ok: bool| TaskReport {
        id: TaskId::new(id).unwrap(),
        proved: ok,
        proofs: [("untouched_fails", "check step-1 passes")]
            .map(|(name, detail)| {
                let detail = detail.to_owned();
                (name, proof::Proof { ok, detail })
            })
            .into(),
        image_digest: Some("of a test".to_owned()),
    };
    let reports = [proof("good", true), proof("open", false)];
    settle(&stage, &mut tasks, &reports).unwrap();
    destination.publish(stage, &tasks).unwrap();
    assert_eq!(tasks[0].status(), ImportStatus::Imported);
    assert_eq!(
        tasks[1].quarantine,
        ["untouched_fails: check step-1 passes"]
    );
    let bank = LoadedBank::folder(&into).unwrap().bank;
    let ids: Vec<&str> = bank.tasks.keys().map(TaskId::as_str).collect();
    assert_eq!(ids, ["good"]);
    assert!(into.join("quarantine/open/task.toml").exists() && !into.join("tasks/open").exists());
}
