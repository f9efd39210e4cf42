//! What a reclaim leaves behind: a closed account is denied whatever calms, and an owner may start anew, once.

mod facts;

use std::time::Duration;

use facts::{HOME, Key, LAPTOP, NOW, Scene};
use rightful_domain::{
    AccountId, Action, AgentKind, AgentTraits, Bad, Circumstances, EventId, Facts, Family, Held, Lesson, Level,
    Mechanism, MechanismKind, NetworkClaim, NetworkKind, Outcome, PolicySource, PolicyVersion, Population, ReasonCode,
    StepTag, Tag, Verdict, Version,
};
use rightful_engine::{Policy, assess};

const PHONE: u64 = 20;
/// Another line of the same provider in the same city.
const NEIGHBOR: u64 = 101;
const HOUR: Duration = Duration::from_secs(3_600);

/// One that challenges every new device, so that a test need tell no more than that.
fn strict() -> Policy {
    policy("[verdicts.default]\nchallenge_min = 20")
}

fn policy(text: &str) -> Policy {
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: text.into() }).expect("a policy")
}

fn has(facts: &Facts, reason: ReasonCode) -> bool {
    assess(facts, &strict()).findings.iter().any(|finding| finding.reason == reason)
}

fn verdict(facts: &Facts) -> Verdict {
    assess(facts, &strict()).verdict
}

/// Ann, who comes now and then, got her account back an hour ago: the device of the event is new to her, and so is the
/// line, of her provider in her city.
fn reclaimed() -> Scene {
    let mut scene = Scene::default().used(6, 20, PHONE, NEIGHBOR);
    scene.account().standing.reclaimed_at = Some(NOW.minus(HOUR));
    scene
}

fn signs_in(scene: &Scene) -> Facts {
    let mut facts = scene.facts(Action::Login);
    let profile = facts.history.account_profile();
    if profile.is_some_and(|profile| profile.fact(Family::Address, Tag::new(NEIGHBOR)).is_some()) {
        facts.history.circumstances = nearby(&facts.history.circumstances);
    }
    let mut facts = with_backdrop(facts);
    facts.event.outcome = Outcome::Succeeded;
    facts
}

/// The event comes from Ann's provider and city, on another line.
fn nearby(circumstances: &Circumstances) -> Circumstances {
    let mut tags = Level::ALL.map(|level| circumstances.tag(level));
    let tag = |value: u64| StepTag::new(u32::try_from(value + 1).expect("small"));
    for (level, value) in [(Level::Asn, NEIGHBOR), (Level::City, NEIGHBOR), (Level::Net, HOME), (Level::Address, HOME)]
    {
        tags[level.number()] = tag(value);
    }
    Circumstances::from_tags(tags, Version::default(), Version::default())
}

/// Judged among a population that names its devices.
fn with_backdrop(mut facts: Facts) -> Facts {
    let profile = facts.history.account_profile().cloned().unwrap_or_default();
    let mut backdrop = Population::default().backdrop(&profile, &facts.history.circumstances, NOW);
    backdrop.names_devices = true;
    facts.history.backdrop = Some(backdrop);
    facts
}

#[test]
fn a_closed_account_is_denied_whatever_calms() {
    let mut scene = Scene::default().used(60, 2, LAPTOP, HOME);
    let mut owner = signs_in(&scene);
    let passed =
        Mechanism { kind: MechanismKind::Passkey, succeeded: Some(true), failure: None, provider: None, sent_to: None };
    owner.event.mechanisms = vec![passed.clone()];
    assert!(assess(&owner, &Policy::default()).verdict <= Verdict::Allow);
    scene.account().standing.closed_at = Some(NOW.minus(HOUR));
    for action in Action::KNOWN {
        let mut facts = scene.facts(action.clone());
        facts.event.mechanisms = vec![passed.clone()];
        let assessment = assess(&facts, &Policy::default());
        assert_eq!(assessment.verdict, Verdict::Deny, "{action:?}");
        assert!(assessment.risk_score.points() >= 90.0, "{action:?}");
        assert!(assessment.findings.iter().all(|finding| finding.nats >= 0.0), "{:?}", assessment.findings);
        assert!(has(&facts, ReasonCode::UserAccountClosed), "{action:?}");
    }
}

#[test]
fn only_a_list_that_names_the_account_opens_a_closed_one() {
    let mut scene = Scene::default().used(60, 2, LAPTOP, HOME);
    scene.account().standing.closed_at = Some(NOW.minus(HOUR));
    let mut facts = signs_in(&scene);
    facts.event.account = Some(AccountId::new("ann").expect("an id"));
    facts.event.network.ip = Some("192.0.2.7".parse().expect("an address"));
    for (text, expected) in [
        ("[lists]\nallow_accounts = [\"ann\"]", Verdict::Allow),
        ("[lists]\nallow_addresses = [\"192.0.2.0/24\"]", Verdict::Deny),
        ("[verdicts.default]\ndeny_min = 100", Verdict::Deny),
    ] {
        let assessment = assess(&facts, &policy(text));
        assert_eq!(assessment.verdict, expected, "{text}");
        let is_let_in = assessment.findings.iter().any(|finding| finding.reason == ReasonCode::IpTrusted);
        assert!(!is_let_in, "{text}");
    }
}

