//! What the keys and inputs of one field come to: how long they were held, how they followed, and by which ways the text
//! came.

use rightful_domain::{InputKind, Interaction, TIGHT_MS};

/// An interval between keys is as long as the median one if it is off by no more than so much of it, or ...
const EVEN_PART: f64 = 0.05;
/// ... by no more than so many ms, since clocks tell whole ones and events wait for each other.
const EVEN_MS: f64 = 3.0;
/// The longest time between two keys that says anything of a rhythm, in ms.
const FLIGHT_MS_MAX: f64 = 1_000.0;

/// One field, from getting to losing the focus.
#[derive(Default)]
pub(super) struct Field {
    pub(super) downs: Vec<f64>,
    pub(super) ups: Vec<f64>,
    pub(super) inputs: Vec<Input>,
}

/// One change of a field.
#[derive(Clone, Copy)]
pub(super) struct Input(InputKind);

impl Input {
    /// By its name among the DOM's input events, and by whether the browser made it; None of a kind that is none.
    pub(super) fn of(name: Option<&str>, is_trusted: bool) -> Option<Self> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Some(Self(if is_trusted { InputKind::Filled } else { InputKind::Script }));
        };
        // A script may say any kind of its own events.
        if !is_trusted {
            return Some(Self(InputKind::Script));
        }
        // Input Events Level 2, section 4.1.2.
        Some(Self(match name {
            "insertText" => InputKind::Text,
            "insertFromPaste" | "insertFromPasteAsQuotation" | "insertFromYank" => InputKind::Paste,
            "insertReplacementText" => InputKind::Replacement,
            "insertCompositionText" => InputKind::Composition,
            "insertFromComposition" => InputKind::FromComposition,
            "insertLineBreak" | "insertParagraph" => InputKind::LineBreak,
            "insertFromDrop" => InputKind::Drop,
            "deleteContentBackward" => InputKind::DeleteBackward,
            "deleteContentForward" => InputKind::DeleteForward,
            "deleteContent" => InputKind::DeleteContent,
            "deleteWordBackward" => InputKind::DeleteWordBackward,
            "deleteSoftLineBackward" => InputKind::DeleteSoftLineBackward,
            "deleteHardLineBackward" => InputKind::DeleteHardLineBackward,
            "deleteByCut" => InputKind::DeleteByCut,
            "deleteByDrag" => InputKind::DeleteByDrag,
            "deleteCompositionText" => InputKind::DeleteComposition,
            "historyUndo" => InputKind::Undo,
            "historyRedo" => InputKind::Redo,
            other if other.starts_with("delete") => InputKind::Delete,
            _ => return None,
        }))
    }
}

/// Adds what one field says.
pub(super) fn add(all: &mut Interaction, field: &Field) {
    for Input(kind) in &field.inputs {
        all.inputs.put(*kind);
    }
    if field.downs.is_empty() {
        let n_text = field.inputs.iter().filter(|Input(kind)| *kind == InputKind::Text).count();
        all.keyless_inputs = all.keyless_inputs.saturating_add(count(n_text));
    }
    let Some(ups) = ups_of(field) else { return };
    let downs = &field.downs;
    let holds: Vec<f64> = ups.iter().zip(downs).map(|(up, down)| up - down).collect();
    all.holds = all.holds.saturating_add(count(holds.len()));
    all.tight_holds = all.tight_holds.saturating_add(tight(&holds));
    let gaps: Vec<f64> = downs.iter().skip(1).zip(ups).map(|(down, up)| down - up).collect();
    all.gaps = all.gaps.saturating_add(count(gaps.len()));
    all.tight_gaps = all.tight_gaps.saturating_add(tight(&gaps));
    let flights: Vec<f64> = downs
        .windows(2)
        .filter_map(|pair| Some(pair.last()? - pair.first()?))
        .filter(|flight| *flight < FLIGHT_MS_MAX)
        .collect();
    all.flights = all.flights.saturating_add(count(flights.len()));
    if let Some(median) = median(flights.clone()) {
        let off_max = (median * EVEN_PART).max(EVEN_MS);
        let n_even = flights.iter().filter(|flight| (*flight - median).abs() <= off_max).count();
        all.even_flights = all.even_flights.saturating_add(count(n_even));
    }
}

