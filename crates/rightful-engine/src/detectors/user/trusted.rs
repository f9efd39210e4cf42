//! `USER_TRUSTED`: an account in good standing for long, or one that is listed.
//!
//! - Meaning: says that the account deserves care; speaks for whoever comes next to nothing, as stolen accounts were
//!   in good standing, too.
//! - Known false alarms (false calm): a sleeping account of a helper, grown old on purpose.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number};
use crate::features::Features;
use crate::policy::{Thresholds, UserTrusted};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserTrusted,
    title: "the account has long been in good standing",
    explains: "The account has been used for half a year without a report, and its owner has proved to be the owner; \
               or the application's list lets it in.",
    sees: "Half a year of events that were let through, a proof by the owner, no report open; or the application's \
           list.",
    never: "While a report is open; within thirty days of a reclaim, or of a change of contact by somebody unknown.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Evidence,
    evidence: &["account_age_days", "proved_days", "listed"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.user_trusted;
    if features.reputation.account_reported == Some(true) {
        return None;
    }
    let listed = features.lists.account_allowed == Some(true);
    let (age_days, proved_days) = (features.tenure.account_age_days, features.standing.proved_days);
    let is_long = age_days.is_some_and(|age| age >= thresholds.days_min.get()) && proved_days.is_some();
    let has_proved = is_long && is_quiet(features, thresholds) && !features.acquaintance.is_newcomer();
    (listed || has_proved).then(|| Finding {
        reason: DETECTOR.reason,
        nats: -if listed { thresholds.allowed_nats } else { thresholds.nats }.get(),
        evidence: vec![
            number("account_age_days", age_days.unwrap_or(0.0)),
            number("proved_days", proved_days.unwrap_or(0.0)),
            flag("listed", listed),
        ],
    })
}

fn is_quiet(features: &Features, thresholds: &UserTrusted) -> bool {
    let is_past = |days: Option<f64>| days.is_none_or(|days| days >= thresholds.quiet_days_min.get());
    let by_stranger = features.standing.contact_changed_by_stranger == Some(true);
    is_past(features.reputation.account_reclaimed_days)
        && (!by_stranger || is_past(features.tenure.account_contact_age_days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Lists, Standing, Tenure};

    fn standing(age_days: f64, proved_days: Option<f64>) -> Features {
        let tenure = Tenure { account_age_days: Some(age_days), ..Tenure::default() };
        let standing = Standing { proved_days, ..Standing::default() };
        Features { tenure, standing, ..Features::default() }
    }

    #[test]
    fn fires_on_half_a_year_with_a_proof_or_on_a_listed_account() {
        check(&DETECTOR, &standing(180.0, Some(3.0)), true);
        check(&DETECTOR, &standing(179.0, Some(3.0)), false);
        check(&DETECTOR, &standing(900.0, None), false);
        let lists = Lists { account_allowed: Some(true), ..Lists::default() };
        check(&DETECTOR, &Features { lists, ..Features::default() }, true);
        check(&DETECTOR, &Features::default(), false);
    }

    #[test]
    fn never_while_a_report_is_open_or_soon_after() {
        let with = |change: fn(&mut Features)| {
            let mut features = standing(900.0, Some(3.0));
            features.lists.account_allowed = Some(false);
            change(&mut features);
            features
        };
        check(&DETECTOR, &with(|f| f.reputation.account_reported = Some(true)), false);
        check(&DETECTOR, &with(|f| f.reputation.account_reclaimed_days = Some(29.0)), false);
        check(&DETECTOR, &with(|f| f.reputation.account_reclaimed_days = Some(30.0)), true);
        let changed = with(|f| {
            f.standing.contact_changed_by_stranger = Some(true);
            f.tenure.account_contact_age_days = Some(29.0);
        });
        check(&DETECTOR, &changed, false);
    }
}
