//! Sorted disjoint ranges of addresses, searched by halving. IPv4 and IPv6 are apart, so that the former costs 32 bits.
//!
//! Invariant: in each family the ranges are ascending, none empties and none overlaps another.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The value of each range of addresses that has one.
#[derive(Debug)]
pub(crate) struct Ranges<V> {
    v4: Family<u32, V>,
    v6: Family<u128, V>,
}

/// A first and a last address of one family, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    V4(u32, u32),
    V6(u128, u128),
}

impl Span {
    /// Both ends included; None if they are of two families or the wrong way round. An IPv4-mapped address is IPv4.
    pub(crate) fn between(first: IpAddr, last: IpAddr) -> Option<Self> {
        match (first.to_canonical(), last.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => Some(Self::V4(first.into(), last.into())),
            (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => Some(Self::V6(first.into(), last.into())),
            (IpAddr::V4(_) | IpAddr::V6(_), _) => None,
        }
    }
}

impl Span {
    /// Whether it is every address of its family.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::V4(0, u32::MAX) | Self::V6(0, u128::MAX))
    }
}

#[derive(Debug)]
struct Family<K, V> {
    /// Apart from the rest, so that the search touches few cache lines.
    firsts: Box<[K]>,
    rest: Box<[(K, V)]>,
}

impl<K: Copy + Ord, V> Family<K, V> {
    fn find(&self, key: K) -> Option<&V> {
        let place = self.firsts.partition_point(|first| *first <= key).checked_sub(1)?;
        self.rest.get(place).filter(|(last, _)| key <= *last).map(|(_, value)| value)
    }
}

impl<V> Ranges<V> {
    /// The value of the range that an address is in. O(log n).
    pub(crate) fn find(&self, ip: IpAddr) -> Option<&V> {
        match ip.to_canonical() {
            IpAddr::V4(v4) => self.v4.find(v4.into()),
            IpAddr::V6(v6) => self.v6.find(v6.into()),
        }
    }

    /// How many ranges there are.
    pub(crate) fn len(&self) -> usize {
        self.v4.firsts.len() + self.v6.firsts.len()
    }
}

impl<V: Copy + Eq> Ranges<V> {
    /// Where ranges overlap, `pick` says the value of those that are there, given as places in `ranges`, the narrowest
    /// first and of equally narrow ones the earlier. O(n log n).
    pub(crate) fn of<T: Copy>(ranges: &[(Span, T)], pick: impl Fn(&mut dyn Iterator<Item = T>) -> V) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (span, value) in ranges {
            match *span {
                Span::V4(first, last) => v4.push((u128::from(first), u128::from(last), *value)),
                Span::V6(first, last) => v6.push((first, last, *value)),
            }
        }
        // Both ends came from 32 bits, and no end is made that was not given or is not next to one given.
        let narrow = |number: u128| u32::try_from(number).unwrap_or(u32::MAX);
        Self { v4: family(disjoint(v4, &pick), narrow), v6: family(disjoint(v6, &pick), |number| number) }
    }
}

fn family<K, V>(ranges: Vec<(u128, u128, V)>, key: impl Fn(u128) -> K) -> Family<K, V> {
    let firsts = ranges.iter().map(|(first, ..)| key(*first)).collect();
    let rest = ranges.into_iter().map(|(_, last, value)| (key(last), value)).collect();
    Family { firsts, rest }
}

/// Cuts ranges at each other's ends and puts equal neighbors together.
fn disjoint<T: Copy, V: Copy + Eq>(
    mut ranges: Vec<(u128, u128, T)>,
    pick: &impl Fn(&mut dyn Iterator<Item = T>) -> V,
) -> Vec<(u128, u128, V)> {
    ranges.sort_by_key(|(first, ..)| *first);
    let mut cut: Vec<(u128, u128, V)> = Vec::with_capacity(ranges.len());
    // The ranges that are open where the sweep is: width, place. Few at any time.
    let mut open: BTreeSet<(u128, usize)> = BTreeSet::new();
    let mut next = 0;
    let mut at = 0;
    loop {
        if open.is_empty() {
            let Some((first, ..)) = ranges.get(next) else { return cut };
            at = *first;
        }
        while let Some((first, last, _)) = ranges.get(next)
            && *first == at
        {
            open.insert((last - first, next));
            next += 1;
        }
        let ends = open.iter().filter_map(|(_, place)| ranges.get(*place)).map(|(_, last, _)| *last).min();
        let Some(ends) = ends else { return cut };
        let until = match ranges.get(next) {
            // The next one begins after `at`, since those that begin at it are open.
            Some((first, ..)) => ends.min(first - 1),
            None => ends,
        };
        let value = pick(&mut open.iter().filter_map(|(_, place)| ranges.get(*place)).map(|(.., value)| *value));
        push(&mut cut, (at, until, value));
        open.retain(|(_, place)| ranges.get(*place).is_some_and(|(_, last, _)| *last > until));
        // Nothing begins or is open beyond the highest address.
        let Some(after) = until.checked_add(1) else { return cut };
        at = after;
    }
}

