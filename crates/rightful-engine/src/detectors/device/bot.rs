//! `DEVICE_BOT`: a browser without a window.
//!
//! - Threat: stuffing and mass registration through real browsers on servers.
//! - Known false alarms: the operator's own monitoring, which is asked once and known then.
//! - Source: Transmit Security's recommendations; the reason catalogue. Proofs from inside the page wait for the browser's own
//!   report.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceBot,
    title: "the browser runs without a window",
    explains: "The agent string is that of a browser without a window: no person looks at it.",
    sees: "An agent string of headless Chrome, its shell, or PhantomJS.",
    never: "An agent that the account has been let through with before: an owner's own tests.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["headless"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_bot = features.agent.headless == Some(true) && features.agent.agent_known != Some(true);
    is_bot.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_bot.nats.get(),
        evidence: vec![flag("headless", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_a_browser_without_a_window() {
        for (headless, agent_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let agent = Agent { headless, agent_known, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