#[test]
fn an_owner_starts_anew_on_a_new_device_and_is_not_trusted_for_it() {
    let assessment = assess(&signs_in(&reclaimed()), &strict());
    assert_eq!(assessment.verdict, Verdict::Allow);
    let lenient = assessment.findings.iter().find(|finding| finding.reason == ReasonCode::UserRecentlyReclaimed);
    assert!(lenient.is_some_and(|finding| finding.nats < 0.0), "{:?}", assessment.findings);
    assert_eq!(assessment.risk_score.to_string(), "19.99");
    // Without a reclaim the same is challenged.
    let mut never = reclaimed();
    never.account().standing.reclaimed_at = None;
    assert_eq!(verdict(&signs_in(&never)), Verdict::Challenge);
}

/// Each changes one thing of what [`reclaimed`] tells, and is no longer the owner beyond doubt.
#[test]
fn leniency_is_for_the_owner_alone() {
    type Change = fn(&mut Scene);
    type Fact = fn(&mut Facts);
    let scenes: [(&str, Change); 9] = [
        ("too late", |scene| scene.account().standing.reclaimed_at = Some(NOW.minus(49 * HOUR))),
        ("told of a time before it", |scene| scene.account().standing.reclaimed_at = Some(NOW.plus(HOUR))),
        ("reported again", |scene| scene.account().standing.reported_at = Some(NOW)),
        ("another new device was learned", |scene| {
            let fact =
                rightful_domain::Fact { tag: Tag::new(30), first_at: NOW, last_at: NOW, n: 1, is_vouched: false };
            scene.account().see(Family::Device, fact);
        }),
        ("the device was the intruder's", |scene| remember_bad(scene, Family::Device, LAPTOP)),
        ("the address was the intruder's", |scene| remember_bad(scene, Family::Address, HOME)),
        ("the device was an intruder's elsewhere", |scene| {
            scene.device().remember_bad(Family::Device, Tag::new(LAPTOP), NOW);
        }),
        ("an event on the device was a takeover", |scene| scene.device().standing.labelled_at = Some(NOW)),
        ("a challenge on the device is open", |scene| {
            let lesson = Lesson { device: Some(Tag::new(LAPTOP)), ..Lesson::new(EventId::from_parts(0, [2; 10]), NOW) };
            scene.account().held.push(Held { lesson, matures: false });
        }),
    ];
    for (claim, change) in scenes {
        let mut scene = reclaimed();
        change(&mut scene);
        let facts = signs_in(&scene);
        assert!(verdict(&facts) >= Verdict::Challenge, "{claim}");
    }
    let facts: [(&str, Fact); 6] = [
        ("a VPN", |facts| facts.enrichment.networks = vec![claim(NetworkKind::Vpn)]),
        ("a carrier, whose place is hidden", |facts| {
            facts.enrichment.networks = vec![claim(NetworkKind::MobileCarrier)];
        }),
        ("a browser without a window", |facts| {
            let kind = AgentKind::Automation;
            facts.enrichment.agent = Some(AgentTraits { kind, browser: None, browser_major: None, os: None });
        }),
        ("money", |facts| facts.event.action = Action::Withdraw),
        ("no name of a device", |facts| facts.history.device_tag = None),
        ("failed", |facts| facts.event.outcome = Outcome::Failed),
    ];
    for (claim, change) in facts {
        let mut told = signs_in(&reclaimed());
        change(&mut told);
        assert!(!has(&told, ReasonCode::UserRecentlyReclaimed), "{claim}");
    }
    // From a country that the account does not know.
    let mut elsewhere = Scene::default().used(60, 2, PHONE, 200);
    elsewhere.account().standing.reclaimed_at = Some(NOW.minus(HOUR));
    assert!(!has(&signs_in(&elsewhere), ReasonCode::UserRecentlyReclaimed));
}

#[test]
fn of_two_new_devices_at_once_one_is_judged_leniently() {
    let is_lenient = |scene: &Scene, outcome: Outcome| {
        let mut facts = signs_in(scene);
        facts.event.outcome = outcome;
        has(&facts, ReasonCode::UserRecentlyReclaimed)
    };
    let with_other = |seconds_ago| reclaimed().attempts(Key::Account, 1, seconds_ago, [30, HOME]);
    assert!(is_lenient(&reclaimed(), Outcome::Pending));
    assert!(!is_lenient(&with_other(1), Outcome::Succeeded));
    assert!(is_lenient(&with_other(61), Outcome::Succeeded));
    // What is decided later might be decided after both.
    assert!(!is_lenient(&with_other(61), Outcome::Pending));
    assert!(is_lenient(&with_other(3_601), Outcome::Pending));
}

fn claim(kind: NetworkKind) -> NetworkClaim {
    NetworkClaim { kind, said_by: "a list".into() }
}

fn remember_bad(scene: &mut Scene, family: Family, tag: u64) {
    scene.account().standing.bad.push(Bad { family, tag: Tag::new(tag), at: NOW });
}
