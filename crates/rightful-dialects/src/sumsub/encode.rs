//! From our answers to Sumsub's.

use std::borrow::Cow;

use rightful_domain::{
    Action, Assessment, Case, Decision, Entry, Event, EventId, EventStanding, FreeFields, Page, ReasonCode, Record,
    RescoredGrounds, RuleMatch,
};
use serde_json::{Map, Value};

use super::response::{self, json, refused};
use super::wire::{
    Applicant, Imported, KytTxn, LineError, MatchedRule, Review, ReviewResult, RiskLabels, ScoringResult,
};
use super::words::{Doing, Kind};
use super::{applicant, ask, date, onboarding, words};
use crate::{Call, LinesTaken, Refusal, RefusalKind, Response, digest};

/// The review that every transaction goes through here.
const LEVEL: &str = "kyt-txn";

/// Our id of a transaction.
pub(super) fn id_of(event: EventId) -> String {
    event.to_string().replace('-', "")
}

/// A transaction as it stands.
pub(super) fn transaction(call: &Call<'_>, record: &Record, case: Option<&Case>) -> Response {
    json(200, &kyt_txn(call, record, case))
}

/// A transaction that was taken; its standing follows.
pub(super) fn taken(call: &Call<'_>, record: &Record, case: Option<&Case>) -> Response {
    let mut answer = kyt_txn(call, record, case);
    (answer.review.review_status, answer.review.review_result) = ("init", None);
    (answer.score, answer.scoring_result) = (None, None);
    json(200, &answer)
}

/// A transaction that is no longer.
pub(super) fn deleted(_record: &Record, case: Option<&Case>) -> Response {
    let is_deleted = case.is_some_and(|case| case.deleted_at.is_some());
    json(200, &serde_json::json!({ "deleted": u8::from(is_deleted) }))
}

fn kyt_txn<'a>(call: &'a Call<'_>, record: &'a Record, case: Option<&'a Case>) -> KytTxn<'a> {
    let Entry { event, assessment, .. } = &record.entry;
    let application = call.application;
    let account = event.account.as_ref();
    KytTxn {
        id: id_of(event.id),
        created_at: date::seconds(event.received_at),
        client_id: application.id.as_str(),
        applicant_id: account.map(|account| applicant::id_of(call.link_key, &application.id, account)),
        external_user_id: account.map(|account| account.as_str()),
        txn_id: event.correlation.as_ref().map(|id| id.as_str()),
        kind: kind_of(event),
        data: data(record, case),
        score: assessment.as_ref().map(|assessment| score(assessment, case)),
        review: review(record, case),
        scoring_result: assessment.as_ref().map(|assessment| scoring_result(call, record, assessment, case)),
        txn_inactive: case.is_some_and(|case| case.deleted_at.is_some()),
        risk_labels: RiskLabels { device: words::device_labels(reasons(std::slice::from_ref(record))) },
        tags: tags_of(record, case).into_iter().map(|(tag, _)| tag).collect(),
        applicant_actions: (EventStanding::of(record, case) == EventStanding::Asked)
            .then(|| ask::action(call, event, case))
            .into_iter()
            .collect(),
    }
}

/// The tags of a transaction, and whether people put them on: those of rules in effect when it was judged last, but for
/// what was taken off.
pub(super) fn tags_of<'a>(record: &'a Record, case: Option<&'a Case>) -> Vec<(&'a str, bool)> {
    let by_people = case.map_or(&[][..], |case| &case.tags);
    let gone = case.map_or(&[][..], |case| &case.untagged);
    let by_rules = matched(record, case).iter().filter(|rule| rule.acts()).flat_map(|rule| &rule.effect.tags);
    let mut tags: Vec<(&str, bool)> = Vec::new();
    let kept = by_rules.filter(|tag| !gone.contains(tag)).map(|tag| (&**tag, false));
    for (tag, is_theirs) in kept.chain(by_people.iter().map(|tag| (&**tag, true))) {
        if !tags.iter().any(|(known, _)| *known == tag) {
            tags.push((tag, is_theirs));
        }
    }
    tags
}

/// What a transaction's last judgement came from, if that was kept and is not its first.
fn judged_again(case: Option<&Case>) -> Option<&RescoredGrounds> {
    case?.rescored.as_ref()?.grounds.as_deref()
}

