//! Aggregates: counted as events come, from the ledger, and over restarts, each event once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use rightful_domain::{
    AGGREGATES_MAX, Action, Aggregate, AggregateKey, ApplicationId, Counted, Enrichment, Event, Measure, Money,
    Outcome, Payment, PaymentDirection, Pii, RetryKey, Timestamp, Verdict,
};

use super::sample::{START, account_id, application, application_id, id, judged, login};
use super::{Backend, Ending, Script, Told, holds, same, there};
use crate::{Backfill, Store, StoreError};

const DAY: u32 = 24 * 60;
/// Above the numbers of all other events.
const PROBE: u64 = 900_000;

fn withdrawals(by: AggregateKey, minutes: u32, measure: Measure) -> Aggregate {
    let action = Some(Action::Withdraw);
    Aggregate { by, action, direction: None, succeeded: None, excludes_current: false, minutes, measure }
}

fn count(by: AggregateKey) -> Aggregate {
    withdrawals(by, DAY, Measure::Count)
}

fn succeeded(by: AggregateKey) -> Aggregate {
    Aggregate { succeeded: Some(true), ..count(by) }
}

/// The n-th event: somebody sends so many euros to somebody.
fn withdrawal(n: u64, account: &str, payee: &str, units: i64) -> Event {
    let mut event = login(n, account, "phone", "192.0.2.1");
    event.action = Action::Withdraw;
    event.payment = Some(Payment {
        amount: Some(Money { ten_thousandths: units * 10_000, currency: *b"EUR" }),
        payee: Some(Pii::new(payee.into())),
        direction: Some(PaymentDirection::Out),
        ..Payment::default()
    });
    event
}

async fn keep(script: &Script, aggregates: &[Aggregate]) -> Result<(), StoreError> {
    script.store().keep_aggregates(&application(), aggregates.to_vec(), &|_| {}).await
}

/// What aggregates come to at an event, by their text.
async fn at(store: &dyn Store, event: &Event, of: &[Aggregate]) -> Result<BTreeMap<String, f64>, String> {
    let history = store.recall(event, &Enrichment::default(), event.received_at).await?;
    holds("sorted", history.aggregates.is_sorted_by_key(|value| value.id))?;
    let value = |aggregate: &Aggregate| {
        let found = history.aggregates.iter().find(|value| value.id == aggregate.id())?;
        Some((aggregate.to_string(), found.value))
    };
    Ok(of.iter().filter_map(value).collect())
}

/// A login, which is no withdrawal, of an account that pays nobody: it asks and leaves nothing behind.
fn probe(n: u64, account: &str, payee: &str, after: u64) -> Event {
    let mut event = withdrawal(after, account, payee, 0);
    (event.id, event.action) = (id(PROBE + n), Action::Login);
    event
}

async fn value(script: &Script, event: &Event, of: &Aggregate) -> Result<Option<f64>, String> {
    Ok(at(&*script.store(), event, std::slice::from_ref(of)).await?.into_values().next())
}

pub(super) async fn parallel_attempts_each_see_another_count(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = count(AggregateKey::Account);
    keep(&script, std::slice::from_ref(&mine)).await?;
    let attempts: Vec<_> = (0..50)
        .map(|n| {
            let (store, mine) = (script.store(), mine.clone());
            tokio::spawn(async move {
                let event = withdrawal(n, "anna", "berta", 1);
                at(&*store, &event, &[mine]).await.map(|values| values.into_values().collect::<Vec<_>>())
            })
        })
        .collect();
    let mut seen = Vec::new();
    for attempt in attempts {
        seen.extend(attempt.await.map_err(|error| error.to_string())??);
    }
    seen.sort_by(f64::total_cmp);
    same("counts", seen, (1..=50_u32).map(f64::from).collect())
}

pub(super) async fn an_event_counts_once_and_the_current_one_can_be_left_out(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = count(AggregateKey::Account);
    let others = Aggregate { excludes_current: true, ..mine.clone() };
    let sum = Aggregate { measure: Measure::Sum, ..mine.clone() };
    let all = [mine, others, sum];
    keep(&script, &all).await?;
    for n in 0..3 {
        let event = withdrawal(n, "anna", "berta", 10);
        for _ in 0..2 {
            let values = at(&*script.store(), &event, &all).await?;
            let [with, without] = [n + 1, n].map(|n| f64::from(u32::try_from(n).unwrap_or(0)));
            let expected = all.iter().map(Aggregate::to_string).zip([with, without, with * 10.0]).collect();
            same("values", values, expected)?;
        }
        script.record(&event, Verdict::Allow).await?;
        script.record(&event, Verdict::Allow).await?;
    }
    Ok(())
}

