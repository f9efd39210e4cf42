//! What single strokes, inputs and moves of one page come to, where its client tells them one by one: counts and sums,
//! which two reports add up to. Never what was typed, and no single time or place.
//!
//! It says what happened, and judges nothing: what is straight, tight or far is defined here once, and what it means is
//! for detectors to say.

/// How text came into fields, and went out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    /// A character was put in; by which hand, the keys say.
    Text,
    /// Pasted.
    Paste,
    /// Put in by the browser itself, which says nothing of how: its autofill, or a choice in a list or a box.
    Filled,
    /// Put in by a program in the page: a password manager, or a script.
    Script,
    /// Replaced: spelling, suggestions, and the autofill of some browsers.
    Replacement,
    /// Being composed by an input method.
    Composition,
    /// Composed by an input method.
    FromComposition,
    /// A new line.
    LineBreak,
    /// Dropped.
    Drop,
    /// Deleted, it is not said how.
    Delete,
    /// The content before.
    DeleteBackward,
    /// The content after.
    DeleteForward,
    /// The selected content.
    DeleteContent,
    /// The word before.
    DeleteWordBackward,
    /// The line on the screen before.
    DeleteSoftLineBackward,
    /// The line before.
    DeleteHardLineBackward,
    /// Cut.
    DeleteByCut,
    /// Dragged away.
    DeleteByDrag,
    /// What was being composed.
    DeleteComposition,
    /// Undone.
    Undo,
    /// Done again.
    Redo,
}

impl InputKind {
    /// All of them, in their order.
    pub const ALL: [Self; 21] = [
        Self::Text,
        Self::Paste,
        Self::Filled,
        Self::Script,
        Self::Replacement,
        Self::Composition,
        Self::FromComposition,
        Self::LineBreak,
        Self::Drop,
        Self::Delete,
        Self::DeleteBackward,
        Self::DeleteForward,
        Self::DeleteContent,
        Self::DeleteWordBackward,
        Self::DeleteSoftLineBackward,
        Self::DeleteHardLineBackward,
        Self::DeleteByCut,
        Self::DeleteByDrag,
        Self::DeleteComposition,
        Self::Undo,
        Self::Redo,
    ];
}

/// A set of [`InputKind`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputKinds(u32);

impl InputKinds {
    /// From its bits: the n-th is the n-th of [`InputKind::ALL`]; what none has is dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << InputKind::ALL.len()) - 1))
    }

    /// As bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether it has one.
    #[must_use]
    pub const fn has(self, kind: InputKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Puts one in.
    pub const fn put(&mut self, kind: InputKind) {
        self.0 |= 1 << kind as u32;
    }
}

/// A key is released within so many ms of being pressed, or pressed within so many of the last release: quicker than a
/// finger travels, though one in some twenty of a person's strokes falls there by chance.
pub const TIGHT_MS: f64 = 5.0;
/// Two places so many px apart, or more, are not the same.
pub const FAR_PX: f64 = 100.0;
/// Moves so many ms apart, or more, are of two strokes of the pointer.
pub const STROKE_PAUSE_MS: f64 = 300.0;
/// The fewest moves of a stroke that can be called straight.
pub const STROKE_MOVES_MIN: usize = 5;
/// A stroke that leaves the line between its ends by no more than so many px is straight: whole pixels alone make one.
pub const STRAIGHT_PX: f64 = 1.5;
/// A line within so many degrees of the level, the upright, or the diagonals between them is one that the keys of a
/// keyboard, or a switch, move a pointer along.
pub const AXIS_DEGREES: f64 = 3.0;
/// The shortest step whose direction means anything, in px.
pub const STEP_PX: f64 = 4.0;
/// A turn of less is straight on, in degrees.
pub const STRAIGHT_DEGREES: f64 = 5.0;
/// A turn of less is a small one.
pub const SMALL_DEGREES: f64 = 30.0;
/// A turn is a right angle if it is at most so many degrees off.
pub const RIGHT_DEGREES_OFF: f64 = 5.0;

