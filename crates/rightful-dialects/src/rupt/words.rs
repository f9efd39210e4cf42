//! Rupt's words for actions, verdicts, reasons and challenges.
//!
//! What is lost: Rupt has one word for trust and allow. Our reasons have no place in its API; what is among them that Rupt
//! has a word for is said in that word. `restrict` and `challenge_and_restrict` are never said.

use rightful_domain::{Action, Assessment, Entry, FeedbackKind, NetworkKind, ReasonCode, Record, Settings, Verdict};

/// The only sort of challenge that is put here.
pub(super) const CHALLENGE_TYPE: &str = "account_takeover";
/// What an attach is called here where the page gives it no name: a page was opened, which is no login.
const ATTACH: &str = "attach";

/// The action of an evaluation; None if it cannot be one.
pub(super) fn action(text: &str) -> Option<Action> {
    match text {
        "signup" | "sign_up" => Some(Action::Register),
        other => Action::parse(other),
    }
}

/// The action of an attach, by the name its page gives it: a page may say that somebody signs up or in, and words of its
/// own, but not that a password is reset or money is moved.
pub(super) fn attach_action(event: Option<&str>) -> Action {
    match event.and_then(action) {
        Some(told @ (Action::Login | Action::Register | Action::Custom(_))) => told,
        Some(
            Action::Transaction
            | Action::Checkout
            | Action::PasswordReset
            | Action::Logout
            | Action::AccountDetailsChange
            | Action::AccountAuthChange
            | Action::Withdraw
            | Action::CreditsChange,
        )
        | None => Action::Custom(ATTACH.into()),
    }
}

/// An action as Rupt spells it.
pub(super) fn action_text(action: &Action) -> &'static str {
    match action {
        Action::Login => "login",
        Action::Register => "signup",
        Action::Custom(name) if name.as_ref() == ATTACH || name.as_ref() == "access" => "access",
        Action::Transaction
        | Action::Checkout
        | Action::PasswordReset
        | Action::Logout
        | Action::AccountDetailsChange
        | Action::AccountAuthChange
        | Action::Withdraw
        | Action::CreditsChange
        | Action::Custom(_) => "custom",
    }
}

/// What the caller was told; what was judged where nobody asked.
pub(super) fn verdict(entry: &Entry) -> Verdict {
    entry.assessment.as_ref().map_or(Verdict::Allow, Assessment::effective)
}

/// A verdict as Rupt spells it.
pub(super) const fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Trust | Verdict::Allow => "allow",
        Verdict::Challenge => "challenge",
        Verdict::Deny => "deny",
    }
}

/// Whether an account is used on more devices than its application allows.
pub(super) fn exceeds_limit(entry: &Entry, settings: &Settings) -> bool {
    let limit = settings.devices_per_account_max;
    limit > 0 && entry.sighting.is_some_and(|sighting| sighting.n_devices > limit)
}

/// The reasons that Rupt has a word for.
pub(super) fn reasons(entry: &Entry, settings: &Settings) -> Vec<&'static str> {
    let mut reasons = Vec::new();
    if let Some(sighting) = entry.sighting {
        reasons.push(if sighting.is_first { "new_fingerprint" } else { "known_device" });
    }
    if is_from_new_address(entry) {
        reasons.push("new_ip");
    }
    if exceeds_limit(entry, settings) {
        reasons.push("limit_exceeded");
    }
    if hides(entry) {
        reasons.push("vpn_detected");
    }
    reasons
}

/// Whether the account has a past, and this address is none of it.
fn is_from_new_address(entry: &Entry) -> bool {
    let Some(judged) = &entry.assessment else { return false };
    let found = |reason| judged.findings.iter().any(|finding| finding.reason == reason);
    let is_known = found(ReasonCode::ProfileIpFamiliar) || found(ReasonCode::IpTrusted);
    let has_past = judged.history_depth > 0 && entry.event.account.is_some();
    has_past && entry.event.network.ip.is_some() && !is_known
}

/// Whether the address is a way out that hides where people are.
fn hides(entry: &Entry) -> bool {
    let kinds = [NetworkKind::Vpn, NetworkKind::Tor, NetworkKind::Proxy];
    kinds.into_iter().any(|kind| entry.enrichment.is_network(kind))
}

/// How the challenge of an event stands; None if it was not challenged.
pub(super) fn challenge_status(record: &Record) -> Option<&'static str> {
    if verdict(&record.entry) != Verdict::Challenge {
        return None;
    }
    let said = record.feedback.iter().rev().find_map(|feedback| match feedback.kind {
        FeedbackKind::ChallengePassed { .. } => Some("completed"),
        FeedbackKind::ChallengeFailed => Some("failed"),
        FeedbackKind::ChallengeIgnored => Some("skipped"),
        FeedbackKind::ConfirmedLegitimate => Some("overridden"),
        // Said of the event, not of the challenge: an intruder may have passed it.
        FeedbackKind::ConfirmedTakeover | FeedbackKind::Reclaimed => None,
    });
    Some(said.unwrap_or("created"))
}

/// How severe a risk of that many hundredths of a point is.
pub(super) const fn severity(hundredths: u16) -> &'static str {
    match hundredths {
        0..2_500 => "low",
        2_500..5_000 => "medium",
        5_000..7_500 => "high",
        _ => "maximum",
    }
}
