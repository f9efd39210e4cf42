//! What examples give of cases, and how the intakes about them are shown.

use std::time::Duration;

use rightful_dialects::{
    EventOf, ImportShown, Intake, LinesTaken, OurReply, Refusal, RefusalKind, Reply, Told, VendorHook,
    VendorHooksAsked, VendorReply,
};
use rightful_domain::{
    Case, CaseChange, CaseNote, CasePage, CaseRefusal, CaseTimes, Decision, DecisionKind, Event, EventId, Hook,
    HookStyle, HookTerms, Pii, QUEUE_DEFAULT, Record, TagChange,
};
use serde_json::{Value, json};

use super::RECEIVED_AT;

/// What becomes of an intake about cases, given the event that it is about as it is remembered.
pub(crate) fn reply_to(intake: &Intake, given: &Value, remembered: impl Fn(Option<&Event>) -> Record) -> Option<Reply> {
    let standing = |event: Option<&Event>| {
        let record = Box::new(remembered(event));
        let case = case(&record.entry.event, given).map(Box::new);
        Reply::Standing { record, case }
    };
    Some(match intake {
        Intake::Nothing => Reply::Nothing,
        Intake::AssessNew(fresh) => standing(Some(&fresh.told.event)),
        Intake::Standing(_) | Intake::Rescore(_) | Intake::Change { .. } => standing(None),
        Intake::ChangeMany(changes) => {
            let case = case(&remembered(None).entry.event, given).expect("a case");
            let became = |n: usize| if n == 0 { Ok(case.clone()) } else { Err(CaseRefusal::ClaimedByAnother) };
            Reply::Ours(OurReply::Changed(
                changes.iter().enumerate().map(|(n, (event, _))| (*event, became(n))).collect(),
            ))
        }
        Intake::Cases(_) => {
            let case = case(&remembered(None).entry.event, given).expect("a case");
            let next = Some((case.opened_at, case.event));
            Reply::Ours(OurReply::Cases(CasePage { cases: vec![case], next }))
        }
        Intake::CaseTimes(_) => {
            let case = case(&remembered(None).entry.event, given).expect("a case");
            let mut times = CaseTimes::default();
            times.add(&case, RECEIVED_AT);
            Reply::Ours(OurReply::CaseTimes(times))
        }
        Intake::Imports => Reply::Ours(OurReply::Imports(vec![import()])),
        Intake::Lines(_) => {
            let refusal =
                |kind, path: Option<&str>| Refusal { kind, detail: "is required".into(), path: path.map(Into::into) };
            let refused =
                vec![(2, refusal(RefusalKind::Malformed, Some("txnId"))), (5, refusal(RefusalKind::Malformed, None))];
            Reply::Vendors(VendorReply::LinesTaken(LinesTaken { n_created: 7, n_known: 1, refused, n_refused: 2 }))
        }
        Intake::VendorHooks(_) => Reply::Vendors(VendorReply::VendorHooks(vec![hook()])),
        _ => return None,
    })
}

fn import() -> ImportShown {
    let refusal = Refusal { kind: RefusalKind::Malformed, detail: "is required".into(), path: Some("txnId".into()) };
    let taken = LinesTaken { n_created: 7, n_known: 1, refused: vec![(2, refusal)], n_refused: 1 };
    let id = EventId::from_bytes([1, 2, 3, 4, 5, 6, 0x40, 7, 0x80, 8, 9, 10, 11, 12, 13, 14]);
    ImportShown { id, begun_at: RECEIVED_AT, ended_at: None, n_lines: 12, taken }
}

fn hook() -> VendorHook {
    VendorHook {
        hook: Hook {
            id: "hook_1".into(),
            style: HookStyle::Sumsub,
            url: "https://shop.example/sumsub".into(),
            sealed_secret: None,
            enabled: true,
        },
        terms: HookTerms { name: "Payouts".into(), types: vec!["applicantKytOnHold".into()], ..HookTerms::default() },
        secret: Some(Pii::new("s3cret".into())),
    }
}

