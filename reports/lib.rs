//! An assessment written in each format.

mod index;
pub mod json;
pub mod junit;
pub mod table;
mod text;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod sample;

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use trailproof_core::assessment::Assessment;

pub use crate::json::{ReadError, SCHEMA_DOCUMENT, read};
pub use crate::junit::{Grain, Part};
pub use crate::text::line as one_line;

/// The formats that an assessment can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For a person at a terminal.
    Table,
    /// For programs, and the assessment at rest: [`read`] takes it back.
    Json,
    /// For CI servers.
    Junit,
}

impl Format {
    /// All, in the order of the command line's help.
    pub const ALL: [Self; 3] = [Self::Table, Self::Json, Self::Junit];

    /// The name on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The name is no format's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a report format: table, json or junit is expected")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let format = Self::ALL.into_iter().find(|format| format.code() == text);
        format.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// What a reader may choose about the form; the content is the assessment's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The terminal's columns, where known. For the table.
    pub width: Option<u16>,
    /// Whether to colour. For the table.
    pub color: bool,
    /// What one test case stands for. For JUnit.
    pub junit_grain: Grain,
    /// Which of several files this is, where one would be too large. For JUnit.
    pub junit_part: Option<Part>,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The output refused it: a full disk, a broken pipe.
    #[error(transparent)]
    Write(#[from] std::io::Error),
    /// The assessment has no JSON form.
    #[error("it has no JSON form: {0}")]
    Json(serde_json::Error),
}

/// Writes the assessment in one format.
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    format: Format,
    assessment: &Assessment,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    match format {
        Format::Table => table::write(assessment, options, out)?,
        Format::Json => json::write(assessment, out)?,
        Format::Junit => {
            junit::write(assessment, options.junit_grain, options.junit_part, out)?;
        }
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_name_alone() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let refused = "JUnit".parse::<Format>().unwrap_err().to_string();
        assert_eq!(refused, "\"JUnit\" is not a report format: table, json or junit is expected");
        for format in Format::ALL {
            assert!(refused.contains(format.code()));
        }
    }

    #[test]
    fn an_output_that_refuses_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        for format in Format::ALL {
            let outcome = write(format, &sample::assessment(), &Options::default(), &mut Full);
            assert!(matches!(outcome, Err(ReportError::Write(_))), "{format}");
        }
    }
}
