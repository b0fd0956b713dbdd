//! `trailproof package`: a run turned into an evidence package.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use trailproof_core::assess::{Judged, assess_kept, assess_watched};
use trailproof_core::assessment::Assessment;
use trailproof_core::check::Check;
use trailproof_core::finding::Finding;
use trailproof_core::language::Language;
use trailproof_core::results::{Kept, Results, Since};
use trailproof_core::snapshot::Snapshot;
use trailproof_reports::{Format, Options, ReportError};

use super::archive;
use super::log_papers::LogPapers;
use super::names::{
    COVERAGE, FINDINGS, MANIFEST, ORGANIZATION, REPORT, ROOT, SCOPE, SNAPSHOT, SUMS, TERMS, WAIVERS,
};
use super::papers::{self, Completeness, PackageManifest, Tool};
use super::previous::{self, Before};
use super::raw::{self, ClockCheck, HEADS, Places};
use super::redact::Redacted;
use super::sign;
use super::staging::{Staging, sha256};
use super::standing::Standing;
use crate::cli::{PackageArgs, Redaction, SelectArgs};
use crate::collect::Filter;
use crate::config::terms;
use crate::earlier::Earlier;
use crate::exit::Stop;
use crate::files::unwritable;
use crate::handed::hand_over;
use crate::keep::{RUN, RunFile};
use crate::output::{SOME, folder_takes, print};
use crate::select::checks_for;
use crate::store::Reader;

/// Writes the package.
///
/// # Errors
/// A run that cannot be read, a target that exists, a redaction that would change what was found (2); a file that cannot
/// be written (5).
pub fn package(args: &PackageArgs) -> Result<u8, Stop> {
    let target = &args.output;
    if target.exists() {
        return Err(Stop::usage(format!("{} exists; name another place", target.display())));
    }
    folder_takes(target)?;
    let logs = LogPapers::read(args)?;
    let mut reader = Reader::open(&args.run)?;
    hand_over(&mut reader, &logs.reports, true);
    let checks = checks_for(&reader, &SelectArgs::default())?;
    let snapshot = Redacted::new(&reader, &args.redact)?;
    if !args.redact.is_empty() {
        changes_nothing((&reader, &snapshot), &checks)?;
    }
    let before = args.previous.as_deref().map(Before::open).transpose()?;
    let mut staging = Staging::beside(target)?;
    logs.put(&mut staging)?;
    let manifest = fill(&mut staging, (args, before.as_ref()), (&snapshot, &checks))?;
    seal(&mut staging, &manifest)?;
    if let Some(command) = &args.sign_with {
        sign::sign(&mut staging, command)?;
    }
    if archive::is_archive(target) {
        archive::pack(staging.path(), &staging.files, (&root(&manifest), manifest.ended), target)?;
    } else {
        staging.persist(target)?;
    }
    print(format!("{}\n{}\n", target.display(), manifest.completeness.statement).as_bytes())?;
    Ok(0)
}

/// The name of the folder in an archive.
fn root(manifest: &PackageManifest) -> String {
    let of = manifest.organization_id.as_deref().unwrap_or("account");
    let period = manifest.period.as_deref().map(|period| format!("_{}", period.replace('/', "_")));
    let safe = |text: &str| -> String {
        let keep =
            |one: char| if one.is_ascii_alphanumeric() || "_-".contains(one) { one } else { '-' };
        text.chars().map(keep).collect()
    };
    format!("{ROOT}{}{}_{}", safe(of), safe(&period.unwrap_or_default()), safe(&manifest.run_id))
}

/// What was found must not depend on what is left out: a package proves what was found.
fn changes_nothing(
    (whole, redacted): (&Reader, &Redacted<'_>),
    checks: &[&Check],
) -> Result<(), Stop> {
    let of = |found: &mut BTreeMap<String, &'static str>, findings: &[Finding]| {
        for finding in findings {
            found.insert(finding.fingerprint.clone(), finding.status.code());
        }
    };
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    let one = assess_watched(whole, checks, terms(), &mut |findings| of(&mut before, findings))?;
    let other =
        assess_watched(redacted, checks, terms(), &mut |findings| of(&mut after, findings))?;
    let changed = before.iter().filter(|(id, status)| after.get(*id) != Some(status)).count();
    if changed == 0 && before.len() == after.len() && one.score == other.score {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "what is to be left out decides {changed} findings or the score: the package could not prove them; leave out less"
    )))
}

