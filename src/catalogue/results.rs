//! A check's results in a snapshot: what was found, by which answers of AWS, and what would make it pass.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::Check;
use trailproof_core::evidence::{Cause, Evidence, Gap};
use trailproof_core::finding::{Finding, GLOBAL, Status};
use trailproof_core::language::Language;
use trailproof_core::pattern;
use trailproof_core::results::Results;
use trailproof_reports::{Words, one_line, pad};

use super::words::ExplainWords;
use crate::exit::Stop;
use trailproof_core::likeness::nearest;

/// The results that somebody wants explained.
#[derive(Debug)]
pub struct Wanted<'a> {
    check: &'a Check,
    account: Option<AccountId>,
    resource: Option<&'a str>,
    language: Language,
}

/// The longest value of an answer that is shown; the whole one is in the JSON report.
const VALUE: usize = 400;

/// How many results of one status are told one by one.
const MOST: usize = 100;

/// The results of one status.
#[derive(Default)]
struct Part {
    status: &'static str,
    number: usize,
    text: String,
}

fn rank(status: Status) -> usize {
    match status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Waived => 2,
        Status::Pass => 3,
        Status::NotApplicable => 4,
    }
}

impl<'a> Wanted<'a> {
    /// The check's results, of one account or resource where these are named.
    ///
    /// # Errors
    /// An account that is none.
    pub fn new(
        check: &'a Check,
        account: Option<&str>,
        resource: Option<&'a str>,
    ) -> Result<Self, Stop> {
        let id = |text: &str| {
            text.parse()
                .map_err(|_| Stop::usage(format!("--account {text}: twelve digits are expected")))
        };
        let account = account.map(id).transpose()?;
        Ok(Self { check, account, resource, language: Language::English })
    }

    /// The same, told in that language.
    #[must_use]
    pub fn told_in(self, language: Language) -> Self {
        Self { language, ..self }
    }

    fn words(&self) -> &'static ExplainWords {
        ExplainWords::of(self.language)
    }

    fn holds(&self, finding: &Finding) -> bool {
        let resource = |wanted: &str| {
            finding.resource == wanted
                || pattern::matches(wanted, &finding.resource)
                || bare(&finding.resource) == wanted
        };
        finding.check == self.check.id
            && self.account.is_none_or(|account| finding.account_id == account)
            && self.resource.is_none_or(resource)
    }

    /// These results as text.
    ///
    /// # Errors
    /// An account or resource of which there is no result, with the nearest; results that cannot be had.
    pub fn of<R: Results>(&self, assessment: &Assessment<R>) -> Result<String, Stop>
    where
        Stop: From<R::Error>,
    {
        let names: BTreeMap<AccountId, &str> =
            assessment.scope.accounts.iter().map(|one| (one.id, one.name.as_str())).collect();
        if let Some(account) = self.account.filter(|account| !names.contains_key(account)) {
            let known: Vec<&str> = names.keys().map(AccountId::as_str).collect();
            return Err(Stop::usage(format!(
                "account {account} is not in the snapshot{}",
                meant(account.as_str(), &known)
            )));
        }
        let (words, terms) = (self.words(), Words::of(self.language));
        let named = self.account.is_some() || self.resource.is_some();
        // What fails first, then what is open, each in the order of every report.
        let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
        let mut others = Vec::new();
        assessment.results.visit(&mut |findings| {
            for finding in findings {
                if self.holds(finding) {
                    let part = parts.entry(rank(finding.status)).or_default();
                    part.status = terms.status(finding.status);
                    part.number += 1;
                    let open = matches!(finding.status, Status::Fail | Status::Unknown);
                    if part.number <= MOST {
                        let name = names.get(&finding.account_id).copied().unwrap_or_default();
                        self.result(&mut part.text, finding, (name, named || open));
                    }
                } else if finding.check == self.check.id && others.len() < MOST {
                    others.push(finding.resource.clone());
                }
            }
            ControlFlow::Continue(())
        })?;
        if parts.is_empty() && named {
            let wanted = self.resource.unwrap_or_default();
            let known: Vec<&str> = others.iter().map(String::as_str).collect();
            return Err(Stop::usage(format!(
                "{} has no result there{}",
                self.check.id,
                meant(wanted, &known)
            )));
        }
        let sum: Vec<String> = parts.values().map(|part| counted(part, self.language)).collect();
        let sum = if sum.is_empty() { words.none.to_owned() } else { sum.join(", ") };
        let mut whole = (words.results)(&one_line(&assessment.run.id), &sum) + "\n";
        for part in parts.values() {
            whole.push_str(&part.text);
            if let Some(more) = part.number.checked_sub(MOST).filter(|more| *more > 0) {
                let _ = writeln!(whole, "\n{}", (words.more)(more, part.status));
            }
        }
        Ok(whole)
    }

    fn result(&self, text: &mut String, finding: &Finding, (name, whole): (&str, bool)) {
        let (words, terms) = (self.words(), Words::of(self.language));
        let place = [
            finding.account_id.to_string(),
            one_line(name),
            finding.region.clone(),
            one_line(&finding.resource),
        ];
        let place: Vec<String> = place.into_iter().filter(|part| !part.is_empty()).collect();
        let _ = writeln!(text, "\n{}  {}", terms.status(finding.status), place.join("  "));
        let reason = match finding.reason.as_str() {
            "" => String::new(),
            code => format!(" ({})", one_line(code)),
        };
        let said = match (terms.reason(finding), &finding.gap) {
            (Some(sentence), _) => format!("{sentence}{reason}: {}", finding.message),
            (None, Some(gap)) if terms.is_japanese() => {
                format!("{}: {}", terms.cause(gap.cause), gap.detail)
            }
            (None, _) => format!("{}{reason}", finding.message),
        };
        row(text, words.says, &said);
        if !whole {
            return;
        }
        let expected = self.expected(finding);
        row(text, words.observed, &finding.observed);
        row(text, words.expected, &expected);
        for evidence in &finding.evidence {
            row(text, words.evidence, &cited(evidence, self.language));
        }
        if let Some(judgement) = &finding.inherits {
            row(text, words.judged, &(words.at_owner)(judgement));
        }
        match finding.status {
            Status::Fail => {
                let summary = match self.language {
                    Language::English => self.check.remediation.summary,
                    Language::Japanese => self.check.japanese.remediation,
                };
                row(text, words.to_pass, &format!("{expected}: {summary}"));
                row(text, words.fix, &self.command(finding));
            }
            Status::Unknown => row(text, words.to_know, &how_to_read(finding, words)),
            Status::Pass | Status::NotApplicable | Status::Waived => {}
        }
    }

    /// What was expected; where the finding says no more, the check's title.
    fn expected(&self, finding: &Finding) -> String {
        match self.language {
            Language::Japanese if finding.expected == finding.title => {
                self.check.japanese.title.to_owned()
            }
            language => Words::of(language).sentence(&finding.expected),
        }
    }

    /// The check's command with this result's names in it. A name that a shell could take for more than a name stays
    /// out: whoever can name a resource must not write commands for auditors.
    fn command(&self, finding: &Finding) -> String {
        let plain = |text: &str| {
            let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/+=@".contains(letter);
            !text.is_empty() && !text.starts_with('-') && text.chars().all(safe)
        };
        let resource = finding.resource.as_str();
        let kinds = [
            ("{trail}", ":trail/"),
            ("{bucket}", ":s3:::"),
            ("{key}", ":key/"),
            ("{store}", ":eventdatastore/"),
            ("{principal}", ":iam:"),
        ];
        let mut command = self.check.remediation.command.to_owned();
        for (mark, sign) in kinds {
            if resource.contains(sign) && plain(resource) {
                let name = if mark == "{bucket}" { bare(resource) } else { resource };
                command = command.replace(mark, name);
            }
        }
        if finding.region != GLOBAL && plain(&finding.region) {
            command = command.replace("{region}", &finding.region);
        }
        command.replace("{account}", finding.account_id.as_str())
    }
}

