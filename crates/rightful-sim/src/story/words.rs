//! The words of a story's line, one after the other, and what is said of one that is wrong.

use super::parse::StoryError;
use super::suggest::nearest;

/// A word and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) column: usize,
}

/// The words of one line, one after the other.
pub(super) struct Words<'a> {
    pub(super) line: usize,
    words: Vec<Word<'a>>,
    n_read: usize,
    /// The column after the last word.
    end: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(line: usize, text: &'a str) -> Self {
        let mut words: Vec<Word<'a>> = Vec::new();
        let mut start = None;
        let mut column = 0;
        for (offset, c) in text.char_indices() {
            column += 1;
            match (start, c.is_whitespace()) {
                (None, false) => start = Some((offset, column)),
                (Some((from, at)), true) => {
                    words.push(Word { text: text.get(from..offset).unwrap_or_default(), column: at });
                    start = None;
                }
                (None, true) | (Some(_), false) => {}
            }
        }
        if let Some((from, at)) = start {
            words.push(Word { text: text.get(from..).unwrap_or_default(), column: at });
        }
        Self { line, words, n_read: 0, end: column + 1 }
    }

    pub(super) fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.n_read).copied()
    }

    /// The word that was read last.
    pub(super) fn last(&self) -> Word<'a> {
        let read = self.n_read.checked_sub(1).and_then(|place| self.words.get(place)).copied();
        read.unwrap_or(Word { text: "", column: 1 })
    }

    pub(super) fn next(&mut self, what: &str) -> Result<Word<'a>, StoryError> {
        let end = Word { text: "", column: self.end };
        let word = self.peek().filter(|word| word.text != "->" || what == "->");
        let word = word.ok_or_else(|| self.wrong(self.peek().unwrap_or(end), format!("{what} is missing")))?;
        self.n_read += 1;
        Ok(word)
    }

    pub(super) fn literal(&mut self, text: &str) -> Result<(), StoryError> {
        let word = self.next(text)?;
        if word.text == text { Ok(()) } else { Err(self.wrong(word, format!("here {text:?} is expected"))) }
    }

    pub(super) fn end(&self) -> Result<(), StoryError> {
        self.peek().map_or(Ok(()), |word| Err(self.wrong(word, "this is too much")))
    }

    pub(super) fn choose<'k>(
        &self,
        word: Word<'_>,
        what: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Result<&'k str, StoryError> {
        let known: Vec<&str> = known.into_iter().collect();
        let found = known.iter().find(|candidate| **candidate == word.text).copied();
        found.ok_or_else(|| self.unknown(word, what, nearest(word.text, known)))
    }

    pub(super) fn unknown(&self, word: Word<'_>, what: &str, nearest: Option<&str>) -> StoryError {
        let suggestion = nearest.map(str::to_owned);
        StoryError { suggestion, ..self.wrong(word, format!("unknown {what} {:?}", word.text)) }
    }

    pub(super) fn wrong(&self, word: Word<'_>, what: impl Into<String>) -> StoryError {
        StoryError { line: self.line, column: word.column, what: what.into(), suggestion: None }
    }
}
