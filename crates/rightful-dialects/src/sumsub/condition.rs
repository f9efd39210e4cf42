//! From the vendor's expressions to conditions of ours: each name that has the same meaning here is put into our word for
//! it, and every other is refused, with its place. Nothing is passed over.
//!
//! What the caller told and is kept as it was, is read as `told.data.…`; so most of `data` and `counterparty` can be
//! compared with values that are written out.

use std::cell::RefCell;

use rightful_domain::{AGGREGATE_MINUTES_MAX, ListSubject, MechanismKind, country_spellings};

use super::sumscript::{Joint, Part, PartKind, Script, ScriptError, Segment};
use super::words::{self, Kind};
use crate::vendor_rules::{quoted, quoted_list};

/// A condition of ours, and what it asks to be there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) text: String,
    /// The lists that it names, and what each must be of.
    pub(super) lists: Vec<(String, ListSubject)>,
}

/// Puts an expression into our words.
pub(super) fn translated(whole: &Part) -> Script<Condition> {
    let translator = Translator::default();
    let text = translator.flag(whole)?;
    Ok(Condition { text, lists: translator.lists.into_inner() })
}

/// What a part means here.
enum Term {
    Null,
    Flag(String),
    Number(String),
    /// A word of ours that is a text.
    Text(&'static str),
    /// A word of ours that is a country in two letters, where the vendor has three.
    Country(&'static str),
    /// Whatever was told, by its path: compared with what is written out.
    Told(String),
    /// The same of whoever sends or receives: who that is, depends on the direction.
    Sided {
        outward: String,
        inward: String,
    },
    TransactionType,
    PlatformEvent,
    DeviceLabels,
    ClientList(String),
    Written(Literal),
    List(Vec<Literal>),
}

/// A value that is written out.
#[derive(Clone, PartialEq)]
enum Literal {
    Flag(bool),
    Number(String),
    Text(String),
}

impl Literal {
    fn spelled(&self) -> String {
        match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number) => number.clone(),
            Self::Text(text) => quoted(text),
        }
    }
}

/// Names of ours that are the same as the vendor's.
const TEXTS: [(&str, &str); 7] = [
    ("applicant.externalUserId", "account.id"),
    ("data.applicant.externalUserId", "account.id"),
    ("txn.externalUserId", "account.id"),
    ("data.info.direction", "payment.direction"),
    ("data.applicant.device.ipInfo.ip", "ip.address"),
    ("applicant.device.ipInfo.ip", "ip.address"),
    ("data.applicant.device.fingerprint", "device.id"),
];
/// Those that are countries.
const COUNTRIES: [(&str, &str); 4] = [
    ("applicant.country", "person.country"),
    ("applicant.fixedInfo.country", "person.country"),
    ("data.applicant.device.ipInfo.country", "ip.country"),
    ("applicant.device.ipInfo.country", "ip.country"),
];
/// The amount by which transactions are compared and added up.
const AMOUNTS: [&str; 1] = ["data.info.amountInDefaultCurrency"];
/// What of a payment method is kept in no form that could be compared.
const HIDDEN: [&str; 3] = ["accountId", "accountIdHash", "fingerprint"];
/// Roots of which nothing is known here.
const FOREIGN: [&str; 8] = [
    "poi",
    "poa",
    "questionnaires",
    "preScoringContext",
    "currentScore",
    "currentMatchedRuleNames",
    "txnFraudInfo",
    "txn",
];
/// What the vendor knows of an applicant from its checks.
const CHECKED: [&str; 7] = ["riskLabels", "review", "assessment", "checks", "tags", "fixedInfo", "phone"];

#[derive(Default)]
struct Translator {
    lists: RefCell<Vec<(String, ListSubject)>>,
}

impl Translator {
    /// A part that must be true or false.
    fn flag(&self, part: &Part) -> Script<String> {
        match self.term(part)? {
            Term::Flag(text) => Ok(text),
            Term::Written(Literal::Flag(flag)) => Ok(flag.to_string()),
            Term::Told(path) => Ok(format!("{path} == true")),
            _ => Err(ScriptError::new(part.at, "expected what is true or false: compare it")),
        }
    }

    fn number(&self, part: &Part) -> Script<String> {
        match self.term(part)? {
            Term::Number(text) | Term::Written(Literal::Number(text)) => Ok(text),
            Term::Told(path) if path.ends_with("info.amount") => {
                let message = "only amounts in the default currency are calculated with, did you mean \
                               `data.info.amountInDefaultCurrency`?";
                Err(ScriptError::new(part.at, message))
            }
            _ => Err(ScriptError::new(part.at, "expected a number that can be calculated with")),
        }
    }

