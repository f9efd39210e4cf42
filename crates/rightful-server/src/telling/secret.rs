//! A hook's secret, and for a while the one before it: what is sealed of a hook is one text that says both, or the secret
//! with what its receiver has chosen.

use std::time::Duration;

use rightful_domain::{Hook, HookStyle, HookTerms, Timestamp};
use rightful_store::MasterKey;
use zeroize::Zeroizing;

use super::terms;

/// How long a secret that was replaced signs beside its successor, as Standard Webhooks ask for ("zero downtime secret
/// rotation"): time enough to let every receiver know.
const EARLIER_SIGNS: Duration = Duration::from_secs(24 * 3600);

/// A hook's secrets. No secret has a space in it.
pub(crate) struct Secrets {
    current: Zeroizing<String>,
    /// The one before it, and until when it signs.
    earlier: Option<(Zeroizing<String>, Timestamp)>,
    /// How it signs and what it is told, where the style lets its receiver choose. Of these, one secret signs at a time:
    /// a message has room for one digest.
    terms: Option<HookTerms>,
}

/// What is sealed cannot be opened or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Secrets {
    /// One that was never replaced.
    pub(crate) fn new(secret: &str) -> Self {
        Self { current: Zeroizing::new(secret.to_owned()), earlier: None, terms: None }
    }

    /// The first one of a hook of a style, with the terms that it begins with.
    pub(crate) fn first(style: HookStyle, secret: &str) -> Self {
        let terms = (style == HookStyle::Sumsub).then(HookTerms::default);
        Self { terms, ..Self::new(secret) }
    }

    /// One with the terms that its receiver has chosen.
    pub(crate) fn with_terms(secret: &str, terms: HookTerms) -> Self {
        Self { terms: Some(terms), ..Self::new(secret) }
    }

    /// Those of a hook; None if it has none.
    pub(crate) fn of(hook: &Hook, master_key: &MasterKey) -> Result<Option<Self>, Unreadable> {
        let Some(sealed) = &hook.sealed_secret else { return Ok(None) };
        let bytes = master_key.open(sealed).map_err(|_| Unreadable)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Unreadable)?;
        match hook.style {
            HookStyle::Sumsub => {
                let (secret, terms) = terms::of_text(text).ok_or(Unreadable)?;
                Ok(Some(Self::with_terms(&secret, terms)))
            }
            HookStyle::Standard | HookStyle::Ravelin | HookStyle::Rupt => Self::read(text).map(Some),
        }
    }

    /// As it is sealed: the secret, and if there was one before it, that one and until when it signs, in ms.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        if let Some(chosen) = &self.terms {
            return terms::to_text(&self.current, chosen);
        }
        Zeroizing::new(match &self.earlier {
            Some((earlier, until)) => format!("{} {} {}", *self.current, **earlier, until.as_millis()),
            None => self.current.to_string(),
        })
    }

    fn read(text: &str) -> Result<Self, Unreadable> {
        let mut words = text.split(' ');
        let current = words.next().ok_or(Unreadable)?;
        let earlier = match (words.next(), words.next(), words.next()) {
            (None, _, _) => None,
            (Some(earlier), Some(until), None) => {
                let until = until.parse().map_err(|_| Unreadable)?;
                Some((Zeroizing::new(earlier.to_owned()), Timestamp::from_millis(until)))
            }
            _ => return Err(Unreadable),
        };
        Ok(Self { earlier, ..Self::new(current) })
    }

    /// With a new one; the one that was current signs as well for a while, and the one before it no more.
    pub(crate) fn replaced(self, secret: &str, now: Timestamp) -> Self {
        match self.terms {
            Some(terms) => Self::with_terms(secret, terms),
            None => Self { earlier: Some((self.current, now.plus(EARLIER_SIGNS))), ..Self::new(secret) },
        }
    }

    /// How it signs and what it is told; None where its style leaves no choice.
    pub(crate) const fn terms(&self) -> Option<&HookTerms> {
        self.terms.as_ref()
    }

    /// The newest.
    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// Those that sign, the newest first.
    pub(crate) fn signing(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let earlier = self.earlier.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret.as_str());
        std::iter::once(self.current()).chain(earlier)
    }

    /// Until when the one before the current one signs; None if none does.
    pub(crate) fn earlier_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.earlier.as_ref().map(|(_, until)| *until).filter(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_has_chosen_stays_when_its_secret_is_replaced() {
        let now = Timestamp::from_seconds(1_000);
        let chosen = HookTerms { name: "Payouts live".into(), tries_once: true, ..HookTerms::default() };
        let replaced = Secrets::with_terms("a", chosen.clone()).replaced("b", now);
        assert_eq!(replaced.signing(now).collect::<Vec<_>>(), ["b"]);
        assert_eq!(replaced.earlier_until(now), None);
        let (secret, read) = terms::of_text(&replaced.text()).unwrap();
        assert_eq!((&**secret, read), ("b", chosen));
        assert_eq!(Secrets::first(HookStyle::Sumsub, "c").terms(), Some(&HookTerms::default()));
        assert_eq!(Secrets::first(HookStyle::Rupt, "c").terms(), None);
    }

    #[test]
    fn a_replaced_secret_signs_for_a_day_and_its_predecessor_no_more() {
        let now = Timestamp::from_seconds(1_000);
        let day = Duration::from_secs(24 * 3600);
        let signing = |secrets: &Secrets, at| secrets.signing(at).map(str::to_owned).collect::<Vec<_>>();
        let once = Secrets::new("a").replaced("b", now);
        assert_eq!(signing(&once, now), ["b", "a"]);
        let read = Secrets::read(&once.text()).unwrap();
        assert_eq!(read.earlier_until(now), Some(now.plus(day)));
        assert_eq!(signing(&read, now.plus(day)), ["b"]);
        assert_eq!(signing(&read.replaced("c", now), now), ["c", "b"]);
        assert_eq!(signing(&Secrets::read("a").unwrap(), now), ["a"]);
        assert!(Secrets::read("a b").is_err() && Secrets::read("a b x").is_err() && Secrets::read("a b 1 c").is_err());
    }
}
