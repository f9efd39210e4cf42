//! Free fields put together: what was changed later beside what was told first. A JSON object is taken apart at its own commas and
//! nothing inside of it is read, so that this crate needs no parser.

use crate::FreeFields;

impl FreeFields {
    /// These fields with later ones: a later field stands for an earlier one of its name, in its place. None if both together are
    /// too long. O(n·m).
    ///
    /// Names are compared as they are spelled: one writer spells a name in one way.
    #[must_use]
    pub fn with(&self, later: &Self) -> Option<Self> {
        let mut fields = members(self.as_json());
        for (name, value) in members(later.as_json()) {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => fields.push((name, value)),
            }
        }
        let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
        Self::new(format!("{{{}}}", fields.join(",")))
    }
}

/// The fields of an object's text: names with their quotes, and values. What is no object has none.
fn members(json: &str) -> Vec<(&str, &str)> {
    let json = json.trim();
    let Some(inner) = json.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return Vec::new() };
    let fields = parts(inner, ',').into_iter().filter_map(|field| match parts(field, ':')[..] {
        // A colon at this depth comes after a name, and only one does.
        [name, value] => Some((name.trim(), value.trim())),
        _ => None,
    });
    fields.collect()
}

/// Parts between a sign, where it stands neither in a text nor in a list or an object.
fn parts(text: &str, between: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    let (mut is_text, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ if is_text => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            c if c == between && depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..).filter(|rest| !rest.trim().is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FREE_FIELDS_BYTES_MAX;

    #[track_caller]
    fn check(first: &str, later: &str, expected: &str) {
        let [first, later] = [first, later].map(|json| FreeFields::new(json).expect("short"));
        assert_eq!(first.with(&later).map(|fields| fields.as_json().to_owned()).as_deref(), Some(expected));
    }

    #[test]
    fn later_fields_stand_for_earlier_ones() {
        check(r#"{"a":"1","b":"2"}"#, r#"{"b":"3","c":null}"#, r#"{"a":"1","b":"3","c":null}"#);
        check("{}", r#"{"a":1}"#, r#"{"a":1}"#);
        check(r#"{"a":1}"#, "{}", r#"{"a":1}"#);
        let odd = r#"{"a,\"}":{"b":[1,2,{"c":"}:,"}]},"é":"\\"}"#;
        check(odd, r#"{"é":"x:,y"}"#, r#"{"a,\"}":{"b":[1,2,{"c":"}:,"}]},"é":"x:,y"}"#);
        check(odd, odd, odd);
        check("[1,2]", r#"{"a":1}"#, r#"{"a":1}"#);
    }

    #[test]
    fn together_they_have_the_same_limit() {
        let long = |name: &str| {
            let text = format!("{{\"{name}\":\"{}\"}}", "x".repeat(FREE_FIELDS_BYTES_MAX / 2));
            FreeFields::new(text).expect("short enough")
        };
        assert!(long("a").with(&long("a")).is_some());
        assert!(long("a").with(&long("b")).is_none());
    }
}
