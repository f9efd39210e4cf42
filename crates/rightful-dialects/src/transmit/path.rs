//! What the pointer's path comes to: how fast it moved, how it turned, and whether it moved to where it clicked at all.
//!
//! The client keeps the last hundred moves and tells them again with each click, those after the click too. So what is
//! told again is passed over, moves and clicks are put in order by their times, and where moves may have been forgotten
//! nothing is said of a click.

use rightful_domain::{
    AXIS_DEGREES, FAR_PX, Interaction, RIGHT_DEGREES_OFF, SMALL_DEGREES, STEP_PX, STRAIGHT_DEGREES, STRAIGHT_PX,
    STROKE_MOVES_MIN, STROKE_PAUSE_MS,
};

/// So many moves the client keeps, unless its settings say another number, which ours do not.
const MOVES_KEPT: usize = 100;
/// The most clicks of one request that are looked at.
const CLICKS_MAX: usize = 64;
/// A click so long after the last move, in ms, or longer, was not moved to.
const LATENCY_MS_MAX: f64 = 60_000.0;

/// One move of the pointer.
#[derive(Clone, Copy)]
pub(super) struct Move {
    /// In ms, by the page's clock.
    pub(super) at: f64,
    /// In px, of the window.
    pub(super) place: Option<(f64, f64)>,
}

/// One click of what is no finger and no key.
#[derive(Clone, Copy)]
pub(super) struct Click {
    /// When its button was pressed.
    pub(super) at: f64,
    pub(super) x: f64,
    pub(super) y: f64,
}

/// All moves and clicks of one request.
#[derive(Default)]
pub(super) struct Path {
    moves: Vec<Move>,
    clicks: Vec<Click>,
    /// Before this moment, moves may have been forgotten.
    known_from: Option<f64>,
}

impl Path {
    /// Takes in what one click tells of moves.
    pub(super) fn add(&mut self, told: Vec<Move>) {
        let last = self.moves.last().map(|known| known.at);
        let is_cut = told.len() >= MOVES_KEPT;
        if let Some(first) = told.first().filter(|first| is_cut && last.is_none_or(|last| first.at > last)) {
            self.known_from = Some(first.at);
        }
        for new in told {
            if self.moves.last().is_none_or(|known| new.at > known.at) {
                self.moves.push(new);
            }
        }
    }

    pub(super) fn click(&mut self, click: Click) {
        if self.clicks.len() < CLICKS_MAX {
            self.clicks.push(click);
        }
    }

    pub(super) fn n_moves(&self) -> u32 {
        u32::try_from(self.moves.len()).unwrap_or(u32::MAX)
    }

    /// Adds what it comes to. O(moves + clicks · moves).
    pub(super) fn describe(mut self, all: &mut Interaction) {
        self.clicks.sort_by(|a, b| a.at.total_cmp(&b.at));
        let points: Vec<Point> =
            self.moves.iter().filter_map(|moved| moved.place.map(|(x, y)| Point { at: moved.at, x, y })).collect();
        self.clicks(all, &points);
        if let Some((first, last)) = points.first().zip(points.last()) {
            // Whole ms of a page's clock; a float saturates.
            all.moved_ms = Some((first.at as i64, last.at as i64));
        }
        for stroke in points.chunk_by(|one, next| next.at - one.at < STROKE_PAUSE_MS) {
            add_stroke(all, stroke);
        }
    }

    fn clicks(&self, all: &mut Interaction, points: &[Point]) {
        let mut before: Option<Click> = None;
        for click in &self.clicks {
            let since = before.map_or(f64::NEG_INFINITY, |before| before.at);
            let moved: Vec<&Point> = points.iter().filter(|point| point.at > since && point.at <= click.at).collect();
            if let Some(last) = moved.last().filter(|last| click.at - last.at < LATENCY_MS_MAX) {
                all.latencies = all.latencies.saturating_add(1);
                all.latency_ms = all.latency_ms.saturating_add((click.at - last.at).round() as u32);
            }
            if self.known_from.is_none_or(|known_from| since >= known_from) {
                let from = before.map(|before| (before.x, before.y));
                let far = from.map(|(x, y)| (click.x - x).hypot(click.y - y) >= FAR_PX);
                let has_path = moved.len() > 1;
                all.far_clicks = all.far_clicks.saturating_add(u32::from(far == Some(true)));
                all.jumps = all.jumps.saturating_add(u32::from(far == Some(true) && !has_path));
                all.pathless_clicks = all.pathless_clicks.saturating_add(u32::from(far != Some(false) && !has_path));
            }
            before = Some(*click);
        }
    }
}

#[derive(Clone, Copy)]
struct Point {
    at: f64,
    x: f64,
    y: f64,
}

impl Point {
    fn to(self, other: Self) -> (f64, f64) {
        (other.x - self.x, other.y - self.y)
    }

    fn distance(self, other: Self) -> f64 {
        let (x, y) = self.to(other);
        x.hypot(y)
    }
}

