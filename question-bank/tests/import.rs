//! Scenarios of Killercoda and Katacoda: a good course, and what can be wrong with one.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files fails"
)]

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

#[test]
fn what_cannot_be_imported_is_refused_with_its_place() {
    let large = ImportContent::TooLarge {
        bytes: 1 << 30,
        max: 524_288,
    };
    let special = |path: &str, content: ImportContent| ImportFile {
        path: path.to_owned(),
        content,
    };
    let item = |paths: &[&str]| {
        let items: Vec<String> = paths
            .iter()
            .map(|p| format!("{{\"path\": \"{p}\"}}"))
            .collect();
        file(
            "structure.json",
            format!("{{\"items\": [\n{}\n]}}", items.join(",\n")).as_bytes(),
        )
    };
    let mut wrong = Vec::new();
    let mut deep = course();
    let mut folder = String::new();
    for _ in 0..40 {
        deep = with(
            deep,
            file(
                &format!("{folder}structure.json"),
                br#"{"items": [{"path": "d"}]}"#,
            ),
        );
        folder.push_str("d/");
    }
    for (files, fault) in [
        (
            vec![],
            "index.json:1:1: missing_file: the folder has no scenario",
        ),
        (
            vec![file("README.md", b"x")],
            "index.json:1:1: missing_file: the folder has no scenario",
        ),
        (
            vec![file("a/index.yaml", b"x")],
            "index.json:1:1: missing_file: the folder has an index.yaml",
        ),
        (
            with_index(r#""time": "5-10 minutes","#, r#""time": "#),
            "index.json:6:",
        ),
        (
            with_index(r#""steps": ["#, r#""steps": [ 7,"#),
            "index.json:8:",
        ),
        (
            with_index(r#""title": "Tidy up a service's files","#, ""),
            "index.json:21:1: bad_json: missing field `title`",
        ),
        (
            with(
                scenario(),
                file("index.json", "[".repeat(100_000).as_bytes()),
            ),
            "index.json:1:",
        ),
        (
            with(scenario(), file("index.json", b"{\"title\": \"a\xff")),
            "index.json:1:13: invalid_utf8",
        ),
        (
            with(scenario(), file("step1.md", b"ok\n\xc3\xa9 \xff")),
            "step1.md:2:3: invalid_utf8",
        ),
        (
            with(scenario(), file("prepare.sh", b"echo a\nb\0c")),
            "prepare.sh:2:2: bad_value",
        ),
        (
            with_index(r#""prepare.sh""#, r#""../../etc/passwd""#),
            "index.json:7:50: path_outside",
        ),
        (
            with_index(r#""prepare.sh""#, r#""/etc/passwd""#),
            "index.json:7:50: path_outside",
        ),
        (
            with_index(r#""check.sh""#, r#""../prepare.sh""#),
            "index.json:16:19: path_outside",
        ),
        (with_index(r#""~/""#, r#""/a\u0000b""#), "index.json:16:"),
        (
            with(scenario(), special("step1.md", ImportContent::Link)),
            "step1.md:1:1: path_outside",
        ),
        (
            with(scenario(), special("assets/check.sh", ImportContent::Link)),
            "assets/check.sh:1:1: path_outside",
        ),
        (
            with(scenario(), special("assets/conf/x", ImportContent::Special)),
            "assets/conf/x:1:1: unexpected_file",
        ),
        (
            with(scenario(), special("assets/conf/x", large)),
            "assets/conf/x:1:1: too_large: the file has 1073741824 bytes; at most 524288",
        ),
        (
            with(
                with(scenario(), file("assets/conf/x", &[0; 400_000])),
                file("assets/conf/y", &[0; 400_000]),
            ),
            "index.json:15:19: too_large: all assets together",
        ),
        (
            with(scenario(), file("prepare.sh", &[b'x'; 1_100_000])),
            "index.json:1:1: too_large: the task's `setup` would have",
        ),
        (
            with(course(), item(&["."])),
            "structure.json:2:10: course_cycle",
        ),
        (
            with(
                course(),
                file("more/structure.json", br#"{"items": [{"path": ".."}]}"#),
            ),
            "more/structure.json:1:21: course_cycle",
        ),
        (
            with(course(), item(&["files", "../x"])),
            "structure.json:3:10: path_outside",
        ),
        (
            with(course(), item(&["nothing"])),
            "structure.json:2:10: missing_file",
        ),
        (
            with(course(), item(&["files", "files"])),
            "files/index.json:1:1: duplicate_id",
        ),
        (
            with(course(), item(&["more", "more"])),
            "structure.json:2:10: duplicate_id",
        ),
        (
            deep,
            "d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/structure.json:1:21: too_deep",
        ),
        (
            vec![
                file("a b/index.json", b"{\"title\": \"1\"}"),
                file("a-b/index.json", b"{\"title\": \"2\"}"),
            ],
            "a-b/index.json:1:1: duplicate_id: `a b` and `a-b` would both be the task `a-b`",
        ),
        (
            vec![file("\u{65e5}/index.json", b"{\"title\": \"1\"}")],
            "\u{65e5}/index.json:1:1: bad_id",
        ),
    ] {
        let faults = import(&files).err().unwrap_or_default();
        if faults.len() != 1 || !faults[0].starts_with(fault) {
            wrong.push(format!("{fault}\n  is {faults:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
