//! The flow of evidence: from each trail to its bucket and key, and to its log group and what watches it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use trailproof_core::assessment::{Route, Stop};
use trailproof_core::check::{Group, Severity};
use trailproof_core::finding::{Finding, Status};

use super::gathered::Order;
use super::{Page, said};
use crate::text;
use crate::words::Words;

/// So many trails are drawn.
const DRAWN: usize = 24;

/// So many are told in the table.
const TOLD: usize = 200;

/// The checks whose failure means that evidence does not pass the link, or may not be read behind it.
const TO_BUCKET: [&str; 4] = [
    "trail-bucket-exists",
    "trail-bucket-policy-allows-delivery",
    "trail-s3-delivery-healthy",
    "trail-is-logging",
];
const TO_KEY: [&str; 1] = ["trail-kms-key-usable"];
const TO_LOGS: [&str; 1] = ["trail-cloudwatch-delivery-healthy"];

/// What was found of the trails and of the places that they lead to, by resource.
#[derive(Debug, Default)]
pub struct Seen(BTreeMap<String, Found>);

/// What was found of one place.
#[derive(Debug, Default)]
pub struct Found {
    failed: BTreeMap<String, Severity>,
    unknown: BTreeSet<String>,
    /// Of what would tell somebody: how much holds, and of how much.
    watched: (usize, usize),
}

/// CloudTrail names a log group by all of its streams.
fn key(resource: &str) -> &str {
    resource.strip_suffix(":*").unwrap_or(resource)
}

impl Seen {
    pub fn new(routes: &[Route]) -> Self {
        let stops = routes.iter().flat_map(|route| {
            let stops = [&route.bucket, &route.key, &route.log_group].into_iter().flatten();
            stops.map(|stop| stop.resource.as_str()).chain([route.trail.as_str()])
        });
        Self(stops.map(|resource| (key(resource).to_owned(), Found::default())).collect())
    }

    pub fn add(&mut self, finding: &Finding) {
        let Some(found) = self.0.get_mut(key(&finding.resource)) else { return };
        match finding.status {
            Status::Fail => {
                found.failed.insert(finding.check.clone(), finding.severity);
            }
            Status::Unknown => {
                found.unknown.insert(finding.check.clone());
            }
            _ => {}
        }
        if finding.group == Group::Monitoring && finding.status != Status::NotApplicable {
            found.watched.1 += 1;
            found.watched.0 += usize::from(finding.status == Status::Pass);
        }
    }

    fn of(&self, resource: &str) -> Option<&Found> {
        self.0.get(key(resource))
    }

    fn health(&self, resource: &str) -> Health {
        let Some(found) = self.of(resource) else { return Health::Unknown };
        match found.failed.values().max() {
            Some(Severity::Critical | Severity::High) => Health::Bad,
            Some(_) => Health::Weak,
            None if !found.unknown.is_empty() => Health::Unknown,
            None => Health::Good,
        }
    }

    /// The first of these checks that failed for one of these resources.
    fn breaks<'c>(&self, resources: &[&str], checks: &[&'c str]) -> Option<&'c str> {
        let failed = |check: &&&str| {
            resources
                .iter()
                .any(|one| self.of(one).is_some_and(|found| found.failed.contains_key(**check)))
        };
        checks.iter().find(failed).copied()
    }
}

/// How a place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    Weak,
    Bad,
    Unknown,
}

impl Health {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Weak => "weak",
            Self::Bad => "bad",
            Self::Unknown => "open",
        }
    }

    fn word(self, w: &Words) -> &'static str {
        match self {
            Self::Good => w.say("nothing failed", "不適合なし"),
            Self::Weak => w.say("minor failures", "軽微な不適合"),
            Self::Bad => w.say("failures of high severity", "重大な不適合"),
            Self::Unknown => w.say("not decided", "判定不能"),
        }
    }
}

/// A box of the picture.
struct Node<'a> {
    resource: &'a str,
    name: &'a str,
    note: String,
    row: usize,
}

/// A line between two of them: the check that breaks it, where one does.
struct Link {
    from: (usize, usize),
    to: (usize, usize),
    broken: bool,
}

const WIDTH: usize = 216;
const HEIGHT: usize = 40;
const ACROSS: usize = 288;
const DOWN: usize = 54;
const TOP: usize = 30;

/// The picture as columns of boxes, each place once.
#[derive(Default)]
struct Picture<'a> {
    columns: [Vec<Node<'a>>; 4],
    links: Vec<Link>,
}

impl<'a> Picture<'a> {
    /// The place's row in its column; made where it is new, beside the one that leads to it where there is room.
    fn place(
        &mut self,
        column: usize,
        resource: &'a str,
        (note, beside): (String, usize),
    ) -> usize {
        let Some(nodes) = self.columns.get_mut(column) else { return 0 };
        if let Some(node) = nodes.iter().find(|node| node.resource == resource) {
            return node.row;
        }
        let row = nodes.last().map_or(beside, |last| beside.max(last.row + 1));
        let (_, name) = text::resource(key(resource));
        nodes.push(Node { resource, name, note, row });
        row
    }

