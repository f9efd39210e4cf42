//! The JSON of an event, as it is sent and as it is answered. It is written from these structs and read by `decode`, which
//! a test holds to the same fields.

use rightful_domain::Pii;
use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::words;

/// One attempt to do something with an account. Null is the same as absent.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventBody<'a> {
    /// What was attempted.
    #[schema(schema_with = words::action_schema)]
    pub(super) action: &'a str,
    /// How it ended, as far as you know. Default `pending`: tell it later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::outcome_or_null_schema, required = false)]
    pub(super) outcome: Option<&'static str>,
    /// The account it claims to be: your own, lasting id. Absent for a sign-in with an unknown username.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) account: Option<&'a str>,
    /// The account that has proved itself, where that is known apart from the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) authenticated_account: Option<&'a str>,
    /// The e-mail, phone or name typed at the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) username: Option<&'a str>,
    /// When it happened: RFC 3339, or Unix time in s, ms, µs or ns. Default: when it is received.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Moment>)]
    pub(super) at: Option<String>,
    /// How it tried to prove itself, in order. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 32)]
    pub(super) mechanisms: Vec<MechanismBody<'a>>,
    /// The device it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<DeviceBody<'a>>,
    /// The network it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<NetworkBody<'a>>,
    /// Where you say it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<LocationBody<'a>>,
    /// How it was typed and moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) behavior: Option<BehaviorBody>,
    /// The money in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment: Option<PaymentBody<'a>>,
    /// The person's contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<PersonBody<'a>>,
    /// Which of your apps it was done in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app: Option<AppBody<'a>>,
    /// Your session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) session_id: Option<&'a str>,
    /// Your own id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) correlation_id: Option<&'a str>,
    /// The verdict of the vendor you use so far, to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::verdict_or_null_schema, required = false)]
    pub(super) incumbent_verdict: Option<&'static str>,
    /// Your own fields: any JSON object. With unknown fields, at most 16 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub(super) custom: Option<Value>,
    /// Fields that have no meaning here, at the place where they were sent. Kept, never refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub(super) unknown: Option<Value>,
}

/// A moment: RFC 3339, or Unix time in s, ms, µs or ns by its magnitude, between the years 2000 and 2100.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = "2026-03-01T09:30:00Z")]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) enum Moment {
    /// RFC 3339.
    Text(String),
    /// Unix time.
    Number(i64),
}

/// One way of proving oneself, and how it went.
#[derive(Serialize, ToSchema)]
#[schema(as = Mechanism)]
pub(super) struct MechanismBody<'a> {
    /// Which.
    #[schema(schema_with = words::mechanism_schema)]
    pub(super) kind: &'a str,
    /// Whether it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) succeeded: Option<bool>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::failure_or_null_schema, required = false)]
    pub(super) failure_reason: Option<&'a str>,
    /// The provider of a social login, or the transport (`email`, `sms`) of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) provider: Option<&'a str>,
    /// The phone number or e-mail address that a code or link was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) sent_to: Option<&'a str>,
    /// SHA-256 of the password in 64 hexadecimal digits: looked up, then wiped; never kept, never answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(write_only, pattern = "^[0-9a-fA-F]{64}$")]
    pub(super) password_sha256: Option<&'a str>,
}

/// A device, as far as it is known. Labels are cut at 256 bytes.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub(super) struct DeviceBody<'a> {
    /// Its name: a cookie, an SDK's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) id: Option<&'a str>,
    /// Further names of the same device. At most seven.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 7)]
    pub(super) aliases: Vec<&'a str>,
    /// `phone`, `tablet`, `computer`, …
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'a str>,
    /// The maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manufacturer: Option<&'a str>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<&'a str>,
    /// The operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) os: Option<&'a str>,
    /// The browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) browser: Option<&'a str>,
    /// The language it asks for: BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'a str>,
    /// The IANA time zone it reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_zone: Option<&'a str>,
    /// The screen: `1170x2532`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) screen: Option<&'a str>,
    /// Fingerprint components by name. At most 64; numbers and flags are taken as text.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    pub(super) components: Texts<'a>,
}

