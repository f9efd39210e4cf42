//! What data sets call the network of the address.

use rightful_domain::{Facts, NetworkKind};

use super::{Slot, flag_slot};

/// What data sets call the network. No claim at all says nothing, so then all of it is None.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Network {
    /// A virtual private network that anybody can buy.
    pub(crate) vpn: Option<bool>,
    /// An exit of the Tor network.
    pub(crate) tor: Option<bool>,
    /// An open proxy, or a home that lets strangers through.
    pub(crate) proxy: Option<bool>,
    /// A privacy relay of a browser.
    pub(crate) relay: Option<bool>,
    /// A data center.
    pub(crate) hosting: Option<bool>,
    /// A carrier of mobile phones.
    pub(crate) mobile: Option<bool>,
    /// Homes.
    pub(crate) residential: Option<bool>,
    /// A company's own.
    pub(crate) business: Option<bool>,
    /// A public authority's.
    pub(crate) government: Option<bool>,
    /// Armed forces'.
    pub(crate) military: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Network {
    let enrichment = &facts.enrichment;
    let is = |kind| (!enrichment.networks.is_empty()).then(|| enrichment.is_network(kind));
    Network {
        vpn: is(NetworkKind::Vpn),
        tor: is(NetworkKind::Tor),
        proxy: is(NetworkKind::Proxy),
        relay: is(NetworkKind::Relay),
        hosting: is(NetworkKind::Hosting),
        mobile: is(NetworkKind::MobileCarrier),
        residential: is(NetworkKind::Residential),
        business: is(NetworkKind::Business),
        government: is(NetworkKind::Government),
        military: is(NetworkKind::Military),
    }
}

// Whose an ordinary network is weighs nothing, so it has no slot: the entry keeps what was called so.
pub(super) const SLOTS: &[Slot<Network>] = &[
    Slot { name: "network_vpn", read: |n| flag_slot(n.vpn) },
    Slot { name: "network_tor", read: |n| flag_slot(n.tor) },
    Slot { name: "network_proxy", read: |n| flag_slot(n.proxy) },
    Slot { name: "network_relay", read: |n| flag_slot(n.relay) },
    Slot { name: "network_hosting", read: |n| flag_slot(n.hosting) },
    Slot { name: "network_mobile", read: |n| flag_slot(n.mobile) },
    Slot { name: "network_residential", read: |n| flag_slot(n.residential) },
];
