//! The answer to who can for people. What comes from AWS is text of strangers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use trailproof_core::who_can::{
    Answer, By, Change, Decision, Derivation, Holder, Hop, HopStep, Outcome, Power,
};
use trailproof_reports::one_line as line;

use crate::cli::WhoCanArgs;

/// So many actions are named on a line.
const NAMED: usize = 3;

/// The actions that were asked about, by the resource's ARN.
pub struct Asked(pub BTreeMap<String, Vec<String>>);

impl Asked {
    pub fn of(actions: &BTreeMap<&str, &[String]>) -> Self {
        Self(actions.iter().map(|(arn, all)| ((*arn).to_owned(), all.to_vec())).collect())
    }
}

pub fn told(args: &WhoCanArgs, asked: &Asked, answer: &Answer) -> String {
    let word = match answer.can {
        Outcome::Yes => "YES",
        Outcome::No => "NO",
        Outcome::CannotTell => "CANNOT TELL",
    };
    let counts = &answer.counts;
    let what = match args.action.as_str() {
        "tamper" => format!("tamper with {}", line(&args.resource)),
        action => format!("do {} on {}", line(action), line(&args.resource)),
    };
    let told = match (&args.why, answer.can) {
        (Some(who), Outcome::Yes) => format!("{} can {what}", line(who)),
        (Some(who), Outcome::No) => format!("{} cannot {what}", line(who)),
        (Some(who), Outcome::CannotTell) => format!("whether {} can {what}", line(who)),
        (None, _) => {
            let who = format!("{} of {} principals, not approved,", counts.yes, counts.principals);
            format!("{who} can {what}{}", more(answer))
        }
    };
    let mut text = format!("{word}: {told}\n");
    text.push('\n');
    for (arn, actions) in &asked.0 {
        let _ = writeln!(text, "  asked  {} on {}", named(actions), line(arn));
    }
    if args.why.is_some() {
        answer.why.iter().for_each(|(arn, derived)| derivations(&mut text, arn, derived));
        let on_some_way = |holder: &&Holder| holder.powers.iter().any(|p| !p.path.is_empty());
        for holder in answer.holders.iter().filter(on_some_way) {
            let only = holder.powers.iter().filter(|power| !power.path.is_empty()).cloned();
            text.push('\n');
            holds(&mut text, &Holder { powers: only.collect(), ..holder.clone() });
        }
    } else if args.without.is_some() || args.with_scp.is_some() {
        changes(&mut text, &answer.changes);
    } else if !answer.holders.is_empty() {
        text.push('\n');
        answer.holders.iter().for_each(|holder| holds(&mut text, holder));
    }
    for open in &answer.open {
        let account = open.account_id.map(|id| format!("account {id}: ")).unwrap_or_default();
        let of = open.resource.as_deref().map(|arn| format!("{}: ", line(arn))).unwrap_or_default();
        let _ =
            writeln!(text, "\nnot known ({}): {account}{of}{}", open.cause, line(&open.message));
    }
    for note in &answer.notes {
        let _ = writeln!(text, "\nnote: {}", line(note));
    }
    let _ = writeln!(
        text,
        "\n{} principals of {} accounts asked: {} can, {} only if, {} cannot be told, {} approved. \
         Not evaluated: {}.",
        counts.principals,
        counts.accounts,
        counts.yes,
        counts.only_if,
        counts.cannot_tell,
        counts.approved,
        answer.not_evaluated.join("; "),
    );
    text
}

fn more(answer: &Answer) -> String {
    let counts = &answer.counts;
    let mut text = String::new();
    if counts.only_if > 0 {
        let _ = write!(text, ", {} only if", counts.only_if);
    }
    if counts.cannot_tell > 0 {
        let _ = write!(text, ", {} cannot be told", counts.cannot_tell);
    }
    text
}

fn named(actions: &[String]) -> String {
    let first: Vec<String> = actions.iter().take(NAMED).map(|action| line(action)).collect();
    match actions.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        rest => format!("{} and {rest} more", first.join(", ")),
    }
}

