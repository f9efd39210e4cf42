//! What an account holds that an intruder would change to stay in: contacts, addresses, ways to pay, ways to sign in.

use std::borrow::Cow;

use crate::{Action, CountryCode, Event, Location, Outcome, Pii, Profile, Tag, Timestamp};

/// The most values of one kind that one event may carry, and that an account remembers.
pub const DETAILS_PER_KIND_MAX: usize = 16;

/// What sort of detail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetailKind {
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
    /// The password: that it was changed, never what it is.
    Password,
    /// The country of residence.
    Country,
    /// Where goods go.
    DeliveryAddress,
    /// Where bills go.
    BillingAddress,
    /// A way to pay; an account may have many.
    PaymentMethod,
    /// An account elsewhere that opens this one; an account may have many.
    SocialAccount,
}

impl DetailKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Email,
        Self::Phone,
        Self::Password,
        Self::Country,
        Self::DeliveryAddress,
        Self::BillingAddress,
        Self::PaymentMethod,
        Self::SocialAccount,
    ];

    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Password => "password",
            Self::Country => "country",
            Self::DeliveryAddress => "delivery_address",
            Self::BillingAddress => "billing_address",
            Self::PaymentMethod => "payment_method",
            Self::SocialAccount => "social_account",
        }
    }

    /// True for what an account has one of: a new one replaces the old.
    #[must_use]
    pub const fn is_single(self) -> bool {
        match self {
            Self::Email
            | Self::Phone
            | Self::Password
            | Self::Country
            | Self::DeliveryAddress
            | Self::BillingAddress => true,
            Self::PaymentMethod | Self::SocialAccount => false,
        }
    }

    /// True for what reaches the owner: a notice of a change goes to what it was before.
    #[must_use]
    pub const fn is_contact(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

/// The value of a detail.
#[derive(Debug, Clone, PartialEq)]
pub enum DetailValue {
    /// A contact, a way to pay, an account elsewhere.
    Text(Pii<Box<str>>),
    /// A country.
    Country(CountryCode),
    /// A postal address.
    Address(Box<Location>),
    /// It is not kept: a password.
    Unsaid,
}

impl DetailValue {
    /// The value as one text in which spelling does not matter, to tell values apart by their tags; None if it is not kept.
    #[must_use]
    pub fn canonical(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Owned(squeezed(text.reveal()))),
            Self::Country(country) => Some(Cow::Borrowed(country.as_str())),
            Self::Address(location) => {
                let lines = location.address.iter().map(|(name, line)| format!("{name}={}", squeezed(line.reveal())));
                let country = location.country.map(|country| country.as_str().to_owned());
                let named = [&location.city, &location.region].into_iter().flatten().map(|name| squeezed(name));
                Some(Cow::Owned(country.into_iter().chain(named).chain(lines).collect::<Vec<_>>().join("\n")))
            }
            Self::Unsaid => None,
        }
    }
}

/// In lower case, without spaces: two spellings of one address or number are one.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// One change of an account's details, as it is found in the event that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct DetailChange {
    /// What sort.
    pub kind: DetailKind,
    /// What it is now.
    pub value: DetailValue,
    /// What it was; None of kinds that an account may have many of, and of a password that was never said to be another.
    pub previous: Option<PreviousDetail>,
    /// Of a contact: where to tell the owner of the change. What it was before, unless that was set by a stranger within
    /// [`Profile::CONTACT_QUARANTINE`](crate::Profile::CONTACT_QUARANTINE): then the last one before that was not. None if
    /// none is known.
    pub notify: Option<PreviousDetail>,
}

/// What a detail was before a change.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviousDetail {
    /// Its value; [`DetailValue::Unsaid`] if it can no longer be read.
    pub value: DetailValue,
    /// The place in the ledger of the entry that said it.
    pub sequence: u64,
}

/// A detail as an account remembers it: where it was said, and a tag to know it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDetail {
    /// What sort.
    pub kind: DetailKind,
    /// The keyed hash of its canonical text; of a password, of the event that changed it.
    pub tag: Tag,
    /// The place in the ledger of the entry that said it.
    pub sequence: u64,
    /// Of a contact: why it may not be the owner's; None if nothing speaks against it.
    pub doubt: Option<Doubt>,
}

