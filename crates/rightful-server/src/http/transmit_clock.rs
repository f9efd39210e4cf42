//! What time does to Transmit's tokens, keys and counts: the whole router, with a clock that the test drives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use rightful_domain::Timestamp;
use serde_json::{Value, json};

use super::router;
use super::tests::created_as;
use super::told_in_transmit::sealed;
use crate::config::Config;
use crate::provisioning::Keys;
use crate::server::Server;

const START: Timestamp = Timestamp::from_seconds(1_780_000_000);
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A bank whose clock the test drives.
struct Bank {
    clock: Arc<AtomicI64>,
    router: TowerToHyperService<axum::Router>,
    keys: Keys,
    public_key: String,
    /// The ids that devices were given, which they say from then on.
    devices: Mutex<BTreeMap<String, Value>>,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Bank {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        config.pages.requests_per_minute_max = 0;
        let clock = Arc::new(AtomicI64::new(START.as_micros()));
        let told = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_micros(told.load(Ordering::SeqCst)));
        let server = Server::start_by(&config, false, now).await.unwrap();
        let keys = created_as(&server, "bank", (true, false)).await;
        let router = TowerToHyperService::new(router::api(Arc::clone(&server.app), rightful_dialects::ALL));
        let mut bank = Self {
            clock,
            router,
            keys,
            public_key: String::new(),
            devices: Mutex::default(),
            _server: server,
            _folder: folder,
        };
        bank.public_key = bank.public_key().await;
        bank
    }

    fn after(&self, seconds: u64) {
        self.clock.store(START.plus(Duration::from_secs(seconds)).as_micros(), Ordering::SeqCst);
    }

    async fn call(&self, method: &str, path: &str, bearer: &str, body: String) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if !bearer.is_empty() {
            request = request.header("authorization", bearer);
        }
        let peer = crate::app::Peer("203.0.113.7".parse().unwrap());
        let response = self.router.call(request.extension(peer).body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn public_key(&self) -> String {
        let path = format!("/risk-collect/device/conf?tenantId={}", self.keys.transmit.client_id);
        let (_, conf) = self.call("GET", &path, "", String::new()).await;
        conf["publicKey"].as_str().unwrap().to_owned()
    }

    async fn bearer(&self) -> String {
        let keys = &self.keys.transmit;
        let body = json!({"grant_type": "client_credentials", "client_id": keys.client_id,
            "client_secret": keys.client_secret});
        let (status, told) = self.call("POST", "/oidc/token", "", body.to_string()).await;
        assert_eq!(status, 200, "{told}");
        format!("Bearer {}", told["access_token"].as_str().unwrap())
    }

    /// A page reports a login on that device.
    async fn reported(&self, device: &str) -> (u16, Value) {
        let now = self.clock.load(Ordering::SeqCst) / 1_000;
        let event = json!({"type": "action", "attributes": {"action_type": "login"}, "index": 1, "tabId": "1", "timestamp": now});
        let mut said = json!({"clientId": self.keys.transmit.client_id, "keyIdentifier": device.repeat(64),
            "sessionToken": true, "events": [event]});
        if let Some(id) = self.devices.lock().get(device) {
            said["deviceId"] = id.clone();
        }
        let body = sealed(&self.public_key, said.to_string().as_bytes());
        let (status, told) = self.call("POST", "/risk-collect/device/events", "", body).await;
        if let Some(id) = told.get("deviceId") {
            self.devices.lock().insert(device.to_owned(), id.clone());
        }
        (status, told)
    }

    async fn recommended(&self, token: &Value, user: &str, bearer: &str) -> (u16, Value) {
        let path = format!("/risk/v1/recommendation?action_token={}&user_id={user}", token.as_str().unwrap());
        self.call("GET", &path, bearer, String::new()).await
    }

    /// A login that ends well, and what was counted of it.
    async fn login(&self, user: &str, device: &str) -> Value {
        let (bearer, (_, page)) = (self.bearer().await, self.reported(device).await);
        let token = &page["actionToken"];
        let (status, told) = self.recommended(token, user, &bearer).await;
        assert_eq!(status, 200, "{told}");
        let result = json!({"action_token": token, "result": "success", "user_id": user});
        let (status, ended) = self.call("POST", "/risk/v1/action/result", &bearer, result.to_string()).await;
        assert_eq!(status, 201, "{ended}");
        told["risk_signals"]["history"].clone()
    }
}

