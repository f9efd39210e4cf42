//! The `login` object, and the ways of proving oneself in it and in a registration.

use rightful_domain::{AccountId, App, FreeFields, Mechanism, MechanismKind, PasswordHashes, Pii};

use super::reasons;
use super::words::account;
use crate::fields::{Fault, Fields, object_of};
use crate::json::Node;
use crate::scalars::{WORD_BYTES_MAX, app, custom, cut, flag, label, personal, personal_told, sha256, text};

/// The most mechanisms one login may name.
const MECHANISMS_MAX: usize = 32;
/// What a mechanism is called that has an empty name.
const UNNAMED: &str = "unnamed";

/// What a body may say twice, or beside the event.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) hashes: PasswordHashes,
    pub(super) n_invented: u32,
}

/// The `login` object.
pub(super) struct Login {
    pub(super) username: Pii<Box<str>>,
    pub(super) account: Option<AccountId>,
    pub(super) success: bool,
    pub(super) mechanisms: Vec<Mechanism>,
    pub(super) app: Option<App>,
    pub(super) custom: Option<FreeFields>,
}

/// Reads a login. An older client sends its fields without an object around them.
pub(super) fn read_login(login: &mut Fields<'_>, beside: &mut Beside) -> Result<Login, Fault> {
    Ok(Login {
        username: login.required("username", personal_told)?,
        account: login.optional("customerId", account)?,
        success: login.required("success", flag)?,
        mechanisms: login.required_object("authenticationMechanism", |all| read_mechanisms(all, beside))?,
        app: login.object("app", app)?,
        custom: login.optional("custom", custom)?.flatten(),
    })
}

/// Reads the ways in which somebody tried to prove themselves.
pub(super) fn read_mechanisms(all: &mut Fields<'_>, beside: &mut Beside) -> Result<Vec<Mechanism>, Fault> {
    if all.len() > MECHANISMS_MAX {
        return Err(Fault::new(format!("must have at most {MECHANISMS_MAX} mechanisms")));
    }
    let mut mechanisms = Vec::with_capacity(all.len());
    all.each(|name, node| {
        if node == Node::Null {
            return Ok(Node::Taken);
        }
        let (mechanism, rest) = match reasons::mechanism(name) {
            Some(kind) => object_of(node, |fields| read_mechanism(fields, kind, beside))?,
            None => invented_mechanism(name, node, beside),
        };
        mechanisms.push(mechanism);
        Ok(rest)
    })?;
    if mechanisms.is_empty() { Err(Fault::new("must name at least one mechanism")) } else { Ok(mechanisms) }
}

fn read_mechanism(fields: &mut Fields<'_>, kind: MechanismKind, beside: &mut Beside) -> Result<Mechanism, Fault> {
    let hashes = &mut beside.hashes;
    if kind == MechanismKind::Password {
        hashes.sha256 = fields.optional("passwordHashed", sha256)?;
        hashes.sha1_sha256 = fields.optional("passwordSHA1SHA256", sha256)?;
        hashes.email_password_sha256 = fields.optional("emailPasswordSHA256", sha256)?;
    }
    let failure = fields.optional("failureReason", text)?.filter(|reason| !reason.is_empty());
    let failure = failure.map(|reason| reasons::failure(&reason));
    if matches!(failure, Some(rightful_domain::FailureReason::Other(_))) {
        beside.n_invented += 1;
    }
    let transport = fields.optional("transport", label)?.flatten();
    let by_email = transport.as_deref() == Some("email");
    // A link goes to one of them, as the transport says; the vendor's own sample gives only the other.
    let contacts = if by_email { ["email", "phoneNumber"] } else { ["phoneNumber", "email"] };
    let mut sent_to = None;
    for contact in contacts {
        if sent_to.is_none() {
            sent_to = fields.optional(contact, personal)?.flatten();
        }
    }
    Ok(Mechanism {
        kind,
        succeeded: fields.optional("success", flag)?,
        failure,
        provider: fields.optional("socialProvider", label)?.flatten().or(transport),
        sent_to,
    })
}

/// A mechanism that Ravelin does not name: what can be read of it is, and nothing about it is refused.
fn invented_mechanism<'a>(name: &str, node: Node<'a>, beside: &mut Beside) -> (Mechanism, Node<'a>) {
    beside.n_invented += 1;
    let name = if name.is_empty() { UNNAMED } else { cut(name, WORD_BYTES_MAX) };
    let kind = MechanismKind::Other(name.into());
    let mut mechanism = Mechanism { kind, succeeded: None, failure: None, provider: None, sent_to: None };
    let Node::Object(members) = node else { return (mechanism, Node::Kept(Box::new(node))) };
    let mut fields = Fields::new(members);
    match fields.take("success") {
        Some(Node::Flag(success)) => mechanism.succeeded = Some(success),
        Some(other) => fields.put("success", other),
        None => {}
    }
    match fields.take("failureReason") {
        Some(Node::Text(reason)) if !reason.is_empty() => mechanism.failure = Some(reasons::failure(&reason)),
        Some(other) => fields.put("failureReason", other),
        None => {}
    }
    (mechanism, fields.rest())
}