fn push<V: Copy + Eq>(cut: &mut Vec<(u128, u128, V)>, range: (u128, u128, V)) {
    match cut.last_mut() {
        Some((_, last, value)) if *value == range.2 && last.checked_add(1) == Some(range.0) => *last = range.1,
        _ => cut.push(range),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn narrowest(values: &mut dyn Iterator<Item = u8>) -> u8 {
        values.next().expect("a range is open")
    }

    fn all(values: &mut dyn Iterator<Item = u8>) -> u64 {
        values.fold(0, |mask, value| mask | 1 << (value % 64))
    }

    fn span_v6(first: u128, last: u128) -> Span {
        Span::V6(first, last)
    }

    #[test]
    fn the_ends_of_the_address_space_are_addresses() {
        let ranges = Ranges::of(
            &[
                (Span::V4(0, u32::MAX), 1),
                (Span::V4(u32::MAX, u32::MAX), 2),
                (span_v6(0, u128::MAX), 3),
                (span_v6(u128::MAX, u128::MAX), 4),
            ],
            narrowest,
        );
        for (address, value) in
            [("0.0.0.0", 1), ("255.255.255.254", 1), ("255.255.255.255", 2), ("::", 3), ("2001:db8::", 3)]
        {
            assert_eq!(ranges.find(address.parse().expect("an address")), Some(&value), "{address}");
        }
        assert_eq!(ranges.find(Ipv6Addr::from(u128::MAX).into()), Some(&4));
        assert_eq!(ranges.len(), 4);
    }

    #[test]
    fn neighbors_of_one_value_are_one_range_and_a_gap_is_a_gap() {
        let ranges = Ranges::of(&[(Span::V4(8, 9), 1), (Span::V4(4, 7), 1), (Span::V4(11, 11), 1)], narrowest);
        assert_eq!(ranges.len(), 2);
        for (number, value) in [(3, None), (4, Some(1)), (9, Some(1)), (10, None), (11, Some(1)), (12, None)] {
            assert_eq!(ranges.find(Ipv4Addr::from(number).into()).copied(), value, "{number}");
        }
    }

    #[test]
    fn a_mapped_address_is_found_as_what_it_is() {
        let span = |first: &str, last: &str| {
            Span::between(first.parse().expect("an address"), last.parse().expect("an address"))
        };
        assert_eq!(span("::ffff:1.0.0.0", "::ffff:1.0.0.9"), span("1.0.0.0", "1.0.0.9"));
        assert_eq!(span("1.0.0.0", "::1"), None);
        assert_eq!(span("1.0.0.1", "1.0.0.0"), None);
        let ranges = Ranges::of(&[(span("1.0.0.0", "1.0.0.9").expect("a span"), 1)], narrowest);
        assert_eq!(ranges.find("::ffff:1.0.0.5".parse().expect("an address")), Some(&1));
    }

    proptest! {
        #[test]
        fn a_search_finds_what_a_naive_scan_finds(
            given in proptest::collection::vec((0_u32..200, 0_u32..40, 0_u8..6), 0..40),
        ) {
            let v4: Vec<_> = given.iter().map(|(first, more, v)| (Span::V4(*first, first + more), *v)).collect();
            let wide = |number: u32| u128::MAX - 300 + u128::from(number);
            let v6: Vec<_> =
                given.iter().map(|(first, more, v)| (Span::V6(wide(*first), wide(first + more)), *v)).collect();
            let (masks_v4, masks_v6) = (Ranges::of(&v4, all), Ranges::of(&v6, all));
            let (one_v4, one_v6) = (Ranges::of(&v4, narrowest), Ranges::of(&v6, narrowest));
            for number in 0..260 {
                let here = || given.iter().filter(|(first, more, _)| (*first..=first + more).contains(&number));
                let mask = here().next().map(|_| all(&mut here().map(|(.., v)| *v)));
                let (v4, v6) = (Ipv4Addr::from(number), Ipv6Addr::from(wide(number)));
                prop_assert_eq!(masks_v4.find(v4.into()).copied(), mask);
                prop_assert_eq!(masks_v6.find(v6.into()).copied(), mask);
                let found = one_v4.find(v4.into()).copied();
                let width = here().map(|(_, more, _)| *more).min();
                let as_narrow = |value: u8| here().any(|(_, more, v)| Some(*more) == width && *v == value);
                prop_assert_eq!(found.is_some(), mask.is_some());
                prop_assert!(found.is_none_or(as_narrow));
                prop_assert_eq!(one_v6.find(v6.into()).copied(), found);
            }
        }
    }
}
