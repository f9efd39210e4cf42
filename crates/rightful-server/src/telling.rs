//! Telling the application's own systems what happened: which hook is told of what. Sending it is `telling/delivery.rs`.
//!
//! What is to be told is written down with what it is about, so nobody is forgotten; a message is made when it is sent,
//! in the words of the hook's dialect, so what was erased in between is not told.

mod address;
mod delivery;
mod failing;
mod pauses;
mod pool;
mod post;
mod schedule;
mod secret;
mod sign;
pub(crate) mod terms;
#[cfg(test)]
mod tests;

use rightful_domain::{
    Application, Case, Entry, Event, EventId, EventStanding, Feedback, FeedbackTarget, HookStyle, Note, NoteKind,
    NoteTarget, Outcome, PROVED_FIELD, Source, Telling, Topic, Verdict,
};

pub(crate) use address::{is_bad_port, is_plainly_private};
pub(crate) use delivery::{Delivery, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};
pub(crate) use failing::{HookState, hook_states};
pub(crate) use post::{DEADLINE, Letter, Poster};
pub(crate) use schedule::Schedule;
pub(crate) use secret::{Secrets, Unreadable};
pub(crate) use sign::signature;

/// What the ids of messages begin with.
const MESSAGE_ID_PREFIX: &str = "msg_";

/// Whether an entry is worth a message on a topic. Of assessments, our own hooks are told of refusals alone, since all
/// of them are in our API; Ravelin's callback is told of each.
fn is_about(application: &Application, entry: &Entry, style: HookStyle, topic: Topic) -> bool {
    let answered = entry.answered();
    let names_account = entry.event.account.is_some();
    match topic {
        Topic::Assessed => match style {
            HookStyle::Ravelin => names_account && entry.assessment.is_some(),
            HookStyle::Standard | HookStyle::Rupt | HookStyle::Sumsub => answered == Some(Verdict::Deny),
        },
        // Only who speaks of transactions asks how they stand.
        Topic::Taken => entry.event.source == Source::Sumsub && entry.assessment.is_some(),
        Topic::Challenged => answered == Some(Verdict::Challenge),
        Topic::DeviceNew => is_new_device(entry),
        Topic::Sharing => {
            let n_devices_max = application.settings.devices_per_account_max;
            let n_devices = entry.sighting.map_or(0, |sighting| sighting.n_devices);
            is_new_device(entry) && n_devices_max > 0 && n_devices > n_devices_max
        }
        // Told by what is done later, or with how the event stands.
        Topic::ChallengeEnded
        | Topic::DeviceDetached
        | Topic::Standing
        | Topic::Reviewed
        | Topic::Deleted
        | Topic::DataChanged
        | Topic::LetThrough
        | Topic::Held
        | Topic::Asked
        | Topic::Refused
        | Topic::CaseOpened
        | Topic::CaseTaken
        | Topic::CaseReturned
        | Topic::CaseWaits
        | Topic::CaseReviewed
        | Topic::CaseClosed => false,
    }
}

/// Whether an entry shows a device of its account for the first time, or is the first that ended well there. Who tries
/// there again and again is told of once.
fn is_new_device(entry: &Entry) -> bool {
    let has_ended_well = entry.event.vouched && entry.event.outcome == Outcome::Succeeded;
    entry.sighting.is_some_and(|sighting| sighting.is_first && (!sighting.is_listed || has_ended_well))
}

/// Whom to tell of an entry, and of what. Hooks that are off, too: what is for them is given up as it comes up, and kept.
pub(crate) fn of(application: &Application, entry: &Entry, case: Option<&Case>) -> Vec<Telling> {
    let is_taken = is_about(application, entry, HookStyle::Sumsub, Topic::Taken);
    let stands = EventStanding::judged(&entry.event, entry.assessment.as_ref()).topic();
    let of_case = case.map(|_| Topic::CaseOpened);
    let is_first = |topic| is_taken && (topic == stands || Some(topic) == of_case);
    let about = |style: HookStyle, topic| {
        style.topics().contains(&topic) && (is_first(topic) || is_about(application, entry, style, topic))
    };
    let tellings = application.settings.hooks.iter().flat_map(|hook| {
        let topics = Topic::ALL.into_iter().filter(move |topic| about(hook.style, *topic));
        topics.map(|topic| Telling { hook: hook.id.clone(), topic })
    });
    tellings.collect()
}

/// What to tell if feedback turns out to say something new of a challenge.
pub(crate) fn of_feedback(application: &Application, feedback: &Feedback) -> Vec<Telling> {
    match feedback.target {
        // Of how it stands by then, the store tells what is news; of what people decide, who lets them decide.
        FeedbackTarget::Event(_) => {
            let of_standing = Topic::OF_STANDING.into_iter().filter(|topic| *topic != Topic::Reviewed);
            [Topic::ChallengeEnded]
                .into_iter()
                .chain(of_standing)
                .flat_map(|topic| to_all(application, topic))
                .collect()
        }
        FeedbackTarget::Account { .. } => Vec::new(),
    }
}

/// What to tell if a note turns out to pass a challenge, or to detach a device.
pub(crate) fn of_note(application: &Application, note: &Note) -> Vec<Telling> {
    match (&note.about, &note.kind) {
        (_, NoteKind::Metadata(fields)) if fields.iter().any(|(name, _)| **name == *PROVED_FIELD) => {
            to_all(application, Topic::ChallengeEnded)
        }
        (NoteTarget::Device(_), NoteKind::Detached) => to_all(application, Topic::DeviceDetached),
        (
            NoteTarget::Account(_) | NoteTarget::Device(_),
            NoteKind::Labelled(_)
            | NoteKind::Tagged(_)
            | NoteKind::Untagged(_)
            | NoteKind::Closed
            | NoteKind::Reopened(_)
            | NoteKind::Metadata(_)
            | NoteKind::Detached,
        ) => Vec::new(),
    }
}

/// What to tell if an event turns out to stand otherwise, or its case to be elsewhere.
pub(crate) fn of_standing(application: &Application, event: &Event) -> Vec<Telling> {
    let is_of_style = |telling: &Telling| {
        let hook = application.settings.hooks.iter().find(|hook| hook.id == telling.hook);
        hook.is_some_and(|hook| hook.style != HookStyle::Sumsub || event.source == Source::Sumsub)
    };
    Topic::OF_STANDING.into_iter().flat_map(|topic| to_all(application, topic)).filter(is_of_style).collect()
}

/// A message to each hook that is told of a topic, on or off.
fn to_all(application: &Application, topic: Topic) -> Vec<Telling> {
    let hooks = application.settings.hooks.iter().filter(|hook| hook.style.topics().contains(&topic));
    hooks.map(|hook| Telling { hook: hook.id.clone(), topic }).collect()
}

/// A message's id, as it is sent: unique beyond this server, since a receiver may have several.
pub(crate) fn message_id(event: EventId, number: u64) -> String {
    format!("{MESSAGE_ID_PREFIX}{event}_{number}")
}

/// The number in a message's id; None if it is none.
pub(crate) fn number_in(message_id: &str) -> Option<u64> {
    let (event, number) = message_id.strip_prefix(MESSAGE_ID_PREFIX)?.rsplit_once('_')?;
    EventId::parse(event).ok()?;
    number.parse().ok()
}
