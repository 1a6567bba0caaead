//! The server as anybody on the network meets it.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: whatever goes wrong ends the test"
)]

use std::net::SocketAddr;
use std::time::Duration;

use exam_tests::browser::Browser;
use exam_tests::connection::{Answer, Connection};
use exam_tests::exam::Exam;
use exam_tests::server::Home;
use serde_json::Value;

async fn raw(address: SocketAddr, request: &str) -> Answer {
    let mut connection = Connection::open(address).await.unwrap();
    connection.call(request.as_bytes()).await.unwrap()
}

fn assert_problem(answer: &Answer, code: &str) {
    assert_eq!(answer.code(), code, "{}", answer.text);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.json["status"], answer.status);
    for field in ["type", "title", "code", "detail", "request_id"] {
        assert!(
            answer.json[field]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "no {field}: {}",
            answer.text
        );
    }
}

fn assert_headers(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe-eval"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let transport = answer.header("strict-transport-security").unwrap();
    assert!(transport.starts_with("max-age="), "{transport}");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_browsers_obey() {
    let home = Home::new();
    let _server = home.start();
    let host = home.address;
    for path in [
        "/",
        "/sign-in",
        "/verify",
        "/readyz",
        "/api/v1/openapi.json",
        "/api/v1/sessions",
        "/no/such/page",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        assert_headers(&raw(host, &request).await);
    }
    let request = format!("GET /api/v1/nothing HTTP/1.1\r\nhost: {host}\r\n\r\n");
    assert_problem(&raw(host, &request).await, "404 not_found");
}

#[tokio::test]
async fn requests_from_elsewhere_are_refused() {
    let home = Home::new();
    let _server = home.start();
    let host = home.address;
    let body = "{\"area\":\"candidate\",\"login\":\"a\",\"password\":\"b\"}";
    let sign_in = |host: &str, headers: &str| {
        format!(
            "POST /api/v1/sign-in HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n{headers}\r\n{body}",
            body.len()
        )
    };
    let script = "x-requested-with: assay\r\n";
    let own = host.to_string();
    let elsewhere = [
        format!("{script}origin: https://evil.example\r\n"),
        format!("{script}origin: null\r\n"),
        format!("{script}sec-fetch-site: cross-site\r\n"),
        format!("{script}sec-fetch-site: same-site\r\n"),
        // A form of another site cannot send this header.
        format!("origin: http://{host}\r\n"),
    ];
    for headers in elsewhere {
        let answer = raw(host, &sign_in(&own, &headers)).await;
        assert_problem(&answer, "403 cross_site_request");
        assert_headers(&answer);
    }
    for other in ["evil.example", "127.0.0.1:1", ""] {
        let answer = raw(host, &sign_in(other, script)).await;
        assert_problem(&answer, "421 unknown_host");
    }
    let answer = raw(host, &sign_in(&own, script)).await;
    assert_problem(&answer, "401 wrong_credentials");
    let answer = Browser::stranger(host).get("/sessions").await.unwrap();
    assert_problem(&answer, "401 not_signed_in");
}

#[tokio::test]
async fn a_save_is_bounded_and_a_session_is_its_candidates_own() {
    let mut exam = Exam::new(2).await;
    let _server = exam.home.start();
    exam.start(0).await;
    exam.start(1).await;
    let (first, second) = (&exam.candidates[0], &exam.candidates[1]);
    let mut browser = first.browser.clone();
    let save = |options: &str| {
        format!(
            "{{\"epoch\":1,\"revision\":1,\"options\":[{options}],\"is_flagged\":false,\"client_at_ms\":1}}"
        )
    };
    let large = save(&format!("\"{}\"", "x".repeat(1024 * 1024)));
    let path = first.path("responses/i01");
    let answer = browser.put(&path, &large).await.unwrap();
    assert_problem(&answer, "413 too_large");
    let cases = [
        (
            "responses/i01",
            save("\"no-such-option\""),
            "422 bad_response",
        ),
        ("responses/i99", save(""), "404 unknown_entry"),
        ("responses/i01", "{".to_owned(), "400 bad_request"),
        (
            "responses/i01",
            save("").replace("\"epoch\":1", "\"epoch\":2"),
            "409 stale_epoch",
        ),
    ];
    for (what, body, code) in cases {
        let answer = browser.put(&first.path(what), &body).await.unwrap();
        assert_problem(&answer, code);
    }
    let paper = browser.get(&first.path("paper")).await.unwrap();
    assert_eq!(paper.json["responses"], serde_json::json!([]));

    let session = format!("/sessions/{}", second.session);
    let finish = "{\"epoch\":1,\"heads\":[]}".to_owned();
    let foreign = [
        ("GET", session, String::new()),
        ("GET", second.path("paper"), String::new()),
        ("GET", second.path("result"), String::new()),
        ("GET", second.path("receipt"), String::new()),
        ("POST", second.path("enter"), "{}".to_owned()),
        (
            "POST",
            second.path("start"),
            "{\"seat_code\":\"0000000000\"}".to_owned(),
        ),
        ("POST", second.path("take-over"), "{}".to_owned()),
        ("POST", second.path("finish"), finish),
        ("PUT", second.path("responses/i01"), save("")),
    ];
    for (method, path, body) in foreign {
        let answer = browser.send(method, &path, &body).await.unwrap();
        assert_problem(&answer, "404 not_found");
    }
}

/// What only examiners, or nobody, may read.
const SECRET: [&str; 8] = [
    "is_key",
    "rationale",
    "rationale_html",
    "keys",
    "solution",
    "judge_script",
    "seed",
    "cheats",
];

fn assert_tells_no_secret(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert!(!SECRET.contains(&name.as_str()), "a field `{name}`");
                assert_tells_no_secret(value);
            }
        }
        Value::Array(values) => values.iter().for_each(assert_tells_no_secret),
        _ => {}
    }
}

