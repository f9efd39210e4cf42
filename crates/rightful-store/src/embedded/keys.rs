//! The layout of keys on disk. Those written for every login are at most 20 bytes, which the database keeps without an
//! allocation.

use rightful_domain::{EventId, Tag, Timestamp};

/// Which index a key belongs to: its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Index {
    /// Account, then sequence: what the entry is, in short.
    Account,
    /// Device, then sequence: the same.
    Device,
    /// Address, then sequence: the same.
    Address,
    /// The caller's id that several events share, then sequence: the same.
    Correlation,
}

impl Index {
    const fn letter(self) -> u8 {
        match self {
            Self::Account => b'a',
            Self::Device => b'd',
            Self::Address => b'i',
            Self::Correlation => b'c',
        }
    }

    /// The key of one entry.
    pub(super) fn key(self, tag: Tag, sequence: u64) -> [u8; 17] {
        let mut key = [0; 17];
        let (letter, rest) = key.split_at_mut(1);
        letter.copy_from_slice(&[self.letter()]);
        let (tag_bytes, sequence_bytes) = rest.split_at_mut(8);
        tag_bytes.copy_from_slice(&tag.get().to_be_bytes());
        sequence_bytes.copy_from_slice(&sequence.to_be_bytes());
        key
    }
}

/// The sequence number at the end of an index key; None if it is too short to have one.
pub(super) fn sequence_of(key: &[u8]) -> Option<u64> {
    let (_, sequence) = key.split_last_chunk()?;
    Some(u64::from_be_bytes(*sequence))
}

fn of_event<const N: usize>(letter: u8, event: EventId, rest: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    let parts = [letter].into_iter().chain(*event.as_bytes()).chain(rest.iter().copied());
    for (to, from) in key.iter_mut().zip(parts) {
        *to = from;
    }
    key
}

/// Where an event is in the ledger.
pub(super) const fn event_key(event: EventId) -> [u8; 16] {
    *event.as_bytes()
}

/// What profiles have made of an event, where that is no longer what its entry says.
pub(super) fn status_key(event: EventId) -> [u8; 17] {
    of_event(b's', event, &[])
}

/// One thing that was said of an event later.
pub(super) fn amendment_key(event: EventId, sequence: u64) -> [u8; 25] {
    of_event(b'm', event, &sequence.to_be_bytes())
}

/// All that was said of an event later.
pub(super) fn amendments_of(event: EventId) -> [u8; 17] {
    of_event(b'm', event, &[])
}

/// The event that an amendment's key is about; None if it is none.
pub(super) fn event_of_amendment(key: &[u8]) -> Option<EventId> {
    let event = key.strip_prefix(b"m")?.first_chunk()?;
    Some(EventId::from_bytes(*event))
}

/// A long-lived retry key.
pub(super) fn retry_key(key: &[u8; 16]) -> [u8; 17] {
    of_event(b'r', EventId::from_bytes(*key), &[])
}

/// The first letter of all retry keys.
pub(super) const RETRY_PREFIX: [u8; 1] = [b'r'];
/// The first letter of all marks of time.
pub(super) const TIME_PREFIX: [u8; 1] = [b't'];

/// The unit in which the ledger is indexed by time, in micros.
const MINUTE: i64 = 60_000_000;

/// The minute of a moment, counted so that its bytes sort by time.
pub(super) fn minute_of(at: Timestamp) -> u64 {
    at.as_micros().div_euclid(MINUTE).cast_unsigned() ^ (1 << 63)
}

/// When a minute so counted begins.
pub(super) const fn beginning_of(minute: u64) -> Timestamp {
    Timestamp::from_micros((minute ^ (1 << 63)).cast_signed().saturating_mul(MINUTE))
}

/// The mark of a minute: leads to the first row received in it.
pub(super) fn time_key(minute: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = minute.to_be_bytes();
    [b't', a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_tag_then_sequence_and_minutes_by_time() {
        let tag = Tag::new(7);
        assert!(Index::Account.key(tag, 1) < Index::Account.key(tag, 256));
        assert!(Index::Account.key(tag, u64::MAX) < Index::Account.key(Tag::new(8), 0));
        assert_eq!(sequence_of(&Index::Device.key(tag, 99)), Some(99));
        let amendment = amendment_key(EventId::from_bytes([1; 16]), 5);
        assert_eq!(sequence_of(&amendment), Some(5));
        assert_eq!(event_of_amendment(&amendment), Some(EventId::from_bytes([1; 16])));
        assert_eq!(event_of_amendment(&retry_key(&[1; 16])), None);
        let minute = |seconds| minute_of(Timestamp::from_seconds(seconds));
        assert!(
            minute(-61) < minute(-60) && minute(-1) < minute(0) && minute(59) == minute(0) && minute(60) > minute(0)
        );
        for seconds in [-60, 0, 60, 1_767_225_600] {
            assert_eq!(beginning_of(minute(seconds + 59)), Timestamp::from_seconds(seconds));
        }
    }
}
