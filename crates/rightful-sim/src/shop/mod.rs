//! A shop that is not there: customers with habits, and attacks among them, made anew from a seed.
//!
//! Everything is a function of the seed, so a surprise can be shown again. Nobody in it is real: addresses come from
//! the ranges set aside for documents, private networks and carriers' translators (RFC 5737, 3849, 1918, 6598), names
//! are colors and birds, and mail goes to `example.com`.

mod address;
mod attack;
mod customer;
mod device;
mod event;
mod geography;
mod tally;
mod traffic;

pub use device::{SimulatedDevice, SimulatedModel};
pub use event::{Proof, ProofResult, Purpose, SimulatedEvent};
pub use geography::City;
pub use tally::{Doors, Ink, Tally};
pub use traffic::{OPENING_HOUR, Traffic, traffic};
