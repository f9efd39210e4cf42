//! Ravelin's words for mechanisms, failures and verdicts.
//!
//! What is lost: Ravelin has one word for trust and allow (`PERMIT`, or `ALLOW`). A `CODE_TIMEOUT` is a timeout, and an invalid code,
//! link or key is an invalid proof: the mechanism beside it says which. Ravelin has no word for our reasons, so none is
//! sent.

use rightful_domain::{FailureReason, MechanismKind, PaymentAction, PaymentSource, TakeoverWords, Verdict};

use crate::scalars::{WORD_BYTES_MAX, cut};

/// The mechanism of that name; None if Ravelin has none of that name.
pub(super) fn mechanism(name: &str) -> Option<MechanismKind> {
    Some(match name {
        "password" => MechanismKind::Password,
        "social" => MechanismKind::Social,
        "oneTimeCode" => MechanismKind::OneTimeCode,
        "u2f" => MechanismKind::U2f,
        "rsaKey" => MechanismKind::RsaKey,
        "smsCode" => MechanismKind::SmsCode,
        // The vendor's sample and the vendor's own client spell it differently.
        "magiclink" | "magicLink" => MechanismKind::MagicLink,
        "recaptcha" => MechanismKind::Recaptcha,
        "bioMetric" => MechanismKind::BioMetric,
        "pushNotification" => MechanismKind::PushNotification,
        "passkey" => MechanismKind::Passkey,
        _ => return None,
    })
}

/// The reason of that spelling; one that Ravelin does not name is kept as spelled, cut.
pub(super) fn failure(text: &str) -> FailureReason {
    match text {
        "UNKNOWN_USERNAME" => FailureReason::UnknownUsername,
        "BAD_PASSWORD" => FailureReason::BadPassword,
        "INVALID_CODE" | "INVALID_LINK" | "INVALID_KEY" => FailureReason::InvalidProof,
        "TIMEOUT" | "CODE_TIMEOUT" => FailureReason::Timeout,
        "RATE_LIMIT" => FailureReason::RateLimit,
        "BANNED_USER" => FailureReason::BannedUser,
        "SOCIAL_FAILURE" => FailureReason::Provider,
        "INTERNAL_ERROR" => FailureReason::InternalError,
        "AUTHENTICATION_FAILURE" => FailureReason::AuthenticationFailure,
        other => FailureReason::Other(cut(other, WORD_BYTES_MAX).into()),
    }
}

/// `data.ato.action`, in either generation of the documents.
pub(super) const fn takeover_action(verdict: Verdict, words: TakeoverWords) -> &'static str {
    let [permit, warn, block] = match words {
        TakeoverWords::PermitWarnBlock => ["PERMIT", "WARN", "BLOCK"],
        TakeoverWords::AllowReviewPrevent => ["ALLOW", "REVIEW", "PREVENT"],
    };
    match verdict {
        Verdict::Trust | Verdict::Allow => permit,
        Verdict::Challenge => warn,
        Verdict::Deny => block,
    }
}

/// `data.source`: what the payment view rests on.
pub(super) const fn payment_source(source: PaymentSource) -> &'static str {
    match source {
        PaymentSource::Judgement => "RAVELIN",
        PaymentSource::RateLimit => "RATE_LIMIT",
        PaymentSource::Label => "MANUAL_REVIEW",
    }
}

/// `data.action`: the payment view, which is apart from the takeover's.
pub(super) const fn payment_action(action: PaymentAction) -> &'static str {
    match action {
        PaymentAction::Allow => "ALLOW",
        PaymentAction::Review => "REVIEW",
        PaymentAction::Prevent => "PREVENT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_spelled_as_the_application_likes_it() {
        for (verdict, older, newer) in [
            (Verdict::Trust, "PERMIT", "ALLOW"),
            (Verdict::Allow, "PERMIT", "ALLOW"),
            (Verdict::Challenge, "WARN", "REVIEW"),
            (Verdict::Deny, "BLOCK", "PREVENT"),
        ] {
            assert_eq!(takeover_action(verdict, TakeoverWords::PermitWarnBlock), older);
            assert_eq!(takeover_action(verdict, TakeoverWords::AllowReviewPrevent), newer);
        }
    }
}
