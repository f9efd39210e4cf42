//! Reads the vendor's expressions: `data.info.direction == 'out' AND data.info.amountInDefaultCurrency > 50000`.
//!
//! From a text to its parts with their places, and no further: what a name means is another file's. Bounded, and every
//! error has its place.

/// The longest expression, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 8 * 1024;
/// How deep parts may lie in each other; conditions of ours go no deeper.
const DEPTH_MAX: usize = 24;
/// The most parts of an expression.
const PARTS_MAX: usize = 256;

/// Why an expression is not taken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScriptError {
    /// In bytes.
    pub(super) at: usize,
    pub(super) message: String,
}

impl ScriptError {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// What is wrong, after its line and column.
    pub(super) fn told(&self, text: &str) -> String {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        format!("{line}:{column}: {}", self.message)
    }
}

pub(super) type Script<T> = Result<T, ScriptError>;

/// What stands between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Or,
    And,
    In,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Joint {
    /// As conditions of ours spell it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::In => "in",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    const fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::In
            | Self::Equal
            | Self::Unequal
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide => 5,
        }
    }
}

/// A part of an expression, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) at: usize,
    pub(super) kind: PartKind,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PartKind {
    Null,
    Flag(bool),
    /// As it is spelled, in digits.
    Number(String),
    Text(String),
    List(Vec<Part>),
    /// `data.info.direction`, `txns.finance.byApplicant.lastHours(24).count()`.
    Path(Vec<Segment>),
    Not(Box<Part>),
    Negative(Box<Part>),
    Joined(Joint, Box<[Part; 2]>),
}

/// A word of a path, with what it is asked with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segment {
    pub(super) at: usize,
    pub(super) name: String,
    /// None where it has no brackets.
    pub(super) arguments: Option<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(String),
    Text(String),
    Word(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 18] =
    ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "&&", "||"];

/// Reads a whole expression. O(n).
pub(super) fn read(text: &str) -> Script<Part> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(ScriptError::new(0, format!("the expression has more than {TEXT_BYTES_MAX} bytes")));
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens, place: 0, depth: 0, n_parts: 0 };
    let whole = reader.joined(1)?;
    match reader.look() {
        Token::End => Ok(whole),
        found => Err(ScriptError::new(reader.at(), format!("expected an operator, found {}", told(found)))),
    }
}

fn told(token: &Token) -> String {
    match token {
        Token::Number(number) => format!("the number `{number}`"),
        Token::Text(_) => "a text".to_owned(),
        Token::Word(word) => format!("`{word}`"),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    }
}

fn tokens(text: &str) -> Script<Vec<(Token, usize)>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else if first == '\'' || first == '"' {
            quoted(rest, first).ok_or_else(|| ScriptError::new(at, "the text that begins here does not end"))?
        } else if first.is_ascii_digit() {
            number(rest)
        } else {
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if length == 0 {
                return Err(ScriptError::new(at, format!("`{first}` is not part of an expression")));
            }
            (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
        };
        tokens.push((token, at));
        at += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn number(rest: &str) -> (Token, usize) {
    let digits = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        tail.find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| from + n)
    };
    let whole = digits(0);
    let is_decimal = rest
        .get(whole..)
        .is_some_and(|tail| tail.strip_prefix('.').is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_digit())));
    let end = if is_decimal { digits(whole + 1) } else { whole };
    (Token::Number(rest.get(..end).unwrap_or_default().to_owned()), end)
}

/// A text in quotes, and how many bytes it takes; None if it does not end. A backslash takes the next character as it is.
fn quoted(rest: &str, quote: char) -> Option<(Token, usize)> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => return Some((Token::Text(text), at + 1)),
            '\\' => text.push(characters.next()?.1),
            c => text.push(c),
        }
    }
    None
}

struct Reader {
    tokens: Vec<(Token, usize)>,
    place: usize,
    depth: usize,
    n_parts: usize,
}

