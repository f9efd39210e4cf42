//! Finding events again.

use std::sync::Arc;

use rightful_domain::{Action, CorrelationId, Cursor, EventId, ReasonCode, Search, Subnet, Timestamp, Verdict};

use super::sample::{START, account_id, application_id, device_id, everything, login};
use super::{Backend, Ending, Script, Told, same};

fn correlation_id(name: &str) -> CorrelationId {
    CorrelationId::new(name).expect("an id")
}

/// Twelve events of three accounts, two devices and two addresses; conclusions lie between.
async fn fill(script: &Script) -> Result<(), String> {
    for n in 0..12 {
        let account = ["anna", "berta", "clara"][usize::try_from(n % 3).unwrap_or(0)];
        let device = ["phone", "laptop"][usize::try_from(n % 2).unwrap_or(0)];
        let ip = if n < 6 { "192.0.2.1" } else { "2001:db8:1:2::9" };
        let event = login(n, account, device, ip);
        script.record(&event, Verdict::Allow).await?;
        script.conclude(&event, rightful_domain::Outcome::Succeeded).await?;
    }
    Ok(())
}

async fn seconds(script: &Script, search: &Search) -> Result<Vec<u64>, String> {
    let page = script.store().search(search).await?;
    Ok(page.records.iter().map(|record| record.entry.event.at.since(START).as_secs()).collect())
}

pub(super) async fn a_search_finds_by_each_key(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    fill(&script).await?;
    let subnet = |ip: &str| ip.parse().ok().map(Subnet::of);
    let account = Some(account_id("anna"));
    let device = Some(device_id("phone"));
    let searches = [
        (everything(), (0..12).rev().collect::<Vec<_>>()),
        (Search { account: account.clone(), ..everything() }, vec![9, 6, 3, 0]),
        (Search { device: device.clone(), ..everything() }, vec![10, 8, 6, 4, 2, 0]),
        (Search { subnet: subnet("2001:db8:1:2::1"), ..everything() }, vec![11, 10, 9, 8, 7, 6]),
        (Search { account: account.clone(), device, ..everything() }, vec![6, 0]),
        (Search { account, subnet: subnet("192.0.2.1"), ..everything() }, vec![3, 0]),
        (Search { account: Some(account_id("nobody")), ..everything() }, vec![]),
    ];
    for (search, expected) in searches {
        same(&format!("{search:?}"), seconds(&script, &search).await?, expected)?;
    }
    Ok(())
}

pub(super) async fn a_search_finds_by_what_was_judged(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (n, verdict) in [Verdict::Allow, Verdict::Deny, Verdict::Challenge, Verdict::Deny].into_iter().enumerate() {
        let n = u64::try_from(n).unwrap_or(0);
        script.record(&login(n, if n < 2 { "anna" } else { "berta" }, "phone", "192.0.2.1"), verdict).await?;
    }
    let judged = |verdicts: &[Verdict]| Search { verdicts: verdicts.to_vec(), ..everything() };
    let acted = |action| Search { actions: vec![action], ..everything() };
    let searches = [
        (judged(&[Verdict::Deny]), vec![3, 1]),
        (judged(&[Verdict::Challenge, Verdict::Deny]), vec![3, 2, 1]),
        (judged(&[Verdict::Trust]), vec![]),
        (Search { account: Some(account_id("anna")), ..judged(&[Verdict::Deny]) }, vec![1]),
        (acted(Action::Login), vec![3, 2, 1, 0]),
        (acted(Action::Withdraw), vec![]),
        (Search { reasons: vec![ReasonCode::DeviceBot], ..everything() }, vec![]),
        (
            Search { reasons: vec![ReasonCode::DeviceBot, ReasonCode::ProfileDeviceNew], ..judged(&[Verdict::Deny]) },
            vec![3, 1],
        ),
    ];
    for (search, expected) in searches {
        same(&format!("{search:?}"), seconds(&script, &search).await?, expected)?;
    }
    let first = script.store().search(&Search { limit: 1, ..judged(&[Verdict::Deny]) }).await?;
    let rest = Search { cursor: first.next, ..judged(&[Verdict::Deny]) };
    same("the next page", seconds(&script, &rest).await?, vec![1])
}

pub(super) async fn pages_follow_each_other_newest_first(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    fill(&script).await?;
    for (account, expected) in [(None, (0..12).rev().collect::<Vec<u64>>()), (Some("anna"), vec![9, 6, 3, 0])] {
        for limit in [1, 2, 3, 4, 5, 12, 100] {
            let mut search = Search { account: account.map(account_id), limit, ..everything() };
            let mut found = Vec::new();
            for _ in 0..20 {
                let page = script.store().search(&search).await?;
                same("at most the limit", page.records.len() <= usize::from(limit), true)?;
                found.extend(page.records.iter().map(|record| record.entry.event.at.since(START).as_secs()));
                let Some(Cursor(next)) = page.next else { break };
                search.cursor = Some(Cursor(next));
            }
            same(&format!("{account:?} by {limit}"), found, expected.clone())?;
        }
    }
    let last = script.store().search(&Search { limit: 12, ..everything() }).await?;
    same("a page after the last", last.next, None)
}

