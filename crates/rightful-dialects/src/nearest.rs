//! What a caller who wrote an unknown name probably meant.

/// The most letters that may differ.
const DISTANCE_MAX: usize = 3;
/// The longest name that is compared, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The known name that is most like this one, as the end of a sentence; all known ones, if none is.
pub(crate) fn meant(name: &str, known: &[&str]) -> String {
    let fits = |known: &&str| name.len() >= 3 && (known.starts_with(name) || name.starts_with(known));
    let near =
        |known: &&&str| name.len() <= NAME_BYTES_MAX && distance(name, known) <= DISTANCE_MAX.min(name.len() / 2);
    let found = known.iter().copied().find(fits);
    let found = found.or_else(|| known.iter().filter(near).min_by_key(|known| distance(name, known)).copied());
    found.map_or_else(|| format!("; known are {}", known.join(", ")), |meant| format!(", did you mean \"{meant}\"?"))
}

/// Edit distance: bytes added, removed or replaced.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n_before, byte) in one.bytes().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = n_before + 1;
        next.push(left);
        for (pair, other) in row.windows(2).zip(other.bytes()) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(byte != other)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
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
