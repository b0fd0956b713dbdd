//! The words of the table.

use trailproof_core::assessment::{Grade, Milli, ScoreRow};
use trailproof_core::aws::AccountId;
use trailproof_core::finding::Status;

use crate::text::count;

/// What the table says.
pub(crate) struct TableWords {
    pub organization: fn(&str) -> String,
    pub account: fn(AccountId, &str) -> String,
    pub accounts: fn(usize) -> String,
    pub no_score: &'static str,
    pub score: fn(&ScoreRow) -> String,
    /// The same where there is little room.
    pub score_in_short: fn(&ScoreRow) -> String,
    pub coverage: fn(Milli) -> String,
    pub grade: fn(Grade) -> String,
    /// No letter, in a column.
    pub no_grade: &'static str,
    pub capped: &'static str,
    /// A limit, why, and the account of the finding that sets it: its id and name.
    pub cap: fn(Milli, &str, Option<(AccountId, &str)>) -> String,
    pub gate: &'static str,
    pub of_accounts: &'static str,
    /// Listed, assessed, unread, excluded, not active.
    pub sum: fn([usize; 5]) -> String,
    pub groups: &'static str,
    /// A group, its score, its coverage.
    pub group: fn(&str, Milli, Milli) -> String,
    pub note: &'static str,
    pub read: &'static str,
    /// From one moment to another.
    pub span: fn(&str, &str) -> String,
    pub accounts_title: &'static str,
    pub worst_first: &'static str,
    /// Account, name, unit, score, potential, coverage, grade, critical, high.
    pub heads: [&'static str; 9],
    /// So many accounts more, so many of them without a failure.
    pub more_accounts: fn(usize, usize) -> String,
    pub unscored: fn(usize) -> String,
    pub failed_title: &'static str,
    /// Checks, and behind them the findings.
    pub checks_and: fn(usize, &str) -> String,
    pub fix: &'static str,
    pub period: &'static str,
    /// Findings in accounts.
    pub findings: fn(usize, usize) -> String,
    /// The same, of those that are not shown.
    pub more_findings: fn(usize, usize) -> String,
    /// So many accounts that are not shown, of one finding each.
    pub more_in_accounts: fn(usize) -> String,
    /// With another result, behind one of the two above.
    pub otherwise: fn(&str) -> String,
    /// Before what is not shown.
    pub and: fn(&str) -> String,
    pub waived_title: &'static str,
    pub more_waived: fn(usize) -> String,
    pub idle_title: &'static str,
    pub waivers: fn(usize) -> String,
    pub more_waivers: fn(usize) -> String,
    /// The day, the owner, and how many failures the waiver leaves.
    pub expired: fn(&str, &str, usize) -> String,
    pub unused: fn(&str) -> String,
    pub expired_state: &'static str,
    pub unused_state: &'static str,
    /// A waiver on a finding: the day, the owner, the reason, the ticket.
    pub waiver: fn(&str, &str, &str, Option<&str>) -> String,
    /// So many of a status.
    pub sum_of: fn(usize, Status) -> String,
    pub next: &'static str,
    pub next_policy: &'static str,
    pub next_nothing: &'static str,
    pub unknown_title: &'static str,
    /// Checks, and why.
    pub not_assessed: fn(usize, &str) -> String,
    pub more_not_assessed: fn(usize) -> String,
    pub resources: fn(usize) -> String,
    pub regions: fn(usize) -> String,
    pub not_read: fn(&str) -> String,
    /// The first, and how many others.
    pub and_others: fn(&str, usize) -> String,
    pub unread_title: &'static str,
    pub in_accounts: fn(usize) -> String,
    pub asked_by: fn(&str, &str) -> String,
    /// So many more, by cause.
    pub more_unread: fn(usize, &str) -> String,
    pub frameworks_title: &'static str,
    pub frameworks_remark: &'static str,
    /// Framework, score, potential, coverage, grade, requirements.
    pub framework_heads: [&'static str; 6],
    pub more_requirements: fn(usize, &str) -> String,
    /// So many requirements of a status.
    pub requirements: fn(usize, Status) -> String,
}

pub(super) const ENGLISH: TableWords = TableWords {
    organization: |id| format!("Organization {id}"),
    account: |id, name| format!("Account {id} {name}"),
    accounts: |number| count(number, "account"),
    no_score: "no score: nothing that was judged weighs anything",
    score: |total| {
        let unread =
            if total.coverage == Milli::FULL { "" } else { " if everything unread were fine" };
        format!("score {} (to {}{unread})", total.proven, total.potential)
    },
    score_in_short: |total| {
        format!("score {} ({} if unread is fine)", total.proven, total.potential)
    },
    coverage: |percent| format!("evidence coverage {percent} %"),
    grade: |grade| match grade {
        Grade::Insufficient => "no grade: insufficient evidence".to_owned(),
        letter => format!("grade {letter}"),
    },
    no_grade: "none",
    capped: "capped",
    cap: |limit, reason, by| {
        let by = by.map_or(String::new(), |(account, name)| format!(" in {account} {name}"));
        format!("at {limit}: {reason}{}", by.trim_end())
    },
    gate: "gate",
    of_accounts: "accounts",
    sum: |[listed, assessed, unread, excluded, not_active]| {
        format!(
            "{listed} listed = {assessed} assessed + {unread} unread + {excluded} excluded + {not_active} not active"
        )
    },
    groups: "groups",
    group: |group, proven, coverage| format!("{group} {proven} at {coverage} %"),
    note: "note",
    read: "read",
    span: |from, to| format!("{} to {to}", from.trim_end_matches(" UTC")),
    accounts_title: "ACCOUNTS",
    worst_first: "worst first",
    heads: ["account", "name", "unit", "score", "to", "coverage", "grade", "critical", "high"],
    more_accounts: |number, healthy| {
        format!(
            "… and {}, {healthy} of them without a failed finding",
            count(number, "more account")
        )
    },
    unscored: |number| {
        format!("{} without a score: no check weighs anything there", count(number, "account"))
    },
    failed_title: "FAILED",
    checks_and: |checks, findings| format!("{}, {findings}", count(checks, "check")),
    fix: "fix",
    period: "period",
    findings: |findings, accounts| {
        format!("{} in {}", count(findings, "finding"), count(accounts, "account"))
    },
    more_findings: |findings, accounts| {
        format!("{} in {}", count(findings, "more finding"), count(accounts, "account"))
    },
    more_in_accounts: |accounts| count(accounts, "more account"),
    otherwise: |more| format!("… and {more} with another result"),
    and: |more| format!("… and {more}"),
    waived_title: "WAIVED",
    more_waived: |number| format!("… and {}", count(number, "more finding")),
    idle_title: "WAIVERS TO LOOK AT",
    waivers: |number| count(number, "waiver"),
    more_waivers: |number| format!("… and {}", count(number, "more waiver")),
    expired: |day, owner, leaves| match leaves {
        0 => format!("on {day}, of {owner}"),
        leaves => format!("on {day}, of {owner}; leaves {}", count(leaves, "failing finding")),
    },
    unused: |owner| format!("covers no finding, of {owner}"),
    expired_state: "expired",
    unused_state: "unused",
    waiver: |day, owner, reason, ticket| {
        let ticket = ticket.map_or(String::new(), |ticket| format!(" ({ticket})"));
        format!("waived until {day} by {owner}: {reason}{ticket}")
    },
    sum_of: |number, status| {
        let word = match status {
            Status::Fail => "failed",
            Status::Unknown => "not decided",
            Status::Waived => "waived",
            Status::Pass => "passed",
            Status::NotApplicable => "not applicable",
        };
        format!("{number} {word}")
    },
    next: "Next:",
    next_policy: "trailproof policy, to grant the reader what it lacks",
    next_nothing: "nothing to mend; trailproof checks lists what was proved",
    unknown_title: "NOT DECIDED",
    not_assessed: |checks, why| format!("not assessed: {}, {why}", count(checks, "check")),
    more_not_assessed: |number| format!("… and {} not assessed", count(number, "more account")),
    resources: |number| count(number, "resource"),
    regions: |number| count(number, "region"),
    not_read: |why| format!("not read: {why}"),
    and_others: |first, others| format!("{first}; and {others} more"),
    unread_title: "NOT READ",
    in_accounts: |number| format!("in {}", count(number, "account")),
    asked_by: |words, asker| format!("{words} (asked by {asker})"),
    more_unread: |number, causes| format!("… and {number} more: {causes}"),
    frameworks_title: "FRAMEWORKS",
    frameworks_remark: "over the checks that surely speak for a requirement",
    framework_heads: ["framework", "score", "to", "coverage", "grade", "requirements"],
    more_requirements: |number, id| {
        format!("… and {} of {id}, in the JSON report", count(number, "more requirement"))
    },
    requirements: |number, status| {
        let word = match status {
            Status::Fail => "failed",
            Status::Unknown => "unknown",
            Status::Waived => "waived",
            Status::Pass => "passed",
            Status::NotApplicable => "not applicable",
        };
        format!("{number} {word}")
    },
};

pub(super) const JAPANESE: TableWords = TableWords {
    organization: |id| format!("組織 {id}"),
    account: |id, name| format!("アカウント {id} {name}"),
    accounts: |number| format!("{number} アカウント"),
    no_score: "スコアなし: 加重対象の判定がない",
    score: |total| {
        let ScoreRow { proven, potential, coverage, .. } = total;
        if *coverage == Milli::FULL {
            format!("スコア {proven} (最大 {potential})")
        } else {
            format!("スコア {proven} (未読分がすべて適合なら {potential})")
        }
    },
    score_in_short: |total| format!("スコア {} (最大 {})", total.proven, total.potential),
    coverage: |percent| format!("監査証拠の網羅率 {percent} %"),
    grade: |grade| match grade {
        Grade::Insufficient => "評価なし: 監査証拠不足".to_owned(),
        letter => format!("評価 {letter}"),
    },
    no_grade: "なし",
    capped: "上限",
    cap: |limit, reason, by| match by {
        Some((account, name)) => {
            let who = format!("{account} {name}");
            format!("{limit}: {reason} (アカウント {})", who.trim_end())
        }
        None => format!("{limit}: {reason}"),
    },
    gate: "ゲート",
    of_accounts: "対象",
    sum: |[listed, assessed, unread, excluded, not_active]| {
        format!(
            "一覧 {listed} = 評価済み {assessed} + 未読 {unread} + 除外 {excluded} + 非アクティブ {not_active} アカウント"
        )
    },
    groups: "分類",
    group: |group, proven, coverage| format!("{group} {proven} (網羅率 {coverage} %)"),
    note: "注記",
    read: "収集",
    span: |from, to| format!("{from} ～ {to}"),
    accounts_title: "アカウント",
    worst_first: "スコアの低い順",
    heads: ["アカウント", "名前", "組織単位", "スコア", "最大", "網羅率", "評価", "緊急", "高"],
    more_accounts: |number, healthy| {
        format!("… ほか {number} アカウント (うち {healthy} アカウントは不適合なし)")
    },
    unscored: |number| format!("{number} アカウントはスコアなし: 加重対象のチェックがない"),
    failed_title: "不適合",
    checks_and: |checks, findings| format!("{checks} チェック、{findings}"),
    fix: "是正",
    period: "対象期間",
    findings: |findings, accounts| format!("{accounts} アカウントで {findings} 件"),
    more_findings: |findings, accounts| format!("ほか {accounts} アカウントで {findings} 件"),
    more_in_accounts: |accounts| format!("ほか {accounts} アカウント"),
    otherwise: |more| format!("… {more} (結果が異なるもの)"),
    and: |more| format!("… {more}"),
    waived_title: "例外承認済み",
    more_waived: |number| format!("… ほか {number} 件"),
    idle_title: "確認を要する例外",
    waivers: |number| format!("{number} 件"),
    more_waivers: |number| format!("… ほか {number} 件"),
    expired: |day, owner, leaves| match leaves {
        0 => format!("有効期限 {day}、責任者 {owner}"),
        leaves => format!("有効期限 {day}、責任者 {owner}、不適合 {leaves} 件が残る"),
    },
    unused: |owner| format!("該当する検出結果なし、責任者 {owner}"),
    expired_state: "期限切れ",
    unused_state: "未使用",
    waiver: |day, owner, reason, ticket| {
        let ticket = ticket.map_or(String::new(), |ticket| format!(" ({ticket})"));
        format!("有効期限 {day}、責任者 {owner}: {reason}{ticket}")
    },
    sum_of: |number, status| format!("{} {number}", super::terms::status(status)),
    next: "次の手順:",
    next_policy: "trailproof policy (読み取り用ロールに不足する権限を付与する)",
    next_nothing: "是正事項なし。証明した内容は trailproof checks で一覧できる",
    unknown_title: "判定不能",
    not_assessed: |checks, why| format!("未評価: {checks} チェック、{why}"),
    more_not_assessed: |number| format!("… ほか {number} アカウントが未評価"),
    resources: |number| format!("{number} リソース"),
    regions: |number| format!("{number} リージョン"),
    not_read: |why| format!("未読: {why}"),
    and_others: |first, others| format!("{first}、ほか {others} 件"),
    unread_title: "読み取り不能",
    in_accounts: |number| format!("{number} アカウント"),
    asked_by: |words, asker| format!("{words} (呼び出し元 {asker})"),
    more_unread: |number, causes| format!("… ほか {number} 件: {causes}"),
    frameworks_title: "フレームワーク",
    frameworks_remark: "要求事項への対応が確かなチェックによる",
    framework_heads: ["フレームワーク", "スコア", "最大", "網羅率", "評価", "要求事項"],
    more_requirements: |number, id| {
        format!("… ほか {id} の要求事項 {number} 件 (JSON レポートを参照)")
    },
    requirements: |number, status| format!("{} {number}", super::terms::status(status)),
};
