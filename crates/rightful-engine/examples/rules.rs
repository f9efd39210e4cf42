//! What a rule costs: `cargo run --release -p rightful-engine --example rules`.
//!
//! Each condition is asked of one event over and over on one thread; so much a rule adds to a judgement. Rules that are
//! made to be slow to read are timed as well, since they must be refused before they cost anything.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::hint::black_box;
use std::time::Instant;

use rightful_domain::{
    Action, Allowances, ApplicationId, CountryCode, Device, Enrichment, Entry, Event, EventId, Facts, FreeFields,
    History, Money, Network, NetworkClaim, NetworkKind, Outcome, Payment, Person, Source, Timestamp,
};
use rightful_engine::{Policy, Scene, When, assess};

const ROUNDS: u32 = 5_000_000;

const CONDITIONS: [&str; 9] = [
    "features.account_attempts_60s > 3",
    "ip.is_vpn && features.account_age_days < 30",
    "event.action == 'withdraw' && payment.amount > 500",
    "'PROFILE_DEVICE_NEW' in reasons",
    "ip.country in ['AT', 'CH', 'DE', 'FR', 'IT']",
    "event.action == 'withdraw' && !(ip.country in ['AT', 'CH']) && payment.amount > 500 && score < 50",
    "inNetwork(ip.address, ['10.0.0.0/8', '192.0.2.0/24'])",
    "device.os.startsWith('Windows')",
    "custom.tier == 'gold'",
];

fn facts() -> Option<Facts> {
    let now = Timestamp::from_seconds(1_767_571_200);
    let event = Event {
        id: EventId::from_bytes([1; 16]),
        application: ApplicationId::new("shop").ok()?,
        source: Source::Native,
        action: Action::Withdraw,
        outcome: Outcome::Pending,
        account: None,
        authenticated_account: None,
        username: None,
        mechanisms: Vec::new(),
        device: Device { os: Some("Windows 11".into()), ..Device::default() },
        network: Network { ip: "192.0.2.7".parse().ok(), ..Network::default() },
        location: None,
        behavior: None,
        payment: Some(Payment {
            amount: Some(Money { ten_thousandths: 12_345_000, currency: *b"EUR" }),
            ..Payment::default()
        }),
        person: Person::default(),
        app: None,
        session: None,
        correlation: None,
        custom: FreeFields::new(r#"{"tier": "gold", "age": 41}"#),
        unknown: None,
        incumbent_verdict: None,
        at: now,
        at_clamped: false,
        received_at: now,
        vouched: true,
    };
    let enrichment = Enrichment {
        country: CountryCode::new("DE").ok(),
        networks: vec![NetworkClaim { kind: NetworkKind::Vpn, said_by: "a set".into() }],
        ..Enrichment::default()
    };
    Some(Facts { event, enrichment, history: History::default(), allowances: Allowances::default(), now })
}

fn main() {
    let Some(facts) = facts() else { return };
    let assessment = assess(&facts, &Policy::default());
    let entry = Entry::judged(facts, assessment, None);
    let Some(scene) = Scene::of_entry(&entry) else { return };
    for text in CONDITIONS {
        match When::parse(text) {
            Ok(when) => println!("{:7.1} ns  {text}", nanoseconds(|| when.holds(black_box(&scene)), ROUNDS)),
            Err(error) => println!("{error}\n{}", error.pointed()),
        }
    }
    for (name, bomb) in [
        ("a million brackets", "(".repeat(1_000_000)),
        ("4 000 brackets", "(".repeat(4_000)),
        ("2 000 elements", format!("score in [{}]", "1,".repeat(2_000))),
        ("680 sides", vec!["score"; 680].join("<")),
        ("a long name", "features.".to_owned() + &"a".repeat(4_000)),
        ("300 names that are nearly known", vec!["ip.contry"; 300].join("||")),
    ] {
        let cost = nanoseconds(|| When::parse(black_box(&bomb)).is_ok(), 1_000) / 1e3;
        println!("{cost:7.1} µs  to refuse {name}");
    }
}

/// The mean time of one round, in ns.
fn nanoseconds(mut round: impl FnMut() -> bool, rounds: u32) -> f64 {
    let begun = Instant::now();
    for _ in 0..rounds {
        black_box(round());
    }
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(rounds)
}