/// The network an event came from.
#[derive(Serialize, ToSchema)]
#[schema(as = Network)]
pub(super) struct NetworkBody<'a> {
    /// The address of the person, not of your server: IPv4 or IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip: Option<String>,
    /// The agent string; cut at 1024 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_agent: Option<&'a str>,
    /// The origin of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<&'a str>,
}

/// A place.
#[derive(Serialize, ToSchema)]
#[schema(as = Location)]
pub(super) struct LocationBody<'a> {
    /// ISO 3166-1, two or three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z]{2,3}$")]
    pub(super) country: Option<&'a str>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -90, maximum = 90)]
    pub(super) latitude: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -180, maximum = 180)]
    pub(super) longitude: Option<f64>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) city: Option<&'a str>,
    /// The state, province or county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'a str>,
    /// Everything finer, by your own field names: postal code, streets, addressee. At most 32.
    #[serde(skip_serializing_if = "Texts::is_empty")]
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    pub(super) address: Texts<'a>,
}

/// How something was typed and moved. Times in ms.
#[derive(Serialize, ToSchema)]
#[schema(as = Behavior)]
pub(super) struct BehaviorBody {
    /// Keys pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<u32>,
    /// Pastes into a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pastes: Option<u32>,
    /// Median time a key is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub(super) key_hold_ms: Option<f64>,
    /// Median time between keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub(super) key_flight_ms: Option<f64>,
    /// Pointer moves seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pointer_moves: Option<u32>,
    /// Time from page load to submit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub(super) form_ms: Option<f64>,
}

/// Money in an event.
#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
pub(super) struct PaymentBody<'a> {
    /// How much: a decimal text (or a number), with at most four decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Amount>)]
    pub(super) amount: Option<String>,
    /// ISO 4217; required with an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z]{3}$")]
    pub(super) currency: Option<&'a str>,
    /// The kind of method: `card`, `bank`, `crypto`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) method: Option<&'a str>,
    /// The method itself: a card's fingerprint, an IBAN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) method_id: Option<&'a str>,
    /// Whom it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) payee: Option<&'a str>,
    /// Seen from the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::direction_or_null_schema, required = false)]
    pub(super) direction: Option<&'static str>,
    /// The other side, where it is a known account elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) counterparty: Option<&'a str>,
}

/// An amount, zero or more.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = "19.99")]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) enum Amount {
    /// As a decimal text, which is exact.
    Text(String),
    /// As a number.
    Number(f64),
}

/// A person's contacts, and what else the account holds that an intruder would change. What is another than before is told
/// in the answer's `changes`; a first value is no change.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub(super) struct PersonBody<'a> {
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) email: Option<&'a str>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) phone: Option<&'a str>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 512)]
    pub(super) name: Option<&'a str>,
    /// Country of residence: ISO 3166-1, two or three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z]{2,3}$")]
    pub(super) country: Option<&'a str>,
    /// Where goods go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery_address: Option<LocationBody<'a>>,
    /// Where bills go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) billing_address: Option<LocationBody<'a>>,
    /// Ways to pay that are registered: cards' fingerprints, IBANs. At most 16; those told before stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 16)]
    pub(super) payment_methods: Vec<&'a str>,
    /// Accounts elsewhere that open this one. At most 16; those told before stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 16)]
    pub(super) social_accounts: Vec<&'a str>,
    /// The password is another since this event. Never say what it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub(super) password_changed: bool,
}

/// One of your apps.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
pub(super) struct AppBody<'a> {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    /// `ios`, `android`, `web`, `mobile-web`, or your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<&'a str>,
    /// Its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) domain: Option<&'a str>,
}

/// Texts by name, in order.
pub(super) struct Texts<'a>(pub(super) Vec<(&'a str, &'a str)>);

impl<'a> Texts<'a> {
    pub(super) fn of(pairs: &'a [(Box<str>, Box<str>)]) -> Self {
        Self(pairs.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect())
    }

    pub(super) fn of_personal(pairs: &'a [(Box<str>, Pii<Box<str>>)]) -> Self {
        Self(pairs.iter().map(|(name, text)| (name.as_ref(), text.reveal().as_ref())).collect())
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}