/// A bucket's name; of anything else the whole ARN.
fn bare(resource: &str) -> &str {
    resource.split_once(":s3:::").map_or(resource, |(_, name)| name)
}

/// What may have been meant.
fn meant(wanted: &str, known: &[&str]) -> String {
    match nearest(wanted, known.iter().copied()) {
        Some(near) => format!("; did you mean {}?", one_line(near)),
        None => {
            let few: Vec<String> = known.iter().take(5).map(|one| one_line(one)).collect();
            if few.is_empty() { String::new() } else { format!("; there are {}", few.join(", ")) }
        }
    }
}

fn row(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "  {} {}", pad(name, 10), one_line(value));
}

/// Which answer said what, and when it was given.
fn cited(evidence: &Evidence, language: Language) -> String {
    let words = ExplainWords::of(language);
    let value = evidence.value.to_string();
    let value = match value.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value,
    };
    let asked =
        if evidence.resource.is_empty() { String::new() } else { (words.of)(&evidence.resource) };
    (words.cited)([
        &format!("{} = {value}", evidence.field),
        &format!("{}{asked}", evidence.operation),
        &format!("{} {}", evidence.account_id, evidence.region),
        &Words::of(language).time(evidence.read_at),
        &evidence.source,
    ])
}

/// What would let an unknown be decided.
fn how_to_read(finding: &Finding, words: &ExplainWords) -> String {
    let Some(gap) = &finding.gap else { return words.read_again.to_owned() };
    let actions = gap.fact.iam_actions().join(", ");
    let asked = gap.fact.operation();
    let at = at(gap, words);
    match gap.cause {
        Cause::AccessDenied => (words.allow)(&actions, &at),
        Cause::ScpDenied => (words.exempt)(&actions, &at),
        Cause::AssumeRoleDenied => (words.enter)(&at),
        Cause::CrossAccountUnreadable => (words.by_owner)(asked, &at),
        Cause::TokenNotValidInRegion => (words.tokens)(&at),
        Cause::RegionScopeUnproven => (words.regions)(&actions, &at),
        Cause::Throttled
        | Cause::Timeout
        | Cause::ServiceError
        | Cause::RegionUnreachable
        | Cause::CredentialsExpired
        | Cause::NotAttempted => (words.again)(asked, &at),
        Cause::NotBuiltIn => (words.build)(asked),
        Cause::Undecidable => words.look.to_owned(),
        Cause::NotSupplied => gap.detail.clone(),
        Cause::RegionDisabled
        | Cause::AccountNotActive
        | Cause::Unsupported
        | Cause::InternalError => (words.cannot)(asked, &at, &gap.detail),
    }
}

fn at(gap: &Gap, words: &ExplainWords) -> String {
    let account = gap.account.map(|account| (words.in_account)(account.as_str()));
    let region = gap.region.as_ref().map(|region| format!(", {region}")).unwrap_or_default();
    format!("{}{region}", account.unwrap_or_default())
}

/// `3 fail`, or as the language counts.
fn counted(part: &Part, language: Language) -> String {
    match language {
        Language::English => format!("{} {}", part.number, part.status),
        Language::Japanese => format!("{} {} 件", part.status, part.number),
    }
}
