//! What anybody may ask: health, metrics, the contract, and what an error means.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use rightful_dialects::RefusalKind;

use crate::app::App;
use crate::clock;
use crate::telemetry::Meters;
use crate::telling::hook_states;

/// The process runs.
pub(crate) async fn live() -> impl IntoResponse {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], r#"{"status":"live"}"#)
}

/// Logins are judged and remembered: the store answers and its writer writes.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match app.pipeline.store.health().await {
        Ok(_) if !app.shutdown.is_requested() => (StatusCode::OK, json, r#"{"status":"ready"}"#).into_response(),
        Ok(_) => (StatusCode::SERVICE_UNAVAILABLE, json, r#"{"status":"stopping"}"#).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, json, r#"{"status":"store unavailable"}"#).into_response(),
    }
}

/// Prometheus's text format, on its own listener.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let health = app.pipeline.store.health().await;
    let is_ready = health.is_ok() && !app.shutdown.is_requested();
    let health = health.unwrap_or_default();
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let mut rendered = app.pipeline.meters.render(&health);
    let (listeners, followers) = (&app.pipeline.listeners, &app.pipeline.followers);
    rendered.push_str(&Meters::render_ready(is_ready, disk_free_bytes(&app.data)));
    rendered.push_str(&Meters::render_listeners(listeners.n_listeners(), followers.n_followers()));
    rendered.push_str(&Meters::render_hooks(&hook_states(&app).await));
    rendered.push_str(&Meters::render_ages(&app.pipeline.enricher.data_sets(), clock::now()));
    rendered.push_str(&Meters::render_clock(clock::behind((app.clock)(), health.newest_at)));
    rendered.push_str(&Meters::render_broken(app.pipeline.enricher.broken_files().len()));
    rendered.push_str(&app.alerts.render());
    (StatusCode::OK, text, rendered).into_response()
}

/// How much more the server's own user may write there; None if the system does not tell.
pub(crate) fn disk_free_bytes(folder: &Path) -> Option<u64> {
    let room = rustix::fs::statvfs(folder).ok()?;
    room.f_bavail.checked_mul(room.f_frsize)
}

/// The alerts that go on, on the metrics' listener.
pub(crate) async fn alerts(State(app): State<Arc<App>>) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    let told = serde_json::json!({ "alerts": app.alerts.firing() });
    (StatusCode::OK, json, told.to_string()).into_response()
}

/// The native API's contract.
pub(crate) async fn openapi(State(app): State<Arc<App>>) -> impl IntoResponse {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], app.contract.clone())
}

/// The public half of the key that signs access tokens.
pub(crate) async fn key_set(State(app): State<Arc<App>>) -> impl IntoResponse {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], app.access_tokens.key_set())
}

/// What a problem's `type` points to: the code in words.
pub(crate) async fn explain(axum::extract::Path(code): axum::extract::Path<String>) -> Response {
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    match RefusalKind::ALL.into_iter().find(|kind| kind.code() == code) {
        Some(kind) => (StatusCode::OK, text, format!("{} ({})\n\n{}\n", kind.code(), kind.status(), kind.meaning()))
            .into_response(),
        None => (StatusCode::NOT_FOUND, text, "There is no such error.\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use http_body_util::BodyExt;
    use rightful_domain::{Timestamp, Verdict};
    use rightful_store::conformance::{judged, login};

    use super::*;
    use crate::config::Config;
    use crate::server::Server;

    #[tokio::test]
    async fn a_clock_that_was_set_back_is_told_until_it_has_caught_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        // A whole minute: how far is known to one.
        let event = login(7_200, "ann", "phone", "192.0.2.1");
        let clock = Arc::new(AtomicI64::new(event.received_at.as_micros()));
        let told = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_micros(told.load(Ordering::SeqCst)));
        let server = Server::start_by(&config, false, now).await.unwrap();
        let behind_s = async || {
            let body = metrics(State(Arc::clone(&server.app))).await.into_body().collect().await.unwrap().to_bytes();
            let text = String::from_utf8(body.to_vec()).unwrap();
            let sample = text.lines().find_map(|line| line.strip_prefix("rightful_clock_behind_seconds "));
            sample.unwrap().parse::<u64>().unwrap()
        };
        assert_eq!(behind_s().await, 0, "nothing is in the ledger");
        server.app.pipeline.store.record(judged(&event, Verdict::Allow)).await.unwrap();
        for (set_back_s, expected) in [(0, 0), (60, 60), (7_140, 7_140), (-60, 0)] {
            let at = event.received_at.as_micros() - set_back_s * 1_000_000;
            clock.store(at, Ordering::SeqCst);
            assert_eq!(behind_s().await, expected, "{set_back_s}");
        }
    }
}
