//! `CREDENTIAL_STUFFING_CAMPAIGN`: the event is one of many that work through a list.
//!
//! - Threat: credential stuffing: a stolen list is worked through, each account once or twice.
//! - Known false alarms: a school or an office on the day when passwords expire; a popular browser while others
//!   attack with it, hence the higher number for agents.
//! - Source: OWASP Automated Threats, OAT-008; OWASP Credential Stuffing Prevention Cheat Sheet.

use rightful_domain::{Crowd, Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count, flag, number};
use crate::features::{Features, part};
use crate::policy::{CredentialStuffingCampaign, Limit, Thresholds};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialStuffingCampaign,
    title: "this is one of many attempts that work through a list of accounts",
    explains: "Many accounts were tried a few times each from one network, or with one client, and most attempts \
               failed; this event is one of them.",
    sees: "A crowd of one /24 (IPv6: /48) or of one agent string in 24 h: failures on many different accounts, few \
           attempts on each, at least half of all failed.",
    never: "The familiar owner who logs in meanwhile: an own device or, where devices have no names, an own network.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Campaign,
    role: Role::Evidence,
    evidence: &["failed_accounts_24h", "attempts_24h", "failure_ratio", "same_client"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let limits = &thresholds.credential_stuffing_campaign;
    let campaign = &features.campaign;
    if comes_from_home(features) {
        return None;
    }
    let in_net = campaign.net.filter(|crowd| is_campaign(crowd, limits.net_failed_subjects_min, limits));
    let with_agent = campaign.agent.filter(|crowd| is_campaign(crowd, limits.agent_failed_subjects_min, limits));
    let crowd = in_net.or(with_agent)?;
    let nats = in_net.map_or(limits.agent_nats.get(), |crowd| {
        limits.weight.of_ratio(f64::from(crowd.failed_subjects) / limits.net_failed_subjects_min.get())
    });
    Some(Finding {
        reason: DETECTOR.reason,
        nats,
        evidence: vec![
            count("failed_accounts_24h", crowd.failed_subjects),
            count("attempts_24h", crowd.attempts),
            number("failure_ratio", part(crowd.failures, &crowd)),
            flag("same_client", with_agent.is_some()),
        ],
    })
}

fn is_campaign(crowd: &Crowd, failed_subjects_min: Limit, limits: &CredentialStuffingCampaign) -> bool {
    let attempts_per_subject = f64::from(crowd.attempts) / f64::from(crowd.subjects.max(1));
    f64::from(crowd.failed_subjects) >= failed_subjects_min.get()
        && part(crowd.failures, crowd) >= limits.failure_ratio_min.get()
        && attempts_per_subject <= limits.attempts_per_subject_max.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Campaign, Novelty};

    fn crowd(subjects: u32, attempts: u32, failures: u32) -> Option<Crowd> {
        Some(Crowd { subjects, failed_subjects: subjects, attempts, failures, ..Crowd::default() })
    }

    fn at(net: Option<Crowd>, agent: Option<Crowd>) -> Features {
        Features { campaign: Campaign { net, agent, ..Campaign::default() }, ..Features::default() }
    }

    #[test]
    fn fires_on_many_accounts_few_attempts_each_most_failing() {
        check(&DETECTOR, &at(crowd(10, 20, 10), None), true);
        check(&DETECTOR, &at(crowd(9, 18, 18), None), false);
        check(&DETECTOR, &at(crowd(10, 20, 9), None), false);
        check(&DETECTOR, &at(crowd(10, 30, 30), None), true);
        check(&DETECTOR, &at(crowd(10, 31, 31), None), false);
        check(&DETECTOR, &at(None, crowd(30, 40, 20)), true);
        check(&DETECTOR, &at(None, crowd(29, 40, 40)), false);
        check(&DETECTOR, &at(None, None), false);
    }

    #[test]
    fn never_names_the_owner_who_logs_in_meanwhile() {
        let known = Novelty { device_known: Some(true), ..Novelty::default() };
        let nameless = Novelty { address_known: Some(true), ..Novelty::default() };
        let stranger = Novelty { device_known: Some(false), address_known: Some(true), ..Novelty::default() };
        for (novelty, fires) in [(known, false), (nameless, false), (stranger, true)] {
            check(&DETECTOR, &Features { novelty, ..at(crowd(500, 600, 590), None) }, fires);
        }
    }
}
