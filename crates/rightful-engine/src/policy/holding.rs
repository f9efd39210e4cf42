//! Holding: what must not pass unasked is lifted to where challenges begin, wherever the budget has them, and no further.
//!
//! An owner with a new phone looks like that, too: who is held is asked, and whoever passes is known from then on. Refusing
//! takes evidence of something other than being new.

use rightful_domain::{Finding, ReasonCode};

use super::thresholds::Bands;

/// Takes the finding that holds out of the others, so that it is weighed last.
pub(super) fn take_holding(findings: &mut Vec<Finding>) -> Option<Finding> {
    let holds = |finding: &Finding| finding.reason == ReasonCode::ProfilePayoutByNewcomer;
    let taken: Vec<Finding> = findings.extract_if(.., |finding| holds(finding)).collect();
    taken.into_iter().max_by(|one, other| one.nats.total_cmp(&other.nats))
}

/// The finding with what it adds to so much: at most its weight, and at most what reaches challenge.
pub(super) fn holding(finding: Finding, total: f64, bands: &Bands) -> Finding {
    let room = (bands.at_challenge().nats() - total).max(0.0);
    Finding { nats: finding.nats.min(room), ..finding }
}
