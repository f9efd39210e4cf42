//! Rules that a vendor's API writes: whose key asks, and in its turn.

use rightful_dialects::{Dialect, Reply, VendorReply, VendorRulesAsked};

use super::dispatch::Received;
use crate::app::App;
use crate::pipeline::PipelineError;
use crate::rule_desk::{Asking, RuleDesk};

/// Does what is asked of the rules that the vendor's API has written.
pub(super) async fn carry_out(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    asked: &VendorRulesAsked,
) -> Result<Reply, PipelineError> {
    let key = received.key(app, dialect);
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let desk =
        RuleDesk { store: &*app.pipeline.store, policies: &app.pipeline.policies, counting: Some(&app.counting) };
    let asking = Asking { application: &received.application.id, key: &key, now: received.now };
    let read = |before: Option<&_>| received.with_call(app, |call| dialect.vendor_rule(call, before));
    Ok(desk
        .carry_out_vendors(asking, dialect.name(), asked, &read)
        .await
        .map(|reply| Reply::Vendors(VendorReply::VendorRules(reply)))?)
}
