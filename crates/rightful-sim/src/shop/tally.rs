//! What became of a shop's traffic: verdicts against the truth, for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rightful_domain::Verdict;

use super::event::SimulatedEvent;
use crate::campaign::CampaignKind;

/// Verdicts against the truth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    by_verdict: BTreeMap<Verdict, u64>,
    customers: Doors,
    attacks: BTreeMap<CampaignKind, Doors>,
}

/// What became of the attempts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doors {
    /// Attempts.
    pub attempts: u64,
    /// Those that were challenged.
    pub challenged: u64,
    /// Those that were denied.
    pub denied: u64,
    /// Those that had proved themselves to the shop and were let in.
    pub let_in: u64,
}

impl Doors {
    fn count(&mut self, succeeded: bool, verdict: Verdict) {
        self.attempts += 1;
        match verdict {
            Verdict::Challenge => self.challenged += 1,
            Verdict::Deny => self.denied += 1,
            Verdict::Trust | Verdict::Allow => self.let_in += u64::from(succeeded),
        }
    }

    /// Those that were challenged or denied.
    #[must_use]
    pub const fn stopped(&self) -> u64 {
        self.challenged + self.denied
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            attempts: self.attempts + other.attempts,
            challenged: self.challenged + other.challenged,
            denied: self.denied + other.denied,
            let_in: self.let_in + other.let_in,
        }
    }
}

/// Whether a terminal shows color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Letters alone.
    Plain,
    /// ANSI colors.
    Color,
}

/// The narrowest view that still says something.
const WIDTH_MIN: usize = 48;
/// Beyond this, bars say no more.
const WIDTH_MAX: usize = 100;
/// The columns before a bar.
const LABEL_COLUMNS: usize = 40;

impl Tally {
    /// Counts one answer.
    pub fn count(&mut self, event: &SimulatedEvent, verdict: Verdict) {
        *self.by_verdict.entry(verdict).or_default() += 1;
        let doors = match event.attack {
            Some(kind) => self.attacks.entry(kind).or_default(),
            None => &mut self.customers,
        };
        doors.count(event.succeeded, verdict);
    }

    /// How many were judged.
    #[must_use]
    pub fn judged(&self) -> u64 {
        self.by_verdict.values().sum()
    }

    /// How many got this verdict.
    #[must_use]
    pub fn verdicts(&self, verdict: Verdict) -> u64 {
        self.by_verdict.get(&verdict).copied().unwrap_or_default()
    }

    /// What became of the customers' own attempts.
    #[must_use]
    pub const fn customers(&self) -> Doors {
        self.customers
    }

    /// What became of the attacks of one kind.
    #[must_use]
    pub fn attacks(&self, kind: CampaignKind) -> Doors {
        self.attacks.get(&kind).copied().unwrap_or_default()
    }

    /// What became of all attacks.
    #[must_use]
    pub fn all_attacks(&self) -> Doors {
        self.attacks.values().fold(Doors::default(), Doors::plus)
    }

    /// One line, for logs and pipes.
    #[must_use]
    pub fn line(&self) -> String {
        let verdicts: Vec<String> =
            Verdict::ALL.iter().map(|verdict| format!("{} {}", verdict.as_str(), self.verdicts(*verdict))).collect();
        let (attacks, customers) = (self.all_attacks(), self.customers);
        format!(
            "judged {}: {} | attacks {}: stopped {}, got in {} | customers {}: challenged {}, denied {}",
            self.judged(),
            verdicts.join(", "),
            attacks.attempts,
            attacks.stopped(),
            attacks.let_in,
            customers.attempts,
            customers.challenged,
            customers.denied,
        )
    }

