//! Forgetting an account.

use std::sync::Arc;

use rightful_domain::{Location, Payment, Person, Pii, Verdict};

use super::sample::{account_id, application, judged, login, private_login};
use super::{Backend, Ending, Script, Told, same, there};

pub(super) async fn an_erased_account_is_forgotten_and_its_events_stay(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (anna, berta) = (private_login(1, "anna"), private_login(2, "berta"));
    for event in [&anna, &berta] {
        script.record(event, Verdict::Allow).await?;
    }
    script.store().erase_account(&application(), &account_id("anna"), anna.received_at).await?;
    let mut expected = judged(&anna, Verdict::Allow);
    let event = &mut expected.event;
    (event.username, event.person, event.custom, event.unknown) = (None, Person::default(), None, None);
    for used in &mut event.mechanisms {
        used.sent_to = None;
    }
    event.location = event.location.take().map(|place| Location { address: Vec::new(), ..place });
    event.payment = event.payment.take().map(|paid| Payment { payee: None, ..paid });
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        same("the erased", script.find(&anna).await?.entry, expected.clone())?;
        same("the other", script.find(&berta).await?.entry, judged(&berta, Verdict::Allow))?;
        let history = script.look(&anna).await?;
        same("what is left", there("it", history.account)?.profile.n_learned, 0)?;
        same("the latest device", history.latest_device, None)?;
    }
    Ok(())
}

pub(super) async fn an_account_begins_anew_after_its_erasure(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (before, after) = (private_login(1, "anna"), private_login(2, "anna"));
    script.record(&before, Verdict::Allow).await?;
    script.store().erase_account(&application(), &account_id("anna"), before.received_at).await?;
    let mut nameless = login(9, "unused", "phone", "192.0.2.1");
    (nameless.account, nameless.username) = (None, Some(Pii::new("anna@example.com".into())));
    same("whose name it is", script.look(&nameless).await?.resolved_account, None)?;
    script.record(&after, Verdict::Allow).await?;
    backend.restart(Ending::Abandoned).await?;
    same("what came after", script.find(&after).await?.entry, judged(&after, Verdict::Allow))?;
    same("what came before", script.find(&before).await?.entry.event.username, None)?;
    same("whose name it is", script.look(&nameless).await?.resolved_account, Some(account_id("anna")))?;
    same("times its device was seen", script.familiarity(&after).await?, 1)
}

pub(super) async fn what_comes_during_an_erasure_reads_after_a_restart(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut last = Vec::new();
    for round in 0..20 {
        let first = private_login(round * 100, "anna");
        script.record(&first, Verdict::Allow).await?;
        let erasing = {
            let (store, now) = (script.store(), first.received_at);
            tokio::spawn(async move { store.erase_account(&application(), &account_id("anna"), now).await })
        };
        let recording = (1..9).map(|n| {
            let (script, event) = (script.clone(), private_login(round * 100 + n, "anna"));
            tokio::spawn(async move { script.record(&event, Verdict::Allow).await })
        });
        for task in recording.collect::<Vec<_>>() {
            task.await.map_err(|error| error.to_string())??;
        }
        erasing.await.map_err(|error| error.to_string())??;
        let after = private_login(round * 100 + 50, "anna");
        script.record(&after, Verdict::Allow).await?;
        same("what came before", script.find(&first).await?.entry.event.person, Person::default())?;
        last = vec![first, after];
    }
    backend.restart(Ending::Abandoned).await?;
    let [first, after] = last.as_slice() else { return Err("no rounds".to_owned()) };
    same("what came before", script.find(first).await?.entry.event.person, Person::default())?;
    same("what came after", script.find(after).await?.entry.event.person, after.person.clone())
}
