//! The tampering paths: which principals hold permissions that destroy, replace or silence evidence, and through what.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use serde_json::Value;
use trailproof_core::aws::Arn;
use trailproof_core::check::Group;
use trailproof_core::finding::{Finding, Status};

use super::{Page, said};
use crate::text;
use crate::words::Words;

/// The field of a finding's evidence that names a principal, what it can do, and by which statement.
const FIELD: &str = "effective permissions";

/// So many principals and targets are drawn, and so many paths told and kept.
const DRAWN: usize = 16;
const TOLD: usize = 200;
const KEPT: usize = 5_000;

/// So many actions of a path are named.
const ACTIONS: usize = 4;

/// Who could do what: by principal and target.
#[derive(Debug, Default)]
pub struct Paths {
    paths: BTreeMap<(String, String), How>,
    left_out: usize,
}

/// By what a principal reaches a target.
#[derive(Debug)]
struct How {
    actions: BTreeSet<String>,
    number: usize,
    through: String,
}

impl Paths {
    /// Whether nobody is known to.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    pub fn add(&mut self, finding: &Finding) {
        if finding.group != Group::Privilege || finding.status != Status::Fail {
            return;
        }
        for evidence in finding.evidence.iter().filter(|evidence| evidence.field == FIELD) {
            let through = evidence.value.get("through").and_then(Value::as_str).unwrap_or_default();
            let can = evidence.value.get("can").and_then(Value::as_array);
            for target in can.into_iter().flatten() {
                let Some(resource) = target.get("resource").and_then(Value::as_str) else {
                    continue;
                };
                let path = (evidence.resource.clone(), resource.to_owned());
                if !self.paths.contains_key(&path) && self.paths.len() >= KEPT {
                    self.left_out += 1;
                    continue;
                }
                let actions = target.get("actions").and_then(Value::as_array).into_iter().flatten();
                let actions: BTreeSet<String> =
                    actions.filter_map(Value::as_str).map(str::to_owned).collect();
                let number = target.get("number").and_then(Value::as_u64).unwrap_or_default();
                let number = usize::try_from(number).unwrap_or(usize::MAX).max(actions.len());
                let how = How { actions, number, through: through.to_owned() };
                self.paths.entry(path).or_insert(how);
            }
        }
    }
}

/// A side of the picture: names in order, and each one's place.
struct Side<'a> {
    names: Vec<&'a str>,
    of: usize,
}

/// Those with the most paths first.
fn side<'a>(names: impl Iterator<Item = &'a str>) -> Side<'a> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    names.for_each(|name| *numbers.entry(name).or_default() += 1);
    let mut names: Vec<&str> = numbers.keys().copied().collect();
    names.sort_by_key(|name| (std::cmp::Reverse(numbers.get(name)), *name));
    let of = names.len();
    names.truncate(DRAWN);
    Side { names, of }
}

/// The section.
pub fn paths<R>(page: &Page<'_, R>) -> Markup {
    let (paths, w) = (&page.gathered.paths, page.index.words);
    if paths.paths.is_empty() {
        return html! {};
    }
    let principals = side(paths.paths.keys().map(|(principal, _)| principal.as_str()));
    let drawn = |principal: &str| principals.names.contains(&principal);
    let reached = paths.paths.keys().filter(|(principal, _)| drawn(principal));
    let targets = side(reached.map(|(_, target)| target.as_str()));
    let all: BTreeSet<&str> = paths.paths.keys().map(|(_, target)| target.as_str()).collect();
    html! {
        section id="paths" aria-labelledby="paths-title" {
            h2 id="paths-title" { (w.say("Who could tamper with it", "改ざんが可能な者")) }
            p class="lead" {
                @if w.is_japanese() {
                    "承認されていないプリンシパル " strong { (principals.of) } " 件が、監査証拠の経路 " (all.len()) " 箇所を破壊、変更、または無効化できる。"
                } @else {
                    strong { (text::count(principals.of, "principal")) } " that nobody approved could destroy, change or silence "
                    (text::count(all.len(), "piece")) " of the evidence's way."
                }
            }
            div class="wide" role="region" aria-label=(w.say("The paths as a picture", "経路の図")) tabindex="0" {
                (draw(paths, &principals.names, &targets.names, page))
            }
            @if principals.of > principals.names.len() || targets.of > targets.names.len() {
                p class="note" { (w.say("Drawn are those with the most paths.", "経路の多いものを図示している。")) }
            }
            details class="alike" {
                summary { (w.say("The same as a table", "表形式")) }
                (table(paths, w))
            }
        }
    }
}

