//! The only place where the time is read and randomness is drawn.

use std::sync::Arc;
use std::time::Duration;

use rand::RngCore;
use rightful_domain::{EventId, Timestamp};

/// The time by this machine's clock.
pub(crate) fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

/// A clock that is asked: [`now`], or in tests one that tells what they say.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How far a clock is behind the newest row of the ledger, whose time of receipt came from one before: zero unless it was
/// set back.
pub(crate) fn behind(now: Timestamp, newest_at: Option<Timestamp>) -> Duration {
    newest_at.map_or(Duration::ZERO, |newest_at| newest_at.since(now))
}

/// A fresh id for an event received at `now`.
pub(crate) fn event_id(now: Timestamp) -> EventId {
    let mut random = [0; 10];
    rand::rng().fill_bytes(&mut random);
    EventId::from_parts(u64::try_from(now.as_millis()).unwrap_or(0), random)
}

/// Random bytes for keys, from the operating system by way of a generator seeded by it.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
