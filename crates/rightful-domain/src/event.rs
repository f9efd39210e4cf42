//! An event: one attempt to do something with an account, wide enough for every dialect.
//!
//! An `Event` holds no secret: password hashes are handed to the enricher beside it and never enter it. It is built
//! once, at the edge, and is valid from then on.

use std::net::IpAddr;

use crate::{
    AccountId, Action, ApplicationId, Coordinates, CorrelationId, CountryCode, Device, Enrichment, EventId,
    Interaction, Pii, SessionId, Subnet, Timestamp,
};

/// The most that free fields (custom and unknown together) of one event may hold, as JSON text.
pub const FREE_FIELDS_BYTES_MAX: usize = 16 * 1024;

/// One attempt to do something with an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Ours, unique for ever.
    pub id: EventId,
    /// The tenant it belongs to.
    pub application: ApplicationId,
    /// Which dialect brought it.
    pub source: Source,
    /// What was attempted.
    pub action: Action,
    /// How it ended, as far as the caller knows.
    pub outcome: Outcome,
    /// The account it claims to be; None for a login with an unknown username.
    pub account: Option<AccountId>,
    /// The account that has proved itself, where that is known apart from the claim.
    pub authenticated_account: Option<AccountId>,
    /// The e-mail, phone or name typed at the door.
    pub username: Option<Pii<Box<str>>>,
    /// How it tried to prove itself, in the caller's order.
    pub mechanisms: Vec<Mechanism>,
    /// The device it came from; empty when nothing is known.
    pub device: Device,
    /// The network it came from.
    pub network: Network,
    /// Where the caller says it happened.
    pub location: Option<Location>,
    /// How it was typed and moved, where a browser told.
    pub behavior: Option<Behavior>,
    /// The money in it, if any.
    pub payment: Option<Payment>,
    /// The person's contacts, where the event carries them.
    pub person: Person,
    /// Which of the application's apps it was done in.
    pub app: Option<App>,
    /// The caller's session.
    pub session: Option<SessionId>,
    /// The caller's id of this request.
    pub correlation: Option<CorrelationId>,
    /// The caller's own fields.
    pub custom: Option<FreeFields>,
    /// Fields the dialect does not know; kept, and counted in the metrics.
    pub unknown: Option<FreeFields>,
    /// The verdict of the vendor in use so far, if the caller sends it to compare.
    pub incumbent_verdict: Option<crate::Verdict>,
    /// When it happened, by the caller's clock; clamped to at most five minutes after `received_at`.
    pub at: Timestamp,
    /// True if the caller's clock was so far ahead that `at` had to be clamped.
    pub at_clamped: bool,
    /// False for what a page says without anybody vouching for it: whoever has the page's public id may say it, of any
    /// account. It is judged and kept, and changes nothing of what is known of the account.
    pub vouched: bool,
    /// When we received it, by our clock.
    pub received_at: Timestamp,
}

impl Event {
    /// An event of which nothing is known yet but what was attempted and when: received at once, its outcome awaited.
    #[must_use]
    pub fn new(id: EventId, application: ApplicationId, source: Source, action: Action, at: Timestamp) -> Self {
        Self {
            id,
            application,
            source,
            action,
            outcome: Outcome::Pending,
            account: None,
            authenticated_account: None,
            username: None,
            mechanisms: Vec::new(),
            device: Device::default(),
            network: Network::default(),
            location: None,
            behavior: None,
            payment: None,
            person: Person::default(),
            app: None,
            session: None,
            correlation: None,
            custom: None,
            unknown: None,
            incumbent_verdict: None,
            at,
            at_clamped: false,
            vouched: true,
            received_at: at,
        }
    }

    /// True if it proved itself with a second factor on the spot, which passes a challenge before it is put.
    #[must_use]
    pub fn has_passed_second_factor(&self) -> bool {
        self.passed_second_factors().next().is_some()
    }

