//! Who is known, who is new, and who has proved to be the owner; and an event that is judged again.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{Acquaintance, Action, Enrichment, Event, Family, FeedbackKind, MechanismKind, Profile, Verdict};

use super::sample::{id, login, proof};
use super::{Backend, Ending, Script, Told, same, there};

const DAY: u64 = 86_400;

/// How well Anna's account knows an event's device.
async fn knows(script: &Script, event: &Event) -> Result<Acquaintance, String> {
    let history = script.look(event).await?;
    let device = there("the device's tag", history.device_tag)?;
    let account = there("the account's memory", history.account)?;
    Ok(account.profile.acquaintance(Family::Device, device, event.at, Profile::YOUTH))
}

pub(super) async fn whoever_proves_to_be_the_owner_is_known_at_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let of = |n: u64, device: &str| login(30 * DAY + n, "anna", device, "192.0.2.1");
    script.record(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    let (quiet, passed, confirmed) = (of(1, "quiet"), of(2, "passed"), of(3, "confirmed"));
    for event in [&quiet, &passed, &confirmed] {
        same("a device of nobody", knows(&script, event).await?, Acquaintance::Unknown)?;
        script.record(event, Verdict::Allow).await?;
        same("let through once", knows(&script, event).await?, Acquaintance::Young)?;
    }
    let mut factor = of(4, "factor");
    factor.mechanisms.push(proof(MechanismKind::OneTimeCode));
    script.record(&factor, Verdict::Allow).await?;
    let passing = FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::Passkey) };
    script.say(&passed, passing).await?;
    script.say(&confirmed, FeedbackKind::ConfirmedLegitimate).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        same("nobody proved", knows(&script, &quiet).await?, Acquaintance::Young)?;
        for event in [&passed, &confirmed, &factor] {
            same("who proved", knows(&script, event).await?, Acquaintance::Known)?;
        }
    }
    let later = login(33 * DAY + 1, "anna", "quiet", "192.0.2.1");
    same("nobody said a word", knows(&script, &later).await?, Acquaintance::Known)
}

pub(super) async fn a_contact_changed_on_a_young_device_was_changed_by_a_stranger(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.record(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    script.record(&login(30 * DAY, "anna", "strange", "192.0.2.1"), Verdict::Allow).await?;
    let change = |n, device: &str| Event { action: Action::PasswordReset, ..login(n, "anna", device, "192.0.2.1") };
    for (n, device, by_stranger) in [(30 * DAY + 60, "strange", true), (40 * DAY, "strange", false)] {
        script.record(&change(n, device), Verdict::Allow).await?;
        let history = script.look(&change(n, device)).await?;
        let standing = there("it", history.account)?.profile.standing.clone();
        same(device, standing.contact_changed_by_stranger, by_stranger)?;
    }
    Ok(())
}

pub(super) async fn an_event_that_is_recalled_again_does_not_know_itself(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.record(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    let reset = Event { action: Action::PasswordReset, ..login(DAY, "anna", "strange", "198.51.100.7") };
    let before = script.recall(&reset).await?;
    script.record(&reset, Verdict::Allow).await?;
    let now = reset.received_at.plus(Duration::from_secs(1));
    let again = |event: &Event| {
        let (store, application, event) = (script.store(), event.application.clone(), event.id);
        async move { store.recall_again(&application, event, &Enrichment::default(), now).await }
    };
    let after = again(&reset).await?;
    let device = there("the device's tag", after.device_tag)?;
    let account = there("the account's memory", after.account)?.profile;
    same("the device", account.fact(Family::Device, device), None)?;
    same("learned", account.n_learned, 1)?;
    same("last learned", account.last_at, there("it", before.account.as_ref())?.profile.last_at)?;
    same("the change of contact", account.standing.contact_changed_at, None)?;
    same("habits", account.habits.weight, there("it", before.account)?.profile.habits.weight)?;
    same("the device's own memory", there("it", after.device)?.profile.n_learned, 0)?;
    // It is still learned, once.
    same("still learned", script.familiarity(&reset).await?, 1)?;
    let held = login(2 * DAY, "anna", "third", "198.51.100.7");
    script.record(&held, Verdict::Challenge).await?;
    same("its quarantine", there("it", again(&held).await?.account)?.profile.held.len(), 0)?;
    let unknown = Event { id: id(999), ..held };
    same("unknown", again(&unknown).await.is_err(), true)
}
