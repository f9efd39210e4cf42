//! An account's devices: which is new, which is alike.

use std::sync::Arc;

use rightful_domain::{
    Device, DeviceAlias, DeviceAliasKind, Event, FeedbackKind, History, Note, NoteKind, NoteTarget, Outcome, Pii,
    Remembered, Search, Sighting, Span, Verdict,
};

use super::sample::{START, account_id, application, device_id, everything, judged, login};
use super::{Backend, Ending, Script, Told, holds, same, there};

/// Recalls an event, and records it as it was recalled.
async fn take(script: &Script, event: &Event, verdict: Verdict) -> Result<Option<Sighting>, String> {
    let history = script.recall(event).await?;
    let mut entry = judged(event, verdict);
    (entry.sighting, entry.tagged) = (history.sighting, history.tagged);
    script.store().record(entry).await?;
    Ok(history.sighting)
}

fn told(sighting: Option<Sighting>) -> Option<(bool, u16)> {
    sighting.map(|sighting| (sighting.is_first, sighting.n_devices))
}

pub(super) async fn of_fifty_parallel_sightings_one_is_the_first(backend: Arc<dyn Backend>) -> Told {
    let mut tasks = Vec::new();
    for n in 0..50 {
        let script = Script::on(&backend);
        tasks.push(tokio::spawn(async move {
            let mut event = login(n, "anna", "phone", "192.0.2.1");
            (event.at, event.received_at) = (START, START);
            take(&script, &event, Verdict::Challenge).await
        }));
    }
    let mut n_first = 0;
    for task in tasks {
        let sighting = there("the sighting", task.await.map_err(|error| error.to_string())??)?;
        n_first += usize::from(sighting.is_first);
        same("devices", sighting.n_devices, 1)?;
    }
    same("first sightings", n_first, 1)
}

