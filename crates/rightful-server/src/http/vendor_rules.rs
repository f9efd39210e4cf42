//! Rules that a vendor's API writes: whose key asks, and in its turn.

use rightful_dialects::{Access, Dialect, Query, Reply, VendorRulesAsked};

use super::caller::text;
use super::dispatch::Received;
use crate::app::App;
use crate::applications::public_name;
use crate::pipeline::PipelineError;
use crate::rule_desk::{Asking, RuleDesk};

/// Does what is asked of the rules that the vendor's API has written.
pub(super) async fn carry_out(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    asked: &VendorRulesAsked,
) -> Result<Reply, PipelineError> {
    let key = key_of(app, dialect, received);
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let desk = RuleDesk { store: &*app.pipeline.store, policies: &app.pipeline.policies };
    let asking = Asking { application: &received.application.id, key: &key, now: received.now };
    let read = |before: Option<&_>| received.with_call(app, |call| dialect.vendor_rule(call, before));
    Ok(desk.carry_out_vendors(asking, dialect.name(), asked, &read).await.map(Reply::VendorRules)?)
}

/// The public name of the key that asks; of a token, that of the key for which it stands.
fn key_of(app: &App, dialect: &dyn Dialect, received: &Received) -> String {
    let header = |name: &str| text(&received.head.headers, name);
    let query = Query(received.head.uri.query().unwrap_or(""));
    let Some(presented) = dialect.presented(&header, query) else { return String::new() };
    match received.route.access {
        Access::Token(_) => app.access_tokens.check(presented.secret, received.now).unwrap_or_default(),
        Access::Key(_) | Access::Page(_) | Access::Link | Access::Body(_) | Access::PageInBody(_) => {
            public_name(&presented)
        }
    }
}
