//! The background: what was proved, the waivers, how the run was made, and how to read it.

use maud::{Markup, PreEscaped, html};
use trailproof_core::finding::Status;
use trailproof_core::waiver::{WaiverReport, WaiverState};

use super::{Page, frame, said};
use crate::text;
use crate::words::Words;

/// So many waivers are shown.
const WAIVERS: usize = 200;

/// The background.
pub fn back<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    html! {
        section id="background" aria-labelledby="background-title" {
            h2 id="background-title" { (w.say("Background", "付記")) }
            (waivers(&page.assessment.waivers, w))
            (checks(page))
            (reading(w))
            (run(page))
        }
    }
}

fn waivers(waivers: &[WaiverReport], w: &Words) -> Markup {
    html! {
        @if !waivers.is_empty() {
            details {
                summary { (w.say("Waivers", "例外")) " (" (waivers.len()) ")" }
                div class="wide" role="region" aria-label=(w.say("Waivers", "例外")) tabindex="0" {
                    table {
                        thead { tr { th scope="col" { (w.say("Waiver", "例外")) } th scope="col" { (w.say("Check", "チェック")) } th scope="col" { (w.say("Owner", "責任者")) } th scope="col" { (w.say("Approved by", "承認者")) } th scope="col" { (w.say("Reason", "理由")) } th scope="col" { (w.say("Expires", "有効期限")) } th scope="col" { (w.say("State", "状態")) } th scope="col" class="number" { (w.say("Findings", "検出結果")) } } }
                        tbody {
                            @for waiver in waivers.iter().take(WAIVERS) {
                                tr {
                                    th scope="row" { (short(&waiver.id)) }
                                    td { (short(&waiver.check)) }
                                    td { (short(&waiver.owner)) }
                                    td { (short(waiver.approved_by.as_deref().unwrap_or("—"))) }
                                    td { (short(&waiver.reason)) @if let Some(ticket) = &waiver.ticket { " (" (short(ticket)) ")" } }
                                    td { (waiver.expires) }
                                    td { (waiver_state(waiver.state, w)) }
                                    td class="number" { (waiver.findings) }
                                }
                            }
                        }
                    }
                }
                @if waivers.len() > WAIVERS { p class="note" { (w.say("and ", "ほか ")) (w.count(waivers.len() - WAIVERS, "more waiver", "件")) } }
            }
        }
    }
}

fn waiver_state(state: WaiverState, w: &Words) -> &'static str {
    match state {
        WaiverState::Active => w.say(state.code(), "有効"),
        WaiverState::Expired => w.say(state.code(), "期限切れ"),
        WaiverState::Unused => w.say(state.code(), "未使用"),
    }
}

fn short(text: &str) -> String {
    text::cut_chars(&said(text), 200).into_owned()
}

