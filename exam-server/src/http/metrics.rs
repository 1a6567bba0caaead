//! Figures for monitoring, in the text format of Prometheus. They tell of no person, exam or content.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, get, web};
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter};

use crate::app::App;
use crate::entity::exam_session;
use crate::http::problem::ApiResult;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counters of this process, since its start.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: [AtomicU64; 5],
    saves_acknowledged: AtomicU64,
}

impl Metrics {
    fn note_request(&self, status: u16) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Responses that were committed and acknowledged.
    pub fn note_saves_acknowledged(&self, count: u64) {
        self.saves_acknowledged.fetch_add(count, Ordering::Relaxed);
    }

    fn text(&self, open_sessions: u64, resident_bytes: Option<u64>) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, kind: &str, help: &str| {
            let _infallible = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        head(
            &mut text,
            "assay_requests_total",
            "counter",
            "Requests answered, by class of status.",
        );
        for (class, count) in CLASSES.iter().zip(&self.requests) {
            let count = count.load(Ordering::Relaxed);
            let _infallible = writeln!(text, "assay_requests_total{{status=\"{class}\"}} {count}");
        }
        let saves = self.saves_acknowledged.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            (
                "assay_saves_acknowledged_total",
                "counter",
                "Responses committed and acknowledged.",
                Some(saves),
            ),
            (
                "assay_open_sessions",
                "gauge",
                "Sessions that are running.",
                Some(open_sessions),
            ),
            (
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory.",
                resident_bytes,
            ),
        ] {
            if let Some(value) = value {
                head(&mut text, name, kind, help);
                let _infallible = writeln!(text, "{name} {value}");
            }
        }
        text
    }
}

/// The middleware that counts.
pub async fn count(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    if let Some(app) = response.request().app_data::<web::Data<App>>() {
        app.metrics.note_request(response.status().as_u16());
    }
    Ok(response)
}

/// `VmRSS` of `/proc/self/status`; none where there is no such file.
fn resident_bytes() -> Option<u64> {
    parse_resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn parse_resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Figures for monitoring
#[get("/metrics")]
pub async fn get_metrics(app: web::Data<App>) -> ApiResult<HttpResponse> {
    let open = exam_session::Entity::find()
        .filter(exam_session::COLUMN.state.eq("running"))
        .count(app.db.reader())
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(app.metrics.text(open, resident_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_written_by_class() {
        let metrics = Metrics::default();
        metrics.note_request(200);
        metrics.note_request(204);
        metrics.note_request(404);
        metrics.note_request(999);
        metrics.note_saves_acknowledged(3);
        let text = metrics.text(2, None);
        assert!(
            text.contains("assay_requests_total{status=\"2xx\"} 2\n"),
            "{text}"
        );
        assert!(
            text.contains("assay_requests_total{status=\"4xx\"} 1\n"),
            "{text}"
        );
        assert!(
            text.contains("assay_saves_acknowledged_total 3\n"),
            "{text}"
        );
        assert!(text.contains("assay_open_sessions 2\n"), "{text}");
        assert!(!text.contains("resident"), "{text}");
    }

    #[test]
    fn memory_is_read_from_the_kernel() {
        assert_eq!(
            parse_resident("Name:\tx\nVmRSS:\t   2048 kB\n"),
            Some(2_097_152)
        );
        assert_eq!(parse_resident("Name:\tx\n"), None);
    }
}
