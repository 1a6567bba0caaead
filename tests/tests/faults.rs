//! The server is killed while it works. What it acknowledged must be there, and asking again must be harmless.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: whatever goes wrong ends the test"
)]

use std::collections::HashMap;
use std::time::Duration;

use exam_tests::browser::Browser;
use exam_tests::exam::Exam;
use serde_json::Value;

const CANDIDATES: usize = 32;
const KILLS: u64 = 4;

/// One response as it was sent.
#[derive(Clone, Debug)]
struct Sent {
    path: String,
    body: String,
    entry: String,
    revision: i64,
}

/// What one candidate's browser remembers.
#[derive(Debug)]
struct Sitter {
    browser: Browser,
    session: String,
    /// Entry ids with the first option of each.
    entries: Vec<(String, String)>,
    saves: usize,
    /// Every acknowledged response with its receipt.
    acknowledged: Vec<(Sent, String)>,
    /// The one that was on its way when the connection broke.
    open: Option<Sent>,
}

impl Sitter {
    fn new(browser: &Browser, session: String, paper: &Value) -> Self {
        let sections = paper["sections"].as_array().unwrap();
        let entries = sections
            .iter()
            .flat_map(|section| section["entries"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            browser: browser.clone(),
            session,
            entries: entries
                .map(|entry| (text(&entry["entry_id"]), text(&entry["options"][0]["id"])))
                .collect(),
            saves: 0,
            acknowledged: Vec::new(),
            open: None,
        }
    }

    fn next(&mut self) -> Sent {
        let (entry, option) = &self.entries[self.saves % self.entries.len()];
        let revision = (self.saves / self.entries.len() + 1) as i64;
        self.saves += 1;
        let options = if revision % 2 == 1 {
            format!("\"{option}\"")
        } else {
            String::new()
        };
        Sent {
            path: format!("/sessions/{}/responses/{entry}", self.session),
            body: format!(
                "{{\"epoch\":1,\"revision\":{revision},\"options\":[{options}],\"is_flagged\":false,\"client_at_ms\":{}}}",
                1_700_000_000_000 + self.saves
            ),
            entry: entry.clone(),
            revision,
        }
    }

    /// Saves until the connection breaks.
    async fn save_until_broken(mut self) -> Self {
        loop {
            let sent = self.next();
            match self.browser.put(&sent.path, &sent.body).await {
                Ok(answer) => {
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    let receipt = answer.json["receipt"].as_str().unwrap().to_owned();
                    self.acknowledged.push((sent, receipt));
                }
                Err(_broken) => {
                    self.open = Some(sent);
                    return self;
                }
            }
        }
    }

    /// What the restarted server holds is what it had acknowledged, or the one response after it.
    async fn compare(&mut self) {
        let paper = self
            .browser
            .get(&format!("/sessions/{}/paper", self.session))
            .await
            .unwrap();
        assert_eq!(paper.status, 200, "{}", paper.text);
        let stored: HashMap<&str, (i64, &str)> = paper.json["responses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|response| {
                (
                    response["entry_id"].as_str().unwrap(),
                    (
                        response["revision"].as_i64().unwrap(),
                        response["receipt"].as_str().unwrap(),
                    ),
                )
            })
            .collect();
        let mut newest = HashMap::new();
        for (sent, receipt) in &self.acknowledged {
            newest.insert(sent.entry.as_str(), (sent.revision, receipt.as_str()));
        }
        for (entry, acknowledged) in newest {
            let is_open = self.open.as_ref().is_some_and(|open| {
                open.entry == entry && stored.get(entry).map(|head| head.0) == Some(open.revision)
            });
            assert!(
                is_open || stored.get(entry) == Some(&acknowledged),
                "{entry}: acknowledged {acknowledged:?}, stored {:?}",
                stored.get(entry)
            );
        }
    }

    /// Sends again what was acknowledged last, and then what was not. Returns how many were repeated.
    async fn repeat(&mut self) -> usize {
        let from = self.acknowledged.len().saturating_sub(3);
        for (sent, receipt) in &self.acknowledged[from..] {
            let again = self.browser.put(&sent.path, &sent.body).await.unwrap();
            assert_eq!(again.status, 200, "{}", again.text);
            assert_eq!(again.json["receipt"], **receipt);
        }
        let repeated = self.acknowledged.len() - from;
        if let Some(open) = self.open.take() {
            let again = self.browser.put(&open.path, &open.body).await.unwrap();
            assert_eq!(again.status, 200, "{}", again.text);
            let receipt = again.json["receipt"].as_str().unwrap().to_owned();
            self.acknowledged.push((open, receipt));
        }
        repeated
    }
}