pub(super) async fn an_aggregate_is_missing_until_it_is_kept_and_not_a_number_without_its_key(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let by_payee = count(AggregateKey::Payee);
    let event = withdrawal(1, "anna", "berta", 10);
    same("not kept", value(&script, &event, &by_payee).await?, None)?;
    keep(&script, std::slice::from_ref(&by_payee)).await?;
    same("kept", value(&script, &event, &by_payee).await?, Some(1.0))?;
    let pays_nobody = login(2, "anna", "phone", "192.0.2.1");
    let without = value(&script, &pays_nobody, &by_payee).await?;
    holds("not a number", without.is_some_and(f64::is_nan))?;
    let many = (1..).take(AGGREGATES_MAX + 1).map(|minutes| Aggregate { minutes, ..by_payee.clone() });
    let refused = keep(&script, &many.collect::<Vec<_>>()).await;
    holds("too many are refused", matches!(refused, Err(StoreError::TooMuch { .. })))
}

/// Every kind of aggregate.
fn every() -> Vec<Aggregate> {
    let measures =
        [Measure::Count, Measure::Sum, Measure::Distinct(Counted::Payees), Measure::Distinct(Counted::Accounts)];
    let mut all = Vec::new();
    for by in [AggregateKey::Account, AggregateKey::Device, AggregateKey::Address, AggregateKey::Payee] {
        for measure in measures {
            for succeeded in [None, Some(true), Some(false)] {
                all.push(Aggregate { succeeded, ..withdrawals(by, 30, measure) });
            }
        }
        all.push(withdrawals(by, DAY, Measure::Count));
    }
    all
}

/// The n-th of many events that differ in whose they are and how they ended.
fn varied(n: u64) -> Event {
    let mut event = withdrawal(n, &format!("account{}", n % 3), &format!("payee{}", n % 7), 5);
    event.outcome = match n % 4 {
        0 => Outcome::Failed,
        1 => Outcome::Pending,
        _ => Outcome::Succeeded,
    };
    event
}

/// The same event of another application.
fn elsewhere(event: &Event, application: &ApplicationId) -> Event {
    let mut bytes = *event.id.as_bytes();
    bytes.reverse();
    Event { id: rightful_domain::EventId::from_bytes(bytes), application: application.clone(), ..event.clone() }
}

async fn record(script: &Script, event: &Event, also: &ApplicationId) -> Told {
    let store = script.store();
    for event in [event.clone(), elsewhere(event, also)] {
        store.recall(&event, &Enrichment::default(), event.received_at).await?;
        store.record(judged(&event, Verdict::Allow)).await?;
    }
    Ok(())
}

async fn conclude(script: &Script, event: &Event, outcome: Outcome, also: &ApplicationId) -> Told {
    script.conclude(event, outcome).await?;
    script.conclude(&elsewhere(event, also), outcome).await?;
    Ok(())
}

/// Both applications come to the same, of every account.
async fn agree(script: &Script, also: &ApplicationId, after: u64, what: &str) -> Told {
    for n in 0..7 {
        let mut event = probe(n, &format!("account{}", n % 3), &format!("payee{n}"), after);
        // The backfill comes to the same at any later time, too.
        for _ in 0..2 {
            let here = at(&*script.store(), &event, &every()).await?;
            let there = at(&*script.store(), &elsewhere(&event, also), &every()).await?;
            same("aggregates", here.len(), every().len())?;
            same(what, here, there)?;
            event.at = event.at.plus(Duration::from_secs(1_500));
            event.received_at = event.at;
        }
    }
    Ok(())
}

pub(super) async fn what_is_counted_from_the_ledger_is_what_was_counted_from_the_beginning(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let early = application_id("early");
    script.store().keep_aggregates(&early, every(), &|_| {}).await?;
    let events: Vec<Event> = (0..400).map(varied).collect();
    for event in &events {
        record(&script, event, &early).await?;
    }
    for (n, event) in events.iter().enumerate().step_by(5) {
        let outcome = if n % 2 == 0 { Outcome::Succeeded } else { Outcome::Failed };
        conclude(&script, event, outcome, &early).await?;
    }
    keep(&script, &every()).await?;
    agree(&script, &early, 400, "from the ledger").await?;
    for n in 401..430 {
        record(&script, &varied(n), &early).await?;
    }
    for event in events.iter().step_by(3) {
        conclude(&script, event, Outcome::Succeeded, &early).await?;
    }
    agree(&script, &early, 430, "and afterwards").await?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        backend.restart(ending).await?;
        agree(&script, &early, 430, "after a restart").await?;
    }
    Ok(())
}

