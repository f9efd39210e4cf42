//! Sumsub's transaction monitoring, as its documentation, its own scripts (`SUMSUB/agent-skills`) and its browser client
//! (npm `@sumsub/fisherman` 2.1.0) speak it.
//!
//! # Supported
//! | Path | By | Verb |
//! |---|---|---|
//! | `POST /resources/applicants/{id}/kyt/txns/-/data`, with `-` for the id | server | judge a transaction and remember it |
//! | `POST /resources/api/applicants/tm/-/submit` | server | the same, with options apart |
//! | `GET /resources/kyt/txns/{id}/one`, with `-;data.txnId={txnId}` for the id | server | a transaction as it stands |
//! | `POST /resources/kyt/txns/{id}/-/score` | server | judge it again, as of now |
//! | `POST /resources/kyt/txns/{id}/review/status/completed` | server | somebody's decision, at once |
//! | `DELETE /resources/kyt/txns/{id}` | server | mark it deleted |
//! | `PATCH /resources/kyt/txns/{id}/props` | server | add or change some of its properties, or take `unsetKey` away; it is judged by them when it is judged again |
//! | `GET`, `POST`, `DELETE /resources/kyt/txns/{id}/tags` | server | its tags: those of rules (`system`) and people's |
//! | `POST`, `PATCH`, `DELETE /resources/kyt/txns/notes`, `GET …/{id}/notes` | server | what people note of it |
//! | `POST /resources/kyt/misc/txns/import` | server | judge each line of a file; `ignoreErrors`, `scoreSavedTxns` |
//! | `POST /resources/kyt/misc/txns/importHistory` | server | remember each line as history |
//! | `GET /resources/applicants/{id}/one`, with `-;externalUserId={user}` for the id | server | an applicant, with its device labels |
//! | `POST /resources/applicants`, `GET …/{id}/status`, `GET …/{id}/requiredIdDocsStatus`, `POST /resources/accessTokens/sdk` or, with `?userId=`, `POST /resources/accessTokens` | server | an applicant's id, how far it is, a token for its page; nothing is kept, no document is asked for |
//! | `GET /resources/status/api` | server | is anybody there? |
//! | `POST /resources/accessTokens/behavior` | server | a token for a session's page |
//! | `GET /resources/di/info`, `POST /resources/di/req`, `POST /resources/bhv/evts/{page}`, `POST /resources/serviceLogger/warn` | page | what Fisherman asks and says |
//! | `GET`, `POST /resources/applicantActions/confirm?id=` | person | the page behind a link: was this you? |
//! | `GET /resources/api/clientWebhooks`, `GET …/{id}`, `POST`, `PATCH /resources/api/agent/clientWebhooks` | server | whom to let know |
//! | `GET /resources/api/agent/tm/rules/-/installed`, `GET …/-/bundle/{name}/{category}`, `GET …/{id}`, `POST /resources/api/agent/tm/rules`, `PATCH`, `DELETE …/{id}` | server | rules, in the application's rule book |
//! | `GET /resources/api/agent/tm/settings/tags` | server | the tags that rules put on transactions |
//!
//! A server signs: `X-App-Token`, `X-App-Access-Ts` within a minute of now, and `X-App-Access-Sig`, the HMAC-SHA256 under the
//! token's secret over the seconds, the method, the path with its query as on the wire, and the body's bytes. A page says
//! `X-Access-Token`, which its server asked for.
//!
//! # Not supported
//! - Of rules: scheduled ones, variables, cases and changes of applicants, `addScoreIf`, and what only the vendor knows of an
//!   applicant. Tags' weights and levels of risk.
//! - Changing a transaction's data beyond its properties, tags and notes.
//! - Verification itself: levels, documents, checks. Levels that a caller names are taken and mean nothing here.
//! - Travel Rule data exchange between companies: such a transaction is judged as any that moves money.
//! - Hooks by e-mail, Slack or Telegram, and headers of one's own.
//!
//! # What becomes of a transaction
//! | Sumsub | Here |
//! |---|---|
//! | `finance`, `travelRule` going out | `withdraw`; a `transaction` if `info.type` says transfer, or if it comes in |
//! | `login`, `failedLogin` | `login`, succeeded or failed |
//! | `signup`, `passwordReset`, `twoFaReset` | `register`, `password_reset`, `account_auth_change` |
//! | `general`, `kyc`, `auditTrailEvent`, `scheduledEvent`, `iGamingSession` | actions of these names |
//! | `applicant.externalUserId` | the account |
//! | `device.fingerprint`, `deviceBindingId` | names of the device, unless they are one that we gave to a page: then its report is the device |
//! | `coords` | the place, unless `accuracy` is worse than 50 km; `{lat, lon}`, `{latitude, longitude}` or `"lat,lon"` |
//! | `paymentMethod` | an IBAN, a card, a wallet or else a text (at the bank of `institutionInfo.code`), each as a keyed hash; and whether its checksum is right |
//! | `counterparty` | the payee of what goes out: its instrument, else its id, else its name |
//! | `info.amount` | as it is, or `amountInDefaultCurrency` where that is told; of crypto currencies only that |
//! | `info.currencyCode` | the amount's currency; beside another amount, or of a crypto currency, the currency it moves in |
//! | `twoFaUsed`, `2faUsed` | a one-time code that was right |
//! | `props`, and the objects of rarer types | the caller's own fields: rules read them as `custom.…` |
//!
//! A transaction is believed to go on once it is approved, since nobody says afterwards how it ended.
//!
//! # How it stands
//! `allow` and `trust` are `completed`, GREEN; `deny` is `completed`, RED. `challenge` is `awaitingUser`, where somebody could
//! be asked on the spot, and `onHold`, to be looked at by people, where a rule names a queue or requires action, or where
//! money moves: whoever sits there may be the wrong one to ask. What people decide, or the person answers, holds from then on.
//! A transaction that awaits its user comes with `applicantActions`: a link to a page of ours, which its server brings to the
//! person, or to the application's own provider where its setting `ask_url` names one. Who asks by other means says how it
//! ended with our `POST /v1/feedback`. The answer completes the transaction.
//! `init` is what an asynchronous submission is answered.
//!
//! # What the documentation leaves open
//! - The vendor's printed sample has `counterparty`, `info` and `props` inside of `applicant`: they are read from there too.
//! - A transaction's id is 32 hexadecimal digits; an applicant's is longer, and leads back to its account without memory. An
//!   applicant id from elsewhere is taken as long as the body names the user.
//! - A transaction without a `txnId` is refused with 422; one whose `txnId` was used, with 409, for ten years.
//! - `matchedRules` are the rules in effect, those that only watch (`dryRun`), and what was found, each under its reason.
//! - An IBAN, a card number or a wallet is kept by its last four signs, and told so in later answers. One that fails its checksum
//!   is taken as well, since the vendor takes any text, and is a fact for rules.
//! - The visitor id that a page is given names its session. Whoever copies it says that it was in that session, and no more.
//! - A file is taken whole: up to 64 MiB, judged line by line while the caller waits.
//! - Any tag is taken, since there is no dashboard that it would have to be in. A note's own tags are not kept.
//! - Errors have the documented numbers 1002, 1003, 1010, 4001, 4003, 4004 and 4006; the others have no cause here.
//! - Of a deleted transaction, what was learned stays learned; a decision against it unlearns.

