//! Ravelin's account takeover API, as its documentation and its clients speak it.
//!
//! # Supported
//! Each event is taken under `/v2/` and `/v3/`, since a client is set to one of them and uses it for everything, and as
//! history under `/v2/backfill/` and `/v3/backfill/`.
//! - `login`: the newer form with a `login` object, the deprecated one without (a success unless `success` says no), and
//!   the fields of a login without the object, as an older client sends them; each on either path.
//! - `registration`, `customer`, `supplier`, `order`, `checkout`, `paymentmethod`, `paymentmethod/voucher`,
//!   `voucher_redemption`, `pretransaction`, `transaction`, `voucher`, `chargeback`.
//! - `?score=true` on every event, and the newer checkpoints where they belong: judged and answered. Without `score`, an
//!   event is remembered and answered with an empty 200. Another checkpoint is refused, lest a caller believe to be
//!   protected.
//! - History is never scored. Its answer is `{"status":200,"success":"true",…}`, which a public client reads.
//! - `POST /v2/lookup/credentials/check`, `POST /v2/reclaim`: with their own shapes of errors.
//! - `POST /v2/label/customer`, `GET /v2/label/customer/{id}`, `GET /v2/labels/customer/{id}`,
//!   `POST /v2/customer/{id}/labels`; `POST|GET|DELETE /v2/tag/customer` and `GET /v2/tag/customer/{id}`. All but the
//!   newer label's under `/v3/` too.
//! - `POST /z`, `POST /z/err`: what ravelinjs reports, with the publishable key in the query.
//! - `GET|POST /v2/change/verify?id=`: where `verificationURL` leads. Its pages are undocumented, so they are ours: a
//!   question for the owner, and thanks for the answer. Nothing changes on GET, since mail scanners follow links; the
//!   first answer counts, and later ones of the event's links are thanked for and change nothing.
//! - Callbacks: `{customerId, action, score, source, scoreId, comment}` of each event that was judged.
//! - `Authorization: token <secret key>`, the scheme in any case. `Accept` is not looked at.
//!
//! # Not supported
//! - The listing of all labels (`GET /v2/label/customer?…scroll_id`): the shape of its answer is nowhere documented.
//! - `rules` in answers (`Accept: application/vnd.ravelin.score.v2+json`): their shape is not documented; the usual answer
//!   is sent. Nor are `warnings`.
//! - `/v2/backfill/reclaim`: a reclaim acts on the present.
//! - `/v2/click` and fingerprints of ravelinjs before 1.0: their host is written into them.
//! - `category` of a label: there is one label of an account, whatever it was reviewed for.
//! - Other events (refunds, disputes, payouts, 3-D Secure): they say nothing of who is signed in.
//!
//! # What becomes of an event
//! | Ravelin | Here |
//! |---|---|
//! | `login` | login |
//! | `registration` | register; its password is looked up |
//! | `customer`, `supplier` | account details change; account auth change where `eventType` speaks of a password or a factor |
//! | `order`, `checkout` | checkout; failed where `status.stage` or `transaction.success` says so |
//! | `paymentmethod` | account details change |
//! | `paymentmethod/voucher`, `voucher_redemption`, `voucher` | credits change |
//! | `pretransaction` | transaction whose outcome is pending |
//! | `transaction` | transaction |
//! | `chargeback` | an action of its own, of no account: it is remembered, and nothing is learned of it |
//! | `customerId`, `customer.customerId` | `account`; a number is read as its digits |
//! | `supplier.supplierId` | `account`, behind `supplier:` |
//! | `tempCustomerId` | `session` |
//! | `customer.{email,telephone,name,givenName,familyName,country}` | `person` |
//! | `customer.billingAddress`, `paymentMethod.billingAddress` of a registered method, else `customer.location` | `person.billing_address` |
//! | `customer.deliveryAddress`, `order.to` | `person.delivery_address` |
//! | `paymentMethod`, `paymentMethods`: `instrumentId`, else `paymentMethodId` | `person.payment_methods`, where it can be used; `payment.method_id` |
//! | `customer.{social,socialAccounts}` | `person.social_accounts`, whatever is inside: undocumented |
//! | `order.{price,currency,sellerId}`, `transaction.{debit,credit,currency}` | `payment`, in the currency's smallest unit |
//! | `order.items`, a card's number or ciphertext | not kept |
//! | what is left of an event that is no login, beyond the limit of free fields | left out, not refused |
//!
//! # What becomes of a report of ravelinjs
//! | ravelinjs | Here |
//! |---|---|
//! | `eventMeta.ravelinDeviceId` | a device alias of the vendor's strength |
//! | `eventMeta.timezoneOffset` | `device.components`, and in whole hours `device.time_zone` |
//! | `eventMeta.url` | `network.origin`; the rest of it is not kept |
//! | `resize` | `device.screen` |
//! | `paste` | one of `behavior.pastes`; what and where is not kept |
//! | `PAGE_LOADED` | `opened_at` |
//! | the site's own events | that there was one |
//! | several events of one body | one report, with an id that the same body makes again |
//!
//! # What becomes of a login
//! | Ravelin | Here |
//! |---|---|
//! | `timestamp` | `at`: s, ms, µs or ns by magnitude, a fraction, a numeric text, or RFC 3339 |
//! | `login.username` | `username` |
//! | `login.customerId` | `account` |
//! | `login.success` | `outcome`: succeeded or failed |
//! | `login.authenticationMechanism.*` | `mechanisms`, in the caller's order; `magicLink` is `magiclink` |
//! | `….success`, `….failureReason` | `succeeded`, `failure`; a reason that is not documented is kept as spelled |
//! | `….socialProvider`, `….transport` | `provider` |
//! | `….phoneNumber`, `….email` | `sent_to`: the one that `transport` means, else the one that is there; a second one is unknown |
//! | `….passwordHashed`, `….passwordSHA1SHA256`, `….emailPasswordSHA256` | beside the event, to be looked up and wiped |
//! | `login.app.*` | `app` |
//! | `login.custom` | `custom` |
//! | `device.deviceId`, or `deviceId` beside it | a device alias of the vendor's strength |
//! | `device.ipAddress`, `device.userAgent` | `network` |
//! | `device.{type,manufacturer,model,os,browser,language,screenResolution}` | `device` |
//! | `device.{javascriptEnabled,cookiesEnabled}` | `device.components` |
//! | `location` | `location`: country, coordinates, city and region by name, the rest as `address` |
//! | `device.location` | `location` where the login has none of its own; the same again is kept once; another is kept with the unknown fields |
//! | anything else | `unknown`, at the place where it was sent, and counted |
//!
//! A password, or a hash of one, that is sent where none is expected is kept as `‹withheld›`.
//!
//! # What the documentation leaves open
//! - `success` and `failureReason` of a mechanism may be missing; an empty text is none.
//! - A mechanism that is not documented is kept under its name, whatever is inside.
//! - A country that is no code of two or three letters is kept in words with the address.
//! - `credentialStatus` is sent with logins and registrations, as in the sample: false where nothing could be looked up.
//! - `customerId` is left out where the account is not known.
//!
//! # What the answers say beyond the documentation
//! - `data.source` is `RAVELIN`, `RATE_LIMIT` or `MANUAL_REVIEW`. `data.ato.action` is in the words that the application
//!   is set to: `PERMIT`, `WARN`, `BLOCK` by default, or the newer `ALLOW`, `REVIEW`, `PREVENT`.
//! - `data.ato.revokeSession` is true, and else left out, where `BLOCK` meets somebody who is signed in.
//! - `customerChanges[].changeType`: only `DEVICE` is documented. Ours are `EMAIL`, `PHONE`, `PASSWORD`, `COUNTRY`,
//!   `DELIVERY_ADDRESS`, `BILLING_ADDRESS`, `PAYMENT_METHOD`, `SOCIAL_ACCOUNT`, with values in the shape of the
//!   documented one; of a way to pay the last four characters, of a password nothing.
//! - `customerChanges[].notify` of a changed contact is the one before: whom to tell.
//! - All changes of an event share a `changeSetId`; each has a link of its own.
//! - Labels: `{customerId, label, comment?, reviewer?, eventTime?}`, a list of them as `{customerId, labels: […]}`; tags:
//!   `{customerId, tagNames, label}`. Whoever is not known is `UNREVIEWED` and has none: nothing tells who is known.
//! - `traceId` of an error follows from its moment.
//! - No customers to reclaim is a server error (500), as documented; more than 1000 is the caller's.
//! - `atoEvents[].orderId` is taken and not used, and a `loginId` that is none of ours is passed over.

