//! Lists of the policy: what lets in beats what keeps out, what is not known is on no list, and the record says which.

mod facts;

use std::net::IpAddr;
use std::sync::Arc;

use facts::{NOW, Scene, event};
use proptest::prelude::*;
use rightful_domain::{
    AccountId, Action, AddressKind, Assessment, CountryCode, DeviceAlias, DeviceAliasKind, DeviceId, Evidence,
    EvidenceValue, Facts, Family, ListEffect, ListSubject, Listed, OnList, PolicySource, PolicyVersion, ReasonCode,
    Tag, Verdict,
};
use rightful_engine::{FEATURE_SCHEMA, Policy, assess, feature_names, sentences};

const ACCOUNT: &str = "ann";
const ADDRESS: &str = "192.0.2.7";
const DEVICE: &str = "laptop";
const COUNTRY: &str = "DE";

/// The lists, each with an entry that the event is on.
const ENTRIES: [(&str, &str); 6] = [
    ("allow_accounts", ACCOUNT),
    ("allow_addresses", "192.0.2.0/24"),
    ("block_accounts", ACCOUNT),
    ("block_addresses", ADDRESS),
    ("block_devices", DEVICE),
    ("blocked_countries", "deu"),
];

fn policy(lists: &str) -> Policy {
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: format!("[lists]\n{lists}").into() }).expect("a policy")
}

fn listed(on: [bool; 6]) -> Policy {
    let lines = ENTRIES.iter().zip(on).filter(|(_, is_on)| *is_on);
    policy(&lines.map(|((list, entry), _)| format!("{list} = [\"{entry}\"]\n")).collect::<String>())
}

fn named(scene: &Scene) -> Facts {
    let mut facts = scene.facts(Action::Login);
    facts.event.account = Some(AccountId::new(ACCOUNT).expect("an id"));
    facts.event.network.ip = Some(ADDRESS.parse().expect("an address"));
    let id = DeviceId::new(DEVICE).expect("an id");
    facts.event.device.aliases = vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id }];
    facts.enrichment.address = Some(AddressKind::Public);
    facts.enrichment.country = Some(CountryCode::new(COUNTRY).expect("letters"));
    facts
}

/// What an assessment says of lists: the reason, and the list or that it is listed.
fn said(assessment: &Assessment) -> Vec<(ReasonCode, String)> {
    let of_list = |evidence: &Evidence| match (evidence.name.as_ref(), &evidence.value) {
        ("listed", EvidenceValue::Flag(true)) => Some("listed".to_owned()),
        ("blocked_by_list" | "allowed_by_list", EvidenceValue::Text(list)) => Some(list.to_string()),
        _ => None,
    };
    let findings = assessment.findings.iter();
    findings
        .flat_map(|finding| finding.evidence.iter().filter_map(move |one| Some((finding.reason, of_list(one)?))))
        .collect()
}

#[test]
fn each_list_decides_and_is_named() {
    let only = |place: usize| std::array::from_fn(|other| other == place);
    for (place, verdict, reason, name) in [
        (0, Verdict::Allow, ReasonCode::UserTrusted, "listed"),
        (1, Verdict::Allow, ReasonCode::IpTrusted, "listed"),
        (2, Verdict::Deny, ReasonCode::ActionIsSuspectedFraud, "block_accounts"),
        (3, Verdict::Deny, ReasonCode::IpRiskyReputation, "block_addresses"),
        (4, Verdict::Deny, ReasonCode::DeviceRiskyReputation, "block_devices"),
        (5, Verdict::Deny, ReasonCode::IpCountryBlocked, "blocked_countries"),
    ] {
        let assessment = assess(&named(&Scene::default()), &listed(only(place)));
        assert_eq!((assessment.verdict, said(&assessment)), (verdict, vec![(reason, name.to_owned())]));
        let words = sentences(&named(&Scene::default()).event, &assessment).analyst;
        let word = if name == "listed" { "a list lets it in" } else { name };
        assert!(words.contains(word), "{words}");
    }
}

