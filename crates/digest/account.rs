//! The account of a folder: who answers for the log files that no digest lists, and each hour's state in the end.

use std::collections::BTreeMap;

use crate::chain::Chain;
use crate::detail::Detail;
use crate::finding::{Finding, Kind, Severity};
use crate::ledger::Listed;
use crate::place::Place;
use crate::record::Record;
use crate::report::{HourState, PlaceReport};
use crate::time::{HOUR, Span, shift};
use crate::windows::{Index, Window, WindowId};

/// How long a log file may wait for the backfill digest that lists it, in seconds.
const BACKFILL_GRACE: i64 = 24 * HOUR;

/// Log files that one finding stands for.
struct Uncovered {
    first: Listed,
    last: Span,
    count: u64,
}

/// What a log file that no digest lists means.
enum Meaning {
    /// This chain's digest of that time is missing or not proved, and may list it.
    Unverified(usize, WindowId),
    /// These chains were interrupted then, as it seemed.
    InGap(Vec<usize>),
    /// Digests here do not list such files.
    Uncovered(Detail),
    /// It was added.
    Unreferenced,
}

pub(crate) fn account(mut place: Place) -> PlaceReport {
    let files = place.ledger.unreferenced();
    let mut chains: Vec<Chain> = std::mem::take(&mut place.chains).into_values().collect();
    let unread = place.unread.is_some();
    let whole = place.unread.take().map(|why| (place.options.span, why));
    place.unlisted.extend(whole);
    for chain in &mut chains {
        // Where the digests could not even be listed, none of them is missing.
        if !unread {
            chain.close();
        }
        for (span, why) in &place.unlisted {
            let detail = Detail::NotAllListed.with(&why);
            let mut finding = chain.record.slot.finding(Kind::ObjectUnverified, *span, detail);
            finding.key = Some(place.folder.digests());
            let finding = Some(chain.record.push(finding));
            let (state, covers) = (HourState::Unverified, unread);
            chain.record.windows.add(Window { span: *span, state, covers, unsure: true, finding });
        }
    }
    let uncovered = sort_out(&place, &mut chains, files);
    let first = chains.iter().position(|chain| chain.wanted);
    if let Some(chain) = first.and_then(|first| chains.get_mut(first)) {
        for ((_, why), group) in uncovered {
            let span = Span { from: group.first.delivered, to: group.last.to };
            let mut finding = chain.record.slot.finding(Kind::LogUncovered, span, why);
            finding.unverified_logs = group.count;
            finding.key = Some(group.first.key);
            chain.record.push(finding);
        }
        for (key, day) in std::mem::take(&mut place.strays) {
            let what = Detail::Stray;
            let mut finding = chain.record.slot.finding(Kind::LogUnreferenced, day, what);
            finding.key = Some(key);
            chain.record.push(finding);
        }
    }
    let mut report = PlaceReport::default();
    for chain in chains.into_iter().filter(|chain| chain.wanted) {
        let (chain, findings) = chain.record.finish();
        report.chains.push(chain);
        report.findings.extend(findings);
    }
    report.findings.sort_by(Finding::order);
    report
}

type Groups = BTreeMap<(String, Detail), Uncovered>;

fn sort_out(place: &Place, chains: &mut [Chain], files: Vec<Listed>) -> Groups {
    let indexes: Vec<Index> = chains.iter().map(|chain| chain.record.windows.index()).collect();
    let mut in_gaps: BTreeMap<usize, Vec<jiff::Timestamp>> = BTreeMap::new();
    let (mut groups, mut added) = (Groups::new(), Vec::new());
    for file in files {
        match meaning(place, chains, (&indexes, &file)) {
            Meaning::Unverified(at, window) => {
                let Some(record) = chains.get_mut(at).map(|chain| &mut chain.record) else {
                    continue;
                };
                record.logs.unverified += 1;
                let finding = record.windows.get(window).and_then(|window| window.finding);
                if let Some(finding) = finding.and_then(|id| record.findings.get_mut(id)) {
                    finding.unverified_logs += 1;
                }
            }
            Meaning::InGap(all) => {
                for at in all {
                    in_gaps.entry(at).or_default().push(file.delivered);
                }
            }
            Meaning::Uncovered(why) => {
                if why == Detail::OtherTrails {
                    doubt(chains, &file);
                }
                let span = Span { from: file.delivered, to: shift(file.delivered, 60) };
                let kind = file.kind.clone();
                let new = || Uncovered { first: file, last: span, count: 0 };
                let group = groups.entry((kind, why)).or_insert_with(new);
                (group.count, group.last) = (group.count + 1, span);
            }
            Meaning::Unreferenced => added.push(file),
        }
    }
    for (at, delivered) in in_gaps {
        if let Some(chain) = chains.get_mut(at) {
            chain.record.shorten_gaps(&delivered);
        }
    }
    for file in added {
        unreferenced(place, chains, &file);
    }
    groups
}

