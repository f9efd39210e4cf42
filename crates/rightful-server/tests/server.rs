//! The whole server through its door: real processes, real sockets, real files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Server, create_app, rightful};

/// A data folder with an application in it.
struct Shop {
    folder: tempfile::TempDir,
    keys: Value,
}

impl Shop {
    fn new(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = create_app(&folder.path().join("data"), more);
        Self { folder, keys }
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn serve(&self) -> Server {
        Server::start(&self.data())
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.keys["native"]["api_key"].as_str().unwrap())
    }

    fn token(&self) -> String {
        format!("token {}", self.keys["ravelin"]["secret_key"].as_str().unwrap())
    }

    fn ravelin(&self, server: &Server, query: &str, body: &Value) -> testkit::Answer {
        server.post(&format!("/v3/login{query}"), &[("authorization", &self.token())], body.to_string())
    }

    fn assess(&self, server: &Server, body: &Value) -> Value {
        let answer = server.post("/v1/assessments", &[("authorization", &self.bearer())], body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn search(&self, server: &Server, query: &str) -> Value {
        let answer = server.get(&format!("/v1/assessments{query}"), &[("authorization", &self.bearer())]);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

fn now_ms() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

fn login(customer: &str, device: &str, at_ms: u64) -> Value {
    json!({
        "timestamp": at_ms,
        "login": {
            "username": format!("{customer}@example.com"),
            "customerId": customer,
            "success": true,
            "authenticationMechanism": { "password": { "success": true } },
        },
        "device": {
            "deviceId": device,
            "ipAddress": "192.0.2.10",
            "type": "phone", "manufacturer": "google", "model": "Pixel XL", "os": "android",
            "userAgent": "Mozilla/5.0 (Linux; Android 10) Chrome/88.0 Mobile",
        },
    })
}

#[test]
fn an_acknowledged_login_is_found_after_a_crash() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let answer = shop.ravelin(&server, "?score=true", &login("ann", "phone-a", now_ms())).json();
    assert_eq!(answer["status"], 200);
    assert_eq!(answer["success"], "true");
    assert_eq!(answer["data"]["customerId"], "ann");
    assert_eq!(answer["data"]["ato"]["action"], "PERMIT");
    assert_eq!(answer["credentialStatus"], json!({"passwordBreached": false, "usernameBreached": false}));
    server.kill();

    let server = shop.serve();
    let found = shop.search(&server, "?account=ann");
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["id"], answer["data"]["ato"]["loginId"]);
    assert!(server.stop(), "a server that is asked to stop ends well");
    let server = shop.serve();
    assert_eq!(shop.search(&server, "?account=ann")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_login_from_another_device_tells_what_changed() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let first = shop.ravelin(&server, "?score=true", &login("ann", "phone-a", now_ms())).json();
    assert_eq!(first.get("customerChanges"), None);
    let second = shop.ravelin(&server, "?score=login", &login("ann", "phone-b", now_ms() + 1)).json();
    let change = &second["customerChanges"][0];
    assert_eq!(change["changeType"], "DEVICE");
    assert_eq!(change["previousValue"]["device"]["deviceId"], "phone-a");
    assert_eq!(change["newValue"]["device"]["deviceId"], "phone-b");
    let link = change["verificationURL"].as_str().unwrap();
    let path = &link[link.find("/v2/change/verify").unwrap()..];
    let page = server.get(path, &[]);
    assert_eq!((page.status, page.content_type.split(';').next().unwrap()), (200, "text/html"), "{}", page.text);
}

#[test]
fn a_link_is_answered_once_but_for_a_no_which_is_always_heard() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    shop.ravelin(&server, "?score=true", &login("ann", "phone-a", now_ms()));
    let second = shop.ravelin(&server, "?score=true", &login("ann", "phone-b", now_ms() + 1)).json();
    let link = second["customerChanges"][0]["verificationURL"].as_str().unwrap();
    let path = &link[link.find("/v2/change/verify").unwrap()..];
    let event = second["data"]["scoreId"].as_str().unwrap();
    let feedback = || {
        let found = server.get(&format!("/v1/assessments/{event}"), &[("authorization", &shop.bearer())]).json();
        found["feedback"].as_array().map_or(0, Vec::len)
    };
    let form = [("content-type", "application/x-www-form-urlencoded")];
    // A scanner looks, and looks again.
    assert_eq!((server.get(path, &[]).status, server.get(path, &[]).status, feedback()), (200, 200, 0));
    let first = server.post(path, &form, "answer=yes");
    assert_eq!((first.status, feedback()), (200, 1), "{}", first.text);
    for (answer, status, said) in [("yes", 200, 1), ("no", 200, 2), ("no", 200, 2), ("yes", 409, 2)] {
        let again = server.post(path, &form, format!("answer={answer}"));
        assert_eq!((again.status, again.text == first.text, feedback()), (status, status == 200, said), "{answer}");
    }
}

#[test]
fn an_unscored_login_is_remembered_with_an_empty_answer() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let answer = shop.ravelin(&server, "", &login("ann", "phone-a", now_ms()));
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(shop.search(&server, "?device=phone-a")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_repeated_body_is_a_retry_and_another_body_is_not() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let body = login("ann", "phone-a", now_ms());
    let first = shop.ravelin(&server, "?score=true", &body);
    assert_eq!(shop.ravelin(&server, "?score=true", &body).text, first.text);
    assert_eq!(shop.search(&server, "?account=ann")["items"].as_array().unwrap().len(), 1);
    shop.ravelin(&server, "?score=true", &login("ann", "phone-a", now_ms() + 5));
    assert_eq!(shop.search(&server, "?account=ann")["items"].as_array().unwrap().len(), 2);
}

#[test]
fn an_idempotency_key_answers_the_same_or_conflicts() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k-1")];
    let body = json!({"action": "login", "account": "ann", "outcome": "succeeded"}).to_string();
    let first = server.post("/v1/assessments", &headers, &body);
    assert_eq!(first.status, 200, "{}", first.text);
    let again = server.post("/v1/assessments", &headers, &body);
    assert_eq!(first.json()["id"], again.json()["id"]);
    let other = json!({"action": "login", "account": "bob"}).to_string();
    assert_eq!(server.post("/v1/assessments", &headers, &other).status, 409);
    let beyond_ascii = [headers[0], ("idempotency-key", "schlüssel")];
    assert_eq!(server.post("/v1/assessments", &beyond_ascii, &body).status, 400);
    server.kill();
    let server = shop.serve();
    assert_eq!(server.post("/v1/assessments", &headers, &body).json()["id"], first.json()["id"]);
}

#[test]
fn fifty_parallel_attempts_each_see_their_own_count() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let at = now_ms();
    let counts: BTreeSet<u64> = std::thread::scope(|scope| {
        let attempts: Vec<_> = (0..50)
            .map(|n| {
                let (shop, server) = (&shop, &server);
                scope.spawn(move || {
                    let body = json!({
                        "action": "login", "account": "ann", "outcome": "failed", "at": at,
                        "correlation_id": format!("try-{n}"),
                    });
                    shop.assess(server, &body)["features"]["account_attempts_60s"].as_f64().unwrap() as u64
                })
            })
            .collect();
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(counts, (1..=50).collect());
}

#[test]
fn two_parallel_logins_both_teach_the_profile() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    std::thread::scope(|scope| {
        for device in ["phone-a", "laptop-b"] {
            let (shop, server) = (&shop, &server);
            scope.spawn(move || shop.ravelin(server, "?score=true", &login("ann", device, now_ms())));
        }
    });
    for device in ["phone-a", "laptop-b"] {
        let body = json!({"action": "login", "account": "ann", "outcome": "succeeded", "device": {"id": device}});
        assert_eq!(shop.assess(&server, &body)["features"]["device_known"], 1.0, "{device}");
    }
}

#[test]
fn a_pending_event_teaches_when_it_is_concluded() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let pending = json!({"action": "login", "account": "ann", "device": {"id": "phone-a"}});
    let id = shop.assess(&server, &pending)["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.assess(&server, &pending)["features"]["device_known"], 0.0);
    let bearer = shop.bearer();
    let path = format!("/v1/events/{id}/outcome");
    let concluded = server.post(&path, &[("authorization", &bearer)], r#"{"outcome":"succeeded"}"#);
    assert_eq!((concluded.status, &concluded.json()["outcome"]), (200, &json!("succeeded")));
    assert_eq!(shop.assess(&server, &pending)["features"]["device_known"], 1.0);
    let unknown = server.post(
        "/v1/events/018bcfe5-687b-7f01-8203-040506070809/outcome",
        &[("authorization", &bearer)],
        r#"{"outcome":"failed"}"#,
    );
    assert_eq!(unknown.status, 404);
}

#[test]
fn magic_accounts_force_verdicts_in_test_applications_only() {
    let shop = Shop::new(&["--test"]);
    let server = shop.serve();
    for (account, action) in [
        ("magic_trust", "PERMIT"),
        ("magic_allow", "PERMIT"),
        ("magic_challenge", "WARN"),
        ("magic_deny", "BLOCK"),
        ("magic_fallback", "PERMIT"),
    ] {
        let answer = shop.ravelin(&server, "?score=true", &login(account, "phone-a", now_ms()));
        assert_eq!(answer.json()["data"]["ato"]["action"], action, "{account}");
    }
    let breached = shop.ravelin(&server, "?score=true", &login("magic_breached", "phone-a", now_ms())).json();
    assert_eq!(breached["credentialStatus"], json!({"passwordBreached": true, "usernameBreached": true}));
    assert_eq!(shop.ravelin(&server, "?score=true", &login("magic_error", "phone-a", now_ms())).status, 500);
    assert!(shop.keys["ravelin"]["secret_key"].as_str().unwrap().starts_with("sk_test_"));
    assert!(shop.keys["sumsub"]["app_token"].as_str().unwrap().starts_with("sbx:"));

    let live = Shop::new(&[]);
    let server = live.serve();
    let answer = live.ravelin(&server, "?score=true", &login("magic_deny", "phone-a", now_ms()));
    assert_eq!(answer.json()["data"]["ato"]["action"], "PERMIT");
}

#[test]
fn observing_judges_and_answers_as_if_allowed() {
    let shop = Shop::new(&["--test", "--observe"]);
    let server = shop.serve();
    let answer = shop.assess(&server, &json!({"action": "login", "account": "magic_deny", "outcome": "succeeded"}));
    assert_eq!((&answer["verdict"], &answer["answered"]), (&json!("deny"), &json!("allow")));
    let answer = shop.assess(&server, &json!({"action": "withdraw", "account": "magic_fallback"}));
    assert_eq!((&answer["verdict"], &answer["answered"]), (&json!("challenge"), &json!("allow")));
    assert_eq!(answer["reasons"], json!(["ENGINE_DEGRADED"]));
}

#[test]
fn a_name_belongs_to_who_was_believed_under_it() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let tell = |action: &str, account: Value, outcome: &str| {
        let body = json!({"action": action, "account": account, "username": "ann@example.com", "outcome": outcome});
        shop.assess(&server, &body)["account"].clone()
    };
    tell("login", json!("ann"), "succeeded");
    tell("register", json!("eve"), "succeeded");
    tell("login", json!("mallory"), "failed");
    assert_eq!(tell("login", Value::Null, "failed"), "ann");
}

#[test]
fn the_same_word_twice_is_said_once() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let id = shop.assess(&server, &json!({"action": "login", "account": "ann", "outcome": "succeeded"}))["id"].clone();
    for kind in ["confirmed_legitimate", "confirmed_legitimate", "confirmed_takeover", "confirmed_takeover"] {
        let body = json!({"event_id": id, "kind": kind}).to_string();
        assert_eq!(server.post("/v1/feedback", &[("authorization", &shop.bearer())], body).status, 200);
    }
    let told = shop.search(&server, "?account=ann");
    assert_eq!(told["items"][0]["feedback"].as_array().unwrap().len(), 2, "{told}");
}

