//! What examples give of changed details, payments and credentials, and how the details of an event are shown.

use rightful_domain::{
    CountryCode, CredentialStatus, DetailChange, DetailKind, DetailValue, Event, Location, Outcome, PasswordHashes,
    PaymentAction, PaymentSource, PaymentView, Pii, PreviousDetail,
};
use serde_json::{Value, json};

/// What is known of the credentials, as the example gives it.
pub(crate) fn breached(given: &Value) -> CredentialStatus {
    let breached = |what| given.get("breached").is_some_and(|breached| breached[what] == true);
    CredentialStatus { password_breached: breached("password"), username_breached: breached("username") }
}

/// What an event changed, as the example gives it: texts, or addresses as objects.
pub(crate) fn changes(given: &Value) -> Vec<DetailChange> {
    let changes = given.get("changes").and_then(Value::as_array);
    let change = |told: &Value| {
        let kind = DetailKind::ALL.into_iter().find(|kind| kind.as_str() == told["kind"]).expect("a kind");
        let value = |told: &Value| detail_value(kind, told);
        let previous = told.get("previous").map(|told| PreviousDetail { value: value(told), sequence: 1 });
        DetailChange { kind, value: value(&told["value"]), previous }
    };
    changes.into_iter().flatten().map(change).collect()
}

fn detail_value(kind: DetailKind, told: &Value) -> DetailValue {
    match told {
        Value::String(code) if kind == DetailKind::Country => {
            DetailValue::Country(CountryCode::new(code).expect("a country"))
        }
        Value::String(text) => DetailValue::Text(Pii::new(text.as_str().into())),
        Value::Object(lines) => DetailValue::Address(Box::new(Location {
            country: lines
                .get("country")
                .and_then(Value::as_str)
                .map(|code| CountryCode::new(code).expect("a country")),
            city: lines.get("city").and_then(Value::as_str).map(Into::into),
            address: lines
                .iter()
                .filter(|(name, _)| !["country", "city"].contains(&name.as_str()))
                .map(|(name, line)| (name.as_str().into(), Pii::new(line.as_str().expect("a line").into())))
                .collect(),
            ..Location::default()
        })),
        _ => DetailValue::Unsaid,
    }
}

/// How the account's payments are seen, where an example cares.
pub(crate) fn payment(given: &Value) -> Option<PaymentView> {
    let told = given.get("payment")?;
    Some(PaymentView {
        action: match told["action"].as_str() {
            Some("prevent") => PaymentAction::Prevent,
            Some("review") => PaymentAction::Review,
            _ => PaymentAction::Allow,
        },
        score: told["score"].as_u64().and_then(|score| u8::try_from(score).ok()).unwrap_or(0),
        source: match told["source"].as_str() {
            Some("rate_limit") => PaymentSource::RateLimit,
            Some("label") => PaymentSource::Label,
            _ => PaymentSource::Judgement,
        },
    })
}

/// The details that an event carries of its person, which our own API need not tell.
pub(crate) fn details_json(event: &Event) -> Value {
    let detail = |(kind, value): (DetailKind, DetailValue)| {
        let value = value.canonical().map(|text| text.replace('\n', " | "));
        json!({"kind": kind.as_str(), "value": value})
    };
    Event { outcome: Outcome::Succeeded, vouched: true, ..event.clone() }.details().map(detail).collect()
}

/// Which hashes are there.
pub(crate) fn present(hashes: &PasswordHashes) -> Vec<&'static str> {
    let PasswordHashes { sha256, sha1_sha256, email_password_sha256 } = hashes;
    let named = [("sha256", sha256), ("sha1_sha256", sha1_sha256), ("email_password_sha256", email_password_sha256)];
    named.into_iter().filter(|(_, hash)| hash.is_some()).map(|(name, _)| name).collect()
}
