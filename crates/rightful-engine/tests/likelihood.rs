//! The label-free likelihood, told as lives: accounts that sign in day after day, and then something happens.

mod facts;

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use rightful_domain::{
    Action, Allowances, CountryCode, Crowd, Device, DeviceAlias, DeviceAliasKind, DeviceId, DeviceSnapshot, Enrichment,
    Facts, HandShares, History, Lesson, Notoriety, Outcome, Population, Profile, ReasonCode, Remembered, StepTag, Tag,
    Tally, Timestamp,
};
use rightful_engine::{FEATURE_SCHEMA, Policy, assess, feature_names};

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// What somebody signs in with, and from where.
#[derive(Debug, Clone)]
struct Login {
    ip: &'static str,
    country: &'static str,
    asn: u32,
    agent: &'static str,
    browser: &'static str,
    os: &'static str,
    name: Option<&'static str>,
}

const HOME: Login = Login {
    ip: "198.18.7.20",
    country: "PT",
    asn: 64_500,
    agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/138.0.0.0 Safari/537.36",
    browser: "Chrome 138.0.0",
    os: "Windows 10",
    name: Some("laptop"),
};

const PHONE: Login = Login {
    agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1",
    browser: "Mobile Safari 18.5",
    os: "iOS 18.5",
    name: Some("phone"),
    ..HOME
};

/// An application: its accounts and what they all do.
#[derive(Default)]
struct Town {
    population: Population,
    accounts: std::collections::BTreeMap<u32, Arc<Profile>>,
    day: u64,
}

impl Town {
    fn facts(&self, account: u32, login: &Login) -> Facts {
        let mut event = facts::event(Action::Login);
        event.at = START.plus(Duration::from_secs(self.day * 86_400));
        event.outcome = Outcome::Succeeded;
        event.network.ip = login.ip.parse().ok();
        event.network.user_agent = (!login.agent.is_empty()).then(|| login.agent.into());
        let told = |text: &str| (!text.is_empty()).then(|| text.into());
        let kind =
            told(if login.os.starts_with("iOS") { "mobile" } else { "desktop" }).filter(|_| !login.os.is_empty());
        event.device = Device { kind, os: told(login.os), browser: told(login.browser), ..Device::default() };
        if let Some(name) = login.name {
            let id = DeviceId::new(format!("{name}-{account}")).expect("an id");
            event.device.aliases.push(DeviceAlias { kind: DeviceAliasKind::Vendor, id });
        }
        let enrichment = Enrichment {
            country: CountryCode::new(login.country).ok(),
            asn: (login.asn > 0).then_some(login.asn),
            ..Enrichment::default()
        };
        let circumstances = rightful_domain::Circumstances::of(&event, &enrichment, tag);
        let profile = self.accounts.get(&account).cloned().unwrap_or_default();
        let backdrop = self.population.backdrop(&profile, &circumstances, event.at);
        let history = History {
            account: Some(Remembered { profile, tally: Tally::default() }),
            net_crowd: Some(Crowd::default()),
            circumstances,
            backdrop: Some(backdrop),
            ..History::default()
        };
        let now = event.at;
        Facts { event, enrichment, history, allowances: Allowances::default(), now }
    }

    /// What the likelihood says of a login that is not learned.
    fn nats(&self, account: u32, login: &Login) -> f64 {
        slot(&self.facts(account, login), "likelihood_nats")
    }

    fn sign_in(&mut self, account: u32, login: &Login) -> f64 {
        let facts = self.facts(account, login);
        let assessment = assess(&facts, &Policy::default());
        let (at, circumstances) = (facts.event.at, facts.history.circumstances);
        let lesson = Lesson { circumstances, news: assessment.news, ..Lesson::new(facts.event.id, at) };
        Arc::make_mut(self.accounts.entry(account).or_default()).learn(&lesson);
        self.population.learn(at, &circumstances, &assessment.news);
        slot(&facts, "likelihood_nats")
    }

    /// A town of people who sign in at home for a month, some by phone, some by laptop, with five providers.
    fn ordinary() -> Self {
        let mut town = Self::default();
        for day in 0..30 {
            town.day = day;
            for account in (0..60).filter(|account| (u64::from(*account) + day) % 4 == 0) {
                let login = if account % 2 == 0 { HOME } else { PHONE };
                // Lines are renumbered now and then, people visit others more rarely, and travel most rarely.
                let asn = 64_500 + account / 2 % 5;
                let life = (account * 7 + day as u32 * 3) % 60;
                town.sign_in(
                    account,
                    &match life {
                        0..15 => {
                            Login { ip: ["198.18.7.30", "198.18.7.40", "198.18.7.50"][life as usize % 3], asn, ..login }
                        }
                        15..20 => Login { ip: "198.18.8.1", asn, ..login },
                        20 => Login { ip: "198.19.9.1", asn: 64_500 + (account / 2 + 1) % 5, ..login },
                        _ => Login { asn, ..login },
                    },
                );
            }
        }
        town
    }
}

