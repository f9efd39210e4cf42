//! How many different things were seen, in bounded memory: exact while they are few, estimated from the smallest hashes
//! beyond (Bar-Yossef et al., "Counting distinct elements in a data stream", 2002). Two counts add up to the count of both.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most hashes kept. The standard error beyond is one over its root: 3 %.
const HASHES_MAX: usize = 1_024;

/// A hash that is the same at each run.
pub(super) fn hashed(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Distinct(BTreeSet<u64>);

impl Distinct {
    /// Sees one.
    pub(super) fn see(&mut self, hash: u64) {
        if self.0.len() == HASHES_MAX {
            if self.0.last().is_some_and(|last| hash >= *last) || !self.0.insert(hash) {
                return;
            }
            self.0.pop_last();
        } else {
            self.0.insert(hash);
        }
    }

    /// Sees all that another has seen.
    pub(super) fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|hash| self.see(hash));
    }

    /// How many there are.
    pub(super) fn n(&self) -> u64 {
        let kept = self.0.len();
        match self.0.last() {
            Some(last) if kept == HASHES_MAX => {
                // So many hashes lie in this part of all that there could be.
                ((kept - 1) as f64 / (*last as f64 / u64::MAX as f64)).round() as u64
            }
            _ => kept as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        for n in [0, 1, 1_000, 1_024, 20_000, 300_000_u64] {
            let (mut one, mut other) = (Distinct::default(), Distinct::default());
            for i in 0..n {
                one.see(hashed(i));
                // Seen twice, by two: once.
                other.see(hashed(i / 2));
            }
            one.merge(other);
            let told = one.n() as f64;
            let slack = if n < 1_024 { 0.0 } else { 0.1 * n as f64 };
            assert!((told - n as f64).abs() <= slack, "{n}: {told}");
        }
    }
}