#[tokio::test]
async fn no_phase_tells_the_candidate_a_key() {
    let mut exam = Exam::new(1).await;
    let _server = exam.home.start();
    let mut browser = exam.candidates[0].browser.clone();
    let candidate = exam.candidates[0].clone();
    let view = format!("/sessions/{}", candidate.session);
    let mut read = Vec::new();
    let look = async |browser: &mut Browser, read: &mut Vec<Answer>, state: &str| {
        for path in [&view, "/sessions", "/me?area=candidate"] {
            read.push(browser.get(path).await.unwrap());
        }
        let at = read.len() - 3;
        assert_eq!(read[at].json["state"], state, "{}", read[at].text);
    };
    look(&mut browser, &mut read, "registered").await;
    read.push(browser.post(&candidate.path("enter"), "{}").await.unwrap());
    look(&mut browser, &mut read, "waiting").await;
    let code = exam.reveal(0).await;
    let body = format!("{{\"seat_code\":\"{code}\"}}");
    read.push(browser.post(&candidate.path("start"), &body).await.unwrap());
    look(&mut browser, &mut read, "running").await;
    let body = "{\"epoch\":1,\"revision\":1,\"options\":[],\"is_flagged\":true,\"client_at_ms\":1}";
    let path = candidate.path("responses/i01");
    read.push(browser.put(&path, body).await.unwrap());
    read.push(browser.get(&candidate.path("paper")).await.unwrap());
    let body = "{\"epoch\":1,\"heads\":[{\"entry_id\":\"i01\",\"revision\":1}]}";
    let path = candidate.path("finish");
    read.push(browser.post(&path, body).await.unwrap());
    for _ in 0..100 {
        let result = browser.get(&candidate.path("result")).await.unwrap();
        let is_pending = result.json["state"] == "pending";
        read.push(result);
        if !is_pending {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    look(&mut browser, &mut read, "graded").await;
    for answer in &read {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_headers(answer);
        assert!(!answer.json.is_null(), "{}", answer.text);
        assert_tells_no_secret(&answer.json);
    }
    let released = read
        .iter()
        .find(|answer| answer.json["state"] == "released");
    assert_eq!(released.unwrap().json["passed"], false);
    let receipt = browser.get(&candidate.path("receipt")).await.unwrap();
    assert!(
        receipt.text.contains("Receipt") && receipt.text.contains("i01"),
        "{}",
        receipt.text
    );
}
