//! Prints what enriching costs: an agent string unseen and seen, and, given a data folder, an address of each kind. For
//! measuring: run it in a release build, with the folder as its argument.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rightful_domain::{Action, ApplicationId, Event, EventId, Network, Outcome, PasswordHashes, Source, Timestamp};
use rightful_enrich::{EnrichError, Enricher};

const ROUNDS: u32 = 200_000;

fn event(agent: &str) -> Event {
    from(Network { user_agent: Some(agent.into()), ..Network::default() })
}

fn from(network: Network) -> Event {
    Event {
        outcome: Outcome::Succeeded,
        network,
        ..Event::new(
            EventId::from_parts(0, [1; 10]),
            ApplicationId::new("shop").expect("a short text is an id"),
            Source::Native,
            Action::Login,
            Timestamp::from_seconds(0),
        )
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
    match std::env::args_os().nth(1) {
        Some(folder) => addresses(PathBuf::from(folder)),
        None => Ok(()),
    }
}

/// What an address costs: all over the internet, so that little of the data is in the processor's caches, and from a
/// few networks, as most customers are.
fn addresses(folder: PathBuf) -> Result<(), EnrichError> {
    let start = Instant::now();
    let enricher = Enricher::open(Some(&folder), [7; 32])?;
    println!("open {}: {:?}", folder.display(), start.elapsed());
    for set in enricher.data_sets() {
        println!("  {}: {}, {:?} entries", set.file, set.kind.as_str(), set.n_entries);
    }
    let of = |ip: IpAddr| from(Network { ip: Some(ip), ..Network::default() });
    let spread = |n: u32| n.wrapping_mul(0x9e37_79b9);
    let v4 = |n: u32| of(Ipv4Addr::from(spread(n)).into());
    let v6 = |n: u32| of(Ipv6Addr::from(0x2a00_u128 << 112 | u128::from(spread(n)) << 84).into());
    let near = |n: u32| of(Ipv4Addr::from(0x5102_4500 + n % 4_096).into());
    let none = |_: u32| from(Network::default());
    let told: [(&str, &dyn Fn(u32) -> Event); 4] =
        [("no address", &none), ("IPv4 anywhere", &v4), ("IPv6 anywhere", &v6), ("IPv4 from 16 networks", &near)];
    for (name, make) in told {
        let events: Vec<Event> = (0..ROUNDS).map(make).collect();
        let n_known = events.iter().filter(|event| enricher.enrich(event, PasswordHashes::default()).country.is_some());
        let n_known = n_known.count();
        println!("{name}: {:?} (country known of {n_known} in {ROUNDS})", spent(&enricher, &events));
    }
    Ok(())
}
