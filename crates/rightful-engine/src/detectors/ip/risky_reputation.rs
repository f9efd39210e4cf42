//! `IP_RISKY_REPUTATION`: the address was an intruder's, or is a failing machine's.
//!
//! - Threat: an intruder who was thrown out comes back from the same line, or works from one through a list.
//! - Evidence: the account remembers the address as bad since its takeover; an event there, of any account, was said to
//!   be a takeover; or nearly all attempts there fail.
//! - Known false alarms: addresses are reassigned and shared; hence it never decides alone, and an address that many
//!   familiar accounts share is nobody's reputation.
//! - Never: at addresses shared by more than 20 familiar accounts; after the account was let through there again since
//!   it was reclaimed.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, halved, number};
use crate::features::Features;
use crate::policy::{IpRiskyReputation, Thresholds};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpRiskyReputation,
    title: "the address has a bad name",
    explains: "The address was used in a takeover, of this account or another, or nearly everything that is tried \
               there fails.",
    sees: "The account remembers the address as an intruder's, an event there was said to be a takeover, or nearly \
           all attempts there fail. Weighs half after each 7 days.",
    never: "Addresses shared by more than 20 familiar accounts.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Reputation,
    role: Role::Evidence,
    evidence: &["address_bad", "days_ago", "failure_ratio", "familiar_accounts"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.ip_risky_reputation;
    let familiar = features.sharing.address_familiar_accounts.unwrap_or(0);
    if f64::from(familiar) > thresholds.familiar_accounts_max.get() {
        return None;
    }
    let is_bad = features.reputation.address_bad == Some(true);
    // Where it is known as bad and not since when, it is so now.
    let bad_days = is_bad.then(|| features.standing.address_bad_days.unwrap_or(0.0));
    let days = bad_days.into_iter().chain(features.standing.address_labelled_days).reduce(f64::min);
    let by_name = days.map(|days| halved(thresholds.nats.get(), days, thresholds.half_life_days));
    let failure_ratio = failure_ratio(features, thresholds);
    let is_failing = failure_ratio >= thresholds.failure_ratio_min.get();
    let by_failures = is_failing.then(|| thresholds.failing_nats.get());
    Some(Finding {
        reason: DETECTOR.reason,
        nats: by_name.into_iter().chain(by_failures).reduce(f64::max)?,
        evidence: vec![
            flag("address_bad", days.is_some()),
            number("days_ago", days.unwrap_or(0.0)),
            number("failure_ratio", failure_ratio),
            count("familiar_accounts", familiar),
        ],
    })
}

/// The part of the day's attempts at the address that failed; 0 where there are too few to say.
fn failure_ratio(features: &Features, thresholds: &IpRiskyReputation) -> f64 {
    let day = features.velocity.address.map(|tally| tally.span(Span::Day)).unwrap_or_default();
    let enough = f64::from(day.attempts) >= thresholds.attempts_24h_min.get();
    if enough { f64::from(day.failures) / f64::from(day.attempts) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, tally};
    use crate::features::{Reputation, Sharing, Standing, Velocity};

    fn of(bad: Option<bool>, familiar: u32) -> Features {
        let reputation = Reputation { address_bad: bad, ..Reputation::default() };
        let sharing = Sharing { address_familiar_accounts: Some(familiar), ..Sharing::default() };
        Features { reputation, sharing, ..Features::default() }
    }

    #[test]
    fn fires_on_a_bad_address_that_few_share() {
        for (bad, familiar, fires) in [
            (Some(true), 0, true),
            (Some(true), 20, true),
            (Some(true), 21, false),
            (Some(false), 0, false),
            (None, 0, false),
        ] {
            check(&DETECTOR, &of(bad, familiar), fires);
        }
    }

    #[test]
    fn weighs_half_after_seven_days_whoever_was_taken_over() {
        let nats = |bad: Option<bool>, bad_days: Option<f64>, labelled_days: Option<f64>| {
            let standing =
                Standing { address_bad_days: bad_days, address_labelled_days: labelled_days, ..Standing::default() };
            check(&DETECTOR, &Features { standing, ..of(bad, 0) }, true).map(|finding| finding.nats)
        };
        assert_eq!(nats(Some(true), Some(0.0), None), Some(1.0));
        assert_eq!(nats(Some(true), Some(7.0), None), Some(0.5));
        assert_eq!(nats(Some(true), Some(7.0), Some(0.0)), Some(1.0));
        assert_eq!(nats(Some(false), None, Some(14.0)), Some(0.25));
    }

    #[test]
    fn fires_where_nearly_everything_fails() {
        for (attempts, familiar, fires) in [(20, 0, true), (19, 0, false), (500, 21, false)] {
            let velocity = Velocity { address: Some(tally(attempts, attempts, attempts)), ..Velocity::default() };
            check(&DETECTOR, &Features { velocity, ..of(None, familiar) }, fires);
        }
    }
}
