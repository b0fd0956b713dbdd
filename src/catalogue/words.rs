//! What `explain` says around what is told of a check, in each language.

use trailproof_core::check::{Group, Judge};
use trailproof_core::control::Sureness;
use trailproof_core::language::Language;

/// Its words.
pub struct ExplainWords {
    pub group: &'static str,
    pub severity: &'static str,
    pub weight: &'static str,
    pub no_weight: &'static str,
    pub judges: &'static str,
    pub each: fn(Judge) -> String,
    pub question: fn(Group) -> &'static str,
    pub why: &'static str,
    pub mend: &'static str,
    pub in_code: fn(&str) -> String,
    pub parameters: &'static str,
    pub reads: &'static str,
    pub before: &'static str,
    pub refused: &'static str,
    pub no_permission: &'static str,
    pub speaks_for: &'static str,
    pub related: &'static str,
    pub meaning: fn(Sureness) -> &'static str,
    pub doubts: &'static str,
    /// The run, and how many results of each status.
    pub results: fn(&str, &str) -> String,
    pub none: &'static str,
    /// So many more of a status.
    pub more: fn(usize, &str) -> String,
    pub says: &'static str,
    pub observed: &'static str,
    pub expected: &'static str,
    pub evidence: &'static str,
    pub judged: &'static str,
    pub at_owner: fn(&str) -> String,
    pub to_pass: &'static str,
    pub fix: &'static str,
    pub to_know: &'static str,
    /// The field and its value, the operation and what it was asked of, the account and region, the time, the place.
    pub cited: fn([&str; 5]) -> String,
    pub of: fn(&str) -> String,
    pub read_again: &'static str,
    pub in_account: fn(&str) -> String,
    /// Actions, and where.
    pub allow: fn(&str, &str) -> String,
    pub exempt: fn(&str, &str) -> String,
    pub enter: fn(&str) -> String,
    /// An operation, and where.
    pub by_owner: fn(&str, &str) -> String,
    pub tokens: fn(&str) -> String,
    pub regions: fn(&str, &str) -> String,
    pub again: fn(&str, &str) -> String,
    pub build: fn(&str) -> String,
    pub look: &'static str,
    /// An operation, where, and why.
    pub cannot: fn(&str, &str, &str) -> String,
}

impl ExplainWords {
    /// Of that language.
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }
}

static ENGLISH: ExplainWords = ExplainWords {
    group: "group",
    severity: "severity",
    weight: "weight",
    no_weight: "0, it restates other checks or is worth knowing",
    judges: "judges",
    each: |judge| format!("each {}", judge.scope()),
    question: Group::question,
    why: "Why it matters",
    mend: "How to mend it",
    in_code: |language| format!("In {language}:"),
    parameters: "What the policy may set",
    reads: "What it reads",
    before: "What must be asked for that",
    refused: "What is asked where a region refuses the reader",
    no_permission: "(no permission needed)",
    speaks_for: "Requirements that it speaks for",
    related: "Related requirements, which it does not satisfy",
    meaning: Sureness::meaning,
    doubts: "What is not certain",
    results: |run, sum| format!("Results of run {run}: {sum}"),
    none: "none",
    more: |more, status| format!("… and {more} more {status}; --account and --resource show one"),
    says: "says",
    observed: "observed",
    expected: "expected",
    evidence: "evidence",
    judged: "judged",
    at_owner: |result| format!("at its owner, as result {result}"),
    to_pass: "to pass",
    fix: "fix",
    to_know: "to know",
    cited: |[what, by, place, time, source]| {
        format!("{what}, by {by} in {place}, read {time}, {source}")
    },
    of: |resource| format!(" of {resource}"),
    read_again: "read it again",
    in_account: |account| format!(" in account {account}"),
    allow: |actions, at| format!("allow the reader role {actions}{at}"),
    exempt: |actions, at| {
        format!(
            "a service control policy denies {actions}{at}: exempt the reader role, or leave the region out"
        )
    },
    enter: |at| {
        format!("let the caller enter the reader role{at}: its name, trust policy and external id")
    },
    by_owner: |asked, at| {
        format!("let {asked} be read by its owner: take that account into the run{at}")
    },
    tokens: |at| {
        format!(
            "use session tokens that are valid in all regions (version 2, from a regional STS endpoint){at}"
        )
    },
    regions: |actions, at| format!("allow {actions}{at}, so that the list of regions is known"),
    again: |asked, at| format!("ask {asked} again{at}: scan --resume RUN"),
    build: |asked| {
        format!(
            "build trailproof with its default features, and ask {asked} again: scan --resume RUN"
        )
    },
    look: "all was read, and the rule cannot decide it: look yourself",
    cannot: |asked, at, why| format!("{asked} cannot be read{at}: {why}"),
};

