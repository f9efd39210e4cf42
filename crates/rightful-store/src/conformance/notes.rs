//! What people note of accounts, and answers that are given once.

use std::sync::Arc;

use rightful_domain::{
    AccountDeviceId, Dossier, Event, FeedbackKind, Label, LabelValue, METADATA_BYTES_MAX, NOTES_MAX, Note, NoteKind,
    NoteTarget, Pii, Reopening, Verdict,
};

use super::sample::{START, account_id, application, login};
use super::{Backend, Ending, Script, Told, holds, same, there};
use crate::StoreError;

fn label(value: LabelValue, comment: &str) -> Label {
    let hidden = |text: &str| Some(Pii::new(text.into()));
    Label {
        value,
        comment: hidden(comment),
        reviewer_name: hidden("Rita"),
        reviewer_email: hidden("rita@example.com"),
        at: START,
    }
}

fn texts(all: &[&str]) -> Vec<Box<str>> {
    all.iter().map(|text| (*text).into()).collect()
}

fn fields(all: &[(&str, &[&str])]) -> NoteKind {
    NoteKind::Metadata(all.iter().map(|(name, values)| ((*name).into(), texts(values))).collect())
}

fn note(about: NoteTarget, kind: NoteKind) -> Note {
    Note { application: application(), about, kind, received_at: START }
}

async fn of_anna(script: &Script, kind: NoteKind) -> Result<Dossier, StoreError> {
    script.store().note(note(NoteTarget::Account(account_id("anna")), kind)).await
}

async fn of_device(script: &Script, id: AccountDeviceId, kind: NoteKind) -> Result<Dossier, StoreError> {
    script.store().note(note(NoteTarget::Device(id), kind)).await
}

async fn dossier(script: &Script, account: &str) -> Result<Dossier, String> {
    Ok(script.store().dossier(&application(), &account_id(account)).await?)
}

/// The id of an event's device on its account.
async fn device(script: &Script, event: &Event) -> Result<AccountDeviceId, String> {
    Ok(there("its sighting", script.look(event).await?.sighting)?.id)
}

/// The number of the next row.
async fn next_row(script: &Script) -> Result<u64, String> {
    Ok(script.store().health().await?.sequence + 1)
}

pub(super) async fn what_is_noted_of_an_account_is_found_again(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let labels = [label(LabelValue::Fraudster, "sure"), label(LabelValue::Genuine, "sorry")];
    for label in labels.clone() {
        of_anna(&script, NoteKind::Labelled(label)).await?;
    }
    of_anna(&script, NoteKind::Tagged(texts(&["vip", "press", "vip"]))).await?;
    of_anna(&script, NoteKind::Untagged(texts(&["press", "nobody"]))).await?;
    let told = of_anna(&script, NoteKind::Closed).await?;
    same("labels", told.labels.clone(), labels.to_vec())?;
    same("tags", told.tags.clone(), texts(&["vip"]))?;
    same("closed", told.closed_at, Some(START))?;
    let event = login(1, "anna", "phone", "192.0.2.1");
    for ending in [Ending::Abandoned, Ending::Closed] {
        backend.restart(ending).await?;
        same("the dossier", dossier(&script, "anna").await?, told.clone())?;
        let profile = there("the account", script.look(&event).await?.account)?.profile;
        let standing = (profile.standing.label, profile.standing.closed_at);
        same("its standing", standing, (Some(LabelValue::Genuine), Some(START)))?;
    }
    same("another's labels", dossier(&script, "berta").await?.labels, Vec::new())
}

pub(super) async fn what_was_closed_by_mistake_is_opened_again(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let hidden = |text: &str| Some(Pii::new(text.into()));
    let (comment, reviewer_name) = (hidden("the wrong Anna"), hidden("Rita"));
    let reopening = Reopening { comment, reviewer_name, reviewer_email: None, at: START };
    let reopened = || NoteKind::Reopened(reopening.clone());
    let event = login(1, "anna", "phone", "192.0.2.1");
    // Of one that is not closed it says nothing.
    same("not closed", of_anna(&script, reopened()).await?.reopened, None)?;
    same("the next row", next_row(&script).await?, 1)?;
    of_anna(&script, NoteKind::Closed).await?;
    let told = of_anna(&script, reopened()).await?;
    same("open again", (told.closed_at, told.reopened.clone()), (None, Some(reopening.clone())))?;
    same("told again", of_anna(&script, reopened()).await?, told.clone())?;
    same("the next row", next_row(&script).await?, 3)?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        backend.restart(ending).await?;
        same("the dossier", dossier(&script, "anna").await?, told.clone())?;
        same(
            "its standing",
            there("the account", script.look(&event).await?.account)?.profile.standing.closed_at,
            None,
        )?;
    }
    let told = of_anna(&script, NoteKind::Closed).await?;
    same("closed anew", (told.closed_at, told.reopened), (Some(START), None))?;
    same(
        "its standing",
        there("the account", script.look(&event).await?.account)?.profile.standing.closed_at,
        Some(START),
    )
}

