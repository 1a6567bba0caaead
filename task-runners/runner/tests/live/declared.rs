//! Declared checks in real clean rooms: each kind passes, fails with a text that helps, and is not
//! taken in by what a candidate can put in its way.

mod files;
mod traps;

use question_bank::{CheckKind, Declared, Values};
use task_protocol::{CheckOutcome, CheckSpec, Outcome, Probe, RunSpec};

use crate::grading::{check, graded};

/// A check as `task.toml` declares it: `file = { path = "/x", mode = "640" }`.
fn declared(id: &str, toml: &str) -> CheckSpec {
    let kind: CheckKind = toml::from_str(toml).unwrap_or_else(|error| panic!("{id}: {error}"));
    let declared = Declared {
        kind,
        expected: None,
    };
    let filled = declared.fill(&Values::default()).unwrap();
    CheckSpec {
        judge_script: filled.script(20),
        timeout_ms: 20_000,
        ..check(id, "")
    }
}

fn with_run(id: &str, script: &str, toml: &str) -> CheckSpec {
    CheckSpec {
        run: Some(RunSpec {
            script: script.to_owned(),
            timeout_ms: 5_000,
        }),
        ..declared(id, toml)
    }
}

fn with_probe(id: &str, probe: Probe, toml: &str) -> CheckSpec {
    CheckSpec {
        probe: Some(probe),
        ..declared(id, toml)
    }
}

fn http(path: &str) -> Probe {
    Probe::Http {
        port: 8080,
        path: path.to_owned(),
        host: None,
    }
}

/// Checks that must pass, and checks that must fail with this in what was found.
struct Cases {
    pass: Vec<CheckSpec>,
    fail: Vec<(CheckSpec, &'static str)>,
}

impl Cases {
    fn new() -> Self {
        Self {
            pass: Vec::new(),
            fail: Vec::new(),
        }
    }

    fn pass(&mut self, toml: &str) {
        let id = format!("pass-{}", self.pass.len());
        self.pass.push(declared(&id, toml));
    }

    fn fail(&mut self, toml: &str, found: &'static str) {
        let id = format!("fail-{}", self.fail.len());
        self.fail.push((declared(&id, toml), found));
    }

