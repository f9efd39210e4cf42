//! What a million entries on lists cost a login.
//!
//! `cargo bench -p rightful-server --bench lists`: `recall` of logins with no list, and with a million entries on lists of
//! addresses (networks of eight lengths among them), accounts and domains; and what an entry takes in RAM.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use rightful_domain::{
    AccountId, Action, ApplicationId, Enrichment, Event, EventId, List, ListEffect, ListEntry, ListNetwork,
    ListSubject, Pii, Source, Timestamp,
};
use rightful_store::Rehearsal;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ENTRIES: u32 = 1_000_000;
const LOGINS: u64 = 200_000;
const ACCOUNTS: u64 = 10_000;

fn main() {
    // `cargo test --benches` must not take minutes.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let (mut without, mut with) = (Rehearsal::new(), Rehearsal::new());
    let before = resident_bytes();
    let begun = Instant::now();
    fill(&mut with);
    let grown = resident_bytes().saturating_sub(before);
    println!(
        "{ENTRIES} entries: {} bytes of RAM each, put there in {:.2} s",
        grown / u64::from(ENTRIES),
        begun.elapsed().as_secs_f64()
    );
    // Turn by turn, so that what else the machine does falls on both.
    let mut spent = [Duration::ZERO; 2];
    for round in 0..10 {
        for (memory, spent) in [&mut without, &mut with].into_iter().zip(&mut spent) {
            *spent += recall_all(memory, round);
        }
    }
    let [without, with] = spent.map(|spent| spent.as_secs_f64() * 1e9 / (10.0 * LOGINS as f64));
    println!("recall: {without:.0} ns without lists, {with:.0} ns with {ENTRIES} entries on four");
}

fn application() -> ApplicationId {
    ApplicationId::new("app_0123456789abcdef").expect("a proper id")
}

fn fill(memory: &mut Rehearsal) {
    let mut put = |name: &str, of, values: &mut dyn Iterator<Item = String>| {
        let (effect, created_at) = (ListEffect::Watch, Timestamp::from_seconds(0));
        let list = List { application: application(), name: name.into(), effect, of, note: None, created_at };
        let entry = |value: String| ListEntry {
            value: value.into(),
            expires_at: None,
            author: None,
            note: None,
            added_at: created_at,
        };
        let mut values = values.map(entry).peekable();
        while values.peek().is_some() {
            let some: Vec<ListEntry> = values.by_ref().take(10_000).collect();
            memory.put_on_list(list.clone(), &some);
        }
    };
    put("addresses", ListSubject::Address, &mut (0..ENTRIES / 2).map(|n| Ipv4Addr::from(0x0A00_0000 + n).to_string()));
    let network = |n: u32| {
        let bits = 17 + u8::try_from(n % 8).unwrap_or(0);
        ListNetwork::of(Ipv4Addr::from(0x1400_0000 + (n << 8)).into(), bits).to_string()
    };
    put("networks", ListSubject::Address, &mut (0..ENTRIES / 10).map(network));
    put("accounts", ListSubject::Account, &mut (0..ENTRIES / 5).map(|n| format!("listed-{n}")));
    put("domains", ListSubject::EmailDomain, &mut (0..ENTRIES / 5).map(|n| format!("throwaway-{n}.example")));
}

fn recall_all(memory: &mut Rehearsal, round: u64) -> Duration {
    let mut spent = Duration::ZERO;
    for n in 0..LOGINS {
        let seconds = round * LOGINS + n;
        let at = Timestamp::from_seconds(1_767_571_200 + i64::try_from(seconds).unwrap_or(0));
        let [a, b, c, d, e, f, g, h] = seconds.to_be_bytes();
        let id = EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [a, b, c, d, e, f, g, h, 1, 2]);
        let mut event = Event::new(id, application(), Source::Native, Action::Login, at);
        let account = n % ACCOUNTS;
        event.account = AccountId::new(format!("customer-{account}")).ok();
        event.username = Some(Pii::new(format!("customer-{account}@mail.example.com").into()));
        event.network.ip = Some(Ipv4Addr::from(0x1E00_0000 + u32::try_from(account).unwrap_or(0)).into());
        let begun = Instant::now();
        let history = memory.recall(&event, &Enrichment::default(), at);
        spent += begun.elapsed();
        drop(history);
    }
    spent
}

/// Bytes of this process that are in RAM.
fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4_096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE_BYTES
}
