//! Digests that name requests and changes.
//!
//! A body may hold a password hash, so its digest is keyed: whoever reads it from a disk, and knows the rest of the body,
//! must not be able to try passwords on it.

use std::time::Duration;

use rightful_domain::{ApplicationId, EventId, RetryKey, Timestamp};

/// A digest over parts, each with its length, so that no two lists of parts look the same.
fn digest(mut hasher: blake3::Hasher, parts: &[&[u8]]) -> [u8; 16] {
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut short = [0; 16];
    hasher.finalize_xof().fill(&mut short);
    short
}

/// A keyed digest for one purpose.
pub(crate) fn keyed(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&(purpose.len() as u64).to_be_bytes());
    hasher.update(purpose.as_bytes());
    digest(hasher, parts)
}

/// Names a request by itself: the same path, query and body of the same tenant is the same request until `kept` is over.
pub(crate) fn retry_of_request(
    key: &[u8; 32],
    application: &ApplicationId,
    target: [&str; 2],
    body: &[u8],
    received_at: Timestamp,
    kept: Duration,
) -> RetryKey {
    let body = keyed(key, "retry body", &[body]);
    let [path, query] = target;
    let request = [application.as_str().as_bytes(), path.as_bytes(), query.as_bytes(), &body];
    RetryKey { key: keyed(key, "retry request", &request), body, until: received_at.plus(kept) }
}

/// Names a request by the key its caller gave it. Another path or body under the same key is a conflict.
pub(crate) fn retry_of_key(
    key: &[u8; 32],
    application: &ApplicationId,
    idempotency_key: &str,
    path: &str,
    body: &[u8],
    until: Timestamp,
) -> RetryKey {
    RetryKey {
        key: keyed(key, "retry key", &[application.as_str().as_bytes(), idempotency_key.as_bytes()]),
        body: keyed(key, "retry target", &[path.as_bytes(), body]),
        until,
    }
}

/// A UUID (version 8) that follows from an event, for ids that an answer must repeat the same.
pub(crate) fn uuid_from(event: EventId, purpose: &str) -> String {
    uuid_of(purpose, &[event.as_bytes()])
}

/// The same for one of several parts of an event; the first is 0, and shares its id with the event.
pub(crate) fn uuid_from_part(event: EventId, part: u8, purpose: &str) -> String {
    if part == 0 { uuid_from(event, purpose) } else { uuid_of(purpose, &[event.as_bytes(), &[part]]) }
}

/// A UUID (version 8) that follows from a moment, to find in logs what was answered then.
pub(crate) fn uuid_at(at: Timestamp, purpose: &str) -> String {
    uuid_of(purpose, &[&at.as_micros().to_be_bytes()])
}

fn uuid_of(purpose: &str, parts: &[&[u8]]) -> String {
    uuid_of_bytes(digest(blake3::Hasher::new_derive_key(purpose), parts))
}

/// A UUID (version 8) of these bytes.
pub(crate) fn uuid_of_bytes(mut bytes: [u8; 16]) -> String {
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = 0x80 | (*version & 0x0f);
    *variant = 0x80 | (*variant & 0x3f);
    let n = u128::from_be_bytes(bytes);
    let field = |shift: u32, bits: u32| (n >> shift) & ((1 << bits) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        field(96, 32),
        field(80, 16),
        field(64, 16),
        field(48, 16),
        field(0, 48)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(id: &str) -> ApplicationId {
        ApplicationId::new(id).expect("an id")
    }

    fn retry(id: &str, path: &str, query: &str, body: &[u8]) -> [u8; 16] {
        let kept = Duration::from_secs(60);
        retry_of_request(&[7; 32], &application(id), [path, query], body, Timestamp::default(), kept).key
    }

    #[test]
    fn a_request_is_another_if_anything_of_it_is() {
        let first = retry("a", "/p", "q", b"body");
        assert_eq!(first, retry("a", "/p", "q", b"body"));
        assert_ne!(first, retry("b", "/p", "q", b"body"));
        assert_ne!(first, retry("a", "/", "pq", b"body"));
        assert_ne!(first, retry("a", "/p", "", b"body"));
        assert_ne!(first, retry("a", "/p", "q", b"body "));
    }

    #[test]
    fn a_key_stays_the_same_where_the_body_does_not() {
        let named = |path, body| retry_of_key(&[7; 32], &application("a"), "k", path, body, Timestamp::default());
        assert_eq!(named("/p", b"1").key, named("/q", b"2").key);
        assert_ne!(named("/p", b"1").body, named("/q", b"1").body);
        assert_ne!(named("/p", b"1").body, named("/p", b"2").body);
    }

    #[test]
    fn a_uuid_follows_from_its_event_and_purpose() {
        let event = EventId::from_parts(1_700_000_000_000, [1; 10]);
        let change = uuid_from(event, "change");
        assert_eq!(change, uuid_from(event, "change"));
        assert_ne!(change, uuid_from(event, "change set"));
        assert_eq!((change.len(), change.get(14..15)), (36, Some("8")));
        assert!(EventId::parse(&change).is_ok());
    }
}
