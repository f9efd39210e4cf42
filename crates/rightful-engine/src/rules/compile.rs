//! From an expression to a condition over slots: every name is looked up, every type is checked, once, when a rule is
//! written. What is compiled cannot fail.

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever a part is, it is refused unless it is what was expected"
    )
)]

use std::cell::RefCell;

use rightful_domain::{Aggregate, AggregateId, ReasonCode};

use super::aggregates;
use super::evaluate::{Arithmetic, Comparison, Condition, Literal, Number, Presence, Text, TextTest, bit};
use super::suggest::{unknown_function, unknown_name};
use super::syntax::{Expression, ExpressionKind, Operator};
use super::types::WordType;
use super::vocabulary::{self, CUSTOM, ListWord, Reading, TOLD, TextWord, Values};
use super::{RuleError, Span, nearest};
use crate::policy::AddressRange;

/// The functions, and what is asked of texts with a dot.
const FUNCTIONS: [&str; 4] = ["has", "size", "inNetwork", "onList"];
const METHODS: [&str; 3] = ["startsWith", "endsWith", "contains"];

/// A part of a rule with its type.
#[derive(Clone)]
enum Typed {
    Null,
    Flag(Condition),
    Number(Number),
    Text(Text),
    List(ListWord),
    Custom(Box<str>),
    /// A list that is written into the rule.
    Written(Vec<Literal>),
}

impl Typed {
    fn told(&self) -> String {
        let kind = match self {
            Self::Null => return "`null`".to_owned(),
            Self::Written(_) => return "a list that is written here".to_owned(),
            Self::Flag(_) => WordType::Flag,
            Self::Number(_) => WordType::Number,
            Self::Text(_) => WordType::Text,
            Self::List(_) => WordType::List,
            Self::Custom(_) => WordType::Custom,
        };
        kind.to_string()
    }

    /// The value, where it is written into the rule.
    fn literal(&self) -> Option<Literal> {
        match self {
            Self::Flag(Condition::Constant(flag)) => Some(Literal::Flag(*flag)),
            Self::Number(Number::Constant(number)) => Some(Literal::Number(*number)),
            Self::Text(Text::Constant(text)) => Some(Literal::Text(text.clone())),
            Self::Null
            | Self::Flag(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Custom(_)
            | Self::Written(_) => None,
        }
    }
}

/// Checks a whole rule and compiles it, and says which aggregates it asks for. O(n) in its parts.
pub(super) fn compile(text: &str, expression: &Expression) -> Result<(Condition, Vec<Aggregate>), RuleError> {
    let compiler = Compiler { text, aggregates: RefCell::default() };
    let condition = compiler.condition(expression)?;
    Ok((condition, compiler.aggregates.into_inner()))
}

/// The text that errors point into, and the aggregates that were found on the way.
struct Compiler<'a> {
    text: &'a str,
    aggregates: RefCell<Vec<Aggregate>>,
}

type Compiled<T> = Result<T, RuleError>;