fn slot(facts: &Facts, name: &str) -> f64 {
    let place = feature_names(FEATURE_SCHEMA).iter().position(|slot| *slot == name).expect("a slot");
    f64::from(assess(facts, &Policy::default()).features.values[place])
}

fn tag(level: rightful_domain::Level, parent: u32, value: &[u8]) -> StepTag {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(level as u8);
    hasher.write_u32(parent);
    hasher.write(value);
    StepTag::new(hasher.finish() as u32 | 1).expect("odd")
}

#[track_caller]
fn check_order(rising: &[(&str, f64)]) {
    for pair in rising.windows(2) {
        assert!(pair[0].1 < pair[1].1, "{pair:?} of {rising:?}");
    }
}

#[test]
fn the_first_event_says_nothing_and_the_usual_soon_speaks_for_the_owner() {
    let mut town = Town::ordinary();
    assert!(town.sign_in(1_000, &HOME).is_nan());
    for _ in 0..12 {
        town.day += 1;
        town.sign_in(1_000, &HOME);
    }
    town.day += 1;
    assert!(town.nats(1_000, &HOME) < -4.0, "{}", town.nats(1_000, &HOME));
}

#[test]
fn drift_is_not_novelty() {
    let mut town = Town::ordinary();
    town.day += 1;
    let updated = Login {
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/139.0.0.0 Safari/537.36",
        browser: "Chrome 139.0.0",
        ..HOME
    };
    let other_browser = Login {
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        browser: "Firefox 140.0",
        name: Some("fox"),
        ..HOME
    };
    check_order(&[
        ("usual", town.nats(0, &HOME)),
        ("updated", town.nats(0, &updated)),
        ("phone", town.nats(0, &Login { name: Some("new phone"), ..PHONE })),
        ("another browser", town.nats(0, &other_browser)),
    ]);
    assert!(town.nats(0, &updated) < 0.0);
}

#[test]
fn the_nearer_the_new_address_the_less_it_says() {
    let mut town = Town::ordinary();
    town.day += 1;
    let at = |ip| Login { ip, ..HOME };
    check_order(&[
        ("usual", town.nats(0, &HOME)),
        ("renumbered inside the /24", town.nats(0, &at("198.18.7.99"))),
        ("another /24", town.nats(0, &at("198.18.9.20"))),
        ("another provider", town.nats(0, &Login { ip: "198.19.1.1", asn: 64_501, ..HOME })),
        ("abroad", town.nats(0, &Login { ip: "198.19.1.1", asn: 64_501, country: "BR", ..HOME })),
    ]);
    let v6 = |ip| Login { ip, ..HOME };
    let mut line = Town::ordinary();
    for _ in 0..8 {
        line.day += 1;
        line.sign_in(7_000, &v6("2001:db8:1:2:a::1"));
    }
    assert!(
        (line.nats(7_000, &v6("2001:db8:1:2:a::1")) - line.nats(7_000, &v6("2001:db8:1:2:ffff::9"))).abs() < 1e-9,
        "one /64 is one line"
    );
}

#[test]
fn who_travels_much_pays_less_for_a_new_place() {
    let mut town = Town::ordinary();
    for n in 0..20 {
        town.day += 1;
        town.sign_in(2_000, &HOME);
        let ip = ["198.19.1.1", "198.19.2.1", "198.19.3.1", "198.19.4.1", "198.19.5.1"][n % 5];
        town.sign_in(2_001, &Login { ip, asn: 64_600 + n as u32, ..HOME });
    }
    town.day += 1;
    let elsewhere = Login { ip: "198.19.200.1", asn: 64_999, ..HOME };
    assert!(town.nats(2_001, &elsewhere) < town.nats(2_000, &elsewhere) - 1.0);
}

