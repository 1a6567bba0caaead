//! A candidate's lab from the waiting room to the score, on a real runner. Skipped where there can be none.

use std::process::Child;

use actix_web::{HttpServer, web};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use question_bank::{Form, FormEntry};

use crate::account::{Area, Role};
use crate::app::App;
use crate::exam::form::{self, entries};
use crate::lab::runner_process::{RunnerState, ensure, start};
use crate::server;
use crate::testing::{Sitter, TestServer, hybrid};

struct Runner(Child);

impl Drop for Runner {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        self.0.wait().unwrap();
    }
}

async fn runner(server: &TestServer) -> Option<Runner> {
    if !Uid::effective().is_root() {
        println!("skipped: labs need root");
        return None;
    }
    let config = &server.app.config;
    let runner = match start(&config.runner_socket(), &config.data.join("runner")) {
        Ok(child) => Runner(child),
        Err(error) => {
            println!("skipped: {error}");
            return None;
        }
    };
    match ensure(config).unwrap() {
        RunnerState::Ready => Some(runner),
        RunnerState::Lacking(missing) => {
            println!("skipped: {}", missing.join("; "));
            None
        }
    }
}

/// As much of a WebSocket client as a test needs.
struct Socket(TcpStream);

impl Socket {
    async fn open(app: &App) -> Self {
        let document = web::Data::new(server::openapi());
        let app = web::Data::new(app.clone());
        let http = HttpServer::new(move || server::service(app.clone(), document.clone()))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
        let address = http.addrs()[0];
        actix_web::rt::spawn(http.run());
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = "GET /api/v1/terminal HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\
            Origin: http://127.0.0.1:8080\r\nSec-WebSocket-Protocol: assay.terminal.v1\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Self(stream)
    }

    /// Sends a short message; the mask is zero, which masks nothing.
    async fn send(&mut self, opcode: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | opcode, 0x80 | 126];
        frame.extend_from_slice(&u16::try_from(payload.len()).unwrap().to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }

    async fn say(&mut self, message: Value) {
        self.send(1, message.to_string().as_bytes()).await;
    }

    async fn next(&mut self) -> (u8, Vec<u8>) {
        let opcode = self.0.read_u8().await.unwrap() & 0x0f;
        let length = match self.0.read_u8().await.unwrap() {
            126 => self.0.read_u16().await.unwrap().into(),
            127 => self.0.read_u64().await.unwrap(),
            length => length.into(),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).await.unwrap();
        (opcode, payload)
    }

    /// The next control message.
    async fn hear(&mut self) -> Value {
        loop {
            if let (1, text) = self.next().await {
                return serde_json::from_slice(&text).unwrap();
            }
        }
    }

    async fn attach(app: &App, ticket: &str) -> (Self, Value) {
        let mut socket = Self::open(app).await;
        let attach = json!({"type": "attach", "ticket": ticket, "columns": 80, "rows": 24});
        socket.say(attach).await;
        let answer = socket.hear().await;
        (socket, answer)
    }
}

