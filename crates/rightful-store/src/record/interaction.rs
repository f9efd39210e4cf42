//! The stored form of what single strokes, inputs and moves come to: in an entry it is sealed with what else is people's
//! data, since a rhythm is one's own.

use rightful_domain::{InputKinds, Interaction};
use serde::{Deserialize, Serialize};

/// The kinds of input as bits; the counts, in the order of the domain; the first and last move, in ms.
#[derive(Serialize, Deserialize, PartialEq, Clone, Copy)]
pub(super) struct StoredInteraction {
    inputs: u32,
    keys: [u32; 7],
    clicks: [u32; 6],
    moves: [u32; 9],
    latencies: [u32; 2],
    moved_ms: Option<(i64, i64)>,
}

impl StoredInteraction {
    pub(super) const fn of(told: &Interaction) -> Self {
        Self {
            inputs: told.inputs.bits(),
            keys: [
                told.keyless_inputs,
                told.holds,
                told.tight_holds,
                told.gaps,
                told.tight_gaps,
                told.flights,
                told.even_flights,
            ],
            clicks: [
                told.clicks,
                told.far_clicks,
                told.jumps,
                told.pathless_clicks,
                told.other_clicks,
                told.corner_clicks,
            ],
            moves: [
                told.strokes,
                told.straight_strokes,
                told.slanted_strokes,
                told.turns,
                told.straight_turns,
                told.small_turns,
                told.right_turns,
                told.path_px,
                told.moving_ms,
            ],
            latencies: [told.latencies, told.latency_ms],
            moved_ms: told.moved_ms,
        }
    }

    pub(super) const fn restore(self) -> Interaction {
        let [keyless_inputs, holds, tight_holds, gaps, tight_gaps, flights, even_flights] = self.keys;
        let [clicks, far_clicks, jumps, pathless_clicks, other_clicks, corner_clicks] = self.clicks;
        let [
            strokes,
            straight_strokes,
            slanted_strokes,
            turns,
            straight_turns,
            small_turns,
            right_turns,
            path_px,
            moving_ms,
        ] = self.moves;
        let [latencies, latency_ms] = self.latencies;
        Interaction {
            inputs: InputKinds::from_bits(self.inputs),
            keyless_inputs,
            holds,
            tight_holds,
            gaps,
            tight_gaps,
            flights,
            even_flights,
            clicks,
            far_clicks,
            jumps,
            pathless_clicks,
            other_clicks,
            corner_clicks,
            strokes,
            straight_strokes,
            slanted_strokes,
            turns,
            straight_turns,
            small_turns,
            right_turns,
            path_px,
            moving_ms,
            latencies,
            latency_ms,
            moved_ms: self.moved_ms,
        }
    }
}
