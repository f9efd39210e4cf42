//! Whom applications let in, keep out and watch.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    Author, CountryCode, DeviceAlias, DeviceAliasKind, Enrichment, Event, LIST_BATCH_MAX, LISTS_MAX, List, ListEffect,
    ListEntry, ListKept, ListPut, ListSubject, ListVerb, Listed, Payment, Pii, Timestamp, list_value,
};

use super::sample::{START, application, application_id, device_id, login};
use super::{Backend, Ending, Script, Told, holds, same, there};
use crate::StoreError;

use ListEffect::{Allow, Block, Watch};
use ListSubject::{Account, Address, Asn, Country, Device, EmailDomain, Payee};

fn by(name: &str) -> Author {
    Author { name: Some(name.into()), at: START }
}

fn list(name: &str, effect: ListEffect, of: ListSubject) -> List {
    List { application: application(), name: name.into(), effect, of, note: Some("why".into()), created_at: START }
}

fn entry(value: &str, expires_at: Option<Timestamp>) -> ListEntry {
    ListEntry { value: value.into(), expires_at, author: Some("ann".into()), note: None, added_at: START }
}

/// Keeps a list with these entries, each in its one spelling.
async fn keep(script: &Script, name: &str, effect: ListEffect, of: ListSubject, values: &[&str]) -> Told {
    script.store().keep_list(list(name, effect, of), by("ann")).await?;
    let mut entries = Vec::new();
    for value in values {
        entries.push(entry(&list_value(of, value).map_err(|invalid| invalid.to_string())?, None));
    }
    let put = script.store().put_on_list(&application(), name, entries, by("ann")).await?;
    same("put", there("the list", put)?.n_added, u64::try_from(values.len()).unwrap_or(0))
}

async fn listed(script: &Script, event: &Event, enrichment: &Enrichment) -> Result<Listed, String> {
    Ok(script.store().recall(event, enrichment, event.at).await?.listed)
}

