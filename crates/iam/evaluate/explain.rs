//! What each layer says, for readers.

use super::facts::Facts;
use super::rule::{Rule, allowed_at};
use super::table::{Row, Slot, Table};
use super::truth::Truth;
use crate::answer::{LayerTrace, Trace, Verdict};
use crate::layers::{Layer, Layers};

/// The trace of a decision; what was assumed of unknown keys is not in it.
pub(crate) fn trace(table: &Table<'_>, layers: &Layers<'_>, facts: &Facts<'_>) -> Trace {
    let rule = table.rule(facts.request, layers);
    let slots = slots(table, layers, &rule);
    let missing = slots
        .iter()
        .filter(|slot| is_missing(**slot, &table.rows, &rule))
        .map(|slot| layer(*slot, layers))
        .collect();
    let layers = slots
        .iter()
        .map(|slot| {
            let here = || table.rows.iter().filter(|row| row.slot == *slot);
            let verdict = verdict(here());
            let denying = matches!(verdict, Verdict::Denies | Verdict::MayDeny);
            let statements = here().filter(|row| row.denies() == denying).map(Row::cite).collect();
            LayerTrace { layer: layer(*slot, layers), verdict, statements }
        })
        .collect();
    Trace { layers, missing }
}

fn slots(table: &Table<'_>, layers: &Layers<'_>, rule: &Rule) -> Vec<Slot> {
    let bearing = &table.bearing;
    let wants = |there: bool, slot: Slot| there.then_some(slot);
    let scps = if bearing.scps { layers.scps.len() } else { 0 };
    let rcps = if bearing.rcps { layers.rcps.len() } else { 0 };
    let mut slots: Vec<Slot> = [
        wants(bearing.identity, Slot::Identity),
        wants(bearing.boundary, Slot::Boundary),
        wants(bearing.session || rule.wants().session, Slot::Session),
    ]
    .into_iter()
    .flatten()
    .collect();
    slots.extend((0..scps).map(Slot::Scp));
    slots.push(Slot::Resource);
    slots.extend((0..rcps).map(Slot::Rcp));
    slots
}

fn layer(slot: Slot, layers: &Layers<'_>) -> Layer {
    let name = |levels: &[crate::layers::Level], at: usize| {
        levels.get(at).map(|level| level.name.clone()).unwrap_or_default()
    };
    match slot {
        Slot::Identity => Layer::Identity,
        Slot::Boundary => Layer::Boundary,
        Slot::Session => Layer::Session,
        Slot::Scp(at) => Layer::Scp(name(layers.scps, at)),
        Slot::Resource => Layer::Resource,
        Slot::Rcp(at) => Layer::Rcp(name(layers.rcps, at)),
    }
}

fn verdict<'a>(rows: impl Iterator<Item = &'a Row<'a>>) -> Verdict {
    let mut best = Verdict::Silent;
    for row in rows {
        best = best.min(match (row.denies(), row.matches()) {
            (_, Truth::False) => Verdict::Silent,
            (true, Truth::True) => Verdict::Denies,
            (true, Truth::Unknown) => Verdict::MayDeny,
            (false, Truth::True) => Verdict::Allows,
            (false, Truth::Unknown) => Verdict::MayAllow,
        });
    }
    best
}

/// Whether a layer that must allow does not, or may not.
fn is_missing(slot: Slot, rows: &[Row<'_>], rule: &Rule) -> bool {
    let wants = rule.wants();
    let grants = |through: fn(&Row<'_>) -> Truth| {
        let here = rows.iter().filter(|row| row.slot == Slot::Resource && !row.denies());
        Truth::any(here.map(|row| row.truth.and(through(row))))
    };
    let direct = grants(|row| row.reach.direct) == Truth::True;
    let through = grants(|row| row.reach.through) == Truth::True;
    let overriding = !wants.crosses_accounts && direct;
    let silent = allowed_at(rows, slot) != Truth::True;
    match slot {
        Slot::Scp(_) | Slot::Rcp(_) => silent,
        Slot::Boundary | Slot::Session => silent && !overriding,
        Slot::Identity => silent && !overriding && (wants.crosses_accounts || !through),
        Slot::Resource => silent && wants.resource,
    }
}
