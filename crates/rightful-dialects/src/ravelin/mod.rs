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

mod decode;
mod encode;
mod reasons;
mod verify;
mod wire;

use rightful_domain::{ApplicationId, CredentialKind, Timestamp};

use crate::{
    Access, Call, Dialect, Intake, Method, Presented, Query, Refusal, RefusalKind, Reply, Response, Route, link,
};

const LOGIN_PATH: &str = "/v3/login";
const VERIFY_PATH: &str = "/v2/change/verify";
/// What a verification link is signed for, and for nothing else.
const VERIFY_PURPOSE: &str = "rightful ravelin change/verify v1";

const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: LOGIN_PATH, access: Access::Key(CredentialKind::RavelinSecretKey) },
    Route { method: Method::Get, path: VERIFY_PATH, access: Access::Link },
    Route { method: Method::Post, path: VERIFY_PATH, access: Access::Link },
];

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

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, _query: Query<'a>) -> Option<Presented<'a>> {
        let secret = crate::bearer::secret_of(call_header("authorization")?, "token")?;
        Some(Presented { kind: CredentialKind::RavelinSecretKey, public_id: "", secret })
    }

    fn linked_application(&self, query: Query<'_>) -> Option<ApplicationId> {
        link::claimed_application(&query.value("id")?)
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        match (call.route.method, call.route.path) {
            (Method::Post, LOGIN_PATH) => decode::login(call),
            (Method::Get, VERIFY_PATH) => verify::question(call),
            (Method::Post, VERIFY_PATH) => verify::answer(call),
            _ => Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }),
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Response {
        match reply {
            Reply::Assessed(record) => encode::scored(call, record),
            Reply::Observed(_)
            | Reply::Concluded(_)
            | Reply::Found(_)
            | Reply::Reported(_)
            | Reply::Identified { .. }
            | Reply::LookedUp(_)
            | Reply::Dossier(_)
            | Reply::Takeover(_)
            | Reply::Reclaimed { .. }
            | Reply::Consumed(_)
            | Reply::Listening => encode::unscored(),
            Reply::Recalled(record) => verify::question_page(call, record),
            Reply::FeedbackTaken { .. } => verify::thanks_page(call),
        }
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response {
        match route.map(|route| route.access) {
            Some(Access::Link) => verify::refusal_page(refusal),
            Some(Access::Key(_) | Access::Page(_)) | None => encode::refused(refusal, now),
        }
    }
}
