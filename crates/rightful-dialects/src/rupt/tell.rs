//! What Rupt's listening pages and hooks are told.

use rightful_domain::{AccountDevice, AccountId, Record, Telling, Topic};

use super::encode::{device_body, moment};
use super::evaluation::challenge_of;
use super::wire::{ChallengeHook, ChallengeId, DeviceHook, PageMessage, SharingHook};
use super::{token, words};
use crate::{HookMessage, Notice, ToldOf};

/// Where a client goes that is challenged and whose page does not take it from there: nowhere. Left out, the client would
/// go to a page of the vendor's.
const CHALLENGE_URL: &str = "#";

/// A message to a page that listens.
pub(super) fn page(notice: &Notice) -> Option<String> {
    let message = match notice {
        Notice::Detached => PageMessage::Logout,
        Notice::Challenged { event } => {
            PageMessage::Challenge { challenge: ChallengeId { id: event.to_string() }, url: CHALLENGE_URL }
        }
    };
    serde_json::to_string(&message).ok()
}

/// A message to a hook.
pub(super) fn hook(telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
    match (telling.topic, told) {
        (Topic::Challenged, ToldOf::Event(record)) => challenge("challenge.initiated", &at_first(record)),
        (Topic::ChallengeEnded, ToldOf::Event(record)) => challenge(ended(record), record),
        (Topic::Sharing, ToldOf::Event(record)) => sharing(record),
        (Topic::DeviceDetached, ToldOf::Device(account, device)) => detached(account, device),
        // Rupt has no word for what was judged, nor for a new device, and its hooks are told of neither.
        _ => None,
    }
}

/// A record as it was when its event was judged: a message may be sent long after, and says what it is about.
fn at_first(record: &Record) -> Record {
    Record { conclusion: None, feedback: Vec::new(), consumed_at: None, ..record.clone() }
}

fn ended(record: &Record) -> &'static str {
    if words::challenge_status(record) == Some("skipped") { "challenge.skipped" } else { "challenge.completed" }
}

fn challenge(kind: &'static str, record: &Record) -> Option<HookMessage> {
    let id = record.entry.event.id.to_string();
    // Whether a limit is exceeded is told by a message of its own.
    let reasons = words::reasons(&record.entry, &rightful_domain::Settings::default());
    let challenge = challenge_of(&id, record, reasons)?;
    let account = record.entry.event.account.as_ref().map(|account| account.as_str());
    message(kind, &ChallengeHook { event: kind, account, challenge })
}

fn sharing(record: &Record) -> Option<HookMessage> {
    const KIND: &str = "account_sharing.signal";
    let entry = &record.entry;
    message(
        KIND,
        &SharingHook {
            event: KIND,
            account: entry.event.account.as_ref().map(|account| account.as_str()),
            attached_devices: entry.sighting.map(|sighting| sighting.n_devices),
            device: entry.sighting.map(|sighting| sighting.id.to_string()),
            access: token::access(entry.event.id),
            created_at: moment(entry.event.received_at),
        },
    )
}

fn detached(account: &AccountId, device: &AccountDevice) -> Option<HookMessage> {
    const KIND: &str = "device.detached";
    let device = device_body(None, account, device);
    message(KIND, &DeviceHook { event: KIND, account: account.as_str(), device })
}

fn message(kind: &'static str, body: &impl serde::Serialize) -> Option<HookMessage> {
    Some(HookMessage { kind, body: serde_json::to_vec(body).ok()? })
}
