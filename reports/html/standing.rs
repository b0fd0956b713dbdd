//! Where things stand: scores by group and unit, the frameworks, and every account.

use std::collections::BTreeMap;

use maud::{Markup, html};
use trailproof_core::assessment::{FrameworkScore, Milli, ScopeAccount};
use trailproof_core::check::Group;
use trailproof_core::finding::Status;

use super::gathered::Tally;
use super::summary::{bar, grade};
use super::{Page, accounts_folder, said};
use crate::text;
use crate::words::Words;

/// So many units are shown.
const UNITS: usize = 40;

/// So many bytes of accounts are shown.
const ACCOUNTS_BYTES: usize = 1_900_000;

/// What a group asks.
fn question(group: Group, w: &Words) -> &'static str {
    match group {
        Group::Presence => w.say("Is there a record at all?", "記録は存在するか"),
        Group::Protection => w.say("Is it intact and out of reach?", "記録は保護されているか"),
        Group::Delivery => w.say("Does it arrive?", "記録は届いているか"),
        Group::Privilege => w.say("Who could stop it?", "誰が停止できるか"),
        Group::Monitoring => w.say("Would anyone be told?", "誰かに通知されるか"),
        Group::Organization => w.say("Is every account part of it?", "全アカウントが含まれるか"),
        Group::Continuity => w.say("Was it ever off?", "停止期間はなかったか"),
        Group::Cost => w.say("Is money wasted?", "費用の無駄はないか"),
        Group::Lake => w.say("And CloudTrail Lake?", "CloudTrail Lake はどうか"),
    }
}

/// Scores by group and by unit.
pub fn scores<R>(page: &Page<'_, R>) -> Markup {
    let groups = &page.assessment.score.groups;
    let (units, w) = (units(page), page.index.words);
    html! {
        section id="scores" aria-labelledby="scores-title" {
            h2 id="scores-title" { (w.say("Where it stands", "現状")) }
            div class="halves" {
                @if !groups.is_empty() {
                    table class="bars" {
                        caption { (w.say("By question", "分類別")) }
                        thead { tr { th scope="col" { (w.say("Question", "分類")) } th scope="col" class="number" { (w.say("Score", "スコア")) } th scope="col" { span class="sr" { (w.say("As a bar", "棒グラフ")) } } th scope="col" class="number" { (w.say("Coverage", "網羅率")) } } }
                        tbody {
                            @for group in Group::ALL { @if let Some(row) = groups.get(&group) {
                                tr {
                                    th scope="row" { (question(group, w)) span class="word" { (w.group(group)) } }
                                    td class="number" { (row.proven) }
                                    td class="share" { (bar(row.proven, row.potential, None)) }
                                    td class="number soft" { (row.coverage) " %" }
                                }
                            } }
                        }
                    }
                }
                @if units.len() > 1 || !units.keys().all(String::is_empty) {
                    (by_unit(&units, w))
                }
            }
            (frameworks(page))
        }
    }
}

/// A unit's accounts.
#[derive(Default)]
struct Unit {
    accounts: u64,
    proven: u64,
    potential: u64,
    coverage: u64,
    worst: Option<Milli>,
}

impl Unit {
    fn mean(&self, sum: u64) -> Milli {
        Milli(u32::try_from(sum / self.accounts.max(1)).unwrap_or(u32::MAX))
    }
}

fn units<R>(page: &Page<'_, R>) -> BTreeMap<String, Unit> {
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for score in &page.assessment.score.accounts {
        let path =
            page.index.accounts.get(&score.account_id).map_or("", |account| &account.ou_path);
        let unit = units.entry(path.to_owned()).or_default();
        unit.accounts += 1;
        unit.proven += u64::from(score.row.proven.0);
        unit.potential += u64::from(score.row.potential.0);
        unit.coverage += u64::from(score.row.coverage.0);
        unit.worst = Some(unit.worst.map_or(score.row.proven, |worst| worst.min(score.row.proven)));
    }
    units
}

