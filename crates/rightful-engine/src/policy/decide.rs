//! From findings to a verdict.
//!
//! Log-odds add up, with four laws on top: correlated findings of one family do not add without bound; a finding that
//! is no strong proof does not reach challenge alone; more evidence of takeover never lowers the score; and while a
//! takeover is reported and open, no proof lowers it below challenge.
//!
//! The score decides the verdict, by bands of which the challenge budget moves one, unless a list does, whatever the
//! score; the findings stay, so that a record shows what was overruled. A list that lets in beats everything, an open
//! report included: it is what an operator reaches for when all else is wrong, and one that sometimes does not work
//! would be no such thing. Rules that people wrote come between the two: they change the score, or bound the verdict, and no
//! list and no closed account gives way to them. A closed account is denied whatever calms, unless a list lets in that very account.

use std::cmp::Ordering;

use rightful_domain::{Action, ChallengeKind, Finding, Listed, LogOdds, Profile, ReasonCode, RiskScore, Verdict};

use super::holding::{holding, take_holding};
use super::leniency::leniency;
use super::thresholds::Bands;
use super::{Policy, lists};
use crate::detectors::action::{Concluded, conclude};
use crate::detectors::{self, Detector, EvidenceFamily};
use crate::features::{Features, Lists};
use crate::rules::Ruling;

/// What a policy makes of findings.
pub(crate) struct Decision {
    /// The likelihood's share and the findings' nats, summed.
    pub(crate) log_odds: LogOdds,
    /// The same as a score, with what rules added to it.
    pub(crate) score: RiskScore,
    /// What follows from it.
    pub(crate) verdict: Verdict,
    /// What would have followed without rules, where that is another.
    pub(crate) verdict_before_rules: Option<Verdict>,
    /// Heaviest first, each with its share of the log-odds after the laws above.
    pub(crate) findings: Vec<Finding>,
    /// What to ask for when challenging, best first; empty otherwise.
    pub(crate) suggested_challenges: Vec<ChallengeKind>,
}

impl Policy {
    /// Decides on findings as the detectors gave them, without rules.
    #[cfg(test)]
    pub(crate) fn decide(&self, action: &Action, features: &Features, findings: Vec<Finding>) -> Decision {
        self.weigh(action, features, &Listed::default(), findings).decided(action, features, &Ruling::default())
    }

    /// Weighs findings as the detectors gave them. `listed` names the lists that are in the features as flags.
    pub(crate) fn weigh(
        &self,
        action: &Action,
        features: &Features,
        listed: &Listed,
        mut findings: Vec<Finding>,
    ) -> Weighed {
        let bands = self.bands(action).following(features.budget.challenge_from);
        take_back_trust(&mut findings);
        let has_adverse = findings.iter().any(Finding::is_adverse);
        let much = self.thresholds.profile_activity_anomaly.amount_doublings_min.get();
        let base = self.likelihood.log_odds(&features.likelihood).map(|base| uncalmed(base, features, much, &findings));
        let mut explanations =
            base.map_or_else(Vec::new, |base| self.likelihood.explanations(&features.likelihood, base, &mut findings));
        let mut base = base.unwrap_or(0.0);
        let lists = &lists_that_hold(features);
        let is_closed = features.aftermath.closed_days.is_some();
        if is_closed {
            // Nobody is its owner any more: what speaks for one says nothing.
            base = base.max(0.0);
            findings.retain(Finding::is_adverse);
            explanations.retain(Finding::is_adverse);
        }
        let held = take_holding(&mut findings);
        temper_families(&mut findings, self.combining.family_fraction.get());
        hold_back_lone_finding(&mut findings, base, &bands);
        if features.reputation.account_reported == Some(true) {
            hold_back_proof(&mut findings, base, &bands);
        }
        let total = base + sum(&findings);
        let lenient = leniency(features, &mut findings.iter().chain(&explanations), total, &bands);
        findings.extend(lenient);
        let total = base + sum(&findings);
        findings.extend(held.map(|finding| holding(finding, total, &bands)));
        let evidence = sum(&findings);
        let log_odds = LogOdds::new(base + evidence);
        let score = log_odds.score();
        // An unusual owner is asked, not refused: the likelihood counts for denial as far as it reaches challenge.
        let deny_score = LogOdds::new(base.min(bands.at_challenge().nats()) + evidence).score();
        findings.extend(explanations);
        findings.sort_by(heaviest_first);
        let decided = lists::decided(lists, listed);
        let findings_max = lists::findings_max(&decided);
        findings.truncate(findings_max);
        let concluded = Concluded {
            findings: &findings,
            score_points: score.points(),
            is_lowest: bands.may_trust(score),
            is_denied: bands.denies(deny_score),
        };
        let is_known = !features.acquaintance.is_newcomer();
        let may_be_trusted = !has_adverse && is_known && is_owner_beyond_doubt(&findings) && can_be_trusted(action);
        // Weighs nothing, so it goes last; where there is no room for it, the score says the same.
        let conclusion = conclude(&concluded, features, &self.thresholds).filter(|_| findings.len() < findings_max);
        findings.extend(conclusion);
        lists::name_lists(decided, &mut findings);
        Weighed { log_odds, deny_score, findings, may_be_trusted, bands, lists: *lists, is_closed }
    }
}

