//! Lists through the door: from a file of lines to a login that is kept out, and back to a file.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

struct Caller {
    _folder: tempfile::TempDir,
    server: Server,
    bearer: String,
}

impl Caller {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys: Value = create_app(&folder.path().join("data"), &[]);
        let bearer = format!("Bearer {}", keys["native"]["api_key"].as_str().unwrap());
        let server = Server::start(&folder.path().join("data"));
        Self { _folder: folder, server, bearer }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.get(path, &[("authorization", &self.bearer)])
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.server.post(path, &[("authorization", &self.bearer)], body.to_string())
    }

    fn login(&self, ip: &str) -> Value {
        let body = json!({ "action": "login", "outcome": "succeeded", "account": "ann", "network": { "ip": ip } });
        self.post("/v1/assessments", &body).json()
    }
}

#[test]
fn a_list_is_imported_decides_and_is_exported() {
    let caller = Caller::new();
    let made = caller.post("/v1/lists", &json!({ "name": "leak", "effect": "block", "of": "address" }));
    assert_eq!((made.status, made.json()["n_entries"].as_u64()), (201, Some(0)), "{}", made.text);
    let lines = "value,note\n192.0.2.0/24,seen\nnonsense,\n::ffff:198.51.100.7,\n";
    let headers = [("authorization", caller.bearer.as_str()), ("content-type", "text/csv")];
    let report = caller.server.post("/v1/lists/leak/import", &headers, lines).json();
    assert_eq!((report["n_added"].as_u64(), report["n_refused"].as_u64()), (Some(2), Some(1)));
    assert_eq!(report["refused"][0]["line"], 3);
    for (ip, verdict) in [
        ("192.0.2.9", "deny"),
        ("198.51.100.7", "deny"),
        ("203.0.113.1", "allow"),
        // Behind a translator, and in a tunnel.
        ("64:ff9b::192.0.2.9", "deny"),
        ("2002:c633:6407::1", "deny"),
        ("64:ff9b::203.0.113.1", "allow"),
    ] {
        assert_eq!(caller.login(ip)["verdict"], verdict, "{ip}");
    }
    assert_eq!(caller.login("192.0.2.9")["lists"], json!(["leak"]));
    let found = caller.get("/v1/lists/lookup?ip=192.0.2.9").json();
    assert_eq!(
        (&found["items"][0]["list"], &found["items"][0]["entry"]["value"]),
        (&json!("leak"), &json!("192.0.2.0/24"))
    );
    let exported = caller.get("/v1/lists/leak/export?format=csv");
    let mut lines: Vec<&str> = exported.text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2], "value,expires_at,note,author,added_at");
    // Who put it there is named by the key, if not by the entry.
    assert!(lines[0].starts_with("192.0.2.0/24,,seen,key-"), "{}", lines[0]);
    // Letting in goes first.
    caller.post("/v1/lists", &json!({ "name": "vip", "effect": "allow", "of": "account" }));
    let put = caller.post("/v1/lists/vip/entries", &json!({ "entries": ["ann", { "value": "" }] })).json();
    assert_eq!((put["n_added"].as_u64(), put["refused"][0]["line"].as_u64()), (Some(1), Some(2)));
    assert_eq!(caller.login("192.0.2.9")["verdict"], "allow");
    let entry = caller.get("/v1/lists/leak/entries/192.0.2.0%2F24");
    assert_eq!((entry.status, entry.json()["note"].as_str()), (200, Some("seen")));
}

#[test]
fn what_is_wrong_is_refused_with_what_is_wrong() {
    let caller = Caller::new();
    caller.post("/v1/lists", &json!({ "name": "nets", "effect": "watch", "of": "address" }));
    for (path, body, status) in [
        ("/v1/lists", json!({ "name": "lookup", "effect": "watch", "of": "address" }), 400),
        ("/v1/lists", json!({ "name": "nets", "effect": "watch", "of": "account" }), 400),
        ("/v1/lists", json!({ "name": "n", "effect": "ban", "of": "account" }), 400),
        ("/v1/lists", json!({ "name": "n", "effect": "watch", "of": "account", "notes": "x" }), 400),
        ("/v1/lists/nets/entries", json!({ "value": "192.0.2.7", "expires": "2031-01-01T00:00:00Z" }), 400),
        ("/v1/lists/nets/entries", json!({ "entries": [], "expires_at": null }), 400),
        ("/v1/lists/none/entries", json!({ "value": "192.0.2.7" }), 404),
        ("/v1/lists/nets/entries", json!({ "value": "192.0.2.7/24" }), 400),
        ("/v1/lists/nets/entries", json!({ "value": "192.0.2.7", "expires_at": "2001-01-01T00:00:00Z" }), 400),
        ("/v1/lists/nets/import", json!({ "value": "192.0.2.7" }), 415),
    ] {
        let answer = caller.post(path, &body);
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
    }
    for (path, status) in [
        ("/v1/lists/none", 404),
        ("/v1/lists/nets/entries/192.0.2.7", 404),
        ("/v1/lists/lookup", 400),
        ("/v1/lists/lookup?ip=x", 400),
        ("/v1/lists/nets/entries?limit=0", 400),
    ] {
        assert_eq!(caller.get(path).status, status, "{path}");
    }
}

