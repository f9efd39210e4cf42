//! Numbers and words for the enums of the domain, as stored. A number is never changed or used again.

use rightful_domain::{
    Action, AddressKind, AgentKind, AggregateKey, ApplicationMode, ChallengeKind, Counted, CredentialKind,
    DecisionKind, DetailKind, DeviceAliasKind, FailureReason, Family, HookStyle, LabelValue, ListEffect, ListSubject,
    ListVerb, MechanismKind, NetworkKind, Outcome, PaymentAction, PaymentDirection, PaymentSource, RecommendationWords,
    RuleStatus, Source, TakeoverWords, Topic, TryFailure, Verdict,
};

use super::Undecodable;

/// A value of the domain as a stored number.
pub(crate) trait Numbered: Sized {
    fn number(&self) -> u8;
    fn of_number(number: u8) -> Result<Self, Undecodable>;
}

// A macro, because the match must be written in both directions for two dozen enums, and two hand-kept tables drift.
// The first match has no wildcard: a new variant in the domain stops the build here.
macro_rules! numbered {
    ($type:ident { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl Numbered for $type {
            fn number(&self) -> u8 {
                match self { $(Self::$variant => $number),+ }
            }

            fn of_number(number: u8) -> Result<Self, Undecodable> {
                match number {
                    $($number => Ok(Self::$variant),)+
                    _ => Err(Undecodable(concat!("unknown number of ", stringify!($type)))),
                }
            }
        }
    };
}

numbered!(ListEffect { Allow = 0, Block = 1, Watch = 2 });
numbered!(ListSubject {
    Account = 0,
    Device = 1,
    Address = 2,
    Asn = 3,
    Country = 4,
    EmailDomain = 5,
    Payee = 6,
    Event = 7,
});
numbered!(ListVerb { Made = 0, Changed = 1, Dropped = 2, Put = 3, Taken = 4 });
numbered!(Source { Native = 0, Ravelin = 1, Transmit = 2, Sumsub = 3, Rupt = 4 });
numbered!(Outcome { Pending = 0, Succeeded = 1, Failed = 2 });
numbered!(DeviceAliasKind { Vendor = 0, Signed = 1, Likeness = 2 });
numbered!(PaymentDirection { In = 0, Out = 1 });
numbered!(Verdict { Trust = 0, Allow = 1, Challenge = 2, Deny = 3 });
numbered!(RuleStatus { Normal = 0, Suspicious = 1, GamblingAddiction = 2, RequiresAction = 3 });
numbered!(PaymentAction { Allow = 0, Review = 1, Prevent = 2 });
numbered!(PaymentSource { Judgement = 0, RateLimit = 1, Label = 2 });
numbered!(ChallengeKind {
    SecondFactor = 0,
    EmailOrSms = 1,
    ReenterCvv = 2,
    ThreeDSecure = 3,
    IdVerification = 4,
    CallCentre = 5,
    ManualReview = 6,
});
numbered!(AddressKind { Public = 0, Private = 1, CarrierNat = 2, Loopback = 3, Reserved = 4, Documentation = 5 });
numbered!(AgentKind { Desktop = 0, Mobile = 1, Crawler = 2, Automation = 3, Unknown = 4 });
numbered!(NetworkKind {
    Residential = 0,
    Hosting = 1,
    Vpn = 2,
    Tor = 3,
    Relay = 4,
    Proxy = 5,
    MobileCarrier = 6,
    Business = 7,
    Government = 8,
    Military = 9
});
numbered!(Family { Account = 0, Device = 1, Address = 2, Model = 3, Payee = 4, PaymentMethod = 5 });
numbered!(DetailKind {
    Email = 0,
    Phone = 1,
    Password = 2,
    Country = 3,
    DeliveryAddress = 4,
    BillingAddress = 5,
    PaymentMethod = 6,
    SocialAccount = 7,
});
numbered!(LabelValue {
    Unreviewed = 0,
    Genuine = 1,
    PotentiallyGenuine = 2,
    PotentiallyFraudster = 3,
    Fraudster = 4,
});
numbered!(ApplicationMode { Observe = 0, Enforce = 1 });
numbered!(CredentialKind {
    NativeApiKey = 0,
    RavelinSecretKey = 1,
    RavelinPublishableKey = 2,
    TransmitClient = 3,
    SumsubAppToken = 4,
    RuptClient = 5,
});

numbered!(HookStyle { Standard = 0, Ravelin = 1, Rupt = 2, Sumsub = 3 });
numbered!(DecisionKind { Approve = 0, Reject = 1, AskUser = 2 });
numbered!(RecommendationWords { LowerCase = 0, UpperCase = 1 });
numbered!(TakeoverWords { PermitWarnBlock = 0, AllowReviewPrevent = 1 });
numbered!(Topic {
    Assessed = 0,
    Challenged = 1,
    ChallengeEnded = 2,
    DeviceNew = 3,
    DeviceDetached = 4,
    Sharing = 5,
    Taken = 6,
    Standing = 7,
    Reviewed = 8,
    Deleted = 9,
    DataChanged = 10,
    LetThrough = 11,
    Held = 12,
    Asked = 13,
    Refused = 14,
    CaseOpened = 15,
    CaseTaken = 16,
    CaseReturned = 17,
    CaseWaits = 18,
    CaseReviewed = 19,
    CaseClosed = 20,
});
numbered!(TryFailure {
    BadAddress = 0,
    UnknownHost = 1,
    PrivateAddress = 2,
    NoConnection = 3,
    Tls = 4,
    Timeout = 5,
    Broken = 6,
});

numbered!(AggregateKey { Account = 0, Device = 1, Address = 2, PaymentMethod = 3, Payee = 4 });
numbered!(Counted { Accounts = 0, Devices = 1, Addresses = 2, Countries = 3, PaymentMethods = 4, Payees = 5 });

/// The number under which a caller's own word is stored, beside the word.
const OWN_WORD: u8 = 255;

/// A value of the domain that may be a caller's own word: a number, and the word if it is one.
pub(crate) type Word<'a> = (u8, Option<&'a str>);

