//! Hooks through the API of a real server: who may ask, what is answered, and what is found again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app, rightful};

/// A server with one application.
struct Shop {
    _folder: tempfile::TempDir,
    server: Server,
    bearer: String,
    application: String,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &[]);
        let server = Server::start(&data);
        let bearer = format!("Bearer {}", keys["native"]["api_key"].as_str().unwrap());
        let application = keys["application_id"].as_str().unwrap().to_owned();
        Self { _folder: folder, server, bearer, application }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.server.ask(method, path, &[("authorization", &self.bearer)], body)
    }

    fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &body.to_string())
    }

    /// The same on the command line.
    fn command(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = rightful();
        command.args(["app", "hook"]).args(arguments).arg("--data").arg(&self.server.data);
        let output = command.output().unwrap();
        let said = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8(said).unwrap())
    }
}

#[test]
fn a_hook_lives_as_its_application_asks() {
    let shop = Shop::new();
    let made = shop.post("/v1/hooks", json!({"url": "https://hooks.example/in"}));
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/v1/hooks/{}", made["id"].as_str().unwrap());
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let expected = json!({
        "id": made["id"], "style": "standard", "url": "https://hooks.example/in", "enabled": true, "has_secret": true,
        "earlier_secret_until": null, "n_waiting": 0, "n_undelivered": 0, "failing_since": null,
    });
    assert_eq!(shown, expected, "the secret is shown once");
    assert_eq!(shop.ask("GET", "/v1/hooks", "").json(), json!({"items": [expected]}));
    assert_eq!(shop.ask("GET", &path, "").json(), expected);

    let off = shop.ask("PUT", &path, r#"{"enabled": false}"#).json();
    assert_eq!((&off["enabled"], &off["url"]), (&json!(false), &json!("https://hooks.example/in")));
    assert_eq!(shop.ask("POST", &format!("{path}/test"), "").status, 400);
    let rotated = shop.ask("POST", &format!("{path}/rotate"), "").json();
    assert_ne!(rotated["secret"], made["secret"]);
    assert!(rotated["earlier_secret_until"].is_string());
    for list in ["deliveries", "undelivered?limit=500"] {
        let empty = shop.ask("GET", &format!("{path}/{list}"), "");
        assert_eq!((empty.status, empty.json()), (200, json!({"items": [], "next_cursor": null})), "{list}");
    }
    assert_eq!(shop.ask("POST", &format!("{path}/redeliver"), "").json(), json!({"n_messages": 0}));
    assert_eq!(shop.ask("DELETE", &path, "").status, 204);
    assert_eq!(shop.ask("DELETE", &path, "").status, 404);
}

#[test]
fn what_is_no_hook_is_refused_with_its_place() {
    let shop = Shop::new();
    let check = |body: Value, place: &str| {
        let answer = shop.post("/v1/hooks", body.clone());
        assert_eq!((answer.status, answer.json()["errors"][0]["path"].as_str()), (400, Some(place)), "{body}");
    };
    check(json!({}), "url");
    check(json!({"url": "https://hooks.example/", "style": "slack"}), "style");
    check(json!({"url": "https://hooks.example/", "secret": "short"}), "secret");
    check(json!({"url": "https://hooks.example/", "stile": "rupt"}), "stile");
    let slip = shop.ask("PUT", "/v1/hooks/hook_0", r#"{"enable": false}"#);
    assert_eq!((slip.status, slip.json()["errors"][0]["path"].as_str()), (400, Some("enable")));
    assert!(slip.text.contains("did you mean enabled?"), "{}", slip.text);
    let plain = shop.post("/v1/hooks", json!({"url": "http://hooks.example/"}));
    assert!(plain.text.contains("must be https"), "{}", plain.text);
    for url in [
        "https://[fe80::1%25eth0]/",
        "https://vault.internal/",
        "https://printer.local/",
        "https://intranet/",
        "http://hooks.example/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost./",
        "https://169.254.169.254/latest/meta-data/",
        "https://ann:secret@hooks.example/",
        "https://hooks.example:22/",
        "ftp://hooks.example/",
        "hooks.example",
    ] {
        check(json!({ "url": url }), "url");
    }
    assert_eq!(shop.ask("GET", "/v1/hooks", "").json(), json!({"items": []}));
    assert_eq!(shop.server.ask("GET", "/v1/hooks", &[("authorization", "Bearer no")], "").status, 401);
    assert_eq!(shop.ask("GET", "/v1/hooks/hook_0/deliveries", "").status, 404);
    assert_eq!(shop.ask("GET", "/v1/hooks/hook_0/deliveries?limit=0", "").status, 400);
}

#[test]
fn the_command_line_does_the_same() {
    let shop = Shop::new();
    let (is_done, said) = shop.command(&["add", &shop.application, "https://hooks.example/in", "--json"]);
    assert!(is_done, "{said}");
    let made: Value = serde_json::from_str(&said).unwrap();
    let (hook, id) = (made["hook"].as_str().unwrap(), shop.application.as_str());
    let (_, said) = shop.command(&["rotate", id, hook, "--json"]);
    let rotated: Value = serde_json::from_str(&said).unwrap();
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(shop.command(&["undelivered", id, hook, "--json"]), (true, "[]\n".into()));
    assert_eq!(shop.command(&["log", id, hook]), (true, "Nothing was sent yet.\n".into()));
    let (_, said) = shop.command(&["redeliver", id, hook, "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), json!({"n_messages": 0}));
    let (_, said) = shop.command(&["change", id, hook, "--enabled", "false"]);
    assert!(said.contains("(off)"), "{said}");
    let (is_done, said) = shop.command(&["test", id, hook]);
    assert!(!is_done && said.contains("--enabled true"), "{said}");
    let (is_done, said) = shop.command(&["redeliver", id, hook, "msg"]);
    assert!(!is_done && said.contains("is no message's id"), "{said}");
    let (_, said) = shop.command(&["change", id, hook, "--enabled", "true", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()[0]["enabled"], true);
    let (_, said) = shop.command(&["list", id, "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()[0]["id"], hook);
    assert_eq!(shop.command(&["remove", id, hook, "--json"]), (true, "[]\n".into()));
}

#[test]
fn whose_key_changed_a_hook_is_in_the_audit() {
    let shop = Shop::new();
    let made = shop.post("/v1/hooks", json!({"url": "https://hooks.example/in"})).json();
    let path = format!("/v1/hooks/{}", made["id"].as_str().unwrap());
    assert_eq!(shop.ask("PUT", &path, r#"{"enabled": false}"#).status, 200);
    assert_eq!(shop.ask("POST", &format!("{path}/rotate"), "").status, 200);
    assert_eq!(shop.ask("DELETE", &path, "").status, 204);
    let (was_added, said) = shop.command(&["add", &shop.application, "https://hooks.example/in"]);
    assert!(was_added, "{said}");
    let output = rightful().args(["audit", "--json", "--data"]).arg(&shop.server.data).output().unwrap();
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let (made, changed) = all.split_first().unwrap();
    assert_eq!(made["by"], "operator");
    let hands: Vec<&str> = changed.iter().map(|row| row["by"].as_str().unwrap()).collect();
    let key = hands[0];
    assert!(key.starts_with("key-"), "{key}");
    assert_eq!(hands, [key, key, key, key, "operator"]);
    assert_eq!(changed[2]["detail"], "the secret of a hook");
    assert!(changed.iter().all(|row| row["at"].is_string()), "{changed:?}");
}