    /// A view of several lines, each ended, so wide at most; for a live terminal, which draws it over itself.
    ///
    /// It always has [`Tally::LINES`] lines.
    #[must_use]
    pub fn render(&self, width: usize, ink: Ink) -> String {
        let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
        let bar_columns = width - LABEL_COLUMNS;
        let mut out = String::new();
        let mut row = |label: &str, count: String, (share, shade): (f64, &'static str)| {
            let bar = shade_bar(&bar(share, bar_columns), shade, ink);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{label:<27} {count:>11} {bar}");
        };
        let judged = self.judged();
        row("verdicts", judged.to_string(), (0.0, PLAIN));
        for verdict in Verdict::ALL {
            let n = self.verdicts(verdict);
            row(&format!("  {}", verdict.as_str()), n.to_string(), (share(n, judged), verdict_shade(verdict)));
        }
        row("attacks stopped", of(self.all_attacks()), (self.all_attacks().share_stopped(), GREEN));
        for kind in CampaignKind::ALL {
            let doors = self.attacks(kind);
            row(&format!("  {}", kind.title()), of(doors), (doors.share_stopped(), GREEN));
        }
        let got_in = self.all_attacks().let_in;
        row("intruders let in", got_in.to_string(), (0.0, RED));
        let bothered = self.customers;
        row("customers bothered", of(bothered), (bothered.share_stopped(), YELLOW));
        out
    }

    /// The lines of [`Tally::render`].
    pub const LINES: usize = 8 + CampaignKind::ALL.len();
}

impl Doors {
    fn share_stopped(&self) -> f64 {
        share(self.stopped(), self.attempts)
    }
}

fn of(doors: Doors) -> String {
    format!("{}/{}", doors.stopped(), doors.attempts)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

const PLAIN: &str = "0";
const GREEN: &str = "32";
const CYAN: &str = "36";
const YELLOW: &str = "33";
const RED: &str = "31";

const fn verdict_shade(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Trust => GREEN,
        Verdict::Allow => CYAN,
        Verdict::Challenge => YELLOW,
        Verdict::Deny => RED,
    }
}

/// A bar in eighths of a column.
fn bar(share: f64, columns: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(EIGHTHS.get(eighths % 8).copied().unwrap_or_default());
    bar
}

fn shade_bar(bar: &str, shade: &'static str, ink: Ink) -> String {
    match ink {
        Ink::Color if !bar.is_empty() => format!("\x1b[{shade}m{bar}\x1b[0m"),
        Ink::Color | Ink::Plain => bar.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::traffic;
    use super::*;

    fn tally() -> Tally {
        let mut tally = Tally::default();
        for (nth, event) in traffic(9, 60).take(2_000).enumerate() {
            let verdict = match event.attack {
                Some(_) if nth % 3 > 0 => Verdict::Deny,
                Some(_) | None if nth % 50 == 1 => Verdict::Challenge,
                Some(_) | None => Verdict::Allow,
            };
            tally.count(&event, verdict);
        }
        tally
    }

    #[test]
    fn every_answer_is_counted_once_on_either_side() {
        let tally = tally();
        assert_eq!(tally.judged(), 2_000);
        assert_eq!(tally.customers().attempts + tally.all_attacks().attempts, 2_000);
        let stopped = tally.customers().stopped() + tally.all_attacks().stopped();
        assert_eq!(stopped, tally.verdicts(Verdict::Challenge) + tally.verdicts(Verdict::Deny));
    }

    #[test]
    fn a_view_keeps_to_its_width_and_its_lines() {
        for width in [0, 60, 80, 500] {
            let view = tally().render(width, Ink::Plain);
            assert_eq!(view.lines().count(), Tally::LINES);
            assert!(view.lines().all(|line| line.chars().count() <= width.clamp(WIDTH_MIN, WIDTH_MAX)), "{view}");
        }
        assert!(tally().render(80, Ink::Color).contains("\x1b[32m"));
        assert_eq!(Tally::default().render(80, Ink::Plain).lines().count(), Tally::LINES);
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(
            Tally::default().line(),
            "judged 0: trust 0, allow 0, challenge 0, deny 0 | attacks 0: stopped 0, got in 0 | customers 0: challenged 0, denied 0"
        );
    }
}
