//! Transmit's words over HTTP, against the real binary: labels of many actions, assignees and lists, and what may go wrong
//! with tokens, ciphertexts and batches. That the vendor's own client works is tried with the client.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::io::Write as _;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

/// What a 2048-bit RSA key with the exponent 65537 begins with as `SubjectPublicKeyInfo`, before its modulus.
const SPKI_HEAD: &str = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// The key that a server hands out, as this client uses it.
fn public_key(jwk: &str) -> PublicEncryptingKey {
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    let head = (0..SPKI_HEAD.len()).step_by(2).map(|at| u8::from_str_radix(&SPKI_HEAD[at..at + 2], 16).unwrap());
    let mut der: Vec<u8> = head.collect();
    der.extend(URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap());
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    PublicEncryptingKey::from_der(&der).unwrap()
}

/// A request's body, as the client seals it.
fn sealed(key: &PublicEncryptingKey, said: &[u8]) -> Value {
    let rsa = OaepPublicEncryptingKey::new(key.clone()).unwrap();
    let secret = json!({ "symKey": STANDARD.encode([3; 32]), "iv": STANDARD.encode([4; 12]) }).to_string();
    let mut room = vec![0; rsa.ciphertext_size()];
    let sealed_key = rsa.encrypt(&OAEP_SHA256_MGF1SHA256, secret.as_bytes(), &mut room, None).unwrap();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(said).unwrap();
    let mut content = packer.finish().unwrap();
    let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[3; 32]).unwrap());
    aead.seal_in_place_append_tag(Nonce::assume_unique_for_key([4; 12]), Aad::empty(), &mut content).unwrap();
    json!({ "key": STANDARD.encode(sealed_key), "data": STANDARD.encode(content), "dataType": "compressed" })
}

