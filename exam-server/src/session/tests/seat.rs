use serde_json::json;

use crate::proctoring::rules::CODE_LIFETIME_MS;
use crate::testing::theory;

#[actix_web::test]
async fn only_the_seats_own_fresh_code_starts() {
    let server = theory().await;
    let (one, two) = (server.candidate("A1").await, server.candidate("A2").await);
    let code_before = server.reveal(&one).await;
    let start = |code: &str| {
        let (body, path) = (json!({"seat_code": code}), one.path("start"));
        let browser = &one.browser;
        async move { browser.post(&path, body).await }
    };
    assert_eq!(start(&code_before).await.code(), "409 wrong_state");
    one.enter().await;
    let code = server.reveal(&one).await;
    let code_of_two = server.reveal(&two).await;

    let replaced = start(&code_before).await;
    assert_eq!(replaced.code(), "403 seat_code_wrong");
    assert_eq!(replaced.json["tries_left"], 4);
    let other = start(&code_of_two).await;
    assert_eq!(other.code(), "403 seat_code_other_seat");
    assert_eq!(other.json["tries_left"], 3);
    server.clock.advance(CODE_LIFETIME_MS + 1);
    assert_eq!(start(&code).await.code(), "403 seat_code_expired");
    assert_eq!(server.seat(&one).await["code"]["state"], "expired");
    for tries_left in [2, 1, 0] {
        let wrong = start("00000-00000").await;
        assert_eq!(wrong.code(), "403 seat_code_wrong");
        assert_eq!(wrong.json["tries_left"], tries_left);
    }
    assert_eq!(start("00000-00000").await.code(), "423 seat_locked");
    assert_eq!(server.seat(&one).await["code"]["state"], "locked");

    let code = server.reveal(&one).await;
    assert_eq!(server.seat(&one).await["code"]["state"], "revealed");
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(start(&typed).await.status, 200);
    assert_eq!(start(&code).await.code(), "409 wrong_state");
    // Used up: another device cannot come in with it.
    let device = server.other_browser(&one).await;
    let body = json!({"seat_code": code});
    let refused = device.post(&one.path("take-over"), body).await;
    assert_eq!(refused.code(), "403 seat_code_used");

    let timeline = server
        .proctor
        .get(&server.seat_path(&one, "timeline"))
        .await;
    let kinds: Vec<_> = timeline.json["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"noted") && kinds.contains(&"started"),
        "{kinds:?}"
    );
    assert!(
        timeline
            .text
            .contains("A wrong seat code was typed (5 of 5)")
    );
    server.assert_log_is_whole(&one).await;
}

#[actix_web::test]
async fn two_starts_at_once_are_one() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    sitter.enter().await;
    let body = json!({"seat_code": server.reveal(&sitter).await});
    let path = sitter.path("start");
    let (one, two) = tokio::join!(
        sitter.browser.post(&path, body.clone()),
        sitter.browser.post(&path, body.clone()),
    );
    let mut codes = [one.code(), two.code()];
    codes.sort();
    assert_eq!(codes, ["200", "409 wrong_state"]);
    assert_eq!(sitter.view().await["epoch"], 1);
}

#[actix_web::test]
async fn a_reason_and_sensible_minutes_are_needed() {
    let server = theory().await;
    let sitter = server.candidate("A1").await;
    let extend = server.seat_path(&sitter, "extend");
    for body in [
        json!({"minutes": 0, "reason": "r"}),
        json!({"minutes": 241, "reason": "r"}),
        json!({"minutes": 5, "reason": "  "}),
    ] {
        assert_eq!(
            server.proctor.post(&extend, body).await.code(),
            "400 bad_request"
        );
    }
    let end = server.seat_path(&sitter, "end");
    let early = server.proctor.post(&end, json!({"reason": "r"})).await;
    assert_eq!(early.code(), "409 wrong_state");
    let extended = server
        .proctor
        .post(&extend, json!({"minutes": 5, "reason": "late bus"}))
        .await;
    assert_eq!(extended.json["adjustments_ms"], 300_000);
    let view = sitter.view().await;
    assert_eq!(view["adjustments"][0]["reason"], "late bus");
    server.assert_log_is_whole(&sitter).await;
}
