//! Who may talk to the server, and how it should behave to them.

use crate::{ApplicationId, Timestamp, Verdict};

/// A tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its name, for people.
    pub name: Box<str>,
    /// A test application: magic accounts work, any localhost origin is accepted.
    pub test: bool,
    /// Whether verdicts are acted on.
    pub mode: ApplicationMode,
    /// Its keys.
    pub credentials: Vec<Credential>,
    /// What to answer to a login, register, logout or credits change when no judgement can be had.
    pub fallback_mild: Verdict,
    /// What to answer to everything else then.
    pub fallback_strict: Verdict,
    /// How long a judgement may take, in ms, before the fallback answers.
    pub deadline_ms: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// How it likes things.
    pub settings: Settings,
}

/// The most origins, the most hooks, and the most actions of its own, of an application.
pub const SETTINGS_ENTRIES_MAX: usize = 64;

/// How an application likes things.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Origins whose pages may call what pages call: `https://shop.example`. A test application also takes any localhost.
    pub origins: Vec<Box<str>>,
    /// How takeover verdicts are spelled to Ravelin's clients.
    pub takeover_words: TakeoverWords,
    /// The most events of one account in a minute before its payments are stopped (its logins never are); 0 for no limit.
    pub account_events_per_minute_max: u32,
    /// The most devices of one account before sharing is told; 0 for no limit.
    pub devices_per_account_max: u16,
    /// Whether more devices than that are to be blocked by the page.
    pub blocks_over_device_limit: bool,
    /// Whether a page is told an account's devices. Whoever knows the public client id could then ask it of any account.
    pub pages_may_list_devices: bool,
    /// Whom to tell of what happens.
    pub hooks: Vec<Hook>,
    /// How recommendations are spelled to Transmit's clients.
    pub recommendation_words: RecommendationWords,
    /// The application's own actions that its pages may report beside the ten known ones: each as [`crate::Action::parse`]
    /// takes it.
    pub action_types: Vec<Box<str>>,
    /// Where a person is sent who is asked to prove who they are, instead of to our own page: an address in which
    /// `{event}` and `{account}` stand for what it is about. None for our own page.
    pub ask_url: Option<Box<str>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            takeover_words: TakeoverWords::PermitWarnBlock,
            account_events_per_minute_max: 50,
            devices_per_account_max: 0,
            blocks_over_device_limit: false,
            pages_may_list_devices: false,
            hooks: Vec::new(),
            recommendation_words: RecommendationWords::LowerCase,
            action_types: Vec::new(),
            ask_url: None,
        }
    }
}

/// How takeover verdicts are spelled to Ravelin's clients: two generations of its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeoverWords {
    /// `PERMIT`, `WARN`, `BLOCK`.
    PermitWarnBlock,
    /// `ALLOW`, `REVIEW`, `PREVENT`.
    AllowReviewPrevent,
}

/// How recommendations are spelled to Transmit's clients: two generations of its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecommendationWords {
    /// `trust`, `allow`, `challenge`, `deny`.
    LowerCase,
    /// `TRUST`, `ALLOW`, `CHALLENGE`, `DENY`.
    UpperCase,
}

/// An address of the application that is told of what happens.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its id, unique in the application.
    pub id: Box<str>,
    /// In whose words.
    pub style: HookStyle,
    /// Where to post.
    pub url: Box<str>,
    /// The secret that signs, or the authorization that is sent: sealed under the master key; None where there is none.
    pub sealed_secret: Option<Box<[u8]>>,
    /// Whether anything is sent.
    pub enabled: bool,
}

/// How a hook is signed and what it is told, where its vendor lets that be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookTerms {
    /// Its name, for people; empty if it has none.
    pub name: Box<str>,
    /// The digest that signs.
    pub digest: HookDigest,
    /// The types of messages it is told, as it spells them; all if there are none. At most [`HOOK_TYPES_MAX`].
    pub types: Vec<Box<str>>,
    /// Whether a message that was not taken is given up at once.
    pub tries_once: bool,
}

/// The most types of messages that one hook names.
pub const HOOK_TYPES_MAX: usize = 64;

/// The digest that signs a hook's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum HookDigest {
    /// HMAC-SHA256, in hexadecimal.
    #[default]
    Sha256,
    /// HMAC-SHA512.
    Sha512,
    /// HMAC-SHA1: for receivers that know no other.
    Sha1,
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hook").field("id", &self.id).field("style", &self.style).finish_non_exhaustive()
    }
}

/// In whose words a hook is told, and how it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookStyle {
    /// Our own words, signed as Standard Webhooks say.
    Standard,
    /// Ravelin's callback: `Authorization: token …`, no signature.
    Ravelin,
    /// Rupt's: `Webhook-Id`, `Webhook-Timestamp`, `Webhook-Signature`.
    Rupt,
    /// Sumsub's: `X-Payload-Digest` over the body.
    Sumsub,
}

impl HookStyle {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Ravelin, Self::Rupt, Self::Sumsub];
}

/// Whether an application's verdicts are acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationMode {
    /// Judge and record, answer as if allowed.
    Observe,
    /// Answer what was judged.
    Enforce,
}

impl ApplicationMode {
    /// What a caller is told who asks for a verdict.
    #[must_use]
    pub const fn answered(self, verdict: Verdict) -> Verdict {
        match self {
            Self::Observe => Verdict::Allow,
            Self::Enforce => verdict,
        }
    }

    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }
}

/// The digest of a key: SHA-256. Keys are 256 random bits, so a fast digest is as safe as a slow one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyDigest(pub [u8; 32]);

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyDigest(‹secret›)")
    }
}

/// One key of an application.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// What it is for.
    pub kind: CredentialKind,
    /// The public half (a client id, an app token, a publishable key); empty where the secret stands alone.
    pub public_id: Box<str>,
    /// The digest of the secret half; None where there is none.
    pub secret_digest: Option<KeyDigest>,
    /// The secret itself, sealed under the master key: only where a signature scheme needs it back.
    pub sealed_secret: Option<Box<[u8]>>,
}

impl Credential {
    /// Whether two are the same key, however its secret is sealed.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        (self.kind, &self.public_id, self.secret_digest) == (other.kind, &other.public_id, other.secret_digest)
    }
}

/// The most keys of an application: some of each kind while they are replaced.
pub const CREDENTIALS_MAX: usize = 64;

/// A change of an application's keys.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyChange {
    /// One more.
    Add(Credential),
    /// One that is good no longer.
    Revoke(Credential),
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialKind {
    /// Our API: a bearer key.
    NativeApiKey,
    /// Ravelin: `Authorization: token sk_…`.
    RavelinSecretKey,
    /// Ravelin: in a page, may only report.
    RavelinPublishableKey,
    /// Transmit: client credentials.
    TransmitClient,
    /// Sumsub: app token and signing secret.
    SumsubAppToken,
    /// Rupt: client id and API secret.
    RuptClient,
}