#[test]
fn what_was_refused_is_found_by_verdict_action_and_reason_also_where_nobody_was() {
    let shop = Shop::new(&["--observe"]);
    let server = shop.serve();
    let close = json!({"closed": true}).to_string();
    server.post("/v1/accounts/ann/notes", &[("authorization", &shop.bearer())], close);
    for (action, account) in [("login", "bob"), ("login", "ann"), ("withdraw", "ann")] {
        let judged = shop.assess(&server, &json!({"action": action, "account": account}));
        assert_eq!(judged["answered"], "allow", "{judged}");
    }
    let actions = |query: &str| -> Vec<Value> {
        let items = shop.search(&server, query)["items"].clone();
        items.as_array().unwrap().iter().map(|item| item["action"].clone()).collect()
    };
    assert_eq!(actions("?verdict=challenge,deny"), ["withdraw", "login"]);
    assert_eq!(actions("?verdict=deny&action=login"), ["login"]);
    assert_eq!(actions("?reason=USER_ACCOUNT_CLOSED,IP_IS_VPN&limit=1"), ["withdraw"]);
    assert_eq!(actions("?account=bob&verdict=deny"), Vec::<Value>::new());
    let wrong = server.get("/v1/assessments?verdict=denied", &[("authorization", &shop.bearer())]);
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    assert!(wrong.text.contains("verdict must be trust, allow, challenge or deny"), "{}", wrong.text);
}

