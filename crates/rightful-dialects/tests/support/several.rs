//! What examples give of what is asked of several events, and how the intakes about them are shown.

use rightful_dialects::{EventList, EventListsAsk, Intake, Reply, SeveralAsk, SeveralDone, VendorReply};
use rightful_domain::EventId;
use serde_json::{Value, json};

use super::RECEIVED_AT;

/// What becomes of an intake about several events; None if it is about something else.
pub(crate) fn reply_to(intake: &Intake, given: &Value) -> Option<Reply> {
    let Intake::Several(asked) = intake else { return None };
    let done = match &**asked {
        SeveralAsk::Feedback { of: rightful_dialects::EventsOf::Attempt(event), .. } => {
            SeveralDone::Feedback { events: vec![*event], n_otherwise: 0, is_cut: false }
        }
        SeveralAsk::Feedback { .. } => SeveralDone::Feedback {
            events: vec![super::event_id(), EventId::from_parts(1_630_066_000_000, [7; 10])],
            n_otherwise: given.get("n_otherwise").and_then(Value::as_u64).map_or(0, |n| u32::try_from(n).expect("few")),
            is_cut: given.get("is_cut") == Some(&Value::Bool(true)),
        },
        SeveralAsk::Assign { events, .. } => SeveralDone::Assigned(events.clone()),
        SeveralAsk::Lists(EventListsAsk::All(_)) => SeveralDone::Lists(vec![list(vec![super::event_id()])]),
        SeveralAsk::Lists(EventListsAsk::Make { events, .. }) => SeveralDone::List(Box::new(list(events.clone()))),
        SeveralAsk::Lists(_) => SeveralDone::List(Box::new(list(vec![super::event_id()]))),
    };
    Some(Reply::Vendors(VendorReply::Several(Box::new(done))))
}

fn list(events: Vec<EventId>) -> EventList {
    EventList {
        name: "actions-0123456789abcdef01234567".into(),
        title: "Mules, March".into(),
        creator: Some("ann".into()),
        items: events.into_iter().map(|event| (event, RECEIVED_AT)).collect(),
        created_at: RECEIVED_AT,
        updated_at: RECEIVED_AT,
    }
}

/// How such an intake is shown; None if it is about something else.
pub(crate) fn intake_json(intake: &Intake) -> Option<Value> {
    let Intake::Several(asked) = intake else { return None };
    Some(json!({"verb": "several", "asked": format!("{asked:?}")}))
}
