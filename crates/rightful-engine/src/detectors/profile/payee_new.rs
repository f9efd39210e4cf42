//! `PROFILE_PAYEE_NEW`: money goes to whom the account has never paid.
//!
//! - Threat: an account is emptied to an intruder's helper.
//! - Known false alarms: people pay new people all the time.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfilePayeeNew,
    title: "the payee is new to the account",
    explains: "The account has paid others, and never this payee, or not for a year.",
    sees: "Payees of earlier payments of the account, and this one.",
    never: "The first payment ever; a payment that names none.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Payment,
    role: Role::Evidence,
    evidence: &["payees_known", "idle_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_payee_new;
    let dealing = &features.payment.payee;
    let known = dealing.n_known.filter(|known| *known > 0)?;
    let is_new = dealing.idle_days.is_none_or(|idle| idle > thresholds.period_days.get());
    is_new.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("payees_known", known), number("idle_days", dealing.idle_days.unwrap_or(0.0))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Dealing, Payment};

    #[test]
    fn fires_on_what_was_never_used_or_not_for_long() {
        for (n_known, idle_days, fires) in [
            (Some(1), None, true),
            (Some(1), Some(1.0), false),
            (Some(1), Some(400.0), true),
            (Some(0), None, false),
            (None, None, false),
        ] {
            let payment = Payment { payee: Dealing { n_known, idle_days }, ..Payment::default() };
            check(&DETECTOR, &Features { payment, ..Features::default() }, fires);
        }
    }
}