#[test]
fn a_copied_browser_calms_no_rented_network() {
    let mut town = Town::ordinary();
    for _ in 0..20 {
        town.day += 1;
        town.sign_in(4_000, &HOME);
    }
    town.day += 1;
    let nats = |login: &Login, ratios: [f32; 2]| {
        let mut facts = town.facts(4_000, login);
        facts.history.notoriety = Notoriety(ratios);
        slot(&facts, "likelihood_nats")
    };
    let home = nats(&HOME, [1.0, 1.0]);
    let elsewhere = Login { ip: "203.0.113.9", country: "RO", asn: 64_900, ..HOME };
    let new_and_elsewhere = Login { name: Some("other"), agent: "curl/8.1", browser: "curl 8.1", ..elsewhere.clone() };
    let copied = nats(&elsewhere, [1.0, 1.0]);
    assert!(home < copied - 2.0 && copied < nats(&new_and_elsewhere, [1.0, 1.0]));
    // Where strangers fail, each network that is new says so; where nobody does, it is not held for the owner.
    assert!(nats(&elsewhere, [20.0, 1.0]) > copied + 1.5);
    assert!(nats(&elsewhere, [20.0, 20.0]) > nats(&elsewhere, [20.0, 1.0]) + 1.0);
    assert_eq!(nats(&elsewhere, [0.0, 0.0]), copied);
    assert_eq!(nats(&HOME, [20.0, 20.0]), home);
    assert!(nats(&elsewhere, [f32::MAX, f32::MAX]).is_finite());
}

#[test]
fn a_computer_is_out_of_place_where_others_come_by_phone() {
    let mut town = Town::ordinary();
    let carrier = |login: &Login| Login { ip: "203.0.113.7", asn: 64_700, ..login.clone() };
    // Two newcomers: the one's first visit to the carrier is what all others' was, or another one.
    let nats = |town: &Town, login: &Login| slot(&town.facts(0, &carrier(login)), "likelihood_device");
    let laptop = Login { name: Some("new"), agent: "Mozilla/5.0 (X11; Linux) Firefox/140.0", os: "Linux", ..HOME };
    let phone = Login { name: Some("new"), ..PHONE };
    let before = [&laptop, &phone].map(|login| nats(&town, login));
    for account in 5_000..5_040 {
        town.sign_in(account, &carrier(&PHONE));
    }
    let after = [&laptop, &phone].map(|login| nats(&town, login));
    let [more_of_laptop, more_of_phone] = [after[0] - before[0], after[1] - before[1]];
    assert!(more_of_laptop > more_of_phone + 1.0, "{before:?} {after:?}");
    // Where it is at home, it is not.
    let own = slot(&town.facts(0, &carrier(&HOME)), "likelihood_device");
    assert!(own < after[0] - 1.0, "{own} {after:?}");
}

#[test]
fn anothers_device_speaks_against_the_owner_where_few_share_and_a_crowds_for_them() {
    let town = Town::ordinary();
    let new = Login { name: Some("new"), ..HOME };
    let judged = |n_accounts: u64, shares: HandShares| {
        let mut facts = town.facts(0, &new);
        let mut device = Profile::default();
        for account in 1..=n_accounts {
            let account = Some(Tag::new(account));
            device.learn(&Lesson { account, ..Lesson::new(facts.event.id, START) });
        }
        facts.history.device = Some(Remembered { profile: Arc::new(device), tally: Tally::default() });
        facts.history.hand_shares = shares;
        facts
    };
    let nats = |n_accounts: u64, shares: HandShares| slot(&judged(n_accounts, shares), "likelihood_name");
    let few_share = HandShares([0.98, 0.005, 0.015]);
    let [nobodys, anothers, several] = [0, 1, 9].map(|n| nats(n, few_share));
    assert!(anothers > nobodys + 2.0 && several < nobodys, "{nobodys} {anothers} {several}");
    // Where many share, another's says nothing, and a crowd's calms within its bound.
    let many_share = HandShares([0.4, 0.3, 0.3]);
    let [nobodys, anothers, several] = [0, 1, 9].map(|n| nats(n, many_share));
    assert!(anothers < nobodys && several < nobodys && several > nobodys - 2.0, "{nobodys} {anothers} {several}");
    assert!(nats(1, HandShares([1.0, 0.0, 0.0])).is_finite());
    // Who uses another's is where the owner is, if it is no owner: the owner's line calms less then.
    let line = |n_accounts: u64, shares: HandShares| slot(&judged(n_accounts, shares), "likelihood_network");
    let [nobodys, anothers, several] = [0, 1, 9].map(|n| line(n, few_share));
    assert!(anothers > nobodys + 1.0 && several == nobodys, "{nobodys} {anothers} {several}");
    assert!(line(1, many_share) < anothers - 0.3, "{} {anothers}", line(1, many_share));
}

