//! Telling the application's own systems what happened: which hook is told of what. Sending it is `telling/delivery.rs`.
//!
//! What is to be told is written down with what it is about, so nobody is forgotten; a message is made when it is sent,
//! in the words of the hook's dialect, so what was erased in between is not told.

mod address;
mod delivery;
mod post;
mod schedule;
mod sign;
#[cfg(test)]
mod tests;

use rightful_domain::{
    AccountDevice, Application, Entry, Feedback, FeedbackTarget, HookStyle, Note, NoteKind, NoteTarget, Outcome,
    PROVED_FIELD, Record, Telling, Timestamp, Topic, Verdict, Waiting,
};

pub(crate) use address::is_plainly_private;
pub(crate) use delivery::{Delivery, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP};
pub(crate) use post::{Letter, Poster};
pub(crate) use schedule::Schedule;
pub(crate) use sign::signature;

/// Of what the hooks of each style are told; what else happens, their vendor has no message for.
const TOLD: [(HookStyle, &[Topic]); 3] = [
    (
        HookStyle::Standard,
        &[
            Topic::Assessed,
            Topic::Challenged,
            Topic::ChallengeEnded,
            Topic::DeviceNew,
            Topic::DeviceDetached,
            Topic::Sharing,
        ],
    ),
    (HookStyle::Ravelin, &[Topic::Assessed]),
    (HookStyle::Rupt, &[Topic::Challenged, Topic::ChallengeEnded, Topic::DeviceDetached, Topic::Sharing]),
];

fn is_told(style: HookStyle, topic: Topic) -> bool {
    TOLD.iter().any(|(told, topics)| *told == style && topics.contains(&topic))
}

/// Whether an entry is worth a message on a topic. Of assessments, our own hooks are told of refusals alone, since all
/// of them are in our API; Ravelin's callback is told of each.
fn is_about(application: &Application, entry: &Entry, style: HookStyle, topic: Topic) -> bool {
    let answered = entry.assessment.as_ref().and_then(|assessment| assessment.answered);
    let names_account = entry.event.account.is_some();
    match topic {
        Topic::Assessed => match style {
            HookStyle::Ravelin => names_account && entry.assessment.is_some(),
            HookStyle::Standard | HookStyle::Rupt => answered == Some(Verdict::Deny),
        },
        Topic::Challenged => answered == Some(Verdict::Challenge),
        Topic::DeviceNew => is_new_device(entry),
        Topic::Sharing => {
            let n_devices_max = application.settings.devices_per_account_max;
            let n_devices = entry.sighting.map_or(0, |sighting| sighting.n_devices);
            is_new_device(entry) && n_devices_max > 0 && n_devices > n_devices_max
        }
        Topic::ChallengeEnded | Topic::DeviceDetached => false,
    }
}

/// Whether an entry shows a device of its account for the first time, or is the first that ended well there. Who tries
/// there again and again is told of once.
fn is_new_device(entry: &Entry) -> bool {
    let has_ended_well = entry.event.vouched && entry.event.outcome == Outcome::Succeeded;
    entry.sighting.is_some_and(|sighting| sighting.is_first && (!sighting.is_listed || has_ended_well))
}

/// Whom to tell of an entry, and of what.
pub(crate) fn of(application: &Application, entry: &Entry) -> Vec<Telling> {
    let hooks = application.settings.hooks.iter().filter(|hook| hook.enabled);
    let about = |style, topic| is_told(style, topic) && is_about(application, entry, style, topic);
    let tellings = hooks.flat_map(|hook| {
        let topics = Topic::ALL.into_iter().filter(move |topic| about(hook.style, *topic));
        topics.map(|topic| Telling { hook: hook.id.clone(), topic })
    });
    tellings.collect()
}

/// The event that feedback may end a challenge of, if any hook is told of that.
pub(crate) fn challenge_of(application: &Application, feedback: &Feedback) -> Option<rightful_domain::EventId> {
    let FeedbackTarget::Event(event) = feedback.target else { return None };
    tells(application, Topic::ChallengeEnded).then_some(event)
}

/// What to tell of a challenge that feedback ended; nothing if it was said before.
pub(crate) fn of_challenge(application: &Application, record: &Record, feedback: &Feedback) -> Vec<Waiting> {
    let is_news = record.feedback.last().is_some_and(|last| last == feedback);
    if is_news { waiting(application, Topic::ChallengeEnded, record, feedback.received_at) } else { Vec::new() }
}

/// Whether a note may pass a challenge that some hook is then told of.
pub(crate) fn may_pass(application: &Application, note: &Note) -> bool {
    let NoteKind::Metadata(fields) = &note.kind else { return false };
    fields.iter().any(|(name, _)| **name == *PROVED_FIELD) && tells(application, Topic::ChallengeEnded)
}

/// The device that a note detaches, if any hook is told of that and it was attached before.
pub(crate) fn detached_by<'a>(
    application: &Application,
    note: &Note,
    devices: &'a [AccountDevice],
) -> Option<&'a AccountDevice> {
    let (NoteTarget::Device(id), NoteKind::Detached) = (&note.about, &note.kind) else { return None };
    let device = devices.iter().find(|device| device.id == *id)?;
    let is_news = device.detached_at == Some(note.received_at);
    (is_news && tells(application, Topic::DeviceDetached)).then_some(device)
}

/// What to tell of a device that was detached, by the latest entry on it.
pub(crate) fn of_detached(application: &Application, record: &Record, at: Timestamp) -> Vec<Waiting> {
    waiting(application, Topic::DeviceDetached, record, at)
}

fn tells(application: &Application, topic: Topic) -> bool {
    application.settings.hooks.iter().any(|hook| hook.enabled && is_told(hook.style, topic))
}

/// A message to each hook that is told of a topic; the store gives it its number.
fn waiting(application: &Application, topic: Topic, record: &Record, at: Timestamp) -> Vec<Waiting> {
    let hooks = application.settings.hooks.iter().filter(|hook| hook.enabled && is_told(hook.style, topic));
    let waiting = |hook: &rightful_domain::Hook| Waiting {
        number: 0,
        application: application.id.clone(),
        telling: Telling { hook: hook.id.clone(), topic },
        sequence: record.sequence,
        since: at,
        n_tried: 0,
        due_at: at,
    };
    hooks.map(waiting).collect()
}
