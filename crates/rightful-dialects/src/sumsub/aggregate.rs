//! The vendor's aggregates, `txns.finance.byApplicant.out.lastHours(24).count()`, as aggregates of ours.
//!
//! Transactions of a type are events of some actions here, and an aggregate of ours counts one action, or one direction of
//! payments, or all events: so what the vendor counts at once may be a sum of ours.

use super::condition::{MINUTES_MAX, PLATFORM_ACTIONS};
use super::sumscript::{Part, PartKind, Script, ScriptError, Segment};

/// What transactions share, in both words.
const KEYS: [(&str, &str); 4] =
    [("byApplicant", "byAccount"), ("byIp", "byAddress"), ("byDevice", "byDevice"), ("byCounterparty", "byPayee")];
/// Spans, and their units in minutes; a month is 30 days here.
const SPANS: [(&str, u32); 4] =
    [("lastHours", 60), ("lastDays", 24 * 60), ("lastWeeks", 7 * 24 * 60), ("lastMonths", 30 * 24 * 60)];
/// What can be counted once each.
const COUNTED: [(&str, &str); 7] = [
    ("it.data.applicant.externalUserId", "account.id"),
    ("it.externalUserId", "account.id"),
    ("it.data.applicant.device.fingerprint", "device.id"),
    ("it.data.applicant.device.ipInfo.ip", "ip.address"),
    ("it.data.applicant.device.ipInfo.country", "ip.country"),
    ("it.data.applicant.paymentMethod.accountId", "payment.method_id"),
    ("it.data.counterparty.externalUserId", "payment.payee"),
];
/// Amounts that can be added up.
const AMOUNT: &str = "it.data.info.amountInDefaultCurrency";

/// What is said before the span.
#[derive(Default)]
struct Parts {
    key: Option<&'static str>,
    direction: Option<Direction>,
    excludes_current: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
    Same,
}

/// The number that an aggregate comes to, as a condition of ours spells it. `rest` is what follows `txns`.
pub(super) fn translated(at: usize, rest: &[Segment]) -> Script<String> {
    let [kind, parts @ .., span, measure] = rest else {
        let message = "an aggregate ends in a span and in what is made of it, as in \
                       `txns.finance.byApplicant.lastHours(24).count()`";
        return Err(ScriptError::new(at, message));
    };
    let parts = read_parts(parts)?;
    let Some(key) = parts.key else {
        return Err(ScriptError::new(kind.at, "expected what the transactions share: `byApplicant`, `byIp`, …"));
    };
    let tail = tail(&parts, span, measure)?;
    let is_sum = measure.name != "distinctCount";
    match kind.name.as_str() {
        "finance" => finance(key, parts.direction, &tail, is_sum.then_some(()), measure),
        "userPlatformEvent" | "kyc" if parts.direction.is_some() => {
            Err(ScriptError::new(kind.at, "only payments have a direction"))
        }
        "userPlatformEvent" if measure.name == "count" => {
            let all: Vec<String> =
                PLATFORM_ACTIONS.iter().map(|action| format!("events.{action}.{key}{tail}")).collect();
            Ok(format!("({})", all.join(" + ")))
        }
        "userPlatformEvent" => Err(ScriptError::new(measure.at, "events of the platform can be counted, and no more")),
        "kyc" => Ok(format!("events.kyc.{key}{tail}")),
        "travelRule" => Err(ScriptError::new(
            kind.at,
            "transactions under the Travel Rule are counted with `finance` here, and not apart",
        )),
        other => Err(ScriptError::new(kind.at, format!("unknown type of transaction `{other}`"))),
    }
}

/// Payments are the events that have a direction.
fn finance(
    key: &str,
    direction: Option<Direction>,
    tail: &str,
    adds_up: Option<()>,
    measure: &Segment,
) -> Script<String> {
    let [inward, outward] = ["in", "out"].map(|direction| format!("events.{key}.{direction}{tail}"));
    match (direction, adds_up) {
        (Some(Direction::In), _) => Ok(inward),
        (Some(Direction::Out), _) => Ok(outward),
        (Some(Direction::Same), _) => Ok(format!("(payment.direction == \"in\" ? {inward} : {outward})")),
        (None, Some(())) => Ok(format!("({inward} + {outward})")),
        (None, None) => {
            Err(ScriptError::new(measure.at, "different values are counted of one direction: add `.in` or `.out`"))
        }
    }
}

