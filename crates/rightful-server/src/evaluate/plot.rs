//! Plots as SVG text: curves, bars, histograms. Kinds are told apart by dash and mark, not by color alone.

use std::fmt::Write;

/// The drawing's size, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
/// The space around the plot: left, right, top, bottom. Enough for the text of narrow screens, which the style sheet makes
/// nearly twice as large in the drawing's units.
const LEFT: f64 = 84.0;
const RIGHT: f64 = 32.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 60.0;
/// Where text under a plot begins, from its floor downwards.
const BELOW: f64 = 12.0;
/// Half a date's width in the text of narrow screens.
const DATE_HALF: f64 = 66.0;
/// The height of one histogram.
const STRIP: f64 = 64.0;
/// The space between histograms.
const STRIP_GAP: f64 = 26.0;
/// One point in so many has a mark.
const MARK_EVERY: usize = 12;
/// How lines are broken, one after the other.
const DASHES: [&str; 5] = ["", "8 4", "2 3", "10 3 2 3", "5 2 1 2 1 2"];
/// How many colors the style sheet has.
const COLORS: usize = 8;

/// A line with its name.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    /// Where both axes are parts of one, the horizontal one on a logarithm.
    pub(super) points: Vec<(f64, f64)>,
}

/// Text as it may stand in HTML and SVG.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Curves over a logarithmic axis that begins at `from` and ends at 1.
pub(super) fn curves(title: &str, from: f64, lines: &[Line<'_>]) -> String {
    let mut out = opening(title, HEIGHT);
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * (1.0 - share.max(from).log10() / from.log10());
    let y = |share: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share);
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        level(&mut out, y(tick), &format!("{:.0}%", tick * 100.0));
    }
    let ticks = [1e-4, 1e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1, 1.0];
    for tick in ticks.into_iter().filter(|tick| *tick >= from) {
        upright(&mut out, x(tick), HEIGHT - BOTTOM, &percent(tick));
    }
    axis_names(&mut out, "legitimate logins challenged (logarithmic)", "takeovers caught", HEIGHT);
    for (place, line) in lines.iter().enumerate() {
        let points: Vec<(f64, f64)> = line.points.iter().map(|(part, share)| (x(*part), y(*share))).collect();
        curve(&mut out, place, line.name, &points);
    }
    closing(out)
}

