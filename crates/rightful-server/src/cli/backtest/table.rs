//! What came of a backtest, for a terminal.

use std::fmt::Write;

use rightful_dialects::{Matches, RuleReport, Sample};

use super::Tried;

/// Everything, one application after the other.
pub(super) fn readable(all: &[Tried]) -> String {
    let mut out = String::new();
    for tried in all {
        // Writing into a string cannot fail.
        let _always_ok = write_one(&mut out, tried);
    }
    if all.is_empty() { "There is no application.\n".to_owned() } else { out }
}

fn write_one(out: &mut String, tried: &Tried) -> std::fmt::Result {
    let Tried { application, name, took_ms, report } = tried;
    let events = report.events;
    let since = report.from.get(..10).unwrap_or(&report.from);
    let rate = events.all as f64 / (*took_ms).max(1) as f64 * 1_000.0;
    writeln!(
        out,
        "{name} ({application}): {} judged events since {since}, {} good, {} bad, {} unlabelled; {:.1} s, {rate:.0} events/s\n",
        events.all,
        events.good,
        events.bad,
        events.unknown,
        *took_ms as f64 / 1_000.0
    )?;
    writeln!(
        out,
        "{:<32} {:<7} {:>9} {:>7} {:>7} {:>10} {:>9} {:>9} {:>8}",
        "rule", "mode", "matched", "good", "bad", "unlabelled", "accounts", "changed", "points"
    )?;
    for rule in &report.rules {
        rule_row(out, rule)?;
    }
    row(out, if report.replay { "the policy, against then" } else { "together" }, "", &report.together)?;
    writeln!(out, "\n{}\n", report.caution)?;
    for rule in report.rules.iter().filter(|rule| !rule.matches.samples.is_empty()) {
        writeln!(out, "{}", rule.name)?;
        rule.matches.samples.iter().try_for_each(|sample| sample_line(out, sample))?;
    }
    Ok(())
}

fn rule_row(out: &mut String, rule: &RuleReport) -> std::fmt::Result {
    let RuleReport { name, mode, matches, untried, caution, .. } = rule;
    if *untried {
        writeln!(out, "{name:<32} {mode:<7} {:>9}", "not tried")?;
    } else {
        row(out, name, mode, matches)?;
    }
    caution.iter().try_for_each(|caution| writeln!(out, "    {caution}"))
}

fn row(out: &mut String, name: &str, mode: &str, matches: &Matches) -> std::fmt::Result {
    let Matches { events, changed, verdicts, score, accounts, .. } = matches;
    writeln!(
        out,
        "{name:<32} {mode:<7} {:>9} {:>7} {:>7} {:>10} {accounts:>9} {:>9} {:>+8.1}",
        events.all, events.good, events.bad, events.unknown, changed.all, score.mean_points
    )?;
    for its in verdicts.iter().filter(|its| its.from != its.to) {
        writeln!(out, "    {} → {}: {}", its.from, its.to, its.events)?;
    }
    Ok(())
}

fn sample_line(out: &mut String, sample: &Sample) -> std::fmt::Result {
    let Sample { event_id, received_at, action, label, verdict, score, verdict_after, score_after, .. } = sample;
    writeln!(
        out,
        "    {event_id}  {}  {action}  {label}  {verdict} {score:.0} → {verdict_after} {score_after:.0}",
        received_at.get(..16).unwrap_or_default()
    )
}
