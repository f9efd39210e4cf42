//! An assessment in words: one sentence for a colleague, one for the person at the door.
//!
//! The colleague's says what was seen, with its numbers. The other's depends on nothing but the answer, so that it
//! teaches an intruder nothing.

use std::fmt::Write;

use rightful_domain::{
    Assessment, ChallengeKind, Event, Evidence, EvidenceValue, Finding, ReasonCode, RuleMatch, Sentences, Span, Verdict,
};

use crate::policy::is_of_list;
use crate::{detectors, feature_names};

/// Findings that the analyst's sentence names, beside those that it always names; the rest are in the assessment.
const FINDINGS_SAID_MAX: usize = 4;

/// Puts an assessment into words.
#[must_use]
pub fn sentences(event: &Event, assessment: &Assessment) -> Sentences {
    Sentences { analyst: analyst(event, assessment), person: person(assessment.effective()).to_owned() }
}

fn person(answer: Verdict) -> &'static str {
    match answer {
        Verdict::Trust | Verdict::Allow => "All good, please go on.",
        Verdict::Challenge => "Please confirm that it is you before you go on.",
        Verdict::Deny => "We cannot do this right now. Please try again later or contact support.",
    }
}

fn analyst(event: &Event, assessment: &Assessment) -> String {
    let mut text = format!(
        "{} {} at score {}: ",
        match assessment.verdict {
            Verdict::Trust => "Trust",
            Verdict::Allow => "Allow",
            Verdict::Challenge => "Challenge",
            Verdict::Deny => "Deny",
        },
        event.action.as_str(),
        assessment.risk_score
    );
    let by_weight = assessment.findings.iter().enumerate();
    let named = by_weight.filter(|(place, finding)| *place < FINDINGS_SAID_MAX || is_always_named(finding));
    let said: Vec<String> = named.map(|(_, finding)| clause(finding)).collect();
    text.push_str(&joined(&said));
    let n_unsaid = assessment.findings.len().saturating_sub(said.len());
    if n_unsaid > 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, "; and {n_unsaid} more");
    }
    text.push_str(&ruled(&assessment.rules));
    let _ = match assessment.history_depth {
        0 => write!(text, "; nothing was learned of the account before"),
        1 => write!(text, "; the account has 1 earlier event"),
        n => write!(text, "; the account has {n} earlier events"),
    };
    if assessment.verdict == Verdict::Challenge
        && let Some(from) = challenge_from(assessment)
    {
        let _ = write!(text, "; the budget has challenges begin at {from:.2}");
    }
    if let Some(challenge) = assessment.suggested_challenges.first() {
        let _ = write!(text, "; ask for {}", asked_for(*challenge));
    }
    if assessment.verdict == Verdict::Trust {
        text.push_str("; extend the session");
    }
    text.push('.');
    text
}

/// The rules that were in effect; those that only watch have changed nothing.
fn ruled(rules: &[RuleMatch]) -> String {
    let names: Vec<String> = rules.iter().filter(|rule| rule.acts()).map(|rule| format!("{:?}", rule.rule)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("; rule {one} matched"),
        [..] => format!("; rules {} matched", joined(&names)),
    }
}

// What decides beside the weights, or lowers them, must not be among "and 3 more".
fn is_always_named(finding: &Finding) -> bool {
    is_of_list(finding) || finding.reason == ReasonCode::UserSecondFactorPassed
}

/// Where the challenge budget has challenges begin, in points of the score; None if it has not moved them.
fn challenge_from(assessment: &Assessment) -> Option<f32> {
    let features = &assessment.features;
    let place = feature_names(features.schema).iter().position(|name| *name == "challenge_from")?;
    features.values.get(place).copied().filter(|from| !from.is_nan())
}

