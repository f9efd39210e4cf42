//! What single strokes, inputs and moves say, where a browser's client tells them one by one.

use rightful_domain::{Facts, share};

use super::{Slot, count_slot, flag_slot, number_slot};

/// How keys were struck, how text came, and how the pointer moved. All None where the client tells it not one by one;
/// shares are None of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Interaction {
    /// Whether anything was put into a field, by whatever way.
    pub(crate) has_input: Option<bool>,
    /// Characters that came into fields in which no key was pressed.
    pub(crate) keyless_inputs: Option<u32>,
    /// Keys of which it is known how long they were held.
    pub(crate) key_holds: Option<u32>,
    /// The share of them that were held for next to no time.
    pub(crate) tight_hold_share: Option<f64>,
    /// Keys of which it is known when the one before was let go.
    pub(crate) key_gaps: Option<u32>,
    /// The share of them that were pressed at once then.
    pub(crate) tight_gap_share: Option<f64>,
    /// Keys of which it is known when the one before was pressed.
    pub(crate) key_flights: Option<u32>,
    /// The share of them that came as long after it as the median key.
    pub(crate) even_flight_share: Option<f64>,
    /// Clicks of a mouse.
    pub(crate) mouse_clicks: Option<u32>,
    /// Those that are known to be far from where the pointer was.
    pub(crate) far_clicks: Option<u32>,
    /// Those of them to which the pointer jumped.
    pub(crate) jumps: Option<u32>,
    /// Clicks that nothing led to.
    pub(crate) pathless_clicks: Option<u32>,
    /// Long strokes of the pointer.
    pub(crate) strokes: Option<u32>,
    /// Those that are straight.
    pub(crate) straight_strokes: Option<u32>,
    /// Those that are straight, and along no axis.
    pub(crate) slanted_strokes: Option<u32>,
    /// The share of turns that go straight on.
    pub(crate) straight_turn_share: Option<f64>,
    /// The share of turns that are small.
    pub(crate) small_turn_share: Option<f64>,
    /// The share of turns that are right angles.
    pub(crate) right_turn_share: Option<f64>,
    /// How fast the pointer moved, in px a second.
    pub(crate) pointer_velocity: Option<f64>,
    /// How long after the last move clicks came, in ms.
    pub(crate) click_latency_ms: Option<f64>,
}

pub(super) fn derive(facts: &Facts) -> Interaction {
    let told = facts.event.behavior.as_ref().and_then(|behavior| behavior.interaction.as_deref());
    let Some(told) = told else { return Interaction::default() };
    Interaction {
        has_input: Some(told.inputs.bits() != 0),
        keyless_inputs: Some(told.keyless_inputs),
        key_holds: Some(told.holds),
        tight_hold_share: share(told.tight_holds, told.holds),
        key_gaps: Some(told.gaps),
        tight_gap_share: share(told.tight_gaps, told.gaps),
        key_flights: Some(told.flights),
        even_flight_share: share(told.even_flights, told.flights),
        mouse_clicks: Some(told.clicks),
        far_clicks: Some(told.far_clicks),
        jumps: Some(told.jumps),
        pathless_clicks: Some(told.pathless_clicks),
        strokes: Some(told.strokes),
        straight_strokes: Some(told.straight_strokes),
        slanted_strokes: Some(told.slanted_strokes),
        straight_turn_share: share(told.straight_turns, told.turns),
        small_turn_share: share(told.small_turns, told.turns),
        right_turn_share: share(told.right_turns, told.turns),
        pointer_velocity: told.velocity(),
        click_latency_ms: told.latency(),
    }
}

pub(super) const SLOTS: &[Slot<Interaction>] = &[
    Slot { name: "has_input", read: |i| flag_slot(i.has_input) },
    Slot { name: "keyless_inputs", read: |i| count_slot(i.keyless_inputs) },
    Slot { name: "key_holds", read: |i| count_slot(i.key_holds) },
    Slot { name: "tight_hold_share", read: |i| number_slot(i.tight_hold_share) },
    Slot { name: "key_gaps", read: |i| count_slot(i.key_gaps) },
    Slot { name: "tight_gap_share", read: |i| number_slot(i.tight_gap_share) },
    Slot { name: "key_flights", read: |i| count_slot(i.key_flights) },
    Slot { name: "even_flight_share", read: |i| number_slot(i.even_flight_share) },
    Slot { name: "mouse_clicks", read: |i| count_slot(i.mouse_clicks) },
    Slot { name: "far_clicks", read: |i| count_slot(i.far_clicks) },
    Slot { name: "pointer_jumps", read: |i| count_slot(i.jumps) },
    Slot { name: "pathless_clicks", read: |i| count_slot(i.pathless_clicks) },
    Slot { name: "pointer_strokes", read: |i| count_slot(i.strokes) },
    Slot { name: "straight_strokes", read: |i| count_slot(i.straight_strokes) },
    Slot { name: "slanted_strokes", read: |i| count_slot(i.slanted_strokes) },
    Slot { name: "straight_turn_share", read: |i| number_slot(i.straight_turn_share) },
    Slot { name: "small_turn_share", read: |i| number_slot(i.small_turn_share) },
    Slot { name: "right_turn_share", read: |i| number_slot(i.right_turn_share) },
    Slot { name: "pointer_velocity", read: |i| number_slot(i.pointer_velocity) },
    Slot { name: "click_latency_ms", read: |i| number_slot(i.click_latency_ms) },
];
