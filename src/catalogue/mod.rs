//! What the catalogue says of itself: lists, explanations, and the IAM policy that its facts need.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};
use trailproof_checks::AS_CODE;
use trailproof_checks::doubts;
use trailproof_core::check::{AsCode, Check};
use trailproof_core::control::{Control, Framework, Sureness};
use trailproof_core::fact::{Fact, Scope};
use trailproof_core::history::names::CHANGES;
use trailproof_core::language::{Language, is_japanese};
use trailproof_core::plan::{Demand, iam_actions};
use trailproof_reports::folded;

use crate::cli::ListFormat;
use words::ExplainWords;

mod access;
mod pages;
mod results;
mod rule;
mod words;

pub use access::{policy, stack_set};
pub use results::Wanted;
pub use rule::rule;

/// The IAM actions that one check needs, whoever makes the calls.
fn actions(check: &Check) -> BTreeSet<&'static str> {
    let (reader, caller) = iam_actions(&Demand::of(&[check]));
    reader.into_iter().chain(caller).collect()
}

/// The code that satisfies a check, where code is how it is done.
fn as_code(check: &Check) -> AsCode {
    let found = AS_CODE.iter().find(|(id, _)| *id == check.id);
    found.map_or(AsCode::default(), |(_, code)| **code)
}

/// The list of checks. With frameworks, each check's requirements in them.
pub fn list(checks: &[&Check], frameworks: &[Framework], format: ListFormat) -> String {
    match format {
        ListFormat::Json => {
            let rows: Vec<Value> = checks.iter().map(|check| describe(check)).collect();
            pretty(&Value::Array(rows))
        }
        ListFormat::Text => text(checks, frameworks),
        ListFormat::Markdown => pages::groups(checks),
        ListFormat::Frameworks => pages::frameworks(checks, frameworks),
    }
}

fn text(checks: &[&Check], frameworks: &[Framework]) -> String {
    let mut text = String::new();
    for check in checks {
        let _ = writeln!(
            text,
            "{:48} {:12} {:8} {}",
            check.id, check.group, check.severity, check.title
        );
        for framework in frameworks {
            let ids = marked(check.controls, *framework);
            if !ids.is_empty() {
                let _ = writeln!(text, "  {:46} {}", framework.id(), ids.join(", "));
            }
        }
    }
    if !frameworks.is_empty() {
        let shown: Vec<Control> = checks
            .iter()
            .flat_map(|check| check.controls)
            .filter(|control| frameworks.contains(&control.framework))
            .copied()
            .collect();
        let _ = write!(text, "\n{}", legend(&shown, ExplainWords::of(Language::English)));
    }
    text
}

/// The requirements of a framework, each with its mark.
fn marked(controls: &[Control], framework: Framework) -> Vec<String> {
    controls
        .iter()
        .filter(|control| control.framework == framework)
        .map(|control| format!("{} {}", control.id, control.sureness.mark()))
        .collect()
}

/// What the marks mean that stand beside these.
fn legend(controls: &[Control], words: &ExplainWords) -> String {
    let marks: BTreeSet<_> = controls.iter().map(|control| control.sureness).collect();
    let line = |mark: Sureness| format!("  {} {}\n", mark.mark(), (words.meaning)(mark));
    marks.into_iter().map(line).collect()
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn describe(check: &Check) -> Value {
    let code = as_code(check);
    json!({
        "id": check.id,
        "title": check.title,
        "group": check.group.code(),
        "severity": check.severity.code(),
        "weight": check.weight,
        "scope": check.judge.scope(),
        "rationale": check.rationale,
        "remediation": {
            "summary": check.remediation.summary,
            "command": check.remediation.command,
            "terraform": code.terraform,
            "cloudformation": code.cloudformation,
            "link": check.remediation.link,
        },
        "controls": check.bears_on(),
        "doubts": doubts::of(check.id).map(|doubt| doubt.text).collect::<Vec<_>>(),
        "reads": check.reads.iter().map(|fact| fact.name()).collect::<Vec<_>>(),
        "operations": check.reads.iter().map(|fact| fact.operation()).collect::<Vec<_>>(),
        "iam_actions": actions(check),
    })
}

/// A paragraph of indented lines, in which a line ends between words, or behind any letter that takes two columns.
fn wrapped(text: &str) -> String {
    if is_japanese(text) {
        return folded(text, 88)
            .split('\n')
            .map(|line| format!("  {line}"))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let mut lines = vec![String::from(" ")];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 90 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}

/// What one account is asked, by operation, when only the organization trail covers it.
pub fn calls_of_a_member(
    demand: &Demand,
    regions: usize,
    is_caller: bool,
) -> Vec<(&'static str, usize)> {
    let of_fact = demand.iter().filter(|fact| fact.scope() != Scope::Organization);
    let of_fact = of_fact.flat_map(|fact| {
        let calls = match fact {
            Fact::Session => usize::from(!is_caller),
            Fact::Trails | Fact::RecentEvents | Fact::EventDataStores | Fact::EventRules => regions,
            // The organization's trail shows everywhere; its home was asked already.
            Fact::TrailDelivery if demand.wants(Fact::TrailStatus) => regions.saturating_sub(1),
            Fact::TrailDelivery => regions,
            // A deleted trail may have been at home anywhere; the rest is asked where the organization's trail is.
            Fact::TrailHistory => regions + CHANGES.len(),
            Fact::TrailStatus | Fact::Regions | Fact::BucketList | Fact::AuthorizationDetails => 1,
            // Each takes several calls, as far as the service is on.
            Fact::Detectors | Fact::SecurityHub | Fact::Recorders | Fact::Analyzers => {
                let once = |name: &str| name == "securityhub:ListFindingAggregators";
                let calls = |name: &&'static str| (*name, if once(name) { 1 } else { regions });
                return fact.iam_actions().iter().map(calls).collect();
            }
            // Asked only of the owners of trails, buckets and keys.
            _ => return Vec::new(),
        };
        vec![(fact.operation(), calls)]
    });
    // Two facts may be read by one operation.
    let mut counted: Vec<(&'static str, usize)> = Vec::new();
    for (operation, calls) in of_fact {
        match counted.iter_mut().find(|(name, _)| *name == operation) {
            Some((_, sum)) => *sum += calls,
            None => counted.push((operation, calls)),
        }
    }
    counted
}
