//! A check's rule in full: what it proves, why, by what, how to mend it, and what is not certain.

use std::fmt::Write;

use trailproof_checks::{PARAMETERS, doubts};
use trailproof_core::check::Check;
use trailproof_core::control::{Control, Framework, Sureness};
use trailproof_core::fact::Fact;
use trailproof_core::language::Language;
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;
use trailproof_reports::{Words, pad};

use super::words::ExplainWords;
use super::{as_code, legend, wrapped};

/// Everything about one check.
pub fn rule(check: &Check, policy: &Policy, language: Language) -> String {
    let (words, terms) = (ExplainWords::of(language), Words::of(language));
    let mut text = String::new();
    let (title, rationale) = match language {
        Language::English => (format!("{}.", check.title), check.rationale),
        Language::Japanese => (check.japanese.title.to_owned(), check.japanese.rationale),
    };
    let _ = writeln!(text, "{}\n{title}\n", check.id);
    let weight = match check.weight {
        0 => words.no_weight.to_owned(),
        weight => weight.to_string(),
    };
    let rows = [
        (words.group, format!("{}: {}", terms.group(check.group), (words.question)(check.group))),
        (words.severity, terms.severity(check.severity).to_owned()),
        (words.weight, weight),
        (words.judges, (words.each)(check.judge)),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {} {value}", pad(name, 10));
    }
    parameters(&mut text, check, (policy, words));
    let _ = writeln!(text, "\n{}\n{}", words.why, wrapped(rationale));
    mend(&mut text, check, language);
    reads(&mut text, check, words);
    controls(&mut text, check.bears_on(), words);
    uncertain(&mut text, check, language);
    text
}

/// The operations whose answers it judges, with their IAM actions, and what must be asked before those.
fn reads(text: &mut String, check: &Check, words: &ExplainWords) {
    let demand = Demand::of(&[check]);
    let (own, before): (Vec<Fact>, Vec<Fact>) =
        demand.iter().partition(|fact| check.reads.contains(fact));
    let refused = demand.if_refused().collect();
    for (title, facts) in [(words.reads, own), (words.before, before), (words.refused, refused)] {
        if facts.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for fact in facts {
            let actions = match fact.iam_actions() {
                [] => words.no_permission.to_owned(),
                actions => actions.join(", "),
            };
            let _ = writeln!(text, "  {:46} {actions}", fact.operation());
        }
    }
}

/// What the user may set, with what is set.
fn parameters(text: &mut String, check: &Check, (policy, words): (&Policy, &ExplainWords)) {
    let Some((_, names)) = PARAMETERS.iter().find(|(id, _)| *id == check.id) else { return };
    let set = serde_json::to_value(policy).unwrap_or_default();
    let rows: Vec<_> = names.iter().filter_map(|name| Some((name, set.get(name)?))).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", words.parameters);
    for (name, value) in rows {
        let _ = writeln!(text, "  {name} = {value}");
    }
}

fn mend(text: &mut String, check: &Check, language: Language) {
    let words = ExplainWords::of(language);
    let remediation = &check.remediation;
    let summary = match language {
        Language::English => remediation.summary,
        Language::Japanese => check.japanese.remediation,
    };
    let _ = writeln!(text, "\n{}\n{}", words.mend, wrapped(summary));
    let _ = writeln!(text, "\n  {}\n  {}", remediation.command, remediation.link);
    let code = as_code(check);
    for (language, code) in [("Terraform", code.terraform), ("CloudFormation", code.cloudformation)]
    {
        if let Some(code) = code {
            let lines: String = code.lines().map(indented).collect();
            let _ = write!(text, "\n  {}\n{lines}", (words.in_code)(language));
        }
    }
}

fn indented(line: &str) -> String {
    format!("    {line}").trim_end().to_owned() + "\n"
}

/// What the check surely speaks for, and apart from it what it only relates to.
fn controls(text: &mut String, controls: &[Control], words: &ExplainWords) {
    let (sure, other): (Vec<Control>, Vec<Control>) =
        controls.iter().partition(|control| control.sureness.is_sure());
    for (title, controls) in [(words.speaks_for, sure), (words.related, other)] {
        if controls.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for framework in Framework::ALL {
            for sureness in Sureness::ALL {
                let ids: Vec<&str> = controls
                    .iter()
                    .filter(|one| (one.framework, one.sureness) == (framework, sureness))
                    .map(|control| control.id)
                    .collect();
                if !ids.is_empty() {
                    let _ =
                        writeln!(text, "  {:15} {} {}", framework, sureness.mark(), ids.join(", "));
                }
            }
        }
        text.push_str(&legend(&controls, words));
    }
}

fn uncertain(text: &mut String, check: &Check, language: Language) {
    let doubts: Vec<&str> = doubts::of(check.id)
        .map(|doubt| [doubt.text, doubt.japanese])
        .chain(doubts::of_controls(check.bears_on()))
        .map(|[english, japanese]| match language {
            Language::English => english,
            Language::Japanese => japanese,
        })
        .collect();
    if !doubts.is_empty() {
        let _ = writeln!(text, "\n{}", ExplainWords::of(language).doubts);
        for doubt in doubts {
            let _ = writeln!(text, "{}", wrapped(doubt));
        }
    }
}
