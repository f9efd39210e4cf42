//! Situations of the field under the shipped policy: who is let through, who is asked, who is refused.

mod facts;

use std::time::Duration;

use facts::{ANN, DAY_S, HOME, Key, LAPTOP, NOW, Scene};
use rightful_domain::{
    Action, Assessment, ChallengeKind, Coordinates, Crowd, Enrichment, Fact, Facts, Family, Finding, History,
    NetworkClaim, NetworkKind, PaymentAction, Place, ReasonCode, Tag, Timestamp, Verdict,
};
use rightful_engine::{Policy, assess, sentences};

const ELSEWHERE: [u64; 2] = [99, 999];
const OTHER_LAPTOP: u64 = 11;
const OFFICE: u64 = 101;

/// What is said of the owner at home, short of trust and with it.
const FAMILIAR: [ReasonCode; 2] = [ReasonCode::ProfileDeviceFamiliar, ReasonCode::ProfileIpFamiliar];
const TRUSTED: [ReasonCode; 4] = [
    ReasonCode::ProfileDeviceFamiliar,
    ReasonCode::ProfileIpFamiliar,
    ReasonCode::ProfileTrusted,
    ReasonCode::ActionIsLegit,
];

fn judged(scene: &Scene) -> Assessment {
    assess(&scene.facts(Action::Login), &Policy::default())
}

#[track_caller]
fn check(scene: &Scene, verdict: Verdict, reasons: &[ReasonCode]) -> Assessment {
    let assessment = judged(scene);
    let mut given: Vec<ReasonCode> = assessment.findings.iter().map(|finding| finding.reason).collect();
    given.sort_unstable();
    let mut expected = reasons.to_vec();
    expected.sort_unstable();
    assert_eq!((assessment.verdict, given), (verdict, expected), "{}", assessment.risk_score);
    assessment
}

/// An owner with a history elsewhere, so that the device is new and the address, too.
fn owner_elsewhere() -> Scene {
    Scene::default().used(20, 1, OTHER_LAPTOP, OFFICE)
}

fn owner_at_home() -> Scene {
    Scene::default().used(20, 1, LAPTOP, HOME)
}

#[test]
fn the_first_event_of_all_is_allowed_at_even_odds() {
    let assessment = check(&Scene::default(), Verdict::Allow, &[]);
    assert_eq!(assessment.risk_score.to_string(), "50.00");
    assert_eq!((assessment.history_depth, assessment.judged_at, assessment.answered), (0, NOW, None));
    assert_eq!((assessment.payment.action, assessment.payment.score), (PaymentAction::Allow, 0));
    assert_eq!(assessment.suggested_challenges, vec![]);
}

#[test]
fn the_owner_at_the_familiar_door_is_trusted_after_weeks() {
    let assessment = check(&owner_at_home(), Verdict::Trust, &TRUSTED);
    assert!(assessment.risk_score.points() < 10.0, "{}", assessment.risk_score);
    assert_eq!(assessment.history_depth, 20);
    check(&Scene::default().used(10, 1, LAPTOP, HOME), Verdict::Allow, &FAMILIAR);
    for action in [Action::Register, Action::PasswordReset] {
        let assessment = assess(&owner_at_home().facts(action), &Policy::default());
        assert_eq!(assessment.verdict, Verdict::Allow);
    }
}

#[test]
fn a_new_device_alone_is_allowed() {
    let new = [ReasonCode::ProfileDeviceNew];
    for times in [1, 2, 5, 20, 1_000] {
        check(&Scene::default().used(times, 1, OTHER_LAPTOP, OFFICE), Verdict::Allow, &new);
    }
}

#[test]
fn a_new_device_with_a_burst_is_challenged() {
    for times in [1, 20] {
        let scene = Scene::default().used(times, 1, OTHER_LAPTOP, OFFICE).attempts(Key::Account, 10, 5, ELSEWHERE);
        let reasons = [ReasonCode::ProfileDeviceNew, ReasonCode::ProfileActionVelocity];
        let assessment = check(&scene, Verdict::Challenge, &reasons);
        assert_eq!(assessment.suggested_challenges, vec![ChallengeKind::SecondFactor]);
    }
}

