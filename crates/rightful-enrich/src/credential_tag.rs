//! A password reduced to a tag of the day: enough to see one password tried on many accounts, and nothing else.
//!
//! The key is derived from a seed that lives in memory, the application and the day, so tags of two applications can never
//! be compared, and after a restart with another seed no earlier tag means anything. A password is told with its tag of the
//! day before, too, so that midnight hides no campaign; tags of days further apart have nothing in common.

use rightful_domain::{ApplicationId, CredentialTag, PasswordHashes, Timestamp};
use zeroize::Zeroizing;

const DAY_MICROS: i64 = 86_400_000_000;
const KEY_CONTEXT: &str = "rightful credential tag, key of one application and day";

/// The tag of what the caller sent; None if nothing of it is the same for one password on two accounts.
pub(crate) fn of(
    hashes: &PasswordHashes,
    seed: &[u8; 32],
    application: &ApplicationId,
    received_at: Timestamp,
) -> Option<CredentialTag> {
    // The kinds are kept apart: a caller who changes from one to the other starts anew.
    let (kind, hash) = match (&hashes.sha256, &hashes.sha1_sha256) {
        (Some(hash), _) => (1, hash),
        (None, Some(hash)) => (2, hash),
        (None, None) => return None,
    };
    let day = received_at.as_micros().div_euclid(DAY_MICROS);
    let tag_of = |day| tag(&day_key(seed, application, day), kind, hash);
    Some(CredentialTag { of_day: tag_of(day), of_day_before: tag_of(day - 1) })
}

fn tag(key: &[u8; 32], kind: u8, hash: &[u8; 32]) -> u64 {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&[kind]);
    hasher.update(hash);
    let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
    zeroize::Zeroize::zeroize(&mut hasher);
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

fn day_key(seed: &[u8; 32], application: &ApplicationId, day: i64) -> Zeroizing<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key(KEY_CONTEXT);
    hasher.update(seed);
    hasher.update(&day.to_le_bytes());
    // Last, as it is the one part without a fixed length.
    hasher.update(application.as_str().as_bytes());
    let key = Zeroizing::new(*hasher.finalize().as_bytes());
    zeroize::Zeroize::zeroize(&mut hasher);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: [u8; 32] = [7; 32];
    const DAY: i64 = 86_400;

    fn tag(sha256: Option<u8>, sha1_sha256: Option<u8>, seed: [u8; 32], shop: &str, at_s: i64) -> Option<u64> {
        let hash = |byte: Option<u8>| byte.map(|byte| Zeroizing::new([byte; 32]));
        let hashes = PasswordHashes { sha256: hash(sha256), sha1_sha256: hash(sha1_sha256), ..Default::default() };
        let application = ApplicationId::new(shop).expect("an id");
        of(&hashes, &seed, &application, Timestamp::from_seconds(at_s)).map(|tag| tag.of_day)
    }

    #[test]
    fn equal_passwords_of_one_application_and_day_are_equal_and_nothing_else_is() {
        let one = tag(Some(1), None, SEED, "shop", 0);
        assert!(one.is_some());
        assert_eq!(one, tag(Some(1), Some(9), SEED, "shop", DAY - 1));
        for other in [
            tag(Some(2), None, SEED, "shop", 0),
            tag(None, Some(1), SEED, "shop", 0),
            tag(Some(1), None, [8; 32], "shop", 0),
            tag(Some(1), None, SEED, "other", 0),
            tag(Some(1), None, SEED, "shop", DAY),
            tag(Some(1), None, SEED, "shop", -1),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_password_is_told_with_its_tag_of_the_day_before_and_of_no_other() {
        let hashes = PasswordHashes { sha256: Some(Zeroizing::new([1; 32])), ..Default::default() };
        let application = ApplicationId::new("shop").expect("an id");
        let tags = |days: i64| of(&hashes, &SEED, &application, Timestamp::from_seconds(days * DAY)).expect("a tag");
        assert_eq!(tags(1).of_day_before, tags(0).of_day);
        assert_eq!(tags(0).of_day_before, tags(-1).of_day);
        assert_ne!(tags(2).of_day_before, tags(0).of_day);
    }

    #[test]
    fn without_a_comparable_hash_there_is_no_tag() {
        assert_eq!(tag(None, None, SEED, "shop", 0), None);
        let opaque = PasswordHashes { email_password_sha256: Some(Zeroizing::new([1; 32])), ..Default::default() };
        let application = ApplicationId::new("shop").expect("an id");
        assert!(of(&opaque, &SEED, &application, Timestamp::from_seconds(0)).is_none());
    }
}
