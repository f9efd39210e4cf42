//! How people type and point, as the client's interaction events say: times and counts, never what was typed.

use rightful_domain::Behavior;

use super::device::object;
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
    moves: u32,
    /// When the pointer last moved, by the page's clock: each click tells the moves before it again.
    moved_at: f64,
    has_fields: bool,
}

impl Gathered {
    /// Takes one interaction in.
    pub(super) fn add(&mut self, attributes: &mut Fields<'_>) {
        let kind = attributes.take("interaction_type").and_then(Node::into_text);
        let button = attributes.take("mouseButtonType").as_ref().and_then(number);
        let has_button = button.is_none_or(|button| button > 0.0);
        let mut attached = object(attributes.take("attachedEventsData"));
        match kind.as_deref() {
            // Enter in a form clicks as well, without a pointer; what has none tells nothing of one.
            Some("click") if has_button => {
                self.clicks = self.clicks.saturating_add(1);
                self.point(attached.take("mousemove"), "tspl");
                self.point(attached.take("pointerevents"), "timestampHighRes");
            }
            Some("focusout") => {
                self.has_fields = true;
                self.downs.extend(moments(attached.take("keydown")));
                self.ups.extend(moments(attached.take("keyup")));
            }
            Some("paste") => self.pastes = self.pastes.saturating_add(1),
            _ => {}
        }
    }

    fn point(&mut self, moves: Option<Node<'_>>, clock: &str) {
        let Some(Node::List(moves)) = moves else { return };
        for node in moves.into_iter().take(STROKES_MAX) {
            let at = object(Some(node)).take(clock).as_ref().and_then(number);
            if let Some(at) = at.filter(|at| *at > self.moved_at) {
                self.moved_at = at;
                self.moves = self.moves.saturating_add(1);
            }
        }
    }

    /// What it comes to; None if nobody did anything.
    pub(super) fn behavior(mut self) -> Option<Behavior> {
        if !self.has_fields && self.pastes == 0 && self.clicks == 0 {
            return None;
        }
        self.downs.sort_by(f64::total_cmp);
        self.ups.sort_by(f64::total_cmp);
        let keys = u32::try_from(self.downs.len()).unwrap_or(u32::MAX);
        // Where as many go up as went down, the n-th went up that went down n-th, but for a few that overlap.
        let holds = (self.downs.len() == self.ups.len())
            .then(|| self.ups.iter().zip(&self.downs).map(|(up, down)| up - down).collect());
        let flights = self.downs.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
        Some(Behavior {
            keys: self.has_fields.then_some(keys),
            pastes: Some(self.pastes),
            key_hold_ms: holds.and_then(median),
            key_flight_ms: median(flights.filter(|flight| *flight < PAUSE_MS).collect()),
            // A page without a pointer moves none: only clicks tell that there is one.
            pointer_moves: (self.clicks > 0).then_some(self.moves),
            form_ms: None,
        })
    }
}

fn moments(node: Option<Node<'_>>) -> Vec<f64> {
    let Some(Node::List(items)) = node else { return Vec::new() };
    let times = items.into_iter().take(STROKES_MAX).filter_map(|item| object(Some(item)).take("timestamp"));
    times.filter_map(|time| number(&time)).collect()
}

fn number(node: &Node<'_>) -> Option<f64> {
    node.number().and_then(serde_json::Number::as_f64)
}

fn median(mut all: Vec<f64>) -> Option<f64> {
    all.retain(|value| value.is_finite() && *value >= 0.0);
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
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

    #[test]
    fn a_rhythm_is_read_from_times() {
        let typed = r#"{"interaction_type":"focusout","attachedEventsData":{
            "keydown":[{"timestamp":1000},{"timestamp":1150},{"timestamp":1400}],
            "keyup":[{"timestamp":1090},{"timestamp":1260},{"timestamp":1480}]}}"#;
        let told = gathered(&[typed]).expect("something");
        assert_eq!((told.keys, told.pastes, told.pointer_moves), (Some(3), Some(0), None));
        assert_eq!((told.key_hold_ms, told.key_flight_ms), (Some(90.0), Some(250.0)));
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

    #[test]
    fn nothing_done_is_nothing_told() {
        assert_eq!(gathered(&[r#"{"interaction_type":"page_load"}"#]), None);
        let odd = r#"{"interaction_type":"focusout","attachedEventsData":{"keydown":[{"timestamp":"x"},7,null]}}"#;
        assert_eq!(gathered(&[odd]).and_then(|told| told.keys), Some(0));
    }
}
