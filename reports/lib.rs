//! An assessment written in each format.

pub mod asff;
pub mod code_quality;
pub mod csv;
pub mod difference;
pub mod github;
pub mod history;
pub mod html;
mod index;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod logs;
pub mod markdown;
pub mod ocsf;
pub mod sarif;
mod since;
mod standards;
mod subject;
pub mod table;
mod text;
mod visible;
mod visit;
mod words;
mod worst;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod sample;

use std::fmt;
use std::io::Write;
use std::str::FromStr;

use trailproof_core::assessment::Assessment;
use trailproof_core::language::Language;
use trailproof_core::results::Results;

pub use crate::difference::{DiffFormat, DiffOptions, write_diff};
pub use crate::history::{History, HistoryRun, write_history};
pub use crate::json::{ReadError, SCHEMA_DOCUMENT, read, schema_of};
pub use crate::junit::{Grain, write_split};
pub use crate::logs::{
    LOGS_FORMATS, LogsReport, LogsSource, LogsTotals, UnreadPlace, UsedCheckpoint, write_logs,
};
pub use crate::sarif::SarifOptions;
pub use crate::text::{fold as folded, line as one_line, pad};
pub use crate::words::Words;

/// The formats that an assessment can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For a person at a terminal.
    Table,
    /// For programs, and the assessment at rest: [`read`] takes it back.
    Json,
    /// For programs that take one result after the other.
    Jsonl,
    /// For CI servers.
    Junit,
    /// For code scanning.
    Sarif,
    /// For SIEMs.
    Ocsf,
    /// For Security Hub.
    Asff,
    /// For spreadsheets.
    Csv,
    /// For a CI server's summary page.
    Markdown,
    /// For annotations in GitHub Actions.
    Github,
    /// For GitLab's code quality widget.
    Gitlab,
    /// For people with a browser: one page that needs nothing else.
    Html,
}

impl Format {
    /// All, in the order of the command line's help.
    pub const ALL: [Self; 12] = [
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Junit,
        Self::Sarif,
        Self::Ocsf,
        Self::Asff,
        Self::Csv,
        Self::Markdown,
        Self::Github,
        Self::Gitlab,
        Self::Html,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Ocsf => "ocsf",
            Self::Asff => "asff",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Html => "html",
        }
    }
}

