//! What waits to be told.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{Delivery, Telling, Timestamp, Topic, Verdict, Waiting};

use super::sample::{START, application, judged, login};
use super::{Backend, Ending, Script, Told, same, there};

/// After everything that these cases do.
fn later() -> Timestamp {
    START.plus(Duration::from_secs(1_000))
}

/// Records the n-th event, to be told to these hooks.
async fn tell(script: &Script, n: u64, hooks: &[&str]) -> Told {
    let mut entry = judged(&login(n, "anna", "phone", "192.0.2.1"), Verdict::Allow);
    entry.tellings = hooks.iter().map(|hook| Telling { hook: (*hook).into(), topic: Topic::Assessed }).collect();
    script.store().record(entry).await?;
    Ok(())
}

/// What is due, as hooks and rows.
async fn due(script: &Script, now: Timestamp) -> Result<Vec<(String, u64)>, String> {
    let due = script.store().due(now, 100).await?;
    Ok(due.iter().map(|waiting| (waiting.telling.hook.to_string(), waiting.sequence)).collect())
}

async fn settle_all(script: &Script, now: Timestamp, delivery: Delivery) -> Result<Vec<Waiting>, String> {
    let due = script.store().due(now, 100).await?;
    for waiting in &due {
        script.store().settle(waiting, delivery).await?;
    }
    Ok(due)
}

pub(super) async fn messages_of_a_hook_go_in_order_one_at_a_time(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    same("next", script.store().next_due().await?, None)?;
    for (n, hooks) in [(1, &["a"][..]), (2, &["a", "b"]), (3, &["a"])] {
        tell(&script, n, hooks).await?;
    }
    same("too early", due(&script, START).await?, Vec::new())?;
    same("next", script.store().next_due().await?, Some(START.plus(Duration::from_secs(1))))?;
    let told = |all: &[(&str, u64)]| all.iter().map(|(hook, n)| ((*hook).to_owned(), *n)).collect::<Vec<_>>();
    same("due", due(&script, later()).await?, told(&[("a", 1), ("b", 2)]))?;
    settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, told(&[("a", 2)]))?;
    settle_all(&script, later(), Delivery::Taken).await?;
    let last = settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, Vec::new())?;
    let record = there("what it is about", script.store().record_at(3).await?)?;
    same("when", last.first().map(|waiting| waiting.since), Some(record.entry.event.received_at))?;
    // By itself, about a row that was written before.
    let by_itself = there("the last", last.into_iter().next())?;
    script.store().enqueue(vec![Waiting { sequence: 1, ..by_itself.clone() }]).await?;
    let found = there("it", script.store().due(later(), 1).await?.into_iter().next())?;
    same("about", found.sequence, 1)?;
    same("a new number", found.number > by_itself.number, true)
}

pub(super) async fn what_was_not_taken_waits_over_restarts_under_its_number(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 2, &["a"]).await?;
    let first = settle_all(&script, later(), Delivery::Retry(later().plus(Duration::from_secs(5)))).await?;
    let first = there("the first", first.into_iter().next())?;
    for ending in [Ending::Closed, Ending::Closed] {
        backend.restart(ending).await?;
        same("too early", due(&script, later()).await?, Vec::new())?;
        let again = script.store().due(later().plus(Duration::from_secs(5)), 100).await?;
        let expected = Waiting { n_tried: 1, due_at: later().plus(Duration::from_secs(5)), ..first.clone() };
        same("again", again, vec![expected])?;
    }
    let now = later().plus(Duration::from_secs(5));
    settle_all(&script, now, Delivery::Taken).await?;
    settle_all(&script, now, Delivery::Taken).await?;
    tell(&script, 3, &["a"]).await?;
    backend.restart(Ending::Abandoned).await?;
    let next = there("the next", script.store().due(now, 1).await?.into_iter().next())?;
    same("its number", next.number, first.number + 2)
}

pub(super) async fn an_event_recorded_twice_is_told_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 1, &["a"]).await?;
    settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, Vec::new())?;
    same(
        "whose",
        application(),
        script.store().record_at(1).await?.map_or_else(application, |it| it.entry.event.application),
    )
}

pub(super) async fn what_is_given_up_lets_the_next_go(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 2, &["a"]).await?;
    let given_up = settle_all(&script, later(), Delivery::GivenUp).await?;
    // Settled again, as by who was slow, it changes nothing.
    for waiting in &given_up {
        script.store().settle(waiting, Delivery::Taken).await?;
    }
    same("due", due(&script, later()).await?, vec![("a".to_owned(), 2)])?;
    backend.restart(Ending::Closed).await?;
    same("due", due(&script, later()).await?, vec![("a".to_owned(), 2)])
}
