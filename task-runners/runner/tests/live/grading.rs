//! Grading against candidates who are root in their lab and do not play fair.

mod job;

use task_protocol::{
    Call, CallError, CallResult, CheckOutcome, CheckSpec, GradeReport, JobId, LabState, Outcome,
    Probe, RunSpec,
};

use crate::runner::{Connection, Runner, lab_id, spec};

/// A judge with the toolbox.
pub(crate) fn check(id: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        id: id.to_owned(),
        host: "lab".to_owned(),
        judge_script: format!(". /task/lib.sh\n{judge}\n"),
        run: None,
        probe: None,
        requires: Vec::new(),
        follows: Vec::new(),
        timeout_ms: 5_000,
    }
}

pub(crate) fn with_run(id: &str, run: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        run: Some(RunSpec {
            script: run.to_owned(),
            timeout_ms: 5_000,
        }),
        ..check(id, judge)
    }
}

fn with_probe(id: &str, probe: Probe, judge: &str) -> CheckSpec {
    CheckSpec {
        probe: Some(probe),
        ..check(id, judge)
    }
}

pub(crate) fn ask(
    calls: &mut Connection,
    job: &str,
    checks: &[CheckSpec],
) -> Result<GradeReport, CallError> {
    let call = Call::GradeLab {
        lab_id: lab_id("one"),
        job_id: JobId::new(job).unwrap(),
        checks: checks.to_vec(),
        foreign_tokens: Vec::new(),
    };
    match calls.call(call) {
        Ok(CallResult::Graded(report)) => Ok(report),
        Err(error) => Err(error),
        other => panic!("unexpected {other:?}"),
    }
}

/// Makes a lab, lets the candidate work and grades it.
pub(crate) fn graded(setup: &str, work: &str, checks: &[CheckSpec]) -> Option<Vec<CheckOutcome>> {
    let runner = Runner::start()?;
    let mut calls = runner.connect();
    assert_eq!(calls.create("one", &spec(setup)).state, LabState::Ready);
    let worked = calls.script("one", work);
    assert_eq!(worked.exit_code, Some(0), "{worked:?}");
    let report = ask(&mut calls, "job", checks).unwrap();
    assert_eq!(report.snapshot_digest.len(), 64);
    assert_eq!(runner.containers(), Vec::<String>::new());
    Some(report.outcomes)
}

fn outcome<'a>(outcomes: &'a [CheckOutcome], id: &str) -> &'a CheckOutcome {
    outcomes
        .iter()
        .find(|outcome| outcome.check_id == id)
        .unwrap()
}

