//! How far a run is, on a terminal; nothing elsewhere, so that logs stay readable.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often the bar is drawn anew.
const REDRAW_EVERY: Duration = Duration::from_millis(200);
/// How many rows pass between two looks at the clock.
const LOOK_EVERY: u64 = 1_024;
/// The bar's width, in columns.
const WIDTH: usize = 30;

/// A bar on standard error.
pub(crate) struct Progress {
    begun: Instant,
    drawn: Instant,
    is_visible: bool,
}

impl Progress {
    /// Begins; visible on a terminal alone.
    pub(crate) fn begin() -> Self {
        let now = Instant::now();
        Self { begun: now, drawn: now, is_visible: std::io::stderr().is_terminal() }
    }

    /// Draws, if it is time: called for each row.
    pub(crate) fn show(&mut self, n_rows: u64, bytes_read: u64, bytes: u64) {
        if self.is_visible && n_rows.is_multiple_of(LOOK_EVERY) {
            self.show_rows(n_rows, bytes_read, bytes);
        }
    }

    /// Draws, if it is time: called for many rows at once. `done` is how much of `whole` there is by now.
    pub(crate) fn show_rows(&mut self, n_rows: u64, done: u64, whole: u64) {
        if !self.is_visible || self.drawn.elapsed() < REDRAW_EVERY {
            return;
        }
        self.drawn = Instant::now();
        let part = (done as f64 / whole.max(1) as f64).min(1.0);
        let rate = n_rows as f64 / self.begun.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
        self.draw_bar(part, &format!("{n_rows} rows  {rate:.0} rows/s"));
    }

    /// Draws how large a part is done of what.
    pub(crate) fn show_part(&self, part: f64, what: &str) {
        if self.is_visible {
            self.draw_bar(part.clamp(0.0, 1.0), what);
        }
    }

    fn draw_bar(&self, part: f64, what: &str) {
        let full = (part * WIDTH as f64) as usize;
        let seconds = self.begun.elapsed().as_secs_f64();
        let left = if part > 0.0 { seconds * (1.0 - part) / part } else { 0.0 };
        self.draw(&format!(
            "\r[{}{}] {:3.0}%  {what}  {left:.0} s left \x1b[K",
            "#".repeat(full),
            "-".repeat(WIDTH - full),
            part * 100.0
        ));
    }

    /// Takes the bar away, and says how long it was there.
    pub(crate) fn end(self) -> Duration {
        if self.is_visible {
            self.draw("\r\x1b[K");
        }
        self.begun.elapsed()
    }

    fn draw(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        // A bar that cannot be drawn is no reason to stop.
        let _unseen = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
