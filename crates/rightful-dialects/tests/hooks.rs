//! What hooks of our own style are told.

mod support;

use rightful_dialects::{Intake, ToldOf};
use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, DeviceSnapshot, Feedback, FeedbackKind, FeedbackTarget, Record,
    Sighting, Telling, Topic, Verdict,
};
use serde_json::{Value, json};
use support::{Request, dialect, record};

fn challenged() -> Record {
    let native = dialect("native");
    let body = br#"{"action":"login","outcome":"pending","account":"ann","device":{"id":"phone"}}"#;
    let request = Request::new(native, "POST", "/v1/assessments", body).expect("a route");
    let told = match request.decode(native) {
        Ok(Intake::Assess(told)) => Some(told),
        _ => None,
    };
    let told = told.expect("it is to be judged");
    let mut record = record(told.event, Some(Verdict::Challenge));
    record.entry.sighting = Some(Sighting { id: id(), is_first: true, is_listed: false, n_devices: 3 });
    record
}

fn id() -> AccountDeviceId {
    AccountDeviceId::parse("651e72eccc64cb48d6f860c0").expect("an id")
}

#[track_caller]
fn message(topic: Topic, told: &ToldOf<'_>) -> Option<Value> {
    let telling = Telling { hook: "h".into(), topic };
    let message = dialect("native").hook_message(&telling, told)?;
    assert_eq!(message.kind, topic.as_str());
    let body: Value = serde_json::from_slice(&message.body).expect("JSON");
    assert_eq!(body["type"], topic.as_str());
    Some(body)
}

#[test]
fn of_an_event_a_hook_is_told_what_was_judged() {
    let record = challenged();
    for topic in [Topic::Assessed, Topic::Challenged, Topic::Sharing] {
        let body = message(topic, &ToldOf::Event(&record)).expect("a message");
        let data = &body["data"];
        assert_eq!(data["event_id"], record.entry.event.id.to_string());
        assert_eq!((&data["account"], &data["verdict"]), (&json!("ann"), &json!("challenge")));
        assert!(data["risk_score"].is_number() && data["reasons"].is_array() && body["timestamp"].is_string());
        let sighting = json!({"id": "651e72eccc64cb48d6f860c0", "first": true, "devices": 3});
        assert_eq!((&data["device_sighting"], &data["feedback"]), (&sighting, &Value::Null));
    }
    assert_eq!(message(Topic::DeviceNew, &ToldOf::Event(&record)), None);
}

#[test]
fn how_a_challenge_ended_is_said_of_its_end_alone() {
    let mut record = challenged();
    let received_at = support::RECEIVED_AT.plus(std::time::Duration::from_secs(60));
    record.feedback = vec![Feedback {
        application: record.entry.event.application.clone(),
        target: FeedbackTarget::Event(record.entry.event.id),
        kind: FeedbackKind::ChallengeFailed,
        received_at,
    }];
    let ended = message(Topic::ChallengeEnded, &ToldOf::Event(&record)).expect("a message");
    assert_eq!(ended["data"]["feedback"], "challenge_failed");
    assert_eq!(ended["timestamp"], "2021-08-27T12:20:31.035741Z");
    let begun = message(Topic::Challenged, &ToldOf::Event(&record)).expect("a message");
    assert_eq!(begun["data"]["feedback"], Value::Null);
}

#[test]
fn of_a_device_a_hook_is_told_the_account_and_the_device() {
    let (account, record) = (AccountId::new("ann").expect("an id"), challenged());
    let device = AccountDevice {
        id: id(),
        latest: DeviceSnapshot::of(&record.entry.event).expect("a device"),
        latest_event: record.entry.event.id,
        first_at: support::RECEIVED_AT,
        detached_at: Some(support::RECEIVED_AT),
        metadata: Vec::new(),
    };
    for topic in [Topic::DeviceNew, Topic::DeviceDetached] {
        let body = message(topic, &ToldOf::Device(&account, &device)).expect("a message");
        assert_eq!(body["data"]["account"], "ann");
        assert_eq!(body["data"]["device"]["id"], "651e72eccc64cb48d6f860c0");
    }
    assert_eq!(message(Topic::Assessed, &ToldOf::Device(&account, &device)), None);
}
