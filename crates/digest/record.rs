//! What a walk has found out about a chain so far: its windows, its findings, its counts.

use jiff::Timestamp;

use crate::checkpoint::Checkpoint;
use crate::detail::Detail;
use crate::digest::LogEntry;
use crate::evidence::Seen;
use crate::finding::{Finding, Kind};
use crate::inflate::End;
use crate::key::{DigestKey, Folder};
use crate::place::Trail;
use crate::report::{ChainReport, HourState, Stretch, Tally};
use crate::standing::{Problem, problem};
use crate::time::{HOUR, Span, shift};
use crate::windows::{Window, WindowId, Windows};

/// How long a digest may be on its way, in seconds.
const DIGEST_GRACE: i64 = 2 * HOUR;

/// A chain's place, and what the caller knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub bucket: String,
    pub folder: Folder,
    pub trail: Trail,
    pub span: Span,
    pub as_of: Option<Timestamp>,
}

impl Slot {
    /// What a digest that ends then is called.
    pub fn key(&self, end: Timestamp) -> String {
        let (folder, trail) = (self.folder.clone(), self.trail.name.clone());
        let home_region = self.trail.home_region.clone();
        DigestKey { folder, trail, home_region, end, backfill: false }.to_string()
    }

    /// A finding about this chain.
    pub fn finding(&self, kind: Kind, span: Span, detail: impl Into<String>) -> Finding {
        Finding {
            account_id: self.folder.account.clone(),
            region: self.folder.region.clone(),
            trail: self.trail.name.clone(),
            from: span.from,
            to: span.to,
            kind,
            severity: kind.severity(),
            bucket: self.bucket.clone(),
            key: None,
            predicted: false,
            expected: None,
            observed: None,
            body_ok: false,
            unverified_logs: 0,
            detail: detail.into(),
            calls: Vec::new(),
        }
    }
}

/// What is known of a chain.
#[derive(Debug)]
pub(crate) struct Record {
    pub slot: Slot,
    pub windows: Windows,
    pub findings: Vec<Finding>,
    pub digests: Tally,
    pub backfills: Tally,
    pub logs: Tally,
    pub stored: u64,
    pub inflated: u64,
    pub head: Option<Checkpoint>,
    gaps: Vec<(WindowId, usize)>,
}

impl Record {
    pub fn new(slot: Slot) -> Self {
        Self {
            slot,
            windows: Windows::default(),
            findings: Vec::new(),
            digests: Tally::default(),
            backfills: Tally::default(),
            logs: Tally::default(),
            stored: 0,
            inflated: 0,
            head: None,
            gaps: Vec::new(),
        }
    }

    pub fn push(&mut self, finding: Finding) -> usize {
        self.findings.push(finding);
        self.findings.len() - 1
    }

    /// An object's defect.
    pub fn defect(&mut self, problem: Problem, (bucket, key): (&str, &str), span: Span) -> usize {
        let mut finding = self.slot.finding(problem.kind, span, problem.detail);
        (finding.expected, finding.observed) = (problem.expected, problem.observed);
        bucket.clone_into(&mut finding.bucket);
        finding.key = Some(key.to_owned());
        self.push(finding)
    }

    /// Time between two digests of which AWS itself says nothing.
    pub fn gap(&mut self, from: Timestamp, to: Timestamp) {
        let Some(span) = Span::new(from, to).and_then(|gap| gap.within(&self.slot.span)) else {
            return;
        };
        let what = Detail::Gap;
        let finding = self.push(self.slot.finding(Kind::Gap, span, what));
        let window = Window {
            span,
            state: HourState::Gap,
            covers: true,
            unsure: false,
            finding: Some(finding),
        };
        let window = self.windows.add(window);
        self.gaps.push((window, finding));
    }

    /// Digests that are not there, one for each hour, from the end of the time on.
    pub fn missing_before(&mut self, high: Timestamp, low: Timestamp) {
        let mut to = high;
        while to > low {
            let from = shift(to, -HOUR).max(low);
            self.missing(Kind::DigestMissing, Span { from, to });
            to = from;
        }
    }

    /// Digests that are not there, one for each hour, up to the end of what was asked for.
    pub fn missing_after(&mut self, low: Timestamp) {
        let mut from = low;
        while from < self.slot.span.to {
            let to = shift(from, HOUR);
            if to <= from {
                return;
            }
            self.missing(Kind::DigestMissingAtEnd, Span { from, to });
            from = to;
        }
    }

    fn missing(&mut self, kind: Kind, span: Span) {
        if !span.meets(&self.slot.span) {
            return;
        }
        if self.slot.trail.known_gaps.iter().any(|gap| gap.covers(&span)) {
            return self.gap(span.from, span.to);
        }
        let due = |as_of| shift(span.to, DIGEST_GRACE) <= as_of;
        let pending = kind == Kind::DigestMissingAtEnd && !self.slot.as_of.is_none_or(due);
        match pending {
            true => self.absent(Kind::DigestPending, span, Detail::NotDue),
            false => self.absent(kind, span, Detail::NoneOfHour),
        };
    }

