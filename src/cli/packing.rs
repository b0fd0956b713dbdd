//! The flags of `package` and `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::HandedArgs;

/// `package`.
#[derive(Debug, Args)]
pub struct PackageArgs {
    /// A run's folder, or a snapshot.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Where the package goes: a new folder, or one archive where the name ends in .zip or
    /// .tar.zst.
    #[arg(short, long, value_name = "PATH")]
    pub output: PathBuf,
    #[command(flatten)]
    pub handed: HandedArgs,
    /// The checkpoint that validate-logs wrote beside the report of --logs, so that its hash is part of the package;
    /// repeat for more.
    #[arg(long, value_name = "FILE", requires = "logs")]
    pub checkpoint: Vec<PathBuf>,
    /// The reporting period that it is meant for, as FROM/TO; what it proves is the state when the run read it.
    #[arg(long, value_name = "FROM/TO", value_parser = period)]
    pub period: Option<String>,
    /// The package before, a folder or an archive: the package then says what changed since, and names it by the hash of
    /// its manifest.
    #[arg(long, value_name = "PACKAGE")]
    pub previous: Option<PathBuf>,
    /// A command that signs the list of hashes: it reads SHA256SUMS from its standard input, and what it writes becomes
    /// SHA256SUMS.sig.
    #[arg(long, value_name = "COMMAND")]
    pub sign_with: Option<String>,
    /// Leave out of the answers; refused where a verdict hangs on it.
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub redact: Vec<Redaction>,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The package: a folder, or an archive.
    pub package: PathBuf,
    /// The package before, which this one names: what changed since is then worked out again too.
    #[arg(long, value_name = "PACKAGE")]
    pub previous: Option<PathBuf>,
}

/// What can be left out of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Redaction {
    /// Whatever looks like an address of mail.
    Emails,
    /// The values of tags; their keys stay.
    Tags,
}

impl Redaction {
    /// Its name on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Emails => "emails",
            Self::Tags => "tags",
        }
    }

    /// What a package says of it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Emails => {
                "emails: every word of an answer with an @ between a name and a host is replaced by the word redacted."
            }
            Self::Tags => {
                "tags: the value of every tag in an answer is replaced by the word redacted; keys are kept."
            }
        }
    }
}

/// Two days, the first not behind the last.
fn period(text: &str) -> Result<String, String> {
    let wrong = || "two days are expected, such as 2026-07-01/2026-09-30".to_owned();
    let (from, to) = text.split_once('/').ok_or_else(wrong)?;
    let day = |text: &str| text.parse::<Date>().map_err(|_| wrong());
    let (from, to) = (day(from)?, day(to)?);
    if from > to {
        return Err(format!("{from} is behind {to}"));
    }
    Ok(format!("{from}/{to}"))
}

#[cfg(test)]
mod tests {
    use super::period;

    #[test]
    fn a_period_is_two_days_in_order() {
        assert_eq!(period("2026-07-01/2026-09-30").as_deref(), Ok("2026-07-01/2026-09-30"));
        for wrong in ["Q3", "2026-07-01", "2026-09-30/2026-07-01", "2026-07-01/"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
