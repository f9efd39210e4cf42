//! Going over many entries.

use std::ops::ControlFlow;
use std::sync::Arc;

use parking_lot::Mutex;
use rightful_domain::{FeedbackKind, Outcome, Record, Timestamp, Verdict};

use super::sample::{START, application_id, everything, login, private_login};
use super::{Backend, Script, Told, holds, same, there};
use crate::{Extent, Scan, ScanDepth};

/// A moment so many hours after the start.
fn hour(hours: i64) -> Timestamp {
    Timestamp::from_micros(START.as_micros() + hours * 3_600_000_000)
}

/// Twelve events an hour apart, each concluded, every third with feedback; another application's lie between.
async fn fill(script: &Script) -> Result<(), String> {
    for n in 0..12 {
        let event = login(n * 3_600, "anna", "phone", "192.0.2.1");
        script.record(&event, Verdict::Allow).await?;
        let mut theirs = login(n * 3_600 + 1, "anna", "phone", "192.0.2.1");
        theirs.application = application_id("bank");
        script.record(&theirs, Verdict::Allow).await?;
        script.conclude(&event, Outcome::Succeeded).await?;
        if n % 3 == 0 {
            script.say(&event, FeedbackKind::ConfirmedLegitimate).await?;
        }
    }
    // Long after the others.
    let mut late = login(3_600, "anna", "phone", "192.0.2.1");
    late.received_at = hour(12);
    script.say(&late, FeedbackKind::ConfirmedTakeover).await?;
    Ok(())
}

fn scan(from: Timestamp, to: Timestamp, extent: Extent) -> Scan {
    Scan { application: everything().application, from, to, extent, depth: ScanDepth::Whole }
}

/// What a scan shows, at most so many.
async fn shown(script: &Script, scan: &Scan, max: usize) -> Result<Vec<Record>, String> {
    let records = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&records);
    let visit = move |record| {
        let mut records = into.lock();
        records.push(record);
        if records.len() == max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    script.store().scan(scan, Box::new(visit)).await?;
    let shown = std::mem::take(&mut *records.lock());
    Ok(shown)
}

pub(super) async fn a_scan_shows_what_a_search_finds_oldest_first(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    fill(&script).await?;
    for (from, to) in [(0, 24), (2, 24), (0, 5), (3, 7), (12, 24), (5, 5)] {
        let (from, to) = (hour(from), hour(to));
        let search = rightful_domain::Search { from: Some(from), to: Some(to), ..everything() };
        let mut found = script.store().search(&search).await?.records;
        found.reverse();
        let extent = script.store().extent(from, to).await?;
        let whole = scan(from, to, extent);
        same("whole", shown(&script, &whole, usize::MAX).await?, found.clone())?;
        let judgements = Scan { depth: ScanDepth::Judgement, ..whole.clone() };
        let judgements = shown(&script, &judgements, usize::MAX).await?;
        same("as many judgements", judgements.len(), found.len())?;
        for (judgement, record) in judgements.iter().zip(&found) {
            let told = |record: &Record| {
                let judged = record.entry.assessment.clone();
                (record.sequence, record.entry.event.id, judged.map(|judged| (judged.features, judged.verdict)))
            };
            same("what was judged", told(judgement), told(record))?;
            same("what was said since", &judgement.feedback, &record.feedback)?;
            same("how it ended", judgement.outcome(), record.outcome())?;
        }
    }
    Ok(())
}

pub(super) async fn a_scan_in_parts_is_the_whole(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    fill(&script).await?;
    let extent = script.store().extent(hour(0), hour(24)).await?;
    let whole = shown(&script, &scan(hour(0), hour(24), extent), usize::MAX).await?;
    same("all", whole.len(), 12)?;
    for rows_max in [1, 2, 7, 1_000] {
        let mut together = Vec::new();
        for n in 0.. {
            let Some(part) = extent.part(n, rows_max) else { break };
            together.extend(shown(&script, &scan(hour(0), hour(24), part), usize::MAX).await?);
        }
        same(&format!("parts of {rows_max}"), &together, &whole)?;
    }
    let two = shown(&script, &scan(hour(0), hour(24), extent), 2).await?;
    same("stopped", Some(&two[..]), whole.get(..2))
}

pub(super) async fn a_scan_is_of_one_moment(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    fill(&script).await?;
    let extent = script.store().extent(hour(0), hour(24)).await?;
    let whole = scan(hour(0), hour(24), extent);
    let before = shown(&script, &whole, usize::MAX).await?;
    script.say(&login(7_200, "anna", "phone", "192.0.2.1"), FeedbackKind::ConfirmedTakeover).await?;
    script.record(&login(50_000, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    same("as of then", shown(&script, &whole, usize::MAX).await?, before.clone())?;
    let now = script.store().extent(hour(0), hour(24)).await?;
    let after = shown(&script, &scan(hour(0), hour(24), now), usize::MAX).await?;
    same("one more by now", after.len(), before.len() + 1)?;
    let said = |records: &[Record]| records.iter().map(|record| record.feedback.len()).sum::<usize>();
    same("one more said by now", said(&after), said(&before) + 1)
}

pub(super) async fn a_scan_of_judgements_opens_nothing_private(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.record(&private_login(1, "anna"), Verdict::Allow).await?;
    let extent = script.store().extent(hour(0), hour(24)).await?;
    let whole = scan(hour(0), hour(24), extent);
    let record = there("the event", shown(&script, &whole, 1).await?.pop())?;
    holds("whole, it has its people's data", record.entry.event.custom.is_some())?;
    let judgements = Scan { depth: ScanDepth::Judgement, ..whole };
    let record = there("the event", shown(&script, &judgements, 1).await?.pop())?;
    let event = &record.entry.event;
    holds("else not", event.custom.is_none() && event.username.is_none() && event.person.email.is_none())
}
