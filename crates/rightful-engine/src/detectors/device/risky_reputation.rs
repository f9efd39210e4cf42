//! `DEVICE_RISKY_REPUTATION`: the device was an intruder's.
//!
//! - Threat: an intruder who was thrown out comes back with the same browser.
//! - Evidence: the account, or the device's own record, remembers the device as bad since a takeover; or an event on it,
//!   of any account, was said to be a takeover, which weighs less, since a library's computer serves many.
//! - Known false alarms: a family's machine that was taken for an intruder's, or the owner's own that an intruder steered
//!   from afar. It is forgiven once the account was reclaimed and the device has passed a challenge, and matters half as
//!   much after each half-life. So that it can pass one, it is not refused where the account had long known it.
//! - Never: after the account was reclaimed and the device passed a challenge.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, halved, number};
use crate::features::Features;
use crate::policy::{Days, Thresholds};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceRiskyReputation,
    title: "the device was an intruder's",
    explains: "The device was used in a takeover, of this account or another, and has not proved to be the owner's \
               since.",
    sees: "The account, or the device's own record, remembers the device as an intruder's, or an event on it of any \
           account was said to be a takeover. Weighs half after each 90 days, and challenges instead of denying where \
           the account was reclaimed since and had known the device for two weeks before.",
    never: "After the account was reclaimed and let through on the device again.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Reputation,
    role: Role::Evidence,
    evidence: &["device_bad", "on_another_account", "days_ago"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_risky_reputation;
    let is_bad = features.reputation.device_bad == Some(true);
    let standing = &features.standing;
    let labelled = standing.device_labelled_days.map(|days| (thresholds.labelled_nats.get(), days));
    // Where it is known as bad and not since when, it is so now.
    let bad_days = standing.device_bad_days.unwrap_or(0.0);
    let may_be_owners = may_be_owners(features, bad_days, thresholds.known_days_min);
    let bad_nats = if may_be_owners { thresholds.labelled_nats } else { thresholds.nats };
    let bad = is_bad.then(|| (bad_nats.get(), bad_days));
    let weigh = |(nats, days)| (halved(nats, days, thresholds.half_life_days), days);
    let (nats, days) =
        bad.into_iter().chain(labelled).map(weigh).max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats,
        evidence: vec![flag("device_bad", is_bad), flag("on_another_account", !is_bad), number("days_ago", days)],
    })
}

/// The account has been given back since the device was said to be an intruder's, and had known it for long by then: the
/// owner's own, perhaps, under somebody else's hand.
fn may_be_owners(features: &Features, bad_days: f64, known_days_min: Days) -> bool {
    let reputation = &features.reputation;
    let is_over = reputation.account_reported != Some(true)
        && reputation.account_reclaimed_days.is_some_and(|reclaimed| reclaimed <= bad_days);
    is_over && features.novelty.device_age_days.is_some_and(|age| age - bad_days >= known_days_min.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Novelty, Reputation, Standing};

    fn nats(bad: Option<bool>, bad_days: f64, labelled_days: Option<f64>, fires: bool) -> Option<f64> {
        let reputation = Reputation { device_bad: bad, ..Reputation::default() };
        let device_bad_days = bad.filter(|bad| *bad).map(|_| bad_days);
        let standing = Standing { device_bad_days, device_labelled_days: labelled_days, ..Standing::default() };
        let features = Features { reputation, standing, ..Features::default() };
        check(&DETECTOR, &features, fires).map(|finding| finding.nats)
    }

    #[test]
    fn fires_on_a_device_that_was_an_intruders_here_or_elsewhere() {
        assert_eq!(nats(Some(true), 0.0, None, true), Some(3.0));
        assert_eq!(nats(Some(false), 0.0, Some(0.0), true), Some(1.3));
        assert_eq!(nats(Some(true), 0.0, Some(0.0), true), Some(3.0));
        nats(Some(false), 0.0, None, false);
        nats(None, 0.0, None, false);
    }

    #[test]
    fn what_the_account_had_long_known_is_asked_once_the_account_was_given_back() {
        for (age_days, reclaimed_days, reported, expected) in [
            (Some(14.0), Some(0.0), Some(false), 1.3),
            (Some(13.9), Some(0.0), Some(false), 3.0),
            (None, Some(0.0), Some(false), 3.0),
            // Reported again, or said to be an intruder's after that.
            (Some(14.0), Some(0.0), Some(true), 3.0),
            (Some(14.0), Some(0.1), Some(false), 3.0),
            (Some(14.0), None, Some(false), 3.0),
        ] {
            let standing = Standing { device_bad_days: Some(0.0), ..Standing::default() };
            let novelty = Novelty { device_age_days: age_days, ..Novelty::default() };
            let reputation = Reputation {
                device_bad: Some(true),
                account_reported: reported,
                account_reclaimed_days: reclaimed_days,
                ..Reputation::default()
            };
            let features = Features { reputation, standing, novelty, ..Features::default() };
            let nats = check(&DETECTOR, &features, true).map(|finding| finding.nats);
            assert_eq!(nats, Some(expected), "{age_days:?} {reclaimed_days:?} {reported:?}");
        }
    }

    #[test]
    fn weighs_half_after_ninety_days() {
        assert_eq!(nats(Some(true), 90.0, None, true), Some(1.5));
        assert_eq!(nats(Some(true), 900.0, Some(0.0), true), Some(1.3));
    }
}