#[test]
fn a_wide_network_is_not_let_in() {
    let caller = Caller::new();
    caller.post("/v1/lists", &json!({ "name": "in", "effect": "allow", "of": "address" }));
    let put = caller.post("/v1/lists/in/entries", &json!({ "entries": ["0.0.0.0/0", "::/0", "192.0.2.0/24"] })).json();
    assert_eq!((put["n_added"].as_u64(), put["n_refused"].as_u64()), (Some(1), Some(2)), "{put}");
    // A list that blocks may have one, and then cannot become one that lets in.
    caller.post("/v1/lists", &json!({ "name": "out", "effect": "block", "of": "address" }));
    assert_eq!(caller.post("/v1/lists/out/entries", &json!({ "value": "0.0.0.0/0" })).status, 200);
    let turned = caller.post("/v1/lists", &json!({ "name": "out", "effect": "allow", "of": "address" }));
    assert_eq!(turned.status, 400, "{}", turned.text);
    assert!(turned.text.contains("too wide to be let in"), "{}", turned.text);
}

/// [The guide](../../../docs/guides/lists.md) says what opens a closed account again, and what that does.
#[test]
fn an_account_closed_by_mistake_is_opened_again_by_somebody_who_answers_for_it() {
    let caller = Caller::new();
    let from = |device: &str| -> Value {
        let body = json!({
            "action": "login", "outcome": "succeeded", "account": "ann",
            "network": { "ip": "192.0.2.7" }, "device": { "id": device },
        });
        caller.post("/v1/assessments", &body).json()
    };
    let note = |body: &Value| caller.post("/v1/accounts/ann/notes", body);
    for _ in 0..3 {
        assert_eq!(from("phone")["verdict"], "allow");
    }
    assert_eq!(note(&json!({ "closed": true })).status, 200);
    assert_eq!(from("phone")["verdict"], "deny");
    for (body, at) in [
        (json!({ "closed": false }), "\"path\":\"comment\""),
        (json!({ "closed": false, "comment": "", "reviewer": { "name": "Rita" } }), "\"path\":\"comment\""),
        (json!({ "closed": false, "comment": "the wrong Ann" }), "\"path\":\"reviewer\""),
        (json!({ "closed": false, "comment": "the wrong Ann", "reviewer": {} }), "\"path\":\"reviewer\""),
    ] {
        let refused = note(&body);
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        assert!(refused.text.contains(at), "{body}: {}", refused.text);
        assert_eq!(from("phone")["verdict"], "deny");
    }
    let opened = note(&json!({ "closed": false, "comment": "the wrong Ann", "reviewer": { "name": "Rita" } })).json();
    assert_eq!(opened["closed_at"], Value::Null, "{opened}");
    let reopened = &caller.get("/v1/accounts/ann").json()["reopened"];
    assert_eq!((&reopened["comment"], &reopened["reviewer"]["name"]), (&json!("the wrong Ann"), &json!("Rita")));
    let judged = from("phone");
    assert_eq!(judged["verdict"], "allow", "what was known of the account is known: {judged}");
    assert!(!judged["findings"].to_string().contains("PROFILE_DEVICE_NEW"), "{judged}");
    // It is judged and protected like any other.
    assert_eq!(
        caller.post("/v1/feedback", &json!({ "event_id": judged["event_id"], "kind": "confirmed_takeover" })).status,
        200
    );
    assert_eq!(from("strange")["verdict"], "challenge");
    assert_eq!(note(&json!({ "closed": true })).json()["reopened"], Value::Null);
}

/// Where nobody wants to answer for it, a list lets it in, and the account stays closed.
#[test]
fn an_account_closed_by_mistake_is_let_in_by_name_until_that_ends() {
    let caller = Caller::new();
    let from = |device: &str| -> Value {
        let body = json!({
            "action": "login", "outcome": "succeeded", "account": "ann",
            "network": { "ip": "192.0.2.7" }, "device": { "id": device },
        });
        caller.post("/v1/assessments", &body).json()
    };
    let is_new = |judged: &Value| judged["findings"].to_string().contains("PROFILE_DEVICE_NEW");
    for _ in 0..3 {
        assert_eq!(from("phone")["verdict"], "allow");
    }
    assert_eq!(caller.post("/v1/accounts/ann/notes", &json!({ "closed": true })).status, 200);
    for device in ["phone", "strange", "strange"] {
        assert_eq!(from(device)["verdict"], "deny", "{device}");
    }

    let list = |arguments: &[&str]| {
        let done = testkit::rightful().args(arguments).arg("--data").arg(&caller.server.data).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    list(&["list", "create", "shop", "reopened", "--effect", "allow", "--of", "account"]);
    list(&["list", "add", "shop", "reopened", "ann", "--note", "closed by mistake", "--author", "Rita"]);
    let judged = from("phone");
    assert_eq!((&judged["verdict"], &judged["lists"]), (&json!("allow"), &json!(["reopened"])));
    assert!(!is_new(&judged), "what was known of the account is known: {judged}");
    let judged = from("strange");
    assert_eq!(judged["verdict"], "allow", "whoever comes is let in: {judged}");
    assert!(is_new(&judged), "what was denied has taught nothing: {judged}");
    assert!(!is_new(&from("strange")), "what is let in teaches");
    let audit = list(&["audit", "shop"]);
    assert!(audit.contains("list.put") && audit.contains("operator: reopened, 1 entries"), "{audit}");
    let entry = caller.get("/v1/lists/reopened/entries/ann").json();
    assert_eq!((&entry["author"], &entry["note"]), (&json!("Rita"), &json!("closed by mistake")), "{entry}");
    let noted = caller.get("/v1/accounts/ann").json();
    assert!(noted["closed_at"].is_string(), "it stays closed: {noted}");

    list(&["list", "remove", "shop", "reopened", "ann"]);
    assert_eq!(from("phone")["verdict"], "deny");
}
