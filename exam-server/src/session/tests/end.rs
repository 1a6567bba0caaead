use serde_json::json;

use crate::session::expire::GRACE_MS;
use crate::testing::{LIMIT, MINUTE, theory};

#[actix_web::test]
async fn fifty_finishes_at_once_are_one() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    sitter.save("i01", 1, 1, &["a"]).await;
    let finishes = (0..50).map(|_| sitter.finish(1, &[("i01", 1)]));
    let answers = futures_util::future::join_all(finishes).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{:?}", answer.json);
        assert_eq!(answer.text, answers[0].text);
    }
    server.clock.advance(MINUTE);
    assert_eq!(sitter.finish(1, &[]).await.text, answers[0].text);
    assert_eq!(
        sitter.save("i01", 1, 2, &["b"]).await.code(),
        "409 session_closed"
    );
    assert_eq!(
        sitter.save("i01", 1, 1, &["a"]).await.status,
        200,
        "it was stored before"
    );
    assert_eq!(
        sitter.browser.get(&sitter.path("paper")).await.code(),
        "409 session_closed"
    );
    let timeline = server
        .proctor
        .get(&server.seat_path(&sitter, "timeline"))
        .await;
    let submitted = timeline.json["events"].as_array().unwrap().iter();
    assert_eq!(
        submitted
            .filter(|event| event["kind"] == "submitted")
            .count(),
        1
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn what_has_not_arrived_is_named_and_nothing_ends() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    sitter.save("i01", 1, 2, &["a"]).await;
    let refused = sitter
        .finish(1, &[("i01", 3), ("i02", 1), ("i01", 2)])
        .await;
    assert_eq!(refused.code(), "409 missing_responses");
    let missing = json!([{"entry_id": "i01", "revision": 3}, {"entry_id": "i02", "revision": 1}]);
    assert_eq!(refused.json["entries"], missing);
    assert_eq!(sitter.view().await["state"], "running");
    sitter.save("i01", 1, 3, &["b"]).await;
    sitter.save("i02", 1, 1, &["b"]).await;
    assert_eq!(
        sitter.finish(1, &[("i01", 3), ("i02", 1)]).await.status,
        200
    );
}

#[actix_web::test]
async fn the_sweeper_ends_at_the_deadline_and_not_before() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    server.clock.advance(LIMIT + GRACE_MS);
    server.sweep(&sitter).await;
    assert_eq!(sitter.view().await["state"], "running");
    assert_eq!(sitter.view().await["remaining_ms"], 0);
    server.clock.advance(1);
    server.sweep(&sitter).await;
    let view = sitter.view().await;
    assert_eq!(view["end_reason"], "deadline");
    let finished = sitter.finish(1, &[("i01", 7)]).await;
    let started_at = 1_800_000_000_000_i64;
    assert_eq!(finished.json["ended_at_ms"], started_at + LIMIT);
    let path = sitter.path("take-over");
    assert_eq!(
        sitter.browser.post(&path, json!({})).await.code(),
        "409 session_closed"
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn an_extension_moves_the_end() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let extend = server.seat_path(&sitter, "extend");
    let seat = server
        .proctor
        .post(&extend, json!({"minutes": 10, "reason": "power cut"}))
        .await;
    assert_eq!(seat.json["remaining_ms"], LIMIT + 10 * MINUTE);
    assert_eq!(seat.json["adjustments_ms"], 10 * MINUTE);
    server.clock.advance(LIMIT + 5 * MINUTE);
    server.sweep(&sitter).await;
    assert_eq!(sitter.view().await["state"], "running");
    assert_eq!(sitter.save("i01", 1, 1, &["a"]).await.status, 200);
    server.clock.advance(5 * MINUTE + GRACE_MS + 1);
    server.sweep(&sitter).await;
    assert_eq!(sitter.view().await["end_reason"], "deadline");
    let after = server
        .proctor
        .post(&extend, json!({"minutes": 1, "reason": "r"}))
        .await;
    assert_eq!(after.code(), "409 wrong_state");
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn a_proctor_ends_with_a_reason_and_what_was_on_its_way_is_kept() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    sitter.save("i01", 1, 1, &["a"]).await;
    let end = server.seat_path(&sitter, "end");
    let ended = server
        .proctor
        .post(&end, json!({"reason": "left the room"}))
        .await;
    assert_eq!(ended.json["state"], "submitted");
    assert_eq!(ended.json["end_reason"], "proctor");
    assert_eq!(
        sitter.save("i02", 1, 1, &["a"]).await.code(),
        "409 late_response"
    );
    let again = server.proctor.post(&end, json!({"reason": "again"})).await;
    assert_eq!(again.code(), "409 wrong_state");
    let timeline = server
        .proctor
        .get(&server.seat_path(&sitter, "timeline"))
        .await;
    assert!(timeline.text.contains("Ended by a proctor: left the room"));
    assert!(
        timeline
            .text
            .contains("A response to i02 came after the end")
    );
    server.assert_log_is_whole(&sitter).await;
}

#[actix_web::test]
async fn only_the_browser_that_sits_the_session_hands_it_in() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    server.start(&sitter).await;
    let other = server.other_browser(&sitter).await;
    let body = json!({"epoch": 1, "heads": []});
    let refused = other.post(&sitter.path("finish"), body.clone()).await;
    assert_eq!(refused.code(), "401 bad_token");
    // A tab that was taken over has the cookie, but not at this epoch.
    let old = sitter.browser.copy();
    let path = sitter.path("take-over");
    let taken = sitter.browser.post(&path, json!({})).await;
    assert_eq!(taken.status, 200, "{:?}", taken.json);
    let body = json!({"epoch": 2, "heads": []});
    let refused = old.post(&sitter.path("finish"), body.clone()).await;
    assert_eq!(refused.code(), "409 stale_epoch");
    assert_eq!(server.seat(&sitter).await["state"], "running");
    assert_eq!(sitter.finish(2, &[]).await.status, 200);
}
