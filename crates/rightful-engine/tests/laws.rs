//! Laws that hold for any facts: judgement is total, adds up, and never falls as risk grows.

mod facts;

use facts::{ANN, HOME, Key, LAPTOP, NOW, Scene};
use proptest::prelude::*;
use rightful_domain::{
    Action, AddressKind, AgentKind, AgentTraits, Behavior, Coordinates, CountryCode, CredentialStatus, Crowd, Device,
    Enrichment, Facts, Family, History, InputKinds, Interaction, LogOdds, NetworkClaim, NetworkKind, Place,
    PolicySource, PolicyVersion, Tag, Timestamp, Verdict,
};
use rightful_engine::{DETECTORS, FEATURE_SCHEMA, Policy, Strength, assess, feature_names, sentences};

/// Everything that raises the risk, as one step from a scene to a riskier one.
#[derive(Debug, Clone, Copy)]
enum Worse {
    Attempts(Key, u32, [u64; 2]),
    BadDevice,
    BadAddress,
    Reported,
    DeviceLabelled,
    AddressLabelled,
    StrangeFailures(u32),
    Refused(u8),
    ContactChanged,
    NetCrowd(u32),
    PasswordCrowd(u32),
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
        1 => Just(Worse::DeviceLabelled),
        1 => Just(Worse::AddressLabelled),
        1 => (1_u32..200).prop_map(Worse::StrangeFailures),
        1 => (1_u8..8).prop_map(Worse::Refused),
        1 => Just(Worse::ContactChanged),
        1 => (1_u32..500).prop_map(Worse::NetCrowd),
        1 => (1_u32..500).prop_map(Worse::PasswordCrowd),
    ]
}

/// What somebody elsewhere can do to an account.
fn flood() -> impl Strategy<Value = Worse> {
    prop_oneof![
        4 => (1_u32..2_000, 200_u64..300, 999_u64..1_100)
            .prop_map(|(n, device, address)| Worse::Attempts(Key::Account, n, [device, address])),
        1 => (1_u32..5_000).prop_map(Worse::StrangeFailures),
        1 => (1_u8..8).prop_map(Worse::Refused),
        1 => (1_u32..1_000).prop_map(Worse::PasswordCrowd),
    ]
}

fn made_worse(mut scene: Scene, worse: Worse) -> Scene {
    match worse {
        Worse::Attempts(key, n, others) => return scene.attempts(key, n, 1, others),
        Worse::BadDevice => scene.account().remember_bad(Family::Device, Tag::new(LAPTOP), NOW),
        Worse::BadAddress => scene.account().remember_bad(Family::Address, Tag::new(HOME), NOW),
        Worse::Reported => scene.account().standing.reported_at = Some(NOW),
        Worse::DeviceLabelled => scene.device().standing.labelled_at = Some(NOW),
        Worse::AddressLabelled => scene.address().standing.labelled_at = Some(NOW),
        Worse::StrangeFailures(n) => scene.strange_failures_24h += n,
        Worse::Refused(n) => (0..n).for_each(|_| scene.account().remember_refusal(NOW)),
        Worse::ContactChanged => {
            scene.account().standing.contact_changed_at = Some(NOW);
            scene.account().standing.contact_changed_by_stranger = true;
        }
        Worse::NetCrowd(n) => scene.net_crowd = Some(grown(scene.net_crowd, n)),
        Worse::PasswordCrowd(n) => scene.password_crowd = Some(grown(scene.password_crowd, n)),
    }
    scene
}

/// So many more accounts failed, each once, under names of which half exist.
fn grown(crowd: Option<Crowd>, n: u32) -> Crowd {
    let crowd = crowd.unwrap_or_default();
    Crowd {
        attempts: crowd.attempts + n,
        failures: crowd.failures + n,
        unknown_usernames: crowd.unknown_usernames + n / 2,
        subjects: crowd.subjects + n,
        failed_subjects: crowd.failed_subjects + n,
        ..crowd
    }
}

fn place() -> impl Strategy<Value = Coordinates> {
    (-90.0..=90.0_f64, -180.0..=180.0_f64)
        .prop_map(|(lat, long)| Coordinates::from_degrees(lat, long).expect("a place"))
}

