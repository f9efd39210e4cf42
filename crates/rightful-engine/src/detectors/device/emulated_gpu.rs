//! `DEVICE_EMULATED_GPU`: the browser draws without a graphics processor.
//!
//! - Threat: farms of browsers on rented servers.
//! - Known false alarms: machines without a driver, and desks in a data center: it says little by itself.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, knows_device, text};
use crate::features::{Features, Renderer};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceEmulatedGpu,
    title: "graphics are drawn in software or by a virtual machine",
    explains: "The renderer is one of software, or of a virtual machine.",
    sees: "The renderer's name in the browser's own report.",
    never: "A renderer that is not told; a device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["renderer"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let told = features.browser.renderer.filter(|renderer| *renderer != Renderer::Hardware)?;
    let is_known = knows_device(features);
    (!is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_emulated_gpu.nats.get(),
        evidence: vec![text("renderer", told.as_str())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Browser, Novelty};

    #[test]
    fn fires_on_what_draws_without_hardware() {
        for (renderer, device_known, fires) in [
            (Some(Renderer::Software), None, true),
            (Some(Renderer::Virtual), Some(false), true),
            (Some(Renderer::Software), Some(true), false),
            (Some(Renderer::Hardware), None, false),
            (None, None, false),
        ] {
            let browser = Browser { renderer, ..Browser::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { browser, novelty, ..Features::default() }, fires);
        }
    }
}