/// Begins to keep aggregates, and no longer waits once it was said that it has begun.
async fn begin_to_keep(store: &dyn Store, aggregates: Vec<Aggregate>) -> Result<Option<Backfill>, StoreError> {
    let told = AtomicU64::new(0);
    let application = application();
    let n_rows = AtomicU64::new(0);
    let progress = |backfill: Backfill| {
        told.store(backfill.n_done, Ordering::SeqCst);
        n_rows.store(backfill.n_rows, Ordering::SeqCst);
    };
    let mut keeping = Box::pin(store.keep_aggregates(&application, aggregates, &progress));
    let ended = std::future::poll_fn(|context| match keeping.as_mut().poll(context) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if told.load(Ordering::SeqCst) > 0 => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match ended.await {
        Some(ended) => ended.map(|()| None),
        None => Ok(Some(Backfill { n_done: told.load(Ordering::SeqCst), n_rows: n_rows.load(Ordering::SeqCst) })),
    }
}

/// More rows than a backfill looks at at once, of two applications.
const MANY: u64 = 1_200;

/// Records them all at once: far more are judged and not yet written down than a series keeps of those that were.
async fn record_many(script: &Script, upto: u64, also: &ApplicationId) -> Told {
    let mut recording = Vec::new();
    for n in 0..upto {
        let (script, also) = (script.clone(), also.clone());
        recording.push(tokio::spawn(async move { record(&script, &varied(n), &also).await }));
    }
    for recorded in recording {
        recorded.await.map_err(|error| error.to_string())??;
    }
    Ok(())
}

pub(super) async fn a_backfill_goes_on_where_it_was_left(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let early = application_id("early");
    script.store().keep_aggregates(&early, every(), &|_| {}).await?;
    record_many(&script, MANY, &early).await?;
    let left = there("a backfill under way", begin_to_keep(&*script.store(), every()).await?)?;
    holds("it has begun", left.n_done > 0 && left.n_done < left.n_rows)?;
    let kept = script.store().kept_aggregates(&application()).await?;
    holds("none is ready", kept.len() == every().len() && kept.iter().all(|kept| !kept.is_ready))?;
    same("missing", value(&script, &probe(1, "account1", "payee1", MANY), &count(AggregateKey::Account)).await?, None)?;
    // What comes meanwhile is counted.
    for n in MANY..MANY + 20 {
        record(&script, &varied(n), &early).await?;
    }
    for (ending, n) in [(Ending::Abandoned, 20), (Ending::Closed, 40)] {
        backend.restart(ending).await?;
        let left = begin_to_keep(&*script.store(), every()).await?;
        holds("it is not done", left.is_some())?;
        for n in MANY + n..MANY + n + 20 {
            record(&script, &varied(n), &early).await?;
        }
    }
    backend.restart(Ending::Abandoned).await?;
    keep(&script, &every()).await?;
    agree(&script, &early, MANY + 60, "after all").await?;
    backend.restart(Ending::Abandoned).await?;
    let kept = script.store().kept_aggregates(&application()).await?;
    holds("all are ready", kept.iter().all(|kept| kept.is_ready))?;
    agree(&script, &early, MANY + 60, "after a restart").await
}

pub(super) async fn a_conclusion_counts_once_whether_the_backfill_has_come_to_it_or_not(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let early = application_id("early");
    script.store().keep_aggregates(&early, every(), &|_| {}).await?;
    record_many(&script, MANY, &early).await?;
    for n in (0..MANY).step_by(91) {
        conclude(&script, &varied(n), Outcome::Succeeded, &early).await?;
    }
    there("a backfill under way", begin_to_keep(&*script.store(), every()).await?)?;
    // Of the first rows, which are counted, and of the last, which are not; there and back again.
    let some = || (0..MANY).step_by(37);
    for n in some() {
        conclude(&script, &varied(n), Outcome::Failed, &early).await?;
    }
    for n in some().step_by(2) {
        conclude(&script, &varied(n), Outcome::Succeeded, &early).await?;
    }
    backend.restart(Ending::Abandoned).await?;
    for n in some().step_by(3) {
        conclude(&script, &varied(n), Outcome::Failed, &early).await?;
    }
    keep(&script, &every()).await?;
    agree(&script, &early, MANY, "after all").await?;
    for n in some().step_by(5) {
        conclude(&script, &varied(n), Outcome::Succeeded, &early).await?;
    }
    agree(&script, &early, MANY, "and afterwards").await
}

pub(super) async fn what_a_restart_learns_again_counts_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = succeeded(AggregateKey::Account);
    let sum = Aggregate { measure: Measure::Sum, ..mine.clone() };
    keep(&script, &[mine.clone(), sum.clone()]).await?;
    let mut n_counted = 0.0;
    for (round, ending) in [(0, Ending::Abandoned), (1, Ending::Closed), (2, Ending::Abandoned)] {
        for n in round * 10..round * 10 + 10 {
            let event = Event { outcome: Outcome::Pending, ..withdrawal(n, "anna", "berta", 3) };
            script.recall(&event).await?;
            script.record(&event, Verdict::Allow).await?;
            script.conclude(&event, Outcome::Succeeded).await?;
        }
        n_counted += 10.0;
        backend.restart(ending).await?;
        let asks = probe(round, "anna", "berta", 40);
        same("counted", value(&script, &asks, &mine).await?, Some(n_counted))?;
        same("added up", value(&script, &asks, &sum).await?, Some(3.0 * n_counted))?;
    }
    script.conclude(&withdrawal(3, "anna", "berta", 3), Outcome::Failed).await?;
    same("counted", value(&script, &probe(9, "anna", "berta", 40), &mine).await?, Some(n_counted - 1.0))
}