#[test]
fn a_new_device_that_others_use_today_is_challenged() {
    for times in [1, 20] {
        let scene =
            Scene::default().used(times, 1, OTHER_LAPTOP, OFFICE).attempts(Key::Device, 1, 3_600, [ANN + 1, HOME]);
        check(&scene, Verdict::Challenge, &[ReasonCode::ProfileDeviceNew, ReasonCode::DeviceSuspiciousVelocity]);
    }
}

#[test]
fn a_flood_from_elsewhere_never_challenges_the_owner_at_the_familiar_door() {
    for times in [1, 2, 20] {
        for n in [10, 100, 9_000] {
            let scene = Scene::default().used(times, 1, LAPTOP, HOME).attempts(Key::Account, n, 5, ELSEWHERE);
            let assessment = judged(&scene);
            assert_eq!(assessment.verdict, Verdict::Allow, "{times} {n}");
            // Outweighed, and not merely held back for being alone.
            assert!(assessment.risk_score.points() < 65.0, "{times} {n}: {}", assessment.risk_score);
        }
    }
}

#[test]
fn a_flood_from_elsewhere_asks_the_owner_with_a_new_phone_and_never_refuses() {
    for n in [10, 100, 9_000] {
        let scene = owner_elsewhere().attempts(Key::Account, n, 5, ELSEWHERE);
        assert_eq!(judged(&scene).verdict, Verdict::Challenge, "{n}");
    }
}

#[test]
fn one_machine_that_hammers_an_account_is_refused() {
    let scene = owner_elsewhere()
        .attempts(Key::Account, 100, 5, [LAPTOP, HOME])
        .attempts(Key::Device, 100, 5, [ANN, HOME])
        .attempts(Key::Address, 100, 5, [ANN, LAPTOP]);
    let reasons = [
        ReasonCode::ProfileDeviceNew,
        ReasonCode::ProfileActionVelocity,
        ReasonCode::DeviceProfileVelocity,
        ReasonCode::IpActionVelocity,
        ReasonCode::IpRiskyReputation,
    ];
    check(&scene, Verdict::Deny, &reasons);
}

#[test]
fn a_stolen_list_from_one_address_is_challenged_on_each_account() {
    let scene = (0..100).fold(owner_elsewhere(), |scene, n| scene.attempts(Key::Address, 1, 5, [ANN + n, 500 + n]));
    let reasons = [ReasonCode::ProfileDeviceNew, ReasonCode::IpActionVelocity, ReasonCode::IpRiskyReputation];
    check(&scene, Verdict::Challenge, &reasons);
}

#[test]
fn a_busy_office_of_familiar_people_is_no_attack() {
    let office = (1..=40).fold(owner_at_home(), |scene, other| scene.shared_with(ANN + other, 10));
    let scene = office.attempts(Key::Address, 150, 30, [ANN + 1, 12]);
    check(&scene, Verdict::Trust, &TRUSTED);
}

#[test]
fn a_household_is_exempt_and_todays_success_is_no_household() {
    let used_by_another_today = |scene: Scene| scene.attempts(Key::Device, 1, 3_600, [ANN + 1, HOME]);
    check(&used_by_another_today(owner_at_home().shared_with(ANN + 1, 10)), Verdict::Trust, &TRUSTED);

    let shared = [ReasonCode::DeviceSuspiciousVelocity];
    let with_guest = used_by_another_today(owner_at_home().shared_with(ANN + 1, 0));
    check(&with_guest, Verdict::Allow, &[&FAMILIAR[..], &shared[..]].concat());
    let intruder = used_by_another_today(owner_elsewhere().shared_with(ANN + 1, 0));
    check(&intruder, Verdict::Challenge, &[&[ReasonCode::ProfileDeviceNew][..], &shared[..]].concat());
}