/// What strokes, inputs and moves come to. All counts; a part never exceeds its whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interaction {
    /// How text came into fields.
    pub inputs: InputKinds,
    /// Characters that came into fields in which no key was pressed.
    pub keyless_inputs: u32,
    /// Keys of which it is known how long they were held.
    pub holds: u32,
    /// Those held for less than [`TIGHT_MS`].
    pub tight_holds: u32,
    /// Keys of which it is known how long after the release of the one before they were pressed.
    pub gaps: u32,
    /// Those pressed after it, and within [`TIGHT_MS`] of it.
    pub tight_gaps: u32,
    /// Keys of which it is known how long after the one before they were pressed.
    pub flights: u32,
    /// Those for which it was as long as for the field's median key, within a twentieth of it or 3 ms.
    pub even_flights: u32,
    /// Clicks of a mouse, or of what moves a pointer like one. Not of a finger, and not of a key.
    pub clicks: u32,
    /// Those of which it is known where the pointer was before, at least [`FAR_PX`] away.
    pub far_clicks: u32,
    /// Those far clicks that the pointer came to in one move, or without any.
    pub jumps: u32,
    /// Clicks that had not one move before them but that onto the place, wherever the pointer was.
    pub pathless_clicks: u32,
    /// Clicks without a pointer: by a key, by assistive technology, or by a script; they cannot be told apart.
    pub other_clicks: u32,
    /// Clicks on the upper left corner of what was clicked, the only one that is told.
    pub corner_clicks: u32,
    /// Strokes of at least [`STROKE_MOVES_MIN`] moves and [`FAR_PX`].
    pub strokes: u32,
    /// Those that are straight.
    pub straight_strokes: u32,
    /// Those that are straight, and along no axis: see [`AXIS_DEGREES`].
    pub slanted_strokes: u32,
    /// Places where two steps of at least [`STEP_PX`] meet.
    pub turns: u32,
    /// Those that go straight on.
    pub straight_turns: u32,
    /// Those that turn a little.
    pub small_turns: u32,
    /// Those that turn by a right angle.
    pub right_turns: u32,
    /// The way that the pointer moved, in px.
    pub path_px: u32,
    /// The time that it moved, in ms, pauses left out.
    pub moving_ms: u32,
    /// Clicks of which it is known how long after the last move they came.
    pub latencies: u32,
    /// How long that was, in ms, together.
    pub latency_ms: u32,
    /// When the first and the last of these moves were, by the page's clock, in ms: a client tells moves again.
    pub moved_ms: Option<(i64, i64)>,
}