/// Findings with what they weigh, before rules and lists have their say.
pub(crate) struct Weighed {
    log_odds: LogOdds,
    /// As far as it counts for denial.
    deny_score: RiskScore,
    /// Heaviest first, those that name lists last.
    pub(crate) findings: Vec<Finding>,
    /// Whether it is trusted where its score is low.
    may_be_trusted: bool,
    bands: Bands,
    lists: Lists,
    is_closed: bool,
}

impl Weighed {
    /// The score.
    pub(crate) fn score(&self) -> RiskScore {
        self.log_odds.score()
    }

    /// What follows from the score by the bands, where rules add so many hundredths to it.
    pub(crate) fn judged(&self, hundredths: i32) -> Verdict {
        let score = changed(self.score(), hundredths);
        if self.bands.denies(changed(self.deny_score, hundredths)) {
            Verdict::Deny
        } else if self.bands.challenges(score) {
            Verdict::Challenge
        } else if self.bands.may_trust(score) && self.may_be_trusted {
            Verdict::Trust
        } else {
            Verdict::Allow
        }
    }

    /// The verdict: what the score says, within what rules ask for; a closed account is denied, and lists go first.
    pub(crate) fn decided(self, action: &Action, features: &Features, ruling: &Ruling) -> Decision {
        let listed = |judged| by_lists(&self.lists, if self.is_closed { Verdict::Deny } else { judged });
        let before = listed(self.judged(0));
        let verdict = listed(trusted_where_it_may(action, ruling.bounds(self.judged(ruling.moving()))));
        let suggested_challenges = match verdict {
            Verdict::Challenge => challenges_for(action, contact_is_fresh(features)),
            Verdict::Trust | Verdict::Allow | Verdict::Deny => Vec::new(),
        };
        Decision {
            log_odds: self.log_odds,
            score: changed(self.score(), ruling.hundredths),
            verdict,
            verdict_before_rules: (before != verdict).then_some(before),
            findings: self.findings,
            suggested_challenges,
        }
    }
}

/// A score with so many hundredths of a point more, from 0 to 100 points.
pub(super) fn changed(score: RiskScore, hundredths: i32) -> RiskScore {
    let sum = i32::from(score.hundredths()).saturating_add(hundredths).clamp(0, 10_000);
    // Within its range after the clamp.
    u16::try_from(sum).ok().and_then(|sum| RiskScore::from_hundredths(sum).ok()).unwrap_or(score)
}