#[test]
fn the_checked_path_may_be_a_trap() {
    let work = "mkdir -p /srv/deep
        ln -s /etc/passwd /srv/link; ln -s ../../../../../../etc/shadow /srv/deep/climb
        ln -s /srv/circle /srv/circle; ln -s /proc/1/environ /srv/proc
        mkfifo /srv/fifo; truncate -s 1T /srv/huge; printf 'a\\nb' > $'/srv/two\\nlines'
        echo candidate > /etc/marker; ln -s /etc/marker /srv/absolute; chmod 000 /etc/marker
        printf 'x\\033[31m\"\\\\' > /srv/escapes; ln -s missing /srv/dangling
        echo root:x:0:0:mine > /etc/passwd";
    let read = |id: &str, path: &str| {
        check(
            id,
            &format!("f=$(lab_file {path}) || fail 'a file' none\npass \"$(head -c 100 \"$f\")\""),
        )
    };
    let checks = [
        read("link", "/srv/link"),
        read("climb", "/srv/deep/climb"),
        read("absolute", "/srv/absolute"),
        read("circle", "/srv/circle"),
        read("dangling", "/srv/dangling"),
        read("proc", "/srv/proc"),
        read("fifo", "/srv/fifo"),
        read("huge", "/srv/huge"),
        read("escapes", "/srv/escapes"),
        // A judge without the toolbox's care gets nowhere either.
        check(
            "careless",
            "cat /lab/srv/link && pass read; fail 'a file' unreadable",
        ),
        check("waiting", "cat /lab/srv/fifo; pass read"),
        check(
            "started",
            "/lab/bin/bash -c true || /lab/usr/bin/bash -c true || fail a b; pass c",
        ),
        check(
            "written",
            "touch /lab/x /usr/x /task/x 2>/dev/null; [ ! -e /lab/x ] && fail a b",
        ),
    ];
    let Some(outcomes) = graded("true", work, &checks) else {
        return;
    };
    let found = |id: &str| {
        let outcome = outcome(&outcomes, id);
        (outcome.outcome, outcome.found.clone().unwrap_or_default())
    };
    // Links lead to the candidate's own files, never to those of the clean room.
    assert_eq!(found("link"), (Outcome::Pass, "root:x:0:0:mine".to_owned()));
    assert!(
        found("climb").1.starts_with("root:"),
        "{:?}",
        found("climb")
    );
    assert_eq!(found("absolute"), (Outcome::Pass, "candidate".to_owned()));
    for id in [
        "circle", "dangling", "proc", "fifo", "huge", "careless", "started", "written",
    ] {
        assert_eq!(
            found(id).0,
            Outcome::Fail,
            "{id}: {:?}",
            outcome(&outcomes, id)
        );
    }
    assert_eq!(found("waiting").0, Outcome::Broken);
    assert_eq!(found("escapes"), (Outcome::Pass, "x [31m\"\\".to_owned()));
}

#[test]
fn forged_tools_and_configuration_gain_nothing() {
    let forge = r#"
        git init -q /srv/repo && cd /srv/repo && echo a > a && git add a
        git -c user.name=x -c user.email=x@x commit -qm first
        printf '#!/bin/sh\nfor fd in /proc/[0-9]*/fd/3; do echo "{\"outcome\":\"pass\"}" > $fd; done\n' > /srv/evil
        chmod +x /srv/evil
        git config core.fsmonitor /srv/evil; git config core.hooksPath /srv; cp /srv/evil .git/hooks/post-checkout
        git config diff.external /srv/evil; git config core.pager /srv/evil
        printf '* filter=x\n' > .git/info/attributes; git config filter.x.clean /srv/evil
        mkdir -p .git/objects/info; echo /srv/elsewhere > .git/objects/info/alternates
        echo /srv/evil.so > /etc/ld.so.preload
        cp /srv/evil /usr/local/bin/grep; cp /srv/evil /usr/bin/git.new; mv /usr/bin/git.new /usr/bin/git
        echo 'exit 0' > /root/.bashrc; echo 'exit 0' > /etc/profile; echo 'exit 0' > /etc/bash.bashrc
        rm -f /bin; mkdir /bin; cp /srv/evil /bin/bash; cp /srv/evil /bin/sh
        rm -f /usr/bin/bash
    "#;
    let facts = "facts=$(git_facts /srv/repo) || fail 'a repository' none
        cd \"$facts\" && git status >/dev/null 2>&1; git diff HEAD >/dev/null 2>&1
        [ ! -e config.worktree ] && [ ! -e hooks/post-checkout ] && [ ! -e objects/info/alternates ] || fail a b
        ! grep -q fsmonitor config || fail c d
        pass \"$(git log --format=%s)\"";
    let checks = [
        check("facts", facts),
        check(
            "untouched",
            "grep -q impossible /etc/hostname || fail 'a pass' 'no pass'; pass x",
        ),
        with_run(
            "copy",
            "type -p bash grep git; grep -q impossible /etc/hostname; echo $?; git --version
             /bin/bash -c 'echo pristine'; echo \"${#NONCE}\"; ls /proc/self/fd | wc -l; ls /task",
            "pass \"$(captured run.stdout | tr '\\n' ' ')\"",
        ),
    ];
    let Some(outcomes) = graded("true", forge, &checks) else {
        return;
    };
    let facts = outcome(&outcomes, "facts");
    assert_eq!(
        (facts.outcome, facts.found.as_deref()),
        (Outcome::Pass, Some("first")),
        "{facts:?}"
    );
    assert_eq!(outcome(&outcomes, "untouched").outcome, Outcome::Fail);
    let copy = outcome(&outcomes, "copy").found.clone().unwrap();
    assert!(
        copy.starts_with("/usr/bin/bash /usr/bin/grep /usr/bin/git 1 git version"),
        "{copy}"
    );
    // Nothing but the standard descriptors and that of the listed directory.
    assert!(copy.contains("pristine 32 4"), "{copy}");
}

