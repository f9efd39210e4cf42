//! `PROFILE_FAMILIAR`: all in all this is the owner.
//!
//! - Meaning: speaks for the owner; with a low score it is what trust rests on.
//! - Known false alarms (false calm): somebody of the household.
//! - Source: Freeman et al., NDSS 2016; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number, times_likelier};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileFamiliar,
    title: "all in all this looks like the owner",
    explains: "Where from, with what, under which name and when: together they are much likelier for the owner than \
               for a stranger.",
    sees: "A likelihood ratio well below one, and at least three of its families (network, device, name, hour) on \
           the owner's side.",
    never: "A device or an address remembered as an intruder's; an account whose takeover is reported and open.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Explanation,
    evidence: &["owner_ratio", "kinds_of_evidence"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_familiar;
    let (likelihood, reputation) = (&features.likelihood, &features.reputation);
    let nats = likelihood.nats.filter(|nats| -nats >= thresholds.owner_nats_min.get())?;
    let is_long =
        features.tenure.account_history.is_some_and(|events| f64::from(events) >= thresholds.events_min.get())
            && features.tenure.account_age_days.is_some_and(|days| days >= thresholds.days_min.get());
    if features.acquaintance.is_young() {
        return None;
    }
    let is_bad = [reputation.device_bad, reputation.address_bad, reputation.account_reported].contains(&Some(true));
    let device = likelihood.device.map(|device| device + likelihood.versions.unwrap_or(0.0));
    let families = [likelihood.network, device, likelihood.name, likelihood.hour];
    let for_owner = families.into_iter().flatten().filter(|nats| -nats >= thresholds.family_nats_min.get());
    let n_families = u32::try_from(for_owner.count()).unwrap_or(u32::MAX);
    (is_long && !is_bad && f64::from(n_families) >= thresholds.families_min.get()).then(|| Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.nats.get(),
        evidence: vec![number("owner_ratio", times_likelier(-nats)), count("kinds_of_evidence", n_families)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Likelihood, Reputation, Tenure};

    fn of(nats: f64, network: f64, device: f64, name: Option<f64>) -> Features {
        let likelihood = Likelihood {
            nats: Some(nats),
            network: Some(network),
            device: Some(device),
            name,
            ..Likelihood::default()
        };
        let tenure = Tenure { account_history: Some(3), account_age_days: Some(1.0), ..Tenure::default() };
        Features { likelihood, tenure, ..Features::default() }
    }

    #[test]
    fn fires_where_three_families_say_that_it_is_the_owner() {
        check(&DETECTOR, &of(-2.0, -1.0, -0.5, Some(-0.5)), true);
        check(&DETECTOR, &of(-1.9, -1.0, -0.5, Some(-0.4)), false);
        check(&DETECTOR, &of(-9.0, -5.0, -4.0, None), false);
        check(&DETECTOR, &of(-9.0, -5.0, -4.0, Some(-0.09)), false);
        check(&DETECTOR, &Features::default(), false);
        let short = Tenure { account_history: Some(2), account_age_days: Some(9.0), ..Tenure::default() };
        let young = Tenure { account_history: Some(9), account_age_days: Some(0.9), ..Tenure::default() };
        for tenure in [short, young] {
            check(&DETECTOR, &Features { tenure, ..of(-9.0, -5.0, -4.0, Some(-1.0)) }, false);
        }
        let reputation = Reputation { device_bad: Some(true), ..Reputation::default() };
        check(&DETECTOR, &Features { reputation, ..of(-5.0, -2.0, -2.0, Some(-1.0)) }, false);
    }
}
