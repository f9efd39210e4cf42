//! Words that are looked for in a text, all in one pass.

/// At most 32 words to look for, whatever their case (ASCII alone). Made at compile time.
pub(super) struct Words<const N: usize> {
    words: [&'static str; N],
    /// Which words begin with a byte, by the byte.
    by_first: [u32; 256],
}

/// Which of the words a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found(u32);

impl<const N: usize> Words<N> {
    #[expect(clippy::indexing_slicing, reason = "runs at compile time, where an index out of bounds is an error")]
    pub(super) const fn of(words: [&'static str; N]) -> Self {
        let mut by_first = [0; 256];
        let mut place = 0;
        while place < N {
            let first = words[place].as_bytes()[0];
            by_first[first.to_ascii_lowercase() as usize] |= 1 << place;
            by_first[first.to_ascii_uppercase() as usize] |= 1 << place;
            place += 1;
        }
        Self { words, by_first }
    }

    pub(super) fn found_in(&self, text: &str) -> Found {
        let text = text.as_bytes();
        let mut found = 0;
        for (start, byte) in text.iter().enumerate() {
            let may_begin = self.by_first.get(usize::from(*byte)).copied().unwrap_or(0);
            // Those found need not be found again.
            let mut left = may_begin & !found;
            while left != 0 {
                let word = self.words.get(left.trailing_zeros() as usize).map_or(&[][..], |word| word.as_bytes());
                let here = text.get(start..start + word.len());
                if here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
                    found |= left & left.wrapping_neg();
                }
                left &= left - 1;
            }
        }
        Found(found)
    }
}

impl Found {
    /// The place of the one that is listed first.
    pub(super) fn first(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize)
    }

    /// Whether any from that place on is among them.
    pub(super) fn any_from(self, place: usize) -> bool {
        u32::try_from(place).ok().and_then(|place| self.0.checked_shr(place)).is_some_and(|rest| rest != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn those_are_found_that_a_text_holds_in_any_case(text in "[abcABC é]{0,12}") {
            const WORDS: Words<5> = Words::of(["ab", "b", "abca", "c a", "ca"]);
            let found = WORDS.found_in(&text);
            let text = text.to_ascii_lowercase();
            let holds: Vec<usize> = (0..5).filter(|place| text.contains(WORDS.words[*place])).collect();
            assert_eq!(found.first(), holds.first().copied());
            for place in 0..=5 {
                assert_eq!(found.any_from(place), holds.iter().any(|held| *held >= place));
            }
        }
    }
}
