//! Events as Parquet: row groups of a bounded size, so that memory stays small however many there are. One is encoded by
//! other threads while the next one is gathered.

use std::any::Any;
use std::io::Write;
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer};
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, ColumnPath, Type};

use super::cells;
use super::columns::{COLUMNS, Kind};

/// So many bytes of cells are in memory before a row group is encoded.
const GROUP: usize = 8 << 20;
/// With the last row that begins within it, which is seldom longer than this allows for.
const ROOM: usize = GROUP + (64 << 10);
/// So many rows, however short.
const ROWS: usize = 100_000;

/// Writes rows as they come.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    /// The rows that are gathered, and how many.
    gathered: Vec<u8>,
    rows: usize,
    /// The group before them.
    encoding: Option<JoinHandle<Result<Vec<Chunk>>>>,
}

/// An encoded column of a row group.
type Chunk = (Bytes, ColumnCloseResult);

fn schema() -> Result<Arc<Type>> {
    let columns = COLUMNS.into_iter().map(|(name, kind)| {
        let (physical, logical) = match kind {
            Kind::Text | Kind::Word | Kind::Once => {
                (Physical::BYTE_ARRAY, Some(LogicalType::String))
            }
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

/// What comes once is not looked up among what came before. The least and the greatest of a column are told where a reader can
/// pass over row groups by them: the events of a group are of one time, account and region.
fn properties() -> WriterProperties {
    let start = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("trailproof {}", env!("CARGO_PKG_VERSION")));
    let each = COLUMNS.into_iter().fold(start, |all, (name, kind)| {
        let column = ColumnPath::from(name);
        let statistics = match kind {
            Kind::Text | Kind::Once => EnabledStatistics::None,
            Kind::Word | Kind::Time | Kind::Flag => EnabledStatistics::Chunk,
        };
        all.set_column_statistics_enabled(column.clone(), statistics)
            .set_column_dictionary_enabled(column, kind != Kind::Once)
    });
    each.build()
}

impl<W: Write + Send> Table<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(out: W) -> Result<Self> {
        let writer = SerializedFileWriter::new(out, schema()?, Arc::new(properties()))?;
        Ok(Self { writer, gathered: Vec::with_capacity(ROOM), rows: 0, encoding: None })
    }

    /// Takes rows.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn take(&mut self, rows: &[u8]) -> Result<()> {
        let (mut rest, mut from) = (rows, 0);
        while !rest.is_empty() {
            for _ in COLUMNS {
                cells::take(&mut rest).ok_or_else(cut)?;
            }
            self.rows += 1;
            let to = rows.len() - rest.len();
            if self.gathered.len() + to - from >= GROUP || self.rows >= ROWS {
                self.gathered.extend_from_slice(rows.get(from..to).unwrap_or_default());
                self.set_down()?;
                from = to;
            }
        }
        self.gathered.extend_from_slice(rows.get(from..).unwrap_or_default());
        Ok(())
    }

    /// Has what was gathered encoded, and writes what was encoded before.
    fn set_down(&mut self) -> Result<()> {
        self.write()?;
        let next = Vec::with_capacity(ROOM);
        let rows = Bytes::from(std::mem::replace(&mut self.gathered, next));
        self.rows = 0;
        let columns = self.writer.schema_descr().columns().to_vec();
        let properties = self.writer.properties().clone();
        let encode = move || encoded(&rows, &columns, &properties);
        self.encoding = Some(thread::Builder::new().name("parquet".to_owned()).spawn(encode)?);
        Ok(())
    }

    /// Writes the group that is being encoded, when it is.
    fn write(&mut self) -> Result<()> {
        let Some(encoding) = self.encoding.take() else { return Ok(()) };
        let chunks = encoding.join().map_err(broken)??;
        let mut group = self.writer.next_row_group()?;
        for (bytes, close) in chunks {
            group.append_column(&bytes, close)?;
        }
        group.close().map(drop)
    }

    /// Ends the table, and gives back what it was written to.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn end(mut self) -> Result<W> {
        if self.rows > 0 {
            self.set_down()?;
        }
        self.write()?;
        self.writer.into_inner()
    }
}

