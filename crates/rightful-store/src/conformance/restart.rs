//! A store that ended and began again.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{FeedbackKind, Outcome, Pii, RetryKey, Span, Verdict};

use super::sample::{everything, judged, login, operator, private_login, shop};
use super::{Backend, Ending, Script, Told, same, there};
use crate::Recorded;

pub(super) async fn everything_is_there_after_a_restart(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().create_application(shop("shop"), operator()).await?;
    let event = private_login(1, "anna");
    let entry = judged(&event, Verdict::Challenge);
    script.recall(&event).await?;
    script.store().record(entry.clone()).await?;
    let record = script.conclude(&event, Outcome::Failed).await?;
    for (n, ending) in [(2, Ending::Abandoned), (3, Ending::Closed), (4, Ending::Closed)] {
        backend.restart(ending).await?;
        same("the record", script.find(&event).await?, record.clone())?;
        same("applications", script.store().applications().await?, vec![shop("shop")])?;
        let page = script.store().search(&everything()).await?;
        same("found", page.records.len(), usize::try_from(n).unwrap_or(0) - 1)?;
        let next = login(n, "anna", "phone", "192.0.2.1");
        let history = script.recall(&next).await?;
        let tally = there("the account", history.account)?.tally.span(Span::Minute);
        let n_attempts = u32::try_from(n).unwrap_or(0);
        same("counted", (tally.attempts, tally.failures), (n_attempts, 1))?;
        same("the next number", script.record(&next, Verdict::Allow).await?, Recorded::New { sequence: n + 1 })?;
    }
    same("the record", script.find(&event).await?.entry, entry)
}

pub(super) async fn a_restart_learns_what_was_not_written(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut nameless = login(9, "unused", "phone", "192.0.2.1");
    (nameless.account, nameless.username) = (None, Some(Pii::new("anna@example.com".into())));
    let held = login(1, "anna", "phone", "192.0.2.1");
    script.record(&held, Verdict::Challenge).await?;
    for n in 2..6 {
        script.record(&login(n, "anna", "laptop", "192.0.2.1"), Verdict::Allow).await?;
    }
    backend.restart(Ending::Closed).await?;
    script.say(&held, FeedbackKind::ChallengePassed { mechanism: None }).await?;
    let strange = login(7, "anna", "strange", "192.0.2.1");
    script.record(&strange, Verdict::Allow).await?;
    script.say(&strange, FeedbackKind::ConfirmedTakeover).await?;
    let mut before = Vec::new();
    for event in [&held, &strange, &login(2, "anna", "laptop", "192.0.2.1"), &nameless] {
        before.push(script.look(event).await?);
    }
    backend.restart(Ending::Abandoned).await?;
    for (event, before) in [&held, &strange, &login(2, "anna", "laptop", "192.0.2.1"), &nameless].iter().zip(before) {
        same("what is remembered", script.look(event).await?, before)?;
    }
    same("released again", script.say(&held, FeedbackKind::ConfirmedLegitimate).await?.n_released, 0)?;
    same("times its device was seen", script.familiarity(&held).await?, 1)
}

pub(super) async fn retries_survive_a_restart(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (n, lives, ending) in [
        (1, 60, Ending::Closed),
        (2, 60, Ending::Abandoned),
        (3, 86_400, Ending::Closed),
        (4, 86_400, Ending::Abandoned),
    ] {
        let event = login(n, "anna", "phone", "192.0.2.1");
        let until = event.received_at.plus(Duration::from_secs(lives));
        let retry = RetryKey { key: [u8::try_from(n).unwrap_or(0); 16], body: [1; 16], until };
        let mut entry = judged(&event, Verdict::Allow);
        entry.retry = Some(retry);
        script.store().record(entry).await?;
        backend.restart(ending).await?;
        let answer = script.store().answer_to_retry(&retry, event.received_at.plus(Duration::from_secs(30))).await?;
        same("whose", there("the answer", answer)?.entry.event.id, event.id)?;
    }
    Ok(())
}