#[test]
fn one_application_sees_nothing_of_another() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let other = create_app(&shop.data(), &[]);
    let bearer = format!("Bearer {}", other["native"]["api_key"].as_str().unwrap());
    let id = shop.assess(&server, &json!({"action": "login", "account": "ann"}))["id"].as_str().unwrap().to_owned();
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(server.get(&format!("/v1/assessments/{id}"), &headers).status, 404);
    assert_eq!(server.get("/v1/assessments?account=ann", &headers).json()["items"], json!([]));
    let outcome = server.post(&format!("/v1/events/{id}/outcome"), &headers, r#"{"outcome":"failed"}"#);
    assert_eq!(outcome.status, 404);
}

#[test]
fn bad_keys_are_refused_in_the_dialects_own_shape() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let body = login("ann", "phone-a", now_ms()).to_string();
    for authorization in ["", "token", "token nonsense", "Bearer x", &shop.bearer()] {
        let answer = server.post("/v3/login?score=true", &[("authorization", authorization)], &body);
        assert_eq!(answer.status, 401, "{authorization}");
        let refusal = answer.json();
        assert_eq!((&refusal["status"], &refusal["retryable"]), (&json!(401), &json!(false)));
        assert!(refusal["message"].is_string() && refusal["timestamp"].is_string());
    }
    let problem = server.post("/v1/assessments", &[("authorization", &shop.token())], "{}");
    assert_eq!((problem.status, problem.content_type.as_str()), (401, "application/problem+json"));
    assert_eq!(shop.search(&server, "")["items"], json!([]));
}

