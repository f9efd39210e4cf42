//! The device of an account's last successful login, kept small: every account has one, and most of what is told of a device
//! is told of many.

use rightful_domain::{DeviceSnapshot, Timestamp};

use crate::record::{ShortSnapshot, Undecodable};

/// A device as an account used it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LatestDevice {
    /// When.
    pub(crate) at: Timestamp,
    /// All else, as it is stored.
    told: Box<[u8]>,
}

/// Nothing comes in but what reads back.
const READS_BACK: &str = "what was made of a device reads back as it";

impl LatestDevice {
    pub(crate) fn of(device: &DeviceSnapshot) -> Self {
        Self { at: device.at, told: ShortSnapshot::bytes_of(device) }
    }

    /// From what was stored.
    pub(crate) fn restore(at: Timestamp, told: &[u8]) -> Result<Self, Undecodable> {
        // Written anew: of what reads as the same, one form is kept.
        Ok(Self::of(&ShortSnapshot::read(told)?.whole(at)?))
    }

    /// What is told of it, as it is stored.
    pub(crate) const fn told(&self) -> &[u8] {
        &self.told
    }

    pub(crate) fn snapshot(&self) -> DeviceSnapshot {
        ShortSnapshot::read(&self.told).and_then(|told| told.whole(self.at)).expect(READS_BACK)
    }

    /// Whether it is this device with the same agent at the same address, whenever it was seen.
    pub(super) fn is(&self, device: &DeviceSnapshot) -> bool {
        ShortSnapshot::read(&self.told).is_ok_and(|told| told.is(device))
    }

    /// Reads a little of what is told of it, for nothing but to have it near (see [`rightful_domain::Profile::glance`]).
    pub(super) fn glance(&self) -> u32 {
        [self.told.first(), self.told.last()].into_iter().flatten().fold(0, |all, byte| all ^ u32::from(*byte))
    }
}