impl Compiler<'_> {
    fn refuse<T>(&self, span: Span, message: impl Into<String>) -> Compiled<T> {
        Err(RuleError::new(self.text, span, message.into()))
    }

    /// A part that must be true or false.
    fn condition(&self, expression: &Expression) -> Compiled<Condition> {
        match self.typed(expression)? {
            Typed::Flag(condition) => Ok(condition),
            Typed::Custom(name) => self.refuse(
                expression.span,
                format!("`{0}` may be anything: compare it, as in `{0} == true`", spelled(&name)),
            ),
            other => self.refuse(expression.span, format!("expected a flag (true or false), found {}", other.told())),
        }
    }

    fn number(&self, expression: &Expression, asks: &str) -> Compiled<Number> {
        match self.typed(expression)? {
            Typed::Number(number) => Ok(number),
            other => self.refuse(expression.span, format!("{asks} takes numbers, found {}", other.told())),
        }
    }

    fn of_text(&self, expression: &Expression, asks: &str) -> Compiled<Text> {
        match self.typed(expression)? {
            Typed::Text(text) => Ok(text),
            other => self.refuse(expression.span, format!("{asks} takes a text, found {}", other.told())),
        }
    }

    fn typed(&self, expression: &Expression) -> Compiled<Typed> {
        match &expression.kind {
            ExpressionKind::Null => Ok(Typed::Null),
            ExpressionKind::Flag(flag) => Ok(Typed::Flag(Condition::Constant(*flag))),
            ExpressionKind::Number(number) => Ok(Typed::Number(Number::Constant(*number))),
            ExpressionKind::Text(text) => Ok(Typed::Text(Text::Constant(text.as_str().into()))),
            ExpressionKind::List(elements) => self.written(elements),
            ExpressionKind::Name(name) => self.name(name, expression.span),
            ExpressionKind::Not(inner) => Ok(Typed::Flag(negated(self.condition(inner)?))),
            ExpressionKind::Negative(inner) => Ok(Typed::Number(match self.number(inner, "`-`")? {
                Number::Constant(number) => Number::Constant(-number),
                number => Number::Calculated(Arithmetic::Subtract, Box::new([Number::Constant(0.0), number])),
            })),
            ExpressionKind::Binary(operator, left, right) => self.binary(*operator, left, right, expression.span),
            ExpressionKind::All(sides) => Ok(Typed::Flag(Condition::All(self.conditions(sides)?))),
            ExpressionKind::Any(sides) => Ok(Typed::Flag(Condition::Any(self.conditions(sides)?))),
            ExpressionKind::Choice(parts) => self.choice(parts, expression.span),
            ExpressionKind::Call(name, arguments) => self.call(name, arguments, expression.span),
            ExpressionKind::Method(receiver, name, arguments) => {
                self.method(receiver, name, arguments, expression.span)
            }
        }
    }

    fn conditions(&self, sides: &[Expression]) -> Compiled<Box<[Condition]>> {
        sides.iter().map(|side| self.condition(side)).collect()
    }

    fn written(&self, elements: &[Expression]) -> Compiled<Typed> {
        let literal = |element: &Expression| match self.typed(element)?.literal() {
            Some(literal) => Ok(literal),
            None => self.refuse(element.span, "a list holds numbers, texts or flags that are written here"),
        };
        elements.iter().map(literal).collect::<Compiled<_>>().map(Typed::Written)
    }

    fn name(&self, name: &str, span: Span) -> Compiled<Typed> {
        if let Some(field) = name.strip_prefix(CUSTOM) {
            return match field.split_once('.') {
                None => Ok(Typed::Custom(field.into())),
                Some((field, _)) => self
                    .refuse(span, format!("only the top level of the caller's own fields is read: `{CUSTOM}{field}`")),
            };
        }
        if name.starts_with(TOLD) {
            return Ok(Typed::Custom(name.into()));
        }
        if aggregates::is_name(name) {
            return Err(aggregates::incomplete(self.text, span));
        }
        let Some(word) = vocabulary::look_up(name) else { return self.refuse(span, unknown_name(name)) };
        Ok(match word.reading {
            Reading::Slot(slot) => match (self.slot(slot, span)?, word.kind) {
                (slot, WordType::Flag) => Typed::Flag(Condition::SlotIs(slot, true)),
                (slot, WordType::Number | WordType::Text | WordType::List | WordType::Custom) => {
                    Typed::Number(Number::Slot(slot))
                }
            },
            Reading::Number(word) => Typed::Number(Number::Word(word)),
            Reading::Text(word) => Typed::Text(Text::Word(word)),
            Reading::Flag(word) => Typed::Flag(Condition::FlagIs(word, true)),
            Reading::List(word) => Typed::List(word),
        })
    }

    fn slot(&self, slot: &str, span: Span) -> Compiled<u16> {
        vocabulary::place_of(slot).map_or_else(|| self.refuse(span, format!("no slot holds `{slot}`")), Ok)
    }

    fn binary(&self, operator: Operator, left: &Expression, right: &Expression, span: Span) -> Compiled<Typed> {
        let comparison = match operator {
            Operator::Equal => Comparison::Equal,
            Operator::Unequal => Comparison::Unequal,
            Operator::Less => Comparison::Less,
            Operator::LessOrEqual => Comparison::LessOrEqual,
            Operator::Greater => Comparison::Greater,
            Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
            Operator::In => return self.is_in(left, right).map(Typed::Flag),
            Operator::Add => return self.calculated(Arithmetic::Add, operator, left, right),
            Operator::Subtract => return self.calculated(Arithmetic::Subtract, operator, left, right),
            Operator::Multiply => return self.calculated(Arithmetic::Multiply, operator, left, right),
            Operator::Divide => return self.calculated(Arithmetic::Divide, operator, left, right),
            Operator::Remainder => return self.calculated(Arithmetic::Remainder, operator, left, right),
        };
        self.compared((operator, comparison), left, right, span).map(Typed::Flag)
    }

    fn calculated(
        &self,
        arithmetic: Arithmetic,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Compiled<Typed> {
        let asks = format!("`{}`", operator.as_str());
        let sides = [self.number(left, &asks)?, self.number(right, &asks)?];
        Ok(Typed::Number(match sides {
            [Number::Constant(left), Number::Constant(right)] => Number::Constant(arithmetic.of(left, right)),
            sides => Number::Calculated(arithmetic, Box::new(sides)),
        }))
    }

    fn compared(
        &self,
        (operator, comparison): (Operator, Comparison),
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Compiled<Condition> {
        let (one, other) = (self.typed(left)?, self.typed(right)?);
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        match (one, other) {
            (Typed::Null, _) => self.nothing(comparison, operator, right, span),
            (_, Typed::Null) => self.nothing(comparison, operator, left, span),
            (Typed::Number(one), Typed::Number(other)) => Ok(numbers(comparison, one, other)),
            (Typed::Text(one), Typed::Text(other)) => {
                self.check_value(&one, &other, right.span)?;
                self.check_value(&other, &one, left.span)?;
                Ok(texts(comparison, one, other))
            }
            (Typed::Flag(one), Typed::Flag(other)) if is_equality => Ok(flags(comparison, one, other)),
            (Typed::Custom(name), other) => self.custom(name, comparison, &other, right.span),
            (one, Typed::Custom(name)) => self.custom(name, turned(comparison), &one, left.span),
            (Typed::List(_) | Typed::Written(_), _) | (_, Typed::List(_) | Typed::Written(_)) => {
                self.refuse(span, "lists are not compared: use `in`, as in `\"x\" in list`")
            }
            (Typed::Flag(_), Typed::Flag(_)) => {
                self.refuse(span, format!("flags have no order: `{}` takes numbers or texts", operator.as_str()))
            }
            (one, other) => self
                .refuse(span, format!("`{}` cannot compare {} with {}", operator.as_str(), one.told(), other.told())),
        }
    }

    /// `x == null` is `!has(x)`.
    fn nothing(&self, comparison: Comparison, operator: Operator, of: &Expression, span: Span) -> Compiled<Condition> {
        match comparison {
            Comparison::Equal => Ok(Condition::Not(Box::new(self.has(of)?))),
            Comparison::Unequal => self.has(of),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                self.refuse(span, format!("`{}` cannot compare with `null`: use `has(…)`", operator.as_str()))
            }
        }
    }

    fn custom(&self, name: Box<str>, comparison: Comparison, other: &Typed, span: Span) -> Compiled<Condition> {
        match other.literal() {
            Some(Literal::Flag(_)) if !matches!(comparison, Comparison::Equal | Comparison::Unequal) => {
                self.refuse(span, "flags have no order")
            }
            Some(literal) => Ok(Condition::Custom(name, comparison, literal)),
            None => self
                .refuse(span, format!("`{}` is compared with literals only, found {}", spelled(&name), other.told())),
        }
    }

    /// Refuses to compare a text that can be one of few with something that it cannot be.
    fn check_value(&self, of: &Text, with: &Text, span: Span) -> Compiled<()> {
        match (of, with) {
            (Text::Word(word), Text::Constant(text)) => self.check_text(*word, text, span),
            _ => Ok(()),
        }
    }

    fn check_text(&self, word: TextWord, text: &str, span: Span) -> Compiled<()> {
        if word == TextWord::Address && text.parse::<std::net::IpAddr>().is_err() {
            return self
                .refuse(span, format!("{text:?} is no address; for a network, use `inNetwork(ip.address, {text:?})`"));
        }
        let is_country = || text.len() == 2 && text.bytes().all(|c| c.is_ascii_uppercase());
        if word == TextWord::Country && !is_country() {
            return self.refuse(span, format!("{text:?} is no country: two capitals are, like \"DE\""));
        }
        vocabulary::values_of_text(word).map_or(Ok(()), |values| self.check_known(&values, text, span))
    }

    fn check_known(&self, values: &Values, text: &str, span: Span) -> Compiled<()> {
        if values.known.contains(&text) {
            return Ok(());
        }
        let suggestion = nearest(text, values.known.iter().copied());
        match suggestion {
            Some(meant) => self.refuse(span, format!("{text:?} is never a value here, did you mean {meant:?}?")),
            None if values.is_open => Ok(()),
            None => {
                let some: Vec<String> =
                    values.known.iter().take(VALUES_TOLD).map(|value| format!("{value:?}")).collect();
                let more = if values.known.len() > VALUES_TOLD { ", …" } else { "" };
                self.refuse(span, format!("{text:?} is never a value here; values are {}{more}", some.join(", ")))
            }
        }
    }

    fn is_in(&self, left: &Expression, right: &Expression) -> Compiled<Condition> {
        let (one, other) = (self.typed(left)?, self.typed(right)?);
        match (one, other) {
            (Typed::Text(Text::Constant(text)), Typed::List(list)) => self.listed(list, &text, left.span),
            (Typed::Text(text), Typed::List(list)) => Ok(Condition::ListHas(list, text)),
            (one, Typed::List(_)) => {
                self.refuse(left.span, format!("the list holds texts, so {} is never in it", one.told()))
            }
            (one, Typed::Written(literals)) => self.in_written(one, literals, left, right),
            (Typed::Text(_), Typed::Text(_)) => {
                self.refuse(right.span, "`in` takes a list; for a part of a text, use `text.contains(\"part\")`")
            }
            (_, other) => self.refuse(right.span, format!("`in` takes a list on its right, found {}", other.told())),
        }
    }

    fn listed(&self, list: ListWord, text: &str, span: Span) -> Compiled<Condition> {
        if let Some(values) = vocabulary::values_of_list(list) {
            self.check_known(&values, text, span)?;
        }
        if list == ListWord::Reasons {
            return Ok(Condition::Reasons(ReasonCode::parse(text).map_or(0, |reason| bit(reason.number()))));
        }
        Ok(Condition::ListHas(list, Text::Constant(text.into())))
    }

    fn in_written(
        &self,
        one: Typed,
        literals: Vec<Literal>,
        left: &Expression,
        right: &Expression,
    ) -> Compiled<Condition> {
        let mismatch = |literal: &Literal| {
            let message = format!("the list holds {}, which {} never is", type_of(literal), one.told());
            RuleError::new(self.text, right.span, message)
        };
        match &one {
            Typed::Number(number) => {
                let of = |literal: Literal| match literal {
                    Literal::Number(number) => Ok(number),
                    other @ (Literal::Flag(_) | Literal::Text(_)) => Err(mismatch(&other)),
                };
                let list = literals.into_iter().map(of).collect::<Compiled<Vec<f64>>>()?;
                Ok(number_in(number.clone(), list))
            }
            Typed::Text(text) => {
                let of = |literal: Literal| match literal {
                    Literal::Text(text) => Ok(text),
                    other @ (Literal::Flag(_) | Literal::Number(_)) => Err(mismatch(&other)),
                };
                let mut list = literals.into_iter().map(of).collect::<Compiled<Vec<Box<str>>>>()?;
                if let Text::Word(word) = text {
                    list.iter().try_for_each(|element| self.check_text(*word, element, right.span))?;
                }
                list.sort_unstable();
                Ok(Condition::TextIn(text.clone(), list.into()))
            }
            Typed::Custom(name) => Ok(Condition::CustomIn(name.clone(), literals.into())),
            Typed::Null | Typed::Flag(_) | Typed::List(_) | Typed::Written(_) => {
                self.refuse(left.span, format!("a number or a text is looked for in a list, found {}", one.told()))
            }
        }
    }

    fn choice(&self, parts: &[Expression; 3], span: Span) -> Compiled<Typed> {
        let [condition, then, otherwise] = parts;
        let condition = self.condition(condition)?;
        match (self.typed(then)?, self.typed(otherwise)?) {
            (Typed::Flag(then), Typed::Flag(otherwise)) => {
                Ok(Typed::Flag(Condition::Choice(Box::new([condition, then, otherwise]))))
            }
            (Typed::Number(then), Typed::Number(otherwise)) => {
                Ok(Typed::Number(Number::Choice(Box::new((condition, [then, otherwise])))))
            }
            (Typed::Text(then), Typed::Text(otherwise)) => {
                Ok(Typed::Text(Text::Choice(Box::new((condition, [then, otherwise])))))
            }
            (then, otherwise) => self.refuse(
                span,
                format!(
                    "both sides of `:` must be flags, numbers or texts alike, found {} and {}",
                    then.told(),
                    otherwise.told()
                ),
            ),
        }
    }

    fn call(&self, name: &str, arguments: &[Expression], span: Span) -> Compiled<Typed> {
        match (name, arguments) {
            ("has", [of]) => self.has(of).map(Typed::Flag),
            ("size", [of]) => self.size(of),
            ("inNetwork", [address, networks]) => self.in_network(address, networks).map(Typed::Flag),
            ("onList", [list]) => self.on_list(list).map(Typed::Flag),
            ("has" | "size" | "onList", _) => {
                self.refuse(span, format!("`{name}` takes one argument, found {}", arguments.len()))
            }
            ("inNetwork", _) => self.refuse(
                span,
                format!("`inNetwork` takes an address and a network, found {} arguments", arguments.len()),
            ),
            _ if METHODS.contains(&name) => {
                self.refuse(span, format!("`{name}` is asked of a text, as in `device.os.{name}(\"…\")`"))
            }
            _ => self.refuse(span, unknown_function(name, FUNCTIONS.into_iter().chain(METHODS))),
        }
    }

    /// What an aggregate is looked up by.
    fn aggregate(&self, receiver: &Expression, name: &str, arguments: &[Expression]) -> Compiled<AggregateId> {
        let aggregate = aggregates::read(self.text, receiver, name, arguments)?;
        let id = aggregate.id();
        self.aggregates.borrow_mut().push(aggregate);
        Ok(id)
    }

    fn has(&self, of: &Expression) -> Compiled<Condition> {
        if let ExpressionKind::Method(receiver, name, arguments) = &of.kind
            && aggregates::begins(receiver)
        {
            return self.aggregate(receiver, name, arguments).map(|id| Condition::Has(Presence::Aggregate(id)));
        }
        let ExpressionKind::Name(name) = &of.kind else {
            return self.refuse(of.span, "`has` takes a name, as in `has(ip.country)`");
        };
        if let Typed::Custom(name) = self.name(name, of.span)? {
            return Ok(Condition::Has(Presence::Custom(name)));
        }
        let Some(word) = vocabulary::look_up(name) else { return self.refuse(of.span, unknown_name(name)) };
        Ok(Condition::Has(match word.reading {
            Reading::Slot(slot) => Presence::Slot(self.slot(slot, of.span)?),
            Reading::Number(word) => Presence::Number(word),
            Reading::Text(word) => Presence::Text(word),
            Reading::Flag(word) => Presence::Flag(word),
            Reading::List(word) => Presence::List(word),
        }))
    }

    fn size(&self, of: &Expression) -> Compiled<Typed> {
        Ok(Typed::Number(match self.typed(of)? {
            Typed::Text(text) => Number::Length(Box::new(text)),
            Typed::List(list) => Number::Size(list),
            Typed::Written(literals) => Number::Constant(literals.len() as f64),
            other => return self.refuse(of.span, format!("`size` takes a text or a list, found {}", other.told())),
        }))
    }

    /// Lists come and go after a rule is written, so one that is not there is no error: nobody is on it.
    fn on_list(&self, list: &Expression) -> Compiled<Condition> {
        match self.typed(list)? {
            Typed::Text(Text::Constant(name)) => Ok(Condition::OnList(name)),
            other => {
                let message = format!("expected the name of a list, as in `onList(\"staff\")`, found {}", other.told());
                self.refuse(list.span, message)
            }
        }
    }

    fn in_network(&self, address: &Expression, networks: &Expression) -> Compiled<Condition> {
        let address = self.of_text(address, "`inNetwork`")?;
        let named = match self.typed(networks)? {
            Typed::Text(Text::Constant(network)) => vec![network],
            Typed::Written(literals) => literals
                .into_iter()
                .filter_map(|literal| match literal {
                    Literal::Text(text) => Some(text),
                    Literal::Flag(_) | Literal::Number(_) => None,
                })
                .collect(),
            other => {
                let message =
                    format!("expected a network that is written here, like \"192.0.2.0/24\", found {}", other.told());
                return self.refuse(networks.span, message);
            }
        };
        let range = |text: Box<str>| {
            AddressRange::try_from(String::from(text.clone()))
                .or_else(|why| self.refuse(networks.span, format!("{text:?} {why}")))
        };
        named.into_iter().map(range).collect::<Compiled<_>>().map(|ranges| Condition::InNetwork(address, ranges))
    }

    fn method(&self, receiver: &Expression, name: &str, arguments: &[Expression], span: Span) -> Compiled<Typed> {
        if aggregates::begins(receiver) {
            return self.aggregate(receiver, name, arguments).map(|id| Typed::Number(Number::Aggregate(id)));
        }
        let test = match name {
            "startsWith" => TextTest::StartsWith,
            "endsWith" => TextTest::EndsWith,
            "contains" => TextTest::Contains,
            "matches" => {
                let message = "`matches` is not part of the language: use `startsWith`, `endsWith` or `contains`";
                return self.refuse(span, message);
            }
            "size" => return self.refuse(span, "a size is written `size(x)`"),
            _ => return self.refuse(span, unknown_function(name, METHODS)),
        };
        let asks = format!("`{name}`");
        let text = self.of_text(receiver, &asks)?;
        let [part] = arguments else {
            return self.refuse(span, format!("{asks} takes one argument, found {}", arguments.len()));
        };
        Ok(Typed::Flag(Condition::Tested(test, text, self.of_text(part, &asks)?)))
    }
}

