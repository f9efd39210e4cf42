//! `DEVICE_SUSPICIOUS_USERAGENT`: a library, or no agent string that a program means to send.
//!
//! - Threat: scripts that do not care to hide.
//! - Known false alarms: callers that pass their own server's agent instead of the person's; a partner's program.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{AgentKind, Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousUseragent,
    title: "the agent string is a tool's, or malformed",
    explains: "The agent string names a library, a tool or a crawler, or is one that no browser sends.",
    sees: "An agent string that names one (curl, python-requests and the like), or is empty, unfilled or broken.",
    never: "Native apps that name their system's library; an agent that the account has been let through with \
            before; events without an agent string.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["tool", "malformed"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let agent = &features.agent;
    let is_tool = matches!(agent.kind, Some(AgentKind::Automation | AgentKind::Crawler));
    let is_malformed = agent.malformed == Some(true);
    ((is_tool || is_malformed) && agent.agent_known != Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_useragent.nats.get(),
        evidence: vec![flag("tool", is_tool), flag("malformed", is_malformed)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_tools_and_on_what_is_broken() {
        for (kind, malformed, agent_known, fires) in [
            (Some(AgentKind::Automation), Some(false), None, true),
            (Some(AgentKind::Crawler), Some(false), Some(false), true),
            (Some(AgentKind::Unknown), Some(true), None, true),
            (Some(AgentKind::Automation), Some(false), Some(true), false),
            (Some(AgentKind::Mobile), Some(false), None, false),
            (Some(AgentKind::Unknown), Some(false), None, false),
            (None, None, None, false),
        ] {
            let agent = Agent { kind, malformed, agent_known, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