pub(super) async fn a_note_repeated_writes_nothing(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for kind in
        [NoteKind::Labelled(label(LabelValue::Fraudster, "sure")), NoteKind::Tagged(texts(&["vip"])), NoteKind::Closed]
    {
        let told = of_anna(&script, kind.clone()).await?;
        let next = next_row(&script).await?;
        same("told again", of_anna(&script, kind).await?, told)?;
        same("the next row", next_row(&script).await?, next)?;
    }
    of_anna(&script, NoteKind::Untagged(texts(&["none"]))).await?;
    same("the next row", next_row(&script).await?, 4)
}

pub(super) async fn too_much_is_refused_and_nothing_of_it_kept(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let many: Vec<Box<str>> = (0..=NOTES_MAX).map(|n| n.to_string().into()).collect();
    let long = vec!["x".repeat(METADATA_BYTES_MAX + 1).into()];
    for kind in [NoteKind::Tagged(many), NoteKind::Tagged(long)] {
        let refused = of_anna(&script, kind).await.err();
        holds("it is too much", matches!(refused, Some(StoreError::TooMuch { .. })))?;
    }
    same("tags", dossier(&script, "anna").await?.tags, Vec::new())?;
    for n in 0..NOTES_MAX + 3 {
        of_anna(&script, NoteKind::Labelled(label(LabelValue::Genuine, &n.to_string()))).await?;
    }
    let labels = dossier(&script, "anna").await?.labels;
    same("labels", labels.len(), NOTES_MAX)?;
    same("the oldest", labels.first().cloned(), Some(label(LabelValue::Genuine, "3")))
}

pub(super) async fn metadata_is_set_replaced_and_removed(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.record(&event, Verdict::Allow).await?;
    let id = device(&script, &event).await?;
    of_device(&script, id, fields(&[("plan", &["gold"]), ("seats", &["1", "2"])])).await?;
    let told = of_device(&script, id, fields(&[("plan", &["silver"]), ("seats", &[])])).await?;
    same("whose", told.account.clone(), account_id("anna"))?;
    backend.restart(Ending::Abandoned).await?;
    let found = dossier(&script, "anna").await?;
    same("the dossier", found.clone(), told)?;
    let device = there("the device", found.devices.into_iter().find(|device| device.id == id))?;
    same("its fields", device.metadata, vec![("plan".into(), texts(&["silver"]))])
}

