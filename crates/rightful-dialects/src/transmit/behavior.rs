//! How people type and point, as the client's interaction events say: times and counts, never what was typed.
//!
//! This file reads the events; [`super::path`] says what the pointer's path comes to, and [`super::strokes`] what the
//! keys and inputs of one field do. What one request can hold is bounded, so is all that is gathered here.

use rightful_domain::{Behavior, InputKind, Interaction};

use super::device::object;
use super::path::{Click, Move, Path};
use super::strokes::{self, Field, Input};
use crate::fields::Fields;
use crate::json::Node;

/// The most strokes, and the most moves, of one request that are looked at.
const STROKES_MAX: usize = 4_096;
/// A pause as long as this, in ms, is not between two keys of one word.
const PAUSE_MS: f64 = 5_000.0;

/// What is gathered over the events of one request.
#[derive(Default)]
pub(super) struct Gathered {
    downs: Vec<f64>,
    ups: Vec<f64>,
    pastes: u32,
    clicks: u32,
    path: Path,
    interaction: Interaction,
    has_page: bool,
    has_fields: bool,
}

impl Gathered {
    /// Takes one interaction in.
    pub(super) fn add(&mut self, attributes: &mut Fields<'_>) {
        let kind = attributes.take("interaction_type").and_then(Node::into_text);
        match kind.as_deref() {
            Some("page_load") => self.has_page = true,
            Some("click") => self.click(attributes),
            Some("focusout") => self.field(&mut object(attributes.take("attachedEventsData"))),
            Some("paste") => {
                self.pastes = self.pastes.saturating_add(1);
                self.interaction.inputs.put(InputKind::Paste);
            }
            _ => {}
        }
    }

    fn click(&mut self, attributes: &mut Fields<'_>) {
        let mut number = |name: &str| attributes.take(name).as_ref().and_then(number);
        let button = number("mouseButtonType");
        // Enter in a form clicks as well, without a pointer; what has none tells nothing of one.
        if button.is_some_and(|button| button <= 0.0) {
            self.interaction.other_clicks = self.interaction.other_clicks.saturating_add(1);
            return;
        }
        let place = number("x").zip(number("y"));
        let offset = number("offsetX").zip(number("offsetY"));
        // By its name it would be whether a button is down. It is whether no finger touched, and null where the browser
        // does not say what touched.
        let is_mouse = matches!(attributes.take("isPressed"), Some(Node::Flag(true)));
        let mut attached = object(attributes.take("attachedEventsData"));
        self.clicks = self.clicks.saturating_add(1);
        self.path.add(moves(attached.take("mousemove"), "tspl"));
        self.path.add(moves(attached.take("pointerevents"), "timestampHighRes"));
        let pressed_at = moments(attached.take("mousedown")).last().copied();
        if is_mouse {
            let interaction = &mut self.interaction;
            interaction.clicks = interaction.clicks.saturating_add(1);
            let is_corner = offset.is_some_and(|(x, y)| x <= CORNER_PX && y <= CORNER_PX);
            interaction.corner_clicks = interaction.corner_clicks.saturating_add(u32::from(is_corner));
            if let (Some((x, y)), Some(at)) = (place, pressed_at) {
                self.path.click(Click { at, x, y });
            }
        }
    }

    fn field(&mut self, attached: &mut Fields<'_>) {
        self.has_fields = true;
        let field = Field {
            downs: moments(attached.take("keydown")),
            ups: moments(attached.take("keyup")),
            inputs: inputs(attached.take("input")),
        };
        strokes::add(&mut self.interaction, &field);
        self.downs.extend(field.downs);
        self.ups.extend(field.ups);
    }

    /// What it comes to; None if nothing says that there was a page at all.
    pub(super) fn behavior(mut self) -> Option<Behavior> {
        if !self.has_page && !self.has_fields && self.pastes == 0 && self.clicks == 0 {
            return (self.interaction.other_clicks > 0)
                .then(|| Behavior { interaction: Some(Box::new(self.interaction)), ..Behavior::default() });
        }
        self.downs.sort_by(f64::total_cmp);
        self.ups.sort_by(f64::total_cmp);
        let keys = u32::try_from(self.downs.len()).unwrap_or(u32::MAX);
        // Where as many go up as went down, the n-th went up that went down n-th, but for a few that overlap.
        let holds = (self.downs.len() == self.ups.len())
            .then(|| self.ups.iter().zip(&self.downs).map(|(up, down)| up - down).collect());
        let flights = self.downs.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
        let n_moves = self.path.n_moves();
        self.path.describe(&mut self.interaction);
        Some(Behavior {
            keys: self.has_fields.then_some(keys),
            pastes: Some(self.pastes).filter(|_| self.has_fields || self.pastes > 0 || self.clicks > 0),
            key_hold_ms: holds.and_then(strokes::median),
            key_flight_ms: strokes::median(flights.filter(|flight| *flight < PAUSE_MS).collect()),
            // A page without a pointer moves none: only clicks tell that there is one.
            pointer_moves: (self.clicks > 0).then_some(n_moves),
            form_ms: None,
            interaction: Some(Box::new(self.interaction)),
        })
    }
}

/// A click is on a corner if it is no farther from it, in px: one is whole, and borders are outside.
const CORNER_PX: f64 = 0.0;

fn moments(node: Option<Node<'_>>) -> Vec<f64> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let times = items.into_iter().take(STROKES_MAX).filter_map(|item| object(Some(item)).take("timestamp"));
    times.filter_map(|time| number(&time)).collect()
}

