//! Backtests through the door: over HTTP, on the command line beside a running server, and in a folder by itself.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::Path;

use serde_json::{Value, json};
use testkit::{Server, create_app, rightful};

const POLICY: &str = r#"
[[rules]]
name = "new-device"
when = 'device.new'
floor = "challenge"

[[rules]]
name = "gold"
when = 'custom.tier == "gold"'
score = 100
mode = "shadow"

[[rules]]
name = "never"
when = 'event.action == "withdraw"'
floor = "deny"
"#;

/// A folder in which ten accounts have signed in on a first and a second device, one of them somebody else.
struct Shop {
    folder: tempfile::TempDir,
    keys: Value,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = create_app(&folder.path().join("data"), &[]);
        std::fs::write(folder.path().join("policy.toml"), POLICY).unwrap();
        Self { folder, keys }
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn post(&self, server: &Server, path: &str, body: &Value) -> testkit::Answer {
        let bearer = format!("Bearer {}", self.keys["native"]["api_key"].as_str().unwrap());
        server.post(path, &[("authorization", &bearer)], body.to_string())
    }

    fn fill(&self, server: &Server) {
        for n in 0..20 {
            let body = json!({
                "action": "login", "outcome": "succeeded", "account": format!("account-{}", n % 10),
                "device": {"id": format!("device-{n}")}, "network": {"ip": "192.0.2.10"},
                "custom": {"tier": if n % 4 == 0 { "gold" } else { "iron" }},
            });
            let answer = self.post(server, "/v1/assessments", &body);
            assert_eq!(answer.status, 200, "{}", answer.text);
            let event = answer.json()["event_id"].clone();
            if n == 19 {
                let said = json!({"event_id": event, "kind": "confirmed_takeover"});
                assert_eq!(self.post(server, "/v1/feedback", &said).status, 200);
            }
        }
    }

    fn command(&self, more: &[&str]) -> std::process::Output {
        let policy = self.folder.path().join("policy.toml");
        rightful().args(["backtest", "--data"]).arg(self.data()).args(more).arg(policy).output().unwrap()
    }