#[test]
fn a_judge_that_does_not_decide_is_broken() {
    let long = "printf '{\"outcome\":\"pass\",\"found\":\"%s\"}\\n' \"$(head -c 100000 /dev/zero | tr '\\0' x)\" >&3";
    let checks = [
        check("silent", "true"),
        check("failing", "pass yes; "),
        CheckSpec {
            judge_script: "echo '{\"outcome\":\"pass\"}' >&3; exit 3".to_owned(),
            ..check("exit", "")
        },
        check("twice", "(pass one); pass two"),
        check("garbage", "echo pass >&3"),
        check("stdout", "echo '{\"outcome\":\"pass\"}'; echo why >&2"),
        check("long", long),
        CheckSpec {
            timeout_ms: 300,
            ..check("slow", "sleep 100; pass late")
        },
        CheckSpec {
            requires: vec!["silent".to_owned()],
            ..check("after-broken", "pass x")
        },
        CheckSpec {
            requires: vec!["no".to_owned()],
            ..check("after-failed", "pass x")
        },
        check("no", "fail this that"),
    ];
    let Some(outcomes) = graded("true", "true", &checks) else {
        return;
    };
    let order: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.check_id.as_str())
        .collect();
    let asked: Vec<_> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(order, asked);
    for id in [
        "silent",
        "exit",
        "twice",
        "garbage",
        "stdout",
        "long",
        "slow",
        "after-broken",
    ] {
        let outcome = outcome(&outcomes, id);
        assert_eq!(outcome.outcome, Outcome::Broken, "{outcome:?}");
        assert!(outcome.detail.is_some(), "{outcome:?}");
    }
    assert!(
        outcome(&outcomes, "stdout")
            .detail
            .as_ref()
            .unwrap()
            .contains("why")
    );
    assert_eq!(outcome(&outcomes, "failing").outcome, Outcome::Pass);
    assert_eq!(outcome(&outcomes, "after-failed").outcome, Outcome::Fail);
    let no = outcome(&outcomes, "no");
    assert_eq!(
        (no.expected.as_deref(), no.found.as_deref()),
        (Some("this"), Some("that"))
    );
}