/// The rules that matched a transaction when it was judged last.
fn matched<'a>(record: &'a Record, case: Option<&'a Case>) -> &'a [RuleMatch] {
    let first = record.entry.assessment.as_ref().map_or(&[][..], |assessment| &assessment.rules);
    judged_again(case).map_or(first, |again| &again.rules)
}

/// The type of a transaction, as it was told: several types become one action of ours.
pub(super) fn kind_of(event: &Event) -> Cow<'_, str> {
    let told = told_data(event).and_then(|data| data.get("type")?.as_str().map(str::to_owned));
    told.map_or_else(|| kind_of_action(&event.action).into(), Cow::Owned)
}

/// The transaction as it was told, as far as it is kept.
fn told_data(event: &Event) -> Option<Map<String, Value>> {
    let mut kept: Map<String, Value> = serde_json::from_str(event.unknown.as_ref()?.as_json()).ok()?;
    match kept.remove("data") {
        Some(Value::Object(data)) => Some(data),
        Some(_) | None => None,
    }
}

/// The type of a transaction that became that action, and of which nothing else is kept.
fn kind_of_action(action: &Action) -> &str {
    match action {
        Action::Withdraw | Action::Transaction | Action::Checkout | Action::CreditsChange => Kind::Finance.as_str(),
        Action::Login
        | Action::Register
        | Action::PasswordReset
        | Action::Logout
        | Action::AccountDetailsChange
        | Action::AccountAuthChange => Kind::UserPlatformEvent.as_str(),
        Action::Custom(name) if **name == *"general" => Kind::UserPlatformEvent.as_str(),
        Action::Custom(name) => name,
    }
}

fn score(assessment: &Assessment, case: Option<&Case>) -> f64 {
    let again = case.and_then(|case| case.rescored.as_ref());
    again.map_or(assessment.risk_score, |again| again.score).points()
}

/// The transaction as it was told, as far as it may be kept; put together from what is known where it was told otherwise.
fn data(record: &Record, case: Option<&Case>) -> Value {
    let event = &record.entry.event;
    let mut data = told_data(event).unwrap_or_default();
    if data.is_empty() {
        data.insert("txnId".to_owned(), event.correlation.as_ref().map_or(Value::Null, |id| id.as_str().into()));
        data.insert("type".to_owned(), kind_of_action(&event.action).into());
    }
    let (beside, mut props): (Map<_, _>, Map<_, _>) = event
        .custom
        .as_ref()
        .map(members)
        .unwrap_or_default()
        .into_iter()
        .partition(|(name, _)| words::PASSED_THROUGH.contains(&name.as_str()));
    props.extend(case.and_then(|case| case.fields.as_ref()).map(members).unwrap_or_default());
    // What was taken away.
    props.retain(|_, value| !value.is_null());
    if !props.is_empty() {
        data.insert("props".to_owned(), Value::Object(props));
    }
    data.extend(beside);
    Value::Object(data)
}

fn members(fields: &FreeFields) -> Map<String, Value> {
    serde_json::from_str(fields.as_json()).unwrap_or_default()
}

/// How a transaction stands.
pub(super) fn review<'a>(record: &Record, case: Option<&'a Case>) -> Review<'a> {
    let event = &record.entry.event;
    let standing = EventStanding::of(record, case);
    Review {
        review_id: digest::uuid_from(event.id, "sumsub review").replace('-', ""),
        attempt_id: digest::uuid_from(event.id, "sumsub attempt").replace('-', ""),
        attempt_cnt: u32::from(case.is_some_and(|case| case.rescored.is_some())),
        level_name: LEVEL,
        create_date: date::seconds(event.received_at),
        review_status: words::review_status(standing),
        review_result: review_result(standing, case),
    }
}

/// How it ended, with what people said of it.
pub(super) fn review_result(standing: EventStanding, case: Option<&Case>) -> Option<ReviewResult<'_>> {
    let review_answer = words::review_answer(standing)?;
    // What was decided otherwise than it stands is no reason for how it stands.
    let decides = |decision: &&Decision| decision.is_done && EventStanding::decided(decision.kind) == standing;
    let decision = case.and_then(|case| case.decision.as_ref()).filter(decides);
    let reject_type = || if decision.is_some_and(|decision| decision.may_retry) { "RETRY" } else { "FINAL" };
    Some(ReviewResult {
        review_answer,
        review_reject_type: (standing == EventStanding::Refused).then(reject_type),
        reject_labels: decision.map_or(&[], |decision| &decision.labels),
        client_comment: decision.and_then(|decision| decision.comment.as_ref()).map(|said| &**said.reveal()),
    })
}

