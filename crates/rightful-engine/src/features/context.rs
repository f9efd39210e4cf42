//! What the event and the data sets say by themselves.

use rightful_domain::{AddressKind, AgentKind, DetailKind, Facts, Outcome};

use super::{Slot, flag_slot};

/// What the event and the data sets say by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Context {
    /// What the address is; None when the event carries none.
    pub(crate) address_kind: Option<AddressKind>,
    /// What the agent string names; None when the event carries none.
    pub(crate) agent_kind: Option<AgentKind>,
    /// Whether the password is in the index; None when unknown.
    pub(crate) password_breached: Option<bool>,
    /// Whether the username is in the index; None when unknown.
    pub(crate) username_breached: Option<bool>,
    /// Whether the e-mail address that it gives the account is one to throw away; None when it gives none, when no list
    /// is loaded, or when it is known to be the one that the account has.
    pub(crate) email_disposable: Option<bool>,
    /// Whether a second factor was passed on the spot; None for an event that told no mechanism.
    pub(crate) second_factor_passed: Option<bool>,
    /// Whether the attempt failed; None while it is pending.
    pub(crate) failed: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Context {
    let (event, enrichment) = (&facts.event, &facts.enrichment);
    Context {
        address_kind: enrichment.address,
        agent_kind: enrichment.agent.as_ref().map(|agent| agent.kind),
        password_breached: enrichment.credential.map(|credential| credential.password_breached),
        username_breached: enrichment.credential.map(|credential| credential.username_breached),
        email_disposable: enrichment.email_disposable.filter(|_| !keeps_email(facts)),
        second_factor_passed: (!event.mechanisms.is_empty()).then(|| event.has_passed_second_factor()),
        failed: match event.outcome {
            Outcome::Pending => None,
            Outcome::Succeeded => Some(false),
            Outcome::Failed => Some(true),
        },
    }
}

/// Whether it changes other details than the e-mail address, and so tells the one that the account has. What changes
/// nothing that is known may be the first that the account tells.
fn keeps_email(facts: &Facts) -> bool {
    let changes = &facts.history.changes;
    !changes.is_empty() && changes.iter().all(|change| change.kind != DetailKind::Email)
}

fn address_is(context: &Context, kind: AddressKind) -> f32 {
    flag_slot(context.address_kind.map(|address| address == kind))
}

fn agent_is(context: &Context, kind: AgentKind) -> f32 {
    flag_slot(context.agent_kind.map(|agent| agent == kind))
}

// Of an address to throw away the finding is kept, and no slot.
pub(super) const SLOTS: &[Slot<Context>] = &[
    Slot { name: "address_public", read: |c| address_is(c, AddressKind::Public) },
    Slot { name: "address_carrier_nat", read: |c| address_is(c, AddressKind::CarrierNat) },
    Slot { name: "agent_mobile", read: |c| agent_is(c, AgentKind::Mobile) },
    Slot { name: "agent_crawler", read: |c| agent_is(c, AgentKind::Crawler) },
    Slot { name: "agent_automation", read: |c| agent_is(c, AgentKind::Automation) },
    Slot { name: "password_breached", read: |c| flag_slot(c.password_breached) },
    Slot { name: "username_breached", read: |c| flag_slot(c.username_breached) },
    Slot { name: "second_factor_passed", read: |c| flag_slot(c.second_factor_passed) },
    Slot { name: "failed", read: |c| flag_slot(c.failed) },
];