fn read_parts(segments: &[Segment]) -> Script<Parts> {
    let mut parts = Parts::default();
    for segment in segments {
        let refused = |message: String| Err(ScriptError::new(segment.at, message));
        if segment.arguments.is_some() {
            return refused(format!("`{}` takes nothing", segment.name));
        }
        let name = segment.name.as_str();
        let direction = match name {
            "in" => Some(Direction::In),
            "out" => Some(Direction::Out),
            "sameDirection" => Some(Direction::Same),
            _ => None,
        };
        let is_new = if let Some((_, key)) = KEYS.into_iter().find(|(known, _)| *known == name) {
            parts.key.replace(key).is_none()
        } else if let Some(direction) = direction {
            parts.direction.replace(direction).is_none()
        } else if name == "excludeCurrent" {
            !std::mem::replace(&mut parts.excludes_current, true)
        } else {
            return refused(match name {
                "all" => "transactions of everybody are not counted here".to_owned(),
                "byRemitter" | "byBeneficiary" | "sameCounterparty" => {
                    format!("`{name}` is not counted here: use `byApplicant` or `byCounterparty`")
                }
                "approved" | "rejected" => "transactions are not counted by what people decided".to_owned(),
                other => format!("unknown part `{other}` of an aggregate"),
            });
        };
        if !is_new {
            return refused(format!("`{name}` says again what was said before it"));
        }
    }
    Ok(parts)
}

/// The end of an aggregate: `.excludeCurrent.lastHours(24).count()`.
fn tail(parts: &Parts, span: &Segment, measure: &Segment) -> Script<String> {
    let refused = |at: usize, message: String| Err(ScriptError::new(at, message));
    let Some((name, unit)) = SPANS.into_iter().find(|(known, _)| *known == span.name) else {
        let spans = SPANS.map(|(name, _)| name).join("`, `");
        return refused(span.at, format!("`{}` is no span here: one of `{spans}`", span.name));
    };
    let most = MINUTES_MAX / unit;
    let amount = match span.arguments.as_deref() {
        Some([Part { kind: PartKind::Number(number), .. }]) => number.parse().ok(),
        _ => None,
    };
    let Some(amount) = amount.filter(|amount: &u32| (1..=most).contains(amount)) else {
        return refused(span.at, format!("`{name}` takes a whole number from 1 to {most}"));
    };
    let asked = match (measure.name.as_str(), measure.arguments.as_deref()) {
        ("count", Some([])) => "count()".to_owned(),
        ("sum", Some([of])) if path_of(of).is_some_and(|path| path == AMOUNT) => "sum(payment.amount)".to_owned(),
        ("sum", Some([of])) => return refused(of.at, format!("only amounts are added up: `{AMOUNT}`")),
        ("distinctCount", Some([of])) => {
            let path = path_of(of).unwrap_or_default();
            let Some((_, word)) = COUNTED.into_iter().find(|(known, _)| *known == path) else {
                let known = COUNTED.map(|(known, _)| known).join("`, `");
                return refused(of.at, format!("what is counted once each is one of `{known}`"));
            };
            format!("distinctCount({word})")
        }
        (name, _) => return refused(measure.at, format!("`{name}` is not made of transactions here")),
    };
    let excluding = if parts.excludes_current { ".excludeCurrent" } else { "" };
    Ok(format!("{excluding}.{name}({amount}).{asked}"))
}

fn path_of(part: &Part) -> Option<String> {
    let PartKind::Path(segments) = &part.kind else { return None };
    let names = segments.iter().map(|segment| segment.arguments.is_none().then_some(segment.name.as_str()));
    Some(names.collect::<Option<Vec<_>>>()?.join("."))
}
