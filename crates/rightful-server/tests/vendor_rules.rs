//! Rules that vendors' APIs write, through the door of a real server: in effect at once, in our own book, and for good.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app, rightful};

const RULES: &str = "/risk/v1/recommendation/rules";
const TM: &str = "/resources/api/agent/tm/rules";

/// An application of a running server, by all its keys.
struct Shop {
    keys: Value,
    token: String,
}

impl Shop {
    fn new(data: &Path) -> Self {
        Self { keys: create_app(data, &[]), token: String::new() }
    }

    fn id(&self) -> &str {
        self.keys["application_id"].as_str().unwrap()
    }

    /// Gets an access token, as Transmit's callers do.
    fn admitted(mut self, server: &Server) -> Self {
        let told = &self.keys["transmit"];
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
        });
        let answer = server.post("/oidc/token", &[("content-type", "application/json")], body.to_string());
        self.token = format!("Bearer {}", answer.json()["access_token"].as_str().unwrap());
        self
    }

    fn transmit(&self, server: &Server, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        server.ask(method, path, &[("authorization", &self.token)], &text)
    }

    /// Publishes a rule of its own.
    #[track_caller]
    fn publishes(&self, server: &Server, name: &str, rule: &Value) {
        let bearer = format!("Bearer {}", self.keys["native"]["api_key"].as_str().unwrap());
        let headers = [("authorization", &*bearer)];
        server.put(&format!("/v1/rules/{name}"), &headers, rule.to_string());
        let revision = self.native(server, "/v1/rules")["revision"].clone();
        let done = server.post("/v1/rules/publish", &headers, json!({ "revision": revision }).to_string());
        assert_eq!(done.status, 200, "{}", done.text);
    }

    /// What is recommended for a transaction of that user, from that address.
    #[track_caller]
    fn recommended(&self, server: &Server, user: &str, ip: &str) -> Value {
        let body = json!({
            "action_type": "transaction", "user_id": user, "ip": ip,
            "transaction_data": { "amount": 10, "currency": "EUR" },
        });
        let answer = self.transmit(server, "POST", "/risk/v1/transaction-monitoring/evaluate", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// A signed request, as Sumsub's scripts send it.
    fn sumsub(&self, server: &Server, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let ts = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        let secret = self.keys["sumsub"]["secret_key"].as_str().unwrap();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = ring::hmac::sign(&key, format!("{ts}{method}{path}{text}").as_bytes());
        let sig: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let token = self.keys["sumsub"]["app_token"].as_str().unwrap();
        let headers = [("x-app-token", token), ("x-app-access-ts", &*ts), ("x-app-access-sig", &*sig)];
        server.ask(method, path, &headers, &text)
    }

    /// A payment that goes out, as it stands.
    #[track_caller]
    fn pays(&self, server: &Server, txn: &str, amount: f64) -> Value {
        let body = json!({
            "txnId": txn, "type": "finance",
            "info": { "amount": amount, "currencyCode": "EUR", "direction": "out" },
            "applicant": { "externalUserId": "ann", "device": { "ipInfo": { "ip": "192.0.2.7" } } },
        });
        let answer = self.sumsub(server, "POST", "/resources/applicants/-/kyt/txns/-/data", &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn native(&self, server: &Server, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.keys["native"]["api_key"].as_str().unwrap());
        server.get(path, &[("authorization", &bearer)]).json()
    }
}

fn rule(name: &str, priority: u32, matcher: &Value, recommendation: &str) -> Value {
    json!({
        "name": name, "priority": priority, "matcher": matcher, "recommendation": recommendation, "enabled": true,
        "mode": "PRODUCTION",
    })
}

fn preview(mut rule: Value) -> Value {
    rule["mode"] = "PREVIEW".into();
    rule
}

#[track_caller]
fn created(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["rule_id"].as_str().unwrap().to_owned()
}

fn operator(data: &Path, arguments: &[&str]) -> String {
    let output = rightful().args(arguments).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_recommendation_rule_judges_the_next_action_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let shop = shop.admitted(&server);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "allow");
    let office = rule("Office: 2nd floor", 5, &json!({ "ip_cidrs": ["192.0.2.0/24"] }), "CHALLENGE");
    let id = created(&shop.transmit(&server, "POST", RULES, &office));
    // The first that matches wins: what comes later says nothing.
    let later = rule("Ann", 6, &json!({ "user_ids": ["ann"] }), "DENY");
    let later = created(&shop.transmit(&server, "POST", RULES, &later));
    let judged = shop.recommended(&server, "ann", "192.0.2.7");
    assert_eq!(judged["recommendation"]["type"], "challenge");
    assert_eq!(judged["matched_rules"], json!([{ "rule_id": id, "rule_name": "Office: 2nd floor" }]));
    assert_eq!(shop.recommended(&server, "ann", "198.51.100.7")["recommendation"]["type"], "deny");
    // It is a rule of our own book, and says who wrote it.
    let book = shop.native(&server, "/v1/rules");
    let kept = book["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == *id).unwrap();
    assert_eq!((&kept["state"], &kept["rule"]["title"]), (&json!("published"), &json!("Office: 2nd floor")));
    assert_eq!(kept["rule"]["author"], shop.keys["transmit"]["client_id"]);
    assert_eq!(kept["counts"]["matched"], 1);
    assert!(operator(folder.path(), &["rules", "list", shop.id()]).contains(&id));
    assert!(server.stop());
    let server = Server::start(folder.path());
    let shop = shop.admitted(&server);
    let got = shop.transmit(&server, "GET", &format!("{RULES}/{id}"), &Value::Null).json();
    assert_eq!(got, json!({ "id": id, "data": office }), "as it was written");
    let listed = shop.transmit(&server, "GET", RULES, &Value::Null).json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "challenge");
    let off = json!({ "priority": 5, "matcher": { "ip_cidrs": ["192.0.2.0/24"] }, "recommendation": "DENY",
        "enabled": false, "mode": "PRODUCTION" });
    assert_eq!(shop.transmit(&server, "PUT", &format!("{RULES}/{id}"), &off).status, 200);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "deny", "the later one's turn");
    assert_eq!(shop.transmit(&server, "DELETE", &format!("{RULES}/{later}"), &Value::Null).status, 200);
    assert_eq!(shop.transmit(&server, "DELETE", &format!("{RULES}/{later}"), &Value::Null).status, 404);
    assert_eq!(shop.transmit(&server, "GET", &format!("{RULES}/{later}"), &Value::Null).status, 404);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "allow");
}

