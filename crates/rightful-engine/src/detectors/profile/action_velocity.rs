//! `PROFILE_ACTION_VELOCITY`: more happens on the account than a person does, from wherever it comes.
//!
//! - Threat: somebody tries passwords or codes on one account, or a script empties it.
//! - Evidence: events of the account in 60 s or 1 h above the limit, or above what the account itself is used to, where
//!   that is more.
//! - Known false alarms: a client that retries in a loop; an owner who has forgotten the password. And a flood from
//!   elsewhere says nothing about the owner at a familiar door: the weight is bounded below what denies together with a
//!   new device, and a familiar device and address outweigh it. A flood must not lock the owner out.
//! - Never: where the event names no account.
//! - Source: OWASP Automated Threats, OAT-007 Credential Cracking; NIST SP 800-63B §5.2.2 (throttling).

use rightful_domain::{Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, number, worst_excess};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileActionVelocity,
    title: "unusually many events on the account",
    explains: "More events came on this account in a short time than a person makes, and more than this account is \
               used to.",
    sees: "Events of the account in 60 s or 1 h above the limit, and above what the account itself is used to.",
    never: "Where the event names no account; an account whose owner lets a script do as much every day.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Velocity,
    role: Role::Evidence,
    evidence: &["attempts_60s", "limit_60s", "attempts_1h", "limit_1h", "failures_1h", "saturated"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let tally = features.velocity.account?;
    let thresholds = &thresholds.profile_action_velocity;
    let (minute, hour) = (tally.span(Span::Minute), tally.span(Span::Hour));
    let usual_1h = features.velocity.account_usual_1h.unwrap_or(0.0) * thresholds.usual_factor.get();
    let limit_60s = thresholds.attempts_60s_max.get().max(usual_1h / 60.0);
    let limit_1h = thresholds.attempts_1h_max.get().max(usual_1h);
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
            flag("saturated", hour.saturated),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::tally;
    use crate::features::Velocity;
    use crate::policy::Policy;

    fn nats(attempts_60s: u32, attempts_1h: u32, usual_1h: f64) -> Option<f64> {
        let account = Some(tally(attempts_60s, attempts_60s, attempts_1h));
        let velocity = Velocity { account, account_usual_1h: Some(usual_1h), ..Velocity::default() };
        let features = Features { velocity, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_above_the_limit_of_either_span() {
        for (attempts_60s, attempts_1h, usual_1h, fires) in [
            (10, 60, 0.0, false),
            (11, 11, 0.0, true),
            (1, 61, 0.0, true),
            // An account that does 20 an hour by itself may do more.
            (1, 61, 20.0, false),
            (1, 161, 20.0, true),
        ] {
            assert_eq!(nats(attempts_60s, attempts_1h, usual_1h).is_some(), fires, "{attempts_60s} {attempts_1h}");
        }
    }

    #[test]
    fn weighs_more_with_every_doubling_up_to_a_bound() {
        assert!(nats(22, 22, 0.0) > nats(11, 11, 0.0));
        assert_eq!(nats(5_000, 5_000, 0.0), nats(10_000, 10_000, 0.0));
    }
}
