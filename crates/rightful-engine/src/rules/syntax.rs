//! From words to an expression: the shape of a rule, before anything is known of its names.
//!
//! Reading is bounded: it goes at most [`DEPTH_MAX`] brackets deep and stops at [`NODES_MAX`] parts, whatever the text.

use std::fmt;

use super::lexer::{self, Token};
use super::{RuleError, Span};

/// How deep expressions may lie in each other.
pub(super) const DEPTH_MAX: usize = 32;
/// The most parts of one rule: names, literals and operators.
pub(super) const NODES_MAX: usize = 512;
/// The longest list that is written into a rule.
pub(super) const LIST_MAX: usize = 256;

/// One part of a rule and what is under it.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    /// Where it stands in the rule's text.
    pub(super) span: Span,
    /// How many parts lie in each other here, this one included.
    depth: usize,
}

impl PartialEq for Expression {
    /// Equal if they say the same, wherever it stands.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ExpressionKind {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Expression>),
    /// A name with its dots.
    Name(String),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    /// Two sides and what is between them; but for `&&` and `||`.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// All of two or more.
    All(Vec<Expression>),
    /// Any of two or more.
    Any(Vec<Expression>),
    /// `condition ? then : otherwise`.
    Choice(Box<[Expression; 3]>),
    /// `name(…)`.
    Call(String, Vec<Expression>),
    /// `receiver.name(…)`.
    Method(Box<Expression>, String, Vec<Expression>),
}

/// What stands between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 12] = [
        Self::Equal,
        Self::Unequal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::In,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
    ];

    /// As it is written.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    const fn strength(self) -> u8 {
        match self {
            Self::Equal
            | Self::Unequal
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::In => COMPARISON,
            Self::Add | Self::Subtract => SUM,
            Self::Multiply | Self::Divide | Self::Remainder => PRODUCT,
        }
    }
}

/// How strongly operators bind, as in CEL: a stronger one takes its sides first.
const CHOICE: u8 = 1;
const ANY: u8 = 2;
const ALL: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGNED: u8 = 7;

/// What joins an expression to the one after it.
#[derive(Clone, Copy)]
enum Joint {
    Choice,
    Any,
    All,
    Between(Operator),
}

impl Joint {
    fn of(token: &Token<'_>) -> Option<Self> {
        Some(match token {
            Token::Word("in") => Self::Between(Operator::In),
            Token::Sign("?") => Self::Choice,
            Token::Sign("||") => Self::Any,
            Token::Sign("&&") => Self::All,
            Token::Sign("==") => Self::Between(Operator::Equal),
            Token::Sign("!=") => Self::Between(Operator::Unequal),
            Token::Sign("<") => Self::Between(Operator::Less),
            Token::Sign("<=") => Self::Between(Operator::LessOrEqual),
            Token::Sign(">") => Self::Between(Operator::Greater),
            Token::Sign(">=") => Self::Between(Operator::GreaterOrEqual),
            Token::Sign("+") => Self::Between(Operator::Add),
            Token::Sign("-") => Self::Between(Operator::Subtract),
            Token::Sign("*") => Self::Between(Operator::Multiply),
            Token::Sign("/") => Self::Between(Operator::Divide),
            Token::Sign("%") => Self::Between(Operator::Remainder),
            Token::Sign(_) | Token::Word(_) | Token::Number(_) | Token::Text(_) | Token::End => return None,
        })
    }

    const fn strength(self) -> u8 {
        match self {
            Self::Choice => CHOICE,
            Self::Any => ANY,
            Self::All => ALL,
            Self::Between(operator) => operator.strength(),
        }
    }
}