/// Habits do not calm what a strong finding raised, since an intruder may have taught or copied them; nor where they are a
/// newcomer's. And where and with what something is done does not calm that far more money than ever is moved within a
/// day of a change of contact: the owner's own computer may be steered by somebody else.
fn uncalmed(base: f64, features: &Features, much: f64, findings: &[Finding]) -> f64 {
    let contact_is_new = features.tenure.account_contact_age_days.is_some_and(|age| age <= 1.0);
    let is_much = features.activity.amount_doublings.is_some_and(|doublings| f64::from(doublings) >= much);
    let empties = features.activity.moves_money == Some(true) && contact_is_new && is_much;
    let is_uncalmed = |finding: &Finding| {
        let is_strong = detectors::of(finding.reason).is_some_and(Detector::is_strong);
        finding.is_adverse() && (is_strong || empties && finding.reason == ReasonCode::ProfileActivityAnomaly)
    };
    if is_unproved(features) || findings.iter().any(is_uncalmed) { base.max(0.0) } else { base }
}

/// Money or access is at stake, and whoever is there has been so only lately and unasked: what they taught is no habit of
/// the owner's.
fn is_unproved(features: &Features) -> bool {
    let activity = &features.activity;
    let is_sensitive = activity.moves_money == Some(true) || activity.changes_access == Some(true);
    is_sensitive && features.acquaintance.is_young()
}

/// The lists, of which those that let many in say nothing of an account that is closed.
fn lists_that_hold(features: &Features) -> Lists {
    if features.aftermath.closed_days.is_some() { features.lists.of_closed() } else { features.lists }
}

fn sum(findings: &[Finding]) -> f64 {
    findings.iter().map(|finding| finding.nats).sum()
}

fn heaviest_first(one: &Finding, other: &Finding) -> Ordering {
    other.nats.abs().total_cmp(&one.nats.abs()).then(one.reason.as_str().cmp(other.reason.as_str()))
}

/// Long use on a familiar device says nothing more where anything speaks against the event.
fn take_back_trust(findings: &mut Vec<Finding>) {
    if findings.iter().any(Finding::is_adverse) {
        findings.retain(|finding| finding.reason != ReasonCode::ProfileTrusted || finding.is_adverse());
    }
}

/// Of each family, and of each direction in it, the strongest finding counts in full and the others by a fraction.
fn temper_families(findings: &mut [Finding], fraction: f64) {
    let kind = |finding: &Finding| detectors::of(finding.reason).map(|its| (its.family, finding.is_adverse()));
    let kinds: Vec<Option<(EvidenceFamily, bool)>> = findings.iter().map(kind).collect();
    let mut strongest: Vec<usize> = Vec::with_capacity(findings.len());
    for (place, (finding, kind)) in findings.iter().zip(&kinds).enumerate() {
        let rival = strongest.iter_mut().find(|rival| kinds.get(**rival) == Some(kind));
        match rival {
            None => strongest.push(place),
            Some(rival) if findings.get(*rival).is_some_and(|its| its.nats.abs() <= finding.nats.abs()) => {
                *rival = place
            }
            Some(_) => {}
        }
    }
    for (place, (finding, kind)) in findings.iter_mut().zip(&kinds).enumerate() {
        if kind.is_some() && !strongest.contains(&place) {
            finding.nats *= fraction;
        }
    }
}

/// Where a single finding speaks for takeover, and is no strong proof, keeps the score just below challenge.
///
/// Where the account's history speaks for takeover as well, the finding is not alone.
fn hold_back_lone_finding(findings: &mut [Finding], base: f64, bands: &Bands) {
    if base > 0.0 {
        return;
    }
    let total = base + sum(findings);
    let mut adverse = findings.iter_mut().filter(|finding| finding.is_adverse());
    let (Some(lone), None) = (adverse.next(), adverse.next()) else { return };
    if detectors::of(lone.reason).is_some_and(Detector::is_strong) {
        return;
    }
    let others = total - lone.nats;
    let room = (bands.below_challenge().nats() - others).max(0.0);
    lone.nats = lone.nats.min(room);
}

