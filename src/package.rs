//! The evidence package: all that a run found and all that it rests on, in one folder or archive that anybody can verify
//! and judge again without AWS.
//!
//! ```text
//! README.en.md  README.ja.md     what this is and how to verify it
//! manifest.json                  the run, the completeness statement, and every file with its size and hash
//! SHA256SUMS                     the hash of every other file, as coreutils reads them
//! terms.json                     what was judged by: policy, overrides and waivers
//! scope.json                     every account and region, and what became of it
//! coverage.csv                   every call that was made, and what came back
//! raw/ACCOUNT/REGION/CALL.json   one question each: parameters, answers on the wire, outcome
//! raw/snapshot.json              what the run was asked for
//! findings.jsonl                 every result, its evidence as file, pointer and hash
//! waivers.csv                    the exceptions, and what became of them
//! report.json  report.en.html  report.junit.xml
//! logs/BUCKET.json               a report of validate-logs, where one was given
//! logs/BUCKET.checkpoint.json    the heads of the chains that it proved, for the next run
//! diff.json  diff.md  diff.ja.md
//!                                what changed since the package before, where one was named
//! signoff.md                     empty fields for those who answer for it
//! journal.jsonl                  what happened in the run, where it was kept
//! ```

mod archive;
mod audit;
mod build;
mod log_papers;
mod names;
mod papers;
mod previous;
mod raw;
mod redact;
mod reread;
mod sign;
mod staging;
mod standing;
mod verify;

pub use archive::{file_of, is_archive};
pub use build::package;
pub use staging::sha256;
pub use verify::verify;