/// Reads a whole rule. O(n).
pub(super) fn parse(text: &str) -> Result<Expression, RuleError> {
    let words = lexer::words(text)?;
    let mut reader = Reader { text, words, place: 0, depth: 0, n_nodes: 0 };
    let whole = reader.expression(CHOICE)?;
    let found = match reader.look() {
        Token::End => return Ok(whole),
        Token::Word(word) => meant_operator(word).map_or_else(
            || format!("expected an operator, found `{word}`"),
            |meant| format!("`{word}` is not part of the language, did you mean `{meant}`?"),
        ),
        found @ (Token::Number(_) | Token::Text(_) | Token::Sign(_)) => {
            format!("expected an operator, found {}", found.told())
        }
    };
    Err(reader.refused(found))
}

fn meant_operator(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "and" => Some("&&"),
        "or" => Some("||"),
        "is" | "eq" | "equals" => Some("=="),
        "mod" => Some("%"),
        // In capitals, or it would have been an operator.
        "in" => Some("in"),
        _ => None,
    }
}

/// A text being read.
struct Reader<'a> {
    text: &'a str,
    words: Vec<(Token<'a>, Span)>,
    place: usize,
    /// How deep in brackets, signs and choices the reader is.
    depth: usize,
    n_nodes: usize,
}

impl<'a> Reader<'a> {
    fn look(&self) -> &Token<'a> {
        self.words.get(self.place).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Span {
        self.words.get(self.place).map_or(Span { start: self.text.len(), end: self.text.len() }, |(_, span)| *span)
    }

    /// Goes on to the next word; never past the end.
    fn next(&mut self) {
        self.place += 1;
    }