impl Interaction {
    /// Both together. Moves that the later one tells again are counted once: then the one that tells more of them holds.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let tells_again = self.moved_ms.zip(later.moved_ms).is_some_and(|((_, last), (first, _))| first <= last);
        let moved = match (tells_again, self.turns > later.turns) {
            (true, true) => self.moves_alone(),
            (true, false) => later.moves_alone(),
            (false, _) => self.moves_alone().sum(&later.moves_alone()),
        };
        let mut both = self.without_moves().sum(&later.without_moves()).sum(&moved);
        both.moved_ms = match (self.moved_ms, later.moved_ms) {
            (Some((first, end)), Some((begin, last))) => Some((first.min(begin), end.max(last))),
            (earlier, later) => earlier.or(later),
        };
        both
    }

    fn moves_alone(&self) -> Self {
        Self {
            strokes: self.strokes,
            straight_strokes: self.straight_strokes,
            slanted_strokes: self.slanted_strokes,
            turns: self.turns,
            straight_turns: self.straight_turns,
            small_turns: self.small_turns,
            right_turns: self.right_turns,
            path_px: self.path_px,
            moving_ms: self.moving_ms,
            ..Self::default()
        }
    }

    fn without_moves(&self) -> Self {
        Self {
            strokes: 0,
            straight_strokes: 0,
            slanted_strokes: 0,
            turns: 0,
            straight_turns: 0,
            small_turns: 0,
            right_turns: 0,
            path_px: 0,
            moving_ms: 0,
            moved_ms: None,
            ..*self
        }
    }

    fn sum(&self, other: &Self) -> Self {
        let sum = |of: fn(&Self) -> u32| of(self).saturating_add(of(other));
        Self {
            inputs: InputKinds(self.inputs.0 | other.inputs.0),
            keyless_inputs: sum(|all| all.keyless_inputs),
            holds: sum(|all| all.holds),
            tight_holds: sum(|all| all.tight_holds),
            gaps: sum(|all| all.gaps),
            tight_gaps: sum(|all| all.tight_gaps),
            flights: sum(|all| all.flights),
            even_flights: sum(|all| all.even_flights),
            clicks: sum(|all| all.clicks),
            far_clicks: sum(|all| all.far_clicks),
            jumps: sum(|all| all.jumps),
            pathless_clicks: sum(|all| all.pathless_clicks),
            other_clicks: sum(|all| all.other_clicks),
            corner_clicks: sum(|all| all.corner_clicks),
            strokes: sum(|all| all.strokes),
            straight_strokes: sum(|all| all.straight_strokes),
            slanted_strokes: sum(|all| all.slanted_strokes),
            turns: sum(|all| all.turns),
            straight_turns: sum(|all| all.straight_turns),
            small_turns: sum(|all| all.small_turns),
            right_turns: sum(|all| all.right_turns),
            path_px: sum(|all| all.path_px),
            moving_ms: sum(|all| all.moving_ms),
            latencies: sum(|all| all.latencies),
            latency_ms: sum(|all| all.latency_ms),
            moved_ms: None,
        }
    }

    /// How fast the pointer moved, in px a second; None if it did not.
    #[must_use]
    pub fn velocity(&self) -> Option<f64> {
        (self.moving_ms > 0).then(|| f64::from(self.path_px) * 1_000.0 / f64::from(self.moving_ms))
    }

    /// How long after the last move a click came, in ms, on average; None if that is not known of any.
    #[must_use]
    pub fn latency(&self) -> Option<f64> {
        share(self.latency_ms, self.latencies)
    }
}

/// A part of a whole; None of nothing.
#[must_use]
pub fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(turns: u32, first: i64, last: i64) -> Interaction {
        Interaction { turns, path_px: turns * 10, moving_ms: turns * 5, moved_ms: Some((first, last)), ..typed(1) }
    }

    fn typed(holds: u32) -> Interaction {
        Interaction { holds, inputs: InputKinds::from_bits(1), ..Interaction::default() }
    }

    #[test]
    fn moves_that_are_told_again_count_once() {
        let both = moved(5, 10, 20).and(&moved(7, 15, 30));
        assert_eq!((both.turns, both.path_px, both.holds, both.moved_ms), (7, 70, 2, Some((10, 30))));
        let both = moved(5, 10, 20).and(&moved(7, 21, 30));
        assert_eq!((both.turns, both.moving_ms, both.moved_ms), (12, 60, Some((10, 30))));
        let both = typed(3).and(&moved(7, 21, 30));
        assert_eq!((both.turns, both.holds, both.moved_ms), (7, 4, Some((21, 30))));
    }

    #[test]
    fn nothing_has_no_share_and_no_speed() {
        assert_eq!((share(0, 0), share(1, 4)), (None, Some(0.25)));
        let none = Interaction::default();
        assert_eq!((none.velocity(), none.latency()), (None, None));
        assert_eq!(moved(5, 0, 0).velocity(), Some(2_000.0));
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let mut kinds = InputKinds::default();
        kinds.put(InputKind::Redo);
        assert!(kinds.has(InputKind::Redo) && !kinds.has(InputKind::Undo));
        assert_eq!(InputKinds::from_bits(u32::MAX).bits(), (1 << 21) - 1);
        assert_eq!(InputKind::ALL.map(|kind| kind as usize), std::array::from_fn(|n| n));
    }
}
