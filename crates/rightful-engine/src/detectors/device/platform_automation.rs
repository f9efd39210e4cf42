//! `DEVICE_PLATFORM_AUTOMATION`: the agent string names an automation framework.
//!
//! - Threat: scripted browsers that try lists, or open accounts.
//! - Known false alarms: the operator's own monitoring.
//! - Source: Transmit Security's recommendations; OWASP Automated Threats.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DevicePlatformAutomation,
    title: "the browser names an automation framework",
    explains: "The agent string names a framework that drives browsers, so a program is at the keys.",
    sees: "An agent string with the name of Selenium, WebDriver, Puppeteer, Playwright, Cypress, Appium, PhantomJS \
           or SlimerJS.",
    never: "An agent that the account has been let through with before: an owner's own tests.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["framework"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let framework = features.agent.framework.filter(|_| features.agent.agent_known != Some(true))?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_platform_automation.nats.get(),
        evidence: vec![text("framework", framework)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_a_framework_that_the_account_does_not_use() {
        for (framework, agent_known, fires) in [
            (Some("Selenium"), None, true),
            (Some("Selenium"), Some(false), true),
            (Some("Selenium"), Some(true), false),
            (None, Some(false), false),
        ] {
            let agent = Agent { framework, agent_known, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
