//! Ravelin's paths on a running server: what one of them is told, another answers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod testkit;

use serde_json::{Value, json};
use testkit::{Server, create_app};

struct Shop {
    _folder: tempfile::TempDir,
    server: Server,
    token: String,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &[]);
        let token = format!("token {}", keys["ravelin"]["secret_key"].as_str().unwrap());
        Self { server: Server::start(&data), _folder: folder, token }
    }

    fn post(&self, path: &str, body: &Value) -> testkit::Answer {
        self.server.post(path, &[("authorization", &self.token)], body.to_string())
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.server.get(path, &[("authorization", &self.token)]);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

fn now_ms() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

fn customer(email: &str, at_ms: u64) -> Value {
    json!({"timestamp": at_ms, "customer": {"customerId": "ann", "email": email},
        "device": {"deviceId": "phone-a", "ipAddress": "192.0.2.10"}})
}

#[test]
fn a_changed_contact_is_told_with_the_one_before() {
    let shop = Shop::new();
    let first = shop.post("/v2/customer?score=true", &customer("ann@old.example", now_ms())).json();
    assert_eq!(first.get("customerChanges"), None, "{first}");
    let second = shop.post("/v2/customer?score=true", &customer("ann@new.example", now_ms() + 1)).json();
    let change = &second["customerChanges"][0];
    assert_eq!(change["changeType"], "EMAIL", "{second}");
    assert_eq!(change["newValue"], json!({"email": "ann@new.example"}));
    assert_eq!(
        (&change["previousValue"], &change["notify"]),
        (&json!({"email": "ann@old.example"}), &change["notify"])
    );
    assert_eq!(change["notify"], json!({"email": "ann@old.example"}));
    let link = change["verificationURL"].as_str().unwrap();
    let page = shop.server.get(&link[link.find("/v2/change/verify").unwrap()..], &[]);
    assert!(page.text.contains("a change to your account"), "{}", page.text);
}

#[test]
fn labels_and_tags_are_kept_and_strangers_have_none() {
    let shop = Shop::new();
    let label = json!({"customerId": "ann", "label": "FRAUDSTER", "comment": "called"});
    assert_eq!(shop.post("/v2/label/customer", &label).json()["label"], "FRAUDSTER");
    assert_eq!(shop.get("/v2/label/customer/ann")["label"], "FRAUDSTER");
    assert_eq!(shop.get("/v2/label/customer/nobody"), json!({"customerId": "nobody", "label": "UNREVIEWED"}));
    let tagged = shop.post("/v2/tag/customer", &json!({"customerId": "ann", "tagNames": ["vip", "staff"]})).json();
    assert_eq!(tagged, json!({"customerId": "ann", "tagNames": ["vip", "staff"], "label": "FRAUDSTER"}));
    assert_eq!(shop.get("/v2/tag/customer/ann"), tagged);
}

#[test]
fn history_and_reclaims_are_answered_as_clients_read_them() {
    let shop = Shop::new();
    let order = json!({"timestamp": now_ms() / 1_000 - 86_400, "customerId": "ann", "order": {"orderId": "o"}});
    let answer = shop.post("/v2/backfill/order", &order);
    assert_eq!((answer.status, &answer.json()["success"]), (200, &json!("true")), "{}", answer.text);
    let one = json!({"customerId": "ann", "method": "PasswordReset"});
    let reclaim = |customers: Vec<Value>| json!({"timestamp": now_ms(), "customers": customers});
    let answer = shop.post("/v2/reclaim", &reclaim(vec![one.clone(); 3]));
    assert_eq!(answer.json(), json!({"status": 200, "message": "3 customer accounts reclaimed successfully"}));
    let none = shop.post("/v2/reclaim", &reclaim(Vec::new()));
    assert_eq!((none.status, &none.json()["status"]), (500, &json!(500)), "{}", none.text);
    assert_eq!(shop.post("/v2/reclaim", &reclaim(vec![one; 1_001])).status, 400);
}
