//! Scalars as Ravelin's clients write them, and what they say beside what is read.

use rightful_domain::{AccountId, Outcome};

use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars;

/// An id as a text. Clients in loosely typed languages send the number that it is to them.
pub(super) fn id_text(node: Node<'_>) -> Node<'_> {
    match node.number().filter(|number| number.is_i64() || number.is_u64()) {
        Some(number) => Node::Text(number.to_string().into()),
        None => node,
    }
}

/// A customer's id.
pub(super) fn account(node: Node<'_>) -> Result<AccountId, Fault> {
    scalars::account(id_text(node))
}

/// Fields that are known, but for which an event has no place: kept, and not counted as unknown.
pub(super) fn keep(fields: &mut Fields<'_>, names: &[&str]) {
    for name in names {
        if let Some(node) = fields.take(name) {
            let kept = if let Node::Kept(_) = node { node } else { Node::Kept(Box::new(node)) };
            fields.put(name, kept);
        }
    }
}

/// Fields that are known and not kept: secrets of cards, and long lists that say nothing of who it is.
pub(super) fn leave_out(fields: &mut Fields<'_>, names: &[&str]) {
    for name in names {
        drop(fields.take(name));
    }
}

/// A text that is read and kept as well.
pub(super) fn kept_text(fields: &mut Fields<'_>, name: &str) -> Option<Box<str>> {
    let Some(Node::Text(text)) = fields.take(name) else { return None };
    let told = Box::from(text.as_ref());
    fields.put(name, Node::Kept(Box::new(Node::Text(text))));
    Some(told)
}

/// How it ended, by a `success` that may be missing: what is told of as done is done.
pub(super) fn outcome(success: Option<bool>) -> Outcome {
    if success.unwrap_or(true) { Outcome::Succeeded } else { Outcome::Failed }
}
