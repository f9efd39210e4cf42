//! `IP_ACTION_VELOCITY`: more comes from the address than such an address usually sends.
//!
//! - Threat: a machine that works through a list of stolen credentials, or through one account's passwords.
//! - Evidence: events of the address (IPv6: its /64) in 60 s, 10 min or 1 h above the limit of its class.
//! - Known false alarms: offices, schools and carriers behind one number. The limit grows with the number of accounts
//!   that were let through there, and with the class: a carrier's translator, or a private address (which is more often
//!   a proxy that hides everybody than somebody), may do more.
//! - Never: where the event carries no address.
//! - Source: OWASP Automated Threats, OAT-008 Credential Stuffing.

use rightful_domain::{AddressKind, Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, number, sharing_factor, worst_excess};
use crate::features::Features;
use crate::policy::{IpActionVelocity, Thresholds};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpActionVelocity,
    title: "unusually many events from the address",
    explains: "More events came from this address in a short time, on whatever accounts, than such an address usually \
               sends.",
    sees: "Events of the address (IPv6: its /64) in 60 s, 10 min or 1 h above the limit of its class.",
    never: "Where many accounts have been let through before today: the limit grows with them, and behind a \
            carrier's translator.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Velocity,
    role: Role::Evidence,
    evidence: &[
        "attempts_60s",
        "limit_60s",
        "attempts_10min",
        "limit_10min",
        "attempts_1h",
        "limit_1h",
        "failures_1h",
        "accounts_24h",
        "saturated",
    ],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let tally = features.velocity.address?;
    let thresholds = &thresholds.ip_action_velocity;
    let factor = class_factor(features, thresholds)
        * sharing_factor(features.sharing.address_familiar_accounts, thresholds.familiar_accounts_per_limit);
    let (minute, ten, hour) = (tally.span(Span::Minute), tally.span(Span::TenMinutes), tally.span(Span::Hour));
    let limit_60s = thresholds.attempts_60s_max.get() * factor;
    let limit_10min = thresholds.attempts_10min_max.get() * factor;
    let limit_1h = thresholds.attempts_1h_max.get() * factor;
    let excess = worst_excess(&[(minute.attempts, limit_60s), (ten.attempts, limit_10min), (hour.attempts, limit_1h)])?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("attempts_60s", minute.attempts),
            number("limit_60s", limit_60s),
            count("attempts_10min", ten.attempts),
            number("limit_10min", limit_10min),
            count("attempts_1h", hour.attempts),
            number("limit_1h", limit_1h),
            count("failures_1h", hour.failures),
            count("accounts_24h", features.sharing.address_accounts_24h.unwrap_or(0)),
            flag("saturated", hour.saturated),
        ],
    })
}

/// How many times the limit of a household an address of that class may do.
pub(super) fn class_factor(features: &Features, thresholds: &IpActionVelocity) -> f64 {
    // A carrier's exits are shared whether their numbers say so or a data set does.
    let is_carrier = features.network.mobile == Some(true) || features.network.relay == Some(true);
    match features.context.address_kind {
        None | Some(AddressKind::Public | AddressKind::Documentation) if is_carrier => {
            thresholds.carrier_nat_factor.get()
        }
        None | Some(AddressKind::Public | AddressKind::Documentation) => 1.0,
        Some(AddressKind::CarrierNat) => thresholds.carrier_nat_factor.get(),
        Some(AddressKind::Private | AddressKind::Loopback | AddressKind::Reserved) => thresholds.private_factor.get(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::tally;
    use crate::features::{Context, Sharing, Velocity};
    use crate::policy::Policy;

    #[track_caller]
    fn check(counts: (u32, u32, u32), kind: Option<AddressKind>, familiar: u32, fires: bool) {
        let velocity = Velocity { address: Some(tally(counts.0, counts.1, counts.2)), ..Velocity::default() };
        let sharing = Sharing { address_familiar_accounts: Some(familiar), ..Sharing::default() };
        let context = Context { address_kind: kind, ..Context::default() };
        let features = Features { velocity, sharing, context, ..Features::default() };
        let finding = detect(&features, Policy::default().thresholds());
        assert_eq!(finding.is_some(), fires, "{finding:?}");
    }

    #[test]
    fn fires_above_the_limit_of_any_span() {
        let public = Some(AddressKind::Public);
        check((20, 60, 200), public, 0, false);
        check((21, 21, 21), public, 0, true);
        check((1, 61, 61), public, 0, true);
        check((1, 1, 201), public, 0, true);
        check((21, 21, 21), None, 0, true);
    }

    #[test]
    fn the_limit_follows_the_class_and_the_people_behind_it() {
        check((21, 21, 21), Some(AddressKind::CarrierNat), 0, false);
        check((101, 101, 101), Some(AddressKind::CarrierNat), 0, true);
        check((200, 200, 200), Some(AddressKind::Private), 0, false);
        check((201, 201, 201), Some(AddressKind::Private), 0, true);
        check((40, 40, 40), Some(AddressKind::Public), 8, false);
        check((41, 41, 41), Some(AddressKind::Public), 8, true);
    }
}
