//! Small numbers in as many bits each as the largest of them needs.

use serde::{Deserialize, Serialize};

use super::Undecodable;

/// Numbers of so many bits, the first in the lowest bits. How many there are is said elsewhere.
#[derive(Serialize, Deserialize)]
pub(super) struct Packed(u8, Vec<u8>);

impl Packed {
    pub(super) fn of(numbers: &[u32]) -> Self {
        let width = u32::BITS - numbers.iter().fold(0, |all, number| all | number).leading_zeros();
        let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u64, 0);
        for number in numbers {
            bits |= u64::from(*number) << n_bits;
            n_bits += width;
            while n_bits >= 8 {
                bytes.push((bits & 0xFF) as u8);
                (bits, n_bits) = (bits >> 8, n_bits - 8);
            }
        }
        if n_bits > 0 {
            bytes.push((bits & 0xFF) as u8);
        }
        // At most 32.
        Self(width as u8, bytes)
    }

    /// The first `n` of them.
    pub(super) fn numbers(&self, n: usize) -> Result<Vec<u32>, Undecodable> {
        let (width, n_bits) = (usize::from(self.0), self.1.len() * 8);
        if self.0 > 32 || n.saturating_mul(width) > n_bits {
            return Err(Undecodable("numbers that are not there"));
        }
        let bit = |place: usize| self.1.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1);
        let number = |at: usize| (0..width).fold(0, |all, i| all | u32::from(bit(at * width + i)) << i);
        Ok((0..n).map(number).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sixteen_numbers_below_sixteen_take_eight_bytes() {
        assert_eq!(Packed::of(&(0..16).collect::<Vec<_>>()).1.len(), 8);
        assert_eq!((Packed::of(&[0; 9]).1.len(), Packed::of(&[0; 9]).numbers(9)), (0, Ok(vec![0; 9])));
        assert_eq!(Packed::of(&[5, 1, 7]).1, [0b1100_1101, 0b1]);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(numbers in any::<Vec<u32>>(), shift in 0_u32..32) {
            let numbers: Vec<u32> = numbers.iter().map(|number| number >> shift).collect();
            let packed = Packed::of(&numbers);
            prop_assert_eq!(packed.numbers(numbers.len()), Ok(numbers.clone()));
            prop_assert!(packed.0 == 0 || packed.numbers(numbers.len() + 8).is_err());
        }
    }
}