#[test]
fn a_preview_changes_nothing_and_is_told_where_it_would_have_won() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let shop = shop.admitted(&server);
    let ann = json!({ "user_ids": ["ann", "bob"] });
    let bob = rule("Bob", 1, &json!({ "user_ids": ["bob"] }), "CHALLENGE");
    created(&shop.transmit(&server, "POST", RULES, &bob));
    created(&shop.transmit(&server, "POST", RULES, &preview(rule("Strict", 2, &ann, "DENY"))));
    let judged = shop.recommended(&server, "ann", "192.0.2.7");
    assert_eq!(judged["recommendation"]["type"], "allow");
    let told = json!({ "rule_name": "Strict", "recommendation": "deny", "risk_score": judged["risk_score"] });
    assert_eq!((&judged["preview_rule"], &judged["matched_rules"]), (&told, &Value::Null));
    let judged = shop.recommended(&server, "bob", "192.0.2.7");
    assert_eq!((&judged["recommendation"]["type"], &judged["preview_rule"]), (&json!("challenge"), &Value::Null));
}

#[test]
fn of_two_rules_with_one_priority_exactly_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let shop = shop.admitted(&server);
    let make = |name: &str| {
        let told = rule(name, 7, &json!({ "user_ids": ["ann"] }), "DENY");
        shop.transmit(&server, "POST", RULES, &told).status
    };
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|n| scope.spawn(move || make(&format!("Rule {n}")))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    let listed = shop.transmit(&server, "GET", RULES, &Value::Null).json();
    let name = listed["data"][0]["name"].as_str().unwrap().to_owned();
    let same_name = rule(&name, 8, &json!({ "user_ids": ["bob"] }), "DENY");
    let refused = shop.transmit(&server, "POST", RULES, &same_name);
    assert_eq!((refused.status, &refused.json()["message"]), (409, &json!("another rule has this name")));
}