    fn term(&self, part: &Part) -> Script<Term> {
        Ok(match &part.kind {
            PartKind::Null => Term::Null,
            PartKind::Flag(flag) => Term::Written(Literal::Flag(*flag)),
            PartKind::Number(number) => Term::Written(Literal::Number(number.clone())),
            PartKind::Text(text) => Term::Written(Literal::Text(text.clone())),
            PartKind::List(items) => Term::List(items.iter().map(|item| self.literal(item)).collect::<Script<_>>()?),
            PartKind::Path(segments) => return self.path(part.at, segments),
            PartKind::Not(inner) => Term::Flag(format!("!({})", self.flag(inner)?)),
            PartKind::Negative(inner) => match self.term(inner)? {
                Term::Written(Literal::Number(number)) => Term::Written(Literal::Number(format!("-{number}"))),
                _ => Term::Number(format!("-({})", self.number(inner)?)),
            },
            PartKind::Joined(joint, sides) => return self.joined(part.at, *joint, sides),
        })
    }

    fn literal(&self, part: &Part) -> Script<Literal> {
        match self.term(part)? {
            Term::Written(literal) => Ok(literal),
            _ => Err(ScriptError::new(part.at, "a list holds numbers, texts or flags that are written out")),
        }
    }

    fn joined(&self, at: usize, joint: Joint, sides: &[Part; 2]) -> Script<Term> {
        let [left, right] = sides;
        match joint {
            Joint::And | Joint::Or => {
                let mut all = Vec::new();
                self.chain(joint, left, &mut all)?;
                self.chain(joint, right, &mut all)?;
                Ok(Term::Flag(all.join(&format!(" {} ", joint.as_str()))))
            }
            Joint::Add | Joint::Subtract | Joint::Multiply | Joint::Divide => {
                let sides = (self.number(left)?, self.number(right)?);
                Ok(Term::Number(format!("({} {} {})", sides.0, joint.as_str(), sides.1)))
            }
            Joint::In => self.is_in(at, left, right).map(Term::Flag),
            Joint::Equal
            | Joint::Unequal
            | Joint::Less
            | Joint::LessOrEqual
            | Joint::Greater
            | Joint::GreaterOrEqual => self.compared(at, joint, left, right).map(Term::Flag),
        }
    }

    /// The sides of a chain of one joint, each in brackets if it needs them: a long chain is not deep.
    fn chain(&self, joint: Joint, part: &Part, all: &mut Vec<String>) -> Script<()> {
        if let PartKind::Joined(inner, sides) = &part.kind
            && *inner == joint
        {
            self.chain(joint, &sides[0], all)?;
            return self.chain(joint, &sides[1], all);
        }
        all.push(format!("({})", self.flag(part)?));
        Ok(())
    }

    fn compared(&self, at: usize, joint: Joint, left: &Part, right: &Part) -> Script<String> {
        let (one, other) = (self.term(left)?, self.term(right)?);
        let sign = joint.as_str();
        let is_equality = matches!(joint, Joint::Equal | Joint::Unequal);
        // What is written out goes to the right.
        if matches!(one, Term::Written(_) | Term::Null) && !matches!(other, Term::Written(_) | Term::Null) {
            return self.with_literal(at, turned(joint), &other, one, left);
        }
        match (&one, other) {
            (_, written @ (Term::Written(_) | Term::Null)) => self.with_literal(at, joint, &one, written, right),
            (Term::Number(one), Term::Number(other)) => Ok(format!("{one} {sign} {other}")),
            (Term::Text(one), Term::Text(other)) if is_equality => Ok(format!("{one} {sign} {other}")),
            (Term::Country(one), Term::Country(other)) if is_equality => Ok(format!("{one} {sign} {other}")),
            (Term::Told(_) | Term::Sided { .. }, _) | (_, Term::Told(_) | Term::Sided { .. }) => {
                Err(ScriptError::new(at, "this is compared with values that are written out, and with nothing else"))
            }
            _ => Err(ScriptError::new(at, format!("`{sign}` cannot compare these two"))),
        }
    }

