//! What a step may say beyond who, with what and where: proofs, a password, money, a session, a contact.

use rightful_domain::{MechanismKind, Money, PaymentDirection};

use super::parse::StoryError;
use super::syntax::{Details, Pays};
use super::words::{Word, Words};

/// What each clause begins with.
const CLAUSES: [&str; 10] =
    ["with", "pays", "deposits", "session", "email", "cookie", "phone", "delivers", "registers", "repassword"];

/// What was said beyond the rest of a step.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    pub(super) proofs: Option<Vec<MechanismKind>>,
    pub(super) password: Option<String>,
    pub(super) payment: Option<Pays>,
    pub(super) session: Option<String>,
    pub(super) email: Option<String>,
    pub(super) details: Details,
    pub(super) cookie: Option<String>,
}

/// Reads the clauses up to the arrow or the end of the line; of one that is told twice, the later counts.
pub(super) fn clauses(words: &mut Words<'_>) -> Result<Clauses, StoryError> {
    let mut said = Clauses::default();
    while let Some(word) = words.peek().filter(|word| CLAUSES.contains(&word.text)) {
        words.next("a clause")?;
        match word.text {
            "with" => {
                let word = words.next("a proof")?;
                let proofs = word.text.split('+').map(|name| proof(words, Word { text: name, ..word }));
                said.proofs = Some(proofs.collect::<Result<_, _>>()?);
                said.password = password(words)?;
            }
            "pays" => said.payment = Some(payment(words, PaymentDirection::Out)?),
            "deposits" => said.payment = Some(payment(words, PaymentDirection::In)?),
            "phone" => said.details.phone = Some(words.next("a phone number")?.text.to_owned()),
            "delivers" => said.details.delivery = Some(words.next("a city")?.text.to_owned()),
            "registers" => said.details.method = Some(words.next("a way to pay")?.text.to_owned()),
            "repassword" => said.details.password_changed = true,
            "session" => said.session = Some(words.next("a session")?.text.to_owned()),
            "cookie" => said.cookie = Some(words.next("a device")?.text.to_owned()),
            _ => said.email = Some(words.next("an e-mail address")?.text.to_owned()),
        }
    }
    Ok(said)
}

/// A proof by its name.
pub(super) fn proof(words: &Words<'_>, word: Word<'_>) -> Result<MechanismKind, StoryError> {
    let name = words.choose(word, "proof", MechanismKind::KNOWN.iter().map(MechanismKind::as_str))?;
    Ok(MechanismKind::KNOWN.into_iter().find(|kind| kind.as_str() == name).unwrap_or(MechanismKind::Password))
}

/// The word after the proofs, if it begins nothing else.
fn password(words: &mut Words<'_>) -> Result<Option<String>, StoryError> {
    match words.peek() {
        Some(word) if word.text != "->" && !CLAUSES.contains(&word.text) => {
            Ok(Some(words.next("a password")?.text.to_owned()))
        }
        Some(_) | None => Ok(None),
    }
}

/// `120.50 EUR [to|from PAYEE] [by METHOD]`.
fn payment(words: &mut Words<'_>, direction: PaymentDirection) -> Result<Pays, StoryError> {
    let word = words.next("an amount")?;
    let ten_thousandths = amount(word.text);
    let ten_thousandths = ten_thousandths.ok_or_else(|| words.wrong(word, "an amount is written like 120 or 19.99"))?;
    let word = words.next("a currency")?;
    let code = <[u8; 3]>::try_from(word.text.as_bytes()).ok().filter(|code| code.iter().all(u8::is_ascii_uppercase));
    let currency = code.ok_or_else(|| words.wrong(word, "a currency is written like EUR"))?;
    let (mut payee, mut method) = (None, None);
    while let Some(word) = words.peek().filter(|word| matches!(word.text, "to" | "from" | "by")) {
        words.next("to, from or by")?;
        let named = words.next("a name")?.text.to_owned();
        if word.text == "by" {
            method = Some(named);
        } else {
            payee = Some(named);
        }
    }
    Ok(Pays { direction, amount: Money { ten_thousandths, currency }, payee, method })
}

/// In ten-thousandths: at most two decimals and nine digits before them.
fn amount(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    if !is_number(whole) || !is_number(cents) || whole.len() > 9 || cents.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{cents:0<4}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 10_000 + cents)
}
