//! Scenarios of Killercoda and Katacoda: a good course, and what can be wrong with one.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files fails"
)]

mod refused;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use question_bank::{
    Bank, DomainId, ImportContent, ImportFile, ImportStatus, ImportedTask, SourceFile,
    import_killercoda,
};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import")
}

fn course() -> Vec<ImportFile> {
    let root = fixtures().join("course");
    let mut files = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.push(file(inside, &fs::read(&path).unwrap()));
            }
        }
    }
    files
}

/// The course's first scenario alone.
fn scenario() -> Vec<ImportFile> {
    let inside = |file: ImportFile| {
        let path = file.path.strip_prefix("files/")?.to_owned();
        Some(ImportFile { path, ..file })
    };
    course().into_iter().filter_map(inside).collect()
}

fn file(path: &str, bytes: &[u8]) -> ImportFile {
    ImportFile {
        path: path.to_owned(),
        content: ImportContent::Bytes(bytes.to_vec()),
    }
}

/// The files with this one put in the place of what was there.
fn with(mut files: Vec<ImportFile>, new: ImportFile) -> Vec<ImportFile> {
    files.retain(|file| file.path != new.path);
    files.push(new);
    files
}

/// The first scenario with a text of its index replaced.
fn with_index(old: &str, new: &str) -> Vec<ImportFile> {
    let text = fs::read_to_string(fixtures().join("course/files/index.json")).unwrap();
    assert!(text.contains(old), "{old}");
    with(
        scenario(),
        file("index.json", text.replacen(old, new, 1).as_bytes()),
    )
}

fn import(files: &[ImportFile]) -> Result<Vec<ImportedTask>, Vec<String>> {
    let domain = DomainId::new("shell").unwrap();
    import_killercoda("small-repairs", &domain, files).map_err(|refused| {
        let faults = refused.faults.iter();
        faults.map(ToString::to_string).collect()
    })
}

/// The tasks in a bank of their own; none of them may have a fault there.
fn bank(tasks: &[ImportedTask]) -> Bank {
    let manifest = "id = \"b\"\ntitle = \"B\"\nlanguage = \"en\"\nlicense = \"x\"\nversion = 1\n\
                    [[domains]]\nid = \"shell\"\ntitle = \"S\"\ndescription = \"S\"\n";
    let mut files = vec![SourceFile {
        path: "bank.toml".to_owned(),
        text: manifest.into(),
    }];
    for task in tasks {
        files.extend(task.files.iter().map(|file| SourceFile {
            path: format!("tasks/{}/{}", task.id, file.path),
            text: file.text.clone(),
        }));
    }
    let loaded = Bank::load(files).unwrap();
    assert_eq!(loaded.faults, Vec::new());
    loaded.bank
}

fn text<'a>(task: &'a ImportedTask, path: &str) -> &'a str {
    let file = task.files.iter().find(|file| file.path == path).unwrap();
    std::str::from_utf8(&file.text).unwrap()
}

#[test]
fn a_course_becomes_tasks_with_a_report_of_what_is_lost() {
    let tasks = import(&course()).unwrap();
    let mut report = String::new();
    for task in &tasks {
        writeln!(
            report,
            "{} {} {:?}: {}",
            task.id,
            task.source,
            task.status(),
            task.title
        )
        .unwrap();
        for loss in &task.losses {
            let step = loss.step.as_deref().unwrap_or("whole");
            writeln!(report, "  lost, {step}: {}", loss.reason).unwrap();
        }
        for note in &task.notes {
            writeln!(report, "  note: {note}").unwrap();
        }
        for reason in &task.quarantine {
            writeln!(report, "  quarantine: {reason}").unwrap();
        }
    }
    let expected = fs::read_to_string(fixtures().join("course.txt")).unwrap();
    assert_eq!(report, expected, "{report}");
}

#[test]
fn what_is_made_is_a_task_of_a_bank() {
    let tasks = import(&course()).unwrap();
    let task = &bank(&tasks).tasks["files"];
    assert_eq!(
        (task.title.as_str(), task.image.as_str()),
        ("Tidy up a service's files", "base")
    );
    assert_eq!((task.time_seconds, task.facility_estimate), (600, 0.7));
    assert_eq!(
        task.statement,
        "The shop lost a setting and leaves its key open.\n\n## Restore the settings\n\n\
         The file `/opt/shop/conf/shop.conf` needs the line `port = 8080` again. Look with:\n\n\
         ```plain\n~/check.sh\n```\n\n## Close the key\n\nOnly root may read `/opt/shop/key`.\n"
    );
    assert_eq!(
        task.solution,
        "#!/bin/bash\n# The commands that the scenario offers to run, in order.\ncd /root\n# step 1\n\
         ~/check.sh\necho 'port = 8080' >> /opt/shop/conf/shop.conf\n# step 2\nchmod 600 /opt/shop/key\n"
    );
    let ids: Vec<&str> = task.checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["step-1", "step-2"]);
    assert!(
        task.checks
            .iter()
            .all(|check| check.run.is_some() && check.points == 1)
    );
    let manifest = text(&tasks[0], "task.toml");
    assert_eq!(
        manifest
            .matches("# Runs in a copy of the candidate's machine")
            .count(),
        2
    );
    // The runner fills in parameters; there are none to find.
    task.instantiate(&task.draw_values(&[1; 32])).unwrap();
}

