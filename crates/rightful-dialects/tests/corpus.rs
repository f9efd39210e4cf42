//! What the fuzzers begin from goes through what they call: so their code is built, and their seeds pass, with every
//! change.

use std::path::Path;

#[path = "../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is a crate of its own for the fuzzers")]
mod fuzz;

#[test]
fn every_seed_of_the_fuzzers_is_decoded_and_answered() {
    for dialect in ["native", "ravelin", "rupt", "transmit"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fuzz/corpus/{dialect}_decode"));
        let seeds = std::fs::read_dir(folder).expect("a folder of seeds");
        let mut n_seeds = 0;
        for seed in seeds {
            fuzz::decode(dialect, &read(&seed.expect("a seed").path()));
            n_seeds += 1;
        }
        assert!(n_seeds > 0, "{dialect} has no seeds");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads its files")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}
