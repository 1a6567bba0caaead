//! Declared checks in `task.toml`: what is taken, what is refused and where, what becomes of it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files fails"
)]

use question_bank::{Bank, FaultCode, SourceFile, Task, TaskInstance, Values};

const TASK: &str = include_str!("fixtures/declared/task.toml");

/// A bank with this task alone, and its faults as they are printed.
fn load(toml: &str) -> (Option<Task>, Vec<question_bank::Fault>) {
    let file = |path: &str, text: &str| SourceFile {
        path: path.to_owned(),
        text: text.as_bytes().to_vec(),
    };
    let bank = "id = \"b\"\ntitle = \"B\"\nlanguage = \"en\"\nlicense = \"x\"\nversion = 1\n\
        [[domains]]\nid = \"git\"\ntitle = \"Git\"\ndescription = \"Git\"\n";
    let files = vec![
        file("bank.toml", bank),
        file("tasks/declared/task.toml", toml),
        file(
            "tasks/declared/statement.md",
            include_str!("fixtures/declared/statement.md"),
        ),
        file(
            "tasks/declared/setup",
            include_str!("fixtures/declared/setup"),
        ),
        file(
            "tasks/declared/solution",
            include_str!("fixtures/declared/solution"),
        ),
        file(
            "tasks/declared/checks/run.sh",
            include_str!("fixtures/declared/checks/run.sh"),
        ),
    ];
    let loaded = Bank::load(files).unwrap();
    (loaded.bank.tasks.into_values().next(), loaded.faults)
}

fn script<'a>(instance: &'a TaskInstance, id: &str) -> &'a str {
    let check = instance.checks.iter().find(|check| check.id.as_str() == id);
    &check.unwrap().judge_script
}

fn values(site: &str) -> Values {
    let pairs = [("site", site), ("mode", "0640"), ("port", "8123")];
    Values(
        pairs
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
    )
}

#[test]
fn every_kind_becomes_a_judge_with_the_values_in_their_places() {
    let (task, faults) = load(TASK);
    assert!(faults.is_empty(), "{faults:?}");
    let task = task.unwrap();
    let instance = task.instantiate(&values("shop.example")).unwrap();
    for (id, part) in [
        (
            "file",
            "file_at '/lab' '/srv/shop.example/key' 'file'\nfile_mode '0640'\nfile_owner 'root'\nfile_group '33'\n",
        ),
        // In a pattern a value stands for itself.
        ("content", "text_matches '^name = shop\\.example$'\n"),
        ("content", "text_lacks 'debug'\n"),
        (
            "value",
            "'8100' '' 'key:sites' 'index:0' 'key:shop.example' 'key:port'\n",
        ),
        ("value", "value_equals '8123'\n"),
        ("git", "git_ancestor 'v1' 'main'\n"),
        ("http", "http_status '200'\nhttp_header 'location'\n"),
        (
            "http",
            "capture_of 'probe.body' 'the body'\ntext_equals 'it'\\''s $nonce'\n",
        ),
        ("port", "port_is 'closed'\n"),
        ("output", "expect 'it says so for shop.example' "),
        ("output", "output_exit 'nonzero'\ncapture_of 'run.stderr' "),
        ("after", "content_at '/after' '/srv/out' "),
    ] {
        let script = script(&instance, id);
        assert!(script.contains(part), "{id}: {script}");
        assert!(script.starts_with(". /task/lib.sh\n. /task/declared.sh\nexpect '"));
        assert!(script.ends_with("\ndecide\n"), "{script}");
    }
    let json = serde_json::to_string(&task).unwrap();
    assert_eq!(serde_json::from_str::<Task>(&json).unwrap(), task);
}

#[test]
fn a_declaration_is_part_of_the_version_and_of_what_reviewers_read() {
    let task = load(TASK).0.unwrap();
    let other = load(&TASK.replace("lacks = [\"debug\"]", "lacks = [\"trace\"]"));
    assert_ne!(task.digest(), other.0.unwrap().digest());
    let check = &task.checks[1];
    assert!(
        check
            .judge_script
            .contains("text_matches '^name = {{site}}$'")
    );
    // A written judge is as it was before there were declarations.
    let json = serde_json::to_value(&check.declared).unwrap();
    assert!(json["kind"]["content"].is_object(), "{json}");
}

#[test]
fn values_that_do_not_fit_are_refused_even_if_nobody_checked_the_bank() {
    let task = load(TASK).0.unwrap();
    for site in ["..", "a/../b", "a\nb", ""] {
        let error = task.instantiate(&values(site)).unwrap_err();
        assert!(error.to_string().starts_with("check file: "), "{error}");
    }
    assert!(task.instantiate(&Values::default()).is_err());
    let strange = task.instantiate(&values("a$(pass x)`b")).unwrap();
    let script = script(&strange, "file");
    assert!(script.contains("'/srv/a$(pass x)`b/key'"), "{script}");
}

#[derive(serde::Deserialize)]
struct Edit {
    old: String,
    new: String,
    faults: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Edits {
    edits: Vec<Edit>,
}

#[test]
fn what_cannot_be_judged_has_its_code_and_place() {
    let Edits { edits } = toml::from_str(include_str!("fixtures/declared-edits.toml")).unwrap();
    let mut wrong = Vec::new();
    for Edit { old, new, faults } in edits {
        assert!(TASK.contains(&old), "{old:?}");
        let (_, found) = load(&TASK.replacen(&old, &new, 1));
        let short = found.iter().map(|fault| {
            let (line, column) = (fault.line, fault.column);
            format!("{line}:{column} {}", fault.code)
        });
        let is_helpful = found.iter().all(|fault| !fault.hint.is_empty());
        if !is_helpful || short.collect::<Vec<_>>() != faults {
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            wrong.push(format!("{old:?} -> {new:?}\n{}", found.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(FaultCode::ALL.contains(&FaultCode::BadCheck));
}
