//! The background: what was proved, the waivers, how the run was made, and how to read it.

use maud::{Markup, PreEscaped, html};
use trailproof_core::finding::Status;
use trailproof_core::waiver::WaiverReport;

use super::{Page, frame, said};
use crate::text::{self, count};

/// So many waivers are shown.
const WAIVERS: usize = 200;

/// The background.
pub fn back<R>(page: &Page<'_, R>) -> Markup {
    html! {
        section id="background" aria-labelledby="background-title" {
            h2 id="background-title" { "Background" }
            (waivers(&page.assessment.waivers))
            (checks(page))
            (reading())
            (run(page))
        }
    }
}

fn waivers(waivers: &[WaiverReport]) -> Markup {
    html! {
        @if !waivers.is_empty() {
            details {
                summary { "Waivers (" (waivers.len()) ")" }
                div class="wide" role="region" aria-label="Waivers" tabindex="0" {
                    table {
                        thead { tr { th scope="col" { "Waiver" } th scope="col" { "Check" } th scope="col" { "Owner" } th scope="col" { "Approved by" } th scope="col" { "Reason" } th scope="col" { "Expires" } th scope="col" { "State" } th scope="col" class="number" { "Findings" } } }
                        tbody {
                            @for waiver in waivers.iter().take(WAIVERS) {
                                tr {
                                    th scope="row" { (short(&waiver.id)) }
                                    td { (short(&waiver.check)) }
                                    td { (short(&waiver.owner)) }
                                    td { (short(waiver.approved_by.as_deref().unwrap_or("—"))) }
                                    td { (short(&waiver.reason)) @if let Some(ticket) = &waiver.ticket { " (" (short(ticket)) ")" } }
                                    td { (waiver.expires) }
                                    td { (waiver.state.code()) }
                                    td class="number" { (waiver.findings) }
                                }
                            }
                        }
                    }
                }
                @if waivers.len() > WAIVERS { p class="note" { "and " (count(waivers.len() - WAIVERS, "more waiver")) } }
            }
        }
    }
}

fn short(text: &str) -> String {
    text::cut_chars(&said(text), 200).into_owned()
}

/// Every check that was judged, and how often it came to what.
fn checks<R>(page: &Page<'_, R>) -> Markup {
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
            summary { "Every check (" (page.assessment.checks.len()) ")" }
            div class="wide" role="region" aria-label="Every check" tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Check" } th scope="col" { "Severity" } th scope="col" class="number" { "Passed" } th scope="col" class="number" { "Failed" } th scope="col" class="number" { "Not decided" } th scope="col" class="number" { "Waived" } th scope="col" class="number" { "Not applicable" } } }
                    tbody {
                        @for check in &page.assessment.checks {
                            tr {
                                th scope="row" { (short(&check.title)) span class="check" { (short(&check.id)) } }
                                td { (check.severity.code()) }
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

fn reading() -> Markup {
    html! {
        details {
            summary { "How to read this report" }
            dl class="words" {
                dt { "pass" } dd { "read, and satisfied" }
                dt { "fail" } dd { "read, and violated" }
                dt { "not decided" } dd { "evidence could not be read or does not suffice; counts as neither, and lowers the coverage" }
                dt { "waived" } dd { "would fail, and a valid waiver covers it; counts as a failure in the score" }
                dt { "not applicable" } dd { "the check has no object there" }
                dt { "score" } dd { "the weighed share of what is proved; the potential is what it would be if every undecided finding passed; a cap holds it down while a finding stands that no other strength makes up for" }
                dt { "coverage" } dd { "the weighed share of the evidence that was read" }
                dt { "evidence" } dd { "the call that was made, the field of its answer, and where the answer lies in the snapshot" }
            }
            p { "What is read of a configuration proves its state at the time of reading. Whether a trail was on all through a period is shown by its digests, or by snapshots over time." }
        }
    }
}

fn run<R>(page: &Page<'_, R>) -> Markup {
    let run = &page.assessment.run;
    html! {
        details {
            summary { "The run" }
            dl class="words" {
                dt { "Run" } dd { (short(&run.id)) }
                dt { "Read" } dd { (run.started.strftime("%F %T")) " to " (run.ended.strftime("%F %T UTC")) }
                dt { "By" } dd { (short(&run.caller_arn)) }
                dt { "Partition" } dd { (short(page.assessment.scope.partition.as_str())) }
                dt { "Rules" } dd { (short(&run.ruleset)) }
                dt { "Version" } dd { "trailproof " (short(&run.tool_version)) }
                @if let Some(policy) = &run.policy { dt { "Policy" } dd { "not the default; sha256 " code { (short(&policy.sha256)) } } }
            }
        }
    }
}

/// The end, and the script.
pub fn foot<R>(page: &Page<'_, R>) -> Markup {
    html! {
        (PreEscaped("</main>"))
        footer {
            p { "trailproof " (short(&page.assessment.run.tool_version)) " · run " (short(&page.assessment.run.id)) }
        }
        (frame::script())
    }
}