mod aggregate;
mod applicant;
mod ask;
mod auth;
mod condition;
mod currency;
mod date;
mod decode;
mod encode;
mod hooks;
mod instrument;
mod memo;
mod onboarding;
mod page;
mod place;
mod response;
mod review;
mod rules;
mod sumscript;
mod tell;
mod wire;
mod words;

use rightful_domain::{ApplicationId, CredentialKind, Telling, Timestamp};

use crate::{
    Access, Around, Call, Dialect, HookMessage, Intake, Lines, Method, Presented, Query, Refusal, RefusalKind, Reply,
    Response, Route, Signed, SignedRequest, Told, ToldOf, VendorHooksAsked, VendorReply, VendorRule, VendorRuleKept,
    asking,
};

/// The longest file of many lines, in bytes: some 100 000 transactions.
const FILE_BYTES_MAX: usize = 64 << 20;

const SUBMIT: &str = "/resources/applicants/{id}/kyt/txns/-/data";
const SUBMIT_WITH_OPTIONS: &str = "/resources/api/applicants/tm/-/submit";
const TRANSACTION: &str = "/resources/kyt/txns/{id}/one";
const SCORE: &str = "/resources/kyt/txns/{id}/-/score";
const REVIEW: &str = "/resources/kyt/txns/{id}/review/status/completed";
const DELETE: &str = "/resources/kyt/txns/{id}";
const PROPS: &str = "/resources/kyt/txns/{id}/props";
const IMPORT: &str = "/resources/kyt/misc/txns/import";
const IMPORT_HISTORY: &str = "/resources/kyt/misc/txns/importHistory";
const APPLICANT: &str = "/resources/applicants/{id}/one";
const APPLICANTS: &str = "/resources/applicants";
const APPLICANT_STATUS: &str = "/resources/applicants/{id}/status";
const APPLICANT_STEPS: &str = "/resources/applicants/{id}/requiredIdDocsStatus";
const DOCUMENT: &str = "/resources/applicants/{id}/info/idDoc";
const PAGE_TOKEN: &str = "/resources/accessTokens/sdk";
const STATUS: &str = "/resources/status/api";
/// The older form, whose user is in the query.
const PAGE_TOKEN_IN_QUERY: &str = "/resources/accessTokens";
const BEHAVIOR_TOKEN: &str = "/resources/accessTokens/behavior";
const INFO: &str = "/resources/di/info";
const CAPTURE: &str = "/resources/di/req";
const EVENTS: &str = "/resources/bhv/evts/{page}";
const LOGGER: &str = "/resources/serviceLogger/warn";
const ASK: &str = asking::PATH;
const TAGS: &str = "/resources/kyt/txns/{id}/tags";
const NOTE: &str = "/resources/kyt/txns/notes";
const NOTES: &str = "/resources/kyt/txns/{id}/notes";
const HOOKS: &str = "/resources/api/clientWebhooks";
const HOOK: &str = "/resources/api/clientWebhooks/{id}";
const SET_HOOK: &str = "/resources/api/agent/clientWebhooks";

