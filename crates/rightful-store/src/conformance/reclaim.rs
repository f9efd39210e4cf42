//! The owner has the account again.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    AccountDeviceId, Event, Family, FeedbackKind, Habits, Level, Note, NoteKind, NoteTarget, Outcome, Pii, Profile,
    Verdict,
};

use super::sample::{account_id, application, judged, login};
use super::{Backend, Ending, Script, Told, holds, same, there};

/// The owner's, then the intruder's: from a strange device, then from a strange address, then held, then with the
/// owner's own device (a stolen phone).
async fn takeover(script: &Script) -> Result<[Event; 5], String> {
    let events = [
        login(1, "anna", "phone", "192.0.2.1"),
        login(100, "anna", "strange", "198.51.100.7"),
        login(101, "anna", "strange", "198.51.100.8"),
        login(102, "anna", "stranger", "198.51.100.7"),
        login(103, "anna", "phone", "198.51.100.7"),
    ];
    for (event, verdict) in
        events.iter().zip([Verdict::Trust, Verdict::Allow, Verdict::Allow, Verdict::Challenge, Verdict::Allow])
    {
        script.recall(event).await?;
        script.record(event, verdict).await?;
    }
    Ok(events)
}

async fn check_rolled_back(script: &Script, events: &[Event; 5]) -> Told {
    let [own, strange, _, stranger, stolen] = events;
    for (event, times) in [(own, 1), (strange, 0), (stranger, 0)] {
        same("times its device was seen", script.familiarity(event).await?, times)?;
    }
    let history = script.look(stolen).await?;
    let profile = there("the account", history.account)?.profile;
    same("what it learned", (profile.n_learned, profile.held.len()), (1, 0))?;
    same("last seen", profile.last_at.is_some_and(|at| at <= strange.at), true)?;
    let tag = there("the phone's tag", history.device_tag)?;
    holds("its own phone is not bad", !profile.is_bad(Family::Device, tag))?;
    holds("the address is", profile.is_bad(Family::Address, there("its tag", history.address_tag)?))?;
    for event in [strange, stranger] {
        let tag = there("the tag", script.look(event).await?.device_tag)?;
        holds("the device is bad", profile.is_bad(Family::Device, tag))?;
    }
    let tag = there("the tag", script.look(own).await?.address_tag)?;
    holds("its own address is not bad", !profile.is_bad(Family::Address, tag))?;
    let device = there("the device", script.look(strange).await?.device)?;
    same("what the strange device learned", device.profile.n_learned, 0)?;
    holds("it is labelled", device.profile.standing.labelled_at.is_some())?;
    let own_device = there("the device", script.look(own).await?.device)?;
    same("the owner's label", own_device.profile.standing.labelled_at, None)?;
    check_habits(script, events, &profile.habits).await
}

/// The owner's habits are those of the owner alone.
async fn check_habits(script: &Script, [own, strange, ..]: &[Event; 5], habits: &Habits) -> Told {
    let unit = Habits::unit(own.at);
    let is_near = |weight: f32| (weight / unit - 1.0).abs() < 0.001;
    holds("one event weighs", is_near(habits.weight))?;
    for level in [Level::Device, Level::Address, Level::Net, Level::Agent, Level::Action, Level::Hour] {
        let [own, strange] = [script.look(own).await?.circumstances, script.look(strange).await?.circumstances];
        let own = there("the owner's step", own.tag(level))?;
        holds("the owner's weighs", habits.weight_of(level, own).is_some_and(is_near))?;
        same("values", habits.of_level(level).len(), 1)?;
        let strange = strange.tag(level).filter(|strange| *strange != own);
        holds("the stranger's is gone", strange.is_none_or(|strange| habits.weight_of(level, strange).is_none()))?;
    }
    Ok(())
}

