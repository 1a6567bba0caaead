use actix_web::http::Method;
use serde_json::json;

use crate::session::rules::LATE_WINDOW_MS;
use crate::testing::{LIMIT, MINUTE, theory};

#[actix_web::test]
async fn the_same_save_has_the_same_receipt_and_another_content_is_told() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let first = sitter.save("i01", 1, 1, &["a"]).await;
    assert_eq!(first.status, 200, "{:?}", first.json);
    server.clock.advance(1000);
    let again = sitter.save("i01", 1, 1, &["a"]).await;
    for same in ["receipt", "seq", "saved_at_ms", "revision", "entry_id"] {
        assert_eq!(again.json[same], first.json[same], "{same}");
    }
    assert_eq!(again.json["remaining_ms"], LIMIT - 1000);
    assert_eq!(
        sitter.save("i01", 1, 1, &["b"]).await.code(),
        "409 revision_conflict"
    );
    let newer = sitter.save("i01", 1, 5, &["b"]).await;
    assert_ne!(newer.json["receipt"], first.json["receipt"]);
    let older = sitter.save("i01", 1, 3, &["c"]).await;
    assert_eq!(older.code(), "409 old_revision");
    assert_eq!(older.json["revision"], 5);
    let overtaken = sitter.save("i01", 1, 1, &["a"]).await;
    assert_eq!(overtaken.code(), "409 old_revision");
    assert_eq!(overtaken.json["revision"], 5);
    let cleared = sitter.save("i01", 1, 6, &[]).await;
    assert_eq!(cleared.status, 200);
    assert_eq!(server.seat(&sitter).await["answered"], 0);
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_its_name() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    assert_eq!(
        sitter.save("i99", 1, 1, &["a"]).await.code(),
        "404 unknown_entry"
    );
    assert_eq!(
        sitter.save("single-1", 1, 1, &["a"]).await.code(),
        "404 unknown_entry"
    );
    assert_eq!(
        sitter.save("i01", 1, 1, &["z"]).await.code(),
        "422 bad_response"
    );
    assert_eq!(
        sitter.save("i01", 1, 1, &["a", "b"]).await.code(),
        "422 bad_response"
    );
    assert_eq!(
        sitter.save("i01", 1, 0, &["a"]).await.code(),
        "422 bad_response"
    );
    assert_eq!(
        sitter.save("i01", 2, 1, &["a"]).await.code(),
        "409 stale_epoch"
    );
    assert_eq!(
        sitter.save("i01", 0, 1, &["a"]).await.code(),
        "409 stale_epoch"
    );
    let path = sitter.path("responses/i01");
    let text = "x".repeat(1024 * 1024);
    let large = json!({"epoch": 1, "revision": 1, "options": [text], "is_flagged": false, "client_at_ms": 1});
    assert_eq!(
        sitter.browser.put(&path, large).await.code(),
        "413 too_large"
    );
    for broken in ["", "{", "[]", r#"{"epoch":"1"}"#] {
        let answer = sitter
            .browser
            .send(Method::PUT, &path, Some(broken.to_owned()))
            .await;
        assert_eq!(answer.code(), "400 bad_request", "{broken}");
    }
    for token in ["", "x", "a.b.c"] {
        let browser = sitter.browser.copy();
        browser
            .cookies
            .borrow_mut()
            .insert("__Host-session".to_owned(), token.to_owned());
        let answer = sitter.save_from(&browser, "i01", 1, 1, &["a"]).await;
        assert_eq!(answer.code(), "401 bad_token", "{token}");
    }
    // Nothing of all that left a trace.
    let paper = sitter.browser.get(&sitter.path("paper")).await;
    assert_eq!(paper.json["responses"], json!([]));
}