/// A line for each resource, decision and statement.
fn holds(text: &mut String, holder: &Holder) {
    let key = |power: &Power| {
        let decision = match (power.decision, &power.gap) {
            (Decision::Yes, _) => "yes".to_owned(),
            (Decision::OnlyIf, _) => format!("only if {}", power.depends_on.join(", ")),
            (Decision::CannotTell, Some(gap)) => {
                format!("cannot tell ({}: {})", gap.cause, gap.message)
            }
            (Decision::CannotTell, None) => "cannot tell".to_owned(),
        };
        let by = match power.path.as_slice() {
            [] => power.by.as_ref().map_or_else(|| "no single statement".to_owned(), By::label),
            [_] => format!("a way of one step, as {}", power.holder),
            hops => format!("a way of {} steps, as {}", hops.len(), power.holder),
        };
        let hops: Vec<String> = power.path.iter().map(hop).collect();
        (power.resource.clone(), decision, by, hops)
    };
    let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for power in &holder.powers {
        rows.entry(key(power)).or_default().push(power.action.clone());
    }
    let mut marks = String::new();
    if holder.approved {
        marks.push_str("  [approved]");
    }
    if !holder.assumable {
        marks.push_str("  [nobody can assume it]");
    }
    for ((resource, decision, by, hops), actions) in rows {
        let _ = writeln!(
            text,
            "{}  {}  {} on {}  by {}{marks}",
            line(&holder.principal),
            line(&decision),
            named(&actions),
            line(&resource),
            line(&by),
        );
        for (at, hop) in hops.iter().enumerate() {
            let _ = writeln!(text, "    {}. {}", at + 1, line(hop));
        }
    }
}

/// What is done in one hop, and by which statement.
fn hop(hop: &Hop) -> String {
    let step = |step: &HopStep| {
        let by: Vec<String> = step.by.iter().map(By::label).collect();
        let by = if by.is_empty() { String::new() } else { format!(", by {}", by.join(", ")) };
        let keys = step.depends_on.join(", ");
        let only = if keys.is_empty() { keys } else { format!(", only if {keys}") };
        format!("{} on {}{by}{only}", step.action, step.on)
    };
    let steps: Vec<String> = hop.steps.iter().map(step).collect();
    format!("as {}: {}", hop.principal, steps.join("; "))
}

fn derivations(text: &mut String, arn: &str, derived: &[Derivation]) {
    let _ = writeln!(text, "\n{}", line(arn));
    if derived.is_empty() {
        text.push_str("  nothing of what is asked is within reach of its account\n");
    }
    for one in derived {
        let depends = match one.depends_on.as_slice() {
            [] => String::new(),
            keys => format!(", depending on {}", line(&keys.join(", "))),
        };
        let _ = writeln!(text, "\n  {} on {}", one.actions.join(", "), line(&one.on));
        let _ = writeln!(text, "    {}{depends}", one.decision);
        for said in &one.layers {
            let by: Vec<String> = said.statements.iter().map(|by| line(&by.label())).collect();
            let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
            let verdict = said.verdict.replace('_', " ");
            let _ = writeln!(text, "    {}: {verdict}{by}", line(&said.layer));
        }
        for layer in &one.missing {
            let _ = writeln!(text, "    an allow is missing in: {}", line(layer));
        }
        if let Some(gap) = &one.gap {
            let _ = writeln!(text, "    not read, and taken to allow: {}", line(gap));
        }
    }
}

fn changes(text: &mut String, changes: &BTreeSet<Change>) {
    if changes.is_empty() {
        text.push_str("\nnothing would change\n");
        return;
    }
    let word = |decision: Option<Decision>| match decision {
        None => "no",
        Some(Decision::Yes) => "yes",
        Some(Decision::OnlyIf) => "only if",
        Some(Decision::CannotTell) => "cannot tell",
    };
    let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for change in changes {
        let verb = match (change.before, change.after) {
            (_, None) => "loses",
            (None, _) => "gains",
            _ => "changes",
        };
        let key = (verb, &change.principal, &change.resource, change.before, change.after);
        rows.entry(key).or_default().push(change.action.clone());
    }
    text.push('\n');
    for ((verb, principal, resource, before, after), actions) in rows {
        let _ = writeln!(
            text,
            "{}  {verb}  {} on {}  ({} -> {})",
            line(principal),
            named(&actions),
            line(resource),
            word(before),
            word(after),
        );
    }
}
