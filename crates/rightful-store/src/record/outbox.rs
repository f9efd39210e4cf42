//! The stored form of a message that waits.

use rightful_domain::{ApplicationId, Telling, Timestamp, Topic, Waiting};
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