fn by_unit(units: &BTreeMap<String, Unit>, w: &Words) -> Markup {
    let mut rows: Vec<(&String, &Unit)> = units.iter().collect();
    rows.sort_by_key(|(path, unit)| (unit.mean(unit.proven), *path));
    html! {
        table class="bars" {
            caption { (w.say("By unit, the mean of its accounts", "組織単位別 (アカウントの平均)")) }
            thead { tr { th scope="col" { (w.say("Unit", "組織単位")) } th scope="col" class="number" { (w.say("Score", "スコア")) } th scope="col" { span class="sr" { (w.say("As a bar", "棒グラフ")) } } th scope="col" class="number" { (w.say("Coverage", "網羅率")) } } }
            tbody {
                @for (path, unit) in rows.iter().take(UNITS) {
                    tr {
                        th scope="row" {
                            bdi { @if path.is_empty() { (w.say("no unit known", "組織単位不明")) } @else { (text::cut_path(&said(path), 48)) } }
                            span class="word" { (unit.accounts) @if unit.accounts == 1 { (w.say(" account", " アカウント")) } @else { (w.say(" accounts, the lowest ", " アカウント、最低 ")) (unit.worst.unwrap_or_default()) } }
                        }
                        td class="number" { (unit.mean(unit.proven)) }
                        td class="share" { (bar(unit.mean(unit.proven), unit.mean(unit.potential), None)) }
                        td class="number soft" { (unit.mean(unit.coverage)) " %" }
                    }
                }
                @if rows.len() > UNITS { tr { td colspan="4" { (w.say("and ", "ほか ")) (w.count(rows.len() - UNITS, "more unit", "組織単位")) } } }
            }
        }
    }
}

fn frameworks<R>(page: &Page<'_, R>) -> Markup {
    let (frameworks, w) = (&page.assessment.score.frameworks, page.index.words);
    html! {
        @if !frameworks.is_empty() {
            details {
                summary { (w.say("By framework", "フレームワーク別")) " (" (frameworks.len()) ")" }
                p class="note" { (w.say("Only requirements that a check surely speaks for. A framework asks for more than its audit trail.", "チェックが確実に対応する要求事項のみを示す。フレームワークの要求は監査証跡に限られない。")) }
                div class="wide" role="region" aria-label=(w.say("Scores by framework", "フレームワーク別スコア")) tabindex="0" {
                    table {
                        thead { tr { th scope="col" { (w.say("Framework", "フレームワーク")) } th scope="col" class="number" { (w.say("Score", "スコア")) } th scope="col" class="number" { (w.say("Coverage", "網羅率")) } th scope="col" { (w.say("Failed", "不適合")) } th scope="col" { (w.say("Not decided", "判定不能")) } th scope="col" class="number" { (w.say("Passed", "適合")) } } }
                        tbody { @for framework in frameworks.values() { (framework_row(framework, w)) } }
                    }
                }
            }
        }
    }
}

fn framework_row(framework: &FrameworkScore, w: &Words) -> Markup {
    let of =
        |status: Status| framework.controls.iter().filter(move |control| control.status == status);
    let listed = |status: Status| {
        let ids: Vec<String> = of(status).take(30).map(|control| said(&control.id)).collect();
        let more = of(status).count().saturating_sub(30);
        match more {
            0 => ids.join(", "),
            more => format!(
                "{}{more}{}",
                ids.join(", ") + w.say(" and ", " ほか "),
                w.say(" more", " 件")
            ),
        }
    };
    html! {
        tr {
            th scope="row" { (said(&framework.name)) }
            td class="number" { @match &framework.row { Some(row) => (row.proven), None => "—" } }
            td class="number" { @match &framework.row { Some(row) => { (row.coverage) " %" }, None => "—" } }
            td { (listed(Status::Fail)) }
            td { (listed(Status::Unknown)) }
            td class="number" { (of(Status::Pass).count()) }
        }
    }
}