/// Keeps a proof from lowering the score below challenge: the intruder may have enrolled the factor.
fn hold_back_proof(findings: &mut [Finding], base: f64, bands: &Bands) {
    let total = base + sum(findings);
    let proof = findings.iter_mut().find(|finding| finding.reason == ReasonCode::UserSecondFactorPassed);
    let Some(proof) = proof else { return };
    let room = bands.at_challenge().nats() - (total - proof.nats);
    proof.nats = proof.nats.max(room).min(0.0);
}

/// What is let in by a list is at most allowed, what is kept out by one is denied, and letting in goes first.
fn by_lists(lists: &Lists, judged: Verdict) -> Verdict {
    if lists.is_allowed() {
        judged.min(Verdict::Allow)
    } else if lists.is_blocked() {
        Verdict::Deny
    } else {
        judged
    }
}

fn is_owner_beyond_doubt(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| matches!(finding.reason, ReasonCode::ProfileTrusted | ReasonCode::ProfileFamiliar))
}

/// A verdict, which is to allow where nobody is trusted, whatever a rule says.
pub(super) fn trusted_where_it_may(action: &Action, verdict: Verdict) -> Verdict {
    if verdict == Verdict::Trust && !can_be_trusted(action) { Verdict::Allow } else { verdict }
}

// Who registers, or has lost the way in, is not yet somebody to be trusted: a rule that the field shares.
fn can_be_trusted(action: &Action) -> bool {
    !matches!(action, Action::Register | Action::PasswordReset)
}

// What goes through a contact proves little within seven days of its change: whoever changed it would receive it.
fn contact_is_fresh(features: &Features) -> bool {
    let quarantine_days = Profile::CONTACT_QUARANTINE.as_secs_f64() / 86_400.0;
    features.tenure.account_contact_age_days.is_some_and(|age| age < quarantine_days)
}

