//! Events as Parquet: row groups of a bounded size, so that memory stays small however many there are.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::columns::{COLUMNS, HOW, Kind, cell};

/// So many bytes of cells are in memory before a row group is written.
const GROUP: usize = 8 << 20;
/// So many rows, however short.
const ROWS: usize = 100_000;

/// A column of the row group that is being gathered.
enum Column {
    Text(Vec<ByteArray>, Vec<i16>),
    Time(Vec<i64>, Vec<i16>),
    Flag(Vec<bool>, Vec<i16>),
}

/// Writes rows as they come.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    bytes: usize,
    rows: usize,
}

fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    COLUMNS.into_iter().chain([HOW])
}

fn schema() -> Result<Arc<Type>> {
    let columns = kinds().map(|(name, kind)| {
        let (physical, logical) = match kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Type::group_type_builder("event").with_fields(columns).build().map(Arc::new)
}

impl<W: Write + Send> Table<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(out: W) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("trailproof {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = SerializedFileWriter::new(out, schema()?, Arc::new(properties))?;
        Ok(Self { writer, columns: columns(), bytes: 0, rows: 0 })
    }

    /// Takes rows.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn take(&mut self, mut rows: &[u8]) -> Result<()> {
        while !rows.is_empty() {
            for column in &mut self.columns {
                let Some(cell) = cell(&mut rows) else { break };
                self.bytes += cell.map_or(0, <[u8]>::len);
                column.push(cell);
            }
            self.rows += 1;
            if self.bytes >= GROUP || self.rows >= ROWS {
                self.set_down()?;
            }
        }
        Ok(())
    }

    fn set_down(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for column in std::mem::replace(&mut self.columns, columns()) {
            let Some(mut out) = group.next_column()? else { break };
            match column {
                Column::Text(values, levels) => {
                    out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?
                }
                Column::Time(values, levels) => {
                    out.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?
                }
                Column::Flag(values, levels) => {
                    out.typed::<BoolType>().write_batch(&values, Some(&levels), None)?
                }
            };
            out.close()?;
        }
        group.close()?;
        (self.bytes, self.rows) = (0, 0);
        Ok(())
    }

    /// Ends the table, and gives back what it was written to.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn end(mut self) -> Result<W> {
        if self.rows > 0 {
            self.set_down()?;
        }
        self.writer.into_inner()
    }
}

fn columns() -> Vec<Column> {
    let empty = |kind| match kind {
        Kind::Text => Column::Text(Vec::new(), Vec::new()),
        Kind::Time => Column::Time(Vec::new(), Vec::new()),
        Kind::Flag => Column::Flag(Vec::new(), Vec::new()),
    };
    kinds().map(|(_, kind)| empty(kind)).collect()
}

impl Column {
    fn push(&mut self, cell: Option<&[u8]>) {
        match self {
            Self::Text(values, levels) => {
                levels.push(i16::from(cell.is_some()));
                values.extend(cell.map(|bytes| ByteArray::from(bytes.to_vec())));
            }
            Self::Time(values, levels) => {
                let value = cell.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
                levels.push(i16::from(value.is_some()));
                values.extend(value);
            }
            Self::Flag(values, levels) => {
                levels.push(i16::from(cell.is_some()));
                values.extend(cell.map(|bytes| bytes != [0]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use super::super::columns::row;
    use super::*;

    #[test]
    fn what_is_written_is_read_back_in_groups_of_a_bounded_size() {
        let text = r#"{"eventTime":"2026-07-01T12:00:00Z","eventName":"PutObject","readOnly":false,
            "userIdentity":{"userName":"ålice"},"errorCode":"AccessDenied","requestParameters":{"a":1}}"#;
        let mut rows = Vec::new();
        row(&serde_json::from_str(text).unwrap(), None, &mut rows);
        row(&serde_json::from_str("{}").unwrap(), None, &mut rows);
        let mut file = Vec::new();
        let mut table = Table::begin(&mut file).unwrap();
        let times = ROWS / 2 + 10;
        for _ in 0..times {
            table.take(&rows).unwrap();
        }
        let _ = table.end().unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
        let metadata = reader.metadata();
        assert_eq!(metadata.num_row_groups(), 2);
        assert_eq!(metadata.file_metadata().num_rows(), 2 * times as i64);
        let mut read = reader.get_row_iter(None).unwrap();
        let (first, second) = (read.next().unwrap().unwrap(), read.next().unwrap().unwrap());
        assert_eq!(first.get_timestamp_millis(0).unwrap(), 1_782_907_200_000);
        assert_eq!(first.get_string(4).unwrap(), "ålice");
        assert_eq!(first.get_string(7).unwrap(), r#"{"a":1}"#);
        assert_eq!(first.get_string(8).unwrap(), "AccessDenied");
        assert!(!first.get_bool(25).unwrap());
        assert!(second.get_string(3).is_err(), "there is none");
        assert_eq!(read.count(), 2 * times - 2);
    }

    #[test]
    fn no_event_is_a_file_without_rows() {
        let mut file = Vec::new();
        let _ = Table::begin(&mut file).unwrap().end().unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
        assert_eq!(reader.metadata().file_metadata().schema().get_fields().len(), 30);
    }
}