static JAPANESE: ExplainWords = ExplainWords {
    group: "分類",
    severity: "重大度",
    weight: "重み",
    no_weight: "0 (他のチェックの言い換え、または参考情報)",
    judges: "判定対象",
    each: |judge| subject(judge).to_owned(),
    question: |group| match group {
        Group::Presence => "記録は存在するか",
        Group::Protection => "記録は改変されず、手の届かない場所にあるか",
        Group::Delivery => "記録は届いているか",
        Group::Privilege => "誰が記録を停止できるか",
        Group::Monitoring => "誰かに通知されるか",
        Group::Organization => "すべてのアカウントが含まれるか",
        Group::Continuity => "停止していた期間はないか",
        Group::Cost => "費用の無駄はないか",
        Group::Lake => "CloudTrail Lake についても同様か",
    },
    why: "重要である理由",
    mend: "是正の方法",
    in_code: |language| format!("{language} の場合:"),
    parameters: "評価方針で設定できる項目",
    reads: "読み取る内容",
    before: "その前に必要な呼び出し",
    refused: "リージョンが読み取りを拒否した場合の呼び出し",
    no_permission: "(権限は不要)",
    speaks_for: "対応する要求事項",
    related: "関連する要求事項 (充足を示すものではない)",
    meaning: |sureness| match sureness {
        Sureness::Seen => "AWS のドキュメントによる対応付け",
        Sureness::Prowler => "prowler のコンプライアンスファイルによる対応付け",
        Sureness::ThirdParty => "第三者の資料による対応付け (プロファイルには含まない)",
        Sureness::Stave => "Stave による対応付け (プロファイルには含まない)",
        Sureness::Recalled => "原文と未照合の対応付け (プロファイルには含まない)",
        Sureness::Related => "関連のみ (本チェックによる充足はない)",
    },
    doubts: "未確認の事項",
    results: |run, sum| format!("実行 {run} の結果: {sum}"),
    none: "なし",
    more: |more, status| {
        format!("… ほか {status} {more} 件 (--account と --resource で絞り込める)")
    },
    says: "判定",
    observed: "観測",
    expected: "期待",
    evidence: "監査証拠",
    judged: "判定箇所",
    at_owner: |result| format!("所有者のアカウントで判定 (結果 {result})"),
    to_pass: "適合条件",
    fix: "是正",
    to_know: "解消方法",
    cited: |[what, by, place, time, source]| {
        format!("{what}、{by}、{place}、{time} 取得、{source}")
    },
    of: |resource| format!(" ({resource})"),
    read_again: "再度読み取る",
    in_account: |account| format!(" (アカウント {account})"),
    allow: |actions, at| format!("読み取り用ロールに {actions} を許可する{at}"),
    exempt: |actions, at| {
        format!(
            "サービスコントロールポリシーが {actions} を拒否している{at}: 読み取り用ロールを拒否から除くか、リージョンを対象範囲から除く"
        )
    },
    enter: |at| {
        format!(
            "読み取り用ロールを引き受けられるようにする{at}: ロール名、信頼ポリシー、外部 ID を確認する"
        )
    },
    by_owner: |asked, at| {
        format!("{asked} を所有者のアカウントで読み取る: 当該アカウントを対象範囲に含める{at}")
    },
    tokens: |at| {
        format!(
            "すべてのリージョンで有効なセッショントークン (リージョン STS エンドポイントによるバージョン 2) を使用する{at}"
        )
    },
    regions: |actions, at| format!("リージョンの一覧を確認できるように {actions} を許可する{at}"),
    again: |asked, at| format!("{asked} を再度呼び出す{at}: scan --resume RUN"),
    build: |asked| {
        format!(
            "既定の機能を有効にして trailproof をビルドし、{asked} を再度呼び出す: scan --resume RUN"
        )
    },
    look: "すべて読み取り済みであり、規則では判定できない。人が確認する",
    cannot: |asked, at, why| format!("{asked} を読み取れない{at}: {why}"),
};

/// What a judge looks at, one by one.
const fn subject(judge: Judge) -> &'static str {
    match judge {
        Judge::Organization(_) => "組織",
        Judge::Account(_) | Judge::BucketOwner(_) => "各アカウント",
        Judge::Region(_) => "各アカウントの各リージョン",
        Judge::Trail(_) | Judge::SeenTrail(_) | Judge::GuardedTrail(_) => "各証跡",
        Judge::TrailRegion(_) | Judge::Replica(_) => "各証跡の各リージョン",
        Judge::Store(_) => "各イベントデータストア",
        Judge::BucketName(_)
        | Judge::Bucket(_)
        | Judge::EvidenceBucket(_)
        | Judge::GuardedBucket(_)
        | Judge::OwnBucket(_) => "各バケット",
        Judge::Delivery(_) => "各バケットと各証跡",
        Judge::BucketAndAccount { .. } => "各バケットと各アカウント",
        Judge::Key(_) | Judge::AnyKey(_) | Judge::GuardedKey(_) => "各キー",
        Judge::LogGroup(_) => "各ロググループ",
        Judge::Alarm(_) => "各アラーム",
        Judge::Principal(_) => "各プリンシパル",
    }
}
