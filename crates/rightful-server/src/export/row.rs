//! An event as one row of a table: flat, without contacts and names, and with the label that it has by now.

use rightful_domain::{Feedback, FeedbackKind, Record};
use rightful_engine::{FEATURE_SCHEMA, feature_names};
use serde::{Deserialize, Serialize};

/// One event. What a column means is in `columns.rs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) sequence: u64,
    pub(crate) event_id: String,
    pub(crate) application_id: String,
    pub(crate) source: String,
    /// In micros.
    pub(crate) received_at: i64,
    /// In micros.
    pub(crate) at: i64,
    pub(crate) account: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) asn: Option<u32>,
    pub(crate) organization: Option<String>,
    pub(crate) action: String,
    pub(crate) outcome: String,
    pub(crate) verdict: Option<String>,
    pub(crate) answered: Option<String>,
    pub(crate) risk_score: Option<f64>,
    pub(crate) log_odds: Option<f64>,
    pub(crate) history_depth: Option<u32>,
    pub(crate) policy: Option<String>,
    pub(crate) policy_version: Option<u32>,
    pub(crate) reasons: Vec<String>,
    pub(crate) rules: Vec<String>,
    pub(crate) shadow_rules: Vec<String>,
    pub(crate) feedback: Vec<String>,
    pub(crate) label: Option<String>,
    pub(crate) feature_schema: Option<u16>,
    /// In the order of the engine's schema; None where the fact is missing, or the event was judged before there was it.
    pub(crate) features: Vec<Option<f32>>,
}

impl Row {
    /// Of an event as it stands now.
    pub(crate) fn of(record: &Record) -> Self {
        let (event, enrichment) = (&record.entry.event, &record.entry.enrichment);
        let judged = record.entry.assessment.as_ref();
        let rules = |is_shadow: bool| {
            let matched = judged.map_or(&[][..], |judged| &judged.rules).iter();
            matched.filter(|rule| rule.is_shadow == is_shadow).map(|rule| rule.rule.to_string()).collect()
        };
        let reasons = judged.map_or(&[][..], |judged| &judged.findings).iter();
        Self {
            sequence: record.sequence,
            event_id: event.id.to_string(),
            application_id: event.application.as_str().to_owned(),
            source: event.source.as_str().to_owned(),
            received_at: event.received_at.as_micros(),
            at: event.at.as_micros(),
            account: event.account.as_ref().map(|account| account.as_str().to_owned()),
            device: event.device.id().map(|device| device.as_str().to_owned()),
            ip: event.network.ip.map(|ip| ip.to_string()),
            country: enrichment.country.as_ref().map(|country| country.as_str().to_owned()),
            region: enrichment.region.as_deref().map(str::to_owned),
            city: enrichment.city.as_deref().map(str::to_owned),
            asn: enrichment.asn,
            organization: enrichment.organization.as_deref().map(str::to_owned),
            action: event.action.as_str().to_owned(),
            outcome: record.outcome().as_str().to_owned(),
            verdict: judged.map(|judged| judged.verdict.as_str().to_owned()),
            answered: judged.and_then(|judged| judged.answered).map(|verdict| verdict.as_str().to_owned()),
            risk_score: judged.map(|judged| judged.risk_score.points()),
            log_odds: judged.map(|judged| judged.log_odds.nats()),
            history_depth: judged.map(|judged| judged.history_depth),
            policy: judged.map(|judged| judged.policy.id.to_string()),
            policy_version: judged.map(|judged| judged.policy.version),
            reasons: reasons.map(|finding| finding.reason.as_str().to_owned()).collect(),
            rules: rules(false),
            shadow_rules: rules(true),
            feedback: record.feedback.iter().map(|said| said.kind.as_str().to_owned()).collect(),
            label: record.feedback.iter().rev().find_map(label).map(str::to_owned),
            feature_schema: judged.map(|judged| judged.features.schema),
            features: features(record),
        }
    }
}

/// What somebody who knows said that it was.
const fn label(feedback: &Feedback) -> Option<&'static str> {
    match feedback.kind {
        FeedbackKind::ConfirmedTakeover => Some("takeover"),
        FeedbackKind::ConfirmedLegitimate => Some("legitimate"),
        FeedbackKind::ChallengePassed { .. }
        | FeedbackKind::ChallengeFailed
        | FeedbackKind::ChallengeIgnored
        | FeedbackKind::Reclaimed => None,
    }
}

/// By name, so that a vector of an older schema stands in the columns of this one.
fn features(record: &Record) -> Vec<Option<f32>> {
    let Some(judged) = &record.entry.assessment else { return vec![None; feature_names(FEATURE_SCHEMA).len()] };
    let (names, values) = (feature_names(judged.features.schema), &judged.features.values);
    let value = |name: &&'static str| {
        let place = names.iter().position(|known| known == name)?;
        values.get(place).copied().filter(|value| !value.is_nan())
    };
    feature_names(FEATURE_SCHEMA).iter().map(value).collect()
}
