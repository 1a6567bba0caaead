use serde_json::json;

use crate::testing::{LIMIT, MINUTE, hybrid, theory};

#[actix_web::test]
async fn from_the_seat_to_the_certificate() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    let list = sitter.browser.get("/sessions").await;
    assert_eq!(list.json["sessions"][0]["state"], "registered");
    assert_eq!(list.json["sessions"][0]["result_state"], "none");
    assert_eq!(
        list.json["sessions"][0]["certification_title"],
        "Test Foundation"
    );
    assert_eq!(
        sitter.browser.get(&sitter.path("paper")).await.code(),
        "409 wrong_state"
    );

    sitter.enter().await;
    let view = sitter.view().await;
    assert_eq!(view["state"], "waiting");
    assert_eq!(view["seat_label"], "A1");
    assert_eq!(view["is_prepared"], true);
    assert_eq!(view["remaining_ms"], json!(null));

    let started = server.start(&sitter).await;
    assert_eq!(started.json["epoch"], 1);
    assert_eq!(started.json["remaining_ms"], LIMIT);
    let entries = started.json["paper"]["sections"][0]["entries"]
        .as_array()
        .unwrap();
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[2]["entry_id"], "i03");
    assert_eq!(entries[2]["kind"], "item");
    for entry in ["i01", "i02", "i03"] {
        let saved = sitter.save(entry, 1, 1, &["a"]).await;
        assert_eq!(saved.status, 200, "{:?}", saved.json);
    }
    server.clock.advance(MINUTE);
    let paper = sitter.browser.get(&sitter.path("paper")).await;
    assert_eq!(paper.json["remaining_ms"], LIMIT - MINUTE);
    assert_eq!(paper.json["responses"].as_array().unwrap().len(), 3);
    assert_eq!(paper.json["responses"][0]["options"], json!(["a"]));

    let seat = server.seat(&sitter).await;
    assert_eq!(seat["state"], "running");
    assert_eq!(seat["answered"], 3);
    assert_eq!(seat["total"], 4);
    assert_eq!(seat["code"]["state"], "used");
    assert_eq!(seat["last_ack_ms_ago"], MINUTE);
    assert_eq!(seat["remaining_ms"], LIMIT - MINUTE);

    let finished = sitter
        .finish(1, &[("i01", 1), ("i02", 1), ("i03", 1)])
        .await;
    assert_eq!(finished.status, 200, "{:?}", finished.json);
    assert_eq!(finished.json["answered"], 3);
    assert_eq!(finished.json["total"], 4);
    let pending = sitter.browser.get(&sitter.path("result")).await;
    assert_eq!(pending.json["state"], "pending");
    assert_eq!(pending.json.get("passed"), None);
    let receipt = sitter.browser.get(&sitter.path("receipt")).await;
    assert!(
        receipt
            .text
            .contains(finished.json["receipt"].as_str().unwrap())
    );
    assert!(
        receipt.text.contains("3 of 4 questions"),
        "{}",
        receipt.text
    );

    server.sweep(&sitter).await;
    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["state"], "released");
    assert_eq!(result["passed"], true);
    assert_eq!(result["score_percent"], 75.0);
    assert_eq!(result["sections"][0]["reached"], true);
    assert_eq!(result["domains"][0]["title"], "Git");
    assert!(
        result["certificate"]["url"]
            .as_str()
            .unwrap()
            .contains("/verify/")
    );
    assert_eq!(sitter.view().await["state"], "graded");
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn nothing_that_a_candidate_gets_before_the_result_holds_a_key() {
    let server = hybrid().await;
    let sitter = server.candidate("A1").await;
    let started = server.start(&sitter).await;
    let saved = sitter.save("i01", 1, 1, &["a"]).await;
    let texts = [
        started.text,
        saved.text,
        sitter.browser.get(&sitter.path("paper")).await.text,
        sitter
            .browser
            .get(&format!("/sessions/{}", sitter.session))
            .await
            .text,
        sitter.browser.get("/sessions").await.text,
        sitter.finish(1, &[]).await.text,
        sitter.browser.get(&sitter.path("receipt")).await.text,
        sitter.browser.get(&sitter.path("result")).await.text,
    ];
    for text in &texts {
        for secret in [
            "is_key",
            "rationale",
            "RATIONALE",
            "JUDGE",
            "judge",
            "solution",
            "seed",
            "single-",
            "task-",
        ] {
            // The ids of items stand in stems and options of the test bank, as words that a candidate reads.
            let is_in_words = secret == "single-" && text.contains("stem_html");
            assert!(is_in_words || !text.contains(secret), "{secret} in {text}");
        }
        assert!(
            !text.contains("<script") && !text.contains("<img"),
            "{text}"
        );
    }
}

#[actix_web::test]
async fn entering_twice_draws_one_form_and_another_session_another() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    let body = || json!({});
    let path = sitter.path("enter");
    let (first, second, third) = tokio::join!(
        sitter.browser.post(&path, body()),
        sitter.browser.post(&path, body()),
        sitter.browser.post(&path, body()),
    );
    for answer in [first, second, third] {
        assert_eq!(answer.status, 200, "{:?}", answer.json);
    }
    let form = crate::exam::form::of_session(&server.app, sitter.session)
        .await
        .unwrap();
    server.assert_log_is_whole(&sitter).await;
    let again = server.sitter(sitter.account, "A2").await;
    again.enter().await;
    let other = crate::exam::form::of_session(&server.app, again.session)
        .await
        .unwrap();
    assert!(
        form.items()
            .all(|item| other.items().all(|seen| seen.item_id != item.item_id))
    );
}

