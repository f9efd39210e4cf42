//! Sumsub's paths on a running server: what somebody pays with, what a transaction is made of, and what is not taken.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod testkit;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use testkit::{Answer, Server, create_app};

const SUBMIT: &str = "/resources/applicants/-/kyt/txns/-/data";
const AGENT: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
const HOME: &str = "93.184.216.34";
const AWAY: &str = "198.51.100.7";
const OLD_IBAN: &str = "DE89 3704 0044 0532 0130 00";
const NEW_IBAN: &str = "GB29 NWBK 6016 1331 9268 19";

struct Shop {
    _folder: tempfile::TempDir,
    server: Server,
    token: String,
    secret: String,
    api_key: String,
    n_told: AtomicU32,
}

/// A device at an address, so many days ago.
#[derive(Clone, Copy)]
struct From(&'static str, &'static str, f64);

impl Shop {
    fn new() -> Self {
        Self::with_policy("")
    }

    fn with_policy(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let policy = folder.path().join("policy.toml");
        std::fs::write(&policy, text).unwrap();
        let keys = create_app(&data, &[]);
        let key = |pointer: &str| keys.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        Self {
            server: Server::start_with(&data, &[("RIGHTFUL_JUDGEMENT__POLICY", &policy.display().to_string())]),
            _folder: folder,
            token: key("/sumsub/app_token"),
            secret: key("/sumsub/secret_key"),
            api_key: format!("Bearer {}", key("/native/api_key")),
            n_told: AtomicU32::new(0),
        }
    }

    fn signature(&self, seconds: &str, method: &str, path: &str, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let signed = hmac::sign(&key, format!("{seconds}{method}{path}{body}").as_bytes());
        signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let seconds = now_s().to_string();
        self.ask_signed(method, path, body, &seconds, &self.signature(&seconds, method, path, body))
    }

    fn ask_signed(&self, method: &str, path: &str, body: &str, seconds: &str, signature: &str) -> Answer {
        let headers = [
            ("x-app-token", &*self.token),
            ("x-app-access-ts", seconds),
            ("x-app-access-sig", signature),
            ("content-type", "application/json"),
        ];
        self.server.ask(method, path, &headers, body)
    }

