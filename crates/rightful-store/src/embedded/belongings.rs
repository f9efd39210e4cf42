//! What an account has: the devices it was seen on, and its details. Only accounts have any, so it is kept with what else
//! only they remember.

use rightful_domain::{
    ACCOUNT_DEVICES_MAX, AccountDeviceId, DETAILS_PER_KIND_MAX, DetailKind, Doubt, Exact, KnownDetail, Sighting, Tag,
    Timestamp,
};

/// A device as its account remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    /// Which.
    pub(crate) tag: Tag,
    /// When it was first seen on the account.
    pub(crate) first_at: Timestamp,
    /// When it was last seen there.
    pub(crate) last_at: Timestamp,
    /// The event that made it known, in short: recalled again, that event is still the first. None while it is only
    /// listed: nobody who can be believed has said yet that an event on it ended well.
    pub(crate) first_event: Option<u64>,
    /// True while that event is not written down.
    pub(crate) is_claim: bool,
    /// The latest entry on it; once it is known, the latest that could have made it so, since who only tries must not
    /// change what it looks like. 0 while none is written down.
    pub(crate) sequence: u64,
    /// When it was detached; None while it is attached.
    pub(crate) detached_at: Option<Timestamp>,
}

impl KnownDevice {
    fn is_claimed_by(&self, seen: &Seen) -> bool {
        self.is_claim && (self.tag, self.first_event) == (seen.device, Some(seen.event))
    }

    /// True if an event on it has ended well, as far as somebody who can be believed has said.
    pub(super) const fn is_known(&self) -> bool {
        self.first_event.is_some()
    }
}

/// A device in an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) device: Tag,
    pub(super) at: Timestamp,
    /// The event, in short.
    pub(super) event: u64,
    /// Whether it makes the device known: somebody who can be believed says that it ended well. Else it only lists it.
    pub(super) makes_known: bool,
}

/// Who says details, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying {
    pub(super) at: Timestamp,
    /// It may be somebody other than the owner.
    pub(super) is_doubted: bool,
    /// The account knows somebody: what is said first to one that does not is its owner's.
    pub(super) is_known: bool,
}

/// A detail of an event that is a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Changed {
    /// Its place among the event's details.
    pub(super) place: usize,
    /// The entry that said what it was before.
    pub(super) previous: Option<u64>,
    /// Of a contact, the entry that said the last one that is not doubted.
    pub(super) notify: Option<u64>,
}

/// What an account has.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Belongings {
    /// The devices it was seen on, at most [`ACCOUNT_DEVICES_MAX`], in the order in which they came.
    pub(crate) devices: Exact<KnownDevice>,
    /// Its details, of each kind in the order in which they were said.
    pub(crate) details: Exact<KnownDetail>,
    /// Where the last reclaim went back to: what was done from then on was the intruder's.
    pub(crate) rolled_back_to: Option<Timestamp>,
}

/// The id of a device on an account: all of the account's tag, and as much of both as tells 64 devices apart. So a device
/// on two accounts has two ids with nothing in common, and who sees both learns nothing.
pub(super) fn account_device_id(account: Tag, device: Tag) -> AccountDeviceId {
    /// Spreads each bit over the upper half: the golden ratio's, as Fibonacci hashing takes it.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let both = (device.get() ^ account.get().rotate_left(29)).wrapping_mul(SPREAD);
    let mut bytes = [0; 12];
    for (to, from) in bytes.iter_mut().zip(account.get().to_be_bytes().into_iter().chain(both.to_be_bytes())) {
        *to = from;
    }
    AccountDeviceId::from_bytes(bytes)
}