/// The case that an example gives: by its decision, or as open; None if it gives none.
pub(crate) fn case(event: &Event, given: &Value) -> Option<Case> {
    let told = given.get("case")?;
    let mut case = Case::new(event, Some(QUEUE_DEFAULT), RECEIVED_AT);
    let note = CaseNote { id: 0, by: "bob".into(), at: RECEIVED_AT, text: Pii::new("her bank was called".into()) };
    case.apply(CaseChange::Note(note), RECEIVED_AT).expect("a note");
    case.apply(CaseChange::Claim { by: "ann".into() }, RECEIVED_AT).expect("a claim");
    let tags: Vec<Box<str>> = told
        .get("tags")
        .into_iter()
        .flat_map(|tags| tags.as_array().into_iter().flatten())
        .map(|tag| tag.as_str().expect("a text").into())
        .collect();
    case.apply(CaseChange::Tags(TagChange::Add(tags)), RECEIVED_AT).expect("tags");
    let Some(kind) = told.get("decision").and_then(Value::as_str).and_then(DecisionKind::parse) else {
        return Some(case);
    };
    let is_done = told.get("is_done") != Some(&Value::Bool(false));
    case.decision = Some(Decision {
        kind,
        by: "ann".into(),
        at: RECEIVED_AT,
        effective_at: RECEIVED_AT.plus(Duration::from_secs(60)),
        is_done,
        comment: Some(Pii::new("it was not her".into())),
        labels: vec!["FRAUDULENT_PATTERNS".into()],
        may_retry: told.get("may_retry") == Some(&Value::Bool(true)),
    });
    Some(case)
}

/// How an intake about cases is shown; None if it is about something else.
pub(crate) fn intake_json(intake: &Intake, told_json: impl Fn(&Told) -> Value) -> Option<Value> {
    Some(match intake {
        Intake::Nothing => json!({"verb": "nothing"}),
        Intake::AssessNew(fresh) => {
            let reported_as = fresh.reported_as.as_ref().map(|name| name.as_str());
            json!({"verb": "assess new", "reported_as": reported_as, "told": told_json(&fresh.told)})
        }
        Intake::Standing(EventOf::Id(event)) => json!({"verb": "standing", "event": event.to_string()}),
        Intake::Standing(EventOf::Key(retry)) => {
            let days = retry.until.since(RECEIVED_AT).as_secs() / 86_400;
            json!({"verb": "standing", "retry_kept_days": days})
        }
        Intake::Rescore(event) => json!({"verb": "rescore", "event": event.to_string()}),
        Intake::Change { event, change } => {
            json!({"verb": "change", "event": event.to_string(), "change": format!("{change:?}")})
        }
        Intake::ChangeMany(changes) => {
            let first = changes.first().map(|(_, change)| format!("{change:?}"));
            json!({"verb": "change many", "n": changes.len(), "first": first})
        }
        Intake::CaseTimes(from) => json!({"verb": "case times", "since_s": RECEIVED_AT.since(*from).as_secs()}),
        Intake::Imports => json!({"verb": "imports"}),
        Intake::Cases(search) => json!({"verb": "cases", "search": format!("{search:?}")}),
        Intake::Lines(lines) => {
            json!({"verb": "lines", "is_history": lines.is_history, "stops_at_error": lines.stops_at_error})
        }
        Intake::VendorHooks(VendorHooksAsked::All) => json!({"verb": "hooks"}),
        Intake::VendorHooks(VendorHooksAsked::Set(wish)) => json!({
            "verb": "set hook", "id": wish.id, "url": wish.url, "enabled": wish.enabled, "name": wish.name,
            "digest": wish.digest.map(|digest| format!("{digest:?}")), "types": wish.types,
            "tries_once": wish.tries_once, "has_secret": wish.secret.is_some(),
        }),
        _ => return None,
    })
}
