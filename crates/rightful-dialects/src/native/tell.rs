//! What hooks of our own style are told: `{"type", "timestamp", "data"}`, as Standard Webhooks suggest.
//!
//! Small, and without contacts: what else there is of an event is found by its id in the API.

use rightful_domain::{AccountDevice, AccountId, Feedback, Record, Telling, Timestamp, Topic};
use serde::Serialize;

use super::dossiers::{self, AccountDeviceBody, SightingBody};
use crate::time::rfc3339;
use crate::{HookMessage, ToldOf};

/// A message.
#[derive(Serialize)]
struct Message<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// When it happened.
    timestamp: String,
    data: T,
}

/// What is told of an event.
#[derive(Serialize)]
struct EventData<'a> {
    event_id: String,
    account: Option<&'a str>,
    action: &'a str,
    /// As it was told with the event; in `challenge.ended`, as it is known by then.
    outcome: &'static str,
    at: String,
    verdict: Option<&'static str>,
    answered: Option<&'static str>,
    risk_score: Option<f64>,
    reasons: Vec<&'static str>,
    device_sighting: Option<SightingBody>,
    /// What ended the challenge; null in other messages.
    feedback: Option<&'static str>,
}

/// What is told of a device.
#[derive(Serialize)]
struct DeviceData<'a> {
    account: &'a str,
    device: AccountDeviceBody<'a>,
}

/// A message to a hook.
pub(super) fn hook(telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
    let topic = telling.topic;
    match (topic, told) {
        (Topic::Assessed | Topic::Challenged | Topic::Sharing, ToldOf::Event(record)) => {
            let data = event(record, record.entry.event.outcome.as_str(), None);
            message(topic, record.entry.judged_at(), &data)
        }
        (Topic::ChallengeEnded | Topic::Reviewed, ToldOf::Event(record)) => {
            let data = event(record, record.outcome().as_str(), record.feedback.last());
            message(topic, record.last_said_at(), &data)
        }
        (Topic::DeviceNew, ToldOf::Device(account, device)) => {
            message(topic, device.first_at, &of_device(account, device))
        }
        (Topic::DeviceDetached, ToldOf::Device(account, device)) => {
            message(topic, device.detached_at.unwrap_or(device.latest.at), &of_device(account, device))
        }
        // Our own hooks are told of no other topic.
        _ => None,
    }
}

fn event<'a>(record: &'a Record, outcome: &'static str, last: Option<&Feedback>) -> EventData<'a> {
    let entry = &record.entry;
    let judged = entry.assessment.as_ref();
    EventData {
        event_id: entry.event.id.to_string(),
        account: entry.event.account.as_ref().map(|account| account.as_str()),
        action: entry.event.action.as_str(),
        outcome,
        at: rfc3339(entry.event.at),
        verdict: judged.map(|judged| judged.verdict.as_str()),
        answered: judged.and_then(|judged| judged.answered).map(|verdict| verdict.as_str()),
        risk_score: judged.map(|judged| judged.risk_score.points()),
        reasons: judged.map(|judged| judged.findings.iter().map(|it| it.reason.as_str()).collect()).unwrap_or_default(),
        device_sighting: entry.sighting.as_ref().map(dossiers::sighting),
        feedback: last.map(|said| said.kind.as_str()),
    }
}

fn of_device<'a>(account: &'a AccountId, device: &'a AccountDevice) -> DeviceData<'a> {
    DeviceData { account: account.as_str(), device: dossiers::device(device) }
}

fn message(topic: Topic, at: Timestamp, data: &impl Serialize) -> Option<HookMessage> {
    let kind = topic.as_str();
    let body = serde_json::to_vec(&Message { kind, timestamp: rfc3339(at), data }).ok()?;
    Some(HookMessage { kind, body })
}
