//! Memory without a disk answers as the store does, and forgets as if an attempt had never come.

use proptest::prelude::*;
use rightful_domain::{
    Action, Aggregate, AggregateKey, Counted, CredentialTag, Device, Enrichment, Event, Measure, News, Outcome,
    PaymentDirection, Pii, Timestamp, Verdict,
};
use rightful_store::conformance::{judged, login};
use rightful_store::{Aggregates, EmbeddedOptions, EmbeddedStore, MasterKey, Memory, Rehearsal};

/// An event, what data sets say of it, and how it was judged.
type Attempt = (Event, Enrichment, Verdict);

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let one = (0_u64..3, 0_u64..4, 0_u8..3, any::<bool>(), any::<bool>(), 0_u64..100_000, 0_usize..3);
    proptest::collection::vec(one, 1..40).prop_map(|all| {
        let mut n = 0;
        let attempt = |(account, device, net, failed, nameless, gap, verdict): (_, _, u8, bool, bool, u64, usize)| {
            n += gap + 1;
            let mut event =
                login(n, &format!("account {account}"), &format!("device {device}"), &format!("192.0.{net}.7"));
            event.network.user_agent = Some(format!("Agent/{device}.1").into());
            event.outcome = if failed { Outcome::Failed } else { Outcome::Succeeded };
            if nameless {
                event.account = None;
                event.username = Some(Pii::new(format!("account {account}@example.com").into()));
            }
            let enrichment = Enrichment {
                asn: Some(u32::from(net)),
                credential_tag: Some(password(device)),
                ..Enrichment::default()
            };
            (event, enrichment, [Verdict::Allow, Verdict::Allow, Verdict::Challenge][verdict])
        };
        all.into_iter().map(attempt).collect()
    })
}

/// A password, by its number and that of the day before.
fn password(number: u64) -> CredentialTag {
    CredentialTag { of_day: number, of_day_before: number + 1_000 }
}

/// Aggregates that every attempt has something to be counted by.
fn aggregates() -> Vec<Aggregate> {
    let mut all = Vec::new();
    for by in [AggregateKey::Account, AggregateKey::Device, AggregateKey::Address] {
        for measure in [Measure::Count, Measure::Distinct(Counted::Accounts), Measure::Distinct(Counted::Devices)] {
            for (succeeded, excludes_current) in [(None, false), (Some(true), true), (Some(false), false)] {
                let (action, direction) = (Some(Action::Login), None);
                all.push(Aggregate { by, action, direction, succeeded, excludes_current, minutes: 600, measure });
            }
        }
    }
    all
}

fn at(event: &Event) -> Timestamp {
    event.received_at
}

/// Recalls and records, with something new in every event.
fn rehearse(rehearsal: &mut Rehearsal, (event, enrichment, verdict): &Attempt) -> rightful_domain::History {
    let mut event = event.clone();
    let history = rehearsal.recall(&event, enrichment, at(&event));
    event.account = event.account.or_else(|| history.resolved_account.clone());
    rehearsal.record(&entry(&event, enrichment, *verdict));
    history
}