    /// The second factors that it passed and that nobody can have passed on.
    pub fn proofs<'a>(&'a self, enrichment: &Enrichment) -> impl Iterator<Item = &'a MechanismKind> + use<'a> {
        let may_be_relayed = enrichment.may_relay_sign_ins();
        self.passed_second_factors().filter(move |kind| !may_be_relayed || kind.resists_phishing())
    }

    /// The second factors that it passed.
    pub fn passed_second_factors(&self) -> impl Iterator<Item = &MechanismKind> {
        let passed = self.mechanisms.iter().filter(|mechanism| mechanism.succeeded == Some(true));
        passed.map(|mechanism| &mechanism.kind).filter(|kind| kind.is_second_factor())
    }

    /// Whether it failed at a second factor: a challenge put on the spot that was refused, ignored or mistyped. Where the
    /// caller could not put it, nobody refused it.
    #[must_use]
    pub fn refuses_challenge(&self) -> bool {
        self.outcome == Outcome::Failed && self.mechanisms.iter().any(Mechanism::is_refused)
    }

    /// Where the event itself says that it happened, good to [`TOLD_ACCURACY_KM`]; None where it says nothing of use. Nobody
    /// lives at zero, zero: programs mean by it that they do not know.
    #[must_use]
    pub fn told_place(&self) -> Option<Coordinates> {
        let location = self.location.as_ref()?;
        let degrees = location.latitude.zip(location.longitude).filter(|degrees| *degrees != (0.0, 0.0));
        degrees.and_then(|(north, east)| Coordinates::from_degrees(north, east).ok())
    }
}

/// The dialect an event was told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Our own API.
    Native,
    /// Ravelin's account takeover API.
    Ravelin,
    /// Transmit Security's recommendations.
    Transmit,
    /// Sumsub's transactions.
    Sumsub,
    /// Rupt's device identification.
    Rupt,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Native, Self::Ravelin, Self::Transmit, Self::Sumsub, Self::Rupt];

    /// As spelled in the API, the logs and the metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Ravelin => "ravelin",
            Self::Transmit => "transmit",
            Self::Sumsub => "sumsub",
            Self::Rupt => "rupt",
        }
    }

    /// The source of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Not known yet; a later conclusion tells.
    Pending,
    /// It was let through.
    Succeeded,
    /// It was refused, or gave up.
    Failed,
}

impl Outcome {
    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// One way of proving oneself, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Which.
    pub kind: MechanismKind,
    /// Whether it succeeded; None when the caller did not say.
    pub succeeded: Option<bool>,
    /// Why it failed, if it did.
    pub failure: Option<FailureReason>,
    /// The provider of a social login, or the transport (`email`, `sms`) of a link.
    pub provider: Option<Box<str>>,
    /// The phone number or e-mail address that a code or link was sent to.
    pub sent_to: Option<Pii<Box<str>>>,
}

impl Mechanism {
    /// Whether its person did not do what a second factor asked for.
    fn is_refused(&self) -> bool {
        self.succeeded == Some(false)
            && self.kind.is_second_factor()
            && self.failure.as_ref().is_none_or(FailureReason::is_of_the_person)
    }
}

/// The eleven mechanisms of the field, and what a caller may invent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MechanismKind {
    /// A password.
    Password,
    /// A social identity provider.
    Social,
    /// A one-time code of an authenticator.
    OneTimeCode,
    /// A FIDO key.
    U2f,
    /// An RSA token.
    RsaKey,
    /// A code sent by SMS.
    SmsCode,
    /// A link sent by e-mail or SMS.
    MagicLink,
    /// A captcha: proves a human, not an owner.
    Recaptcha,
    /// A fingerprint or a face.
    BioMetric,
    /// A prompt in an app.
    PushNotification,
    /// A passkey.
    Passkey,
    /// Another, kept as spelled (at most 64 bytes) and counted.
    Other(Box<str>),
}

impl MechanismKind {
    /// The eleven that have a name, in the order of the documentation.
    pub const KNOWN: [Self; 11] = [
        Self::Password,
        Self::Social,
        Self::OneTimeCode,
        Self::U2f,
        Self::RsaKey,
        Self::SmsCode,
        Self::MagicLink,
        Self::Recaptcha,
        Self::BioMetric,
        Self::PushNotification,
        Self::Passkey,
    ];

    /// True for what proves possession or presence of the owner beside a password; a captcha does not.
    #[must_use]
    pub const fn is_second_factor(&self) -> bool {
        match self {
            Self::OneTimeCode
            | Self::U2f
            | Self::RsaKey
            | Self::SmsCode
            | Self::BioMetric
            | Self::PushNotification
            | Self::Passkey => true,
            Self::Password | Self::Social | Self::MagicLink | Self::Recaptcha | Self::Other(_) => false,
        }
    }

    /// True for what cannot be talked out of somebody, or passed on by a copy of the site.
    #[must_use]
    pub const fn resists_phishing(&self) -> bool {
        matches!(self, Self::Passkey | Self::U2f | Self::BioMetric)
    }

    /// True for what is confirmed by one touch, without anything of the sign-in that it is for being typed.
    #[must_use]
    pub const fn is_prompt(&self) -> bool {
        matches!(self, Self::PushNotification)
    }

    /// True for what reaches the owner through a contact that an intruder may just have changed.
    #[must_use]
    pub const fn goes_through_contact(&self) -> bool {
        matches!(self, Self::SmsCode | Self::MagicLink)
    }

