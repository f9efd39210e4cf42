//! One judgement, end to end: features → findings → decision.

use rightful_domain::{Assessment, Facts, News};

use crate::payment_view::payment_view;
use crate::policy::Policy;
use crate::{detectors, features};

/// Judges one event. Total: any facts yield an assessment, and missing ones yield fewer findings.
///
/// `answered` is left empty: what the caller is told is the application's mode to decide, not judgement's.
#[must_use]
pub fn assess(facts: &Facts, policy: &Policy) -> Assessment {
    let (features, news) = features::derive(facts, policy);
    let findings = detectors::run(&features, policy.thresholds());
    let decision = policy.decide(&facts.event.action, &features, findings);
    let payment = payment_view(facts, &decision);
    Assessment {
        event: facts.event.id,
        judged_at: facts.now,
        log_odds: decision.log_odds,
        risk_score: decision.log_odds.score(),
        verdict: decision.verdict,
        answered: None,
        findings: decision.findings,
        features: features.vector(),
        policy: policy.version().clone(),
        suggested_challenges: decision.suggested_challenges,
        history_depth: features.tenure.account_history.unwrap_or(0),
        payment,
        // In the challenge budget's precision.
        news: News { nats: Some(decision.log_odds.nats() as f32), ..news },
    }
}