    /// Where the last word that was taken ends.
    fn end(&self) -> usize {
        self.place.checked_sub(1).and_then(|place| self.words.get(place)).map_or(0, |(_, span)| span.end)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.look(), Token::Sign(next) if *next == sign);
        self.place += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &'static str, opened: Span) -> Result<(), RuleError> {
        if self.takes(sign) {
            return Ok(());
        }
        let (line, column) = opened.place(self.text);
        let found = self.look().told();
        Err(self.refused(format!("expected `{sign}` for what was opened at {line}:{column}, found {found}")))
    }

    fn refused(&self, message: impl Into<String>) -> RuleError {
        RuleError::new(self.text, self.span(), message.into())
    }

    /// A part, if there are not too many, in themselves or in each other.
    fn made(&mut self, kind: ExpressionKind, span: Span, under: usize) -> Result<Expression, RuleError> {
        self.n_nodes += 1;
        let depth = under + 1;
        if self.n_nodes > NODES_MAX {
            return Err(RuleError::new(self.text, span, format!("the rule has more than {NODES_MAX} parts")));
        }
        if depth > DEPTH_MAX {
            return Err(RuleError::new(self.text, span, too_deep()));
        }
        Ok(Expression { kind, span, depth })
    }

    /// One level deeper, for what `inner` reads.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, RuleError>) -> Result<T, RuleError> {
        if self.depth == DEPTH_MAX {
            return Err(self.refused(too_deep()));
        }
        self.depth += 1;
        let read = inner(self)?;
        self.depth -= 1;
        Ok(read)
    }

    /// An expression whose operators bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Expression, RuleError> {
        let mut left = self.signed()?;
        loop {
            let Some(joint) = Joint::of(self.look()).filter(|joint| joint.strength() >= least) else {
                return Ok(left);
            };
            let at = self.span();
            self.next();
            left = match joint {
                Joint::Choice => self.choice(left, at)?,
                Joint::Any => self.chain("||", left, ANY)?,
                Joint::All => self.chain("&&", left, ALL)?,
                Joint::Between(operator) => {
                    // In brackets, an expression begins before its left side does.
                    let is_compared = matches!(&left.kind, ExpressionKind::Binary(before, its_left, _)
                        if before.strength() == COMPARISON && its_left.span.start == left.span.start);
                    if operator.strength() == COMPARISON && is_compared {
                        let message = "comparisons are not chained: write `a < b && b < c`";
                        return Err(RuleError::new(self.text, at, message.to_owned()));
                    }
                    let right = self.expression(operator.strength() + 1)?;
                    let span = Span { start: left.span.start, end: right.span.end };
                    let under = left.depth.max(right.depth);
                    self.made(ExpressionKind::Binary(operator, Box::new(left), Box::new(right)), span, under)?
                }
            };
        }
    }

    /// Two or more sides of one kind: one part, so that a long chain is not deep.
    fn chain(&mut self, sign: &'static str, first: Expression, strength: u8) -> Result<Expression, RuleError> {
        let (start, mut under) = (first.span.start, first.depth);
        let mut sides = vec![first];
        loop {
            let side = self.expression(strength + 1)?;
            under = under.max(side.depth);
            sides.push(side);
            if !self.takes(sign) {
                break;
            }
        }
        let kind = if strength == ANY { ExpressionKind::Any(sides) } else { ExpressionKind::All(sides) };
        let span = Span { start, end: self.end() };
        self.made(kind, span, under)
    }

    fn choice(&mut self, condition: Expression, at: Span) -> Result<Expression, RuleError> {
        let (then, otherwise) = self.deeper(|reader| {
            let then = reader.expression(ANY)?;
            reader.expect(":", at)?;
            Ok((then, reader.expression(CHOICE)?))
        })?;
        let span = Span { start: condition.span.start, end: otherwise.span.end };
        let under = condition.depth.max(then.depth).max(otherwise.depth);
        self.made(ExpressionKind::Choice(Box::new([condition, then, otherwise])), span, under)
    }

    fn signed(&mut self) -> Result<Expression, RuleError> {
        let start = self.span().start;
        let is_not = self.takes("!");
        if !is_not && !self.takes("-") {
            return self.with_methods();
        }
        let inner = self.deeper(Self::signed)?;
        let (span, under) = (Span { start, end: inner.span.end }, inner.depth);
        let inner = Box::new(inner);
        self.made(if is_not { ExpressionKind::Not(inner) } else { ExpressionKind::Negative(inner) }, span, under)
    }

    /// A part and what is asked of it: `receiver.name(…)`.
    fn with_methods(&mut self) -> Result<Expression, RuleError> {
        let mut receiver = self.primary()?;
        loop {
            if self.takes(".") {
                let (name, _) = self.word_after_dot()?;
                let opened = self.span();
                if !self.takes("(") {
                    return Err(RuleError::new(self.text, opened, format!("expected `(` after `.{name}`")));
                }
                receiver = self.method(receiver, name.to_owned(), opened)?;
            } else if matches!(self.look(), Token::Sign("[")) {
                return Err(self.refused("elements are not picked by place: use `in`, as in `\"x\" in list`"));
            } else {
                return Ok(receiver);
            }
        }
    }

    fn method(&mut self, receiver: Expression, name: String, opened: Span) -> Result<Expression, RuleError> {
        let arguments = self.deeper(|reader| reader.elements(")", opened))?;
        let under = arguments.iter().map(|argument| argument.depth).max().unwrap_or(0).max(receiver.depth);
        let span = Span { start: receiver.span.start, end: self.end() };
        self.made(ExpressionKind::Method(Box::new(receiver), name, arguments), span, under)
    }

    fn word_after_dot(&mut self) -> Result<(&'a str, Span), RuleError> {
        let (token, span) = (self.look(), self.span());
        let Token::Word(word) = *token else {
            let message = format!("expected a name after `.`, found {}", token.told());
            return Err(self.refused(message));
        };
        self.next();
        Ok((word, span))
    }

    fn primary(&mut self) -> Result<Expression, RuleError> {
        let span = self.span();
        let kind = match self.look() {
            Token::Number(number) => ExpressionKind::Number(*number),
            Token::Text(text) => ExpressionKind::Text(text.clone()),
            Token::Word("true") => ExpressionKind::Flag(true),
            Token::Word("false") => ExpressionKind::Flag(false),
            Token::Word("null") => ExpressionKind::Null,
            Token::Word("in") => return Err(self.refused("expected a value before `in`")),
            Token::Word("not") => return Err(self.refused("`not` is not part of the language, did you mean `!`?")),
            Token::Word(word) => return self.name(word),
            Token::Sign("(") => return self.bracketed(),
            Token::Sign("[") => return self.list(),
            other @ (Token::Sign(_) | Token::End) => {
                let message = format!("expected a value, found {}", other.told());
                return Err(self.refused(message));
            }
        };
        self.next();
        self.made(kind, span, 0)
    }

    /// A name with its dots, or a call. A name that a `(` follows is a function's, or what is asked of the name before it.
    fn name(&mut self, first: &'a str) -> Result<Expression, RuleError> {
        let mut span = self.span();
        self.next();
        let mut name = first.to_owned();
        let opened = self.span();
        if self.takes("(") {
            let arguments = self.deeper(|reader| reader.elements(")", opened))?;
            let under = arguments.iter().map(|argument| argument.depth).max().unwrap_or(0);
            let span = Span { start: span.start, end: self.end() };
            return self.made(ExpressionKind::Call(name, arguments), span, under);
        }
        while self.takes(".") {
            let (word, place) = self.word_after_dot()?;
            let opened = self.span();
            if self.takes("(") {
                let receiver = self.made(ExpressionKind::Name(name), span, 0)?;
                return self.method(receiver, word.to_owned(), opened);
            }
            name.push('.');
            name.push_str(word);
            span.end = place.end;
        }
        self.made(ExpressionKind::Name(name), span, 0)
    }

    fn bracketed(&mut self) -> Result<Expression, RuleError> {
        let opened = self.span();
        self.next();
        let mut inner = self.deeper(|reader| reader.expression(CHOICE))?;
        self.expect(")", opened)?;
        inner.span = Span { start: opened.start, end: self.end() };
        Ok(inner)
    }

    fn list(&mut self) -> Result<Expression, RuleError> {
        let opened = self.span();
        self.next();
        let elements = self.deeper(|reader| reader.elements("]", opened))?;
        let under = elements.iter().map(|element| element.depth).max().unwrap_or(0);
        let span = Span { start: opened.start, end: self.end() };
        self.made(ExpressionKind::List(elements), span, under)
    }

    /// What stands between brackets, with commas; a last comma may follow.
    fn elements(&mut self, close: &'static str, opened: Span) -> Result<Vec<Expression>, RuleError> {
        let mut elements = Vec::new();
        while !self.takes(close) {
            if elements.len() == LIST_MAX {
                return Err(self.refused(format!("a list has at most {LIST_MAX} elements")));
            }
            elements.push(self.expression(CHOICE)?);
            if !self.takes(",") {
                self.expect(close, opened)?;
                break;
            }
        }
        Ok(elements)
    }
}