/// The challenges that are usually suggested for an action, best first. Actions that it does not list get
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rightful_domain::{FINDINGS_MAX, PolicySource, PolicyVersion, ScoreBudget};

    use super::*;
    use crate::DETECTORS;
    use crate::features::{Budget, Reputation};

    fn finding(reason: ReasonCode, nats: f64) -> Finding {
        Finding { reason, nats, evidence: vec![] }
    }

    fn decided(action: &Action, findings: &[Finding]) -> Decision {
        Policy::default().decide(action, &Features::default(), findings.to_vec())
    }

    fn policy(text: &str) -> Policy {
        let version = PolicyVersion { id: "mine".into(), version: 1 };
        Policy::parse(&PolicySource { version, text: text.into() }).expect("a policy")
    }

    #[test]
    fn trust_needs_a_low_score_a_reason_for_it_and_nothing_adverse() {
        let trusted = finding(ReasonCode::ProfileTrusted, -3.0);
        let familiar = finding(ReasonCode::ProfileFamiliar, -3.0);
        let calm = finding(ReasonCode::ProfileDeviceFamiliar, -3.0);
        let weak = finding(ReasonCode::ProfileTrusted, -2.0);
        let adverse = finding(ReasonCode::ProfileDeviceNew, 0.1);
        for (action, findings, expected) in [
            (Action::Login, vec![trusted.clone()], Verdict::Trust),
            (Action::Withdraw, vec![familiar], Verdict::Trust),
            (Action::Login, vec![calm], Verdict::Allow),
            (Action::Login, vec![weak], Verdict::Allow),
            (Action::Login, vec![trusted.clone(), adverse], Verdict::Allow),
            (Action::Register, vec![trusted.clone()], Verdict::Allow),
            (Action::PasswordReset, vec![trusted], Verdict::Allow),
        ] {
            assert_eq!(decided(&action, &findings).verdict, expected, "{action:?} {findings:?}");
        }
    }

    #[test]
    fn the_edges_of_the_bands_belong_to_the_stricter_side() {
        // Two findings, so that neither is held back for being alone; the second is next to nothing.
        let with = |score: f64| {
            let nats = (score / (100.0 - score)).ln();
            let findings = [finding(ReasonCode::ProfileDeviceNew, nats), finding(ReasonCode::IpRiskyReputation, 1e-9)];
            decided(&Action::Login, &findings).verdict
        };
        assert_eq!(with(69.99), Verdict::Allow);
        assert_eq!(with(70.0), Verdict::Challenge);
        assert_eq!(with(89.99), Verdict::Challenge);
        assert_eq!(with(90.0), Verdict::Deny);
    }

    #[test]
    fn a_lone_finding_stops_just_below_challenge_unless_it_is_strong_proof() {
        let score = |reason, action: &Action, policy: &Policy| {
            let findings = vec![finding(reason, 9.0)];
            policy.decide(action, &Features::default(), findings).log_odds.score().to_string()
        };
        let (shipped, login) = (Policy::default(), Action::Login);
        assert_eq!(score(ReasonCode::IpActionVelocity, &login, &shipped), "69.99");
        assert_eq!(score(ReasonCode::DeviceRiskyReputation, &login, &shipped), "99.99");
        let strict = policy("[verdicts.withdraw]\nchallenge_min = 60\n[verdicts.custom.gift]\nchallenge_min = 40");
        assert_eq!(score(ReasonCode::IpActionVelocity, &Action::Withdraw, &strict), "59.99");
        assert_eq!(score(ReasonCode::IpActionVelocity, &login, &strict), "69.99");
        // Where nothing at all is challenged already, a finding does not make it less.
        assert_eq!(score(ReasonCode::IpActionVelocity, &Action::Custom("gift".into()), &strict), "50.00");
    }

    #[test]
    fn correlated_findings_count_in_full_once() {
        let findings = [
            finding(ReasonCode::IpActionVelocity, 1.0),
            finding(ReasonCode::DeviceProfileVelocity, 0.6),
            finding(ReasonCode::ProfileActionVelocity, 0.4),
        ];
        let decision = decided(&Action::Login, &findings);
        assert!((decision.log_odds.nats() - (1.0 + 0.35 * (0.6 + 0.4))).abs() < 1e-9);
        assert_eq!(decision.findings.first().map(|first| first.reason), Some(ReasonCode::IpActionVelocity));
    }

    fn with_budget(from_points: f64) -> Features {
        let challenge_from = Some(LogOdds::new((from_points / (100.0 - from_points)).ln()));
        Features { budget: Budget { challenge_from }, ..Features::default() }
    }

    #[test]
    fn the_budget_moves_the_challenge_threshold_between_trust_and_denial() {
        let challenge_min = |text: &str, from_points: f64| {
            let features = with_budget(from_points);
            policy(text).bands(&Action::Login).following(features.budget.challenge_from).challenge_min.get()
        };
        let deny_80 = "[verdicts.default]\ndeny_min = 80";
        let trust_60 = "[verdicts.default]\ntrust_max = 60";
        for (text, from_points, expected) in [
            ("", 62.0, 62.0),
            ("", 85.0, 85.0),
            ("", 99.0, 85.0),
            (deny_80, 85.0, 75.0),
            (trust_60, 55.0, 60.01),
            // Who names another number, for all actions or for this one, keeps it.
            ("[verdicts.default]\nchallenge_min = 75", 62.0, 75.0),
            ("[verdicts.login]\nchallenge_min = 60", 80.0, 60.0),
            ("[verdicts.withdraw]\nchallenge_min = 60", 80.0, 80.0),
        ] {
            assert_eq!(challenge_min(text, from_points), expected, "{text} {from_points}");
        }
        assert_eq!(policy("").bands(&Action::Login).challenge_min.get(), ScoreBudget::START_POINTS);
    }

    #[test]
    fn a_moved_threshold_challenges_from_there_on_and_holds_a_lone_finding_below() {
        let verdict = |from_points: f64, findings: &[Finding]| {
            let decision = Policy::default().decide(&Action::Login, &with_budget(from_points), findings.to_vec());
            (decision.verdict, decision.log_odds.score().to_string())
        };
        let two = [finding(ReasonCode::ProfileDeviceNew, 0.6), finding(ReasonCode::IpRiskyReputation, 0.2)];
        assert_eq!(verdict(68.99, &two), (Verdict::Challenge, "69.00".to_owned()));
        assert_eq!(verdict(69.0, &two), (Verdict::Challenge, "69.00".to_owned()));
        assert_eq!(verdict(69.01, &two), (Verdict::Allow, "69.00".to_owned()));
        assert_eq!(verdict(60.0, &two[..1]), (Verdict::Allow, "59.99".to_owned()));
    }

    #[test]
    fn an_open_report_holds_a_proof_at_challenge() {
        let reported = Features {
            reputation: Reputation { account_reported: Some(true), ..Reputation::default() },
            ..Features::default()
        };
        let report = finding(ReasonCode::UserReportedCompromise, 1.3);
        let proof = finding(ReasonCode::UserSecondFactorPassed, -2.0);
        let familiar = finding(ReasonCode::ProfileDeviceFamiliar, -1.5);
        let decided = |findings: &[Finding]| {
            let decision = Policy::default().decide(&Action::Login, &reported, findings.to_vec());
            (decision.verdict, decision.log_odds.score().to_string())
        };
        assert_eq!(decided(&[report.clone(), proof.clone()]), (Verdict::Challenge, "70.00".to_owned()));
        // What is below challenge by itself stays where it is.
        assert_eq!(decided(&[report.clone(), familiar.clone()]), decided(&[report, familiar, proof.clone()]));
        // Without a report a proof may do all it can.
        let bad = finding(ReasonCode::DeviceRiskyReputation, 3.0);
        let decision = Policy::default().decide(&Action::Login, &Features::default(), vec![bad, proof]);
        assert_eq!((decision.verdict, decision.log_odds.score().to_string()), (Verdict::Challenge, "73.11".to_owned()));
    }

    fn findings() -> impl Strategy<Value = Vec<Finding>> {
        let one = (0..DETECTORS.len(), -3.0..6.0_f64);
        proptest::collection::vec(one, 0..9)
            .prop_map(|all| all.into_iter().map(|(place, nats)| finding(DETECTORS[place].reason, nats)).collect())
    }

    proptest! {
        #[test]
        fn one_more_adverse_finding_never_lowers_the_score(
            findings in findings(), place in 0..DETECTORS.len(), nats in 0.0..6.0_f64,
        ) {
            let before = decided(&Action::Login, &findings);
            let more = [findings, vec![finding(DETECTORS[place].reason, nats)]].concat();
            let after = decided(&Action::Login, &more);
            prop_assert!(before.log_odds.score() <= after.log_odds.score());
            prop_assert!(before.verdict <= after.verdict);
        }

        #[test]
        fn a_heavier_finding_never_lowers_the_score(findings in findings(), place in 0_usize..9, by in 0.0..3.0_f64) {
            let before = decided(&Action::Login, &findings);
            let mut heavier = findings;
            if let Some(finding) = heavier.get_mut(place) {
                finding.nats += by;
            }
            prop_assert!(before.log_odds.score() <= decided(&Action::Login, &heavier).log_odds.score());
        }

        #[test]
        fn findings_stay_within_their_cap(n in 0_usize..100) {
            let findings = vec![finding(ReasonCode::IpActionVelocity, 1.0); n];
            prop_assert_eq!(decided(&Action::Login, &findings).findings.len(), n.min(FINDINGS_MAX));
            // Lists that have decided are named all the same, and the score is still the sum.
            let keeps_out = Lists { country_blocked: Some(true), account_blocked: Some(true), ..Lists::default() };
            let features = Features { lists: keeps_out, ..Features::default() };
            let decision = Policy::default().decide(&Action::Login, &features, findings);
            prop_assert_eq!(decision.findings.len(), (n + 2).min(FINDINGS_MAX));
            prop_assert_eq!(decision.findings.iter().filter(|finding| super::lists::is_of_list(finding)).count(), 2);
            prop_assert!(n > 30 || (decision.log_odds.nats() - sum(&decision.findings)).abs() < 1e-9);
        }
    }
}