fn entry(event: &Event, enrichment: &Enrichment, verdict: Verdict) -> rightful_domain::Entry {
    let mut entry = judged(event, verdict);
    entry.enrichment = enrichment.clone();
    if let Some(assessment) = &mut entry.assessment {
        assessment.news = News { is_first: true, tried: 7, novel: 3, weight: 0.5, ..News::default() };
    }
    entry
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(40),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn without_a_disk_and_with_one_the_same_is_known(attempts in attempts(), restart in any::<prop::sample::Index>()) {
        let dir = tempfile::tempdir().unwrap();
        // The key of a rehearsal, so that tags are the same.
        let open = || EmbeddedStore::open(dir.path(), EmbeddedOptions::new(MasterKey::from_bytes([0; 32]), [9; 32])).unwrap().0;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut store, mut rehearsal) = (Some(open()), Rehearsal::new());
        let application = login(0, "a", "b", "").application;
        rehearsal.keep_aggregates(&application, aggregates());
        let keep = store.as_ref().unwrap().keep_aggregates(&application, aggregates(), &|_| {});
        runtime.block_on(keep).unwrap();
        for (place, attempt) in attempts.iter().enumerate() {
            let known = rehearse(&mut rehearsal, attempt);
            let (mut event, enrichment, verdict) = attempt.clone();
            let is_after_restart = place > restart.index(attempts.len());
            let mut history = runtime.block_on(store.as_ref().unwrap().recall(&event, &enrichment, at(&event))).unwrap();
            event.account = event.account.or_else(|| history.resolved_account.clone());
            runtime.block_on(store.as_ref().unwrap().record(entry(&event, &enrichment, verdict))).unwrap();
            if is_after_restart {
                // Crowds are of RAM.
                history.net_crowd = known.net_crowd;
                history.agent_crowd = known.agent_crowd;
                history.password_crowd = known.password_crowd;
                (history.device_payers, history.address_payers) = (known.device_payers, known.address_payers);
                (history.notoriety, history.hand_shares) = (known.notoriety, known.hand_shares);
            }
            prop_assert_eq!(history, known);
            if place == restart.index(attempts.len()) {
                if place % 2 == 0 {
                    store.as_ref().unwrap().close();
                }
                drop(store.take());
                store = Some(open());
            }
        }
    }

    #[test]
    fn what_is_forgotten_never_came(attempts in attempts(), strange in attempts()) {
        let (mut with, mut without) = (Rehearsal::new(), Rehearsal::new());
        let application = login(0, "a", "b", "").application;
        with.keep_aggregates(&application, aggregates());
        without.keep_aggregates(&application, aggregates());
        for (attempt, (strange, enrichment, _)) in attempts.iter().zip(strange.iter().cycle()) {
            let mut strange = strange.clone();
            // Of its own id, a moment before.
            strange.id = rightful_domain::EventId::from_parts(1, *b"a stranger");
            (strange.at, strange.received_at) = (attempt.0.at, attempt.0.at);
            with.recall(&strange, enrichment, at(&strange));
            with.forget(&strange);
            prop_assert_eq!(rehearse(&mut with, attempt), rehearse(&mut without, attempt));
        }
    }
}

#[test]
fn failures_here_and_of_strangers_are_told_apart_and_crowds_count() {
    let mut memory = Rehearsal::new();
    let enrichment = |tag| Enrichment { credential_tag: Some(password(tag)), ..Enrichment::default() };
    let own = login(1, "anna", "phone", "192.0.2.1");
    rehearse(&mut memory, &(own, enrichment(1), Verdict::Allow));
    let attempts = [
        ("phone", "192.0.2.1"),
        ("phone", "198.51.100.7"),
        ("strange", "192.0.2.1"),
        ("strange", "198.51.100.7"),
        ("stranger", "198.51.100.9"),
    ];
    for (n, (device, ip)) in attempts.into_iter().enumerate() {
        let failed = Event { outcome: Outcome::Failed, ..login(10 + n as u64, "anna", device, ip) };
        rehearse(&mut memory, &(failed, enrichment(2), Verdict::Allow));
    }
    let next = login(20, "anna", "phone", "198.51.100.7");
    let history = memory.recall(&next, &enrichment(2), at(&next));
    assert_eq!((history.failures_here_24h, history.strange_failures_24h), (2, 2));
    let crowd = |crowd: Option<rightful_domain::Crowd>| crowd.map(|crowd| (crowd.attempts, crowd.failures)).unwrap();
    assert_eq!((crowd(history.net_crowd), crowd(history.password_crowd)), ((4, 3), (6, 5)));
    assert_eq!(history.agent_crowd, None);
    let later = login(20 + 86_400, "anna", "phone", "198.51.100.7");
    let history = memory.recall(&later, &enrichment(3), at(&later));
    assert_eq!((history.failures_here_24h, history.strange_failures_24h), (0, 0));
    assert_eq!(crowd(history.password_crowd), (1, 0));
}

