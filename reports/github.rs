//! Workflow commands of GitHub Actions: the worst as annotations, and how many more there are.

use std::io::{self, Write};

use trailproof_core::assessment::Assessment;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::results::Results;

use crate::worst::Worst;
use crate::{ReportError, text, visit};

/// GitHub shows ten of each kind in a step: nine, and one that says how many more there are.
const SHOWN: usize = 9;

#[derive(Clone, Copy)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl Kind {
    fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Notice,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Writes the commands.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let mut kinds =
        [Kind::Error, Kind::Warning, Kind::Notice].map(|kind| (kind, Worst::new(SHOWN)));
    let mut add = |severity: Severity, make: &dyn Fn() -> (String, String)| {
        let [errors, warnings, notices] = &mut kinds;
        let (_, worst) = match Kind::of(severity) {
            Kind::Error => errors,
            Kind::Warning => warnings,
            Kind::Notice => notices,
        };
        worst.add(severity, make);
    };
    // What could not be read comes before what is only of medium weight.
    for account in &assessment.scope.accounts {
        if account.in_scope && !account.assessed && account.state.is_active() {
            let told = || {
                let title = "An account was not read".to_owned();
                (
                    title,
                    format!("Account {} was not read: what fails in it is not known", account.id),
                )
            };
            add(Severity::Medium, &told);
        }
    }
    visit::each(assessment, &mut |findings| {
        for finding in findings.iter().filter(|finding| finding.status == Status::Fail) {
            add(finding.severity, &|| annotation(finding));
        }
        Ok(())
    })?;
    for (kind, worst) in kinds {
        let more = worst.seen().saturating_sub(SHOWN);
        for (title, message) in worst.into_kept() {
            command(kind, (&title, &message), out)?;
        }
        if more > 0 {
            let message = format!("and {more} more: the report has them all");
            command(kind, ("trailproof", &message), out)?;
        }
    }
    Ok(())
}

fn annotation(finding: &Finding) -> (String, String) {
    let Finding { check, account_id, region, resource, message, severity, .. } = finding;
    // Each by itself: what one text begins must not swallow another.
    let [title, region, resource, message] =
        [&finding.title, region, resource, message].map(|one| text::line(one));
    let title = format!("{severity}: {title}");
    (title, format!("{resource} in {account_id} {region}: {message} ({check})"))
}

fn command(kind: Kind, (title, message): (&str, &str), out: &mut dyn Write) -> io::Result<()> {
    let title = data(title).replace(':', "%3A").replace(',', "%2C");
    writeln!(out, "::{} title={title}::{}", kind.code(), data(message))
}

/// On one line, and with nothing in it that a runner would obey.
fn data(text: &str) -> String {
    text::line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::sample::{self, hostile};

    /// What a runner asks: every line is a command of ours.
    pub fn check_form(text: &str) {
        for line in text.lines() {
            let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("{line:?}"));
            let (head, _) = rest.split_once("::").unwrap();
            let (kind, title) = head.split_once(" title=").unwrap();
            assert!(["error", "warning", "notice"].contains(&kind), "{line}");
            assert!(!title.contains([',', ':', '\r', '\n']), "{line}");
        }
        for kind in ["::error", "::warning", "::notice"] {
            assert!(text.lines().filter(|line| line.starts_with(kind)).count() <= 10);
        }
    }

    fn written(assessment: &Assessment) -> String {
        let mut out = Vec::new();
        write(assessment, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_nine_worst_of_each_kind_are_shown_and_the_rest_counted() {
        let text = written(&sample::healthy(60));
        check_form(&text);
        assert_eq!(text.lines().count(), 10);
        assert!(
            text.ends_with("::warning title=trailproof::and 21 more: the report has them all\n"),
            "{text}"
        );
        assert_eq!(written(&sample::lone()), "");
    }

    #[test]
    fn no_strangers_text_becomes_a_command() {
        for hostile in hostile::TEXTS {
            check_form(&written(&sample::with_text(hostile)));
        }
        let mut assessment = sample::assessment();
        for finding in &mut assessment.results {
            finding.message = "50%\r\n::set-output name=x::y".to_owned();
            finding.title = "a:b,c%".to_owned();
        }
        let text = written(&assessment);
        check_form(&text);
        assert!(text.contains("title=critical%3A a%3Ab%2Cc%25::"), "{text}");
        assert!(text.contains("50%25 ::set-output name=x::y"), "{text}");
    }

    #[test]
    fn an_account_that_was_not_read_is_a_warning() {
        let text = written(&sample::assessment());
        assert!(
            text.contains("::warning title=An account was not read::Account 444444444444"),
            "{text}"
        );
    }
}
