//! Where events go: to stdout or to a file that appears whole, as lines or as a table.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use super::record::COLUMNS;
use super::table::Table;
use crate::cli::{EventFormat, EventsArgs};
use crate::exit::Stop;
use crate::files::{AtomicFile, unwritable};

/// What is printed is gathered to so many bytes; what comes with more than that is not copied.
const ROOM: usize = 1 << 16;

/// What is written to.
enum Out {
    Stdout(BufWriter<io::Stdout>),
    File(AtomicFile),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

/// Where events go.
pub enum Sink<'a> {
    /// Lines.
    Lines(Box<Lines<'a>>),
    /// A table, and the file that it goes to.
    Table(Box<Table<Lines<'a>>>, &'a Path),
}

/// What is written to, and how it is called.
pub struct Lines<'a> {
    out: Out,
    path: Option<&'a Path>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn gone(path: Option<&Path>, error: &io::Error) -> Stop {
    match path {
        Some(path) => unwritable(path, error),
        None => Stop::output(format!("cannot write to stdout: {error}")),
    }
}

fn broken(path: &Path, error: &parquet::errors::ParquetError) -> Stop {
    Stop::output(format!("cannot write {}: {error}", path.display()))
}

impl<'a> Sink<'a> {
    /// As the flags say it; the columns beside the classic ones.
    ///
    /// # Errors
    /// A table without a file, a file that exists (2); one that cannot be written (5).
    pub fn begin(args: &'a EventsArgs, more: &[&str]) -> Result<Self, Stop> {
        let path = args.output.as_deref();
        if let Some(path) = path.filter(|path| path.exists() && !args.force) {
            let path = path.display();
            return Err(Stop::usage(format!("{path} exists; --force overwrites it")));
        }
        let out = match path {
            Some(path) => {
                Out::File(AtomicFile::create(path).map_err(|error| unwritable(path, &error))?)
            }
            None => Out::Stdout(BufWriter::with_capacity(ROOM, io::stdout())),
        };
        let mut lines = Lines { out, path };
        match (args.format, path) {
            (EventFormat::Parquet, Some(path)) => {
                let table = Table::begin(lines).map_err(|error| broken(path, &error))?;
                return Ok(Self::Table(Box::new(table), path));
            }
            (EventFormat::Parquet, None) if io::stdout().is_terminal() => {
                return Err(Stop::usage("--format parquet: --output FILE is expected, too"));
            }
            (EventFormat::Parquet, None) => {
                let path = Path::new("stdout");
                let table = Table::begin(lines).map_err(|error| broken(path, &error))?;
                return Ok(Self::Table(Box::new(table), path));
            }
            (EventFormat::Tsv, _) => {
                let names: Vec<&str> = COLUMNS.iter().chain(more).copied().collect();
                let head = writeln!(lines.out, "{}", names.join("\t"));
                head.map_err(|error| gone(path, &error))?;
            }
            (EventFormat::Jsonl, _) => {}
        }
        Ok(Self::Lines(Box::new(lines)))
    }

    /// Takes what was selected of a log file.
    ///
    /// # Errors
    /// A full disk, or a reader who went away (5).
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        match self {
            Self::Lines(lines) => {
                lines.out.write_all(bytes).map_err(|error| gone(lines.path, &error))
            }
            Self::Table(table, path) => table.take(bytes).map_err(|error| broken(path, &error)),
        }
    }

    /// No more will come.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn end(self) -> Result<(), Stop> {
        let lines = match self {
            Self::Lines(lines) => *lines,
            Self::Table(table, path) => table.end().map_err(|error| broken(path, &error))?,
        };
        let Lines { out, path } = lines;
        match out {
            Out::Stdout(mut out) => out.flush(),
            Out::File(file) => file.finish(),
        }
        .map_err(|error| gone(path, &error))
    }
}
