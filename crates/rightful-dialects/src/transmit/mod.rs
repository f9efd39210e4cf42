//! Transmit Security's detection and response: recommendations, as its documentation and its browser client (npm
//! `@transmitsecurity/platform-web-sdk` 2.1.1) speak them.
//!
//! # Supported
//! | Path | By | Verb |
//! |---|---|---|
//! | `POST /oidc/token` | client id and secret, in a form or in JSON | an access token for an hour |
//! | `GET /risk/v1/recommendation?action_token=&user_id=` | server | judge an action, once; later calls get the same answer |
//! | `POST /risk/v1/action/trigger-action[?get_recommendation=true]` | server | keep an action that a server reports in a page's session, or judge it at once |
//! | `POST /risk/v1/action/result` | server | how an action ended, and how its challenge did |
//! | `POST /risk/v1/action/authenticated-user` | server | whose an action is |
//! | `POST /risk/v1/label` | server | feedback on actions or a user, in both generations of words |
//! | `PUT /risk/v1/action/assignee` | server | who works on actions: a claim of their cases |
//! | `POST`, `GET /risk/v1/lists`, `GET`, `PUT /risk/v1/lists/{list_id}` | server | lists on which people sort actions |
//! | `POST`, `DELETE /risk/v1/lists/{list_id}/items` | server | what is on one |
//! | `POST /risk/v1/transaction-monitoring/evaluate` | server | judge a transaction that no page reported |
//! | `POST`, `GET /risk/v1/recommendation/rules`, `GET`, `PUT`, `DELETE …/{rule_id}` | server | recommendation rules, in the application's rule book |
//! | `GET /risk-collect/device/conf` | page | the client's settings, and the key to seal under |
//! | `POST /risk-collect/device/events` | page | keep what the client reports; tokens for it |
//! | `POST /risk-collect/device/logs` | page | taken, and nothing of it kept |
//! | `POST /risk-collect/device/migrate-identifiers` | page | a device id, before anything is reported |
//!
//! A server says `Authorization: Bearer <access token>`; the keys that check one are under `/.well-known/jwks.json` and
//! `/oidc/jwks`. A page names its client id, and its origin must be one of the application's.
//!
//! # Not supported
//! - Rules of the newer `/risk/v1/rules`, whose matchers are many: its words are known, and not how they are combined.
//! - Labels of campaigns, fraud rings and verification sessions: there are none here, so they are answered as what is not
//!   known, with 404.
//! - The client's `lightweight` tier: where a server is to send its payload is not documented.
//! - Key rotation in the client (`keyRotation`): the value that ends one is not known. It is not offered.
//! - `private_key_jwt` and mutual TLS at the token endpoint.
//! - Of signals: what only a mobile client can tell (`esim_usage`, `mobile_network_code`), `x_forwarded_for`, and time zone
//!   offsets of other seasons.
//!
//! # Whom a page can fool
//! A client id is public, so anybody can speak as a page, for any account, and a page may set any user. Therefore:
//! - An action is judged when a server asks about it, and not before; nobody asks, nothing is judged or counted. The moment
//!   that counts is ours, not the page's.
//! - Name the user (`user_id`) in asking, or in the result. An action whose user only the page has named, by
//!   `setAuthenticatedUser` or `claimedUserId`, is judged as that user's and marked as what nobody vouches for: it counts as
//!   no attempt of the account, and nothing is learned of it. A result that names the user makes it an event of its own.
//! - Behavior and device are what the browser says. Whoever writes requests by hand may say anything, and is judged by
//!   everything else. Who has copied a device's id *and* the name of its key is taken for it; only a secured session token
//!   proves the key itself. The client signs nothing of what it reports but the handing over of its key, which is not
//!   offered to it; a report that carries such a signature is refused unless it holds by the key that the report names.
//! - A page's answers say no score, reason or verdict.
//!
//! # Tokens and ids
//! | What | Form | Holds |
//! |---|---|---|
//! | access token | a JSON Web Token, EdDSA, with the public half of the key as its subject | 1 h |
//! | `deviceId` | like a JSON Web Token, as in the documentation's sample; bound to the key that the browser keeps | 400 days |
//! | `sessionToken` | the same, with an expiry | 30 min |
//! | secured session token | the client's: `RS256` by its header, and RSASSA-PSS in truth, which is checked; for one action | what it says, at most 1 h |
//! | `actionToken` | opaque | 30 min until it is asked about for the first time; 24 h |
//! | `action_id` | 64 hexadecimal digits, the second half a proof | ever |
//!
//! All are bound to one application. An id that is presented with another key than its own is replaced, and noted as copied.
//!
//! # What becomes of a report
//! | Client | Here |
//! |---|---|
//! | `deviceId` | a device alias of the strongest kind |
//! | `device` attributes | components by their own names; `time_zone`, `language`, `screen`, `os`, `browser`, `model` |
//! | `webdriver`, `CDPRuntimeDomainTest`, driver variables, replaced getters | components that detectors read |
//! | `cryptoRandomValues`, `performanceTiming`, `plugins`, `mediaDevices`, `referrer` | not kept |
//! | `interaction` events | `behavior`: counts and sums of strokes, inputs, moves and clicks; what and where is not kept |
//! | `page_load` | `opened_at`, and that there was a page at all |
//! | `isPressed` of a click | whether it was no finger: the client sends that under this name, and null where it cannot tell |
//! | `location` of an event | compared with the application's origins; only a foreign one is kept |
//! | `action` | kept under its token until somebody asks |
//! | `identification` | nothing: the user is in each request |
//! | several actions in one request | the last one; the earlier ones have had their answers |
//! | the request's address and agent | `network` |
//!
//! # Signals
//! A signal is true where something was seen, false where it was looked for and not seen, and left out where it cannot be
//! known. How the vendor defines ratios and velocities is not documented; here:
//! | Signal | Is |
//! |---|---|
//! | `typing_velocity` | the share of people who type more slowly, by the median time between keys (0 to 1, as in the sample) |
//! | `movement_velocity` | px a second while the pointer moved; pauses of 300 ms and more are left out |
//! | `straight_line_ratio`, `minor_angels_ratio`, `right_angels_ratio` | of the turns between steps of 4 px or more, those below 5°, from 5° to 30°, and within 5° of 90° |
//! | `movement_latency` | ms between the last move and the button, on average |
//! | `corner_click` | true if something was clicked on its upper left corner; else left out: of other corners too little is told |
//! | `input_method` | by the `inputType` of the DOM's input events. An input without one is `is_autocomplete` if the browser made it (a choice in a box or a list looks the same), `is_password_manager` if a script of the page did |
//! | `no_user_interaction` | left out where no page told anything, or only of a click that keys and scripts make alike |
//! | `tampered` | natives of the page were replaced |
//! | `emulated` | the renderer is of software or a virtual machine, or a phone runs on a computer |
//! | `spoofed` | at least two contradictions, or an attribute that no such browser has |
//! | `incognito` | by the storage on offer; Chromium of 2026 offers the same in every window, so it is left out |
//! | `tz_mismatch` | the clock is two hours or more from any that is used at the address |
//!
//! # What becomes of an action
//! | Transmit | Here |
//! |---|---|
//! | `action_type` | the action: one of the ten, or of the application's setting `action_types` |
//! | `user_id`, else `claimed_user_id`, else the page's user | `account` |
//! | `claimed_user_id` of a type other than `account_id` and `other` | `username`, and no `account`: whoever was let in by it last |
//! | `transaction_data` | `payment`: amount, method, payee, what is paid with; all of it is kept, and told again as it was sent |
//! | `custom_attributes` | kept, and told again |
//! | `result` | the outcome; with a challenge, that it was passed, failed or ignored |
//! | `challenge_type` | what the challenge proves: a captcha nothing, `idv` is kept by name |
//!
//! # Labels
//! | Subject | Is said of |
//! |---|---|
//! | `ACTION_ID` | the action, and what it was remembered as again once its user was named |
//! | `CORRELATION_ID` | the newest 200 actions of that id |
//! | `IP_ADDRESS` | the newest 200 actions of the last 24 h from that address (an IPv6 /64) |
//! | `USER_ID` | the account: a takeover is confirmed, or the label is noted of it; no action is affected by itself |
//!
//! Of one action, a takeover (`CONFIRMED_FRAUD`, `KNOWN_MALICIOUS`, `DEVICE_TAKEOVER`) or that it was the owner's. An action
//! that somebody has labelled by itself keeps that label. `DEVICE_TAKEOVER`: somebody else controlled the owner's device,
//! so the action is a takeover's, whatever the use case, and the device is remembered as one that a takeover came from.
//! Fraud of the owner's own (`FIRST_PARTY_FRAUD`, `MONEY_MULE`, `SYNTHETIC_IDENTITY`, `IDENTITY_THEFT`) and what is only
//! suspected change nothing of an action.
//!
//! # Assignees and lists
//! - An assignee claims the case of each action; one without a case gets one, in the queue `assigned`. Whoever assigns has
//!   the last word; a claim holds for 15 min, as all claims do. `action_ids` may also be `actions` or `action_id`.
//! - A list is one of ours, of events, that watches: nothing is judged by it. Its title is found once in an application.
//!   How something is put on one is not documented: `items` of making and changing a list, and the path `items`, take the
//!   ids of actions, by themselves or as `{"item_id"}`.
//!
//! # Status 463
//! A token (access, action or session token) that is refused ten times within ten minutes is blocked for ten: it is refused
//! with 463 and the `error_code` of the last refusal, without being looked at. What is counted is that token's refusals in
//! that application, and nothing of its client: whoever fills in a form chooses which token a server presents next.
//!
//! # What the documentation leaves open
//! - `recommendation.type` is in small letters, as in the guides; `recommendation_words` is the setting for the capitals of
//!   the newer ones.
//! - `trigger-action` with `get_recommendation=true` answers the recommendation with `action_token` before it.
//! - `typing_velocity` is the share of people who type more slowly.
//! - Refusals are `{"message","error_code"}`; at the token endpoint with `error` and `error_description` beside. A body that
//!   is too long, or of another type, is refused with 400.
//! - The counts of `history` are over the time that their names say; those of links, which say none, over the longest that
//!   is remembered.
//! - A token that is none of ours is refused with 400, another application's with 403, one that is over with 404.
//! - A transaction for `evaluate` may name `ip` and `user_agent` of the person.
//! - A rule takes effect with the next recommendation that is judged. Where publishing takes two, its answer says that it
//!   waits, and it is neither listed nor in effect until then.
//! - A recommendation tells the rules that matched as `matched_rules`, beside `reasons`, whoever wrote them.
//! - Where a user id looks like an e-mail address or a phone number it works; Transmit asks for ids that name nobody.

