//! All dialects. The server mounts their routes and knows no vendor's name.

use crate::{Dialect, native, ravelin, rupt};

/// Every dialect this build speaks.
pub const ALL: &[&dyn Dialect] = &[native::DIALECT, ravelin::DIALECT, rupt::DIALECT];

/// The dialect in which a caller is answered who speaks none.
pub const OURS: &dyn Dialect = native::DIALECT;