/// The names of the lists that an event is on.
async fn names(script: &Script, event: &Event) -> Result<Vec<String>, String> {
    let listed = listed(script, event, &Enrichment::default()).await?;
    Ok(listed.names.iter().map(ToString::to_string).collect())
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

pub(super) async fn an_event_is_on_lists_by_each_of_its_subjects(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut event = login(1, "anna", "phone", "192.0.2.1");
    same("no lists", listed(&script, &event, &Enrichment::default()).await?, Listed::default())?;
    keep(&script, "vip", Allow, Account, &["anna"]).await?;
    keep(&script, "vips", Watch, Account, &["anna", "ben"]).await?;
    keep(&script, "bad-phones", Block, Device, &["phone"]).await?;
    keep(&script, "office", Allow, Address, &["192.0.2.1"]).await?;
    keep(&script, "hosters", Block, Asn, &["AS64500"]).await?;
    keep(&script, "markets", Block, Country, &["PRT"]).await?;
    keep(&script, "throwaway", Watch, EmailDomain, &["example.com"]).await?;
    keep(&script, "mules", Block, Payee, &["PT50"]).await?;
    keep(&script, "others", Block, Account, &["phone", "192.0.2.1", "Anna"]).await?;
    event.username = Some(Pii::new("Anna@Example.com".into()));
    event.payment = Some(Payment { payee: Some(Pii::new("PT50".into())), ..Payment::default() });
    for country in ["PT", "PRT"] {
        let country = CountryCode::new(country).ok();
        let enrichment = Enrichment { asn: Some(64_500), country, ..Enrichment::default() };
        let on = listed(&script, &event, &enrichment).await?;
        let names: Vec<&str> = on.names.iter().map(|name| &**name).collect();
        let expected = vec!["bad-phones", "hosters", "markets", "mules", "office", "throwaway", "vip", "vips"];
        same("names", names, expected)?;
        let told = |set: rightful_domain::ListSubjects| {
            ListSubject::ALL.into_iter().filter(|of| set.contains(*of)).collect::<Vec<_>>()
        };
        same("allowed", told(on.allowed), vec![Account, Address])?;
        same("blocked", told(on.blocked), vec![Device, Asn, Country, Payee])?;
        same("watched", told(on.watched), vec![Account, EmailDomain])?;
    }
    // Whose account it is may be known by the username alone.
    let found = script.store().look_up_lists(&application(), Account, "anna", event.at).await?;
    same("by", found.iter().map(|found| &*found.list.name).collect(), vec!["vip", "vips"])
}

pub(super) async fn an_address_is_on_lists_by_every_network_around_it(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    keep(&script, "all-of-v4", Watch, Address, &["0.0.0.0/0"]).await?;
    keep(&script, "line", Block, Address, &["192.0.2.7", "192.0.2.0/24", "2001:db8::/32"]).await?;
    keep(&script, "mapped", Watch, Address, &["::ffff:192.0.2.128/121"]).await?;
    keep(&script, "v6", Watch, Address, &["::/0", "2001:db8:0:7::/64"]).await?;
    for (ip, expected) in [
        ("192.0.2.7", &["all-of-v4", "line"][..]),
        ("192.0.2.200", &["all-of-v4", "line", "mapped"]),
        ("::ffff:192.0.2.200", &["all-of-v4", "line", "mapped"]),
        ("192.0.3.0", &["all-of-v4"]),
        ("2001:db8:0:7::1", &["line", "v6"]),
        ("2001:db9::1", &["v6"]),
    ] {
        same(ip, names(&script, &login(1, "anna", "phone", ip)).await?, texts(expected))?;
        let found = script.store().look_up_lists(&application(), Address, ip, START).await;
        same(ip, found.map_err(String::from)?.is_empty(), false)?;
    }
    // What is taken off leaves the networks around it.
    let taken = script.store().take_off_list(&application(), "line", vec!["192.0.2.0/24".into()], by("ann")).await?;
    same("taken", taken, Some(1))?;
    same("left", names(&script, &login(1, "anna", "phone", "192.0.2.7")).await?, texts(&["all-of-v4", "line"]))?;
    same("gone", names(&script, &login(1, "anna", "phone", "192.0.2.8")).await?, texts(&["all-of-v4"]))
}

pub(super) async fn a_domain_is_on_lists_by_those_above_it_however_it_is_written(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    keep(&script, "shops", Watch, EmailDomain, &["Example.COM", "bücher.example"]).await?;
    for (contact, is_on) in [
        ("ann@example.com", true),
        ("Ann@MAIL.example.com.", true),
        ("ann@badexample.com", false),
        ("ann@com", false),
        ("ann@BÜCHER.example", true),
        ("ann@post.xn--bcher-kva.example", true),
        ("example.com", false),
    ] {
        let mut event = login(1, "anna", "phone", "192.0.2.1");
        event.username = Some(Pii::new(contact.into()));
        same(contact, names(&script, &event).await?.len(), usize::from(is_on))?;
        (event.username, event.person.email) = (None, Some(Pii::new(contact.into())));
        same(contact, names(&script, &event).await?.len(), usize::from(is_on))?;
    }
    Ok(())
}

pub(super) async fn a_device_is_let_in_by_a_signed_name_alone(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    keep(&script, "ours", Allow, Device, &["kiosk"]).await?;
    keep(&script, "seen", Watch, Device, &["kiosk"]).await?;
    for (kind, expected) in [
        (DeviceAliasKind::Likeness, &["seen"][..]),
        (DeviceAliasKind::Vendor, &["seen"]),
        (DeviceAliasKind::Signed, &["ours", "seen"]),
    ] {
        let mut event = login(1, "anna", "phone", "192.0.2.1");
        // Not its strongest name, so that all are looked at.
        event.device.aliases.push(DeviceAlias { kind, id: device_id("kiosk") });
        same("on", names(&script, &event).await?, texts(expected))?;
    }
    Ok(())
}

pub(super) async fn an_entry_counts_until_it_expires(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    keep(&script, "held", Block, Account, &[]).await?;
    let ends = START.plus(Duration::from_secs(10));
    let put = |entries| {
        let script = Script::on(&backend);
        async move { script.store().put_on_list(&application(), "held", entries, by("ann")).await }
    };
    put(vec![entry("anna", Some(ends)), entry("ben", None)]).await?;
    let entry_at = |at| {
        let script = Script::on(&backend);
        async move { script.store().list_entry(&application(), "held", "anna", at).await }
    };
    for (n, is_on) in [(9, true), (10, false), (11, false)] {
        same("on", names(&script, &login(n, "anna", "phone", "192.0.2.1")).await?.len(), usize::from(is_on))?;
        let at = START.plus(Duration::from_secs(n));
        same("its entry", entry_at(at).await?.is_some(), is_on)?;
        let page = script.store().list_page(&application(), "held", None, 10, at).await?;
        same("the page", page.map(|page| page.len()), Some(1 + usize::from(is_on)))?;
    }
    // Put anew it counts anew, and what is long dead goes when others come.
    put(vec![entry("anna", Some(ends))]).await?;
    let late = Author { name: None, at: START.plus(Duration::from_secs(3_600)) };
    script.store().put_on_list(&application(), "held", vec![entry("cara", None)], late).await?;
    let sizes = script.store().lists(&application()).await?;
    same("size", sizes.first().map(|sized| sized.n_entries), Some(2))?;
    put(vec![entry("anna", None)]).await?;
    same("on", names(&script, &login(99, "anna", "phone", "192.0.2.1")).await?, texts(&["held"]))
}

pub(super) async fn lists_outlive_a_restart_and_so_does_their_absence(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    keep(&script, "vip", Allow, Account, &["anna", "ben"]).await?;
    keep(&script, "nets", Block, Address, &["192.0.2.0/24", "198.51.100.0/25"]).await?;
    keep(&script, "gone", Watch, Account, &["anna"]).await?;
    script.store().drop_list(&application(), "gone", by("ann")).await?;
    script.store().take_off_list(&application(), "vip", vec!["ben".into(), "nobody".into()], by("ann")).await?;
    let before = script.store().lists(&application()).await?;
    for ending in [Ending::Abandoned, Ending::Closed] {
        backend.restart(ending).await?;
        same("lists", script.store().lists(&application()).await?, before.clone())?;
        same("on", names(&script, &event).await?, texts(&["nets", "vip"]))?;
        let ben = login(2, "ben", "phone", "203.0.113.1");
        same("ben", names(&script, &ben).await?, Vec::new())?;
        let found = script.store().list_entry(&application(), "vip", "anna", START).await?;
        same("the entry", found, Some(entry("anna", None)))?;
    }
    // A list of the same name begins anew.
    keep(&script, "gone", Block, Device, &[]).await?;
    same("on", names(&script, &event).await?, texts(&["nets", "vip"]))
}

pub(super) async fn applications_have_lists_of_their_own(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    keep(&script, "vip", Allow, Account, &["anna"]).await?;
    let mut elsewhere = login(1, "anna", "phone", "192.0.2.1");
    elsewhere.application = application_id("elsewhere");
    same("elsewhere", names(&script, &elsewhere).await?, Vec::new())?;
    let other = application_id("elsewhere");
    same("no list", script.store().list_page(&other, "vip", None, 10, START).await?, None)?;
    same("lists", script.store().lists(&other).await?, Vec::new())?;
    let theirs = List { application: other.clone(), ..list("vip", Block, Account) };
    script.store().keep_list(theirs, by("eve")).await?;
    script.store().put_on_list(&other, "vip", vec![entry("ben", None)], by("eve")).await?;
    same("elsewhere", names(&script, &elsewhere).await?, Vec::new())?;
    same("dropped", script.store().drop_list(&other, "vip", by("eve")).await?, Some(1))?;
    same("here", names(&script, &login(1, "anna", "phone", "192.0.2.1")).await?, texts(&["vip"]))
}

pub(super) async fn pages_of_a_list_hold_each_entry_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let values: Vec<String> = (0..25).map(|n| format!("account {n}")).collect();
    let told: Vec<&str> = values.iter().map(String::as_str).collect();
    keep(&script, "many", Watch, Account, &told).await?;
    keep(&script, "other", Watch, Account, &["account 1"]).await?;
    let mut seen = Vec::new();
    let mut after: Option<Box<str>> = None;
    loop {
        let page = script.store().list_page(&application(), "many", after.as_deref(), 10, START).await?;
        let page = there("the list", page)?;
        let Some(last) = page.last() else { break };
        after = Some(last.value.clone());
        seen.extend(page.into_iter().map(|entry| entry.value.into_string()));
    }
    same("pages hold", seen.len(), 25)?;
    same("each", seen.into_iter().collect(), values.into_iter().collect::<BTreeSet<_>>())
}