mod attempt;
mod behavior;
mod browser;
mod context;
mod decode;
mod desk;
mod device;
mod encode;
mod label;
mod money;
mod path;
mod response;
mod rules;
mod signals;
mod signed;
mod strokes;
mod token;
mod words;

use rightful_domain::{CredentialKind, Record, Report, Timestamp};

use crate::{
    Access, Call, DeviceProof, Dialect, Intake, Method, Presented, PresentedInBody, Query, Refusal, RefusalKind, Reply,
    Response, Route, Sealed, TokenIn, Told, VendorReply, VendorRule, VendorRuleKept,
};

const TOKEN: &str = "/oidc/token";
const RECOMMENDATION: &str = "/risk/v1/recommendation";
const TRIGGER: &str = "/risk/v1/action/trigger-action";
const RESULT: &str = "/risk/v1/action/result";
const AUTHENTICATED_USER: &str = "/risk/v1/action/authenticated-user";
const LABEL: &str = "/risk/v1/label";
const ASSIGNEE: &str = "/risk/v1/action/assignee";
const LISTS: &str = "/risk/v1/lists";
const LIST: &str = "/risk/v1/lists/{list_id}";
const LIST_ITEMS: &str = "/risk/v1/lists/{list_id}/items";
const EVALUATE: &str = "/risk/v1/transaction-monitoring/evaluate";
const CONF: &str = "/risk-collect/device/conf";
const EVENTS: &str = "/risk-collect/device/events";
const LOGS: &str = "/risk-collect/device/logs";
const MIGRATE: &str = "/risk-collect/device/migrate-identifiers";