fn enrichment() -> impl Strategy<Value = Enrichment> {
    let address = proptest::option::of(proptest::sample::select(AddressKind::ALL.to_vec()));
    let networks = proptest::collection::vec(proptest::sample::select(NetworkKind::ALL.to_vec()), 0..3);
    let kinds = vec![AgentKind::Desktop, AgentKind::Mobile, AgentKind::Automation, AgentKind::Unknown];
    let agent = (proptest::sample::select(kinds), proptest::sample::select(vec!["Windows 10", "iPhone", "Linux", "?"]));
    let breached = proptest::option::of((any::<bool>(), any::<bool>()));
    let placed = (proptest::option::of(place()), proptest::option::of(0_u16..2_000), any::<bool>());
    (address, networks, proptest::option::of(agent), breached, placed).prop_map(
        |(address, networks, agent, breached, (coordinates, accuracy_km, has_country))| Enrichment {
            address,
            coordinates,
            accuracy_km,
            country: has_country.then(|| CountryCode::new("NZ").expect("a country")),
            agent: agent.map(|(kind, os)| AgentTraits {
                kind,
                browser: None,
                browser_major: None,
                os: Some(os.into()),
            }),
            credential: breached.map(|(password_breached, username_breached)| CredentialStatus {
                password_breached,
                username_breached,
            }),
            networks: networks.into_iter().map(|kind| NetworkClaim { kind, said_by: "a.csv".into() }).collect(),
            ..Enrichment::default()
        },
    )
}

fn device() -> impl Strategy<Value = Device> {
    let told = |words: Vec<&'static str>| proptest::option::of(proptest::sample::select(words));
    let kind = told(vec!["phone", "tablet", "Desktop", "fridge"]);
    let os = told(vec!["iOS 17", "Windows", "Android 14", "BeOS"]);
    let zone = told(vec!["Europe/Madrid", "Pacific/Auckland", "Middle/Earth"]);
    (kind, os, zone).prop_map(|(kind, os, zone)| Device {
        kind: kind.map(Into::into),
        os: os.map(Into::into),
        time_zone: zone.map(Into::into),
        ..Device::default()
    })
}

fn interaction() -> impl Strategy<Value = Interaction> {
    proptest::collection::vec(0_u32..60, 12).prop_map(|n| Interaction {
        inputs: InputKinds::from_bits(n[0]),
        keyless_inputs: n[1],
        holds: n[2].max(n[3]),
        tight_holds: n[3],
        gaps: n[4].max(n[5]),
        tight_gaps: n[5],
        flights: n[6].max(n[7]),
        even_flights: n[7],
        far_clicks: n[8].max(n[9]),
        jumps: n[9],
        strokes: n[10].max(n[11]),
        slanted_strokes: n[11],
        ..Interaction::default()
    })
}

