//! What Transmit's client says of its device: what it signs, whose id it presents, and where its page is.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rightful_dialects::{DeviceProof, Intake, Refusal, RefusalKind};
use rightful_domain::{Report, Settings};
use serde_json::{Value, json};

use self::support::{Request, dialect};

const EVENTS: &str = "/risk-collect/device/events";
const KEY: &str = "3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f";

fn page(more: &Value) -> Value {
    let mut page = json!({
        "clientId": "test_abc",
        "keyIdentifier": KEY,
        "events": [{"type": "action", "attributes": {"action_type": "login"}, "index": 1, "tabId": "1",
                    "location": "https://bank.example/sign-in?a=b", "timestamp": 1_630_066_771_000_i64}],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        page[name] = value.clone();
    }
    page
}

fn proof(page: &Value) -> Result<Option<DeviceProof>, Refusal> {
    let body = page.to_string();
    let request = Request::new(dialect("transmit"), "POST", EVENTS, body.as_bytes()).expect("a route");
    request.with_call(|call| dialect("transmit").device_proof(call))
}

fn report(page: &Value, origins: &[&str]) -> Report {
    let body = page.to_string();
    let mut request = Request::new(dialect("transmit"), "POST", EVENTS, body.as_bytes()).expect("a route");
    request.settings =
        Settings { origins: origins.iter().map(|origin| (*origin).into()).collect(), ..request.settings };
    let read = request.with_call(|call| dialect("transmit").decode(call)).expect("a report");
    let Intake::Report(report) = read else { unreachable!("what the client says is a report") };
    *report
}

fn component<'r>(report: &'r Report, name: &str) -> Option<&'r str> {
    report.device.components.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
}

/// What the client sends where it hands its key over.
fn handed_over(key_name: &str) -> Value {
    let data = json!({"keyIdentifier": key_name, "publicKey": STANDARD.encode("key"), "publicKeyType": "RSA2048"});
    json!({"type": "key_rotation_data", "data": data.to_string(), "signature": STANDARD.encode("signed")})
}

#[test]
fn what_a_device_signs_is_to_be_checked_by_its_own_key() {
    assert_eq!(proof(&page(&json!({}))), Ok(None));
    let other = json!({"headers": [{"type": "other", "data": "key_rotation_data"}]});
    assert_eq!(proof(&page(&other)), Ok(None));
    let told = proof(&page(&json!({"headers": [handed_over(KEY)]}))).expect("a proof").expect("one");
    assert_eq!((told.key_name.as_str(), &*told.public_key, &*told.signature), (KEY, &b"key"[..], &b"signed"[..]));
    assert!(told.message.starts_with(b"{"));
    let mut broken = handed_over(KEY);
    broken["signature"] = json!("not base64!");
    let mut unsigned = handed_over(KEY);
    unsigned["signature"] = Value::Null;
    for part in [handed_over(&KEY.replace('3', "4")), broken, unsigned] {
        let refused = proof(&page(&json!({"headers": [part]}))).expect_err("none that holds");
        assert_eq!(refused.kind, RefusalKind::Forbidden, "{part}");
    }
}

#[test]
fn an_id_that_belongs_to_a_key_is_nobodys_who_does_not_name_it() {
    let own = report(&page(&json!({})), &[]);
    let id = own.device.id().expect("an id").as_str().to_owned();
    let again = report(&page(&json!({"deviceId": id})), &[]);
    assert_eq!((again.device.id(), component(&again, "presented_id")), (own.device.id(), None));
    for key in [Value::Null, json!("3e".repeat(32))] {
        let copied = report(&page(&json!({"deviceId": id, "keyIdentifier": key})), &[]);
        assert_ne!(copied.device.id(), own.device.id(), "{key}");
        assert!(component(&copied, "presented_id").is_some(), "{key}");
    }
}

#[test]
fn a_page_elsewhere_is_known_by_its_own_address() {
    for (origins, expected) in [
        (&["https://bank.example"][..], None),
        (&["https://bank.example", "https://app.bank.example"], None),
        (&["https://bank.test"], Some("https://bank.example")),
        // Of an application without origins nothing is foreign.
        (&[], None),
    ] {
        assert_eq!(component(&report(&page(&json!({})), origins), "foreign_origin"), expected, "{origins:?}");
    }
}
