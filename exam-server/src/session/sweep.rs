//! The sweeper: every second it ends the sessions whose time is over and settles those that were handed in. A restart
//! needs nothing else: what was left undone is found by the first sweep.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::app::App;
use crate::http::problem::ApiResult;
use crate::scoring::settle;
use crate::session::expire;

/// Sessions that are settled at once.
const SETTLING_MAX: usize = 4;
/// How long a session rests after settling failed.
const RETRY_MS: i64 = 30_000;

/// Sweeps until the server ends.
pub async fn run(app: App) {
    let permits = Arc::new(Semaphore::new(SETTLING_MAX));
    let mut is_first = true;
    loop {
        if let Err(error) = end_due(&app).await {
            tracing::error!(%error, "sessions past their deadline could not be ended");
        }
        match settle::due(&app, is_first).await {
            Ok(ids) => {
                is_first = false;
                for id in ids {
                    let Some(settling) = app.live.begin_settling(id, app.clock.now_ms()) else {
                        continue;
                    };
                    let (app, permits) = (app.clone(), Arc::clone(&permits));
                    tokio::spawn(async move {
                        let _settling = settling;
                        let _permit = permits.acquire().await;
                        settle_one(&app, id).await;
                    });
                }
            }
            Err(error) => tracing::error!(%error, "submitted sessions could not be read"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = app.live.wake.notified() => {}
        }
    }
}

/// Ends every session whose time is over. Returns how many.
pub async fn end_due(app: &App) -> ApiResult<usize> {
    let due = expire::due(app).await?;
    for &id in &due {
        expire::expire(app, id).await?;
    }
    Ok(due.len())
}

async fn settle_one(app: &App, id: crate::ids::SessionId) {
    if let Err(error) = settle::settle(app, id).await {
        tracing::error!(session = %id, %error, "the session could not be settled; it is tried again");
        app.live.retry_settling(id, app.clock.now_ms() + RETRY_MS);
    }
}
