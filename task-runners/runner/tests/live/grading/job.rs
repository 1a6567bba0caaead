//! What is asked while the lab is live, and what becomes of a job.

use task_protocol::{
    Call, CallError, CallResult, CheckSpec, GradeReport, JobId, LabState, Outcome, Probe,
};

use super::{ask, check, graded, outcome, with_probe};
use crate::runner::{Connection, Runner, spec};

#[test]
fn probes_meet_the_live_lab_and_the_snapshot_is_what_it_left() {
    let setup = r#"
        cat > /srv/server.py <<'PYTHON'
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("/srv/asked", "a").write(self.path + " " + self.headers["Host"] + "\n")
        self.send_response(200); self.end_headers(); self.wfile.write(b"hello " + self.path.encode())
http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
PYTHON
        setsid python3 /srv/server.py >/dev/null 2>&1 </dev/null &
        (while :; do echo tick >> /srv/ticks; sleep 0.01; done) >/dev/null 2>&1 </dev/null &
        for _ in {1..50}; do (echo > /dev/tcp/127.0.0.1/8080) 2>/dev/null && break; sleep 0.1; done
    "#;
    let http = |port, path: &str| Probe::Http {
        port,
        path: path.to_owned(),
        host: Some("shop.example".to_owned()),
    };
    let status = "pass \"$(captured probe.status)\"";
    let checks = [
        with_probe(
            "page",
            http(8080, "/x?n=$nonce"),
            "n=$(captured nonce)
             [ \"$(captured probe.body)\" = \"hello /x?n=$n\" ] || fail body \"$(captured probe.body)\"
             grep -q \"/x?n=$n shop.example:8080\" /lab/srv/asked || fail asked no
             pass \"$(captured probe.status)\"",
        ),
        with_probe("closed", http(8081, "/"), status),
        with_probe("open", Probe::Tcp { port: 8080 }, status),
        with_probe("shut", Probe::Tcp { port: 8081 }, status),
        check("still", "a=$(wc -l < /lab/srv/ticks); sleep 0.3; [ $a -gt 5 ] && [ $a = $(wc -l < /lab/srv/ticks) ] && pass x"),
    ];
    let Some(outcomes) = graded(setup, "true", &checks) else {
        return;
    };
    for (id, status) in [
        ("page", "200"),
        ("closed", "closed"),
        ("open", "open"),
        ("shut", "closed"),
    ] {
        let outcome = outcome(&outcomes, id);
        assert_eq!(
            (outcome.outcome, outcome.found.as_deref()),
            (Outcome::Pass, Some(status)),
            "{outcome:?}"
        );
    }
    assert_eq!(outcome(&outcomes, "still").outcome, Outcome::Pass);
}

#[test]
fn the_same_job_has_one_report_and_an_interrupted_one_is_finished() {
    let Some(mut runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let setup = "echo kept > /srv/file; chown 33:33 /srv/file; rm /etc/debconf.conf
        setfacl -m u:5:r /srv/file; (sleep 1000 &)";
    calls.create("one", &spec(setup));
    let checks = [
        check(
            "file",
            "pass \"$(cat /lab/srv/file) $(stat -c %u:%g /lab/srv/file) $([ -e /lab/etc/debconf.conf ] || echo gone) $(getfacl -np /lab/srv/file | grep -c user:5)\"",
        ),
        check("random", "pass \"$(captured nonce)\""),
    ];
    let report = ask(&mut calls, "job", &checks).unwrap();
    assert_eq!(
        report.outcomes[0].found.as_deref(),
        Some("kept 33:33 gone 1"),
        "{report:?}"
    );
    assert_eq!(ask(&mut calls, "job", &checks).unwrap(), report);
    // The lab has ended; another job of it comes too late.
    let other = ask(&mut calls, "other", &checks);
    assert!(
        matches!(
            other,
            Err(CallError::WrongState {
                state: LabState::Ended
            })
        ),
        "{other:?}"
    );

    // As if the runner had been killed between the snapshot and the report.
    drop(calls);
    runner.kill_and_restart();
    std::fs::remove_file(runner.dir.path().join("data/reports/job.json")).unwrap();
    let mut calls = runner.connect();
    let again = ask(&mut calls, "job", &checks).unwrap();
    assert_eq!(again.snapshot_digest, report.snapshot_digest);
    let texts = |report: &GradeReport| -> Vec<_> {
        report
            .outcomes
            .iter()
            .map(|o| (o.outcome, o.found.clone()))
            .collect()
    };
    assert_eq!(texts(&again), texts(&report));
    let unknown = ask(&mut calls, "unknown", &checks);
    assert!(
        matches!(unknown, Err(CallError::UnknownLab { .. })),
        "{unknown:?}"
    );

    // Before the digest was known, the snapshot lies under the name of the job.
    let (data, digest) = (runner.dir.path().join("data"), &report.snapshot_digest);
    std::fs::rename(
        data.join("snapshots").join(digest),
        data.join("snapshots/job-job-0"),
    )
    .unwrap();
    let job = data.join("gradings/job.json");
    let mut known: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&job).unwrap()).unwrap();
    known["hosts"][0]["snapshot_digest"] = serde_json::Value::Null;
    std::fs::write(&job, known.to_string()).unwrap();
    std::fs::remove_file(data.join("reports/job.json")).unwrap();
    let third = ask(&mut calls, "job", &checks).unwrap();
    assert_eq!(
        (texts(&third), &third.snapshot_digest),
        (texts(&report), digest)
    );
}

