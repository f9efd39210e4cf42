//! The stored form of an account's latest device but for when it was seen. It is kept in RAM as it is on disk.

use std::net::IpAddr;

use rightful_domain::{DeviceId, DeviceSnapshot, Event, Timestamp};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::phrases::{shortened, whole};

/// Room for what is told of nearly all devices.
const BYTES_MOSTLY: usize = 128;

/// What is told of a device.
#[derive(Serialize, Deserialize)]
pub(crate) struct ShortSnapshot<'a> {
    ip: Option<IpAddr>,
    id: &'a str,
    /// Kind, maker, model, system.
    told: [Option<&'a str>; 4],
    /// Its agent string, its phrases in short.
    agent: Option<&'a [u8]>,
}

impl<'a> ShortSnapshot<'a> {
    pub(crate) fn bytes_of(device: &DeviceSnapshot) -> Vec<u8> {
        let told = [&device.kind, &device.manufacturer, &device.model, &device.os].map(Option::as_deref);
        bytes(&device.id, told, device.ip, device.user_agent.as_deref())
    }

    /// The same of an event's device as [`DeviceSnapshot::of`] takes it, which is not made for it; None if it names none.
    pub(crate) fn bytes_of_event(event: &Event) -> Option<Vec<u8>> {
        let (device, network) = (&event.device, &event.network);
        let told = [&device.kind, &device.manufacturer, &device.model, &device.os].map(Option::as_deref);
        Some(bytes(device.id()?, told, network.ip, network.user_agent.as_deref()))
    }

    /// What it says, and what follows it.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Undecodable> {
        super::take(bytes).map_err(|_| Undecodable("a device"))
    }

    /// All of it.
    pub(crate) fn whole(self, at: Timestamp) -> Result<DeviceSnapshot, Undecodable> {
        let [kind, manufacturer, model, os] = self.told.map(|told| told.map(Into::into));
        Ok(DeviceSnapshot {
            id: super::id(self.id, DeviceId::new)?,
            kind,
            manufacturer,
            model,
            os,
            ip: self.ip,
            user_agent: self.agent.map(whole).transpose()?,
            at,
        })
    }
}

fn bytes(id: &DeviceId, told: [Option<&str>; 4], ip: Option<IpAddr>, agent: Option<&str>) -> Vec<u8> {
    let agent = agent.map(shortened);
    let mut bytes = Vec::with_capacity(BYTES_MOSTLY);
    super::append(&mut bytes, &ShortSnapshot { ip, id: id.as_str(), told, agent: agent.as_deref() });
    bytes
}
