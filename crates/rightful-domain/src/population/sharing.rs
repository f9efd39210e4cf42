//! How usual it is to meet others at an address: behind a carrier's few gateways somebody always is, on a fixed line hardly
//! anybody.
//!
//! Counted are addresses that are new to an account, anywhere, by provider, and by block of addresses, since a carrier
//! shares what it has little of and not the rest. They stand among the values, under keys of their own: those that another
//! account had shown as accounts, all of them as children. So they need no room beside, and the rare go first here, too.

use super::{NoveltyCount, Population, VALUES_MAX};
use crate::News;
use crate::circumstances::{Circumstances, Level};

/// Sets these keys apart from tags.
const SHARING: u32 = 0x5348_4152;
/// New addresses that hold a block of addresses at its provider, and a provider at all of them.
const HOLD: f32 = 10.0;
/// Before anything was seen, one new address in five is taken for shared, with the weight of so many.
const PRIOR_SHARED: f32 = 0.2;
const PSEUDO_ADDRESSES: f32 = 5.0;

impl Population {
    /// How many of the addresses around this one that were new to an account another had shown.
    pub(super) fn shared_addresses(&self, circumstances: &Circumstances) -> f32 {
        let [all, narrower @ ..] = keys(circumstances).map(|key| {
            let count = key.map(|key| self.values.get(key)).unwrap_or_default();
            NoveltyCount { novel: count.accounts as f32, tried: count.children as f32 }
        });
        let usual = all.rate(PSEUDO_ADDRESSES, PRIOR_SHARED);
        narrower.into_iter().fold(usual, |usual, count| count.rate(HOLD, usual))
    }

    /// Counts an address that is new to an account which has some already. Asked before the address itself is counted.
    pub(super) fn count_new_address(&mut self, circumstances: &Circumstances, news: &News) {
        let is_new = !news.is_first && Level::NETWORK.into_iter().any(|level| news.is_novel(level));
        let Some(address) = circumstances.tag(Level::Address).filter(|_| is_new) else { return };
        let is_shared = self.values.get(address.get()).accounts > 0;
        for key in keys(circumstances).into_iter().flatten() {
            if self.values.len() >= VALUES_MAX {
                self.make_room();
            }
            self.values.change(key, |count| {
                count.accounts = count.accounts.saturating_add(u32::from(is_shared));
                count.children = count.children.saturating_add(1);
            });
        }
    }
}

/// Where new addresses are counted: anywhere, at this provider, in this block of addresses.
fn keys(circumstances: &Circumstances) -> [Option<u32>; 3] {
    // Tags are keyed hashes, so any mixture is as good as another.
    let key = |tag: u32| (tag ^ SHARING).wrapping_mul(0x9E37_79B1).rotate_left(15);
    let of = |level: Level| circumstances.tag(level).map(|tag| key(tag.get()));
    [Some(key(0)), of(Level::Asn), of(Level::Block)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circumstances::{StepTag, Version};
    use crate::{Profile, Timestamp};

    const DAY: Timestamp = Timestamp::from_seconds(1_767_225_600);

    fn from(provider: u32, block: u32, address: u32) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        tags[Level::Asn.number()] = StepTag::new(provider);
        tags[Level::Block.number()] = StepTag::new(block);
        tags[Level::Address.number()] = StepTag::new(address);
        Circumstances::from_tags(tags, Version::default(), Version::default())
    }

    fn of_address(is_new: bool) -> News {
        let mut news = News::default();
        news.note(Level::Address, 0.2, is_new);
        news
    }

    fn shared(population: &Population, provider: u32, block: u32) -> f32 {
        population.backdrop(&Profile::default(), &from(provider, block, 9_999), DAY).shared_addresses
    }

    #[test]
    fn what_is_usual_is_known_by_block_then_provider_then_all() {
        let mut population = Population::default();
        assert_eq!(shared(&population, 1, 11), PRIOR_SHARED);
        for n in 0..400 {
            // One carrier: a block with two gateways, and one where everybody has an address.
            population.learn(DAY, &from(1, 11, 500 + n % 2), &of_address(true));
            population.learn(DAY, &from(1, 12, 1_000 + n), &of_address(true));
        }
        assert!(shared(&population, 1, 11) > 0.95 && shared(&population, 1, 12) < 0.05);
        assert!((shared(&population, 1, 13) - 0.5).abs() < 0.05, "{}", shared(&population, 1, 13));
        assert!((shared(&population, 2, 21) - 0.5).abs() < 0.05, "{}", shared(&population, 2, 21));
    }

    #[test]
    fn only_what_is_new_to_an_account_that_has_addresses_is_counted() {
        let mut population = Population::default();
        for _ in 0..50 {
            population.learn(DAY, &from(1, 11, 500), &of_address(false));
            population.learn(DAY, &from(1, 11, 500), &News { is_first: true, ..News::default() });
        }
        assert_eq!(shared(&population, 1, 11), PRIOR_SHARED);
        population.learn(DAY, &Circumstances::default(), &of_address(true));
        assert_eq!(shared(&population, 1, 11), PRIOR_SHARED);
        population.learn(DAY, &from(1, 11, 500), &of_address(true));
        assert!(shared(&population, 1, 11) > PRIOR_SHARED);
    }

    #[test]
    fn counts_go_before_the_room_is_full() {
        let mut population = Population::default();
        for n in 0..u32::try_from(VALUES_MAX).expect("fits") {
            population.learn(DAY, &from(10_000 + n, 5, 6), &of_address(true));
        }
        assert!(population.values.len() <= VALUES_MAX);
        assert!(shared(&population, 1, 5) > 0.9);
    }
}
