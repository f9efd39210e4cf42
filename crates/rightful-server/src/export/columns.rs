//! The columns of the table: a promise to whoever reads it. A column is only ever added, and never changes its type.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};
use rightful_engine::{FEATURE_SCHEMA, feature_names};

use super::Row;

/// What a column's values are, and where a row has them.
#[derive(Clone, Copy)]
pub(super) enum Cells {
    /// Texts.
    Text(fn(&Row) -> Option<&str>),
    /// Whole numbers of 64 bits.
    Whole(fn(&Row) -> Option<i64>),
    /// Numbers of 64 bits.
    Number(fn(&Row) -> Option<f64>),
    /// Moments, in micros since 1970 in UTC.
    Moment(fn(&Row) -> Option<i64>),
    /// Lists of texts, which may be empty and are never null.
    Texts(fn(&Row) -> &[String]),
    /// The feature at this place of the schema, a number of 32 bits.
    Feature(usize),
}

/// One column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) cells: Cells,
}

/// All but the features.
const COLUMNS: [(&str, Cells); 29] = [
    ("sequence", Cells::Whole(|row| i64::try_from(row.sequence).ok())),
    ("event_id", Cells::Text(|row| Some(&row.event_id))),
    ("application_id", Cells::Text(|row| Some(&row.application_id))),
    ("source", Cells::Text(|row| Some(&row.source))),
    ("received_at", Cells::Moment(|row| Some(row.received_at))),
    ("at", Cells::Moment(|row| Some(row.at))),
    ("account", Cells::Text(|row| row.account.as_deref())),
    ("device", Cells::Text(|row| row.device.as_deref())),
    ("ip", Cells::Text(|row| row.ip.as_deref())),
    ("country", Cells::Text(|row| row.country.as_deref())),
    ("region", Cells::Text(|row| row.region.as_deref())),
    ("city", Cells::Text(|row| row.city.as_deref())),
    ("asn", Cells::Whole(|row| row.asn.map(i64::from))),
    ("organization", Cells::Text(|row| row.organization.as_deref())),
    ("action", Cells::Text(|row| Some(&row.action))),
    ("outcome", Cells::Text(|row| Some(&row.outcome))),
    ("verdict", Cells::Text(|row| row.verdict.as_deref())),
    ("answered", Cells::Text(|row| row.answered.as_deref())),
    ("risk_score", Cells::Number(|row| row.risk_score)),
    ("log_odds", Cells::Number(|row| row.log_odds)),
    ("history_depth", Cells::Whole(|row| row.history_depth.map(i64::from))),
    ("policy", Cells::Text(|row| row.policy.as_deref())),
    ("policy_version", Cells::Whole(|row| row.policy_version.map(i64::from))),
    ("reasons", Cells::Texts(|row| &row.reasons)),
    ("rules", Cells::Texts(|row| &row.rules)),
    ("shadow_rules", Cells::Texts(|row| &row.shadow_rules)),
    ("feedback", Cells::Texts(|row| &row.feedback)),
    ("label", Cells::Text(|row| row.label.as_deref())),
    ("feature_schema", Cells::Whole(|row| row.feature_schema.map(i64::from))),
];

/// All columns, in their order.
pub(super) fn columns() -> Vec<Column> {
    let named = COLUMNS.iter().map(|(name, cells)| Column { name: (*name).to_owned(), cells: *cells });
    let features = feature_names(FEATURE_SCHEMA).iter().enumerate();
    let features = features.map(|(n, name)| Column { name: format!("feature_{name}"), cells: Cells::Feature(n) });
    named.chain(features).collect()
}

/// The table's schema.
pub(super) fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let fields: Vec<TypePtr> = columns.iter().map(field).collect::<Result<_, _>>()?;
    Ok(Arc::new(Type::group_type_builder("rightful_events").with_fields(fields).build()?))
}

fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let name = &column.name;
    let plain = |physical| Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    let field = match column.cells {
        Cells::Text(_) => plain(PhysicalType::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)).build()?,
        Cells::Whole(_) => plain(PhysicalType::INT64).build()?,
        Cells::Number(_) => plain(PhysicalType::DOUBLE).build()?,
        Cells::Feature(_) => plain(PhysicalType::FLOAT).build()?,
        Cells::Moment(_) => {
            let moment = LogicalType::timestamp(true, TimeUnit::MICROS);
            plain(PhysicalType::INT64).with_logical_type(Some(moment)).build()?
        }
        Cells::Texts(_) => list(name)?,
    };
    Ok(Arc::new(field))
}

/// The three levels of a list, as Parquet's own documents ask for.
fn list(name: &str) -> Result<Type, ParquetError> {
    let element = Type::primitive_type_builder("element", PhysicalType::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String));
    let repeated = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element.build()?)]);
    Type::group_type_builder(name)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(repeated.build()?)])
        .build()
}
