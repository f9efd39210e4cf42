//! People, in Ravelin's words: customers and suppliers, with what their accounts hold.

use rightful_domain::{AccountId, DETAILS_PER_KIND_MAX, Location, Person, Pii};

use super::origin::read_location;
use super::payment::{Method, read_method};
use super::words::{account, id_text, keep};
use crate::fields::{Fault, Fields, object_of};
use crate::json::Node;
use crate::scalars::{country, personal, text};

/// A customer, or a supplier.
#[derive(Default)]
pub(super) struct Customer {
    pub(super) account: Option<AccountId>,
    pub(super) username: Option<Pii<Box<str>>>,
    pub(super) person: Person,
}

/// Before a supplier's id: suppliers and customers are counted apart, and may share a number.
const SUPPLIER: &str = "supplier:";

/// Reads a customer.
pub(super) fn read_customer(fields: &mut Fields<'_>) -> Result<Customer, Fault> {
    let account = fields.optional("customerId", account)?;
    let place = fields.object("location", read_location)?.or(fields.object("address", read_location)?);
    read_person(fields, account, place, "country")
}

/// Reads a supplier: whoever delivers, drives or sells has an account that can be taken over as well.
pub(super) fn read_supplier(fields: &mut Fields<'_>) -> Result<Customer, Fault> {
    let supplier = |node| {
        let id = text(id_text(node))?;
        if id.is_empty() {
            Err(Fault::new("must not be empty"))
        } else {
            account(Node::Text(format!("{SUPPLIER}{id}").into()))
        }
    };
    let account = fields.optional("supplierId", supplier)?;
    let place = fields.object("homeLocation", read_location)?;
    read_person(fields, account, place, "marketCountry")
}

fn read_person(
    fields: &mut Fields<'_>,
    account: Option<AccountId>,
    place: Option<Location>,
    country_field: &str,
) -> Result<Customer, Fault> {
    let mut person = Person {
        email: fields.optional("email", personal)?.flatten(),
        phone: fields.optional("telephone", |node| personal(id_text(node)))?.flatten(),
        name: read_name(fields)?,
        delivery_address: fields.object("deliveryAddress", read_location)?.map(Box::new),
        billing_address: fields.object("billingAddress", read_location)?.map(Box::new),
        social_accounts: read_social(fields)?,
        ..Person::default()
    };
    person.country = read_country(fields, country_field).or_else(|| place.as_ref()?.country);
    // A customer's own address is where bills go, unless another is told.
    person.billing_address = person.billing_address.or_else(|| place.map(Box::new));
    for method in read_methods(fields)? {
        add_method(&mut person, &method);
    }
    let username = fields.optional("username", personal)?.flatten();
    keep(fields, &CUSTOMER_FIELDS);
    Ok(Customer { account, username, person })
}

/// What else the clients tell of a customer or a supplier.
const CUSTOMER_FIELDS: [&str; 16] = [
    "registrationTime",
    "dateOfBirth",
    "gender",
    "emailVerifiedTime",
    "telephoneVerifiedTime",
    "telephoneCountry",
    "market",
    "marketCity",
    "custom",
    "groupId",
    "groupName",
    "level",
    "employmentType",
    "transportType",
    "category",
    "tags",
];

/// The full name, or what it is made of.
fn read_name(fields: &mut Fields<'_>) -> Result<Option<Pii<Box<str>>>, Fault> {
    let whole = fields.optional("name", personal)?.flatten();
    let given = fields.optional("givenName", personal)?.flatten();
    let family = fields.optional("familyName", personal)?.flatten();
    let parts: Vec<&str> = [&given, &family].into_iter().flatten().map(|part| part.reveal().as_ref()).collect();
    Ok(whole.or_else(|| (!parts.is_empty()).then(|| Pii::new(parts.join(" ").into()))))
}

/// A country by its code; another is kept in words.
fn read_country(fields: &mut Fields<'_>, name: &str) -> Option<rightful_domain::CountryCode> {
    let told = fields.take(name)?;
    let code = if let Node::Text(text) = &told { country(text) } else { None };
    if code.is_none() {
        fields.put(name, Node::Kept(Box::new(told)));
    }
    code
}

/// The ways to pay that stand in a list, in whichever of the two objects.
pub(super) fn read_methods(fields: &mut Fields<'_>) -> Result<Vec<Method>, Fault> {
    fields.objects("paymentMethods", DETAILS_PER_KIND_MAX, read_method)
}

/// Adds a way to pay that the account holds.
pub(super) fn add_method(person: &mut Person, method: &Method) {
    let held = method.is_usable && method.is_registered != Some(false);
    if let Some(id) = method.id.as_ref().filter(|_| held && person.payment_methods.len() < DETAILS_PER_KIND_MAX) {
        person.payment_methods.push(id.clone());
    }
}

/// Accounts elsewhere that open this one: undocumented, so whatever tells a provider and a name there is taken.
fn read_social(fields: &mut Fields<'_>) -> Result<Vec<Pii<Box<str>>>, Fault> {
    let mut accounts = Vec::new();
    for name in ["social", "socialAccounts"] {
        let items = match fields.take(name) {
            Some(Node::List(items)) => items,
            Some(one) => vec![one],
            None => continue,
        };
        for item in items.into_iter().take(DETAILS_PER_KIND_MAX - accounts.len()) {
            accounts.extend(social_account(item).map_err(|fault| fault.within(name))?);
        }
    }
    Ok(accounts)
}

fn social_account(node: Node<'_>) -> Result<Option<Pii<Box<str>>>, Fault> {
    if let Node::Text(_) = node {
        return personal(node);
    }
    let parts = |fields: &mut Fields<'_>| {
        let mut parts = Vec::new();
        for name in ["socialProvider", "provider", "id", "socialId", "accountId", "username", "email"] {
            parts.extend(fields.optional(name, |node| personal(id_text(node)))?.flatten());
        }
        Ok(parts)
    };
    let (parts, _) = object_of(node, parts)?;
    let text: Vec<&str> = parts.iter().map(|part| part.reveal().as_ref()).collect();
    Ok((!text.is_empty()).then(|| Pii::new(text.join(":").into())))
}
