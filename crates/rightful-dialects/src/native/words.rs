//! The words of our own API that the domain does not spell itself, and the schemas of all of them.

use rightful_domain::{
    Action, ChallengeKind, DetailKind, FailureReason, LabelValue, MechanismKind, Outcome, PaymentAction,
    PaymentDirection, PaymentSource, ReasonCode, RuleStatus, Source, Verdict,
};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Object};

use crate::scalars::{WORD_BYTES_MAX, cut};

/// What somebody may say of an event or an account.
pub(super) const FEEDBACK: [&str; 6] = [
    "confirmed_takeover",
    "confirmed_legitimate",
    "challenge_passed",
    "challenge_failed",
    "challenge_ignored",
    "reclaimed",
];

/// The mechanism of that spelling; another is kept, cut.
pub(super) fn mechanism(text: &str) -> MechanismKind {
    let known = MechanismKind::KNOWN.into_iter().find(|kind| kind.as_str() == text);
    known.unwrap_or_else(|| MechanismKind::Other(cut(text, WORD_BYTES_MAX).into()))
}

/// The reason of that spelling; another is kept, cut.
pub(super) fn failure(text: &str) -> FailureReason {
    let known = FailureReason::KNOWN.into_iter().find(|reason| reason.as_str() == text);
    known.unwrap_or_else(|| FailureReason::Other(cut(text, WORD_BYTES_MAX).into()))
}

/// The outcome of that spelling.
pub(super) fn outcome(text: &str) -> Option<Outcome> {
    [Outcome::Pending, Outcome::Succeeded, Outcome::Failed].into_iter().find(|outcome| outcome.as_str() == text)
}

/// As spelled in our API.
pub(super) const fn direction_text(direction: PaymentDirection) -> &'static str {
    match direction {
        PaymentDirection::In => "in",
        PaymentDirection::Out => "out",
    }
}

/// The direction of that spelling.
pub(super) fn direction(text: &str) -> Option<PaymentDirection> {
    [PaymentDirection::In, PaymentDirection::Out].into_iter().find(|direction| direction_text(*direction) == text)
}

/// As spelled in our API.
pub(super) const fn payment_text(action: PaymentAction) -> &'static str {
    match action {
        PaymentAction::Allow => "allow",
        PaymentAction::Review => "review",
        PaymentAction::Prevent => "prevent",
    }
}

/// As spelled in our API.
pub(super) const fn payment_source_text(source: PaymentSource) -> &'static str {
    match source {
        PaymentSource::Judgement => "judgement",
        PaymentSource::RateLimit => "rate_limit",
        PaymentSource::Label => "label",
    }
}

/// The label of that spelling.
pub(super) fn label(text: &str) -> Option<LabelValue> {
    LabelValue::ALL.into_iter().find(|label| label.as_str() == text)
}

/// One of a closed set of words.
fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// A word of an open set, with those that have a meaning here.
fn such_as<'w>(words: impl IntoIterator<Item = &'w str>, more: &str) -> Object {
    let words: Vec<&str> = words.into_iter().collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("One of `{}`{more}", words.join("`, `"))))
        .examples(words.first().map(|word| serde_json::Value::from(*word)))
        .build()
}

/// The same, or null.
fn or_null(mut schema: Object) -> Object {
    schema.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    if let Some(words) = &mut schema.enum_values {
        words.push(serde_json::Value::Null);
    }
    schema
}

pub(super) fn verdict_or_null_schema() -> Object {
    or_null(one_of(Verdict::ALL.map(Verdict::as_str)))
}

pub(super) fn rule_status_or_null_schema() -> Object {
    or_null(one_of(RuleStatus::ALL.map(RuleStatus::as_str)))
}

pub(super) fn outcome_or_null_schema() -> Object {
    or_null(outcome_schema())
}

pub(super) fn direction_or_null_schema() -> Object {
    or_null(one_of([PaymentDirection::In, PaymentDirection::Out].map(direction_text)))
}

pub(super) fn mechanism_or_null_schema() -> Object {
    or_null(mechanism_schema())
}

pub(super) fn failure_or_null_schema() -> Object {
    or_null(such_as(
        FailureReason::KNOWN.iter().map(FailureReason::as_str),
        "; another is kept as spelled, at most 64 bytes of it.",
    ))
}

pub(super) fn action_schema() -> Object {
    such_as(Action::KNOWN.iter().map(Action::as_str), ", or the application's own: 1 to 64 letters, digits, `_`, `-`.")
}

pub(super) fn mechanism_schema() -> Object {
    such_as(
        MechanismKind::KNOWN.iter().map(MechanismKind::as_str),
        "; another is kept as spelled, at most 64 bytes of it.",
    )
}

pub(super) fn outcome_schema() -> Object {
    one_of([Outcome::Pending, Outcome::Succeeded, Outcome::Failed].map(Outcome::as_str))
}

pub(super) fn conclusion_schema() -> Object {
    one_of([Outcome::Succeeded, Outcome::Failed].map(Outcome::as_str))
}

pub(super) fn payment_schema() -> Object {
    one_of([PaymentAction::Allow, PaymentAction::Review, PaymentAction::Prevent].map(payment_text))
}

pub(super) fn payment_source_schema() -> Object {
    one_of([PaymentSource::Judgement, PaymentSource::RateLimit, PaymentSource::Label].map(payment_source_text))
}

pub(super) fn label_schema() -> Object {
    one_of(LabelValue::ALL.map(LabelValue::as_str))
}

pub(super) fn detail_schema() -> Object {
    one_of(DetailKind::ALL.map(DetailKind::as_str))
}

pub(super) fn source_schema() -> Object {
    one_of([Source::Native, Source::Ravelin, Source::Transmit, Source::Sumsub, Source::Rupt].map(Source::as_str))
}

pub(super) fn feedback_schema() -> Object {
    one_of(FEEDBACK)
}

pub(super) fn reason_schema() -> Object {
    one_of(ReasonCode::ALL.map(ReasonCode::as_str))
}

pub(super) fn reasons_schema() -> Array {
    ArrayBuilder::new().items(reason_schema()).build()
}

pub(super) fn challenges_schema() -> Array {
    let all = [
        ChallengeKind::SecondFactor,
        ChallengeKind::EmailOrSms,
        ChallengeKind::ReenterCvv,
        ChallengeKind::ThreeDSecure,
        ChallengeKind::IdVerification,
        ChallengeKind::CallCentre,
        ChallengeKind::ManualReview,
    ];
    ArrayBuilder::new().items(one_of(all.map(ChallengeKind::as_str))).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in MechanismKind::KNOWN {
            assert_eq!(mechanism(kind.as_str()), kind);
        }
        for reason in FailureReason::KNOWN {
            assert_eq!(failure(reason.as_str()), reason);
        }
        assert_eq!(mechanism("retina"), MechanismKind::Other("retina".into()));
        assert_eq!(failure("moon_phase"), FailureReason::Other("moon_phase".into()));
        assert_eq!(outcome("succeeded"), Some(Outcome::Succeeded));
        assert_eq!(outcome("Succeeded"), None);
        assert_eq!(direction("out"), Some(PaymentDirection::Out));
    }
}