#[test]
fn a_regrade_of_what_was_left_comes_to_the_same_and_to_other_things_with_other_checks() {
    let Some(mut runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    calls.create("one", &spec("echo kept > /srv/file"));
    let checks = [
        check("file", "pass \"$(cat /lab/srv/file)\""),
        check("random", "pass \"$(captured nonce)\""),
        with_probe(
            "shut",
            Probe::Tcp { port: 8080 },
            "fail open \"$(captured probe.status)\"",
        ),
    ];
    let report = ask(&mut calls, "job", &checks).unwrap();
    let regraded = |calls: &mut Connection, job: &str, checks: &[CheckSpec]| {
        let call = Call::Regrade {
            job_id: JobId::new(job).unwrap(),
            checks: checks.to_vec(),
        };
        match calls.call(call) {
            Ok(CallResult::Graded(report)) => Ok(report),
            Err(error) => Err(error),
            other => panic!("unexpected {other:?}"),
        }
    };
    let verdicts = |report: &GradeReport| -> Vec<_> {
        let outcomes = report.outcomes.iter();
        outcomes
            .map(|o| {
                (
                    o.outcome,
                    o.found.clone(),
                    o.expected.clone(),
                    o.detail.clone(),
                )
            })
            .collect()
    };
    for _ in 0..2 {
        let again = regraded(&mut calls, "job", &checks).unwrap();
        assert_eq!(verdicts(&again), verdicts(&report));
        assert_eq!(again.snapshot_digest, report.snapshot_digest);
    }
    // The lab is long gone, and the runner is another one.
    drop(calls);
    runner.kill_and_restart();
    let mut calls = runner.connect();
    let again = regraded(&mut calls, "job", &checks).unwrap();
    assert_eq!(verdicts(&again), verdicts(&report));
    let corrected = [check("file", "fail other \"$(cat /lab/srv/file)\"")];
    let other = regraded(&mut calls, "job", &corrected).unwrap();
    assert_eq!(other.outcomes[0].outcome, Outcome::Fail);
    // What was reported then is reported still.
    assert_eq!(ask(&mut calls, "job", &checks).unwrap(), report);
    let unknown = regraded(&mut calls, "unknown", &checks);
    assert!(matches!(unknown, Err(CallError::UnknownJob { .. })));
}

#[test]
fn a_text_planted_in_the_lab_of_another_is_evidence() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    let setup = "mkdir -p /srv/a; echo 'x k3j5h2g8w1 y' > /srv/a/notes; ln -s /etc/passwd /srv/link
        mkfifo /srv/pipe; echo 'own-own-own' > /srv/own; echo short > /srv/short";
    calls.create("one", &spec(setup));
    let call = Call::GradeLab {
        lab_id: crate::runner::lab_id("one"),
        job_id: JobId::new("job").unwrap(),
        checks: Vec::new(),
        foreign_tokens: ["k3j5h2g8w1", "another-one", "short"]
            .map(str::to_owned)
            .to_vec(),
    };
    let Ok(CallResult::Graded(report)) = calls.call(call) else {
        panic!("not graded");
    };
    let [found] = report.foreign_tokens.as_slice() else {
        panic!("{report:?}");
    };
    assert_eq!(
        (
            found.token.as_str(),
            found.host.as_str(),
            found.path.as_str()
        ),
        ("k3j5h2g8w1", "lab", "/srv/a/notes")
    );
}