    /// Compares with a value that is written out.
    fn with_literal(&self, at: usize, joint: Joint, term: &Term, literal: Term, place: &Part) -> Script<String> {
        let sign = joint.as_str();
        let is_equality = matches!(joint, Joint::Equal | Joint::Unequal);
        let literal = match literal {
            Term::Written(literal) => literal,
            _ => return self.with_nothing(at, joint, term),
        };
        let wrong = |message: &str| Err(ScriptError::new(place.at, message));
        match (term, &literal) {
            (Term::Number(number), Literal::Number(literal)) => Ok(format!("{number} {sign} {literal}")),
            (Term::Number(_), _) => wrong("a number is compared with numbers"),
            (Term::Flag(flag), Literal::Flag(literal)) if is_equality => {
                Ok(if *literal == (joint == Joint::Equal) { format!("({flag})") } else { format!("!({flag})") })
            }
            (Term::Told(path), literal) => Ok(format!("{path} {sign} {}", literal.spelled())),
            (Term::Sided { outward, inward }, literal) => {
                let literal = literal.spelled();
                Ok(sided(&format!("{outward} {sign} {literal}"), &format!("{inward} {sign} {literal}")))
            }
            _ if !is_equality => wrong("only numbers have an order here"),
            (_, literal) => {
                let is_it = self.one_of(term, std::slice::from_ref(literal), place)?;
                Ok(if joint == Joint::Equal { is_it } else { format!("!({is_it})") })
            }
        }
    }

    fn with_nothing(&self, at: usize, joint: Joint, term: &Term) -> Script<String> {
        let sign = match joint {
            Joint::Equal | Joint::Unequal => joint.as_str(),
            _ => return Err(ScriptError::new(at, "`null` has no order")),
        };
        match term {
            Term::Text(word) | Term::Country(word) => Ok(format!("{word} {sign} null")),
            Term::Told(path) => Ok(format!("{path} {sign} null")),
            Term::Sided { outward, inward } => {
                Ok(sided(&format!("{outward} {sign} null"), &format!("{inward} {sign} null")))
            }
            Term::Number(number) if AMOUNT == number => Ok(format!("{number} {sign} null")),
            _ => Err(ScriptError::new(at, "this is never `null` here")),
        }
    }

    /// Whether a text is one of those that are written out.
    fn one_of(&self, term: &Term, literals: &[Literal], place: &Part) -> Script<String> {
        let wrong = |message: String| Err(ScriptError::new(place.at, message));
        if let Term::Told(path) = term {
            return Ok(format!("{path} in [{}]", spelled(literals)));
        }
        if let Term::Sided { outward, inward } = term {
            let list = spelled(literals);
            return Ok(sided(&format!("{outward} in [{list}]"), &format!("{inward} in [{list}]")));
        }
        if let Term::Number(number) = term {
            let is_number = literals.iter().all(|literal| matches!(literal, Literal::Number(_)));
            return if is_number {
                Ok(format!("{number} in [{}]", spelled(literals)))
            } else {
                wrong("a number is compared with numbers".to_owned())
            };
        }
        let mut texts = Vec::new();
        for literal in literals {
            match literal {
                Literal::Text(text) => texts.push(text.as_str()),
                Literal::Flag(_) | Literal::Number(_) => return wrong("a text is compared with texts".to_owned()),
            }
        }
        match term {
            Term::Text("payment.direction") if texts.iter().any(|text| !matches!(*text, "in" | "out")) => {
                wrong("a direction is 'in' or 'out'".to_owned())
            }
            Term::Text("ip.address") if texts.iter().any(|text| text.parse::<std::net::IpAddr>().is_err()) => {
                wrong("this is no address".to_owned())
            }
            Term::Text(word) => Ok(among(word, &texts)),
            Term::Country(word) => {
                let pairs: Option<Vec<_>> = texts.iter().map(|text| country_spellings(text)).collect();
                let Some(pairs) = pairs else { return wrong("this is no country of ISO 3166-1".to_owned()) };
                Ok(among(word, &pairs.iter().map(|[two, _]| two.as_str()).collect::<Vec<_>>()))
            }
            Term::TransactionType => any_of(&texts, |text| match words::kind(Some(text)) {
                Some(kind) => Ok(of_kind(kind)),
                None => Err(ScriptError::new(place.at, format!("{text:?} is no type of transaction"))),
            }),
            Term::PlatformEvent => any_of(&texts, |text| match words::platform_event(text) {
                Some((action, outcome)) => Ok(format!(
                    "(event.action == {} && event.outcome == {})",
                    quoted(action.as_str()),
                    quoted(outcome.as_str())
                )),
                None => Err(ScriptError::new(place.at, format!("{text:?} is no event of the platform"))),
            }),
            _ => wrong("this is not compared with a text".to_owned()),
        }
    }

