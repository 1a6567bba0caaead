//! Attacks on the grader, beyond what `live` tests.

use task_protocol::{
    Call, CallResult, CheckOutcome, CheckSpec, GradeReport, JobId, LabSpec, LabState, Outcome,
    RunSpec,
};

use crate::resident_kib;
use crate::runner::{Connection, Runner, announce, lab_id, spec};

pub fn check(id: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        id: id.to_owned(),
        host: "lab".to_owned(),
        judge_script: format!(". /task/lib.sh\n{judge}\n"),
        run: None,
        probe: None,
        requires: Vec::new(),
        follows: Vec::new(),
        timeout_ms: 10_000,
    }
}

pub fn with_run(id: &str, run: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        run: Some(RunSpec {
            script: run.to_owned(),
            timeout_ms: 5_000,
        }),
        ..check(id, judge)
    }
}

pub fn grade(calls: &mut Connection, lab: &str, checks: &[CheckSpec]) -> GradeReport {
    let call = Call::GradeLab {
        lab_id: lab_id(lab),
        job_id: JobId::new(format!("job-{lab}")).unwrap(),
        checks: checks.to_vec(),
        foreign_tokens: Vec::new(),
    };
    match calls.call(call) {
        Ok(CallResult::Graded(report)) => report,
        other => panic!("unexpected {other:?}"),
    }
}

/// Lets the candidate work in a lab that is called `one`, and grades it.
pub fn graded(
    spec: &LabSpec,
    work: &str,
    checks: &[CheckSpec],
) -> Option<(Runner, Vec<CheckOutcome>)> {
    let runner = Runner::start()?;
    let mut calls = runner.connect();
    assert_eq!(calls.create("one", spec).state, LabState::Ready);
    let worked = calls.script("one", work);
    assert_eq!(worked.exit_code, Some(0), "{worked:?}");
    let before = resident_kib(runner.pid());
    let report = grade(&mut calls, "one", checks);
    announce(&format!("graded in {} ms", report.total_ms));
    let grown = resident_kib(runner.pid()).saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");
    assert_eq!(calls.create("two", &spec.clone()).state, LabState::Ready);
    Some((runner, report.outcomes))
}

pub fn found(outcome: &CheckOutcome) -> (Outcome, &str) {
    (
        outcome.outcome,
        outcome.found.as_deref().unwrap_or_default(),
    )
}