#[test]
fn where_publishing_takes_two_a_vendor_s_rule_waits_and_a_draft_stays() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let shop = shop.admitted(&server);
    let bearer = format!("Bearer {}", shop.keys["native"]["api_key"].as_str().unwrap());
    let draft = json!({ "when": "account.id == 'bob'", "floor": "deny" }).to_string();
    let put = server.put("/v1/rules/mine", &[("authorization", &bearer)], draft);
    assert_eq!(put.status, 200, "{}", put.text);
    let told = rule("Ann", 7, &json!({ "user_ids": ["ann"] }), "DENY");
    let id = created(&shop.transmit(&server, "POST", RULES, &told));
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "deny");
    assert_eq!(shop.recommended(&server, "bob", "192.0.2.7")["recommendation"]["type"], "allow", "still a draft");
    let states = shop.native(&server, "/v1/rules");
    let state = |name: &str| {
        states["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == *name).unwrap()["state"].clone()
    };
    assert_eq!((state("mine"), state(&id)), (json!("added"), json!("published")));
    // What it writes is changed where it was written.
    let edited = json!({ "when": "true", "floor": "deny", "origin": { "vendor": "transmit", "id": id, "told": {} } });
    let refused = server.put(&format!("/v1/rules/{id}"), &[("authorization", &bearer)], edited.to_string());
    assert_eq!(refused.status, 409, "{}", refused.text);
    operator(folder.path(), &["rules", "second-person", shop.id(), "on"]);
    let waits = shop.transmit(&server, "DELETE", &format!("{RULES}/{id}"), &Value::Null);
    assert_eq!(waits.status, 200);
    assert!(waits.json()["message"].as_str().unwrap().contains("approved"), "{}", waits.text);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "deny");
    operator(folder.path(), &["rules", "approve", shop.id()]);
    assert_eq!(shop.recommended(&server, "ann", "192.0.2.7")["recommendation"]["type"], "allow");
}

#[test]
fn a_rule_of_transaction_monitoring_goes_from_dry_run_to_action() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let hold = json!({
        "title": "Hold large outgoing transfers", "types": ["finance"], "score": 60, "action": "onHold",
        "conditionEl": "data.info.direction == 'out' AND data.info.amountInDefaultCurrency > 50000",
        "tags": ["HighAmount"],
    });
    let made = shop.sumsub(&server, "POST", TM, &json!({ "rule": hold, "metadata": { "source": "aiAgent" } }));
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["dryRun"], &made["disabled"], &made["revision"]), (&json!(true), &json!(false), &json!(1)));
    let txn = shop.pays(&server, "t1", 60_000.0);
    assert_eq!(
        (&txn["review"]["reviewStatus"], &txn["scoringResult"]["dryScore"]),
        (&json!("completed"), &json!(60.0))
    );
    let dry = txn["scoringResult"]["matchedRules"][0].clone();
    assert_eq!((&dry["title"], &dry["dryRun"], &dry["id"]), (&hold["title"], &json!(true), &made["id"]));
    assert_eq!(txn["tags"], json!([]));
    let path = format!("{TM}/{}", made["id"].as_str().unwrap());
    let active = shop.sumsub(&server, "PATCH", &path, &json!({ "rule": { "dryRun": false } }));
    assert_eq!(active.status, 200, "{}", active.text);
    let active = active.json();
    assert_eq!(
        (&active["revision"], &active["name"], &active["conditionEl"]),
        (&json!(2), &made["name"], &hold["conditionEl"])
    );
    assert_eq!(shop.sumsub(&server, "GET", &path, &Value::Null).status, 404, "each revision has its own id");
    let txn = shop.pays(&server, "t2", 60_000.0);
    let scoring = &txn["scoringResult"];
    assert_eq!((&txn["review"]["reviewStatus"], &scoring["action"]), (&json!("onHold"), &json!("onHold")), "{txn}");
    assert!(scoring["score"].as_f64().unwrap() >= 60.0, "{txn}");
    let matched = &scoring["matchedRules"][0];
    assert_eq!(
        (&matched["score"], &matched["action"], &matched["id"]),
        (&json!(60.0), &json!("onHold"), &active["id"])
    );
    assert_eq!(txn["tags"], json!(["HighAmount"]));
    assert_eq!(shop.pays(&server, "t3", 10.0)["review"]["reviewStatus"], "completed");
    // The strongest action wins: to reject, then to ask the user, then to hold.
    let new = |title: &str, action: &str, score: u32| {
        json!({ "rule": { "title": title, "types": ["finance"], "score": score, "action": action, "dryRun": false,
            "conditionEl": format!("data.info.amount >= 60000 AND data.info.paymentDetails == null AND data.info.currencyCode != '{title}'") } })
    };
    shop.sumsub(&server, "POST", TM, &new("Ask", "awaitUser", 0));
    assert_eq!(shop.pays(&server, "t4", 60_000.0)["review"]["reviewStatus"], "awaitingUser");
    shop.sumsub(&server, "POST", TM, &new("Reject", "reject", 0));
    assert_eq!(shop.pays(&server, "t5", 60_000.0)["review"]["reviewResult"]["reviewAnswer"], "RED");
    let listed = shop.sumsub(&server, "GET", &format!("{TM}/-/installed?limit=2&offset=1"), &Value::Null).json();
    let titles: Vec<&Value> = listed["list"]["items"].as_array().unwrap().iter().map(|rule| &rule["title"]).collect();
    assert_eq!(titles, ["Ask", "Reject"]);
    let tags = shop.sumsub(&server, "GET", "/resources/api/agent/tm/settings/tags", &Value::Null).json();
    assert_eq!((&tags["tags"][0]["name"], &tags["tags"][0]["rules"][0]["name"]), (&json!("HighAmount"), &made["name"]));
}

