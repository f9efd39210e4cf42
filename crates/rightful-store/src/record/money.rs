//! The stored form of what an event says of its money beside the amount.

use rightful_domain::Event;
use serde::{Deserialize, Serialize};

/// What follows an entry's grounds from version 6 of entries on.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMoney<'a> {
    told_currency: Option<&'a str>,
    /// Of the method, of the payee.
    valid: [Option<bool>; 2],
}

impl<'a> StoredMoney<'a> {
    pub(crate) fn of(event: &'a Event) -> Self {
        let payment = event.payment.as_ref();
        Self {
            told_currency: payment.and_then(|payment| payment.told_currency.as_deref()),
            valid: payment.map(|payment| [payment.method_valid, payment.payee_valid]).unwrap_or_default(),
        }
    }

    /// Puts it back into the event; where there is no money, there is nothing.
    pub(crate) fn restore(self, event: &mut Event) {
        if let Some(payment) = &mut event.payment {
            payment.told_currency = self.told_currency.map(Into::into);
            [payment.method_valid, payment.payee_valid] = self.valid;
        }
    }
}
