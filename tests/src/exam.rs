//! An exam with candidates, stored through the library before the server is started.

use exam_server::account::create::{NewAccount, create as create_account};
use exam_server::account::{Area, Role, sign_in};
use exam_server::app::App;
use exam_server::clock::Clock;
use exam_server::config::Config;
use exam_server::entity::{seat, session_event};
use exam_server::exam::{NewExam, Registration, add_room, create, register};
use exam_server::ids::{RoomId, SeatId, SessionId};
use exam_server::session::chain;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::browser::Browser;
use crate::server::Home;

/// An exam of twenty questions.
#[derive(Debug)]
pub struct Exam {
    pub home: Home,
    pub room: RoomId,
    pub proctor: Browser,
    pub candidates: Vec<Candidate>,
}

/// A candidate with a seat, signed in.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub browser: Browser,
    pub session: SessionId,
    pub seat: SeatId,
}

async fn open(home: &Home) -> App {
    let config = Config::read(&home.config()).unwrap();
    App::open(config, Clock::system()).await.unwrap()
}

fn new_account<'a>(login: &'a str, roles: &'a [Role]) -> NewAccount<'a> {
    NewAccount {
        login,
        name: login,
        password_hash: "none",
        roles,
    }
}

impl Exam {
    /// Stores an exam with that many candidates.
    pub async fn new(count: usize) -> Self {
        let home = Home::new();
        let app = open(&home).await;
        let now_ms = app.clock.now_ms();
        let tx = app.db.begin().await.unwrap();
        let proctor = new_account("proctor", &[Role::Proctor]);
        let proctor = create_account(&tx, now_ms, &proctor).await.unwrap();
        let exam = NewExam {
            title: "Exam",
            bank: &app.bank.bank,
            blueprint: &"mde-foundation-theory".parse().unwrap(),
            now_ms,
        };
        let exam_id = create(&tx, exam).await.unwrap();
        let room = add_room(&tx, exam_id, "Room", &[proctor]).await.unwrap();
        let mut stored = Vec::with_capacity(count);
        for number in 1..=count {
            let label = number.to_string();
            let login = format!("candidate-{label}");
            let account = new_account(&login, &[Role::Candidate]);
            let candidate_id = create_account(&tx, now_ms, &account).await.unwrap();
            let registration = Registration {
                exam_id,
                candidate_id,
                room_id: room,
                seat_label: &label,
                now_ms,
            };
            stored.push((candidate_id, register(&tx, registration).await.unwrap()));
        }
        tx.commit().await.unwrap();

        let seats = seat::Entity::find().all(app.db.reader()).await.unwrap();
        let mut candidates = Vec::with_capacity(count);
        for (account, session) in stored {
            let seat = seats.iter().find(|seat| seat.session_id == session);
            let (_, token) = sign_in::open(&app, Area::Candidate, account).await.unwrap();
            candidates.push(Candidate {
                browser: Browser::new(home.address, Area::Candidate.cookie(), &token),
                session,
                seat: seat.unwrap().id,
            });
        }
        let (_, token) = sign_in::open(&app, Area::Proctor, proctor).await.unwrap();
        Self {
            proctor: Browser::new(home.address, Area::Proctor.cookie(), &token),
            home,
            room,
            candidates,
        }
    }

    /// Has the proctor reveal the code of a candidate's seat.
    pub async fn reveal(&mut self, candidate: usize) -> String {
        let seat = self.candidates[candidate].seat;
        let path = format!("/rooms/{}/seats/{seat}/reveal-code", self.room);
        let answer = self.proctor.post(&path, "{}").await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["seat_code"].as_str().unwrap().to_owned()
    }

    /// Brings a candidate into the waiting room.
    pub async fn enter(&mut self, candidate: usize) {
        let candidate = &mut self.candidates[candidate];
        let path = candidate.path("enter");
        let answer = candidate.browser.post(&path, "{}").await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// Brings a candidate from the registration into the running session. Returns the paper.
    pub async fn start(&mut self, candidate: usize) -> serde_json::Value {
        self.enter(candidate).await;
        let code = self.reveal(candidate).await;
        let candidate = &mut self.candidates[candidate];
        let body = format!("{{\"seat_code\":\"{code}\"}}");
        let path = candidate.path("start");
        let answer = candidate.browser.post(&path, &body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["paper"].clone()
    }

    /// The logs of all sessions, read from the database of a stopped server, after their chains were recomputed.
    pub async fn whole_logs(&self) -> Vec<Vec<session_event::Model>> {
        let app = open(&self.home).await;
        let mut logs = Vec::with_capacity(self.candidates.len());
        for candidate in &self.candidates {
            let broken = chain::first_broken(&app, candidate.session).await.unwrap();
            assert_eq!(broken, None);
            let log = session_event::Entity::find()
                .filter(session_event::COLUMN.session_id.eq(candidate.session))
                .order_by_asc(session_event::Column::Seq)
                .all(app.db.reader())
                .await
                .unwrap();
            logs.push(log);
        }
        logs
    }
}

impl Candidate {
    /// The path of something of the session.
    pub fn path(&self, what: &str) -> String {
        format!("/sessions/{}/{what}", self.session)
    }
}
