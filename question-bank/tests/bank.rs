//! Banks on disk: the shipped one, a good small one and broken ones.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

use question_bank::{Bank, FaultCode, Loaded, NEEDED_PROOFS, SourceFile};

fn read(root: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let text = fs::read(&path).unwrap();
                let path = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.push(SourceFile { path, text });
            }
        }
    }
    files
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn good() -> Vec<SourceFile> {
    read(&folder("tests/fixtures/good"))
}

/// The good bank with one text of one file replaced.
fn edited(path: &str, old: &str, new: &str) -> Vec<SourceFile> {
    let mut files = good();
    let file = files.iter_mut().find(|file| file.path == path).unwrap();
    let text = String::from_utf8(file.text.clone()).unwrap();
    assert!(text.contains(old), "{path} has no {old:?}");
    file.text = text.replacen(old, new, 1).into_bytes();
    files
}

fn short(loaded: &Loaded) -> Vec<String> {
    let short = |fault: &question_bank::Fault| {
        format!(
            "{}:{}:{} {}",
            fault.file, fault.line, fault.column, fault.code
        )
    };
    loaded.faults.iter().map(short).collect()
}

/// A record of everything for the tasks of the good bank as they are.
fn proofs(files: &[SourceFile]) -> Vec<SourceFile> {
    let loaded = Bank::load(files.to_vec()).unwrap();
    let tasks = loaded.bank.tasks.values();
    let file = |task: &question_bank::Task| {
        SourceFile {
        path: format!("tasks/{}/proof.toml", task.id),
        text: format!(
            "task_digest = \"{}\"\nimage_digest = \"i\"\nseeds = 2\nproved_at = \"2026-01-01T00:00:00Z\"\nproofs = {:?}\n",
            task.digest(),
            NEEDED_PROOFS
        )
        .into_bytes(),
    }
    };
    tasks.map(file).collect()
}

#[test]
fn a_task_is_in_the_bank_to_be_served_only_with_a_proof_of_just_this_version() {
    let mut files = good();
    let proofs = proofs(&files);
    let unproved = |files: &[SourceFile]| {
        let mut loaded = Bank::load(files.to_vec()).unwrap();
        assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
        let all = loaded.bank.tasks.len();
        let faults = loaded.bank.withhold_unproved();
        assert_eq!(loaded.bank.tasks.len() + faults.len(), all);
        let codes = faults.iter().map(|fault| fault.code);
        assert!(codes.eq(faults.iter().map(|_| FaultCode::UnprovedTask)));
        faults.len()
    };
    assert!(!proofs.is_empty());
    assert_eq!(unproved(&files), proofs.len());
    files.extend(proofs);
    assert_eq!(unproved(&files), 0);
    let proof = files.last().unwrap().clone();
    let lacking = String::from_utf8(proof.text).unwrap();
    let lacking = lacking.replacen("untouched_fails", "nothing", 1);
    files.last_mut().unwrap().text = lacking.into_bytes();
    assert_eq!(unproved(&files), 1);
    let changed = files.iter_mut().find(|file| file.path.ends_with("/setup"));
    changed.unwrap().text.extend(b"\n# changed\n");
    assert_ne!(unproved(&files), 0);
}

#[test]
fn the_shipped_bank_has_no_fault_and_enough_items() {
    let loaded = Bank::load(read(&folder("banks/devops"))).unwrap();
    let mut faults: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
    faults.extend(loaded.bank.unproved().iter().map(ToString::to_string));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(
        loaded.bank.items.len() >= 80,
        "{} items",
        loaded.bank.items.len()
    );
    assert!(!loaded.bank.tasks.is_empty() && !loaded.bank.blueprints.is_empty());
    for task in loaded.bank.tasks.values() {
        for seed in 0..20 {
            task.instantiate(&task.draw_values(&[seed; 32])).unwrap();
        }
    }
}

#[test]
fn a_good_bank_loads_whole() {
    let loaded = Bank::load(good()).unwrap();
    assert_eq!(short(&loaded), Vec::<String>::new());
    let bank = loaded.bank;
    assert_eq!((bank.items.len(), bank.tasks.len()), (6, 2));
    assert_eq!((bank.blueprints.len(), bank.certifications.len()), (2, 2));
    let item = &bank.items["git-one"];
    assert_eq!(item.stem, "What about git-one?");
    assert_eq!(
        item.options[2].text,
        "    indented code\n+++ a line of a diff"
    );
    assert!(item.shuffle && !bank.items["shell-many"].shuffle);
    let task = &bank.tasks["fix"];
    assert_eq!((task.limits.memory_mib, task.limits.processes), (256, 256));
    assert_eq!((task.points(), task.checks[1].timeout_seconds), (100, 30));
    assert_eq!(task.cheats[0].name, "fake");
    let json = serde_json::to_string(&bank).unwrap();
    assert_eq!(serde_json::from_str::<Bank>(&json).unwrap(), bank);
}

