//! Chores of the repository as a library, so that tests can hold them to their word. Nothing here ships.

pub mod soak;
pub mod tidy;
