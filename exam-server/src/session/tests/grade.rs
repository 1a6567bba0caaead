use serde_json::json;

use crate::testing::{Sitter, TestServer, hybrid, theory};

async fn submitted(server: &TestServer) -> Sitter {
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    for entry in ["i01", "i02", "i03", "i04"] {
        assert_eq!(sitter.save(entry, 1, 1, &["a"]).await.status, 200);
    }
    assert_eq!(sitter.finish(1, &[]).await.status, 200);
    server.sweep(&sitter).await;
    sitter
}

#[actix_web::test]
async fn a_broken_check_waits_for_a_person_and_then_earns_the_certificate() {
    let server = hybrid().await;
    let sitter = submitted(&server).await;
    assert_eq!(sitter.view().await["state"], "submitted");
    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["state"], "pending");
    assert_eq!(result.get("score_percent"), None);

    let queue = server.examiner.get("/broken-checks").await.json;
    let checks = queue["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 2, "{queue}");
    assert_eq!(checks[0]["candidate_name"], "candidate-A1");
    assert_eq!(checks[0]["exam_title"], "Test exam");
    assert!(
        !queue.to_string().contains("{{"),
        "parameters are filled in: {queue}"
    );
    let path = |check: &str| format!("/broken-checks/{}/t01/{check}", sitter.session);
    let decide = |check: &str, outcome: &str, reason: &str| {
        let (path, body) = (path(check), json!({"outcome": outcome, "reason": reason}));
        let examiner = &server.examiner;
        async move { examiner.post(&path, body).await }
    };
    assert_eq!(decide("done", "pass", " ").await.code(), "400 bad_request");
    assert_eq!(
        decide("done", "broken", "r").await.code(),
        "400 bad_request"
    );
    assert_eq!(decide("nothing", "pass", "r").await.code(), "404 not_found");
    assert_eq!(
        decide("done", "pass", "seen on the snapshot").await.status,
        204
    );
    assert_eq!(
        decide("done", "fail", "no").await.code(),
        "409 already_decided"
    );
    assert_eq!(sitter.view().await["state"], "submitted");
    assert_eq!(decide("clean", "fail", "a file was left").await.status, 204);

    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["state"], "released");
    assert_eq!(result["passed"], true);
    // 50 % of 100 and 50 % of 20 points of 25.
    assert_eq!(result["score_percent"], 90.0);
    let outcomes = result["tasks"][0]["checks"].as_array().unwrap().iter();
    let outcomes: Vec<_> = outcomes
        .map(|check| check["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["pass", "fail"]);
    assert!(result["certificate"]["valid_until_ms"].is_i64());
    assert_eq!(
        server.examiner.get("/broken-checks").await.json["checks"],
        json!([])
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn settling_again_changes_nothing() {
    use sea_orm::{EntityTrait, PaginatorTrait};

    let server = theory().await;
    let sitter = submitted(&server).await;
    let (a, b) = tokio::join!(
        crate::scoring::settle(&server.app, sitter.session),
        crate::scoring::settle(&server.app, sitter.session),
    );
    a.unwrap();
    b.unwrap();
    let db = server.app.db.reader();
    let scores = crate::entity::score::Entity::find()
        .count(db)
        .await
        .unwrap();
    let credentials = crate::entity::credential::Entity::find()
        .count(db)
        .await
        .unwrap();
    assert_eq!((scores, credentials), (1, 1));
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn who_fails_gets_a_result_and_no_certificate() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    sitter.save("i01", 1, 1, &["b"]).await;
    assert_eq!(
        sitter.browser.get(&sitter.path("result")).await.code(),
        "409 wrong_state"
    );
    sitter.finish(1, &[]).await;
    server.sweep(&sitter).await;
    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["passed"], false);
    assert_eq!(result["score_percent"], 0.0);
    assert_eq!(result.get("certificate"), None);
    let list = sitter.browser.get("/sessions").await.json;
    assert_eq!(list["sessions"][0]["passed"], false);
    assert_eq!(list["sessions"][0]["result_state"], "released");
}

#[actix_web::test]
async fn the_sweeper_finds_what_a_crash_left_behind() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    sitter.finish(1, &[]).await;
    let due = |is_first| crate::scoring::settle::due(&server.app, is_first);
    assert_eq!(due(true).await.unwrap(), [sitter.session]);
    assert_eq!(due(false).await.unwrap(), [sitter.session]);
    server.sweep(&sitter).await;
    assert!(due(true).await.unwrap().is_empty());
}

#[actix_web::test]
async fn the_running_sweeper_grades_what_was_handed_in_and_ends_what_is_over() {
    let server = theory().await;
    let (one, two) = (server.candidate("A1").await, server.candidate("A2").await);
    server.start(&one).await;
    server.start(&two).await;
    let sweeper = actix_web::rt::spawn(crate::session::sweep::run(server.app.clone()));
    one.finish(1, &[]).await;
    let is_graded = |sitter| {
        let sitter: &Sitter = sitter;
        async move {
            for _ in 0..500 {
                if sitter.view().await["state"] == "graded" {
                    return true;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            false
        }
    };
    assert!(is_graded(&one).await);
    assert_eq!(two.view().await["state"], "running");
    server.clock.advance(61 * crate::testing::MINUTE);
    assert!(is_graded(&two).await);
    sweeper.abort();
    server.assert_log_is_whole(&two).await;
}