pub(super) async fn a_device_is_new_once_on_each_account(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let [anna, bertas, laptop] = [
        login(1, "anna", "phone", "192.0.2.1"),
        login(2, "berta", "phone", "192.0.2.1"),
        login(3, "anna", "laptop", "192.0.2.1"),
    ];
    // Quarantine does not matter, and the same event again is the first again.
    let first = take(&script, &anna, Verdict::Challenge).await?;
    same("the first", told(first), Some((true, 1)))?;
    same("the same event", script.recall(&anna).await?.sighting, first)?;
    let on_other = take(&script, &bertas, Verdict::Allow).await?;
    same("on another account", told(on_other), Some((true, 1)))?;
    holds("its id is another", on_other.map(|it| it.id) != first.map(|it| it.id))?;
    same("another device", told(take(&script, &laptop, Verdict::Allow).await?), Some((true, 2)))?;
    same("the record", script.find(&anna).await?.entry.sighting, first)?;
    for (n, ending) in [(10, Ending::Abandoned), (20, Ending::Closed)] {
        backend.restart(ending).await?;
        let again = take(&script, &login(n, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
        same("after a restart", told(again), Some((false, 2)))?;
        same("its id", again.map(|it| it.id), first.map(|it| it.id))?;
    }
    Ok(())
}

pub(super) async fn who_fails_or_has_no_account_is_not_seen(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut failed = login(1, "anna", "phone", "192.0.2.1");
    failed.outcome = Outcome::Failed;
    let mut nobody = login(2, "unused", "phone", "192.0.2.1");
    nobody.account = None;
    let mut nameless = login(3, "anna", "unused", "192.0.2.1");
    nameless.device = Device::default();
    for event in [&failed, &nobody, &nameless] {
        same("a sighting", take(&script, event, Verdict::Allow).await?, None)?;
    }
    let mut pending = login(4, "anna", "phone", "192.0.2.1");
    pending.outcome = Outcome::Pending;
    same("one that waits", told(take(&script, &pending, Verdict::Allow).await?), Some((true, 1)))?;
    // A username leads to the account's devices.
    take(&script, &login(5, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    let mut named = login(6, "anna", "phone", "192.0.2.1");
    named.account = None;
    same("by its name", told(script.recall(&named).await?.sighting), Some((false, 1)))
}

pub(super) async fn what_is_only_looked_at_is_not_seen(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    for _ in 0..2 {
        same("looked at", told(script.look(&event).await?.sighting), Some((true, 1)))?;
    }
    same("seen", told(take(&script, &event, Verdict::Allow).await?), Some((true, 1)))
}

pub(super) async fn a_detached_device_is_attached_again_and_is_not_new(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let [phone, laptop] = [login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "laptop", "192.0.2.2")];
    let id = there("the phone", take(&script, &phone, Verdict::Allow).await?)?.id;
    take(&script, &laptop, Verdict::Allow).await?;
    let note = Note {
        application: application(),
        about: NoteTarget::Device(id),
        kind: NoteKind::Detached,
        received_at: laptop.received_at,
    };
    let dossier = script.store().note(note).await?;
    let devices = dossier.devices.iter().map(|it| (it.latest.id.as_str(), it.latest_event, it.detached_at));
    let expected = vec![("laptop", laptop.id, None), ("phone", phone.id, Some(laptop.received_at))];
    same("the devices", devices.collect::<Vec<_>>(), expected)?;
    same("the laptop's", told(script.look(&laptop).await?.sighting), Some((false, 1)))?;
    let back = login(3, "anna", "phone", "192.0.2.3");
    let sighting = take(&script, &back, Verdict::Allow).await?;
    same("the phone again", sighting, Some(Sighting { id, is_first: false, is_listed: true, n_devices: 2 }))?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        let dossier = script.store().dossier(&application(), &account_id("anna")).await?;
        let devices = dossier.devices.iter().map(|it| (it.id == id, it.latest_event, it.first_at, it.detached_at));
        let expected = vec![(true, back.id, phone.at, None), (false, laptop.id, laptop.at, None)];
        same("the devices", devices.collect::<Vec<_>>(), expected)?;
        backend.restart(ending).await?;
    }
    Ok(())
}

/// A device that has these fonts and that name.
fn browser(kind: DeviceAliasKind, name: &str, fonts: &str) -> Device {
    let told = [("fonts", fonts), ("screen", "720,1280"), ("timezone", "Europe/Lisbon"), ("platform", "Linux")];
    Device {
        aliases: vec![DeviceAlias { kind, id: device_id(name) }],
        components: told.map(|(name, value)| (name.into(), value.into())).to_vec(),
        ..Device::default()
    }
}

pub(super) async fn the_most_alike_device_is_found_among_the_accounts_own(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (likeness, vendor) = (DeviceAliasKind::Likeness, DeviceAliasKind::Vendor);
    let devices = [
        ("anna", browser(likeness, "near", "Arial")),
        ("anna", browser(likeness, "far", "Times")),
        ("berta", browser(likeness, "bertas", "Courier")),
        ("clara", browser(vendor, "named", "Courier")),
    ];
    for (n, (account, device)) in (1..).zip(devices) {
        let mut event = login(n, account, "unused", "192.0.2.1");
        event.device = device;
        take(&script, &event, Verdict::Allow).await?;
    }
    let alike = async |account: &str, fonts: &str, min: f32| {
        let device = browser(likeness, "asked", fonts);
        script.store().alike_device(&application(), &account_id(account), &device, min).await
    };
    same("the same", alike("anna", "Arial", 0.98).await?, Some(device_id("near")))?;
    same("one that drifted", alike("anna", "Courier", 0.98).await?, None)?;
    same("of equals, the latest", alike("anna", "Courier", 0.5).await?, Some(device_id("far")))?;
    same("of nobody", alike("dora", "Arial", 0.0).await?, None)?;
    same("one that has a name", alike("clara", "Courier", 0.5).await?, None)?;
    backend.restart(Ending::Abandoned).await?;
    same("after a restart", alike("anna", "Arial", 0.98).await?, Some(device_id("near")))
}

/// What a page says of anna on a phone of that likeness: whoever has the page's public id may.
fn attach(n: u64, likeness: &str) -> Event {
    let mut event = login(n, "anna", "unused", "198.51.100.66");
    event.device = browser(DeviceAliasKind::Likeness, likeness, "Times");
    (event.outcome, event.vouched) = (Outcome::Pending, false);
    event.username = None;
    event.person.email = Some(Pii::new("eve@example.com".into()));
    event
}

pub(super) async fn what_a_page_says_makes_no_device_known(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let own = |n| login(n, "anna", "own", "192.0.2.1");
    take(&script, &own(1), Verdict::Allow).await?;
    let before = script.look(&own(500)).await?;
    for n in 100..200 {
        let sighting = take(&script, &attach(n, "evil"), Verdict::Allow).await?;
        same("an attach", told(sighting), Some((true, 2)))?;
        same("listed", sighting.map(|it| it.is_listed), Some(n > 100))?;
    }
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let after = script.look(&own(500)).await?;
        same("what is known of the account", after.account, before.account.clone())?;
        same("its crowds", (after.net_crowd, after.agent_crowd), (None, None))?;
        same("the owner's", told(after.sighting), Some((false, 2)))?;
        let evil = script.look(&Event { vouched: true, ..attach(500, "evil") }).await?;
        same("its device", (told(evil.sighting), evil.changes), (Some((true, 2)), vec![]))?;
    }
    let tried = |it: Option<Remembered>| it.map(|it| it.tally.span(Span::Hour).attempts);
    same("the owner's attempts", tried(script.recall(&own(501)).await?.account), Some(2))?;
    let mut complete = attach(600, "evil");
    (complete.outcome, complete.vouched) = (Outcome::Succeeded, true);
    // Its address was tried a hundred times before, its likeness never.
    let history = script.recall(&complete).await?;
    same("attempts", (tried(history.device), tried(history.address)), (Some(1), Some(101)))?;
    same("a complete", told(take(&script, &complete, Verdict::Allow).await?), Some((true, 2)))?;
    let mut again = attach(601, "evil");
    (again.outcome, again.vouched) = (Outcome::Succeeded, true);
    same("another", told(take(&script, &again, Verdict::Allow).await?), Some((false, 2)))
}

pub(super) async fn what_a_page_says_displaces_no_known_device(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut own = attach(1, "own");
    (own.outcome, own.vouched) = (Outcome::Succeeded, true);
    let id = there("a sighting", take(&script, &own, Verdict::Allow).await?)?.id;
    // As many others as are kept, and the own one with other signals.
    for n in 100..170 {
        take(&script, &attach(n, &format!("evil {n}")), Verdict::Allow).await?;
    }
    let mut spoofed = attach(200, "own");
    spoofed.device = browser(DeviceAliasKind::Likeness, "own", "Courier");
    take(&script, &spoofed, Verdict::Allow).await?;
    backend.restart(Ending::Abandoned).await?;
    let dossier = script.store().dossier(&application(), &account_id("anna")).await?;
    same("devices", dossier.devices.len(), rightful_domain::ACCOUNT_DEVICES_MAX)?;
    let its = there("the own one", dossier.devices.iter().find(|it| it.id == id))?;
    same("its latest event", its.latest_event, own.id)?;
    let device = browser(DeviceAliasKind::Likeness, "asked", "Times");
    let alike = script.store().alike_device(&application(), &account_id("anna"), &device, 0.98).await?;
    same("the most alike", alike, Some(device_id("own")))
}

pub(super) async fn an_event_that_waits_makes_its_device_known_when_it_has_ended_well(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let pending = |n, device: &str| Event { outcome: Outcome::Pending, ..login(n, "anna", device, "192.0.2.1") };
    let (good, bad) = (pending(1, "phone"), pending(2, "laptop"));
    take(&script, &good, Verdict::Allow).await?;
    take(&script, &bad, Verdict::Allow).await?;
    script.conclude(&good, Outcome::Succeeded).await?;
    script.conclude(&bad, Outcome::Failed).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        for (device, is_first) in [("phone", false), ("laptop", true)] {
            let sighting = script.look(&login(9, "anna", device, "192.0.2.1")).await?.sighting;
            same(device, told(sighting), Some((is_first, 2)))?;
        }
    }
    Ok(())
}

