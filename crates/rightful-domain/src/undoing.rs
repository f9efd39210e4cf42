//! What an intruder left behind, put together from the events of a takeover: what to remove, what to set back, and whom
//! to tell.

use std::net::IpAddr;

use crate::{DetailChange, DetailKind, DetailValue, DeviceSnapshot, Takeover};

/// What is to be undone after a takeover.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Undoing<'a> {
    /// The devices that the intruder used, each as it was first seen in the takeover.
    pub devices: Vec<&'a DeviceSnapshot>,
    /// The addresses that the intruder came from, in order of appearance.
    pub addresses: Vec<IpAddr>,
    /// What was added: ways to pay, accounts elsewhere, and what the account had nothing of before.
    pub added: Vec<(DetailKind, &'a DetailValue)>,
    /// What was replaced.
    pub replaced: Vec<Replaced<'a>>,
    /// Contacts of the owner, from before: they are to be told, and not the intruder's.
    pub contacts: Vec<(DetailKind, &'a DetailValue)>,
}

/// A detail that an intruder replaced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replaced<'a> {
    /// What sort.
    pub kind: DetailKind,
    /// What the intruder made of it in the end.
    pub now: &'a DetailValue,
    /// What it was before the takeover; [`DetailValue::Unsaid`] if it is not kept or can no longer be read.
    pub before: &'a DetailValue,
}

impl Takeover {
    /// What is to be undone. A detail that was changed several times is set back to what it was before the first of them,
    /// and one that the intruder has set back already is left alone.
    #[must_use]
    pub fn undoing(&self) -> Undoing<'_> {
        let mut undoing = Undoing::default();
        for event in &self.events {
            if let Some(device) = &event.device
                && undoing.devices.iter().all(|known| known.id != device.id)
            {
                undoing.devices.push(device);
            }
            if let Some(ip) = event.ip
                && !undoing.addresses.contains(&ip)
            {
                undoing.addresses.push(ip);
            }
            for change in &event.changes {
                undoing.take_in(change);
            }
        }
        undoing.replaced.retain(|it| it.now == &DetailValue::Unsaid || !is_same(it.now, it.before));
        let Undoing { replaced, contacts, .. } = &mut undoing;
        let is_replaced = |kind: DetailKind| replaced.iter().any(|it| it.kind == kind);
        contacts.retain(|(kind, it)| kind.is_contact() && is_replaced(*kind) && **it != DetailValue::Unsaid);
        undoing
    }
}

impl<'a> Undoing<'a> {
    fn take_in(&mut self, change: &'a DetailChange) {
        let DetailChange { kind, value, previous, notify } = change;
        if let Some(known) = self.replaced.iter_mut().find(|known| known.kind == *kind) {
            known.now = value;
            return;
        }
        // What the account had nothing of before is still the intruder's after another change.
        let added = self.added.iter_mut().find(|(known, _)| known == kind && kind.is_single());
        if let Some((_, known)) = added {
            *known = value;
            return;
        }
        match previous {
            Some(previous) => {
                // Where an earlier change was the intruder's as well, the contact before this one is theirs.
                let before = &notify.as_ref().unwrap_or(previous).value;
                self.replaced.push(Replaced { kind: *kind, now: value, before });
                self.contacts.extend(notify.as_ref().map(|contact| (*kind, &contact.value)));
            }
            None if *kind == DetailKind::Password => {
                self.replaced.push(Replaced { kind: *kind, now: value, before: value });
            }
            None if self.added.iter().all(|(known, it)| known != kind || !is_same(it, value)) => {
                self.added.push((*kind, value));
            }
            None => {}
        }
    }
}

