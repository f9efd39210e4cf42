//! What is people's data in an event, to be sealed under its subject's key: forgetting the key forgets all of it.

use rightful_domain::{Event, FreeFields, Location, Person, Pii};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::event::StoredLocation;

#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(crate) struct Private<'a> {
    #[serde(borrow)]
    username: Option<&'a str>,
    /// E-mail, phone, name.
    person: [Option<&'a str>; 3],
    address: Vec<(&'a str, &'a str)>,
    /// By the mechanism's place in the event.
    sent_to: Vec<(u32, &'a str)>,
    /// Method, payee, counterparty.
    payment: [Option<&'a str>; 3],
    /// The caller's own fields, and those its dialect does not know.
    free: [Option<&'a str>; 2],
}

/// What follows it since the fourth version of entries, where there is any of it.
#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(crate) struct MorePrivate<'a> {
    /// Where goods go, where bills go.
    #[serde(borrow)]
    addresses: [Option<StoredAddress<'a>>; 2],
    payment_methods: Vec<&'a str>,
    social_accounts: Vec<&'a str>,
}

/// A place, and its lines by their names.
#[derive(Serialize, Deserialize, PartialEq)]
struct StoredAddress<'a>(#[serde(borrow)] StoredLocation<'a>, Vec<(&'a str, &'a str)>);

impl<'a> MorePrivate<'a> {
    /// None if there is nothing to seal.
    pub(crate) fn of(person: &'a Person) -> Option<Self> {
        let address = |place: &'a Option<Box<Location>>| place.as_deref().map(StoredAddress::of);
        let more = Self {
            addresses: [address(&person.delivery_address), address(&person.billing_address)],
            payment_methods: person.payment_methods.iter().map(|text| &**text.reveal()).collect(),
            social_accounts: person.social_accounts.iter().map(|text| &**text.reveal()).collect(),
        };
        (more != Self::default()).then_some(more)
    }

    /// Puts everything back where it was.
    pub(crate) fn restore(self, person: &mut Person) -> Result<(), Undecodable> {
        let address = |stored: Option<StoredAddress<'_>>| stored.map(StoredAddress::restore).transpose();
        let texts = |texts: Vec<&str>| texts.into_iter().map(|text| Pii::new(text.into())).collect();
        let [delivery, billing] = self.addresses;
        (person.delivery_address, person.billing_address) = (address(delivery)?, address(billing)?);
        person.payment_methods = texts(self.payment_methods);
        person.social_accounts = texts(self.social_accounts);
        Ok(())
    }
}

impl<'a> StoredAddress<'a> {
    fn of(location: &'a Location) -> Self {
        Self(StoredLocation::of(location), location.address.iter().map(line).collect())
    }

    fn restore(self) -> Result<Box<Location>, Undecodable> {
        let Self(location, lines) = self;
        let address = lines.into_iter().map(|(name, line)| (name.into(), Pii::new(line.into()))).collect();
        Ok(Box::new(Location { address, ..location.restore()? }))
    }
}

fn shown(text: &Option<Pii<Box<str>>>) -> Option<&str> {
    // To be sealed: the one place where the store opens what it is given.
    text.as_ref().map(|text| &**text.reveal())
}

fn hidden(text: Option<&str>) -> Option<Pii<Box<str>>> {
    text.map(|text| Pii::new(text.into()))
}

impl<'a> Private<'a> {
    /// None if there is nothing to seal.
    pub(crate) fn of(event: &'a Event) -> Option<Self> {
        let payment = event.payment.as_ref();
        let sent_to = |(place, sent): (usize, _)| Some((u32::try_from(place).ok()?, shown(sent)?));
        let private = Self {
            username: shown(&event.username),
            person: [shown(&event.person.email), shown(&event.person.phone), shown(&event.person.name)],
            address: event.location.as_ref().map_or(&[][..], |place| &place.address).iter().map(line).collect(),
            sent_to: event.mechanisms.iter().map(|used| &used.sent_to).enumerate().filter_map(sent_to).collect(),
            payment: payment
                .map_or([None; 3], |paid| [shown(&paid.method_id), shown(&paid.payee), shown(&paid.counterparty)]),
            free: [event.custom.as_ref(), event.unknown.as_ref()].map(|fields| fields.map(FreeFields::as_json)),
        };
        (private != Self::default()).then_some(private)
    }

    /// Puts everything back where it was.
    pub(crate) fn restore(self, event: &mut Event) -> Result<(), Undecodable> {
        event.username = hidden(self.username);
        let [email, phone, name] = self.person.map(hidden);
        (event.person.email, event.person.phone, event.person.name) = (email, phone, name);
        if let Some(location) = &mut event.location {
            location.address =
                self.address.into_iter().map(|(name, line)| (name.into(), Pii::new(line.into()))).collect();
        }
        for (place, sent) in self.sent_to {
            let mechanism = usize::try_from(place).ok().and_then(|place| event.mechanisms.get_mut(place));
            mechanism.ok_or(Undecodable("a contact without a mechanism"))?.sent_to = hidden(Some(sent));
        }
        if let Some(payment) = &mut event.payment {
            let [method_id, payee, counterparty] = self.payment.map(hidden);
            (payment.method_id, payment.payee, payment.counterparty) = (method_id, payee, counterparty);
        }
        let [custom, unknown] = self.free;
        event.custom = free_fields(custom)?;
        event.unknown = free_fields(unknown)?;
        Ok(())
    }
}

fn line((name, line): &(Box<str>, Pii<Box<str>>)) -> (&str, &str) {
    (name, line.reveal())
}

fn free_fields(json: Option<&str>) -> Result<Option<FreeFields>, Undecodable> {
    json.map(|json| FreeFields::new(json).ok_or(Undecodable("free fields are too long"))).transpose()
}
