//! What the likelihood weighs beside findings, and what findings that put it into words show of it.

use rightful_domain::Finding;
use serde::Deserialize;

use super::scale::{Fraction, Nats};
use crate::detectors::{self, EvidenceFamily, Role};
use crate::features::Likelihood;

/// See `default.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LikelihoodScale {
    pub(super) per_nat: Fraction,
    pub(super) offset: Nats,
    pub(super) calm_max: Nats,
}

impl LikelihoodScale {
    /// The log-odds that a likelihood alone stands for; None without a history.
    ///
    /// What speaks for the owner nears its bound and never reaches it, so that order is kept.
    pub(super) fn log_odds(self, likelihood: &Likelihood) -> Option<f64> {
        let (log_odds, bound) = (self.unbounded(likelihood)?, self.calm_max.get());
        Some(if log_odds < 0.0 && bound > 0.0 {
            -bound * (1.0 - (log_odds / bound).exp())
        } else {
            log_odds.max(-bound)
        })
    }

    fn unbounded(self, likelihood: &Likelihood) -> Option<f64> {
        likelihood.nats.map(|nats| self.per_nat.get() * nats - self.offset.get())
    }

    /// Takes the findings that explain the likelihood out of the others, each with its share of it, where both point the
    /// same way. What several findings explain, they share; and they calm as far as `base`, which is bounded, does.
    pub(super) fn explanations(self, likelihood: &Likelihood, base: f64, findings: &mut Vec<Finding>) -> Vec<Finding> {
        let (mut explanations, evidence) = std::mem::take(findings).into_iter().partition(is_explanation);
        *findings = evidence;
        self.share_out(likelihood, &mut explanations);
        let calm = self.unbounded(likelihood).filter(|log_odds| *log_odds < 0.0);
        if let Some(part) = calm.map(|log_odds| (base / log_odds).clamp(0.0, 1.0)) {
            explanations.iter_mut().filter(|finding| !finding.is_adverse()).for_each(|finding| {
                // Plus nothing, so that no share is no share, rather than less than nothing.
                finding.nats = finding.nats.mul_add(part, 0.0);
            });
        }
        explanations
    }

    fn share_out(self, likelihood: &Likelihood, explanations: &mut [Finding]) {
        let share_of = |finding: &Finding| {
            let nats = self.per_nat.get() * term(finding, likelihood);
            (nats.is_sign_positive() == finding.is_adverse()).then_some(nats)
        };
        let shares: Vec<Option<f64>> = explanations.iter().map(share_of).collect();
        let sharers = |nats: f64| shares.iter().flatten().filter(|other| **other == nats).count().max(1);
        for (finding, share) in explanations.iter_mut().zip(&shares) {
            finding.nats = share.map_or(0.0, |nats| nats / sharers(nats) as f64);
        }
    }
}

/// Whether a finding puts the likelihood into words, and so adds nothing to it.
fn is_explanation(finding: &Finding) -> bool {
    detectors::of(finding.reason).is_some_and(|detector| detector.role == Role::Explanation)
}

/// The part of the likelihood that a finding explains.
fn term(finding: &Finding, likelihood: &Likelihood) -> f64 {
    let sum = |terms: &[Option<f64>]| terms.iter().flatten().sum();
    let Some(detector) = detectors::of(finding.reason) else { return 0.0 };
    match detector.family {
        EvidenceFamily::Device | EvidenceFamily::Client => {
            sum(&[likelihood.device, likelihood.versions, likelihood.name])
        }
        EvidenceFamily::Network | EvidenceFamily::Place => sum(&[likelihood.network]),
        EvidenceFamily::Velocity
        | EvidenceFamily::Sharing
        | EvidenceFamily::Reputation
        | EvidenceFamily::Behavior
        | EvidenceFamily::Credential
        | EvidenceFamily::Campaign
        | EvidenceFamily::Activity
        | EvidenceFamily::Standing
        | EvidenceFamily::Score
        | EvidenceFamily::Proof
        | EvidenceFamily::Payment => sum(&[likelihood.nats]),
    }
}