fn behavior() -> impl Strategy<Value = Behavior> {
    let measure = || proptest::option::of(prop_oneof![0.0..200.0_f64, Just(f64::NAN), Just(f64::INFINITY), Just(-1.0)]);
    let n = || proptest::option::of(0_u32..60);
    let measures = (measure(), measure(), measure(), proptest::option::of(interaction()));
    (n(), n(), n(), measures).prop_map(|(keys, pastes, moves, (hold, flight, form, told))| Behavior {
        keys,
        pastes,
        pointer_moves: moves,
        key_hold_ms: hold,
        key_flight_ms: flight,
        form_ms: form,
        interaction: told.map(Box::new),
    })
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
    let told = (enrichment(), device(), proptest::option::of(behavior()), proptest::option::of(place()));
    let agents = vec!["", "null", "Mozilla/5.0 HeadlessChrome/126", "selenium", "curl/8"];
    let agent = proptest::option::of(proptest::sample::select(agents));
    let gone = proptest::array::uniform7(proptest::bool::weighted(0.1));
    // The ends of time, and moments around what is remembered.
    let at = prop_oneof![Just(i64::MIN), Just(i64::MAX), NOW.as_micros() - 1_000_000..NOW.as_micros() + 1_000_000];
    (scene(), action(), told, agent, gone, at).prop_map(|(mut scene, action, told, agent, gone, at)| {
        let (enrichment, device, behavior, last) = told;
        let last = last.map(|coordinates| Place { coordinates, accuracy_km: None, at: NOW });
        scene.account().last_place = last;
        scene.device().last_place = last;
        scene.enrichment = enrichment;
        let mut facts = scene.facts(action);
        facts.event.device = device;
        facts.event.behavior = behavior;
        facts.event.network.user_agent = agent.map(Into::into);
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
        // Up to the order in which they were summed.
        prop_assert!((assessment.log_odds.nats() - LogOdds::new(summed).nats()).abs() < 1e-9);
        prop_assert_eq!(assessment.risk_score, assessment.log_odds.score());
        prop_assert_eq!(assessment.features.schema, FEATURE_SCHEMA);
        prop_assert_eq!(assessment.features.values.len(), feature_names(FEATURE_SCHEMA).len());
        let score = assessment.risk_score.points();
        let expected = match score {
            90.0.. => Verdict::Deny,
            70.0.. => Verdict::Challenge,
            _ if assessment.verdict == Verdict::Trust => Verdict::Trust,
            _ => Verdict::Allow,
        };
        let adverse = assessment.findings.iter().any(|finding| finding.is_adverse());
        prop_assert!(expected != Verdict::Trust || (score <= 10.0 && !adverse));
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
    fn more_evidence_of_takeover_never_lowers_the_score(
        scene in scene(), worse in worse(), action in action(), enrichment in enrichment(),
    ) {
        let mut scene = scene;
        scene.enrichment = enrichment;
        let policy = Policy::default();
        let before = assess(&scene.facts(action.clone()), &policy);
        let after = assess(&made_worse(scene, worse).facts(action), &policy);
        prop_assert!(before.risk_score <= after.risk_score, "{} > {}", before.risk_score, after.risk_score);
        prop_assert!(before.verdict <= after.verdict);
    }

    #[test]
    fn the_owner_at_the_familiar_door_is_let_in_whatever_floods_the_account(
        times in 1_u32..40, days in 1_i64..30, floods in proptest::collection::vec(flood(), 1..8), enrichment in enrichment(),
    ) {
        let mut scene = Scene::default().used(times, days, LAPTOP, HOME);
        scene.enrichment = Enrichment { agent: None, ..enrichment };
        let scene = floods.into_iter().fold(scene, made_worse);
        for action in [Action::Login, Action::Checkout, Action::AccountDetailsChange] {
            let assessment = assess(&scene.facts(action), &Policy::default());
            prop_assert!(assessment.verdict < Verdict::Challenge, "{:?}", assessment.findings);
        }
    }

    #[test]
    fn whoever_floods_an_account_from_afar_never_gets_its_owner_with_a_new_phone_refused(
        times in 1_u32..40, n in 1_u32..5_000, devices in 1_u64..40, strange in 0_u32..5_000,
    ) {
        let scene = Scene::default().used(times, 1, 11, 101).attempts(Key::Account, n, 5, [99, 999]);
        let mut scene = (0..devices).fold(scene, |scene, other| scene.attempts(Key::Account, 1, 5, [200 + other, 999]));
        scene.strange_failures_24h = strange;
        let assessment = assess(&scene.facts(Action::Login), &Policy::default());
        prop_assert!(assessment.verdict < Verdict::Deny, "{:?}", assessment.findings);
    }

    #[test]
    fn any_text_is_read_or_refused_as_a_policy(text in r#"(\[verdicts\.login\]\n|\[detectors\.IP_ACTION_VELOCITY\]\n|(nats|max|deny_min|weight) = (-1|0.5|1e400|nan|"x"|\{\})\n|\PC{0,8}){0,6}"#) {
        let source = PolicySource { version: PolicyVersion { id: "mine".into(), version: 7 }, text: text.into() };
        if let Ok(policy) = Policy::parse(&source) {
            prop_assert_eq!(policy.version(), &source.version);
        }
    }
}