pub(super) async fn a_reclaim_goes_back_to_before_the_takeover(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = takeover(&script).await?;
    let [_, first, .., last] = &events;
    let applied = script.say_of_account("anna", Some(first), FeedbackKind::Reclaimed, last.received_at).await?;
    same("unlearned", applied.n_unlearned, 3)?;
    check_rolled_back(&script, &events).await?;
    let standing = there("it", script.look(last).await?.account)?.profile.standing.clone();
    same("standing", (standing.reported_at, standing.reclaimed_at), (None, Some(last.received_at)))?;
    let applied = script.say(first, FeedbackKind::Reclaimed).await?;
    same("unlearned again", applied.n_unlearned, 0)?;
    check_rolled_back(&script, &events).await
}

pub(super) async fn a_reclaim_without_a_first_event_begins_at_the_first_report(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = takeover(&script).await?;
    let [_, first, _, _, last] = &events;
    let mut report = first.clone();
    report.received_at = last.received_at;
    script.say(&report, FeedbackKind::ConfirmedTakeover).await?;
    let applied = script.say_of_account("anna", None, FeedbackKind::Reclaimed, last.received_at).await?;
    same("unlearned", applied.n_unlearned, 2)?;
    check_rolled_back(&script, &events).await
}

/// Notes that the device of an event was proved to be the owner's; its id.
async fn prove(script: &Script, event: &Event) -> Result<AccountDeviceId, String> {
    let id = there("its sighting", script.look(event).await?.sighting)?.id;
    let kind = NoteKind::Metadata(vec![("2fa_verified".into(), vec!["yes".into()])]);
    let about = NoteTarget::Device(id);
    script.store().note(Note { application: application(), about, kind, received_at: event.received_at }).await?;
    Ok(id)
}

/// Whether the account is seen on the event's device for the first time, and how many devices it has then.
async fn sighting(script: &Script, event: &Event) -> Result<(bool, u16), String> {
    let sighting = there("its sighting", script.look(event).await?.sighting)?;
    Ok((sighting.is_first, sighting.n_devices))
}

pub(super) async fn a_reclaim_forgets_the_devices_that_came_with_the_takeover(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = takeover(&script).await?;
    let [own, strange, _, stranger, last] = &events;
    let (owns, _, _) = (prove(&script, own).await?, prove(&script, strange).await?, prove(&script, stranger).await?);
    same("before", sighting(&script, strange).await?, (false, 3))?;
    script.say_of_account("anna", Some(strange), FeedbackKind::Reclaimed, last.received_at).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        for (event, expected) in [(own, (false, 1)), (strange, (true, 2)), (stranger, (true, 2))] {
            same("its sighting", sighting(&script, event).await?, expected)?;
        }
        let devices = script.store().dossier(&application(), &account_id("anna")).await?.devices;
        let told: Vec<_> = devices.iter().map(|device| (device.id, device.metadata.len())).collect();
        same("its devices", told, vec![(owns, 1)])?;
    }
    let again = login(300, "anna", "strange", "198.51.100.7");
    script.record(&again, Verdict::Challenge).await?;
    let devices = script.store().dossier(&application(), &account_id("anna")).await?.devices;
    let seen = there("the device", devices.into_iter().find(|device| device.id != owns))?;
    same("what is noted of it", seen.metadata, vec![])?;
    // Told again, the reclaim forgets nothing that came since.
    script.say_of_account("anna", Some(strange), FeedbackKind::Reclaimed, again.received_at).await?;
    same("since", sighting(&script, strange).await?.0, false)
}

