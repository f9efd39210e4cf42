//! Wallets of the common chains, each by the checksum that its addresses carry.

use sha3::{Digest, Keccak256};

/// What base58 addresses begin with as bytes: Bitcoin's and Litecoin's to a key and to a script, Dogecoin's, their test networks',
/// and Tron's.
const BASE58_VERSIONS: [u8; 9] = [0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x6f, 0xc4, 0x41];
/// Base58 addresses with their version and checksum are 25 bytes, so 25 to 35 characters.
const BASE58_CHARS: std::ops::RangeInclusive<usize> = 25..=35;
/// A public key, which is all that a Solana address is, in bytes and in base58 characters.
const SOLANA_BYTES: usize = 32;
const SOLANA_CHARS: std::ops::RangeInclusive<usize> = 32..=44;
/// Chains whose bech32 addresses say a witness version, which decides between the two checksums (BIP 350).
const SEGWIT: [&str; 4] = ["bc", "tb", "bcrt", "ltc"];
/// The longest address of BIP 173; Cardano's have a base and a stake part and are longer.
const BECH32_CHARS: std::ops::RangeInclusive<usize> = 14..=90;
const CARDANO: &str = "addr";
const CARDANO_CHARS_MAX: usize = 120;

/// A wallet's address: as it is known again, and whether its checksum is right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wallet {
    pub(super) normal: String,
    pub(super) is_valid: bool,
}

/// Reads an address; None for what has no address's form. What only looks like one, and has a checksum that is wrong, is one that
/// is not valid. `is_said` where the caller calls it a wallet: then a form that much else could have is enough.
pub(super) fn read(text: &str, is_said: bool) -> Option<Wallet> {
    ethereum(text).or_else(|| base58(text, is_said)).or_else(|| bech32(text, is_said))
}

/// Forty hexadecimal digits, whose upper case is a checksum where both cases are used (EIP-55) and says nothing otherwise.
fn ethereum(text: &str) -> Option<Wallet> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    if digits.len() != 40 || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let is_mixed = digits.bytes().any(|c| c.is_ascii_uppercase()) && digits.bytes().any(|c| c.is_ascii_lowercase());
    let lower = digits.to_ascii_lowercase();
    let is_valid = !is_mixed || checksummed(&lower) == digits;
    Some(Wallet { normal: format!("0x{lower}"), is_valid })
}

/// A letter is a capital where its digit of the hash is above seven.
fn checksummed(lower: &str) -> String {
    let hash = Keccak256::digest(lower.as_bytes());
    let halves = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    lower.chars().zip(halves).map(|(c, half)| if half > 7 { c.to_ascii_uppercase() } else { c }).collect()
}

/// Base58 with a version and four bytes of checksum, or, of Solana, with neither.
fn base58(text: &str, is_said: bool) -> Option<Wallet> {
    let wallet = |is_valid| Some(Wallet { normal: text.to_owned(), is_valid });
    if BASE58_CHARS.contains(&text.len()) {
        let checked = bs58::decode(text).with_check(None).into_vec();
        if checked.is_ok_and(|bytes| bytes.len() == 21 && bytes.first().is_some_and(|v| BASE58_VERSIONS.contains(v))) {
            return wallet(true);
        }
        // What it began with is what somebody meant it to be.
        let begins = text.starts_with(['1', '3', 'T', 'L', 'M', 'D']);
        let is_base58 = bs58::decode(text).into_vec().is_ok();
        if is_said && begins && is_base58 {
            return wallet(false);
        }
    }
    let is_key = || bs58::decode(text).into_vec().is_ok_and(|bytes| bytes.len() == SOLANA_BYTES);
    if is_said && SOLANA_CHARS.contains(&text.len()) && is_key() { wallet(true) } else { None }
}

