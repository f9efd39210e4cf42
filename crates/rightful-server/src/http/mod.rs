//! HTTP: the only place that knows sockets, headers and statuses.

pub(crate) mod address;
pub(crate) mod body;
mod caller;
pub(crate) mod dispatch;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod listener;
pub(crate) mod origin;
pub(crate) mod page_rate;
pub(crate) mod problem;
pub(crate) mod router;
mod stream;
pub(crate) mod tls;
mod unfolding;
mod vendor_rules;
mod watched;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_in_transmit;
#[cfg(test)]
mod transmit_clock;
