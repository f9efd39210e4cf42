//! `PROFILE_PAYMENT_METHOD_NEW`: what the account has never paid with.
//!
//! - Threat: stolen cards are tried on an account with a good name.
//! - Known false alarms: cards expire.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfilePaymentMethodNew,
    title: "the means of payment is new to the account",
    explains: "The account has paid otherwise, and never with this, or not for half a year.",
    sees: "Means of earlier payments of the account, and this one.",
    never: "The first payment ever; a payment that names none.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Payment,
    role: Role::Evidence,
    evidence: &["means_of_payment_known", "idle_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_payment_method_new;
    let dealing = &features.payment.method;
    let known = dealing.n_known.filter(|known| *known > 0)?;
    let is_new = dealing.idle_days.is_none_or(|idle| idle > thresholds.period_days.get());
    is_new.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("means_of_payment_known", known), number("idle_days", dealing.idle_days.unwrap_or(0.0))],
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
            let payment = Payment { method: Dealing { n_known, idle_days }, ..Payment::default() };
            check(&DETECTOR, &Features { payment, ..Features::default() }, fires);
        }
    }
}
