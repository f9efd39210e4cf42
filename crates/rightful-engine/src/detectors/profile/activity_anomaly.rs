//! `PROFILE_ACTIVITY_ANOMALY`: the account does what it has never done, or in an order that it should not.
//!
//! - Threat: the steps of a takeover: in, change who is told, out with the money.
//! - Known false alarms: everybody withdraws for a first time. Hence little weight for one sign.
//! - Source: Transmit Security's recommendations; the reason catalogue; Sumsub's "unfamiliar transactions": amount, currency, hour
//!   and direction (whom it goes to is `PROFILE_PAYEE_NEW`). Amounts by their order of magnitude.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileActivityAnomaly,
    title: "what is done is unusual for the account",
    explains: "The account has never done this before, never this way or in this currency, or never with so much money; or it does it \
               right after a change of contact; perhaps at an hour at which it is never used.",
    sees: "At least five events of history, and money or access that is new to it, money that leaves in a new currency or for the \
           first time when it only ever came in, or money within a day of a change of contact.",
    never: "Users with fewer than five events; an account's first money; money that comes in; an unusual hour alone.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Activity,
    role: Role::Evidence,
    evidence: &[
        "new_action",
        "after_contact_change",
        "much_more_than_ever",
        "hour_share",
        "new_currency",
        "new_direction",
    ],
    detect,
};

/// The first signs are enough by themselves; the hour, which is the last, is not.
const SIGNS_ENOUGH: usize = 4;

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
    let leaves = moves_money && activity.money_leaves == Some(true);
    let new_currency = leaves && activity.currency_known == Some(false);
    let new_direction = leaves && activity.direction_known == Some(false);
    // A first withdrawal is a new action and a new direction, and one sign.
    let signs = [new_action || new_direction, after_contact_change, much_more, new_currency, rare_hour];
    let n_signs = signs.into_iter().filter(|sign| *sign).count();
    signs.into_iter().take(SIGNS_ENOUGH).any(|sign| sign).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(n_signs as f64),
        evidence: vec![
            flag("new_action", new_action),
            flag("after_contact_change", after_contact_change),
            flag("much_more_than_ever", much_more),
            number("hour_share", activity.hour_share.unwrap_or(1.0)),
            flag("new_currency", new_currency),
            flag("new_direction", new_direction),
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
    fn fires_on_money_that_leaves_as_it_never_did() {
        let paid = |history, currency_known, direction_known, money_leaves| {
            let mut features = done(history, true, true, None, 0.5);
            let activity = &mut features.activity;
            (activity.currency_known, activity.direction_known) = (currency_known, direction_known);
            activity.money_leaves = money_leaves;
            features
        };
        let (new, known, out, back) = (Some(false), Some(true), Some(true), Some(false));
        for (features, fires) in [
            (paid(5, new, known, out), true),
            (paid(5, known, new, out), true),
            (paid(5, known, known, out), false),
            // A young account, an account's first money, and money that comes in or whose way is not told.
            (paid(4, new, new, out), false),
            (paid(5, None, None, out), false),
            (paid(5, new, new, back), false),
            (paid(5, new, new, None), false),
        ] {
            check(&DETECTOR, &features, fires);
        }
        // No money moves by signing in, whatever is told beside it.
        let mut login = paid(5, new, new, out);
        login.activity.moves_money = Some(false);
        check(&DETECTOR, &login, false);
    }

    #[test]
    fn a_first_withdrawal_is_one_sign_and_not_two() {
        let nats = |action_known, direction_known| {
            let mut features = done(5, action_known, true, None, 0.5);
            (features.activity.direction_known, features.activity.money_leaves) = (Some(direction_known), Some(true));
            check(&DETECTOR, &features, true).map(|found| found.nats)
        };
        assert_eq!(nats(false, false), nats(false, true));
        assert_eq!(nats(false, false), nats(true, false));
    }

    #[test]
    fn weighs_more_the_more_is_unusual() {
        let nats = |hour_share| check(&DETECTOR, &done(5, false, true, None, hour_share), true).map(|found| found.nats);
        assert!(nats(0.019) > nats(0.02));
    }
}
