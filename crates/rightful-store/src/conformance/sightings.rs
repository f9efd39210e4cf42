//! An account's devices: which is new, which is alike.

use std::sync::Arc;

use rightful_domain::{
    Device, DeviceAlias, DeviceAliasKind, Event, Note, NoteKind, NoteTarget, Outcome, Sighting, Verdict,
};

use super::sample::{START, account_id, application, device_id, judged, login};
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
    same("the phone again", sighting, Some(Sighting { id, is_first: false, n_devices: 2 }))?;
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
