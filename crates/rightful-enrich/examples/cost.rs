//! Prints what reading an agent string costs, unseen and seen. For measuring: run it in a release build.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rightful_domain::{
    Action, ApplicationId, Device, Event, EventId, Network, Outcome, PasswordHashes, Person, Source, Timestamp,
};
use rightful_enrich::{EnrichError, Enricher};

const ROUNDS: u32 = 200_000;

fn event(agent: &str) -> Event {
    Event {
        id: EventId::from_parts(0, [1; 10]),
        application: ApplicationId::new("shop").expect("a short text is an id"),
        source: Source::Native,
        action: Action::Login,
        outcome: Outcome::Succeeded,
        account: None,
        authenticated_account: None,
        username: None,
        mechanisms: vec![],
        device: Device::default(),
        network: Network { user_agent: Some(agent.into()), ..Network::default() },
        location: None,
        behavior: None,
        payment: None,
        person: Person::default(),
        app: None,
        session: None,
        correlation: None,
        custom: None,
        unknown: None,
        incumbent_verdict: None,
        at: Timestamp::from_seconds(0),
        at_clamped: false,
        received_at: Timestamp::from_seconds(0),
    }
}

fn agent(n: u32) -> String {
    format!(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{n}.0.0.0 Safari/537.36"
    )
}

fn spent(enricher: &Enricher, events: &[Event]) -> Duration {
    let start = Instant::now();
    for event in events {
        black_box(enricher.enrich(black_box(event), PasswordHashes::default()));
    }
    start.elapsed() / u32::try_from(events.len()).unwrap_or(u32::MAX)
}

fn main() -> Result<(), EnrichError> {
    let start = Instant::now();
    let enricher = Enricher::open(None, [7; 32])?;
    println!("open: {:?}", start.elapsed());
    println!("first: {:?}", spent(&enricher, &[event(&agent(0))]));
    let unseen: Vec<Event> = (1..2_000).map(|n| event(&agent(n))).collect();
    println!("unseen: {:?}", spent(&enricher, &unseen));
    let seen: Vec<Event> = (0..ROUNDS).map(|n| event(&agent(1 + n % 200))).collect();
    println!("seen: {:?}", spent(&enricher, &seen));
    Ok(())
}
