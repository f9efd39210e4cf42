//! Who is a stranger to an account, or as good as one; and what a proof makes of them.

use rightful_domain::{Acquaintance, Lesson, MechanismKind, Profile, Timestamp};

use crate::record::Effect;

/// Whether an event is a stranger's: doubted, or of a device (an address, where no device is named) that the account does
/// not know, or has only been let through with lately and unasked. Nobody is a stranger to an account that knows nobody.
pub(super) fn is_strange(profile: &Profile, lesson: &Lesson, doubted: bool) -> bool {
    doubted || profile.acquaintance_of(lesson, Profile::YOUTH) < Acquaintance::Known
}

/// Whether an event is a newcomer's: a stranger's, or of a device (an address, where no device is named) that the account
/// has known only since then. What the account began with is none.
pub(super) fn is_newcomer(profile: &Profile, lesson: &Lesson, doubted: bool, since: Timestamp) -> bool {
    let fact = lesson.things().next().and_then(|(family, tag)| profile.fact(family, tag));
    let is_young = fact.is_some_and(|fact| fact.first_at >= since && Some(fact.first_at) > profile.first_at);
    is_strange(profile, lesson, doubted) || is_young
}

/// Lets whoever passed one of these second factors be known with what they came with. Asked when the event has been learned
/// and its change of contact is known: a code that goes through the contact it has just changed vouches for nobody.
pub(super) fn vouch_by(profile: &mut Profile, lesson: &Lesson, proofs: &[MechanismKind]) {
    if proofs.iter().any(|proof| profile.releases(Some(proof), lesson.at)) {
        lesson.things().for_each(|(family, tag)| profile.vouch(family, tag));
    }
}

/// What a row writes down where somebody has proved to be the owner of an account in an event.
pub(super) fn vouched(lesson: &Lesson) -> impl Iterator<Item = Effect> + use<> {
    lesson.things().map(|(family, tag)| Effect::Vouched(family, tag))
}