#[test]
fn points_are_told_and_decide_nothing_and_a_stop_stops_the_vendor_s_rules_alone() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    shop.publishes(&server, "own", &json!({ "when": "payment.amount > 1", "tags": ["own"], "priority": -9 }));
    let new = |title: &str, priority: i32, score: u32| {
        json!({ "rule": { "title": title, "types": ["finance"], "score": score, "priority": priority,
            "stopOnMatch": true, "dryRun": false, "conditionEl": "data.info.amountInDefaultCurrency > 5" } })
    };
    shop.sumsub(&server, "POST", TM, &new("Low", 1, 7));
    shop.sumsub(&server, "POST", TM, &new("High", 9, 100));
    let txn = shop.pays(&server, "t1", 10.0);
    let matched = txn["scoringResult"]["matchedRules"].as_array().unwrap();
    let titles: Vec<&Value> = matched.iter().map(|rule| &rule["title"]).take(2).collect();
    assert_eq!(titles, ["High", "own"]);
    assert_eq!((&txn["score"], &txn["review"]["reviewResult"]["reviewAnswer"]), (&json!(100.0), &json!("GREEN")));
}

#[test]
fn whose_words_a_rule_was_written_in_says_its_origin_and_not_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let asks = json!({ "when": "payment.amount > 1000", "floor": "challenge" });
    shop.publishes(&server, "sumsub-like", &asks);
    let txn = shop.pays(&server, "t1", 2_000.0);
    assert_eq!(txn["review"]["reviewStatus"], "onHold", "what money is challenged for waits for people: {txn}");
    let asks = json!({ "rule": { "title": "Ask", "types": ["finance"], "action": "awaitUser", "dryRun": false,
        "conditionEl": "data.info.amount > 1000" } });
    shop.sumsub(&server, "POST", TM, &asks);
    assert_eq!(shop.pays(&server, "t2", 2_000.0)["review"]["reviewStatus"], "awaitingUser");
}

#[test]
fn what_cannot_be_translated_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let refused = |condition: &str| {
        let body = json!({ "rule": { "title": "It", "types": ["finance"], "conditionEl": condition } });
        let answer = shop.sumsub(&server, "POST", TM, &body);
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(400)), "{}", answer.text);
        answer.json()["description"].as_str().unwrap().to_owned()
    };
    let told = refused("data.info.direction == 'out' AND poa.country == 'DEU'");
    assert_eq!(told, "rule.conditionEl 1:34: nothing is known here of `poa.country`");
    let told = refused("applicant.externalUserId IN clientLists.mules");
    assert_eq!(told, "there is no list \"mules\"");
    let listed = shop.sumsub(&server, "GET", &format!("{TM}/-/installed"), &Value::Null).json();
    assert_eq!(listed, json!({ "list": { "items": [] } }));
}
