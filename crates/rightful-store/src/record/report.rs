//! The stored form of a browser's report.

use std::net::IpAddr;

use rightful_domain::{ApplicationId, Device, EventId, Network, Report, Timestamp};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::event::{StoredBehavior, StoredDevice, text};
use super::interaction::StoredInteraction;

/// The version of a report that says nothing of an attempt.
const VERSION: u8 = 1;
/// The version of one that does, sealed.
const SAYING_VERSION: u8 = 2;
/// The version of one that tells single strokes and moves, and perhaps an attempt, sealed.
const TELLING_VERSION: u8 = 3;

#[derive(Serialize, Deserialize)]
struct StoredReport<'a> {
    id: [u8; 16],
    #[serde(borrow)]
    application: &'a str,
    device: StoredDevice<'a>,
    ip: Option<IpAddr>,
    user_agent: Option<&'a str>,
    origin: Option<&'a str>,
    behavior: Option<StoredBehavior>,
    opened_at: Option<i64>,
    received_at: i64,
}

/// A report as bytes, with what it says of an attempt as it was sealed.
pub(crate) fn encode_report(report: &Report, sealed: Option<&[u8]>) -> Vec<u8> {
    let Network { ip, user_agent, origin } = &report.network;
    let stored = StoredReport {
        id: *report.id.as_bytes(),
        application: report.application.as_str(),
        device: StoredDevice::of(&report.device),
        ip: *ip,
        user_agent: text(user_agent),
        origin: text(origin),
        behavior: report.behavior.as_ref().map(StoredBehavior::of),
        opened_at: report.opened_at.map(Timestamp::as_micros),
        received_at: report.received_at.as_micros(),
    };
    if let Some(interaction) = report.behavior.as_ref().and_then(|behavior| behavior.interaction.as_deref()) {
        let told = (stored, sealed, StoredInteraction::of(interaction));
        return super::to_versioned_bytes(TELLING_VERSION, &told);
    }
    match sealed {
        Some(sealed) => super::to_versioned_bytes(SAYING_VERSION, &(stored, sealed)),
        None => super::to_versioned_bytes(VERSION, &stored),
    }
}

/// A report from its bytes, and what it says of an attempt, still sealed.
pub(crate) fn decode_report(bytes: &[u8]) -> Result<(Report, Option<&[u8]>), Undecodable> {
    if bytes.first() == Some(&TELLING_VERSION) {
        let (stored, sealed, interaction): (StoredReport<'_>, Option<&[u8]>, StoredInteraction) =
            super::from_versioned_bytes(TELLING_VERSION, bytes)?;
        let mut report = stored.restore()?;
        report.behavior.get_or_insert_default().interaction = Some(Box::new(interaction.restore()));
        return Ok((report, sealed));
    }
    let (stored, sealed): (StoredReport<'_>, _) = if bytes.first() == Some(&SAYING_VERSION) {
        let (stored, sealed): (_, &[u8]) = super::from_versioned_bytes(SAYING_VERSION, bytes)?;
        (stored, Some(sealed))
    } else {
        (super::from_versioned_bytes(VERSION, bytes)?, None)
    };
    Ok((stored.restore()?, sealed))
}

impl StoredReport<'_> {
    fn restore(self) -> Result<Report, Undecodable> {
        let stored = self;
        let device: Device = stored.device.restore()?;
        Ok(Report {
            id: EventId::from_bytes(stored.id),
            application: super::id(stored.application, ApplicationId::new)?,
            device,
            network: Network {
                ip: stored.ip,
                user_agent: stored.user_agent.map(Into::into),
                origin: stored.origin.map(Into::into),
            },
            behavior: stored.behavior.map(StoredBehavior::restore),
            opened_at: stored.opened_at.map(Timestamp::from_micros),
            received_at: Timestamp::from_micros(stored.received_at),
            said: None,
        })
    }
}
