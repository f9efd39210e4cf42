//! What clients of the vendor do before they send transactions: make an applicant, ask how far it is, get a token for its
//! page. Nobody is verified here, so an applicant is its user's name in other letters, nothing is asked of it, and documents
//! are not taken.

use rightful_domain::{AccountId, Page};
use serde_json::json;

use super::{applicant, auth, date, encode, page, response, review};
use crate::fields::Fields;
use crate::json;
use crate::scalars::account;
use crate::{Call, Intake, Refusal, RefusalKind, Response, digest};

/// What a document is refused with.
pub(super) const NO_DOCUMENTS: &str = "no documents are asked for here";

/// Reads whose applicant is to be made. Nothing is kept of it.
pub(super) fn creation(call: &Call<'_>) -> Result<Intake, Refusal> {
    user(call, "externalUserId").map(|_| Intake::Nothing)
}

/// Reads whose page is to get a token.
pub(super) fn token_asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    page_user(call).map(|_| Intake::Nothing)
}

/// In the body, or in the query, as the older form has it.
fn page_user(call: &Call<'_>) -> Result<AccountId, Refusal> {
    let Some(told) = call.query.value("userId") else { return user(call, "userId") };
    let invalid = |invalid| Refusal { kind: RefusalKind::Malformed, detail: format!("userId {invalid}"), path: None };
    AccountId::new(told.as_ref()).map_err(invalid)
}

fn user(call: &Call<'_>, name: &'static str) -> Result<AccountId, Refusal> {
    Ok(Fields::new(json::parse_object(call.body)?).required(name, account)?)
}

/// Reads how far an applicant is asked to be.
pub(super) fn steps(call: &Call<'_>) -> Result<Intake, Refusal> {
    review::applicant(call).map(|_| Intake::Nothing)
}

/// Reads a document, which is not taken.
pub(super) fn document(call: &Call<'_>) -> Result<Intake, Refusal> {
    review::applicant(call)?;
    Err(Refusal { kind: RefusalKind::Conflict, detail: NO_DOCUMENTS.to_owned(), path: None })
}

/// The applicant that was made.
pub(super) fn created(call: &Call<'_>) -> Response {
    // Read before, when it was decoded.
    let Ok(user) = user(call, "externalUserId") else { return response::done() };
    response::json(201, &blank(call, &user))
}

/// An applicant of whom nothing is known yet. Nothing was kept when it was made, so it was made now.
pub(super) fn blank(call: &Call<'_>, user: &AccountId) -> serde_json::Value {
    let id = applicant::id_of(call.link_key, &call.application.id, user);
    let at = date::seconds(call.received_at);
    let inspection = digest::uuid_of_bytes(digest::keyed(call.link_key, "sumsub inspection", &[id.as_bytes()]));
    let review = json!({ "createDate": at, "reviewStatus": "init", "levelName": call.query.value("levelName") });
    json!({
        "id": id,
        "createdAt": at,
        "clientId": call.application.id.as_str(),
        "inspectionId": inspection.replace('-', ""),
        "externalUserId": user.as_str(),
        "type": "individual",
        "review": review,
    })
}

/// A token for a user's page, as for any other session: what the page says is kept under it.
pub(super) fn token(call: &Call<'_>) -> Response {
    let Ok(user) = page_user(call) else { return response::done() };
    let session = auth::session(call, user.as_str());
    let token = auth::token(call, &session, call.received_at.plus(page::TOKEN_KEPT));
    response::json(200, &json!({ "token": token, "userId": user.as_str() }))
}

/// How far an applicant is: as its latest transaction stands; at the beginning, if there is none.
pub(super) fn status(found: &Page) -> Response {
    match found.records.first() {
        Some(latest) => response::json(200, &encode::review(latest, None)),
        None => response::json(200, &json!({ "reviewStatus": "init" })),
    }
}
