//! Labs of several hosts: machines of their own on a network of their own.

use task_protocol::{
    Call, CallError, CallResult, CheckSpec, ClientMessage, GradeReport, JobId, LabSpec, LabState,
    LabView, Outcome, Probe, Refusal, RunSpec, RunnerMessage, TerminalSize,
};

use crate::runner::{Connection, Runner, lab_id, spec};

/// A front that passes on to a back, each on its own host.
fn pair(setup: &str) -> LabSpec {
    LabSpec {
        hosts: vec!["front".to_owned(), "back".to_owned()],
        ..spec(setup)
    }
}

const SERVE: &str = r#"
    [ "$HOST" = back ] || exit 0
    mkdir -p /srv/www && echo "from $(hostname)" > /srv/www/index.html
    (cd /srv/www && setsid python3 -m http.server 8080 > /dev/null 2>&1 < /dev/null &)
    for _ in {1..100}; do (echo > /dev/tcp/127.0.0.1/8080) 2> /dev/null && break; sleep 0.05; done
"#;

fn made(calls: &mut Connection, spec: &LabSpec) -> LabView {
    let view = calls.create("one", spec);
    assert_eq!(view.state, LabState::Ready, "{view:?}");
    view
}

#[test]
fn hosts_know_one_another_and_nobody_else() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    made(&mut calls, &pair(SERVE));
    calls.create("other", &pair(SERVE));
    let output = calls.script_on(
        "front",
        "one",
        "hostname; curl -s http://back:8080/; ping -c 1 -W 2 back > /dev/null && echo pong
         echo only-here > /srv/file; curl -s -m 2 http://10.77.0.13:8080/ || echo nobody
         ip link set eth0 down 2> /dev/null || echo powerless
         curl -s -m 2 http://10.77.0.1/ || echo no-gateway",
    );
    assert_eq!(
        output.stdout, "front\nfrom back\npong\nnobody\npowerless\nno-gateway\n",
        "{output:?}"
    );
    let output = calls.script_on(
        "back",
        "one",
        "hostname; ls /srv; echo $HOST; cat /etc/hostname",
    );
    assert_eq!(output.stdout, "back\nwww\nback\nback\n", "{output:?}");
    // The same addresses in another lab are other machines.
    calls.script_on("back", "other", "echo other > /srv/www/index.html");
    let output = calls.script_on("front", "one", "curl -s http://back:8080/");
    assert_eq!(output.stdout, "from back\n");
    let unknown = calls.call(Call::RunScript {
        lab_id: lab_id("one"),
        host: "nobody".to_owned(),
        script: String::new(),
        env: std::collections::BTreeMap::new(),
        timeout_ms: 1000,
    });
    assert!(
        matches!(unknown, Err(CallError::BadCall { .. })),
        "{unknown:?}"
    );
}

#[test]
fn each_host_has_terminals_and_a_reset_makes_all_anew() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    made(&mut calls, &pair(SERVE));
    let mut viewer = runner.connect();
    let attach = |host: &str| ClientMessage::Attach {
        lab_id: lab_id("one"),
        host: host.to_owned(),
        terminal: 1,
        size: TerminalSize::default(),
    };
    viewer.say(&attach("back"));
    assert_eq!(viewer.message(), Some(RunnerMessage::Attached));
    viewer.read_until("root@back");
    viewer.keys("rm -r /srv/www\r");
    let mut stranger = runner.connect();
    stranger.say(&attach("nobody"));
    assert!(matches!(
        stranger.message(),
        Some(RunnerMessage::Refused(Refusal::UnknownHost { .. }))
    ));
    assert_eq!(calls.reset("one").state, LabState::Ready);
    let output = calls.script_on("front", "one", "curl -s http://back:8080/");
    assert_eq!(output.stdout, "from back\n", "{output:?}");
    viewer.read_until("root@back");
}

fn check(id: &str, host: &str, judge: &str) -> CheckSpec {
    CheckSpec {
        id: id.to_owned(),
        host: host.to_owned(),
        judge_script: format!(". /task/lib.sh\n{judge}\n"),
        run: None,
        probe: None,
        requires: Vec::new(),
        follows: Vec::new(),
        timeout_ms: 10_000,
    }
}

fn graded(calls: &mut Connection, job: &str, checks: &[CheckSpec]) -> GradeReport {
    let call = Call::GradeLab {
        lab_id: lab_id("one"),
        job_id: JobId::new(job).unwrap(),
        checks: checks.to_vec(),
        foreign_tokens: Vec::new(),
    };
    match calls.call(call) {
        Ok(CallResult::Graded(report)) => report,
        other => panic!("unexpected {other:?}"),
    }
}

