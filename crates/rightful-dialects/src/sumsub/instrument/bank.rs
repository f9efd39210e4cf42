//! Numbers of accounts, cards and banks, each by the checksum or the form that it has.

/// Card numbers (ISO/IEC 7812).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
/// IBANs (ISO 13616): Norway's to the longest allowed.
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
/// How long the IBANs of a country are, by SWIFT's registry.
const IBAN_LENGTHS: &str = "\
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 \
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 \
    LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 \
    RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// Whether a number, without its blanks and in capitals, is an IBAN that its checksum confirms; None for what is none, nor looks
/// like one. `is_said` where the caller calls it one: then a length that its country does not have is a mistake, too.
pub(super) fn iban(text: &str, is_said: bool) -> Option<bool> {
    let [a, b, c, d, ..] = text.as_bytes() else { return None };
    let begins = a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit();
    if !begins || !IBAN_CHARS.contains(&text.len()) || !text.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let of_country = IBAN_LENGTHS.split_ascii_whitespace().find(|known| known.get(..2) == text.get(..2));
    let has_length = of_country.map(|known| known.get(2..) == Some(&*text.len().to_string()));
    let has_sum = remainder(text) == 1;
    match has_length {
        Some(true) => Some(has_sum),
        // Long hashes begin with anything.
        Some(false) | None if !is_said && !has_sum => None,
        Some(false) => Some(false),
        // A country that has joined since.
        None => Some(has_sum),
    }
}

/// ISO 13616: turned by four, letters as numbers, a remainder by 97.
fn remainder(text: &str) -> u32 {
    let turned = text.bytes().cycle().skip(4).take(text.len());
    let digits = turned.filter_map(|c| char::from(c).to_digit(36));
    digits.fold(0, |rest, digit| if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
}

/// Whether digits are a card's number that its checksum confirms; None for what is none. Accounts at banks are digits, too: what
/// fails is a card only where the caller calls it one.
pub(super) fn card(text: &str, is_said: bool) -> Option<bool> {
    let is_number = CARD_DIGITS.contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_digit())
        && !text.bytes().all(|c| c == b'0');
    let is_valid = is_number && luhn(text);
    (is_valid || is_number && is_said).then_some(is_valid)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// A SWIFT code (ISO 9362) with its branch; None if it cannot be one.
pub(super) fn bic(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let is_one = matches!(code.len(), 8 | 11)
        && code.bytes().take(6).all(|c| c.is_ascii_uppercase())
        && code.bytes().all(|c| c.is_ascii_alphanumeric());
    is_one.then(|| if code.len() == 8 { format!("{code}XXX") } else { code })
}

#[cfg(test)]
mod tests {
    use super::*;

    // SWIFT's registry's own examples.
    #[test]
    fn an_iban_has_a_checksum_and_its_countrys_length() {
        for text in [
            "DE89370400440532013000",
            "GB29NWBK60161331926819",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "FR1420041010050500013M02606",
            "BR1800360305000010009795493C1",
            "SA0380000000608010167519",
        ] {
            assert_eq!(iban(text, false), Some(true), "{text}");
        }
        for (text, is_said, expected) in [
            ("DE88370400440532013000", false, Some(false)),
            ("GB29NWBK60161331926818", false, Some(false)),
            // A digit too many or too few: nothing that looks like one, unless it is said to be.
            ("DE8937040044053201300", false, None),
            ("DE8937040044053201300", true, Some(false)),
            ("AB12CD34EF56AB12CD34EF56AB12CD34", false, None),
            ("AB12CD34EF56AB12CD34EF56AB12CD34", true, Some(false)),
            ("DE", true, None),
            ("", true, None),
            ("4111111111111111", true, None),
        ] {
            assert_eq!(iban(text, is_said), expected, "{text}");
        }
    }

    #[test]
    fn a_card_has_a_checksum() {
        for (text, is_said, expected) in [
            ("4111111111111111", false, Some(true)),
            ("378282246310005", false, Some(true)),
            ("6011000990139424", false, Some(true)),
            ("4111111111111112", true, Some(false)),
            ("4111111111111112", false, None),
            ("0000000000000000", true, None),
            ("4111", true, None),
            ("41111111111111114111111111111111", true, None),
        ] {
            assert_eq!(card(text, is_said), expected, "{text}");
        }
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
}
