//! `DEVICE_EMULATOR`: something that claims to be a phone and runs on a computer.
//!
//! - Threat: farms of emulators, and tools that play a phone to get its milder treatment.
//! - Known false alarms: people who build pages and look at them as a phone would show them: known after the first time.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceEmulator,
    title: "a phone that runs on a computer",
    explains: "The agent string is that of a phone, and the browser runs on a computer's system.",
    sees: "In the browser's own report: the platform of its engine, Windows, macOS or a Linux of 64-bit Intel, under an agent \
           string of iOS or Android.",
    never: "Phones and tablets that ask for desktop pages, iPads among them, which call themselves a Mac; Android of 32-bit Intel; \
            a device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["claimed_system", "platform_system"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let (claimed, runs_on) = features.configuration.emulated?;
    let is_known = features.novelty.device_known == Some(true);
    (!is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_emulator.nats.get(),
        evidence: vec![text("claimed_system", claimed.as_str()), text("platform_system", runs_on.as_str())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Configuration, Novelty, System};

    #[test]
    fn fires_on_a_phone_that_is_none() {
        let emulated = Some((System::Android, System::Linux));
        for (emulated, device_known, fires) in
            [(emulated, None, true), (emulated, Some(false), true), (emulated, Some(true), false), (None, None, false)]
        {
            let configuration = Configuration { emulated, ..Configuration::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { configuration, novelty, ..Features::default() }, fires);
        }
    }
}