mod browser;
mod changes;
mod customer;
mod decode;
mod encode;
mod endpoints;
mod login;
mod notes;
mod origin;
mod payment;
mod reasons;
mod reclaim;
mod verify;
mod wire;
mod words;

use rightful_domain::{ApplicationId, CredentialKind, Telling, Timestamp};

use self::endpoints::{Endpoint, ROUTES};
use crate::{
    Call, Dialect, HookMessage, Intake, Method, Presented, Query, Refusal, RefusalKind, Reply, Response, Route, ToldOf,
    link, page,
};

/// What is read of a query.
const PARAMETERS: &[&str] = &["score", "key", "id", "customerId", "tagName", "tagNames"];

/// Ravelin's words.
pub(crate) const DIALECT: &dyn Dialect = &Ravelin;

struct Ravelin;

impl Dialect for Ravelin {
    fn name(&self) -> &'static str {
        "ravelin"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, query: Query<'a>) -> Option<Presented<'a>> {
        if let Some(header) = call_header("authorization") {
            let secret = crate::bearer::secret_of(header, "token")?;
            return Some(Presented { kind: CredentialKind::RavelinSecretKey, public_id: "", secret });
        }
        // Keys have no character that a query would have to write otherwise.
        let public_id = query.plain("key").filter(|key| !key.is_empty())?;
        Some(Presented { kind: CredentialKind::RavelinPublishableKey, public_id, secret: "" })
    }

