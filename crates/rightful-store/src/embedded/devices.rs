//! The devices of an account, as its events left them: names and signals are not remembered twice, but read from the
//! latest entry on each.

use std::cmp::Reverse;

use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, ApplicationId, Device, DeviceId, DeviceSnapshot, Tag, likeness,
};

use super::Shared;
use super::belongings::{KnownDevice, account_device_id, account_in};
use super::state::Change;
use super::tags::Tagger;
use crate::StoreError;

/// The most devices of an account that another is compared with, the latest seen: one read each.
const COMPARED_MAX: usize = 16;

impl Shared {
    /// An account's devices that an entry tells of, the latest seen first.
    fn known_devices(&self, tagger: &Tagger, account: Tag) -> Result<Vec<KnownDevice>, StoreError> {
        let devices = |state: &mut super::State| (state.more.belongings.devices.to_vec(), Change::Same);
        let mut devices = self.mind.states.with(tagger.subject_key(account), devices)?;
        devices.retain(|known| known.sequence > 0);
        devices.sort_by_key(|known| Reverse((known.last_at, known.sequence)));
        Ok(devices)
    }

    /// The devices of an account, the latest seen first, without what was noted of them; those detached, too. At most
    /// [`rightful_domain::ACCOUNT_DEVICES_MAX`], one read each.
    pub(super) fn devices_of(&self, tagger: &Tagger, account: Tag) -> Result<Vec<AccountDevice>, StoreError> {
        self.check_running()?;
        let mut devices = Vec::new();
        for known in self.known_devices(tagger, account)? {
            let Some((entry, _)) = self.entry_at(known.sequence)? else { continue };
            let Some(latest) = DeviceSnapshot::of(&entry.event) else { continue };
            devices.push(AccountDevice {
                id: account_device_id(account, known.tag),
                latest,
                latest_event: entry.event.id,
                first_at: known.first_at,
                detached_at: known.detached_at,
                metadata: Vec::new(),
            });
        }
        Ok(devices)
    }

    /// The account that a device's id names, and the device as it is remembered there; None if the application knows none
    /// of that id.
    pub(super) fn account_of_device(
        &self,
        tagger: &Tagger,
        id: AccountDeviceId,
    ) -> Result<Option<(AccountId, KnownDevice)>, StoreError> {
        let tag = account_in(id);
        let device = |state: &mut super::State| (state.more.belongings.device(tag, id).copied(), Change::Same);
        let known = self.mind.states.with(tagger.subject_key(tag), device)?;
        let Some(known) = known.filter(|known| known.sequence > 0) else { return Ok(None) };
        let account = self.entry_at(known.sequence)?.and_then(|(entry, _)| entry.event.account);
        // Two names may share a tag, though hardly ever.
        Ok(account.filter(|account| tagger.account(account) == tag).map(|account| (account, known)))
    }

    /// The device of an account that is most alike to this one, if any is at least as alike as asked. One that is only
    /// listed comes after all that are known, however alike: anybody can have any device listed.
    ///
    /// Among those that are known by their likeness alone: who looks like a device that has a name does not get its name.
    pub(super) fn alike_device(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        device: &Device,
        likeness_min: f32,
    ) -> Result<Option<DeviceId>, StoreError> {
        self.check_running()?;
        let tagger = self.mind.taggers.of(application);
        let mut best: Option<((bool, f32), DeviceId)> = None;
        let mut devices = self.known_devices(&tagger, tagger.account(account))?;
        // Stable: else the latest seen first.
        devices.sort_by_key(|known| !known.is_known());
        for known in devices.into_iter().take(COMPARED_MAX) {
            let Some((entry, _)) = self.entry_at(known.sequence)? else { continue };
            let its = &entry.event.device;
            let Some(id) = its.id().filter(|_| its.has_likeness_only()) else { continue };
            let alike = (known.is_known(), likeness(device, its));
            // Of equally alike ones, the latest seen.
            if alike.1 >= likeness_min && best.as_ref().is_none_or(|(most, _)| alike > *most) {
                best = Some((alike, id.clone()));
            }
        }
        Ok(best.map(|(_, id)| id))
    }
}