    fn is_in(&self, at: usize, left: &Part, right: &Part) -> Script<String> {
        match (self.term(left)?, self.term(right)?) {
            (term, Term::ClientList(name)) => self.on_list(left.at, &term, name),
            (Term::Written(Literal::Text(label)), Term::DeviceLabels) => labelled(left.at, &label),
            (Term::Written(_), Term::List(_)) => Err(ScriptError::new(at, "this is always or never so")),
            (_, Term::List(literals)) if literals.is_empty() => Ok("false".to_owned()),
            (term, Term::List(literals)) => self.one_of(&term, &literals, right),
            _ => Err(ScriptError::new(right.at, "`IN` takes a list that is written out, a client list, or labels")),
        }
    }

    /// Whether a value is on a list of the application: lists here are of one sort each.
    fn on_list(&self, at: usize, term: &Term, name: String) -> Script<String> {
        let of = match term {
            Term::Text("account.id") => ListSubject::Account,
            Term::Text("ip.address") => ListSubject::Address,
            Term::Text("device.id") => ListSubject::Device,
            Term::Country("ip.country") => ListSubject::Country,
            _ => {
                let message = "client lists here are of `applicant.externalUserId`, \
                               `data.applicant.device.ipInfo.ip`, `data.applicant.device.ipInfo.country` and \
                               `data.applicant.device.fingerprint`";
                return Err(ScriptError::new(at, message));
            }
        };
        let text = format!("onList({})", quoted(&name));
        self.lists.borrow_mut().push((name, of));
        Ok(text)
    }

    fn path(&self, at: usize, segments: &[Segment]) -> Script<Term> {
        let names: Vec<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
        match (names.as_slice(), segments) {
            (["addScoreIf", ..], _) => {
                let message = "`addScoreIf` is not known here: a rule has one score, so write one for each";
                return Err(ScriptError::new(at, message));
            }
            (["txns", ..], [_, rest @ ..]) => return super::aggregate::translated(at, rest).map(Term::Number),
            (["clientLists", name], _) if segments.iter().all(|segment| segment.arguments.is_none()) => {
                return Ok(Term::ClientList((*name).to_owned()));
            }
            (_, [before @ .., last]) if last.arguments.is_some() => return self.asked_of(at, before, last),
            _ => {}
        }
        if let Some(asked) = segments.iter().find(|segment| segment.arguments.is_some()) {
            return Err(ScriptError::new(asked.at, format!("`{}` cannot be asked here", asked.name)));
        }
        named(at, &names)
    }

    /// What is asked of a value with a dot: whether it contains another.
    fn asked_of(&self, at: usize, before: &[Segment], asked: &Segment) -> Script<Term> {
        let refused = |message: String| Err(ScriptError::new(asked.at, message));
        if before.is_empty() || asked.name != "contains" {
            return refused(format!("unknown function `{}`", asked.name));
        }
        let [argument] = asked.arguments.as_deref().unwrap_or_default() else {
            return refused("`contains` takes one value".to_owned());
        };
        let text = match (self.path(at, before)?, self.term(argument)?) {
            (Term::ClientList(name), term) => self.on_list(argument.at, &term, name)?,
            (Term::DeviceLabels, Term::Written(Literal::Text(label))) => labelled(argument.at, &label)?,
            (Term::Text(word), Term::Written(Literal::Text(part))) => format!("{word}.contains({})", quoted(&part)),
            _ => {
                return refused(
                    "`contains` is asked of client lists, of labels, and of texts that are known here".into(),
                );
            }
        };
        Ok(Term::Flag(text))
    }
}

/// The amount, in our words.
const AMOUNT: &str = "payment.amount";

