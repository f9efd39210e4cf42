//! The report: one HTML file that needs nothing else, with a table beside each plot.

use std::fmt::Write;

use rightful_domain::{ReasonCode, Verdict};

use super::measures::{Figures, REAUTH_AT};
use super::plot::{Line, bars, curves, escaped, histograms, percent, sample};
use super::results::{CURVE_FROM, Results, SliceFigures};
use super::{Attacks, Inputs, Options};

pub(crate) const STYLE: &str = include_str!("report.css");

/// The whole file.
pub(super) fn html(results: &Results, summary: &str, options: &Options) -> String {
    let mut out = String::with_capacity(1 << 17);
    // Writing into a string cannot fail.
    let _always_ok = write_page(&mut out, &Page { results, options }, summary);
    out
}

struct Page<'a> {
    results: &'a Results,
    options: &'a Options,
}

impl Page<'_> {
    /// What each caption begins with where the figures say nothing of the world.
    fn mark(&self) -> &'static str {
        if self.results.simulated { "Simulated. " } else { "" }
    }

    fn log_name(&self) -> String {
        self.options.log.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

fn write_page(out: &mut String, page: &Page<'_>, summary: &str) -> std::fmt::Result {
    let name = escaped(&page.log_name());
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Evaluation of {name}</title><style>{STYLE}</style></head><body><main>\
         <h1>Evaluation of {name}</h1>"
    )?;
    introduction(out, page, summary)?;
    caught(out, page)?;
    if page.results.other.is_some() {
        comparison(out, page)?;
    }
    scores(out, page)?;
    history(out, page)?;
    day_zero(out, page)?;
    verdicts(out, page)?;
    reauthentication(out, page)?;
    reasons(out, page)?;
    riskiest(out, page)?;
    out.write_str("</main></body></html>\n")
}

fn introduction(out: &mut String, page: &Page<'_>, summary: &str) -> std::fmt::Result {
    if page.results.simulated {
        out.write_str(
            "<p class=\"notice\" role=\"note\"><strong>Simulated.</strong> The logins and the attacks come from a \
             simulator. The figures rank engines and catch regressions; they say nothing about attacks in the world.</p>",
        )?;
    }
    let attacks = match page.options.attacks {
        Attacks::Learned => "Takeovers were learned as far as the engine lets itself be taught",
        Attacks::Forgotten => "Takeovers were forgotten once scored, as if each had been reported at once",
    };
    let inputs = match page.options.inputs {
        Inputs::All => "all columns were used",
        Inputs::Reference => "no city, region, device token or failed login was used",
    };
    write!(
        out,
        "<p>Each row was scored before it was learned. {attacks}; {inputs}. Judged are successful logins of users with \
         an earlier one, in the last third of the log's time.</p><p class=\"soft\">{}</p>",
        escaped(summary.trim()).replace('\n', "<br>")
    )
}

fn caught(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    let lines: Vec<Line<'_>> = results
        .own
        .late
        .kinds
        .iter()
        .zip(&results.curve.caught)
        .map(|(own, caught)| Line {
            name: results.kind(own.kind),
            points: results.curve.budgets.iter().copied().zip(caught.iter().copied()).collect(),
        })
        .collect();
    out.write_str("<h2>Takeovers caught by challenges</h2>")?;
    let title = "Share of takeovers caught, by share of legitimate logins challenged";
    let caption = format!("{title}, each kind of attack a line, in the last third");
    figure(out, page, &caption, &curves(title, CURVE_FROM, &lines))?;
    let intervals = Some(&results.spread.intervals[..]);
    let mean = Some(results.spread.macro_interval);
    figures_table(out, page, "Last third, with 95% intervals by user", &results.own.late, (intervals, mean))
}

type Intervals = [[f64; 2]; Figures::COUNT];

fn figures_table(
    out: &mut String,
    page: &Page<'_>,
    caption: &str,
    slice: &SliceFigures,
    (intervals, mean_interval): (Option<&[Intervals]>, Option<Intervals>),
) -> std::fmt::Result {
    let caption = format!("{caption}: {} legitimate logins", slice.n_legit);
    let heads = ["Kind", "Attacks", "at 0.5%", "at 1%", "at 2%", "at 5%", "Challenged at 98% caught", "AUC"];
    table_opening(out, page, &caption, &heads)?;
    for (place, own) in slice.kinds.iter().enumerate() {
        let name = escaped(page.results.kind(own.kind));
        write!(out, "<tr><th scope=\"row\">{}{name}</th><td>{}</td>", sample(place), own.n_attacks)?;
        figure_cells(out, own.figures, intervals.and_then(|all| all.get(place)))?;
    }
    if let Some(mean) = slice.mean {
        out.write_str("<tr><th scope=\"row\">Mean over kinds</th><td></td>")?;
        figure_cells(out, mean, mean_interval.as_ref())?;
    }
    table_closing(out)
}