    fn reports(&self, more: &[&str]) -> Value {
        let output = self.command(&[&["--json"], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

#[track_caller]
fn check(report: &Value) {
    assert_eq!(report["events"], json!({"all": 20, "good": 0, "bad": 1, "unknown": 19}));
    let [new_device, gold, never] = [0, 1, 2].map(|place| &report["rules"][place]["matches"]);
    assert_eq!(new_device["events"]["all"], 20);
    assert_eq!(new_device["events"]["bad"], 1);
    assert_eq!(new_device["accounts"], 10);
    assert_eq!(new_device["samples"].as_array().unwrap().len(), 2);
    assert_eq!(gold["events"]["all"], 5);
    assert_eq!(gold["score"]["raised"], 5);
    assert_eq!(never["events"]["all"], 0);
    // What only watches changes nothing.
    assert_eq!(report["together"]["events"]["all"], 20);
    assert_eq!(report["together"]["score"]["raised"], 0);
    assert!(report["caution"].as_str().unwrap().contains("19 of the 20 events are labelled by nobody"));
}

#[test]
fn all_ways_of_asking_say_the_same() {
    let shop = Shop::new();
    let server = Server::start(&shop.data());
    shop.fill(&server);
    let rules = json!([
        {"name": "new-device", "when": "device.new", "floor": "challenge"},
        {"name": "gold", "when": "custom.tier == 'gold'", "score": 100, "mode": "shadow"},
        {"name": "never", "when": "event.action == 'withdraw'", "floor": "deny"},
    ]);
    let asked = json!({"rules": rules, "days": 3, "samples": 2});
    let answer = shop.post(&server, "/v1/rules/backtest", &asked);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let over_http = answer.json();
    assert_eq!(over_http["status"], "done");
    check(&over_http["result"]);
    let bearer = format!("Bearer {}", shop.keys["native"]["api_key"].as_str().unwrap());
    let path = format!("/v1/rules/backtest/{}", over_http["id"].as_str().unwrap());
    assert_eq!(server.get(&path, &[("authorization", &bearer)]).json(), over_http);

    let beside = shop.reports(&["--days", "3", "--samples", "2"]);
    check(&beside[0]);
    assert!(server.stop());
    let alone = shop.reports(&["--days", "3", "--samples", "2", "--app", "shop"]);
    check(&alone[0]);
    assert_eq!(alone[0]["rules"], beside[0]["rules"]);
    assert_eq!(alone[0]["rules"], over_http["result"]["rules"]);
}

#[test]
fn a_replay_judges_anew_and_a_report_is_a_page() {
    let shop = Shop::new();
    let server = Server::start(&shop.data());
    shop.fill(&server);
    let beside = shop.command(&["--replay"]);
    assert!(!beside.status.success() && String::from_utf8_lossy(&beside.stderr).contains("stop the server"));
    assert!(server.stop());
    let page = shop.folder.path().join("report.html");
    let replayed = shop.reports(&["--replay", "--report", page.to_str().unwrap()]);
    let report = &replayed[0];
    assert_eq!(report["replay"], true);
    assert_eq!(report["events"]["all"], 20);
    assert_eq!(report["rules"][1]["matches"]["events"]["all"], 5);
    // As a whole: each login on a new device would have been challenged.
    assert!(report["together"]["changed"]["all"].as_u64().unwrap() > 0, "{report}");
    let html = std::fs::read_to_string(Path::new(&page)).unwrap();
    assert!(html.contains("<svg") && html.contains("new-device") && html.contains("labelled by nobody"));
}

/// Each account signs in twice: the second time, an aggregate of the account is 2.
const COUNTING: &str = r#"
[[rules]]
name = "second-today"
when = 'events.byAccount.lastDays(1).count() == 2'
floor = "challenge"

[[rules]]
name = "second-or-gold"
when = 'events.byAccount.lastDays(1).count() == 2 || custom.tier == "gold"'
mode = "off"

[[rules]]
name = "second-off"
when = 'events.byDevice.lastDays(1).count() == 1'
mode = "off"
"#;

#[test]
fn what_was_not_counted_is_said_and_a_replay_counts_it() {
    let shop = Shop::new();
    let server = Server::start(&shop.data());
    shop.fill(&server);
    assert!(server.stop());
    std::fs::write(shop.folder.path().join("policy.toml"), COUNTING).unwrap();
    let page = shop.folder.path().join("report.html");
    let stored = shop.reports(&["--report", page.to_str().unwrap()]);
    let [second, gold, _] = [0, 1, 2].map(|place| &stored[0]["rules"][place]);
    assert_eq!((&second["asked"], &second["not_counted"], &second["untried"]), (&json!(20), &json!(20), &json!(true)));
    assert!(second["caution"].as_str().unwrap().contains("could not be tried"));
    assert_eq!((&gold["matches"]["events"]["all"], &gold["untried"]), (&json!(5), &json!(false)));
    assert!(gold["caution"].as_str().unwrap().contains("not counted on 20 of 20 events"), "{gold}");
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("not tried") && html.contains("--replay"));
    let text = String::from_utf8(shop.command(&[]).stdout).unwrap();
    assert!(text.contains("not tried") && text.contains("use `rightful backtest --replay`"), "{text}");

    let replayed = shop.reports(&["--replay"]);
    for (place, expected) in [10, 13, 20].into_iter().enumerate() {
        let rule = &replayed[0]["rules"][place];
        assert_eq!((&rule["not_counted"], &rule["caution"]), (&json!(0), &Value::Null));
        assert_eq!(rule["matches"]["events"]["all"], expected, "{rule}");
    }
}

#[test]
fn a_misspelt_action_is_refused_on_the_command_line() {
    let shop = Shop::new();
    let output = shop.command(&["--action", "lgoin"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean \"login\"?"));
}

#[test]
fn what_is_no_rule_and_what_is_not_there_is_refused() {
    let shop = Shop::new();
    let server = Server::start(&shop.data());
    let refused = |rules: Value| {
        let answer = shop.post(&server, "/v1/rules/backtest", &json!({"rules": rules}));
        (answer.status, answer.json()["errors"][0]["path"].as_str().unwrap_or_default().to_owned())
    };
    let deep = format!("{}true{}", "(".repeat(1_000), ")".repeat(1_000));
    let list = format!("score in [{}]", vec!["1"; 1_000].join(","));
    for when in ["ip.contry == 'DE'", "score > 'high'", "device.new &&", &deep, &list] {
        assert_eq!(refused(json!([{"name": "a", "when": when}])), (400, "rules[0].when".to_owned()), "{when}");
    }
    let many: Vec<Value> = (0..501).map(|n| json!({"name": format!("r{n}"), "when": "true"})).collect();
    assert_eq!(refused(json!(many)), (400, "rules".to_owned()));
    let huge = json!([{"name": "a", "when": "true", "note": "x".repeat(300_000)}]);
    assert_eq!(shop.post(&server, "/v1/rules/backtest", &json!({"rules": huge})).status, 413);
    let bearer = format!("Bearer {}", shop.keys["native"]["api_key"].as_str().unwrap());
    let path = "/v1/rules/backtest/017b878d-045b-7102-8304-05060708090a";
    assert_eq!(server.get(path, &[("authorization", &bearer)]).status, 404);
}
