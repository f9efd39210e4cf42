//! Remembering: once, whole, and for both of two at a time.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{AgentKind, AgentTraits, DeviceSnapshot, RetryKey, Verdict};

use super::sample::{judged, login, private_login};
use super::{Backend, Script, Told, holds, same, there};
use crate::{Recorded, StoreError};

pub(super) async fn two_parallel_logins_both_teach(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = [login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "laptop", "192.0.2.1")];
    let tasks = events.clone().map(|event| {
        let script = script.clone();
        tokio::spawn(async move {
            script.recall(&event).await?;
            script.record(&event, Verdict::Allow).await
        })
    });
    for task in tasks {
        task.await.map_err(|error| error.to_string())??;
    }
    for event in &events {
        same("times its device was seen", script.familiarity(event).await?, 1)?;
    }
    let [event, _] = events;
    same("what it learned", there("it", script.look(&event).await?.account)?.profile.n_learned, 2)
}

pub(super) async fn recorded_twice_is_recorded_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    same("the first time", script.record(&event, Verdict::Allow).await?, Recorded::New { sequence: 1 })?;
    let Recorded::Repeated(first) = script.record(&event, Verdict::Deny).await? else {
        return Err("the second time was taken for new".to_owned());
    };
    same("the answer", first.entry.assessment.map(|assessment| assessment.verdict), Some(Verdict::Allow))?;
    same("times its device was seen", script.familiarity(&event).await?, 1)
}

pub(super) async fn recorded_twice_at_once_is_recorded_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    let tasks = [(); 8].map(|()| {
        let (script, event) = (script.clone(), event.clone());
        tokio::spawn(async move { script.record(&event, Verdict::Allow).await })
    });
    let mut n_new = 0;
    for task in tasks {
        match task.await.map_err(|error| error.to_string())?? {
            Recorded::New { sequence } => {
                n_new += 1;
                same("its number", sequence, 1)?;
            }
            Recorded::Repeated(first) => same("the first one's number", first.sequence, 1)?,
        }
    }
    same("taken for new", n_new, 1)?;
    same("times its device was seen", script.familiarity(&event).await?, 1)
}

pub(super) async fn a_retry_gets_the_first_answer_and_another_body_a_conflict(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    // A short-lived one, and one that lives for a day.
    for (n, lives) in [(1, 60), (3, 86_400)] {
        let (first, second) = (login(n, "anna", "phone", "192.0.2.1"), login(n + 1, "anna", "phone", "192.0.2.1"));
        let until = first.received_at.plus(Duration::from_secs(lives));
        let retry = RetryKey { key: [u8::try_from(n).unwrap_or(0); 16], body: [1; 16], until };
        let other = RetryKey { body: [2; 16], ..retry };
        let store = script.store();
        let now = second.received_at;
        same("an answer before", store.answer_to_retry(&retry, now).await?, None)?;
        let mut entry = judged(&first, Verdict::Allow);
        entry.retry = Some(retry);
        store.record(entry).await?;
        let answer = there("an answer", store.answer_to_retry(&retry, now).await?)?;
        same("whose", answer.entry.event.id, first.id)?;
        let conflict = matches!(store.answer_to_retry(&other, now).await, Err(StoreError::Conflict));
        holds("another body is a conflict", conflict)?;
        same("an answer too late", store.answer_to_retry(&retry, until).await?, None)?;
        let mut entry = judged(&second, Verdict::Deny);
        entry.retry = Some(retry);
        let Recorded::Repeated(answer) = store.record(entry.clone()).await? else {
            return Err("a retry was taken for new".to_owned());
        };
        same("whose", answer.entry.event.id, first.id)?;
        entry.retry = Some(other);
        holds("it is a conflict, too", matches!(store.record(entry).await, Err(StoreError::Conflict)))?;
    }
    Ok(())
}

pub(super) async fn an_entry_reads_back_whole(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = private_login(1, "anna");
    let mut entry = judged(&event, Verdict::Challenge);
    entry.previous_device = DeviceSnapshot::of(&login(0, "anna", "laptop", "2001:db8::1"));
    entry.enrichment.agent = Some(AgentTraits {
        kind: AgentKind::Mobile,
        browser: Some("Firefox".into()),
        browser_major: Some(150),
        os: None,
    });
    script.store().record(entry.clone()).await?;
    let record = script.find(&event).await?;
    same("the entry", record.entry, entry)?;
    same("the rest", (record.sequence, record.conclusion, record.feedback), (1, None, vec![]))
}

pub(super) async fn numbers_have_no_gap(backend: Arc<dyn Backend>) -> Told {
    let mut tasks = Vec::new();
    for n in 0..200 {
        let script = Script::on(&backend);
        tasks.push(tokio::spawn(async move {
            let event = login(n, &format!("account{}", n % 7), "phone", "192.0.2.1");
            script.recall(&event).await?;
            match script.record(&event, Verdict::Allow).await? {
                Recorded::New { sequence } => Ok(sequence),
                Recorded::Repeated(_) => Err("a new event was taken for repeated".to_owned()),
            }
        }));
    }
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.push(task.await.map_err(|error| error.to_string())??);
    }
    numbers.sort_unstable();
    same("the numbers", numbers, (1..=200).collect())
}