/// Writes every file but the manifest and the hashes.
fn fill(
    staging: &mut Staging,
    (args, before): (&PackageArgs, Option<&Before>),
    (snapshot, checks): (&Redacted<'_>, &[&Check]),
) -> Result<PackageManifest, Stop> {
    let (places, clock) = answers(staging, snapshot)?;
    let mut assessment = assess_kept(snapshot, checks, (terms(), SOME), &mut |_| {})?;
    if let Some(before) = before {
        before.fits(assessment.scope.organization_id.as_ref(), &args.redact)?;
        let diff = before.difference(&assessment)?;
        previous::write(staging, &diff)?;
        // The reports show it too.
        let diff = serde_json::to_value(diff);
        assessment.diff =
            Some(diff.map_err(|error| Stop::internal(format!("the difference: {error}")))?);
    }
    staging.json(SNAPSHOT, snapshot.manifest())?;
    let asked = asked(args);
    let exclusion = asked.as_ref().and_then(|asked| asked.exclusion.clone());
    staging.json(SCOPE, &papers::scope(&assessment, asked))?;
    staging.json(TERMS, &Standing::of(terms()))?;
    staging.stream(FINDINGS, |out| findings(&assessment, &places, out))?;
    waivers(staging, &assessment)?;
    let none = Earlier::default();
    let assessment = before.map_or(&none, |before| &before.earlier).tell(assessment)?;
    reports(staging, &assessment)?;
    for name in ["journal.jsonl", RUN] {
        if let Some(bytes) = kept(args, name) {
            staging.put(name, &bytes)?;
        }
    }
    let run = &assessment.run;
    let terms_sha256 = staging.files.get(TERMS).map(|file| file.sha256.clone()).unwrap_or_default();
    let manifest = PackageManifest {
        schema: papers::SCHEMA.to_owned(),
        tool: Tool {
            name: "trailproof".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("TRAILPROOF_COMMIT").map(str::to_owned),
            collected_with: run.tool_version.clone(),
            binary_sha256: std::env::current_exe()
                .and_then(fs::read)
                .ok()
                .map(|bytes| sha256(&bytes)),
        },
        run_id: run.id.clone(),
        period: args.period.clone(),
        organization_id: assessment.scope.organization_id.clone(),
        partition: assessment.scope.partition.clone(),
        caller_arn: run.caller_arn.clone(),
        started: run.started,
        ended: run.ended,
        ruleset: run.ruleset.clone(),
        terms_sha256,
        redaction: args.redact.iter().map(|rule| rule.sentence().to_owned()).collect(),
        clock,
        completeness: Completeness::of(assessment.coverage.accounts),
        exclusion,
        previous: before.map(|before| before.named.clone()),
        command: command(args),
        files: Vec::new(),
    };
    staging.put("README.en.md", papers::readme_en(&manifest).as_bytes())?;
    staging.put("README.ja.md", papers::readme_ja(&manifest).as_bytes())?;
    staging.put("signoff.md", papers::signoff(&manifest).as_bytes())?;
    Ok(PackageManifest { files: staging.files.values().cloned().collect(), ..manifest })
}

/// A file of the run that goes into the package as it is, unless it holds what is to be left out.
fn kept(args: &PackageArgs, name: &str) -> Option<Vec<u8>> {
    let bytes = fs::read(args.run.join(name)).ok()?;
    let left_out = args.redact.contains(&Redaction::Emails);
    (!left_out || !bytes.contains(&b'@')).then_some(bytes)
}

/// What the run was asked to look at, where that is kept.
fn asked(args: &PackageArgs) -> Option<Filter> {
    let run: RunFile = serde_json::from_slice(&kept(args, RUN)?).ok()?;
    Some(run.plan.filter)
}

/// What the package was made with, as far as its content hangs on it: where it went and who signed it does not.
fn command(args: &PackageArgs) -> String {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut words = vec!["trailproof package".to_owned(), name(&args.run)];
    words.extend(args.period.iter().map(|period| format!("--period {period}")));
    words.extend(args.previous.iter().map(|path| format!("--previous {}", name(path))));
    words.extend(args.redact.iter().map(|rule| format!("--redact {}", rule.code())));
    words.join(" ")
}

/// The manifest, and over it the hashes.
fn seal(staging: &mut Staging, manifest: &PackageManifest) -> Result<(), Stop> {
    staging.json(MANIFEST, manifest)?;
    let sums = sums(staging.files.values().map(|file| (file.path.as_str(), file.sha256.as_str())));
    staging.put(SUMS, sums.as_bytes())
}

/// The list of hashes as coreutils read it.
pub fn sums<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    files.map(|(name, hash)| format!("{hash}  {name}\n")).collect()
}