#[test]
fn a_reader_at_a_librarys_computer_is_asked_and_not_refused() {
    let library = (1..60).fold(owner_elsewhere(), |scene, n| {
        scene.shared_with(ANN + n, n as i64 % 5).attempts(Key::Device, 1, 600, [ANN + n, HOME])
    });
    check(&library, Verdict::Challenge, &[ReasonCode::ProfileDeviceNew, ReasonCode::DeviceSuspiciousVelocity]);
}

#[test]
fn an_open_report_challenges_everybody_and_a_reclaim_ends_it() {
    let mut scene = owner_at_home();
    scene.account().standing.reported_at = Some(NOW);
    check(&scene, Verdict::Challenge, &[ReasonCode::UserReportedCompromise]);
    let mut elsewhere = owner_elsewhere();
    elsewhere.account().standing.reported_at = Some(NOW);
    let reasons = [ReasonCode::UserReportedCompromise, ReasonCode::ProfileDeviceNew];
    check(&elsewhere, Verdict::Challenge, &reasons);

    scene.account().standing.reported_at = None;
    scene.account().standing.reclaimed_at = Some(NOW);
    check(&scene, Verdict::Trust, &[&TRUSTED[..], &[ReasonCode::UserRecentlyReclaimed]].concat());
}

#[test]
fn an_intruders_device_is_refused_until_the_owner_has_proved_it() {
    let mut scene = Scene::default().used(20, 5, OTHER_LAPTOP, HOME);
    scene.account().standing.reclaimed_at = Some(NOW.minus(Duration::from_secs(3 * DAY_S as u64)));
    scene.account().remember_bad(Family::Device, Tag::new(LAPTOP), NOW);
    assert_eq!(judged(&scene).verdict, Verdict::Deny);
    assert_eq!(judged(&scene.used(1, 1, LAPTOP, HOME)).verdict, Verdict::Allow);
}

#[test]
fn an_intruders_address_supports_and_does_not_decide() {
    let mut familiar = Scene::default().used(20, 1, LAPTOP, OFFICE);
    familiar.account().remember_bad(Family::Address, Tag::new(HOME), NOW);
    check(&familiar, Verdict::Allow, &[ReasonCode::IpRiskyReputation, ReasonCode::ProfileDeviceFamiliar]);
    let mut elsewhere = owner_elsewhere();
    elsewhere.account().remember_bad(Family::Address, Tag::new(HOME), NOW);
    check(&elsewhere, Verdict::Challenge, &[ReasonCode::IpRiskyReputation, ReasonCode::ProfileDeviceNew]);
}

#[test]
fn the_suggested_challenges_are_the_seeds() {
    use ChallengeKind::{CallCentre, EmailOrSms, IdVerification, ManualReview, ReenterCvv, SecondFactor, ThreeDSecure};
    let mut scene = owner_elsewhere().attempts(Key::Account, 20, 5, ELSEWHERE);
    let suggested = |scene: &Scene, action| assess(&scene.facts(action), &Policy::default()).suggested_challenges;
    assert_eq!(suggested(&scene, Action::Login), vec![SecondFactor]);
    assert_eq!(suggested(&scene, Action::Register), vec![IdVerification, ManualReview]);
    assert_eq!(
        suggested(&scene, Action::Checkout),
        vec![SecondFactor, ReenterCvv, ThreeDSecure, IdVerification, ManualReview]
    );
    assert_eq!(suggested(&scene, Action::PasswordReset), vec![EmailOrSms, CallCentre, ManualReview]);
    // What goes through a contact proves nothing to whoever has just changed it.
    scene.account().standing.contact_changed_at = Some(NOW);
    assert_eq!(suggested(&scene, Action::PasswordReset), vec![CallCentre, ManualReview]);
}

#[test]
fn what_is_not_known_is_no_evidence() {
    let nothing = Facts { history: History::default(), ..Scene::default().facts(Action::Login) };
    let assessment = assess(&nothing, &Policy::default());
    assert_eq!((assessment.verdict, assessment.findings, assessment.history_depth), (Verdict::Allow, vec![], 0));
}