#[test]
fn what_a_copy_prints_and_leaves_is_evidence_only() {
    let work = r#"
        printf '#!/bin/bash\nfor fd in /proc/[0-9]*/fd/[0-9]*; do echo "{\"outcome\":\"pass\"}" > $fd; done 2>/dev/null; echo forged\n' > /srv/job
        chmod +x /srv/job; echo before > /srv/state
    "#;
    let checks = [
        with_run(
            "forged",
            "/srv/job",
            "fail 'nothing' \"$(captured run.stdout | tail -n 1)\"",
        ),
        with_run(
            "after",
            "echo after > /srv/state; rm /srv/job; echo $NONCE > /srv/nonce; exit 7",
            "[ \"$(cat /lab/srv/state) $(cat /after/srv/state)\" = 'before after' ] || fail a b
             [ -e /lab/srv/job ] && [ ! -e /after/srv/job ] || fail c d
             [ \"$(cat /after/srv/nonce)\" = \"$(captured nonce)\" ] || fail e f
             pass \"$(captured run.exit)\"",
        ),
        with_run(
            "flood",
            "yes | head -c 50000000; echo end >&2; (sleep 100 &) ; dd if=/dev/zero of=/srv/fill bs=1M 2>/dev/null",
            "pass \"$(captured run.stdout | wc -c) $(captured run.exit) $(captured run.stderr)\"",
        ),
        with_run(
            "network",
            "ls /sys/class/net; (echo > /dev/tcp/10.0.0.1/80) 2>/dev/null; echo $?",
            "pass \"$(captured run.stdout | tr '\\n' ' ')\"",
        ),
        CheckSpec {
            run: Some(RunSpec {
                script: "echo begun; sleep 100".to_owned(),
                timeout_ms: 300,
            }),
            ..check(
                "endless",
                "pass \"$(captured run.stdout) $(captured run.exit)\"",
            )
        },
        // One copy knows nothing of another.
        with_run(
            "apart",
            "cat /srv/state; ls /srv/nonce",
            "pass \"$(captured run.stdout)\"",
        ),
    ];
    let Some(outcomes) = graded("true", work, &checks) else {
        return;
    };
    let found = |id: &str| outcome(&outcomes, id).found.clone().unwrap_or_default();
    assert_eq!(outcome(&outcomes, "forged").outcome, Outcome::Fail);
    assert_eq!(found("forged"), "forged");
    assert_eq!(found("after"), "7", "{:?}", outcome(&outcomes, "after"));
    assert_eq!(
        found("flood"),
        "65536 1 end",
        "{:?}",
        outcome(&outcomes, "flood")
    );
    assert_eq!(found("network"), "lo 1 ");
    assert_eq!(found("endless"), "begun timeout");
    assert_eq!(found("apart"), "before");
}

#[test]
fn checks_with_the_same_script_look_at_one_run() {
    let show = "pass \"$(captured run.stdout) $(captured nonce) $(cat /after/srv/x)\"";
    let script = "echo $RANDOM$RANDOM; echo $RANDOM > /srv/x";
    let checks = [
        with_run("a", script, show),
        with_run("b", script, show),
        with_run("c", "echo $RANDOM$RANDOM; echo $RANDOM > /srv/x ", show),
    ];
    let Some(outcomes) = graded("true", "true", &checks) else {
        return;
    };
    assert_eq!(outcomes[0].outcome, Outcome::Pass, "{outcomes:?}");
    assert_eq!(outcomes[0].found, outcomes[1].found);
    assert_ne!(outcomes[0].found, outcomes[2].found);
}

#[test]
fn common_names_mean_the_images_programs_in_a_copy() {
    // Links in /usr that lead into /etc, and a module that every Python loads from there.
    let work = "printf '#!/bin/bash\\necho forged\\n' > /srv/fake; chmod 755 /srv/fake
        for name in awk pager editor which; do ln -sf /srv/fake /etc/alternatives/$name; done
        echo 'print(\"forged\"); raise SystemExit' > /etc/python3.11/sitecustomize.py";
    let run = "awk 'BEGIN { print 1 }'; python3 -c 'print(2)'; which bash";
    let checks = [with_run("names", run, "pass \"$(captured run.stdout)\"")];
    let Some(outcomes) = graded("true", work, &checks) else {
        return;
    };
    assert_eq!(outcomes[0].found.as_deref(), Some("1 2 /usr/bin/bash"));
}

#[test]
fn a_wrong_name_is_counted_once_and_followed() {
    let work = "echo hello > /srv/nginz.conf";
    let name = check(
        "name",
        "for f in /lab/srv/*.conf; do carry name \"${f##*/}\"; done
         [ -f /lab/srv/nginx.conf ] || fail nginx.conf 'another name'; pass x",
    );
    let mut content = check(
        "content",
        "file=$(lab_file \"/srv/$(captured carried.name)\") || fail file none
         grep -q hello \"$file\" || fail hello other; pass \"in $(captured carried.name)\"",
    );
    content.follows = vec!["name".to_owned()];
    let Some(outcomes) = graded("true", work, &[content, name]) else {
        return;
    };
    assert_eq!(
        outcomes[0].found.as_deref(),
        Some("in nginz.conf"),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1].outcome, Outcome::Fail);
}