/// A shop whose pages and servers speak Transmit's words.
struct Shop {
    server: Server,
    client_id: String,
    secret: String,
    native: String,
    bearer: String,
    key: PublicEncryptingKey,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn open(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &["--test"]);
        let proxies = [("RIGHTFUL_SERVER__TRUSTED_PROXIES", "127.0.0.1/32")];
        let server = Server::start_with(&data, &[&proxies, environment].concat());
        let text = |path: &str| keys.pointer(path).unwrap().as_str().unwrap().to_owned();
        let (client_id, secret) = (text("/transmit/client_id"), text("/transmit/client_secret"));
        let conf = server.get(&format!("/risk-collect/device/conf?tenantId={client_id}"), &[]).json();
        let key = public_key(conf["publicKey"].as_str().unwrap());
        let native = format!("Bearer {}", text("/native/api_key"));
        let mut shop = Self { server, client_id, secret, native, bearer: String::new(), key, _folder: folder };
        shop.bearer = shop.granted();
        shop
    }

    fn granted(&self) -> String {
        let body =
            json!({"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret});
        let answer = self.server.post("/oidc/token", &[], body.to_string());
        format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
    }

    fn calm() -> Self {
        Self::open(&[("RIGHTFUL_PAGES__REQUESTS_PER_MINUTE_MAX", "0")])
    }

    fn events(&self, ip: &str, body: &Value) -> Answer {
        let headers = [("x-forwarded-for", ip), ("user-agent", AGENT)];
        self.server.post("/risk-collect/device/events", &headers, body.to_string())
    }

    /// What a page is answered that reports an action.
    fn reported(&self, device: &str, ip: &str, action: &Value, timestamp: i64) -> Value {
        let event = json!({"type": "action", "attributes": action, "index": timestamp, "tabId": "1",
            "timestamp": timestamp});
        let said = json!({"clientId": self.client_id, "userId": null, "keyIdentifier": device.repeat(64),
            "sessionToken": true, "events": [event]});
        let answer = self.events(ip, &sealed(&self.key, said.to_string().as_bytes()));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.ask(method, &format!("/risk/v1/{path}"), &headers, &body)
    }

    fn recommendation(&self, token: &str, user: &str) -> Value {
        let answer = self.ask("GET", &format!("recommendation?action_token={token}&user_id={user}"), &Value::Null);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// A login that a server asks about: its token, and its action's id.
    fn login(&self, user: &str, device: &str, ip: &str, n: i64) -> (String, String) {
        let action = json!({"action_type": "login", "correlation_id": format!("visit-{device}")});
        let token = self.reported(device, ip, &action, NOW_MS + n)["actionToken"].as_str().unwrap().to_owned();
        let told = self.recommendation(&token, user);
        (token, told["context"]["action_id"].as_str().unwrap().to_owned())
    }

    fn label(&self, kind: &str, subject: &str, value: &str) -> Answer {
        self.ask("POST", "label", &json!({"label_type": kind, "subject": {"type": subject, "value": value}}))
    }

    fn feedback_of(&self, action: &str) -> Vec<Value> {
        let event = &action[..32];
        let answer = self.server.get(&format!("/v1/assessments/{event}"), &[("authorization", &self.native)]).json();
        answer["feedback"].as_array().cloned().unwrap_or_default()
    }
}

/// Any time of a page's clock.
const NOW_MS: i64 = 1_780_000_000_000;

/// Checks that a request is refused so, with a text in JSON.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    let body = answer.json();
    assert_eq!(answer.content_type, "application/json");
    body["message"].as_str().unwrap_or_else(|| panic!("no message in {body}")).to_owned()
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 201, "{}", answer.text);
    let body = answer.json();
    let mut ids: Vec<String> =
        body["afftectedActionIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    ids
}

#[test]
fn a_label_reaches_each_action_that_its_subject_names() {
    let shop = Shop::calm();
    let (_, first) = shop.login("ann", "a", "203.0.113.7", 1);
    let (_, second) = shop.login("ben", "b", "203.0.113.7", 2);
    let (_, third) = shop.login("ann", "a", "198.51.100.9", 3);
    assert_eq!(ids(&shop.label("CONFIRMED_LEGIT", "ACTION_ID", &first)), sorted(&[&first]));
    // What somebody has said of one action alone stands.
    let by_address = shop.label("KNOWN_MALICIOUS", "IP_ADDRESS", "203.0.113.7");
    assert!(by_address.text.contains("1 actions keep a label of their own"), "{}", by_address.text);
    assert_eq!(ids(&by_address), sorted(&[&second]));
    assert_eq!(shop.feedback_of(&first)[0]["kind"], "confirmed_legitimate");
    assert_eq!(shop.feedback_of(&second)[0]["kind"], "confirmed_takeover");
    assert_eq!(ids(&shop.label("SUSPECTED_FRAUD", "CORRELATION_ID", "visit-a")), sorted(&[&first, &third]));
    assert_eq!(ids(&shop.label("DEVICE_TAKEOVER", "CORRELATION_ID", "visit-a")), sorted(&[&third]));
    assert_eq!(ids(&shop.label("CONFIRMED_FRAUD", "USER_ID", "ben")), Vec::<String>::new());
    for (subject, value) in [
        ("ACTION_ID", "00".repeat(32)),
        ("CORRELATION_ID", "visit-z".into()),
        ("IP_ADDRESS", "192.0.2.1".into()),
        ("CAMPAIGN_ID", "c".into()),
        ("FRAUD_RING_ID", "r".into()),
        ("VERIFICATION_SESSION_ID", "v".into()),
    ] {
        refused(&shop.label("CONFIRMED_FRAUD", subject, &value), 404);
    }
    refused(&shop.label("CONFIRMED_FRAUD", "IP_ADDRESS", "203.0.113"), 400);
    refused(&shop.label("FRAUD", "ACTION_ID", &first), 400);
}

#[test]
fn a_label_reaches_what_an_action_became_once_its_user_was_named() {
    let shop = Shop::calm();
    let action = json!({"action_type": "login"});
    let token = shop.reported("c", "203.0.113.8", &action, NOW_MS)["actionToken"].as_str().unwrap().to_owned();
    // As newer documents have it: the user is named with the result.
    let answer = shop.ask("GET", &format!("recommendation?action_token={token}"), &Value::Null).json();
    let action = answer["context"]["action_id"].as_str().unwrap().to_owned();
    let result = json!({"action_token": token, "result": "success", "user_id": "cleo"});
    assert_eq!(shop.ask("POST", "action/result", &result).status, 201);
    assert_eq!(ids(&shop.label("CONFIRMED_FRAUD", "ACTION_ID", &action)), std::slice::from_ref(&action));
    let of_cleo = shop.server.get("/v1/assessments?account=cleo", &[("authorization", &shop.native)]).json();
    let events = of_cleo["items"].as_array().unwrap_or_else(|| panic!("{of_cleo}"));
    assert_eq!(events.len(), 1, "{of_cleo}");
    assert_eq!(events[0]["feedback"][0]["kind"], "confirmed_takeover", "{of_cleo}");
}

/// An action that a server reports in the session of a page, of somebody who claims to be so: its token, and whom it is
/// judged as.
fn claimed(shop: &Shop, device: &str, kind: &str, claim: &str, n: i64) -> (String, Value) {
    let session = shop.reported(device, "203.0.113.9", &json!({"action_type": "page_load"}), NOW_MS + n);
    let body = json!({"session_token": session["sessionToken"], "action_type": "login",
        "claimed_user_id": claim, "claimed_user_id_type": kind});
    let answer = shop.ask("POST", "action/trigger-action?get_recommendation=true", &body);
    assert_eq!(answer.status, 201, "{}", answer.text);
    let told = answer.json();
    (told["action_token"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned(), told["context"].clone())
}

#[test]
fn a_contact_at_the_door_is_whoever_was_let_in_by_it() {
    let shop = Shop::calm();
    let result = |token: &str, user: Option<&str>, result: &str| {
        let body = json!({"action_token": token, "result": result, "user_id": user});
        shop.ask("POST", "action/result", &body)
    };
    // Nobody knows whose it is, until a result names the user.
    let (token, context) = claimed(&shop, "a", "email", "Dora@Example.com", 1);
    assert_eq!((&context["user_id"], &context["claimed_user_id"]), (&Value::Null, &json!("Dora@Example.com")));
    assert_eq!(result(&token, Some("u-1"), "success").status, 201);
    let (token, context) = claimed(&shop, "a", "email", "dora@example.com", 2);
    assert_eq!(context["user_id"], json!("u-1"));
    // Who failed by it has failed at that account, without being named; somebody else may have it by now.
    assert_eq!(result(&token, None, "failure").status, 201);
    let of = |user: &str| {
        let path = format!("/v1/assessments?account={user}");
        shop.server.get(&path, &[("authorization", &shop.native)]).json()["items"].clone()
    };
    assert_eq!((of("u-1")[0]["outcome"].clone(), of("u-1").as_array().unwrap().len()), (json!("failed"), 2));
    let (token, context) = claimed(&shop, "b", "email", "dora@example.com", 3);
    assert_eq!(context["user_id"], json!("u-1"));
    assert_eq!(result(&token, Some("u-2"), "success").status, 201);
    assert_eq!(claimed(&shop, "b", "email", "dora@example.com", 4).1["user_id"], json!("u-2"));
    // Whom a server has named is not another.
    let session = shop.reported("c", "203.0.113.9", &json!({"action_type": "page_load"}), NOW_MS + 5);
    let body = json!({"session_token": session["sessionToken"], "action_type": "login",
        "claimed_user_id": "+49 151 1234-5678", "claimed_user_id_type": "phone_number"});
    let token = shop.ask("POST", "action/trigger-action", &body).json()["action_token"].as_str().unwrap().to_owned();
    assert_eq!(shop.recommendation(&token, "u-3")["context"]["user_id"], json!("u-3"));
    refused(&result(&token, Some("u-4"), "success"), 403);
    assert_eq!(result(&token, Some("u-3"), "success").status, 201);
    // What is judged before it has ended binds no name, so it is the result of an action that named nobody which does.
    let (token, _) = claimed(&shop, "c", "phone_number", "+49 151 1234-5678", 5);
    assert_eq!(result(&token, Some("u-3"), "success").status, 201);
    assert_eq!(claimed(&shop, "c", "phone_number", "+4915112345678", 5).1["user_id"], json!("u-3"));
    // Where nobody ever names the user, the contact stands for them; a number of a document never does.
    let (token, _) = claimed(&shop, "d", "email", "eve@example.com", 6);
    assert_eq!(result(&token, None, "success").status, 201);
    assert_eq!(claimed(&shop, "d", "email", "eve@example.com", 7).1["user_id"], json!("eve@example.com"));
    let (token, _) = claimed(&shop, "e", "passport_number", "C01X00T47", 8);
    assert_eq!(result(&token, None, "success").status, 201);
    assert_eq!(claimed(&shop, "e", "passport_number", "C01X00T47", 9).1["user_id"], Value::Null);
}

#[test]
fn actions_are_assigned_and_sorted() {
    let shop = Shop::calm();
    let (_, first) = shop.login("ann", "a", "203.0.113.7", 1);
    let (_, second) = shop.login("ben", "b", "203.0.113.7", 2);
    let assign =
        |to: Value| shop.ask("PUT", "action/assignee", &json!({"action_ids": [&first, &second], "assignee": to}));
    assert_eq!(assign(json!("ann")).json()["action_ids"], json!([first, second]));
    let cases = || shop.server.get("/v1/cases?queue=assigned", &[("authorization", &shop.native)]).json();
    let holders = |told: &Value| -> Vec<Value> {
        let cases = told["items"].as_array().unwrap_or_else(|| panic!("{told}"));
        cases.iter().map(|case| case["claimed_by"].clone()).collect()
    };
    let told = cases();
    assert_eq!(holders(&told), [json!("ann"), json!("ann")], "{told}");
    let of = |who: &str| {
        let path = format!("/v1/cases?assigned_to={who}");
        shop.server.get(&path, &[("authorization", &shop.native)]).json()["items"].as_array().unwrap().len()
    };
    assert_eq!((of("ann"), of("bob")), (2, 0));
    assert_eq!(assign(json!("bob")).status, 200, "whoever assigns has the last word");
    assert_eq!((of("ann"), of("bob")), (0, 2));
    assert_eq!(holders(&cases()), [json!("bob"), json!("bob")]);
    assert_eq!(assign(Value::Null).status, 200);
    assert_eq!(holders(&cases()), [Value::Null, Value::Null]);
    assert_eq!((of("ann"), of("bob")), (0, 0));
    // What is decided may still be somebody's to look at; what waited in no queue waits then.
    let decide = json!({"by": "ann", "decision": "approve", "at_once": true}).to_string();
    let ours = [("authorization", shop.native.as_str()), ("content-type", "application/json")];
    let decided = shop.server.post(&format!("/v1/cases/{}/decision", &second[..32]), &ours, decide);
    assert_eq!(decided.status, 200, "{}", decided.text);
    assert_eq!(assign(json!("ann")).status, 200);
    let of_second = shop.server.get(&format!("/v1/cases/{}", &second[..32]), &ours).json();
    assert_eq!((&of_second["assigned_to"], &of_second["state"]), (&json!("ann"), &json!("decided")), "{of_second}");
    refused(&shop.ask("PUT", "action/assignee", &json!({"action_ids": ["ab"], "assignee": "ann"})), 404);

    let made =
        shop.ask("POST", "lists", &json!({"list_name": "Mules, March", "list_type": "action_id", "creator": "ann"}));
    assert_eq!((made.status, &made.json()["items"]), (201, &json!([])), "{}", made.text);
    let list = made.json()["list_id"].as_str().unwrap().to_owned();
    let twice = json!({"list_name": "Mules, March", "list_type": "action_id", "creator": "bob"});
    refused(&shop.ask("POST", "lists", &twice), 409);
    let put = shop.ask("POST", &format!("lists/{list}/items"), &json!({"items": [first]}));
    assert_eq!(put.json()["items"][0]["item_id"], json!(first), "{}", put.text);
    let renamed = shop.ask("PUT", &format!("lists/{list}"), &json!({"list_name": "Mules, April"})).json();
    assert_eq!(
        (&renamed["list_name"], &renamed["creator"], &renamed["list_id"]),
        (&json!("Mules, April"), &json!("ann"), &json!(list))
    );
    let found = |query: &str| shop.ask("GET", &format!("lists{query}"), &Value::Null).json().as_array().unwrap().len();
    assert_eq!((found(""), found(&format!("?item_id={first}")), found(&format!("?item_id={second}"))), (1, 1, 0));
    let ours = shop.server.get("/v1/lists", &[("authorization", &shop.native)]).json();
    assert!(ours.to_string().contains(&list), "our own API shows it too: {ours}");
    let taken = shop.ask("DELETE", &format!("lists/{list}/items"), &json!({"item_ids": [first]}));
    assert_eq!(taken.json()["items"], json!([]), "{}", taken.text);
    assert_eq!(shop.ask("GET", &format!("lists/{list}"), &Value::Null).json()["items"], json!([]));
    refused(&shop.ask("GET", "lists/actions-none", &Value::Null), 404);
    refused(&shop.ask("POST", &format!("lists/{list}/items"), &json!({"items": ["00".repeat(32)]})), 404);
}

#[test]
fn a_token_that_is_refused_ten_times_is_not_looked_at_again_for_a_while() {
    let shop = Shop::calm();
    let path = "recommendation?action_token=forged";
    for _ in 0..10 {
        refused(&shop.ask("GET", path, &Value::Null), 400);
    }
    let blocked = shop.ask("GET", path, &Value::Null);
    refused(&blocked, 463);
    assert_eq!(blocked.json()["error_code"], 400, "the underlying error is told: {}", blocked.text);
    // Another token of the same client is looked at: a form that anybody fills in must not shut the server out.
    let (token, _) = shop.login("ann", "a", "203.0.113.7", 1);
    shop.recommendation(&token, "ann");
    refused(&shop.ask("POST", "action/result", &json!({"action_token": "forged", "result": "success"})), 463);
    // A wrong body is no misuse of a good token.
    for _ in 0..15 {
        refused(&shop.ask("POST", "action/result", &json!({"action_token": token, "result": "maybe"})), 400);
    }
    let forged = [("authorization", "Bearer a.b.c")];
    for _ in 0..10 {
        refused(&shop.server.get("/risk/v1/recommendation?action_token=x", &forged), 401);
    }
    let blocked = shop.server.get("/risk/v1/recommendation?action_token=x", &forged);
    refused(&blocked, 463);
    assert_eq!(blocked.json()["error_code"], 401);
    assert_eq!(shop.ask("GET", "lists", &Value::Null).status, 200);
}

/// A token with one letter other than it was.
fn flipped(token: &str, at: usize) -> String {
    let letter = if &token[at..=at] == "A" { "B" } else { "A" };
    format!("{}{letter}{}", &token[..at], &token[at + 1..])
}

#[test]
fn tokens_that_are_forged_changed_or_anothers_are_refused() {
    let (shop, other) = (Shop::calm(), Shop::calm());
    for bearer in ["", "Bearer", "Basic abc", "Bearer x", &other.bearer, &flipped(&shop.bearer, 40)] {
        let answer = shop.server.get("/risk/v1/lists", &[("authorization", bearer)]);
        refused(&answer, 401);
    }
    refused(&shop.server.get("/risk/v1/lists", &[]), 401);
    let action = json!({"action_type": "login"});
    let page = shop.reported("a", "203.0.113.7", &action, NOW_MS);
    let (token, session) = (page["actionToken"].as_str().unwrap(), page["sessionToken"].as_str().unwrap());
    for at in [0, token.len() / 2, token.len() - 2] {
        let path = format!("recommendation?action_token={}", flipped(token, at));
        refused(&shop.ask("GET", &path, &Value::Null), 400);
    }
    refused(&other.ask("GET", &format!("recommendation?action_token={token}"), &Value::Null), 400);
    refused(&shop.ask("GET", &format!("recommendation?action_token={token}&action_token=x"), &Value::Null), 400);
    refused(&shop.ask("GET", &format!("recommendation?action_token={}", "a".repeat(20_000)), &Value::Null), 400);
    for session in ["x.y.z", &flipped(session, session.len() - 3), token] {
        let body = json!({"session_token": session, "action_type": "login", "user_id": "ann"});
        refused(&shop.ask("POST", "action/trigger-action", &body), 403);
    }
    let body = json!({"secured_session_token": format!("a.{session}"), "action_type": "login", "user_id": "ann"});
    refused(&shop.ask("POST", "action/trigger-action", &body), 403);
    for (grant, status) in [
        (json!({"grant_type": "password", "client_id": shop.client_id, "client_secret": shop.secret}), 400),
        (json!({"grant_type": "client_credentials", "client_id": shop.client_id, "client_secret": "x"}), 401),
        (json!({"grant_type": "client_credentials", "client_id": other.client_id, "client_secret": shop.secret}), 401),
        (json!([]), 401),
    ] {
        let answer = shop.server.post("/oidc/token", &[], grant.to_string());
        refused(&answer, status);
    }
}

#[test]
fn what_pages_send_wrongly_is_refused_in_json() {
    let shop = Shop::calm();
    let events = |body: &Value| shop.events("203.0.113.7", body);
    let said = |events: Value| {
        let said = json!({"clientId": shop.client_id, "keyIdentifier": "a".repeat(64), "events": events});
        sealed(&shop.key, said.to_string().as_bytes())
    };
    let good = said(json!([{"type": "device", "attributes": {}, "timestamp": NOW_MS}]));
    assert_eq!(events(&good).status, 200);
    assert_eq!(events(&good).status, 200, "said again");
    // Under a key that is no longer ours, or never was.
    let foreign: PublicKeyX509Der<'_> =
        PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap().public_key().as_der().unwrap();
    let foreign = PublicEncryptingKey::from_der(foreign.as_ref()).unwrap();
    refused(&events(&sealed(&foreign, b"{}")), 400);
    for name in ["key", "data"] {
        let mut bytes = STANDARD.decode(good[name].as_str().unwrap()).unwrap();
        bytes[7] ^= 1;
        let mut changed = good.clone();
        changed[name] = STANDARD.encode(bytes).into();
        refused(&events(&changed), 400);
        changed[name] = json!("not base64!");
        refused(&events(&changed), 400);
        changed[name] = json!(7);
        refused(&events(&changed), 400);
    }
    let bomb = sealed(&shop.key, &vec![b' '; 64 << 20]);
    assert!(bomb.to_string().len() < 100_000, "as small as a bomb");
    refused(&events(&bomb), 400);
    refused(&events(&json!({"key": "", "data": "A".repeat(1 << 20)})), 400);
    refused(&shop.server.post("/risk-collect/device/events", &[], b"\xff\xfe{"), 400);
    refused(&shop.server.post("/risk-collect/device/events", &[], "[".repeat(50_000)), 400);
    refused(&events(&sealed(&shop.key, b"[1, 2")), 401);
    refused(&events(&sealed(&shop.key, json!({"clientId": "nobody", "events": []}).to_string().as_bytes())), 401);
    refused(&events(&said(json!([]))), 400);
    refused(&events(&said(json!("none"))), 400);
    refused(&events(&said(Value::Array(vec![json!({"type": "action"}); 257]))), 400);
    // Out of order, from the future, from no time at all: taken, since a page's clock decides nothing.
    let moments = [json!(NOW_MS), json!(-5), json!(9e18), json!("soon"), json!(1), Value::Null];
    let odd = moments.map(|at| json!({"type": "action", "attributes": {"action_type": "login"}, "timestamp": at}));
    let taken = events(&said(Value::Array(odd.to_vec())));
    assert_eq!(taken.status, 200, "{}", taken.text);
    let token = taken.json()["actionToken"].as_str().unwrap().to_owned();
    assert_eq!(shop.recommendation(&token, "ann")["context"]["user_id"], "ann");
    refused(&shop.server.post("/risk-collect/device/nothing", &[], "{}"), 404);
    refused(&shop.server.post("/risk-collect/device/logs", &[], "{}"), 401);
    refused(&shop.ask("POST", "label", &json!({"subject": "x".repeat(1 << 20)})), 400);
}

#[test]
fn what_one_address_may_have_opened_is_bounded() {
    let shop = Shop::open(&[]);
    let garbage = json!({"key": STANDARD.encode([7; 256]), "data": STANDARD.encode([7; 64])});
    let statuses: Vec<u16> = (0..120).map(|_| shop.events("203.0.113.7", &garbage).status).collect();
    let (n_opened, n_waiting) = (
        statuses.iter().filter(|status| **status == 400).count(),
        statuses.iter().filter(|status| **status == 429).count(),
    );
    assert_eq!(n_opened + n_waiting, 120, "{statuses:?}");
    assert!((60..100).contains(&n_opened), "sixty at once, and six a second: {n_opened}");
    refused(&shop.events("203.0.113.7", &garbage), 429);
    refused(&shop.events("198.51.100.7", &garbage), 400);
}