#[test]
fn bad_input_is_refused_clearly_and_nothing_is_stored() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let good = login("ann", "phone-a", now_ms());
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string().into_bytes()
    };
    let without = |key: &str| {
        let mut body = good.clone();
        body["login"].as_object_mut().unwrap().remove(key);
        body.to_string().into_bytes()
    };
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("empty", 400, vec![]),
        ("not json", 400, b"{".to_vec()),
        ("an array", 400, b"[]".to_vec()),
        ("not utf-8", 400, b"{\"timestamp\": \"\xff\"}".to_vec()),
        ("deep", 400, [vec![b'['; 100_000], vec![b']'; 100_000]].concat()),
        ("nul byte", 400, b"{\"login\":\0}".to_vec()),
        ("nul in a name", 400, with("/login/username", json!("a\0b"))),
        ("no username", 400, without("username")),
        ("no success", 400, without("success")),
        ("no mechanism", 400, without("authenticationMechanism")),
        ("empty mechanism", 400, with("/login/authenticationMechanism", json!({}))),
        ("success as text", 400, with("/login/success", json!("yes"))),
        ("not an address", 400, with("/device/ipAddress", json!("999.1.1.1"))),
        ("time before time", 400, with("/timestamp", json!(-5))),
        ("time in words", 400, with("/timestamp", json!("yesterday"))),
        ("time without end", 400, with("/timestamp", json!(1e300))),
        ("ten megabytes", 413, vec![b' '; 10 << 20]),
    ];
    for (name, status, body) in cases {
        let answer = server.post("/v3/login?score=true", &[("authorization", &shop.token())], body);
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        assert_eq!(answer.json()["status"], status, "{name}");
        assert!(!answer.json()["message"].as_str().unwrap().is_empty(), "{name}");
    }
    let deep = with("/login/success", json!("yes"));
    let answer = server.post("/v3/login", &[("authorization", &shop.token())], deep).json();
    assert!(answer["message"].as_str().unwrap().contains("login.success"), "{answer}");
    assert_eq!(shop.search(&server, "")["items"], json!([]));
    assert_eq!(server.get("/v3/login", &[("authorization", &shop.token())]).status, 405);
    assert_eq!(server.post("/v3/nowhere", &[("authorization", &shop.token())], "{}").json()["status"], 404);
    assert_eq!(server.get("/nowhere", &[]).content_type, "application/problem+json");
}

