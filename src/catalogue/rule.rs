//! A check's rule in full: what it proves, why, by what, how to mend it, and what is not certain.

use std::fmt::Write;

use trailproof_checks::{PARAMETERS, doubts};
use trailproof_core::check::Check;
use trailproof_core::control::{Control, Framework, Sureness};
use trailproof_core::fact::Fact;
use trailproof_core::plan::Demand;
use trailproof_core::policy::Policy;

use super::{as_code, legend, wrapped};

/// Everything about one check.
pub fn rule(check: &Check, policy: &Policy) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n{}.\n", check.id, check.title);
    let weight = match check.weight {
        0 => "0, it restates other checks or is worth knowing".to_owned(),
        weight => weight.to_string(),
    };
    let rows = [
        ("group", format!("{}: {}", check.group, check.group.question())),
        ("severity", check.severity.code().to_owned()),
        ("weight", weight),
        ("judges", format!("each {}", check.judge.scope())),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:10} {value}");
    }
    parameters(&mut text, check, policy);
    let _ = writeln!(text, "\nWhy it matters\n{}", wrapped(check.rationale));
    mend(&mut text, check);
    reads(&mut text, check);
    controls(&mut text, check.bears_on());
    uncertain(&mut text, check);
    text
}

/// The operations whose answers it judges, with their IAM actions, and what must be asked before those.
fn reads(text: &mut String, check: &Check) {
    let demand = Demand::of(&[check]);
    let (own, before): (Vec<Fact>, Vec<Fact>) =
        demand.iter().partition(|fact| check.reads.contains(fact));
    let refused = demand.if_refused().collect();
    for (title, facts) in [
        ("What it reads", own),
        ("What must be asked for that", before),
        ("What is asked where a region refuses the reader", refused),
    ] {
        if facts.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for fact in facts {
            let actions = match fact.iam_actions() {
                [] => "(no permission needed)".to_owned(),
                actions => actions.join(", "),
            };
            let _ = writeln!(text, "  {:46} {actions}", fact.operation());
        }
    }
}

/// What the user may set, with what is set.
fn parameters(text: &mut String, check: &Check, policy: &Policy) {
    let Some((_, names)) = PARAMETERS.iter().find(|(id, _)| *id == check.id) else { return };
    let set = serde_json::to_value(policy).unwrap_or_default();
    let rows: Vec<_> = names.iter().filter_map(|name| Some((name, set.get(name)?))).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nWhat the policy may set");
    for (name, value) in rows {
        let _ = writeln!(text, "  {name} = {value}");
    }
}

fn mend(text: &mut String, check: &Check) {
    let remediation = &check.remediation;
    let _ = writeln!(text, "\nHow to mend it\n{}", wrapped(remediation.summary));
    let _ = writeln!(text, "\n  {}\n  {}", remediation.command, remediation.link);
    let code = as_code(check);
    for (language, code) in [("Terraform", code.terraform), ("CloudFormation", code.cloudformation)]
    {
        if let Some(code) = code {
            let lines: String = code.lines().map(indented).collect();
            let _ = write!(text, "\n  In {language}:\n{lines}");
        }
    }
}

fn indented(line: &str) -> String {
    format!("    {line}").trim_end().to_owned() + "\n"
}

/// What the check surely speaks for, and apart from it what it only relates to.
fn controls(text: &mut String, controls: &[Control]) {
    let (sure, other): (Vec<Control>, Vec<Control>) =
        controls.iter().partition(|control| control.sureness.is_sure());
    for (title, controls) in [
        ("Requirements that it speaks for", sure),
        ("Related requirements, which it does not satisfy", other),
    ] {
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
        text.push_str(&legend(&controls));
    }
}

fn uncertain(text: &mut String, check: &Check) {
    let doubts = doubts::of(check.id)
        .map(|doubt| doubt.text)
        .chain(doubts::of_controls(check.bears_on()))
        .collect::<Vec<_>>();
    if !doubts.is_empty() {
        let _ = writeln!(text, "\nWhat is not certain");
        for doubt in doubts {
            let _ = writeln!(text, "{}", wrapped(doubt));
        }
    }
}
