//! `IP_TRUSTED`: an address at which people have come and gone without harm, or that is listed.
//!
//! - Meaning: speaks for the owner a little: offices and homes, as opposed to what is rented for an attack.
//! - Known false alarms (false calm): a colleague, or a machine in the office that somebody else controls.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpTrusted,
    title: "the address has long been a good one",
    explains: "Several accounts have been let through at this address for a month and more, hardly anything fails \
               there, or the application's list lets it in.",
    sees: "Thirty days of events that were let through at the address, at least three accounts familiar before \
           today, at most one failure in ten attempts of the week; or the application's list.",
    never: "Hosting networks; addresses remembered as an intruder's.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["address_life_days", "familiar_accounts", "failure_ratio", "listed"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.ip_trusted;
    let is_bad = features.reputation.address_bad == Some(true) || features.standing.address_labelled_days.is_some();
    let listed = features.lists.address_allowed == Some(true);
    let life_days = features.tenure.address_life_days.unwrap_or(0.0);
    let familiar = features.sharing.address_familiar_accounts.unwrap_or(0);
    let failure_ratio = features.velocity.address.map_or(1.0, |tally| {
        let week = tally.span(Span::Week);
        f64::from(week.failures) / f64::from(week.attempts.max(1))
    });
    let has_proved = life_days >= thresholds.life_days_min.get()
        && f64::from(familiar) >= thresholds.familiar_accounts_min.get()
        && failure_ratio <= thresholds.failure_ratio_max.get()
        && features.network.hosting != Some(true)
        && features.lists.address_blocked != Some(true);
    if !listed && (is_bad || !has_proved) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: -if listed { thresholds.allowed_nats } else { thresholds.nats }.get(),
        evidence: vec![
            number("address_life_days", life_days),
            count("familiar_accounts", familiar),
            number("failure_ratio", failure_ratio),
            flag("listed", listed),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, tally};
    use rightful_domain::Tally;

    use crate::features::{Lists, Sharing, Tenure, Velocity};

    fn office() -> Features {
        let tenure = Tenure { address_life_days: Some(30.0), ..Tenure::default() };
        let sharing = Sharing { address_familiar_accounts: Some(3), ..Sharing::default() };
        let velocity = Velocity { address: Some(Tally::default()), ..Velocity::default() };
        Features { tenure, sharing, velocity, ..Features::default() }
    }

    #[test]
    fn fires_on_a_long_good_address_and_on_a_listed_one() {
        check(&DETECTOR, &office(), true);
        let with = |change: fn(&mut Features)| {
            let mut features = office();
            change(&mut features);
            features
        };
        check(&DETECTOR, &with(|f| f.tenure.address_life_days = Some(29.9)), false);
        check(&DETECTOR, &with(|f| f.sharing.address_familiar_accounts = Some(2)), false);
        check(&DETECTOR, &with(|f| f.network.hosting = Some(true)), false);
        check(&DETECTOR, &with(|f| f.reputation.address_bad = Some(true)), false);
        check(&DETECTOR, &with(|f| f.standing.address_labelled_days = Some(1.0)), false);
        check(&DETECTOR, &with(|f| f.velocity.address = Some(tally(1, 1, 1))), false);
        check(&DETECTOR, &with(|f| f.velocity.address = None), false);
        let lists = Lists { address_allowed: Some(true), ..Lists::default() };
        check(&DETECTOR, &Features { lists, ..Features::default() }, true);
    }
}
