//! Sumsub's words on a running server: each status and each webhook, reached from outside by API and received.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "sumsub_cases/contested.rs"]
mod contested;
#[path = "sumsub_cases/receiver.rs"]
mod receiver;
mod testkit;

use std::sync::atomic::{AtomicU32, Ordering};

use receiver::{Message, Receiver};
use ring::hmac;
use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

const NEW: &str = "/resources/applicants/-/kyt/txns/-/data?levelName=basic-kyc";
/// Every type that a hook may ask for.
const TYPES: [&str; 11] = [
    "applicantKytTxnCreated",
    "applicantKytTxnApproved",
    "applicantKytTxnRejected",
    "applicantKytTxnReviewed",
    "applicantKytOnHold",
    "applicantKytTxnAwaitingUser",
    "applicantKytTxnDataChanged",
    "applicantKytTxnDeleted",
    "kytCaseCreated",
    "kytCaseReviewed",
    "kytCaseStatusChanged",
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server with one application, whose rules hold, ask about or refuse what is marked so.
struct Bank {
    _folder: tempfile::TempDir,
    server: Server,
    keys: Value,
    n: AtomicU32,
}

impl Bank {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &["--test"]);
        let server = Server::start_with(&data, &[("RIGHTFUL_HOOKS__ALLOW_PRIVATE_ADDRESSES", "true")]);
        let bank = Self { _folder: folder, server, keys, n: AtomicU32::new(0) };
        bank.publish("held", json!({ "when": "custom.mark == 'held'", "queue": "payouts" }));
        bank.publish("asked", json!({ "when": "custom.mark == 'asked'", "floor": "challenge" }));
        bank.publish("refused", json!({ "when": "custom.mark == 'refused'", "floor": "deny" }));
        let revision = bank.own("GET", "/v1/rules", "").json()["revision"].clone();
        let published = bank.own("POST", "/v1/rules/publish", &json!({ "revision": revision }).to_string());
        assert_eq!(published.status, 200, "{}", published.text);
        bank
    }

    fn publish(&self, name: &str, rule: Value) {
        let put = self.own("PUT", &format!("/v1/rules/{name}"), &rule.to_string());
        assert_eq!(put.status, 200, "{}", put.text);
    }

    /// By our own API.
    fn own(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.keys["native"]["api_key"].as_str().unwrap());
        self.server.ask(method, path, &[("authorization", &bearer), ("content-type", "application/json")], body)
    }

    /// Signed, as the vendor's documentation says.
    fn signed(&self, method: &str, path: &str, body: &str) -> Answer {
        let [token, secret] = ["app_token", "secret_key"].map(|name| self.keys["sumsub"][name].as_str().unwrap());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = hex(hmac::sign(&key, format!("{now}{method}{path}{body}").as_bytes()).as_ref());
        let headers = [
            ("x-app-token", token),
            ("x-app-access-ts", &now),
            ("x-app-access-sig", &signature),
            ("content-type", "application/json"),
        ];
        self.server.ask(method, path, &headers, body)
    }

    /// A login that a rule finds by its mark.
    #[track_caller]
    fn submit(&self, mark: &str) -> Value {
        let n = self.n.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "txnId": format!("txn-{n}"),
            "type": "userPlatformEvent",
            "applicant": { "externalUserId": format!("user-{n}"), "device": { "fingerprint": format!("phone-{n}") } },
            "userPlatformEventInfo": { "type": "login" },
            "props": { "mark": mark },
        });
        let answer = self.signed("POST", NEW, &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// A hook that is told everything.
    fn hook(&self, url: &str, algorithm: &str, secret: &str) -> Value {
        let wish = json!({
            "name": algorithm, "target": url, "targetType": "http", "types": TYPES, "secretKey": secret,
            "signatureAlgorithm": algorithm,
        });
        let made = self.signed("POST", "/resources/api/agent/clientWebhooks", &wish.to_string());
        assert_eq!(made.status, 200, "{}", made.text);
        made.json()
    }

    #[track_caller]
    fn case(&self, id: &str, what: &str, body: Value) -> Value {
        let answer = self.own("POST", &format!("/v1/cases/{id}/{what}"), &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn status(&self, id: &str) -> Value {
        self.signed("GET", &format!("/resources/kyt/txns/{id}/one"), "").json()["review"].clone()
    }
}

fn id_of(transaction: &Value) -> &str {
    transaction["id"].as_str().unwrap()
}

/// The types of messages with their statuses and answers, in the order in which they came.
fn told(messages: &[Message]) -> Vec<String> {
    let of = |message: &Message| {
        let body = message.json();
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        [word(&body["type"]), word(&body["reviewStatus"]), word(&body["reviewResult"]["reviewAnswer"])].join(" ")
    };
    messages.iter().map(of).collect()
}

/// Lets a transaction go through something, and checks what its hook is told, and when.
#[track_caller]
fn check(bank: &Bank, receiver: &Receiver, mark: &str, then: impl FnOnce(&str), expected: &[&str]) -> Vec<Message> {
    let transaction = bank.submit(mark);
    then(id_of(&transaction));
    let messages = receiver.take(expected.len());
    assert_eq!(told(&messages), expected, "{mark}");
    messages
}

#[test]
fn each_status_is_reached_and_told_in_order() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let check = |mark: &str, then: &dyn Fn(&str), expected: &[&str]| check(&bank, &receiver, mark, then, expected);
    let nothing = |_: &str| {};

    check("fine", &nothing, &["applicantKytTxnCreated init -", "applicantKytTxnApproved completed GREEN"]);
    check("refused", &nothing, &["applicantKytTxnCreated init -", "applicantKytTxnRejected completed RED"]);
    let held = ["applicantKytTxnCreated init -", "applicantKytOnHold onHold -", "kytCaseCreated init -"];
    let messages = check("held", &nothing, &held);
    assert!(messages.iter().all(|message| message.is_signed(hmac::HMAC_SHA256, "secret")));
    let case = messages.last().unwrap().json();
    assert_eq!(case["kytCaseId"].as_str().unwrap().len(), 32);
    assert_eq!(case["applicantId"], messages[1].json()["applicantId"]);
    assert_eq!(messages[0].json().get("applicantId"), None);

    // Somebody works on it, and decides at once.
    let claim = |id: &str| {
        bank.case(id, "claim", json!({ "by": "ann" }));
        bank.case(id, "release", json!({ "by": "ann" }));
        bank.case(id, "decision", json!({ "by": "ann", "decision": "reject", "labels": ["FRAUD"], "at_once": true }));
    };
    let rest = [
        "kytCaseStatusChanged queued -",
        "kytCaseStatusChanged init -",
        "applicantKytTxnRejected completed RED",
        "applicantKytTxnReviewed completed RED",
        "kytCaseReviewed completed RED",
        "kytCaseStatusChanged completed RED",
    ];
    let messages = check("held", &claim, &[&held[..], &rest].concat());
    let reviewed = messages[6].json();
    assert_eq!(reviewed["reviewResult"]["rejectLabels"], json!(["FRAUD"]));
    assert_eq!(reviewed["kytTxnId"], messages[0].json()["kytTxnId"]);

    // By the vendor's own path, of what nobody needed to decide; then changed, and deleted.
    let review = |id: &str| {
        let path = format!("/resources/kyt/txns/{id}");
        assert_eq!(
            bank.signed("POST", &format!("{path}/review/status/completed"), r#"{"reviewAnswer":"RED"}"#).status,
            200
        );
        assert_eq!(bank.signed("PATCH", &format!("{path}/props"), r#"{"tier":"vip"}"#).status, 200);
        assert_eq!(bank.signed("DELETE", &path, "").json(), json!({ "deleted": 1 }));
    };
    let rest = [
        "applicantKytTxnRejected completed RED",
        "applicantKytTxnReviewed completed RED",
        "applicantKytTxnDataChanged completed RED",
        "applicantKytTxnDeleted completed -",
    ];
    check(
        "fine",
        &review,
        &[&["applicantKytTxnCreated init -", "applicantKytTxnApproved completed GREEN"][..], &rest].concat(),
    );
}

#[test]
fn whoever_is_asked_completes_the_transaction() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let check = |mark: &str, then: &dyn Fn(&str), expected: &[&str]| check(&bank, &receiver, mark, then, expected);
    let held = ["applicantKytTxnCreated init -", "applicantKytOnHold onHold -", "kytCaseCreated init -"];
    // The person is asked by people, and answers by the link.
    let ask = |id: &str| {
        let asked = bank.case(id, "decision", json!({ "by": "ann", "decision": "ask_user", "at_once": true }));
        assert_eq!(asked["state"], "awaiting_user");
        answer(&bank, id, "yes");
        assert_eq!(bank.status(id)["reviewResult"], json!({ "reviewAnswer": "GREEN" }));
        assert_eq!(bank.own("GET", &format!("/v1/cases/{id}"), "").json()["state"], "decided");
    };
    let rest = [
        "applicantKytTxnAwaitingUser awaitingUser -",
        "kytCaseStatusChanged onHold -",
        "applicantKytTxnApproved completed GREEN",
        "kytCaseReviewed completed GREEN",
        "kytCaseStatusChanged completed GREEN",
    ];
    check("held", &ask, &[&held[..], &rest].concat());

    // The person is asked by a rule, and says no.
    let no = |id: &str| answer(&bank, id, "no");
    let expected = [
        "applicantKytTxnCreated init -",
        "applicantKytTxnAwaitingUser awaitingUser -",
        "applicantKytTxnRejected completed RED",
    ];
    check("asked", &no, &expected);
}

/// Lets the person answer who is asked.
#[track_caller]
fn answer(bank: &Bank, id: &str, says: &str) {
    let transaction = bank.signed("GET", &format!("/resources/kyt/txns/{id}/one"), "").json();
    let link = transaction["applicantActions"][0]["url"].as_str().unwrap();
    let path = &link[link.find("/resources/applicantActions").unwrap()..];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answered = bank.server.post(path, &form, format!("answer={says}"));
    assert_eq!(answered.status, 200, "{}", answered.text);
}

#[test]
fn each_digest_is_as_asked() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    let all = [
        ("HMAC_SHA1_HEX", hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        ("HMAC_SHA256_HEX", hmac::HMAC_SHA256),
        ("HMAC_SHA512_HEX", hmac::HMAC_SHA512),
    ];
    for (name, _) in all {
        bank.hook(&format!("{}/{name}", receiver.url), name, name);
    }
    bank.submit("fine");
    let messages = receiver.take(6);
    for (name, algorithm) in all {
        let path = format!("/{name}");
        let of: Vec<&Message> = messages.iter().filter(|message| message.path == path).collect();
        assert_eq!(of.iter().map(|message| message.kind()).collect::<Vec<_>>(), TYPES[..2]);
        for message in of {
            assert_eq!(message.header("x-payload-digest-alg"), name);
            assert!(message.is_signed(algorithm, name));
        }
    }
}

#[test]
fn a_receiver_that_was_away_is_told_each_status_in_its_order() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    receiver.answers(503);
    let hook = bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let transaction = bank.submit("held");
    assert_eq!(receiver.next().kind(), "applicantKytTxnCreated");
    bank.case(id_of(&transaction), "decision", json!({ "by": "ann", "decision": "approve", "at_once": true }));
    // It is back, and somebody says so: what was on hold then is told as on hold, though it is approved by now.
    receiver.answers(200);
    let back = json!({ "id": hook["id"], "name": "mended" });
    assert_eq!(bank.signed("PATCH", "/resources/api/agent/clientWebhooks", &back.to_string()).status, 200);
    let expected = [
        "applicantKytTxnCreated init -",
        "applicantKytOnHold onHold -",
        "kytCaseCreated init -",
        "applicantKytTxnApproved completed GREEN",
        "applicantKytTxnReviewed completed GREEN",
        "kytCaseReviewed completed GREEN",
        "kytCaseStatusChanged completed GREEN",
    ];
    assert_eq!(told(&receiver.take(expected.len())), expected);
}

#[test]
fn whose_key_changed_a_hook_or_had_it_told_again_is_in_the_audit() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    let hook = bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let change = |field: &str, value: Value| {
        let body = json!({ "id": hook["id"], field: value }).to_string();
        assert_eq!(bank.signed("PATCH", "/resources/api/agent/clientWebhooks", &body).status, 200);
    };
    change("secretKey", json!("another"));
    change("disabled", json!(true));
    bank.submit("fine");
    // What comes up for a hook that is off is given up, and kept.
    let listed = bank.own("GET", "/v1/hooks", "").json();
    let path = format!("/v1/hooks/{}", listed["items"][0]["id"].as_str().unwrap());
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while bank.own("GET", &path, "").json()["n_undelivered"] != json!(2) {
        assert!(std::time::Instant::now() < until, "{}", bank.own("GET", &path, "").text);
    }
    change("disabled", json!(false));
    let again = bank.own("POST", &format!("{path}/redeliver"), "");
    assert_eq!(again.json(), json!({ "n_messages": 2 }), "{}", again.text);
    assert_eq!(told(&receiver.take(2))[1], "applicantKytTxnApproved completed GREEN");

    let output = testkit::rightful().args(["audit", "--json", "--data"]).arg(&bank.server.data).output().unwrap();
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let (redelivered, changed): (Vec<&Value>, Vec<&Value>) = all
        .iter()
        .filter(|row| ["application.changed", "hook.redelivered"].contains(&row["change"].as_str().unwrap()))
        .partition(|row| row["change"] == "hook.redelivered");
    let hands: Vec<String> = changed.iter().map(|row| text(row, "by")).collect();
    assert_eq!(changed.len(), 4, "made, its secret, off, on: {all:?}");
    // The vendor's token did the one, our own key the other: the audit names each, and neither is the operator.
    assert!(hands.iter().all(|by| *by == bank.keys["sumsub"]["app_token"].as_str().unwrap()), "{hands:?}");
    assert_eq!(text(changed[1], "detail"), "the secret of a hook");
    let [redelivered] = &redelivered[..] else { panic!("{all:?}") };
    let by = text(redelivered, "by");
    assert!(by.starts_with("key-"), "{by}");
    assert!(text(redelivered, "detail").starts_with("2 messages of "), "{redelivered}");
    assert!(redelivered["at"].as_str() >= changed[3]["at"].as_str(), "{all:?}");
}

#[test]
fn tags_and_notes_are_kept_beside_a_transaction() {
    let bank = Bank::new();
    let transaction = bank.submit("fine");
    let path = format!("/resources/kyt/txns/{}", id_of(&transaction));
    let tags = format!("{path}/tags");
    assert_eq!(bank.signed("GET", &tags, "").json(), json!([]));
    let put = bank.signed("POST", &tags, r#"["Structuring","Anomaly med","Structuring"]"#);
    let tag = |label: &str| json!({ "label": label, "type": "userDefined" });
    assert_eq!((put.status, put.json()), (200, json!([tag("Structuring"), tag("Anomaly med")])));
    assert_eq!(bank.signed("DELETE", &tags, r#"["Anomaly med","never there"]"#).json(), json!([tag("Structuring")]));
    assert_eq!(bank.signed("GET", &format!("{path}/one"), "").json()["tags"], json!(["Structuring"]));
    assert_eq!(bank.signed("DELETE", &tags, r#"["Structuring"]"#).status, 204);

    let note = |method: &str, body: Value| bank.signed(method, "/resources/kyt/txns/notes", &body.to_string());
    let id = transaction["id"].clone();
    let first = note("POST", json!({ "txnId": id, "note": "one" })).json();
    assert_eq!((&first["txnId"], &first["note"], &first["createdBy"]), (&id, &json!("one"), &json!("api")), "{first}");
    let second = note("POST", json!({ "txnId": id, "note": "two" })).json();
    let edited = note("PATCH", json!({ "txnId": id, "id": second["id"], "note": "2" }));
    assert_eq!((edited.status, &edited.json()["note"]), (200, &json!("2")), "{}", edited.text);
    assert_eq!(note("DELETE", json!({ "txnId": id, "id": first["id"] })).json(), json!({ "ok": 1 }));
    assert_eq!(note("DELETE", json!({ "txnId": id, "id": first["id"] })).status, 404);
    assert_eq!(note("POST", json!({ "txnId": "00000000000070008000000000000000", "note": "n" })).status, 404);
    let all = bank.signed("GET", &format!("{path}/notes"), "").json();
    assert_eq!((&all["list"]["totalItems"], &all["list"]["items"][0]["note"]), (&json!(1), &json!("2")), "{all}");
}

#[test]
fn two_analysts_at_once_lose_nothing() {
    let bank = Bank::new();
    for _ in 0..12 {
        let id = id_of(&bank.submit("held")).to_owned();
        let post = |what: &str, body: Value| bank.own("POST", &format!("/v1/cases/{id}/{what}"), &body.to_string());
        // All at once: each claims, notes and decides.
        let answers: Vec<[Answer; 3]> = std::thread::scope(|scope| {
            let analysts = (0..8).map(|n| {
                let post = &post;
                scope.spawn(move || {
                    let by = format!("analyst {n}");
                    let claimed = post("claim", json!({ "by": by }));
                    let noted = post("notes", json!({ "by": by, "text": format!("seen by {n}") }));
                    let decision = if n % 2 == 0 { "approve" } else { "reject" };
                    [claimed, noted, post("decision", json!({ "by": by, "decision": decision }))]
                })
            });
            analysts.collect::<Vec<_>>().into_iter().map(|analyst| analyst.join().unwrap()).collect()
        });
        let won = |what: usize| (0..8).filter(|n| answers[*n][what].status == 200).collect::<Vec<_>>();
        let refused = answers.iter().flat_map(|[claim, _, decision]| [claim, decision]).filter(|it| it.status != 200);
        for answer in refused {
            assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("case_conflict")), "{}", answer.text);
        }
        assert_eq!(won(1).len(), 8, "every note is taken");
        let [decided] = won(2)[..] else { panic!("{:?} decided", won(2)) };
        assert!(won(0).contains(&decided), "who decides holds the case");
        let case = bank.own("GET", &format!("/v1/cases/{id}"), "").json();
        assert_eq!(case["notes"].as_array().unwrap().len(), 8);
        assert_eq!(case["decision"]["by"], format!("analyst {decided}"));
        assert_eq!(case["state"], "deciding");
        // One change each: the claims, the notes, the decision.
        assert_eq!(case["revision"], won(0).len() + 8 + 1);
    }
}

#[test]
fn queues_tell_how_long_they_wait_and_take_many_at_once() {
    let bank = Bank::new();
    let ids: Vec<String> = (0..4).map(|_| id_of(&bank.submit("held")).to_owned()).collect();
    bank.case(&ids[0], "claim", json!({ "by": "ann" }));
    bank.case(&ids[0], "decision", json!({ "by": "ann", "decision": "approve" }));
    assert_eq!(bank.case(&ids[0], "undo", json!({ "by": "ann" }))["state"], "open");
    let both = json!({ "by": "ann", "decision": "reject", "event_ids": [ids[1], ids[2], "01020304-0506-4007-8008-090a0b0c0d0e"], "at_once": true });
    let many = bank.own("POST", "/v1/cases/decisions", &both.to_string()).json();
    let states: Vec<&Value> = many["items"].as_array().unwrap().iter().map(|item| &item["case"]["state"]).collect();
    assert_eq!(states, [&json!("decided"), &json!("decided"), &Value::Null], "{many}");
    let times = bank.own("GET", "/v1/cases/times", "").json();
    let queue = &times["items"][0];
    let counted = ["queue", "n_waiting", "n_decided", "n_overdue", "n_asked"].map(|name| queue[name].clone());
    assert_eq!(counted, [json!("payouts"), json!(2), json!(2), json!(0), json!(0)], "{times}");
    let oldest = bank.own("GET", "/v1/cases?queue=payouts", "").json()["items"][0].clone();
    assert_eq!(
        (&oldest["event_id"].as_str().unwrap().replace('-', ""), &queue["oldest_opened_at"]),
        (&ids[0], &oldest["opened_at"])
    );
    assert!(
        queue["to_claim_s"]["p99"].is_u64() && queue["to_decide_s"]["p50"].is_u64() && queue["age_s"]["p90"].is_u64()
    );
    assert!(oldest["to_claim_s"].is_u64() && oldest["age_s"].is_u64() && oldest["to_decide_s"].is_null());
    assert_eq!(bank.own("GET", "/v1/cases/times?since=1", "").status, 400);
    // By account, however far they have come.
    for (id, state) in [(&ids[0], "open"), (&ids[1], "decided")] {
        let account = bank.own("GET", &format!("/v1/cases/{id}"), "").json()["account"].clone();
        let path = format!("/v1/cases?account={}", account.as_str().unwrap());
        let found = bank.own("GET", &path, "").json();
        let told: Vec<_> = found["items"].as_array().unwrap().iter().map(|case| &case["state"]).collect();
        assert_eq!((told, &found["items"][0]["account"]), (vec![&json!(state)], &account), "{found}");
    }
    assert_eq!(bank.own("GET", "/v1/cases?account=nobody", "").json()["items"], json!([]));
    assert_eq!(bank.own("GET", "/v1/cases?account=", "").status, 400);
}

#[test]
fn an_outside_provider_is_named_and_its_result_completes_the_transaction() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    let set = |value: &str| {
        let mut command = testkit::rightful();
        command.args(["app", "set", bank.keys["application_id"].as_str().unwrap(), value, "--data"]);
        command.arg(&bank.server.data).output().unwrap().status.success()
    };
    assert!(!set("ask_url=http://verify.example/{event}") && !set("ask_url=https://verify.example/"));
    assert!(set("ask_url=https://verify.example/start?event={event}&user={account}"));
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    for (said, stands, expected) in [
        ("challenge_passed", "GREEN", "applicantKytTxnApproved completed GREEN"),
        ("challenge_failed", "RED", "applicantKytTxnRejected completed RED"),
    ] {
        let transaction = bank.submit("held");
        let id = id_of(&transaction).to_owned();
        let asked = bank.case(&id, "decision", json!({ "by": "ann", "decision": "ask_user", "at_once": true }));
        let event = asked["event_id"].as_str().unwrap();
        let user = transaction["externalUserId"].as_str().unwrap();
        let url = format!("https://verify.example/start?event={event}&user={user}");
        let ask = ["status", "at", "url"].map(|name| asked["ask"][name].clone());
        assert_eq!(ask, [json!("waiting"), json!("provider"), json!(url)]);
        let waiting = bank.signed("GET", &format!("/resources/kyt/txns/{id}/one"), "").json();
        assert_eq!(
            (&waiting["applicantActions"][0]["type"], &waiting["applicantActions"][0]["url"]),
            (&json!("external"), &json!(url))
        );
        let feedback = json!({ "event_id": event, "kind": said });
        let taken = bank.own("POST", "/v1/feedback", &feedback.to_string());
        assert_eq!(taken.status, 200, "{}", taken.text);
        assert_eq!(bank.status(&id)["reviewResult"]["reviewAnswer"], stands);
        let case = bank.own("GET", &format!("/v1/cases/{id}"), "").json();
        assert_eq!(case["ask"]["status"], if stands == "GREEN" { "passed" } else { "failed" });
        let messages = told(&receiver.take(8));
        assert_eq!(messages[5], expected, "{messages:?}");
    }
}

#[test]
fn an_applicant_that_was_made_is_there_before_its_first_transaction() {
    let bank = Bank::new();
    let made = bank.signed("POST", "/resources/applicants?levelName=basic", r#"{"externalUserId":"new-1"}"#);
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let read = bank.signed("GET", &format!("/resources/applicants/{}/one", made["id"].as_str().unwrap()), "");
    assert_eq!(read.status, 200, "{}", read.text);
    let read = read.json();
    for name in ["id", "externalUserId", "inspectionId", "clientId"] {
        assert_eq!(read[name], made[name], "{name}");
    }
    assert_eq!(read["review"]["reviewStatus"], "init");
    let stranger = bank.signed("GET", "/resources/applicants/-;externalUserId=nobody/one", "");
    assert_eq!(stranger.status, 404, "{}", stranger.text);
    let token = bank.signed("POST", "/resources/accessTokens?userId=new-1&levelName=basic&ttlInSecs=600", "");
    assert_eq!((token.status, &token.json()["userId"]), (200, &json!("new-1")));
    assert!(token.json()["token"].is_string());
}

#[test]
fn a_file_is_followed_line_by_line() {
    let bank = Bank::new();
    let line = |n: u32| {
        json!({ "data": { "txnId": format!("bulk-{n}"), "type": "userPlatformEvent", "applicant": { "externalUserId": "ida" }, "userPlatformEventInfo": { "type": "login" } } }).to_string()
    };
    let mut lines: Vec<String> = (0..20).map(line).collect();
    lines.insert(3, "{broken".into());
    lines.insert(7, json!({ "data": { "applicant": { "externalUserId": "ida" } } }).to_string());
    lines.push(line(0));
    let taken = bank.signed("POST", "/resources/kyt/misc/txns/import?ignoreErrors=true", &lines.join("\n")).json();
    assert_eq!((&taken["createdCnt"], &taken["duplicateCnt"], &taken["errorCnt"]), (&json!(20), &json!(1), &json!(2)));
    let errors: Vec<(u64, u64)> = taken["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["line"].as_u64().unwrap(), it["code"].as_u64().unwrap()))
        .collect();
    assert_eq!(errors, [(4, 400), (8, 422)]);
    let imports = bank.own("GET", "/v1/imports", "").json();
    let import = &imports["items"][0];
    let counted = ["n_lines", "n_done", "n_created", "n_known", "n_refused"].map(|name| import[name].as_u64().unwrap());
    assert_eq!(counted, [23, 23, 20, 1, 2], "{import}");
    assert!(import["ended_at"].is_string());
    assert_eq!((&import["refused"][0]["line"], &import["refused"][1]["path"]), (&json!(4), &json!("txnId")));
    let empty = bank.signed("POST", "/resources/kyt/misc/txns/import", "\n");
    assert_eq!((empty.status, &empty.json()["errorName"]), (400, &json!("empty-file")));
}