    fn rows(&self) -> usize {
        self.columns.iter().flatten().map(|node| node.row + 1).max().unwrap_or_default()
    }
}

/// The section.
pub fn flow<R>(page: &Page<'_, R>) -> Markup {
    let (routes, w) = (&page.assessment.routes, page.index.words);
    if routes.is_empty() {
        return html! {};
    }
    let seen = &page.gathered.seen;
    let mut sorted: Vec<&Route> = routes.iter().collect();
    sorted.sort_by_key(|route| {
        (!route.organization, !breaks(route, seen).any(|one| one.is_some()), &route.trail)
    });
    let broken = routes.iter().filter(|route| breaks(route, seen).any(|one| one.is_some())).count();
    html! {
        section id="flow" aria-labelledby="flow-title" {
            h2 id="flow-title" { (w.say("Where the evidence flows", "監査証拠の流れ")) }
            p class="lead" {
                (w.count(routes.len(), "trail", "証跡")) ": "
                @if broken == 0 { (w.say("no link is broken.", "途切れた経路なし。")) }
                @else { strong class="bad" { (broken) (w.say(" broken", " 件が途切れている")) } (w.say(" — a red line is one that evidence does not pass.", "。赤線は監査証拠が通らない経路である。")) }
            }
            div class="wide" role="region" aria-label=(w.say("The flow as a picture", "流れの図")) tabindex="0" {
                (draw(&sorted.iter().copied().take(DRAWN).collect::<Vec<_>>(), page))
            }
            @if routes.len() > DRAWN {
                p class="note" { (w.say("Drawn are the organization's trails and the first others, broken ones first; ", "組織の証跡と、途切れたものを優先したその他の証跡を図示している。図示していない証跡: ")) (routes.len() - DRAWN) (w.say(" more are not drawn.", "。")) }
            }
            details class="alike" {
                summary { (w.say("The same as a table", "表形式")) }
                (table(&sorted, page))
            }
        }
    }
}

/// The checks that break a route: to its bucket, its key and its log group.
fn breaks<'a>(route: &'a Route, seen: &'a Seen) -> impl Iterator<Item = Option<&'static str>> + 'a {
    let link = |stop: &Option<Stop>, checks: &[&'static str]| {
        let stop = stop.as_ref()?;
        seen.breaks(&[&stop.resource, &route.trail], checks)
    };
    [link(&route.bucket, &TO_BUCKET), link(&route.key, &TO_KEY), link(&route.log_group, &TO_LOGS)]
        .into_iter()
}

fn draw<R>(routes: &[&Route], page: &Page<'_, R>) -> Markup {
    let (seen, w) = (&page.gathered.seen, page.index.words);
    let owner = |stop: &Stop| {
        stop.account_id.map_or_else(String::new, |id| match page.index.name(id) {
            "" => id.to_string(),
            name => name.to_owned(),
        })
    };
    let mut picture = Picture::default();
    for (at, route) in routes.iter().enumerate() {
        let note = format!(
            "{} · {}",
            owner(&Stop { resource: String::new(), account_id: Some(route.account_id) }),
            route.home_region
        );
        let from = (0, picture.place(0, &route.trail, (note, at)));
        let mut broken = breaks(route, seen).map(|check| check.is_some());
        let mut before = from;
        for (column, stop) in [(1, &route.bucket), (2, &route.key), (3, &route.log_group)] {
            let broken = broken.next().unwrap_or_default();
            let Some(stop) = stop else { continue };
            let to = (
                column,
                picture.place(
                    column,
                    &stop.resource,
                    (watched((column, stop), (seen, w), owner(stop)), before.1),
                ),
            );
            // The key and the log group belong to the trail as well as the bucket does; the line starts where it is shortest.
            let start = if column == 2 { before } else { from };
            picture.links.push(Link { from: start, to, broken });
            if column < 3 {
                before = to;
            }
        }
    }
    let width = ACROSS * 3 + WIDTH + 4;
    let height = TOP + picture.rows() * DOWN;
    html! {
        svg class="flow" viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby="flow-told" {
            title id="flow-told" { (w.say("Trails, and the buckets, keys and log groups that they lead to; the table below says the same", "証跡と、その配信先のバケット、キー、ロググループ。下の表と同じ内容")) }
            @for (at, name) in ["trail", "bucket", "key", "log group"].into_iter().enumerate() {
                text class="head" x=(at * ACROSS + 2) y="14" { (w.say(head(name), w.kind(name))) }
            }
            @for link in &picture.links { (line(link)) }
            @for (column, nodes) in picture.columns.iter().enumerate() {
                @for node in nodes { (boxed(column, node, (seen.health(node.resource), w))) }
            }
        }
    }
}

