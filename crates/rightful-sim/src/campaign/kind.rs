//! The kinds of campaigns.

/// A way to get at accounts that are not one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CampaignKind {
    /// Stolen pairs of name and password tried quickly, from one address with one tool.
    StuffingFromOneAddress,
    /// Stolen pairs tried slowly, each from another address and as another device.
    StuffingFromManyAddresses,
    /// One or two common passwords tried at every name, from a handful of servers.
    PasswordSpray,
    /// One customer's password guessed from a list of common ones.
    PasswordGuessing,
    /// One customer's right password, on a new device in another network; then the contact is changed.
    TargetedTakeover,
    /// Customers who type password and code into a copy of the site, which passes them on; then a factor is added.
    PhishingRelay,
    /// Customers' cookies in a thief's browser: no sign-in at all, then money.
    SessionTheft,
    /// Customers who let a caller steer their own device: everything is theirs, but not what is done.
    RemoteSupportScam,
}

impl CampaignKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::StuffingFromOneAddress,
        Self::StuffingFromManyAddresses,
        Self::PasswordSpray,
        Self::PasswordGuessing,
        Self::TargetedTakeover,
        Self::PhishingRelay,
        Self::SessionTheft,
        Self::RemoteSupportScam,
    ];

    /// As spelled in stories.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StuffingFromOneAddress => "stuffing_from_one_address",
            Self::StuffingFromManyAddresses => "stuffing_from_many_addresses",
            Self::PasswordSpray => "password_spray",
            Self::PasswordGuessing => "password_guessing",
            Self::TargetedTakeover => "targeted_takeover",
            Self::PhishingRelay => "phishing_relay",
            Self::SessionTheft => "session_theft",
            Self::RemoteSupportScam => "remote_support_scam",
        }
    }

    /// In words, for people; at most 24 letters.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::StuffingFromOneAddress => "stuffing from one address",
            Self::StuffingFromManyAddresses => "slow stuffing from many",
            Self::PasswordSpray => "password spray",
            Self::PasswordGuessing => "password guessing",
            Self::TargetedTakeover => "targeted takeover",
            Self::PhishingRelay => "phishing relay",
            Self::SessionTheft => "session theft",
            Self::RemoteSupportScam => "remote-support scam",
        }
    }

    /// The kind of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
