//! Where an event came from, in Ravelin's words: the device, its network, and places.

use rightful_domain::{Device, DeviceAlias, DeviceAliasKind, Location, Network};

use super::words::id_text;
use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::{address, country, device_id, flag, label, latitude, longitude, personal, user_agent};

/// The `device` object: device, network, and where it says it is.
#[derive(Default)]
pub(super) struct Origin {
    pub(super) device: Device,
    pub(super) network: Network,
    pub(super) location: Option<Location>,
}

/// Reads where an event came from: `device`, or a bare `deviceId`, and `location`.
pub(super) fn read(body: &mut Fields<'_>) -> Result<Origin, Fault> {
    let own_location = body.take("location");
    let mut origin = body.object("device", |device| read_device(device, own_location.as_ref()))?.unwrap_or_default();
    if let Some(own) = own_location {
        origin.location = Some(body.object_taken("location", own, read_location)?);
    }
    read_bare_id(body, &mut origin.device)?;
    Ok(origin)
}

/// A device that was told before is named by its id alone. Beside a `device` with an id of its own, it is kept, not used.
fn read_bare_id(body: &mut Fields<'_>, device: &mut Device) -> Result<(), Fault> {
    let Some(told) = body.take("deviceId") else { return Ok(()) };
    let id = device_id(id_text(told.clone())).map_err(|fault| fault.within("deviceId"))?;
    match (device.id(), id) {
        (None, Some(id)) => device.aliases.push(DeviceAlias { kind: DeviceAliasKind::Vendor, id }),
        (Some(known), Some(id)) if *known == id => {}
        (Some(_), Some(_)) => body.put("deviceId", Node::Kept(Box::new(told))),
        (_, None) => {}
    }
    Ok(())
}

fn read_device(fields: &mut Fields<'_>, own_location: Option<&Node<'_>>) -> Result<Origin, Fault> {
    let mut origin = Origin::default();
    let id = fields.optional("deviceId", |node| device_id(id_text(node)))?.flatten();
    origin.device.aliases.extend(id.map(|id| DeviceAlias { kind: DeviceAliasKind::Vendor, id }));
    origin.network.ip = fields.optional("ipAddress", address)?;
    origin.network.user_agent = fields.optional("userAgent", user_agent)?.flatten();
    let device = &mut origin.device;
    device.language = fields.optional("language", label)?.flatten();
    device.model = fields.optional("model", label)?.flatten();
    device.os = fields.optional("os", label)?.flatten();
    device.kind = fields.optional("type", label)?.flatten();
    device.manufacturer = fields.optional("manufacturer", label)?.flatten();
    device.browser = fields.optional("browser", label)?.flatten();
    device.screen = fields.optional("screenResolution", label)?.flatten();
    for (name, component) in [("javascriptEnabled", "javascript_enabled"), ("cookiesEnabled", "cookies_enabled")] {
        let enabled = fields.optional(name, flag)?;
        device.components.extend(enabled.map(|enabled| (component.into(), enabled.to_string().into())));
    }
    origin.location = read_device_location(fields, own_location)?;
    Ok(origin)
}

/// Where the device says it is: the event's location if the event says none; else kept beside it, unless it is the same.
fn read_device_location(fields: &mut Fields<'_>, own: Option<&Node<'_>>) -> Result<Option<Location>, Fault> {
    let Some(theirs) = fields.take("location") else { return Ok(None) };
    if own == Some(&theirs) {
        return Ok(None);
    }
    if own.is_none() {
        return fields.object_taken("location", theirs, read_location).map(Some);
    }
    fields.object_taken("location", theirs.clone(), read_location)?;
    fields.put("location", Node::Kept(Box::new(theirs)));
    Ok(None)
}

/// What is finer than a city: kept as people's data, under Ravelin's names.
const ADDRESS_FIELDS: [&str; 9] = [
    "postalCode",
    "addresseeName",
    "street1",
    "street2",
    "neighbourhood",
    "zone",
    "poBoxNumber",
    "locationId",
    "geohash",
];

/// Reads a place or an address.
pub(super) fn read_location(fields: &mut Fields<'_>) -> Result<Location, Fault> {
    let mut location = Location {
        latitude: fields.optional("latitude", latitude)?,
        longitude: fields.optional("longitude", longitude)?,
        city: fields.optional("city", label)?.flatten(),
        region: fields.optional("region", label)?.flatten(),
        ..Location::default()
    };
    if let Some(told) = fields.optional("country", personal)?.flatten() {
        location.country = country(told.reveal());
        // A country in words is no reason to leave a login unjudged.
        if location.country.is_none() {
            location.address.push(("country".into(), told));
        }
    }
    for name in ADDRESS_FIELDS {
        let told = fields.optional(name, personal)?.flatten();
        location.address.extend(told.map(|told| (name.into(), told)));
    }
    if let Some(custom) = fields.take("custom") {
        fields.put("custom", Node::Kept(Box::new(custom)));
    }
    Ok(location)
}