const fn server(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Key(CredentialKind::SumsubAppToken) }
}

const fn page(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Page(CredentialKind::SumsubAppToken) }
}

const ROUTES: &[Route] = &[
    server(Method::Post, SUBMIT),
    server(Method::Post, SUBMIT_WITH_OPTIONS),
    server(Method::Get, TRANSACTION),
    server(Method::Post, SCORE),
    server(Method::Post, REVIEW),
    // Before the path that would take its last part for an id.
    server(Method::Post, NOTE),
    server(Method::Patch, NOTE),
    server(Method::Delete, NOTE),
    server(Method::Delete, DELETE),
    server(Method::Patch, PROPS),
    server(Method::Get, TAGS),
    server(Method::Post, TAGS),
    server(Method::Delete, TAGS),
    server(Method::Get, NOTES),
    server(Method::Post, IMPORT),
    server(Method::Post, IMPORT_HISTORY),
    server(Method::Get, APPLICANT),
    server(Method::Post, APPLICANTS),
    server(Method::Get, APPLICANT_STATUS),
    server(Method::Get, APPLICANT_STEPS),
    server(Method::Post, DOCUMENT),
    server(Method::Post, PAGE_TOKEN),
    server(Method::Post, PAGE_TOKEN_IN_QUERY),
    server(Method::Get, STATUS),
    server(Method::Post, BEHAVIOR_TOKEN),
    page(Method::Get, INFO),
    page(Method::Post, CAPTURE),
    page(Method::Post, EVENTS),
    page(Method::Post, LOGGER),
    Route { method: Method::Get, path: ASK, access: Access::Link },
    Route { method: Method::Post, path: ASK, access: Access::Link },
    server(Method::Get, HOOKS),
    server(Method::Get, HOOK),
    server(Method::Post, SET_HOOK),
    server(Method::Patch, SET_HOOK),
    server(Method::Get, rules::INSTALLED),
    server(Method::Get, rules::BUNDLE),
    server(Method::Post, rules::RULES),
    server(Method::Get, rules::RULE),
    server(Method::Patch, rules::RULE),
    server(Method::Delete, rules::RULE),
    server(Method::Get, rules::TAGS),
];

