//! Parquet files: each part of an export is a whole file of one group of rows, and at the end the groups are put into one
//! file as they are.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};

use super::Row;
use super::columns::{Cells, Column, columns, schema};

/// How the file says who made it.
const CREATED_BY: &str = concat!("rightful ", env!("CARGO_PKG_VERSION"));

fn properties() -> WriterPropertiesPtr {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    Arc::new(properties.set_created_by(CREATED_BY.to_owned()).build())
}

/// The features that a row must have.
pub(super) fn n_features() -> usize {
    columns().iter().filter(|column| matches!(column.cells, Cells::Feature(_))).count()
}

/// Writes a file of one group of rows, and waits until it is on disk.
pub(super) fn write(path: &Path, rows: &[Row]) -> Result<(), ParquetError> {
    let columns = columns();
    let file = File::create(path)?;
    let mut writer = SerializedFileWriter::new(&file, schema(&columns)?, properties())?;
    let mut group = writer.next_row_group()?;
    for column in &columns {
        let Some(mut into) = group.next_column()? else { break };
        write_column(&mut into, column, rows)?;
        into.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(file.sync_all()?)
}

fn write_column(into: &mut SerializedColumnWriter<'_>, column: &Column, rows: &[Row]) -> Result<(), ParquetError> {
    match column.cells {
        Cells::Text(cell) => {
            let (values, levels) = split(rows.iter().map(|row| cell(row).map(ByteArray::from)));
            into.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Cells::Whole(cell) | Cells::Moment(cell) => {
            let (values, levels) = split(rows.iter().map(cell));
            into.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
        }
        Cells::Number(cell) => {
            let (values, levels) = split(rows.iter().map(cell));
            into.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
        }
        Cells::Feature(place) => {
            let (values, levels) = split(rows.iter().map(|row| row.features.get(place).copied().flatten()));
            into.typed::<FloatType>().write_batch(&values, Some(&levels), None)?;
        }
        Cells::Texts(cell) => {
            let (values, levels, repeats) = split_lists(rows.iter().map(cell));
            into.typed::<ByteArrayType>().write_batch(&values, Some(&levels), Some(&repeats))?;
        }
    }
    Ok(())
}

/// The values that are there, and for each row whether it has one.
fn split<T>(cells: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    (values, levels)
}

/// The values; for each, or for an empty list, whether there is one, and whether it goes on with the row's list.
fn split_lists<'a>(cells: impl Iterator<Item = &'a [String]>) -> (Vec<ByteArray>, Vec<i16>, Vec<i16>) {
    let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        if cell.is_empty() {
            levels.push(0);
            repeats.push(0);
        }
        for (n, text) in cell.iter().enumerate() {
            values.push(ByteArray::from(text.as_str()));
            levels.push(1);
            repeats.push(i16::from(n > 0));
        }
    }
    (values, levels, repeats)
}

/// Puts the groups of files into one, and waits until it is on disk. Without any it is an empty table.
pub(super) fn join(path: &Path, parts: impl Iterator<Item = impl AsRef<Path>>) -> Result<(), ParquetError> {
    let file = File::create(path)?;
    let mut writer = SerializedFileWriter::new(&file, schema(&columns())?, properties())?;
    for part in parts {
        let part = File::open(part)?;
        let reader = SerializedFileReader::new(part.try_clone()?)?;
        for group in reader.metadata().row_groups() {
            let mut into = writer.next_row_group()?;
            for column in group.columns() {
                let close = ColumnCloseResult {
                    bytes_written: column.compressed_size().try_into().unwrap_or(0),
                    rows_written: group.num_rows().try_into().unwrap_or(0),
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                into.append_column(&part, close)?;
            }
            into.close()?;
        }
    }
    writer.close()?;
    Ok(file.sync_all()?)
}
