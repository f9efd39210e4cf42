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
        "the data folder {data} is there, but its master key file {path} is not: bring it back, since sealed data cannot be read without it, or say where it is (store.master_key_file)"
    )]
    Missing { data: PathBuf, path: PathBuf },
    #[error("the data folder {data} is no folder")]
    NoFolder { data: PathBuf },
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
    match read(&path)? {
        Some(key) => Ok(key),
        None => make(config, path),
    }
}

/// The key in a file; None if there is no such file.
fn read(path: &Path) -> Result<Option<MasterKey>, MasterKeyError> {
    let unreadable = |source| MasterKeyError::Unreadable { path: path.to_owned(), source };
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            Err(MasterKeyError::Exposed { path: path.to_owned() })
        }
        Ok(_) => {
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            parse(&Zeroizing::new(text), &path.display().to_string()).map(Some)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unreadable(source)),
    }
}

fn make(config: &Config, path: PathBuf) -> Result<MasterKey, MasterKeyError> {
    let data = config.store.data.clone();
    if data.exists() && !data.is_dir() {
        return Err(MasterKeyError::NoFolder { data });
    }
    // A folder with something in it was sealed under a key: a new one would only hide that the old one is lost.
    if std::fs::read_dir(&data).is_ok_and(|mut inside| inside.any(|entry| entry.is_ok())) {
        // Unless another starter has just made both.
        return read(&path)?.ok_or(MasterKeyError::Missing { data, path });
    }
    let bytes = Zeroizing::new(clock::random::<32>());
    let text: Zeroizing<String> = Zeroizing::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    match write(&path, &text) {
        Ok(()) => Ok(MasterKey::from_bytes(*bytes)),
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            read(&path)?.ok_or(MasterKeyError::Unwritable { path, source })
        }
        Err(source) => Err(MasterKeyError::Unwritable { path, source }),
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // Private from the first moment, and whole before it has its name: a starter that is killed here, or that comes second,
    // leaves no half a key. Whoever came first wins.
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    let named = writeln!(file, "{text}").and_then(|()| file.sync_all()).and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    named?;
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