/// The account's tag in the id of a device on it.
pub(super) fn account_in(id: AccountDeviceId) -> Tag {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    Tag::new(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

impl Belongings {
    /// The device of that id on the account of that tag; None if it is not among the account's.
    pub(super) fn device(&self, account: Tag, id: AccountDeviceId) -> Option<&KnownDevice> {
        self.devices.iter().find(|known| account_device_id(account, known.tag) == id)
    }

    /// The device of that id, to be changed.
    pub(super) fn device_mut(&mut self, account: Tag, id: AccountDeviceId) -> Option<&mut KnownDevice> {
        self.devices.iter_mut().find(|known| account_device_id(account, known.tag) == id)
    }

    /// What a device in an event is to an account.
    pub(super) fn sighting(&self, account: Tag, seen: &Seen) -> Sighting {
        let known = self.devices.iter().find(|known| known.tag == seen.device);
        let others = self.devices.iter().filter(|other| other.tag != seen.device && other.detached_at.is_none());
        Sighting {
            id: account_device_id(account, seen.device),
            is_first: known.and_then(|known| known.first_event).is_none_or(|first| first == seen.event),
            is_listed: known.is_some_and(|known| known.first_event != Some(seen.event)),
            // At most 64.
            n_devices: u16::try_from(others.count()).unwrap_or(u16::MAX).saturating_add(1),
        }
    }

    /// Whether a device is known, detached or not.
    pub(super) fn knows(&self, device: Tag) -> bool {
        self.devices.iter().any(|known| known.tag == device && known.is_known())
    }

    /// Makes a device known by an event that is not written down yet, so that no other event is its first.
    pub(super) fn claim(&mut self, seen: &Seen) {
        match self.devices.iter_mut().find(|known| known.tag == seen.device) {
            Some(known) => (known.first_event, known.is_claim) = (Some(seen.event), true),
            None => self.insert(seen, 0),
        }
    }

    /// Whether a device is known by that event alone, which is not written down.
    pub(super) fn is_claimed_by(&self, seen: &Seen) -> bool {
        self.devices.iter().any(|known| known.is_claimed_by(seen))
    }

    /// Forgets that a device is known by that event alone; one that no other event has listed goes.
    pub(super) fn unclaim(&mut self, seen: &Seen) {
        self.devices.retain(|known| !(known.is_claimed_by(seen) && known.sequence == 0));
        if let Some(known) = self.devices.iter_mut().find(|known| known.is_claimed_by(seen)) {
            (known.first_event, known.is_claim) = (None, false);
        }
    }

    /// Remembers a device by an event that is written down there. One that was detached is attached again. Of a device
    /// that is known, an event that makes none known changes nothing else.
    pub(super) fn see(&mut self, seen: &Seen, sequence: u64) {
        let Some(known) = self.devices.iter_mut().find(|known| known.tag == seen.device) else {
            self.insert(seen, sequence);
            return;
        };
        known.detached_at = None;
        if seen.makes_known {
            known.first_event.get_or_insert(seen.event);
            known.is_claim = false;
        } else if known.is_known() && known.sequence > 0 {
            return;
        }
        known.first_at = known.first_at.min(seen.at);
        known.last_at = known.last_at.max(seen.at);
        known.sequence = sequence;
    }

    /// Forgets a device, so that the next event on it is its first.
    pub(super) fn unsee(&mut self, device: Tag) {
        self.devices.retain(|known| known.tag != device);
    }

    fn insert(&mut self, seen: &Seen, sequence: u64) {
        if self.devices.len() >= ACCOUNT_DEVICES_MAX {
            // Those that are only listed go first, then the longest unseen; never the new one: else all its events would be
            // its first.
            let devices = self.devices.iter().enumerate();
            let Some((place, oldest)) = devices.min_by_key(|(_, it)| (it.is_known(), it.last_at)) else { return };
            if oldest.is_known() && !seen.makes_known {
                return;
            }
            self.devices.remove(place);
        }
        let Seen { device: tag, at, event, makes_known } = *seen;
        self.devices.push(KnownDevice {
            tag,
            first_at: at,
            last_at: at,
            first_event: makes_known.then_some(event),
            is_claim: makes_known && sequence == 0,
            sequence,
            detached_at: None,
        });
    }

    /// Whether a detail is known.
    pub(super) fn has(&self, kind: DetailKind, tag: Tag) -> bool {
        self.details.iter().any(|known| (known.kind, known.tag) == (kind, tag))
    }

    /// Which of the details of an event of that time are changes.
    ///
    /// The first value of a kind that there is one of is no change: it may have been so all along. What an account may
    /// have many of, and a password that is said to be another, is one where the account was known before.
    pub(super) fn changes(&self, details: &[(DetailKind, Tag)], is_known: bool, at: Timestamp) -> Vec<Changed> {
        let is_known = is_known || !self.details.is_empty();
        let change = |(place, (kind, tag)): (usize, &(DetailKind, Tag))| {
            let before = self.details.iter().rfind(|known| known.kind == *kind);
            match before {
                _ if self.has(*kind, *tag) => None,
                Some(before) if kind.is_single() => {
                    let notify = before.trusted_at(at).filter(|_| kind.is_contact());
                    Some(Changed { place, previous: Some(before.sequence), notify })
                }
                None if kind.is_single() && *kind != DetailKind::Password => None,
                _ => is_known.then_some(Changed { place, previous: None, notify: None }),
            }
        };
        details.iter().enumerate().filter_map(change).collect()
    }

    /// Remembers a detail that is said there; one that is known stays where it was said first. Of a kind that there is one
    /// of, it replaces the other.
    pub(super) fn learn(&mut self, kind: DetailKind, tag: Tag, sequence: u64, said: Saying) {
        if self.has(kind, tag) {
            return;
        }
        let of_kind = |known: &KnownDetail| known.kind == kind;
        let doubt = if kind.is_contact() { self.doubt_of(kind, said) } else { None };
        let n_max = if kind.is_single() { 1 } else { DETAILS_PER_KIND_MAX };
        if self.details.iter().filter(|known| of_kind(known)).count() >= n_max
            && let Some(oldest) = self.details.iter().position(of_kind)
        {
            self.details.remove(oldest);
        }
        self.details.push(KnownDetail { kind, tag, sequence, doubt });
    }

    /// Why a new contact may not be the owner's. What replaces one that is doubted is doubted, too: else a stranger, known
    /// by then, need only change it twice.
    fn doubt_of(&self, kind: DetailKind, said: Saying) -> Option<Doubt> {
        let before = self.details.iter().rfind(|known| known.kind == kind);
        let trusted = before.and_then(|before| before.trusted_at(said.at));
        let follows_doubted = before.is_some_and(|before| trusted != Some(before.sequence));
        let is_doubted = said.is_doubted && (said.is_known || before.is_some());
        (is_doubted || follows_doubted).then_some(Doubt { at: said.at, trusted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(device: u64, event: u64) -> Seen {
        let at = Timestamp::from_seconds(event.cast_signed());
        Seen { device: Tag::new(device << 40), at, event, makes_known: true }
    }

    fn listed(device: u64, event: u64) -> Seen {
        Seen { makes_known: false, ..seen(device, event) }
    }

    #[test]
    fn a_device_is_first_in_one_event_and_attached_again_by_the_next() {
        let (account, mut all) = (Tag::new(7), Belongings::default());
        let told = |all: &Belongings, one: &Seen| {
            let sighting = all.sighting(account, one);
            (sighting.is_first, sighting.n_devices)
        };
        assert_eq!(told(&all, &seen(1, 1)), (true, 1));
        all.claim(&seen(1, 1));
        assert!(all.is_claimed_by(&seen(1, 1)) && !all.is_claimed_by(&seen(1, 2)));
        assert_eq!((told(&all, &seen(1, 1)), told(&all, &seen(1, 2))), ((true, 1), (false, 1)));
        all.see(&seen(1, 1), 5);
        assert!(!all.is_claimed_by(&seen(1, 1)));
        let id = all.sighting(account, &seen(1, 1)).id;
        assert_eq!((account_in(id), all.device(account, id).map(|known| known.sequence)), (account, Some(5)));
        all.device_mut(account, id).unwrap().detached_at = Some(Timestamp::default());
        assert_eq!((told(&all, &seen(2, 3)), told(&all, &seen(1, 3))), ((true, 1), (false, 1)));
        all.see(&seen(1, 3), 6);
        assert_eq!(all.device(account, id).unwrap().detached_at, None);
        assert_eq!(told(&all, &seen(2, 4)), (true, 2));
        all.claim(&seen(2, 4));
        all.unclaim(&seen(2, 4));
        assert_eq!(told(&all, &seen(2, 5)), (true, 2));
    }

    #[test]
    fn what_only_lists_a_device_makes_it_neither_known_nor_another() {
        let (account, mut all) = (Tag::new(7), Belongings::default());
        let told = |all: &Belongings, one: &Seen| {
            let sighting = all.sighting(account, one);
            (sighting.is_first, sighting.is_listed)
        };
        assert_eq!(told(&all, &listed(1, 1)), (true, false));
        all.see(&listed(1, 1), 5);
        assert_eq!((told(&all, &listed(1, 2)), told(&all, &seen(1, 2))), ((true, true), (true, true)));
        // Claimed and given up again, it is as it was.
        all.claim(&seen(1, 2));
        assert_eq!((told(&all, &seen(1, 2)), told(&all, &seen(1, 3))), ((true, false), (false, true)));
        all.unclaim(&seen(1, 2));
        assert_eq!((told(&all, &seen(1, 3)), all.devices.len()), ((true, true), 1));
        all.claim(&seen(1, 3));
        all.see(&seen(1, 3), 6);
        all.see(&listed(1, 4), 7);
        assert_eq!(told(&all, &seen(1, 5)), (false, true));
        assert_eq!(all.devices.iter().map(|known| (known.sequence, known.is_claim)).collect::<Vec<_>>(), [(6, false)]);
    }

    #[test]
    fn a_claim_by_another_event_does_not_outlive_what_was_written_down() {
        let mut all = Belongings::default();
        all.claim(&seen(1, 1));
        all.see(&seen(1, 2), 5);
        all.unclaim(&seen(1, 1));
        assert!(all.knows(Tag::new(1 << 40)));
    }

    #[test]
    fn what_is_only_listed_never_takes_the_place_of_what_is_known() {
        let mut all = Belongings::default();
        (0..63).for_each(|n| all.see(&seen(n, n + 1), n + 1));
        (100..300).for_each(|n| all.see(&listed(n, n), n));
        let n_known = |all: &Belongings| all.devices.iter().filter(|known| known.is_known()).count();
        assert_eq!((all.devices.len(), n_known(&all)), (ACCOUNT_DEVICES_MAX, 63));
        all.see(&seen(63, 300), 300);
        all.see(&listed(64, 301), 301);
        assert_eq!((all.devices.len(), n_known(&all)), (ACCOUNT_DEVICES_MAX, 64));
    }

    #[test]
    fn the_longest_unseen_device_goes() {
        let mut all = Belongings::default();
        (0..64).for_each(|n| all.see(&seen(n, n + 1), n + 1));
        all.see(&seen(0, 100), 100);
        all.see(&seen(64, 2), 101);
        assert_eq!(all.devices.len(), ACCOUNT_DEVICES_MAX);
        let is_known = |n: u64| all.devices.iter().any(|known| known.tag == Tag::new(n << 40));
        assert!(is_known(0) && !is_known(1) && is_known(64));
    }

    #[test]
    fn one_of_a_kind_is_replaced_and_many_are_kept_up_to_their_most() {
        let mut all = Belongings::default();
        let email = |n, sequence| KnownDetail { kind: DetailKind::Email, tag: Tag::new(n), sequence, doubt: None };
        let said = Saying { at: Timestamp::default(), is_doubted: false, is_known: true };
        all.learn(DetailKind::Email, Tag::new(1), 1, said);
        all.learn(DetailKind::Email, Tag::new(1), 2, said);
        assert_eq!(*all.details, [email(1, 1)]);
        all.learn(DetailKind::Email, Tag::new(2), 3, said);
        assert_eq!(*all.details, [email(2, 3)]);
        (0..20).for_each(|n| all.learn(DetailKind::PaymentMethod, Tag::new(n), n + 4, said));
        let kept: Vec<u64> = all.details.iter().skip(1).map(|known| known.tag.get()).collect();
        assert_eq!(kept, (4..20).collect::<Vec<_>>());
    }

    #[test]
    fn the_owner_is_told_where_no_stranger_has_said_so_lately() {
        let mut all = Belongings::default();
        let at = |days: i64| Timestamp::from_seconds(days * 86_400);
        let mut say = |n: u64, days, is_doubted| {
            let told = all.changes(&[(DetailKind::Email, Tag::new(n))], true, at(days));
            all.learn(DetailKind::Email, Tag::new(n), n, Saying { at: at(days), is_doubted, is_known: true });
            told.first().map(|change| (change.previous, change.notify))
        };
        assert_eq!(say(1, 0, false), None);
        assert_eq!(say(2, 1, false), Some((Some(1), Some(1))));
        assert_eq!(say(3, 100, true), Some((Some(2), Some(2))));
        // The stranger, known by then, and again.
        assert_eq!(say(4, 101, false), Some((Some(3), Some(2))));
        assert_eq!(say(5, 107, true), Some((Some(4), Some(2))));
        // A week has passed, and nobody minded.
        assert_eq!(say(6, 114, false), Some((Some(5), Some(5))));
        assert_eq!(say(7, 114, false), Some((Some(6), Some(6))));
    }
}
