//! What holds of Rupt's words beside single examples: which devices are one, that a token serves once, what pages and hooks
//! are told.

mod support;

use rightful_dialects::{Intake, Notice, Told, ToldOf};
use rightful_domain::{AccountDevice, AccountDeviceId, AccountId, DeviceSnapshot};
use rightful_domain::{
    Action, Device, Outcome, REPORT_KEPT, Record, RetryKey, Sighting, Telling, Topic, Verdict, likeness,
};
use serde_json::{Value, json};
use support::{Request, dialect, event_id, record};

const IDENTIFY: &str = include_str!("../src/rupt/examples/seed_identify.json");
const ATTACH: &str = include_str!("../src/rupt/examples/attach.json");
const TOKEN: &str = "/v2/proj/identification/017b879b-6d5b-7102-8304-05060708090a/complete";

fn body_of(example: &str) -> Value {
    let example: Value = serde_json::from_str(example).expect("JSON");
    example["request"]["body"].clone()
}

fn decoded(path: &str, body: &Value) -> Intake {
    let rupt = dialect("rupt");
    let bytes = serde_json::to_vec(body).expect("JSON");
    Request::new(rupt, "POST", path, &bytes).expect("a route").decode(rupt).expect("a good request")
}

fn identified(change: impl FnOnce(&mut Value)) -> Device {
    let mut body = body_of(IDENTIFY);
    change(&mut body["signals"]);
    let intake = decoded("/v2/identity/initiate", &body);
    let report = if let Intake::Report(report) = intake { Some(report) } else { None };
    report.expect("a browser reports").device
}

fn attached(change: impl FnOnce(&mut Value)) -> Told {
    let mut body = body_of(ATTACH);
    change(&mut body);
    let intake = decoded("/v2/device/attach", &body);
    let told = if let Intake::Assess(told) = intake { Some(*told) } else { None };
    told.expect("an attach is assessed")
}

#[test]
fn a_browser_is_the_same_device_after_an_update_and_in_another_language() {
    let before = identified(|_| {});
    let updated = identified(|signals| {
        let hints = &mut signals["highEntropyValues"]["value"];
        hints["brands"][2]["version"] = json!("157");
        hints["fullVersionList"] = json!([{"brand": "Google Chrome", "version": "157.0.0.1"}]);
        hints["uaFullVersion"] = json!("157.0.0.1");
        hints["platformVersion"] = json!("6.2.0");
        signals["localStorage"]["value"] = json!(false);
        signals["new"] = json!({"value": 1});
    });
    assert_eq!(before, updated);
    let abroad = identified(|signals| signals["languages"]["value"] = json!([["de-DE"]]));
    assert_eq!(before.id(), abroad.id());
}

#[test]
fn a_phone_is_the_same_device_whichever_way_it_is_held() {
    let upright = identified(|signals| signals["screenResolution"]["value"] = json!([852, 393]));
    let sideways = identified(|signals| signals["screenResolution"]["value"] = json!([393, 852]));
    assert_eq!(upright, sideways);
}

#[test]
fn what_is_tolerated_grows_with_the_tolerance() {
    let home = identified(|_| {});
    let traveled = identified(|signals| signals["timezone"]["value"] = json!("America/New_York"));
    let docked = identified(|signals| signals["screenResolution"]["value"] = json!([2560, 1440]));
    let other = identified(|signals| {
        signals["platform"]["value"] = json!("Win32");
        signals["fonts"]["value"] = json!(["Calibri"]);
        signals["highEntropyValues"]["value"]["platform"] = json!("Windows");
        signals["screenResolution"]["value"] = json!([2560, 1440]);
    });
    let refitted = identified(|signals| signals["fonts"]["value"] = json!(["Arial"]));
    for device in [&traveled, &docked, &refitted, &other] {
        assert_ne!(device.id(), home.id());
    }
    for device in [&traveled, &docked, &refitted] {
        assert!((0.85..0.98).contains(&likeness(&home, device)), "{}", likeness(&home, device));
    }
    let both = identified(|signals| {
        signals["timezone"]["value"] = json!("America/New_York");
        signals["screenResolution"]["value"] = json!([2560, 1440]);
    });
    assert!((0.7..0.85).contains(&likeness(&home, &both)), "{}", likeness(&home, &both));
    assert!(likeness(&home, &other) < 0.7, "{}", likeness(&home, &other));
}

#[test]
fn a_device_that_attaches_is_the_one_that_was_identified() {
    assert_eq!(attached(|_| {}).event.device.id(), identified(|_| {}).id());
}

#[test]
fn a_page_teaches_nothing() {
    for event in ["login", "sign_up", "password_reset", "withdraw", "trial_started", "", "not an action!"] {
        let told = attached(|body| body["event"] = json!(event));
        assert_eq!((told.event.outcome, told.event.vouched), (Outcome::Pending, false));
        assert_eq!(told.event.details().count(), 0);
        assert!(told.event.custom.is_none());
        let is_grave = matches!(told.event.action, Action::PasswordReset | Action::Withdraw);
        assert!(!is_grave, "{event}");
    }
}

