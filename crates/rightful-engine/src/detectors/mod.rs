//! Detectors: one file per reason; this is the list.
//!
//! A detector reads the features and the thresholds and nothing else, and says at most one thing. It fires on what was
//! seen, never on an absence of data. What several of them together mean is the policy's to decide.

mod device;
mod ip;
mod profile;
mod user;

use std::borrow::Cow;

use rightful_domain::{Evidence, EvidenceValue, Finding, ReasonCode};

use crate::features::Features;
use crate::policy::{Factor, Thresholds};

/// All detectors, in the order of their reasons' spelling.
pub const DETECTORS: &[Detector] = &LIST;

/// One reason: what it is called, what it means, and how it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Detector {
    /// The reason it gives.
    pub reason: ReasonCode,
    /// What it saw, as a part of a sentence: `device is new to the account`.
    pub title: &'static str,
    /// What that means, in a sentence or two, for the documentation and the console.
    pub explains: &'static str,
    /// The first release that has it.
    pub since: &'static str,
    /// Whether it may decide alone.
    pub strength: Strength,
    /// Which findings it is correlated with: of one family, the strongest counts in full.
    pub family: EvidenceFamily,
    /// The names of the evidence it may give, units last.
    pub evidence: &'static [&'static str],
    pub(crate) detect: fn(&Features, &Thresholds) -> Option<Finding>,
}

/// Whether a finding may lift a verdict to challenge by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Needs another finding beside it.
    Supporting,
    /// Strong proof: may decide alone.
    Strong,
}

impl Strength {
    /// As spelled in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supporting => "supporting",
            Self::Strong => "strong",
        }
    }
}

/// Findings that tend to come together, since they see the same thing from several sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceFamily {
    /// How fast things come.
    Velocity,
    /// Who else is there.
    Sharing,
    /// Whether the account knows the device.
    Device,
    /// Whether the account knows the network.
    Network,
    /// What is remembered as bad.
    Reputation,
    /// What was proved on the spot.
    Proof,
}

impl EvidenceFamily {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Velocity, Self::Sharing, Self::Device, Self::Network, Self::Reputation, Self::Proof];
}

const N_DETECTORS: usize =
    device::DETECTORS.len() + ip::DETECTORS.len() + profile::DETECTORS.len() + user::DETECTORS.len();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it would be an error")]
static LIST: [Detector; N_DETECTORS] = {
    let list = ([profile::DETECTORS[0]; N_DETECTORS], 0);
    let list = with_detectors(list, device::DETECTORS);
    let list = with_detectors(list, ip::DETECTORS);
    let list = with_detectors(list, profile::DETECTORS);
    with_detectors(list, user::DETECTORS).0
};

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where an index out of bounds is an error")]
const fn with_detectors(
    (mut list, start): ([Detector; N_DETECTORS], usize),
    more: &[Detector],
) -> ([Detector; N_DETECTORS], usize) {
    let mut n = 0;
    while n < more.len() {
        list[start + n] = more[n];
        n += 1;
    }
    (list, start + n)
}

/// Everything the detectors have to say, in their order.
pub(crate) fn run(features: &Features, thresholds: &Thresholds) -> Vec<Finding> {
    DETECTORS.iter().filter_map(|detector| (detector.detect)(features, thresholds)).collect()
}

/// The detector that gives a reason; None for a reason that none gives (yet).
pub(crate) fn of(reason: ReasonCode) -> Option<&'static Detector> {
    DETECTORS.iter().find(|detector| detector.reason == reason)
}

fn count(name: &'static str, value: u32) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Count(u64::from(value)) }
}

fn number(name: &'static str, value: f64) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Number(value) }
}

fn flag(name: &'static str, value: bool) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Flag(value) }
}

/// By how much the worst of several counts exceeds its limit, as a ratio above 1; None if none does. O(n).
fn worst_excess(counts_and_limits: &[(u32, f64)]) -> Option<f64> {
    counts_and_limits
        .iter()
        .map(|(count, limit)| f64::from(*count) / limit.max(1.0))
        .filter(|ratio| *ratio > 1.0)
        .reduce(f64::max)
}

/// How many times the usual limit a key that familiar accounts share may do.
///
/// Many people behind one address or device do many things. Only accounts that were let through and not reported
/// count, so an intruder cannot buy a limit with attempts.
fn sharing_factor(familiar_accounts: Option<u32>, accounts_per_limit: Factor) -> f64 {
    (f64::from(familiar_accounts.unwrap_or(0)) / accounts_per_limit.get()).max(1.0)
}

#[cfg(test)]
mod tests {
    use rightful_domain::{Mark, Outcome, Tally, Timestamp, Window};

    use super::*;

    /// What a window says of so many attempts in 60 s, in 10 min and in 1 h, all of which failed.
    pub(super) fn tally(attempts_60s: u32, attempts_10min: u32, attempts_1h: u32) -> Tally {
        let ages_s = [(attempts_60s, 0), (attempts_10min - attempts_60s, 300), (attempts_1h - attempts_10min, 1_800)];
        let mut window = Window::default();
        let mut event = 0;
        for (n, age_s) in ages_s.into_iter().rev() {
            for _ in 0..n {
                event += 1;
                let at = Timestamp::from_seconds(-age_s);
                window.count(Mark { at, event, counterparts: [None, None], outcome: Outcome::Failed });
            }
        }
        window.tally(Timestamp::from_seconds(0), Timestamp::from_seconds(0))
    }

    #[test]
    fn the_list_is_sorted_by_spelling_and_names_each_reason_once() {
        let spellings: Vec<&str> = DETECTORS.iter().map(|detector| detector.reason.as_str()).collect();
        assert!(spellings.windows(2).all(|pair| pair[0] < pair[1]), "{spellings:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is_known() {
        let policy = crate::Policy::default();
        assert_eq!(run(&Features::default(), policy.thresholds()), vec![]);
    }

    #[test]
    fn an_excess_is_the_worst_ratio_above_one() {
        for (counts, expected) in [
            (&[(10, 10.0), (5, 60.0)][..], None),
            (&[(11, 10.0), (5, 60.0)], Some(1.1)),
            (&[(11, 10.0), (120, 60.0)], Some(2.0)),
            (&[], None),
        ] {
            assert_eq!(worst_excess(counts), expected);
        }
    }

    #[test]
    fn a_shared_key_may_do_more_only_once_enough_share_it() {
        for (familiar, expected) in [(None, 1.0), (Some(0), 1.0), (Some(4), 1.0), (Some(5), 1.25), (Some(64), 16.0)] {
            let per_limit = Factor::try_from(4.0).expect("within its range");
            assert!((sharing_factor(familiar, per_limit) - expected).abs() < 1e-9, "{familiar:?}");
        }
    }
}