pub(super) async fn what_is_never_written_down_counts_no_longer(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = count(AggregateKey::Account);
    keep(&script, std::slice::from_ref(&mine)).await?;
    let attempt = async |n: u64, retry: RetryKey| {
        let event = withdrawal(n, "anna", "berta", 1);
        let counted = value(&script, &event, &mine).await?;
        let mut entry = judged(&event, Verdict::Allow);
        entry.retry = Some(retry);
        Ok::<_, String>((counted, script.store().record(entry).await))
    };
    let until = START.plus(Duration::from_secs(60));
    let retry = RetryKey { key: [1; 16], body: [1; 16], until };
    let (counted, first) = attempt(0, retry).await?;
    same("the first", (counted, first.is_ok()), (Some(1.0), true))?;
    let (counted, again) = attempt(1, retry).await?;
    let is_repeated = matches!(again, Ok(crate::Recorded::Repeated(_)));
    same("the same request as another event", (counted, is_repeated), (Some(2.0), true))?;
    let (counted, conflict) = attempt(2, RetryKey { body: [2; 16], ..retry }).await?;
    let is_refused = matches!(conflict, Err(StoreError::Conflict));
    same("another request of that name", (counted, is_refused), (Some(2.0), true))?;
    same("after it", value(&script, &probe(0, "anna", "berta", 5), &mine).await?, Some(1.0))?;
    // One that waits as the store ends was never answered.
    same("one that waits", value(&script, &withdrawal(6, "anna", "berta", 1), &mine).await?, Some(2.0))?;
    for ending in [Ending::Closed, Ending::Abandoned] {
        backend.restart(ending).await?;
        same("afterwards", value(&script, &probe(1, "anna", "berta", 7), &mine).await?, Some(1.0))?;
    }
    Ok(())
}

pub(super) async fn what_is_recalled_again_is_not_counted_again(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = count(AggregateKey::Account);
    keep(&script, std::slice::from_ref(&mine)).await?;
    // More than a series keeps one by one: the first is counted among others.
    let n_events = 300;
    for n in 0..n_events {
        script.record(&withdrawal(n, "anna", "berta", 1), Verdict::Allow).await?;
    }
    for n in [0, n_events - 1] {
        // Soon enough to be looked at as of now.
        let (application, now) = (application(), withdrawal(200, "anna", "berta", 1).at);
        let history = script.store().recall_again(&application, id(n), &Enrichment::default(), now).await?;
        let found = history.aggregates.iter().find(|value| value.id == mine.id());
        same("looked at again", found.map(|value| value.value), Some(300.0))?;
        same("after it", value(&script, &probe(n, "anna", "berta", n_events + 1), &mine).await?, Some(300.0))?;
    }
    Ok(())
}