fn scoring_result<'a>(
    call: &Call<'_>,
    record: &'a Record,
    assessment: &'a Assessment,
    case: Option<&'a Case>,
) -> ScoringResult<'a> {
    // As it was judged last.
    let (again, matched) = (judged_again(case), matched(record, case));
    let shadow = matched.iter().filter(|rule| !rule.acts());
    let dry_score = shadow.fold(0.0, |sum, rule| sum + rule.effect.score.points());
    let rules = matched.iter().map(|rule| {
        let known = (call.rule_title)(&rule.rule).unwrap_or_default();
        MatchedRule {
            id: known.origin.map_or_else(|| rule.rule.to_string().into(), |(_, id)| id.into()),
            name: &rule.rule,
            revision: rule.version,
            title: if known.title.is_empty() { (&*rule.rule).into() } else { known.title.into() },
            score: rule.effect.score.points(),
            dry_run: !rule.acts(),
            action: words::doing_of_rule(&rule.effect).as_str(),
        }
    });
    let found: Vec<_> = match again {
        Some(again) => again.against.iter().map(|(reason, hundredths)| matched_finding(*reason, *hundredths)).collect(),
        None => {
            let adverse = assessment.findings.iter().filter(|finding| finding.is_adverse());
            adverse.map(|finding| matched_finding(finding.reason, finding.hundredths())).collect()
        }
    };
    let n_shadow = matched.iter().filter(|rule| !rule.acts()).count();
    let doing = if assessment.is_overruled() { Doing::Score } else { words::doing(record, case) };
    ScoringResult {
        score: score(assessment, case),
        dry_score,
        matched_rules: rules.chain(found).collect(),
        action: doing.as_str(),
        rule_cnt: matched.len() - n_shadow,
        dry_run_rule_cnt: n_shadow,
    }
}

/// What was found, as a rule of our own under the reason's name.
fn matched_finding(reason: ReasonCode, hundredths: i32) -> MatchedRule<'static> {
    let name = reason.as_str();
    // To the hundredth of a nat: what it weighs, not what it adds to a score.
    let weight = f64::from(hundredths) / 100.0;
    MatchedRule {
        id: name.into(),
        name,
        revision: 1,
        title: name.into(),
        score: weight,
        dry_run: false,
        action: Doing::Score.as_str(),
    }
}

fn reasons(records: &[Record]) -> impl Iterator<Item = ReasonCode> + Clone {
    let assessments = records.iter().filter_map(|record| record.entry.assessment.as_ref());
    assessments.flat_map(|assessment| assessment.findings.iter().map(|finding| finding.reason))
}

/// An applicant, by its latest events.
pub(super) fn applicant(call: &Call<'_>, found: &Page) -> Response {
    let latest = found.records.first();
    let Some((latest, account)) = latest.and_then(|latest| Some((latest, latest.entry.event.account.as_ref()?))) else {
        // Whoever holds an id has made the applicant, or had it told: an id cannot be made up.
        if let Some(made) = applicant::account_of(call.link_key, &call.application.id, call.parameter("id")) {
            return json(200, &onboarding::blank(call, &made));
        }
        let detail = "Applicant not found".to_owned();
        let refusal = Refusal { kind: RefusalKind::NotFound, detail, path: None };
        return refused(Some(call.route), &refusal, call.received_at);
    };
    let id = applicant::id_of(call.link_key, &call.application.id, account);
    let first = found.records.last().unwrap_or(latest);
    json(
        200,
        &Applicant {
            inspection_id: digest::uuid_from(latest.entry.event.id, "sumsub inspection").replace('-', ""),
            id,
            created_at: date::seconds(first.entry.event.received_at),
            client_id: call.application.id.as_str(),
            external_user_id: account.as_str(),
            kind: "individual",
            risk_labels: RiskLabels { device: words::device_labels(reasons(&found.records)) },
            review: review(latest, None),
        },
    )
}

/// What became of a file.
pub(super) fn lines_taken(taken: &LinesTaken) -> Response {
    let errors = taken.refused.iter().map(|(line, refusal)| LineError {
        line: *line,
        code: response::status_of(refusal),
        description: response::description(refusal),
    });
    json(
        200,
        &Imported {
            created_cnt: taken.n_created,
            duplicate_cnt: taken.n_known,
            error_cnt: taken.n_refused,
            errors: errors.collect(),
        },
    )
}