pub(super) async fn what_is_too_much_is_refused_whole(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let store = script.store();
    keep(&script, "few", Watch, Account, &[]).await?;
    let entries = |n: usize| (0..n).map(|n| entry(&n.to_string(), None)).collect::<Vec<_>>();
    let refused = store.put_on_list(&application(), "few", entries(LIST_BATCH_MAX + 1), by("ann")).await;
    holds("refused", matches!(refused, Err(StoreError::TooMuch { .. })))?;
    same("nothing", store.list_page(&application(), "few", None, 10, START).await?, Some(Vec::new()))?;
    let put = store.put_on_list(&application(), "few", entries(LIST_BATCH_MAX), by("ann")).await?;
    same("all", put, Some(ListPut { n_added: 10_000, n_replaced: 0 }))?;
    let twice = vec![entry("7", None), entry("new", None), entry("new", Some(START))];
    let put = store.put_on_list(&application(), "few", twice, by("ann")).await?;
    same("put", put, Some(ListPut { n_added: 1, n_replaced: 1 }))?;
    same("no list", store.put_on_list(&application(), "none", Vec::new(), by("ann")).await?, None)?;
    same("no list", store.drop_list(&application(), "none", by("ann")).await?, None)?;
    same("of others", store.keep_list(list("few", Block, Device), by("ann")).await?, ListKept::OfOthers(Account))?;
    same("changed", store.keep_list(list("few", Block, Account), by("ann")).await?, ListKept::Changed)?;
    same("on", names(&script, &login(1, "7", "phone", "192.0.2.1")).await?, texts(&["few"]))?;
    for n in 1..LISTS_MAX {
        store.keep_list(list(&format!("list-{n}"), Watch, Account), by("ann")).await?;
    }
    let refused = store.keep_list(list("one-more", Watch, Account), by("ann")).await;
    holds("refused", matches!(refused, Err(StoreError::TooMuch { .. })))
}

pub(super) async fn each_change_is_noted_with_its_author(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let store = script.store();
    keep(&script, "vip", Allow, Account, &["anna", "ben"]).await?;
    store.keep_list(list("vip", Watch, Account), by("cara")).await?;
    store.take_off_list(&application(), "vip", vec!["ben".into()], by("dan")).await?;
    store.drop_list(&application(), "vip", by("eve")).await?;
    drop(store);
    backend.restart(Ending::Abandoned).await?;
    let changes = script.store().list_changes(&application(), 10).await?;
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.verb, change.n_entries, change.by.name.as_deref().unwrap_or_default()))
        .collect();
    let expected = vec![
        (ListVerb::Dropped, 1, "eve"),
        (ListVerb::Taken, 1, "dan"),
        (ListVerb::Changed, 0, "cara"),
        (ListVerb::Put, 2, "ann"),
        (ListVerb::Made, 0, "ann"),
    ];
    same("changes", told, expected)?;
    same("the latest", script.store().list_changes(&application(), 1).await?.len(), 1)
}