/// The answers and the list of calls.
fn answers(staging: &mut Staging, snapshot: &Redacted<'_>) -> Result<(Places, ClockCheck), Stop> {
    let (mut places, mut clock) = (Places::new(), ClockCheck::default());
    let mut calls = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(staging.begin(COVERAGE)?);
    calls.write_record(HEADS).map_err(raw::unlisted)?;
    let organization = snapshot.organization();
    raw::write(staging, (ORGANIZATION, organization), &mut calls, (&mut places, &mut clock))?;
    let mut outcome = Ok(());
    snapshot.visit(&mut |document| {
        let of = (document.account.as_str(), document);
        outcome = raw::write(staging, of, &mut calls, (&mut places, &mut clock));
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome?;
    let file = calls
        .into_inner()
        .map_err(|error| Stop::output(format!("cannot write {COVERAGE}: {error}")))?;
    staging.end(file)?;
    Ok((places, clock))
}

/// A result, its evidence as file, pointer and hash.
pub fn finding(finding: &Finding, places: &Places) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(finding)?;
    let evidence = value.get_mut("evidence").and_then(Value::as_array_mut);
    for one in evidence.into_iter().flatten() {
        let place = one.get("source").and_then(Value::as_str).and_then(|source| places.get(source));
        if let (Some((file, hash)), Some(one)) = (place.cloned(), one.as_object_mut()) {
            one.remove("source");
            one.insert("file".to_owned(), json!(file));
            one.insert("json_pointer".to_owned(), json!("/outcome"));
            one.insert("sha256".to_owned(), json!(hash));
        }
    }
    Ok(value)
}

/// Every result, line by line.
fn findings<R: Results>(
    assessment: &Assessment<R>,
    places: &Places,
    out: &mut dyn Write,
) -> Result<(), Stop>
where
    Stop: From<R::Error>,
{
    let mut outcome = Ok(());
    assessment.results.visit(&mut |all| {
        outcome = all.iter().try_for_each(|one| {
            let line = finding(one, places)
                .map_err(|error| Stop::internal(format!("a finding: {error}")))?;
            writeln!(out, "{line}").map_err(|error| unwritable(Path::new(FINDINGS), &error))
        });
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome
}

fn waivers<R>(staging: &mut Staging, assessment: &Assessment<R>) -> Result<(), Stop> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let unwritten = |error: csv::Error| Stop::internal(format!("{WAIVERS}: {error}"));
    out.write_record([
        "schema_version",
        "id",
        "check",
        "scope",
        "owner",
        "approved_by",
        "reason",
        "ticket",
        "created",
        "expires",
        "state",
        "findings",
    ])
    .map_err(unwritten)?;
    for waiver in &assessment.waivers {
        let scope = serde_json::to_string(&waiver.scope).unwrap_or_default();
        let optional = |text: &Option<String>| raw::inert(text.as_deref().unwrap_or_default());
        out.write_record([
            "1".to_owned(),
            raw::inert(&waiver.id),
            raw::inert(&waiver.check),
            scope,
            raw::inert(&waiver.owner),
            optional(&waiver.approved_by),
            raw::inert(&waiver.reason),
            optional(&waiver.ticket),
            waiver.created.to_string(),
            waiver.expires.to_string(),
            waiver.state.code().to_owned(),
            waiver.findings.to_string(),
        ])
        .map_err(unwritten)?;
    }
    let bytes = out.into_inner().map_err(|error| Stop::internal(format!("{WAIVERS}: {error}")))?;
    staging.put(WAIVERS, &bytes)
}

/// The reports for programs, CI servers and people.
fn reports(
    staging: &mut Staging,
    assessment: &Assessment<Since<Kept<Judged<'_, Redacted<'_>>>>>,
) -> Result<(), Stop> {
    let options = Options::default();
    for (format, name) in [(Format::Json, REPORT), (Format::Junit, "report.junit.xml")] {
        staging.stream(name, |out| {
            trailproof_reports::write(format, assessment, &options, out).map_err(unwritten)
        })?;
    }
    Language::ALL.into_iter().try_for_each(|language| pages_in(language, staging, assessment))
}

/// The report for people in that language.
fn pages_in(
    language: Language,
    staging: &mut Staging,
    assessment: &Assessment<Since<Kept<Judged<'_, Redacted<'_>>>>>,
) -> Result<(), Stop> {
    // One page at a time; the first stays open while the accounts' pages are kept whole.
    let mut pages: Vec<(String, Vec<u8>)> = Vec::new();
    let mut trouble = Ok(());
    let written =
        trailproof_reports::html::write_pages(assessment, language, &mut |account, bytes| {
            let name = match account {
                None => format!("report.{language}.html"),
                Some(id) => {
                    format!("{}/{id}.html", trailproof_reports::html::accounts_folder(language))
                }
            };
            match pages.last_mut() {
                Some((last, page)) if *last == name => page.extend_from_slice(bytes),
                _ => {
                    if let Some((name, page)) = pages.pop() {
                        trouble =
                            std::mem::replace(&mut trouble, Ok(())).and(staging.put(&name, &page));
                    }
                    pages.push((name, bytes.to_vec()));
                }
            }
            Ok(())
        });
    written.map_err(unwritten)?;
    trouble?;
    pages.into_iter().try_for_each(|(name, page)| staging.put(&name, &page))
}

fn unwritten<E: Into<Stop>>(error: ReportError<E>) -> Stop {
    match error {
        ReportError::Results(error) => error.into(),
        ReportError::Write(error) => Stop::output(format!("cannot write the report: {error}")),
        ReportError::Json(error) => Stop::internal(format!("the report: {error}")),
    }
}