    /// Grades a lab after this work and says everything that is not as it must be.
    fn hold(&self, setup: &str, work: &str) {
        let mut checks = self.pass.clone();
        checks.extend(self.fail.iter().map(|(check, _)| check.clone()));
        let Some(outcomes) = graded(setup, work, &checks) else {
            return;
        };
        let of = |check: &CheckSpec| {
            let mut outcomes = outcomes.iter();
            outcomes.find(|o| o.check_id == check.id).unwrap()
        };
        let mut wrong = Vec::new();
        let mut refuse = |check: &CheckSpec, outcome: &CheckOutcome| {
            wrong.push(format!("{outcome:?}\n{}", check.judge_script));
        };
        for check in &self.pass {
            let outcome = of(check);
            if outcome.outcome != Outcome::Pass || outcome.found.is_none() {
                refuse(check, outcome);
            }
        }
        for (check, found) in &self.fail {
            let outcome = of(check);
            let is_helpful = outcome
                .expected
                .as_ref()
                .is_some_and(|text| !text.is_empty())
                && outcome
                    .found
                    .as_ref()
                    .is_some_and(|text| text.contains(found));
            if outcome.outcome != Outcome::Fail || !is_helpful {
                refuse(check, outcome);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn repositories_are_read_without_their_configuration() {
    let setup = "git init -q -b main /srv/repo; cd /srv/repo
        save() { git add -A; git -c user.name=x -c user.email=x@x commit -qm \"$1\"; }
        echo one > a; save 'First one'; git tag v1; mkdir docs; echo 'the text' > docs/b; save 'Second: 2 of 2'
        git checkout -q -b side v1; echo x > c; save Side; git checkout -q main";
    let git = |rest: &str| format!("git = {{ path = '/srv/repo', {rest} }}");
    let mut cases = Cases::new();
    cases.pass(&git(
        "branch = 'main', head_subject_matches = '^Second: [0-9]'",
    ));
    cases.pass(&git("commits_at_least = '2'"));
    cases.pass(&git("branch = 'main', is_ancestor = ['v1', 'side']"));
    cases.pass(&git(
        "contains_file = { path = 'docs/b', matches = ['^the'], lacks = ['one'] }",
    ));
    cases.pass(&git("history_lacks = ['^secret-']"));
    cases.pass(&git(
        "branch = 'side', contains_file = { path = 'c', equals = 'x' }",
    ));
    cases.fail(
        &git("branch = 'main', head_subject_matches = '^First'"),
        "main is at: Second: 2 of 2",
    );
    cases.fail(
        &git("branch = 'other', commits_at_least = '1'"),
        "no branch other",
    );
    cases.fail(&git("commits_at_least = '3'"), "commits of HEAD: 2");
    cases.fail(
        &git("is_ancestor = ['side', 'main']"),
        "is not in the history of main",
    );
    cases.fail(
        &git("is_ancestor = ['v9', 'main']"),
        "there is no commit v9",
    );
    cases.fail(
        &git("contains_file = { path = 'docs/c' }"),
        "HEAD has no file docs/c",
    );
    cases.fail(&git("contains_file = { path = 'docs' }"), "no file docs");
    cases.fail(
        &git("contains_file = { path = 'docs/b', matches = ['one'] }"),
        "no line of docs/b on HEAD matches one",
    );
    cases.fail(
        &git("history_lacks = ['^one$']"),
        "a file of the history has what must not be there",
    );
    cases.fail(
        "git = { path = '/srv', commits_at_least = '1' }",
        "no Git repository",
    );
    cases.hold(setup, "true");
}

#[test]
fn answers_and_output_are_compared_with_the_nonce() {
    let setup = r#"
        cat > /srv/serve.py <<'X'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(301 if self.path.startswith("/move") else 200)
        self.send_header("LOCATION", "https://x.example" + self.path)
        self.end_headers()
        self.wfile.write(("asked for " + self.path + "\n").encode())
        if self.path == "/long":
            self.wfile.write(b"fill\n" * 20000 + b"hidden\n")
http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
X
        setsid python3 /srv/serve.py > /dev/null 2>&1 < /dev/null &
        for _ in $(seq 50); do (echo > /dev/tcp/127.0.0.1/8080) 2> /dev/null && break; sleep 0.1; done
    "#;
    let mut cases = Cases::new();
    let closed = Probe::Tcp { port: 81 };
    let open = Probe::Tcp { port: 8080 };
    cases.pass = vec![
        with_probe(
            "status",
            http("/a?$nonce"),
            "http = { status = '200', body = { equals = 'asked for /a?$nonce' } }",
        ),
        with_probe(
            "header",
            http("/move?$nonce"),
            "http = { status = '301', headers = { location = '^https://x\\.example/move\\?$nonce$' } }",
        ),
        with_probe("open", open.clone(), "port = 'open'"),
        with_probe("closed", closed.clone(), "port = 'closed'"),
        with_run(
            "exit",
            "echo \"$NONCE\"; echo oops >&2; exit 3",
            "output = { exit = '3', stdout = { equals = '$nonce' }, stderr = { matches = ['^oops$'], lacks = ['Traceback'] } }",
        ),
        with_run("nonzero", "exit 3", "output = { exit = 'nonzero' }"),
        with_run(
            "after",
            "echo \"$NONCE\" > /srv/new; chmod 600 /srv/new; rm /srv/serve.py",
            "content = { path = '/srv/new', after = true, equals = '$nonce' }",
        ),
        with_run(
            "gone",
            "rm /srv/serve.py",
            "file = { path = '/srv/serve.py', after = true, type = 'absent' }",
        ),
    ];
    cases.fail = vec![
        (
            with_probe("other-status", http("/"), "http = { status = '404' }"),
            "status 200",
        ),
        (
            with_probe(
                "other-body",
                http("/"),
                "http = { body = { matches = ['$nonce'] } }",
            ),
            "asked for /",
        ),
        (
            with_probe(
                "other-header",
                http("/"),
                "http = { headers = { server = '^nginx' } }",
            ),
            "no line of header server matches ^nginx",
        ),
        (
            with_probe(
                "no-header",
                http("/"),
                "http = { headers = { etag = 'x' } }",
            ),
            "no line of header etag",
        ),
        (
            with_probe(
                "long",
                http("/long"),
                "http = { body = { lacks = ['hidden'] } }",
            ),
            "longer than",
        ),
        (
            with_probe(
                "silent",
                Probe::Http {
                    port: 81,
                    path: "/".to_owned(),
                    host: None,
                },
                "http = { status = '200' }",
            ),
            "no answer: closed",
        ),
        (
            with_probe("not-open", closed, "port = 'open'"),
            "the port is closed",
        ),
        (
            with_probe("not-closed", open, "port = 'closed'"),
            "the port is open",
        ),
        (
            with_run(
                "other-exit",
                "echo why >&2; exit 3",
                "output = { exit = '0' }",
            ),
            "exit status 3; stderr: why",
        ),
        (
            with_run("zero", "true", "output = { exit = 'nonzero' }"),
            "exit status 0",
        ),
        (
            with_run("endless", "sleep 100", "output = { exit = 'nonzero' }"),
            "exit status timeout",
        ),
        (
            with_run(
                "stale",
                "echo 0123456789",
                "output = { stdout = { equals = '$nonce' } }",
            ),
            "stdout is: 0123456789",
        ),
        (
            with_run(
                "flood",
                "yes | head -c 200000; echo bad",
                "output = { stdout = { lacks = ['bad'] } }",
            ),
            "longer than",
        ),
        (
            with_run(
                "not-there",
                "true",
                "content = { path = '/srv/new', after = true, equals = '$nonce' }",
            ),
            "does not exist",
        ),
    ];
    cases.hold(setup, "true");
}
