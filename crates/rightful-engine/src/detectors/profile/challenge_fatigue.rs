//! `PROFILE_CHALLENGE_FATIGUE`: challenge after challenge is refused or ignored.
//!
//! - Threat: prompt bombing: a prompt is sent until it is confirmed to have peace.
//! - Known false alarms: an owner with a new phone whose codes do not arrive.
//! - Source: MITRE ATT&CK T1621 Multi-Factor Authentication Request Generation.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileChallengeFatigue,
    title: "challenges were refused again and again",
    explains: "Several challenges on the account were refused or ignored within minutes: somebody who has the \
               password asks until the owner gives in.",
    sees: "At least three challenges failed or ignored on the account in 10 min, said as feedback or by logins that failed \
           at a second factor.",
    never: "One mistyped code; the owner at home while somebody else asks.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Evidence,
    evidence: &["refused_10min"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_challenge_fatigue;
    let refused = features.standing.refused_10min?;
    let excess = f64::from(refused) / thresholds.refused_10min_min.get();
    (excess >= 1.0 && !comes_from_home(features)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![count("refused_10min", refused)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Novelty, Standing};

    #[test]
    fn fires_from_the_third_refusal_and_never_at_home() {
        for (refused, fires) in [(Some(3), true), (Some(2), false), (None, false)] {
            let standing = Standing { refused_10min: refused, ..Standing::default() };
            let features = Features { standing, ..Features::default() };
            check(&DETECTOR, &features, fires);
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            check(&DETECTOR, &Features { novelty, ..features }, false);
        }
    }
}