/// Every check that was judged, and how often it came to what.
fn checks<R>(page: &Page<'_, R>) -> Markup {
    let w = page.index.words;
    let number = |id: &str, status: Status| {
        let of = page.gathered.checks.get(id);
        of.and_then(|of| of.get(&status)).copied().unwrap_or_default()
    };
    let cell = |number: usize, class: &'static str| {
        html! {
            td class={ "number" @if number > 0 { " " (class) } @else { " soft" } } { (number) }
        }
    };
    html! {
        details {
            summary { (w.say("Every check", "全チェック")) " (" (page.assessment.checks.len()) ")" }
            div class="wide" role="region" aria-label=(w.say("Every check", "全チェック")) tabindex="0" {
                table {
                    thead { tr { th scope="col" { (w.say("Check", "チェック")) } th scope="col" { (w.say("Severity", "重大度")) } th scope="col" class="number" { (w.say("Passed", "適合")) } th scope="col" class="number" { (w.say("Failed", "不適合")) } th scope="col" class="number" { (w.say("Not decided", "判定不能")) } th scope="col" class="number" { (w.say("Waived", "例外承認済み")) } th scope="col" class="number" { (w.say("Not applicable", "対象外")) } } }
                    tbody {
                        @for check in &page.assessment.checks {
                            tr {
                                th scope="row" { (short(page.index.title_of(check))) span class="check" { (short(&check.id)) } }
                                td { (w.severity(check.severity)) }
                                (cell(number(&check.id, Status::Pass), "good"))
                                (cell(number(&check.id, Status::Fail), "bad"))
                                (cell(number(&check.id, Status::Unknown), "open"))
                                (cell(number(&check.id, Status::Waived), ""))
                                (cell(number(&check.id, Status::NotApplicable), ""))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn reading(w: &Words) -> Markup {
    html! {
        details {
            summary { (w.say("How to read this report", "本報告書の読み方")) }
            dl class="words" {
                dt { (w.say("pass", "適合")) } dd { (w.say("read, and satisfied", "読み取り済みで、満たしている")) }
                dt { (w.say("fail", "不適合")) } dd { (w.say("read, and violated", "読み取り済みで、満たしていない")) }
                dt { (w.say("not decided", "判定不能")) } dd { (w.say("evidence could not be read or does not suffice; counts as neither, and lowers the coverage", "監査証拠を読み取れないか、不足している。適合にも不適合にも数えず、網羅率を下げる")) }
                dt { (w.say("waived", "例外承認済み")) } dd { (w.say("would fail, and a valid waiver covers it; counts as a failure in the score", "本来は不適合であり、有効な例外の対象である。スコアでは不適合として扱う")) }
                dt { (w.say("not applicable", "対象外")) } dd { (w.say("the check has no object there", "チェックの対象が存在しない")) }
                dt { (w.say("score", "スコア")) } dd { (w.say("the weighed share of what is proved; the potential is what it would be if every undecided finding passed; a cap holds it down while a finding stands that no other strength makes up for", "立証済みの割合 (加重)。最大値は、判定不能がすべて適合した場合の値である。他の強みでは補えない検出結果がある間は、上限により抑えられる")) }
                dt { (w.say("coverage", "網羅率")) } dd { (w.say("the weighed share of the evidence that was read", "読み取った監査証拠の割合 (加重)")) }
                dt { (w.say("evidence", "監査証拠")) } dd { (w.say("the call that was made, the field of its answer, and where the answer lies in the snapshot", "行った呼び出し、応答のフィールド、スナップショット内の応答の位置")) }
                @if w.is_japanese() { dt { "証跡" } dd { "CloudTrail の証跡、すなわち記録と配信の設定。検出結果の裏付けは監査証拠と呼ぶ" } }
            }
            p { (w.say("What is read of a configuration proves its state at the time of reading. Whether a trail was on all through a period is shown by its digests, or by snapshots over time.", "設定の読み取りが証明するのは、読み取り時点の状態である。対象期間を通じて証跡が有効であったことは、ダイジェストファイル、または継続的なスナップショットにより示される。")) }
        }
    }
}

fn run<R>(page: &Page<'_, R>) -> Markup {
    let (run, w) = (&page.assessment.run, page.index.words);
    html! {
        details {
            summary { (w.say("The run", "実行")) }
            dl class="words" {
                dt { (w.say("Run", "実行")) } dd { (short(&run.id)) }
                dt { (w.say("Read", "収集")) } dd { (w.span(run.started, run.ended)) }
                dt { (w.say("By", "呼び出し元")) } dd { (short(&run.caller_arn)) }
                dt { (w.say("Partition", "パーティション")) } dd { (short(page.assessment.scope.partition.as_str())) }
                dt { (w.say("Rules", "規則")) } dd { (short(&run.ruleset)) }
                dt { (w.say("Version", "バージョン")) } dd { "trailproof " (short(&run.tool_version)) }
                @if let Some(policy) = &run.policy { dt { (w.say("Policy", "評価方針")) } dd { (w.say("not the default; sha256 ", "既定値と異なる。sha256 ")) code { (short(&policy.sha256)) } } }
            }
        }
    }
}

/// The end, and the script.
pub fn foot<R>(page: &Page<'_, R>) -> Markup {
    html! {
        (PreEscaped("</main>"))
        footer {
            p { "trailproof " (short(&page.assessment.run.tool_version)) (page.index.words.say(" · run ", " · 実行 ")) (short(&page.assessment.run.id)) }
        }
        (frame::script())
    }
}