fn moves(node: Option<Node<'_>>, clock: &str) -> Vec<Move> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let read = |item| {
        let mut told = object(Some(item));
        let mut number = |name: &str| told.take(name).as_ref().and_then(number);
        Some(Move { at: number(clock)?, place: number("x").zip(number("y")) })
    };
    items.into_iter().take(STROKES_MAX).filter_map(read).collect()
}

fn inputs(node: Option<Node<'_>>) -> Vec<Input> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let read = |item| {
        let mut told = object(Some(item));
        let is_trusted = !matches!(told.take("isTrusted"), Some(Node::Flag(false)));
        Input::of(told.take("inputType").and_then(Node::into_text).as_deref(), is_trusted)
    };
    items.into_iter().take(STROKES_MAX).filter_map(read).collect()
}

fn number(node: &Node<'_>) -> Option<f64> {
    node.number().and_then(serde_json::Number::as_f64).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[track_caller]
    fn gathered(events: &[&str]) -> Option<Behavior> {
        let mut gathered = Gathered::default();
        for event in events {
            gathered.add(&mut Fields::new(json::parse_object(event.as_bytes()).expect("JSON")));
        }
        gathered.behavior()
    }

    #[track_caller]
    fn interaction(events: &[&str]) -> Interaction {
        *gathered(events).and_then(|told| told.interaction).expect("something")
    }

    #[test]
    fn a_rhythm_is_read_from_times() {
        let typed = r#"{"interaction_type":"focusout","attachedEventsData":{
            "keydown":[{"timestamp":1000},{"timestamp":1150},{"timestamp":1400}],
            "keyup":[{"timestamp":1090},{"timestamp":1260},{"timestamp":1480}]}}"#;
        let told = gathered(&[typed]).expect("something");
        assert_eq!((told.keys, told.pastes, told.pointer_moves), (Some(3), Some(0), None));
        assert_eq!((told.key_hold_ms, told.key_flight_ms), (Some(90.0), Some(250.0)));
        let one = told.interaction.expect("strokes");
        assert_eq!((one.holds, one.tight_holds, one.gaps, one.tight_gaps, one.flights), (3, 0, 2, 0, 2));
    }

    #[test]
    fn moves_that_each_click_repeats_count_once() {
        let click =
            |moves: &str| format!(r#"{{"interaction_type":"click","attachedEventsData":{{"mousemove":[{moves}]}}}}"#);
        let (one, two) =
            (r#"{"x":1,"tspl":10},{"x":2,"tspl":20}"#, r#"{"x":1,"tspl":10},{"x":2,"tspl":20},{"x":3,"tspl":30}"#);
        let told = gathered(&[&click(one), &click(two)]).expect("something");
        assert_eq!(told.pointer_moves, Some(3));
    }

    /// A click at a place with a button pressed at a time, after moves as `(x, y, time)`.
    fn click(pointer: &str, (x, y, at): (i32, i32, i64), moves: &[(i32, i32, i64)]) -> String {
        let moves: Vec<String> = moves.iter().map(|(x, y, at)| format!(r#"{{"x":{x},"y":{y},"tspl":{at}}}"#)).collect();
        format!(
            r#"{{"interaction_type":"click","x":{x},"y":{y},"mouseButtonType":1,"isPressed":{pointer},"offsetX":9,
            "offsetY":9,"attachedEventsData":{{"mousemove":[{}],"mousedown":[{{"timestamp":{at}}}]}}}}"#,
            moves.join(",")
        )
    }

    #[test]
    fn a_pointer_that_jumps_is_told_from_one_that_moves_and_from_a_finger() {
        let jumped = [(10, 10, 100), (400, 10, 200)];
        let (first, second) = ((10, 10, 105), (400, 10, 205));
        let told = interaction(&[&click("true", first, &jumped), &click("true", second, &jumped)]);
        assert_eq!((told.clicks, told.far_clicks, told.jumps, told.pathless_clicks), (2, 1, 1, 2));
        let moved: Vec<(i32, i32, i64)> = (0..20).map(|n| (10 + n * 20, 10 + n % 3, 100 + i64::from(n) * 16)).collect();
        let told = interaction(&[&click("true", (10, 10, 101), &moved), &click("true", (390, 11, 500), &moved)]);
        assert_eq!((told.far_clicks, told.jumps), (1, 0));
        for pointer in ["false", "null"] {
            let told = interaction(&[&click(pointer, first, &jumped), &click(pointer, second, &jumped)]);
            assert_eq!((told.clicks, told.far_clicks, told.jumps, told.pathless_clicks), (0, 0, 0, 0), "{pointer}");
        }
    }

    #[test]
    fn keys_and_screen_readers_click_without_a_pointer() {
        let enter = r#"{"interaction_type":"click","x":0,"y":0,"mouseButtonType":0,"isPressed":null,"offsetX":0,
            "offsetY":0,"attachedEventsData":{"mousemove":[],"mouseup":[],"mousedown":[]}}"#;
        let told = gathered(&[enter]).expect("a click");
        assert_eq!((told.pointer_moves, told.pastes, told.keys), (None, None, None));
        let told = *told.interaction.expect("a click");
        assert_eq!((told.clicks, told.other_clicks, told.corner_clicks), (0, 1, 0));
    }

    #[test]
    fn nothing_done_is_nothing_told() {
        let told = gathered(&[r#"{"interaction_type":"page_load"}"#]).expect("a page");
        assert_eq!((told.keys, told.pastes, told.pointer_moves), (None, None, None));
        assert_eq!(told.interaction.map(|told| *told), Some(Interaction::default()));
        assert_eq!(gathered(&[]), None);
        let odd = r#"{"interaction_type":"focusout","attachedEventsData":{"keydown":[{"timestamp":"x"},7,null]}}"#;
        assert_eq!(gathered(&[odd]).and_then(|told| told.keys), Some(0));
    }
}
