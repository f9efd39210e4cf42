//! What a condition says that is right, and is probably not what was meant: a country that is none, an hour past
//! midnight of the same day, a list that nobody has made.
//!
//! None of it is an error: what is published may be older than this, and has to be read as long as it can be.

use rightful_domain::{country_meant, country_spellings};

use super::syntax::{Expression, ExpressionKind, Operator};
use super::{RuleError, Span};

/// Texts that are countries in two capitals.
const COUNTRIES: [&str; 2] = ["ip.country", "person.country"];
/// Numbers that have a range: each with the least and the most.
const RANGES: [(&str, f64, f64); 2] = [("event.hour", 0.0, 23.0), ("score", 0.0, 100.0)];
/// Codes that data sets about addresses have for what is no country: Europe, and Asia with the Pacific.
const BESIDE_ISO: [&str; 2] = ["EU", "AP"];
/// The function that asks for a list, by its name.
const ON_LIST: &str = "onList";

/// What was found, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What is doubtful by itself.
    pub(super) doubts: Vec<RuleError>,
    /// The lists that it asks for, each with what is to be said where there is no such list.
    pub(super) lists: Vec<(Box<str>, RuleError)>,
}

/// Looks through a condition that was read. O(n) in its parts.
pub(super) fn find(text: &str, expression: &Expression) -> Found {
    let mut reader = Reader { text, found: Found::default() };
    reader.read(expression);
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    found: Found,
}

impl Reader<'_> {
    /// As deep as expressions may lie in each other, and no deeper.
    fn read(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Null
            | ExpressionKind::Flag(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Name(_) => {}
            ExpressionKind::Not(inner) | ExpressionKind::Negative(inner) => self.read(inner),
            ExpressionKind::Binary(operator, left, right) => {
                self.compared(*operator, left, right, expression.span);
                self.compared(mirrored(*operator), right, left, expression.span);
                self.read(left);
                self.read(right);
            }
            ExpressionKind::List(inner) | ExpressionKind::All(inner) | ExpressionKind::Any(inner) => {
                inner.iter().for_each(|inner| self.read(inner));
            }
            ExpressionKind::Choice(parts) => parts.iter().for_each(|part| self.read(part)),
            ExpressionKind::Call(name, arguments) => {
                self.called(name, arguments);
                arguments.iter().for_each(|argument| self.read(argument));
            }
            ExpressionKind::Method(receiver, _, arguments) => {
                self.read(receiver);
                arguments.iter().for_each(|argument| self.read(argument));
            }
        }
    }

    fn doubt(&mut self, span: Span, message: String) {
        self.found.doubts.push(RuleError::new(self.text, span, message));
    }

    fn compared(&mut self, operator: Operator, of: &Expression, with: &Expression, span: Span) {
        let ExpressionKind::Name(name) = &of.kind else { return };
        match &with.kind {
            ExpressionKind::Text(text) if COUNTRIES.contains(&name.as_str()) => self.country(text, with.span),
            ExpressionKind::List(elements) if COUNTRIES.contains(&name.as_str()) => {
                for element in elements {
                    if let ExpressionKind::Text(text) = &element.kind {
                        self.country(text, element.span);
                    }
                }
            }
            ExpressionKind::List(elements) => {
                for (number, element) in elements.iter().filter_map(|element| Some((number_of(element)?, element))) {
                    self.number(name, Operator::Equal, number, element.span);
                }
            }
            ExpressionKind::Number(_) | ExpressionKind::Negative(_) => {
                if let Some(number) = number_of(with) {
                    self.number(name, operator, number, span);
                }
            }
            ExpressionKind::Null
            | ExpressionKind::Flag(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Name(_)
            | ExpressionKind::Not(_)
            | ExpressionKind::Binary(..)
            | ExpressionKind::All(_)
            | ExpressionKind::Any(_)
            | ExpressionKind::Choice(_)
            | ExpressionKind::Call(..)
            | ExpressionKind::Method(..) => {}
        }
    }

    fn country(&mut self, code: &str, span: Span) {
        let known = country_spellings(code).map(|[two, _]| two);
        if known.is_some_and(|two| two.as_str() == code) || BESIDE_ISO.contains(&code) {
            return;
        }
        if let Some(two) = known {
            return self.doubt(span, format!("a country is told in two capitals, did you mean {:?}?", two.as_str()));
        }
        let meant = country_meant(code).map(|meant| format!(", did you mean {meant:?}?")).unwrap_or_default();
        self.doubt(span, format!("no country has the code {code:?}{meant}"));
    }

    fn number(&mut self, name: &str, operator: Operator, number: f64, span: Span) {
        let Some((_, least, most)) = RANGES.iter().find(|(ranged, ..)| *ranged == name) else { return };
        let Some(always) = always(operator, (*least, *most), number) else { return };
        let how_often = if always { "always" } else { "never" };
        self.doubt(span, format!("this is {how_often} true: `{name}` is {least} to {most}"));
    }

    fn called(&mut self, name: &str, arguments: &[Expression]) {
        let [Expression { kind: ExpressionKind::Text(list), span, .. }] = arguments else { return };
        if name == ON_LIST {
            let message = format!("there is no list {list:?} yet, so nothing is on it");
            self.found.lists.push((list.as_str().into(), RuleError::new(self.text, *span, message)));
        }
    }
}

