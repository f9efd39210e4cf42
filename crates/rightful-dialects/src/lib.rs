//! Dialects: the same meaning in each vendor's words. Bytes in, bytes out; pure.
//!
//! A dialect decodes a request into an [`Intake`], one of a few verbs that every vendor's API reduces to, and encodes the
//! [`Reply`] or [`Refusal`] in its vendor's shape. It cannot see detectors, so a vendor's quirks cannot leak into
//! judgement.

mod attempts;
mod bearer;
mod dialect;
mod digest;
mod fields;
mod json;
mod link;
mod native;
mod page;
mod path;
mod query;
mod ravelin;
mod registry;
mod rupt;
mod scalars;
mod time;
mod transmit;

pub use attempts::{Ask, DeviceProof, Finish, Packing, PresentedInBody, Sealed, Wants};
pub use dialect::{
    Access, Call, Dialect, FirstEvent, Following, Glossary, HookMessage, Intake, Method, Notice, Presented, Query,
    Reclaim, Refusal, RefusalKind, Reply, Response, Route, StreamMessage, Told, ToldOf, Tolerance,
};
pub use native::openapi;
pub use registry::{ALL, OURS, of_hook};
pub use time::{moment_of, rfc3339};