    /// As spelled in our API.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Password => "password",
            Self::Social => "social",
            Self::OneTimeCode => "one_time_code",
            Self::U2f => "u2f",
            Self::RsaKey => "rsa_key",
            Self::SmsCode => "sms_code",
            Self::MagicLink => "magic_link",
            Self::Recaptcha => "recaptcha",
            Self::BioMetric => "biometric",
            Self::PushNotification => "push_notification",
            Self::Passkey => "passkey",
            Self::Other(name) => name,
        }
    }
}

/// Why a mechanism failed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureReason {
    /// The username does not exist.
    UnknownUsername,
    /// The password is wrong.
    BadPassword,
    /// The code, link or key is wrong.
    InvalidProof,
    /// The proof came too late.
    Timeout,
    /// Too many attempts.
    RateLimit,
    /// The account is banned.
    BannedUser,
    /// The identity provider refused.
    Provider,
    /// The caller's own fault.
    InternalError,
    /// Refused, without saying more.
    AuthenticationFailure,
    /// Another, kept as spelled (at most 64 bytes) and counted.
    Other(Box<str>),
}

impl FailureReason {
    /// Whether it failed for what its person did or left undone, and not for what the caller or a provider did.
    const fn is_of_the_person(&self) -> bool {
        match self {
            Self::UnknownUsername
            | Self::BadPassword
            | Self::InvalidProof
            | Self::Timeout
            | Self::AuthenticationFailure
            | Self::Other(_) => true,
            Self::RateLimit | Self::BannedUser | Self::Provider | Self::InternalError => false,
        }
    }

    /// The nine that have a name.
    pub const KNOWN: [Self; 9] = [
        Self::UnknownUsername,
        Self::BadPassword,
        Self::InvalidProof,
        Self::Timeout,
        Self::RateLimit,
        Self::BannedUser,
        Self::Provider,
        Self::InternalError,
        Self::AuthenticationFailure,
    ];

    /// As spelled in our API.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::UnknownUsername => "unknown_username",
            Self::BadPassword => "bad_password",
            Self::InvalidProof => "invalid_proof",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::BannedUser => "banned_user",
            Self::Provider => "provider",
            Self::InternalError => "internal_error",
            Self::AuthenticationFailure => "authentication_failure",
            Self::Other(text) => text,
        }
    }
}

/// The network an event came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The address, in canonical form (an IPv4-mapped IPv6 address is IPv4).
    pub ip: Option<IpAddr>,
    /// The agent string, cut at 1 024 bytes.
    pub user_agent: Option<Box<str>>,
    /// The origin of the page.
    pub origin: Option<Box<str>>,
}

impl Network {
    /// The unit in which the address is counted.
    #[must_use]
    pub fn subnet(&self) -> Option<Subnet> {
        self.ip.map(Subnet::of)
    }
}

/// A place, as the caller tells it. Names and streets are people's data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Location {
    /// The country.
    pub country: Option<CountryCode>,
    /// Degrees north, −90 to 90.
    pub latitude: Option<f64>,
    /// Degrees east, −180 to 180.
    pub longitude: Option<f64>,
    /// The city.
    pub city: Option<Box<str>>,
    /// The state, province or county.
    pub region: Option<Box<str>>,
    /// Everything finer, by the caller's field name: postal code, streets, addressee.
    pub address: Vec<(Box<str>, Pii<Box<str>>)>,
}

/// How accurate coordinates are taken to be that an event itself tells, in km: what is known to be worse is left out by dialects.
pub const TOLD_ACCURACY_KM: u16 = 50;

/// How an event was typed and moved: bare facts, thresholds are judgement's. All times in ms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Behavior {
    /// Keys pressed.
    pub keys: Option<u32>,
    /// Pastes into a field.
    pub pastes: Option<u32>,
    /// Median time a key is held.
    pub key_hold_ms: Option<f64>,
    /// Median time between keys.
    pub key_flight_ms: Option<f64>,
    /// Pointer moves seen.
    pub pointer_moves: Option<u32>,
    /// Time from page load to submit.
    pub form_ms: Option<f64>,
    /// What single strokes, inputs and moves come to; None where the client tells them not one by one.
    pub interaction: Option<Box<Interaction>>,
}

