//! `PROFILE_ACTIVITY_ANOMALY`: the account does what it has never done, or in an order that it should not.
//!
//! - Threat: the steps of a takeover: in, change who is told, out with the money.
//! - Known false alarms: everybody withdraws for a first time. Hence little weight for one sign.
//! - Source: Transmit Security's recommendations; the reason catalogue. Amounts by their order of magnitude.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileActivityAnomaly,
    title: "what is done is unusual for the account",
    explains: "The account has never done this before, or does it right after a change of contact, perhaps at an \
               hour at which it is never used.",
    sees: "At least five events of history, and money or access that is new to it, or money within a day of a change \
           of contact.",
    never: "Users with fewer than five events; an unusual hour alone.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Activity,
    role: Role::Evidence,
    evidence: &["new_action", "after_contact_change", "much_more_than_ever", "hour_share"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_activity_anomaly;
    let (activity, tenure) = (&features.activity, &features.tenure);
    tenure.account_history.filter(|learned| f64::from(*learned) >= thresholds.events_min.get())?;
    let moves_money = activity.moves_money == Some(true);
    let is_sensitive = moves_money || activity.changes_access == Some(true);
    let new_action = is_sensitive && activity.action_known == Some(false);
    let after_contact_change = moves_money
        && tenure.account_contact_age_days.is_some_and(|age| age * 24.0 <= thresholds.sequence_hours_max.get());
    let rare_hour = activity.hour_share.is_some_and(|share| share < thresholds.hour_share_max.get());
    let doublings = activity.amount_doublings.unwrap_or(0);
    let much_more = moves_money && f64::from(doublings) >= thresholds.amount_doublings_min.get();
    let signs = [new_action, after_contact_change, much_more, rare_hour];
    let n_signs = signs.into_iter().filter(|sign| *sign).count();
    (new_action || after_contact_change || much_more).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(n_signs as f64),
        evidence: vec![
            flag("new_action", new_action),
            flag("after_contact_change", after_contact_change),
            flag("much_more_than_ever", much_more),
            number("hour_share", activity.hour_share.unwrap_or(1.0)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Activity, Tenure};

    fn done(history: u32, known: bool, money: bool, contact_days: Option<f64>, hour_share: f64) -> Features {
        let tenure =
            Tenure { account_history: Some(history), account_contact_age_days: contact_days, ..Tenure::default() };
        let activity = Activity {
            action_known: Some(known),
            moves_money: Some(money),
            hour_share: Some(hour_share),
            ..Activity::default()
        };
        Features { tenure, activity, ..Features::default() }
    }

    #[test]
    fn fires_on_new_sensitive_actions_and_on_money_after_a_change() {
        check(&DETECTOR, &done(5, false, true, None, 0.5), true);
        check(&DETECTOR, &done(4, false, true, None, 0.5), false);
        check(&DETECTOR, &done(5, true, true, None, 0.5), false);
        check(&DETECTOR, &done(5, false, false, None, 0.5), false);
        check(&DETECTOR, &done(5, true, true, Some(1.0), 0.5), true);
        check(&DETECTOR, &done(5, true, true, Some(1.1), 0.5), false);
        check(&DETECTOR, &done(5, true, false, Some(0.1), 0.5), false);
        check(&DETECTOR, &done(5, true, true, None, 0.0), false);
    }

    #[test]
    fn weighs_more_the_more_is_unusual() {
        let nats = |hour_share| check(&DETECTOR, &done(5, false, true, None, hour_share), true).map(|found| found.nats);
        assert!(nats(0.019) > nats(0.02));
    }
}