/// The cells of each column, which lie where the rows do.
fn columns_of(rows: &Bytes) -> Result<Vec<Vec<Option<Bytes>>>> {
    let mut all = vec![Vec::new(); COLUMNS.len()];
    let mut rest = rows.as_ref();
    while !rest.is_empty() {
        for column in &mut all {
            let cell = cells::take(&mut rest).ok_or_else(cut)?;
            column.push(cell.map(|cell| rows.slice_ref(cell)));
        }
    }
    Ok(all)
}

/// Encodes a group of rows, column by column on all cores.
fn encoded(
    rows: &Bytes,
    columns: &[ColumnDescPtr],
    properties: &Arc<WriterProperties>,
) -> Result<Vec<Chunk>> {
    let todo = Mutex::new(columns_of(rows)?.into_iter().zip(columns).enumerate());
    let next = || todo.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let done = iter::from_fn(next).map(|(at, (cells, column))| {
            Ok((at, chunk(cells, column.clone(), properties.clone())?))
        });
        done.collect::<Result<Vec<_>>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from).min(columns.len());
    let mut chunks = thread::scope(|scope| {
        let workers: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
        let mut chunks = work()?;
        for worker in workers {
            chunks.extend(worker.join().map_err(broken)??);
        }
        Ok::<_, ParquetError>(chunks)
    })?;
    chunks.sort_by_key(|(at, _)| *at);
    Ok(chunks.into_iter().map(|(_, chunk)| chunk).collect())
}

fn chunk(
    cells: Vec<Option<Bytes>>,
    column: ColumnDescPtr,
    properties: Arc<WriterProperties>,
) -> Result<Chunk> {
    let mut out = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut out));
    let close = filled(get_column_writer(column, properties, pages), cells)?;
    Ok((Bytes::from(out.into_inner()?), close))
}

/// Writes a column's cells.
fn filled(mut to: ColumnWriter<'_>, cells: Vec<Option<Bytes>>) -> Result<ColumnCloseResult> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let there = cells.into_iter().flatten();
    match &mut to {
        ColumnWriter::Int64ColumnWriter(to) => {
            let time =
                |cell: Bytes| cell.as_ref().try_into().map(i64::from_be_bytes).map_err(|_| cut());
            to.write_batch(&there.map(time).collect::<Result<Vec<_>>>()?, Some(&levels), None)?
        }
        ColumnWriter::BoolColumnWriter(to) => {
            let flags = there.map(|cell| cell.as_ref() != [0]);
            to.write_batch(&flags.collect::<Vec<_>>(), Some(&levels), None)?
        }
        ColumnWriter::ByteArrayColumnWriter(to) => {
            let texts = there.map(ByteArray::from);
            to.write_batch(&texts.collect::<Vec<_>>(), Some(&levels), None)?
        }
        _ => return Err(ParquetError::NYI("a column of another kind".to_owned())),
    };
    to.close()
}

fn broken(_: Box<dyn Any + Send>) -> ParquetError {
    ParquetError::General("the encoder broke off".to_owned())
}

fn cut() -> ParquetError {
    ParquetError::General("a row is cut off".to_owned())
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use super::super::columns::{row, who};
    use super::*;

    #[test]
    fn what_is_written_is_read_back_in_groups_of_a_bounded_size() {
        let text = r#"{"eventTime":"2026-07-01T12:00:00Z","eventName":"PutObject","readOnly":false,
            "userIdentity":{"userName":"ålice"},"errorCode":"AccessDenied","requestParameters":{"a":1}}"#;
        let mut rows = Vec::new();
        for text in [text, "{}"] {
            row(&serde_json::from_str(text).unwrap(), &mut rows);
            who(None, &mut rows);
        }
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
