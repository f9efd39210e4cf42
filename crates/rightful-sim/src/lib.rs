//! Stories, populations, campaigns and faults: for tests and the demo, never on the road of a real login.

pub mod campaign;
pub mod http;
pub mod library;
pub mod load;
pub mod shop;
pub mod story;
