//! What is paid with and whom: an IBAN, a card, a wallet, a hash. Normalized, so that two spellings are one; checked by the
//! checksum it has; and kept as a keyed hash, so that no copy of the data folder tells an account or a card.

use std::borrow::Cow;

use crate::{Call, digest};

const PURPOSE: &str = "sumsub instrument";
/// Signs at the end that people know their own account or card by.
const SHOWN_CHARS: usize = 4;
/// Card numbers (ISO/IEC 7812).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// IBANs (ISO 13616): Norway's to the longest allowed.
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;

/// What sort of thing an account's id is, by its form and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Iban,
    Card,
    Wallet,
    /// A hash, a local account number, or what does not pass its checksum: known again only by the same spelling.
    Text,
}

impl Sort {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Wallet => "wallet",
            Self::Text => "text",
        }
    }
}

/// An instrument, as it is known again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instrument {
    /// Its sort, and a keyed hash.
    pub(super) id: String,
    /// What may be kept in its place; None where it may be kept as it is.
    pub(super) shown: Option<String>,
}

/// Names the instrument of an account's id, at the bank of a SWIFT code where it is told: two banks may use one number.
pub(super) fn of(call: &Call<'_>, account_id: &str, bank: Option<&str>) -> Instrument {
    let (sort, normal) = sort_of(account_id);
    let bank = bank.filter(|_| sort == Sort::Text).and_then(bic).unwrap_or_default();
    let application = call.application.id.as_str().as_bytes();
    let parts = [application, sort.as_str().as_bytes(), bank.as_bytes(), normal.as_bytes()];
    let hash: String = digest::keyed(call.link_key, PURPOSE, &parts).iter().map(|byte| format!("{byte:02x}")).collect();
    Instrument { id: format!("{}:{hash}", sort.as_str()), shown: (sort != Sort::Text).then(|| shown(&normal)) }
}

fn shown(normal: &str) -> String {
    let from = normal.char_indices().rev().nth(SHOWN_CHARS - 1).map_or(0, |(at, _)| at);
    format!("****{}", normal.get(from..).unwrap_or_default())
}

fn sort_of(told: &str) -> (Sort, Cow<'_, str>) {
    let told = told.trim();
    let squeezed: String = told.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let upper = squeezed.to_ascii_uppercase();
    if is_iban(&upper) {
        return (Sort::Iban, upper.into());
    }
    if is_card(&squeezed) {
        return (Sort::Card, squeezed.into());
    }
    match wallet(told) {
        Some(wallet) => (Sort::Wallet, wallet.into()),
        None => (Sort::Text, told.into()),
    }
}

/// ISO 13616: two letters, two check digits, and a remainder of 1 by 97.
fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [a, b, c, d, ..] = bytes else { return false };
    let begins = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !begins || !IBAN_CHARS.contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let turned = bytes.iter().cycle().skip(4).take(bytes.len());
    let digits = turned.filter_map(|c| char::from(*c).to_digit(36));
    digits.fold(0, |rest, digit| if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 }) == 1
}

/// ISO/IEC 7812: Luhn's checksum.
fn is_card(text: &str) -> bool {
    if !CARD_DIGITS.contains(&text.len())
        || !text.bytes().all(|c| c.is_ascii_digit())
        || text.bytes().all(|c| c == b'0')
    {
        return false;
    }
    let sum: u32 = text
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// Ethereum's addresses, whose upper-case letters are a checksum and not part of them; and those of BIP 173 and 350.
fn wallet(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return (digits.len() == 40 && digits.bytes().all(|c| c.is_ascii_hexdigit())).then_some(lower);
    }
    let is_mixed = text.bytes().any(|c| c.is_ascii_uppercase()) && text.bytes().any(|c| c.is_ascii_lowercase());
    (!is_mixed && is_bech32(&lower)).then_some(lower)
}

/// BIP 173's checksum, or BIP 350's.
fn is_bech32(text: &str) -> bool {
    const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let Some((prefix, data)) = text.rsplit_once('1') else { return false };
    if !(14..=90).contains(&text.len()) || prefix.is_empty() || data.len() < 6 || !text.is_ascii() {
        return false;
    }
    let Some(values) = data
        .bytes()
        .map(|c| LETTERS.iter().position(|letter| *letter == c).and_then(|at| u32::try_from(at).ok()))
        .collect::<Option<Vec<u32>>>()
    else {
        return false;
    };
    let high = prefix.bytes().map(|c| u32::from(c >> 5));
    let low = prefix.bytes().map(|c| u32::from(c & 31));
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATOR
            .iter()
            .enumerate()
            .fold(shifted, |sum, (bit, term)| if top >> bit & 1 == 1 { sum ^ term } else { sum })
    };
    let sum = high.chain(std::iter::once(0)).chain(low).chain(values).fold(1, step);
    matches!(sum, 1 | 0x2bc8_30a3)
}

/// A SWIFT code (ISO 9362) with its branch; None if it cannot be one.
fn bic(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let is_one = matches!(code.len(), 8 | 11)
        && code.bytes().take(6).all(|c| c.is_ascii_uppercase())
        && code.bytes().all(|c| c.is_ascii_alphanumeric());
    is_one.then(|| if code.len() == 8 { format!("{code}XXX") } else { code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &str, sort: Sort, normal: &str) {
        assert_eq!(sort_of(told), (sort, Cow::Borrowed(normal)), "{told}");
    }

    #[test]
    fn an_instrument_is_known_by_its_checksum_however_it_is_spelled() {
        check("DE89 3704 0044 0532 0130 00", Sort::Iban, "DE89370400440532013000");
        check("de89-3704-0044-0532-0130-00", Sort::Iban, "DE89370400440532013000");
        check("GB82WEST12345698765432", Sort::Iban, "GB82WEST12345698765432");
        check("DE88370400440532013000", Sort::Text, "DE88370400440532013000");
        check("4111 1111 1111 1111", Sort::Card, "4111111111111111");
        check("4111111111111112", Sort::Text, "4111111111111112");
        check("0000000000000000", Sort::Text, "0000000000000000");
        let ether = "0xa79e8726DaF031f753477C79653d0d56AA0D5DF6";
        check(ether, Sort::Wallet, &ether.to_ascii_lowercase());
        let segwit = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";
        check(segwit, Sort::Wallet, &segwit.to_ascii_lowercase());
        let taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
        check(taproot, Sort::Wallet, taproot);
        check("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Sort::Text, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
        check("eg_hash_of_credit_card_number", Sort::Text, "eg_hash_of_credit_card_number");
        check("", Sort::Text, "");
    }

    #[test]
    fn a_swift_code_is_one_with_and_without_its_head_office() {
        assert_eq!(bic("DEUTDEDB").as_deref(), Some("DEUTDEDBXXX"));
        assert_eq!(bic("CRESCHZZXXX").as_deref(), Some("CRESCHZZXXX"));
        assert_eq!(bic("cres chzz 80a").as_deref(), Some("CRESCHZZ80A"));
        for other in ["", "DEUT", "DE12DEDB", "DEUTDEDB1"] {
            assert_eq!(bic(other), None, "{other}");
        }
    }

    #[test]
    fn the_last_signs_are_shown() {
        assert_eq!(shown("DE89370400440532013000"), "****3000");
        assert_eq!(shown("é1"), "****é1");
    }
}
