//! The stored forms of what was judged, and of what data sets said.

use std::borrow::Cow;

use rightful_domain::{
    AddressKind, AgentKind, AgentTraits, Assessment, ChallengeKind, CredentialStatus, Enrichment, EventId, Evidence,
    EvidenceValue, FeatureVector, Finding, LogOdds, News, PaymentAction, PaymentSource, PaymentView, PolicyVersion,
    ReasonCode, RiskScore, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredAssessment<'a> {
    judged_at: i64,
    log_odds: f64,
    risk_score: u16,
    verdict: u8,
    answered: Option<u8>,
    #[serde(borrow)]
    findings: Vec<StoredFinding<'a>>,
    feature_schema: u16,
    features: Vec<SmallFloat>,
    policy: (&'a str, u32),
    suggested_challenges: Vec<u8>,
    history_depth: u32,
    payment: (u8, u8),
}

#[derive(Serialize, Deserialize)]
struct StoredFinding<'a> {
    reason: u8,
    nats: f64,
    #[serde(borrow)]
    evidence: Vec<(&'a str, StoredValue<'a>)>,
}

#[derive(Serialize, Deserialize)]
enum StoredValue<'a> {
    Count(u64),
    Number(f64),
    #[serde(borrow)]
    Text(&'a str),
    Flag(bool),
}

/// A float with its bytes turned round: the small whole numbers that features mostly are have trailing zeros, which a
/// variable-length integer then leaves out. 0 takes one byte, 1 takes three, and each bit comes back.
#[derive(Serialize, Deserialize)]
struct SmallFloat(u32);

impl<'a> StoredAssessment<'a> {
    pub(crate) fn of(assessment: &'a Assessment) -> Self {
        Self {
            judged_at: assessment.judged_at.as_micros(),
            log_odds: assessment.log_odds.nats(),
            risk_score: assessment.risk_score.hundredths(),
            verdict: assessment.verdict.number(),
            answered: assessment.answered.map(|verdict| verdict.number()),
            findings: assessment.findings.iter().map(StoredFinding::of).collect(),
            feature_schema: assessment.features.schema,
            features: assessment.features.values.iter().map(|v| SmallFloat(v.to_bits().swap_bytes())).collect(),
            policy: (&assessment.policy.id, assessment.policy.version),
            suggested_challenges: assessment.suggested_challenges.iter().map(Numbered::number).collect(),
            history_depth: assessment.history_depth,
            payment: (assessment.payment.action.number(), assessment.payment.score),
        }
    }

    pub(crate) fn restore(self, event: EventId) -> Result<Assessment, Undecodable> {
        let (policy, version) = self.policy;
        let (action, score) = self.payment;
        let challenges = self.suggested_challenges.into_iter().map(ChallengeKind::of_number);
        Ok(Assessment {
            event,
            judged_at: Timestamp::from_micros(self.judged_at),
            log_odds: LogOdds::new(self.log_odds),
            risk_score: RiskScore::from_hundredths(self.risk_score).map_err(|_| Undecodable("score out of range"))?,
            verdict: Verdict::of_number(self.verdict)?,
            answered: self.answered.map(Verdict::of_number).transpose()?,
            findings: self.findings.into_iter().map(StoredFinding::restore).collect::<Result<_, _>>()?,
            features: FeatureVector {
                schema: self.feature_schema,
                values: self.features.into_iter().map(|bits| f32::from_bits(bits.0.swap_bytes())).collect(),
            },
            policy: PolicyVersion { id: policy.into(), version },
            suggested_challenges: challenges.collect::<Result<_, _>>()?,
            history_depth: self.history_depth,
            // What it rests on follows the entry, from its fourth version on.
            payment: PaymentView { action: PaymentAction::of_number(action)?, score, source: PaymentSource::Judgement },
            // It follows the entry, from its third version on.
            news: News::default(),
            // They follow it as well, from the fourth version on.
            rules: Vec::new(),
            verdict_before_rules: None,
            // And these, from the fifth on.
            listed: Vec::new(),
            aggregates: Vec::new(),
        })
    }
}

impl<'a> StoredFinding<'a> {
    fn of(finding: &'a Finding) -> Self {
        let evidence = |seen: &'a Evidence| {
            let value = match &seen.value {
                EvidenceValue::Count(count) => StoredValue::Count(*count),
                EvidenceValue::Number(number) => StoredValue::Number(*number),
                EvidenceValue::Text(text) => StoredValue::Text(text),
                EvidenceValue::Flag(flag) => StoredValue::Flag(*flag),
            };
            (&*seen.name, value)
        };
        Self {
            reason: finding.reason.number(),
            nats: finding.nats,
            evidence: finding.evidence.iter().map(evidence).collect(),
        }
    }

    fn restore(self) -> Result<Finding, Undecodable> {
        let evidence = |(name, value): (&str, StoredValue<'_>)| Evidence {
            name: Cow::Owned(name.to_owned()),
            value: match value {
                StoredValue::Count(count) => EvidenceValue::Count(count),
                StoredValue::Number(number) => EvidenceValue::Number(number),
                StoredValue::Text(text) => EvidenceValue::Text(text.into()),
                StoredValue::Flag(flag) => EvidenceValue::Flag(flag),
            },
        };
        Ok(Finding {
            reason: ReasonCode::from_number(self.reason).ok_or(Undecodable("unknown reason"))?,
            nats: self.nats,
            evidence: self.evidence.into_iter().map(evidence).collect(),
        })
    }
}

/// Kind, browser, its major version, system.
type StoredAgent<'a> = (u8, Option<&'a str>, Option<u32>, Option<&'a str>);

/// Without the credential's tag of the day, which is never stored, and without what is known of the address beyond its
/// kind, which is `whereabouts`.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredEnrichment<'a> {
    address: Option<u8>,
    #[serde(borrow)]
    agent: Option<StoredAgent<'a>>,
    /// Password breached, username breached.
    credential: Option<(bool, bool)>,
}

impl<'a> StoredEnrichment<'a> {
    pub(crate) fn of(enrichment: &'a Enrichment) -> Self {
        let agent = |agent: &'a AgentTraits| {
            (agent.kind.number(), agent.browser.as_deref(), agent.browser_major, agent.os.as_deref())
        };
        Self {
            address: enrichment.address.map(|kind| kind.number()),
            agent: enrichment.agent.as_ref().map(agent),
            credential: enrichment.credential.map(|status| (status.password_breached, status.username_breached)),
        }
    }

    pub(crate) fn restore(self) -> Result<Enrichment, Undecodable> {
        let agent = |(kind, browser, browser_major, os): StoredAgent<'_>| {
            Ok(AgentTraits {
                kind: AgentKind::of_number(kind)?,
                browser: browser.map(Into::into),
                browser_major,
                os: os.map(Into::into),
            })
        };
        Ok(Enrichment {
            address: self.address.map(AddressKind::of_number).transpose()?,
            agent: self.agent.map(agent).transpose()?,
            credential: self.credential.map(|(password_breached, username_breached)| CredentialStatus {
                password_breached,
                username_breached,
            }),
            ..Enrichment::default()
        })
    }
}