/// Every account, the worst first.
pub fn accounts<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let mut accounts: Vec<&ScopeAccount> = page.assessment.scope.accounts.iter().collect();
    accounts.sort_by_key(|account| {
        let score = page.index.scores.get(&account.id).map(|row| row.proven);
        let state = (!account.state.is_active(), !account.in_scope);
        let failed =
            page.gathered.accounts.get(&account.id).map(|tally| tally.failed).unwrap_or_default();
        (state, score.unwrap_or(Milli(u32::MAX)), std::cmp::Reverse(failed), account.id)
    });
    let mut bytes = 0;
    let rows: Vec<Markup> = accounts
        .iter()
        .map(|account| row(page, account))
        .take_while(|row| {
            bytes += row.0.len();
            bytes <= ACCOUNTS_BYTES
        })
        .collect();
    let more = accounts.len() - rows.len();
    html! {
        section id="accounts" aria-labelledby="accounts-title" {
            h2 id="accounts-title" { (w.say("Accounts", "アカウント")) }
            p class="lead" { (w.say("The lowest score first.", "スコアの低い順。")) @if page.linked { (w.say(" Each id leads to all that was found in the account.", "各 ID から、アカウントのすべての検出結果に移動できる。")) } }
            div class="wide" role="region" aria-labelledby="accounts-title" tabindex="0" {
                table class="accounts" {
                    thead { tr {
                        th scope="col" { (w.say("Account", "アカウント")) } th scope="col" { (w.say("Unit", "組織単位")) } th scope="col" class="number" { (w.say("Score", "スコア")) } th scope="col" class="number" { (w.say("up to", "最大")) }
                        th scope="col" class="number" { (w.say("Coverage", "網羅率")) } th scope="col" { (w.say("Grade", "評価")) } th scope="col" class="number" { (w.say("Critical", "緊急")) } th scope="col" class="number" { (w.say("High", "高")) }
                        th scope="col" class="number" { (w.say("Lower", "中以下")) } th scope="col" class="number" { (w.say("Not decided", "判定不能")) }
                    } }
                    tbody { @for row in &rows { (row) } }
                }
            }
            @if more > 0 { p class="note" { (w.say("and ", "ほか ")) (w.count(more, "more account", "アカウント")) @if page.linked { (w.say("; the folder ", "。フォルダ ")) code { (accounts_folder(page.index.words.language)) } (w.say(" holds a page for each", " に各アカウントのページがある")) } } }
        }
    }
}

fn row<R>(page: &Page<'_, R>, account: &ScopeAccount) -> Markup {
    let Tally { failed: [critical, high, lower], unknown } =
        page.gathered.accounts.get(&account.id).copied().unwrap_or_default();
    let number = |number: usize, class: &'static str| {
        html! {
            td class={ "number" @if number > 0 { " " (class) } } { (number) }
        }
    };
    html! {
        tr {
            th scope="row" {
                @if page.linked && (account.assessed || unknown > 0) {
                    a class="id" href={ (accounts_folder(page.index.words.language)) "/" (account.id) ".html" } { (account.id) }
                } @else { span class="id" { (account.id) } }
                " " bdi { (text::cut(&said(&account.name), 40)) }
                @if account.management { span class="word" { (page.index.words.say("management account", "管理アカウント")) } }
            }
            td { bdi { (text::cut_path(&said(&account.ou_path), 40)) } }
            @match page.index.scores.get(&account.id) {
                Some(score) => {
                    td class="number" { strong { (score.proven) } }
                    td class="number soft" { (score.potential) }
                    td class="number soft" { (score.coverage) " %" }
                    td { (grade(score.grade, page.index.words)) }
                }
                None => td colspan="4" { (why_unscored(account, page.index.words)) },
            }
            (number(critical, "bad")) (number(high, "bad")) (number(lower, "")) (number(unknown, "open"))
        }
    }
}

fn why_unscored(account: &ScopeAccount, w: &Words) -> &'static str {
    match (account.in_scope, account.state.is_active(), account.assessed) {
        (false, ..) => w.say("left out of the run", "対象範囲から除外"),
        (_, false, _) => w.say("not active", "非アクティブ"),
        (.., false) => w.say("could not be read", "読み取り不能"),
        _ => w.say("nothing that counts was judged", "加重対象の判定なし"),
    }
}
