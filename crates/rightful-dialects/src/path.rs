//! Where in a body something is wrong. Names come from the caller, so they are bounded, and hidden if they could be values.

/// The longest path a refusal says, in bytes; a caller chooses the names in it.
const PATH_BYTES_MAX: usize = 256;
/// The longest name in a path, in bytes: shorter than a digest in hexadecimal, lest one be sent as a name.
const NAME_BYTES_MAX: usize = 48;

/// One step of a path.
#[derive(Debug)]
pub(crate) enum Step {
    /// Into a field.
    Name(String),
    /// Into a list.
    Index(usize),
}

/// A path in words: `customers[3].customerId`. What could be a value in a name's place is hidden.
pub(crate) fn path_text(steps: impl Iterator<Item = Step>) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Name(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                let plain = name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control);
                path.push_str(if plain { &name } else { "…" });
            }
        }
        if path.len() > PATH_BYTES_MAX {
            path.push('…');
            break;
        }
    }
    path
}