const fn server(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Token(CredentialKind::TransmitClient) }
}

const fn page(path: &'static str) -> Route {
    Route { method: Method::Post, path, access: Access::PageInBody(CredentialKind::TransmitClient) }
}

const ROUTES: &[Route] = &[
    Route { method: Method::Post, path: TOKEN, access: Access::Body(CredentialKind::TransmitClient) },
    server(Method::Get, RECOMMENDATION),
    server(Method::Post, TRIGGER),
    server(Method::Post, RESULT),
    server(Method::Post, AUTHENTICATED_USER),
    server(Method::Post, LABEL),
    server(Method::Post, EVALUATE),
    server(Method::Put, ASSIGNEE),
    server(Method::Post, LISTS),
    server(Method::Get, LISTS),
    server(Method::Get, LIST),
    server(Method::Put, LIST),
    server(Method::Post, LIST_ITEMS),
    server(Method::Delete, LIST_ITEMS),
    server(Method::Post, rules::RULES),
    server(Method::Get, rules::RULES),
    server(Method::Get, rules::RULE),
    server(Method::Put, rules::RULE),
    server(Method::Delete, rules::RULE),
    Route { method: Method::Get, path: CONF, access: Access::Page(CredentialKind::TransmitClient) },
    page(EVENTS),
    page(LOGS),
    page(MIGRATE),
];

/// The status of refusing a token that was misused too often.
const BLOCKED: u16 = 463;

/// What is read of a query.
const PARAMETERS: &[&str] = &["action_token", "user_id", "get_recommendation", "tenantId", "type", "item_id"];

/// Transmit's words.
pub(crate) const DIALECT: &dyn Dialect = &Transmit;

struct Transmit;

