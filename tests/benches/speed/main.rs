//! Speed of the real server on the real database, over HTTP. Load and server share the machine's processors.
//!
//! Prints figures beside their targets; asserts nothing, because a machine's speed is no property of the code.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says where"
)]

mod http;
mod server;

use std::time::{Duration, Instant};

use http::Connection;
use server::{Seeded, Sitter};
use tokio::task::JoinSet;

const SESSIONS: usize = 1000;
const CONNECTIONS: usize = 200;
const SAVE_SECONDS: u64 = 8;
const START_WINDOW: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let seeded = server::seed(SESSIONS).await;
    let mut ready: Vec<f64> = Vec::new();
    let mut running = server::start(&seeded).await;
    ready.push(running.ready_ms);
    for _ in 0..4 {
        drop(running);
        running = server::start(&seeded).await;
        ready.push(running.ready_ms);
    }
    ready.sort_by(f64::total_cmp);
    row(
        "server start to ready, median of 5",
        "<= 300 ms",
        &format!("{:.0} ms", ready[2]),
    );
    row(
        "resident memory, idle",
        "<= 60 MB",
        &format!("{:.1} MB", running.resident_mb()),
    );

    let codes = admit(&seeded).await;
    let (sitters, mut latencies) = starts(&seeded, &codes).await;
    let name = format!(
        "start of a session, {SESSIONS} in {} s, p99",
        START_WINDOW.as_secs()
    );
    row(
        &name,
        "<= 200 ms",
        &format!("{:.1} ms", percentile(&mut latencies, 99)),
    );

    let (rate, mut latencies) = saves(&seeded, &sitters[..CONNECTIONS], SAVE_SECONDS).await;
    row(
        "durable saves, 200 connections",
        ">= 8000/s",
        &format!("{rate:.0}/s"),
    );
    row(
        "their p50",
        "",
        &format!("{:.1} ms", percentile(&mut latencies, 50)),
    );
    row(
        "their p99",
        "<= 50 ms",
        &format!("{:.1} ms", percentile(&mut latencies, 99)),
    );
    let (single, _) = saves(&seeded, &sitters[CONNECTIONS..=CONNECTIONS], 3).await;
    row(
        "one connection, one commit per save",
        "",
        &format!("{single:.0}/s"),
    );
    row(
        "ratio to one commit per save",
        "",
        &format!("{:.1}", rate / single),
    );
    row(
        "SQLite alone, one commit per row",
        "",
        &format!("{:.0}/s", server::sqlite_commits().await),
    );
}

fn row(name: &str, target: &str, measured: &str) {
    println!("{name:<46} {target:>12} {measured:>12}");
}

fn percentile(latencies: &mut [f64], percent: usize) -> f64 {
    latencies.sort_by(f64::total_cmp);
    let last = latencies.len().saturating_sub(1);
    latencies
        .get(last * percent / 100)
        .copied()
        .unwrap_or_default()
}

/// Everybody enters the waiting room, and the proctor reveals every code.
async fn admit(seeded: &Seeded) -> Vec<String> {
    let mut connection = Connection::open(seeded.port).await;
    for sitter in &seeded.sitters {
        let path = format!("/api/v1/sessions/{}/enter", sitter.session);
        let answer = connection.send("POST", &path, &sitter.cookie(), "{}").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let cookie = format!("__Host-proctor={}", seeded.proctor);
    let room = format!("/api/v1/rooms/{}", seeded.room);
    let answer = connection.send("GET", &room, &cookie, "").await;
    let room_view: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let seats = room_view["seats"].as_array().unwrap().clone();
    let mut codes = Vec::new();
    for sitter in &seeded.sitters {
        let seat = seats
            .iter()
            .find(|seat| seat["session_id"] == *sitter.session)
            .unwrap();
        let path = format!(
            "{room}/seats/{}/reveal-code",
            seat["seat_id"].as_str().unwrap()
        );
        let answer = connection.send("POST", &path, &cookie, "{}").await;
        let code: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        codes.push(code["seat_code"].as_str().unwrap().to_owned());
    }
    codes
}

/// Releases the candidates evenly over the window, each on a connection of its own.
async fn starts(seeded: &Seeded, codes: &[String]) -> (Vec<Sitter>, Vec<f64>) {
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for (position, (sitter, code)) in seeded.sitters.iter().zip(codes).enumerate() {
        let share = u32::try_from(position).unwrap();
        let at = began + START_WINDOW * share / u32::try_from(SESSIONS).unwrap();
        let (mut sitter, code, port) = (sitter.clone(), code.clone(), seeded.port);
        tasks.spawn(async move {
            tokio::time::sleep_until(at.into()).await;
            let mut connection = Connection::open(port).await;
            let path = format!("/api/v1/sessions/{}/start", sitter.session);
            let body = format!("{{\"seat_code\":\"{code}\"}}");
            let asked = Instant::now();
            let answer = connection
                .send("POST", &path, &sitter.cookie(), &body)
                .await;
            let took = asked.elapsed().as_secs_f64() * 1000.0;
            assert_eq!(answer.status, 200, "{}", answer.body);
            sitter.token = answer.cookie("__Host-session").unwrap();
            (sitter, took)
        });
    }
    tasks.join_all().await.into_iter().unzip()
}

/// Saves as fast as the server acknowledges: every connection sends its next revision when the last one is acknowledged.
async fn saves(seeded: &Seeded, sitters: &[Sitter], seconds: u64) -> (f64, Vec<f64>) {
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    for sitter in sitters.iter().cloned() {
        let port = seeded.port;
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await;
            let path = format!("/api/v1/sessions/{}/responses/i01", sitter.session);
            let cookie = sitter.cookie();
            let mut latencies = Vec::new();
            let mut revision = 0_u64;
            while Instant::now() < until {
                revision += 1;
                let option = if revision.is_multiple_of(2) { "a" } else { "b" };
                let body = format!(
                    "{{\"epoch\":1,\"revision\":{revision},\"options\":[\"{option}\"],\"is_flagged\":false,\"client_at_ms\":1790000000000}}"
                );
                let asked = Instant::now();
                let answer = connection.send("PUT", &path, &cookie, &body).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                latencies.push(asked.elapsed().as_secs_f64() * 1000.0);
            }
            latencies
        });
    }
    let latencies: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
    let count = u32::try_from(latencies.len()).unwrap();
    (f64::from(count) / began.elapsed().as_secs_f64(), latencies)
}
