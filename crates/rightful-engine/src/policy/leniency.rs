//! Leniency after a reclaim: an owner on a new phone with a new password is let in, once.
//!
//! It takes back what is new about the device, the agent and the line, and nothing else: it ends just below challenge, far
//! from trust. An intruder cannot use it: what is remembered as bad, a place where the account was never at home, a network
//! that hides its place or that anybody can rent, and any finding that is not about being new close it; so does the first
//! device that was learned since. What remains is a stranger with the owner's new password, a clean device and a line in
//! the owner's own town, within two days and before the owner: once.

use rightful_domain::{AgentKind, Evidence, EvidenceValue, Finding, ReasonCode};

use super::thresholds::Bands;
use crate::features::Features;

/// The evidence that a finding is about leniency.
const STARTS_ANEW: &str = "starts_anew";

/// The finding that lets the owner in: with what brings the sum down to just below challenge.
pub(super) fn leniency(
    features: &Features,
    findings: &mut dyn Iterator<Item = &Finding>,
    total: f64,
    bands: &Bands,
) -> Option<Finding> {
    let room = bands.below_challenge().nats() - total;
    let applies = room < 0.0
        && features.aftermath.starts_anew
        && nothing_is_held_against(features)
        && is_where_account_is_at_home(features)
        && findings.filter(|finding| finding.is_adverse()).all(is_of_new_device_or_line);
    applies.then(|| Finding {
        reason: ReasonCode::UserRecentlyReclaimed,
        nats: room,
        evidence: vec![
            number("reclaimed_days", features.reputation.account_reclaimed_days.unwrap_or(0.0)),
            Evidence { name: STARTS_ANEW.into(), value: EvidenceValue::Flag(true) },
        ],
    })
}

fn number(name: &'static str, value: f64) -> Evidence {
    Evidence { name: name.into(), value: EvidenceValue::Number(value) }
}

/// Neither device nor address was ever an intruder's, on whatever account, and no program is at the door.
fn nothing_is_held_against(features: &Features) -> bool {
    let (reputation, standing) = (&features.reputation, &features.standing);
    let is_program = matches!(features.context.agent_kind, Some(AgentKind::Automation | AgentKind::Crawler));
    let ages = [
        standing.device_bad_days,
        standing.device_labelled_days,
        standing.address_bad_days,
        standing.address_labelled_days,
    ];
    let is_bad = reputation.device_bad == Some(true) || reputation.address_bad == Some(true);
    !is_bad && ages.iter().all(Option::is_none) && !is_program && !features.lists.is_blocked()
}

/// The account was let through from this country before, or from this network where places are not known; the place is not
/// hidden. A place that is far from all of the account's is a finding of its own.
fn is_where_account_is_at_home(features: &Features) -> bool {
    let place = &features.place;
    let known = [place.country_known, place.asn_known, place.net_known, features.novelty.address_known];
    known.contains(&Some(true)) && place.country_known != Some(false) && place.is_hidden != Some(true)
}

fn is_of_new_device_or_line(finding: &Finding) -> bool {
    matches!(
        finding.reason,
        ReasonCode::ProfileDeviceNew
            | ReasonCode::ProfileDeviceAnomaly
            | ReasonCode::ProfileNetworkAnomaly
            | ReasonCode::UserProfileAnomaly
    )
}
