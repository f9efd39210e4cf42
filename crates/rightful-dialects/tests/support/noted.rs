//! What examples give of devices, dossiers and sightings, and how the intakes that they come of are shown.

use rightful_dialects::{Intake, Reply};
use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, CredentialStatus, DeviceSnapshot, Dossier, Event, Feedback,
    FeedbackKind, FeedbackTarget, Note, NoteTarget, Record, Sighting, Timestamp,
};
use serde_json::{Value, json};

/// What becomes of an intake that is about devices and reports, given the event that it is about as it is remembered.
pub(crate) fn reply_to(
    intake: &Intake,
    given: &Value,
    remembered: impl Fn(Option<&Event>) -> Record,
    snapshot: impl Fn(&Value) -> DeviceSnapshot,
) -> Option<Reply> {
    Some(match intake {
        Intake::Report(report) => Reply::Reported(report.id),
        Intake::Identify { told, .. } => {
            let device = given.get("device").map(|told| Box::new(device(told, &snapshot)));
            Reply::Identified { record: Box::new(remembered(Some(&told.event))), device }
        }
        Intake::Dossier(account) => Reply::Dossier(Box::new(dossier(account.clone(), given, snapshot))),
        Intake::Note(note) => {
            let Note { about, .. } = &**note;
            let account = match about {
                NoteTarget::Account(account) => account.clone(),
                NoteTarget::Device(_) => AccountId::new("ann").expect("an id"),
            };
            Reply::Dossier(Box::new(dossier(account, given, snapshot)))
        }
        Intake::Consume(_) => {
            let mut record = remembered(None);
            record.consumed_at = Some(super::RECEIVED_AT);
            Reply::Consumed(Box::new(record))
        }
        Intake::LookUp { .. } => Reply::LookedUp(CredentialStatus::default()),
        Intake::Listen(_) => Reply::Listening,
        _ => return None,
    })
}

/// How an intake that is about devices and reports is shown; None if it is about something else.
pub(crate) fn intake_json(
    intake: &Intake,
    event_json: impl Fn(&rightful_domain::Device, &rightful_domain::Network) -> Value,
    told_json: impl Fn(&rightful_dialects::Told) -> Value,
) -> Option<Value> {
    Some(match intake {
        Intake::Report(report) => {
            let event = event_json(&report.device, &report.network);
            let id = report.id.to_string();
            json!({"verb": "report", "id": id, "device": event["device"], "network": event["network"]})
        }
        Intake::Identify { token, tolerance, told } => {
            let tolerance = format!("{tolerance:?}");
            json!({"verb": "identify", "token": token.to_string(), "tolerance": tolerance, "told": told_json(told)})
        }
        Intake::Dossier(account) => json!({"verb": "dossier", "account": account.as_str()}),
        Intake::Note(note) => {
            json!({"verb": "note", "about": format!("{:?}", note.about), "kind": format!("{:?}", note.kind)})
        }
        Intake::Consume(event) => json!({"verb": "consume", "event": event.to_string()}),
        Intake::LookUp { .. } => json!({"verb": "look up"}),
        Intake::Listen(device) => json!({"verb": "listen", "device": device.to_string()}),
        _ => return None,
    })
}

/// The sighting that an example gives.
pub(crate) fn sighting(given: &Value) -> Option<Sighting> {
    let told = given.get("sighting")?;
    Some(Sighting {
        id: id(told),
        is_first: told["is_first"] == true,
        n_devices: told["n_devices"].as_u64().and_then(|n| u16::try_from(n).ok()).expect("a count"),
    })
}

/// The feedback that an example gives, as the kinds of it.
pub(crate) fn feedback(record: &Record, given: &Value) -> Vec<Feedback> {
    let kinds = given.get("feedback").and_then(Value::as_array).into_iter().flatten();
    let said = kinds.map(|kind| Feedback {
        application: record.entry.event.application.clone(),
        target: FeedbackTarget::Event(record.entry.event.id),
        kind: match kind.as_str() {
            Some("challenge_passed") => FeedbackKind::ChallengePassed { mechanism: None },
            Some("challenge_failed") => FeedbackKind::ChallengeFailed,
            Some("challenge_ignored") => FeedbackKind::ChallengeIgnored,
            other => panic!("unknown feedback {other:?}"),
        },
        received_at: super::RECEIVED_AT,
    });
    said.collect()
}

fn dossier(account: AccountId, given: &Value, snapshot: impl Fn(&Value) -> DeviceSnapshot) -> Dossier {
    let told = given.get("devices").and_then(Value::as_array).into_iter().flatten();
    Dossier {
        account,
        labels: Vec::new(),
        tags: Vec::new(),
        closed_at: None,
        reported_at: None,
        reclaimed_at: None,
        devices: told.map(|told| device(told, &snapshot)).collect(),
    }
}

/// A device as an example gives it.
pub(crate) fn device(told: &Value, snapshot: impl Fn(&Value) -> DeviceSnapshot) -> AccountDevice {
    let fields = told.get("metadata").and_then(Value::as_object).into_iter().flatten();
    let values =
        |values: &Value| values.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect();
    AccountDevice {
        id: id(told),
        latest: snapshot(&told["latest"]),
        latest_event: super::event_id(),
        first_at: moment(&told["first_at"]).expect("a moment"),
        detached_at: moment(&told["detached_at"]),
        metadata: fields.map(|(name, told)| (name.as_str().into(), values(told))).collect(),
    }
}

fn id(told: &Value) -> AccountDeviceId {
    told["id"].as_str().and_then(AccountDeviceId::parse).expect("an id")
}

fn moment(told: &Value) -> Option<Timestamp> {
    let at: jiff::Timestamp = told.as_str()?.parse().expect("RFC 3339");
    Some(Timestamp::from_micros(at.as_microsecond()))
}