pub(super) async fn a_device_of_nobody_is_not_found(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.record(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    let refused = of_device(&script, AccountDeviceId::from_bytes([7; 12]), NoteKind::Detached).await.err();
    holds("it is not found", matches!(refused, Some(StoreError::NotFound { .. })))
}

pub(super) async fn a_second_factor_in_metadata_releases_what_its_device_left(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (held, other) = (login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "laptop", "192.0.2.1"));
    script.record(&held, Verdict::Challenge).await?;
    script.record(&other, Verdict::Challenge).await?;
    let id = device(&script, &held).await?;
    of_device(&script, id, fields(&[("2fa_verified", &["", "False"]), ("plan", &["gold"])])).await?;
    same("times its device was seen", script.familiarity(&held).await?, 0)?;
    of_device(&script, id, fields(&[("2fa_verified", &["2026-01-01"])])).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        same("times its device was seen", script.familiarity(&held).await?, 1)?;
        same("times the other was seen", script.familiarity(&other).await?, 0)?;
    }
    script.record(&login(3, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    of_device(&script, id, fields(&[("2fa_verified", &["2026-01-01"])])).await?;
    same("times its device was seen", script.familiarity(&held).await?, 2)
}

pub(super) async fn a_second_factor_in_metadata_passes_the_challenge_that_is_open(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = [1, 2].map(|n| login(n, "anna", "phone", "192.0.2.1"));
    let elsewhere = login(3, "anna", "laptop", "192.0.2.1");
    for event in events.iter().chain([&elsewhere]) {
        script.record(event, Verdict::Challenge).await?;
    }
    let id = device(&script, &elsewhere).await?;
    let [earlier, latest] = &events;
    let phone = device(&script, latest).await?;
    let passed = FeedbackKind::ChallengePassed { mechanism: None };
    of_device(&script, phone, fields(&[("2fa_verified", &["no"]), ("plan", &["gold"])])).await?;
    same("a word for no", script.find(latest).await?.feedback, vec![])?;
    of_device(&script, phone, fields(&[("2fa_verified", &["yes"])])).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let said: Vec<_> =
            script.find(latest).await?.feedback.into_iter().map(|said| (said.kind, said.received_at)).collect();
        same("what was said of the latest", said, vec![(passed.clone(), START)])?;
        for event in [earlier, &elsewhere] {
            same("what was said of the others", script.find(event).await?.feedback, vec![])?;
        }
        same("times its device was seen", script.familiarity(latest).await?, 2)?;
    }
    let next = next_row(&script).await?;
    of_device(&script, phone, fields(&[("2fa_verified", &["yes"])])).await?;
    same("the next row, told again", next_row(&script).await?, next)?;
    script.say(&elsewhere, FeedbackKind::ChallengeFailed).await?;
    of_device(&script, id, fields(&[("2fa_verified", &["yes"])])).await?;
    same("one that was failed", script.find(&elsewhere).await?.feedback.len(), 1)
}

pub(super) async fn while_a_takeover_is_reported_metadata_releases_nothing(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let held = login(1, "anna", "phone", "192.0.2.1");
    script.record(&held, Verdict::Challenge).await?;
    script.say_of_account("anna", None, rightful_domain::FeedbackKind::ConfirmedTakeover, held.at).await?;
    let id = device(&script, &held).await?;
    of_device(&script, id, fields(&[("2fa_verified", &["yes"])])).await?;
    same("times its device was seen", script.familiarity(&held).await?, 0)?;
    same("what was said of it", script.find(&held).await?.feedback, vec![])
}

pub(super) async fn a_detached_device_is_no_longer_proved(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.record(&event, Verdict::Allow).await?;
    let id = device(&script, &event).await?;
    of_device(&script, id, fields(&[("2fa_verified", &["yes"]), ("plan", &["gold"])])).await?;
    of_device(&script, id, NoteKind::Detached).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let found = dossier(&script, "anna").await?.devices;
        let noted: Vec<_> = found.into_iter().map(|device| (device.detached_at, device.metadata)).collect();
        same("its device", noted, vec![(Some(START), vec![("plan".into(), texts(&["gold"]))])])?;
    }
    Ok(())
}

pub(super) async fn an_erasure_forgets_what_was_noted(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    of_anna(&script, NoteKind::Labelled(label(LabelValue::Fraudster, "sure"))).await?;
    script.store().erase_account(&application(), &account_id("anna"), START).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        same("labels", dossier(&script, "anna").await?.labels, Vec::new())?;
    }
    same("tags", of_anna(&script, NoteKind::Tagged(texts(&["new"]))).await?.tags, texts(&["new"]))
}

pub(super) async fn an_answer_is_consumed_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    let unknown = script.store().consume(&application(), event.id, event.at).await.err();
    holds("it is not found", matches!(unknown, Some(StoreError::NotFound { .. })))?;
    script.record(&event, Verdict::Allow).await?;
    same("consumed", script.find(&event).await?.consumed_at, None)?;
    let record = script.store().consume(&application(), event.id, event.at).await?;
    same("consumed", record.consumed_at, Some(event.at))?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let again = script.store().consume(&application(), event.id, event.at).await.err();
        holds("it is a conflict", matches!(again, Some(StoreError::Conflict)))?;
        same("the record", script.find(&event).await?, record.clone())?;
    }
    Ok(())
}

pub(super) async fn of_many_who_consume_at_once_one_gets_the_answer(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.record(&event, Verdict::Allow).await?;
    let consuming = (0..32).map(|_| {
        let (store, id, at) = (script.store(), event.id, event.at);
        tokio::spawn(async move { store.consume(&application(), id, at).await.is_ok() })
    });
    let mut n_taken = 0;
    for task in consuming.collect::<Vec<_>>() {
        n_taken += u32::from(task.await.map_err(|error| error.to_string())?);
    }
    same("who got it", n_taken, 1)
}
