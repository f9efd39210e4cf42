//! What pages attempt, and how they say it: sealed, named in the body, judged when somebody asks.

use rightful_domain::{AccountId, CredentialKind, EventId, FeedbackKind, Outcome, Report};
use zeroize::Zeroizing;

/// An attempt of a page that somebody asks about.
#[derive(Debug)]
pub struct Ask {
    /// The report that says it, whose id becomes the event's.
    pub attempt: EventId,
    /// The report itself, to be kept first, where the caller says it and not a page.
    pub reported: Option<Box<Report>>,
    /// What has to hold of the page's device.
    pub proof: Option<DeviceProof>,
    /// What the caller wants to hear.
    pub wants: Wants,
}

/// What a caller wants to hear of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Only the token under which it is kept.
    Token,
    /// The verdict.
    Verdict,
}

/// A signature by a key that a device keeps: RSASSA-PSS with SHA-256 and a salt of 32 bytes. It is good once: an attempt
/// that was kept or judged before under the same id is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceProof {
    /// The device's public key: X.509 `SubjectPublicKeyInfo`, DER.
    pub public_key: Vec<u8>,
    /// What the device calls that key: its SHA-256 in lower-case hexadecimal digits. It has to be the key's.
    pub key_name: String,
    /// What is signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// How an attempt of a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The attempt.
    pub attempt: EventId,
    /// Whose it was, where the caller says. An event of another account, or of none, or of one that only the page named,
    /// stays as it is, and what the caller says is remembered as an event of its own.
    pub account: Option<AccountId>,
    /// How it ended; None if that is not said.
    pub outcome: Option<Outcome>,
    /// What is said of its challenge, if there was one or the caller names its kind.
    pub challenge: Option<FeedbackKind>,
    /// Whether the caller names the kind of challenge, so that there was one whatever was judged.
    pub was_challenged: bool,
}

/// A token that a request stands or falls with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIn {
    /// As it was presented.
    pub text: String,
    /// Whether it is one of ours, of this application, and not over. What is used twice may hold and be refused.
    pub holds: bool,
}

/// A key as a body presents it; whether it is right is for the server to find out.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedInBody {
    /// What it is presented as.
    pub kind: CredentialKind,
    /// The public half.
    pub public_id: String,
    /// The secret half; empty from a page, which has none.
    pub secret: Zeroizing<String>,
}

/// What a page has sealed: a content under a key of its own, and that key under ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The page's key and nonce, as JSON `{symKey, iv}`, under ours: RSA-OAEP with SHA-256.
    pub key: Vec<u8>,
    /// The content under the page's key: AES-256-GCM, its tag appended.
    pub content: Vec<u8>,
    /// How the content is packed inside.
    pub packing: Packing,
}

/// How a sealed content is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Plain,
    /// By gzip (RFC 1952).
    Gzip,
}
