//! Rupt's device identification and evaluations, as its documentation and its browser client (npm `rupt` 2.24.1) speak
//! them.
//!
//! # Supported
//! | Path | By | Verb |
//! |---|---|---|
//! | `POST /v2/identity/initiate` | page | keep what a browser says of itself; a token and nothing else |
//! | `POST /v2/proj/identification/{token}/complete`, `/identification/{token}/complete` | server | judge a login on that browser; once |
//! | `POST /v2/proj/device/{id}/metadata`, `/device/{id}/metadata` | server | note fields of a device; `2fa_verified` is a challenge passed |
//! | `GET /v2/proj/user/{user}/devices`, `/v2/user/{user}/devices`, `/v3/user/{user}/devices` | server | the devices of an account; `status=attached\|detached` |
//! | `GET /v2/proj/access-history?user=` | server | the events of an account; `device`, `per`, `page` |
//! | `POST /v2/device/attach` | page | judge that an account is used on this device |
//! | `POST /v2/device/{id}/detach` | page | note that a device is detached; who listens there is told to sign out |
//! | `POST /v2/proj/device/{id}/detach` | server | the same |
//! | `GET /v2/access/user/{user}/attached_devices` | page | the attached devices of an account, in few words |
//! | `POST /v2/device/fingerprint` | page | the id of a fingerprint; nothing is remembered |
//! | `POST /v2/device/evaluate` | page | judge an attempt without an account |
//! | `GET\|POST /v2/evaluate`, `POST /v2/devices/evaluate` | server | judge an attempt |
//! | `GET /v2/access/device/{id}/listen` | page | server-sent events: `logout`, `challenge` |
//! | `GET /v3/evaluations/{id}` | server | an event as it stands |
//! | `POST /v3/evaluations/{id}/consume` | server | the same, once: a second call is refused with 409 |
//! | `GET /v3/challenges/{id}` | server | the challenge of an event |
//! | `POST /v2/user/{user}/update`, `POST /v3/user/{user}/update` | server | note an account's contacts |
//!
//! A server says `Authorization: Bearer <api secret>`; a page `Basic <client id>` or `Basic <client id>:`, which is not
//! base64, and listens with the same in the query parameter `auth`. What stands behind the colon is not read: a secret in a
//! page is none.
//!
//! # Not supported
//! - `POST /token/sign`: deprecated by its vendor. It signed the account's id for pages, and no page here is believed.
//! - The challenge pages and calls (`/v2/challenges/…`: list, open, send a code, verify, complete, kick): the application
//!   puts its own challenge, and says with our `POST /v1/feedback` how it ended.
//! - *List devices* and *List users of a device* over all accounts: devices are known by account, so that nobody can follow
//!   a person from one account to another.
//! - Whitelisted devices, development mode, groups and limits by page (`limit_config`): taken, and not acted on. The limit is
//!   the application's setting.
//! - Creating an evaluation from a page in the third generation: its wire form is not documented.
//! - Status 428: there is no subscription.
//!
//! # Whom a page can fool
//! A client id is public, so anybody can speak as a page, for any account. Therefore:
//! - An `identification` says nothing of any account; the account is named by the server that completes it, once, within
//!   [`rightful_domain::REPORT_KEPT`]. Signals are what the browser says: who copies an owner's browser exactly is taken for
//!   it, and is judged by everything else.
//! - An attach, and a page's evaluation, are marked as what nobody vouches for: they list a device and make none known, so
//!   `new_device` stays true until a server has said that somebody signed in there; they count as no attempt of the account;
//!   profiles never learn of them, they release nothing and change no contact. It is answered without score, reason or verdict. Its metadata is kept with the unknown fields, where no rule
//!   takes it for the server's. It is an action `attach`, unless the page names another: a page was opened, which is no login.
//! - A page is told which devices are attached, by their ids and kinds alone, and may detach one whose id it knows: that
//!   signs somebody out, and no more.
//!
//! # What becomes of a browser's signals
//! | Rupt | Here |
//! |---|---|
//! | `fonts`, `math`, `touchSupport` | components of these names (`touch`); what is long as its digest |
//! | `screenResolution` | `screen`; components `screen_long` and `screen_short`, whichever way the device is held |
//! | `timezone` | `time_zone`, and a component |
//! | `languages` | `language`, and a component that is not part of the likeness |
//! | `platform` | component; `os` where the hints name none; with `mobile` the `kind` |
//! | `highEntropyValues.{platform,architecture,bitness,model}` | components (`system` for the platform); `os`, `model` |
//! | `highEntropyValues.brands` | `browser`: the brand, without its version |
//! | other hints, `localStorage` | not kept: they change with every update, or are the same everywhere |
//! | `fingerprint` | sixteen components, each of a part of it, and a second name |
//! | `last_fingerprint` | compared for `confidence`, and not kept |
//! | `tolerance` | in the token |
//!
//! A device without a cookie has no name, so it gets one of the weakest kind: a keyed digest of all components but the
//! languages. Machines of one make, set up alike, share it. A device of an account is found again by how many components
//! agree: at the default tolerance one may differ, with `lenient` three, with `strict` none.
//!
//! # What the documentation leaves open
//! - An account may be a number, which is taken as its digits.
//! - `complete`, and an evaluation that a server asks for, are of a login whose password was right: its outcome is succeeded.
//! - Where no judgement can be had in time, `new_device` is true and `device` is null.
//! - Without a limit, `default_device_limit` is 65535: a client compares with it, and would take 0 for a limit.
//! - A challenge told to a listening page has the address `#`: left out, the client would go to the vendor's page.
//! - Refusals are `{"success":false,"error","message","statusCode"}`. A token that is no UUID is refused with 400; one that is
//!   unknown, expired or another application's with 404; one that was completed with 409.
//! - A page that asks for an account's devices gets an empty list unless the application lets pages have it, since whoever
//!   knows the public client id can ask it of any account.
//! - Accesses are counted as far as they were read, and at most the latest 500 of an account can be.
//! - A v3 evaluation and its challenge have one id, that of the event.