#[test]
fn a_browser_that_is_older_than_it_was_is_rather_a_copy() {
    const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/";
    let town = Town::ordinary();
    let judged = |latest: Option<&str>| {
        let mut facts = town.facts(0, &HOME);
        facts.event.network.user_agent = Some(format!("{AGENT}131.0.0.0").into());
        facts.history.latest_device = latest.map(|version| {
            let mut event = facts.event.clone();
            event.network.user_agent = Some(format!("{AGENT}{version}").into());
            Arc::new(DeviceSnapshot::of(&event).expect("a device"))
        });
        let is_said = |reason| assess(&facts, &Policy::default()).findings.iter().any(|found| found.reason == reason);
        (slot(&facts, "likelihood_name"), is_said(ReasonCode::DeviceCookieReused))
    };
    let (unknown, updated, same) = (judged(None), judged(Some("129.0.0.0")), judged(Some("131.0.0.0")));
    assert!(unknown == updated && updated == same && !same.1, "{unknown:?} {updated:?} {same:?}");
    let (nats, is_said) = judged(Some("137.0.0.0"));
    assert!(is_said && nats > same.0 + 0.5, "{nats} {same:?}");
}

#[test]
fn others_at_an_address_calm_where_few_share_and_nobody_there_speaks_where_all_do() {
    let town = Town::ordinary();
    let nats = |login: &Login, n_accounts: u64, usual: f32| {
        let mut facts = town.facts(0, login);
        let mut address = Profile::default();
        for account in 1..=n_accounts {
            let account = Some(Tag::new(account));
            address.learn(&Lesson { account, ..Lesson::new(facts.event.id, START) });
        }
        facts.history.address = Some(Remembered { profile: Arc::new(address), tally: Tally::default() });
        facts.history.backdrop.as_mut().expect("an account with history").shared_addresses = usual;
        slot(&facts, "likelihood_network")
    };
    let new = Login { ip: "198.18.7.99", ..HOME };
    let [fixed, carrier] = [0.02, 0.95].map(|usual| [nats(&new, 0, usual), nats(&new, 1, usual), nats(&new, 9, usual)]);
    check_order(&[("nine", fixed[2]), ("one", fixed[1]), ("nobody", fixed[0]), ("nobody at a carrier", carrier[0])]);
    check_order(&[("nine", fixed[2]), ("nine at a carrier", carrier[2]), ("nobody at a carrier", carrier[0])]);
    assert!(fixed[2] < fixed[0] - 0.8 && carrier[2] > fixed[0] - 0.6, "{fixed:?} {carrier:?}");
    assert!(carrier[0] > fixed[0] + 1.0 && carrier[0] < fixed[0] + 2.0, "{fixed:?} {carrier:?}");
    // However usual, and at the owner's own address whoever is there.
    assert_eq!(nats(&new, 0, 1.0), carrier[0]);
    assert_eq!(nats(&HOME, 0, 0.95), nats(&HOME, 9, 0.02));
    // Who is asked first says what is thought before anything was seen.
    assert!(nats(&new, 0, 0.2) < nats(&new, 0, 0.02) + 0.2);
}

#[test]
fn a_new_prefix_says_more_where_the_providers_people_keep_theirs() {
    let town = Town::ordinary();
    let nats = |account: u32, login: &Login, times: f32| {
        let mut facts = town.facts(account, login);
        facts.history.backdrop.as_mut().expect("an account with history").turnover = [times; 2];
        slot(&facts, "likelihood_network")
    };
    let [elsewhere, same] = [Login { ip: "198.18.9.20", ..HOME }, Login { ip: "198.18.7.99", ..HOME }];
    let [carrier, usual, fixed] = [4.0, 1.0, 0.25].map(|times| nats(0, &elsewhere, times));
    check_order(&[("carrier", carrier), ("usual", usual), ("fixed line", fixed)]);
    // It is what is thought until the account has shown how fickle it is, so it says less than by how much they differ.
    assert!(fixed - carrier < 16.0_f64.ln(), "{fixed} {carrier}");
    // The prefix that the account has calms nearly alike.
    assert!((nats(0, &same, 4.0) - nats(0, &same, 0.25)).abs() < 0.5);
    // Below a provider that is new to the account, nothing is asked of it.
    let other = Login { asn: 64_501, ..elsewhere };
    assert_eq!(nats(0, &other, 4.0), nats(0, &other, 0.25));
}

