//! What the event proves on the spot: the strongest second factor that it passed.

use rightful_domain::{Facts, MechanismKind};

use super::{Slot, flag_slot, number_slot};

/// How much a factor proves; later is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Factor {
    /// A code that goes through a contact: also whoever has the number, or the mailbox, receives it.
    ByContact,
    /// A code or a prompt: people can be talked into giving it away.
    Phishable,
    /// What proves nothing elsewhere: a passkey, a key, a fingerprint or a face.
    Resistant,
}

impl Factor {
    /// As spelled in evidence.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ByContact => "by_contact",
            Self::Phishable => "phishable",
            Self::Resistant => "resistant",
        }
    }

    /// None for what is no second factor, a captcha above all: it proves a human, not an owner.
    const fn of(kind: &MechanismKind) -> Option<Self> {
        match kind {
            MechanismKind::Passkey | MechanismKind::U2f | MechanismKind::BioMetric => Some(Self::Resistant),
            MechanismKind::OneTimeCode | MechanismKind::RsaKey | MechanismKind::PushNotification => {
                Some(Self::Phishable)
            }
            MechanismKind::SmsCode => Some(Self::ByContact),
            MechanismKind::Password
            | MechanismKind::Social
            | MechanismKind::MagicLink
            | MechanismKind::Recaptcha
            | MechanismKind::Other(_) => None,
        }
    }
}

/// What the event proves on the spot.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Proof {
    /// The strongest factor that it passed; None if none, or if it went through a contact that is new.
    pub(crate) factor: Option<Factor>,
    /// Whether the network is one that relays of stolen sign-ins stand in; None when no data set says anything of it.
    pub(crate) relayed: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Proof {
    let (event, enrichment) = (&facts.event, &facts.enrichment);
    let account = facts.history.account_profile();
    let counts = |kind: &MechanismKind| account.is_none_or(|profile| profile.releases(Some(kind), event.at));
    Proof {
        factor: event.passed_second_factors().filter(|kind| counts(kind)).filter_map(Factor::of).max(),
        relayed: (!enrichment.networks.is_empty()).then(|| enrichment.may_relay_sign_ins()),
    }
}

pub(super) const SLOTS: &[Slot<Proof>] = &[
    Slot { name: "proof_factor", read: |p| number_slot(p.factor.map(|factor| f64::from(factor as u8 + 1))) },
    Slot { name: "proof_relayed", read: |p| flag_slot(p.relayed) },
];
