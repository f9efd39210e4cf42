//! The arguments of `xtask soak`.

use std::path::PathBuf;

use super::SoakError;

pub(super) const USAGE: &str = "\
usage: xtask soak [--rounds N] [--seed S] [--binary PATH] [--folder DIR]
  --rounds N     how often to kill the server (200)
  --seed S       which logins and which moments (1)
  --binary PATH  the program; without it, the release build is made and used
  --folder DIR   an empty or new folder to work in, which is kept; without it, a temporary one, kept on failure";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How often to kill the server.
    pub rounds: u32,
    /// Chooses logins and moments.
    pub seed: u64,
    /// The program; None: build it.
    pub binary: Option<PathBuf>,
    /// Where to work; None: a temporary folder.
    pub folder: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 200, seed: 1, binary: None, folder: None }
    }
}

impl Options {
    /// Reads the arguments after `soak`.
    pub fn parse(arguments: &[&str]) -> Result<Self, SoakError> {
        let mut options = Self::default();
        for pair in arguments.chunks(2) {
            let [name, value] = pair else {
                return Err(SoakError::Usage(format!("{} needs a value", pair.concat())));
            };
            let number = || value.parse().map_err(|_| SoakError::Usage(format!("{name} needs a number")));
            match *name {
                "--rounds" => options.rounds = u32::try_from(number()?).unwrap_or(u32::MAX),
                "--seed" => options.seed = number()?,
                "--binary" => options.binary = Some(value.into()),
                "--folder" => options.folder = Some(value.into()),
                _ => return Err(SoakError::Usage(format!("unknown argument {name}"))),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_stated() {
        let said = Options::parse(&["--seed", "7", "--rounds", "5"]).expect("arguments");
        assert_eq!(said, Options { rounds: 5, seed: 7, ..Options::default() });
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for wrong in [&["--seed"][..], &["--seed", "x"], &["--sed", "7"], &["7"]] {
            assert!(matches!(Options::parse(wrong), Err(SoakError::Usage(_))), "{wrong:?}");
        }
    }
}
