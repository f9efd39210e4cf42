//! Magic accounts: in a test application, an account's name forces what a caller must be able to handle.
//!
//! All other accounts of a test application are judged as in life, and in a live application none of this exists.

use rightful_domain::{Application, Event, Verdict};

/// What an account's name forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magic {
    /// This verdict.
    Verdict(Verdict),
    /// A breached password and username.
    Breached,
    /// An internal error.
    Error,
    /// The fallback, as if the deadline had passed.
    Fallback,
}

/// The names, for the documentation and the tests.
pub(crate) const ACCOUNTS: [(&str, Magic); 7] = [
    ("magic_trust", Magic::Verdict(Verdict::Trust)),
    ("magic_allow", Magic::Verdict(Verdict::Allow)),
    ("magic_challenge", Magic::Verdict(Verdict::Challenge)),
    ("magic_deny", Magic::Verdict(Verdict::Deny)),
    ("magic_breached", Magic::Breached),
    ("magic_error", Magic::Error),
    ("magic_fallback", Magic::Fallback),
];

/// What this event's account forces; None in a live application and for ordinary accounts.
pub(crate) fn of(application: &Application, event: &Event) -> Option<Magic> {
    let account = event.account.as_ref().filter(|_| application.test)?;
    ACCOUNTS.iter().find(|(name, _)| *name == account.as_str()).map(|(_, magic)| *magic)
}