/// A value of the domain as a stored number or word.
pub(crate) trait Worded: Sized {
    fn word(&self) -> Word<'_>;
    fn of_word(word: Word<'_>) -> Result<Self, Undecodable>;
}

macro_rules! worded {
    ($type:ident, $own:ident { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl Worded for $type {
            fn word(&self) -> Word<'_> {
                match self {
                    $(Self::$variant => ($number, None),)+
                    Self::$own(word) => (OWN_WORD, Some(word)),
                }
            }

            fn of_word(word: Word<'_>) -> Result<Self, Undecodable> {
                match word {
                    $(($number, None) => Ok(Self::$variant),)+
                    (OWN_WORD, Some(word)) => Ok(Self::$own(word.into())),
                    _ => Err(Undecodable(concat!("unknown number of ", stringify!($type)))),
                }
            }
        }
    };
}

worded!(Action, Custom {
    Login = 0,
    Register = 1,
    Transaction = 2,
    Checkout = 3,
    PasswordReset = 4,
    Logout = 5,
    AccountDetailsChange = 6,
    AccountAuthChange = 7,
    Withdraw = 8,
    CreditsChange = 9,
});
worded!(MechanismKind, Other {
    Password = 0,
    Social = 1,
    OneTimeCode = 2,
    U2f = 3,
    RsaKey = 4,
    SmsCode = 5,
    MagicLink = 6,
    Recaptcha = 7,
    BioMetric = 8,
    PushNotification = 9,
    Passkey = 10,
});
worded!(FailureReason, Other {
    UnknownUsername = 0,
    BadPassword = 1,
    InvalidProof = 2,
    Timeout = 3,
    RateLimit = 4,
    BannedUser = 5,
    Provider = 6,
    InternalError = 7,
    AuthenticationFailure = 8,
});