fn meaning(place: &Place, chains: &[Chain], (indexes, file): (&[Index], &Listed)) -> Meaning {
    if !place.kinds.contains(&file.kind) {
        return Meaning::Uncovered(Detail::NoSuchKind);
    }
    let minute = Span { from: file.delivered, to: shift(file.delivered, 60) };
    let mut gaps = Vec::new();
    let (mut stranger, mut backfill) = (false, None);
    for (at, (chain, index)) in chains.iter().zip(indexes).enumerate() {
        for id in index.meeting(minute) {
            let Some(window) = chain.record.windows.get(id) else { continue };
            if !window.span.meets(&minute) {
                continue;
            }
            if window.unsure && chain.wanted {
                if window.covers {
                    return Meaning::Unverified(at, id);
                }
                backfill = backfill.or(Some((at, id)));
            }
            stranger |= window.unsure && excuses(chain);
            if window.state == HourState::Gap && chain.wanted {
                gaps.push(at);
            }
        }
    }
    if let Some((at, id)) = backfill {
        return Meaning::Unverified(at, id);
    }
    match (stranger, gaps.is_empty()) {
        (true, _) => Meaning::Uncovered(Detail::OtherTrails),
        (false, false) => Meaning::InGap(gaps),
        (false, true) => Meaning::Unreferenced,
    }
}

/// A log file is another trail's, or was added: that of this time nothing was added is not proved.
fn doubt(chains: &mut [Chain], file: &Listed) {
    let span = Span { from: file.delivered, to: shift(file.delivered, 60) };
    let (state, covers, unsure, finding) = (HourState::Unverified, false, false, None);
    for chain in chains.iter_mut().filter(|chain| chain.wanted) {
        chain.record.windows.add(Window { span, state, covers, unsure, finding });
    }
}

/// Whether a trail that was not asked for may own log files here. One of which AWS signed nothing, as far as can be
/// seen, may be there only to excuse what was added.
fn excuses(chain: &Chain) -> bool {
    let unread = |finding: &Finding| finding.kind == Kind::ObjectUnverified;
    let Record { digests, backfills, findings, .. } = &chain.record;
    digests.valid + backfills.valid > 0 || findings.iter().any(unread)
}

/// A log file was added, as it seems: the trails of a folder share it, so it is every chain's matter.
fn unreferenced(place: &Place, chains: &mut [Chain], file: &Listed) {
    let span = Span { from: file.delivered, to: shift(file.delivered, 60) };
    let recent = place.options.as_of.is_some_and(|at| shift(file.delivered, BACKFILL_GRACE) > at);
    let (state, severity, detail) = match recent {
        true => (HourState::Unverified, Severity::Warning, Detail::NotListedYet),
        false => (HourState::Broken, Severity::Error, Detail::NotListed),
    };
    let mut said = false;
    for chain in chains.iter_mut().filter(|chain| chain.wanted) {
        let finding = if said {
            None
        } else {
            let mut finding = chain.record.slot.finding(Kind::LogUnreferenced, span, detail);
            finding.severity = severity;
            finding.key = Some(file.key.clone());
            Some(chain.record.push(finding))
        };
        said = true;
        chain.record.windows.add(Window { span, state, covers: false, unsure: false, finding });
    }
}
