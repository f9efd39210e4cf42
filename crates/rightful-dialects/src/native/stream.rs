//! What is told to who follows an application, or takes its events away.

use rightful_domain::{Action, Excerpt, ExcerptKinds, Happening, PASSAGE_LIMIT_MAX, Record, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{AssessmentBody, FeedbackSaid};
use super::{decode, encode, words};
use crate::fields::Fault;
use crate::time::{rfc3339, text_moment};
use crate::{Call, Following, Glossary, Intake, Refusal, StreamMessage};

/// How an event ended, as a stream tells it.
#[derive(Serialize, ToSchema)]
#[schema(as = StreamConclusion)]
pub(super) struct ConclusionData<'a> {
    /// The event.
    event_id: String,
    /// Its account.
    account: Option<&'a str>,
    /// What was attempted.
    #[schema(schema_with = words::action_schema)]
    action: Option<&'a str>,
    /// How it ended.
    #[schema(schema_with = words::conclusion_schema)]
    outcome: &'static str,
    /// When we were told.
    received_at: String,
}

/// Why a stream's answer ends, where the server ends it. Ask again to go on.
#[derive(Serialize, ToSchema)]
#[schema(as = StreamEnd)]
pub(super) struct EndData {
    /// `lasted` (an hour has passed), `stopping` (the server stops), or `unavailable` (the store is).
    reason: String,
}

/// What the data of a stream's event is, by the event's kind.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = StreamData)]
#[expect(dead_code, reason = "stands for what is written, in the schema alone")]
pub(super) enum StreamData<'a> {
    #[schema(title = "assessment")]
    Assessment(Box<AssessmentBody<'a>>),
    #[schema(title = "conclusion")]
    Conclusion(ConclusionData<'a>),
    #[schema(title = "feedback")]
    Feedback(FeedbackSaid<'a>),
    #[schema(title = "end")]
    End(EndData),
}

/// An event with its place in the ledger.
#[derive(Serialize, ToSchema)]
pub(super) struct ExportLine<'a> {
    /// Its place: go on after it.
    sequence: u64,
    /// The rest is an assessment as it stands now.
    #[serde(flatten)]
    assessment: AssessmentBody<'a>,
}

/// Reads what is to be followed.
pub(super) fn following(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut following = Following::default();
    decode::each_parameter(call, |name, value| {
        match name {
            "after" => following.after = Some(place(value)?),
            "verdict" => {
                following.verdicts = decode::listed(value, "must be trust, allow, challenge or deny", Verdict::parse)?
            }
            "action" => following.actions = decode::listed(value, "must be actions", Action::parse)?,
            _ => return Err(Fault::new("is not known here")),
        }
        Ok(())
    })?;
    // A browser that comes again sends it beside the address that it began with.
    if let Some(last) = (call.header)("last-event-id").filter(|last| !last.is_empty()) {
        let place = last
            .parse()
            .map_err(|_| decode::refused("the header last-event-id must be an id as it was told".into()))?;
        following.after = Some(place);
    }
    Ok(Intake::Stream(Box::new(following)))
}

/// Reads what is to be taken away.
pub(super) fn excerpt(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut excerpt = Excerpt {
        application: call.application.id.clone(),
        after: 0,
        upto: None,
        from: None,
        to: None,
        kinds: ExcerptKinds::Events,
        limit: PASSAGE_LIMIT_MAX,
    };
    decode::each_parameter(call, |name, value| {
        match name {
            "from" => excerpt.from = Some(text_moment(value)?),
            "to" => excerpt.to = Some(text_moment(value)?),
            "after" => excerpt.after = place(value)?,
            "format" if value == "ndjson" => {}
            "format" => return Err(Fault::new("must be ndjson; `rightful export` writes Parquet")),
            _ => return Err(Fault::new("is not known here")),
        }
        Ok(())
    })?;
    Ok(Intake::Export(Box::new(excerpt)))
}

fn place(value: &str) -> Result<u64, Fault> {
    value.parse().map_err(|_| Fault::new("must be a whole number, as it was told"))
}

/// Writes what happened.
pub(super) fn happened(glossary: Glossary, happening: &Happening) -> Option<StreamMessage> {
    match happening {
        // As it was answered: what was said of it since is told by itself.
        Happening::Assessed(record) => message("assessment", &encode::assessment(glossary, &record.entry, None)),
        Happening::Concluded { sequence: _, conclusion, about } => {
            let event = about.as_ref().map(|record| &record.entry.event);
            let data = ConclusionData {
                event_id: conclusion.event.to_string(),
                account: event.and_then(|event| event.account.as_ref()).map(|account| account.as_str()),
                action: event.map(|event| event.action.as_str()),
                outcome: conclusion.outcome.as_str(),
                received_at: rfc3339(conclusion.received_at),
            };
            message("conclusion", &data)
        }
        Happening::Said { sequence: _, feedback, about: _ } => message("feedback", &encode::said(feedback)),
    }
}

fn message(kind: &'static str, data: &impl Serialize) -> Option<StreamMessage> {
    // JSON in its short form has no line break: in texts it is written as two signs.
    serde_json::to_vec(data).ok().map(|body| StreamMessage { kind, body })
}

/// Writes an event as a line.
pub(super) fn exported(glossary: Glossary, record: &Record) -> Option<Vec<u8>> {
    let assessment = encode::assessment(glossary, &record.entry, Some(record));
    serde_json::to_vec(&ExportLine { sequence: record.sequence, assessment }).ok()
}