impl Format {
    /// Whether people read it, each in a language: what programs read has none.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Markdown | Self::Html)
    }

    /// The name in a folder that holds the whole set; none for what only a pipeline's log can use.
    #[must_use]
    pub fn file_name(self) -> Option<&'static str> {
        match self {
            Self::Table => Some("report.txt"),
            Self::Json => Some("report.json"),
            Self::Jsonl => Some("report.jsonl"),
            Self::Junit => Some("report.junit.xml"),
            Self::Sarif => Some("report.sarif"),
            Self::Ocsf => Some("report.ocsf.jsonl"),
            Self::Asff => Some("asff"),
            Self::Csv => Some("report.csv"),
            Self::Markdown => Some("report.md"),
            Self::Gitlab => Some("report.gitlab.json"),
            Self::Html => Some("report.html"),
            Self::Github => None,
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
#[error("{0:?} is not a report format: one of {all} is expected", all = names())]
pub struct UnknownFormat(String);

fn names() -> String {
    Format::ALL.map(Format::code).join(", ")
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let format = Self::ALL.into_iter().find(|format| format.code() == text);
        format.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// What a reader may choose about the form; the content is the assessment's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The language of what people read: the table, Markdown and HTML. What programs read is the same in each.
    pub language: Language,
    /// The terminal's columns, where known. For the table.
    pub width: Option<u16>,
    /// Whether to colour. For the table.
    pub color: bool,
    /// Whether to show the frameworks and what became of their requirements. For the table.
    pub frameworks: bool,
    /// What one test case stands for. For JUnit.
    pub junit_grain: Grain,
    /// For SARIF.
    pub sarif: SarifOptions,
    /// Whether OCSF is one JSON array, in place of a line for each event.
    pub ocsf_array: bool,
    /// Whether CSV begins with a byte order mark, by which Excel knows UTF-8.
    pub csv_mark: bool,
}

/// Why a report could not be written: the output's reason, or `E`, the results' own.
#[derive(Debug, thiserror::Error)]
pub enum ReportError<E> {
    /// The output refused it: a full disk, a broken pipe.
    #[error(transparent)]
    Write(#[from] std::io::Error),
    /// The assessment has no JSON form.
    #[error("it has no JSON form: {0}")]
    Json(serde_json::Error),
    /// The results cannot be had.
    #[error(transparent)]
    Results(E),
}

/// Writes the assessment in one format.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    format: Format,
    assessment: &Assessment<R>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    match format {
        Format::Table => table::write(assessment, options, out)?,
        Format::Json => json::write(assessment, out)?,
        Format::Jsonl => jsonl::write(assessment, out)?,
        Format::Junit => {
            junit::write(assessment, options.junit_grain, out)?;
        }
        Format::Sarif => sarif::write(assessment, &options.sarif, out)?,
        Format::Ocsf => ocsf::write(assessment, options.ocsf_array, out)?,
        Format::Asff => asff::write(assessment, out)?,
        Format::Csv => csv::write(assessment, options.csv_mark, out)?,
        Format::Markdown => markdown::write(assessment, options.language, out)?,
        Format::Github => github::write(assessment, out)?,
        Format::Gitlab => code_quality::write(assessment, out)?,
        Format::Html => html::write(assessment, options.language, out)?,
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
        assert!(
            refused.starts_with("\"JUnit\" is not a report format: one of table, json, jsonl, ")
        );
        for format in Format::ALL {
            assert!(refused.contains(format.code()));
        }
    }

    #[test]
    fn what_programs_read_is_the_same_in_every_language() {
        for assessment in [sample::assessment(), sample::gaps(), sample::lone()] {
            let of = |format, language| {
                let mut out = Vec::new();
                let options = Options { language, ..Options::default() };
                write(format, &assessment, &options, &mut out).unwrap();
                out
            };
            for format in Format::ALL.into_iter().filter(|format| !format.is_for_people()) {
                let [english, japanese] = Language::ALL.map(|language| of(format, language));
                assert!(english == japanese, "{format}");
            }
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

    /// Results that break off, and count who looks.
    struct Brittle {
        findings: Vec<trailproof_core::finding::Finding>,
        breaks: bool,
        shown: std::cell::Cell<usize>,
    }

    impl Results for Brittle {
        type Error = std::fmt::Error;

        fn visit(
            &self,
            visitor: &mut trailproof_core::results::Visitor<'_>,
        ) -> Result<(), Self::Error> {
            let Ok(()) = self.findings.visit(&mut |findings| {
                self.shown.set(self.shown.get() + 1);
                visitor(findings)
            });
            if self.breaks { Err(std::fmt::Error) } else { Ok(()) }
        }
    }

    fn brittle(breaks: bool) -> Assessment<Brittle> {
        sample::assessment().map(|findings| Brittle {
            findings,
            breaks,
            shown: std::cell::Cell::new(0),
        })
    }

    #[test]
    fn results_that_break_off_are_no_report() {
        for format in Format::ALL {
            let outcome = write(format, &brittle(true), &Options::default(), &mut Vec::new());
            assert!(matches!(outcome, Err(ReportError::Results(std::fmt::Error))), "{format}");
        }
    }

    #[test]
    fn nothing_is_judged_for_a_reader_who_went_away() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let assessment = brittle(false);
        assert!(write(Format::Json, &assessment, &Options::default(), &mut Gone).is_err());
        assert_eq!(assessment.results.shown.get(), 0);
    }
}
