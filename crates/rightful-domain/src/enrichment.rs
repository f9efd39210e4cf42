//! What data sets say of an event. Absence is never evidence: every field may be unknown.

/// What data sets say of the address, the agent and the credential of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enrichment {
    /// What kind of address it is; None when the event carries none.
    pub address: Option<AddressKind>,
    /// What the agent string says; None when the event carries none.
    pub agent: Option<AgentTraits>,
    /// What is known of the credential; None when the event carries no password hash, or no index is loaded.
    pub credential: Option<CredentialStatus>,
    /// The password's tag of the day; None when the event carries no password hash.
    pub credential_tag: Option<CredentialTag>,
}

/// What an address is, by its number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Routable on the internet.
    Public,
    /// RFC 1918 or RFC 4193: behind somebody's own router.
    Private,
    /// RFC 6598: behind a carrier's translator, shared by many.
    CarrierNat,
    /// This machine.
    Loopback,
    /// Link-local, multicast, unspecified, or reserved.
    Reserved,
    /// RFC 5737 and RFC 3849: made for documents, so nobody's.
    Documentation,
}

/// What an agent string says of itself. A claim, not a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTraits {
    /// Browser, library, crawler.
    pub kind: AgentKind,
    /// `Chrome`, `Firefox`, …; None if not recognised.
    pub browser: Option<Box<str>>,
    /// Major version; None if not recognised.
    pub browser_major: Option<u32>,
    /// `Windows 10`, `Mac OSX`, …; None if not recognised.
    pub os: Option<Box<str>>,
}

/// What sort of program an agent string names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentKind {
    /// A browser on a computer.
    Desktop,
    /// A browser on a phone or tablet.
    Mobile,
    /// A crawler that says so.
    Crawler,
    /// An HTTP library or an automation tool that says so.
    Automation,
    /// Something else.
    Unknown,
}

/// Whether a credential has been seen in public breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CredentialStatus {
    /// The password is in the index.
    pub password_breached: bool,
    /// The username is in the index.
    pub username_breached: bool,
}

/// A password reduced under a key that lives in memory and rotates daily: tells equal passwords of one day apart from
/// others, and nothing else. Never stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialTag(pub u64);

impl std::fmt::Debug for CredentialTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CredentialTag(‹secret›)")
    }
}
