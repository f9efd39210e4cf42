//! What accounts hold: what is a change, what it was before, and going back after a takeover.

use std::sync::Arc;

use rightful_domain::{
    DetailChange, DetailKind, DetailValue, Event, FeedbackKind, IntruderEvent, Outcome, Pii, Verdict,
};

use super::sample::{account_id, application, judged, login};
use super::{Backend, Ending, Script, Told, same};

fn text(text: &str) -> DetailValue {
    DetailValue::Text(Pii::new(text.into()))
}

/// The n-th event of anna's, on that device, which says that e-mail address.
fn says(n: u64, device: &str, email: &str) -> Event {
    let mut event = login(n, "anna", device, "192.0.2.1");
    event.person.email = Some(Pii::new(email.into()));
    event
}

/// Recalls an event, and records it as it was recalled.
async fn take(script: &Script, event: &Event) -> Result<Vec<DetailChange>, String> {
    let history = script.recall(event).await?;
    let mut entry = judged(event, Verdict::Challenge);
    (entry.sighting, entry.tagged, entry.changes) = (history.sighting, history.tagged, history.changes.clone());
    script.store().record(entry).await?;
    Ok(history.changes)
}

/// Each change: its kind, what it is now, what it was.
fn told(changes: Vec<DetailChange>) -> Vec<(DetailKind, DetailValue, Option<DetailValue>)> {
    changes.into_iter().map(|it| (it.kind, it.value, it.previous.map(|previous| previous.value))).collect()
}

pub(super) async fn a_changed_detail_says_what_it_was_before(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    same("a first value", take(&script, &says(1, "phone", "anna@example.com")).await?, vec![])?;
    same("spelled otherwise", take(&script, &says(2, "phone", "Anna@Example.com ")).await?, vec![])?;
    let mut failed = says(3, "phone", "eve@example.com");
    failed.outcome = Outcome::Failed;
    same("who fails", take(&script, &failed).await?, vec![])?;
    let change = says(4, "strange", "eve@example.com");
    let expected = vec![(DetailKind::Email, text("eve@example.com"), Some(text("anna@example.com")))];
    same("a change", told(take(&script, &change).await?), expected.clone())?;
    same("said again", take(&script, &says(5, "strange", "eve@example.com")).await?, vec![])?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        backend.restart(ending).await?;
        same("the record", told(script.find(&change).await?.entry.changes), expected.clone())?;
        let back = script.look(&says(9, "phone", "anna@example.com")).await?.changes;
        let expected = vec![(DetailKind::Email, text("anna@example.com"), Some(text("eve@example.com")))];
        same("after a restart", told(back), expected)?;
    }
    Ok(())
}

pub(super) async fn what_is_added_to_a_known_account_is_a_change(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let pays = |n, methods: &[&str]| {
        let mut event = login(n, "anna", "phone", "192.0.2.1");
        event.person.payment_methods = methods.iter().map(|method| Pii::new((*method).into())).collect();
        event
    };
    same("the first ones", take(&script, &pays(1, &["visa", "iban"])).await?, vec![])?;
    let added = vec![(DetailKind::PaymentMethod, text("amex"), None)];
    same("one more", told(take(&script, &pays(2, &["visa", "amex"])).await?), added.clone())?;
    same("all known", take(&script, &pays(3, &["iban", "amex"])).await?, vec![])?;
    same("the record", told(script.find(&pays(2, &["visa", "amex"])).await?.entry.changes), added)?;
    let mut password = login(4, "anna", "phone", "192.0.2.1");
    password.person.password_changed = true;
    let changed = |previous| vec![(DetailKind::Password, DetailValue::Unsaid, previous)];
    same("a password", told(take(&script, &password).await?), changed(None))?;
    let mut again = login(5, "anna", "phone", "192.0.2.1");
    again.person.password_changed = true;
    same("another", told(take(&script, &again).await?), changed(Some(DetailValue::Unsaid)))?;
    let mut of_new = login(6, "berta", "phone", "192.0.2.1");
    of_new.person.password_changed = true;
    same("of a new account", take(&script, &of_new).await?, vec![])
}

pub(super) async fn what_waits_for_its_outcome_changes_details_when_it_has_ended_well(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    take(&script, &says(1, "phone", "anna@example.com")).await?;
    let pending = |n, email: &str| Event { outcome: Outcome::Pending, ..says(n, "strange", email) };
    let (failed, change) = (pending(2, "mallory@example.com"), pending(3, "eve@example.com"));
    take(&script, &failed).await?;
    take(&script, &change).await?;
    same("while it waits", take(&script, &says(4, "phone", "anna@example.com")).await?, vec![])?;
    script.conclude(&failed, Outcome::Failed).await?;
    script.conclude(&change, Outcome::Succeeded).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let back = script.look(&says(9, "phone", "anna@example.com")).await?.changes;
        let expected = vec![(DetailKind::Email, text("anna@example.com"), Some(text("eve@example.com")))];
        same("concluded", told(back), expected)?;
    }
    script.say_of_account("anna", Some(&change), FeedbackKind::Reclaimed, says(10, "phone", "").received_at).await?;
    same("after a reclaim", script.look(&says(11, "phone", "anna@example.com")).await?.changes, vec![])
}