#[test]
fn a_password_tried_before_midnight_and_after_it_is_one() {
    let mut memory = Rehearsal::new();
    let tried = |of_day, of_day_before| Enrichment {
        credential_tag: Some(CredentialTag { of_day, of_day_before }),
        ..Enrichment::default()
    };
    let event = |at: u64, outcome| Event {
        outcome,
        ..login(at, &format!("account {at}"), &format!("device {at}"), "192.0.2.1")
    };
    let mut attempt = |at: u64, outcome, enrichment: &Enrichment| {
        let history = rehearse(&mut memory, &(event(at, outcome), enrichment.clone(), Verdict::Allow));
        history.password_crowd.map(|crowd| (crowd.attempts, crowd.failures))
    };
    assert_eq!(attempt(1, Outcome::Pending, &tried(1, 0)), Some((1, 0)));
    assert_eq!(attempt(2, Outcome::Failed, &tried(1, 0)), Some((2, 1)));
    assert_eq!(attempt(3, Outcome::Failed, &tried(2, 1)), Some((3, 2)));
    assert_eq!(attempt(4, Outcome::Failed, &tried(7, 6)), Some((1, 1)), "another password");
    // The end of what was tried before midnight is told to the same crowd.
    memory.conclude(&entry(&event(1, Outcome::Pending), &tried(1, 0), Verdict::Allow), Outcome::Failed);
    let last = rehearse(&mut memory, &(event(5, Outcome::Failed), tried(2, 1), Verdict::Allow));
    assert_eq!(last.password_crowd.map(|crowd| (crowd.attempts, crowd.failures)), Some((4, 4)));
}

#[test]
fn who_moves_money_from_a_device_or_an_address_is_counted_and_nobody_else() {
    let mut memory = Rehearsal::new();
    let mut pay = |at: u64, account: &str, change: &dyn Fn(&mut Event)| {
        let mut event = Event { action: Action::Withdraw, ..login(at, account, "kiosk", "192.0.2.1") };
        change(&mut event);
        let history = rehearse(&mut memory, &(event, Enrichment::default(), Verdict::Allow));
        [history.device_payers, history.address_payers].map(|crowd| crowd.map(|crowd| crowd.subjects))
    };
    assert_eq!(pay(1, "anna", &|_| ()), [Some(1), Some(1)]);
    assert_eq!(pay(2, "anna", &|event| event.action = Action::Checkout), [Some(1), Some(1)], "the same once more");
    assert_eq!(pay(3, "berta", &|_| ()), [Some(2), Some(2)]);
    // Who only signs in, whose money comes in, and whose did not move has not paid.
    let payment = |direction| rightful_domain::Payment { direction, ..rightful_domain::Payment::default() };
    assert_eq!(pay(4, "carla", &|event| event.action = Action::Login), [None, None]);
    assert_eq!(pay(5, "carla", &|event| event.payment = Some(payment(Some(PaymentDirection::In)))), [None, None]);
    assert_eq!(pay(6, "carla", &|event| event.outcome = Outcome::Failed), [None, None]);
    assert_eq!(pay(7, "dora", &|event| event.payment = Some(payment(None))), [Some(3), Some(3)]);
    // From elsewhere, and without a device.
    let elsewhere = |event: &mut Event| event.network.ip = Some([198, 51, 100, 7].into());
    assert_eq!(pay(8, "emma", &elsewhere), [Some(4), Some(1)]);
    assert_eq!(pay(9, "emma", &|event| event.device = Device::default()), [None, Some(4)]);
    // Of the day alone.
    assert_eq!(pay(3 + 86_400, "frida", &|_| ()), [Some(3), Some(3)]);
}

#[test]
fn a_payment_that_turns_out_to_have_failed_was_none() {
    let mut memory = Rehearsal::new();
    let pay = |at: u64, account: &str, outcome| Event {
        action: Action::Withdraw,
        outcome,
        ..login(at, account, "kiosk", "192.0.2.1")
    };
    let pending = pay(1, "anna", Outcome::Pending);
    memory.recall(&pending, &Enrichment::default(), at(&pending));
    let kept = entry(&pending, &Enrichment::default(), Verdict::Allow);
    memory.record(&kept);
    memory.conclude(&kept, Outcome::Failed);
    let next = pay(2, "berta", Outcome::Succeeded);
    let history = memory.recall(&next, &Enrichment::default(), at(&next));
    assert_eq!(history.device_payers.map(|crowd| crowd.subjects), Some(1));
    assert_eq!(history.address_payers.map(|crowd| crowd.subjects), Some(1));
}