#[test]
fn a_repeated_body_counts_as_one_attempt_even_in_parallel() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let body = login("ann", "phone-a", now_ms());
    let answers: BTreeSet<String> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..16).map(|_| scope.spawn(|| shop.ravelin(&server, "?score=true", &body).text)).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(shop.search(&server, "?account=ann")["items"].as_array().unwrap().len(), 1);
    let next = shop.assess(&server, &json!({"action": "login", "account": "ann"}));
    assert_eq!(next["features"]["account_attempts_60s"], 2.0, "the repeated login, and this one");
}

#[test]
fn a_reclaim_told_again_costs_the_owner_nothing() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let login = |device: &str, ip: &str| {
        let body = json!({
            "action": "login", "account": "ann", "outcome": "succeeded", "device": {"id": device}, "network": {"ip": ip},
        });
        shop.assess(&server, &body)
    };
    let tell = |body: Value| {
        assert_eq!(server.post("/v1/feedback", &[("authorization", &shop.bearer())], body.to_string()).status, 200);
    };
    login("own", "192.0.2.1");
    let first = login("evil", "198.51.100.7")["id"].clone();
    tell(json!({"kind": "confirmed_takeover", "event_id": first}));
    let with_first = json!({"kind": "reclaimed", "account": "ann", "first_event_id": first});
    for again in [with_first.clone(), with_first, json!({"kind": "reclaimed", "account": "ann"})] {
        tell(again);
        login("own new", "203.0.113.5");
        let own = login("own new", "203.0.113.5");
        assert_eq!((&own["features"]["device_known"], &own["verdict"]), (&json!(1.0), &json!("allow")));
    }
    assert_eq!(login("evil", "198.51.100.7")["features"]["device_bad"], 1.0);
}

