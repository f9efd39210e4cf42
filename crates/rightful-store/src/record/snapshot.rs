//! The stored form of an account's latest device but for when it was seen. It is kept in RAM as it is on disk.

use std::net::IpAddr;

use rightful_domain::{DeviceId, DeviceSnapshot, Timestamp};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::phrases::{is_short_of, shortened, whole};

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
        let agent = device.user_agent.as_deref().map(shortened);
        let told = [&device.kind, &device.manufacturer, &device.model, &device.os].map(Option::as_deref);
        let short = ShortSnapshot { ip: device.ip, id: device.id.as_str(), told, agent: agent.as_deref() };
        let mut bytes = Vec::with_capacity(BYTES_MOSTLY);
        super::append(&mut bytes, &short);
        bytes
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

    /// Whether it is this device with the same agent at the same address.
    pub(crate) fn is(&self, device: &DeviceSnapshot) -> bool {
        let DeviceSnapshot { id, kind, manufacturer, model, os, ip, user_agent, at: _ } = device;
        let told = [kind, manufacturer, model, os].map(Option::as_deref);
        let is_agent = match (self.agent, user_agent) {
            (Some(short), Some(text)) => is_short_of(short, text),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        (self.ip, self.id, self.told) == (*ip, id.as_str(), told) && is_agent
    }
}