#[test]
fn a_stranger_to_the_lists_is_judged_as_without_them() {
    let mut stranger = named(&Scene::default());
    stranger.event.account = Some(AccountId::new("Ann").expect("an id"));
    stranger.event.network.ip = Some("192.0.3.0".parse().expect("an address"));
    stranger.event.device.aliases.clear();
    stranger.enrichment.country = Some(CountryCode::new("AT").expect("letters"));
    let assessment = assess(&stranger, &listed([true; 6]));
    assert_eq!((assessment.verdict, said(&assessment)), (Verdict::Allow, vec![]));
    assert_eq!(assessment.findings, assess(&stranger, &Policy::default()).findings);
}

#[test]
fn an_address_is_the_same_however_it_is_written() {
    let mut mapped = named(&Scene::default());
    mapped.event.network.ip = Some("::ffff:192.0.2.7".parse().expect("an address"));
    for list in ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:192.0.2.0/120", "192.0.2.0/24"] {
        let policy = policy(&format!("block_addresses = [\"2001:db8::/32\", \"{list}\"]"));
        assert_eq!(assess(&mapped, &policy).verdict, Verdict::Deny, "{list}");
        assert_eq!(assess(&named(&Scene::default()), &policy).verdict, Verdict::Deny, "{list}");
    }
}

#[test]
fn what_is_blocked_is_blocked_behind_a_translator_or_a_tunnel_and_let_in_is_nobody_there() {
    // NAT64, 6to4 and Teredo, each around 192.0.2.7.
    for address in ["64:ff9b::192.0.2.7", "2002:c000:207::1", "2001:0:4136:e378:8000:63bf:3fff:fdf8"] {
        let mut hidden = named(&Scene::default());
        hidden.event.network.ip = Some(address.parse().expect("an address"));
        let verdict = |lists: &str| assess(&hidden, &policy(lists)).verdict;
        assert_eq!(verdict("block_addresses = [\"192.0.2.0/24\"]"), Verdict::Deny, "{address}");
        assert_eq!(verdict("block_addresses = [\"192.0.3.0/24\"]"), Verdict::Allow, "{address}");
        let both = format!("block_accounts = [\"ann\"]\nallow_addresses = [\"{address}\"]");
        assert_eq!(verdict(&both), Verdict::Allow, "{address} as it is written");
        let inner = "block_accounts = [\"ann\"]\nallow_addresses = [\"192.0.2.0/24\"]";
        assert_eq!(verdict(inner), Verdict::Deny, "{address}");
    }
}