#[test]
fn parameters_are_filled_in_everywhere() {
    let bank = Bank::load(good()).unwrap().bank;
    let task = &bank.tasks["fix"];
    let values = task.draw_values(&[5; 32]);
    let instance = task.instantiate(&values).unwrap();
    assert!(!serde_json::to_string(&instance).unwrap().contains("{{"));
    let branch = values.get("branch").unwrap();
    assert_eq!(instance.statement, format!("Bring back `{branch}`.\n"));
    assert_eq!(
        instance.checks[0].title,
        format!("The branch {branch} exists")
    );
    let error = task
        .instantiate(&question_bank::Values::default())
        .unwrap_err();
    assert!(error.to_string().contains("branch"), "{error}");
}

#[test]
fn digests_name_the_content_and_nothing_else() {
    let one = Bank::load(good()).unwrap().bank;
    let mut shuffled = good();
    shuffled.reverse();
    assert_eq!(Bank::load(shuffled).unwrap().bank, one);
    let edit = edited("items/git/git-one.md", "\"Wrong\"", "\"Wrong!\"");
    let two = Bank::load(edit).unwrap().bank;
    assert_ne!(one.items["git-one"].digest(), two.items["git-one"].digest());
    assert_eq!(one.items["git-two"].digest(), two.items["git-two"].digest());
    assert_eq!(one.tasks["fix"].digest().len(), 64);
}

/// One edit of the good bank and the faults that it makes.
#[derive(serde::Deserialize)]
struct Edit {
    file: String,
    old: String,
    new: String,
    faults: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Edits {
    edits: Vec<Edit>,
}

#[test]
fn every_fault_has_its_code_and_place() {
    let text = fs::read_to_string(folder("tests/fixtures/edits.toml")).unwrap();
    let Edits { edits } = toml::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for Edit {
        file,
        old,
        new,
        faults,
    } in edits
    {
        let loaded = Bank::load(edited(&file, &old, &new)).unwrap();
        if short(&loaded) != faults {
            let found: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
            wrong.push(format!("{file}: {old:?} -> {new:?}\n{}", found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_code_is_made_by_some_test() {
    let text = fs::read_to_string(folder("tests/fixtures/edits.toml")).unwrap()
        + &fs::read_to_string(folder("tests/fixtures/declared-edits.toml")).unwrap()
        + &fs::read_to_string(folder("tests/fixtures/broken/expected.txt")).unwrap()
        + include_str!("fixtures/declared-edits.toml")
        // Made by the tests of this file and of `import/`.
        + "invalid_utf8 unproved_task bad_json path_outside too_large course_cycle too_deep";
    let missing: Vec<&FaultCode> = FaultCode::ALL
        .iter()
        .filter(|code| !text.contains(code.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_broken_bank_reports_everything_and_keeps_the_rest() {
    let root = folder("tests/fixtures/broken");
    let mut files = read(&root);
    files.retain(|file| file.path != "expected.txt");
    let loaded = Bank::load(files).unwrap();
    let found: String = loaded
        .faults
        .iter()
        .map(|fault| format!("{fault}\n"))
        .collect();
    let expected = fs::read_to_string(root.join("expected.txt")).unwrap();
    assert_eq!(found, expected, "{found}");
    let items: Vec<&str> = loaded.bank.items.keys().map(AsRef::as_ref).collect();
    assert_eq!(items, ["git-good"]);
}

#[test]
fn bytes_that_are_no_text_are_a_fault_with_a_place() {
    let mut files = good();
    for file in &mut files {
        if file.path == "items/git/git-two.md" || file.path == "tasks/fix/setup" {
            file.text = b"+++\n\xc3\xa9 \xff".to_vec();
        }
    }
    let loaded = Bank::load(files).unwrap();
    let expected = [
        "items/git/git-two.md:2:3 invalid_utf8",
        "tasks/fix/setup:2:3 invalid_utf8",
    ];
    assert_eq!(short(&loaded), expected);
    assert!(!loaded.bank.tasks.contains_key("fix") && loaded.bank.tasks.contains_key("probe"));
}

#[test]
fn the_same_id_twice_names_both_files() {
    let mut files = good();
    let copy = |path: &str| SourceFile {
        path: path.to_owned(),
        text: files
            .iter()
            .find(|f| f.path == "items/git/git-one.md")
            .unwrap()
            .text
            .clone(),
    };
    let copy = copy("items/git/git-one-again.md");
    files.push(copy);
    let loaded = Bank::load(files).unwrap();
    let duplicate = loaded
        .faults
        .iter()
        .find(|f| f.code == FaultCode::DuplicateId)
        .unwrap();
    let text = duplicate.to_string();
    assert!(
        text.contains("git-one.md") && text.contains("git-one-again.md"),
        "{text}"
    );
    assert_eq!(duplicate.file, "items/git/git-one-again.md");
    assert!(loaded.bank.items.contains_key("git-one"));
}

#[test]
fn a_bank_without_a_usable_manifest_is_refused() {
    for files in [
        good()
            .into_iter()
            .filter(|file| file.path != "bank.toml")
            .collect(),
        edited("bank.toml", "title", "name"),
        vec![],
    ] {
        let refused = Bank::load(files).unwrap_err();
        assert!(!refused.faults.is_empty());
        assert!(refused.faults.iter().all(|fault| fault.file == "bank.toml"));
    }
}
