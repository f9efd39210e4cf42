//! One device in the words of several: whoever told its past, a login on it is judged alike whoever tells it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod testkit;

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use testkit::{Server, create_app};

const AGENT: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
const HOME: &str = "93.184.216.34";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Words {
    Ours,
    Ravelins,
    Sumsubs,
}

const ALL: [Words; 3] = [Words::Ours, Words::Ravelins, Words::Sumsubs];

struct Shop {
    _folder: tempfile::TempDir,
    server: Server,
    keys: Value,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &[]);
        Self { server: Server::start(&data), _folder: folder, keys }
    }

    fn key(&self, pointer: &str) -> &str {
        self.keys.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    /// A login on the device, so many days ago.
    fn sign_in(&self, words: Words, device: &str, days_ago: f64) {
        let at = SystemTime::now() - Duration::from_secs_f64(days_ago * 86_400.0);
        let at = Timestamp::try_from(at).unwrap();
        match words {
            Words::Ours => self.sign_in_ours(device, at),
            Words::Ravelins => self.sign_in_ravelins(device, at),
            Words::Sumsubs => self.sign_in_sumsubs(device, at),
        }
    }

    fn sign_in_ours(&self, device: &str, at: Timestamp) {
        let body = json!({
            "action": "login", "outcome": "succeeded", "account": "ann", "at": at.to_string(),
            "device": { "id": device, "type": "computer", "os": "Windows", "browser": "Chrome" },
            "network": { "ip": HOME, "user_agent": AGENT },
        });
        self.told("/v1/assessments", &[("authorization", &self.bearer())], &body);
    }

    fn sign_in_ravelins(&self, device: &str, at: Timestamp) {
        let body = json!({
            "timestamp": at.as_millisecond(),
            "login": {
                "username": "ann", "customerId": "ann", "success": true,
                "authenticationMechanism": { "password": { "success": true } },
            },
            "device": {
                "deviceId": device, "ipAddress": HOME, "userAgent": AGENT,
                "type": "desktop", "os": "win32", "browser": "Google Chrome",
            },
        });
        let token = format!("token {}", self.key("/ravelin/secret_key"));
        self.told("/v3/login?score=true", &[("authorization", &token)], &body);
    }

    fn sign_in_sumsubs(&self, device: &str, at: Timestamp) {
        const SUBMIT: &str = "/resources/applicants/-/kyt/txns/-/data";
        let body = json!({
            "txnId": format!("t-{at}"), "txnDate": at.strftime("%Y-%m-%d %H:%M:%S+0000").to_string(),
            "type": "userPlatformEvent", "userPlatformEventInfo": { "type": "login" },
            "applicant": {
                "externalUserId": "ann",
                "device": { "fingerprint": device, "userAgent": AGENT, "ipInfo": { "ip": HOME } },
            },
        });
        let seconds = Timestamp::now().as_second().to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key("/sumsub/secret_key").as_bytes());
        let signed = hmac::sign(&key, format!("{seconds}POST{SUBMIT}{body}").as_bytes());
        let signature: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let token = self.key("/sumsub/app_token");
        let headers = [("x-app-token", token), ("x-app-access-ts", &seconds), ("x-app-access-sig", &signature)];
        self.told(SUBMIT, &headers, &body);
    }

    #[track_caller]
    fn told(&self, path: &str, headers: &[(&str, &str)], body: &Value) {
        let answer = self.server.post(path, headers, body.to_string());
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key("/native/api_key"))
    }

    /// The verdict on the latest login, and what was found.
    fn latest(&self) -> (String, Vec<String>) {
        let found = self.server.get("/v1/assessments?account=ann", &[("authorization", &self.bearer())]).json();
        let id = found["items"][0]["id"].as_str().unwrap();
        let full = self.server.get(&format!("/v1/assessments/{id}"), &[("authorization", &self.bearer())]).json();
        let reasons = full["reasons"].as_array().unwrap_or_else(|| panic!("{full}"));
        let codes = reasons.iter().map(|reason| reason.as_str().unwrap().to_owned()).collect();
        (full["verdict"].as_str().unwrap().to_owned(), codes)
    }
}

/// What is made of a login in the words of one, after two months in the words of another.
fn judged(past: Words, now: Words, device: &str) -> (String, Vec<String>) {
    let shop = Shop::new();
    for week in (1..=8).rev() {
        shop.sign_in(past, "laptop", f64::from(week) * 7.0);
    }
    shop.sign_in(now, device, 0.0);
    shop.latest()
}

#[test]
fn an_own_device_is_judged_alike_in_whatever_words_it_was_known() {
    let (expected, _) = judged(Words::Ours, Words::Ours, "laptop");
    for past in ALL {
        for now in ALL {
            let (verdict, found) = judged(past, now, "laptop");
            assert_eq!(verdict, expected, "{past:?}, then {now:?}: {found:?}");
            let strange = ["PROFILE_DEVICE_ANOMALY", "PROFILE_DEVICE_NEW"];
            assert!(!found.iter().any(|code| strange.contains(&code.as_str())), "{past:?}, then {now:?}: {found:?}");
        }
    }
}

#[test]
fn another_device_is_new_in_whatever_words() {
    for past in ALL {
        for now in ALL {
            let (_, found) = judged(past, now, "phone");
            assert!(found.iter().any(|code| code == "PROFILE_DEVICE_NEW"), "{past:?}, then {now:?}: {found:?}");
        }
    }
}
