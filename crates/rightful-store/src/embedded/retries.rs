//! Requests that may come again: those that live shortly are kept in RAM alone and found again in the ledger at a
//! restart; those that live long are in the index as well.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rightful_domain::{RetryKey, Timestamp};

/// A key that lives longer than this is written to the index.
pub(super) const SHORT_LIVED_MAX: Duration = Duration::from_secs(300);
/// The most keys kept in RAM, some 100 bytes each; the oldest go first, and their requests are then judged again. Enough
/// for 60 s of 10 000 requests/s.
pub(super) const RETRIES_KEPT_MAX: usize = 600_000;

/// A request that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answered {
    /// Digest of its body.
    pub(super) body: [u8; 16],
    /// Until when its answer is kept.
    pub(super) until: Timestamp,
    /// Where its answer is.
    pub(super) sequence: u64,
}

impl Answered {
    /// As in the index.
    pub(super) fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (body, rest) = bytes.split_at_mut(16);
        let (until, sequence) = rest.split_at_mut(8);
        body.copy_from_slice(&self.body);
        until.copy_from_slice(&self.until.as_micros().to_be_bytes());
        sequence.copy_from_slice(&self.sequence.to_be_bytes());
        bytes
    }

    /// From the index; None if it cannot be one.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (body, rest) = bytes.split_first_chunk::<16>()?;
        let (until, rest) = rest.split_first_chunk::<8>()?;
        let (sequence, _) = rest.split_first_chunk::<8>()?;
        Some(Self {
            body: *body,
            until: Timestamp::from_micros(i64::from_be_bytes(*until)),
            sequence: u64::from_be_bytes(*sequence),
        })
    }
}

/// Whether a key lives long enough to be in the index.
pub(super) fn is_long_lived(retry: &RetryKey, received_at: Timestamp) -> bool {
    retry.until.since(received_at) > SHORT_LIVED_MAX
}

/// The requests kept in RAM.
#[derive(Default)]
pub(super) struct Retries {
    answered: HashMap<[u8; 16], Answered>,
    /// In the order in which they came.
    order: VecDeque<([u8; 16], u64)>,
}

impl Retries {
    /// The request of that key, if it is still kept at that time.
    pub(super) fn get(&self, key: &[u8; 16], now: Timestamp) -> Option<Answered> {
        self.answered.get(key).copied().filter(|answered| answered.until > now)
    }

    /// Takes over what came later.
    pub(super) fn extend(&mut self, later: Self) {
        self.answered.extend(later.answered);
        self.order.extend(later.order);
    }

    /// Keeps a request.
    pub(super) fn keep(&mut self, retry: &RetryKey, sequence: u64, now: Timestamp) {
        self.answered.insert(retry.key, Answered { body: retry.body, until: retry.until, sequence });
        self.order.push_back((retry.key, sequence));
        while let Some((key, sequence)) = self.order.front().copied() {
            let kept = self.answered.get(&key).filter(|answered| answered.sequence == sequence);
            let lives = kept.is_some_and(|answered| answered.until > now);
            if lives && self.order.len() <= RETRIES_KEPT_MAX {
                break;
            }
            if kept.is_some() {
                self.answered.remove(&key);
            }
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(key: u8, until: i64) -> RetryKey {
        RetryKey { key: [key; 16], body: [1; 16], until: Timestamp::from_seconds(until) }
    }

    #[test]
    fn a_request_is_kept_until_its_time_and_the_dead_make_room() {
        let at = Timestamp::from_seconds;
        let mut retries = Retries::default();
        retries.keep(&retry(1, 60), 1, at(0));
        retries.keep(&retry(2, 70), 2, at(10));
        assert_eq!(retries.get(&[1; 16], at(59)).map(|found| found.sequence), Some(1));
        assert_eq!(retries.get(&[1; 16], at(60)), None);
        retries.keep(&retry(1, 130), 3, at(65));
        assert_eq!(retries.get(&[1; 16], at(66)).map(|found| found.sequence), Some(3));
        assert_eq!((retries.answered.len(), retries.order.len()), (2, 2));
    }

    #[test]
    fn a_request_reads_back_from_the_index() {
        let answered = Answered { body: [3; 16], until: Timestamp::from_seconds(9), sequence: 77 };
        assert_eq!(Answered::of_bytes(&answered.to_bytes()), Some(answered));
        assert_eq!(Answered::of_bytes(&[0; 31]), None);
    }
}
