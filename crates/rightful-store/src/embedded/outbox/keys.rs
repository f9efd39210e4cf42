//! Where the outbox keeps what: every key begins with what it is, whose it is and of which hook.

/// Messages that wait, by number.
pub(super) const WAITING_PREFIX: u8 = b'w';
/// Messages that were given up, by number, of all hooks of an application.
pub(super) const GIVEN_UP_PREFIX: u8 = b'x';
/// The lines of a hook's log, by place.
const LOG_PREFIX: u8 = b'l';

/// A hook of an application: the short form of its id, and a hash of the hook's.
pub(super) type Line = (u32, u64);

pub(super) fn line_of(application: u32, hook: &str) -> Line {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(hook.as_bytes()).as_bytes();
    (application, u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// The line in a key of [`waiting_key`] or [`log_key`].
pub(super) fn line_in(key: &[u8]) -> Option<Line> {
    let (_, line) = key.split_first()?;
    let (application, rest) = line.split_first_chunk::<4>()?;
    let (hook, _) = rest.split_first_chunk::<8>()?;
    Some((u32::from_be_bytes(*application), u64::from_be_bytes(*hook)))
}

fn line_prefix(what: u8, (application, hook): Line) -> Vec<u8> {
    [&[what][..], &application.to_be_bytes(), &hook.to_be_bytes()].concat()
}

pub(super) fn waiting_key(line: Line, number: u64) -> Vec<u8> {
    [line_prefix(WAITING_PREFIX, line), number.to_be_bytes().to_vec()].concat()
}

pub(super) fn log_key(line: Line, place: u64) -> Vec<u8> {
    [line_prefix(LOG_PREFIX, line), place.to_be_bytes().to_vec()].concat()
}

/// All logs.
pub(super) const fn log_prefix() -> [u8; 1] {
    [LOG_PREFIX]
}

/// All that an application's hooks never took.
pub(super) fn given_up_prefix(application: u32) -> [u8; 5] {
    let [a, b, c, d] = application.to_be_bytes();
    [GIVEN_UP_PREFIX, a, b, c, d]
}

pub(super) fn given_up_key(application: u32, number: u64) -> Vec<u8> {
    [&given_up_prefix(application)[..], &number.to_be_bytes()].concat()
}
