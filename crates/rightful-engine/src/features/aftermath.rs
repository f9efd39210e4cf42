//! What a reclaim leaves behind: an account that is closed, or an owner who starts anew.

use std::time::Duration;

use rightful_domain::{Action, Facts, Family, Outcome, Profile, Span, Tag};

use super::days;

/// How long an owner may start anew after a reclaim: long enough to buy a phone, too short to be waited for.
const LENIENT_FOR: Duration = Duration::from_secs(48 * 3_600);

/// What a reclaim leaves behind. No slot of the vector: what it leads to is a finding.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Aftermath {
    /// Since the account was closed; None if it is not.
    pub(crate) closed_days: Option<f64>,
    /// Whether this may be the owner's first new device since the reclaim. Nothing is said here of what speaks against
    /// the device or the network.
    pub(crate) starts_anew: bool,
}

pub(super) fn derive(facts: &Facts) -> Aftermath {
    let Some(account) = facts.history.account_profile() else { return Aftermath::default() };
    let closed_at = account.standing.closed_at;
    Aftermath {
        closed_days: closed_at.map(|closed| days(facts.event.at.since(closed))),
        starts_anew: closed_at.is_none() && starts_anew(facts, account),
    }
}

/// A sign-in on a device that the account does not know, soon after the reclaim, where no other device was learned since,
/// out of a network that neither hides its place nor can be rented.
fn starts_anew(facts: &Facts, account: &Profile) -> bool {
    let (event, standing) = (&facts.event, &account.standing);
    let Some((reclaimed, device)) = standing.reclaimed_at.zip(facts.history.device_tag) else { return false };
    let is_soon = event.at >= reclaimed && event.at.since(reclaimed) <= LENIENT_FOR;
    let learned_since = account.facts(Family::Device).iter().any(|fact| fact.first_at >= reclaimed);
    is_soon
        && standing.reported_at.is_none()
        && event.action == Action::Login
        && event.outcome != Outcome::Failed
        && !learned_since
        && is_new_and_not_held(account, device)
        && !facts.enrichment.hides_place()
        && is_alone(facts)
}

fn is_new_and_not_held(account: &Profile, device: Tag) -> bool {
    account.fact(Family::Device, device).is_none() && account.held_of(device).is_empty()
}

/// No other device is at the door meanwhile: of two new ones at once only the first is judged leniently, whichever is
/// learned first. An attempt whose outcome is told later counts until then, for an hour at most.
fn is_alone(facts: &Facts) -> bool {
    let span = match facts.event.outcome {
        Outcome::Pending => Span::Hour,
        Outcome::Succeeded | Outcome::Failed => Span::Minute,
    };
    let [devices, _] = facts.history.account.as_ref().map_or([0; 2], |account| account.tally.span(span).distinct);
    devices <= 1
}