#[test]
fn what_proves_no_owner_leaves_the_device_in_quarantine() {
    let shop = Shop::new(&["--test"]);
    let server = shop.serve();
    let challenged = |device: &str, mechanism: &str| {
        let body = json!({
            "action": "login", "account": "magic_challenge", "outcome": "succeeded", "device": {"id": device},
            "mechanisms": [{"kind": "password", "succeeded": true}, {"kind": mechanism, "succeeded": true}],
        });
        shop.assess(&server, &body)["id"].as_str().unwrap().to_owned()
    };
    let passed = |event: &str, mechanism: &str| {
        let body = json!({"event_id": event, "kind": "challenge_passed", "mechanism": mechanism});
        let answer = server.post("/v1/feedback", &[("authorization", &shop.bearer())], body.to_string());
        answer.json()["n_released"].as_u64().unwrap()
    };
    let is_known = |device: &str| {
        let body = json!({"action": "login", "account": "magic_challenge", "device": {"id": device}});
        shop.assess(&server, &body)["features"]["device_known"] == 1.0
    };
    for no_proof in ["recaptcha", "captcha", "password", "sms"] {
        let device = format!("passed by {no_proof}");
        assert_eq!((passed(&challenged(&device, no_proof), no_proof), is_known(&device)), (0, false), "{no_proof}");
    }
    challenged("before", "sms_code");
    assert!(is_known("before"));
    shop.assess(
        &server,
        &json!({"action": "account_details_change", "account": "magic_challenge", "outcome": "succeeded"}),
    );
    assert_eq!((passed(&challenged("sms", "sms_code"), "sms_code"), is_known("sms")), (0, false));
    challenged("key", "u2f");
    assert!(is_known("key"));
    let pending = json!({
        "action": "login", "account": "magic_challenge", "device": {"id": "later"},
        "mechanisms": [{"kind": "sms_code", "succeeded": true}],
    });
    let path = format!("/v1/events/{}/outcome", shop.assess(&server, &pending)["id"].as_str().unwrap());
    server.post(&path, &[("authorization", &shop.bearer())], r#"{"outcome":"succeeded"}"#);
    assert!(!is_known("later"));
}

#[test]
fn health_and_the_contract_are_open_and_metrics_are_elsewhere() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    assert_eq!(server.get("/health/live", &[]).json()["status"], "live");
    assert_eq!(server.get("/health/ready", &[]).json()["status"], "ready");
    assert_eq!(server.get("/openapi.json", &[]).json()["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    assert_eq!(server.get("/metrics", &[]).status, 404);
    let problem = server.get("/v1/assessments", &[]).json();
    let explained = server.get(problem["type"].as_str().unwrap(), &[]);
    assert_eq!((explained.status, explained.text.starts_with("unauthorized (401)")), (200, true), "{}", explained.text);
}

#[test]
fn no_password_hash_reaches_the_disk_or_the_answers() {
    let shop = Shop::new(&[]);
    let server = shop.serve();
    let hash = "ef92b778bafe771e89245b89ecbc08a44a4e166c06659911881f383d4473e94f";
    let mut body = login("ann", "phone-a", now_ms());
    body["login"]["authenticationMechanism"]["password"]["passwordHashed"] = json!(hash);
    let answer = shop.ravelin(&server, "?score=true", &body);
    assert!(!answer.text.contains(hash));
    assert!(!shop.search(&server, "?account=ann").to_string().contains(hash));
    assert!(server.stop());
    let raw: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).unwrap()).collect();
    for file in files(shop.folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        for needle in [hash.as_bytes(), &raw, b"ann@example.com"] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{} holds a secret", file.display());
        }
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

#[test]
fn data_sets_are_told_in_answers_and_read_again_when_asked() {
    let shop = Shop::new(&[]);
    let sets = shop.folder.path().join("sets");
    std::fs::create_dir(&sets).unwrap();
    let bring = |file: &str, text: &str| std::fs::write(sets.join(file), text).unwrap();
    bring("countries.csv", "81.2.69.0,81.2.69.255,GB\n");
    bring("systems.csv", "81.2.69.0,81.2.69.255,20712,Andrews & Arnold Ltd\n");
    let folder = [("RIGHTFUL_JUDGEMENT__INTELLIGENCE", sets.to_str().unwrap())];
    let server = Server::start_with(&shop.data(), &folder);
    let said_of = |ip: &str| {
        let body = json!({ "account": "ann", "action": "login", "outcome": "succeeded", "network": { "ip": ip } });
        shop.assess(&server, &body)["enrichment"].clone()
    };

    let known = said_of("81.2.69.160");
    assert_eq!((&known["country"], &known["asn"]), (&json!("GB"), &json!(20_712)), "{known}");
    assert_eq!(known["organization"], "Andrews & Arnold Ltd");
    assert_eq!((&known["city"], &known["networks"]), (&Value::Null, &json!([])));
    let private = said_of("10.0.0.1");
    assert_eq!((&private["country"], &private["address_kind"]), (&Value::Null, &json!("private")));

    // The signal is taken while questions go on: one of the next is answered with the new list.
    bring("vpn.txt", "81.2.69.160\n");
    server.signal("HUP");
    let mut answers = (0..5_000).map(|_| said_of("81.2.69.160")["networks"].clone());
    let claims = answers.find(|claims| *claims != json!([]));
    assert_eq!(claims, Some(json!([{ "kind": "vpn", "said_by": "vpn.txt" }])));

    // One file is broken: what it said before stays, and the others are read.
    bring("vpn.txt", "81.2.69.160\nno address\n");
    bring("tor.txt", "81.2.69.160\n");
    server.signal("HUP");
    let mut answers = (0..5_000).map(|_| said_of("81.2.69.160")["networks"].clone());
    let both = json!([{ "kind": "vpn", "said_by": "vpn.txt" }, { "kind": "tor", "said_by": "tor.txt" }]);
    assert!(answers.any(|claims| claims == both));
    let log = server.stop_and_read_log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("a data set is broken")).collect();
    assert!(matches!(told[..], [line] if line.contains("vpn.txt, line 2: ")), "{told:#?}");
}

#[test]
fn what_would_stop_a_start_is_found_before_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("vpn.txt"), "81.2.69.160\n").unwrap();
    let done = |command: &[&str]| {
        let done = rightful().args(command).env("RIGHTFUL_JUDGEMENT__INTELLIGENCE", folder.path()).output().unwrap();
        (done.status.success(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (is_well, said, _) = done(&["config", "check"]);
    assert!(is_well && said.contains("intelligence"), "{said}");

    std::fs::write(folder.path().join("tor.txt"), "?\n").unwrap();
    std::fs::write(folder.path().join("vpn.txt"), "81.2.69.160\n81.2.69\n").unwrap();
    let why = "there is no network address where one must be";
    let (is_well, said, error) = done(&["config", "check"]);
    assert!(!is_well && said.contains("intelligence"), "what is in effect is told nevertheless");
    assert!(error.contains(&format!("tor.txt, line 1: {why}; vpn.txt, line 2: {why}")), "{error}");

    let data = folder.path().join("data");
    let (is_well, _, error) = done(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert!(!is_well && error.contains(&format!("tor.txt, line 1: {why}")), "{error}");
}
