//! `DEVICE_BOT`: a browser without a window, or one that a program drives.
//!
//! - Threat: stuffing and mass registration through real browsers on servers.
//! - Known false alarms: the operator's own monitoring, which is asked once and known then.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, knows_device};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceBot,
    title: "a program runs the browser",
    explains: "The agent string is that of a browser without a window, or the browser says that a program drives it.",
    sees: "An agent string of headless Chrome, its shell, or PhantomJS; in the browser's own report, the flag that says so, or \
           a driver's variables.",
    never: "An agent, or a device, that the account has been let through with before: an owner's own tests. A debugger \
            that is open.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["headless", "driven"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_headless = features.agent.headless == Some(true) && features.agent.agent_known != Some(true);
    let is_driven = features.browser.driven == Some(true) && !knows_device(features);
    (is_headless || is_driven).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_bot.nats.get(),
        evidence: vec![flag("headless", is_headless), flag("driven", is_driven)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Agent, Browser, Novelty};

    #[test]
    fn fires_on_a_browser_without_a_window() {
        for (headless, agent_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let agent = Agent { headless, agent_known, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }

    #[test]
    fn fires_on_a_browser_that_a_program_drives() {
        for (driven, device_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let browser = Browser { driven, ..Browser::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { browser, novelty, ..Features::default() }, fires);
        }
    }
}