#[actix_web::test]
async fn after_the_deadline_a_response_is_kept_apart_and_never_counts() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    server.clock.advance(LIMIT);
    assert_eq!(
        sitter.save("i01", 1, 1, &["a"]).await.status,
        200,
        "the last moment counts"
    );
    server.clock.advance(1);
    let late = sitter.save("i01", 1, 2, &["b"]).await;
    assert_eq!(late.code(), "409 late_response");
    assert_eq!(late.json["kept"], true);
    assert_eq!(
        sitter.save("i01", 1, 1, &["a"]).await.status,
        200,
        "it was in time"
    );
    server.clock.advance(MINUTE);
    server.sweep(&sitter).await;
    assert_eq!(sitter.view().await["end_reason"], "deadline");
    assert_eq!(
        sitter.save("i01", 1, 2, &["b"]).await.code(),
        "409 late_response"
    );
    assert_eq!(
        sitter.save("i02", 1, 1, &["b"]).await.code(),
        "409 late_response"
    );
    let queue = server.examiner.get("/late-responses").await.json;
    let queue = queue["responses"].as_array().unwrap();
    assert_eq!(queue.len(), 2, "sent twice, kept once: {queue:?}");
    assert_eq!(queue[1]["late_by_ms"], 1);
    assert_eq!(queue[1]["candidate_name"], "candidate-A1");
    let finished = sitter.finish(1, &[("i01", 2)]).await;
    assert_eq!(finished.json["answered"], 1);
    let result = sitter.browser.get(&sitter.path("result")).await.json;
    assert_eq!(result["score_percent"], 25.0);
    server.clock.advance(LATE_WINDOW_MS);
    let after = sitter.save("i03", 1, 1, &["b"]).await;
    assert_eq!(
        after.code(),
        "401 bad_token",
        "the token ends with the late window"
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn a_late_response_becomes_current_if_the_time_is_extended_after_it() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    server.clock.advance(LIMIT + 500);
    assert_eq!(
        sitter.save("i01", 1, 1, &["a"]).await.code(),
        "409 late_response"
    );
    let extend = server.seat_path(&sitter, "extend");
    let extended = server
        .proctor
        .post(&extend, json!({"minutes": 200, "reason": "fire alarm"}))
        .await;
    assert_eq!(extended.status, 200, "{:?}", extended.json);
    // The page asks how much time is left and gets a token that lasts as long.
    assert_eq!(sitter.view().await["remaining_ms"], 200 * MINUTE - 500);
    assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
    assert_eq!(
        server.examiner.get("/late-responses").await.json["responses"],
        json!([])
    );
    server.clock.advance(199 * MINUTE);
    assert_eq!(sitter.save("i02", 1, 1, &["a"]).await.status, 200);
    let paper = sitter.browser.get(&sitter.path("paper")).await;
    assert_eq!(paper.json["responses"].as_array().unwrap().len(), 2);
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn many_saves_at_once_each_succeed_or_fail_alone() {
    let server = theory().await;
    let mut sitters = Vec::new();
    for number in 0..5 {
        let sitter = server.candidate(&format!("A{number}")).await;
        server.start(&sitter).await;
        // From here on the server knows the form, so requests reach the lane in the order in which they are sent.
        assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
        sitters.push(sitter);
    }
    let mut saves = Vec::new();
    for revision in 2..=21 {
        for sitter in &sitters {
            saves.push((200, sitter.save("i01", 1, revision, &["a"])));
            saves.push((200, sitter.save("i02", 1, revision, &["b"])));
        }
        saves.push((409, sitters[0].save("i03", 9, revision, &["b"])));
    }
    let (expected, saves): (Vec<u16>, Vec<_>) = saves.into_iter().unzip();
    let answers = futures_util::future::join_all(saves).await;
    for (answer, expected) in answers.iter().zip(expected) {
        assert_eq!(answer.status, expected, "{:?}", answer.json);
    }
    let receipts: std::collections::HashSet<_> = answers
        .iter()
        .filter_map(|answer| answer.json["receipt"].as_str())
        .collect();
    assert_eq!(receipts.len(), 200);
    for sitter in &sitters {
        let paper = sitter.browser.get(&sitter.path("paper")).await;
        assert_eq!(paper.json["responses"][0]["revision"], 21);
        server.assert_log_is_whole(sitter).await;
    }
}

#[actix_web::test]
async fn a_locked_database_is_busy_and_loses_nothing() {
    use sea_orm::{ConnectionTrait, Database};

    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let Some(file) = server.sqlite_file() else {
        // On PostgreSQL nobody can lock the whole database.
        return;
    };
    // Another process holds the database for longer than a save waits.
    let other = Database::connect(format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    other.execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    let (one, two) = tokio::join!(
        sitter.save("i01", 1, 1, &["a"]),
        sitter.save("i02", 1, 1, &["a"]),
    );
    assert_eq!([one.code(), two.code()], ["503 busy", "503 busy"]);
    other.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn two_servers_on_one_database_keep_one_log() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let twin = sitter.browser.on(&server.twin().await);
    let save_all = |browser, entry| {
        let sitter = &sitter;
        async move {
            let mut receipts = Vec::new();
            for revision in 1..=10 {
                let saved = sitter.save_from(browser, entry, 1, revision, &["a"]).await;
                assert_eq!(saved.status, 200, "{:?}", saved.json);
                receipts.push(saved.json["receipt"].to_string());
            }
            receipts
        }
    };
    let (one, two, three, four) = tokio::join!(
        save_all(&sitter.browser, "i01"),
        save_all(&twin, "i02"),
        save_all(&sitter.browser, "i03"),
        save_all(&twin, "i04"),
    );
    let receipts: std::collections::HashSet<_> =
        [one, two, three, four].into_iter().flatten().collect();
    assert_eq!(receipts.len(), 40);
    // What one has stored the other acknowledges with the same receipt.
    let again = sitter.save_from(&twin, "i01", 1, 10, &["a"]).await;
    assert!(receipts.contains(&again.json["receipt"].to_string()));
    let heads = [("i01", 10), ("i02", 10), ("i03", 10), ("i04", 10)];
    assert_eq!(sitter.finish(1, &heads).await.status, 200);
    let closed = sitter.save_from(&twin, "i01", 1, 11, &["b"]).await;
    assert_eq!(closed.code(), "409 session_closed");
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn a_server_finds_out_what_another_one_saved_since_it_remembered() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    let other = server.candidate("A2").await;
    server.start(&sitter).await;
    server.start(&other).await;
    let twin = server.twin().await;
    let there = sitter.browser.on(&twin);
    assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
    let saved = sitter.save_from(&there, "i01", 1, 2, &["b"]).await;
    assert_eq!(saved.status, 200, "{:?}", saved.json);
    // Remembered here is revision 1; the group fails at first, and then each save gets its due.
    let (conflict, fine) = tokio::join!(
        sitter.save("i01", 1, 2, &["c"]),
        other.save("i01", 1, 1, &["a"]),
    );
    assert_eq!(conflict.code(), "409 revision_conflict");
    assert_eq!(fine.status, 200, "{:?}", fine.json);
    assert_eq!(sitter.save("i01", 1, 3, &["c"]).await.status, 200);

    let taken = json!({});
    let taken = there.post(&sitter.path("take-over"), taken).await;
    assert_eq!(taken.status, 200, "{:?}", taken.json);
    assert_eq!(
        sitter.save("i01", 1, 4, &["a"]).await.code(),
        "409 stale_epoch"
    );
    let saved = sitter.save_from(&there, "i01", 2, 4, &["a"]).await;
    assert_eq!(saved.status, 200, "{:?}", saved.json);
    server.assert_log_is_whole(&sitter).await;
    server.assert_log_is_whole(&other).await;
}