/// The releases of a field's keys, one for each key but perhaps the last, which is released elsewhere (Tab, Enter). None
/// where keys and releases do not match: a key that is held down goes down again and again, at a rhythm that is the
/// machine's and says nothing of a person.
fn ups_of(field: &Field) -> Option<&[f64]> {
    let first = *field.downs.first()?;
    // The key that led here was pressed in the field before.
    let n_before = field.ups.iter().take_while(|up| **up < first).count();
    let ups = field.ups.get(n_before..)?;
    let n_missing = field.downs.len().checked_sub(ups.len())?;
    let is_sorted = field.downs.is_sorted() && ups.is_sorted();
    let are_pairs = ups.iter().zip(&field.downs).all(|(up, down)| up >= down);
    (n_missing <= 1 && is_sorted && are_pairs).then_some(ups)
}

fn tight(times: &[f64]) -> u32 {
    count(times.iter().filter(|ms| (0.0..=TIGHT_MS).contains(*ms)).count())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The middle one of what is a time at all.
pub(super) fn median(mut all: Vec<f64>) -> Option<f64> {
    all.retain(|value| value.is_finite() && *value >= 0.0);
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(downs: &[f64], ups: &[f64]) -> Interaction {
        let mut all = Interaction::default();
        add(&mut all, &Field { downs: downs.to_vec(), ups: ups.to_vec(), inputs: Vec::new() });
        all
    }

    #[test]
    fn a_program_presses_each_key_as_it_lets_go_of_the_last() {
        let downs = [0.0, 56.0, 108.0, 160.0, 214.0];
        let ups = [54.0, 107.0, 159.0, 213.0, 268.0];
        let told = typed(&downs, &ups);
        assert_eq!((told.gaps, told.tight_gaps, told.holds, told.tight_holds), (4, 4, 5, 0));
        assert_eq!((told.flights, told.even_flights), (4, 4));
        // Fingers overlap, and wait.
        let told = typed(&[0.0, 90.0, 300.0, 380.0], &[110.0, 180.0, 390.0, 450.0]);
        assert_eq!((told.gaps, told.tight_gaps, told.flights, told.even_flights), (3, 0, 3, 1));
    }

    #[test]
    fn a_key_that_is_held_down_is_no_rhythm() {
        let repeated: Vec<f64> = (0..20).map(|n| f64::from(n) * 33.0).collect();
        assert_eq!(typed(&repeated, &[700.0]), Interaction::default());
    }

    #[test]
    fn a_key_that_led_here_or_away_is_in_another_field() {
        let told = typed(&[100.0, 250.0, 400.0], &[40.0, 180.0, 330.0]);
        assert_eq!((told.holds, told.gaps), (2, 2));
    }

    #[test]
    fn text_without_keys_is_not_typed() {
        let mut all = Interaction::default();
        let inputs = [("insertText", true), ("insertText", false), ("", true), ("insertTranspose", true)];
        let inputs = inputs.into_iter().filter_map(|(name, trusted)| Input::of(Some(name), trusted)).collect();
        add(&mut all, &Field { inputs, ..Field::default() });
        assert_eq!(all.keyless_inputs, 1);
        let has = [InputKind::Text, InputKind::Script, InputKind::Filled, InputKind::Paste];
        assert_eq!(has.map(|kind| all.inputs.has(kind)), [true, true, true, false]);
    }

    #[test]
    fn every_kind_of_the_dom_is_known() {
        for (name, kind) in [
            ("deleteEntireSoftLine", InputKind::Delete),
            ("deleteWordForward", InputKind::Delete),
            ("deleteByCut", InputKind::DeleteByCut),
            ("historyRedo", InputKind::Redo),
            ("insertFromPaste", InputKind::Paste),
        ] {
            assert_eq!(Input::of(Some(name), true).map(|Input(kind)| kind), Some(kind), "{name}");
        }
        assert!(Input::of(Some("formatBold"), true).is_none());
    }
}
