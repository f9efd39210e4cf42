//! Transmit's paths on a running server, as a backend calls them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod testkit;

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

struct Bank {
    _folder: tempfile::TempDir,
    server: Server,
    client: Value,
    bearer: String,
}

fn grant(server: &Server, client: &Value, secret: &str) -> Answer {
    let body = json!({"grant_type": "client_credentials", "client_id": client["client_id"], "client_secret": secret});
    server.post("/oidc/token", &[], body.to_string())
}

impl Bank {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let client = create_app(&data, &[])["transmit"].clone();
        let server = Server::start(&data);
        let granted = grant(&server, &client, client["client_secret"].as_str().unwrap());
        let bearer = format!("Bearer {}", granted.json()["access_token"].as_str().unwrap());
        Self { _folder: folder, server, client, bearer }
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.server.post(&format!("/risk/v1{path}"), &[("authorization", &self.bearer)], body.to_string())
    }

    fn evaluate(&self, user: &str, transaction: &Value) -> Answer {
        let body = json!({"action_type": "transaction", "user_id": user, "transaction_data": transaction});
        self.post("/transaction-monitoring/evaluate", &body)
    }

    fn recommendation(&self, token: &str, user: &str) -> Answer {
        let path = format!("/risk/v1/recommendation?action_token={token}{user}");
        self.server.get(&path, &[("authorization", &self.bearer)])
    }
}

#[test]
fn an_action_of_one_user_says_nothing_of_another() {
    let bank = Bank::new();
    let judged = bank.evaluate("thief", &json!({"amount": 10, "currency": "EUR"}));
    assert_eq!(judged.status, 201, "{}", judged.text);
    let told = judged.json();
    let token = told["action_token"].as_str().unwrap();
    for user in ["", "&user_id=thief"] {
        assert_eq!(bank.recommendation(token, user).json()["id"], told["id"], "{user}");
    }
    let carried = bank.recommendation(token, "&user_id=victim");
    assert_eq!(carried.status, 403, "{}", carried.text);
    assert!(carried.json()["message"].is_string(), "{}", carried.text);
    let ended = |user: &str| json!({"action_token": token, "result": "success", "user_id": user});
    assert_eq!(bank.post("/action/result", &ended("victim")).status, 403);
    assert_eq!(
        bank.post("/action/authenticated-user", &json!({"action_token": token, "user_id": "victim"})).status,
        403
    );
    assert_eq!(bank.post("/action/result", &ended("thief")).status, 201);
}

#[test]
fn what_is_too_long_to_be_kept_is_refused_and_not_left_out() {
    let bank = Bank::new();
    let product = json!({"id": "0123456789", "name": "a name of some length", "amount": 1, "price": 12.5});
    let transaction = |n_products: usize| {
        json!({"amount": 10, "currency": "EUR", "payee": {"accountNumber": "DE1"},
            "purchase": {"totalItems": n_products, "products": vec![product.clone(); n_products]}})
    };
    let kept = bank.evaluate("ann", &transaction(100));
    assert_eq!((kept.status, &kept.json()["transaction_data"]), (201, &transaction(100)));
    let refused = bank.evaluate("ann", &transaction(300));
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.json()["message"].as_str().unwrap().contains("transaction_data"), "{}", refused.text);
}

#[test]
fn a_transaction_is_as_documented_or_refused_by_its_place() {
    let bank = Bank::new();
    let long = "x".repeat(201);
    for (name, value, place) in [
        ("amount", json!(-1), "amount"),
        ("currency", json!("EURO"), "currency"),
        ("type", json!("gift"), "type"),
        ("method", json!("cash"), "method"),
        ("reason", json!(long), "reason"),
        ("transactionDate", json!("tomorrow"), "transactionDate"),
        ("payee", json!("DE1"), "payee"),
        ("payer", json!({"accountCountryCode": "USA"}), "payer.accountCountryCode"),
        ("payee", json!({"card": {"bin": "1"}}), "payee.card.bin"),
        ("avs", json!({"matchLevel": "some"}), "avs.matchLevel"),
    ] {
        let mut transaction = json!({"amount": 10, "currency": "EUR"});
        transaction[name] = value;
        let refused = bank.evaluate("ann", &transaction);
        assert_eq!(refused.status, 400, "{name}: {}", refused.text);
        let message = refused.json()["message"].to_string();
        assert!(message.contains(&format!("transaction_data.{place}")), "{message}");
    }
    assert_eq!(bank.evaluate("ann", &json!({})).status, 400);
}

#[test]
fn a_right_secret_is_never_held_up_by_wrong_ones() {
    let bank = Bank::new();
    let refused: Vec<u16> = (0..100).map(|_| grant(&bank.server, &bank.client, "wrong").status).collect();
    assert!(refused.iter().all(|status| [401, 429].contains(status)), "{refused:?}");
    let secret = bank.client["client_secret"].as_str().unwrap();
    assert_eq!(grant(&bank.server, &bank.client, secret).status, 200);
}
