//! The coverage map: which account's events of which kind are recorded in which region.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use trailproof_core::assessment::{Assessment, ScopeAccount};
use trailproof_core::aws::AccountId;
use trailproof_core::finding::{Finding, GLOBAL, Status};

use super::{Page, said};
use crate::index::Index;
use crate::text;
use crate::words::Words;

/// With more accounts than this the map shows their units.
pub const ACCOUNTS: usize = 60;

/// With more units than this the map shows those above them.
const UNITS: usize = 48;

/// The checks that a region's cell is drawn from: management writes, and all management events.
const WRITES: &str = "trail-coverage-per-region";
const WHOLE: &str = "management-events-complete-per-region";

/// The checks of a whole account, and the column of each in English and in Japanese.
const EVERYWHERE: [(&str, [&str; 2]); 6] = [
    ("cloudtrail-global-service-events", ["Global services", "グローバルサービス"]),
    ("cloudtrail-all-write-s3-data-event-check", ["S3 object writes", "S3 書き込み"]),
    ("cloudtrail-all-read-s3-data-event-check", ["S3 object reads", "S3 読み取り"]),
    ("cloudtrail-dynamodb-dataevents-enabled", ["DynamoDB items", "DynamoDB 項目"]),
    ("cloudtrail-lambda-dataevents-enabled", ["Lambda calls", "Lambda 呼び出し"]),
    ("cloudtrail-network-activity-events", ["Network activity", "ネットワーク"]),
];

/// What is known of one kind of events in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not recorded.
    Nothing,
    /// Not known.
    Unknown,
    /// Recorded in part.
    Part,
    /// Recorded.
    All,
    /// Not asked for: the region is off, the account is not active or left out, or nothing calls for it.
    Off,
}

impl Level {
    /// All, as the legend shows them.
    const ALL: [Self; 5] = [Self::All, Self::Part, Self::Nothing, Self::Unknown, Self::Off];

    fn word(self, w: &Words) -> &'static str {
        match self {
            Self::Nothing => w.say("not recorded", "記録なし"),
            Self::Unknown => w.say("not known", "不明"),
            Self::Part => w.say("recorded in part", "一部を記録"),
            Self::All => w.say("recorded", "記録済み"),
            Self::Off => w.say("not asked for", "対象外"),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Unknown => "unknown",
            Self::Part => "part",
            Self::All => "all",
            Self::Off => "off",
        }
    }

    /// What stands in the cell, so that colour is never the only sign.
    fn sign(self) -> &'static str {
        match self {
            Self::Nothing => "✕",
            Self::Unknown => "?",
            Self::Part => "◐",
            Self::All => "",
            Self::Off => "·",
        }
    }
}

/// Accounts by what is known of them.
type Cell = BTreeMap<Level, usize>;

/// The map: rows are accounts, or where these are many their units.
#[derive(Debug, Default)]
pub struct Map {
    regions: BTreeSet<String>,
    /// The kinds of events of a whole account that were judged.
    kinds: Vec<(&'static str, [&'static str; 2])>,
    /// Whether regions were judged.
    by_region: bool,
    /// Of each account, its row.
    row_of: BTreeMap<AccountId, String>,
    /// Whether a row is a unit.
    units: bool,
    rows: BTreeMap<String, BTreeMap<String, Cell>>,
}