fn figure_cells(out: &mut String, figures: Figures, intervals: Option<&Intervals>) -> std::fmt::Result {
    for (place, value) in figures.values().into_iter().enumerate() {
        let is_area = place + 1 == Figures::COUNT;
        let text = |value: f64| if is_area { format!("{value:.4}") } else { percent(value) };
        write!(out, "<td>{}", text(value))?;
        if let Some([low, high]) = intervals.and_then(|intervals| intervals.get(place)) {
            write!(out, "<small>{}–{}</small>", text(*low), text(*high))?;
        }
        out.write_str("</td>")?;
    }
    out.write_str("</tr>")
}

fn comparison(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    out.write_str("<h2>Against the other scores</h2>")?;
    if let Some(other) = &results.other {
        figures_table(out, page, "The other scores, last third", &other.late, (None, None))?;
    }
    let heads = ["Kind", "at 0.5%", "at 1%", "at 2%", "at 5%", "Challenged at 98% caught", "AUC"];
    table_opening(
        out,
        page,
        "Ours less the others, in points of a percent (AUC as it is), with 95% intervals by user",
        &heads,
    )?;
    for (place, (own, intervals)) in results.own.late.kinds.iter().zip(&results.spread.differences).enumerate() {
        if let Some(difference) = results.difference(place) {
            write!(out, "<tr><th scope=\"row\">{}</th>", escaped(results.kind(own.kind)))?;
            difference_cells(out, difference, intervals)?;
        }
    }
    if let Some((difference, intervals)) = results.mean_difference().zip(results.spread.macro_difference) {
        out.write_str("<tr><th scope=\"row\">Mean over kinds</th>")?;
        difference_cells(out, difference, &intervals)?;
    }
    table_closing(out)
}

fn difference_cells(out: &mut String, difference: Figures, intervals: &Intervals) -> std::fmt::Result {
    for (place, (value, [low, high])) in difference.values().into_iter().zip(intervals).enumerate() {
        if place + 1 == Figures::COUNT {
            write!(out, "<td>{value:+.4}<small>{low:+.4} to {high:+.4}</small></td>")?;
        } else {
            let (value, low, high) = (value * 100.0, low * 100.0, high * 100.0);
            write!(out, "<td>{value:+.1}<small>{low:+.1} to {high:+.1}</small></td>")?;
        }
    }
    out.write_str("</tr>")
}

fn scores(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    let names = std::iter::once("legitimate").chain(results.own.late.kinds.iter().map(|own| results.kind(own.kind)));
    let groups: Vec<(&str, &[f64])> =
        names.zip(results.histogram.shares.iter().map(<[f64; super::results::BINS]>::as_slice)).collect();
    let ends = [results.histogram.from, results.histogram.to];
    out.write_str("<h2>Scores</h2>")?;
    let title = "How scores lie: legitimate logins and each kind of attack, below each other";
    figure(
        out,
        page,
        &format!("{title} and each to its own height, in the last third"),
        &histograms(title, ends, &groups),
    )?;
    table_opening(
        out,
        page,
        "Where half of the scores lie",
        &["Logins", "a quarter below", "half below", "three quarters below"],
    )?;
    for (name, shares) in groups {
        write!(out, "<tr><th scope=\"row\">{}</th>", escaped(name))?;
        for part in [0.25, 0.5, 0.75] {
            write!(out, "<td>{:.1}</td>", quantile_of(shares, ends, part))?;
        }
        out.write_str("</tr>")?;
    }
    table_closing(out)
}

/// The score below which a part lies, to the width of a bin.
fn quantile_of(shares: &[f64], [from, to]: [f64; 2], part: f64) -> f64 {
    let mut sum = 0.0;
    let below = shares.iter().take_while(|share| {
        sum += **share;
        sum < part
    });
    from + (to - from) * (below.count() as f64 + 0.5) / shares.len().max(1) as f64
}

fn history(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    let buckets = &results.own.by_history;
    let groups: Vec<(String, Vec<Option<f64>>)> =
        buckets.iter().map(|bucket| (bucket.history.clone(), bucket.challenged.to_vec())).collect();
    out.write_str("<h2>Who is challenged, by history</h2>")?;
    let title = "Share of legitimate logins challenged, by earlier logins of the user";
    let caption = format!("{title}: left where 1% of all are challenged, right (pale) where 5% are");
    figure(out, page, &caption, &bars(title, &groups, &["1%", "5%"]))?;
    let kinds: Vec<String> = results.kinds.iter().map(|kind| format!("{kind} caught at 1%")).collect();
    let mut heads = vec!["Earlier logins", "Legitimate", "Challenged at 1%", "Challenged at 5%"];
    heads.extend(kinds.iter().map(String::as_str));
    table_opening(out, page, "By history, at thresholds of the whole last third", &heads)?;
    for bucket in buckets {
        let [at_1, at_5] = bucket.challenged;
        write!(out, "<tr><th scope=\"row\">{}</th><td>{}</td>", bucket.history, bucket.n_legit)?;
        let caught = bucket.tpr.iter().map(|[at_1, _]| *at_1);
        for share in [at_1, at_5].into_iter().chain(caught) {
            write!(out, "<td>{}</td>", share.map_or_else(|| "–".into(), percent))?;
        }
        out.write_str("</tr>")?;
    }
    table_closing(out)
}