#[test]
fn checks_look_at_their_host_and_copies_talk_to_one_another() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    made(&mut calls, &pair(SERVE));
    calls.script_on("front", "one", "echo front-file > /srv/mark");
    calls.script_on("back", "one", "echo back-file > /srv/mark");
    let run = r#"
        if [ "$HOST" = back ]; then
            echo "$NONCE" > /srv/www/nonce
            (cd /srv/www && setsid python3 -m http.server 8080 > /dev/null 2>&1 < /dev/null &)
            for _ in {1..100}; do (echo > /dev/tcp/127.0.0.1/8080) 2> /dev/null && break; sleep 0.05; done
            exit 0
        fi
        echo "$(hostname) asks"; curl -s http://back:8080/nonce; echo after > /srv/after
    "#;
    let chain = CheckSpec {
        run: Some(RunSpec {
            script: run.to_owned(),
            timeout_ms: 20_000,
        }),
        ..check(
            "chain",
            "front",
            "[ \"$(captured run.stdout)\" = \"front asks
$(captured nonce)\" ] || fail nonce \"$(captured run.stdout) $(captured run.stderr) $(captured run.exit)\"
             pass \"$(cat /after/srv/after) $(cat /lab/srv/mark)\"",
        )
    };
    let slow = CheckSpec {
        run: Some(RunSpec {
            script: "[ \"$HOST\" = front ] || sleep 1000".to_owned(),
            timeout_ms: 1_000,
        }),
        ..check("slow", "front", "pass \"$(captured run.exit)\"")
    };
    let probed = |id: &str, host: &str| CheckSpec {
        probe: Some(Probe::Tcp { port: 8080 }),
        ..check(id, host, "pass \"$(captured probe.status)\"")
    };
    let report = graded(
        &mut calls,
        "job",
        &[
            chain,
            slow,
            check("mark", "back", "pass \"$(cat /lab/srv/mark)\""),
            probed("closed", "front"),
            probed("open", "back"),
            check("lost", "nobody", "pass x"),
        ],
    );
    let found: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| {
            (
                outcome.outcome,
                outcome.found.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Outcome::Pass, "after front-file"),
            (Outcome::Pass, "timeout"),
            (Outcome::Pass, "back-file"),
            (Outcome::Pass, "closed"),
            (Outcome::Pass, "open"),
            (Outcome::Broken, ""),
        ],
        "{report:?}"
    );
    assert_eq!(report.snapshot_digest.len(), 64);
    let lab_id = lab_id("one");
    calls.call(Call::DestroyLab { lab_id }).unwrap();
    assert_eq!(runner.containers(), Vec::<String>::new());
}

#[test]
fn a_port_of_a_host_can_be_reached_through_the_runner() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    made(&mut calls, &pair(SERVE));
    calls.script_on("back", "one", "head -c 3000000 /dev/zero > /srv/www/large");
    let forward = |host: &str, port: u16| ClientMessage::Forward {
        lab_id: lab_id("one"),
        host: host.to_owned(),
        port,
    };
    let mut peer = runner.connect();
    peer.say(&forward("back", 8080));
    assert_eq!(peer.message(), Some(RunnerMessage::Attached));
    peer.keys("GET /index.html HTTP/1.0\r\n\r\n");
    assert!(peer.read_until("from back").starts_with("HTTP/1.0 200"));
    // What nobody takes waits where it is.
    let mut peer = runner.connect();
    peer.say(&forward("back", 8080));
    peer.message();
    peer.keys("GET /large HTTP/1.0\r\n\r\n");
    let mut length = 0;
    let mut first = 0;
    loop {
        match peer.frame().unwrap() {
            task_protocol::Frame::Bytes(bytes) => {
                length += bytes.len();
                if first == 0 && length >= task_protocol::UNACKNOWLEDGED_BYTES_MAX {
                    first = length;
                }
                if first > 0 {
                    peer.acknowledge(std::mem::take(&mut first).max(bytes.len()));
                    first = 1;
                }
            }
            task_protocol::Frame::Message(message) => {
                assert_eq!(message, RunnerMessage::Exited);
                break;
            }
        }
    }
    assert!(length > 3_000_000, "{length}");
    for (host, port) in [("front", 8080), ("back", 9)] {
        let mut peer = runner.connect();
        peer.say(&forward(host, port));
        assert_eq!(
            peer.message(),
            Some(RunnerMessage::Refused(Refusal::PortClosed { port }))
        );
    }
}