impl Map {
    pub fn new<R>(assessment: &Assessment<R>) -> Self {
        let judged = |id: &str| assessment.checks.iter().any(|check| check.id == id);
        let by_region = judged(WRITES) || judged(WHOLE);
        let looked_at: Vec<&ScopeAccount> = assessment
            .scope
            .accounts
            .iter()
            .filter(|one| one.in_scope && one.state.is_active())
            .collect();
        let regions = looked_at.iter().flat_map(|account| &account.regions);
        let regions = regions.filter(|region| region.in_scope).map(|one| one.name.to_string());
        let units = looked_at.len() > ACCOUNTS;
        let row_of = if units { units_of(&looked_at) } else { own_rows(&looked_at) };
        Self {
            regions: if by_region { regions.collect() } else { BTreeSet::new() },
            kinds: EVERYWHERE.into_iter().filter(|(id, _)| judged(id)).collect(),
            by_region,
            row_of,
            units,
            rows: BTreeMap::new(),
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() || (self.regions.is_empty() && self.kinds.is_empty())
    }

    /// Adds the findings of one account.
    pub fn add(&mut self, findings: &[Finding], index: &Index<'_>) {
        let Some(account) = findings.first().map(|first| first.account_id) else { return };
        let Some(row) = self.row_of.get(&account) else { return };
        let row = self.rows.entry(row.clone()).or_default();
        let mut regions: BTreeMap<&str, [Option<Status>; 2]> = BTreeMap::new();
        let mut kinds: BTreeMap<&str, Status> = BTreeMap::new();
        for finding in findings {
            let region = finding.region.as_str();
            match finding.check.as_str() {
                WRITES => regions.entry(region).or_default()[0] = Some(finding.status),
                WHOLE => regions.entry(region).or_default()[1] = Some(finding.status),
                check if self.kinds.iter().any(|(id, _)| *id == check) => {
                    let status = kinds.entry(check).or_insert(finding.status);
                    // The account's own words on it: the worst of several.
                    *status = worse(*status, finding.status);
                }
                _ => {}
            }
        }
        if self.by_region {
            let everywhere = regions.get(GLOBAL).map(|found| level(*found));
            let listed = index.accounts.get(&account).map_or(&[][..], |account| &account.regions);
            for region in &self.regions {
                let on = listed.iter().any(|one| one.in_scope && one.name.as_str() == region);
                let found = regions.get(region.as_str()).map(|found| level(*found));
                let level = match found.or(everywhere) {
                    Some(level) => level,
                    None if on => Level::Unknown,
                    None => Level::Off,
                };
                *row.entry(region.clone()).or_default().entry(level).or_default() += 1;
            }
        }
        for (id, _) in &self.kinds {
            let level = kinds.get(id).map_or(Level::Unknown, |status| one(*status));
            *row.entry((*id).to_owned()).or_default().entry(level).or_default() += 1;
        }
    }
}

/// The status that says less good.
fn worse(one: Status, other: Status) -> Status {
    let rank = |status: Status| match status {
        Status::Fail | Status::Waived => 0,
        Status::Unknown => 1,
        Status::Pass => 2,
        Status::NotApplicable => 3,
    };
    if rank(other) < rank(one) { other } else { one }
}

fn one(status: Status) -> Level {
    match status {
        Status::Pass => Level::All,
        Status::Fail | Status::Waived => Level::Nothing,
        Status::Unknown => Level::Unknown,
        Status::NotApplicable => Level::Off,
    }
}

/// Of a region's management events, from what was found of its writes and of all of them.
fn level(found: [Option<Status>; 2]) -> Level {
    let [writes, whole] = found.map(|status| status.map(one));
    match (writes, whole) {
        (Some(Level::Nothing), _) => Level::Nothing,
        (Some(Level::All), Some(Level::Nothing)) | (None, Some(Level::Nothing)) => Level::Part,
        (Some(one), Some(other)) => one.min(other),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Level::Unknown,
    }
}

fn own_rows(accounts: &[&ScopeAccount]) -> BTreeMap<AccountId, String> {
    accounts.iter().map(|account| (account.id, account.id.to_string())).collect()
}

/// Units as rows, cut to so few levels that they are not too many.
fn units_of(accounts: &[&ScopeAccount]) -> BTreeMap<AccountId, String> {
    let at_depth = |depth: usize| -> BTreeMap<AccountId, String> {
        let cut = |path: &str| path.split('/').take(depth).collect::<Vec<_>>().join("/");
        accounts.iter().map(|account| (account.id, cut(&account.ou_path))).collect()
    };
    let few =
        |rows: &BTreeMap<AccountId, String>| rows.values().collect::<BTreeSet<_>>().len() <= UNITS;
    (1..=8).rev().map(at_depth).find(few).unwrap_or_else(|| at_depth(0))
}

/// The map.
pub fn map<R>(page: &Page<'_, R>) -> Markup {
    let (map, w) = (&page.gathered.map, page.index.words);
    if map.is_empty() {
        return html! {};
    }
    html! {
        section id="map" aria-labelledby="map-title" {
            h2 id="map-title" { (w.say("What is recorded where", "記録の範囲")) }
            p class="lead" {
                (w.say("Management events of each region, and beside them what is judged for a whole account. ", "リージョンごとの管理イベントと、アカウント全体について判定したものを示す。"))
                @if map.units { (w.say("A number counts the accounts of a unit that are recorded. ", "数字は、記録されている組織単位内のアカウント数である。")) }
            }
            (legend(w))
            div class="wide" role="region" aria-labelledby="map-title" tabindex="0" { (table(map, page.index)) }
        }
    }
}

fn legend(w: &Words) -> Markup {
    html! {
        ul class="legend" {
            @for level in Level::ALL {
                li { span class={ "cell " (level.class()) } aria-hidden="true" { (level.sign()) } " " (level.word(w)) }
            }
        }
    }
}

fn table(map: &Map, index: &Index<'_>) -> Markup {
    let w = index.words;
    html! {
        table class="map" {
            caption class="sr" { (w.say("What is recorded, by account or unit and by region and kind of event", "アカウントまたは組織単位、リージョン、イベントの種類ごとの記録の有無")) }
            thead {
                tr {
                    th scope="col" { @if map.units { (w.say("Unit", "組織単位")) } @else { (w.say("Account", "アカウント")) } }
                    @for region in &map.regions { th scope="col" class="up" { span { (said(region)) } } }
                    @for (at, (_, [english, japanese])) in map.kinds.iter().enumerate() {
                        th scope="col" class={ "up kind" @if at == 0 { " first" } } { span { (w.say(english, japanese)) } }
                    }
                }
            }
            tbody {
                @for (name, cells) in &map.rows {
                    tr {
                        th scope="row" { (row_head(map, name, index)) }
                        @for region in &map.regions { (cell((map, w), cells.get(region), false)) }
                        @for (at, (id, _)) in map.kinds.iter().enumerate() { (cell((map, w), cells.get(*id), at == 0)) }
                    }
                }
            }
        }
    }
}

fn row_head(map: &Map, name: &str, index: &Index<'_>) -> Markup {
    let account = name.parse::<AccountId>().ok().filter(|_| !map.units);
    html! {
        @match account {
            Some(id) => {
                span class="id" { (id) } " " bdi { (text::cut(&said(index.name(id)), 24)) }
            }
            None if name.is_empty() => { (index.words.say("no unit known", "組織単位不明")) }
            None => bdi { (text::cut_path(&said(name), 40)) },
        }
    }
}

fn cell((map, w): (&Map, &Words), cell: Option<&Cell>, first: bool) -> Markup {
    let empty = Cell::new();
    let cell = cell.unwrap_or(&empty);
    let worst = cell.keys().min().copied().unwrap_or(Level::Off);
    let asked: usize =
        cell.iter().filter(|(level, _)| **level != Level::Off).map(|(_, number)| number).sum();
    let good = cell.get(&Level::All).copied().unwrap_or_default();
    let told: Vec<String> = cell
        .iter()
        .map(|(level, number)| {
            format!("{} {}", w.count(*number, "account", "アカウント"), level.word(w))
        })
        .collect();
    html! {
        td class={ (worst.class()) @if first { " first" } } {
            @if map.units && asked > 0 {
                span aria-hidden="true" { @if good < asked { (good) "/" } (asked) }
                span class="sr" { (told.join(w.say(", ", "、"))) }
            } @else {
                span aria-hidden="true" { (worst.sign()) }
                span class="sr" { (worst.word(w)) }
            }
        }
    }
}