#[test]
fn the_analyst_reads_what_was_seen_and_the_person_reads_nothing_of_it() {
    let scene = owner_elsewhere().attempts(Key::Account, 33, 5, ELSEWHERE);
    let facts = scene.facts(Action::Login);
    let mut assessment = assess(&facts, &Policy::default());
    let said = sentences(&facts.event, &assessment);
    assert_eq!(
        said.analyst,
        "Challenge login at score 86.31: unusually many events on the account (34 attempts in 60 s, limit 10, 34 \
         failures in 1 h) and the device is new to the account (devices known 1, events learned 20); the account has \
         20 earlier events; ask for a second factor, preferably biometric."
    );
    assert_eq!(said.person, "Please confirm that it is you before you go on.");
    // Who is only watched is answered as if allowed, and the person's words follow the answer.
    assessment.answered = Some(Verdict::Allow);
    assert_eq!(sentences(&facts.event, &assessment).person, "All good, please go on.");

    // Trust says what may follow from it.
    assessment.verdict = Verdict::Trust;
    assessment.suggested_challenges.clear();
    assert!(sentences(&facts.event, &assessment).analyst.ends_with("20 earlier events; extend the session."));

    let first = Scene::default().facts(Action::Login);
    let said = sentences(&first.event, &assess(&first, &Policy::default()));
    assert_eq!(
        said.analyst,
        "Allow login at score 50.00: nothing speaks for or against it; nothing was learned of the account before."
    );
}

fn days_ago(days: i64) -> Timestamp {
    NOW.minus(Duration::from_secs((days * DAY_S) as u64))
}

#[test]
fn a_strangers_change_of_contact_and_then_a_withdrawal_is_challenged_and_the_owners_is_not() {
    let with_change = |mut scene: Scene| {
        scene.account().standing.contact_changed_at = Some(days_ago(1));
        scene.account().standing.contact_changed_by_stranger = true;
        assess(&scene.facts(Action::Withdraw), &Policy::default())
    };
    let intruder = with_change(owner_elsewhere());
    let reasons: Vec<ReasonCode> = intruder.findings.iter().map(|finding| finding.reason).collect();
    assert_eq!(intruder.verdict, Verdict::Challenge, "{}", intruder.risk_score);
    for expected in [ReasonCode::ProfileRecoveryChain, ReasonCode::ProfileActivityAnomaly, ReasonCode::ProfileDeviceNew]
    {
        assert!(reasons.contains(&expected), "{expected:?} {reasons:?}");
    }
    assert!(with_change(owner_at_home()).verdict < Verdict::Challenge);
}

#[test]
fn the_one_of_a_spray_that_succeeds_is_challenged_and_the_owner_with_that_password_is_not() {
    let sprayed = |mut scene: Scene| {
        scene.password_crowd = Some(Crowd { attempts: 60, failures: 55, subjects: 60, ..Crowd::default() });
        judged(&scene)
    };
    assert_eq!(sprayed(owner_elsewhere()).verdict, Verdict::Challenge);
    assert_eq!(sprayed(owner_at_home()).verdict, Verdict::Trust);
}

#[test]
fn a_list_from_one_network_is_challenged_and_the_owner_in_it_is_let_in() {
    let stuffed = |mut scene: Scene| {
        let crowd = Crowd { attempts: 90, failures: 88, subjects: 80, failed_subjects: 79, ..Crowd::default() };
        scene.net_crowd = Some(Crowd { unknown_usernames: 60, ..crowd });
        judged(&scene)
    };
    assert_eq!(stuffed(owner_elsewhere()).verdict, Verdict::Challenge);
    assert_eq!(stuffed(owner_at_home()).verdict, Verdict::Trust);
}

/// London, and a place so far away from it.
fn abroad(scene: &mut Scene, kind: Option<NetworkKind>) {
    let place = |latitude, longitude| Coordinates::from_degrees(latitude, longitude).expect("a place");
    let last =
        Place { coordinates: place(51.5, -0.1), accuracy_km: Some(20), at: NOW.minus(Duration::from_secs(3_600)) };
    scene.account().last_place = Some(last);
    scene.enrichment = Enrichment {
        coordinates: Some(place(-33.9, 151.2)),
        accuracy_km: Some(50),
        networks: kind.map(|kind| NetworkClaim { kind, said_by: "a.csv".into() }).into_iter().collect(),
        ..Enrichment::default()
    };
}