/// A number as it is written, with its sign.
fn number_of(expression: &Expression) -> Option<f64> {
    let (sign, unsigned) = if let ExpressionKind::Negative(inner) = &expression.kind {
        (-1.0, &inner.kind)
    } else {
        (1.0, &expression.kind)
    };
    if let ExpressionKind::Number(number) = unsigned { Some(sign * number) } else { None }
}

/// Whether a comparison of anything within a range is true, where it is the same for all of it.
fn always(operator: Operator, (least, most): (f64, f64), number: f64) -> Option<bool> {
    let is_outside = number < least || number > most;
    match operator {
        Operator::Equal => is_outside.then_some(false),
        Operator::Unequal => is_outside.then_some(true),
        Operator::Less => same(most < number, least < number),
        Operator::LessOrEqual => same(most <= number, least <= number),
        Operator::Greater => same(least > number, most > number),
        Operator::GreaterOrEqual => same(least >= number, most >= number),
        Operator::In
        | Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide
        | Operator::Remainder => None,
    }
}

/// True if all are so, false if not one is.
const fn same(all: bool, any: bool) -> Option<bool> {
    match (all, any) {
        (true, _) => Some(true),
        (false, false) => Some(false),
        (false, true) => None,
    }
}

/// The operator with its sides exchanged.
const fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        Operator::Equal
        | Operator::Unequal
        | Operator::In
        | Operator::Add
        | Operator::Subtract
        | Operator::Multiply
        | Operator::Divide
        | Operator::Remainder => operator,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::When;

    fn doubts(text: &str) -> Vec<String> {
        When::parse(text).unwrap().doubts().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_country_that_is_none_is_doubtful() {
        for (text, expected) in [
            (r#"ip.country == "DE""#, &[][..]),
            (r#"ip.country == "XK" || person.country == "EU""#, &[]),
            (r#"ip.country == "UK""#, &[r#"1:15: no country has the code "UK", did you mean "GB"?"#]),
            (r#""QX" != ip.country"#, &[r#"1:1: no country has the code "QX""#]),
            (
                r#"!(person.country in ["DE", "QX", "EL"])"#,
                &[r#"1:28: no country has the code "QX""#, r#"1:34: no country has the code "EL", did you mean "GR"?"#],
            ),
            (r#"custom.country == "UK""#, &[]),
            (r#"person.country == "de""#, &[r#"1:19: a country is told in two capitals, did you mean "DE"?"#]),
            (r#"person.country == "DEU""#, &[r#"1:19: a country is told in two capitals, did you mean "DE"?"#]),
        ] {
            assert_eq!(doubts(text), expected, "{text}");
        }
    }

    #[test]
    fn a_comparison_that_is_the_same_for_every_value_is_doubtful() {
        let never = ["1:1: this is never true: `event.hour` is 0 to 23"];
        let always = ["1:1: this is always true: `event.hour` is 0 to 23"];
        for (text, expected) in [
            ("event.hour == 25", &never[..]),
            ("event.hour > 23", &never),
            ("event.hour >= 23", &[]),
            ("event.hour < 0", &never),
            ("event.hour <= 0", &[]),
            ("0 > event.hour", &never),
            ("23 >= event.hour", &always),
            ("event.hour != 24", &always),
            ("event.hour >= 0", &always),
            ("event.hour > 0", &[]),
            ("event.hour == 23", &[]),
            ("event.hour < 23", &[]),
            ("event.hour <= 23", &always),
            ("score > 100", &["1:1: this is never true: `score` is 0 to 100"]),
            ("score >= 100", &[]),
            ("score < 0", &["1:1: this is never true: `score` is 0 to 100"]),
            ("score <= 100", &["1:1: this is always true: `score` is 0 to 100"]),
            ("event.hour == -1", &never),
            ("event.hour in [23, 24]", &["1:20: this is never true: `event.hour` is 0 to 23"]),
            ("payment.amount > 100000", &[]),
        ] {
            assert_eq!(doubts(text), expected, "{text}");
        }
    }

    #[test]
    fn the_lists_that_are_asked_for_are_named_with_their_places() {
        let when = When::parse(r#"score > 1 && (onList("staff") || !onList("mules"))"#).unwrap();
        assert!(when.doubts().is_empty());
        let told: Vec<_> = when.lists().iter().map(|(list, doubt)| (&**list, doubt.to_string())).collect();
        assert_eq!(
            told,
            [
                ("staff", r#"1:22: there is no list "staff" yet, so nothing is on it"#.to_owned()),
                ("mules", r#"1:42: there is no list "mules" yet, so nothing is on it"#.to_owned()),
            ]
        );
    }
}
