//! Who else was at the door in the last 24 h: crowds of one network, one agent string or one password.

use rightful_domain::{Crowd, Facts};

use super::{Slot, count_slot, number_slot};

/// Who else was at the door.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Campaign {
    /// From the same /24 (IPv6: /48).
    pub(crate) net: Option<Crowd>,
    /// With the same agent string.
    pub(crate) agent: Option<Crowd>,
    /// With the same password.
    pub(crate) password: Option<Crowd>,
    /// Failures on the account in 24 h, neither on a device nor at an address that it knows; None when the event names
    /// no account.
    pub(crate) strange_failures_24h: Option<u32>,
    /// Failures of the account at this address in 24 h; None as above.
    pub(crate) failures_here_24h: Option<u32>,
}

pub(super) fn derive(facts: &Facts) -> Campaign {
    let history = &facts.history;
    let of_account = |count: u32| history.account.is_some().then_some(count);
    Campaign {
        net: history.net_crowd,
        agent: history.agent_crowd,
        password: history.password_crowd,
        strange_failures_24h: of_account(history.strange_failures_24h),
        failures_here_24h: of_account(history.failures_here_24h),
    }
}

/// A part of a crowd's attempts, 0 to 1.
pub(crate) fn part(count: u32, crowd: &Crowd) -> f64 {
    f64::from(count) / f64::from(crowd.attempts.max(1))
}

fn of(crowd: Option<Crowd>, read: fn(Crowd) -> u32) -> f32 {
    count_slot(crowd.map(read))
}

fn failure_part(crowd: Option<Crowd>) -> f32 {
    number_slot(crowd.map(|crowd| part(crowd.failures, &crowd)))
}

pub(super) const SLOTS: &[Slot<Campaign>] = &[
    Slot { name: "net_attempts_24h", read: |c| of(c.net, |crowd| crowd.attempts) },
    Slot { name: "net_subjects_24h", read: |c| of(c.net, |crowd| crowd.subjects) },
    Slot { name: "net_failed_subjects_24h", read: |c| of(c.net, |crowd| crowd.failed_subjects) },
    Slot { name: "net_unknown_usernames_24h", read: |c| of(c.net, |crowd| crowd.unknown_usernames) },
    Slot { name: "net_failure_ratio", read: |c| failure_part(c.net) },
    Slot { name: "agent_subjects_24h", read: |c| of(c.agent, |crowd| crowd.subjects) },
    Slot { name: "agent_failed_subjects_24h", read: |c| of(c.agent, |crowd| crowd.failed_subjects) },
    Slot { name: "agent_failure_ratio", read: |c| failure_part(c.agent) },
    Slot { name: "password_subjects_24h", read: |c| of(c.password, |crowd| crowd.subjects) },
    Slot { name: "password_failed_subjects_24h", read: |c| of(c.password, |crowd| crowd.failed_subjects) },
    Slot { name: "password_failure_ratio", read: |c| failure_part(c.password) },
    Slot { name: "strange_failures_24h", read: |c| count_slot(c.strange_failures_24h) },
    Slot { name: "failures_here_24h", read: |c| count_slot(c.failures_here_24h) },
];
