//! From findings to a verdict.
//!
//! Log-odds add up, with three laws on top: correlated findings of one family do not add without bound; a finding that
//! is no strong proof does not reach challenge alone; and more evidence of takeover never lowers the score.

use std::cmp::Ordering;

use rightful_domain::{Action, ChallengeKind, FINDINGS_MAX, Finding, LogOdds, Profile, ReasonCode, Verdict};

use super::Policy;
use super::thresholds::Bands;
use crate::detectors::{self, EvidenceFamily, Strength};
use crate::features::Features;

/// What a policy makes of findings.
pub(crate) struct Decision {
    /// The findings' nats, summed.
    pub(crate) log_odds: LogOdds,
    /// What follows from it.
    pub(crate) verdict: Verdict,
    /// Heaviest first, each with its share of the log-odds after the laws above.
    pub(crate) findings: Vec<Finding>,
    /// What to ask for when challenging, best first; empty otherwise.
    pub(crate) suggested_challenges: Vec<ChallengeKind>,
}

impl Policy {
    /// Decides on findings as the detectors gave them.
    pub(crate) fn decide(&self, action: &Action, features: &Features, mut findings: Vec<Finding>) -> Decision {
        let bands = self.bands(action);
        temper_families(&mut findings, self.combining.family_fraction.get());
        findings.sort_by(heaviest_first);
        findings.truncate(FINDINGS_MAX);
        let has_adverse = findings.iter().any(Finding::is_adverse);
        hold_back_lone_finding(&mut findings, bands);
        let log_odds = LogOdds::new(sum(&findings));
        let score = log_odds.score();
        let verdict = if bands.denies(score) {
            Verdict::Deny
        } else if bands.challenges(score) {
            Verdict::Challenge
        } else if bands.may_trust(score) && !has_adverse && is_owner_beyond_doubt(&findings) && can_be_trusted(action) {
            Verdict::Trust
        } else {
            Verdict::Allow
        };
        let suggested_challenges = match verdict {
            Verdict::Challenge => challenges_for(action, contact_is_fresh(features)),
            Verdict::Trust | Verdict::Allow | Verdict::Deny => Vec::new(),
        };
        Decision { log_odds, verdict, findings, suggested_challenges }
    }
}

fn sum(findings: &[Finding]) -> f64 {
    findings.iter().map(|finding| finding.nats).sum()
}

fn heaviest_first(one: &Finding, other: &Finding) -> Ordering {
    other.nats.abs().total_cmp(&one.nats.abs()).then(one.reason.as_str().cmp(other.reason.as_str()))
}

/// Of each family, and of each direction in it, the strongest finding counts in full and the others by a fraction.
fn temper_families(findings: &mut [Finding], fraction: f64) {
    for family in EvidenceFamily::ALL {
        for is_adverse in [true, false] {
            let belongs = |finding: &Finding| {
                let its_family = detectors::of(finding.reason).map(|detector| detector.family);
                its_family == Some(family) && finding.is_adverse() == is_adverse
            };
            let strongest = findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| belongs(finding))
                .max_by(|(_, one), (_, other)| one.nats.abs().total_cmp(&other.nats.abs()))
                .map(|(place, _)| place);
            for (place, finding) in findings.iter_mut().enumerate() {
                if Some(place) != strongest && belongs(finding) {
                    finding.nats *= fraction;
                }
            }
        }
    }
}

/// Where a single finding speaks for takeover, and is no strong proof, keeps the score just below challenge.
fn hold_back_lone_finding(findings: &mut [Finding], bands: &Bands) {
    let total = sum(findings);
    let mut adverse = findings.iter_mut().filter(|finding| finding.is_adverse());
    let (Some(lone), None) = (adverse.next(), adverse.next()) else { return };
    if detectors::of(lone.reason).is_some_and(|detector| detector.strength == Strength::Strong) {
        return;
    }
    let others = total - lone.nats;
    let room = (bands.below_challenge().nats() - others).max(0.0);
    lone.nats = lone.nats.min(room);
}

fn is_owner_beyond_doubt(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| matches!(finding.reason, ReasonCode::ProfileTrusted | ReasonCode::ProfileFamiliar))
}

// Who registers, or has lost the way in, is not yet somebody to be trusted: the seed's own rule.
fn can_be_trusted(action: &Action) -> bool {
    !matches!(action, Action::Register | Action::PasswordReset)
}

// What goes through a contact proves little within seven days of its change: whoever changed it would receive it.
fn contact_is_fresh(features: &Features) -> bool {
    let quarantine_days = Profile::CONTACT_QUARANTINE.as_secs_f64() / 86_400.0;
    features.tenure.account_contact_age_days.is_some_and(|age| age < quarantine_days)
}

/// The challenges that the recommendations seed suggests for an action, best first. Actions that it does not list get
/// those of the listed action that risks the same.
fn challenges_for(action: &Action, contact_is_fresh: bool) -> Vec<ChallengeKind> {
    use ChallengeKind::{CallCentre, EmailOrSms, IdVerification, ManualReview, ReenterCvv, SecondFactor, ThreeDSecure};
    match action {
        Action::Register => vec![IdVerification, ManualReview],
        Action::Checkout => vec![SecondFactor, ReenterCvv, ThreeDSecure, IdVerification, ManualReview],
        // Money that leaves without a card: as a checkout, less what is the card's.
        Action::Transaction | Action::Withdraw => vec![SecondFactor, IdVerification, ManualReview],
        Action::PasswordReset if contact_is_fresh => vec![CallCentre, ManualReview],
        Action::PasswordReset => vec![EmailOrSms, CallCentre, ManualReview],
        Action::Login
        | Action::Logout
        | Action::AccountDetailsChange
        | Action::AccountAuthChange
        | Action::CreditsChange
        | Action::Custom(_) => vec![SecondFactor],
    }
}
