//! The master key: from the environment, a command, or a file beside the data folder.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rightful_store::MasterKey;
use zeroize::Zeroizing;

use crate::clock;
use crate::config::Config;

/// The variable of the environment that goes before the file.
const VARIABLE: &str = "RIGHTFUL_MASTER_KEY";

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MasterKeyError {
    #[error("{origin} must hold 64 hexadecimal digits")]
    Malformed { origin: String },
    #[error("cannot read the master key file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("cannot make the master key file {path}: {source}")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("the master key file {path} can be read by others: run chmod 600 on it")]
    Exposed { path: PathBuf },
    #[error(
        "the data folder {data} is there, but its master key file {path} is not: bring it back, since sealed data cannot be read without it"
    )]
    Missing { data: PathBuf, path: PathBuf },
    #[error("the master key command failed: {reason}")]
    Command { reason: String },
}

/// The master key; its file is made if there is neither key nor data yet.
pub(crate) fn load(config: &Config) -> Result<MasterKey, MasterKeyError> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return parse(&Zeroizing::new(text), VARIABLE);
    }
    if !config.store.master_key_command.is_empty() {
        return from_command(&config.store.master_key_command);
    }
    let path = config.master_key_file();
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => Err(MasterKeyError::Exposed { path }),
        Ok(_) => {
            let text = std::fs::read_to_string(&path)
                .map_err(|source| MasterKeyError::Unreadable { path: path.clone(), source })?;
            parse(&Zeroizing::new(text), &path.display().to_string())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(config, path),
        Err(source) => Err(MasterKeyError::Unreadable { path, source }),
    }
}

fn make(config: &Config, path: PathBuf) -> Result<MasterKey, MasterKeyError> {
    let data = config.store.data.clone();
    // A folder with something in it was sealed under a key: a new one would only hide that the old one is lost.
    if std::fs::read_dir(&data).is_ok_and(|mut inside| inside.any(|entry| entry.is_ok())) {
        return Err(MasterKeyError::Missing { data, path });
    }
    let bytes = Zeroizing::new(clock::random::<32>());
    let text: Zeroizing<String> = Zeroizing::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    write(&path, &text).map_err(|source| MasterKeyError::Unwritable { path, source })?;
    Ok(MasterKey::from_bytes(*bytes))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // Made new and private from the first moment; another starter that came first wins.
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    // The name, too, must survive a power cut: what will be sealed does.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn from_command(command: &str) -> Result<MasterKey, MasterKeyError> {
    let failed = |reason: String| MasterKeyError::Command { reason };
    let output =
        std::process::Command::new("sh").arg("-c").arg(command).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let bytes = Zeroizing::new(output.stdout);
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("it printed no text".into()))?;
    parse(text, "the master key command's output")
}

fn parse(text: &str, origin: &str) -> Result<MasterKey, MasterKeyError> {
    let malformed = || MasterKeyError::Malformed { origin: origin.into() };
    let text = text.trim();
    let mut bytes = Zeroizing::new([0_u8; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return Err(malformed());
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        let digits = text.get(at..at + 2).ok_or_else(malformed)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
    }
    Ok(MasterKey::from_bytes(*bytes))
}
