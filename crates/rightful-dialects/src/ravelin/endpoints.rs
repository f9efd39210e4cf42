//! Ravelin's paths, and what each of them takes.

use rightful_domain::CredentialKind;

use crate::{Access, Method, Route};

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Something that happened.
    Event(EventKind, Times),
    /// Are these credentials known to be breached?
    Credentials,
    /// Owners have their accounts again.
    Reclaim,
    /// A reviewer's word: told, or the last one asked for.
    Label,
    /// All that reviewers said.
    Labels,
    /// A reviewer's word, in the newer form.
    Review,
    /// Tags: put on, taken off, asked for.
    Tags,
    /// The page behind a `verificationURL`.
    Verify,
    /// What a page reports.
    Page,
    /// What went wrong in a page.
    PageError,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    /// Somebody signed in, or tried to.
    Login,
    /// Somebody opened an account.
    Registration,
    /// An account's details are these.
    Customer,
    /// A supplier's account's details are these.
    Supplier,
    /// Somebody ordered something.
    Order,
    /// Somebody paid for an order.
    Checkout,
    /// Somebody registered a way to pay.
    PaymentMethod,
    /// Somebody used a voucher.
    Redemption,
    /// Somebody is about to pay.
    PreTransaction,
    /// Somebody paid.
    Transaction,
    /// A voucher was made.
    Voucher,
    /// A payment was disputed.
    Chargeback,
}

/// Of which times an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// It happens now.
    Now,
    /// It is history.
    Past,
}

impl EventKind {
    /// The event of that path's last part; None if Ravelin has none of that name.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "login" => Self::Login,
            "registration" => Self::Registration,
            "customer" => Self::Customer,
            "supplier" => Self::Supplier,
            "order" => Self::Order,
            "checkout" => Self::Checkout,
            "paymentmethod" => Self::PaymentMethod,
            "paymentmethod/voucher" | "voucher_redemption" => Self::Redemption,
            "pretransaction" => Self::PreTransaction,
            "transaction" => Self::Transaction,
            "voucher" => Self::Voucher,
            "chargeback" => Self::Chargeback,
            _ => return None,
        })
    }

    /// The checkpoints at which it may be scored, beside the older `score=true`.
    pub(super) const fn checkpoints(self) -> &'static [&'static str] {
        match self {
            Self::Login => &["login"],
            Self::Registration | Self::Customer | Self::Supplier => &["accountRegistration"],
            Self::PaymentMethod => &["paymentMethodRegistration"],
            Self::Order | Self::Checkout | Self::PreTransaction => &["checkoutPreAuth", "checkoutPostAuth"],
            Self::Transaction => &["checkoutPreAuth", "checkoutPostAuth", "refundRequest"],
            Self::Redemption | Self::Voucher | Self::Chargeback => &[],
        }
    }
}

impl Endpoint {
    /// What a path of [`ROUTES`] is for.
    pub(super) fn of(path: &str) -> Option<Self> {
        let known = match path {
            "/v2/lookup/credentials/check" => Self::Credentials,
            "/v2/reclaim" | "/v3/reclaim" => Self::Reclaim,
            "/v2/customer/{id}/labels" => Self::Review,
            VERIFY_PATH => Self::Verify,
            "/z" => Self::Page,
            "/z/err" => Self::PageError,
            _ => return Self::of_version(path.strip_prefix("/v2/").or_else(|| path.strip_prefix("/v3/"))?),
        };
        Some(known)
    }

    fn of_version(rest: &str) -> Option<Self> {
        let (name, times) = match rest.strip_prefix("backfill/") {
            Some(name) => (name, Times::Past),
            None => (rest, Times::Now),
        };
        match name {
            "label/customer" | "label/customer/{id}" => Some(Self::Label),
            "labels/customer/{id}" => Some(Self::Labels),
            "tag/customer" | "tag/customer/{id}" => Some(Self::Tags),
            event => EventKind::of(event).map(|kind| Self::Event(kind, times)),
        }
    }
}

/// Where `verificationURL` leads.
pub(super) const VERIFY_PATH: &str = "/v2/change/verify";

const fn keyed(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Key(CredentialKind::RavelinSecretKey) }
}

const fn page(path: &'static str) -> Route {
    Route { method: Method::Post, path, access: Access::Page(CredentialKind::RavelinPublishableKey) }
}

const fn link(method: Method) -> Route {
    Route { method, path: VERIFY_PATH, access: Access::Link }
}

// A macro, because each event has four paths, and only `concat!` makes one text of two before the program runs.
macro_rules! routes {
    ($($event:literal)* ; $($other:expr),* $(,)?) => {
        &[
            $(
                keyed(Method::Post, concat!("/v2/", $event)),
                keyed(Method::Post, concat!("/v3/", $event)),
                keyed(Method::Post, concat!("/v2/backfill/", $event)),
                keyed(Method::Post, concat!("/v3/backfill/", $event)),
            )*
            $($other),*
        ]
    };
}

/// All paths. A client can be set to either version and then uses it for everything.
pub(super) const ROUTES: &[Route] = routes! {
    "login" "registration" "customer" "supplier" "order" "checkout" "paymentmethod" "paymentmethod/voucher"
    "voucher_redemption" "pretransaction" "transaction" "voucher" "chargeback" "label/customer";
    keyed(Method::Post, "/v2/lookup/credentials/check"),
    keyed(Method::Post, "/v2/reclaim"),
    keyed(Method::Post, "/v3/reclaim"),
    keyed(Method::Get, "/v2/label/customer/{id}"),
    keyed(Method::Get, "/v3/label/customer/{id}"),
    keyed(Method::Get, "/v2/labels/customer/{id}"),
    keyed(Method::Get, "/v3/labels/customer/{id}"),
    keyed(Method::Post, "/v2/customer/{id}/labels"),
    keyed(Method::Post, "/v2/tag/customer"),
    keyed(Method::Get, "/v2/tag/customer"),
    keyed(Method::Delete, "/v2/tag/customer"),
    keyed(Method::Get, "/v2/tag/customer/{id}"),
    keyed(Method::Post, "/v3/tag/customer"),
    keyed(Method::Get, "/v3/tag/customer"),
    keyed(Method::Delete, "/v3/tag/customer"),
    keyed(Method::Get, "/v3/tag/customer/{id}"),
    link(Method::Get),
    link(Method::Post),
    page("/z"),
    page("/z/err"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_for_something() {
        for route in ROUTES {
            assert!(Endpoint::of(route.path).is_some(), "{}", route.path);
        }
        assert_eq!(Endpoint::of("/v2/backfill/order"), Some(Endpoint::Event(EventKind::Order, Times::Past)));
        assert_eq!(Endpoint::of("/v3/order"), Some(Endpoint::Event(EventKind::Order, Times::Now)));
        assert_eq!(Endpoint::of("/v1/order"), None);
    }
}