#[test]
fn a_rule_asks_of_a_hidden_address_as_it_is_written_and_by_itself() {
    for (address, around) in [
        ("::ffff:192.0.2.7", "192.0.2.0/25"),
        ("64:ff9b::192.0.2.7", "64:ff9b::/96"),
        ("2002:c000:207::1", "2002::/16"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdf8", "2001::/32"),
    ] {
        let mut hidden = named(&Scene::default());
        hidden.event.network.ip = Some(address.parse().expect("an address"));
        let check = |networks: &str, is_in: bool| {
            let ask = |when: &str| {
                let rule = format!("[[rules]]\nname = \"net\"\nwhen = '{when}'\nfloor = \"deny\"");
                assess(&hidden, &policy(&format!("\n{rule}\n"))).verdict == Verdict::Deny
            };
            assert_eq!(ask(&format!("inNetwork(ip.address, {networks})")), is_in, "{address} in {networks}");
            assert_eq!(ask(&format!("!inNetwork(ip.address, {networks})")), !is_in, "{address} not in {networks}");
        };
        check("\"192.0.2.0/24\"", true);
        check(&format!("\"{around}\""), true);
        check("[\"192.0.3.0/24\", \"2001:db8::/32\"]", false);
    }
}

#[test]
fn an_account_is_found_by_its_alias() {
    let mut by_alias = named(&Scene::default());
    by_alias.history.resolved_account = by_alias.event.account.take();
    let blocked = policy("block_accounts = [\"ann\"]");
    assert_eq!(assess(&by_alias, &blocked).verdict, Verdict::Deny);
    by_alias.history.resolved_account = None;
    assert_eq!(assess(&by_alias, &blocked).verdict, Verdict::Allow);
}

#[test]
fn whoever_is_let_in_is_let_in_with_everything_against_it() {
    let mut scene = Scene::default().used(20, 1, 11, 101).attempts(facts::Key::Account, 100, 5, [99, 999]);
    scene.account().standing.reported_at = Some(NOW);
    scene.account().remember_bad(Family::Device, Tag::new(facts::LAPTOP), NOW);
    let facts = named(&scene);
    let judged = assess(&facts, &Policy::default());
    let let_in = assess(&facts, &listed([true, false, true, true, true, true]));
    assert_eq!((judged.verdict, let_in.verdict), (Verdict::Deny, Verdict::Allow));
    // The record still says what was overruled.
    for finding in &judged.findings {
        assert!(let_in.findings.iter().any(|kept| kept.reason == finding.reason), "{finding:?}");
    }
}

fn scene() -> impl Strategy<Value = Scene> {
    (0_u32..30, 9_u64..12, any::<[bool; 2]>(), 0_u32..60).prop_map(|(times, device, [reported, bad], n)| {
        let mut scene = Scene::default().used(times, 1, device, 101).attempts(facts::Key::Account, n, 5, [99, 999]);
        scene.account().standing.reported_at = reported.then_some(NOW);
        if bad {
            scene.account().remember_bad(Family::Device, Tag::new(facts::LAPTOP), NOW);
        }
        scene
    })
}

proptest! {
    #[test]
    fn letting_in_beats_keeping_out_and_both_beat_the_score(scene in scene(), on in any::<[bool; 6]>()) {
        let facts = named(&scene);
        let judged = assess(&facts, &Policy::default());
        let assessment = assess(&facts, &listed(on));
        let [account_in, address_in, out @ ..] = on;
        let expected = if account_in || address_in {
            judged.verdict.min(Verdict::Allow)
        } else if out.contains(&true) {
            Verdict::Deny
        } else {
            judged.verdict
        };
        prop_assert_eq!(assessment.verdict, expected);
        let [n_in, n_out] = [&on[..2], &on[2..]].map(|on| on.iter().filter(|is_on| **is_on).count());
        prop_assert_eq!(said(&assessment).len(), if n_in > 0 { n_in } else { n_out });
        prop_assert_eq!(assessment.suggested_challenges.is_empty(), expected != Verdict::Challenge);
    }

    #[test]
    fn what_is_not_known_is_never_kept_out(scene in scene(), unknown in any::<[bool; 4]>()) {
        // Every list is full of what the event would be, and the event does not say.
        let everything = policy(
            "block_accounts = [\"ann\"]\nblock_addresses = [\"0.0.0.0/0\", \"::/0\"]\n\
             block_devices = [\"laptop\"]\nblocked_countries = [\"DE\", \"AUT\", \"us\"]",
        );
        let mut facts = named(&scene);
        let [account, address, device, country] = unknown;
        facts.event.account = facts.event.account.filter(|_| !account);
        facts.event.network.ip = facts.event.network.ip.filter(|_| !address);
        facts.event.device.aliases.retain(|_| !device);
        facts.enrichment.country = facts.enrichment.country.filter(|_| !country);
        let assessment = assess(&facts, &everything);
        prop_assert_eq!(said(&assessment).len(), unknown.iter().filter(|unknown| !**unknown).count());
        if unknown == [true; 4] {
            prop_assert_eq!(assessment.verdict, assess(&facts, &Policy::default()).verdict);
        }
    }
}

#[test]
fn a_blocked_country_is_the_addresss_and_not_what_the_caller_tells() {
    let mut told = Facts { event: event(Action::Login), ..named(&Scene::default()) };
    told.enrichment.country = None;
    told.enrichment.city = Some(Arc::from("Berlin"));
    told.event.location = Some(rightful_domain::Location {
        country: CountryCode::new("DE").ok(),
        ..rightful_domain::Location::default()
    });
    told.event.network.ip = Some(IpAddr::from([192, 0, 2, 7]));
    assert_eq!(assess(&told, &policy("blocked_countries = [\"DE\"]")).verdict, Verdict::Allow);
}

/// On a list of the store of each of these.
fn on(lists: &[(ListEffect, ListSubject)]) -> Listed {
    let list = |(effect, of): &(ListEffect, ListSubject)| OnList {
        name: format!("{}-{}", effect.as_str(), of.as_str()).into(),
        effect: *effect,
        of: *of,
    };
    Listed::of(lists.iter().map(list))
}

#[test]
fn each_list_of_the_store_decides_and_is_named() {
    use ListSubject::{Account, Address, Asn, Country, Device, EmailDomain, Payee};
    for (of, lets_in, keeps_out) in [
        (Account, ReasonCode::UserTrusted, ReasonCode::ActionIsSuspectedFraud),
        (Device, ReasonCode::UserTrusted, ReasonCode::DeviceRiskyReputation),
        (Address, ReasonCode::IpTrusted, ReasonCode::IpRiskyReputation),
        (Asn, ReasonCode::IpTrusted, ReasonCode::IpRiskyReputation),
        (Country, ReasonCode::IpTrusted, ReasonCode::IpCountryBlocked),
        (EmailDomain, ReasonCode::UserTrusted, ReasonCode::ActionIsSuspectedFraud),
        (Payee, ReasonCode::UserTrusted, ReasonCode::ActionIsSuspectedFraud),
    ] {
        let mut facts = named(&Scene::default());
        facts.history.listed = on(&[(ListEffect::Block, of)]);
        let assessment = assess(&facts, &Policy::default());
        let name = format!("block-{}", of.as_str());
        assert_eq!((assessment.verdict, said(&assessment)), (Verdict::Deny, vec![(keeps_out, name.clone())]));
        assert_eq!(assessment.listed, vec![name.into()]);
        // Whatever keeps out: all of them, and those of the policy beside them.
        let blocks = ListSubject::ALL.map(|of| (ListEffect::Block, of));
        facts.history.listed = on(&[&blocks[..], &[(ListEffect::Allow, of)]].concat());
        let assessment = assess(&facts, &listed([false, false, true, true, true, true]));
        let expected = vec![(lets_in, "listed".to_owned()), (lets_in, format!("allow-{}", of.as_str()))];
        let mut told = said(&assessment);
        told.sort_by_key(|(_, name)| name.starts_with("allow"));
        assert_eq!((assessment.verdict, told), (Verdict::Allow, expected), "{of:?}");
    }
}

#[test]
fn lists_of_one_reason_are_named_in_one_place() {
    let mut facts = named(&Scene::default());
    let blocks = [ListSubject::Address, ListSubject::Asn].map(|of| (ListEffect::Block, of));
    facts.history.listed = on(&blocks);
    let told = said(&assess(&facts, &Policy::default()));
    assert_eq!(told, vec![(ReasonCode::IpRiskyReputation, "block-address, block-asn".to_owned())]);
}

#[test]
fn watching_changes_nothing_but_is_told() {
    let plain = named(&Scene::default());
    let mut watched = plain.clone();
    watched.history.listed = on(&ListSubject::ALL.map(|of| (ListEffect::Watch, of)));
    let [plain, watched] = [plain, watched].map(|facts| assess(&facts, &Policy::default()));
    assert_eq!(
        (watched.verdict, watched.risk_score, &watched.findings),
        (plain.verdict, plain.risk_score, &plain.findings)
    );
    assert_eq!(watched.listed.len(), 7);
    let place = feature_names(FEATURE_SCHEMA).iter().position(|name| *name == "list_payee_watched").expect("a slot");
    assert_eq!((watched.features.values[place], plain.features.values[place].is_nan()), (1.0, true));
}

#[test]
fn a_closed_account_is_let_in_by_its_own_name_alone() {
    let mut scene = Scene::default();
    scene.account().standing.closed_at = Some(NOW);
    let mut facts = named(&scene);
    for of in ListSubject::ALL {
        facts.history.listed = on(&[(ListEffect::Allow, of)]);
        let expected = if of == ListSubject::Account { Verdict::Allow } else { Verdict::Deny };
        assert_eq!(assess(&facts, &Policy::default()).verdict, expected, "{of:?}");
    }
}

#[test]
fn no_rule_keeps_out_whom_a_list_lets_in() {
    let rule = "[[rules]]\nname = \"all\"\nwhen = \"true\"\nfloor = \"deny\"\n";
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    let policy = Policy::parse(&PolicySource { version, text: rule.into() }).expect("a policy");
    let mut facts = named(&Scene::default());
    assert_eq!(assess(&facts, &policy).verdict, Verdict::Deny);
    facts.history.listed = on(&[(ListEffect::Allow, ListSubject::Account), (ListEffect::Block, ListSubject::Country)]);
    assert_eq!(assess(&facts, &policy).verdict, Verdict::Allow);
}
