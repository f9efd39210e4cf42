//! What was probably meant by a name that is not known.

use rightful_domain::nearest_within;

use super::vocabulary::{self, FEATURES, Word};

/// Beyond this edit distance a name is not a slip of another.
const DISTANCE_MAX: usize = 4;
/// The same of a word that may be the caller's own: `check_in` is no slip of `checkout`.
const SLIP_MAX: usize = 2;

/// The known name that is nearest to a given one, if any is near. O(n·m) for each known name.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(DISTANCE_MAX, name, known)
}

/// The known name of which a given one is a slip, where it may well be none: a word of the caller's own.
pub(super) fn slip_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(SLIP_MAX, name, known)
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