#[actix_web::test]
async fn a_candidate_works_in_a_lab_and_is_graded() {
    let server = hybrid().await;
    let Some(_runner) = runner(&server).await else {
        return;
    };
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let paper = sitter.browser.get(&sitter.path("paper")).await.json;
    assert_eq!(
        paper["sections"][1]["entries"][0]["lab"],
        json!({"state": "ready"})
    );

    let tickets = sitter.path("labs/t01/terminal-tickets");
    let stale = sitter
        .browser
        .post(&tickets, json!({"epoch": 0, "host": "lab", "terminal": 1}));
    assert_eq!(stale.await.code(), "409 stale_epoch");
    let wrong = sitter
        .browser
        .post(&tickets, json!({"epoch": 1, "host": "lab", "terminal": 5}));
    assert_eq!(wrong.await.code(), "400 bad_request");

    let reset = sitter
        .browser
        .post(&sitter.path("labs/t01/reset"), json!({"epoch": 1}))
        .await;
    assert_eq!(reset.json, json!({"state": "ready"}));
    let checkpoints = sitter.path("labs/t01/checkpoints");
    let stale = sitter.browser.post(&checkpoints, json!({"epoch": 0}));
    assert_eq!(stale.await.code(), "409 stale_epoch");
    let kept = sitter.browser.post(&checkpoints, json!({"epoch": 1})).await;
    assert_eq!(kept.json["checkpoints"][0]["number"], 1);
    assert_eq!(sitter.browser.get(&checkpoints).await.json, kept.json);
    let back = |checkpoint: u32| {
        let (path, body) = (
            sitter.path("labs/t01/reset"),
            json!({"epoch": 1, "checkpoint": checkpoint}),
        );
        let browser = &sitter.browser;
        async move { browser.post(&path, body).await }
    };
    assert_eq!(back(1).await.json, json!({"state": "ready"}));
    assert_eq!(back(7).await.code(), "404 not_found");

    let ticket = sitter
        .browser
        .post(&tickets, json!({"epoch": 1, "host": "lab", "terminal": 1}))
        .await
        .json;
    let ticket = ticket["ticket"].as_str().unwrap();
    let (mut socket, attached) = Socket::attach(&server.app, ticket).await;
    assert_eq!(attached, json!({"type": "attached"}));
    let (_, refused) = Socket::attach(&server.app, ticket).await;
    assert_eq!(refused["code"], "bad_token");

    socket.send(2, b"echo $((40+2))-on-$(hostname)\n").await;
    let mut screen = String::new();
    while !screen.contains("42-on-lab") {
        let (opcode, payload) = socket.next().await;
        if opcode == 2 {
            screen.push_str(&String::from_utf8_lossy(&payload));
            socket
                .say(json!({"type": "ack", "bytes": payload.len()}))
                .await;
        }
    }
    let copied = copied_token(&server, &sitter).await;
    let command = format!("printf 'x%s\\n' {copied} > /root/notes\n");
    socket.send(2, command.as_bytes()).await;
    let preview = preview(&server, &sitter, &mut socket).await;
    socket.say(json!({"type": "ping", "id": 7})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "id": 7}));

    assert_eq!(sitter.finish(1, &[]).await.status, 200);
    server.sweep(&sitter).await;
    // The terminal is told, by the lab or by the next look at the session.
    assert_eq!(socket.hear().await["type"], "problem");
    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["state"], "released", "{result}");
    let checks = result["tasks"][0]["checks"].as_array().unwrap().iter();
    let outcomes: Vec<_> = checks
        .map(|check| check["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["pass", "pass"]);
    // Two times back at 10 % each; the third was refused.
    assert_eq!(result["tasks"][0]["reset_cost_percent"], 20);
    assert_eq!(result["tasks"][0]["score_percent"], 80.0);
    assert!(asked(&preview).await.starts_with("HTTP/1.1 404"));
    recording_and_regrade(&server, &sitter).await;
    let labs = server.app.runner.labs().await.unwrap();
    // The other candidate's lab goes on.
    assert!(
        labs.iter()
            .all(|lab| lab.resets == 0 || lab.state == task_protocol::LabState::Ended),
        "{labs:?}"
    );
}

/// The text that is planted in the lab of another candidate with the same task.
async fn copied_token(server: &TestServer, sitter: &Sitter) -> String {
    let task = |form: &Form| {
        let mut tasks = entries(form)
            .into_iter()
            .filter_map(|entry| match entry.entry {
                FormEntry::Task(task) => Some(task.clone()),
                FormEntry::Item(_) => None,
            });
        tasks.next_back().unwrap()
    };
    let form = |sitter: &Sitter| {
        let (app, session) = (server.app.clone(), sitter.session);
        async move { form::of_session(&app, session).await.unwrap() }
    };
    let own = task(&form(sitter).await);
    for number in 2..20 {
        let other = server.candidate(&format!("B{number}")).await;
        other.enter().await;
        let found = task(&form(&other).await);
        if found.digest == own.digest {
            return found.values.0["secret"].clone();
        }
    }
    panic!("nobody got the same task");
}

/// What is left for people after the end.
async fn recording_and_regrade(server: &TestServer, sitter: &Sitter) {
    let path = server.seat_path(sitter, "recordings");
    let recordings = server.proctor.get(&path).await.json;
    let task = &recordings["tasks"][0];
    let labels: Vec<_> = task["markers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|marker| marker["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "reset",
            "checkpoint 1",
            "back to checkpoint 1",
            "opened",
            "handed in",
            "check done: pass",
            "check clean: pass"
        ]
    );
    let tape = format!("{path}/{}/lab/1", task["entry_id"].as_str().unwrap());
    let cast = server.proctor.get(&tape).await.text;
    assert!(cast.contains("42-on-lab"), "{cast}");
    assert_eq!(
        cast.len() as u64,
        task["tapes"][0]["bytes"].as_u64().unwrap()
    );
    let end = format!("{tape}?offset={}", cast.len());
    assert_eq!(server.proctor.get(&end).await.text, "");
    let nothing = tape.replace("/lab/1", "/lab/3");
    assert_eq!(server.proctor.get(&nothing).await.code(), "404 not_found");
    // For the proctors of the room only.
    assert_eq!(sitter.browser.get(&path).await.code(), "401 not_signed_in");
    let stranger = crate::testing::account(&server.app, "stranger", &[Role::Proctor]).await;
    let stranger = server
        .http
        .browser(&server.app, Area::Proctor, stranger)
        .await;
    assert_eq!(stranger.get(&path).await.code(), "404 not_found");
    assert_eq!(stranger.get(&tape).await.code(), "404 not_found");

    let path = format!("/regrades/{}", sitter.session);
    let regrade = server.examiner.post(&path, json!({})).await.json;
    assert_eq!(regrade["is_same"], true, "{regrade}");
    assert_eq!(regrade["checks"].as_array().unwrap().len(), 2);
    let refused = server.proctor.post(&path, json!({})).await;
    assert_eq!(refused.code(), "401 not_signed_in");

    let timeline = server
        .proctor
        .get(&server.seat_path(sitter, "timeline"))
        .await;
    let planted = "holds a text that was planted in the lab of candidate-B";
    assert!(timeline.text.contains(planted), "{}", timeline.text);
    assert!(
        timeline.text.contains("lab:/root/notes"),
        "{}",
        timeline.text
    );
}

