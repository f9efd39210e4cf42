//! How much likelier the event is for a stranger than for the owner, without labels; see DESIGN.
//!
//! Terms are in nats: above zero a stranger is likelier, below zero the owner.

use super::{Slot, number_slot};

/// The terms of the likelihood ratio. None without a history of the account, or where a term cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Likelihood {
    /// The whole ratio.
    pub(crate) nats: Option<f64>,
    /// Where from.
    pub(crate) network: Option<f64>,
    /// With what.
    pub(crate) device: Option<f64>,
    /// In which versions.
    pub(crate) versions: Option<f64>,
    /// Under which name of the device.
    pub(crate) name: Option<f64>,
    /// When.
    pub(crate) hour: Option<f64>,
    /// After which failures.
    pub(crate) failures: Option<f64>,
    /// How often strangers come at all.
    pub(crate) prior: Option<f64>,
}

pub(super) const SLOTS: &[Slot<Likelihood>] = &[
    Slot { name: "likelihood_nats", read: |l| number_slot(l.nats) },
    Slot { name: "likelihood_network", read: |l| number_slot(l.network) },
    Slot { name: "likelihood_device", read: |l| number_slot(l.device) },
    Slot { name: "likelihood_versions", read: |l| number_slot(l.versions) },
    Slot { name: "likelihood_name", read: |l| number_slot(l.name) },
    Slot { name: "likelihood_hour", read: |l| number_slot(l.hour) },
    Slot { name: "likelihood_failures", read: |l| number_slot(l.failures) },
    Slot { name: "likelihood_prior", read: |l| number_slot(l.prior) },
];