/// A field of the caller's own as it is written: one that was told begins with that already.
fn spelled(name: &str) -> String {
    if name.starts_with(TOLD) { name.to_owned() } else { format!("{CUSTOM}{name}") }
}

const fn type_of(literal: &Literal) -> WordType {
    match literal {
        Literal::Flag(_) => WordType::Flag,
        Literal::Number(_) => WordType::Number,
        Literal::Text(_) => WordType::Text,
    }
}

/// How many of the values that something can have are told in an error.
const VALUES_TOLD: usize = 8;

/// What is neither true nor false is so under `!`, too.
fn negated(condition: Condition) -> Condition {
    match condition {
        Condition::Constant(constant) => Condition::Constant(!constant),
        Condition::SlotIs(slot, is) => Condition::SlotIs(slot, !is),
        Condition::FlagIs(word, is) => Condition::FlagIs(word, !is),
        other => Condition::Not(Box::new(other)),
    }
}

fn flags(comparison: Comparison, one: Condition, other: Condition) -> Condition {
    let is = comparison == Comparison::Equal;
    match (one, other) {
        (Condition::Constant(constant), other) | (other, Condition::Constant(constant)) => {
            if constant == is {
                other
            } else {
                negated(other)
            }
        }
        (one, other) => {
            let same = Condition::Same(Box::new([one, other]));
            if is { same } else { Condition::Not(Box::new(same)) }
        }
    }
}

const fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal | Comparison::Unequal => comparison,
    }
}

fn numbers(comparison: Comparison, one: Number, other: Number) -> Condition {
    match (one, other) {
        (Number::Slot(slot), Number::Constant(value)) => Condition::Slot(slot, comparison, value as f32),
        (Number::Constant(value), Number::Slot(slot)) => Condition::Slot(slot, turned(comparison), value as f32),
        (one, other) => Condition::Numbers(comparison, one, other),
    }
}

fn number_in(number: Number, list: Vec<f64>) -> Condition {
    match number {
        // In the slot's own precision.
        Number::Slot(slot) => Condition::Any(
            list.into_iter().map(|value| Condition::Slot(slot, Comparison::Equal, value as f32)).collect(),
        ),
        number => Condition::NumberIn(number, list.into()),
    }
}

fn texts(comparison: Comparison, one: Text, other: Text) -> Condition {
    match (comparison, one, other) {
        (Comparison::Equal, Text::Word(word), Text::Constant(text))
        | (Comparison::Equal, Text::Constant(text), Text::Word(word)) => Condition::TextIs(word, text),
        (Comparison::Unequal, Text::Word(word), Text::Constant(text))
        | (Comparison::Unequal, Text::Constant(text), Text::Word(word)) => Condition::TextIsNot(word, text),
        (comparison, one, other) => Condition::Texts(comparison, one, other),
    }
}
