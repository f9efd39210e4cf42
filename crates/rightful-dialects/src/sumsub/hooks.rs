//! Whom the application lets know: its webhooks, by the vendor's administration.

use rightful_domain::{CASE_WORD_BYTES_MAX, HOOK_TYPES_MAX, HookDigest, HookStyle, Pii};
use serde_json::{Value, json};

use super::{date, response};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::{flag, text};
use crate::{Call, HookWish, Intake, Refusal, RefusalKind, Response, VendorHook, VendorHooksAsked};

/// The most that are listed, as documented.
const LISTED_MAX: usize = 50;
/// The longest address, in bytes.
const TARGET_BYTES_MAX: usize = 2_048;
/// The longest secret, in bytes.
const SECRET_BYTES_MAX: usize = 512;

const DIGESTS: [(HookDigest, &str); 3] = [
    (HookDigest::Sha1, "HMAC_SHA1_HEX"),
    (HookDigest::Sha256, "HMAC_SHA256_HEX"),
    (HookDigest::Sha512, "HMAC_SHA512_HEX"),
];

/// Reads how a hook is to be: a new one, or one that is there.
pub(super) fn wish(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let id = body.optional("id", |node| short(node, CASE_WORD_BYTES_MAX))?;
    if id.is_none() && call.route.method == crate::Method::Patch {
        return Err(Fault::new("is required").within("id").into());
    }
    let kind = body.optional("targetType", text)?;
    if kind.is_some_and(|kind| kind != "http") {
        return Err(Fault::new("must be http: no other is told here").within("targetType").into());
    }
    let wish = HookWish {
        url: body.optional("target", |node| short(node, TARGET_BYTES_MAX))?,
        style: HookStyle::Sumsub,
        secret: body.optional("secretKey", |node| short(node, SECRET_BYTES_MAX))?.map(Pii::new),
        enabled: body.optional("disabled", flag)?.map(|disabled| !disabled),
        name: body.optional("name", |node| short(node, CASE_WORD_BYTES_MAX))?,
        digest: body.optional("signatureAlgorithm", digest)?,
        types: body.optional("types", types)?,
        tries_once: body.optional("notResendFailedWebhooks", flag)?,
        id,
    };
    if wish.id.is_none() && wish.url.is_none() {
        return Err(Fault::new("is required").within("target").into());
    }
    Ok(Intake::VendorHooks(VendorHooksAsked::Set(Box::new(wish))))
}

fn short(node: Node<'_>, bytes_max: usize) -> Result<Box<str>, Fault> {
    let told = text(node)?;
    let fits = (1..=bytes_max).contains(&told.len()) && !told.chars().any(char::is_control);
    if fits { Ok(told.into()) } else { Err(Fault::new(format!("must be 1 to {bytes_max} bytes"))) }
}

fn digest(node: Node<'_>) -> Result<HookDigest, Fault> {
    let told = text(node)?;
    let known = DIGESTS.into_iter().find(|(_, name)| *name == told).map(|(digest, _)| digest);
    known.ok_or_else(|| Fault::new("must be HMAC_SHA1_HEX, HMAC_SHA256_HEX or HMAC_SHA512_HEX"))
}

/// The types of messages that the vendor documents and that are told here.
const TOLD: [&str; 11] = [
    "applicantKytTxnCreated",
    "applicantKytTxnApproved",
    "applicantKytTxnRejected",
    "applicantKytTxnReviewed",
    "applicantKytOnHold",
    "applicantKytTxnAwaitingUser",
    "applicantKytTxnDataChanged",
    "applicantKytTxnDeleted",
    "kytCaseCreated",
    "kytCaseReviewed",
    "kytCaseStatusChanged",
];
/// Those of applicants and documents (docs.sumsub.com, "User verification webhooks"): taken, and never told.
const NEVER_TOLD: [&str; 19] = [
    "applicantCreated",
    "applicantPending",
    "applicantReviewed",
    "applicantOnHold",
    "applicantActionPending",
    "applicantActionReviewed",
    "applicantActionOnHold",
    "applicantPersonalInfoChanged",
    "applicantPersonalDataDeleted",
    "applicantTagsChanged",
    "applicantActivated",
    "applicantDeactivated",
    "applicantDeleted",
    "applicantReset",
    "applicantPrechecked",
    "applicantLevelChanged",
    "applicantWorkflowCompleted",
    "applicantWorkflowFailed",
    "applicantAwaitingUser",
];
/// What the vendor's names of whole other products begin with.
const NEVER_TOLD_PREFIX: &str = "videoIdent";

/// A type that is spelled as the vendor's documentation has it: a misspelled one would never be told, and nobody would know.
fn message_type(node: Node<'_>) -> Result<Box<str>, Fault> {
    let told = short(node, CASE_WORD_BYTES_MAX)?;
    let is_known = TOLD.contains(&&*told) || NEVER_TOLD.contains(&&*told) || told.starts_with(NEVER_TOLD_PREFIX);
    if is_known { Ok(told) } else { Err(Fault::new(format!("is no type of message: {told}"))) }
}

fn types(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = list_of(node, HOOK_TYPES_MAX)?;
    if items.is_empty() {
        return Err(Fault::new("must have at least one item"));
    }
    let named = |(index, node)| message_type(node).map_err(|fault| fault.within_item(index));
    items.into_iter().enumerate().map(named).collect()
}

/// The hooks, oldest first.
pub(super) fn all(call: &Call<'_>, hooks: &[VendorHook]) -> Response {
    let items: Vec<Value> = ours(hooks).take(LISTED_MAX).map(|hook| shown(call, hook)).collect();
    response::json(200, &json!({ "list": { "items": items } }))
}

/// The hook that was set, or that the path names.
pub(super) fn one(call: &Call<'_>, hooks: &[VendorHook]) -> Response {
    let named = call.parameter("id");
    match ours(hooks).find(|shown| named.is_empty() || *shown.hook.id == *named) {
        Some(hook) => response::json(200, &shown(call, hook)),
        None => {
            let detail = "there is no such webhook".to_owned();
            let refusal = Refusal { kind: RefusalKind::NotFound, detail, path: None };
            response::refused(Some(call.route), &refusal, call.received_at)
        }
    }
}

fn ours(hooks: &[VendorHook]) -> impl Iterator<Item = &VendorHook> {
    hooks.iter().filter(|shown| shown.hook.style == HookStyle::Sumsub)
}

fn shown(call: &Call<'_>, VendorHook { hook, terms, secret }: &VendorHook) -> Value {
    let algorithm = DIGESTS.into_iter().find(|(digest, _)| *digest == terms.digest).map(|(_, name)| name);
    json!({
        "id": hook.id,
        "name": terms.name,
        "target": hook.url,
        "targetType": "http",
        "types": terms.types,
        "signatureAlgorithm": algorithm,
        "secretKey": secret.as_ref().map(|secret| secret.reveal()),
        "notResendFailedWebhooks": terms.tries_once,
        "disabled": !hook.enabled,
        "clientId": call.application.id.as_str(),
        "createdAt": date::seconds(call.application.created_at),
    })
}