#[test]
fn in_a_new_network_it_calms_to_be_where_others_are() {
    let mut town = Town::ordinary();
    for day in 0..10 {
        town.day += 1;
        for account in 5_000..5_100_u32 {
            // Nearly everybody of that provider comes from one of its prefixes, each from an address of their own.
            let ip: &'static str =
                format!("198.19.{}.{}", if account % 25 == day { 40 } else { 7 }, account % 100).leak();
            town.sign_in(account, &Login { ip, asn: 64_777, ..HOME });
        }
    }
    town.day += 1;
    let nats = |ip, asn, country| town.nats(0, &Login { ip, asn, country, ..HOME });
    let [popular, rare, unseen] = ["198.19.7.200", "198.19.40.200", "198.19.200.9"].map(|ip| nats(ip, 64_777, "PT"));
    check_order(&[("popular", popular), ("rare", rare), ("unseen", unseen)]);
    assert!(unseen - popular > 0.5, "{popular} {rare} {unseen}");
    // A provider that nobody has come through is odd in a country that is new, too, where others come through another.
    for account in 6_000..6_040 {
        town.sign_in(account, &Login { ip: "198.19.77.1", asn: 64_800 + account % 2, country: "BR", ..HOME });
    }
    let nats = |asn| town.nats(0, &Login { ip: "198.19.99.1", asn, country: "BR", ..HOME });
    assert!(nats(64_800) < nats(64_999), "{} {}", nats(64_800), nats(64_999));
}

#[test]
fn a_name_says_nothing_where_the_caller_names_no_devices() {
    let nameless = |login: &Login| Login { name: None, ..login.clone() };
    let mut town = Town::default();
    for day in 0..10 {
        town.day = day;
        for account in 0..20 {
            town.sign_in(account, &nameless(&HOME));
        }
    }
    assert!(slot(&town.facts(3, &nameless(&HOME)), "likelihood_name").is_nan());
    assert!(town.nats(3, &nameless(&HOME)) < -2.0);
}

#[test]
fn a_cleared_cookie_is_less_news_for_who_clears_them_daily() {
    let mut town = Town::ordinary();
    for _ in 0..20 {
        town.day += 1;
        town.sign_in(3_000, &Login { name: None, ..HOME });
        town.sign_in(3_001, &HOME);
    }
    town.day += 1;
    let cleared = Login { name: None, ..HOME };
    assert!(town.nats(3_000, &cleared) < town.nats(3_001, &cleared) - 2.0);
}

#[test]
fn what_is_not_known_is_never_suspicious() {
    let blank = Login { ip: "198.18.7.20", country: "", asn: 0, agent: "", browser: "", os: "", name: None };
    let mut town = Town::default();
    for day in 0..20 {
        town.day = day;
        for account in 0..20 {
            let nats = town.sign_in(account, &blank);
            assert!(nats.is_nan() || nats < 2.0, "{nats}");
        }
    }
}

#[test]
fn an_event_that_does_not_fit_teaches_little() {
    let mut town = Town::ordinary();
    town.day += 1;
    let strange = Login { ip: "198.19.1.1", asn: 64_501, country: "BR", ..PHONE };
    let weight = |login: &Login| f64::from(assess(&town.facts(0, login), &Policy::default()).news.weight);
    assert!(weight(&strange) < weight(&HOME), "{} {}", weight(&strange), weight(&HOME));
}

proptest! {
    #[test]
    fn any_life_has_finite_terms(
        events in proptest::collection::vec((0_u64..40, 0_usize..4, 0_usize..4, any::<bool>()), 1..40),
    ) {
        let ips = ["198.18.7.20", "198.19.1.1", "2001:db8::1", "203.0.113.9"];
        let mut town = Town::default();
        for (gap, place, device, named) in events {
            town.day += gap;
            let base = if device % 2 == 0 { HOME } else { PHONE };
            let login = Login {
                ip: ips[place],
                country: ["PT", "BR", "", "NO"][place],
                asn: [1, 2, 0, 3][place],
                agent: ["", base.agent, "curl/8", base.agent][device],
                name: named.then_some("one"),
                ..base
            };
            let nats = town.sign_in(1, &login);
            prop_assert!(nats.is_nan() || nats.abs() < 200.0, "{nats}");
            let profile = &town.accounts[&1];
            prop_assert!(profile.habits.steps().all(|(_, habit)| habit.weight.is_finite() && habit.weight > 0.0));
        }
    }
}
