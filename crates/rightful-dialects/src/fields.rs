//! Walking a JSON object: known fields are taken out one by one, what is left is kept, and a fault knows its path.
//!
//! The path is put together only when something is wrong, from the inside out, so that reading a good body costs nothing
//! for it. A fault never carries a value of the caller's.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::json::{Member, Node};
use crate::nearest::meant;
use crate::path::{Step, path_text};
use crate::{Refusal, RefusalKind};

/// What is wrong with a body, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    detail: Cow<'static, str>,
    /// Innermost first.
    steps: Vec<Step>,
}

impl Fault {
    /// Something wrong right here; the detail follows the path in a sentence: `must be a text`.
    pub(crate) fn new(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), steps: Vec::new() }
    }

    /// The same, seen from the object around it.
    pub(crate) fn within(mut self, name: &str) -> Self {
        self.steps.push(Step::Name(name.to_owned()));
        self
    }

    /// The same, seen from the list around it.
    pub(crate) fn within_item(mut self, index: usize) -> Self {
        self.steps.push(Step::Index(index));
        self
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let path = path_text(fault.steps.into_iter().rev());
        Self {
            kind: RefusalKind::Malformed,
            detail: fault.detail.into_owned(),
            path: (!path.is_empty()).then_some(path),
        }
    }
}

/// The fields of an object, of which the known ones are taken.
pub(crate) struct Fields<'a>(Vec<Member<'a>>);

impl<'a> Fields<'a> {
    pub(crate) const fn new(members: Vec<Member<'a>>) -> Self {
        Self(members)
    }

    /// Refuses a field that is none of these: one that is misspelled must not go by unseen.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
            Some((name, _)) => Err(Fault::new(format!("is not known here{}", meant(name, known))).within(name)),
            None => Ok(()),
        }
    }

    /// Takes a field; None if it is absent, null, or taken before.
    pub(crate) fn take(&mut self, name: &str) -> Option<Node<'a>> {
        let (_, node) = self.0.iter_mut().find(|(known, _)| known == name)?;
        let told = std::mem::replace(node, Node::Taken);
        (!matches!(told, Node::Null | Node::Taken)).then_some(told)
    }

    /// A field, left where it is; None if it is absent, null, or taken before.
    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        let (_, node) = self.0.iter().find(|(known, _)| known == name)?;
        (!matches!(node, Node::Null | Node::Taken)).then_some(node)
    }

    /// Whether a field is there, and neither null nor taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Puts back what is left of a field.
    pub(crate) fn put(&mut self, name: &str, rest: Node<'a>) {
        if let Some((_, node)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *node = rest;
        }
    }

    /// Reads a field that may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Node<'a>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.take(name).map(read).transpose().map_err(|fault| fault.within(name))
    }

    /// Reads a field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Node<'a>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match self.take(name) {
            Some(node) => read(node).map_err(|fault| fault.within(name)),
            None => Err(Fault::new("is required").within(name)),
        }
    }

    /// Reads an object that may be absent; what `read` leaves of it stays here.
    pub(crate) fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(node) = self.take(name) else { return Ok(None) };
        self.object_taken(name, node, read).map(Some)
    }

    /// Reads an object that must be there; what `read` leaves of it stays here.
    pub(crate) fn required_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.object(name, read)?.ok_or_else(|| Fault::new("is required").within(name))
    }

    /// Reads an object that was taken before under that name; what `read` leaves of it is put back.
    pub(crate) fn object_taken<T>(
        &mut self,
        name: &str,
        node: Node<'a>,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let (told, rest) = object_of(node, read).map_err(|fault| fault.within(name))?;
        self.put(name, rest);
        Ok(told)
    }

    /// Reads a list of objects that may be absent, of at most `n_max`; what `read` leaves of them stays here.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        n_max: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let Some(node) = self.take(name) else { return Ok(Vec::new()) };
        let items = list_of(node, n_max).map_err(|fault| fault.within(name))?;
        let mut told = Vec::with_capacity(items.len());
        let mut left = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let (item, rest) = object_of(item, &mut read).map_err(|fault| fault.within_item(index).within(name))?;
            told.push(item);
            left.push(rest);
        }
        self.put(name, Node::ListRest(left));
        Ok(told)
    }

    /// Reads every field, in the caller's order, with one function that says what is left of each.
    pub(crate) fn each(
        &mut self,
        mut read: impl FnMut(&str, Node<'a>) -> Result<Node<'a>, Fault>,
    ) -> Result<(), Fault> {
        for (name, node) in &mut self.0 {
            let told = std::mem::replace(node, Node::Taken);
            *node = read(name, told).map_err(|fault| fault.within(name))?;
        }
        Ok(())
    }

    /// Lets what an object holds count as fields of this one, unless one of them is there already.
    pub(crate) fn unfold(&mut self, name: &str) {
        let inner = match self.take(name) {
            Some(Node::Object(inner)) => inner,
            Some(other) => return self.put(name, other),
            None => return,
        };
        let left = self.0.iter().filter(|(_, node)| !node.is_spent());
        // A set, since a body may hold very many fields on both sides.
        let told: BTreeSet<&str> = left.map(|(told, _)| told.as_ref()).collect();
        if inner.iter().any(|(inner, _)| told.contains(inner.as_ref())) {
            self.put(name, Node::Object(inner));
        } else {
            self.0.extend(inner);
        }
    }

    /// The names of the fields, taken or not.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// How many fields there are, taken or not.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// What nobody has taken.
    pub(crate) fn rest(self) -> Node<'a> {
        Node::ObjectRest(self.0)
    }
}

/// Reads an object, and says what is left of it.
pub(crate) fn object_of<'a, T>(
    node: Node<'a>,
    read: impl FnOnce(&mut Fields<'a>) -> Result<T, Fault>,
) -> Result<(T, Node<'a>), Fault> {
    let Node::Object(members) = node else { return Err(Fault::new("must be an object")) };
    let mut fields = Fields(members);
    let told = read(&mut fields)?;
    Ok((told, fields.rest()))
}

/// The items of a list of at most `n_max`.
pub(crate) fn list_of(node: Node<'_>, n_max: usize) -> Result<Vec<Node<'_>>, Fault> {
    let Node::List(items) = node else { return Err(Fault::new("must be a list")) };
    if items.len() <= n_max { Ok(items) } else { Err(Fault::new(format!("must have at most {n_max} items"))) }
}
