//! Laws that hold for any facts: judgement is total, adds up, and never falls as risk grows.

mod facts;

use facts::{ANN, HOME, Key, LAPTOP, NOW, Scene};
use proptest::prelude::*;
use rightful_domain::{
    Action, AddressKind, Facts, Family, History, LogOdds, PolicySource, PolicyVersion, Tag, Timestamp, Verdict,
};
use rightful_engine::{DETECTORS, FEATURE_SCHEMA, Policy, Strength, assess, feature_names, sentences};

/// Everything that raises the risk, as one step from a scene to a riskier one.
#[derive(Debug, Clone, Copy)]
enum Worse {
    Attempts(Key, u32, [u64; 2]),
    BadDevice,
    BadAddress,
    Reported,
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![Just(Key::Account), Just(Key::Device), Just(Key::Address)]
}

fn worse() -> impl Strategy<Value = Worse> {
    prop_oneof![
        4 => (key(), 1_u32..80, 1_u64..20, 1_u64..20).prop_map(|(key, n, a, b)| Worse::Attempts(key, n, [a, b])),
        1 => Just(Worse::BadDevice),
        1 => Just(Worse::BadAddress),
        1 => Just(Worse::Reported),
    ]
}

fn made_worse(mut scene: Scene, worse: Worse) -> Scene {
    match worse {
        Worse::Attempts(key, n, others) => return scene.attempts(key, n, 1, others),
        Worse::BadDevice => scene.account().remember_bad(Family::Device, Tag::new(LAPTOP), NOW),
        Worse::BadAddress => scene.account().remember_bad(Family::Address, Tag::new(HOME), NOW),
        Worse::Reported => scene.account().standing.reported_at = Some(NOW),
    }
    scene
}

fn scene() -> impl Strategy<Value = Scene> {
    let used = proptest::collection::vec((1_u32..30, 0_i64..400, 9_u64..12, 99_u64..102), 0..4);
    let shared = proptest::collection::vec((1_u64..40, 0_i64..40), 0..30);
    let attempts = proptest::collection::vec((key(), 1_u32..40, 0_i64..700_000, 1_u64..20, 1_u64..20), 0..8);
    let worse = proptest::collection::vec(worse(), 0..2);
    (used, shared, attempts, worse).prop_map(|(used, shared, attempts, worse)| {
        let scene = used
            .into_iter()
            .fold(Scene::default(), |scene, (n, days, device, address)| scene.used(n, days, device, address));
        let scene = shared.into_iter().fold(scene, |scene, (other, days)| scene.shared_with(ANN + other, days));
        let scene = attempts.into_iter().fold(scene, |scene, (key, n, ago, a, b)| scene.attempts(key, n, ago, [a, b]));
        worse.into_iter().fold(scene, made_worse)
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![proptest::sample::select(Action::KNOWN.to_vec()), Just(Action::Custom("send_gift".into()))]
}

fn facts() -> impl Strategy<Value = Facts> {
    let kind = proptest::option::of(proptest::sample::select(vec![
        AddressKind::Public,
        AddressKind::Private,
        AddressKind::CarrierNat,
        AddressKind::Reserved,
    ]));
    let gone = proptest::array::uniform7(proptest::bool::weighted(0.1));
    // The ends of time, and moments around what is remembered.
    let at = prop_oneof![Just(i64::MIN), Just(i64::MAX), NOW.as_micros() - 1_000_000..NOW.as_micros() + 1_000_000];
    (scene(), action(), kind, gone, at).prop_map(|(scene, action, kind, gone, at)| {
        let mut facts = scene.facts(action);
        facts.enrichment.address = kind;
        facts.event.at = Timestamp::from_micros(at);
        facts.history = without(facts.history, gone);
        facts
    })
}

fn without(mut history: History, gone: [bool; 7]) -> History {
    let [account, device, address, account_tag, device_tag, address_tag, model_tag] = gone;
    history.account = history.account.filter(|_| !account);
    history.device = history.device.filter(|_| !device);
    history.address = history.address.filter(|_| !address);
    history.account_tag = history.account_tag.filter(|_| !account_tag);
    history.device_tag = history.device_tag.filter(|_| !device_tag);
    history.address_tag = history.address_tag.filter(|_| !address_tag);
    history.model_tag = history.model_tag.filter(|_| !model_tag);
    history
}

proptest! {
    #[test]
    fn any_facts_are_judged_and_the_judgement_adds_up(facts in facts()) {
        let assessment = assess(&facts, &Policy::default());
        let summed: f64 = assessment.findings.iter().map(|finding| finding.nats).sum();
        prop_assert_eq!(assessment.log_odds, LogOdds::new(summed));
        prop_assert_eq!(assessment.risk_score, assessment.log_odds.score());
        prop_assert_eq!(assessment.features.schema, FEATURE_SCHEMA);
        prop_assert_eq!(assessment.features.values.len(), feature_names(FEATURE_SCHEMA).len());
        let score = assessment.risk_score.points();
        let expected = if score >= 90.0 { Verdict::Deny } else if score >= 70.0 { Verdict::Challenge } else { Verdict::Allow };
        prop_assert_eq!(assessment.verdict, expected);
        prop_assert_eq!(assessment.suggested_challenges.is_empty(), expected != Verdict::Challenge);
        let said = sentences(&facts.event, &assessment);
        prop_assert!(said.analyst.ends_with('.') && !said.person.is_empty());
    }

    #[test]
    fn every_finding_shows_its_evidence_heaviest_first(facts in facts()) {
        let findings = assess(&facts, &Policy::default()).findings;
        prop_assert!(findings.windows(2).all(|pair| pair[0].nats.abs() >= pair[1].nats.abs()));
        for finding in findings {
            let detector = DETECTORS.iter().find(|detector| detector.reason == finding.reason).expect("listed");
            let names: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.name.as_ref()).collect();
            prop_assert_eq!(names.as_slice(), detector.evidence);
            prop_assert!(finding.nats.is_finite());
        }
    }

    #[test]
    fn one_finding_alone_challenges_only_if_it_is_strong_proof(facts in facts()) {
        let assessment = assess(&facts, &Policy::default());
        let mut adverse = assessment.findings.iter().filter(|finding| finding.is_adverse());
        if let (Some(lone), None) = (adverse.next(), adverse.next())
            && assessment.verdict >= Verdict::Challenge
        {
            let detector = DETECTORS.iter().find(|detector| detector.reason == lone.reason).expect("listed");
            prop_assert_eq!(detector.strength, Strength::Strong);
        }
    }

    #[test]
    fn more_evidence_of_takeover_never_lowers_the_score(scene in scene(), worse in worse(), action in action()) {
        let policy = Policy::default();
        let before = assess(&scene.facts(action.clone()), &policy);
        let after = assess(&made_worse(scene, worse).facts(action), &policy);
        prop_assert!(before.risk_score <= after.risk_score, "{} > {}", before.risk_score, after.risk_score);
        prop_assert!(before.verdict <= after.verdict);
    }

    #[test]
    fn any_text_is_read_or_refused_as_a_policy(text in r#"(\[verdicts\.login\]\n|\[detectors\.IP_ACTION_VELOCITY\]\n|(nats|max|deny_min|weight) = (-1|0.5|1e400|nan|"x"|\{\})\n|\PC{0,8}){0,6}"#) {
        let source = PolicySource { version: PolicyVersion { id: "mine".into(), version: 7 }, text: text.into() };
        if let Ok(policy) = Policy::parse(&source) {
            prop_assert_eq!(policy.version(), &source.version);
        }
    }
}