#[test]
fn line_ends_and_byte_order_marks_of_windows_change_nothing() {
    let windows = scenario().into_iter().map(|file| {
        let ImportContent::Bytes(bytes) = &file.content else {
            return file;
        };
        if file.path.starts_with("assets/") {
            return file;
        }
        let text = std::str::from_utf8(bytes).unwrap().replace('\n', "\r\n");
        ImportFile {
            content: ImportContent::Bytes(format!("\u{feff}{text}").into_bytes()),
            ..file
        }
    });
    let windows: Vec<ImportFile> = windows.collect();
    assert_eq!(import(&windows), import(&scenario()));
}

#[test]
fn files_that_are_missing_keep_a_task_out_of_the_bank() {
    for (missing, loss, quarantine) in [
        (
            "step1-verify.sh",
            Some("its verify script is missing"),
            None,
        ),
        (
            "step1.md",
            None,
            Some("step 1: its text `step1.md` is missing"),
        ),
        (
            "prepare.sh",
            None,
            Some("intro: its background script `prepare.sh` is missing"),
        ),
        (
            "assets/check.sh",
            None,
            Some("the asset `check.sh` is missing"),
        ),
    ] {
        let mut files = scenario();
        files.retain(|file| file.path != missing);
        let task = import(&files).unwrap().remove(0);
        let lost = |loss| task.losses.iter().any(|lost| lost.reason.starts_with(loss));
        assert!(loss.is_none_or(lost), "{missing}: {:?}", task.losses);
        assert_eq!(
            task.quarantine.first().map(String::as_str),
            quarantine,
            "{missing}"
        );
    }
}

#[test]
fn a_scenario_with_nothing_to_check_or_no_solution_is_quarantined() {
    for (files, reason) in [
        (
            vec![file(
                "index.json",
                br#"{"title": "T", "backend": {"imageid": "ubuntu"}}"#,
            )],
            "the scenario has no steps",
        ),
        (with_index(r#", "verify": "step1-verify.sh" }"#, " }"), ""),
        (
            with(
                with(scenario(), file("step1.md", b"Do it.")),
                file("step2/text.md", b"And that."),
            ),
            "no page offers a command to run",
        ),
        (
            with_index(r#""ubuntu""#, r#""kubernetes-k3s-1node""#),
            "there is no lab image",
        ),
        (
            with_index(r#""imageid": "ubuntu""#, ""),
            "the scenario names no image",
        ),
    ] {
        let task = import(&files).unwrap().remove(0);
        let found = task
            .quarantine
            .iter()
            .any(|found| found.starts_with(reason));
        assert_eq!(found, !reason.is_empty(), "{reason}: {:?}", task.quarantine);
        let is_kept = task.status() != ImportStatus::Quarantined;
        assert_eq!(is_kept, reason.is_empty(), "{reason}");
    }
}

#[test]
fn braces_of_other_people_name_no_parameter() {
    let files = with(
        scenario(),
        file("step1.md", b"# {{{a}}}\n\n```\necho {{b}}\n```{{exec}}\n"),
    );
    let files = with(files, file("prepare.sh", b"echo '{{c}}'\n"));
    let files = with(files, file("assets/{{d}}.sh", b"{{e}}"));
    let index = fs::read_to_string(fixtures().join("course/files/index.json")).unwrap();
    let index = index
        .replace("check.sh", "{{d}}.sh")
        .replace("Close the key", "Close {{it}}")
        .replace("~/", "/opt/{{x}}");
    let files = with(files, file("index.json", index.as_bytes()));
    let tasks = import(&files).unwrap();
    assert_eq!(tasks[0].quarantine, Vec::<String>::new());
    let bank = bank(&tasks);
    let task = &bank.tasks["small-repairs"];
    task.instantiate(&task.draw_values(&[1; 32])).unwrap();
    assert_eq!(task.checks[1].title, "Close { {it}}");
}
