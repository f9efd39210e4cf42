//! Reading the ledger in its own order.

use std::sync::Arc;

use rightful_domain::{Excerpt, ExcerptKinds, FeedbackKind, Happening, Outcome, Passage, Timestamp, Verdict};

use super::sample::{START, account_id, application, application_id, login};
use super::{Backend, Script, Told, holds, same, there};

fn all() -> Excerpt {
    Excerpt {
        application: application(),
        after: 0,
        upto: None,
        from: None,
        to: None,
        kinds: ExcerptKinds::All,
        limit: 100,
    }
}

fn short(happening: &Happening) -> (char, u64) {
    let second = |at: Timestamp| at.since(START).as_secs();
    match happening {
        Happening::Assessed(record) => ('e', second(record.entry.event.at)),
        Happening::Concluded { conclusion, .. } => ('c', second(conclusion.received_at)),
        Happening::Said { feedback, .. } => ('f', second(feedback.received_at)),
    }
}

/// All that there is, in passages of that limit.
async fn told(script: &Script, mut excerpt: Excerpt) -> Result<Vec<(char, u64)>, String> {
    let mut told = Vec::new();
    for _ in 0..100 {
        let Passage { happenings, upto, is_end } = script.store().passage(&excerpt).await?;
        holds("at most the limit", happenings.len() <= usize::from(excerpt.limit))?;
        let places: Vec<u64> = happenings.iter().map(Happening::sequence).collect();
        holds("in order, after the last and up to here", {
            let mut all = vec![excerpt.after];
            all.extend(places);
            all.is_sorted_by(|a, b| a < b) && all.last().is_some_and(|last| *last <= upto)
        })?;
        told.extend(happenings.iter().map(short));
        if is_end {
            return Ok(told);
        }
        holds("it goes on", upto > excerpt.after)?;
        excerpt.after = upto;
    }
    Err("it does not end".into())
}

pub(super) async fn passages_follow_each_other_in_the_order_of_the_ledger(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut theirs = login(100, "anna", "phone", "192.0.2.1");
    theirs.application = application_id("bank");
    let mut expected = Vec::new();
    for n in 0..4 {
        let event = login(n, "anna", "phone", "192.0.2.1");
        script.record(&event, Verdict::Allow).await?;
        script.record(&theirs, Verdict::Allow).await?;
        script.conclude(&event, Outcome::Succeeded).await?;
        script.say(&event, FeedbackKind::ConfirmedLegitimate).await?;
        expected.extend([('e', n), ('c', n), ('f', n)]);
    }
    script.say_of_account("anna", None, FeedbackKind::ConfirmedTakeover, START).await?;
    expected.push(('f', 0));
    for limit in [1, 2, 5, 100] {
        same(&format!("by {limit}"), told(&script, Excerpt { limit, ..all() }).await?, expected.clone())?;
    }
    let events = Excerpt { kinds: ExcerptKinds::Events, ..all() };
    same("events", told(&script, events.clone()).await?, (0..4).map(|n| ('e', n)).collect())?;
    let passage = script.store().passage(&events).await?;
    let Some(Happening::Assessed(last)) = passage.happenings.last() else { return Err("no event".into()) };
    same("said since", (last.outcome(), last.feedback.len()), (Outcome::Succeeded, 1))?;
    let upto = Excerpt { upto: Some(3), ..all() };
    same("up to the third row", told(&script, upto).await?.len(), 2)?;
    let beyond = script.store().passage(&Excerpt { after: 1_000, ..all() }).await?;
    same("beyond the end", beyond, Passage { happenings: Vec::new(), upto: 1_000, is_end: true })
}

pub(super) async fn a_passage_by_time_has_its_start_and_not_its_end(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    // Hours apart, so that the ledger's marks of time are of use.
    for n in 0..6 {
        script.record(&login(n * 3_600, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    }
    let at = |hours: i64| Some(Timestamp::from_micros(START.as_micros() + hours * 3_600_000_000));
    for (from, to, expected) in [
        (at(2), None, vec![2, 3, 4, 5]),
        (None, at(2), vec![0, 1]),
        (at(1), at(4), vec![1, 2, 3]),
        (at(6), None, vec![]),
        (None, at(0), vec![]),
    ] {
        let found = told(&script, Excerpt { from, to, limit: 2, ..all() }).await?;
        let found: Vec<u64> = found.into_iter().map(|(_, s)| s / 3_600).collect();
        same(&format!("{from:?} to {to:?}"), found, expected)?;
    }
    Ok(())
}

pub(super) async fn what_was_erased_is_in_no_passage(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.record(&event, Verdict::Allow).await?;
    script.store().erase_account(&event.application, &account_id("anna"), event.received_at).await?;
    let passage = script.store().passage(&all()).await?;
    let about = passage.happenings.first().and_then(Happening::about);
    let record = there("the event", about)?;
    same("its username", record.entry.event.username.clone(), None)
}