impl Reader {
    fn look(&self) -> &Token {
        self.tokens.get(self.place).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.place).or(self.tokens.last()).map_or(0, |(_, at)| *at)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.look(), Token::Sign(next) if *next == sign);
        self.place += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Script<()> {
        if self.takes(sign) {
            return Ok(());
        }
        Err(ScriptError::new(self.at(), format!("expected `{sign}`, found {}", told(self.look()))))
    }

    fn made(&mut self, at: usize, kind: PartKind) -> Script<Part> {
        self.n_parts += 1;
        if self.n_parts > PARTS_MAX {
            return Err(ScriptError::new(at, format!("the expression has more than {PARTS_MAX} parts")));
        }
        Ok(Part { at, kind })
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Script<T>) -> Script<T> {
        if self.depth == DEPTH_MAX {
            return Err(ScriptError::new(
                self.at(),
                format!("the expression lies more than {DEPTH_MAX} deep in itself"),
            ));
        }
        self.depth += 1;
        let read = inner(self);
        self.depth -= 1;
        read
    }

    fn joint(&self) -> Script<Option<Joint>> {
        Ok(Some(match self.look() {
            Token::Word(word) => match word.as_str() {
                "AND" | "and" => Joint::And,
                "OR" | "or" => Joint::Or,
                "IN" | "in" => Joint::In,
                "EOR" => {
                    let message = "`EOR` adds scores branch by branch: write a rule of its own for each branch";
                    return Err(ScriptError::new(self.at(), message));
                }
                _ => return Ok(None),
            },
            Token::Sign("&&") => Joint::And,
            Token::Sign("||") => Joint::Or,
            Token::Sign("==") => Joint::Equal,
            Token::Sign("!=") => Joint::Unequal,
            Token::Sign("<") => Joint::Less,
            Token::Sign("<=") => Joint::LessOrEqual,
            Token::Sign(">") => Joint::Greater,
            Token::Sign(">=") => Joint::GreaterOrEqual,
            Token::Sign("+") => Joint::Add,
            Token::Sign("-") => Joint::Subtract,
            Token::Sign("*") => Joint::Multiply,
            Token::Sign("/") => Joint::Divide,
            Token::Sign(_) | Token::Number(_) | Token::Text(_) | Token::End => return Ok(None),
        }))
    }

    /// An expression whose joints bind at least so strongly.
    fn joined(&mut self, least: u8) -> Script<Part> {
        let mut left = self.signed(least)?;
        // Parts of a chain lie in each other, so a long one is deep.
        let mut chain = 0;
        while let Some(joint) = self.joint()?.filter(|joint| joint.strength() >= least) {
            let at = self.at();
            self.place += 1;
            chain += 1;
            if chain + self.depth > PARTS_MAX {
                return Err(ScriptError::new(at, "the expression is too long"));
            }
            let right = self.deeper(|reader| reader.joined(joint.strength() + 1))?;
            left = self.made(at, PartKind::Joined(joint, Box::new([left, right])))?;
        }
        Ok(left)
    }

    fn signed(&mut self, least: u8) -> Script<Part> {
        let at = self.at();
        if matches!(self.look(), Token::Word(word) if word == "NOT" || word == "not") {
            self.place += 1;
            // `NOT a == b` denies the comparison, and `NOT a AND b` only `a`.
            let inner = self.deeper(|reader| reader.joined(least.max(Joint::Equal.strength())))?;
            return self.made(at, PartKind::Not(Box::new(inner)));
        }
        if self.takes("-") {
            let inner = self.deeper(|reader| reader.signed(Joint::Multiply.strength()))?;
            return self.made(at, PartKind::Negative(Box::new(inner)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Script<Part> {
        let at = self.at();
        let kind = match self.look().clone() {
            Token::Number(number) => PartKind::Number(number),
            Token::Text(text) => PartKind::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => PartKind::Flag(true),
                "false" => PartKind::Flag(false),
                "null" => PartKind::Null,
                _ => return self.path(),
            },
            Token::Sign("(") => {
                self.place += 1;
                let inner = self.deeper(|reader| reader.joined(1))?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.place += 1;
                let items = self.deeper(|reader| reader.items("]"))?;
                return self.made(at, PartKind::List(items));
            }
            found @ (Token::Sign(_) | Token::End) => {
                return Err(ScriptError::new(at, format!("expected a value, found {}", told(&found))));
            }
        };
        self.place += 1;
        self.made(at, kind)
    }

    fn path(&mut self) -> Script<Part> {
        let begin = self.at();
        let mut segments = Vec::new();
        loop {
            let at = self.at();
            let Token::Word(name) = self.look().clone() else {
                return Err(ScriptError::new(at, format!("expected a name after `.`, found {}", told(self.look()))));
            };
            self.place += 1;
            let arguments = self.takes("(").then(|| self.deeper(|reader| reader.items(")"))).transpose()?;
            segments.push(Segment { at, name, arguments });
            if matches!(self.look(), Token::Sign("[")) {
                return Err(ScriptError::new(self.at(), "values are not picked by `[…]` here"));
            }
            if !self.takes(".") {
                return self.made(begin, PartKind::Path(segments));
            }
        }
    }

    fn items(&mut self, close: &str) -> Script<Vec<Part>> {
        let mut items = Vec::new();
        while !self.takes(close) {
            items.push(self.joined(1)?);
            if !self.takes(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = read(text).expect_err("refused");
        assert_eq!(error.told(text), expected, "{text}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check_refused("data.type = 'x'", "1:11: `=` is not part of an expression");
        check_refused("data.type ==", "1:13: expected a value, found the end");
        check_refused("a == 'x", "1:6: the text that begins here does not end");
        check_refused("(a == 1", "1:8: expected `)`, found the end");
        check_refused("a == 1\nAND b. == 2", "2:8: expected a name after `.`, found `==`");
        check_refused("a == 1 b", "1:8: expected an operator, found `b`");
        check_refused("a EOR b", "1:3: `EOR` adds scores branch by branch: write a rule of its own for each branch");
        check_refused("questionnaires[q]", "1:15: values are not picked by `[…]` here");
        check_refused(&"(".repeat(100), "1:26: the expression lies more than 24 deep in itself");
        assert!(read(&format!("a{}", " AND a".repeat(300))).is_err());
        assert!(read(&"a".repeat(9_000)).is_err());
    }

    #[test]
    fn what_binds_more_strongly_lies_deeper() {
        let PartKind::Joined(Joint::Or, sides) = read("a == 1 AND NOT b > 2 OR c").unwrap().kind else {
            panic!("an OR")
        };
        let PartKind::Joined(Joint::And, sides) = &sides[0].kind else { panic!("an AND") };
        let PartKind::Not(denied) = &sides[1].kind else { panic!("a NOT") };
        assert!(matches!(denied.kind, PartKind::Joined(Joint::Greater, _)));
        let PartKind::Joined(Joint::Add, sides) = read("1 + 2.5 * 3").unwrap().kind else { panic!("a sum") };
        assert!(matches!(sides[1].kind, PartKind::Joined(Joint::Multiply, _)));
        assert_eq!(sides[0].kind, PartKind::Number("1".into()));
    }
}
