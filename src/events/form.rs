//! The form in which events are written.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::columns;
use super::record::{Record, member, plain, unbroken};
use super::skim::{Asked, Parts};
use super::wanted::Wanted;
use super::who::Who;
use crate::cli::EventFormat;

/// What is to be written of each event.
#[derive(Clone, Copy)]
pub struct Form {
    /// As which of the formats.
    pub format: EventFormat,
    /// Whether it is told what did not happen.
    pub outcome: bool,
    /// Whether it is told who stands behind a session.
    pub who: bool,
}

impl Form {
    /// The names of the columns beside the classic ones.
    pub fn columns(self) -> &'static [&'static str] {
        match (self.who, self.outcome) {
            (true, _) => &["errorCode", "who", "whoBy", "whoHow"],
            (false, true) => &["errorCode"],
            (false, false) => &[],
        }
    }

    /// What must be known of an event to choose and to write it.
    pub fn parts(self, wanted: &Wanted) -> Parts {
        if self.who || self.format == EventFormat::Parquet {
            Parts::All
        } else if self.outcome || wanted.asks_for_errors() {
            Parts::Plain
        } else if self.format == EventFormat::Jsonl && wanted.is_all() {
            Parts::Nothing
        } else {
            Parts::Columns
        }
    }

    /// Writes all of an event but who it was and its end; its own text is used where the format is that.
    pub fn head(self, raw: &str, record: &Record<'_>, out: &mut Vec<u8>) {
        match self.format {
            EventFormat::Tsv => {
                record.columns(out);
                if self.outcome || self.who {
                    out.push(b'\t');
                    plain(record.error_code.as_deref().unwrap_or_default(), out);
                }
            }
            EventFormat::Jsonl => unbroken(raw, out),
            EventFormat::Parquet => columns::row(record, out),
        }
    }

    /// Ends the event that was written last: who it was, where that is asked for and known.
    pub fn tail(self, who: Option<&Who>, out: &mut Vec<u8>) {
        match self.format {
            EventFormat::Tsv => {
                if self.who {
                    let cells = who.map(|who| [who.who.as_str(), who.by.code(), who.how.as_str()]);
                    for cell in cells.unwrap_or_default() {
                        out.push(b'\t');
                        plain(cell, out);
                    }
                }
                out.push(b'\n');
            }
            EventFormat::Jsonl => {
                if let Some(who) = who {
                    member("trailproof", &who.told(), out);
                }
                out.push(b'\n');
            }
            EventFormat::Parquet => columns::who(who, out),
        }
    }
}

/// Which events are wanted, and in which form.
pub struct Choice {
    /// What is asked of the records.
    pub asked: Asked,
    /// Which of them.
    pub wanted: Wanted,
    /// The form.
    pub form: Form,
    /// How many records or files could not be read.
    pub unread: Arc<AtomicU64>,
}
