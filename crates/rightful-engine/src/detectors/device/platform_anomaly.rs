//! `DEVICE_PLATFORM_ANOMALY`: the caller and the agent string name different systems.
//!
//! - Threat: a tool that pretends to be the owner's browser, and forgets a part.
//! - Known false alarms: proxies that rewrite agent strings.
//! - Source: the reason catalogue. Client hints, workers and engine features wait for the browser's own report.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DevicePlatformAnomaly,
    title: "the device names two different systems",
    explains: "The operating system that the device reports is not the one that its agent string names.",
    sees: "The system told by the caller, and the one in the agent string, both recognized, without their versions.",
    never: "Versions, which browsers freeze (macOS 10.15.7, Android 10); tablets and phones that ask for desktop \
            pages; Android apps on ChromeOS.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["reported_system", "agent_string_system"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let (told, agent) = (features.agent.told_system?, features.agent.agent_system?);
    (!told.may_pass_for(agent)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_platform_anomaly.nats.get(),
        evidence: vec![text("reported_system", told.as_str()), text("agent_string_system", agent.as_str())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Agent, System};

    #[test]
    fn fires_on_systems_that_no_machine_is_both_of() {
        for (told, agent, fires) in [
            (Some(System::Windows), Some(System::Linux), true),
            (Some(System::Ios), Some(System::Android), true),
            (Some(System::Mac), Some(System::Windows), true),
            (Some(System::Windows), Some(System::Windows), false),
            (Some(System::Ios), Some(System::Mac), false),
            (Some(System::Android), Some(System::Linux), false),
            (Some(System::Windows), None, false),
            (None, Some(System::Linux), false),
        ] {
            let agent = Agent { told_system: told, agent_system: agent, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
