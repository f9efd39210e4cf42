//! Evaluations and challenges of the third generation: an event as it stands now, for servers alone.

use rightful_domain::{Assessment, Entry, Feedback, NetworkKind, Record, Settings, Timestamp};

use super::encode::{json, moment, refused};
use super::wire::{
    Challenge, ChallengeOf, Evaluation, Geolocation, Policy, PolicyAction, Risk, RiskSummary, Security, User,
};
use super::{token, words};
use crate::{Refusal, RefusalKind, Response};

/// The event as an evaluation.
pub(super) fn evaluation(settings: &Settings, record: &Record) -> Response {
    let entry = &record.entry;
    let id = entry.event.id.to_string();
    let verdict = words::verdict_text(words::verdict(entry));
    let risks = risks(entry, settings);
    let summary = risks.iter().map(|risk| RiskSummary { category: risk.category, severity: risk.severity }).collect();
    let status = words::challenge_status(record);
    json(
        200,
        &Evaluation {
            id: &id,
            older_id: &id,
            action: words::action_text(&entry.event.action),
            verdict,
            reasons: words::reasons(entry, settings),
            user: user(entry),
            challenge: status.map(|status| ChallengeOf { id: &id, status, kind: words::CHALLENGE_TYPE }),
            policy: entry.assessment.as_ref().map(|judged| policy(judged, verdict)),
            geolocation: geolocation(entry),
            device: entry.sighting.map(|sighting| sighting.id.to_string()),
            access: token::access(entry.event.id),
            risks,
            risk_summary: summary,
            consumed: record.consumed_at.is_some(),
            consumed_at: record.consumed_at.map(moment),
            created_at: moment(entry.event.received_at),
            updated_at: moment(updated_at(record)),
        },
    )
}

/// The event as a challenge; a refusal where it was not challenged.
pub(super) fn challenge(settings: &Settings, record: &Record) -> Response {
    let id = record.entry.event.id.to_string();
    let found = challenge_of(&id, record, words::reasons(&record.entry, settings));
    let detail = "there is no such challenge".to_owned();
    found.map_or_else(
        || refused(&Refusal { kind: RefusalKind::NotFound, detail, path: None }),
        |challenge| json(200, &challenge),
    )
}

/// The challenge of an event; None if it was not challenged.
pub(super) fn challenge_of<'a>(id: &'a str, record: &'a Record, reasons: Vec<&'static str>) -> Option<Challenge<'a>> {
    let entry = &record.entry;
    Some(Challenge {
        id,
        older_id: id,
        status: words::challenge_status(record)?,
        kind: words::CHALLENGE_TYPE,
        user: entry.event.account.as_ref().map(|account| account.as_str()),
        evaluation: id,
        reasons,
        created_at: moment(entry.event.received_at),
        updated_at: moment(updated_at(record)),
    })
}

fn updated_at(record: &Record) -> Timestamp {
    let said = record.feedback.iter().map(|Feedback { received_at, .. }| *received_at);
    said.chain(record.consumed_at).fold(record.entry.event.received_at, Timestamp::max)
}

fn user(entry: &Entry) -> Option<User<'_>> {
    let account = entry.event.account.as_ref()?.as_str();
    // The caller gets back what it told, over its own key.
    let email = entry.event.person.email.as_ref().map(|email| email.reveal().as_ref());
    let phone = entry.event.person.phone.as_ref().map(|phone| phone.reveal().as_ref());
    Some(User { rupt_id: account, id: account, email, phone })
}

fn policy<'a>(judged: &'a Assessment, verdict: &'static str) -> Policy<'a> {
    let id = format!("{}@{}", judged.policy.id, judged.policy.version);
    Policy { id, name: &judged.policy.id, action: PolicyAction { kind: verdict } }
}

fn geolocation(entry: &Entry) -> Option<Geolocation<'_>> {
    let known = &entry.enrichment;
    Some(Geolocation {
        city: known.city.as_deref(),
        region: known.region.as_deref(),
        country_code: known.country.as_ref().map(|country| country.as_str()),
        ip: entry.event.network.ip?.to_string(),
        security: Security {
            vpn: known.is_network(NetworkKind::Vpn),
            proxy: known.is_network(NetworkKind::Proxy),
            tor: known.is_network(NetworkKind::Tor),
            hosting: known.is_network(NetworkKind::Hosting),
        },
    })
}

/// What was judged, as Rupt's two risks that it can be: the account is taken over, or it is shared.
fn risks(entry: &Entry, settings: &Settings) -> Vec<Risk> {
    let mut risks = Vec::new();
    if let Some(judged) = &entry.assessment {
        let adverse = judged.findings.iter().filter(|finding| finding.is_adverse());
        let hundredths = judged.risk_score.hundredths();
        risks.push(Risk {
            name: "ato",
            category: "ato",
            severity: words::severity(hundredths),
            // Ten thousand hundredths are a hundred points, and ten of Rupt's.
            score: hundredths.div_ceil(1_000),
            indicators: adverse.map(|finding| finding.reason.as_str()).collect(),
        });
    }
    if words::exceeds_limit(entry, settings) {
        let indicators = vec!["limit_exceeded"];
        risks.push(Risk {
            name: "account_sharing",
            category: "account_sharing",
            severity: "high",
            score: 7,
            indicators,
        });
    }
    risks
}
