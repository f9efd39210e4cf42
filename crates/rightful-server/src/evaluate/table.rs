//! Measures as tables of plain text, for a terminal.

use std::fmt::Write;

use super::measures::Figures;
use super::results::{Engine, Results, SliceFigures};

/// The width of the first column.
const NAME_WIDTH: usize = 22;
/// The width of a figure.
const FIGURE_WIDTH: usize = 9;
/// The width of a figure with its interval.
const SPREAD_WIDTH: usize = 20;

/// All tables.
pub(super) fn text(results: &Results) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _always_ok = tables(&mut out, results);
    out
}

fn tables(out: &mut String, results: &Results) -> std::fmt::Result {
    let simulated = if results.simulated { " (simulated)" } else { "" };
    writeln!(out, "\nLast third of the log{simulated}: {} legitimate logins", results.own.late.n_legit)?;
    with_intervals(out, results)?;
    writeln!(out, "\nDay zero{simulated}: {} legitimate logins", results.own.day_zero.n_legit)?;
    plain(out, results, &results.own.day_zero)?;
    if let Some(other) = &results.other {
        writeln!(out, "\nThe other scores, last third{simulated}")?;
        plain(out, results, &other.late)?;
        writeln!(out, "\nOurs less the others, with 95% intervals, by user{simulated}")?;
        differences(out, results)?;
    }
    writeln!(out, "\nBy earlier logins of the user, at thresholds of the whole last third{simulated}")?;
    history(out, results, &results.own)?;
    writeln!(out, "\nVerdicts in the last third{simulated}")?;
    verdicts(out, results)?;
    writeln!(out, "\nMedian share of a user's first logins challenged{simulated}")?;
    for (key, value) in &results.own.median_reauthentication {
        writeln!(out, "  {key:<32}{}", figure(*value))?;
    }
    Ok(())
}

fn heads(out: &mut String, width: usize) -> std::fmt::Result {
    write!(out, "  {:<NAME_WIDTH$}{:>8}", "kind", "attacks")?;
    for name in Figures::NAMES {
        let name = name.replace("challenge", "ch");
        write!(out, "  {name:>width$}")?;
    }
    writeln!(out)
}

fn row(
    out: &mut String,
    name: &str,
    n: Option<usize>,
    cells: impl Iterator<Item = String>,
    width: usize,
) -> std::fmt::Result {
    let n = n.map_or_else(String::new, |n| n.to_string());
    write!(out, "  {name:<NAME_WIDTH$}{n:>8}")?;
    for cell in cells {
        write!(out, "  {cell:>width$}")?;
    }
    writeln!(out)
}

fn with_intervals(out: &mut String, results: &Results) -> std::fmt::Result {
    let cells = |figures: Figures, intervals: [[f64; 2]; Figures::COUNT]| {
        let pairs = figures.values().into_iter().zip(intervals);
        pairs
            .map(|(value, [low, high])| format!("{value:.3} [{low:.3}-{high:.3}]"))
            .collect::<Vec<String>>()
            .into_iter()
    };
    heads(out, SPREAD_WIDTH)?;
    for (own, intervals) in results.own.late.kinds.iter().zip(&results.spread.intervals) {
        row(out, results.kind(own.kind), Some(own.n_attacks), cells(own.figures, *intervals), SPREAD_WIDTH)?;
    }
    if let Some(mean) = results.own.late.mean {
        row(out, "mean over kinds", None, cells(mean, results.spread.macro_interval), SPREAD_WIDTH)?;
    }
    Ok(())
}

fn plain(out: &mut String, results: &Results, slice: &SliceFigures) -> std::fmt::Result {
    let cells = |figures: Figures| figures.values().into_iter().map(|value| format!("{value:.3}"));
    heads(out, FIGURE_WIDTH)?;
    for own in &slice.kinds {
        row(out, results.kind(own.kind), Some(own.n_attacks), cells(own.figures), FIGURE_WIDTH)?;
    }
    if let Some(mean) = slice.mean {
        row(out, "mean over kinds", None, cells(mean), FIGURE_WIDTH)?;
    }
    Ok(())
}

fn differences(out: &mut String, results: &Results) -> std::fmt::Result {
    let cells = |figures: Figures, intervals: [[f64; 2]; Figures::COUNT]| {
        let pairs = figures.values().into_iter().zip(intervals);
        let cells = pairs.map(|(value, [low, high])| format!("{value:+.3} [{low:+.3},{high:+.3}]"));
        cells.collect::<Vec<String>>().into_iter()
    };
    heads(out, SPREAD_WIDTH + 2)?;
    for (place, (own, intervals)) in results.own.late.kinds.iter().zip(&results.spread.differences).enumerate() {
        let Some(difference) = results.difference(place) else { continue };
        row(out, results.kind(own.kind), None, cells(difference, *intervals), SPREAD_WIDTH + 2)?;
    }
    if let Some((difference, intervals)) = results.mean_difference().zip(results.spread.macro_difference) {
        row(out, "mean over kinds", None, cells(difference, intervals), SPREAD_WIDTH + 2)?;
    }
    Ok(())
}

fn history(out: &mut String, results: &Results, engine: &Engine) -> std::fmt::Result {
    writeln!(out, "  {:<10}{:>8}  {:>13}  {:>13}  caught at 1%", "logins", "legit", "challenged@1%", "challenged@5%")?;
    for bucket in &engine.by_history {
        let [at_1, at_5] = bucket.challenged.map(figure);
        write!(out, "  {:<10}{:>8}  {at_1:>13}  {at_5:>13} ", bucket.history, bucket.n_legit)?;
        for (kind, tpr) in bucket.tpr.iter().enumerate() {
            let [at_1, _] = *tpr;
            write!(out, " {} {}", results.kind(kind), figure(at_1))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn verdicts(out: &mut String, results: &Results) -> std::fmt::Result {
    let heads = ["n", "trust", "allow", "challenge", "deny", "challenged"];
    write!(out, "  {:<NAME_WIDTH$}", "logins")?;
    heads.into_iter().try_for_each(|head| write!(out, "  {head:>10}"))?;
    writeln!(out)?;
    for shares in &results.own.verdicts {
        let [trust, allow, challenge, deny] = shares.shares;
        let name = shares.kind.map_or("legitimate", |kind| results.kind(kind));
        write!(out, "  {name:<NAME_WIDTH$}  {:>10}", shares.n)?;
        for share in [trust, allow, challenge, deny, challenge + deny] {
            write!(out, "  {:>9.3}%", share * 100.0)?;
        }
        writeln!(out)?;
    }
    if let Some(calibration) = results.own.calibration {
        writeln!(
            out,
            "  riskiest {:.0}%: {} takeovers of {} logins, {:.1} expected (observed/expected {})",
            calibration.riskiest_share * 100.0,
            calibration.observed_takeovers,
            calibration.n,
            calibration.expected_takeovers,
            figure(calibration.observed_over_expected)
        )?;
    }
    Ok(())
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.3}"))
}