/// Adds one stroke: moves without a pause.
fn add_stroke(all: &mut Interaction, stroke: &[Point]) {
    let (Some(first), Some(last)) = (stroke.first(), stroke.last()) else { return };
    let length: f64 = stroke.windows(2).filter_map(|pair| Some(pair.first()?.distance(*pair.last()?))).sum();
    all.path_px = all.path_px.saturating_add(length.round() as u32);
    all.moving_ms = all.moving_ms.saturating_add((last.at - first.at).round() as u32);
    add_turns(all, stroke);
    let chord = first.distance(*last);
    if stroke.len() < STROKE_MOVES_MIN || chord < FAR_PX {
        return;
    }
    let (along, across) = first.to(*last);
    // Twice the triangle's area over its base is its height: how far a place is from the line.
    let height = |place: &Point| {
        let (x, y) = first.to(*place);
        (along * y - across * x).abs() / chord
    };
    let is_straight = stroke.iter().all(|place| height(place) <= STRAIGHT_PX);
    let angle = across.atan2(along).to_degrees().rem_euclid(45.0);
    let is_along_axis = angle.min(45.0 - angle) <= AXIS_DEGREES;
    all.strokes = all.strokes.saturating_add(1);
    all.straight_strokes = all.straight_strokes.saturating_add(u32::from(is_straight));
    all.slanted_strokes = all.slanted_strokes.saturating_add(u32::from(is_straight && !is_along_axis));
}

fn add_turns(all: &mut Interaction, stroke: &[Point]) {
    let mut kept: Vec<Point> = Vec::with_capacity(stroke.len());
    for place in stroke {
        if kept.last().is_none_or(|last| last.distance(*place) >= STEP_PX) {
            kept.push(*place);
        }
    }
    for three in kept.windows(3) {
        let [one, two, three] = three else { continue };
        let ((x, y), (next_x, next_y)) = (one.to(*two), two.to(*three));
        let degrees = (x * next_y - y * next_x).atan2(x * next_x + y * next_y).to_degrees().abs();
        all.turns = all.turns.saturating_add(1);
        if degrees < STRAIGHT_DEGREES {
            all.straight_turns = all.straight_turns.saturating_add(1);
        } else if degrees < SMALL_DEGREES {
            all.small_turns = all.small_turns.saturating_add(1);
        } else if (degrees - 90.0).abs() <= RIGHT_DEGREES_OFF {
            all.right_turns = all.right_turns.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(places: &[(f64, f64)], step_ms: f64, clicks: &[Click]) -> Interaction {
        let moves = places.iter().enumerate().map(|(n, place)| Move { at: n as f64 * step_ms, place: Some(*place) });
        let mut path = Path::default();
        path.add(moves.collect());
        clicks.iter().for_each(|click| path.click(*click));
        let mut all = Interaction::default();
        path.describe(&mut all);
        all
    }

    #[test]
    fn a_line_is_straight_and_a_bow_is_not() {
        let line: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n) * 10.0, (f64::from(n) * 4.3).round())).collect();
        let told = described(&line, 16.0, &[]);
        assert_eq!((told.strokes, told.straight_strokes, told.slanted_strokes), (1, 1, 1));
        assert_eq!((told.turns, told.moving_ms, told.path_px), (28, 464, 316));
        // Some 3 px off its chord is what the calmest hand does.
        let bow: Vec<(f64, f64)> = line
            .iter()
            .enumerate()
            .map(|(n, (x, y))| (*x, y + 3.0 * (n as f64 / 29.0 * std::f64::consts::PI).sin()))
            .collect();
        assert_eq!(described(&bow, 16.0, &[]).straight_strokes, 0);
    }

    #[test]
    fn lines_along_an_axis_are_told_apart() {
        for (step, slanted) in
            [((10.0, 0.0), 0), ((0.0, -10.0), 0), ((7.0, 7.0), 0), ((10.0, 0.4), 0), ((10.0, 3.0), 1)]
        {
            let line: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n) * step.0, f64::from(n) * step.1)).collect();
            let told = described(&line, 16.0, &[]);
            assert_eq!((told.straight_strokes, told.slanted_strokes), (1, slanted), "{step:?}");
            assert_eq!((told.straight_turns, told.turns), (28, 28), "{step:?}");
        }
    }

    #[test]
    fn turns_are_told_by_their_angle() {
        let square = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0), (20.0, 60.0)];
        let told = described(&square, 16.0, &[]);
        assert_eq!((told.turns, told.right_turns, told.small_turns, told.straight_turns), (3, 2, 0, 0));
        let bent = [(0.0, 0.0), (50.0, 0.0), (100.0, 10.0), (150.0, 20.0)];
        let told = described(&bent, 16.0, &[]);
        assert_eq!((told.turns, told.right_turns, told.small_turns, told.straight_turns), (2, 0, 1, 1));
    }

    #[test]
    fn of_a_click_whose_moves_may_be_forgotten_nothing_is_said() {
        let many: Vec<(f64, f64)> = (0..MOVES_KEPT).map(|n| (n as f64, 0.0)).collect();
        let click = Click { at: -50.0, x: 500.0, y: 500.0 };
        assert_eq!(described(&many, 16.0, &[click]).pathless_clicks, 0);
        assert_eq!(described(&many[..99], 16.0, &[click]).pathless_clicks, 1);
    }

    #[test]
    fn a_latency_is_from_the_last_move_to_the_button() {
        let told = described(&[(0.0, 0.0), (300.0, 0.0)], 16.0, &[Click { at: 96.0, x: 300.0, y: 0.0 }]);
        assert_eq!((told.latencies, told.latency_ms), (1, 80));
    }
}
