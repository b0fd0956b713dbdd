//! The catalogue as Markdown pages: the checks by group, and the frameworks by requirement.

use std::collections::BTreeMap;
use std::fmt::Write;

use trailproof_core::check::{Check, Group};
use trailproof_core::control::{ControlId, Framework, Sureness};

/// A table of the checks for each group.
pub fn groups(checks: &[&Check]) -> String {
    let mut text = format!(
        "# Checks\n\n{} checks. A weight of 0 restates others or is worth knowing, and counts in no score.\n",
        checks.len()
    );
    for group in Group::ALL {
        let mut of_group = checks.iter().filter(|check| check.group == group).peekable();
        if of_group.peek().is_none() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {group}\n\n{}\n\n| check | severity | weight | judges each | it proves |\n|---|---|---|---|---|\n",
            group.question()
        );
        for check in of_group {
            let module = check.id.replace('-', "_");
            let _ = writeln!(
                text,
                "| [`{}`]({group}/{module}.rs) | {} | {} | {} | {} |",
                check.id,
                check.severity,
                check.weight,
                check.judge.scope(),
                cell(check.title)
            );
        }
    }
    text
}

/// What a requirement's row holds: the checks that surely speak for it, and those that may or only relate to it.
#[derive(Default)]
struct Requirement {
    sure: Vec<String>,
    other: Vec<String>,
}

/// A table of the requirements for each framework, or for those that are named.
pub fn frameworks(checks: &[&Check], named: &[Framework]) -> String {
    let mut text = String::from(
        "# Frameworks\n\nWhat the checks say about requirements of frameworks, and how sure each mapping is. Only what \
         is marked `=` or `p` enters a framework's profile: the checks that `--framework` selects, its score and its \
         verdicts. The rest is shown as related and is never reported as satisfied.\n\n| mark | the mapping is |\n\
         |---|---|\n",
    );
    for sureness in Sureness::ALL {
        let _ = writeln!(text, "| `{}` | {} |", sureness.mark(), sureness.meaning());
    }
    let wanted = |one: &Framework| named.is_empty() || named.contains(one);
    for framework in Framework::ALL.into_iter().filter(wanted) {
        let mut rows: BTreeMap<ControlId, Requirement> = BTreeMap::new();
        for check in checks {
            for control in check.controls.iter().filter(|one| one.framework == framework) {
                let row = rows.entry(control.id.into()).or_default();
                let list = if control.sureness.is_sure() { &mut row.sure } else { &mut row.other };
                list.push(format!("`{}` `{}`", check.id, control.sureness.mark()));
            }
        }
        if rows.is_empty() {
            continue;
        }
        let names: Vec<String> =
            framework.aliases().iter().map(|name| format!("`{name}`")).collect();
        let profile = checks.iter().filter(|check| check.is_in(framework)).count();
        let sure = rows.values().filter(|row| !row.sure.is_empty()).count();
        let _ = write!(
            text,
            "\n## {framework}\n\n{}. `--framework {framework}` (also {}) selects {profile} checks, which speak for {sure} \
             requirements.\n\n| requirement | the profile's checks | related, and not in the profile |\n|---|---|---|\n",
            framework.title(),
            names.join(", ")
        );
        for (id, row) in rows {
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                cell(&id.into_text()),
                row.sure.join(", "),
                row.other.join(", ")
            );
        }
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
