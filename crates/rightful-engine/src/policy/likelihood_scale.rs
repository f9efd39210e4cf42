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
        let (nats, bound) = (likelihood.nats?, self.calm_max.get());
        let log_odds = self.per_nat.get() * nats - self.offset.get();
        Some(if log_odds < 0.0 && bound > 0.0 {
            -bound * (1.0 - (log_odds / bound).exp())
        } else {
            log_odds.max(-bound)
        })
    }

    /// Takes the findings that explain the likelihood out of the others, each with its share of it, where both point the
    /// same way. What several findings explain, they share.
    pub(super) fn explanations(self, likelihood: &Likelihood, findings: &mut Vec<Finding>) -> Vec<Finding> {
        let (mut explanations, evidence) = std::mem::take(findings).into_iter().partition(is_explanation);
        *findings = evidence;
        self.share_out(likelihood, &mut explanations);
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
        | EvidenceFamily::Proof => sum(&[likelihood.nats]),
    }
}