/// A column's head.
fn head(kind: &str) -> &str {
    match kind {
        "trail" => "Trail",
        "bucket" => "Bucket",
        "key" => "Key",
        _ => "Log group",
    }
}

/// Whose a place is; of a log group also how well it is watched.
fn watched((column, stop): (usize, &Stop), (seen, w): (&Seen, &Words), owner: String) -> String {
    let watched = seen.of(&stop.resource).map(|found| found.watched).unwrap_or_default();
    match watched {
        (holds, of) if column == 3 && of > 0 => match w.is_japanese() {
            true => format!("{owner} · アラーム: {holds} / {of}"),
            false => format!("{owner} · alarms: {holds} of {of}"),
        },
        _ => owner,
    }
}

fn line(link: &Link) -> Markup {
    let centre = |(_, row): (usize, usize)| TOP + row * DOWN + HEIGHT / 2;
    let (x, y) = (link.from.0 * ACROSS + WIDTH + 2, centre(link.from));
    let (to_x, to_y) = (link.to.0 * ACROSS + 2, centre(link.to));
    let bend = (ACROSS - WIDTH) / 2;
    // A line past a column runs under its boxes, between two rows.
    let path = if link.to.0 > link.from.0 + 1 {
        let lane = to_y.max(y) + HEIGHT / 2 + 7;
        let (first, last) = (x + bend, to_x - bend);
        format!(
            "M{x} {y} C{first} {y} {x} {lane} {first} {lane} L{last} {lane} C{to_x} {lane} {last} {to_y} {to_x} {to_y}"
        )
    } else {
        format!("M{x} {y} C{} {y} {} {to_y} {to_x} {to_y}", x + bend, to_x - bend)
    };
    html! {
        path class=(if link.broken { "link bad" } else { "link" }) d=(path) {}
        @if link.broken {
            text class="cross" x=(to_x - 12) y=(to_y + 5) text-anchor="middle" { "✕" }
        }
    }
}

fn boxed(column: usize, node: &Node<'_>, (health, w): (Health, &Words)) -> Markup {
    let (x, y) = (column * ACROSS + 2, TOP + node.row * DOWN);
    html! {
        g class={ "node " (health.class()) } {
            title { (said(node.resource)) ": " (health.word(w)) }
            rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="6" {}
            rect class="edge" x=(x) y=(y) width="5" height=(HEIGHT) rx="2" {}
            text class="name" x=(x + 14) y=(y + 17) { (text::cut_middle(&said(node.name), 28)) }
            text class="owner" x=(x + 14) y=(y + 32) { (text::cut(&said(&node.note), 34)) }
        }
    }
}

fn table<R>(routes: &[&Route], page: &Page<'_, R>) -> Markup {
    let (seen, w) = (&page.gathered.seen, page.index.words);
    html! {
        div class="wide" role="region" aria-label=(w.say("The flow as a table", "流れの表")) tabindex="0" {
            table {
                thead { tr { th scope="col" { (w.say("Trail", "証跡")) } th scope="col" { (w.say("Owner", "所有者")) } th scope="col" { (w.say("Bucket", "バケット")) } th scope="col" { (w.say("Key", "キー")) } th scope="col" { (w.say("Log group", "ロググループ")) } th scope="col" { (w.say("Broken by", "途切れの原因")) } } }
                tbody {
                    @for route in routes.iter().take(TOLD) {
                        tr {
                            th scope="row" { (said(&route.name)) @if route.organization { (w.say(" (organization)", " (組織)")) } }
                            td { span class="id" { (route.account_id) } " " (route.home_region) }
                            @for stop in [&route.bucket, &route.key, &route.log_group] {
                                td { @match stop {
                                    Some(stop) => { span class="thing" { (said(text::resource(key(&stop.resource)).1)) } " — " (seen.health(&stop.resource).word(w)) }
                                    None => { (w.say("none", "なし")) }
                                } }
                            }
                            td { (broken_by(route, page)) }
                        }
                    }
                }
            }
            @if routes.len() > TOLD { p class="note" { (w.say("and ", "ほか ")) (w.count(routes.len() - TOLD, "more trail", "証跡")) } }
        }
    }
}

fn broken_by<R>(route: &Route, page: &Page<'_, R>) -> Markup {
    let checks: BTreeSet<&str> = breaks(route, &page.gathered.seen).flatten().collect();
    html! {
        @if checks.is_empty() { "—" }
        @for check in checks {
            @match page.gathered.anchor(Order::Failed, check) {
                Some(anchor) => a class="bad" href={ "#" (anchor) } { (check) },
                None => span class="bad" { (check) },
            }
            " "
        }
    }
}
