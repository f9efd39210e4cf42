//! What a caller who wrote an unknown name probably meant.

use rightful_domain::nearest_within;

/// The most letters that may differ.
const DISTANCE_MAX: usize = 3;

/// The known name that is most like this one, as the end of a sentence; all known ones, if none is.
pub(crate) fn meant(name: &str, known: &[&str]) -> String {
    let fits = |known: &&str| name.len() >= 3 && (known.starts_with(name) || name.starts_with(known));
    let found = known.iter().copied().find(fits);
    let found = found.or_else(|| nearest_within(DISTANCE_MAX, name, known.iter().copied()));
    found.map_or_else(|| format!("; known are {}", known.join(", ")), |meant| format!(", did you mean \"{meant}\"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_known_is_suggested() {
        let known = ["value", "expires_at", "note"];
        assert_eq!(meant("expires", &known), ", did you mean \"expires_at\"?");
        assert_eq!(meant("valeu", &known), ", did you mean \"value\"?");
        assert_eq!(meant("zzz", &known), "; known are value, expires_at, note");
    }
}
