//! What is paid with and whom: an IBAN, a card, a wallet, a hash. Normalized, so that two spellings are one; checked by the
//! checksum it has; and kept as a keyed hash, so that no copy of the data folder tells an account or a card.
//!
//! Nothing is refused here: the vendor takes any text for an account's id. A number that fails its own checksum is a fact for
//! rules, and is known again as any other.

mod bank;
mod wallet;

use std::borrow::Cow;

use crate::{Call, digest};

const PURPOSE: &str = "sumsub instrument";
/// Signs at the end that people know their own account or card by.
const SHOWN_CHARS: usize = 4;

/// What sort of thing an account's id is, by its form and what the caller calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Iban,
    Card,
    Wallet,
    /// A hash, a local account number: known again only by the same spelling.
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

/// What the caller calls a method, as far as it matters to how its number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Called {
    Account,
    Card,
    Wallet,
    #[default]
    Otherwise,
}

impl Called {
    /// From `paymentMethod.type`, which is free text: `card`, `bank_card`, `iban`, `crypto`, `cryptoWallet`, …
    pub(super) fn of(kind: Option<&str>) -> Self {
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        if says(&["crypto", "blockchain"]) {
            Self::Wallet
        } else if says(&["card"]) {
            Self::Card
        } else if says(&["iban", "sepa"]) {
            Self::Account
        } else {
            Self::Otherwise
        }
    }
}

/// An instrument, as it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instrument {
    /// Its sort, and a keyed hash.
    pub(super) id: String,
    /// What may be kept in its place; None where it may be kept as it is.
    pub(super) shown: Option<String>,
    /// Whether its checksum is right; None where it has none.
    pub(super) is_valid: Option<bool>,
}

/// Names the instrument of an account's id, at the bank of a SWIFT code where it is told: two banks may use one number.
pub(super) fn of(call: &Call<'_>, account_id: &str, called: Called, bank: Option<&str>) -> Instrument {
    let Read { sort, normal, is_valid } = read(account_id, called);
    let bank = bank.filter(|_| sort == Sort::Text).and_then(bank::bic).unwrap_or_default();
    let application = call.application.id.as_str().as_bytes();
    let parts = [application, sort.as_str().as_bytes(), bank.as_bytes(), normal.as_bytes()];
    let hash: String = digest::keyed(call.link_key, PURPOSE, &parts).iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = (sort != Sort::Text).then(|| shown(&normal));
    Instrument { id: format!("{}:{hash}", sort.as_str()), shown, is_valid }
}

fn shown(normal: &str) -> String {
    let from = normal.char_indices().rev().nth(SHOWN_CHARS - 1).map_or(0, |(at, _)| at);
    format!("****{}", normal.get(from..).unwrap_or_default())
}

#[derive(Debug, PartialEq, Eq)]
struct Read<'a> {
    sort: Sort,
    normal: Cow<'a, str>,
    is_valid: Option<bool>,
}

fn read(told: &str, called: Called) -> Read<'_> {
    let told = told.trim();
    let squeezed: String = told.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let upper = squeezed.to_ascii_uppercase();
    if let Some(is_valid) = bank::iban(&upper, called == Called::Account) {
        return Read { sort: Sort::Iban, normal: upper.into(), is_valid: Some(is_valid) };
    }
    if let Some(is_valid) = bank::card(&squeezed, called == Called::Card) {
        return Read { sort: Sort::Card, normal: squeezed.into(), is_valid: Some(is_valid) };
    }
    match wallet::read(told, called == Called::Wallet) {
        Some(wallet) => Read { sort: Sort::Wallet, normal: wallet.normal.into(), is_valid: Some(wallet.is_valid) },
        None => Read { sort: Sort::Text, normal: told.into(), is_valid: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &str, kind: &str, sort: Sort, normal: &str, is_valid: Option<bool>) {
        let expected = Read { sort, normal: normal.into(), is_valid };
        assert_eq!(read(told, Called::of(Some(kind))), expected, "{told}");
    }

    #[test]
    fn an_instrument_is_known_however_it_is_spelled() {
        let iban = "DE89370400440532013000";
        for spelled in ["DE89 3704 0044 0532 0130 00", "de89-3704-0044-0532-0130-00", iban] {
            check(spelled, "", Sort::Iban, iban, Some(true));
        }
        check("DE88 3704 0044 0532 0130 00", "", Sort::Iban, "DE88370400440532013000", Some(false));
        check("DE89 3704 0044 0532 0130", "sepa", Sort::Iban, "DE893704004405320130", Some(false));
        check("4111 1111 1111 1111", "card", Sort::Card, "4111111111111111", Some(true));
        check("4111-1111-1111-1112", "bankCard", Sort::Card, "4111111111111112", Some(false));
        check("4111111111111112", "bank", Sort::Text, "4111111111111112", None);
        check("0000000000000000", "card", Sort::Text, "0000000000000000", None);
        let ether = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        check(ether, "cryptoWallet", Sort::Wallet, &ether.to_ascii_lowercase(), Some(true));
        let segwit = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";
        check(segwit, "", Sort::Wallet, &segwit.to_ascii_lowercase(), Some(true));
        let tron = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        check(tron, "", Sort::Wallet, tron, Some(true));
        check("eg_hash_of_credit_card_number", "card", Sort::Text, "eg_hash_of_credit_card_number", None);
        check("", "", Sort::Text, "", None);
    }

    #[test]
    fn a_sha_256_or_a_token_is_a_text_whatever_it_is_called() {
        let hash = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35";
        for kind in ["card", "sepa", "crypto", "other"] {
            check(hash, kind, Sort::Text, hash, None);
            check("tok_1NvQ2xLkdIwHu7ixr", kind, Sort::Text, "tok_1NvQ2xLkdIwHu7ixr", None);
        }
    }

    #[test]
    fn the_last_signs_are_shown() {
        assert_eq!(shown("DE89370400440532013000"), "****3000");
        assert_eq!(shown("é1"), "****é1");
    }
}