/// The owner's address, then two that the intruder gives, and a way to pay.
async fn takeover(script: &Script) -> Result<[Event; 3], String> {
    let own = says(1, "phone", "anna@example.com");
    let first = says(100, "strange", "eve@example.com");
    let mut second = says(200, "strange", "mallory@example.com");
    second.person.social_accounts = vec![Pii::new("mallory".into())];
    second.network.ip = "198.51.100.7".parse().ok();
    for event in [&own, &first, &second] {
        take(script, event).await?;
    }
    Ok([own, first, second])
}

/// What is told of the takeover: its events, and for each what was changed to what.
async fn check_events(script: &Script, [_, first, second]: &[Event; 3]) -> Told {
    let takeover = script.store().takeover(&application(), &account_id("anna")).await?;
    let ids = takeover.events.iter().map(|event| event.event).collect::<Vec<_>>();
    same("its events", ids, vec![first.id, second.id])?;
    let changes = takeover.events.iter().map(|event: &IntruderEvent| told(event.changes.clone()));
    let expected = vec![
        vec![(DetailKind::Email, text("eve@example.com"), Some(text("anna@example.com")))],
        vec![
            (DetailKind::Email, text("mallory@example.com"), Some(text("eve@example.com"))),
            (DetailKind::SocialAccount, text("mallory"), None),
        ],
    ];
    same("what it changed", changes.collect(), expected)?;
    let [one, other] = takeover.events.as_slice() else { return Err("not two events".to_owned()) };
    same("addresses", (one.ip, other.ip), (first.network.ip, second.network.ip))?;
    let device = one.device.as_ref().map(|device| device.id.as_str());
    same("the device", device, Some("strange"))
}

pub(super) async fn a_takeover_tells_what_the_intruder_did(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let none = script.store().takeover(&application(), &account_id("anna")).await?;
    same("before", none, rightful_domain::Takeover::default())?;
    let events = takeover(&script).await?;
    let [_, first, last] = &events;
    let mut report = first.clone();
    report.received_at = last.received_at;
    script.say(&report, FeedbackKind::ConfirmedTakeover).await?;
    let told = script.store().takeover(&application(), &account_id("anna")).await?;
    same("while reported", (told.reported_at, told.reclaimed_at), (Some(last.received_at), None))?;
    check_events(&script, &events).await?;
    script.say_of_account("anna", None, FeedbackKind::Reclaimed, last.received_at).await?;
    // What the owner does since is the owner's.
    take(&script, &says(300, "phone", "anna@example.com")).await?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        let told = script.store().takeover(&application(), &account_id("anna")).await?;
        same("when reclaimed", (told.reported_at, told.reclaimed_at), (None, Some(last.received_at)))?;
        check_events(&script, &events).await?;
        backend.restart(ending).await?;
    }
    // Told again, it changes nothing of that.
    let later = last.received_at.plus(std::time::Duration::from_secs(3_600));
    script.say_of_account("anna", None, FeedbackKind::Reclaimed, later).await?;
    check_events(&script, &events).await
}

pub(super) async fn a_reclaim_brings_details_back(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let [_, first, last] = takeover(&script).await?;
    script.say_of_account("anna", Some(&first), FeedbackKind::Reclaimed, last.received_at).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let own = says(300, "phone", "anna@example.com");
        same("the owner's", script.look(&own).await?.changes, vec![])?;
        let mut added = says(301, "phone", "eve@example.com");
        added.person.social_accounts = vec![Pii::new("mallory".into())];
        let expected = vec![
            (DetailKind::Email, text("eve@example.com"), Some(text("anna@example.com"))),
            (DetailKind::SocialAccount, text("mallory"), None),
        ];
        same("the intruder's", told(script.look(&added).await?.changes), expected)?;
    }
    Ok(())
}

pub(super) async fn an_erased_account_has_no_devices_and_no_details(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    take(&script, &says(1, "phone", "anna@example.com")).await?;
    let change = says(2, "phone", "eve@example.com");
    take(&script, &change).await?;
    script.store().erase_account(&application(), &account_id("anna"), change.received_at).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let history = script.look(&says(3, "phone", "new@example.com")).await?;
        same("changes", history.changes, vec![])?;
        let sighting = history.sighting.map(|sighting| (sighting.is_first, sighting.n_devices));
        same("the sighting", sighting, Some((true, 1)))?;
        let unsaid = vec![(DetailKind::Email, DetailValue::Unsaid, Some(DetailValue::Unsaid))];
        same("the record", told(script.find(&change).await?.entry.changes), unsaid)?;
    }
    Ok(())
}