async fn start_all(exam: &mut Exam) -> Vec<Sitter> {
    let mut sitters = Vec::new();
    for number in 0..exam.candidates.len() {
        let paper = exam.start(number).await;
        let candidate = &exam.candidates[number];
        let session = candidate.session.to_string();
        sitters.push(Sitter::new(&candidate.browser, session, &paper));
    }
    sitters
}

fn assert_audit_log_is_whole(exam: &Exam) {
    let verified = exam.home.run(&["audit", "verify"]);
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        verified.status.success() && text.contains("unbroken"),
        "{text}"
    );
}

#[tokio::test]
async fn no_acknowledged_response_is_missing_after_the_server_was_killed() {
    let mut exam = Exam::new(CANDIDATES).await;
    let mut server = exam.home.start();
    let mut sitters = start_all(&mut exam).await;
    let mut repeated = 0;
    for round in 0..KILLS {
        let saving: Vec<_> = sitters
            .drain(..)
            .map(|sitter| tokio::spawn(sitter.save_until_broken()))
            .collect();
        tokio::time::sleep(Duration::from_millis(250 + 97 * round)).await;
        server.kill();
        for task in saving {
            sitters.push(task.await.unwrap());
        }
        server = exam.home.start();
        // Candidates wait for it: the one time that is promised.
        assert!(
            server.ready_after < Duration::from_secs(2),
            "restart to ready: {} ms",
            server.ready_after.as_millis()
        );
        for sitter in &mut sitters {
            sitter.compare().await;
            repeated += sitter.repeat().await;
        }
    }
    server.stop();
    assert_audit_log_is_whole(&exam);
    let mut acknowledged = 0;
    for (log, sitter) in exam.whole_logs().await.iter().zip(&sitters) {
        let mut stored = HashMap::new();
        for event in log.iter().filter(|event| event.kind == "response") {
            let key = (event.entry_id.clone().unwrap(), event.response_revision);
            let earlier = stored.insert(key, &event.hash);
            assert_eq!(earlier, None, "a response is stored twice");
        }
        for (sent, receipt) in &sitter.acknowledged {
            let key = (sent.entry.clone(), Some(sent.revision));
            assert_eq!(stored.get(&key), Some(&receipt), "{sent:?}");
        }
        acknowledged += sitter.acknowledged.len();
    }
    println!("{acknowledged} responses acknowledged over {KILLS} kills, {repeated} sent again");
    assert!(
        acknowledged > CANDIDATES * 4,
        "the test saved hardly anything: {acknowledged}"
    );
}

#[tokio::test]
async fn handing_in_again_after_the_server_was_killed_gives_one_end() {
    let mut exam = Exam::new(CANDIDATES).await;
    let server = exam.home.start();
    let sitters = start_all(&mut exam).await;
    let body = "{\"epoch\":1,\"heads\":[]}";
    let finishing: Vec<_> = sitters
        .iter()
        .map(|sitter| (sitter.browser.clone(), sitter.session.clone()))
        .map(|(mut browser, session)| {
            tokio::spawn(async move {
                let path = format!("/sessions/{session}/finish");
                browser
                    .post(&path, body)
                    .await
                    .ok()
                    .map(|answer| answer.json)
            })
        })
        .collect();
    // In the middle: some have handed in, some have not.
    let mut before = Vec::new();
    let mut server = Some(server);
    for (number, task) in finishing.into_iter().enumerate() {
        before.push(task.await.unwrap());
        if number == 0
            && let Some(server) = server.take()
        {
            server.kill();
        }
    }
    let server = exam.home.start();
    let acknowledged = before.iter().flatten().count();
    println!("{acknowledged} of {CANDIDATES} had handed in before the kill");
    for (sitter, before) in sitters.iter().zip(&before) {
        let mut browser = sitter.browser.clone();
        let path = format!("/sessions/{}/finish", sitter.session);
        let again = browser.post(&path, body).await.unwrap();
        assert_eq!(again.status, 200, "{}", again.text);
        let once_more = browser.post(&path, body).await.unwrap();
        assert_eq!(once_more.json, again.json);
        if let Some(before) = before {
            assert_eq!(*before, again.json);
        }
    }
    server.stop();
    assert_audit_log_is_whole(&exam);
    for log in exam.whole_logs().await {
        let ends = log.iter().filter(|event| event.kind == "submitted");
        assert_eq!(ends.count(), 1);
    }
}