const LEFT: usize = 400;
const RIGHT: usize = 400;
const WIDTH: usize = 1084;
const HEIGHT: usize = 38;
const DOWN: usize = 46;
const TOP: usize = 28;

fn draw<R>(paths: &Paths, principals: &[&str], targets: &[&str], page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let rows = principals.len().max(targets.len());
    let height = TOP + rows * DOWN;
    // The shorter side stands in the middle of the longer one.
    let y = |at: usize, of: usize| TOP + at * DOWN + (rows - of) * DOWN / 2;
    let place = |names: &[&str], name: &str| {
        names.iter().position(|one| *one == name).map(|at| y(at, names.len()) + HEIGHT / 2)
    };
    let right = WIDTH - RIGHT;
    html! {
        svg class="flow" viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby="paths-told" {
            title id="paths-told" { (w.say("Lines from principals to the trails, buckets, keys and log groups that they could tamper with; the table below says the same", "プリンシパルから、改ざん可能な証跡、バケット、キー、ロググループへの線。下の表と同じ内容")) }
            text class="head" x="2" y="14" { (w.say("Principal", "プリンシパル")) }
            text class="head" x=(right) y="14" { (w.say("What it could tamper with", "改ざんの対象")) }
            @for (principal, target) in paths.paths.keys() {
                @if let (Some(from), Some(to)) = (place(principals, principal), place(targets, target)) {
                    path class="link reach" d=(format!("M{LEFT} {from} C{} {from} {} {to} {right} {to}", LEFT + 140, right - 140)) {}
                }
            }
            @for (at, name) in principals.iter().enumerate() {
                (boxed((2, y(at, principals.len())), name, page, "bad"))
            }
            @for (at, name) in targets.iter().enumerate() {
                (boxed((right, y(at, targets.len())), name, page, "plain"))
            }
        }
    }
}

fn boxed<R>((x, y): (usize, usize), arn: &str, page: &Page<'_, R>, class: &str) -> Markup {
    let (kind, name) = text::resource(arn);
    let kind = page.index.words.kind(kind);
    let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
    let owner = owner.map(|id| match page.index.name(id) {
        "" => id.to_string(),
        name => format!("{id} {name}"),
    });
    let note = owner.map_or_else(|| kind.to_owned(), |owner| format!("{kind} · {owner}"));
    html! {
        g class={ "node " (class) } {
            title { (said(arn)) }
            rect x=(x) y=(y) width=(LEFT - 2) height=(HEIGHT) rx="6" {}
            rect class="edge" x=(x) y=(y) width="5" height=(HEIGHT) rx="2" {}
            text class="name" x=(x + 14) y=(y + 16) { (text::cut_middle(&said(name), 54)) }
            text class="owner" x=(x + 14) y=(y + 31) { (text::cut(&said(&note), 64)) }
        }
    }
}

fn table(paths: &Paths, w: &Words) -> Markup {
    let more = paths.paths.len().saturating_sub(TOLD) + paths.left_out;
    html! {
        div class="wide" role="region" aria-label=(w.say("The paths as a table", "経路の表")) tabindex="0" {
            table {
                thead { tr { th scope="col" { (w.say("Principal", "プリンシパル")) } th scope="col" { (w.say("Could", "可能な操作")) } th scope="col" { (w.say("On", "対象")) } th scope="col" { (w.say("Through", "手段")) } } }
                tbody {
                    @for ((principal, target), how) in paths.paths.iter().take(TOLD) {
                        tr {
                            th scope="row" { span class="thing" { (said(principal)) } }
                            td {
                                @for (at, action) in how.actions.iter().take(ACTIONS).enumerate() {
                                    @if at > 0 { ", " } code { (said(action)) }
                                }
                                @if how.number > ACTIONS.min(how.actions.len()) { (w.say(" and ", " ほか ")) (how.number - ACTIONS.min(how.actions.len())) (w.say(" more", " 件")) }
                            }
                            td { span class="thing" { (said(target)) } }
                            td { (text::cut_chars(&said(&how.through), 200)) }
                        }
                    }
                }
            }
            @if more > 0 { p class="note" { (w.say("and ", "ほか ")) (w.count(more, "more path", "件")) } }
        }
    }
}