#[test]
fn a_token_serves_once() {
    let rupt = dialect("rupt");
    let complete = |path: &str, account: &str| -> RetryKey {
        let bytes = serde_json::to_vec(&json!({"account": account})).expect("JSON");
        let request = Request::new(rupt, "POST", path, &bytes).expect("a route");
        match request.decode(rupt) {
            Ok(Intake::Identify { told, .. }) => told.retry.expect("a retry key"),
            other => panic!("a completion identifies: {other:?}"),
        }
    };
    let first = complete(TOKEN, "ann");
    assert_eq!(first.until, support::RECEIVED_AT.plus(REPORT_KEPT));
    // Whatever its tolerance digit, whoever's account, by whichever path: it is one token.
    let other_digit = TOKEN.replace("-7102-", "-8102-");
    for path in [TOKEN, TOKEN.trim_start_matches("/v2/proj"), other_digit.as_str()] {
        assert_eq!(complete(path, "bob").key, first.key, "{path}");
    }
    assert_ne!(complete(&TOKEN.replace("090a/", "090b/"), "ann").key, first.key);
    // Each request has a body of its own, which is its event's id: the same key with another is a conflict.
    let again = Request::new(rupt, "POST", TOKEN, b"{\"account\":\"ann\"}").expect("a route");
    let fresh = rightful_domain::EventId::from_bytes([9; 16]);
    match again.with_event(fresh, |call| rupt.decode(call)) {
        Ok(Intake::Identify { told, .. }) => {
            let retry = told.retry.expect("a retry key");
            assert_eq!((retry.key, retry.body == first.body), (first.key, false));
        }
        other => panic!("a completion identifies: {other:?}"),
    }
}

#[test]
fn a_page_that_listens_is_told_in_its_client_s_words() {
    let rupt = dialect("rupt");
    assert_eq!(rupt.tell(&Notice::Detached).as_deref(), Some(r#"{"action":"logout"}"#));
    let challenged = rupt.tell(&Notice::Challenged { event: event_id() });
    let expected = format!(r##"{{"action":"challenge","challenge":{{"_id":"{}"}},"url":"#"}}"##, event_id());
    assert_eq!(challenged, Some(expected));
}

fn message(topic: Topic, told: &ToldOf<'_>) -> Option<(&'static str, Value)> {
    let telling = Telling { hook: "h".into(), topic };
    let message = dialect("rupt").hook_message(&telling, told)?;
    Some((message.kind, serde_json::from_slice(&message.body).expect("JSON")))
}

fn challenged() -> Record {
    let mut record = record(attached(|_| {}).event, Some(Verdict::Challenge));
    let id = AccountDeviceId::parse("651e72eccc64cb48d6f860c0").expect("an id");
    record.entry.sighting = Some(Sighting { id, is_first: true, is_listed: false, n_devices: 3 });
    record
}

#[test]
fn a_hook_is_told_of_challenges_and_of_sharing() {
    let record = challenged();
    let told = ToldOf::Event(&record);
    let (kind, body) = message(Topic::Challenged, &told).expect("a message");
    let id = event_id().to_string();
    let at = "2021-08-27T12:19:31.035Z";
    let challenge = json!({
        "id": id, "_id": id, "status": "created", "type": "account_takeover", "user": "ann", "evaluation": id,
        "reasons": ["new_fingerprint"], "createdAt": at, "updatedAt": at,
    });
    assert_eq!(kind, "challenge.initiated");
    assert_eq!(body, json!({"event": "challenge.initiated", "account": "ann", "challenge": challenge}));
    let (kind, body) = message(Topic::Sharing, &told).expect("a message");
    assert_eq!((kind, &body["attached_devices"]), ("account_sharing.signal", &json!(3)));
    assert_eq!(message(Topic::Assessed, &told), None);
    assert_eq!(message(Topic::DeviceDetached, &told), None);
}

#[test]
fn a_hook_is_told_of_a_challenge_s_end_as_it_was() {
    for (said, kind, status) in [
        ("challenge_passed", "challenge.completed", "completed"),
        ("challenge_failed", "challenge.completed", "failed"),
        ("challenge_ignored", "challenge.skipped", "skipped"),
    ] {
        let mut record = challenged();
        record.feedback = support::noted::feedback(&record, &json!({"feedback": [said]}));
        let (told, body) = message(Topic::ChallengeEnded, &ToldOf::Event(&record)).expect("a message");
        assert_eq!((told, &body["challenge"]["status"]), (kind, &json!(status)));
    }
    let allowed = record(attached(|_| {}).event, Some(Verdict::Allow));
    assert_eq!(message(Topic::ChallengeEnded, &ToldOf::Event(&allowed)), None);
}

#[test]
fn a_challenge_that_is_over_was_initiated_all_the_same() {
    let mut record = challenged();
    let (_, first) = message(Topic::Challenged, &ToldOf::Event(&record)).expect("a message");
    record.feedback = support::noted::feedback(&record, &json!({"feedback": ["challenge_passed"]}));
    let (_, later) = message(Topic::Challenged, &ToldOf::Event(&record)).expect("a message");
    assert_eq!((&first["challenge"]["status"], &later), (&json!("created"), &first));
}

#[test]
fn a_hook_is_told_of_a_detached_device() {
    let account = AccountId::new("ann").expect("an id");
    let record = challenged();
    let device = AccountDevice {
        id: AccountDeviceId::parse("651e72eccc64cb48d6f860c0").expect("an id"),
        latest: DeviceSnapshot::of(&record.entry.event).expect("a device"),
        latest_event: event_id(),
        first_at: support::RECEIVED_AT,
        detached_at: Some(support::RECEIVED_AT),
        metadata: Vec::new(),
    };
    let told = ToldOf::Device(&account, &device);
    let (kind, body) = message(Topic::DeviceDetached, &told).expect("a message");
    assert_eq!(kind, "device.detached");
    assert_eq!(body["device"]["_id"], "651e72eccc64cb48d6f860c0");
    assert_eq!((&body["device"]["status"], &body["account"]), (&json!("detached"), &json!("ann")));
    assert_eq!(message(Topic::Challenged, &told), None);
}
