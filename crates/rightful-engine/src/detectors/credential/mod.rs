//! Reasons about the credential, and who tries it.

use super::Detector;

mod breached;
mod cracking;
mod enumeration;
mod pair_breached;
mod spray_campaign;
mod stuffing_campaign;

pub(super) const DETECTORS: &[Detector] = &[
    breached::DETECTOR,
    cracking::DETECTOR,
    enumeration::DETECTOR,
    pair_breached::DETECTOR,
    spray_campaign::DETECTOR,
    stuffing_campaign::DETECTOR,
];
