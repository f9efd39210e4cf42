//! How the form was typed and moved, where a browser told.

use rightful_domain::Facts;

use super::{Slot, count_slot, number_slot};

/// Languages that are composed from keys: one stroke may commit many characters at once.
const COMPOSED: [&str; 5] = ["zh", "ja", "ko", "vi", "th"];

/// How the form was typed and moved. All of it as told; None where it was not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Behavior {
    /// Keys pressed.
    pub(crate) keys: Option<u32>,
    /// Pastes into a field.
    pub(crate) pastes: Option<u32>,
    /// Median time a key is held.
    pub(crate) key_hold_ms: Option<f64>,
    /// Median time between keys.
    pub(crate) key_flight_ms: Option<f64>,
    /// Pointer moves seen.
    pub(crate) pointer_moves: Option<u32>,
    /// Time from page load to submit.
    pub(crate) form_ms: Option<f64>,
    /// Whether the device asks for a language that is composed from keys; None when it asks for none.
    pub(crate) composes: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Behavior {
    let language = facts.event.device.language.as_deref();
    let Some(told) = &facts.event.behavior else { return Behavior::default() };
    Behavior {
        keys: told.keys,
        pastes: told.pastes,
        key_hold_ms: measured(told.key_hold_ms),
        key_flight_ms: measured(told.key_flight_ms),
        pointer_moves: told.pointer_moves,
        form_ms: measured(told.form_ms),
        composes: language.map(is_composed),
    }
}

// What is no time at all was not measured.
fn measured(ms: Option<f64>) -> Option<f64> {
    ms.filter(|ms| ms.is_finite() && *ms >= 0.0)
}

fn is_composed(language: &str) -> bool {
    let primary = language.split(['-', '_']).next().unwrap_or(language);
    COMPOSED.iter().any(|composed| primary.eq_ignore_ascii_case(composed))
}

pub(super) const SLOTS: &[Slot<Behavior>] = &[
    Slot { name: "keys", read: |b| count_slot(b.keys) },
    Slot { name: "pastes", read: |b| count_slot(b.pastes) },
    Slot { name: "key_hold_ms", read: |b| number_slot(b.key_hold_ms) },
    Slot { name: "key_flight_ms", read: |b| number_slot(b.key_flight_ms) },
    Slot { name: "pointer_moves", read: |b| count_slot(b.pointer_moves) },
    Slot { name: "form_ms", read: |b| number_slot(b.form_ms) },
];
