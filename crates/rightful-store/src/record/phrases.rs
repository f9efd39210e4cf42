//! Agent strings with what all of them say said in a byte or two: a hundred letters become twenty.
//!
//! Every account keeps the agent of its latest device, and nearly all of it is the same words in the same order. The words
//! stand here instead of in a table that is learned: it needs no limit, nobody can fill it, and what is written down reads
//! back without it. Letters are written as they are, so that a text is never longer than it was. The phrases are a stored
//! form: none is changed or moved, new ones come at the end of [`OTHERS`].

use std::cmp::Reverse;
use std::sync::LazyLock;

use smallvec::SmallVec;

use super::Undecodable;

/// The first of eleven bytes that no text has (RFC 3629, section 1), one for each of the commonest phrases.
const FIRST_CODE: u8 = 0xF5;
/// A byte that no text has, either: the next one is the place of one of the other phrases.
const OTHER_CODE: u8 = 0xC0;

/// What is said in one byte.
const COMMONEST: [&str; 11] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    ".0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android ",
    ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    ".0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS ",
    " like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ",
    "Version/",
    " Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/",
    "Mozilla/5.0 (",
];

/// What is said in two.
const OTHERS: [&str; 53] = [
    "537.36 (KHTML, like Gecko) Chrome/",
    "605.1.15 (KHTML, like Gecko) Version/",
    "AppleWebKit/537.36 (KHTML, like Gecko)",
    "AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/",
    " (KHTML, like Gecko) ",
    " Safari/537.36",
    " Safari/605.1.15",
    " Safari/604.1",
    " Mobile/15E148",
    " Mobile Safari/537.36",
    " Mobile",
    "Macintosh; Intel Mac OS X ",
    "10_15_7",
    "Windows NT 10.0; Win64; x64",
    "Windows NT ",
    "X11; Linux x86_64",
    "X11; Ubuntu; Linux x86_64",
    "X11; CrOS x86_64 14541.0.0",
    "iPad; CPU OS ",
    " like Mac OS X",
    "Linux; Android ",
    "Android 10; K",
    "Android; Mobile",
    ") Gecko/20100101 Firefox/",
    "Gecko/",
    " Firefox/",
    "; rv:",
    " Edg/",
    " EdgA/",
    "EdgiOS/",
    " OPR/",
    "CriOS/",
    "FxiOS/",
    "GSA/",
    "SamsungBrowser/",
    "HeadlessChrome/",
    "Chrome/",
    ".0.0.0",
    " Build/",
    "Dalvik/2.1.0 (Linux; U; Android ",
    "okhttp/",
    " CFNetwork/",
    " Darwin/",
    "python-requests/",
    "Mozilla/4.0 (compatible; MSIE ",
    "Trident/7.0; rv:11.0) like Gecko",
    "; compatible; ",
    "[FBAN/FBIOS;FBAV/",
    " Instagram ",
    "; SM-",
    "; Pixel ",
    "Mobile/",
];

