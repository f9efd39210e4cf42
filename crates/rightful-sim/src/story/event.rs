//! From what a story tells to an event, as a dialect would have brought it.

use rightful_domain::{
    AccountId, Action, ApplicationId, Event, EventId, FailureReason, Location, Mechanism, MechanismKind, Network,
    Outcome, Payment, Person, Pii, SessionId, Source, Timestamp,
};

use super::run::RunErrorCause;
use super::syntax::{Act, Door, Pays};
use super::world::World;

/// The event of an act whose names are told in full, the n-th of its story.
pub(super) fn event_of(
    world: &World,
    act: &Act,
    (application, at, nth): (&ApplicationId, Timestamp, u64),
) -> Result<Event, RunErrorCause> {
    let (Door::Account(who) | Door::Username(who)) = &act.door;
    let account = match &act.door {
        Door::Account(who) => Some(AccountId::new(who.as_str())?),
        Door::Username(_) => None,
    };
    let (mut device, user_agent) =
        world.device(&act.device).ok_or_else(|| RunErrorCause::NoSuchName(act.device.clone()))?;
    if let Some(cookie) = &act.cookie {
        device.aliases = world.device(cookie).map(|(device, _)| device.aliases).unwrap_or_default();
    }
    let ip = world.address(&act.place).ok_or_else(|| RunErrorCause::NoSuchName(act.place.clone()))?;
    Ok(Event {
        account,
        username: Some(Pii::new(format!("{who}@example.com").into())),
        outcome: act.outcome,
        action: act.action.clone(),
        mechanisms: mechanisms(act),
        device,
        network: Network { ip: Some(ip), user_agent, origin: None },
        payment: act.payment.as_ref().map(payment),
        person: person(act),
        session: act.session.as_deref().map(SessionId::new).transpose()?,
        ..bare(application.clone(), at, nth)
    })
}

/// An event of which only the moment is told.
fn bare(application: ApplicationId, at: Timestamp, nth: u64) -> Event {
    let [a, b, c, d, e, f, g, h] = nth.to_be_bytes();
    let id = EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [0, 0, a, b, c, d, e, f, g, h]);
    Event::new(id, application, Source::Native, Action::Login, at)
}

/// An event from an address, for tests.
#[cfg(test)]
pub(super) fn sample(ip: Option<std::net::IpAddr>) -> Event {
    let application = ApplicationId::new("story").expect("an id");
    Event { network: Network { ip, ..Network::default() }, ..bare(application, Timestamp::from_seconds(0), 1) }
}

/// The proofs hold, unless the attempt failed: then the last one does not.
fn mechanisms(act: &Act) -> Vec<Mechanism> {
    let last = act.proofs.len().saturating_sub(1);
    let mechanism = |(nth, kind): (usize, &MechanismKind)| {
        let fails = act.outcome == Outcome::Failed && nth == last;
        Mechanism {
            kind: kind.clone(),
            succeeded: Some(!fails),
            failure: fails.then(|| act.failure.clone().unwrap_or_else(|| usual_failure(kind))),
            provider: None,
            sent_to: None,
        }
    };
    act.proofs.iter().enumerate().map(mechanism).collect()
}

fn usual_failure(kind: &MechanismKind) -> FailureReason {
    match kind {
        MechanismKind::Password => FailureReason::BadPassword,
        MechanismKind::Social => FailureReason::Provider,
        MechanismKind::OneTimeCode
        | MechanismKind::U2f
        | MechanismKind::RsaKey
        | MechanismKind::SmsCode
        | MechanismKind::MagicLink
        | MechanismKind::Recaptcha
        | MechanismKind::BioMetric
        | MechanismKind::PushNotification
        | MechanismKind::Passkey
        | MechanismKind::Other(_) => FailureReason::InvalidProof,
    }
}

fn person(act: &Act) -> Person {
    let text = |text: &String| Pii::new(text.as_str().into());
    let address = |city: &String| Box::new(Location { city: Some(city.as_str().into()), ..Location::default() });
    Person {
        email: act.email.as_ref().map(text),
        phone: act.details.phone.as_ref().map(text),
        delivery_address: act.details.delivery.as_ref().map(address),
        payment_methods: act.details.method.iter().map(text).collect(),
        password_changed: act.details.password_changed,
        ..Person::default()
    }
}

fn payment(pays: &Pays) -> Payment {
    let text = |text: &String| Pii::new(text.as_str().into());
    // `card-1` is a card.
    let kind = pays.method.as_deref().and_then(|method| method.split('-').next());
    Payment {
        amount: Some(pays.amount),
        method: kind.map(Box::from),
        method_id: pays.method.as_ref().map(text),
        payee: pays.payee.as_ref().map(text),
        direction: Some(pays.direction),
        ..Payment::default()
    }
}