pub(super) async fn a_likeness_is_another_device_on_each_account(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let phone = |n, account: &str| {
        let mut event = login(n, account, "unused", "192.0.2.1");
        event.device = browser(DeviceAliasKind::Likeness, "common phone", "Arial");
        event
    };
    let [annas, bertas] = [phone(1, "anna"), phone(2, "berta")];
    let first = there("a sighting", take(&script, &annas, Verdict::Allow).await?)?;
    let other = there("a sighting", take(&script, &bertas, Verdict::Allow).await?)?;
    same("first", (first.is_first, other.is_first), (true, true))?;
    script.say(&bertas, FeedbackKind::ConfirmedTakeover).await?;
    let [anna, berta] = [script.look(&phone(9, "anna")).await?, script.look(&phone(9, "berta")).await?];
    holds("their tags are two", anna.device_tag.is_some() && anna.device_tag != berta.device_tag)?;
    let labelled =
        |history: &History| history.device.as_ref().is_some_and(|device| device.profile.standing.labelled_at.is_some());
    same("labelled", (labelled(&anna), labelled(&berta)), (false, true))?;
    let accounts = script.recall(&phone(10, "anna")).await?.device.map(|it| it.tally.span(Span::Hour).distinct);
    same("accounts and addresses of the device", accounts, Some([1, 1]))?;
    same(
        "their ids",
        (anna.sighting.map(|it| it.id), berta.sighting.map(|it| it.id)),
        (Some(first.id), Some(other.id)),
    )?;
    // By its username it is the same one; without any account, none.
    let mut named = phone(9, "anna");
    named.account = None;
    let by_name = script.look(&named).await?;
    same("by its name", (by_name.device_tag, by_name.sighting.map(|it| it.id)), (anna.device_tag, Some(first.id)))?;
    named.username = None;
    same("of nobody", script.look(&named).await?.device_tag, None)?;
    let search = Search { device: Some(device_id("common phone")), account: Some(account_id("anna")), ..everything() };
    let found = script.store().search(&search).await?.records;
    same("found", found.iter().map(|it| it.entry.event.id).collect::<Vec<_>>(), vec![annas.id])
}