/// Why a contact may not be the owner's: a stranger said it, or it replaced what a stranger had said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// When it was said. It is doubted no longer than
    /// [`Profile::CONTACT_QUARANTINE`](crate::Profile::CONTACT_QUARANTINE).
    pub at: Timestamp,
    /// The place in the ledger of the entry that said the last contact before that was not doubted; None if there was none.
    pub trusted: Option<u64>,
}

impl KnownDetail {
    /// The place in the ledger of the entry that said the last value that is not doubted at that time.
    #[must_use]
    pub fn trusted_at(&self, at: Timestamp) -> Option<u64> {
        match self.doubt {
            Some(doubt) if at < doubt.at.plus(Profile::CONTACT_QUARANTINE) => doubt.trusted,
            Some(_) | None => Some(self.sequence),
        }
    }
}

impl Event {
    /// Whether it changes how its owner is reached or recognized, if it succeeds.
    ///
    /// A change of details counts, unless it tells what it changes and none of that reaches the owner or opens the account:
    /// where parcels go proves nobody. One that tells nothing may have changed anything. What nobody vouches for changes
    /// nothing.
    #[must_use]
    pub fn changes_contact(&self) -> bool {
        let reaches = |kind: DetailKind| match kind {
            DetailKind::Email | DetailKind::Phone | DetailKind::Password | DetailKind::SocialAccount => true,
            DetailKind::Country
            | DetailKind::DeliveryAddress
            | DetailKind::BillingAddress
            | DetailKind::PaymentMethod => false,
        };
        match self.action {
            _ if !self.vouched => false,
            Action::AccountAuthChange | Action::PasswordReset => true,
            Action::AccountDetailsChange => {
                let mut told = self.details().map(|(kind, _)| kind).peekable();
                told.peek().is_none() || told.any(reaches)
            }
            Action::Login
            | Action::Register
            | Action::Transaction
            | Action::Checkout
            | Action::Logout
            | Action::Withdraw
            | Action::CreditsChange
            | Action::Custom(_) => false,
        }
    }

    /// The e-mail address that it gives the account: of whoever registers their contact, or else the name that they chose;
    /// of a change of details the contact that it tells. None of any other event, which only tells where an account is
    /// reached already.
    #[must_use]
    pub fn given_email(&self) -> Option<&Pii<Box<str>>> {
        match self.action {
            Action::Register => self.person.email.as_ref().or(self.username.as_ref()),
            Action::AccountDetailsChange => self.person.email.as_ref(),
            Action::Login
            | Action::PasswordReset
            | Action::AccountAuthChange
            | Action::Transaction
            | Action::Checkout
            | Action::Logout
            | Action::Withdraw
            | Action::CreditsChange
            | Action::Custom(_) => None,
        }
    }

    /// The details that it carries of the account: who fails changes nothing, nor does what nobody vouches for. Until it is
    /// known to have ended well, they are what it would change.
    pub fn details(&self) -> impl Iterator<Item = (DetailKind, DetailValue)> + '_ {
        let person = &self.person;
        let holds = self.outcome != Outcome::Failed && self.vouched;
        let text = |kind, text: &Option<Pii<Box<str>>>| text.clone().map(|text| (kind, DetailValue::Text(text)));
        let address = |kind, place: &Option<Box<Location>>| place.clone().map(|it| (kind, DetailValue::Address(it)));
        let many = |kind, texts: &[Pii<Box<str>>]| {
            let texts = texts.iter().take(DETAILS_PER_KIND_MAX).cloned();
            texts.map(|text| (kind, DetailValue::Text(text))).collect::<Vec<_>>()
        };
        let singles = [
            text(DetailKind::Email, &person.email),
            text(DetailKind::Phone, &person.phone),
            person.password_changed.then_some((DetailKind::Password, DetailValue::Unsaid)),
            person.country.map(|country| (DetailKind::Country, DetailValue::Country(country))),
            address(DetailKind::DeliveryAddress, &person.delivery_address),
            address(DetailKind::BillingAddress, &person.billing_address),
        ];
        let all = singles
            .into_iter()
            .flatten()
            .chain(many(DetailKind::PaymentMethod, &person.payment_methods))
            .chain(many(DetailKind::SocialAccount, &person.social_accounts));
        all.filter(move |_| holds)
    }
}