#[actix_web::test]
async fn a_strangers_session_is_not_there() {
    let server = theory().await;
    let (sitter, stranger) = (server.candidate("A1").await, server.candidate("A2").await);
    server.start(&sitter).await;
    server.start(&stranger).await;
    for what in ["paper", "receipt", "result"] {
        let answer = stranger.browser.get(&sitter.path(what)).await;
        assert_eq!(answer.code(), "404 not_found", "{what}");
    }
    for what in ["enter", "start", "take-over", "finish"] {
        let body = json!({"seat_code": "x", "epoch": 1, "heads": []});
        let answer = stranger.browser.post(&sitter.path(what), body).await;
        assert_eq!(answer.code(), "404 not_found", "{what}");
    }
    let saved = sitter
        .save_from(&stranger.browser, "i01", 1, 1, &["a"])
        .await;
    assert_eq!(saved.code(), "404 not_found");
    // Neither is a room to a proctor of another one, nor a queue to a candidate.
    let other =
        crate::testing::account(&server.app, "other", &[crate::account::Role::Proctor]).await;
    let other = server
        .http
        .browser(&server.app, crate::account::Area::Proctor, other)
        .await;
    assert_eq!(other.get("/rooms").await.json["rooms"], json!([]));
    assert_eq!(
        other.get(&format!("/rooms/{}", server.room)).await.code(),
        "404 not_found"
    );
    let path = server.seat_path(&sitter, "end");
    assert_eq!(
        other.post(&path, json!({"reason": "r"})).await.code(),
        "404 not_found"
    );
    assert_eq!(
        sitter.browser.get("/broken-checks").await.code(),
        "401 not_signed_in"
    );
}

#[actix_web::test]
async fn two_tabs_the_newer_one_wins_and_the_older_one_is_told() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
    // The older tab keeps its token, as another browser profile would; the newer takes over within the same sign-in.
    let older = sitter.browser.copy();
    let taken = sitter
        .browser
        .post(&sitter.path("take-over"), json!({}))
        .await;
    assert_eq!(taken.json["epoch"], 2);
    assert_eq!(taken.json["paper"]["responses"][0]["revision"], 1);
    for (browser, epoch) in [(&older, 1), (&older, 2), (&sitter.browser, 1)] {
        let refused = sitter.save_from(browser, "i01", epoch, 2, &["b"]).await;
        assert_eq!(refused.code(), "409 stale_epoch");
    }
    assert_eq!(
        older.get(&sitter.path("paper")).await.code(),
        "409 stale_epoch"
    );
    assert_eq!(sitter.finish(1, &[]).await.code(), "409 stale_epoch");
    assert_eq!(sitter.save("i01", 2, 2, &["c"]).await.status, 200);
    // A browser of the same sign-in that lost its token gets a new one with the paper.
    let _lost = sitter.browser.cookies.borrow_mut().remove("__Host-session");
    assert_eq!(
        sitter.save("i01", 2, 3, &["d"]).await.code(),
        "401 bad_token"
    );
    assert_eq!(
        sitter.browser.get(&sitter.path("paper")).await.json["epoch"],
        2
    );
    assert_eq!(sitter.save("i01", 2, 3, &["d"]).await.status, 200);
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn another_device_needs_a_new_code() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let device = server.other_browser(&sitter).await;
    assert_eq!(
        device.get(&sitter.path("paper")).await.code(),
        "409 stale_epoch"
    );
    let path = sitter.path("take-over");
    assert_eq!(
        device.post(&path, json!({})).await.code(),
        "403 seat_code_wrong"
    );
    let code = server.reveal(&sitter).await;
    let taken = device.post(&path, json!({"seat_code": code})).await;
    assert_eq!(taken.json["epoch"], 2);
    assert_eq!(
        sitter.save("i01", 1, 1, &["a"]).await.code(),
        "409 stale_epoch"
    );
    assert_eq!(
        sitter.save_from(&device, "i01", 2, 1, &["a"]).await.status,
        200
    );
    // The first device is now the other one.
    assert_eq!(
        sitter.browser.post(&path, json!({})).await.code(),
        "403 seat_code_wrong"
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn an_administrator_sees_every_room() {
    use crate::account::{Area, Role};

    let server = theory().await;
    let admin = crate::testing::account(&server.app, "admin", &[Role::Admin]).await;
    let admin = server.http.browser(&server.app, Area::Proctor, admin).await;
    server.candidate("A1").await;
    let rooms = admin.get("/rooms").await.json;
    assert_eq!(rooms["rooms"][0]["seats_total"], 1);
    assert_eq!(rooms["rooms"][0]["running"], 0);
    assert_eq!(rooms["rooms"][0]["exam_title"], "Test exam");
}

#[actix_web::test]
async fn a_lab_that_could_not_be_prepared_keeps_the_clock_from_running() {
    let server = hybrid().await;
    let sitter = server.candidate("A1").await;
    // There is no runner here.
    sitter.enter().await;
    let view = sitter.view().await;
    assert_eq!(
        (&view["labs_ready"], &view["labs_failed"]),
        (&0.into(), &1.into())
    );
    let code = server.reveal(&sitter).await;
    let start = sitter.path("start");
    let refused = sitter
        .browser
        .post(&start, json!({"seat_code": code}))
        .await;
    assert_eq!(refused.code(), "409 labs_not_ready");
    assert!(
        refused.text.contains("tell the proctor"),
        "{}",
        refused.text
    );
    assert_eq!(sitter.view().await["state"], "waiting");
    let seat = server.seat(&sitter).await;
    assert_eq!(seat["labs"][0]["state"], "failed");
}