/// Money in an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Payment {
    /// How much, in which currency.
    pub amount: Option<Money>,
    /// The kind of method (`card`, `bank`, `crypto`, …).
    pub method: Option<Box<str>>,
    /// The method itself (a card fingerprint, an IBAN): people's data.
    pub method_id: Option<Pii<Box<str>>>,
    /// Whom it goes to.
    pub payee: Option<Pii<Box<str>>>,
    /// In or out.
    pub direction: Option<PaymentDirection>,
    /// The other side, where it is a known account elsewhere.
    pub counterparty: Option<Pii<Box<str>>>,
    /// The currency it moves in, where that is not `amount`'s: a crypto currency's ticker, or what was told beside an amount in
    /// the application's own currency. At most [`CURRENCY_BYTES_MAX`] bytes.
    pub told_currency: Option<Box<str>>,
    /// Whether the number of the method passes the checksum that such numbers have; None where it has none, or none is told.
    pub method_valid: Option<bool>,
    /// The same of whom it goes to.
    pub payee_valid: Option<bool>,
}

/// The longest name of a currency that is kept, in bytes.
pub const CURRENCY_BYTES_MAX: usize = 16;

/// An amount in a currency's minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Ten-thousandths of the currency's unit, so that every ISO 4217 currency fits exactly.
    pub ten_thousandths: i64,
    /// ISO 4217.
    pub currency: [u8; 3],
}

/// Which way money goes, seen from the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaymentDirection {
    /// To the account.
    In,
    /// From the account.
    Out,
}

/// The person's contacts and what else the account holds, where an event carries it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Person {
    /// E-mail address.
    pub email: Option<Pii<Box<str>>>,
    /// Phone number.
    pub phone: Option<Pii<Box<str>>>,
    /// Full name.
    pub name: Option<Pii<Box<str>>>,
    /// Country of residence.
    pub country: Option<CountryCode>,
    /// Where goods go.
    pub delivery_address: Option<Box<Location>>,
    /// Where bills go.
    pub billing_address: Option<Box<Location>>,
    /// Ways to pay that are registered: at most [`crate::DETAILS_PER_KIND_MAX`].
    pub payment_methods: Vec<Pii<Box<str>>>,
    /// Accounts elsewhere that open this one: at most [`crate::DETAILS_PER_KIND_MAX`].
    pub social_accounts: Vec<Pii<Box<str>>>,
    /// The password is another since this event.
    pub password_changed: bool,
}

/// Which of the application's apps an event was done in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct App {
    /// Its name.
    pub name: Option<Box<str>>,
    /// `ios`, `android`, `web`, `mobile-web`, or the caller's own.
    pub platform: Option<Box<str>>,
    /// Its domain.
    pub domain: Option<Box<str>>,
}

/// A caller's own JSON object, kept as text. Opaque here: only dialects and rules read inside.
#[derive(Clone, PartialEq, Eq)]
pub struct FreeFields(Box<str>);

impl FreeFields {
    /// Keeps JSON text of at most [`FREE_FIELDS_BYTES_MAX`] bytes; None if it is longer.
    #[must_use]
    pub fn new(json: impl Into<Box<str>>) -> Option<Self> {
        let json = json.into();
        (json.len() <= FREE_FIELDS_BYTES_MAX).then_some(Self(json))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

// What a caller puts here may be anybody's data, so it is printed as little as `Pii` is.
impl std::fmt::Debug for FreeFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FreeFields({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_refused_by_its_person_and_not_by_the_caller() {
        use MechanismKind::{OneTimeCode, Password, PushNotification};
        let refuses = |outcome, kind: MechanismKind, succeeded, failure| {
            let application = ApplicationId::new("shop").expect("an id");
            let at = Timestamp::from_seconds(1_700_000_000);
            let id = EventId::from_parts(1_700_000_000_000, [1; 10]);
            let mut event = Event::new(id, application, Source::Native, Action::Login, at);
            event.outcome = outcome;
            let of = |kind, succeeded, failure| Mechanism { kind, succeeded, failure, provider: None, sent_to: None };
            event.mechanisms = vec![of(Password, Some(true), None), of(kind, succeeded, failure)];
            event.refuses_challenge()
        };
        for (outcome, kind, succeeded, failure, expected) in [
            (Outcome::Failed, PushNotification, Some(false), None, true),
            (Outcome::Failed, PushNotification, Some(false), Some(FailureReason::Timeout), true),
            (Outcome::Failed, OneTimeCode, Some(false), Some(FailureReason::InvalidProof), true),
            (Outcome::Failed, PushNotification, Some(false), Some(FailureReason::InternalError), false),
            (Outcome::Failed, PushNotification, None, None, false),
            (Outcome::Failed, Password, Some(false), Some(FailureReason::BadPassword), false),
            (Outcome::Succeeded, PushNotification, Some(false), None, false),
        ] {
            assert_eq!(
                refuses(outcome, kind.clone(), succeeded, failure),
                expected,
                "{outcome:?} {kind:?} {succeeded:?}"
            );
        }
    }
}
