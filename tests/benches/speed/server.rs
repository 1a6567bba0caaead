//! The real server on a database that was seeded through the library before.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exam_server::account::create::{NewAccount, create as create_account};
use exam_server::account::{Area, Role, sign_in};
use exam_server::app::App;
use exam_server::clock::Clock;
use exam_server::config::Config;
use exam_server::exam::{NewExam, Registration, add_room, create, register};
use exam_server::ids::AccountId;
use sea_orm::ConnectionTrait;

use crate::http::Connection;

/// A candidate with a session.
#[derive(Clone)]
pub struct Sitter {
    pub session: String,
    sign_in: String,
    /// The token of the running session.
    pub token: String,
}

impl Sitter {
    /// The cookies that the candidate's browser sends.
    pub fn cookie(&self) -> String {
        format!(
            "__Host-candidate={}; __Host-session={}",
            self.sign_in, self.token
        )
    }
}

/// What the server finds.
pub struct Seeded {
    data: tempfile::TempDir,
    pub port: u16,
    pub room: String,
    pub proctor: String,
    pub sitters: Vec<Sitter>,
}

async fn account(app: &App, login: &str, role: Role) -> AccountId {
    let tx = app.db.begin().await.unwrap();
    let new = NewAccount {
        login,
        name: login,
        password_hash: "none",
        roles: &[role],
    };
    let id = create_account(&tx, app.clock.now_ms(), &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Makes an exam of questions with so many candidates.
pub async fn seed(candidates: usize) -> Seeded {
    let data = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let config = Config {
        data: data.path().to_owned(),
        listen: ([127, 0, 0, 1], port).into(),
        ..Config::default()
    };
    let app = App::open(config, Clock::system()).await.unwrap();
    let proctor = account(&app, "proctor", Role::Proctor).await;
    let now_ms = app.clock.now_ms();
    let tx = app.db.begin().await.unwrap();
    let blueprint = &"mde-foundation-theory".parse().unwrap();
    let new = NewExam {
        title: "Benchmark",
        bank: &app.bank.bank,
        blueprint,
        now_ms,
    };
    let exam_id = create(&tx, new).await.unwrap();
    let room_id = add_room(&tx, exam_id, "Room 1", &[proctor]).await.unwrap();
    tx.commit().await.unwrap();
    let mut sitters = Vec::new();
    for number in 0..candidates {
        let candidate_id = account(&app, &format!("candidate-{number}"), Role::Candidate).await;
        let label = format!("A{number}");
        let tx = app.db.begin().await.unwrap();
        let seat = Registration {
            exam_id,
            candidate_id,
            room_id,
            seat_label: &label,
            now_ms,
        };
        let session = register(&tx, seat).await.unwrap().to_string();
        tx.commit().await.unwrap();
        let (_, sign_in) = sign_in::open(&app, Area::Candidate, candidate_id)
            .await
            .unwrap();
        sitters.push(Sitter {
            session,
            sign_in,
            token: String::new(),
        });
    }
    let (_, proctor) = sign_in::open(&app, Area::Proctor, proctor).await.unwrap();
    let listen = format!(
        "listen = \"127.0.0.1:{port}\"\ndata = \"{}\"\n",
        data.path().display()
    );
    std::fs::write(data.path().join("config.toml"), listen).unwrap();
    Seeded {
        data,
        port,
        room: room_id.to_string(),
        proctor,
        sitters,
    }
}

/// A server that ends with the benchmark.
pub struct Running {
    child: Child,
    /// From the start of the process to the first good answer of `/readyz`.
    pub ready_ms: f64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Running {
    /// Memory that the process holds, in MB.
    pub fn resident_mb(&self) -> f64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kib: u32 = line.trim().trim_end_matches(" kB").parse().unwrap();
        f64::from(kib) / 1024.0
    }
}

/// Starts the built server and waits until it is ready.
pub async fn start(seeded: &Seeded) -> Running {
    let target = std::env::current_exe().unwrap();
    let binary = target.ancestors().nth(2).unwrap().join("exam-server");
    let started = Instant::now();
    let child = Command::new(&binary)
        .args(["serve", "--config"])
        .arg(seeded.data.path().join("config.toml"))
        .env("RUST_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("build {} first: {error}", binary.display()));
    while tokio::net::TcpStream::connect(("127.0.0.1", seeded.port))
        .await
        .is_err()
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut connection = Connection::open(seeded.port).await;
    let answer = connection.send("GET", "/readyz", "", "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Running {
        child,
        ready_ms: started.elapsed().as_secs_f64() * 1000.0,
    }
}

/// Commits per second of the same library with one row each, on the same kind of database.
pub async fn sqlite_commits() -> f64 {
    let data = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", data.path().join("exam.db").display());
    let db = exam_server::db::Database::open(&url).await.unwrap();
    let connection = db.begin().await.unwrap();
    connection
        .execute_unprepared("CREATE TABLE plain (body TEXT)")
        .await
        .unwrap();
    connection.commit().await.unwrap();
    let began = Instant::now();
    let mut commits = 0_u32;
    while began.elapsed() < Duration::from_secs(2) {
        let tx = db.begin().await.unwrap();
        tx.execute_unprepared("INSERT INTO plain VALUES ('one response of a candidate')")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        commits += 1;
    }
    f64::from(commits) / began.elapsed().as_secs_f64()
}