fn day_zero(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let n = super::truth::DAY_ZERO_LOGINS;
    write!(
        out,
        "<h2>Day zero</h2><p>The same measures from an empty store to the {n}th legitimate login, with thresholds of \
         that slice.</p>"
    )?;
    figures_table(out, page, "Day zero", &page.results.own.day_zero, (None, None))
}

fn verdicts(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    if results.own.verdicts.is_empty() {
        return Ok(());
    }
    out.write_str("<h2>Verdicts and calibration</h2>")?;
    table_opening(
        out,
        page,
        "What was judged in the last third",
        &["Logins", "n", "Trust", "Allow", "Challenge", "Deny", "Challenged or denied"],
    )?;
    for shares in &results.own.verdicts {
        let [trust, allow, challenge, deny] = shares.shares;
        let name = shares.kind.map_or("legitimate", |kind| results.kind(kind));
        write!(out, "<tr><th scope=\"row\">{}</th><td>{}</td>", escaped(name), shares.n)?;
        for share in [trust, allow, challenge, deny, challenge + deny] {
            write!(out, "<td>{}</td>", percent(share))?;
        }
        out.write_str("</tr>")?;
    }
    table_closing(out)?;
    let Some(calibration) = results.own.calibration else { return Ok(()) };
    write!(
        out,
        "<p>{}Among the riskiest {} of the last third ({} logins), {} were takeovers and {:.1} were expected by their \
         scores at the slice's own rate of takeovers ({}): observed over expected is {}.</p>",
        page.mark(),
        percent(calibration.riskiest_share),
        calibration.n,
        calibration.observed_takeovers,
        calibration.expected_takeovers,
        percent(calibration.base_rate),
        calibration.observed_over_expected.map_or_else(|| "undefined".into(), |ratio| format!("{ratio:.2}")),
    )
}

fn reauthentication(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    out.write_str("<h2>Challenges per user</h2>")?;
    out.write_str(
        "<p>In the published unit: the median over users of the share of a user's first logins that is challenged, at \
         the threshold that catches a share of one kind.</p>",
    )?;
    let lengths = REAUTH_AT.map(|at| format!("of the first {at} logins"));
    let mut heads = vec!["Kind", "Caught"];
    heads.extend(lengths.iter().map(String::as_str));
    table_opening(out, page, "Median share challenged", &heads)?;
    for point in &page.results.own.median_reauthentication {
        let kind = escaped(page.results.kind(point.kind));
        write!(out, "<tr><th scope=\"row\">{kind}</th><td>{:.2}%</td>", point.tpr * 100.0)?;
        for median in point.medians {
            write!(out, "<td>{}</td>", median.map_or_else(|| "–".into(), percent))?;
        }
        out.write_str("</tr>")?;
    }
    table_closing(out)
}

fn reasons(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    let results = page.results;
    out.write_str("<h2>Reasons</h2>")?;
    let mut heads = vec!["Reason", "legitimate"];
    heads.extend(results.kinds.iter().map(|kind| &**kind));
    table_opening(out, page, "Share of judged logins of the last third that were given a reason", &heads)?;
    for row in &results.reasons {
        write!(out, "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td>", row.reason.as_str(), percent(row.legit))?;
        for share in &row.kinds {
            write!(out, "<td>{}</td>", percent(*share))?;
        }
        out.write_str("</tr>")?;
    }
    table_closing(out)
}

fn riskiest(out: &mut String, page: &Page<'_>) -> std::fmt::Result {
    out.write_str(
        "<h2>The riskiest legitimate logins</h2><p>The false alarms to read first; rows are of the log.</p>",
    )?;
    table_opening(
        out,
        page,
        "Last third, highest score first",
        &["Row", "Earlier logins", "Score", "Verdict", "Reasons"],
    )?;
    for login in &page.results.riskiest {
        let reasons: Vec<&str> = login.reasons.iter().map(ReasonCode::as_str).collect();
        write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{:.2}</td><td>{}</td><td class=\"text\"><code>{}</code></td></tr>",
            login.row,
            login.history,
            login.score,
            login.verdict.map_or("–", Verdict::as_str),
            reasons.join(", ")
        )?;
    }
    table_closing(out)
}

fn figure(out: &mut String, page: &Page<'_>, caption: &str, plot: &str) -> std::fmt::Result {
    write!(out, "<figure><figcaption>{}{}</figcaption>{plot}</figure>", page.mark(), escaped(caption))
}

fn table_opening(out: &mut String, page: &Page<'_>, caption: &str, heads: &[&str]) -> std::fmt::Result {
    let (mark, caption) = (page.mark(), escaped(caption));
    write!(out, "<div class=\"scroll\" tabindex=\"0\"><table><caption>{mark}{caption}</caption><thead><tr>")?;
    for head in heads {
        let class = if *head == "Reasons" { " class=\"text\"" } else { "" };
        write!(out, "<th scope=\"col\"{class}>{}</th>", escaped(head))?;
    }
    out.write_str("</tr></thead><tbody>")
}

fn table_closing(out: &mut String) -> std::fmt::Result {
    out.write_str("</tbody></table></div>")
}