/// Whether two spellings are one value. What is not kept is like nothing.
fn is_same(one: &DetailValue, other: &DetailValue) -> bool {
    let canonical = one.canonical();
    canonical.is_some() && canonical == other.canonical()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, IntruderEvent, Pii, PreviousDetail, Timestamp};

    fn text(text: &str) -> DetailValue {
        DetailValue::Text(Pii::new(text.into()))
    }

    fn change(kind: DetailKind, value: &DetailValue, previous: Option<&DetailValue>) -> DetailChange {
        let previous = previous.map(|value| PreviousDetail { value: value.clone(), sequence: 1 });
        DetailChange { kind, value: value.clone(), notify: previous.clone(), previous }
    }

    fn event(ip: &str, changes: Vec<DetailChange>) -> IntruderEvent {
        let ip = Some(ip.parse().expect("an address"));
        let (event, at) = (EventId::from_parts(0, [1; 10]), Timestamp::from_seconds(0));
        IntruderEvent { event, at, device: None, account_device: None, ip, changes }
    }

    #[test]
    fn what_was_replaced_goes_back_to_before_the_first_change() {
        let [own, first, last, card] = ["own@x.org", "a@y.org", "b@y.org", "card-9"].map(text);
        let takeover = Takeover {
            events: vec![
                event("192.0.2.1", vec![change(DetailKind::Email, &first, Some(&own))]),
                event("192.0.2.1", vec![change(DetailKind::PaymentMethod, &card, None)]),
                event(
                    "192.0.2.2",
                    vec![
                        change(DetailKind::Email, &last, Some(&first)),
                        change(DetailKind::PaymentMethod, &text("CARD-9 "), None),
                        change(DetailKind::Password, &DetailValue::Unsaid, None),
                    ],
                ),
            ],
            ..Takeover::default()
        };
        let undoing = takeover.undoing();
        assert_eq!(undoing.addresses.len(), 2);
        assert_eq!(undoing.added, [(DetailKind::PaymentMethod, &card)]);
        let replaced: Vec<(DetailKind, &DetailValue)> =
            undoing.replaced.iter().map(|it| (it.kind, it.before)).collect();
        assert_eq!(replaced, [(DetailKind::Email, &own), (DetailKind::Password, &DetailValue::Unsaid)]);
        assert_eq!(undoing.replaced.first().map(|it| it.now), Some(&last));
        assert_eq!(undoing.contacts, [(DetailKind::Email, &own)]);
    }

    #[test]
    fn what_there_was_nothing_of_is_removed_and_nobody_is_told_of_it() {
        let [first, last] = ["+1", "+2"].map(text);
        let changes = vec![change(DetailKind::Phone, &first, None), change(DetailKind::Phone, &last, Some(&first))];
        let takeover = Takeover { events: vec![event("192.0.2.1", changes)], ..Takeover::default() };
        let undoing = takeover.undoing();
        assert_eq!(undoing.added, [(DetailKind::Phone, &last)]);
        assert!(undoing.replaced.is_empty() && undoing.contacts.is_empty());
    }

    #[test]
    fn what_is_as_it_was_is_left_alone() {
        let [own, other] = ["own@x.org", "a@y.org"].map(text);
        let there = event("192.0.2.1", vec![change(DetailKind::Email, &other, Some(&own))]);
        let and_back = event("192.0.2.1", vec![change(DetailKind::Email, &text("OWN@x.org"), Some(&other))]);
        let takeover = Takeover { events: vec![there, and_back], ..Takeover::default() };
        assert_eq!(takeover.undoing().replaced, []);
        assert_eq!(Takeover::default().undoing(), Undoing::default());
    }

    #[test]
    fn a_takeover_that_is_known_from_its_second_change_names_the_owner_s_contact() {
        let [owner, first, second] = ["owner@example.com", "first@evil.example", "second@evil.example"].map(text);
        let mut changed = change(DetailKind::Email, &second, Some(&first));
        changed.notify = changed.notify.map(|it| PreviousDetail { value: owner.clone(), ..it });
        let takeover = Takeover { events: vec![event("192.0.2.1", vec![changed])], ..Takeover::default() };
        let undoing = takeover.undoing();
        assert_eq!(undoing.contacts, [(DetailKind::Email, &owner)]);
        assert_eq!(undoing.replaced.first().map(|it| it.before), Some(&owner));
    }
}