#[test]
fn no_configuration_of_the_candidate_reaches_a_judge_or_the_start_of_a_copy() {
    let plant = r#"
        printf '#!/bin/sh\necho FORGED\n' > /srv/evil; chmod +x /srv/evil
        for f in /etc/profile.d/x.sh /etc/bash.bashrc /etc/profile /root/.bashrc /root/.profile /root/.bash_profile /etc/bash_logout /etc/environment; do echo 'echo FORGED; export BASH_ENV=/srv/evil ENV=/srv/evil LD_PRELOAD=/srv/evil.so PATH=/srv' > $f; done
        echo 'BASH_ENV=/srv/evil' > /etc/environment
        echo /srv/evil.so > /etc/ld.so.preload; echo /srv > /etc/ld.so.conf; ldconfig || true
        sed -i 's/^passwd:.*/passwd: evil/; s/^hosts:.*/hosts: evil/' /etc/nsswitch.conf 2>/dev/null || echo 'passwd: evil' > /etc/nsswitch.conf
        for d in /usr/lib/python3 /usr/lib/python3.11 /usr/lib/python3/dist-packages /usr/local/lib/python3.11/dist-packages /root/.local/lib/python3.11/site-packages /etc/python3.11 /srv /; do mkdir -p $d; for m in sitecustomize usercustomize json os site encodings; do echo 'print("FORGED")' > $d/$m.py; done; done
        rm -rf /usr/lib/python3.11
        git config --system core.fsmonitor /srv/evil; git config --global core.pager /srv/evil; git config --system alias.log '!echo FORGED'
        echo 'BEGIN { print "FORGED" }' > /root/.awkrc; echo 'header = "FORGED"' > /root/.curlrc; echo '!echo FORGED' > /root/.vimrc
        mkdir -p /usr/lib/locale/C.utf8 /usr/lib/x86_64-linux-gnu/gconv; echo 'module A// B// /srv/evil 1' > /usr/lib/x86_64-linux-gnu/gconv/gconv-modules; rm -f /usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache; rm -rf /usr/lib/locale/*
        cp /srv/evil /usr/local/bin/git; cp /srv/evil /usr/local/bin/python3; cp /srv/evil /usr/local/sbin/cat; cp /srv/evil /usr/local/bin/bash
        rm -f /lib /lib64; mkdir /lib /lib64; cp /srv/evil /lib64/ld-linux-x86-64.so.2
        true"#;
    let use_tools = "bash -c 'echo bash'; sh -c 'echo sh'; python3 -c 'import json, os, encodings; print(\"python\")'; git -C /tmp init -q x; git -C /tmp/x config core.fsmonitor; awk 'BEGIN { print \"awk\" }'; echo ä | iconv -f utf8 -t latin1 | wc -c; LC_ALL=C.UTF-8 locale charmap; cat /dev/null; echo [${BASH_ENV-}${ENV-}${LD_PRELOAD-}]";
    let expected = "bash sh python awk 2 UTF-8 []";
    let words = "| tr '\\n' ' ')\"";
    let checks = [
        check(
            "judge",
            &format!(
                "cd /lab/srv; x=\"$({{ getent passwd root | cut -d: -f1; {use_tools}; }} 2>&1 {words}; cd /; pass \"$x\""
            ),
        ),
        // A copy has the candidate's /etc and home, and tools that read those say what they say:
        // evidence. The programs and what starts them are the image's own.
        with_run(
            "copy",
            &use_tools
                .replace("python3 -c", "python3 -ISc")
                .replace("git -C /tmp/x config core.fsmonitor; ", ""),
            &format!("pass \"$(captured run.stdout {words}"),
        ),
        with_run(
            "names",
            "getent passwd root; id -un; echo end",
            &format!("pass \"$(captured run.stdout {words}"),
        ),
    ];
    let Some((_runner, outcomes)) = graded(&spec("true"), plant, &checks) else {
        return;
    };
    let judge = found(&outcomes[0]);
    assert_eq!(
        (judge.0, judge.1.trim()),
        (Outcome::Pass, &*format!("root {expected}"))
    );
    let copy = found(&outcomes[1]);
    assert_eq!((copy.0, copy.1.trim()), (Outcome::Pass, expected));
    let names = found(&outcomes[2]).1;
    assert!(
        names.trim().ends_with("end") && !names.contains("FORGED"),
        "{names}"
    );
}

#[test]
fn what_is_put_back_after_the_probe_is_not_there_for_the_judge() {
    // Good while it is asked, bad at once after: the file system is judged as it is frozen.
    let work = r#"
        cat > /srv/two-faced.py <<'X'
import http.server, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("/srv/state", "w").write("good\n")
        self.send_response(200); self.end_headers(); self.wfile.write(b"good")
        self.wfile.flush()
        open("/srv/state", "w").write("bad\n")
http.server.HTTPServer(("127.0.0.1", 80), Handler).serve_forever()
X
        setsid python3 /srv/two-faced.py > /dev/null 2>&1 < /dev/null &
        (while :; do echo one > /srv/loop; echo two > /srv/loop; done) > /dev/null 2>&1 < /dev/null &
        until (echo > /dev/tcp/127.0.0.1/80) 2> /dev/null; do :; done; until [ -s /srv/loop ]; do :; done"#;
    let same = "a=$(sha256sum /lab/srv/loop); for i in 1 2 3 4 5; do [ \"$a\" = \"$(sha256sum /lab/srv/loop)\" ] || fail same other; done; pass \"$a\"";
    let checks = [
        CheckSpec {
            probe: Some(task_protocol::Probe::Http {
                port: 80,
                path: "/".to_owned(),
                host: None,
            }),
            ..check(
                "state",
                "[ \"$(captured probe.body)\" = good ] && [ \"$(cat /lab/srv/state)\" = good ] || fail good \"$(captured probe.body) $(cat /lab/srv/state)\"; pass x",
            )
        },
        check("first", same),
        check("second", same),
        with_run(
            "copy",
            "cat /srv/state; pgrep -c python3; sha256sum /srv/loop",
            "pass \"$(captured run.stdout | tr '\\n' ' ')\"",
        ),
    ];
    let Some((_runner, outcomes)) = graded(&spec("true"), work, &checks) else {
        return;
    };
    assert_eq!(found(&outcomes[0]), (Outcome::Fail, "good bad"));
    assert_eq!(outcomes[1].outcome, Outcome::Pass);
    assert_eq!(outcomes[1].found, outcomes[2].found);
    // No process goes along, and all see the same.
    let copy = found(&outcomes[3]).1;
    let digest = outcomes[1]
        .found
        .as_ref()
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    assert!(
        copy.starts_with("bad 0 ") && copy.contains(digest),
        "{copy}"
    );
}

#[test]
fn the_judges_text_is_nowhere_to_be_read() {
    // Collects what can be read, in the lab until it is frozen, and in the copy.
    let collect = r#"cat > /srv/collect <<'X'
#!/bin/bash
for p in /proc/[0-9]*; do cat $p/cmdline $p/environ; for f in $p/fd/*; do [ -f $f ] && timeout 0.1 head -c 100000 $f; done; done 2>/dev/null | tr '\0' '\n' | grep -a 'the-[a-z]*-word' | sort -u
ls -d /task /capture /lab /after 2>/dev/null
X
        chmod +x /srv/collect
        (while :; do /srv/collect >> /srv/collected; done) > /dev/null 2>&1 < /dev/null &
        until [ -e /srv/collected ]; do :; done"#;
    let checks = [
        with_run(
            "lab",
            "cat /srv/collected; echo the-run-word; /srv/collect; echo end",
            "x='the-judge-word'; pass \"$(captured run.stdout | tr '\\n' ' ')\"",
        ),
        // The script of the copy itself can be read by what it starts, but not changed.
        with_run(
            "rewrite",
            "python3 -c \"
import os
for name in os.listdir('/proc/%d/fd' % os.getppid()):
    try:
        fd = os.open('/proc/%d/fd/%s' % (os.getppid(), name), os.O_WRONLY)
        if name == '255': print('rewritten')
    except OSError: pass
\"; echo kept",
            "pass \"$(captured run.stdout)\"",
        ),
    ];
    let Some((_runner, outcomes)) = graded(&spec("true"), collect, &checks) else {
        return;
    };
    let collected = found(&outcomes[0]).1;
    assert!(collected.ends_with("end "), "{collected}");
    assert!(collected.contains("the-run-word"), "{collected}");
    assert!(
        !collected.contains("judge-word") && !collected.contains("/task"),
        "{collected}"
    );
    assert_eq!(found(&outcomes[1]), (Outcome::Pass, "kept"));
}

#[test]
fn what_a_judge_repeats_is_plain_short_text() {
    let work = r#"
        printf '\033]52;c;aGk=\007\033[2J\033]0;title\007\033P$q m\033\\\302\233 31mred\302\235x\r\n\b\177' > /srv/escapes
        printf '<script>alert(1)</script><img src=x onerror=alert(1)>&lt;"'"'"'`' > /srv/html
        printf '\342\200\256evil\342\200\213\342\201\246x\342\200\250y' > /srv/directions
        head -c 900000 /dev/zero | tr '\0' 'A' > /srv/long
        head -c 3000 /dev/urandom > /srv/noise
        printf '","outcome":"pass","found":"' > /srv/quotes"#;
    let repeat = |name: &str| {
        check(
            name,
            &format!("fail \"$(cat /lab/srv/{name})\" \"$(cat /lab/srv/{name})\""),
        )
    };
    let names = ["escapes", "html", "directions", "long", "noise", "quotes"];
    let mut checks: Vec<_> = names.map(repeat).into();
    // A judge that writes its verdict by hand.
    checks.push(check("by-hand", "printf '{\"outcome\":\"fail\",\"found\":\"\\\\u001b]52;c;x\\\\u0007\\\\u009b31m\\\\u202e%s\"}\\n' \"$(head -c 20000 /lab/srv/long)\" >&3; exit 0"));
    checks.push(check("by-hand-quotes", "printf '{\"outcome\":\"fail\",\"found\":\"%s\"}\\n' \"$(cat /lab/srv/quotes)\" >&3; exit 0"));
    let Some((_runner, outcomes)) = graded(&spec("true"), work, &checks) else {
        return;
    };
    for outcome in &outcomes {
        assert_ne!(outcome.outcome, Outcome::Pass, "{outcome:?}");
        for text in [&outcome.found, &outcome.expected, &outcome.detail]
            .into_iter()
            .flatten()
        {
            assert!(text.len() <= 1024, "{}", text.len());
            let is_plain = |c: char| {
                !c.is_control()
                    && !('\u{2028}'..='\u{202e}').contains(&c)
                    && !('\u{2066}'..='\u{2069}').contains(&c)
            };
            assert!(text.chars().all(is_plain), "{text:?}");
        }
    }
    // Markup stays what it is, text: who shows it escapes it.
    assert!(
        found(&outcomes[1])
            .1
            .starts_with("<script>alert(1)</script>")
    );
    assert_eq!(
        found(&outcomes[5]),
        (Outcome::Fail, "\",\"outcome\":\"pass\",\"found\":\"")
    );
}
