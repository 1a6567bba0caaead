//! A certificate from its issue to an employer's answer, through the real server, the real database and the real command.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod issuer;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::issuer::Issuer;

/// Runs `exam-server certificate verify`: exit code, and the names of the failed checks.
fn verify(certificate: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_exam-server"))
        .args(["certificate", "verify", certificate, "--json"])
        .args(arguments)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["ok"] == false)
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect();
    let code = output.status.code().unwrap();
    let verdict = ["valid", "invalid", "unknown"][usize::try_from(code).unwrap()];
    assert_eq!(report["verdict"], verdict);
    (code, failed)
}

fn one_byte_changed(token: &str) -> String {
    let at = token.find('.').unwrap() + 100;
    let other = if token.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_certificate_goes_from_issue_to_an_answer() {
    let issuer = Issuer::start();
    let page = issuer.get(&format!("/verify/{}", issuer.id), "text/html");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Valid until"), "{}", page.body);
    assert!(page.body.contains("87.3"), "{}", page.body);
    assert!(page.body.contains("Shell and command line"));
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert!(!page.body.contains("Lovelace") && !page.body.contains("<script"));

    let json = issuer.get(&format!("/verify/{}", issuer.id), "application/json");
    assert_eq!(json.header("access-control-allow-origin"), "*");
    let json = json.json();
    assert_eq!(json["verdict"], "valid");
    assert_eq!(json["certificate"]["title"], "MDE Foundation");
    assert_eq!(json["certificate"]["results"][0]["percent"], "87.3");
    assert_eq!(
        json["token_url"],
        format!("{}/verify/{}.jwt", issuer.url, issuer.id)
    );

    let typed = issuer.get(&format!("/verify?id=%20{}%20", issuer.id), "text/html");
    assert_eq!(
        (typed.status, typed.header("location")),
        (303, &*format!("/verify/{}", issuer.id))
    );
    let pasted = issuer.post("/verify", &[("token", &issuer.token())], &[]);
    assert!(
        pasted.status == 200 && pasted.body.contains("Valid until"),
        "{}",
        pasted.body
    );
}

#[test]
fn the_command_says_what_the_page_says() {
    let issuer = Issuer::start();
    let link = format!("{}/verify/{}", issuer.url, issuer.id);
    assert_eq!(verify(&link, &[]), (0, vec![]));
    let token = issuer.token();
    let file = issuer.file("certificate.jwt", &token);
    let keys = issuer.keys();
    let pinned = ["--keys", path(&keys)];
    assert_eq!(verify(path(&file), &pinned), (0, vec![]));
    let kid = issuer.get("/.well-known/jwks.json", "*/*").json()["keys"][0]["kid"].clone();
    let one = issuer.get(
        kid.as_str().unwrap().strip_prefix(&*issuer.url).unwrap(),
        "*/*",
    );
    assert_eq!(one.json()["kid"], kid);
    let one = issuer.file("key.json", &one.body);
    assert_eq!(verify(path(&file), &["--keys", path(&one)]), (0, vec![]));

    // Expired, and not begun.
    let at = |date| verify(path(&file), &[&pinned[..], &["--at", date]].concat());
    assert_eq!(at("2099-01-01"), (1, vec!["not_expired".to_owned()]));
    assert_eq!(
        at("2001-01-01T00:00:00Z"),
        (1, vec!["not_before".to_owned()])
    );
    // One byte.
    let changed = one_byte_changed(&token);
    let file = issuer.file("changed.jwt", &changed);
    assert_eq!(verify(path(&file), &pinned).0, 1);
    let pasted = issuer.post(
        "/verify",
        &[("token", &changed)],
        &[("Accept", "application/json")],
    );
    assert_eq!(pasted.json()["verdict"], "invalid");
    // Another issuer, whose own link is valid.
    let other = Issuer::start();
    assert_eq!(
        verify(&format!("{}/verify/{}", other.url, other.id), &[]).0,
        0
    );
    let file = issuer.file("other.jwt", &other.token());
    assert_eq!(verify(path(&file), &pinned), (1, vec!["key".to_owned()]));
    let pasted = issuer.post("/verify", &[("token", &other.token())], &[]);
    assert!(pasted.body.contains("Not ours"), "{}", pasted.body);
    // Nothing to tell from.
    assert_eq!(verify("no-such-file", &pinned).0, 2);
    assert_eq!(verify(path(&file), &[]).0, 2);
    assert_eq!(
        verify(&format!("{}/verify/{}", issuer.url, other.id), &[]).0,
        2
    );
}

#[test]
fn every_unknown_id_gets_the_same_answer() {
    let issuer = Issuer::start();
    let ids = [
        "0190f1d2-7f7a-4c55-9a75-0242ac120002",
        "00000000-0000-0000-0000-000000000000",
        "x",
        "%27--",
    ];
    for accept in ["text/html", "application/json"] {
        let mut bodies = Vec::new();
        for id in ids {
            let answer = issuer.get(&format!("/verify/{id}"), accept);
            assert_eq!(answer.status, 404);
            bodies.push(answer.body.len());
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{accept}: {bodies:?}");
    }
    assert_eq!(issuer.get("/verify?id=nonsense", "text/html").status, 404);
    assert_eq!(issuer.get("/verify/x.jwt", "*/*").status, 404);
}

#[test]
fn keys_are_for_every_site_and_hold_no_secret() {
    let issuer = Issuer::start();
    for path in ["/.well-known/jwks.json", "/.well-known/did.json"] {
        let answer = issuer.get(path, "*/*");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "cross-origin"
        );
        assert!(answer.header("cache-control").contains("max-age"));
        assert!(!answer.body.contains("\"d\""));
    }
    assert_eq!(
        issuer
            .get("/", "*/*")
            .header("cross-origin-resource-policy"),
        "same-origin"
    );
    assert_eq!(issuer.get("/keys/unknown", "*/*").status, 404);
}

#[test]
fn public_pages_answer_people_and_software() {
    let issuer = Issuer::start();
    let home = issuer.get("/", "text/html");
    assert!(
        home.body
            .contains("1 question in 60 minutes; 70\u{a0}% passes"),
        "{}",
        home.body
    );
    let page = issuer.get("/achievements/mde-foundation", "text/html");
    assert!(page.body.contains("id=\"domain-git\"") && page.body.contains("<strong>70 %</strong>"));
    let achievement = issuer
        .get("/achievements/mde-foundation", "application/json")
        .json();
    assert_eq!(achievement["type"][0], "Achievement");
    // A refusal is a page for a browser, and a problem document for everything else.
    let missing = issuer.get("/achievements/none", "text/html,*/*;q=0.8");
    assert_eq!(missing.status, 404);
    assert!(
        missing.body.contains("This page does not exist"),
        "{}",
        missing.body
    );
    assert_eq!(issuer.get("/nowhere", "*/*").json()["code"], "not_found");
    let api = issuer.get("/api/v1/sessions", "text/html");
    assert!(!api.body.contains("<html"), "{}", api.body);
    let metrics = issuer.get("/metrics", "*/*");
    assert!(
        metrics
            .body
            .contains("assay_requests_total{status=\"4xx\"} "),
        "{}",
        metrics.body
    );
    let described = issuer.get("/api/v1/openapi.json", "*/*").json();
    assert!(described["paths"]["/verify/{id}"]["get"].is_object());
}

#[test]
fn people_sign_in_without_javascript() {
    let issuer = Issuer::start();
    let form = |password| {
        [
            ("area", "candidate"),
            ("login", " Ada "),
            ("password", password),
        ]
    };
    let wrong = issuer.post("/sign-in", &form("wrong horse"), &[]);
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("role=\"alert\"") && wrong.body.contains("value=\" Ada \""));
    assert!(!wrong.body.contains("wrong horse"));
    let elsewhere = [("Origin", "https://evil.example")];
    assert_eq!(
        issuer
            .post("/sign-in", &form("correct horse"), &elsewhere)
            .status,
        403
    );
    let from_a_form = [("Origin", &*issuer.url), ("Sec-Fetch-Site", "same-origin")];
    let right = issuer.post("/sign-in", &form("correct horse"), &from_a_form);
    assert_eq!(
        (right.status, right.header("location")),
        (303, "/candidate/")
    );
    let cookie = right.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-candidate=") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let too_long = "A".repeat(100_000);
    assert_eq!(
        issuer.post("/verify", &[("token", &too_long)], &[]).status,
        413
    );
}

#[test]
fn the_audit_log_can_be_verified_from_the_command_line() {
    let issuer = Issuer::start();
    let text = format!("data = {:?}", issuer.data.path());
    let config = issuer.file("assay.toml", &text);
    let output = Command::new(env!("CARGO_BIN_EXE_exam-server"))
        .args(["audit", "verify", "--json", "--config", path(&config)])
        .output()
        .unwrap();
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["entries"].as_u64().unwrap() >= 2 && report["first_broken_seq"].is_null());
}