mod decode;
mod device;
mod encode;
mod evaluation;
mod tell;
mod token;
mod wire;
mod words;

use rightful_domain::{CredentialKind, Telling, Timestamp};

use crate::{
    Access, Call, Dialect, HookMessage, Intake, Method, Notice, Presented, Query, Refusal, RefusalKind, Reply,
    Response, Route, ToldOf, VendorReply,
};

const INITIATE: &str = "/v2/identity/initiate";
const COMPLETE: &str = "/v2/proj/identification/{id}/complete";
const COMPLETE_BARE: &str = "/identification/{id}/complete";
const METADATA: &str = "/v2/proj/device/{id}/metadata";
const METADATA_BARE: &str = "/device/{id}/metadata";
const DEVICES: &str = "/v2/proj/user/{id}/devices";
const DEVICES_BARE: &str = "/v2/user/{id}/devices";
const DEVICES_V3: &str = "/v3/user/{id}/devices";
const ACCESS_HISTORY: &str = "/v2/proj/access-history";
const ATTACH: &str = "/v2/device/attach";
const DETACH: &str = "/v2/device/{id}/detach";
const DETACH_BY_SERVER: &str = "/v2/proj/device/{id}/detach";
const ATTACHED_DEVICES: &str = "/v2/access/user/{id}/attached_devices";
const FINGERPRINT: &str = "/v2/device/fingerprint";
const EVALUATE_PAGE: &str = "/v2/device/evaluate";
const EVALUATE: &str = "/v2/evaluate";
const EVALUATE_DEVICES: &str = "/v2/devices/evaluate";
const LISTEN: &str = "/v2/access/device/{id}/listen";
const EVALUATION: &str = "/v3/evaluations/{id}";
const CONSUME: &str = "/v3/evaluations/{id}/consume";
const CHALLENGE: &str = "/v3/challenges/{id}";
const UPDATE: &str = "/v2/user/{id}/update";
const UPDATE_V3: &str = "/v3/user/{id}/update";

const fn page(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Page(CredentialKind::RuptClient) }
}

const fn server(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Key(CredentialKind::RuptClient) }
}

