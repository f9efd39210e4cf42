//! What came of a backtest, as one HTML file that needs nothing else, with a table beside each plot.

use std::fmt::Write;
use std::path::Path;

use rightful_dialects::{BacktestReport, Matches, RuleReport};

use super::Tried;
use crate::evaluate::{REPORT_STYLE, daily_bars, escaped};

/// The whole file.
pub(super) fn html(policy: &Path, all: &[Tried]) -> String {
    let mut out = String::with_capacity(1 << 16);
    // Writing into a string cannot fail.
    let _always_ok = write_page(&mut out, policy, all);
    out
}

fn write_page(out: &mut String, policy: &Path, all: &[Tried]) -> std::fmt::Result {
    let name = policy.file_name().map_or_else(String::new, |name| escaped(&name.to_string_lossy()));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Backtest of {name}</title><style>{REPORT_STYLE}</style></head><body><main><h1>Backtest of {name}</h1>"
    )?;
    for tried in all {
        application(out, tried)?;
    }
    out.write_str("</main></body></html>\n")
}

fn application(out: &mut String, tried: &Tried) -> std::fmt::Result {
    let Tried { application, name, report, .. } = tried;
    let events = report.events;
    write!(
        out,
        "<h2>{}</h2><p class=\"soft\">{}: {} judged events from {} to {}, of which {} are said to be the owner's, {} a \
         takeover, and of {} nobody said anything.</p><p class=\"notice\" role=\"note\">{}</p>",
        escaped(name),
        escaped(application),
        events.all,
        minute(&report.from),
        minute(&report.to),
        events.good,
        events.bad,
        events.unknown,
        escaped(&report.caution)
    )?;
    overview(out, report)?;
    write!(out, "<h3>All active rules together</h3>")?;
    of_matches(out, report, "All active rules together", &report.together)?;
    for rule in &report.rules {
        of_rule(out, report, rule)?;
    }
    Ok(())
}

fn overview(out: &mut String, report: &BacktestReport) -> std::fmt::Result {
    out.write_str("<div class=\"scroll\"><table><caption>Each rule by itself, as if it were active and alone</caption><thead><tr>")?;
    for head in
        ["Rule", "Mode", "Matched", "of all", "good", "bad", "unlabelled", "Accounts", "Other verdict", "Points, mean"]
    {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    out.write_str("</tr></thead><tbody>")?;
    for RuleReport { name, mode, matches, untried, .. } in &report.rules {
        if *untried {
            write!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td colspan=\"8\">not tried</td></tr>",
                escaped(name),
                escaped(mode)
            )?;
        } else {
            row(out, report, (name, mode), matches)?;
        }
    }
    row(out, report, ("together", ""), &report.together)?;
    out.write_str("</tbody></table></div>")
}

fn row(out: &mut String, report: &BacktestReport, (name, mode): (&str, &str), matches: &Matches) -> std::fmt::Result {
    let Matches { events, changed, score, accounts, .. } = matches;
    let share = 100.0 * events.all as f64 / report.events.all.max(1) as f64;
    write!(
        out,
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{share:.2}%</td><td>{}</td><td>{}</td><td>{}</td>\
         <td>{accounts}</td><td>{}</td><td>{:+.1}</td></tr>",
        escaped(name),
        escaped(mode),
        events.all,
        events.good,
        events.bad,
        events.unknown,
        changed.all,
        score.mean_points
    )
}

fn of_rule(out: &mut String, report: &BacktestReport, rule: &RuleReport) -> std::fmt::Result {
    write!(out, "<h3>{}</h3>", escaped(&rule.name))?;
    if let Some(caution) = &rule.caution {
        write!(out, "<p class=\"notice\" role=\"note\">This rule {}.</p>", escaped(caution))?;
    }
    if rule.untried {
        return Ok(());
    }
    of_matches(out, report, &rule.name, &rule.matches)?;
    if rule.matches.samples.is_empty() {
        return Ok(());
    }
    out.write_str(
        "<div class=\"scroll\"><table><caption>Some of them, spread over all, newest first</caption><thead><tr>",
    )?;
    for head in ["Event", "Received", "Action", "Label", "Without the rule", "With it"] {
        write!(out, "<th scope=\"col\">{head}</th>")?;
    }
    out.write_str("</tr></thead><tbody>")?;
    for sample in &rule.matches.samples {
        write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td><td>{} {:.0}</td><td>{} {:.0}</td></tr>",
            escaped(&sample.event_id),
            minute(&sample.received_at),
            escaped(&sample.action),
            escaped(&sample.label),
            escaped(&sample.verdict),
            sample.score,
            escaped(&sample.verdict_after),
            sample.score_after
        )?;
    }
    out.write_str("</tbody></table></div>")
}

/// The plot by day, and the verdicts.
fn of_matches(out: &mut String, report: &BacktestReport, name: &str, matches: &Matches) -> std::fmt::Result {
    if matches.events.all == 0 {
        return out.write_str("<p class=\"soft\">No event was matched.</p>");
    }
    let days: Vec<(&str, [u64; 2])> = report
        .days
        .iter()
        .map(|day| {
            let its = matches.days.iter().find(|its| its.day == day.day);
            (&*day.day, its.map_or([0, 0], |its| [its.matched, its.changed]))
        })
        .collect();
    write!(
        out,
        "<figure><figcaption>By day (UTC): events that were matched, pale; those whose verdict would have been another, \
         full.</figcaption>{}</figure>",
        daily_bars(name, &days)
    )?;
    out.write_str("<div class=\"scroll\"><table><caption>Verdicts</caption><thead><tr><th scope=\"col\">Without</th><th scope=\"col\">With</th><th scope=\"col\">Events</th></tr></thead><tbody>")?;
    for its in &matches.verdicts {
        write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            escaped(&its.from),
            escaped(&its.to),
            its.events
        )?;
    }
    out.write_str("</tbody></table></div>")
}

/// A time of the report as people read it: to the minute.
fn minute(time: &str) -> String {
    let told = time.get(..16).unwrap_or(time);
    format!("{} UTC", escaped(told).replace('T', " "))
}
