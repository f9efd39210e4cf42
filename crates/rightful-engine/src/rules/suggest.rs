//! What was probably meant by a name that is not known.

use super::vocabulary::{self, FEATURES, Word};

/// Beyond this edit distance a name is not a slip of another.
const DISTANCE_MAX: usize = 4;
/// The same of a word that may be the caller's own: `check_in` is no slip of `checkout`.
const SLIP_MAX: usize = 2;
/// Longer names are no slips, and comparing them would take long.
const NAME_BYTES_MAX: usize = 64;

/// The known name that is nearest to a given one, if any is near. O(n·m) for each known name.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(DISTANCE_MAX, name, known)
}

/// The known name of which a given one is a slip, where it may well be none: a word of the caller's own.
pub(super) fn slip_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(SLIP_MAX, name, known)
}

fn nearest_within<'a>(distance_max: usize, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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

/// Why a name is none.
pub(super) fn unknown_name(name: &str) -> String {
    let meant = match name.strip_prefix(FEATURES) {
        Some(feature) => nearest_of(feature, vocabulary::features()).map(|feature| format!("{FEATURES}{feature}")),
        None => nearest_of(name, vocabulary::words()).map(str::to_owned).or_else(|| {
            // A feature without what its name begins with.
            nearest_of(name, vocabulary::features()).map(|feature| format!("{FEATURES}{feature}"))
        }),
    };
    match meant {
        Some(meant) => format!("unknown name `{name}`, did you mean `{meant}`?"),
        None => format!("unknown name `{name}`"),
    }
}

fn nearest_of(name: &str, words: impl Iterator<Item = Word>) -> Option<&'static str> {
    nearest(name, words.map(|word| word.name))
}

/// Why a function is none.
pub(super) fn unknown_function(name: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    match nearest(name, known) {
        Some(meant) => format!("unknown function `{name}`, did you mean `{meant}`?"),
        None => format!("unknown function `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_is_levenshteins() {
        for (one, other, expected) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("deny", "deny", 0)] {
            assert_eq!(edit_distance(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["ip.country", "ip.asn", "account.age_days"];
        for (name, expected) in [
            ("ip.contry", Some("ip.country")),
            ("country", Some("ip.country")),
            ("account.ageDays", Some("account.age_days")),
            ("weather", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest(&"i".repeat(65), known), None);
    }
}
