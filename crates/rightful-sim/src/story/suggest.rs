//! "Did you mean": the known word that a mistyped one is nearest to.

/// The nearest of the known words, if it is near enough to have been meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near_enough = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= near_enough)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's: letters to insert, remove or replace. O(n·m).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for ((above_left, above), y) in row.iter().zip(row.iter().skip(1)).zip(&b) {
            let left = next.last().copied().unwrap_or_default();
            let replaced = above_left + usize::from(x != *y);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["phone-a", "phone-b", "laptop-x"];
        assert_eq!(nearest("phone-aa", known), Some("phone-a"));
        assert_eq!(nearest("lapotp-x", known), Some("laptop-x"));
        assert_eq!(nearest("tablet", known), None);
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("kitten", "sitting")), (3, 3, 3));
    }
}