pub(super) async fn an_erased_account_has_nothing_counted(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = count(AggregateKey::Account);
    let later = withdrawals(AggregateKey::Account, 60, Measure::Distinct(Counted::Payees));
    keep(&script, std::slice::from_ref(&mine)).await?;
    for n in 0..3 {
        script.record(&withdrawal(n, "anna", "berta", 1), Verdict::Allow).await?;
    }
    let erased_at = withdrawal(5, "anna", "berta", 1).at;
    script.store().erase_account(&application(), &account_id("anna"), erased_at).await?;
    script.record(&withdrawal(10, "anna", "berta", 1), Verdict::Allow).await?;
    keep(&script, &[mine.clone(), later.clone()]).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let asks = probe(1, "anna", "berta", 20);
        same("counted as it came", value(&script, &asks, &mine).await?, Some(1.0))?;
        same("counted from the ledger", value(&script, &asks, &later).await?, Some(1.0))?;
    }
    Ok(())
}

pub(super) async fn a_longer_span_begins_anew_and_the_shorter_goes_on(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let early = application_id("early");
    let short = count(AggregateKey::Account);
    let long = Aggregate { minutes: 30 * DAY, ..short.clone() };
    keep(&script, std::slice::from_ref(&short)).await?;
    record_many(&script, MANY, &early).await?;
    let asks = probe(1, "account1", "payee1", MANY);
    let expected = value(&script, &asks, &short).await?;
    same("the shorter", expected, Some(f64::from(u32::try_from(MANY / 3).unwrap_or(0))))?;
    there("a backfill under way", begin_to_keep(&*script.store(), vec![short.clone(), long.clone()]).await?)?;
    same("the shorter meanwhile", value(&script, &asks, &short).await?, expected)?;
    same("the longer is not ready", value(&script, &asks, &long).await?, None)?;
    keep(&script, &[short.clone(), long.clone()]).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        keep(&script, &[short.clone(), long.clone()]).await?;
        same("the shorter", value(&script, &asks, &short).await?, expected)?;
        same("the longer", value(&script, &asks, &long).await?, expected)?;
    }
    Ok(())
}

pub(super) async fn what_is_no_longer_named_is_forgotten(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (mine, theirs) = (count(AggregateKey::Account), count(AggregateKey::Payee));
    keep(&script, &[mine.clone(), theirs.clone()]).await?;
    script.record(&withdrawal(1, "anna", "berta", 1), Verdict::Allow).await?;
    let asks = probe(1, "anna", "berta", 20);
    same("counted", value(&script, &asks, &mine).await?, Some(1.0))?;
    keep(&script, std::slice::from_ref(&theirs)).await?;
    same("no longer", value(&script, &asks, &mine).await?, None)?;
    same("still", value(&script, &asks, &theirs).await?, Some(1.0))?;
    script.record(&withdrawal(2, "anna", "berta", 1), Verdict::Allow).await?;
    backend.restart(Ending::Closed).await?;
    same("no longer", value(&script, &asks, &mine).await?, None)?;
    keep(&script, &[mine.clone(), theirs.clone()]).await?;
    same("again, from the ledger", value(&script, &asks, &mine).await?, Some(2.0))?;
    same("still", value(&script, &asks, &theirs).await?, Some(2.0))?;
    keep(&script, &[]).await?;
    same("nothing is kept", script.store().kept_aggregates(&application()).await?, Vec::new())?;
    same("nothing is told", script.recall(&asks).await?.aggregates, Vec::new())
}

pub(super) async fn what_is_late_is_counted_at_its_own_time(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mine = Aggregate { minutes: 60, ..count(AggregateKey::Account) };
    let week = Aggregate { minutes: 7 * DAY, ..mine.clone() };
    keep(&script, &[mine.clone(), week.clone()]).await?;
    let now: Timestamp = withdrawal(0, "anna", "berta", 1).at;
    let late = |n: u64, hours: u64| {
        let at = now.minus(Duration::from_secs(hours * 3_600));
        Event { at, ..withdrawal(n, "anna", "berta", 1) }
    };
    for (n, hours) in [(1, 0), (2, 3), (3, 50)] {
        let event = late(n, hours);
        let counted = value(&script, &event, &mine).await?;
        same("at its own time", counted, Some(1.0))?;
        script.record(&event, Verdict::Allow).await?;
    }
    same("in the hour", value(&script, &probe(1, "anna", "berta", 9), &mine).await?, Some(1.0))?;
    same("in the week", value(&script, &probe(2, "anna", "berta", 9), &week).await?, Some(3.0))
}
