//! The payment view: what to do about an account's payments, apart from whose hands the account is in.
//!
//! It never changes a verdict: a flood of payments must not lock the owner out, and a reviewer's word about payments is
//! none about who signs in. In order: the application's limit of events stops payments, whatever else is known, and leaves
//! the score as it is; then a reviewer's label holds; else an account that pays is looked at for what is new.
//!
//! Each sign has a chance of fraud, and the score is the chance that any of them is right: `1 - Π(1 - chance)`. So it
//! grows with each sign and never passes 100.

use rightful_domain::{
    DetailKind, Facts, Family, Finding, LabelValue, Level, PaymentAction, PaymentDirection, PaymentSource, PaymentView,
    Profile, ReasonCode, Span, Verdict,
};

use crate::policy::Decision;

/// The chances of fraud, in percent. Half of honest payments go to somebody new, and cards are replaced: each of these
/// alone is a glance, two are even odds. What the takeover view doubts weighs most.
const DENIED: f64 = 80.0;
const CHALLENGED: f64 = 50.0;
const PAYEES_FAST: f64 = 40.0;
const ACTIONS_FAST: f64 = 20.0;
const PAYEE_NEW: f64 = 30.0;
const METHOD_NEW: f64 = 30.0;

/// What to do about the payments of an event's account.
pub(crate) fn payment_view(facts: &Facts, decision: &Decision) -> PaymentView {
    let profile = facts.history.account_profile();
    let judged = if pays(facts, profile) { judged(facts, decision) } else { ALLOWED };
    let label = profile.and_then(|profile| profile.standing.label);
    let view = label.and_then(|label| labelled(label, judged)).unwrap_or(judged);
    if exceeds_limit(facts) {
        return PaymentView { action: PaymentAction::Prevent, source: PaymentSource::RateLimit, ..view };
    }
    view
}

const ALLOWED: PaymentView = PaymentView { action: PaymentAction::Allow, score: 0, source: PaymentSource::Judgement };

/// Whether more events of the account came in 60 s than its application allows. This one is counted, so parallel ones each
/// see a different count. What belongs to no account is nobody's flood.
fn exceeds_limit(facts: &Facts) -> bool {
    let max = facts.allowances.account_events_per_minute_max;
    let has_account = facts.event.account.is_some() || facts.history.resolved_account.is_some();
    let count = facts.history.account.as_ref().map_or(0, |account| account.tally.span(Span::Minute).attempts);
    max > 0 && has_account && count > max
}

/// What a reviewer's label makes of it; None where nobody has looked.
const fn labelled(label: LabelValue, judged: PaymentView) -> Option<PaymentView> {
    let (action, score) = match label {
        LabelValue::Unreviewed => return None,
        LabelValue::Fraudster => (PaymentAction::Prevent, 100),
        // Somebody doubts, and what is judged may be more.
        LabelValue::PotentiallyFraudster => {
            (PaymentAction::Review, if judged.score > DOUBTED { judged.score } else { DOUBTED })
        }
        LabelValue::PotentiallyGenuine => (PaymentAction::Allow, judged.score),
        LabelValue::Genuine => (PaymentAction::Allow, 0),
    };
    Some(PaymentView { action, score, source: PaymentSource::Label })
}

/// The score of an account that a reviewer doubts.
const DOUBTED: u8 = 75;

/// Whether money ever left the account, or is leaving it now.
fn pays(facts: &Facts, profile: Option<&Profile>) -> bool {
    let is_paying = facts.event.payment.as_ref().is_some_and(|it| it.direction != Some(PaymentDirection::In));
    let has_paid = profile.is_some_and(|profile| {
        !profile.facts(Family::Payee).is_empty()
            || !profile.facts(Family::PaymentMethod).is_empty()
            || !profile.habits.of_level(Level::Amount).is_empty()
    });
    is_paying || has_paid
}

fn judged(facts: &Facts, decision: &Decision) -> PaymentView {
    let seen = |reason: ReasonCode| decision.findings.iter().any(|finding: &Finding| finding.reason == reason);
    let registers_method = facts.history.changes.iter().any(|change| change.kind == DetailKind::PaymentMethod);
    let signs = [
        (decision.verdict == Verdict::Deny, DENIED),
        (decision.verdict == Verdict::Challenge, CHALLENGED),
        (seen(ReasonCode::DevicePayeeVelocity), PAYEES_FAST),
        (seen(ReasonCode::ProfileActionVelocity), ACTIONS_FAST),
        (seen(ReasonCode::ProfilePayeeNew), PAYEE_NEW),
        (seen(ReasonCode::ProfilePaymentMethodNew) || registers_method, METHOD_NEW),
    ];
    let honest: f64 = signs.iter().filter(|(is_seen, _)| *is_seen).map(|(_, chance)| 1.0 - chance / 100.0).product();
    // A product of chances is within [0, 1].
    let score = (100.0 * (1.0 - honest)).round() as u8;
    let action = if score > 0 { PaymentAction::Review } else { PaymentAction::Allow };
    PaymentView { action, score, source: PaymentSource::Judgement }
}
