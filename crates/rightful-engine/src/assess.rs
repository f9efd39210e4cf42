//! One judgement, end to end: features → findings → rules → decision.

use rightful_domain::{Assessment, Facts, FeatureVector, News};

use crate::payment_view::payment_view;
use crate::policy::{Policy, Weighed};
use crate::rules::{Ruling, Scene};
use crate::{detectors, features};

/// Judges one event. Total: any facts yield an assessment, and missing ones yield fewer findings.
///
/// `answered` is left empty: what the caller is told is the application's mode to decide, not judgement's.
#[must_use]
pub fn assess(facts: &Facts, policy: &Policy) -> Assessment {
    let (features, news) = features::derive(facts, policy);
    let findings = detectors::run(&features, policy.thresholds());
    let weighed = policy.weigh(&facts.event.action, &features, &facts.history.listed, findings);
    let vector = features.vector();
    let ruling = rule(facts, policy, &vector, &weighed);
    let decision = weighed.decided(&facts.event.action, &features, &ruling);
    let payment = payment_view(facts, &decision);
    Assessment {
        event: facts.event.id,
        judged_at: facts.now,
        log_odds: decision.log_odds,
        risk_score: decision.score,
        verdict: decision.verdict,
        answered: None,
        findings: decision.findings,
        features: vector,
        policy: policy.version().clone(),
        suggested_challenges: decision.suggested_challenges,
        history_depth: features.tenure.account_history.unwrap_or(0),
        payment,
        // In the challenge budget's precision.
        news: News { nats: Some(decision.log_odds.nats() as f32), ..news },
        rules: ruling.matches,
        verdict_before_rules: decision.verdict_before_rules,
        listed: facts.history.listed.names.clone(),
        aggregates: facts.history.aggregates.clone(),
    }
}

/// What people's rules make of it.
fn rule(facts: &Facts, policy: &Policy, vector: &FeatureVector, weighed: &Weighed) -> Ruling {
    if policy.rules().asks_nothing() {
        return Ruling::default();
    }
    let judged = (weighed.score().points(), weighed.judged(0));
    policy.rules().rule(&Scene::of_facts(facts, vector, &weighed.findings, judged))
}
