//! Ravelin's account takeover API, as its documentation and its clients speak it.
//!
//! # Supported
//! - `POST /v3/login` (*Login Event*): `?score=true` and the newer checkpoint `?score=login` are judged and answered;
//!   without `score`, the login is remembered and answered with an empty 200.
//! - `GET|POST /v2/change/verify?id=`: where `verificationURL` leads. Its pages are undocumented, so they are ours: a
//!   question for the owner, and thanks for the answer. Nothing changes on GET, since mail scanners follow links.
//! - `Authorization: token <secret key>`, the scheme in any case.
//!
//! # Not supported
//! - *Credentials Check* (`/v2/lookup/credentials/check`) and *Reclaiming A Customer Account* (`/v2/reclaim`): not built.
//! - `/v2/login` (deprecated), `/v2/customer`, `/v2/registration`, labels, tags and backfill: outside the seed.
//! - `Accept: application/vnd.ravelin.score.v2+json`: its rules' shape is not documented; the usual answer is sent.
//! - The newer words `ALLOW`, `REVIEW`, `PREVENT` in `data.ato.action`: the seed says `PERMIT`, `WARN`, `BLOCK`.
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
//! | `device.deviceId` | a device alias of the vendor's strength |
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
//! - `credentialStatus` is always sent, as in the sample: false where nothing could be looked up.
//! - `customerId` is left out where the account is not known.

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
    link,
};

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
            Some(Endpoint::PageError) => Ok(browser::page_error()),
            None => {
                Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None })
            }
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Response {
        let endpoint = Endpoint::of(call.route.path);
        match reply {
            Reply::Assessed(record) => encode::scored(call, record),
            Reply::Recalled(record) => verify::question_page(call, record),
            Reply::FeedbackTaken { .. } => verify::thanks_page(call),
            Reply::LookedUp(_) if endpoint == Some(Endpoint::PageError) => encode::reported(),
            Reply::LookedUp(status) => encode::credentials(*status),
            Reply::Reclaimed { n_accounts } => encode::reclaimed(*n_accounts),
            Reply::Dossier(dossier) => encode::noted(endpoint, dossier),
            Reply::Reported(_) => encode::reported(),
            Reply::Observed(_)
            | Reply::Concluded(_)
            | Reply::Found(_)
            | Reply::Identified { .. }
            | Reply::Takeover(_)
            | Reply::Consumed(_)
            | Reply::Listening => encode::unscored(call, endpoint),
        }
    }

    fn hook_message(&self, telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
        match told {
            ToldOf::Event(record) => encode::callback(telling.topic, record),
            ToldOf::Device(..) => None,
        }
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response {
        match route.and_then(|route| Endpoint::of(route.path)) {
            Some(Endpoint::Verify) => verify::refusal_page(refusal),
            endpoint => encode::refused(endpoint, refusal, now),
        }
    }
}
