//! A second factor passed on the spot: how much it lowers the score, and what it cannot do.

mod facts;

use std::sync::Arc;

use facts::{Key, NOW, Scene};
use rightful_domain::{
    Action, Assessment, Facts, Mechanism, MechanismKind, NetworkClaim, NetworkKind, ReasonCode, Verdict,
};
use rightful_engine::{Policy, assess, sentences};

use MechanismKind::{
    BioMetric, MagicLink, OneTimeCode, Passkey, Password, PushNotification, Recaptcha, RsaKey, SmsCode, Social, U2f,
};

/// A new device in a burst: challenged.
fn doubtful() -> Scene {
    Scene::default().used(20, 1, 11, 101).attempts(Key::Account, 33, 5, [99, 999])
}

fn passing(scene: &Scene, kinds: &[MechanismKind], networks: &[NetworkKind]) -> Facts {
    let mut facts = scene.facts(Action::Login);
    let used = |kind: &MechanismKind| Mechanism {
        kind: kind.clone(),
        succeeded: Some(true),
        failure: None,
        provider: None,
        sent_to: None,
    };
    facts.event.mechanisms = kinds.iter().map(used).collect();
    let claim = |kind: &NetworkKind| NetworkClaim { kind: *kind, said_by: Arc::from("test") };
    facts.enrichment.networks = networks.iter().map(claim).collect();
    facts
}

/// By how much the factors lower the log-odds, in hundredths of a nat.
fn lowered(scene: &Scene, kinds: &[MechanismKind], networks: &[NetworkKind]) -> i64 {
    let nats = |kinds| assess(&passing(scene, kinds, networks), &Policy::default()).log_odds.nats();
    ((nats(&[]) - nats(kinds)) * 100.0).round() as i64
}

#[test]
fn the_strongest_factor_counts_and_a_captcha_does_not() {
    for (kinds, expected) in [
        (&[Passkey][..], 200),
        (&[U2f], 200),
        (&[BioMetric], 200),
        (&[PushNotification], 120),
        (&[OneTimeCode], 120),
        (&[RsaKey], 120),
        (&[SmsCode], 80),
        (&[Password, SmsCode, Passkey], 200),
        (&[Recaptcha], 0),
        (&[Password], 0),
        (&[Social, MagicLink], 0),
        (&[MechanismKind::Other("aura".into())], 0),
    ] {
        assert_eq!(lowered(&doubtful(), kinds, &[]), expected, "{kinds:?}");
    }
}

#[test]
fn what_was_not_passed_proves_nothing() {
    for succeeded in [Some(false), None] {
        let mut facts = passing(&doubtful(), &[Passkey], &[]);
        facts.event.mechanisms[0].succeeded = succeeded;
        assert_eq!(assess(&facts, &Policy::default()).verdict, Verdict::Challenge);
    }
}

#[test]
fn a_relay_can_pass_on_what_can_be_typed() {
    use NetworkKind::{Hosting, MobileCarrier, Proxy, Relay, Residential, Tor, Vpn};
    for (networks, passkey, code) in [
        (&[][..], 200, 120),
        (&[Residential], 200, 120),
        (&[MobileCarrier], 200, 120),
        (&[Hosting], 200, 30),
        (&[Tor], 200, 30),
        (&[Proxy], 200, 30),
        // People stand behind these, although their machines are in a data center.
        (&[Hosting, Vpn], 200, 120),
        (&[Hosting, Relay], 200, 120),
    ] {
        assert_eq!(lowered(&doubtful(), &[Passkey], networks), passkey, "{networks:?}");
        assert_eq!(lowered(&doubtful(), &[OneTimeCode], networks), code, "{networks:?}");
    }
}

#[test]
fn a_code_through_a_fresh_contact_proves_nothing_for_a_week() {
    let day = |n: u64| std::time::Duration::from_secs(n * 86_400);
    for (days_ago, expected) in [(0, 0), (6, 0), (7, 80), (30, 80)] {
        let mut scene = doubtful();
        scene.account().standing.contact_changed_at = Some(NOW.minus(day(days_ago)));
        assert_eq!(lowered(&scene, &[SmsCode], &[]), expected, "{days_ago}");
        assert_eq!(lowered(&scene, &[Passkey], &[]), 200, "{days_ago}");
    }
}

#[test]
fn a_proof_lets_the_owner_in_and_never_past_an_open_report() {
    let judged = |scene: &Scene| assess(&passing(scene, &[Passkey], &[]), &Policy::default());
    assert_eq!(judged(&doubtful()).verdict, Verdict::Allow);
    let mut reported = doubtful();
    reported.account().standing.reported_at = Some(NOW);
    assert!(judged(&reported).verdict >= Verdict::Challenge);
    let mut at_home = Scene::default().used(20, 1, facts::LAPTOP, facts::HOME);
    at_home.account().standing.reported_at = Some(NOW);
    assert_eq!(judged(&at_home).verdict, Verdict::Challenge);
}

#[test]
fn a_proof_is_said() {
    let facts = passing(&doubtful(), &[OneTimeCode], &[NetworkKind::Hosting]);
    let assessment: Assessment = assess(&facts, &Policy::default());
    assert!(assessment.findings.iter().any(|finding| finding.reason == ReasonCode::UserSecondFactorPassed));
    let said = sentences(&facts.event, &assessment).analyst;
    assert!(said.contains("a second factor was passed on the spot (factor phishable, relayed)"), "{said}");
}