    fn linked_application(&self, query: Query<'_>) -> Option<ApplicationId> {
        link::claimed_application(&query.value("id")?)
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        call.query.check_once(PARAMETERS)?;
        match Endpoint::of(call.route.path) {
            Some(Endpoint::Event(kind, times)) => decode::event(call, kind, times),
            Some(Endpoint::Credentials) => reclaim::credentials(call),
            Some(Endpoint::Reclaim) => reclaim::accounts(call),
            Some(Endpoint::Label) => notes::label(call),
            Some(Endpoint::Labels) => notes::labels(call),
            Some(Endpoint::Review) => notes::review(call),
            Some(Endpoint::Tags) => notes::tags(call),
            Some(Endpoint::Verify) if call.route.method == Method::Get => verify::question(call),
            Some(Endpoint::Verify) => verify::answer(call),
            Some(Endpoint::Page) => browser::report(call),
            Some(Endpoint::PageError) => browser::page_error(call),
            None => {
                Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None })
            }
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response> {
        let endpoint = Endpoint::of(call.route.path);
        Some(match reply {
            Reply::Assessed(record) => encode::scored(call, record),
            Reply::Recalled(record) => verify::question_page(call, record),
            Reply::FeedbackTaken { .. } => page::thanks(call),
            Reply::LookedUp(_) if endpoint == Some(Endpoint::PageError) => encode::reported(),
            Reply::LookedUp(status) => encode::credentials(*status),
            Reply::Reclaimed { n_accounts } => encode::reclaimed(*n_accounts),
            Reply::Dossier(dossier) => encode::noted(endpoint, dossier),
            Reply::Reported(_) => encode::reported(),
            Reply::Observed(_)
            | Reply::Concluded(_)
            | Reply::Found(_)
            | Reply::Nothing
            | Reply::Standing { .. }
            | Reply::Ours(_)
            | Reply::Vendors(_) => return None,
        })
    }

    fn done(&self, call: &Call<'_>) -> Response {
        encode::unscored(call, Endpoint::of(call.route.path))
    }

    fn hook_message(&self, telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
        match told {
            ToldOf::Event(record) => encode::callback(telling.topic, record),
            ToldOf::Device(..) => None,
        }
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response {
        match route.and_then(|route| Endpoint::of(route.path)) {
            Some(Endpoint::Verify) => page::refusal(refusal),
            endpoint => encode::refused(endpoint, refusal, now),
        }
    }
}
