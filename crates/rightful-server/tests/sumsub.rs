//! Sumsub's paths on a running server: what somebody pays with, what a transaction is made of, and what is not taken.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod testkit;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

const SUBMIT: &str = "/resources/applicants/-/kyt/txns/-/data";
const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
const HOME: &str = "93.184.216.34";
const AWAY: &str = "198.51.100.7";
const OLD_IBAN: &str = "DE89 3704 0044 0532 0130 00";
const NEW_IBAN: &str = "GB29 NWBK 6016 1331 9268 19";

struct Shop {
    _folder: tempfile::TempDir,
    server: Server,
    token: String,
    secret: String,
    api_key: String,
    n_told: AtomicU32,
}

/// A device at an address, so many days ago.
#[derive(Clone, Copy)]
struct From(&'static str, &'static str, f64);

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &[]);
        let key = |pointer: &str| keys.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        Self {
            server: Server::start(&data),
            _folder: folder,
            token: key("/sumsub/app_token"),
            secret: key("/sumsub/secret_key"),
            api_key: format!("Bearer {}", key("/native/api_key")),
            n_told: AtomicU32::new(0),
        }
    }

    fn signature(&self, seconds: &str, method: &str, path: &str, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let signed = hmac::sign(&key, format!("{seconds}{method}{path}{body}").as_bytes());
        signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let seconds = now_s().to_string();
        self.ask_signed(method, path, body, &seconds, &self.signature(&seconds, method, path, body))
    }

    fn ask_signed(&self, method: &str, path: &str, body: &str, seconds: &str, signature: &str) -> Answer {
        let headers = [
            ("x-app-token", &*self.token),
            ("x-app-access-ts", seconds),
            ("x-app-access-sig", signature),
            ("content-type", "application/json"),
        ];
        self.server.ask(method, path, &headers, body)
    }

    #[track_caller]
    fn told(&self, body: &Value) -> Value {
        let answer = self.ask("POST", SUBMIT, &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn txn(&self, From(device, ip, days_ago): From) -> Value {
        let nth = self.n_told.fetch_add(1, Ordering::Relaxed);
        json!({
            "txnId": format!("t-{nth}"),
            "txnDate": date(days_ago),
            "applicant": {
                "externalUserId": "ann",
                "device": { "fingerprint": device, "userAgent": AGENT, "ipInfo": { "ip": ip } },
            },
        })
    }

    fn sign_in(&self, from: From) -> Value {
        let mut body = self.txn(from);
        body["type"] = json!("userPlatformEvent");
        body["userPlatformEventInfo"] = json!({ "type": "login" });
        self.told(&body)
    }

    fn pays(&self, direction: &str, (amount, currency): (f64, &str), method: Value, from: From) -> Value {
        let mut body = self.txn(from);
        body["info"] = json!({ "direction": direction, "amount": amount, "currencyCode": currency });
        body["applicant"]["paymentMethod"] = method;
        self.told(&body)
    }

    fn withdraws(&self, method: Value, from: From) -> Value {
        self.pays("out", (45.0, "EUR"), method, from)
    }

    /// Three months at home: a card that brings money, and one account that it goes to.
    fn has_a_life(&self) {
        for week in (6..14).rev() {
            let from = From("laptop", HOME, f64::from(week) * 7.0);
            assert_eq!(standing(&self.sign_in(from)), "GREEN");
            let card = json!({ "type": "card", "accountId": "4111 1111 1111 1111" });
            assert_eq!(standing(&self.pays("in", (60.0, "EUR"), card, from)), "GREEN");
            assert_eq!(standing(&self.withdraws(iban(OLD_IBAN), from)), "GREEN");
        }
    }
}

fn iban(number: &str) -> Value {
    json!({ "type": "iban", "accountId": number })
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

fn date(days_ago: f64) -> String {
    let at = SystemTime::now() - Duration::from_secs_f64(days_ago * 86_400.0);
    Timestamp::try_from(at).unwrap().strftime("%Y-%m-%d %H:%M:%S+0000").to_string()
}

/// What a transaction is answered: `GREEN` or `RED`, or how it waits.
fn standing(answer: &Value) -> &str {
    let review = &answer["review"];
    review["reviewResult"]["reviewAnswer"].as_str().or(review["reviewStatus"].as_str()).unwrap()
}

fn found(answer: &Value) -> Vec<&str> {
    answer["scoringResult"]["matchedRules"].as_array().unwrap().iter().filter_map(|rule| rule["name"].as_str()).collect()
}

#[test]
fn a_new_account_to_withdraw_to_is_held_after_a_strange_login_and_known_a_month_later() {
    let shop = Shop::new();
    shop.has_a_life();
    // The strange device signs in, and money goes where it has never gone.
    let burner = From("burner", AWAY, 31.0);
    shop.sign_in(burner);
    let held = shop.withdraws(iban(NEW_IBAN), burner);
    assert_eq!(standing(&held), "onHold", "{held}");
    assert!(found(&held).contains(&"PROFILE_PAYMENT_METHOD_NEW"), "{held}");
    let id = held["id"].as_str().unwrap();
    let done = shop.ask("POST", &format!("/resources/kyt/txns/{id}/review/status/completed"), r#"{"reviewAnswer":"GREEN"}"#);
    assert_eq!((done.status, standing(&done.json())), (200, "GREEN"));
    // A month later it is known, in whatever spelling.
    let home = From("laptop", HOME, 0.01);
    assert_eq!(standing(&shop.sign_in(home)), "GREEN");
    for spelled in [NEW_IBAN, "gb29-nwbk-6016-1331-9268-19"] {
        let again = shop.withdraws(iban(spelled), home);
        assert_eq!(standing(&again), "GREEN", "{again}");
        assert!(!found(&again).contains(&"PROFILE_PAYMENT_METHOD_NEW"), "{again}");
    }
}