    #[track_caller]
    fn told(&self, body: &Value) -> Value {
        let answer = self.ask("POST", SUBMIT, &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    fn txn(&self, From(device, ip, days_ago): From) -> Value {
        let nth = self.n_told.fetch_add(1, Ordering::Relaxed);
        json!({
            "txnId": format!("t-{nth}"),
            "txnDate": date(days_ago),
            "applicant": {
                "externalUserId": "ann",
                "device": { "fingerprint": device, "userAgent": AGENT, "ipInfo": { "ip": ip } },
            },
        })
    }

    fn sign_in(&self, from: From) -> Value {
        let mut body = self.txn(from);
        body["type"] = json!("userPlatformEvent");
        body["userPlatformEventInfo"] = json!({ "type": "login" });
        self.told(&body)
    }

    fn pays(&self, direction: &str, (amount, currency): (f64, &str), method: Value, from: From) -> Value {
        let mut body = self.txn(from);
        body["info"] = json!({ "direction": direction, "amount": amount, "currencyCode": currency });
        body["applicant"]["paymentMethod"] = method;
        self.told(&body)
    }

    fn withdraws(&self, method: Value, from: From) -> Value {
        self.pays("out", (45.0, "EUR"), method, from)
    }

    /// Three months at home: a card that brings money, and one account that it goes to.
    fn has_a_life(&self) {
        for week in (6..14).rev() {
            let from = From("laptop", HOME, f64::from(week) * 7.0);
            assert_eq!(standing(&self.sign_in(from)), "GREEN");
            let card = json!({ "type": "card", "accountId": "4111 1111 1111 1111" });
            assert_eq!(standing(&self.pays("in", (60.0, "EUR"), card, from)), "GREEN");
            assert_eq!(standing(&self.withdraws(iban(OLD_IBAN), from)), "GREEN");
        }
    }
}

fn iban(number: &str) -> Value {
    json!({ "type": "iban", "accountId": number })
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

fn date(days_ago: f64) -> String {
    let at = SystemTime::now() - Duration::from_secs_f64(days_ago * 86_400.0);
    Timestamp::try_from(at).unwrap().strftime("%Y-%m-%d %H:%M:%S+0000").to_string()
}

/// What a transaction is answered: `GREEN` or `RED`, or how it waits.
fn standing(answer: &Value) -> &str {
    let review = &answer["review"];
    review["reviewResult"]["reviewAnswer"].as_str().or(review["reviewStatus"].as_str()).unwrap()
}

fn found(answer: &Value) -> Vec<&str> {
    answer["scoringResult"]["matchedRules"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|rule| rule["name"].as_str())
        .collect()
}

#[test]
fn a_new_account_to_withdraw_to_is_held_after_a_strange_login_and_known_a_month_later() {
    let shop = Shop::new();
    shop.has_a_life();
    // The strange device signs in, and money goes where it has never gone.
    let burner = From("burner", AWAY, 31.0);
    shop.sign_in(burner);
    let held = shop.withdraws(iban(NEW_IBAN), burner);
    assert_eq!(standing(&held), "onHold", "{held}");
    assert!(found(&held).contains(&"PROFILE_PAYMENT_METHOD_NEW"), "{held}");
    let id = held["id"].as_str().unwrap();
    let done =
        shop.ask("POST", &format!("/resources/kyt/txns/{id}/review/status/completed"), r#"{"reviewAnswer":"GREEN"}"#);
    assert_eq!((done.status, standing(&done.json())), (200, "GREEN"));
    // A month later it is known, in whatever spelling.
    let home = From("laptop", HOME, 0.01);
    assert_eq!(standing(&shop.sign_in(home)), "GREEN");
    for spelled in [NEW_IBAN, "gb29-nwbk-6016-1331-9268-19"] {
        let again = shop.withdraws(iban(spelled), home);
        assert_eq!(standing(&again), "GREEN", "{again}");
        assert!(!found(&again).contains(&"PROFILE_PAYMENT_METHOD_NEW"), "{again}");
    }
}

#[test]
fn a_new_device_at_home_sends_no_money_where_none_has_gone_and_each_by_itself_is_let_through() {
    for (device, ip, number, expected) in [
        ("laptop", HOME, OLD_IBAN, "GREEN"),
        // The same in another spelling, of which nothing is new.
        ("laptop", HOME, "de89370400440532013000", "GREEN"),
        ("laptop", HOME, NEW_IBAN, "GREEN"),
        ("phone", HOME, OLD_IBAN, "GREEN"),
        ("phone", HOME, "DE89-3704-0044-0532-0130-00", "GREEN"),
        ("phone", HOME, NEW_IBAN, "onHold"),
        ("burner", AWAY, NEW_IBAN, "onHold"),
    ] {
        let shop = Shop::new();
        shop.has_a_life();
        let from = From(device, ip, 0.01);
        shop.sign_in(from);
        let answer = shop.withdraws(iban(number), from);
        assert_eq!(standing(&answer), expected, "{device} {number}: {answer}");
        let is_new = found(&answer).contains(&"PROFILE_PAYMENT_METHOD_NEW");
        assert_eq!(is_new, number == NEW_IBAN, "{device} {number}: {answer}");
    }
}

#[test]
fn a_first_withdrawal_ever_waits_on_a_new_device_and_not_on_an_old_one_nor_in_a_young_account() {
    for (device, weeks, expected) in [("laptop", 8, "GREEN"), ("phone", 8, "onHold"), ("phone", 0, "GREEN")] {
        let shop = Shop::new();
        for day in 1..=8 {
            shop.sign_in(From("laptop", HOME, f64::from(weeks * 7 + day) * 0.1 + f64::from(weeks * 6)));
        }
        let from = From(device, HOME, 0.01);
        shop.sign_in(from);
        let answer = shop.withdraws(iban(NEW_IBAN), from);
        assert_eq!(standing(&answer), expected, "{device} {weeks}: {answer}");
    }
}

#[test]
fn an_instrument_is_known_in_its_other_spellings_and_never_told_again() {
    let shop = Shop::new();
    let home = |days| From("laptop", HOME, days);
    let method = |kind: &str, number: &str| json!({ "type": kind, "accountId": number });
    shop.withdraws(iban(OLD_IBAN), home(9.0));
    for (nth, (kind, first, again)) in [
        ("iban", NEW_IBAN, "GB29NWBK60161331926819"),
        ("card", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("crypto", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("crypto", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ]
    .into_iter()
    .enumerate()
    {
        let day = 8.0 - nth as f64;
        let is_new = |answer: &Value| found(answer).contains(&"PROFILE_PAYMENT_METHOD_NEW");
        let answer = shop.withdraws(method(kind, first), home(day));
        assert!(is_new(&answer), "{first}: {answer}");
        assert!(!answer.to_string().contains(first), "{answer}");
        let answer = shop.withdraws(method(kind, again), home(day - 0.5));
        assert!(!is_new(&answer), "{again}: {answer}");
    }
    // In base58 the case is part of the number: this one is another, and not a valid one.
    let tron = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
    shop.withdraws(method("crypto", tron), home(0.5));
    let other = shop.withdraws(method("crypto", &tron.to_ascii_lowercase()), home(0.4));
    assert!(found(&other).contains(&"PROFILE_PAYMENT_METHOD_NEW"), "{other}");
    // A card's fingerprint instead of its number.
    let print = json!({ "type": "card", "fingerprint": "fp_9f86d081884c7d65" });
    assert!(found(&shop.withdraws(print.clone(), home(0.3))).contains(&"PROFILE_PAYMENT_METHOD_NEW"));
    assert!(!found(&shop.withdraws(print, home(0.2))).contains(&"PROFILE_PAYMENT_METHOD_NEW"));
}

#[test]
fn money_is_unfamiliar_in_a_currency_that_was_never_used() {
    let shop = Shop::new();
    shop.has_a_life();
    let home = From("laptop", HOME, 0.01);
    let is_odd = |answer: &Value| found(answer).contains(&"PROFILE_ACTIVITY_ANOMALY");
    assert!(!is_odd(&shop.withdraws(iban(OLD_IBAN), home)));
    // As many yen are not a hundred times the euros; they are another currency, once.
    assert!(is_odd(&shop.pays("out", (45_000.0, "JPY"), iban(OLD_IBAN), home)));
    assert!(!is_odd(&shop.pays("out", (45_000.0, "JPY"), iban(OLD_IBAN), home)));
    // What comes in is nobody's loss.
    assert!(!is_odd(&shop.pays("in", (45.0, "CHF"), iban(OLD_IBAN), home)));
    let mut body = shop.txn(home);
    body["info"] = json!({ "direction": "out", "amount": 0.5, "currencyCode": "ETH", "currencyType": "crypto" });
    assert!(is_odd(&shop.told(&body)));
    body["txnId"] = json!("again");
    body["info"]["currencyCode"] = json!("eth");
    assert!(!is_odd(&shop.told(&body)));
}

#[test]
fn coordinates_are_a_place_to_have_come_from() {
    let shop = Shop::new();
    let at = |days, coords: Value| {
        let mut body = shop.txn(From("laptop", HOME, days));
        body["type"] = json!("userPlatformEvent");
        body["userPlatformEventInfo"] = json!({ "type": "login" });
        body["applicant"]["device"]["coords"] = coords;
        shop.told(&body)
    };
    let berlin = json!({ "lat": 52.52, "lon": 13.405, "accuracy": 20 });
    for day in [5.0, 4.0, 3.0, 2.0, 1.0] {
        at(day, berlin.clone());
    }
    let is_far = |answer: &Value| found(answer).contains(&"PROFILE_IMPOSSIBLE_TRAVEL");
    at(0.05, berlin);
    // Not accurate enough to be anywhere, and around the corner.
    assert!(!is_far(&at(0.04, json!({ "latitude": -33.87, "longitude": 151.21, "accuracy": 80_000 }))));
    assert!(!is_far(&at(0.03, json!("52.4,13.1"))));
    let mut body = shop.txn(From("burner", AWAY, 0.01));
    body["applicant"]["device"]["coords"] = json!("-33.87,151.21");
    body["type"] = json!("userPlatformEvent");
    body["userPlatformEventInfo"] = json!({ "type": "login" });
    let sydney = shop.told(&body);
    assert!(is_far(&sydney), "{sydney}");
}

#[test]
fn properties_are_changed_one_by_one_and_judged_when_it_is_judged_again() {
    let shop = Shop::with_policy(
        "[[rules]]\nname = \"vip\"\nwhen = 'custom.tier == \"vip\"'\nfloor = \"deny\"\ntags = [\"vip\", \"seen\"]\n\
         [[rules]]\nname = \"wrong-number\"\nwhen = '!features.payment_method_valid'\ntags = [\"wrong\"]\n",
    );
    let mut body = shop.txn(From("laptop", HOME, 0.0));
    body["info"] = json!({ "direction": "out", "amount": 5, "currencyCode": "EUR" });
    body["props"] = json!({ "tier": "basic", "source": "app" });
    body["applicant"]["paymentMethod"] = iban("DE88 3704 0044 0532 0130 00");
    let first = shop.told(&body);
    assert_eq!((standing(&first), &first["tags"]), ("GREEN", &json!(["wrong"])), "{first}");
    let path = |rest: &str| format!("/resources/kyt/txns/{}/{rest}", first["id"].as_str().unwrap());
    let patched = shop.ask("PATCH", &path("props"), r#"{"tier":"vip","shop":"7"}"#).json();
    assert_eq!(patched["data"]["props"], json!({ "tier": "vip", "source": "app", "shop": "7" }));
    // Nothing is judged by being changed.
    assert_eq!(standing(&patched), "GREEN");
    let again = shop.ask("POST", &path("-/score"), "").json();
    assert_eq!((standing(&again), &again["review"]["attemptCnt"]), ("RED", &json!(1)), "{again}");
    // The rules are those of the score beside them, now and whenever it is looked at.
    let rules = |answer: &Value| {
        let all = answer["scoringResult"]["matchedRules"].as_array().unwrap().iter();
        all.map(|rule| rule["name"].as_str().unwrap().to_owned()).filter(|name| !name.contains('_')).collect::<Vec<_>>()
    };
    assert_eq!(
        (rules(&first), rules(&again)),
        (vec!["wrong-number".to_owned()], vec!["vip".into(), "wrong-number".into()])
    );
    let looked_at = shop.ask("GET", &path("one"), "").json();
    assert_eq!((rules(&looked_at), &looked_at["scoringResult"]["ruleCnt"]), (rules(&again), &json!(2)), "{looked_at}");
    // So is what they ask for, and so are their tags, but for what was taken off.
    let action = |answer: &Value| answer["scoringResult"]["action"].as_str().unwrap().to_owned();
    assert_eq!([action(&first), action(&again), action(&looked_at)], ["score", "reject", "reject"]);
    assert_eq!(looked_at["tags"], json!(["vip", "seen", "wrong"]));
    assert_eq!(shop.ask("DELETE", &path("tags"), r#"["seen"]"#).status, 200);
    // A second change leaves the first as it was, and one is taken away.
    let patched = shop.ask("PATCH", &path("props?unsetKey=source"), r#"{"tier":"basic"}"#).json();
    assert_eq!(patched["data"]["props"], json!({ "tier": "basic", "shop": "7" }));
    let again = shop.ask("POST", &path("-/score"), "").json();
    assert_eq!((standing(&again), rules(&again)), ("GREEN", rules(&first)), "{again}");
    assert_eq!((action(&again), &again["tags"]), ("score".to_owned(), &json!(["wrong"])));
    let patched = shop.ask("PATCH", &path("props"), r#"{"tier":"vip"}"#).json();
    assert_eq!(patched["tags"], json!(["wrong"]), "nothing is judged by being changed");
    let again = shop.ask("POST", &path("-/score"), "").json();
    assert_eq!((action(&again), &again["tags"]), ("reject".to_owned(), &json!(["vip", "wrong"])));
    let long = json!({ "long": "x".repeat(20_000) }).to_string();
    assert_eq!(shop.ask("PATCH", &path("props"), &long).status, 400);
}

#[test]
fn a_request_that_was_not_signed_so_is_refused_and_nothing_is_stored() {
    let shop = Shop::new();
    let mut body = shop.txn(From("laptop", HOME, 0.0));
    body["info"] = json!({ "direction": "out", "amount": 5, "currencyCode": "EUR" });
    let (body, now) = (body.to_string(), now_s());
    let seconds = now.to_string();
    let right = shop.signature(&seconds, "POST", SUBMIT, &body);
    for (stale, name) in [(now - 62, "app-token-expired"), (now + 63, "app-token-expired")] {
        let stale = stale.to_string();
        let answer = shop.ask_signed("POST", SUBMIT, &body, &stale, &shop.signature(&stale, "POST", SUBMIT, &body));
        assert_eq!((answer.status, &answer.json()["errorName"]), (401, &json!(name)), "{}", answer.text);
    }
    for (told, signature) in [
        (format!("{body} "), right.clone()),
        (body.replace("EUR", "USD"), right.clone()),
        (body.clone(), right.replace(['0', '1', '2', '3'], "f")),
        (body.clone(), shop.signature(&seconds, "PUT", SUBMIT, &body)),
        (body.clone(), String::new()),
    ] {
        let answer = shop.ask_signed("POST", SUBMIT, &told, &seconds, &signature);
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
    let wrong = [("x-app-token", "sbx:nobody"), ("x-app-access-ts", &*seconds), ("x-app-access-sig", &*right)];
    assert_eq!(shop.server.ask("POST", SUBMIT, &wrong, &body).status, 401);
    assert_eq!(shop.ask("GET", "/resources/applicants/-;externalUserId=ann/one", "").status, 404);
    // So it was none of these, and is taken once.
    assert_eq!(shop.ask("POST", SUBMIT, &body).status, 200);
    assert_eq!(shop.ask("POST", SUBMIT, &body).status, 409);
    assert_eq!(shop.server.get("/v1/export", &[("authorization", &shop.api_key)]).text.lines().count(), 1);
}

#[test]
fn what_cannot_be_is_refused_with_a_word_on_what_can() {
    let shop = Shop::new();
    let body = |amount: &str, currency: &str, date: &str| {
        format!(
            r#"{{"txnId":"t","txnDate":{date},"applicant":{{"externalUserId":"ann"}},"info":{{"direction":"out","amount":{amount},"currencyCode":"{currency}"}}}}"#
        )
    };
    let date = "\"2026-01-05 10:00:00+0000\"";
    for amount in ["-1", "-0.01", "NaN", "Infinity", "1e400", "1e18", "\"5\"", "true", "null", "{}"] {
        let answer = shop.ask("POST", SUBMIT, &body(amount, "EUR", date));
        assert_eq!(answer.status, 400, "{amount}: {}", answer.text);
        assert!(answer.json()["description"].as_str().unwrap().starts_with("info"), "{amount}: {}", answer.text);
    }
    for currency in ["XXX", "eur", "EURO", "BTX", "", "DEM"] {
        let answer = shop.ask("POST", SUBMIT, &body("5", currency, date));
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{currency}");
        assert!(description.contains("ISO 4217"), "{description}");
    }
    for date in [
        "\"2026-01-05 10:00:00\"",
        "\"2026-01-05\"",
        "\"01/05/2026 10:00:00+0000\"",
        "\"05.01.2026 10:00:00+0000\"",
        "\"Mon, 05 Jan 2026 10:00:00 GMT\"",
        "\"20260105T100000Z\"",
        "\"2026-W02-1T10:00:00Z\"",
        "\"1767607200\"",
        "1767607200",
        "\"2026-13-05 10:00:00+0000\"",
        "\"2026-01-05 10:00:00+2500\"",
        "\"yesterday\"",
    ] {
        let answer = shop.ask("POST", SUBMIT, &body("5", "EUR", date));
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{date}");
        assert!(description.starts_with("txnDate") && description.contains("yyyy-MM-dd"), "{date}: {description}");
    }
    assert_eq!(shop.ask("GET", "/resources/applicants/-;externalUserId=ann/one", "").status, 404);
}
