//! Applications' own rules through the door of a real server: written, published, rolled back, snoozed, counted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::Path;

use serde_json::{Value, json};
use testkit::{Answer, Server, create_app, rightful};

/// An application of a running server.
struct Shop {
    id: String,
    bearer: String,
}

impl Shop {
    fn new(data: &Path) -> Self {
        let keys = create_app(data, &[]);
        let id = keys["application_id"].as_str().unwrap().to_owned();
        Self { id, bearer: format!("Bearer {}", keys["native"]["api_key"].as_str().unwrap()) }
    }

    fn get(&self, server: &Server, path: &str) -> Value {
        server.get(path, &[("authorization", &self.bearer)]).json()
    }

    fn post(&self, server: &Server, path: &str, body: &Value) -> Answer {
        server.post(path, &[("authorization", &self.bearer)], body.to_string())
    }

    fn put(&self, server: &Server, name: &str, rule: &Value) -> Answer {
        server.put(&format!("/v1/rules/{name}"), &[("authorization", &self.bearer)], rule.to_string())
    }

    fn revision(&self, server: &Server) -> Value {
        self.get(server, "/v1/rules")["revision"].clone()
    }

    /// Takes a step at the revision of now.
    #[track_caller]
    fn step(&self, server: &Server, step: &str) -> Value {
        let body = json!({ "revision": self.revision(server), "note": step, "author": "Rita" });
        let answer = self.post(server, &format!("/v1/rules/{step}"), &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    #[track_caller]
    fn login(&self, server: &Server, account: &str) -> Value {
        let body =
            json!({ "action": "login", "account": account, "outcome": "succeeded", "custom": { "tier": "gold" } });
        let answer = self.post(server, "/v1/assessments", &body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

fn blocks(tier: &str) -> Value {
    json!({ "when": format!("custom.tier == '{tier}'"), "floor": "deny", "actions": ["login"] })
}

/// A command of the operator's; its output.
fn operator(data: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = rightful().args(arguments).arg("--data").arg(data).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn what_is_published_judges_the_next_login_of_its_application_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, bank) = (Shop::new(folder.path()), Shop::new(folder.path()));
    let server = Server::start(folder.path());
    let put = shop.put(&server, "gold", &blocks("gold"));
    assert_eq!((put.status, &put.json()["state"]), (200, &json!("added")), "{}", put.text);
    assert_eq!(shop.login(&server, "ann")["verdict"], "allow", "a draft judges nobody");
    let diff = shop.get(&server, "/v1/rules/diff");
    let words = "gold is added: actions [\"login\"], when \"custom.tier == 'gold'\", floor \"deny\"";
    assert_eq!(diff["rules"][0]["words"], words);
    let book = shop.step(&server, "publish");
    assert_eq!((&book["published"]["number"], &book["policy"]), (&json!(1), &json!("default-1+rules version 1")));
    let judged = shop.login(&server, "ann");
    assert_eq!((&judged["verdict"], &judged["rules"][0]["name"]), (&json!("deny"), &json!("gold")));
    assert_eq!(judged["policy"], json!({ "id": "default-1+rules", "version": 1 }));
    assert_eq!(bank.login(&server, "ann")["verdict"], "allow", "rules are their application's own");
    assert_eq!(bank.get(&server, "/v1/rules")["rules"], json!([]));
    server.kill();

    let server = Server::start(folder.path());
    assert_eq!(shop.login(&server, "ann")["verdict"], "deny", "as before the restart");
    // Somebody who looked at an earlier revision changes nothing.
    let stale = shop.post(&server, "/v1/rules/publish", &json!({ "revision": 0 }));
    assert_eq!((stale.status, &stale.json()["code"]), (409, &json!("rules_changed")), "{}", stale.text);
    shop.put(&server, "gold", &blocks("silver"));
    assert_eq!(shop.get(&server, "/v1/rules/gold")["state"], "changed");
    shop.step(&server, "publish");
    assert_eq!(shop.login(&server, "bob")["verdict"], "allow");
    let back = shop.step(&server, "rollback");
    assert_eq!((&back["published"]["number"], &back["published"]["restores"]), (&json!(3), &json!(1)));
    let judged = shop.login(&server, "bob");
    assert_eq!((&judged["verdict"], &judged["rules"][0]["version"]), (&json!("deny"), &json!(1)));
    let versions = shop.get(&server, "/v1/rules/versions");
    let numbers: Vec<_> = versions["items"].as_array().unwrap().iter().map(|its| its["number"].clone()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(shop.get(&server, "/v1/rules/versions/2")["rules"][0]["when"], "custom.tier == 'silver'");
}

#[test]
fn a_typo_is_refused_with_what_was_meant_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let refused = shop.put(&server, "abroad", &json!({ "when": "score > 1 &&\n  ip.contry == 'DE'", "floor": "deny" }));
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.content_type.starts_with("application/problem+json"));
    let told = refused.json();
    assert_eq!(told["code"], "rules_invalid");
    assert_eq!(
        told["errors"],
        json!([{
            "rule": "abroad", "key": "when", "line": 2, "column": 3, "suggestion": "ip.country",
            "detail": "unknown name `ip.contry`, did you mean `ip.country`?",
            "pointed": "  ip.contry == 'DE'\n  ^^^^^^^^^",
        }])
    );
    let refused = shop.put(&server, "abroad", &json!({ "whne": "true" })).json();
    let error = &refused["errors"][0];
    assert_eq!((&error["key"], &error["suggestion"]), (&json!("whne"), &json!("when")), "{refused}");
    let refused = shop.put(&server, "abroad", &json!({ "when": "true", "floor": "denny" })).json();
    assert_eq!(refused["errors"][0]["suggestion"], "deny", "{refused}");
    let bomb = format!("{}score > 1{}", "(".repeat(100_000), ")".repeat(100_000));
    let refused = shop.put(&server, "abroad", &json!({ "when": bomb }));
    assert_eq!(refused.status, 400, "{}", refused.text);
    let reserved = operator(folder.path(), &["rules", "show", &shop.id, "diff"]);
    assert!(reserved.unwrap_err().contains("there is no rule"));
    let check = shop.post(&server, "/v1/rules/check", &json!({ "rule": { "when": "scroe > 1" } }));
    assert_eq!((check.status, &check.json()["errors"][0]["suggestion"]), (400, &json!("score")), "{}", check.text);
    let many: String = (0..501).map(|n| format!("[[rules]]\nname = \"r{n}\"\nwhen = 'true'\n")).collect();
    let refused = shop.post(&server, "/v1/rules/check", &json!({ "text": many }));
    assert!(refused.text.contains("at most 500"), "{}", refused.text);
    let fine = shop.post(&server, "/v1/rules/check", &json!({ "rule": { "when": "score > 1" } }));
    assert_eq!(fine.json(), json!({ "ok": true, "n_rules": 1, "warnings": [] }));
    assert_eq!(shop.revision(&server), 0, "nothing of it is kept");
}

#[test]
fn what_is_right_and_probably_not_meant_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let text = "[[rules]]\nname = \"abroad\"\nwhen = 'ip.country == \"UK\"'\nfloor = \"deny\"\n\n\
                [[rules]]\nname = \"mules\"\nwhen = 'event.hour > 23 || onList(\"mules\")'\n";
    let checked = shop.post(&server, "/v1/rules/check", &json!({ "text": text })).json();
    let [abroad, night, mules] = &checked["warnings"].as_array().unwrap()[..] else { panic!("{checked}") };
    assert_eq!(
        *abroad,
        json!({
            "rule": "abroad", "key": "when", "line": 3, "column": 23, "suggestion": "GB",
            "detail": "no country has the code \"UK\", did you mean \"GB\"?",
            "pointed": "ip.country == \"UK\"\n              ^^^^",
        })
    );
    assert_eq!(night["detail"], "this is never true: `event.hour` is 0 to 23");
    assert_eq!((&mules["line"], &mules["column"]), (&json!(8), &json!(35)));
    assert_eq!(mules["detail"], "there is no list \"mules\" yet, so nothing is on it");
    // It is taken all the same, and told of the draft until it is mended.
    shop.put(&server, "mules", &json!({ "when": "onList('mules')", "floor": "deny" }));
    assert_eq!(shop.get(&server, "/v1/rules")["warnings"].as_array().unwrap().len(), 1);
    assert!(
        operator(folder.path(), &["rules", "list", &shop.id]).unwrap().contains("warning: mules: 1:8: there is no")
    );
    operator(folder.path(), &["list", "create", &shop.id, "mules", "--of", "account", "--effect", "watch"]).unwrap();
    assert_eq!(shop.get(&server, "/v1/rules")["warnings"], json!([]));
}

#[test]
fn a_book_as_long_as_they_may_be_comes_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    let note = "\\\"".repeat(500);
    let rule = |n: usize| format!("[[rules]]\nname = \"r{n}\"\nwhen = 'score > 1'\nnote = \"{note}\"\n");
    let text: String = (0..400).map(rule).collect();
    assert!(text.len() > 300_000);
    let checked = shop.post(&server, "/v1/rules/check", &json!({ "text": text }));
    assert_eq!((checked.status, &checked.json()["n_rules"]), (200, &json!(400)), "{}", checked.text);
}

#[test]
fn where_publishing_takes_two_nobody_does_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    operator(folder.path(), &["rules", "second-person", &shop.id, "on"]).unwrap();
    shop.put(&server, "gold", &blocks("gold"));
    let book = shop.step(&server, "publish");
    assert_eq!((&book["published"], &book["proposal"]["author"]), (&Value::Null, &json!("Rita")));
    assert_eq!(shop.login(&server, "ann")["verdict"], "allow");
    let own = shop.post(&server, "/v1/rules/approve", &json!({ "revision": shop.revision(&server) }));
    assert_eq!((own.status, &own.json()["code"]), (403, &json!("forbidden")), "{}", own.text);
    let said = own.json()["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("another key of the application, or by the operator"), "{said}");
    operator(folder.path(), &["rules", "approve", &shop.id, "--author", "Otto"]).unwrap();
    assert_eq!(shop.login(&server, "ann")["verdict"], "deny");
    let published = shop.get(&server, "/v1/rules")["published"].clone();
    assert_eq!((&published["author"], &published["approved_by"]), (&json!("Rita"), &json!("Otto")));
    // And the other way round.
    operator(folder.path(), &["rules", "remove", &shop.id, "gold"]).unwrap();
    operator(folder.path(), &["rules", "publish", &shop.id]).unwrap();
    // Another name is no other hand, and who is sent on is not sent back to where they stand.
    let said = operator(folder.path(), &["rules", "approve", &shop.id, "--author", "Olga"]).unwrap_err();
    assert!(said.contains("proposed on the command line") && said.contains("POST /v1/rules/approve"), "{said}");
    assert!(!said.contains("the operator"), "{said}");
    shop.step(&server, "approve");
    assert_eq!(shop.login(&server, "ann")["verdict"], "allow");
}

#[test]
fn a_snoozed_rule_lets_its_account_be_and_all_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let server = Server::start(folder.path());
    shop.put(&server, "gold", &blocks("gold"));
    let mut shadow = blocks("gold");
    shadow["mode"] = json!("shadow");
    shop.put(&server, "watch", &shadow);
    shop.step(&server, "publish");
    let bad = shop.login(&server, "bob");
    let snooze = json!({ "account": "ann", "minutes": 60, "note": "on the phone" });
    let snoozed = shop.post(&server, "/v1/rules/gold/snoozes", &snooze);
    assert_eq!((snoozed.status, &snoozed.json()["note"]), (201, &json!("on the phone")), "{}", snoozed.text);
    let judged = shop.login(&server, "ann");
    assert_eq!(judged["verdict"], "allow");
    let rule = judged["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "gold").unwrap();
    assert_eq!(rule["snoozed"], true);
    let feedback = json!({ "kind": "confirmed_takeover", "event_id": bad["id"] });
    for _ in 0..2 {
        let said = shop.post(&server, "/v1/feedback", &feedback);
        assert_eq!(said.status, 200, "{}", said.text);
    }
    let total = json!({
        "asked": 2, "matched": 2, "shadow": 0, "snoozed": 1,
        "changed": [{ "from": "allow", "to": "deny", "n": 2 }], "good": 0, "bad": 1,
    });
    assert_eq!(shop.get(&server, "/v1/rules/gold/counts")["total"], total);
    assert!(server.stop(), "what is counted is kept");

    let server = Server::start(folder.path());
    let counts = shop.get(&server, "/v1/rules/watch/counts");
    assert_eq!((&counts["total"]["shadow"], &counts["days"][0]["version"]), (&json!(2), &json!(1)));
    let shown = shop.get(&server, "/v1/rules/gold");
    assert_eq!((&shown["counts"], &shown["n_snoozed"]), (&total, &json!(1)));
    assert_eq!(shop.get(&server, "/v1/rules/gold/snoozes")["items"][0]["account"], "ann");
    let header = [("authorization", shop.bearer.as_str())];
    assert_eq!(server.delete("/v1/rules/gold/snoozes/ann", &header).status, 204);
    assert_eq!(server.delete("/v1/rules/gold/snoozes/ann", &header).status, 404);
    assert_eq!(shop.login(&server, "ann")["verdict"], "deny");
    let unknown = shop.post(&server, "/v1/rules/silver/snoozes", &snooze);
    assert_eq!(unknown.status, 404, "{}", unknown.text);
}

#[test]
fn an_operator_does_the_same_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(folder.path());
    let file = folder.path().join("rules.toml");
    let text = "[[rules]]\nname = \"gold\"\nwhen = \"custom.tier == 'gold'\"\nfloor = \"deny\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    operator(folder.path(), &["rules", "import", &shop.id, file]).unwrap();
    operator(folder.path(), &["rules", "publish", &shop.id, "--note", "first"]).unwrap();
    let server = Server::start(folder.path());
    assert_eq!(shop.login(&server, "ann")["verdict"], "deny");
    let exported = operator(folder.path(), &["rules", "export", &shop.id]).unwrap();
    let expected = "[[rules]]\nname = \"gold\"\nversion = 1\nwhen = \"custom.tier == 'gold'\"\nfloor = \"deny\"\n\
                    author = \"operator\"\n";
    assert_eq!(exported, expected);
    let list = operator(folder.path(), &["rules", "list", &shop.id, "--json"]).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((&list["published"]["note"], &list["rules"][0]["counts"]["matched"]), (&json!("first"), &json!(1)));
    std::fs::write(file, text.replace("custom.tier", "custm.tier")).unwrap();
    let refused = operator(folder.path(), &["rules", "put", &shop.id, file]).unwrap_err();
    assert!(refused.contains("1:1: unknown name `custm.tier`"), "{refused}");
    operator(folder.path(), &["rules", "snooze", &shop.id, "gold", "ann", "--minutes", "5"]).unwrap();
    assert_eq!(shop.login(&server, "ann")["verdict"], "allow");
}

