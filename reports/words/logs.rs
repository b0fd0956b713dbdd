//! The words of what `validate-logs` found.

use trailproof_core::language::Language;
use trailproof_core::sentence;
use trailproof_digest::report::Tally;
use trailproof_digest::{Call, Detail, Finding, HourState, Kind, Severity, Verdict};

use super::Words;

/// The states of hours, the worst last.
pub(crate) const STATES: [HourState; 5] = [
    HourState::Proved,
    HourState::Unverified,
    HourState::Gap,
    HourState::Missing,
    HourState::Broken,
];

impl Words {
    /// What everything comes to.
    pub(crate) fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Intact => self.say("INTACT", "完全性を立証"),
            Verdict::NotProved => self.say("NOT PROVED", "立証不十分"),
            Verdict::Broken => self.say("BROKEN", "異常あり"),
            Verdict::NothingFound => self.say("NOTHING FOUND", "ダイジェストファイルなし"),
        }
    }

    /// What that means.
    pub(crate) fn verdict_means(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Intact => self.say(
                "Every hour of every chain is proved: each log file is there as CloudTrail delivered it, and no other.",
                "すべてのチェーンのすべての時間を立証した。どのログファイルも CloudTrail が配信したとおりに存在し、余分なものはない。",
            ),
            Verdict::NotProved => self.say(
                "Nothing is wrong as far as can be seen, but some hours are not proved.",
                "見える範囲に異常はないが、立証されていない時間がある。",
            ),
            Verdict::Broken => {
                self.say("Something was deleted, changed or added.", "削除、変更または追加されたものがある。")
            }
            Verdict::NothingFound => self.say(
                "No digest chain was found: nothing answers for the time.",
                "ダイジェストファイルのチェーンが見つからない。この期間を裏付けるものはない。",
            ),
        }
    }

    /// A state of hours, in a count of them.
    pub(crate) fn hours_in(&self, state: HourState) -> &'static str {
        match state {
            HourState::Proved => self.say("proved", "立証済み"),
            HourState::Unverified => self.say("unverified", "未検証"),
            HourState::Gap => self.say("in gaps", "空白"),
            HourState::Missing => self.say("missing", "欠落"),
            HourState::Broken => self.say("broken", "破損"),
        }
    }

    /// So many hours in each of these states, but for those of which there are none.
    pub(crate) fn hours_lacking(&self, states: [(u64, HourState); 4]) -> Vec<String> {
        let told = |(hours, state)| {
            let state = self.hours_in(state);
            self.say(format!("{hours} {state}"), format!("{state} {hours} 時間"))
        };
        states.into_iter().filter(|(hours, _)| *hours > 0).map(told).collect()
    }

    /// A state of hours, and what it means.
    pub(crate) fn state_means(&self, state: HourState) -> &'static str {
        match state {
            HourState::Proved => self.say("proved", "立証済み"),
            HourState::Unverified => self
                .say("unverified: something could not be read", "未検証: 読み取れないものがある"),
            HourState::Gap => self.say("gap: nothing is signed", "空白: 署名がない"),
            HourState::Missing => {
                self.say("missing: no digest", "欠落: ダイジェストファイルがない")
            }
            HourState::Broken => self
                .say("broken: deleted, changed or added", "破損: 削除、変更または追加されている"),
        }
    }

    /// So many of the hours are proved.
    pub(crate) fn hours_proved(&self, proved: u64, of: u64) -> String {
        self.say(
            format!("{proved} of {of} hours proved"),
            format!("{of} 時間中 {proved} 時間を立証"),
        )
    }

    /// So many are valid, are not, and are neither.
    pub(crate) fn tally(&self, tally: Tally) -> String {
        let Tally { valid, invalid, unverified } = tally;
        self.say(
            format!("{valid} valid, {invalid} not valid, {unverified} unverified"),
            format!("有効 {valid}、無効 {invalid}、未検証 {unverified}"),
        )
    }

    /// How bad a defect is.
    pub(crate) fn weight(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.say("error", "異常"),
            Severity::Warning => self.say("warning", "警告"),
        }
    }

    /// So many defects, by how bad they are.
    pub(crate) fn weights(&self, errors: usize, warnings: usize) -> String {
        let count = crate::text::count;
        self.say(
            format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
            format!("異常 {errors} 件、警告 {warnings} 件"),
        )
    }

    /// A trail's name, where a digest told it.
    pub(crate) fn trail_name<'n>(&self, name: &'n str) -> &'n str {
        if name.is_empty() { self.say("(not known)", "(不明)") } else { name }
    }

    /// So many more than are shown, and where all of them are.
    pub(crate) fn more_in(&self, told: &str, where_all_are: (&str, &str)) -> String {
        let (english, japanese) = where_all_are;
        self.say(
            format!("{told} more; {english} has all"),
            format!("ほか {told} ({japanese}を参照)"),
        )
    }

    /// What is wrong, or what keeps it from being proved.
    pub(crate) fn defect(&self, finding: &Finding) -> String {
        if self.language == Language::English {
            return finding.detail.clone();
        }
        if finding.kind == Kind::Gap && !finding.calls.is_empty() {
            let calls: Vec<String> = finding.calls.iter().map(|call| self.call(call)).collect();
            return format!("この期間は署名がない: {}", calls.join("、"));
        }
        match Detail::read(&finding.detail) {
            Some((detail, rest)) => {
                let rest = match rest.strip_prefix("; ") {
                    Some(more) => {
                        let more = sentence::japanese(more).unwrap_or_else(|| more.to_owned());
                        format!("。{more}")
                    }
                    None => rest.to_owned(),
                };
                format!("{}{rest}", detail_japanese(detail))
            }
            None => format!("{}: {}", kind_japanese(finding.kind), finding.detail),
        }
    }

    /// A call that accounts for a gap.
    fn call(&self, call: &Call) -> String {
        let by = call.actor.as_deref();
        let from = call.source_ip.as_deref();
        let (name, at) = (&call.name, call.at.strftime("%F %T UTC"));
        let by = by.map(|by| self.say(format!(" by {by}"), format!(" 実行者 {by}")));
        let from = from.map(|from| self.say(format!(" from {from}"), format!(" 送信元 {from}")));
        format!("{at} {name}{}{}", by.unwrap_or_default(), from.unwrap_or_default())
    }
}

