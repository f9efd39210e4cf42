//! `PROFILE_RECOVERY_CHAIN`: somebody unknown changed how the account is reached, and now acts on it.
//!
//! - Threat: the takeover itself: recover access, change who is told, empty the account.
//! - Known false alarms: an owner who has lost the phone and starts anew.
//! - Source: the reason catalogue; the users' pains on which it rests.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileRecoveryChain,
    title: "the contact was changed by somebody unknown, and now this",
    explains: "A contact or a factor was changed, or access recovered, by somebody that the account did not know, \
               and now money or access is at stake.",
    sees: "A change of contact or factor within seven days from an unknown or challenged device, and an action that \
           moves money or changes access.",
    never: "A change made on a device that the account has known for long enough, or that somebody vouched for; the owner \
            on a device that it knew so before the change.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Evidence,
    evidence: &["contact_age_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_recovery_chain;
    let activity = &features.activity;
    let age_days = features.tenure.account_contact_age_days.filter(|age| *age <= thresholds.days_max.get())?;
    let is_sensitive = activity.moves_money == Some(true) || activity.changes_access == Some(true);
    let knew_before = features.acquaintance.device_before_change == Some(true);
    let by_stranger = features.standing.contact_changed_by_stranger == Some(true);
    (by_stranger && is_sensitive && !(knew_before && is_on_own_device(features))).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![number("contact_age_days", age_days)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Acquaintance, Activity, Novelty, Standing, Tenure};

    fn after(by_stranger: bool, days: f64, money: bool, before: Option<bool>) -> Features {
        let standing = Standing { contact_changed_by_stranger: Some(by_stranger), ..Standing::default() };
        let tenure = Tenure { account_contact_age_days: Some(days), ..Tenure::default() };
        let activity = Activity { moves_money: Some(money), ..Activity::default() };
        let novelty = Novelty { device_known: Some(before.is_some()), ..Novelty::default() };
        let acquaintance = Acquaintance { device_before_change: before, ..Acquaintance::default() };
        Features { standing, tenure, activity, novelty, acquaintance, ..Features::default() }
    }

    #[test]
    fn fires_on_money_after_a_strangers_change() {
        check(&DETECTOR, &after(true, 7.0, true, None), true);
        check(&DETECTOR, &after(true, 7.1, true, None), false);
        check(&DETECTOR, &after(false, 1.0, true, None), false);
        check(&DETECTOR, &after(true, 1.0, false, None), false);
        // The intruder's own device was learned shortly before the change, with it, or after it; the owner's was known.
        check(&DETECTOR, &after(true, 1.0, true, Some(false)), true);
        check(&DETECTOR, &after(true, 1.0, true, Some(true)), false);
        check(&DETECTOR, &Features::default(), false);
    }
}
