//! `DEVICE_VM`: a virtual machine.
//!
//! - Threat: farms of browsers on rented servers.
//! - Known false alarms: people who work in virtual desktops, who are known after the first time.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, knows_device};
use crate::features::{Features, Renderer};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceVm,
    title: "the device is a virtual machine",
    explains: "At least two things are as in virtual machines.",
    sees: "The renderer, the number of cores and the screen in the browser's own report.",
    never: "One of them alone; a device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["traits"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_vm;
    let browser = &features.browser;
    let is_virtual = browser.renderer.is_some_and(|renderer| renderer != Renderer::Hardware);
    let traits = [is_virtual, browser.cores_odd == Some(true), browser.display_odd == Some(true)];
    let traits: u32 = traits.into_iter().map(u32::from).sum();
    let is_known = knows_device(features);
    (f64::from(traits) >= thresholds.traits_min.get() && !is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("traits", traits)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Browser, Novelty};

    #[test]
    fn fires_on_two_traits() {
        let (software, hardware) = (Some(Renderer::Software), Some(Renderer::Hardware));
        for (renderer, cores_odd, device_known, fires) in [
            (software, Some(true), None, true),
            (software, Some(true), Some(true), false),
            (software, Some(false), None, false),
            (hardware, Some(true), None, false),
            (None, None, None, false),
        ] {
            let browser = Browser { renderer, cores_odd, ..Browser::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { browser, novelty, ..Features::default() }, fires);
        }
    }
}
