//! A server of its own, with one certificate issued.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use exam_server::account::create::{NewAccount, create};
use exam_server::account::{Role, password};
use exam_server::app::App;
use exam_server::clock::Clock;
use exam_server::config::Config;
use exam_server::credential::{self, Award};
use exam_server::ids::{AccountId, SessionId};
use exam_server::server;
use question_bank::{
    DomainScore, Form, FormEntry, FormItem, FormScore, FormSection, Millipoints, OptionId,
    ScoreState, SectionKind, SectionScore,
};
use serde_json::Value;

/// A server of its own, with one certificate issued.
pub struct Issuer {
    pub url: String,
    pub id: String,
    pub data: tempfile::TempDir,
}

pub struct Answer {
    pub status: u16,
    headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn form() -> Form {
    let item = |id: &str, domain: &str| {
        FormEntry::Item(FormItem {
            item_id: id.parse().unwrap(),
            digest: "0".repeat(64),
            domain: domain.parse().unwrap(),
            option_order: vec![OptionId::new("a").unwrap(), OptionId::new("b").unwrap()],
        })
    };
    Form {
        blueprint_id: "mde-foundation".parse().unwrap(),
        time_limit_ms: 3_600_000,
        cut_score_percent: 70,
        sections: vec![FormSection {
            labs: question_bank::LabPolicy::default(),
            id: "theory".parse().unwrap(),
            title: "Theory".to_owned(),
            kind: SectionKind::Items,
            weight_percent: 100,
            minimum_percent: 50,
            entries: vec![item("git-1", "git"), item("shell-1", "shell")],
        }],
    }
}

fn score(passed: bool) -> FormScore {
    let domain = |id: &str, theory, practice| DomainScore {
        domain: id.parse().unwrap(),
        theory_percent_millis: Some(theory),
        practice_percent_millis: practice,
    };
    let section = |id: &str, title: &str, kind, reached| SectionScore {
        id: id.parse().unwrap(),
        title: title.to_owned(),
        kind,
        earned: Millipoints(17_000),
        possible: Millipoints(20_000),
        score_percent_millis: reached,
        weight_percent: 50,
        minimum_percent: 50,
        reached: true,
    };
    FormScore {
        state: ScoreState::Final,
        total_percent_millis: 87_350,
        cut_score_percent: 70,
        passed: Some(passed),
        sections: vec![
            section("theory", "Theory", SectionKind::Items, 85_000),
            section("practice", "Practice", SectionKind::Tasks, 89_700),
        ],
        domains: vec![
            domain("git", 90_000, Some(100_000)),
            domain("shell", 80_000, None),
        ],
        tasks: Vec::new(),
    }
}

async fn issue(app: &App) -> String {
    let tx = app.db.begin().await.unwrap();
    let hash = password::hash("correct horse".to_owned()).await.unwrap();
    let new = NewAccount {
        login: "ada",
        name: "Ada Lovelace",
        password_hash: &hash,
        roles: &[Role::Candidate],
    };
    let holder_id = create(&tx, 0, &new).await.unwrap();
    let certification = app.bank.bank.certifications.values().next().unwrap();
    let (form, passed, failed) = (form(), score(true), score(false));
    let award = Award {
        session_id: SessionId::new(),
        holder_id,
        certification,
        exam_title: "MDE Foundation, November 2026",
        score: &passed,
        form: &form,
        at_ms: app.clock.now_ms(),
    };
    let not_passed = Award {
        session_id: SessionId::new(),
        score: &failed,
        ..award
    };
    assert!(credential::issue(&tx, app, not_passed).await.is_err());
    let id = credential::issue(&tx, app, award).await.unwrap();
    let again = Award {
        holder_id: AccountId::new(),
        ..award
    };
    assert_eq!(
        credential::issue(&tx, app, again).await.unwrap(),
        id,
        "a session keeps its certificate"
    );
    tx.commit().await.unwrap();
    let link = credential::read::of_session(app, award.session_id)
        .await
        .unwrap()
        .unwrap();
    assert!(link.url.ends_with(&format!("/verify/{id}")));
    id.to_string()
}

impl Issuer {
    pub fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_owned();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let listener = std::net::TcpListener::bind(any).unwrap();
                let config = Config {
                    listen: listener.local_addr().unwrap(),
                    data: folder,
                    bank: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bank")),
                    workers: Some(1),
                    ..Config::default()
                };
                let url = config.public_url();
                let app = App::open(config, Clock::system()).await.unwrap();
                let id = issue(&app).await;
                tell.send((url, id)).unwrap();
                server::serve(app, listener, None).await.unwrap();
            });
        });
        let (url, id) = told.recv().unwrap();
        Self { url, id, data }
    }

    pub fn get(&self, path: &str, accept: &str) -> Answer {
        answer(
            agent()
                .get(format!("{}{path}", self.url))
                .header("Accept", accept)
                .call(),
        )
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().post(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send_form(form.iter().copied()))
    }

    pub fn token(&self) -> String {
        self.get(&format!("/verify/{}.jwt", self.id), "*/*").body
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.data.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A file with the published keys.
    pub fn keys(&self) -> PathBuf {
        self.file("keys.json", &self.get("/.well-known/jwks.json", "*/*").body)
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into()
}

fn answer(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = result.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}