pub(super) async fn a_search_by_time_has_its_start_and_not_its_end(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    // Hours apart, so that the ledger's marks of time are of use.
    for n in 0..6 {
        script.record(&login(n * 3_600, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    }
    let at = |hours: i64| Some(Timestamp::from_micros(START.as_micros() + hours * 3_600_000_000));
    for account in [None, Some(account_id("anna"))] {
        for (from, to, expected) in [
            (at(2), None, vec![5, 4, 3, 2]),
            (None, at(2), vec![1, 0]),
            (at(1), at(4), vec![3, 2, 1]),
            (at(6), None, vec![]),
            (None, at(0), vec![]),
        ] {
            let search = Search { from, to, account: account.clone(), ..everything() };
            let found: Vec<u64> = seconds(&script, &search).await?.into_iter().map(|s| s / 3_600).collect();
            same(&format!("{from:?} to {to:?}"), found, expected)?;
        }
    }
    Ok(())
}

pub(super) async fn the_newest_row_is_told_by_its_minute_even_after_a_clock_was_set_back(
    backend: Arc<dyn Backend>,
) -> Told {
    let newest_at = async || Ok::<_, String>(backend.store().health().await?.newest_at);
    same("of an empty ledger", newest_at().await?, None)?;
    for (n, expected_s) in [(30, 0), (3_630, 3_600), (90, 3_600)] {
        Script::on(&backend).record(&login(n, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
        let expected = Some(START.plus(std::time::Duration::from_secs(expected_s)));
        same("the newest", newest_at().await?, expected)?;
        backend.restart(Ending::Abandoned).await?;
        same("the newest after a restart", newest_at().await?, expected)?;
    }
    Ok(())
}

pub(super) async fn applications_do_not_see_each_other(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let ours = login(1, "anna", "phone", "192.0.2.1");
    let mut theirs = login(2, "anna", "phone", "192.0.2.1");
    theirs.application = application_id("bank");
    script.recall(&ours).await?;
    script.record(&ours, Verdict::Allow).await?;
    let history = script.recall(&theirs).await?;
    for key in [history.account, history.device, history.address].into_iter().flatten() {
        let tally = key.tally.span(rightful_domain::Span::Minute);
        same("counted and learned", (tally.attempts, key.profile.n_learned), (1, 0))?;
    }
    script.record(&theirs, Verdict::Allow).await?;
    let store = script.store();
    same("ours for them", store.find(&theirs.application, ours.id).await?, None)?;
    for event in [&ours, &theirs] {
        for account in [None, Some(account_id("anna"))] {
            let application = event.application.clone();
            let page = store.search(&Search { application, account, ..everything() }).await?;
            same("found", page.records.iter().map(|found| found.entry.event.id).collect(), vec![event.id])?;
        }
    }
    let mut foreign = ours.clone();
    foreign.application = theirs.application.clone();
    same("ours, concluded by them", script.conclude(&foreign, rightful_domain::Outcome::Failed).await.is_err(), true)
}

pub(super) async fn events_of_one_correlation_are_found_by_it_before_and_after_a_restart(
    backend: Arc<dyn Backend>,
) -> Told {
    let mut others = login(3, "anna", "phone", "192.0.2.1");
    others.application = application_id("bank");
    others.correlation = Some(correlation_id("trip"));
    let told = {
        let script = Script::on(&backend);
        let mut told = Vec::new();
        for (n, correlation) in [(0, Some("trip")), (1, None), (2, Some("other")), (4, Some("trip")), (5, Some("trip"))]
        {
            let mut event = login(n, "anna", "phone", "192.0.2.1");
            event.correlation = correlation.map(correlation_id);
            script.record(&event, Verdict::Allow).await?;
            told.push(event);
        }
        script.record(&others, Verdict::Allow).await?;
        told
    };
    let [first, .., before_last, last] = &told[..] else { return Err("five events were told".into()) };
    for ending in [None, Some(Ending::Closed), Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let found = async |correlation: &str, limit: u16| -> Result<Vec<EventId>, String> {
            let found = backend.store().correlated(&last.application, &correlation_id(correlation), limit).await?;
            Ok(found.iter().map(|record| record.entry.event.id).collect())
        };
        same("the newest first", found("trip", 500).await?, vec![last.id, before_last.id, first.id])?;
        same("at most the limit", found("trip", 2).await?, vec![last.id, before_last.id])?;
        same("none", found("nowhere", 500).await?, vec![])?;
    }
    Ok(())
}
