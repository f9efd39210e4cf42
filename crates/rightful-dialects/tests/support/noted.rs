//! What examples give of devices, dossiers and sightings, and how the intakes beside events are shown.

use rightful_dialects::{Intake, Reply, VendorReply};
use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, DeviceSnapshot, Dossier, Event, Feedback, FeedbackKind, FeedbackTarget,
    Label, LabelValue, Note, NoteKind, NoteTarget, Pii, Record, Sighting, Timestamp,
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
            Reply::Vendors(VendorReply::Identified { record: Box::new(remembered(Some(&told.event))), device })
        }
        Intake::Dossier(account) => Reply::Dossier(Box::new(dossier(account.clone(), given, None, snapshot))),
        Intake::Note(note) => {
            let Note { about, kind, .. } = &**note;
            let account = match about {
                NoteTarget::Account(account) => account.clone(),
                NoteTarget::Device(_) => AccountId::new("ann").expect("an id"),
            };
            Reply::Dossier(Box::new(dossier(account, given, Some(kind), snapshot)))
        }
        Intake::Consume(_) => {
            let mut record = remembered(None);
            record.consumed_at = Some(super::RECEIVED_AT);
            Reply::Vendors(VendorReply::Consumed(Box::new(record)))
        }
        Intake::LookUp { .. } => Reply::LookedUp(super::changed::breached(given)),
        Intake::Backfill(told) => Reply::Observed(told.event.id),
        Intake::Reclaim(all) => Reply::Reclaimed { n_accounts: u32::try_from(all.len()).expect("few") },
        Intake::Listen(_) | Intake::Stream(_) | Intake::Export(_) => Reply::Nothing,
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
            let mut shown = json!({"verb": "report", "id": id, "device": event["device"], "network": event["network"]});
            if let Some(behavior) = &report.behavior {
                shown["behavior"] = json!(format!("{behavior:?}"));
            }
            if report.said.is_some() {
                shown["said"] = super::attempts::said(report);
            }
            if let Some(opened_at) = report.opened_at {
                shown["opened_at"] = json!(opened_at.as_micros());
            }
            shown
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
        Intake::LookUp { username: None, .. } => json!({"verb": "look up"}),
        Intake::LookUp { username: Some(username), hashes } => {
            json!({"verb": "look up", "username": username.reveal(), "hashes": super::changed::present(hashes)})
        }
        Intake::Reclaim(all) => {
            // A thousand would hide the first.
            let first: Vec<String> = all.iter().take(3).map(|reclaim| format!("{reclaim:?}")).collect();
            json!({"verb": "reclaim", "n": all.len(), "accounts": first})
        }
        Intake::Listen(device) => json!({"verb": "listen", "device": device.to_string()}),
        Intake::Stream(following) => json!({"verb": "stream", "following": format!("{following:?}")}),
        Intake::Export(excerpt) => json!({"verb": "export", "excerpt": format!("{excerpt:?}")}),
        _ => return None,
    })
}

/// The sighting that an example gives.
pub(crate) fn sighting(given: &Value) -> Option<Sighting> {
    let told = given.get("sighting")?;
    Some(Sighting {
        id: id(told),
        is_first: told["is_first"] == true,
        is_listed: told["is_listed"] == true,
        n_devices: told["n_devices"].as_u64().and_then(|n| u16::try_from(n).ok()).expect("a count"),
    })
}

/// The feedback that an example gives, as the kinds of it.
pub(crate) fn feedback(record: &Record, given: &Value) -> Vec<Feedback> {
    let kinds = given.get("feedback").and_then(Value::as_array).into_iter().flatten();
    let said = kinds.map(|kind| Feedback {
        application: record.entry.event.application.clone(),
        target: FeedbackTarget::Event(record.entry.event.id),
        kind: kind.as_str().and_then(feedback_kind).expect("a kind of feedback"),
        received_at: super::RECEIVED_AT,
    });
    said.collect()
}

fn feedback_kind(told: &str) -> Option<FeedbackKind> {
    match told {
        "challenge_passed" => Some(FeedbackKind::ChallengePassed { mechanism: None }),
        "challenge_failed" => Some(FeedbackKind::ChallengeFailed),
        "challenge_ignored" => Some(FeedbackKind::ChallengeIgnored),
        _ => None,
    }
}

/// What is noted of an account: what the example gives, and then what the request adds or takes.
fn dossier(
    account: AccountId,
    given: &Value,
    noted: Option<&NoteKind>,
    snapshot: impl Fn(&Value) -> DeviceSnapshot,
) -> Dossier {
    let list = |name: &str| given.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut dossier = Dossier {
        account,
        labels: list("labels").map(label).collect(),
        tags: list("tags").filter_map(Value::as_str).map(Into::into).collect(),
        closed_at: None,
        reopened: None,
        reported_at: None,
        reclaimed_at: None,
        devices: list("devices").map(|told| device(told, &snapshot)).collect(),
    };
    match noted {
        Some(NoteKind::Labelled(label)) => dossier.labels.push(label.clone()),
        Some(NoteKind::Tagged(tags)) => dossier.tags.extend(tags.iter().cloned()),
        Some(NoteKind::Untagged(tags)) => dossier.tags.retain(|tag| !tags.contains(tag)),
        Some(NoteKind::Reopened(reopening)) => dossier.reopened = Some(reopening.clone()),
        Some(NoteKind::Closed | NoteKind::Metadata(_) | NoteKind::Detached) | None => {}
    }
    dossier
}

fn label(told: &Value) -> Label {
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(|text| Pii::new(Box::from(text)));
    Label {
        value: LabelValue::ALL.into_iter().find(|value| value.as_str() == told["value"]).expect("a label"),
        comment: text("comment"),
        reviewer_name: text("reviewer_name"),
        reviewer_email: text("reviewer_email"),
        at: moment(&told["at"]).expect("a moment"),
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
