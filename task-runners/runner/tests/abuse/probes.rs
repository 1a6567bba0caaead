//! Probes that meet a server which means ill.

use std::time::{Duration, Instant};

use task_protocol::{CheckSpec, LabState, Outcome, Probe};

use crate::grading::{check, grade};
use crate::resident_kib;
use crate::runner::{Runner, announce, spec};

/// Answers on one port each: headers without end, a body without end, a trickle, nothing, noise,
/// sizes without sense, and a redirect to a service of the host.
const SERVERS: &str = r#"
import socket, threading, time, os
def forever(one, piece):
    while True: one.sendall(piece)
def trickle(one):
    one.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    while True: one.sendall(b'x'); time.sleep(0.2)
answers = [
    lambda one: forever(one, b'X: ' + b'y' * 1000 + b'\r\n'),
    lambda one: (one.sendall(b'HTTP/1.1 200 OK\r\n\r\n'), forever(one, bytes(65536))),
    trickle,
    lambda one: time.sleep(1000),
    lambda one: one.sendall(os.urandom(100000)),
    lambda one: one.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx'),
    lambda one: one.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx'),
    lambda one: one.sendall(b'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'),
    lambda one: one.sendall(b'HTTP/1.1 200 \x1b]52;c;x\x07\r\nContent-Length: 5\r\n\r\n\x1b[2Jx'),
]
def serve(port, answer):
    listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', port)); listener.listen()
    while True:
        one = listener.accept()[0]
        def talk(one=one):
            try: one.recv(10000); answer(one); one.close()
            except OSError: pass
        threading.Thread(target=talk).start()
for number, answer in enumerate(answers): threading.Thread(target=serve, args=(9000 + number, answer)).start()
time.sleep(0.2); open('/srv/ready', 'w').close()
"#;

#[test]
#[ignore = "slow: make abuse"]
fn servers_without_end_or_sense_are_left_in_time() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let mut calls = runner.connect();
    assert_eq!(calls.create("one", &spec("true")).state, LabState::Ready);
    calls.script(
        "one",
        &format!("cat > /srv/servers.py <<'X'{SERVERS}X\nsetsid python3 /srv/servers.py > /dev/null 2>&1 < /dev/null & until [ -e /srv/ready ]; do :; done"),
    );
    let checks: Vec<_> = (9000..9009)
        .map(|port| CheckSpec {
            probe: Some(Probe::Http {
                port,
                path: "/$nonce".to_owned(),
                host: None,
            }),
            ..check(&port.to_string(), "[ \"$(captured probe.status)\" = 200 ] || fail 200 \"$(captured probe.status)\"; pass \"$(captured probe.body | wc -c)\"")
        })
        .collect();
    let before = resident_kib(runner.pid());
    let begin = Instant::now();
    let report = grade(&mut calls, "one", &checks);
    let took = begin.elapsed();
    announce(&format!("nine hostile servers took {took:?}"));
    // Five seconds for each that keeps the conversation going.
    assert!(took < Duration::from_secs(35), "{took:?}");
    let grown = resident_kib(runner.pid()).saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB");
    let all: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| {
            (
                outcome.outcome,
                outcome.found.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    for (place, status) in [
        (0, "malformed"),
        (3, "timeout"),
        (4, "malformed"),
        (7, "302"),
    ] {
        assert_eq!(all[place], (Outcome::Fail, status), "{place}: {all:?}");
    }
    assert_eq!(all[1], (Outcome::Pass, "65536"));
    assert!(
        all.iter().all(|(outcome, _)| *outcome != Outcome::Broken),
        "{report:?}"
    );
}
