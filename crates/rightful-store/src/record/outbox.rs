//! The stored forms of a message that waits, of a line in a hook's log, and of the audit of a redelivery.

use std::borrow::Cow;

use rightful_domain::{
    ApplicationId, AuditedChange, DeliveryTry, EventId, Telling, Timestamp, Topic, TryEnd, TryFailure, Waiting,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

/// The version of the bytes below.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredWaiting<'a> {
    number: u64,
    #[serde(borrow)]
    application: &'a str,
    hook: &'a str,
    topic: u8,
    sequence: u64,
    since: i64,
    n_tried: u16,
    due_at: i64,
}

/// A message that waits, as bytes.
pub(crate) fn encode_waiting(waiting: &Waiting) -> Vec<u8> {
    let stored = StoredWaiting {
        number: waiting.number,
        application: waiting.application.as_str(),
        hook: &waiting.telling.hook,
        topic: waiting.telling.topic.number(),
        sequence: waiting.sequence,
        since: waiting.since.as_micros(),
        n_tried: waiting.n_tried,
        due_at: waiting.due_at.as_micros(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// A message that waits, from its bytes.
pub(crate) fn decode_waiting(bytes: &[u8]) -> Result<Waiting, Undecodable> {
    let stored: StoredWaiting<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    Ok(Waiting {
        number: stored.number,
        application: super::id(stored.application, ApplicationId::new)?,
        telling: Telling { hook: stored.hook.into(), topic: Topic::of_number(stored.topic)? },
        sequence: stored.sequence,
        since: Timestamp::from_micros(stored.since),
        n_tried: stored.n_tried,
        due_at: Timestamp::from_micros(stored.due_at),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredTry {
    number: u64,
    event: [u8; 16],
    topic: u8,
    n: u16,
    at: i64,
    took_ms: u32,
    status: Option<u16>,
    failure: Option<u8>,
    next_at: Option<i64>,
}

/// A line of a hook's log, as bytes.
pub(crate) fn encode_try(tried: &DeliveryTry) -> Vec<u8> {
    let (status, failure) = match tried.ended {
        TryEnd::Answered(status) => (Some(status), None),
        TryEnd::Failed(failure) => (None, Some(failure.number())),
    };
    let stored = StoredTry {
        number: tried.number,
        event: *tried.event.as_bytes(),
        topic: tried.topic.number(),
        n: tried.n,
        at: tried.at.as_micros(),
        took_ms: tried.took_ms,
        status,
        failure,
        next_at: tried.next_at.map(Timestamp::as_micros),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// A line of a hook's log, from its bytes.
pub(crate) fn decode_try(bytes: &[u8]) -> Result<DeliveryTry, Undecodable> {
    let stored: StoredTry = super::from_versioned_bytes(VERSION, bytes)?;
    let ended = match (stored.status, stored.failure) {
        (Some(status), None) => TryEnd::Answered(status),
        (None, Some(failure)) => TryEnd::Failed(TryFailure::of_number(failure)?),
        _ => return Err(Undecodable("a try that did not end in one way")),
    };
    Ok(DeliveryTry {
        number: stored.number,
        event: EventId::from_bytes(stored.event),
        topic: Topic::of_number(stored.topic)?,
        n: stored.n,
        at: Timestamp::from_micros(stored.at),
        took_ms: stored.took_ms,
        ended,
        next_at: stored.next_at.map(Timestamp::from_micros),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredRedelivery<'a> {
    application: &'a str,
    hook: &'a str,
    at: i64,
    numbers: Cow<'a, [u64]>,
}

/// What the audit says of a redelivery, as bytes.
pub(crate) fn encode_redelivery(application: &ApplicationId, hook: &str, at: Timestamp, numbers: &[u64]) -> Vec<u8> {
    let stored =
        StoredRedelivery { application: application.as_str(), hook, at: at.as_micros(), numbers: numbers.into() };
    super::to_versioned_bytes(VERSION, &stored)
}

/// When messages were sent again, and which change that was, from what the audit says of it.
pub(crate) fn audited_redelivery(bytes: &[u8]) -> Result<(Timestamp, AuditedChange), Undecodable> {
    let stored: StoredRedelivery<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    let change = AuditedChange::Redelivered {
        application: ApplicationId::new(stored.application).map_err(|_| Undecodable("not an application's id"))?,
        hook: stored.hook.into(),
        n_messages: stored.numbers.len() as u64,
    };
    Ok((Timestamp::from_micros(stored.at), change))
}