    fn absent(&mut self, kind: Kind, span: Span, detail: Detail) -> usize {
        let mut finding = self.slot.finding(kind, span, detail);
        finding.key = Some(self.slot.key(span.to));
        finding.predicted = true;
        let finding = self.push(finding);
        let pending = kind == Kind::DigestPending;
        self.windows.add(Window {
            span,
            state: if pending { HourState::Unverified } else { HourState::Missing },
            covers: true,
            unsure: true,
            finding: Some(finding),
        });
        if !pending {
            self.digests.invalid += 1;
        }
        finding
    }

    /// Log files lie in a gap: until the last of them there was logging, and there were digests.
    pub fn shorten_gaps(&mut self, delivered: &[Timestamp]) {
        for (window, finding) in std::mem::take(&mut self.gaps) {
            let Some(gap) = self.windows.get(window).map(|window| window.span) else { continue };
            let within = |from, to| {
                let inside = |at: &&Timestamp| **at < to && shift(**at, 60) > from;
                delivered.iter().filter(inside).max().copied()
            };
            let Some(last) = within(gap.from, gap.to) else { continue };
            let mut from = gap.from;
            while from <= last && from < gap.to {
                let to = shift(from, HOUR).min(gap.to);
                let what = Detail::LogsWithoutDigest;
                let absent = self.absent(Kind::DigestMissingAtEnd, Span { from, to }, what);
                let count = delivered.iter().filter(|at| **at < to && shift(**at, 60) > from);
                let count = u64::try_from(count.count()).unwrap_or(u64::MAX);
                if let Some(finding) = self.findings.get_mut(absent) {
                    finding.unverified_logs = count;
                }
                self.logs.unverified += count;
                from = to;
            }
            self.windows.shorten(window, from);
            if let Some(finding) = self.findings.get_mut(finding) {
                // Nothing may be left of it: then it goes away in the end.
                finding.from = from.min(finding.to);
            }
        }
    }

    /// What became of a log file that a proved digest lists.
    pub fn log(&mut self, window: WindowId, entry: &LogEntry, seen: &Seen) {
        let wrong = match seen {
            Seen::Missing => Some(problem(Kind::LogMissing, Detail::LogListed)),
            Seen::Refused(why) => {
                Some(problem(Kind::ObjectUnverified, Detail::NotReadable.with(&why)))
            }
            Seen::Damaged(why) => Some(problem(Kind::LogCorrupt, why.as_str())),
            Seen::Digest(_) => Some(problem(Kind::LogCorrupt, Detail::NoLog)),
            Seen::Log(log) if log.sha256 != entry.sha256 => {
                let changed = problem(Kind::LogModified, Detail::ContentsChanged);
                Some(changed.but(entry.sha256, log.sha256))
            }
            Seen::Log(log) => match log.end {
                End::Whole => None,
                End::Followed => Some(problem(Kind::LogTrailingData, Detail::BytesFollowLog)),
                End::CutOff => Some(problem(Kind::LogTruncatedTrailer, Detail::TrailerCutOff)),
            },
        };
        if let Seen::Log(log) = seen {
            self.inflated = self.inflated.saturating_add(log.bytes);
        }
        let Some(problem) = wrong else {
            self.logs.valid += 1;
            return;
        };
        let state = match problem.kind {
            Kind::ObjectUnverified => HourState::Unverified,
            _ => HourState::Broken,
        };
        match state {
            HourState::Unverified => self.logs.unverified += 1,
            _ => self.logs.invalid += 1,
        }
        self.windows.taint(window, state);
        let span = self.windows.get(window).map_or(self.slot.span, |window| window.span);
        self.defect(problem, (&entry.bucket, &entry.key), span);
    }

    pub fn finish(mut self) -> (ChainReport, Vec<Finding>) {
        self.findings.retain(|finding| finding.kind != Kind::Gap || finding.from < finding.to);
        let slot = self.slot;
        let hours = self.windows.hours(slot.span);
        let count = |state| {
            let alike = hours.iter().filter(|hour| hour.state == state);
            u64::try_from(alike.count()).unwrap_or(u64::MAX)
        };
        let proved = |hour: &&Stretch| hour.state == HourState::Proved;
        let report = ChainReport {
            account_id: slot.folder.account.clone(),
            region: slot.folder.region.clone(),
            trail: slot.trail.name,
            home_region: slot.trail.home_region,
            bucket: slot.bucket,
            folder: slot.folder,
            span: slot.span,
            hours_total: u64::try_from(hours.len()).unwrap_or(u64::MAX),
            hours_proved: count(HourState::Proved),
            hours_missing: count(HourState::Missing),
            hours_gap: count(HourState::Gap),
            hours_unverified: count(HourState::Unverified),
            hours_broken: count(HourState::Broken),
            first_proved: hours.iter().find(proved).map(|hour| hour.span.from),
            last_proved: hours.iter().rfind(proved).map(|hour| hour.span.to),
            stretches: together(&hours),
            digests: self.digests,
            backfill_digests: self.backfills,
            logs: self.logs,
            bytes_stored: self.stored,
            bytes_inflated: self.inflated,
            head: self.head,
        };
        (report, self.findings)
    }
}

fn together(hours: &[Stretch]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for hour in hours {
        match stretches.last_mut() {
            Some(last) if last.state == hour.state => last.span.to = hour.span.to,
            _ => stretches.push(*hour),
        }
    }
    stretches
}