pub(super) async fn what_was_reclaimed_cannot_be_reported_again(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = takeover(&script).await?;
    let [_, first, .., last] = &events;
    script.say_of_account("anna", Some(first), FeedbackKind::Reclaimed, last.received_at).await?;
    let mut late = first.clone();
    late.received_at = login(500, "anna", "phone", "192.0.2.1").received_at;
    script.say(&late, FeedbackKind::ConfirmedTakeover).await?;
    let kinds: Vec<_> = script.find(first).await?.feedback.into_iter().map(|said| said.kind).collect();
    same("what was said", kinds, vec![FeedbackKind::Reclaimed, FeedbackKind::ConfirmedTakeover])?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let standing = there("it", script.look(last).await?.account)?.profile.standing.clone();
        same("standing", (standing.reported_at, standing.reclaimed_at), (None, Some(last.received_at)))?;
        let takeover = script.store().takeover(&application(), &account_id("anna")).await?;
        same("what was the intruder's", (takeover.reported_at, takeover.events.len()), (None, 4))?;
    }
    check_rolled_back(&script, &events).await
}

/// The n-th event of anna's, on that device, which says that e-mail address.
fn says(n: u64, device: &str, email: &str) -> Event {
    let mut event = login(n, "anna", device, "192.0.2.1");
    event.person.email = Some(Pii::new(email.into()));
    event
}

/// Recalls an event, and records it as it was recalled.
async fn take(script: &Script, event: &Event, verdict: Verdict) -> Told {
    let history = script.recall(event).await?;
    let mut entry = judged(event, verdict);
    (entry.sighting, entry.tagged, entry.changes) = (history.sighting, history.tagged, history.changes);
    script.store().record(entry).await?;
    Ok(())
}

pub(super) async fn a_reclaim_of_which_nothing_is_known_reaches_back_to_the_newcomer(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let mut failed = login(50, "anna", "stranger", "198.51.100.9");
    failed.outcome = Outcome::Failed;
    let own = says(1, "phone", "anna@example.com");
    let [entered, changed] = [login(100, "anna", "strange", "192.0.2.1"), says(200, "strange", "eve@example.com")];
    for (event, verdict) in [
        (&own, Verdict::Trust),
        (&failed, Verdict::Deny),
        (&login(60, "anna", "phone", "192.0.2.1"), Verdict::Challenge),
        (&entered, Verdict::Allow),
        (&changed, Verdict::Allow),
    ] {
        take(&script, event, verdict).await?;
    }
    let now = login(100_000, "anna", "phone", "192.0.2.1").received_at;
    script.say_of_account("anna", None, FeedbackKind::Reclaimed, now).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let events = script.store().takeover(&application(), &account_id("anna")).await?.events;
        let ids: Vec<_> = events.iter().map(|event| event.event).collect();
        same("what the intruder did", ids, vec![entered.id, changed.id])?;
        let kept = script.look(&says(300, "phone", "anna@example.com")).await?.changes;
        same("the owner's address", kept, vec![])?;
        same("its sighting", sighting(&script, &entered).await?, (true, 2))?;
    }
    // What came since is the owner's, and stays when it is told again.
    let mut since = login(100_001, "anna", "laptop", "192.0.2.1");
    take(&script, &since, Verdict::Allow).await?;
    since.received_at = since.received_at.plus(Duration::from_secs(9));
    script.say_of_account("anna", None, FeedbackKind::Reclaimed, since.received_at).await?;
    same("times it was seen", script.familiarity(&since).await?, 1)
}

pub(super) async fn a_reclaim_reaches_back_to_no_owner(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let own = says(1, "phone", "anna@example.com");
    take(&script, &own, Verdict::Trust).await?;
    take(&script, &says(100, "phone", "anna@example.org"), Verdict::Challenge).await?;
    take(&script, &login(200, "anna", "laptop", "192.0.2.1"), Verdict::Allow).await?;
    take(&script, &says(300, "strange", "eve@example.com"), Verdict::Challenge).await?;
    let late = own.at.plus(Profile::CONTACT_QUARANTINE).plus(Duration::from_secs(1_000));
    script.say_of_account("anna", None, FeedbackKind::Reclaimed, late).await?;
    same("times its device was seen", script.familiarity(&own).await?, 1)?;
    let takeover = script.store().takeover(&application(), &account_id("anna")).await?;
    same("what the intruder did", takeover.events, vec![])
}