#[tokio::test]
async fn tokens_hold_for_as_long_as_is_said_and_no_longer() {
    let bank = Bank::open().await;
    let (first, (_, page), (_, forgotten)) = (bank.bearer().await, bank.reported("a").await, bank.reported("b").await);
    let (action, session) = (&page["actionToken"], &page["sessionToken"]);
    bank.after(29 * MINUTE);
    assert_eq!(bank.recommended(action, "ann", &first).await.0, 200);
    bank.after(HOUR - 1);
    assert_eq!(bank.recommended(action, "ann", &first).await.0, 200);
    let trigger = json!({"session_token": session, "action_type": "login", "user_id": "ann"}).to_string();
    let (status, told) = bank.call("POST", "/risk/v1/action/trigger-action", &first, trigger).await;
    assert_eq!((status, &told["message"]), (403, &json!("the session token has expired")));
    let (status, told) = bank.recommended(&forgotten["actionToken"], "ben", &first).await;
    assert_eq!((status, &told["message"]), (404, &json!("the action is not known, or no longer")));
    bank.after(HOUR);
    let (status, told) = bank.recommended(action, "ann", &first).await;
    assert_eq!((status, &told["error_code"]), (401, &json!(401)), "{told}");
    bank.after(DAY - 1);
    let later = bank.bearer().await;
    assert_eq!(bank.recommended(action, "ann", &later).await.0, 200);
    bank.after(DAY);
    let (status, told) = bank.recommended(action, "ann", &later).await;
    assert_eq!((status, &told["message"]), (404, &json!("the action_token has expired")));
}

#[tokio::test]
async fn a_blocked_token_is_looked_at_again_after_ten_minutes() {
    let bank = Bank::open().await;
    let bearer = bank.bearer().await;
    let forged = json!("forged");
    for _ in 0..10 {
        assert_eq!(bank.recommended(&forged, "ann", &bearer).await.0, 400);
    }
    bank.after(10 * MINUTE - 1);
    let bearer = bank.bearer().await;
    let (status, told) = bank.recommended(&forged, "ann", &bearer).await;
    assert_eq!((status, &told["error_code"]), (463, &json!(400)), "{told}");
    bank.after(10 * MINUTE);
    assert_eq!(bank.recommended(&forged, "ann", &bearer).await.0, 400);
}

#[tokio::test]
async fn what_is_sealed_under_the_key_before_the_last_does_not_open() {
    let mut bank = Bank::open().await;
    let first = bank.public_key.clone();
    bank.after(30 * DAY);
    let second = bank.public_key().await;
    assert_ne!(first, second);
    assert_eq!(bank.reported("a").await.0, 200, "the one before still opens");
    bank.after(60 * DAY);
    bank.public_key().await;
    let (status, told) = bank.reported("a").await;
    assert_eq!((status, &told["message"]), (400, &json!("what is sealed does not open: ask for the key again")));
    bank.public_key = second;
    assert_eq!(bank.reported("a").await.0, 200);
}

#[tokio::test]
async fn each_count_of_the_history_is_over_the_time_that_its_name_says() {
    let bank = Bank::open().await;
    let counts = |told: &Value| {
        [
            "ip_action_rate_60_sec",
            "user_action_rate_60_sec",
            "device_action_rate_60_sec",
            "ip_user_count_last_hour",
            "ip_device_count_last_hour",
            "linking_device_to_users_count",
            "linking_user_to_device_count",
        ]
        .map(|name| told[name].as_u64().unwrap_or_else(|| panic!("{name} in {told}")))
    };
    assert_eq!(counts(&bank.login("ann", "a").await), [1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(counts(&bank.login("ann", "b").await), [2, 2, 1, 1, 2, 1, 2]);
    bank.after(30);
    assert_eq!(counts(&bank.login("ben", "a").await), [3, 1, 2, 2, 2, 2, 1]);
    bank.after(2 * MINUTE);
    assert_eq!(counts(&bank.login("ann", "a").await), [1, 1, 1, 2, 2, 2, 2]);
    bank.after(2 * HOUR);
    assert_eq!(counts(&bank.login("ann", "a").await), [1, 1, 1, 1, 1, 2, 2]);
    // Links outlast the windows.
    bank.after(20 * DAY);
    assert_eq!(counts(&bank.login("ann", "a").await), [1, 1, 1, 1, 1, 2, 2]);
}