fn too_deep() -> String {
    format!("the rule lies more than {DEPTH_MAX} deep in itself")
}

impl ExpressionKind {
    const fn strength(&self) -> u8 {
        match self {
            Self::Choice(_) => CHOICE,
            Self::Any(_) => ANY,
            Self::All(_) => ALL,
            Self::Binary(operator, ..) => operator.strength(),
            Self::Not(_) | Self::Negative(_) => SIGNED,
            Self::Null
            | Self::Flag(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Name(_)
            | Self::Call(..)
            | Self::Method(..) => SIGNED + 1,
        }
    }
}

/// An expression, in brackets if it binds less strongly than it must here.
struct AtLeast<'a>(u8, &'a Expression);

impl fmt::Display for AtLeast<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(least, expression) = self;
        if expression.kind.strength() >= *least { write!(f, "{expression}") } else { write!(f, "({expression})") }
    }
}

impl fmt::Display for Expression {
    /// As it could have been written: reading that gives the same expression.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExpressionKind::Null => f.write_str("null"),
            ExpressionKind::Flag(flag) => write!(f, "{flag}"),
            ExpressionKind::Number(number) => write!(f, "{number:?}"),
            ExpressionKind::Text(text) => write_text(f, text),
            ExpressionKind::List(elements) => {
                f.write_str("[")?;
                write_joined(f, elements, ", ", CHOICE)?;
                f.write_str("]")
            }
            ExpressionKind::Name(name) => f.write_str(name),
            ExpressionKind::Not(inner) => write!(f, "!{}", AtLeast(SIGNED, inner)),
            ExpressionKind::Negative(inner) => write!(f, "-{}", AtLeast(SIGNED, inner)),
            ExpressionKind::Binary(operator, left, right) => {
                // Comparisons are not chained, so that either side of one is in brackets.
                let of_left = operator.strength() + u8::from(operator.strength() == COMPARISON);
                let (left, right) = (AtLeast(of_left, left), AtLeast(operator.strength() + 1, right));
                write!(f, "{left} {} {right}", operator.as_str())
            }
            ExpressionKind::All(sides) => write_joined(f, sides, " && ", ALL + 1),
            ExpressionKind::Any(sides) => write_joined(f, sides, " || ", ANY + 1),
            ExpressionKind::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                write!(f, "{} ? {} : {otherwise}", AtLeast(ANY, condition), AtLeast(ANY, then))
            }
            ExpressionKind::Call(name, arguments) => {
                write!(f, "{name}(")?;
                write_joined(f, arguments, ", ", CHOICE)?;
                f.write_str(")")
            }
            ExpressionKind::Method(receiver, name, arguments) => {
                write!(f, "{}.{name}(", AtLeast(SIGNED + 1, receiver))?;
                write_joined(f, arguments, ", ", CHOICE)?;
                f.write_str(")")
            }
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &[Expression], between: &str, least: u8) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write!(f, "{}", AtLeast(least, part))?;
    }
    Ok(())
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            _ if c.is_control() => write!(f, "\\U{:08X}", u32::from(c))?,
            _ => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expression(kind: ExpressionKind) -> Expression {
        Expression { kind, span: Span { start: 0, end: 0 }, depth: 0 }
    }

    fn leaf() -> impl Strategy<Value = ExpressionKind> {
        prop_oneof![
            Just(ExpressionKind::Null),
            any::<bool>().prop_map(ExpressionKind::Flag),
            (0.0_f64..1e9).prop_map(ExpressionKind::Number),
            (0_u32..100).prop_map(|n| ExpressionKind::Number(f64::from(n))),
            any::<String>().prop_map(|text| ExpressionKind::Text(text.chars().take(20).collect())),
            "[a-e_]{3,5}(\\.[a-e_]{3,5}){0,2}".prop_map(ExpressionKind::Name),
        ]
    }

    fn any_expression() -> impl Strategy<Value = Expression> {
        leaf().prop_map(expression).prop_recursive(5, 64, 4, |inner| {
            let boxed = || inner.clone().prop_map(Box::new);
            let sides = || proptest::collection::vec(inner.clone(), 2..4);
            let operator = proptest::sample::select(Operator::ALL.to_vec());
            prop_oneof![
                boxed().prop_map(ExpressionKind::Not),
                boxed().prop_map(ExpressionKind::Negative),
                (operator, boxed(), boxed())
                    .prop_map(|(operator, left, right)| { ExpressionKind::Binary(operator, left, right) }),
                sides().prop_map(ExpressionKind::All),
                sides().prop_map(ExpressionKind::Any),
                [inner.clone(), inner.clone(), inner.clone()].prop_map(|parts| ExpressionKind::Choice(Box::new(parts))),
                proptest::collection::vec(inner.clone(), 0..4).prop_map(ExpressionKind::List),
                ("[a-e]{3,5}", proptest::collection::vec(inner.clone(), 0..3))
                    .prop_map(|(name, arguments)| ExpressionKind::Call(name, arguments)),
                (boxed(), "[a-e]{3,5}", proptest::collection::vec(inner.clone(), 0..3))
                    .prop_map(|(receiver, name, arguments)| ExpressionKind::Method(receiver, name, arguments)),
            ]
            .prop_map(expression)
        })
    }

    /// Words that rules are made of, in any order.
    fn scrambled() -> impl Strategy<Value = String> {
        let word = proptest::sample::select(vec![
            "(",
            ")",
            "[",
            "]",
            "!",
            "-",
            "&&",
            "||",
            "?",
            ":",
            ",",
            ".",
            "==",
            "<",
            "in",
            "1",
            "\"a\"",
            "score",
            "has",
            "ip.country",
            "reasons",
            "'",
            "\\",
            "//",
            "\n",
            "é",
            "r\"",
            "1e",
            "custom.x",
        ]);
        proptest::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(expression in any_expression()) {
            let printed = expression.to_string();
            match parse(&printed) {
                Ok(read) => prop_assert_eq!(read, expression, "{}", printed),
                // Brackets and arguments may lie deeper than they may.
                Err(error) => prop_assert!(error.message().contains("more than"), "{}: {}", printed, error),
            }
        }

        #[test]
        fn any_text_is_read_or_refused_at_a_place_in_it(text in prop_oneof![any::<String>(), scrambled()]) {
            match crate::rules::When::parse(&text) {
                Ok(_) => {}
                Err(error) => {
                    let lines = text.matches('\n').count() + 1;
                    prop_assert!((1..=lines).contains(&error.line()), "{}", error);
                    let line = text.split('\n').nth(error.line() - 1).unwrap_or_default();
                    prop_assert!((1..=line.chars().count() + 1).contains(&error.column()), "{}", error);
                    prop_assert!(error.pointed().ends_with('^'));
                }
            }
        }
    }

    #[test]
    fn operators_bind_as_in_cel() {
        for (text, expected) in [
            ("a || b && c", "a || (b && c)"),
            ("a && b || c", "(a && b) || c"),
            ("!a && b", "(!a) && b"),
            ("a + b * c - d", "(a + (b * c)) - d"),
            ("a - b - c", "(a - b) - c"),
            ("-a.b(c) < d", "(-(a.b(c))) < d"),
            ("a < b && c in [d]", "(a < b) && (c in [d])"),
            ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
            ("a || b ? c : d", "(a || b) ? c : d"),
            ("a == b ? c : d", "(a == b) ? c : d"),
            ("[a, b,]", "[a, b]"),
        ] {
            assert_eq!(parse(text), parse(expected), "{text}");
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_long_chain_is_not_deep_and_each_limit_has_two_sides() {
        let chain = |n: usize| vec!["a"; n].join(" && ");
        assert!(parse(&chain(NODES_MAX - 1)).is_ok());
        assert!(parse(&chain(NODES_MAX)).is_err());
        let list = |n: usize| format!("a in [{}]", vec!["1"; n].join(","));
        assert!(parse(&list(LIST_MAX)).is_ok());
        assert!(parse(&list(LIST_MAX + 1)).is_err());
        let brackets = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
        assert!(parse(&brackets(DEPTH_MAX)).is_ok());
        assert!(parse(&brackets(DEPTH_MAX + 1)).is_err());
        let signs = |n: usize| format!("{}a", "!".repeat(n));
        assert!(parse(&signs(DEPTH_MAX - 1)).is_ok());
        assert!(parse(&signs(DEPTH_MAX)).is_err());
        let sum = |n: usize| vec!["1"; n].join("+");
        assert!(parse(&sum(DEPTH_MAX)).is_ok());
        assert!(parse(&sum(DEPTH_MAX + 1)).is_err());
    }
}
