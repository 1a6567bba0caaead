//! A server for tests: its own database, a small bank, people, an exam, a clock that is moved by hand, and browsers that
//! call the real routes. SQLite in a temporary folder; on the PostgreSQL cluster that `ASSAY_TEST_DATABASE` names, if it does.

mod bank;
mod browser;

use sea_orm::{ConnectionTrait, Database as SeaOrm};

use crate::account::create::{NewAccount, create};
use crate::account::{Area, Role};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::exam::{NewExam, Registration, add_room, create as create_exam, register};
use crate::ids::{AccountId, ExamId, RoomId, SessionId};

pub use browser::{Answer, Browser, Http};

/// A minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// The time limit of both blueprints of the test bank.
pub const LIMIT: i64 = 60 * MINUTE;

/// A server with an exam.
pub struct TestServer {
    pub app: App,
    pub clock: Clock,
    pub http: Http,
    pub exam: ExamId,
    pub room: RoomId,
    pub proctor: Browser,
    pub examiner: Browser,
    _data: tempfile::TempDir,
}

/// A candidate with a seat.
pub struct Sitter {
    pub browser: Browser,
    pub account: AccountId,
    pub session: SessionId,
    pub seat: String,
}

async fn database() -> Option<String> {
    let cluster = std::env::var("ASSAY_TEST_DATABASE").ok()?;
    let name = format!("assay_{}", uuid::Uuid::new_v4().simple());
    let db = SeaOrm::connect(&cluster).await.unwrap();
    db.execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (server, _) = cluster.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

/// A server whose exam has questions only.
pub async fn theory() -> TestServer {
    server("theory").await
}

/// A server whose exam has questions and a live task.
pub async fn hybrid() -> TestServer {
    server("hybrid").await
}

async fn server(blueprint: &str) -> TestServer {
    let data = tempfile::tempdir().unwrap();
    bank::write(&data.path().join("bank"));
    let config = Config {
        data: data.path().join("data"),
        bank: Some(data.path().join("bank")),
        database: database().await,
        // Nobody listens there, unless a test does.
        preview_listen: Some(free_address()),
        ..Config::default()
    };
    let clock = Clock::manual(1_800_000_000_000);
    let app = App::open(config, clock.clone()).await.unwrap();
    let faults = &app.bank.faults;
    assert!(faults.is_empty(), "{faults:?}");
    let proctor = account(&app, "proctor", &[Role::Proctor]).await;
    let examiner = account(&app, "examiner", &[Role::Examiner]).await;
    let tx = app.db.begin().await.unwrap();
    let exam = create_exam(
        &tx,
        NewExam {
            title: "Test exam",
            bank: &app.bank.bank,
            blueprint: &blueprint.parse().unwrap(),
            now_ms: app.clock.now_ms(),
        },
    )
    .await
    .unwrap();
    let room = add_room(&tx, exam, "Room 1", &[proctor]).await.unwrap();
    tx.commit().await.unwrap();
    let http = Http::new(&app).await;
    TestServer {
        proctor: http.browser(&app, Area::Proctor, proctor).await,
        examiner: http.browser(&app, Area::Examiner, examiner).await,
        app,
        clock,
        http,
        exam,
        room,
        _data: data,
    }
}

/// An address on which nobody listens.
fn free_address() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// An account without a usable password; tests sign in directly.
pub async fn account(app: &App, login: &str, roles: &[Role]) -> AccountId {
    let tx = app.db.begin().await.unwrap();
    let new = NewAccount {
        login,
        name: login,
        password_hash: "none",
        roles,
    };
    let id = create(&tx, app.clock.now_ms(), &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

impl TestServer {
    /// A candidate with a seat of that label.
    pub async fn candidate(&self, label: &str) -> Sitter {
        let login = format!("candidate-{label}");
        let account = account(&self.app, &login, &[Role::Candidate]).await;
        self.sitter(account, label).await
    }

    /// Another session for a candidate.
    pub async fn sitter(&self, account: AccountId, label: &str) -> Sitter {
        let tx = self.app.db.begin().await.unwrap();
        let registration = Registration {
            exam_id: self.exam,
            candidate_id: account,
            room_id: self.room,
            seat_label: label,
            now_ms: self.clock.now_ms(),
        };
        let session = register(&tx, registration).await.unwrap();
        tx.commit().await.unwrap();
        let room = self.proctor.get(&format!("/rooms/{}", self.room)).await;
        let seats = room.json["seats"].as_array().unwrap();
        let seat = seats
            .iter()
            .find(|seat| seat["session_id"] == session.to_string());
        Sitter {
            browser: self.http.browser(&self.app, Area::Candidate, account).await,
            account,
            session,
            seat: seat.unwrap()["seat_id"].as_str().unwrap().to_owned(),
        }
    }

    /// Another server on the same database, with the same secrets and clock.
    pub async fn twin(&self) -> Http {
        let config = (*self.app.config).clone();
        let app = App::open(config, self.clock.clone()).await.unwrap();
        Http::new(&app).await
    }

    /// The file of the database, if it is one.
    pub fn sqlite_file(&self) -> Option<std::path::PathBuf> {
        let url = self.app.config.database_url();
        url.strip_prefix("sqlite:").map(Into::into)
    }

    /// The path of a seat of the room.
    pub fn seat_path(&self, sitter: &Sitter, what: &str) -> String {
        format!("/rooms/{}/seats/{}/{what}", self.room, sitter.seat)
    }

    /// What the proctor sees of a seat.
    pub async fn seat(&self, sitter: &Sitter) -> serde_json::Value {
        let room = self.proctor.get(&format!("/rooms/{}", self.room)).await;
        let seats = room.json["seats"].as_array().unwrap();
        let seat = seats.iter().find(|seat| seat["seat_id"] == *sitter.seat);
        seat.unwrap().clone()
    }

    /// A new code for a seat.
    pub async fn reveal(&self, sitter: &Sitter) -> String {
        let path = self.seat_path(sitter, "reveal-code");
        let answer = self.proctor.post(&path, serde_json::json!({})).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        answer.json["seat_code"].as_str().unwrap().to_owned()
    }

    /// Brings a candidate from the registration into the running session.
    pub async fn start(&self, sitter: &Sitter) -> Answer {
        sitter.enter().await;
        let code = self.reveal(sitter).await;
        // Where there is no runner, as if the labs had failed after the start only.
        let failed = self.move_labs(sitter, "failed", "ready").await;
        let started = sitter
            .browser
            .post(
                &sitter.path("start"),
                serde_json::json!({"seat_code": code}),
            )
            .await;
        assert_eq!(started.status, 200, "{:?}", started.json);
        if failed > 0 {
            self.move_labs(sitter, "ready", "failed").await;
        }
        started
    }

    /// Moves a session's labs from one state to another; how many there were.
    async fn move_labs(&self, sitter: &Sitter, from: &str, to: &str) -> u64 {
        use crate::entity::lab;
        use sea_orm::sea_query::Expr;
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

        let tx = self.app.db.begin().await.unwrap();
        let moved = lab::Entity::update_many()
            .col_expr(lab::Column::State, Expr::value(to))
            .filter(lab::COLUMN.session_id.eq(sitter.session))
            .filter(lab::COLUMN.state.eq(from))
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        moved.rows_affected
    }

    /// Another browser of the same person.
    pub async fn other_browser(&self, sitter: &Sitter) -> Browser {
        self.http
            .browser(&self.app, Area::Candidate, sitter.account)
            .await
    }

    /// Ends what is due and settles a session, as the sweeper does every second.
    pub async fn sweep(&self, sitter: &Sitter) {
        crate::session::sweep::end_due(&self.app).await.unwrap();
        crate::scoring::settle(&self.app, sitter.session)
            .await
            .unwrap();
    }

    /// The row follows from the log, and the chain of receipts is whole.
    pub async fn assert_log_is_whole(&self, sitter: &Sitter) {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

        use crate::entity::{exam_session, session_event};
        use crate::session::rules::{Event, State};

        let broken = crate::session::chain::first_broken(&self.app, sitter.session).await;
        assert_eq!(broken.unwrap(), None);
        let db = self.app.db.reader();
        let row = exam_session::Entity::find_by_id(sitter.session);
        let row = row.one(db).await.unwrap().unwrap();
        let events = session_event::Entity::find()
            .filter(session_event::COLUMN.session_id.eq(sitter.session))
            .order_by_asc(session_event::Column::Seq)
            .all(db)
            .await
            .unwrap();
        let folded = events
            .iter()
            .fold(State::registered(row.time_limit_ms), |state, event| {
                let what = Event::from_parts(&event.kind, &event.body).unwrap();
                state.apply(&what, event.at_ms)
            });
        assert_eq!(folded, State::of(&row).unwrap());
        assert_eq!(folded.deadline_at_ms(), row.deadline_at_ms);
        assert_eq!(events.len() as i64, row.log_seq);
        assert_eq!(events.last().map(|event| &event.hash), Some(&row.log_hash));
    }
}

impl Sitter {
    /// The path of something of the session.
    pub fn path(&self, what: &str) -> String {
        format!("/sessions/{}/{what}", self.session)
    }

    /// What the candidate sees of the session.
    pub async fn view(&self) -> serde_json::Value {
        let path = format!("/sessions/{}", self.session);
        self.browser.get(&path).await.json
    }

    /// Enters the waiting room and waits until the labs are ready, or given up.
    pub async fn enter(&self) {
        let entered = self
            .browser
            .post(&self.path("enter"), serde_json::json!({}))
            .await;
        assert_eq!(entered.status, 200, "{:?}", entered.json);
        for _ in 0..500 {
            let view = self.view().await;
            let count = |name: &str| view[name].as_u64().unwrap();
            if count("labs_ready") + count("labs_failed") == count("labs_total") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the labs are not ready");
    }

    /// Saves a response from the candidate's own browser.
    pub async fn save(&self, entry: &str, epoch: i64, revision: i64, options: &[&str]) -> Answer {
        self.save_from(&self.browser, entry, epoch, revision, options)
            .await
    }

    /// Saves a response from any browser.
    pub async fn save_from(
        &self,
        browser: &Browser,
        entry: &str,
        epoch: i64,
        revision: i64,
        options: &[&str],
    ) -> Answer {
        let body = serde_json::json!({
            "epoch": epoch, "revision": revision, "options": options, "is_flagged": false, "client_at_ms": 1,
        });
        let path = self.path(&format!("responses/{entry}"));
        browser.put(&path, body).await
    }

    /// Hands in.
    pub async fn finish(&self, epoch: i64, heads: &[(&str, i64)]) -> Answer {
        let heads: Vec<_> = heads
            .iter()
            .map(|(entry, revision)| serde_json::json!({"entry_id": entry, "revision": revision}))
            .collect();
        let body = serde_json::json!({"epoch": epoch, "heads": heads});
        self.browser.post(&self.path("finish"), body).await
    }
}
