//! What of a report the device has signed: the handing over of its key to a new one, which it repeats with each request.
//!
//! The client signs nothing else of what it reports, and that only where its settings ask it to change keys, which ours do
//! not. But where a signature is, it has to hold, by the key that the device is named by; what is said under another's
//! key is not that device's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fields::Fields;
use crate::json::{self, Node};
use crate::{Call, DeviceProof, Refusal, RefusalKind};

/// What the part of a request that is signed is called.
const SIGNED: &str = "key_rotation_data";

/// What is signed; None if nothing is.
pub(super) fn proof(call: &Call<'_>) -> Result<Option<DeviceProof>, Refusal> {
    // Most requests have none, and need not be read twice to know it.
    if !call.body.windows(SIGNED.len()).any(|part| part == SIGNED.as_bytes()) {
        return Ok(None);
    }
    let mut body = Fields::new(json::parse_object(call.body)?);
    let Some(Node::List(parts)) = body.take("headers") else { return Ok(None) };
    let mut parts = parts.into_iter().map(|part| super::device::object(Some(part)));
    let is_signed = |part: &mut Fields<'_>| part.take("type").and_then(Node::into_text).as_deref() == Some(SIGNED);
    let Some(mut part) = parts.find_map(|mut part| is_signed(&mut part).then_some(part)) else { return Ok(None) };
    let named = body.take("keyIdentifier").and_then(Node::into_text);
    let message = part.take("data").and_then(Node::into_text).ok_or_else(invalid)?;
    let signature = decoded(part.take("signature"))?;
    let mut told = Fields::new(json::parse_object(message.as_bytes()).map_err(|_| invalid())?);
    let key_name = told.take("keyIdentifier").and_then(Node::into_text).ok_or_else(invalid)?;
    if named.as_ref() != Some(&key_name) {
        return Err(invalid());
    }
    let public_key = decoded(told.take("publicKey"))?;
    let (key_name, message) = (key_name.into_owned(), message.as_bytes().to_vec());
    Ok(Some(DeviceProof { public_key, key_name, message, signature }))
}

fn decoded(node: Option<Node<'_>>) -> Result<Vec<u8>, Refusal> {
    let text = node.and_then(Node::into_text).ok_or_else(invalid)?;
    STANDARD.decode(text.as_bytes()).map_err(|_| invalid())
}

fn invalid() -> Refusal {
    let detail = "the signature of the device is not one by the key that it is named by".to_owned();
    Refusal { kind: RefusalKind::Forbidden, detail, path: None }
}