/// What a name means.
fn named(at: usize, names: &[&str]) -> Script<Term> {
    let name = names.join(".");
    let find = |all: &[(&str, &'static str)]| all.iter().find(|(known, _)| *known == name).map(|(_, word)| *word);
    if let Some(word) = find(&TEXTS) {
        return Ok(Term::Text(word));
    }
    if let Some(word) = find(&COUNTRIES) {
        return Ok(Term::Country(word));
    }
    if AMOUNTS.contains(&name.as_str()) {
        return Ok(Term::Number(AMOUNT.to_owned()));
    }
    let refused = |message: String| Err(ScriptError::new(at, message));
    match names {
        ["data", "type"] => Ok(Term::TransactionType),
        ["data", "userPlatformEventInfo", "type"] => Ok(Term::PlatformEvent),
        ["data", "userPlatformEventInfo", "twoFaUsed"] => {
            Ok(Term::Flag(format!("{} in mechanisms_passed", quoted(MechanismKind::OneTimeCode.as_str()))))
        }
        ["applicant", "riskLabels", "device"] => Ok(Term::DeviceLabels),
        ["data", "props", field] => Ok(Term::Told(format!("custom.{field}"))),
        [.., "paymentMethod", last] if HIDDEN.contains(last) => {
            refused(format!("`{name}` is kept in no form that could be compared"))
        }
        [.., "passwordHash"] => refused(format!("`{name}` is kept in no form that could be compared")),
        [root, ..] if FOREIGN.contains(root) => refused(format!("nothing is known here of `{name}`")),
        ["applicant", checked, ..] if CHECKED.contains(checked) => {
            refused(format!("nothing is known here of `{name}`: it is of the vendor's own checks"))
        }
        ["data", _, ..] => Ok(Term::Told(format!("told.{name}"))),
        ["applicant" | "counterparty", _, ..] => Ok(Term::Told(format!("told.data.{name}"))),
        ["remitter", rest @ ..] if !rest.is_empty() => Ok(sided_term("applicant", "counterparty", rest)),
        ["beneficiary", rest @ ..] if !rest.is_empty() => Ok(sided_term("counterparty", "applicant", rest)),
        _ => refused(format!("unknown name `{name}`")),
    }
}

/// Who sends is the applicant of what goes out, and the counterparty of what comes in.
fn sided_term(outward: &str, inward: &str, rest: &[&str]) -> Term {
    let rest = rest.join(".");
    Term::Sided { outward: format!("told.data.{outward}.{rest}"), inward: format!("told.data.{inward}.{rest}") }
}

fn sided(outward: &str, inward: &str) -> String {
    format!("(payment.direction == \"out\" ? {outward} : {inward})")
}

/// Whether a word of ours is one of these.
fn among(word: &str, texts: &[&str]) -> String {
    match texts {
        [text] => format!("{word} == {}", quoted(text)),
        texts => format!("{word} in {}", quoted_list(texts.iter().copied())),
    }
}

fn spelled(literals: &[Literal]) -> String {
    literals.iter().map(Literal::spelled).collect::<Vec<_>>().join(", ")
}

fn any_of(texts: &[&str], of: impl Fn(&str) -> Script<String>) -> Script<String> {
    let all = texts.iter().map(|text| of(text)).collect::<Script<Vec<_>>>()?;
    Ok(format!("({})", all.join(" || ")))
}

/// The labels that are put on devices, by the reasons that they stand for.
fn labelled(at: usize, label: &str) -> Script<String> {
    let Some(reasons) = words::reasons_of_label(label) else {
        return Err(ScriptError::new(at, format!("{label:?} is no label of devices here")));
    };
    let all: Vec<String> = reasons.iter().map(|reason| format!("{} in reasons", quoted(reason.as_str()))).collect();
    Ok(format!("({})", all.join(" || ")))
}

const fn turned(joint: Joint) -> Joint {
    match joint {
        Joint::Less => Joint::Greater,
        Joint::LessOrEqual => Joint::GreaterOrEqual,
        Joint::Greater => Joint::Less,
        Joint::GreaterOrEqual => Joint::LessOrEqual,
        other => other,
    }
}

/// The actions of the platform that a transaction can tell.
pub(super) const PLATFORM_ACTIONS: [&str; 7] =
    ["login", "register", "password_reset", "account_auth_change", "account_details_change", "logout", "general"];
/// The actions that move money.
pub(super) const MONEY_ACTIONS: [&str; 4] = ["withdraw", "transaction", "checkout", "credits_change"];

/// Whether an event is of that type.
pub(super) fn of_kind(kind: Kind) -> String {
    match kind {
        // Both are judged as money that moves; only what was told tells them apart.
        Kind::Finance => format!(
            "(event.action in {} && (told.data.type == null || told.data.type != \"travelRule\"))",
            quoted_list(MONEY_ACTIONS)
        ),
        Kind::TravelRule => "told.data.type == \"travelRule\"".to_owned(),
        Kind::UserPlatformEvent => format!("event.action in {}", quoted_list(PLATFORM_ACTIONS)),
        Kind::Kyc | Kind::AuditTrailEvent | Kind::ScheduledEvent | Kind::IGamingSession => {
            format!("event.action == {}", quoted(kind.as_str()))
        }
    }
}

/// The most minutes of a span, for what reads one.
pub(super) const MINUTES_MAX: u32 = AGGREGATE_MINUTES_MAX;
