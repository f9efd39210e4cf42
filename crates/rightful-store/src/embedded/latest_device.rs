//! The device of an account's last successful login, kept small: every account has one, and most of what is told of a device
//! is told of many.

use rightful_domain::{DeviceSnapshot, Event, Timestamp};

use crate::record::{ShortSnapshot, Undecodable};

/// So much room is left as it is where less is told of a device than of the one before: people change between two, and
/// what allocators give and take back for each lies far away.
const ROOM_MAX: usize = 32;

/// A device as an account used it last.
#[derive(Debug, Clone)]
pub(crate) struct LatestDevice {
    /// When.
    at: Timestamp,
    /// All else, as it is stored, and perhaps some room.
    told: Box<[u8]>,
}

/// The device that an event was seen on, on the way to be the latest.
#[derive(Debug)]
pub(super) struct SeenDevice {
    /// When.
    pub(super) at: Timestamp,
    /// All else, as it is stored.
    told: Vec<u8>,
}

impl SeenDevice {
    /// None if the event names no device.
    pub(super) fn of(event: &Event) -> Option<Self> {
        ShortSnapshot::bytes_of_event(event).map(|told| Self { at: event.at, told })
    }
}

impl From<&SeenDevice> for LatestDevice {
    fn from(device: &SeenDevice) -> Self {
        Self { at: device.at, told: Box::from(&*device.told) }
    }
}

impl PartialEq for LatestDevice {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.told()) == (other.at, other.told())
    }
}

/// Nothing comes in but what reads back.
const READS_BACK: &str = "what was made of a device reads back as it";

impl LatestDevice {
    pub(crate) fn of(device: &DeviceSnapshot) -> Self {
        // Made anew, since it was made with more room than it takes.
        Self { at: device.at, told: Box::from(&*ShortSnapshot::bytes_of(device)) }
    }

    /// From what was stored.
    pub(crate) fn restore(at: Timestamp, told: &[u8]) -> Result<Self, Undecodable> {
        let (told, rest) = ShortSnapshot::read(told)?;
        // Written anew: of what reads as the same, one form is kept.
        if rest.is_empty() { Ok(Self::of(&told.whole(at)?)) } else { Err(Undecodable("more than a device")) }
    }

    /// When it was seen.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// What is told of it, as it is stored.
    pub(crate) fn told(&self) -> &[u8] {
        let (_, rest) = ShortSnapshot::read(&self.told).expect(READS_BACK);
        self.told.strip_suffix(rest).unwrap_or_default()
    }

    pub(crate) fn snapshot(&self) -> DeviceSnapshot {
        ShortSnapshot::read(&self.told).and_then(|(told, _)| told.whole(self.at)).expect(READS_BACK)
    }

    /// Takes another device, or the same one seen again, for the latest.
    pub(super) fn become_of(&mut self, device: &SeenDevice) {
        self.at = device.at;
        match self.told.split_at_mut_checked(device.told.len()) {
            Some((place, room)) if room.len() <= ROOM_MAX => {
                // Most come back as they were, and nothing is written.
                if place != &*device.told {
                    place.copy_from_slice(&device.told);
                    room.fill(0);
                }
            }
            _ => self.told = Box::from(&*device.told),
        }
    }

    /// Reads a little of what is told of it, for nothing but to have it near (see [`rightful_domain::Profile::glance`]).
    pub(super) fn glance(&self) -> u32 {
        [self.told.first(), self.told.last()].into_iter().flatten().fold(0, |all, byte| all ^ u32::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::DeviceId;

    use super::*;

    fn device(seconds: i64, name: &str, agent: Option<&str>) -> DeviceSnapshot {
        DeviceSnapshot {
            id: DeviceId::new(name).unwrap(),
            kind: None,
            manufacturer: None,
            model: Some("Pixel 10".into()),
            os: None,
            ip: Some([192, 0, 2, 7].into()),
            user_agent: agent.map(Into::into),
            at: Timestamp::from_seconds(seconds),
        }
    }

    #[test]
    fn whatever_it_becomes_it_is_as_if_it_had_never_been_another() {
        let long = "x".repeat(200);
        let all = [
            device(1, "laptop", Some("curl/8.5")),
            device(2, "laptop", Some("curl/8.5")),
            device(3, "a", None),
            device(4, "laptop", Some("curl/8.5")),
            device(5, &long, Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")),
            device(6, "b", Some("")),
        ];
        let mut latest = LatestDevice::of(&all[0]);
        for device in all {
            let seen = SeenDevice { at: device.at, told: ShortSnapshot::bytes_of(&device) };
            latest.become_of(&seen);
            assert_eq!(latest, LatestDevice::from(&seen));
            let fresh = LatestDevice::of(&device);
            assert_eq!((&latest, latest.snapshot()), (&fresh, device));
            assert_eq!(LatestDevice::restore(latest.at(), latest.told()), Ok(fresh));
            assert!(latest.told.len() <= latest.told().len() + ROOM_MAX);
        }
    }
}