/// A phrase and how it is said.
type Said = (&'static [u8], Code);

#[derive(Clone, Copy)]
enum Code {
    Commonest(u8),
    Other(u8),
}

/// All phrases by their first letter, long ones first.
static BY_LETTER: LazyLock<[Vec<Said>; 128]> = LazyLock::new(|| {
    let commonest =
        COMMONEST.iter().zip(FIRST_CODE..=u8::MAX).map(|(phrase, code)| (phrase.as_bytes(), Code::Commonest(code)));
    let others = OTHERS.iter().zip(0..).map(|(phrase, place)| (phrase.as_bytes(), Code::Other(place)));
    let mut by_letter = [const { Vec::new() }; 128];
    for said in commonest.chain(others) {
        let letter = said.0.first().and_then(|letter| by_letter.get_mut(usize::from(*letter)));
        letter.into_iter().for_each(|phrases: &mut Vec<Said>| phrases.push(said));
    }
    by_letter.iter_mut().for_each(|phrases| phrases.sort_by_key(|(phrase, _)| Reverse(phrase.len())));
    by_letter
});

/// What agent strings are in short, nearly always without asking for memory: one is made at each login, and let go.
pub(crate) type Short = SmallVec<[u8; 96]>;

/// Writes a text with its phrases in short.
pub(crate) fn shortened(text: &str) -> Short {
    let mut short = Short::new();
    let mut rest = text.as_bytes();
    while let Some((letter, others)) = rest.split_first() {
        let phrases = BY_LETTER.get(usize::from(*letter)).map(Vec::as_slice).unwrap_or_default();
        // Phrases of one letter mostly differ from a text in where they would end: that is sooner seen than compared.
        let ends_here = |phrase: &[u8]| rest.get(phrase.len() - 1) == phrase.last();
        match phrases.iter().find(|(phrase, _)| ends_here(phrase) && rest.starts_with(phrase)) {
            Some((phrase, code)) => {
                match code {
                    Code::Commonest(code) => short.push(*code),
                    Code::Other(place) => short.extend([OTHER_CODE, *place]),
                }
                rest = rest.get(phrase.len()..).unwrap_or_default();
            }
            None => {
                short.push(*letter);
                rest = others;
            }
        }
    }
    short
}

/// The runs of letters of what was shortened, one after the other; None for a phrase that there is not.
fn runs(short: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = short;
    std::iter::from_fn(move || {
        let (code, others) = rest.split_first()?;
        if let Some(place) = code.checked_sub(FIRST_CODE) {
            rest = others;
            return Some(COMMONEST.get(usize::from(place)).map(|phrase| phrase.as_bytes()));
        }
        if *code == OTHER_CODE {
            let place = others.first();
            rest = others.get(1..).unwrap_or_default();
            return Some(place.and_then(|place| OTHERS.get(usize::from(*place))).map(|phrase| phrase.as_bytes()));
        }
        let is_code = |byte: &u8| *byte >= FIRST_CODE || *byte == OTHER_CODE;
        let (run, after) = rest.split_at(rest.iter().position(is_code).unwrap_or(rest.len()));
        rest = after;
        Some(Some(run))
    })
}

/// The whole text.
pub(crate) fn whole(short: &[u8]) -> Result<Box<str>, Undecodable> {
    let mut text = Vec::with_capacity(runs(short).flatten().map(<[u8]>::len).sum());
    for run in runs(short) {
        text.extend_from_slice(run.ok_or(Undecodable("a phrase that is not there"))?);
    }
    String::from_utf8(text).map(Into::into).map_err(|_| Undecodable("not a text"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, n_bytes: usize) {
        let short = shortened(text);
        assert_eq!((short.len(), &*whole(&short).unwrap()), (n_bytes, text));
    }

    #[test]
    fn agents_are_said_in_a_few_bytes() {
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            5,
        );
        check(
            "Mozilla/5.0 (Linux; Android 16; SM-S938B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            15,
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            12,
        );
        check(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            9,
        );
        check("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", 17);
        check("Ünser Browser 1.0 🦊", "Ünser Browser 1.0 🦊".len());
    }

    #[test]
    fn a_phrase_is_never_said_otherwise() {
        // The first and the last of each list, as they were first written.
        let said = [
            (&[0xF5][..], COMMONEST[0]),
            (&[0xFF], "Mozilla/5.0 ("),
            (&[0xC0, 0], "537.36 (KHTML, like Gecko) Chrome/"),
            (&[0xC0, 52], "Mobile/"),
        ];
        for (short, text) in said {
            assert_eq!(&*whole(short).unwrap(), text);
        }
        let letters: String = COMMONEST.iter().chain(&OTHERS).flat_map(|phrase| [phrase, "\n"]).collect();
        assert_eq!(crc32fast::hash(letters.as_bytes()), CRC, "phrases are a stored form: new ones come at the end");
    }

    const CRC: u32 = 3_736_845_217;

    proptest! {
        #[test]
        fn any_text_reads_back_and_any_bytes_read_as_something(text in ".*", bytes in any::<Vec<u8>>()) {
            let short = shortened(&text);
            prop_assert!(short.len() <= text.len());
            prop_assert!(*whole(&short).unwrap() == text);
            let _ = whole(&bytes).is_ok();
        }
    }
}
