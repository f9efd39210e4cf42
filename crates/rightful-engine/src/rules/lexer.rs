//! From a rule's text to its words, in one pass: what CEL spells as literals, names and operators.

use super::{RuleError, Span};

/// The longest text of one rule, in bytes: room for a list of 256 device ids, which are the longest values there are.
pub(super) const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Whole numbers from this on have neighbors that are not told from them.
const WHOLE_END: f64 = 9_007_199_254_740_992.0;

/// One word of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// A number, whole or not.
    Number(f64),
    /// A text in quotes, its escapes resolved.
    Text(String),
    /// A name, or a word of the language.
    Word(&'a str),
    /// An operator or a bracket.
    Sign(&'static str),
    /// Nothing more.
    End,
}

impl Token<'_> {
    /// As errors name it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Number(number) => format!("the number `{number}`"),
            Self::Text(_) => "a text".to_owned(),
            Self::Word(word) => format!("`{word}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The operators and brackets; of two that begin alike, the longer one first.
const SIGNS: [&str; 22] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "?", ":", ".",
];

/// What people write who know another language, and what it is here.
const FOREIGN: [(&str, &str); 6] = [("=", "=="), ("&", "&&"), ("|", "||"), ("{", "["), ("}", "]"), ("`", "\"")];

/// All words of a text with their places, the end as the last. O(n).
pub(super) fn words(text: &str) -> Result<Vec<(Token<'_>, Span)>, RuleError> {
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the rule has {} bytes, of which at most {TEXT_BYTES_MAX} are read", text.len());
        // Its first line may be all of it, so it is not shown.
        return Err(RuleError::new("", Span { start: 0, end: 0 }, message));
    }
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = without_space(rest);
        let start = text.len() - rest.len();
        let (token, length) = word(rest).map_err(|(at, message)| {
            let length = rest.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            RuleError::new(text, Span { start: start + at, end: start + at + length }, message)
        })?;
        let is_end = token == Token::End;
        words.push((token, Span { start, end: start + length }));
        if is_end {
            return Ok(words);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// The text after spaces and comments.
fn without_space(mut rest: &str) -> &str {
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(comment) = rest.strip_prefix("//") else { return rest };
        rest = comment.find('\n').and_then(|end| comment.get(end..)).unwrap_or_default();
    }
}

/// The first word of a text and its length; or how far it was read, and why no further.
fn word(rest: &str) -> Result<(Token<'_>, usize), (usize, String)> {
    let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
    let is_raw = matches!(first, 'r' | 'R') && rest.get(1..).is_some_and(|rest| rest.starts_with(['"', '\'']));
    match first {
        '"' | '\'' => quoted(rest, 0, first),
        _ if is_raw => {
            quoted(rest, 1, if rest.get(1..).is_some_and(|rest| rest.starts_with('"')) { '"' } else { '\'' })
        }
        '0'..='9' => number(rest),
        '.' if rest.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => number(rest),
        'a'..='z' | 'A'..='Z' | '_' => {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            Ok((Token::Word(rest.get(..length).unwrap_or_default()), length))
        }
        _ => sign(rest, first),
    }
}

fn sign(rest: &str, first: char) -> Result<(Token<'_>, usize), (usize, String)> {
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(*sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let meant = FOREIGN.into_iter().find(|(foreign, _)| rest.starts_with(*foreign));
    Err((
        0,
        match meant {
            Some((foreign, meant)) => format!("`{foreign}` is not part of the language, did you mean `{meant}`?"),
            None => format!("{first:?} is not part of the language"),
        },
    ))
}

/// Digits, with a fraction and an exponent.
fn number(rest: &str) -> Result<(Token<'_>, usize), (usize, String)> {
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        from + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let starts = |at: usize, with: &[char]| rest.get(at..).is_some_and(|rest| rest.starts_with(with));
    let mut end = digits(0);
    let mut is_whole = true;
    // A dot without a digit after it belongs to what follows.
    if starts(end, &['.']) && digits(end + 1) > end + 1 {
        end = digits(end + 1);
        is_whole = false;
    }
    if starts(end, &['e', 'E']) {
        let from = end + 1 + usize::from(starts(end + 1, &['+', '-']));
        if digits(from) == from {
            return Err((end, "an exponent needs digits, like `1e6`".to_owned()));
        }
        end = digits(from);
        is_whole = false;
    }
    if starts(end, &['_']) || rest.get(end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
        return Err((end, "a number ends here: units and bases are not part of the language".to_owned()));
    }
    let text = rest.get(..end).unwrap_or_default();
    match text.parse::<f64>() {
        Ok(number) if is_whole && number >= WHOLE_END => {
            Err((0, "the number is too large to be exact; write it with an exponent, like `1e16`".to_owned()))
        }
        Ok(number) if number.is_finite() => Ok((Token::Number(number), end)),
        Ok(_) | Err(_) => Err((0, "the number is too large".to_owned())),
    }
}

/// A text in quotes that begin at `from`: 0, or 1 after an `r` that keeps backslashes as they are.
fn quoted(rest: &str, from: usize, quote: char) -> Result<(Token<'_>, usize), (usize, String)> {
    let mut text = String::new();
    let body = rest.get(from + 1..).unwrap_or_default();
    let mut places = body.char_indices();
    while let Some((at, c)) = places.next() {
        match c {
            _ if c == quote => return Ok((Token::Text(text), from + 1 + at + 1)),
            '\n' => break,
            '\\' if from == 0 => {
                let escaped = body.get(at + 1..).unwrap_or_default();
                let (c, length) = escape(escaped)
                    .ok_or_else(|| (from + 1 + at, "unknown escape; a backslash is written `\\\\`".to_owned()))?;
                text.push(c);
                // Escapes are ASCII, so their characters are their bytes.
                let _rest_of_escape = places.by_ref().take(length).last();
            }
            _ => text.push(c),
        }
    }
    Err((from, format!("the text that begins here has no closing `{quote}`")))
}

/// The character that an escape stands for, and the escape's length after its backslash.
fn escape(text: &str) -> Option<(char, usize)> {
    let code = |from: usize, length: usize, radix: u32| {
        let digits = text.get(from..from + length)?;
        if !digits.bytes().all(|c| char::from(c).is_digit(radix)) {
            return None;
        }
        Some((char::from_u32(u32::from_str_radix(digits, radix).ok()?)?, from + length))
    };
    match text.chars().next()? {
        'n' => Some(('\n', 1)),
        't' => Some(('\t', 1)),
        'r' => Some(('\r', 1)),
        'a' => Some(('\u{7}', 1)),
        'b' => Some(('\u{8}', 1)),
        'f' => Some(('\u{c}', 1)),
        'v' => Some(('\u{b}', 1)),
        c @ ('\\' | '"' | '\'' | '`' | '?') => Some((c, 1)),
        'x' | 'X' => code(1, 2, 16),
        'u' => code(1, 4, 16),
        'U' => code(1, 8, 16),
        '0'..='3' => code(0, 3, 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Result<Token<'_>, String> {
        let words = words(text).map_err(|error| error.to_string())?;
        Ok(words.into_iter().next().expect("the end at least").0)
    }

    #[test]
    fn numbers_are_read_as_cel_spells_them() {
        for (text, expected) in
            [("0", 0.0), ("12", 12.0), ("1.5", 1.5), (".5", 0.5), ("1e3", 1_000.0), ("2.5E-1", 0.25), ("1.", 1.0)]
        {
            assert_eq!(first(text), Ok(Token::Number(expected)), "{text}");
        }
        for text in ["1e", "1h", "0x10", "9007199254740993", "1e999", "1_000"] {
            assert!(first(text).is_err(), "{text}");
        }
    }

    #[test]
    fn texts_are_read_with_their_escapes() {
        for (text, expected) in [
            (r#""""#, ""),
            (r#""a'b""#, "a'b"),
            (r#"'a"b'"#, "a\"b"),
            (r#""a\n\t\\\"""#, "a\n\t\\\""),
            (r#""\x41\u00e9\U0001F600\101""#, "AéA".replace("éA", "é😀A").as_str()),
            (r#"r"a\n""#, "a\\n"),
            ("\"é\"", "é"),
        ] {
            assert_eq!(first(text), Ok(Token::Text(expected.to_owned())), "{text}");
        }
        for text in ["\"", "'a\"", "\"\\q\"", "\"\\ud800\"", "\"\\x4\"", "\"a\nb\"", "\"\\u+041\"", "\"\\é\""] {
            assert!(first(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spaces_and_comments_are_no_words() {
        let words = words(" a // b\n\t. c").expect("words");
        let tokens: Vec<Token<'_>> = words.into_iter().map(|(token, _)| token).collect();
        assert_eq!(tokens, [Token::Word("a"), Token::Sign("."), Token::Word("c"), Token::End]);
    }
}