/// Asks where a preview is, as a browser does.
async fn asked(url: &str) -> String {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let port: u16 = host.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A web service of the lab in the browser; gives its address.
async fn preview(server: &TestServer, sitter: &Sitter, socket: &mut Socket) -> String {
    let address = server.app.config.preview_listen.unwrap();
    let listener = std::net::TcpListener::bind(address).unwrap();
    actix_web::rt::spawn(crate::lab::preview::serve(server.app.clone(), listener));
    let previews = sitter.path("labs/t01/previews");
    let show = |epoch: i64, port: u16| {
        let body = json!({"epoch": epoch, "host": "lab", "port": port});
        let (browser, path) = (&sitter.browser, &previews);
        async move { browser.post(path, body).await }
    };
    assert_eq!(show(0, 8099).await.code(), "409 stale_epoch");
    let url = show(1, 8099).await.json["url"].as_str().unwrap().to_owned();
    let url = format!("{url}/page?x=1");
    assert!(asked(&url).await.starts_with("HTTP/1.1 502"));
    let stranger = url.replacen("http://p", "http://q", 1);
    assert!(asked(&stranger).await.starts_with("HTTP/1.1 404"));
    let serve = b"mkdir /srv/w && echo from-the-lab > /srv/w/page && cd /srv/w && python3 -m http.server 8099 &\n";
    socket.send(2, serve).await;
    loop {
        let answer = asked(&url).await;
        if answer.contains("from-the-lab") {
            assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
            return url;
        }
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
