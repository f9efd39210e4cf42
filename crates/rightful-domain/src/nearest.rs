//! What was probably meant by a word that is not known.

use crate::Action;

/// Beyond so many letters an action is no slip of another: `check_in` is none of `checkout`.
const ACTION_SLIP_MAX: usize = 2;
/// Longer names are no slips, and comparing them would take long.
const NAME_BYTES_MAX: usize = 64;

/// The known name that is nearest to a given one, if it is within so many letters added, removed or replaced, and within
/// half of the name. O(n·m) for each known name.
#[must_use]
pub fn nearest_within<'a>(
    distance_max: usize,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= distance_max.min(name.len() / 2))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's, a row at a time. O(n·m).
fn edit_distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

impl Action {
    /// The known action of which an application's own is a slip; None if it is known itself, or near none.
    #[must_use]
    pub fn slip_of(&self) -> Option<&'static str> {
        static KNOWN: [Action; 10] = Action::KNOWN;
        let Self::Custom(own) = self else { return None };
        nearest_within(ACTION_SLIP_MAX, own, KNOWN.iter().map(Self::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_an_action_is_told_from_one_of_ones_own() {
        for (text, expected) in [("lgoin", Some("login")), ("login", None), ("gift-card", None)] {
            assert_eq!(Action::parse(text).and_then(|action| action.slip_of()), expected, "{text}");
        }
    }

    #[test]
    fn edit_distance_is_levenshteins() {
        for (one, other, expected) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("deny", "deny", 0)] {
            assert_eq!(edit_distance(one, other), expected, "{one} {other}");
        }
    }
}
