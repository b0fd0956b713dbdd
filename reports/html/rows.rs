//! A finding as a reader sees it: where, observed → expected, and the fields of AWS's answers that it rests on.

use std::collections::BTreeMap;

use maud::{Markup, html};
use trailproof_core::evidence::Evidence;
use trailproof_core::finding::{Finding, GLOBAL, Status};

use super::said;
use crate::index::{Index, waiver_in};
use crate::text;
use crate::words::Words;

/// The longest text of a finding and value of an answer; the whole ones are in the JSON report.
const LONGEST: usize = 600;
const VALUE: usize = 240;

/// So many fields of answers are shown of one row.
const FIELDS: usize = 24;

/// So many regions are named.
const REGIONS: usize = 40;

/// Findings that differ in their region alone, in the order of the first of each.
pub fn alike<'a>(findings: &[&'a Finding]) -> Vec<Vec<&'a Finding>> {
    let mut places: BTreeMap<[&str; 4], usize> = BTreeMap::new();
    let mut rows: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let Finding { resource, observed, expected, message, .. } = finding;
        let resource = if resource.starts_with("region/") { "region" } else { resource };
        let at = *places.entry([resource, observed, expected, message]).or_insert(rows.len());
        match rows.get_mut(at) {
            Some(row) => row.push(finding),
            None => rows.push(vec![finding]),
        }
    }
    rows
}

/// Cut, and clean.
fn cut(text: &str, most: usize) -> String {
    text::cut_chars(&said(text), most).into_owned()
}

/// A row of findings that differ in their region alone.
pub fn row(findings: &[&Finding], index: &Index<'_>) -> Markup {
    let Some(first) = findings.first() else { return html! {} };
    let regions: Vec<&str> =
        findings.iter().map(|one| one.region.as_str()).filter(|region| *region != GLOBAL).collect();
    let name = index.name(first.account_id);
    let resource = crate::table::resource(first);
    html! {
        li class="row" data-n=(findings.len()) {
            p class="where" {
                span class="id" { (first.account_id) }
                @if !name.is_empty() { " " bdi { (cut(name, 80)) } }
                @if !resource.is_empty() {
                    " " span class="thing" title=(cut(&first.resource, LONGEST)) { (cut(resource, 160)) }
                }
                " " (places(&regions, index.words))
            }
            (told(first, index))
            (proof(findings, index.words))
        }
    }
}

/// The regions of a row.
fn places(regions: &[&str], w: &Words) -> Markup {
    html! {
        @if let [one] = regions {
            span class="place" { (cut(one, 40)) }
        } @else if !regions.is_empty() {
            span class="place" {
                (w.count(regions.len(), "region", "リージョン")) ": "
                @for (at, region) in regions.iter().take(REGIONS).enumerate() {
                    @if at > 0 { ", " }
                    (cut(region, 40))
                }
                @if regions.len() > REGIONS { " …" }
            }
        }
    }
}

/// What was observed, and what is expected.
fn told(finding: &Finding, index: &Index<'_>) -> Markup {
    let w = index.words;
    let observed = w.observed(finding);
    let expects = !finding.expected.is_empty() && finding.expected != finding.title;
    html! {
        @match finding.status {
            Status::Waived => p class="told" { (cut(&waiver_in(finding, w), LONGEST)) },
            Status::Unknown => p class="told" {
                span class="reason" { (cut(&finding.reason, 60)) } " "
                @if let Some(gap) = finding.gap.as_ref().filter(|_| w.is_japanese()) { (w.cause(gap.cause)) ": " (cut(&gap.detail, LONGEST)) }
                @else { (cut(&finding.message, LONGEST)) }
            },
            _ => p class="told" {
                span class="seen" { (cut(&observed, LONGEST)) }
                @if expects {
                    span class="arrow" aria-hidden="true" { " → " } span class="sr" { (w.say(" expected: ", " 期待: ")) }
                    span class="wanted" { (cut(&index.expected(finding), LONGEST)) }
                }
            },
        }
    }
}

/// Where the proof is.
fn proof(findings: &[&Finding], w: &Words) -> Markup {
    let fields: Vec<&Evidence> = findings.iter().flat_map(|one| &one.evidence).collect();
    html! {
        details class="proof" {
            summary { (w.say("Evidence", "監査証拠")) @if !fields.is_empty() { " (" (fields.len()) ")" } }
            @if let [first] = findings {
                @if first.observed != first.message && first.status != Status::Unknown {
                    p { (cut(&first.message, LONGEST)) }
                }
            }
            ul {
                @for field in fields.iter().take(FIELDS) { (evidence(field, w)) }
                @if fields.len() > FIELDS { li { (w.say("and ", "ほか ")) (w.count(fields.len() - FIELDS, "more field", "件")) (w.say(" in the JSON report", " (JSON レポートを参照)")) } }
            }
            p class="fingerprint" {
                (w.say("Fingerprint", "フィンガープリント")) @if findings.len() > 1 && !w.is_japanese() { "s" } ": "
                @for (at, one) in findings.iter().take(FIELDS).enumerate() {
                    @if at > 0 { ", " }
                    code { (cut(&one.fingerprint, if findings.len() > 1 { 13 } else { 64 })) }
                }
            }
        }
    }
}

/// A field of an answer.
fn evidence(field: &Evidence, w: &Words) -> Markup {
    let Evidence {
        operation,
        account_id,
        region,
        resource,
        field,
        value,
        read_at,
        request_id,
        source,
    } = field;
    let value = match value {
        serde_json::Value::String(text) => cut(text, VALUE),
        other => cut(&other.to_string(), VALUE),
    };
    html! {
        li {
            code { (cut(operation, 80)) } (w.say(" in ", " / ")) (account_id) " " (cut(region, 40))
            @if !resource.is_empty() { (w.say(" on ", " / ")) span class="thing" { (cut(resource, 160)) } }
            ": " (cut(field, 120)) " = " code { (value) }
            br;
            span class="pointer" {
                (w.say("read ", "取得 ")) (w.time(*read_at))
                @if let Some(request) = request_id { (w.say(" · request ", " · リクエスト ")) (cut(request, 64)) }
                " · " code { (cut(source, 240)) }
            }
        }
    }
}
