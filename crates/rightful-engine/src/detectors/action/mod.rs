//! Reasons about the whole: given by the policy after the sum, since they say what the score says.

use rightful_domain::Finding;

use super::Detector;
use crate::features::Features;
use crate::policy::Thresholds;

mod is_legit;
mod is_suspected_fraud;

pub(super) const DETECTORS: &[Detector] = &[is_legit::DETECTOR, is_suspected_fraud::DETECTOR];

/// What the policy has made of the findings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Concluded<'a> {
    /// The findings, tempered.
    pub(crate) findings: &'a [Finding],
    /// Points of the score, 0 to 100.
    pub(crate) score_points: f64,
    /// Whether the score is in the band in which trust begins.
    pub(crate) is_lowest: bool,
    /// Whether the score is in the band in which everything is denied.
    pub(crate) is_denied: bool,
}

/// Says in a word what the score says. Weighs nothing, so that the sum stays the sum.
pub(crate) fn conclude(concluded: &Concluded, features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    is_legit::conclude(concluded, features).or_else(|| is_suspected_fraud::conclude(concluded, features, thresholds))
}

/// No feature says it by itself.
const fn nothing(_: &Features, _: &Thresholds) -> Option<Finding> {
    None
}
