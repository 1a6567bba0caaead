//! Declared checks on real snapshots: what they say, and that traps end in a failure.

use question_bank::{CheckKind, Declared, Values};
use task_protocol::{Call, CallResult, CheckSpec, JobId, LabState, Outcome, Probe, RunSpec};

use crate::runner::{Runner, lab_id, spec};

fn check(id: &str, kind: &str) -> CheckSpec {
    let kind: CheckKind = toml::from_str(kind).unwrap();
    let declared = Declared {
        kind,
        expected: None,
    };
    let filled = declared.fill(&Values::default()).unwrap();
    CheckSpec {
        id: id.to_owned(),
        host: "lab".to_owned(),
        judge_script: filled.script(10),
        run: None,
        probe: None,
        requires: Vec::new(),
        timeout_ms: 15_000,
    }
}

const SETUP: &str = r#"
    mkdir -p /srv/app && cd /srv/app
    printf 'name = shop\nport = 8080\n' > app.conf; chown 33:33 app.conf; chmod 640 app.conf
    printf 'sites:\n  - name: shop\n    port: 8080\n' > app.yml
    echo '{"a": {"b": [1, 2, 3]}}' > app.json
    printf '[server]\nport = 80\n' > app.ini
    printf '[a]\nb = "x"\n' > app.toml
    ln -s /etc/passwd link; mkfifo pipe; truncate -s 1G huge.yml
    { echo 'a0: &a0 [x,x,x,x,x,x,x,x,x]'; for n in 1 2 3 4 5 6 7 8; do
        p=$((n - 1)); echo "a$n: &a$n [*a$p,*a$p,*a$p,*a$p,*a$p,*a$p,*a$p,*a$p,*a$p]"; done; } > bomb.yml
    git init -q repo && cd repo && git config user.name a && git config user.email a@example.com
    echo one > file && git add file && git commit -qm 'Add the file' && git tag v1
    echo two > file && git commit -qam 'Change the file'
    git config core.fsmonitor 'touch /tmp/run-by-git'
"#;

#[test]
fn each_kind_says_what_is_there() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    assert_eq!(calls.create("one", &spec(SETUP)).state, LabState::Ready);
    use Outcome::{Fail, Pass};
    let run = |kind: &str| CheckSpec {
        run: Some(RunSpec {
            script: "echo \"says $NONCE\"; exit 3".to_owned(),
            timeout_ms: 10_000,
        }),
        ..check("x", kind)
    };
    let probed = |kind: &str| CheckSpec {
        probe: Some(Probe::Tcp { port: 9 }),
        ..check("x", kind)
    };
    let cases = [
        (
            Pass,
            check(
                "x",
                "[file]\npath = '/srv/app/app.conf'\nmode = '640'\nowner = 'www-data'",
            ),
        ),
        (
            Fail,
            check("x", "[file]\npath = '/srv/app/app.conf'\nmode = '600'"),
        ),
        (
            Pass,
            check(
                "x",
                "[file]\npath = '/srv/app/link'\ntype = 'link'\ntarget = '/etc/passwd'",
            ),
        ),
        (
            Pass,
            check("x", "[file]\npath = '/srv/none'\ntype = 'absent'"),
        ),
        (
            Fail,
            check("x", "[file]\npath = '/srv/app/pipe'\ntype = 'file'"),
        ),
        (
            Pass,
            check(
                "x",
                "[content]\npath = '/srv/app/app.conf'\nmatches = ['^port = [0-9]+$']\nlacks = ['debug']",
            ),
        ),
        (
            Fail,
            check(
                "x",
                "[content]\npath = '/srv/app/app.conf'\nlacks = ['^port']",
            ),
        ),
        (
            Fail,
            check("x", "[content]\npath = '/srv/app/pipe'\nmatches = ['x']"),
        ),
        (
            Fail,
            check(
                "x",
                "[content]\npath = '/srv/app/huge.yml'\nmatches = ['x']",
            ),
        ),
        (
            Pass,
            check(
                "x",
                "[value]\npath = '/srv/app/app.yml'\npointer = 'sites[0].port'\nequals = '8080'",
            ),
        ),
        (
            Fail,
            check(
                "x",
                "[value]\npath = '/srv/app/app.yml'\npointer = 'sites[1].port'\nequals = '8080'",
            ),
        ),
        (
            Pass,
            check(
                "x",
                "[value]\npath = '/srv/app/app.json'\npointer = 'a.b'\nlength = '3'",
            ),
        ),
        (
            Pass,
            check(
                "x",
                "[value]\npath = '/srv/app/app.ini'\npointer = 'server.port'\nat_most = '80'",
            ),
        ),
        (
            Pass,
            check(
                "x",
                "[value]\npath = '/srv/app/app.toml'\npointer = 'a.b'\nmatches = ['^x$']",
            ),
        ),
        (
            Fail,
            check(
                "x",
                "[value]\npath = '/srv/app/bomb.yml'\npointer = 'a8'\nlength = '9'",
            ),
        ),
        (
            Fail,
            check(
                "x",
                "[value]\npath = '/srv/app/app.conf'\nformat = 'json'\npointer = 'a'\nequals = '1'",
            ),
        ),
        (
            Pass,
            check(
                "x",
                "[git]\npath = '/srv/app/repo'\nhead_subject_matches = '^Change'\nis_ancestor = ['v1', 'HEAD']",
            ),
        ),
        (
            Fail,
            check("x", "[git]\npath = '/srv/app/repo'\ncommits_at_least = '3'"),
        ),
        (
            Pass,
            check(
                "x",
                "[git]\npath = '/srv/app/repo'\nhistory_lacks = ['^secret-']",
            ),
        ),
        (
            Fail,
            check(
                "x",
                "[git]\npath = '/srv/app/repo'\nhistory_lacks = ['^one$']",
            ),
        ),
        (
            Pass,
            run("[output]\nexit = '3'\nstdout = { equals = 'says $nonce' }"),
        ),
        (Fail, run("[output]\nexit = '0'")),
        (Pass, probed("port = 'closed'")),
        (Fail, probed("port = 'open'")),
    ];
    let (wanted, mut checks): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    for (number, check) in checks.iter_mut().enumerate() {
        check.id = format!("check-{number}");
    }
    let call = Call::GradeLab {
        lab_id: lab_id("one"),
        job_id: JobId::new("job").unwrap(),
        checks: checks.clone(),
        foreign_tokens: Vec::new(),
    };
    let Ok(CallResult::Graded(report)) = calls.call(call) else {
        panic!("not graded");
    };
    for ((outcome, wanted), check) in report.outcomes.iter().zip(wanted).zip(&checks) {
        assert_eq!(
            outcome.outcome, wanted,
            "{outcome:?}\n{}",
            check.judge_script
        );
        if wanted == Fail {
            let found = outcome.found.as_deref().unwrap_or_default();
            assert!(!found.is_empty() && !found.contains("root:"), "{outcome:?}");
        }
    }
}
