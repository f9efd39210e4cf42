//! Aggregates in conditions: `events.withdraw.byAccount.out.lastHours(24).sum(payment.amount)`, read from the expression
//! that it is. What it comes to is counted where events are remembered, so that a condition only looks it up.

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever a part is, it is refused unless it is what was expected"
    )
)]

use rightful_domain::{AGGREGATE_MINUTES_MAX, Action, Aggregate, AggregateKey, Counted, Measure, PaymentDirection};

use super::suggest::slip_of;
use super::syntax::{Expression, ExpressionKind};
use super::{RuleError, Span, nearest, vocabulary};

/// What every aggregate begins with.
const ROOT: &str = "events";
/// How one looks, for errors.
const EXAMPLE: &str = "`events.withdraw.byAccount.lastHours(24).count()`";
/// The amount that can be added up.
const AMOUNT: &str = "payment.amount";
/// What is made of the events of a span.
const MEASURES: [&str; 3] = ["count", "sum", "distinctCount"];
const EXCLUDE_CURRENT: &str = "excludeCurrent";
const DIRECTIONS: [(&str, PaymentDirection); 2] = [("in", PaymentDirection::In), ("out", PaymentDirection::Out)];
const OUTCOMES: [(&str, bool); 2] = [("succeeded", true), ("failed", false)];
/// Units of spans, in minutes. A month is 30 days: a span is a length, and no month's name.
const SPANS: [(&str, u32); 5] = [
    ("lastMinutes", 1),
    ("lastHours", 60),
    ("lastDays", 24 * 60),
    ("lastWeeks", 7 * 24 * 60),
    ("lastMonths", 30 * 24 * 60),
];

/// Whether a name is an aggregate's, or the beginning of one.
pub(super) fn is_name(name: &str) -> bool {
    name.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether something is asked of an aggregate, or of the beginning of one.
pub(super) fn begins(receiver: &Expression) -> bool {
    match &receiver.kind {
        ExpressionKind::Name(name) => is_name(name),
        ExpressionKind::Method(of, ..) => begins(of),
        _ => false,
    }
}

/// Why an aggregate's name alone is none.
pub(super) fn incomplete(text: &str, span: Span) -> RuleError {
    RuleError::new(text, span, format!("an aggregate ends in a span and in what is made of it, as in {EXAMPLE}"))
}

/// Reads what is asked of the beginning of an aggregate, as a whole one.
pub(super) fn read(
    text: &str,
    receiver: &Expression,
    measure: &str,
    arguments: &[Expression],
) -> Result<Aggregate, RuleError> {
    Reader { text }.whole(receiver, measure, arguments)
}

struct Reader<'a> {
    text: &'a str,
}

type Read<T> = Result<T, RuleError>;

