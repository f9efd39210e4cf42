//! Bodies that may hold no name but the known ones: where a slip would change a setting's meaning without a word.

use rightful_domain::nearest_within;

use crate::fields::{Fault, Fields};
use crate::json::Node;

/// How many letters may be wrong in a slip.
const SLIP_MAX: usize = 2;

/// Refuses the first field that nobody has taken, with the known name that it may be a slip of.
pub(super) fn check(body: Fields<'_>, known: &[&str]) -> Result<(), Fault> {
    let Node::ObjectRest(left) = body.rest() else { return Ok(()) };
    let Some((name, _)) = left.iter().find(|(_, node)| !node.is_spent()) else { return Ok(()) };
    let detail = match nearest_within(SLIP_MAX, name, known.iter().copied()) {
        Some(meant) => format!("is no field here; did you mean {meant}?"),
        None => format!("is no field here; there are {}", known.join(", ")),
    };
    Err(Fault::new(detail).within(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refusal;
    use crate::json::parse_object;

    #[track_caller]
    fn check_body(body: &str, expected: Option<(&str, &str)>) {
        let fields = Fields::new(parse_object(body.as_bytes()).expect("an object"));
        let refusal = check(fields, &["url", "style", "secret"]).err().map(Refusal::from);
        let said = refusal.as_ref().map(|refusal| (refusal.path.as_deref().unwrap_or(""), refusal.detail.as_str()));
        assert_eq!(said, expected, "{body}");
    }

    #[test]
    fn a_name_that_is_not_known_is_refused_with_what_was_meant() {
        check_body("{}", None);
        check_body(r#"{"stile":"rupt"}"#, Some(("stile", "is no field here; did you mean style?")));
        check_body(r#"{"urls":""}"#, Some(("urls", "is no field here; did you mean url?")));
        check_body(r#"{"secert":1}"#, Some(("secert", "is no field here; did you mean secret?")));
        check_body(r#"{"events":null}"#, Some(("events", "is no field here; there are url, style, secret")));
    }
}
