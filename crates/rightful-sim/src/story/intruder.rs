//! A campaign's attempts in a story's words: with the world's names, against those who have signed in so far.

use rightful_domain::{Action, FailureReason, MechanismKind, Money, Outcome, PaymentDirection};

use super::syntax::{Act, Details, Door, Pays};
use super::world::IntruderForm;
use crate::campaign::{Aim, Attempt, COMMON_PASSWORDS, Credential, Origin, Target};

/// Somebody who has signed in, as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) who: String,
    pub(super) device: String,
    pub(super) place: String,
    pub(super) session: Option<String>,
}

/// The server that a phishing site runs on, by number.
const RELAY_SERVER: u32 = 9;

/// The act of an attempt; None if its customer is not there.
pub(super) fn act_of(attempt: &Attempt, customers: &[Customer], intruder: &IntruderForm) -> Option<Act> {
    let victim = match attempt.target {
        Target::Customer(number) => Some(customers.get(number as usize)?),
        Target::Nobody(_) => None,
    };
    let door = match (victim, attempt.target) {
        (Some(victim), _) => Door::Account(victim.who.clone()),
        (None, Target::Nobody(number) | Target::Customer(number)) => Door::Username(format!("nobody-{number}")),
    };
    let (device, place, cookie) = origin(attempt.origin, victim, intruder);
    let holds = attempt.credential.holds();
    Some(Act {
        action: action(attempt.aim),
        outcome: if holds { Outcome::Succeeded } else { Outcome::Failed },
        failure: victim.is_none().then_some(FailureReason::UnknownUsername),
        door,
        device,
        place,
        cookie,
        proofs: proofs(attempt.credential),
        password: password(attempt.credential, victim),
        payment: (attempt.aim == Aim::TakeMoney).then(loot),
        session: victim.filter(|_| attempt.credential == Credential::Session).map(session),
        details: Details::default(),
        email: (attempt.aim == Aim::ChangeContact).then(|| "mallory@example.net".to_owned()),
    })
}

fn origin(origin: Origin, victim: Option<&Customer>, intruder: &IntruderForm) -> (String, String, Option<String>) {
    let place = |name: &String, number: u32| format!("{name}-{number}");
    match (origin, victim) {
        (Origin::Server(number), _) => (intruder.tool.clone(), place(&intruder.server, number), None),
        (Origin::Relay, _) => (intruder.relay.clone(), place(&intruder.server, RELAY_SERVER), None),
        (Origin::StolenCookie(number), Some(victim)) => {
            (intruder.thief.clone(), place(&intruder.lines, number), Some(victim.device.clone()))
        }
        (Origin::VictimsDevice, Some(victim)) => (victim.device.clone(), victim.place.clone(), None),
        (Origin::Line(number) | Origin::StolenCookie(number), _) => {
            (intruder.browsers.replace('#', &number.to_string()), place(&intruder.lines, number), None)
        }
        (Origin::VictimsDevice, None) => (intruder.tool.clone(), place(&intruder.server, 1), None),
    }
}

fn action(aim: Aim) -> Action {
    match aim {
        Aim::SignIn => Action::Login,
        Aim::UseSession => Action::Custom("view_account".into()),
        Aim::ChangeContact => Action::AccountDetailsChange,
        Aim::ChangeFactor => Action::AccountAuthChange,
        Aim::TakeMoney => Action::Withdraw,
    }
}

fn proofs(credential: Credential) -> Vec<MechanismKind> {
    match credential {
        Credential::StolenElsewhere(_) | Credential::Common(_) | Credential::CommonAndRight(_) | Credential::Right => {
            vec![MechanismKind::Password]
        }
        Credential::RightWithFactor => vec![MechanismKind::Password, MechanismKind::OneTimeCode],
        Credential::Session => Vec::new(),
    }
}

fn password(credential: Credential, victim: Option<&Customer>) -> Option<String> {
    match credential {
        Credential::StolenElsewhere(number) => Some(format!("elsewhere-{number}")),
        Credential::Common(place) | Credential::CommonAndRight(place) => {
            COMMON_PASSWORDS.get(place as usize).map(|word| (*word).to_owned())
        }
        Credential::Right | Credential::RightWithFactor => victim.map(|victim| format!("own-of-{}", victim.who)),
        Credential::Session => None,
    }
}

fn session(victim: &Customer) -> String {
    victim.session.clone().unwrap_or_else(|| format!("session-of-{}", victim.who))
}

fn loot() -> Pays {
    let amount = Money { ten_thousandths: 9_000_000, currency: *b"EUR" };
    let direction = PaymentDirection::Out;
    Pays { direction, amount, payee: Some("mule-1".to_owned()), method: Some("bank-1".to_owned()) }
}