fn kind_japanese(kind: Kind) -> &'static str {
    match kind {
        Kind::LogMissing => "ログファイルがない",
        Kind::LogModified => "ログファイルが変更されている",
        Kind::LogCorrupt => "ログファイルを展開できない",
        Kind::LogTrailingData => "ログファイルの後に余分なデータがある",
        Kind::LogTruncatedTrailer => "ログファイルの末尾が切れている",
        Kind::LogUnreferenced => "どのダイジェストファイルにも記載のないログファイルがある",
        Kind::LogUncovered => "ダイジェストファイルの対象でないログファイルがある",
        Kind::DigestMissing => "ダイジェストファイルがない",
        Kind::DigestMissingAtEnd => "末尾のダイジェストファイルがない",
        Kind::DigestPending => "最新のダイジェストファイルが未着である",
        Kind::DigestSignatureInvalid => "ダイジェストファイルのデジタル署名が内容と一致しない",
        Kind::DigestSignatureAbsent => "ダイジェストファイルのデジタル署名がない",
        Kind::DigestKeyUnknown => "ダイジェストファイルの署名キーが公開されていない",
        Kind::DigestFormatInvalid => "ダイジェストファイルを読み取れないか、内容が矛盾している",
        Kind::DigestMoved => "別の場所のダイジェストファイルである",
        Kind::DigestTrailingData => "ダイジェストファイルの後に余分なデータがある",
        Kind::DigestUnverifiableNoMetadata => {
            "メタデータがなく、ダイジェストファイルを検証できない"
        }
        Kind::ChainMismatch => "次のダイジェストファイルが示すものと異なる",
        Kind::CheckpointMismatch => "以前に立証したチェーンの続きではない",
        Kind::Gap => "チェーンが途切れている",
        Kind::ObjectUnverified => "読み取れないオブジェクトがある",
    }
}