impl Reader<'_> {
    fn refuse<T>(&self, span: Span, message: impl Into<String>) -> Read<T> {
        Err(RuleError::new(self.text, span, message.into()))
    }

    /// Where a word stands that comes at or after a place.
    fn place(&self, word: &str, from: usize) -> Span {
        let found = self.text.get(from..).and_then(|rest| rest.find(word)).unwrap_or(0);
        Span { start: from + found, end: from + found + word.len() }
    }

    fn whole(&self, receiver: &Expression, measure: &str, arguments: &[Expression]) -> Read<Aggregate> {
        let place = self.place(measure, receiver.span.end);
        let (parts, unit, amount) = match &receiver.kind {
            ExpressionKind::Method(parts, unit, amount) => (parts, unit, amount),
            _ => return self.without_span(measure, place),
        };
        let ExpressionKind::Name(name) = &parts.kind else {
            return self.refuse(place, "an aggregate is a number: nothing more is asked of it");
        };
        let mut aggregate = self.parts(name, parts.span)?;
        aggregate.minutes = self.minutes(unit, amount, parts.span.end)?;
        aggregate.measure = self.measure(measure, arguments, place)?;
        if aggregate.measure == Measure::Distinct(itself(aggregate.by)) {
            let by = aggregate.by.as_str();
            return self.refuse(place, format!("events that are counted `{by}` share it: there is always one"));
        }
        Ok(aggregate)
    }

    /// What is asked of the parts before the span, where the span should be.
    fn without_span<T>(&self, asked: &str, place: Span) -> Read<T> {
        if SPANS.iter().any(|(unit, _)| *unit == asked) {
            let message = format!("expected what is made of the events after `.{asked}(…)`: `.count()`, …");
            return self.refuse(place, message);
        }
        if MEASURES.contains(&asked) {
            return self
                .refuse(place, format!("expected a span before `.{asked}(…)`, as in `.lastHours(24).{asked}(…)`"));
        }
        self.refuse(place, unknown("span", asked, SPANS.map(|(unit, _)| unit)))
    }

    /// The parts before the span, in any order.
    fn parts(&self, name: &str, span: Span) -> Read<Aggregate> {
        let mut found = Parts::default();
        let mut from = span.start;
        for part in name.split('.') {
            let place = self.place(part, from);
            from = place.end;
            if place.start > span.start {
                self.part(part, place, &mut found)?;
            }
        }
        let Some(by) = found.by else {
            let keys = AggregateKey::ALL.map(AggregateKey::as_str).join("`, `");
            return self.refuse(span, format!("expected what the events share: `{keys}`"));
        };
        Ok(Aggregate {
            by,
            action: found.action,
            direction: found.direction,
            succeeded: found.succeeded,
            excludes_current: found.excludes_current,
            minutes: 1,
            measure: Measure::Count,
        })
    }

    fn part(&self, part: &str, place: Span, found: &mut Parts) -> Read<()> {
        let is_new = if let Some(by) = AggregateKey::ALL.into_iter().find(|key| key.as_str() == part) {
            found.by.replace(by).is_none()
        } else if let Some((_, direction)) = DIRECTIONS.into_iter().find(|(word, _)| *word == part) {
            found.direction.replace(direction).is_none()
        } else if let Some((_, succeeded)) = OUTCOMES.into_iter().find(|(word, _)| *word == part) {
            found.succeeded.replace(succeeded).is_none()
        } else if part == EXCLUDE_CURRENT {
            !std::mem::replace(&mut found.excludes_current, true)
        } else {
            found.action.replace(self.action(part, place)?).is_none()
        };
        if is_new { Ok(()) } else { self.refuse(place, format!("`{part}` says again what was said before it")) }
    }

    /// An action, which may be the application's own: but not one that is nearly something else.
    fn action(&self, part: &str, place: Span) -> Read<Action> {
        let action = Action::parse(part);
        if let Some(known) = action.clone().filter(|action| !matches!(action, Action::Custom(_))) {
            return Ok(known);
        }
        let keys = AggregateKey::ALL.map(AggregateKey::as_str);
        if part == "byCounterparty" {
            return self.refuse(place, "unknown key `byCounterparty`, did you mean `byPayee`?".to_owned());
        }
        if part.starts_with("by") {
            return self.refuse(place, unknown("key", part, keys));
        }
        let others = DIRECTIONS.map(|(word, _)| word).into_iter().chain(OUTCOMES.map(|(word, _)| word));
        let known = keys.into_iter().chain(others).chain([EXCLUDE_CURRENT]).chain(vocabulary::known_actions());
        match (action, slip_of(part, known)) {
            (_, Some(meant)) => self.refuse(place, format!("unknown part `{part}`, did you mean `{meant}`?")),
            (Some(action), None) => Ok(action),
            (None, None) => self.refuse(place, format!("`{part}` cannot be an action")),
        }
    }

    fn minutes(&self, unit: &str, amount: &[Expression], from: usize) -> Read<u32> {
        let place = self.place(unit, from);
        let Some((_, minutes)) = SPANS.into_iter().find(|(name, _)| *name == unit) else {
            return self.refuse(place, unknown("span", unit, SPANS.map(|(name, _)| name)));
        };
        let most = AGGREGATE_MINUTES_MAX / minutes;
        let asks = format!("`{unit}` takes a whole number from 1 to {most}");
        let [amount] = amount else { return self.refuse(place, asks) };
        match amount.kind {
            // Whole and in range, so that nothing is lost.
            ExpressionKind::Number(n) if n.fract() == 0.0 && n >= 1.0 && n <= f64::from(most) => Ok(n as u32 * minutes),
            _ => self.refuse(amount.span, asks),
        }
    }

    fn measure(&self, measure: &str, arguments: &[Expression], place: Span) -> Read<Measure> {
        match (measure, arguments) {
            ("count", []) => Ok(Measure::Count),
            ("count", [first, ..]) => {
                self.refuse(first.span, "`count` takes nothing: what is counted is said before the span")
            }
            ("sum", [of]) => match &of.kind {
                ExpressionKind::Name(name) if name == AMOUNT => Ok(Measure::Sum),
                _ => self.refuse(of.span, format!("only amounts are added up, did you mean `{AMOUNT}`?")),
            },
            ("sum", _) => self.refuse(place, format!("`sum` takes an amount, as in `sum({AMOUNT})`")),
            ("distinctCount", [of]) => self.counted(of),
            ("distinctCount", _) => {
                self.refuse(place, "`distinctCount` takes what is counted once each, as in `distinctCount(ip.country)`")
            }
            _ => self.refuse(place, unknown("measure", measure, MEASURES)),
        }
    }

    fn counted(&self, of: &Expression) -> Read<Measure> {
        let words = Counted::ALL.map(Counted::as_str);
        let ExpressionKind::Name(name) = &of.kind else {
            return self.refuse(of.span, format!("what is counted once each is one of `{}`", words.join("`, `")));
        };
        match Counted::ALL.into_iter().find(|counted| counted.as_str() == name) {
            Some(counted) => Ok(Measure::Distinct(counted)),
            None => self.refuse(of.span, unknown("word", name, words)),
        }
    }
}

/// What the parts before a span say.
#[derive(Default)]
struct Parts {
    by: Option<AggregateKey>,
    action: Option<Action>,
    direction: Option<PaymentDirection>,
    succeeded: Option<bool>,
    excludes_current: bool,
}

/// What events of a key have only one of.
const fn itself(key: AggregateKey) -> Counted {
    match key {
        AggregateKey::Account => Counted::Accounts,
        AggregateKey::Device => Counted::Devices,
        AggregateKey::Address => Counted::Addresses,
        AggregateKey::PaymentMethod => Counted::PaymentMethods,
        AggregateKey::Payee => Counted::Payees,
    }
}

fn unknown<const N: usize>(what: &str, name: &str, known: [&'static str; N]) -> String {
    match nearest(name, known) {
        Some(meant) => format!("unknown {what} `{name}`, did you mean `{meant}`?"),
        None => format!("unknown {what} `{name}`: one of `{}`", known.join("`, `")),
    }
}
