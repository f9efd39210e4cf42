//! All dialects. The server mounts their routes and knows no vendor's name.

use rightful_domain::HookStyle;

use crate::{Dialect, native, ravelin, rupt, transmit};

/// Every dialect this build speaks.
pub const ALL: &[&dyn Dialect] = &[native::DIALECT, ravelin::DIALECT, rupt::DIALECT, transmit::DIALECT];

/// The dialect in which a caller is answered who speaks none.
pub const OURS: &dyn Dialect = native::DIALECT;

/// The dialect in whose words hooks of a style are told; None if this build does not speak it.
#[must_use]
pub fn of_hook(style: HookStyle) -> Option<&'static dyn Dialect> {
    let name = match style {
        HookStyle::Standard => OURS.name(),
        HookStyle::Ravelin => "ravelin",
        HookStyle::Rupt => "rupt",
    };
    ALL.iter().copied().find(|dialect| dialect.name() == name)
}