impl Dialect for Transmit {
    fn name(&self) -> &'static str {
        "transmit"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, query: Query<'a>) -> Option<Presented<'a>> {
        let kind = CredentialKind::TransmitClient;
        if let Some(header) = call_header("authorization") {
            return Some(Presented { kind, public_id: "", secret: crate::bearer::secret_of(header, "bearer")? });
        }
        // Client ids have no character that a query would have to write otherwise.
        let public_id = query.plain("tenantId").filter(|id| !id.is_empty())?;
        Some(Presented { kind, public_id, secret: "" })
    }

    fn presented_in_body(&self, route: &Route, body: &[u8]) -> Option<PresentedInBody> {
        if route.path == TOKEN { decode::client(body) } else { browser::client(body) }
    }

    fn sealed(&self, route: &Route, body: &[u8]) -> Result<Option<Sealed>, Refusal> {
        if route.path == EVENTS { browser::sealed(body).map(Some) } else { Ok(None) }
    }

    fn is_sent_cookies(&self) -> bool {
        true
    }

    fn told(&self, call: &Call<'_>, attempt: &Report, device: Option<&Report>) -> Result<Told, Refusal> {
        let named = match call.route.path {
            RECOMMENDATION | RESULT | AUTHENTICATED_USER => decode::named(call)?,
            _ => None,
        };
        attempt::told(call, attempt, device, named)
    }

    fn device_proof(&self, call: &Call<'_>) -> Result<Option<DeviceProof>, Refusal> {
        if call.route.path == EVENTS { signed::proof(call) } else { Ok(None) }
    }

    fn vendor_rule(&self, call: &Call<'_>, before: Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> {
        rules::rule(call, before)
    }

    fn check_attempt(&self, call: &Call<'_>, judged: &Record) -> Result<(), Refusal> {
        attempt::check_user(&judged.entry.event, decode::named(call)?.as_ref())
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        call.query.check_once(PARAMETERS)?;
        match call.route.path {
            TOKEN => decode::grant(call),
            RECOMMENDATION => decode::recommendation(call),
            TRIGGER => decode::trigger(call),
            RESULT => decode::result(call),
            AUTHENTICATED_USER => decode::authenticated_user(call),
            LABEL => label::read(call),
            EVALUATE => decode::evaluate(call),
            ASSIGNEE => desk::assignee(call),
            LISTS | LIST | LIST_ITEMS => desk::lists(call),
            rules::RULES | rules::RULE => rules::asked(call),
            CONF => Ok(Intake::SealingKey),
            EVENTS => browser::events(call),
            LOGS => browser::logs(call),
            MIGRATE => {
                browser::migrated(call)?;
                browser::logs(call)
            }
            _ => Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }),
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response> {
        Some(match (reply, call.route.path) {
            (Reply::Vendors(VendorReply::Granted { token, kept }), _) => encode::granted(token, *kept),
            (Reply::Vendors(VendorReply::SealingKey(key)), _) => encode::conf(&call.application.settings, key),
            (Reply::Reported(attempt), TRIGGER) => encode::triggered(call, *attempt),
            (Reply::Reported(report), _) => encode::reported(call, *report),
            (Reply::Assessed(record), RECOMMENDATION) => encode::recommended(call, record),
            (Reply::Assessed(record), _) => encode::recommended_at_once(call, record),
            (Reply::Vendors(VendorReply::VendorRules(answer)), _) => rules::reply(call, answer),
            (Reply::Vendors(VendorReply::Finished(record)), _) => encode::finished(call, record),
            (Reply::FeedbackTaken { .. } | Reply::Dossier(_), LABEL) => encode::labelled(call, None),
            (Reply::Vendors(VendorReply::Several(done)), LABEL) => encode::labelled(call, Some(done)),
            (Reply::Vendors(VendorReply::Several(done)), _) => encode::several(call, done),
            (Reply::LookedUp(_), MIGRATE) => encode::migrated(call),
            (Reply::Nothing | Reply::FeedbackTaken { .. } | Reply::Observed(_) | Reply::Concluded(_), _)
            | (Reply::Recalled(_) | Reply::Found(_) | Reply::LookedUp(_) | Reply::Dossier(_), _)
            | (Reply::Reclaimed { .. } | Reply::Standing { .. } | Reply::Ours(_), _)
            | (Reply::Vendors(VendorReply::Identified { .. } | VendorReply::Consumed(_)), _)
            | (Reply::Vendors(VendorReply::LinesTaken(_) | VendorReply::VendorHooks(_)), _) => return None,
        })
    }

    fn done(&self, _call: &Call<'_>) -> Response {
        response::done()
    }

    fn blocked_status(&self) -> Option<u16> {
        Some(BLOCKED)
    }

    fn token_in(&self, call: &Call<'_>) -> Option<TokenIn> {
        decode::token_in(call)
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, _now: Timestamp) -> Response {
        let token_path = route.filter(|route| route.path == TOKEN).map(|_| ());
        response::refused(token_path, refusal)
    }
}
