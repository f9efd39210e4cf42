//! Transmit Security's detection and response: recommendations, as its documentation and its browser client (npm
//! `@transmitsecurity/platform-web-sdk` 2.1.1) speak them.

mod attempt;
mod behavior;
mod browser;
mod context;
mod decode;
mod device;
mod encode;
mod label;
mod money;
mod signals;
mod token;
mod words;

use rightful_domain::{CredentialKind, Report, Timestamp};

use crate::{
    Access, Call, Dialect, Intake, Method, Presented, PresentedInBody, Query, Refusal, RefusalKind, Reply, Response,
    Route, Sealed, Told,
};

const TOKEN: &str = "/oidc/token";
const RECOMMENDATION: &str = "/risk/v1/recommendation";
const TRIGGER: &str = "/risk/v1/action/trigger-action";
const RESULT: &str = "/risk/v1/action/result";
const AUTHENTICATED_USER: &str = "/risk/v1/action/authenticated-user";
const LABEL: &str = "/risk/v1/label";
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
    Route { method: Method::Get, path: CONF, access: Access::Page(CredentialKind::TransmitClient) },
    page(EVENTS),
    page(LOGS),
    page(MIGRATE),
];

/// What is read of a query.
const PARAMETERS: &[&str] = &["action_token", "user_id", "get_recommendation", "tenantId", "type"];

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

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Response {
        match (reply, call.route.path) {
            (Reply::Granted { token, kept }, _) => encode::granted(token, *kept),
            (Reply::SealingKey(key), _) => encode::conf(&call.application.settings, key),
            (Reply::Reported(attempt), TRIGGER) => encode::triggered(call, *attempt),
            (Reply::Reported(report), _) => encode::reported(call, *report),
            (Reply::Assessed(record), RECOMMENDATION) => encode::recommended(call, record),
            (Reply::Assessed(record), _) => encode::recommended_at_once(call, record),
            (Reply::Finished(record), _) => encode::finished(call, record),
            (_, LABEL) => encode::labelled(call),
            (_, MIGRATE) => encode::migrated(call),
            (
                Reply::Observed(_)
                | Reply::Concluded(_)
                | Reply::Recalled(_)
                | Reply::Found(_)
                | Reply::FeedbackTaken { .. }
                | Reply::Identified { .. }
                | Reply::LookedUp(_)
                | Reply::Dossier(_)
                | Reply::Takeover(_)
                | Reply::Reclaimed { .. }
                | Reply::Consumed(_)
                | Reply::Listening,
                _,
            ) => encode::done(),
        }
    }

    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, _now: Timestamp) -> Response {
        let token_path = route.filter(|route| route.path == TOKEN).map(|_| ());
        encode::refused(token_path, refusal)
    }
}
