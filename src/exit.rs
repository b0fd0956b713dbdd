//! Why the program stops, and with which of the closed list of exit codes.

use std::fmt;

use trailproof_core::assess::AssessError;

/// A reason to stop: one line for people and an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The exit code.
    pub code: u8,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Stop {
    /// 2: the command or an input file is wrong; nothing was scanned.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into() }
    }

    /// 4: the scan could not start.
    pub fn start(message: impl Into<String>) -> Self {
        Self { code: START, message: message.into() }
    }

    /// 5: a result could not be written.
    pub fn output(message: impl Into<String>) -> Self {
        Self { code: OUTPUT, message: message.into() }
    }

    /// 70: a fault of trailproof's own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { code: INTERNAL, message: message.into() }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

impl From<AssessError<Stop>> for Stop {
    fn from(error: AssessError<Stop>) -> Self {
        match error {
            AssessError::Snapshot(stop) => stop,
            AssessError::Order(_) => Self::usage(error.to_string()),
            AssessError::Unaccounted(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<std::convert::Infallible> for Stop {
    fn from(error: std::convert::Infallible) -> Self {
        match error {}
    }
}

/// The command or an input file is wrong.
pub const USAGE: u8 = 2;
/// The scan could not start.
pub const START: u8 = 4;
/// A result could not be written.
pub const OUTPUT: u8 = 5;
/// A fault of trailproof's own.
pub const INTERNAL: u8 = 70;
/// Interrupted by SIGINT.
pub const INTERRUPTED: u8 = 130;
/// Ended by SIGTERM.
pub const TERMINATED: u8 = 143;

/// What `trailproof help exit-codes` prints.
pub const EXIT_CODES: &str = "  0    the gates passed and the scan is complete (or no gate was asked and the scan is complete)
  1    a gate failed: a finding at or above --fail-on, a new one with --fail-on-new, a score under
       --min-score, an expired waiver with --fail-on-expired-waiver
  2    usage or configuration error: an unknown check, region or account, an input or snapshot that
       cannot be read or is newer, an output path that exists; nothing was scanned
  3    no gate failed, but the scan is incomplete: coverage under --min-coverage (default 100), or
       a check that a gate needs is unknown
  4    could not start: no credentials, endpoint unreachable, organization not readable although
       --org or --ou asked for it, no account readable
  5    output could not be written (the scan itself is saved), or a package could not be verified
  70   internal error
  130  interrupted (SIGINT); what was read is saved
  143  terminated (SIGTERM); what was read is saved

1 wins over 3, and 5 over both. --exit-zero makes 1 and 3 to 0 and leaves the others alone.
Commands that answer a question (would-record, would-alert): 0 yes, 1 no, 3 cannot tell.
validate-logs: 0 every hour is proved, 1 an error finding or nothing found, 3 some hour is not proved.
";
