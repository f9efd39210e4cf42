//! Transmit's words for verdicts, results, challenges and labels.
//!
//! What is lost: nothing of ours. Reasons are spelled as Transmit spells them; those that Transmit has not are sent too.

use rightful_domain::{FeedbackKind, MechanismKind, Outcome, ReasonCode, RecommendationWords, Record, Verdict};

/// What a claimed user id may be.
pub(super) const CLAIMED_USER_ID_TYPES: [&str; 8] =
    ["email", "phone_number", "account_id", "ssn", "national_id", "passport_number", "drivers_license_number", "other"];

/// The kinds of challenge.
pub(super) const CHALLENGE_TYPES: [&str; 10] = [
    "sms_otp",
    "email_otp",
    "totp",
    "push_otp",
    "voice_otp",
    "idv",
    "captcha",
    "invisible_captcha",
    "password",
    "passkey",
];

/// What a challenge of that kind proves; None for a kind that is not known.
pub(super) fn mechanism(kind: &str) -> Option<MechanismKind> {
    Some(match kind {
        // A call goes where a message goes.
        "sms_otp" | "voice_otp" => MechanismKind::SmsCode,
        // What reaches the owner through the mailbox, as a link does.
        "email_otp" => MechanismKind::MagicLink,
        "totp" => MechanismKind::OneTimeCode,
        "push_otp" => MechanismKind::PushNotification,
        "idv" => MechanismKind::Other("idv".into()),
        "captcha" | "invisible_captcha" => MechanismKind::Recaptcha,
        "password" => MechanismKind::Password,
        "passkey" => MechanismKind::Passkey,
        _ => return None,
    })
}

fn challenge_type(mechanism: &MechanismKind) -> Option<&'static str> {
    Some(match mechanism {
        MechanismKind::SmsCode => "sms_otp",
        MechanismKind::MagicLink => "email_otp",
        MechanismKind::OneTimeCode => "totp",
        MechanismKind::PushNotification => "push_otp",
        MechanismKind::Recaptcha => "captcha",
        MechanismKind::Password => "password",
        MechanismKind::Passkey => "passkey",
        MechanismKind::Other(name) if **name == *"idv" => "idv",
        MechanismKind::Social
        | MechanismKind::U2f
        | MechanismKind::RsaKey
        | MechanismKind::BioMetric
        | MechanismKind::Other(_) => return None,
    })
}

/// A verdict, in either generation of the documents.
pub(super) const fn recommendation(verdict: Verdict, words: RecommendationWords) -> &'static str {
    match words {
        RecommendationWords::LowerCase => verdict.as_str(),
        RecommendationWords::UpperCase => match verdict {
            Verdict::Trust => "TRUST",
            Verdict::Allow => "ALLOW",
            Verdict::Challenge => "CHALLENGE",
            Verdict::Deny => "DENY",
        },
    }
}

/// How an action ended, and by what challenge, as far as somebody has said.
pub(super) fn result(record: &Record) -> (Option<&'static str>, Option<&'static str>) {
    let said = record.feedback.iter().rev().find_map(|said| match &said.kind {
        FeedbackKind::ChallengePassed { mechanism } => Some(("success", mechanism.as_ref().and_then(challenge_type))),
        FeedbackKind::ChallengeFailed => Some(("failure", None)),
        FeedbackKind::ChallengeIgnored => Some(("incomplete", None)),
        FeedbackKind::ConfirmedTakeover | FeedbackKind::ConfirmedLegitimate | FeedbackKind::Reclaimed => None,
    });
    match (said, record.outcome()) {
        (Some((result, kind)), _) => (Some(result), kind),
        (None, Outcome::Succeeded) => (Some("success"), None),
        (None, Outcome::Failed) => (Some("failure"), None),
        (None, Outcome::Pending) => (None, None),
    }
}

/// What the event threatens, where judgement says that it does.
pub(super) fn threat(verdict: Verdict, is_registration: bool) -> Option<&'static str> {
    match verdict {
        Verdict::Trust | Verdict::Allow => None,
        Verdict::Challenge | Verdict::Deny if is_registration => Some("NEW_FRAUD_ACCOUNT"),
        Verdict::Challenge | Verdict::Deny => Some("ACCOUNT_TAKEOVER"),
    }
}

/// A reason, spelled as in the documentation.
pub(super) fn reason(code: ReasonCode) -> &'static str {
    code.as_str()
}
