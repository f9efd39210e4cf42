//! `DEVICE_SUSPICIOUS_PLATFORM`: a kind of device that its system does not run on.
//!
//! - Threat: an emulator or a tool that plays a phone.
//! - Known false alarms: hybrids; desktop modes of phones.
//! - Source: the reason catalogue. Pointer and touch wait for the browser's own report.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::{Features, Form, System};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousPlatform,
    title: "the system does not run on such a device",
    explains: "The device says that it is a phone and runs a computer's system, or the other way round.",
    sees: "The kind of device and the system, both told by the caller and recognized.",
    never: "Hybrid laptops and tablets; tablets and phones that ask for desktop pages, which name a computer's \
            system as well.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["reported_device", "reported_system"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let (form, system) = (features.agent.told_form?, features.agent.told_system?);
    let contradicts = match form {
        Form::Phone => matches!(system, System::Windows | System::Mac | System::ChromeOs),
        Form::Computer => matches!(system, System::Ios | System::Android),
        Form::Tablet => false,
    };
    contradicts.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_platform.nats.get(),
        evidence: vec![text("reported_device", form.as_str()), text("reported_system", system.as_str())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_a_system_that_runs_elsewhere() {
        for (form, system, fires) in [
            (Some(Form::Phone), Some(System::Windows), true),
            (Some(Form::Phone), Some(System::Android), false),
            (Some(Form::Phone), Some(System::Linux), false),
            (Some(Form::Computer), Some(System::Ios), true),
            (Some(Form::Computer), Some(System::Mac), false),
            (Some(Form::Tablet), Some(System::Windows), false),
            (None, Some(System::Ios), false),
            (Some(Form::Phone), None, false),
        ] {
            let agent = Agent { told_form: form, told_system: system, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