fn detail_japanese(detail: Detail) -> &'static str {
    match detail {
        Detail::NotAllListed => "この期間に、一覧できないか読み取れないものがある",
        Detail::NotReadable => "読み取れない",
        Detail::LogListed => "ダイジェストファイルに記載のあるログファイルが存在しない",
        Detail::NoLog => "ログファイルではない",
        Detail::ContentsChanged => "内容が配信時のものと異なる",
        Detail::BytesFollowLog => {
            "gzip の終わりの後にデータがあり、イベントとして読まれるおそれがある"
        }
        Detail::TrailerCutOff => "gzip の末尾が切れている",
        Detail::Stray => "ログファイルの場所にあるが、CloudTrail はこのような名前を付けない",
        Detail::OtherTrails => {
            "別の証跡のダイジェストファイルに記載されている可能性があるが、それは立証されていない"
        }
        Detail::NoSuchKind => "この種類のログファイルを記載したダイジェストファイルがここにはない",
        Detail::NotListedYet => {
            "どのダイジェストファイルにも記載がない。後から届くダイジェストファイルに記載される可能性がある"
        }
        Detail::NotListed => "該当する時間のどのダイジェストファイルにも記載がない",
        Detail::Gap => {
            "チェーンが新たに始まっている。整合性の検証またはログ記録が停止しており、署名がない"
        }
        Detail::NotDue => "未着であるが、期限は過ぎていない",
        Detail::NoneOfHour => "この時間のダイジェストファイルがない",
        Detail::LogsWithoutDigest => {
            "この期間のログファイルはあるが、ダイジェストファイルがない。ダイジェストファイルの削除か、ログファイルの追加である"
        }
        Detail::DigestGone => "ダイジェストファイルが存在しない",
        Detail::NoDigest => "ダイジェストファイルではない",
        Detail::Moved => "別の場所のために作成されたダイジェストファイルである",
        Detail::OtherAccount => "別のアカウントのダイジェストファイルである",
        Detail::OtherEnd => "終了時刻が名前の示すものと異なる",
        Detail::KeyNotPublished => {
            "知り得る限り、このフィンガープリントのキーはこのリージョンに公開されていない"
        }
        Detail::NotTheNamed => "署名は正しいが、次のダイジェストファイルが保証するものとは異なる",
        Detail::NextNamesAnother => {
            "署名は正しいが、次のダイジェストファイルは別のものを示している"
        }
        Detail::OtherSignature => "次のダイジェストファイルが保証する署名と異なる",
        Detail::NotThatOfNext => {
            "次のダイジェストファイルに記録された署名が、このファイルの内容と一致しない"
        }
        Detail::NoMetadata => {
            "写しにメタデータがなく、立証済みのダイジェストファイルにも署名の記録がない"
        }
        Detail::Unsigned => "メタデータに署名がない",
        Detail::UnknownForm => "署名の形式が不明である",
        Detail::NotThatOfContents => "署名が内容と一致しない",
        Detail::BytesFollowDigest => {
            "gzip の終わりの後にデータがあり、内容の一部として読まれるおそれがある"
        }
        Detail::OffCheckpoint => "以前に立証した先頭から続いていない",
    }
}

#[cfg(test)]
mod tests {
    use trailproof_core::language::is_japanese;

    use super::*;

    #[test]
    fn every_sentence_of_a_finding_is_japanese() {
        for detail in Detail::ALL {
            assert!(is_japanese(detail_japanese(*detail)), "{detail}");
        }
        for state in STATES {
            for language in Language::ALL {
                let w = Words::of(language);
                let told = [w.hours_in(state), w.state_means(state)];
                assert!(told.iter().all(|told| is_japanese(told) == w.is_japanese()), "{told:?}");
            }
        }
    }
}