const ROUTES: &[Route] = &[
    page(Method::Post, INITIATE),
    server(Method::Post, COMPLETE),
    server(Method::Post, COMPLETE_BARE),
    server(Method::Post, METADATA),
    server(Method::Post, METADATA_BARE),
    server(Method::Get, DEVICES),
    server(Method::Get, DEVICES_BARE),
    server(Method::Get, DEVICES_V3),
    server(Method::Get, ACCESS_HISTORY),
    page(Method::Post, ATTACH),
    page(Method::Post, DETACH),
    server(Method::Post, DETACH_BY_SERVER),
    page(Method::Get, ATTACHED_DEVICES),
    page(Method::Post, FINGERPRINT),
    page(Method::Post, EVALUATE_PAGE),
    server(Method::Get, EVALUATE),
    server(Method::Post, EVALUATE),
    server(Method::Post, EVALUATE_DEVICES),
    page(Method::Get, LISTEN),
    server(Method::Get, EVALUATION),
    server(Method::Post, CONSUME),
    server(Method::Get, CHALLENGE),
    server(Method::Post, UPDATE),
    server(Method::Post, UPDATE_V3),
];

/// What is read of a query, but for evaluations, which are read as a body is.
const PARAMETERS: &[&str] = &["auth", "user", "device", "limit", "per", "page", "status", "attached", "detached"];

/// Rupt's words.
pub(crate) const DIALECT: &dyn Dialect = &Rupt;

struct Rupt;

impl Dialect for Rupt {
    fn name(&self) -> &'static str {
        "rupt"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, query: Query<'a>) -> Option<Presented<'a>> {
        match call_header("authorization") {
            Some(header) => presented_in_header(header),
            None => presented_in_query(query),
        }
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        call.query.check_once(PARAMETERS)?;
        match call.route.path {
            INITIATE => decode::initiate(call),
            COMPLETE | COMPLETE_BARE => decode::complete(call),
            METADATA | METADATA_BARE => decode::metadata(call),
            DEVICES | DEVICES_BARE | DEVICES_V3 | ATTACHED_DEVICES => {
                decode::account_of_path(call).map(Intake::Dossier)
            }
            ACCESS_HISTORY => decode::access_history(call),
            ATTACH => decode::attach(call),
            DETACH | DETACH_BY_SERVER => decode::detach(call),
            FINGERPRINT => decode::fingerprints(call),
            EVALUATE_PAGE => decode::evaluate_page(call),
            EVALUATE | EVALUATE_DEVICES => decode::evaluate(call),
            LISTEN => decode::listen(call),
            EVALUATION | CHALLENGE => token::event(call.parameter("id")).map(Intake::Recall),
            CONSUME => token::event(call.parameter("id")).map(Intake::Consume),
            UPDATE | UPDATE_V3 => decode::update_user(call),
            _ => Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }),
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response> {
        let settings = &call.application.settings;
        Some(match (reply, call.route.path) {
            (Reply::Reported(report), _) => encode::identification(call, *report),
            (Reply::Vendors(VendorReply::Identified { record, device }), _) => {
                encode::completed(record, device.as_deref())
            }
            (Reply::Assessed(record), ATTACH) => encode::attached(settings, record),
            (Reply::Assessed(record), _) => encode::evaluated(call, record),
            (Reply::Recalled(record), CHALLENGE) => evaluation::challenge(settings, record),
            (Reply::Recalled(record) | Reply::Vendors(VendorReply::Consumed(record)) | Reply::Concluded(record), _) => {
                evaluation::evaluation(settings, record)
            }
            (Reply::Dossier(dossier), DEVICES | DEVICES_BARE) => encode::devices(call, dossier),
            (Reply::Dossier(dossier), DEVICES_V3) => encode::devices_v3(call, dossier),
            (Reply::Dossier(dossier), ATTACHED_DEVICES) => encode::attached_devices(settings, dossier),
            (Reply::Dossier(dossier), DETACH | DETACH_BY_SERVER) => encode::detached(call, dossier),
            (Reply::Found(found), _) => encode::accesses(call, found),
            (Reply::LookedUp(_), _) => encode::fingerprint(call),
            (Reply::Observed(_), UPDATE_V3) => encode::nothing(),
            (Reply::Dossier(_) | Reply::Observed(_) | Reply::FeedbackTaken { .. } | Reply::Nothing, _)
            | (Reply::Reclaimed { .. } | Reply::Standing { .. } | Reply::Ours(_), _)
            | (Reply::Vendors(VendorReply::LinesTaken(_) | VendorReply::VendorHooks(_)), _)
            | (Reply::Vendors(VendorReply::VendorRules(_) | VendorReply::Several(_)), _)
            | (
                Reply::Vendors(VendorReply::SealingKey(_) | VendorReply::Granted { .. } | VendorReply::Finished(_)),
                _,
            ) => {
                return None;
            }
        })
    }

