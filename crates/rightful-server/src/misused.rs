//! Tokens that are refused again and again: after a while they are refused without being looked at.
//!
//! What is counted is one token's refusals, never a client's: whoever fills in a form of a shop chooses the token that the
//! shop's server presents next, and must not be able to have that server shut out. Kept in RAM, in a table of a fixed size
//! that forgets the longest unseen.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use rightful_dialects::RefusalKind;
use rightful_domain::{ApplicationId, Timestamp};
use ring::digest::{Context, SHA256};

/// Refusals of one token within [`COUNTED_WITHIN`] after which it is blocked.
pub(crate) const MISUSES_MAX: u8 = 10;
/// How long a token's refusals are counted, from the first.
const COUNTED_WITHIN: Duration = Duration::from_secs(10 * 60);
/// How long a token is blocked.
const BLOCKED_FOR: Duration = Duration::from_secs(10 * 60);
/// Tokens of each of two generations: the older goes when the younger is full.
const TOKENS_MAX: usize = 8_192;

/// A token as it is remembered: its digest, since what is kept must open nothing.
type Key = [u8; 32];

/// What tokens were refused for, lately.
#[derive(Debug, Default)]
pub(crate) struct MisusedTokens(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    younger: HashMap<Key, Misuse>,
    older: HashMap<Key, Misuse>,
}

#[derive(Debug, Clone, Copy)]
struct Misuse {
    since: Timestamp,
    n: u8,
    /// Why it was refused last.
    kind: RefusalKind,
}

impl Misuse {
    fn is_blocked(&self) -> bool {
        self.n >= MISUSES_MAX
    }

    fn is_over(&self, now: Timestamp) -> bool {
        // Of a blocked one, `since` is when it was blocked.
        now >= self.since.plus(if self.is_blocked() { BLOCKED_FOR } else { COUNTED_WITHIN })
    }
}

/// A token, and whose it is said to be: None of one that says that itself.
pub(crate) type Owned<'a> = (Option<&'a ApplicationId>, &'a str);

impl MisusedTokens {
    /// Why a token was refused so often that it is blocked; None if it is to be looked at.
    pub(crate) fn blocked(&self, token: Owned<'_>, now: Timestamp) -> Option<RefusalKind> {
        let generations = self.0.lock();
        if generations.younger.is_empty() && generations.older.is_empty() {
            return None;
        }
        let key = key(token);
        let misuse = generations.younger.get(&key).or_else(|| generations.older.get(&key))?;
        (misuse.is_blocked() && !misuse.is_over(now)).then_some(misuse.kind)
    }

    /// Counts a refusal of a token; true if that was one too many.
    pub(crate) fn refused(&self, token: Owned<'_>, kind: RefusalKind, now: Timestamp) -> bool {
        let key = key(token);
        let mut generations = self.0.lock();
        let misuse = generations.of(key, Misuse { since: now, n: 0, kind });
        if misuse.is_over(now) {
            *misuse = Misuse { since: now, n: 0, kind };
        }
        if misuse.is_blocked() {
            return false;
        }
        (misuse.n, misuse.kind) = (misuse.n + 1, kind);
        if misuse.is_blocked() {
            misuse.since = now;
        }
        misuse.is_blocked()
    }
}

impl Generations {
    fn of(&mut self, key: Key, new: Misuse) -> &mut Misuse {
        if !self.younger.contains_key(&key) {
            if self.younger.len() >= TOKENS_MAX {
                self.older = std::mem::take(&mut self.younger);
            }
            let known = self.older.remove(&key).unwrap_or(new);
            self.younger.insert(key, known);
        }
        self.younger.entry(key).or_insert(new)
    }
}

fn key((owner, token): Owned<'_>) -> Key {
    let mut context = Context::new(&SHA256);
    let owner = owner.map_or("", ApplicationId::as_str);
    context.update(&(owner.len() as u64).to_be_bytes());
    context.update(owner.as_bytes());
    context.update(token.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn after(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_token_is_blocked_after_so_many_refusals_and_for_so_long() {
        let (misused, token) = (MisusedTokens::default(), (None, "a.b.c"));
        for n in 1..MISUSES_MAX {
            assert!(!misused.refused(token, RefusalKind::Unauthorized, after(n.into())));
            assert_eq!(misused.blocked(token, after(n.into())), None, "{n}");
        }
        assert!(misused.refused(token, RefusalKind::Forbidden, after(60)));
        assert_eq!(misused.blocked(token, after(60)), Some(RefusalKind::Forbidden));
        assert!(!misused.refused(token, RefusalKind::Forbidden, after(61)), "it is blocked once");
        assert_eq!(misused.blocked(token, after(659)), Some(RefusalKind::Forbidden));
        assert_eq!(misused.blocked(token, after(660)), None);
        assert!(!misused.refused(token, RefusalKind::Forbidden, after(661)), "and counted anew");
    }

    #[test]
    fn refusals_far_apart_block_nothing_and_no_other_token_either() {
        let (shop, bank) = (ApplicationId::new("shop").unwrap(), ApplicationId::new("bank").unwrap());
        let misused = MisusedTokens::default();
        for n in 0..40 {
            assert!(!misused.refused((Some(&shop), "slow"), RefusalKind::NotFound, after(n * 120)), "{n}");
        }
        for n in 0..MISUSES_MAX {
            misused.refused((Some(&shop), "token"), RefusalKind::NotFound, after(n.into()));
        }
        assert!(misused.blocked((Some(&shop), "token"), after(20)).is_some());
        for other in [(Some(&bank), "token"), (Some(&shop), "other"), (None, "token")] {
            assert_eq!(misused.blocked(other, after(20)), None);
        }
    }

    #[test]
    fn the_table_does_not_grow_beyond_its_size() {
        let misused = MisusedTokens::default();
        for n in 0..3 * TOKENS_MAX {
            misused.refused((None, &n.to_string()), RefusalKind::Malformed, START);
        }
        let generations = misused.0.lock();
        assert!(generations.younger.len() <= TOKENS_MAX && generations.older.len() <= TOKENS_MAX);
    }
}