/// BIP 173's checksum, or BIP 350's; in one case or the other, which says nothing.
fn bech32(text: &str, is_said: bool) -> Option<Wallet> {
    let lower = text.to_ascii_lowercase();
    let (prefix, data) = lower.rsplit_once('1')?;
    let fits = BECH32_CHARS.contains(&text.len()) || prefix == CARDANO && text.len() <= CARDANO_CHARS_MAX;
    let is_printed = prefix.bytes().all(|c| (33..=126).contains(&c));
    if !fits || prefix.is_empty() || data.len() < 6 || !is_printed {
        return None;
    }
    let values = values(data)?;
    let is_mixed = text.bytes().any(|c| c.is_ascii_uppercase()) && text.bytes().any(|c| c.is_ascii_lowercase());
    let is_segwit = SEGWIT.contains(&prefix);
    let is_valid = !is_mixed
        && match polymod(prefix, &values) {
            BECH32 => !is_segwit || values.first() == Some(&0) && is_program(&values),
            BECH32M => {
                !is_segwit || values.first().is_some_and(|version| (1..=16).contains(version)) && is_program(&values)
            }
            _ => false,
        };
    // Anything may have a 1 in it: what is not right is only taken for an address that was meant as one.
    (is_valid || is_segwit || is_said && prefix == CARDANO).then_some(Wallet { normal: lower, is_valid })
}

const BECH32: u32 = 1;
const BECH32M: u32 = 0x2bc8_30a3;

fn values(data: &str) -> Option<Vec<u32>> {
    const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let value = |c| LETTERS.iter().position(|letter| *letter == c).and_then(|at| u32::try_from(at).ok());
    data.bytes().map(value).collect()
}

fn polymod(prefix: &str, values: &[u32]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|c| u32::from(c >> 5));
    let low = prefix.bytes().map(|c| u32::from(c & 31));
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
        let bits = GENERATOR.iter().enumerate();
        bits.fold(shifted, |sum, (bit, term)| if top >> bit & 1 == 1 { sum ^ term } else { sum })
    };
    high.chain(std::iter::once(0)).chain(low).chain(values.iter().copied()).fold(1, step)
}

/// A witness program: 2 to 40 bytes, 20 or 32 of version 0, and what is left of the last five bits is zero.
fn is_program(values: &[u32]) -> bool {
    let program = values.get(1..values.len().saturating_sub(6)).unwrap_or_default();
    let bits = program.len() * 5;
    let (bytes, rest) = (bits / 8, bits % 8);
    let padding = program.last().map_or(0, |last| last & ((1 << rest) - 1));
    let fits = match values.first() {
        Some(0) => matches!(bytes, 20 | 32),
        _ => (2..=40).contains(&bytes),
    };
    fits && rest < 5 && padding == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_said: bool, expected: Option<(&str, bool)>) {
        let read = read(text, is_said);
        assert_eq!(read.as_ref().map(|wallet| (&*wallet.normal, wallet.is_valid)), expected, "{text}");
    }

    // EIP-55's own.
    #[test]
    fn a_mixed_case_of_ethereum_must_be_the_right_one() {
        for address in [
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77",
            "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            let lower = address.to_ascii_lowercase();
            check(address, false, Some((&lower, true)));
            check(&lower, false, Some((&lower, true)));
            check(&address.to_ascii_uppercase(), false, Some((&lower, true)));
        }
        let lower = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
        check("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false, Some((lower, false)));
        check("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", true, None);
        check("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", true, None);
    }

    // BIP 173's and BIP 350's own.
    #[test]
    fn a_witness_program_has_the_checksum_of_its_version() {
        for address in [
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            "BC1SW50QGDZ25J",
            "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
            "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
            "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            check(address, false, Some((&address.to_ascii_lowercase(), true)));
        }
        for address in [
            // Of the other checksum.
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
            "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
            "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
            // A version, a length, a padding that there is not.
            "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
            "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
            // Both cases, and a letter that is another.
            "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        ] {
            check(address, false, Some((&address.to_ascii_lowercase(), false)));
        }
        // Of other chains, the checksum alone.
        check(
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            false,
            Some(("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", true)),
        );
        check("split1cheo2y9e2w", false, None);
        check("customer1number", true, None);
    }

    #[test]
    fn base58_has_a_checksum_and_a_case() {
        for address in [
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "1111111111111111111114oLvT2",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        ] {
            check(address, false, Some((address, true)));
        }
        // One letter another, or in the other case.
        for address in ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T"] {
            check(address, true, Some((address, false)));
            check(address, false, None);
        }
        check("customer1234567890123456789", true, None);
        for key in ["EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "So11111111111111111111111111111111111111112"] {
            check(key, true, Some((key, true)));
            check(key, false, None);
        }
        // A byte too few.
        check("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyT", true, None);
    }
}