#[test]
fn a_ready_rule_is_put_in_edited_and_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let shop = Shop::new(folder.path());
    let install = |id: &str, body: &Value| shop.post(&server, &format!("/v1/rules/library/{id}/install"), body);
    let answer = install("login-tor", &json!({ "author": "Rita" }));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rule = answer.json()["rule"].clone();
    let keys = (&rule["mode"], &rule["library"], &rule["library_version"], &rule["author"]);
    assert_eq!(keys, (&json!("shadow"), &json!("login-tor"), &json!(1), &json!("Rita")), "{rule}");
    assert_eq!(install("login-tor", &json!({})).status, 409);
    assert_eq!(install("login-toor", &json!({})).status, 404);
    assert_eq!(install("login-automation", &json!({ "mode": "loud" })).status, 400);

    // Enabled, and changed here.
    let mut edited = rule;
    for (key, value) in [("mode", "active"), ("floor", "deny")] {
        edited[key] = value.into();
    }
    let answer = shop.put(&server, "login-tor", &edited);
    assert_eq!(answer.status, 200, "{}", answer.text);
    shop.step(&server, "publish");
    let library = shop.get(&server, "/v1/rules/library");
    let items = library["items"].as_array().unwrap();
    assert!(items.len() >= 40);
    let ready = items.iter().find(|ready| ready["id"] == "login-tor").unwrap();
    let installed = json!([{ "name": "login-tor", "version": 1, "is_outdated": false, "edited": ["floor"] }]);
    assert_eq!(ready["installed"], installed);
    let updates = shop.post(&server, "/v1/rules/library/update", &json!({}));
    assert_eq!((updates.status, &updates.json()["items"]), (200, &json!([])));
    assert_eq!(shop.post(&server, "/v1/rules/library/update", &json!({ "ids": ["nothing"] })).status, 404);

    operator(folder.path(), &["rules", "install", &shop.id, "stuffing-hit", "mfa-fatigue", "--mode", "active"])
        .unwrap();
    let told = operator(folder.path(), &["rules", "update", &shop.id]).unwrap();
    assert!(told.contains("up to date"), "{told}");
    let names: Vec<Value> = shop.get(&server, "/v1/rules")["rules"].as_array().unwrap().to_vec();
    assert!(names.iter().any(|rule| rule["name"] == "mfa-fatigue" && rule["rule"]["mode"] == "active"));
}