#[test]
fn nobody_comes_from_london_to_sydney_in_an_hour_unless_the_network_hides_the_place() {
    let travels = |scene: &mut Scene, kind: Option<NetworkKind>| {
        abroad(scene, kind);
        judged(scene).findings.iter().any(|finding| finding.reason == ReasonCode::ProfileImpossibleTravel)
    };
    assert!(travels(&mut owner_elsewhere(), None));
    assert!(travels(&mut owner_elsewhere(), Some(NetworkKind::Residential)));
    for hidden in [NetworkKind::Vpn, NetworkKind::Relay, NetworkKind::MobileCarrier, NetworkKind::Hosting] {
        assert!(!travels(&mut owner_elsewhere(), Some(hidden)), "{hidden:?}");
    }
    assert!(!travels(&mut owner_at_home(), None));
}

#[test]
fn accounts_that_came_today_raise_no_limits() {
    let crowd = |days_ago: i64| {
        let scene = (1..=40).fold(owner_elsewhere(), |scene, other| scene.shared_with(ANN + other, days_ago));
        judged(&scene.attempts(Key::Address, 60, 5, [ANN + 1, 12])).findings
    };
    let is_fast = |findings: Vec<Finding>| findings.iter().any(|found| found.reason == ReasonCode::IpActionVelocity);
    assert!(is_fast(crowd(0)));
    assert!(!is_fast(crowd(10)));
}

#[test]
fn an_intruders_device_elsewhere_is_asked_here_and_half_forgiven_after_ninety_days() {
    let labelled = |days: i64| {
        let mut scene = Scene::default().used(3, 1, OTHER_LAPTOP, HOME);
        scene.device().standing.labelled_at = Some(days_ago(days));
        let findings = judged(&scene).findings;
        findings.iter().find(|found| found.reason == ReasonCode::DeviceRiskyReputation).map(|found| found.nats)
    };
    let (fresh, old) = (labelled(0).expect("found"), labelled(90).expect("found"));
    assert!((fresh / old - 2.0).abs() < 1e-9, "{fresh} {old}");
}

#[test]
fn the_analyst_reads_units_and_no_names_of_fields() {
    let mut scene = owner_elsewhere();
    abroad(&mut scene, None);
    let crowd = Crowd { attempts: 90, failures: 81, subjects: 80, failed_subjects: 79, ..Crowd::default() };
    scene.net_crowd = Some(crowd);
    let facts = scene.facts(Action::Login);
    let said = sentences(&facts.event, &assess(&facts, &Policy::default())).analyst;
    assert!(!said.contains('_'), "{said}");
    for expected in ["km/h", "distance 16995 km", "failure ratio 90 %", "79 failed accounts in 24 h"] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn payees_are_new_to_those_who_have_paid_others_and_count_on_a_device_for_a_day() {
    let paid = |n: u64, hours_ago: u64| {
        let mut scene = owner_at_home();
        let last_at = NOW.minus(Duration::from_secs(hours_ago * 3_600));
        for payee in 1..=n {
            let fact = Fact { tag: Tag::new(payee), first_at: last_at, last_at, n: 1, is_vouched: false };
            scene.account().see(Family::Payee, fact);
            scene.device().see(Family::Payee, fact);
        }
        scene.payee = Some(77);
        let assessment = assess(&scene.facts(Action::Checkout), &Policy::default());
        let gave = |reason| assessment.findings.iter().any(|finding| finding.reason == reason);
        (gave(ReasonCode::ProfilePayeeNew), gave(ReasonCode::DevicePayeeVelocity))
    };
    assert_eq!(paid(0, 1), (false, false));
    assert_eq!(paid(1, 1), (true, false));
    assert_eq!(paid(5, 1), (true, true));
    assert_eq!(paid(5, 24), (true, false));
}