fn joined(clauses: &[String]) -> String {
    match clauses {
        [] => "nothing speaks for or against it".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn clause(finding: &Finding) -> String {
    let title = detectors::of(finding.reason).map_or(finding.reason.as_str(), |detector| detector.title);
    let title = by_list(finding).unwrap_or(title);
    let said = finding.evidence.iter().filter(|evidence| !is_of_list(finding) || says_beside_list(evidence));
    let seen: Vec<String> = said.filter_map(|one| phrase(one, &finding.evidence)).collect();
    if seen.is_empty() { title.to_owned() } else { format!("{title} ({})", seen.join(", ")) }
}

/// What is so because a list says it: the reason's own words would tell of a past that nobody has seen. None where no
/// list has decided, or where those words are about a list.
fn by_list(finding: &Finding) -> Option<&'static str> {
    if !is_of_list(finding) || finding.reason == ReasonCode::IpCountryBlocked {
        return None;
    }
    let is_let_in = matches!(finding.reason, ReasonCode::UserTrusted | ReasonCode::IpTrusted);
    Some(if is_let_in { "a list lets it in" } else { "a list keeps it out" })
}

/// Whether evidence adds something to what [`by_list`] says: not that there is a list, and no measure of what was not seen.
fn says_beside_list(evidence: &Evidence) -> bool {
    match evidence.value {
        EvidenceValue::Number(n) => rounded(n) != "0",
        EvidenceValue::Flag(_) => evidence.name != "listed",
        EvidenceValue::Count(_) | EvidenceValue::Text(_) => true,
    }
}

/// `attempts_60s`, 34 → `34 attempts in 60 s, limit 10`; `device_age_days`, 2.5 → `device age 2.5 days`. None for what
/// says nothing by itself: a no, a count or measure of zero, a limit, or a count within its limit.
fn phrase(evidence: &Evidence, all: &[Evidence]) -> Option<String> {
    let name = evidence.name.as_ref();
    let (what, span) = without_span(name);
    let phrase = match &evidence.value {
        EvidenceValue::Count(0) | EvidenceValue::Flag(false) => return None,
        EvidenceValue::Flag(true) => words(name),
        EvidenceValue::Text(text) => format!("{} {text}", words(name)),
        EvidenceValue::Number(_) if what == "limit" => return None,
        EvidenceValue::Number(n) => measure(name, *n)?,
        EvidenceValue::Count(n) => match (span, limit_of(span, all).filter(|_| what == "attempts")) {
            (Some(_), Some(limit)) if *n as f64 <= limit => return None,
            (Some(span), Some(limit)) => format!("{n} {what} in {}, limit {}", in_words(span), rounded(limit)),
            (Some(span), None) => format!("{n} {} in {}", words(what), in_words(span)),
            (None, _) => format!("{} {n}", words(name)),
        },
    };
    Some(phrase)
}

/// What the ending of a name says of its number.
const UNITS: [(&str, &str); 6] =
    [("_days", "days"), ("_hours", "hours"), ("_minutes", "minutes"), ("_kmh", "km/h"), ("_km", "km"), ("_ms", "ms")];

/// `device_age_days`, 2.5 → `device age 2.5 days`; `failure_ratio`, 0.9 → `failure ratio 90 %`. None for what is not
/// there.
fn measure(name: &str, n: f64) -> Option<String> {
    let phrase = match name {
        "stranger_ratio" => format!("{} times likelier for a stranger", rounded(n)),
        "owner_ratio" => format!("{} times likelier for the owner", rounded(n)),
        "keys_per_second" => format!("{} keys a second", rounded(n)),
        "gap_hours" => format!("{} hours off", rounded(n)),
        "accounts_share" => format!("{} % of accounts", rounded(n * 100.0)),
        "hour_share" if n < 1.0 => format!("{} % of its events come at this hour", rounded(n * 100.0)),
        "days_ago" if n < 1.0 => "today".to_owned(),
        "days_ago" => format!("{} days ago", rounded(n)),
        // No days to compare it with.
        "hour_share" => return None,
        // A journey that nobody made, and what was never dealt with.
        "distance_km" | "travel_minutes" | "idle_days" if n == 0.0 => return None,
        _ => with_unit(name, n),
    };
    Some(phrase)
}

fn with_unit(name: &str, n: f64) -> String {
    let unit = UNITS.into_iter().find_map(|(ending, unit)| Some((name.strip_suffix(ending)?, unit)));
    match unit {
        Some((what, unit)) => format!("{} {} {unit}", words(what), rounded(n)),
        None if name.ends_with("_ratio") => format!("{} {} %", words(name), rounded(n * 100.0)),
        None => format!("{} {}", words(name), rounded(n)),
    }
}

/// `attempts_60s` → `attempts` and 60 s; a name without a span is itself.
fn without_span(name: &str) -> (&str, Option<Span>) {
    let told = |span: Span| Some((name.strip_suffix(span.as_str())?.strip_suffix('_')?, Some(span)));
    Span::ALL.into_iter().find_map(told).unwrap_or((name, None))
}

fn limit_of(span: Option<Span>, all: &[Evidence]) -> Option<f64> {
    all.iter().find_map(|evidence| match (without_span(&evidence.name), &evidence.value) {
        (("limit", its_span), EvidenceValue::Number(limit)) if its_span == span => Some(*limit),
        _ => None,
    })
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn rounded(number: f64) -> String {
    /// From here on nobody reads a decimal.
    const WHOLE_FROM: f64 = 100.0;
    if number.abs() >= WHOLE_FROM {
        return format!("{number:.0}");
    }
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

const fn in_words(span: Span) -> &'static str {
    match span {
        Span::Minute => "60 s",
        Span::TenMinutes => "10 min",
        Span::Hour => "1 h",
        Span::Day => "24 h",
        Span::Week => "7 days",
    }
}

const fn asked_for(challenge: ChallengeKind) -> &'static str {
    match challenge {
        ChallengeKind::SecondFactor => "a second factor, preferably biometric",
        ChallengeKind::EmailOrSms => "a code by e-mail or SMS",
        ChallengeKind::ReenterCvv => "the card's verification value",
        ChallengeKind::ThreeDSecure => "3-D Secure",
        ChallengeKind::IdVerification => "an identity document",
        ChallengeKind::CallCentre => "a call",
        ChallengeKind::ManualReview => "a manual review",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &'static str, value: EvidenceValue, expected: Option<&str>) {
        let evidence = Evidence { name: name.into(), value };
        assert_eq!(phrase(&evidence, &[]).as_deref(), expected, "{name}");
    }

    #[test]
    fn a_list_is_said_to_be_one_and_no_good_name_or_bad_past() {
        let evidence = |name: &'static str, value| Evidence { name: name.into(), value };
        let list = |name: &'static str| EvidenceValue::Text(name.into());
        let listed = || evidence("listed", EvidenceValue::Flag(true));
        let age = |days| evidence("account_age_days", EvidenceValue::Number(days));
        let cases = [
            (ReasonCode::UserTrusted, vec![age(0.0), listed()], "a list lets it in"),
            (ReasonCode::UserTrusted, vec![age(9.0), listed()], "a list lets it in (account age 9 days)"),
            (
                ReasonCode::IpTrusted,
                vec![listed(), evidence("allowed_by_list", list("offices"))],
                "a list lets it in (allowed by list offices)",
            ),
            (
                ReasonCode::DeviceRiskyReputation,
                vec![evidence("blocked_by_list", list("block_devices"))],
                "a list keeps it out (blocked by list block_devices)",
            ),
            (
                ReasonCode::IpCountryBlocked,
                vec![evidence("blocked_by_list", list("blocked_countries"))],
                "the country is on the application's list to keep out (blocked by list blocked_countries)",
            ),
            (
                ReasonCode::UserTrusted,
                vec![age(200.0)],
                "the account has long been in good standing (account age 200 days)",
            ),
        ];
        for (reason, evidence, expected) in cases {
            assert_eq!(clause(&Finding { reason, nats: 0.0, evidence }), expected);
        }
    }

    #[test]
    fn evidence_reads_as_people_speak() {
        check("distance_km", EvidenceValue::Number(16_994.7), Some("distance 16995 km"));
        check("distance_km", EvidenceValue::Number(0.0), None);
        check("speed_kmh", EvidenceValue::Number(1_234.5), Some("speed 1234 km/h"));
        check("travel_hours", EvidenceValue::Number(1.25), Some("travel 1.2 hours"));
        check("failure_ratio", EvidenceValue::Number(0.9), Some("failure ratio 90 %"));
        check("stranger_ratio", EvidenceValue::Number(20.08), Some("20.1 times likelier for a stranger"));
        check("hour_share", EvidenceValue::Number(0.01), Some("1 % of its events come at this hour"));
        check("hour_share", EvidenceValue::Number(1.0), None);
        check("hour_share", EvidenceValue::Number(0.0), Some("0 % of its events come at this hour"));
        check("days_ago", EvidenceValue::Number(0.2), Some("today"));
        check("days_ago", EvidenceValue::Number(12.0), Some("12 days ago"));
        check("refused_10min", EvidenceValue::Count(3), Some("3 refused in 10 min"));
        check("payees_known", EvidenceValue::Count(2), Some("payees known 2"));
        check("network_kind", EvidenceValue::Text("Tor".into()), Some("network kind Tor"));
        check("listed", EvidenceValue::Flag(true), Some("listed"));
        check("listed", EvidenceValue::Flag(false), None);
    }
}
