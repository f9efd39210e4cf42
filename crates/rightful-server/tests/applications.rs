//! Applications as an operator runs them: from watching to acting, and from one key to the next, without a pause.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app, rightful};

fn run(data: &Path, arguments: &[&str]) -> Output {
    rightful().arg("app").args(arguments).arg("--data").arg(data).output().unwrap()
}

#[track_caller]
fn told(data: &Path, arguments: &[&str]) -> Value {
    let output = run(data, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn assess(server: &Server, key: &str, body: &Value) -> Answer {
    server.post("/v1/assessments", &[("authorization", &format!("Bearer {key}"))], body.to_string())
}

#[test]
fn who_has_watched_acts_with_what_was_learned() {
    let folder = tempfile::tempdir().unwrap();
    let keys = create_app(folder.path(), &["--test", "--observe"]);
    let key = keys["native"]["api_key"].as_str().unwrap();
    let server = Server::start(folder.path());
    let login = json!({
        "action": "login", "account": "ann", "outcome": "succeeded",
        "device": { "id": "phone" }, "network": { "ip": "192.0.2.7" },
    });
    assess(&server, key, &login);
    let bad = json!({ "action": "login", "account": "magic_deny", "outcome": "succeeded" });
    let watched = assess(&server, key, &bad).json();
    assert_eq!((&watched["verdict"], &watched["answered"]), (&json!("deny"), &json!("allow")));
    let shown = told(folder.path(), &["set", "shop", "mode=enforce", "deadline_ms=900", "name=The shop"]);
    assert_eq!(
        (&shown[0]["mode"], &shown[0]["deadline_ms"], &shown[0]["name"]),
        (&json!("enforce"), &json!(900), &json!("The shop"))
    );
    let acted = assess(&server, key, &bad).json();
    assert_eq!((&acted["verdict"], &acted["answered"]), (&json!("deny"), &json!("deny")));
    let other = json!({ "action": "login", "account": "ann", "outcome": "pending", "device": { "id": "other" } });
    assert!(assess(&server, key, &other).text.contains("PROFILE_DEVICE_NEW"));
    let again = assess(&server, key, &login);
    assert!(again.status == 200 && !again.text.contains("PROFILE_DEVICE_NEW"), "{}", again.text);
    assert!(refused(folder.path(), &["set", "The shop", "mode=watch"]).contains("observe or enforce"));
}

#[test]
fn a_key_is_replaced_without_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let keys = create_app(folder.path(), &[]);
    let first = keys["native"]["api_key"].as_str().unwrap();
    let server = Server::start(folder.path());
    let body = json!({ "action": "login", "account": "ann", "outcome": "succeeded" });
    let of_kind = |kind: &str| {
        let all = told(folder.path(), &["key", "list", "shop"]);
        let all = all.as_array().unwrap().iter().filter(|key| key["kind"] == kind);
        all.map(|key| key["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [old] = &of_kind("native")[..] else { panic!("one of each kind") };
    assert!(refused(folder.path(), &["key", "revoke", "shop", old]).contains("the last key of its kind"));
    let new = told(folder.path(), &["key", "add", "shop", "native"]);
    let second = new["secret"].as_str().unwrap();
    assert_eq!([first, second].map(|key| assess(&server, key, &body).status), [200, 200]);
    told(folder.path(), &["key", "revoke", "shop", old]);
    assert_eq!([first, second].map(|key| assess(&server, key, &body).status), [401, 200]);
    // A change that is none of keys does not bring it back, nor does a restart.
    told(folder.path(), &["set", "shop", "origins=https://shop.example"]);
    assert!(server.stop());
    let server = Server::start(folder.path());
    assert_eq!([first, second].map(|key| assess(&server, key, &body).status), [401, 200]);
    assert_eq!(of_kind("native"), [new["name"].as_str().unwrap()]);
    assert!(refused(folder.path(), &["key", "revoke", "shop", old]).contains("has no key"));
    assert!(refused(folder.path(), &["key", "add", "shop", "ravelinn"]).contains("unknown kind of key"));
}

#[test]
fn an_access_token_goes_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys = create_app(folder.path(), &["--test"]);
    let server = Server::start(folder.path());
    let id = keys["transmit"]["client_id"].as_str().unwrap();
    let secret = keys["transmit"]["client_secret"].as_str().unwrap();
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let token = server.post("/oidc/token", &[("content-type", "application/x-www-form-urlencoded")], form).json();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let ask = || server.get("/risk/v1/recommendation?action_token=none", &[("authorization", &bearer)]).status;
    let before = ask();
    assert!(![401, 403].contains(&before), "{before}");
    told(folder.path(), &["key", "revoke", "shop", id, "--last"]);
    assert_eq!(ask(), 401);
}

#[test]
fn what_was_changed_is_told_with_who_did_it() {
    let folder = tempfile::tempdir().unwrap();
    let keys = create_app(folder.path(), &["--observe"]);
    let key = keys["native"]["api_key"].as_str().unwrap();
    let server = Server::start(folder.path());
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    told(folder.path(), &["set", "shop", "mode=enforce"]);
    let new = told(folder.path(), &["key", "add", "shop", "rupt"]);
    let rule = json!({ "when": "score > 90", "floor": "deny" }).to_string();
    assert_eq!(server.put("/v1/rules/high", &headers, &rule).status, 200);
    let publish = json!({ "revision": 1, "author": "Rita", "note": "at last" }).to_string();
    let published = server.post("/v1/rules/publish", &headers, &publish);
    assert_eq!(published.status, 200, "{}", published.text);
    let list = json!({ "name": "staff", "effect": "allow", "of": "account" }).to_string();
    assert!(server.post("/v1/lists", &headers, &list).status < 300);
    let output = rightful().args(["audit", "shop", "--json", "--data"]).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let find = |change: &str| all.iter().find(|row| row["change"] == change).unwrap_or_else(|| panic!("{all:?}"));
    let order: Vec<&str> = all.iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(
        order,
        ["application.made", "application.changed", "keys.changed", "rules.edited", "rules.published", "list.made"]
    );
    assert_eq!(find("application.made")["detail"], "\"shop\", observe");
    assert_eq!(find("application.changed")["detail"], "mode: \"observe\" → \"enforce\"");
    assert_eq!(find("keys.changed")["detail"], format!("added rupt {}", new["name"].as_str().unwrap()));
    let step = find("rules.published");
    assert!(step["by"].as_str().unwrap().starts_with("Rita (key-"), "{step}");
    assert_eq!(step["detail"], "revision 2, version 1 in effect: at last");
    // Settings and keys are the operator's, and dated by themselves: nothing was received that could date them.
    let times: Vec<&str> = all.iter().map(|row| row["at"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    for change in ["application.made", "application.changed", "keys.changed"] {
        assert_eq!(find(change)["by"], "operator", "{change}");
    }
    assert!(find("list.made")["by"].as_str().unwrap().starts_with("key-"));
    assert!(!String::from_utf8_lossy(&output.stdout).contains(key));
    let text = rightful().args(["audit", "--limit", "1", "--data"]).arg(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.lines().count() == 1 && text.contains("list.made"), "{text}");
}