/// What is read of a query.
const PARAMETERS: &[&str] =
    &["accessToken", "levelName", "ignoreErrors", "scoreSavedTxns", "id", "limit", "offset", "unsetKey", "userId"];

/// Sumsub's words.
pub(crate) const DIALECT: &dyn Dialect = &Sumsub;

struct Sumsub;

impl Dialect for Sumsub {
    fn name(&self) -> &'static str {
        "sumsub"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, _query: Query<'a>) -> Option<Presented<'a>> {
        auth::presented(call_header)
    }

    fn signed(&self, request: &SignedRequest<'_>) -> Result<Signed, Refusal> {
        auth::signed(request)
    }

    fn linked_application(&self, query: Query<'_>) -> Option<ApplicationId> {
        asking::application(query)
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        call.query.check_once(PARAMETERS)?;
        match call.route.path {
            SUBMIT => decode::submit(call),
            SUBMIT_WITH_OPTIONS => decode::submit_with_options(call),
            TRANSACTION => decode::transaction_of_path(call).map(Intake::Standing),
            SCORE => review::event_of_path(call).map(Intake::Rescore),
            REVIEW => review::decision(call),
            DELETE => review::deletion(call),
            PROPS => review::amendment(call),
            IMPORT | IMPORT_HISTORY if call.body.trim_ascii().is_empty() => {
                Err(Refusal { kind: RefusalKind::Malformed, detail: response::EMPTY_FILE.to_owned(), path: None })
            }
            IMPORT => Ok(Intake::Lines(Lines {
                is_history: is_off(call, "scoreSavedTxns"),
                stops_at_error: !is_on(call, "ignoreErrors"),
            })),
            IMPORT_HISTORY => Ok(Intake::Lines(Lines { is_history: true, stops_at_error: false })),
            APPLICANT | APPLICANT_STATUS => review::applicant(call),
            APPLICANTS => onboarding::creation(call),
            APPLICANT_STEPS => onboarding::steps(call),
            DOCUMENT => onboarding::document(call),
            PAGE_TOKEN | PAGE_TOKEN_IN_QUERY => onboarding::token_asked(call),
            STATUS => Ok(Intake::Nothing),
            BEHAVIOR_TOKEN => page::token_asked(call),
            INFO | CAPTURE | LOGGER => page::nothing(call),
            EVENTS => page::events(call),
            ASK if call.route.method == Method::Get => asking::question(call),
            ASK => asking::answer(call),
            TAGS => memo::tags(call),
            NOTE => memo::note(call),
            NOTES => memo::notes(call),
            HOOKS | HOOK => Ok(Intake::VendorHooks(VendorHooksAsked::All)),
            SET_HOOK => hooks::wish(call),
            rules::INSTALLED | rules::BUNDLE | rules::RULES | rules::RULE | rules::TAGS => rules::asked(call),
            _ => Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }),
        }
    }

    fn vendor_rule(&self, call: &Call<'_>, before: Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> {
        rules::rule(call, before)
    }

    fn decode_line(&self, call: &Call<'_>, line: &[u8]) -> Result<Told, Refusal> {
        decode::line(call, line)
    }

    fn body_bytes_max(&self, route: &Route) -> Option<usize> {
        matches!(route.path, IMPORT | IMPORT_HISTORY).then_some(FILE_BYTES_MAX)
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response> {
        Some(match (reply, call.route.path) {
            (Reply::Standing { record, case }, SUBMIT_WITH_OPTIONS) if decode::is_async(call) => {
                encode::taken(call, record, case.as_deref())
            }
            (Reply::Standing { record, case }, TAGS) => memo::tags_shown(call, record, case.as_deref()),
            (Reply::Standing { case, .. }, NOTE) => memo::note_shown(call, case.as_deref()),
            (Reply::Standing { case, .. }, NOTES) => memo::notes_shown(case.as_deref()),
            (Reply::Standing { record, case }, DELETE) => encode::deleted(record, case.as_deref()),
            (Reply::Standing { record, case }, _) => encode::transaction(call, record, case.as_deref()),
            (Reply::Vendors(VendorReply::LinesTaken(taken)), _) => encode::lines_taken(taken),
            (Reply::Found(found), APPLICANT_STATUS) => onboarding::status(found),
            (Reply::Found(found), _) => encode::applicant(call, found),
            (Reply::Vendors(VendorReply::VendorRules(answer)), _) => rules::reply(call, answer),
            (Reply::Vendors(VendorReply::VendorHooks(hooks)), SET_HOOK | HOOK) => hooks::one(call, hooks),
            (Reply::Vendors(VendorReply::VendorHooks(hooks)), _) => hooks::all(call, hooks),
            (Reply::Recalled(record), ASK) => crate::page::question(call, &record.entry.event, true),
            (Reply::FeedbackTaken { .. }, ASK) => crate::page::thanks(call),
            (Reply::Nothing, APPLICANTS) => onboarding::created(call),
            (Reply::Nothing, PAGE_TOKEN | PAGE_TOKEN_IN_QUERY) => onboarding::token(call),
            (Reply::Nothing, APPLICANT_STEPS) => response::json(200, &serde_json::json!({})),
            (Reply::Nothing, BEHAVIOR_TOKEN) => page::token(call),
            (Reply::Nothing, INFO) => page::info(call),
            (Reply::Recalled(_) | Reply::FeedbackTaken { .. } | Reply::Nothing, _)
            | (Reply::Assessed(_) | Reply::Observed(_) | Reply::Concluded(_) | Reply::Reported(_), _)
            | (Reply::LookedUp(_) | Reply::Dossier(_) | Reply::Reclaimed { .. } | Reply::Ours(_), _)
            | (Reply::Vendors(VendorReply::Identified { .. } | VendorReply::Consumed(_)), _)
            | (Reply::Vendors(VendorReply::SealingKey(_) | VendorReply::Granted { .. }), _)
            | (Reply::Vendors(VendorReply::Finished(_) | VendorReply::Several(_)), _) => return None,
        })
    }

    fn done(&self, _call: &Call<'_>) -> Response {
        response::done()
    }

    fn hook_message_of(&self, telling: &Telling, told: &ToldOf<'_>, around: &Around<'_>) -> Option<HookMessage> {
        tell::hook(telling, told, around)
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response {
        match route.map(|route| route.path) {
            Some(ASK) => crate::page::refusal(refusal),
            _ => response::refused(route, refusal, now),
        }
    }
}

fn is_on(call: &Call<'_>, name: &str) -> bool {
    call.query.value(name).as_deref() == Some("true")
}

fn is_off(call: &Call<'_>, name: &str) -> bool {
    call.query.value(name).as_deref() == Some("false")
}
