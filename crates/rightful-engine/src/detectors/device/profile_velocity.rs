//! `DEVICE_PROFILE_VELOCITY`: more comes from the device than hands can do, on whatever accounts.
//!
//! - Threat: a script behind one browser or phone: guessing, harvesting, mass registration.
//! - Evidence: events of the device in 60 s or 1 h above the limit.
//! - Known false alarms: a kiosk or a till that many use. The limit grows with the number of accounts that were let
//!   through on it.
//! - Never: where the event names no device.
//! - Source: Transmit Security's recommendations; OWASP Automated Threats, OAT-008 and OAT-019 Account Creation.

use rightful_domain::{Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, number, sharing_factor, worst_excess};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceProfileVelocity,
    title: "unusually many events from the device",
    explains: "More events came from this device in a short time, on whatever accounts, than a person makes.",
    sees: "Events of the device in 60 s or 1 h above the limit, which grows with the accounts that were let through \
           on it before today.",
    never: "Where the event names no device; on machines that many accounts have shared for longer than a day.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Velocity,
    role: Role::Evidence,
    evidence: &["attempts_60s", "limit_60s", "attempts_1h", "limit_1h", "failures_1h", "accounts_24h", "saturated"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let tally = features.velocity.device?;
    let thresholds = &thresholds.device_profile_velocity;
    let factor = sharing_factor(features.sharing.device_familiar_accounts, thresholds.familiar_accounts_per_limit);
    let (minute, hour) = (tally.span(Span::Minute), tally.span(Span::Hour));
    let limit_60s = thresholds.attempts_60s_max.get() * factor;
    let limit_1h = thresholds.attempts_1h_max.get() * factor;
    let excess = worst_excess(&[(minute.attempts, limit_60s), (hour.attempts, limit_1h)])?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("attempts_60s", minute.attempts),
            number("limit_60s", limit_60s),
            count("attempts_1h", hour.attempts),
            number("limit_1h", limit_1h),
            count("failures_1h", hour.failures),
            count("accounts_24h", features.sharing.device_accounts_24h.unwrap_or(0)),
            flag("saturated", hour.saturated),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::tally;
    use crate::features::{Sharing, Velocity};
    use crate::policy::Policy;

    #[test]
    fn fires_above_the_limit_of_either_span_unless_many_share_the_device() {
        for (attempts_60s, attempts_1h, familiar, fires) in
            [(15, 120, 1, false), (16, 16, 1, true), (1, 121, 1, true), (30, 30, 8, false), (31, 31, 8, true)]
        {
            let device = Some(tally(attempts_60s, attempts_60s, attempts_1h));
            let velocity = Velocity { device, ..Velocity::default() };
            let sharing = Sharing { device_familiar_accounts: Some(familiar), ..Sharing::default() };
            let features = Features { velocity, sharing, ..Features::default() };
            let finding = detect(&features, Policy::default().thresholds());
            assert_eq!(finding.is_some(), fires, "{attempts_60s} {attempts_1h} {familiar}");
        }
    }
}