    fn done(&self, _call: &Call<'_>) -> Response {
        encode::done()
    }

    fn tell(&self, notice: &Notice) -> Option<String> {
        tell::page(notice)
    }

    fn hook_message(&self, telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
        tell::hook(telling, told)
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, _now: Timestamp) -> Response {
        encode::refused(&in_its_words(route, refusal))
    }
}

/// What the store calls a conflict or nothing found, by what it is here.
fn in_its_words(route: Option<&Route>, refusal: &Refusal) -> Refusal {
    let detail = match (refusal.kind, route.map(|route| route.path)) {
        (RefusalKind::Conflict, Some(COMPLETE | COMPLETE_BARE)) => "the identification was completed before",
        (RefusalKind::Conflict, Some(CONSUME)) => "the evaluation was consumed before",
        (RefusalKind::NotFound, Some(COMPLETE | COMPLETE_BARE)) => "there is no such identification, or no longer",
        (RefusalKind::NotFound, Some(METADATA | METADATA_BARE | DETACH | DETACH_BY_SERVER | LISTEN)) => {
            "there is no such device"
        }
        (RefusalKind::NotFound, Some(EVALUATION | CONSUME)) => "there is no such evaluation",
        (RefusalKind::NotFound, Some(CHALLENGE)) => "there is no such challenge",
        _ => return refusal.clone(),
    };
    Refusal { kind: refusal.kind, detail: detail.to_owned(), path: None }
}

/// A page's client id, or a server's secret.
fn presented_in_header(header: &str) -> Option<Presented<'_>> {
    if let Some(secret) = crate::bearer::secret_of(header, "bearer") {
        return Some(Presented { kind: CredentialKind::RuptClient, public_id: "", secret });
    }
    client_of(crate::bearer::secret_of(header, "basic")?, ":")
}

/// A page's client id in the address that it listens on. Read as it is written, percent-encoded or not: a client id is of
/// letters and digits, so its own characters are never encoded.
fn presented_in_query(query: Query<'_>) -> Option<Presented<'_>> {
    let told = query.0.split('&').find_map(|pair| pair.strip_prefix("auth="))?;
    let schemes = ["Basic%20", "Basic+", "Basic "];
    let client = schemes.into_iter().find_map(|scheme| told.strip_prefix(scheme))?;
    let end = client.find(':').or_else(|| client.find("%3A")).or_else(|| client.find("%3a")).unwrap_or(client.len());
    client_of(client.get(..end)?, ":")
}

fn client_of<'a>(told: &'a str, separator: &str) -> Option<Presented<'a>> {
    let public_id = told.split_once(separator).map_or(told, |(client, _)| client);
    (!public_id.is_empty()).then_some(Presented { kind: CredentialKind::RuptClient, public_id, secret: "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: Option<&'static str>, query: &'static str, expected: Option<(&str, &str)>) {
        let presented = DIALECT.presented(&|name| header.filter(|_| name == "authorization"), Query(query));
        assert_eq!(presented.map(|presented| (presented.public_id, presented.secret)), expected, "{header:?} {query}");
    }

    #[test]
    fn a_page_says_its_client_and_a_server_its_secret() {
        check(Some("Basic cid"), "", Some(("cid", "")));
        check(Some("Basic cid:"), "", Some(("cid", "")));
        check(Some("Basic cid:secret"), "", Some(("cid", "")));
        check(Some("Basic undefined:"), "", Some(("undefined", "")));
        check(Some("Bearer secret"), "", Some(("", "secret")));
        check(Some("Basic :secret"), "", None);
        check(Some("Basic "), "", None);
        check(Some("token secret"), "auth=Basic cid", None);
    }

    #[test]
    fn a_page_that_listens_says_its_client_in_the_query() {
        check(None, "access=1&version=2.24.1&auth=Basic%20cid:", Some(("cid", "")));
        check(None, "auth=Basic%20cid%3Asecret", Some(("cid", "")));
        check(None, "auth=Basic+cid:x&access=", Some(("cid", "")));
        check(None, "auth=Basic cid", Some(("cid", "")));
        check(None, "auth=Bearer%20secret", None);
        check(None, "", None);
    }
}