/// Histograms below each other, over one axis of scores. Each is drawn to its own height.
pub(super) fn histograms(title: &str, ends: [f64; 2], groups: &[(&str, &[f64])]) -> String {
    let height = TOP + (STRIP + STRIP_GAP) * groups.len() as f64 + BOTTOM;
    let mut out = opening(title, height);
    let [from, to] = ends;
    let x = |score: f64| LEFT + (WIDTH - LEFT - RIGHT) * (score - from) / (to - from).max(f64::MIN_POSITIVE);
    for tick in round_ticks(from, to) {
        upright(&mut out, x(tick), height - BOTTOM, &format!("{tick}"));
    }
    axis_names(&mut out, "score (log-odds, nats)", "share of logins, each to its own height", height);
    for (place, (name, shares)) in groups.iter().enumerate() {
        let floor = TOP + (STRIP + STRIP_GAP) * place as f64 + STRIP + STRIP_GAP - 6.0;
        let highest = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let width = (WIDTH - LEFT - RIGHT) / shares.len().max(1) as f64;
        let color = if place == 0 { "legit".to_owned() } else { format!("c{}", (place - 1) % COLORS) };
        let text_y = floor - STRIP - 2.0;
        put(&mut out, format_args!(r#"<text class="strong" x="{LEFT}" y="{text_y:.1}">{}</text>"#, escaped(name)));
        for (bin, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            // A login in a bin is seen, however few.
            let tall = (share / highest * (STRIP - 8.0)).max(1.0);
            let (left, top) = (LEFT + width * bin as f64, floor - tall);
            put(
                &mut out,
                format_args!(
                    r#"<rect class="{color}" x="{left:.1}" y="{top:.1}" width="{:.1}" height="{tall:.1}"/>"#,
                    width - 1.0
                ),
            );
        }
        put(&mut out, format_args!(r#"<path class="axis" d="M{LEFT} {floor:.1}H{:.1}"/>"#, WIDTH - RIGHT));
    }
    closing(out)
}

/// Bars in groups, each with its value above; values are shares.
pub(super) fn bars(title: &str, groups: &[(String, Vec<Option<f64>>)], names: &[&str]) -> String {
    let height = HEIGHT - 80.0;
    let mut out = opening(title, height);
    let highest = groups.iter().flat_map(|(_, values)| values.iter().flatten()).copied().fold(0.01, f64::max) * 1.15;
    let y = |share: f64| TOP + (height - TOP - BOTTOM) * (1.0 - share / highest);
    for tick in round_ticks(0.0, highest * 100.0) {
        level(&mut out, y(tick / 100.0), &format!("{tick}%"));
    }
    let room = (WIDTH - LEFT - RIGHT) / groups.len().max(1) as f64;
    let width = room * 0.7 / names.len().max(1) as f64;
    for (place, (group, values)) in groups.iter().enumerate() {
        let left = LEFT + room * (place as f64 + 0.15);
        for (bar, value) in values.iter().enumerate() {
            let (x, value) = (left + width * bar as f64, value.unwrap_or(0.0));
            let (top, tall) = (y(value), height - BOTTOM - y(value));
            put(
                &mut out,
                format_args!(
                    r#"<rect class="{}" x="{x:.1}" y="{top:.1}" width="{:.1}" height="{tall:.1}"/>"#,
                    if bar == 0 { "c0" } else { "c0 pale" },
                    width - 3.0
                ),
            );
            let middle = x + (width - 3.0) / 2.0;
            let text = percent(value);
            put(&mut out, format_args!(r#"<text class="mid" x="{middle:.1}" y="{:.1}">{text}</text>"#, top - 4.0));
        }
        let middle = left + room * 0.35;
        let below = height - BOTTOM + BELOW;
        put(
            &mut out,
            format_args!(r#"<text class="mid under" x="{middle:.1}" y="{below:.1}">{}</text>"#, escaped(group)),
        );
    }
    axis_names(&mut out, "earlier logins of the user", "legitimate logins challenged", height);
    closing(out)
}

/// A bar for each day, pale for all that it had and full for a part of that.
pub(crate) fn daily_bars(title: &str, days: &[(&str, [u64; 2])]) -> String {
    let height = HEIGHT - 140.0;
    let mut out = opening(title, height);
    let highest = days.iter().map(|(_, [all, _])| *all).fold(1, u64::max) as f64;
    let y = |n: f64| TOP + (height - TOP - BOTTOM) * (1.0 - n / highest);
    // There is no half of an event.
    for tick in round_ticks(0.0, highest).into_iter().filter(|tick| tick.fract() == 0.0) {
        level(&mut out, y(tick), &format!("{tick}"));
    }
    let room = (WIDTH - LEFT - RIGHT) / days.len().max(1) as f64;
    for (place, (_, [all, part])) in days.iter().enumerate() {
        let (x, width) = (LEFT + room * place as f64, (room - 1.0).max(0.5));
        for (n, class) in [(*all, "c0 pale"), (*part, "c0")].into_iter().filter(|(n, _)| *n > 0) {
            let top = y(n as f64);
            let tall = height - BOTTOM - top;
            put(
                &mut out,
                format_args!(
                    r#"<rect class="{class}" x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{tall:.1}"/>"#
                ),
            );
        }
    }
    let named = [0, days.len() / 2, days.len().saturating_sub(1)];
    for place in named.into_iter().collect::<std::collections::BTreeSet<usize>>() {
        let Some((day, _)) = days.get(place) else { continue };
        let middle = (LEFT + room * (place as f64 + 0.5)).clamp(DATE_HALF, WIDTH - DATE_HALF);
        let below = height - BOTTOM + BELOW;
        put(
            &mut out,
            format_args!(r#"<text class="mid under" x="{middle:.1}" y="{below:.1}">{}</text>"#, escaped(day)),
        );
    }
    axis_names(&mut out, "day", "events", height);
    closing(out)
}

/// A sample of a kind's line, for a legend.
pub(super) fn sample(place: usize) -> String {
    let mut out = String::from(r#"<svg class="sample" viewBox="0 0 48 14" aria-hidden="true">"#);
    put(&mut out, format_args!(r#"<path class="line s{}" {} d="M2 7H46"/>"#, place % COLORS, dash(place)));
    mark(&mut out, place, 24.0, 7.0);
    out.push_str("</svg>");
    out
}

/// A share in percent, with as many digits as it needs.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 || percent >= 99.95 {
        return format!("{percent:.0}%");
    }
    let digits = if percent < 0.0995 { 2 } else { 1 };
    let text = format!("{percent:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
}

fn opening(title: &str, height: f64) -> String {
    format!(r#"<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img"><title>{}</title>"#, escaped(title))
}

fn closing(mut out: String) -> String {
    out.push_str("</svg>");
    out
}

fn level(out: &mut String, y: f64, name: &str) {
    put(out, format_args!(r#"<path class="grid" d="M{LEFT} {y:.1}H{:.1}"/>"#, WIDTH - RIGHT));
    put(out, format_args!(r#"<text class="end" x="{:.1}" y="{:.1}">{name}</text>"#, LEFT - 6.0, y));
}

fn upright(out: &mut String, x: f64, floor: f64, name: &str) {
    put(out, format_args!(r#"<path class="grid" d="M{x:.1} {TOP}V{floor:.1}"/>"#));
    put(out, format_args!(r#"<text class="mid under" x="{x:.1}" y="{:.1}">{name}</text>"#, floor + BELOW));
}

/// Names both axes. Narrow screens have no room for the vertical one's, which a caption says as well.
fn axis_names(out: &mut String, horizontal: &str, vertical: &str, height: f64) {
    let (middle, below) = (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, height - 8.0);
    put(out, format_args!(r#"<text class="mid soft" x="{middle:.1}" y="{below:.1}">{horizontal}</text>"#));
    let half = TOP + (height - TOP - BOTTOM) / 2.0;
    put(
        out,
        format_args!(
            r#"<text class="mid soft side" transform="translate(18 {half:.1}) rotate(-90)">{vertical}</text>"#
        ),
    );
}

fn curve(out: &mut String, place: usize, name: &str, points: &[(f64, f64)]) {
    let mut path = String::new();
    for (n, (x, y)) in points.iter().enumerate() {
        put(&mut path, format_args!("{}{x:.1} {y:.1}", if n == 0 { 'M' } else { 'L' }));
    }
    let color = place % COLORS;
    put(
        out,
        format_args!(r#"<g><title>{}</title><path class="line s{color}" {} d="{path}"/>"#, escaped(name), dash(place)),
    );
    // Each kind's marks begin elsewhere, so that curves on top of each other can be seen.
    for (x, y) in points.iter().skip(place * 3 % MARK_EVERY).step_by(MARK_EVERY) {
        mark(out, place, *x, *y);
    }
    out.push_str("</g>");
}

fn dash(place: usize) -> String {
    match DASHES.get(place % DASHES.len()) {
        Some(dash) if !dash.is_empty() => format!(r#"stroke-dasharray="{dash}""#),
        _ => String::new(),
    }
}

fn mark(out: &mut String, place: usize, x: f64, y: f64) {
    let color = place % COLORS;
    let shape = match place % 6 {
        0 => format!(r#"<circle class="c{color}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#),
        1 => format!(r#"<rect class="c{color}" x="{:.1}" y="{:.1}" width="7" height="7"/>"#, x - 3.5, y - 3.5),
        2 => format!(r#"<path class="c{color}" d="M{x:.1} {:.1}l4.5 8h-9z"/>"#, y - 5.0),
        3 => format!(r#"<path class="c{color}" d="M{x:.1} {:.1}l5 5l-5 5l-5 -5z"/>"#, y - 5.0),
        4 => format!(r#"<path class="c{color}" d="M{x:.1} {:.1}l4.5 -8h-9z"/>"#, y + 5.0),
        _ => format!(r#"<circle class="hollow s{color}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#),
    };
    out.push_str(&shape);
}

/// Some five round numbers between two ends.
fn round_ticks(from: f64, to: f64) -> Vec<f64> {
    let span = (to - from).max(f64::MIN_POSITIVE);
    let rough = span / 5.0;
    let ten = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|of| of * ten).into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let first = (from / step).ceil();
    let last = (to / step).floor();
    let n = (last - first).clamp(0.0, 20.0) as usize;
    // Rounded again, so that 0.30000000000000004 is written as 0.3.
    (0..=n).map(|place| ((first + place as f64) * step * 1e6).round() / 1e6).collect()
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _always_ok = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_written_short() {
        for (share, text) in [
            (0.0, "0%"),
            (0.0001, "0.01%"),
            (0.005, "0.5%"),
            (0.0123, "1.2%"),
            (0.1, "10%"),
            (0.9777, "97.8%"),
            (1.0, "100%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(round_ticks(-7.3, 12.0), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(round_ticks(0.0, 1.2), [0.0, 0.5, 1.0]);
        assert_eq!(round_ticks(3.0, 3.0).len(), 1);
    }

    #[test]
    fn events_are_counted_in_whole_numbers() {
        for (highest, levels) in
            [(0, &["0", "1"][..]), (1, &["0", "1"]), (2, &["0", "1", "2"]), (12, &["0", "5", "10"])]
        {
            let plot = daily_bars("a rule", &[("2026-01-01", [highest, 0]), ("2026-01-02", [0, 0])]);
            let texts = plot.split(r#"<text class="end""#).skip(1);
            let told: Vec<&str> =
                texts.map(|text| &text[text.find('>').unwrap() + 1..text.find('<').unwrap()]).collect();
            assert_eq!(told, levels, "{highest}");
        }
    }

    #[test]
    fn no_name_can_leave_its_place() {
        assert_eq!(escaped("<b title='a'>\"&"), "&lt;b title=&#39;a&#39;&gt;&quot;&amp;");
    }
}
