//! The walk over one chain: from the newest digest to the oldest, each vouching for the one before.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::checkpoint::Checkpoint;
use crate::detail::Detail;
use crate::digest::{Digest, LogEntry};
use crate::evidence::Seen;
use crate::finding::Kind;
use crate::hash::Sha256;
use crate::key::{DigestKey, ObjectKey};
use crate::key_ring::KeyRing;
use crate::record::{Record, Slot};
use crate::report::{HourState, Tally};
use crate::standing::{Body, Claim, Problem, Spot, Standing};
use crate::time::{HOUR, Span, shift};
use crate::windows::{Window, WindowId};

/// How far beyond the time asked for digests are of use, in seconds: the next one vouches for the last.
pub(crate) const BEYOND: i64 = 2 * HOUR;

/// A digest to look at; they sort from the newest to the oldest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub end: Reverse<Timestamp>,
    pub bucket: String,
    pub key: String,
    pub backfill: bool,
}

#[derive(Debug)]
enum Progress {
    Waiting,
    Asked,
    Answered(Seen),
}

/// What is known of the digest that was judged last.
#[derive(Debug)]
struct Above {
    start: Timestamp,
    claim: Option<Claim>,
    /// A proved digest says that there is none before it.
    began: bool,
}

impl Above {
    /// The one before, where that is certain.
    fn proved(&self) -> Option<&Claim> {
        self.claim.as_ref().filter(|claim| claim.proved)
    }

    /// What is said of this digest.
    fn claim(&self, node: &Node) -> Option<&Claim> {
        let same =
            |claim: &&Claim| claim.previous.bucket == node.bucket && claim.previous.key == node.key;
        self.claim.as_ref().filter(same)
    }
}

/// A log file to look at.
#[derive(Debug)]
pub(crate) struct WantedLog {
    pub window: WindowId,
    pub entry: LogEntry,
}

/// One chain under way.
#[derive(Debug)]
pub(crate) struct Chain {
    pub record: Record,
    /// Whether it was asked for, or only shares the folder with one that was.
    pub wanted: bool,
    nodes: BTreeMap<Node, Progress>,
    backfills: BTreeSet<Node>,
    phase: Option<Timestamp>,
    above: Option<Above>,
    pub logs: VecDeque<WantedLog>,
    /// Keys that proved digests list, for the ledger to take.
    pub listed: Vec<LogEntry>,
}

impl Chain {
    pub fn new(slot: Slot, wanted: bool) -> Self {
        Self {
            record: Record::new(slot),
            wanted,
            nodes: BTreeMap::new(),
            backfills: BTreeSet::new(),
            phase: None,
            above: None,
            logs: VecDeque::new(),
            listed: Vec::new(),
        }
    }

    fn span(&self) -> Span {
        self.record.slot.span
    }

    /// A digest is there.
    pub fn list(&mut self, named: &DigestKey, key: &str) {
        let span = self.span();
        if named.end <= span.from || named.end > shift(span.to, BEYOND) {
            return;
        }
        let bucket = self.record.slot.bucket.clone();
        let (end, backfill) = (Reverse(named.end), named.backfill);
        let node = Node { end, bucket, key: key.to_owned(), backfill };
        match backfill {
            true => {
                self.phase = self.phase.max(Some(named.end));
                self.backfills.insert(node);
            }
            false => drop(self.nodes.entry(node).or_insert(Progress::Waiting)),
        }
    }

    /// The newest digest that was not asked for.
    pub fn frontier(&self) -> Option<&Node> {
        let waiting = |(_, progress): &(_, &Progress)| matches!(progress, Progress::Waiting);
        let node = self.nodes.iter().find(waiting).map(|(node, _)| node);
        node.into_iter().chain(self.backfills.first()).min()
    }

    /// It is asked for now.
    pub fn ask(&mut self, node: &Node) {
        if !self.backfills.remove(node)
            && let Some(progress) = self.nodes.get_mut(node)
        {
            *progress = Progress::Asked;
        }
    }

    /// Whether every digest was judged.
    pub fn is_walked(&self) -> bool {
        self.nodes.is_empty() && self.backfills.is_empty()
    }

    /// What a digest turned out to be.
    pub fn take(&mut self, node: Node, seen: Seen, keys: &KeyRing) {
        if node.backfill {
            return self.backfill(&node, seen, keys);
        }
        if let Some(progress) = self.nodes.get_mut(&node) {
            *progress = Progress::Answered(seen);
        }
        while let Some(first) = self.nodes.first_entry() {
            if !matches!(first.get(), Progress::Answered(_)) {
                break;
            }
            let (node, Progress::Answered(seen)) = first.remove_entry() else { break };
            self.judge(&node, seen, keys);
            self.invite();
        }
    }

    /// A proved digest names the one before: it is looked for, even where no listing holds it.
    fn invite(&mut self) {
        let Some(claim) = self.above.as_ref().and_then(Above::proved) else { return };
        let start = self.above.as_ref().map_or(Timestamp::MIN, |above| above.start);
        let named = match ObjectKey::parse(&claim.previous.key) {
            Some(ObjectKey::Digest(key)) => key.end,
            _ => start,
        };
        // Never later than the start: so the walk comes to an end.
        let (end, bucket, key) =
            (named.min(start), claim.previous.bucket.clone(), claim.previous.key.clone());
        let known = self.nodes.keys().any(|node| node.bucket == bucket && node.key == key);
        if end > self.span().from && !known {
            let node = Node { end: Reverse(end), bucket, key, backfill: false };
            self.nodes.insert(node, Progress::Waiting);
        }
    }

    fn judge(&mut self, node: &Node, seen: Seen, keys: &KeyRing) {
        let claim = self.above.as_ref().and_then(|above| above.claim(node)).cloned();
        let linked = claim.as_ref().is_some_and(|claim| claim.proved);
        let Standing { mut problem, body } = self.stand(node, seen, claim.as_ref(), keys);
        let end = node.end.0;
        let span = match &body {
            Body::Proved { digest, .. } => digest.span,
            _ => Span { from: shift(end, -HOUR), to: end },
        };
        if span.from >= self.span().to {
            // Later than what was asked for: it only vouches for what is before.
            let next = above(&body, span);
            self.above = (next.claim.is_some() || next.began).then_some(next);
            return;
        }
        self.record_checkpoint(node, &body, span);
        let unlinked = !linked && self.above.as_ref().and_then(Above::proved).is_some();
        if unlinked {
            if matches!(body, Body::Proved { .. }) {
                let detail = Detail::NextNamesAnother.into();
                let (expected, observed) = (None, None);
                problem = Some(Problem { kind: Kind::ChainMismatch, expected, observed, detail });
            }
            let id = self.settle(node, problem, (span, false));
            return self.list_logs(body, id);
        }
        let lower = span.to;
        match self.above.take() {
            None => self.record.missing_after(lower),
            Some(above) if above.began || linked => self.record.gap(lower, above.start),
            Some(above) => self.record.missing_before(above.start, lower),
        }
        self.above = Some(above(&body, span));
        if let Body::Proved { sha256, signature, .. } = &body
            && problem.as_ref().is_none_or(|problem| problem.kind != Kind::ChainMismatch)
        {
            let (bucket, key) = (node.bucket.clone(), node.key.clone());
            let signature = hex::encode(signature);
            let head = Checkpoint { end: span.to, bucket, key, sha256: *sha256, signature };
            self.record.head.get_or_insert(head);
        }
        let id = self.settle(node, problem, (span, true));
        self.list_logs(body, id);
    }

    fn stand(&self, node: &Node, seen: Seen, claim: Option<&Claim>, keys: &KeyRing) -> Standing {
        let named = match ObjectKey::parse(&node.key) {
            Some(ObjectKey::Digest(key)) => Some(key),
            _ => None,
        };
        let folder = &self.record.slot.folder;
        let spot = Spot {
            bucket: &node.bucket,
            key: &node.key,
            named: named.as_ref(),
            account: &folder.account,
            region: &folder.region,
        };
        Standing::of(seen, &spot, claim, keys)
    }

    fn backfill(&mut self, node: &Node, seen: Seen, keys: &KeyRing) {
        let Standing { problem, body } = self.stand(node, seen, None, keys);
        let end = node.end.0;
        let span = match &body {
            Body::Proved { digest, .. } => digest.span,
            _ => Span { from: shift(end, -HOUR), to: end },
        };
        if span.meets(&self.span()) {
            let id = self.settle(node, problem, (span, false));
            self.list_logs(body, id);
        }
    }

    /// Books a digest: its finding, its window, its count.
    fn settle(
        &mut self,
        node: &Node,
        problem: Option<Problem>,
        (span, covers): (Span, bool),
    ) -> WindowId {
        let kind = problem.as_ref().map(|problem| problem.kind);
        let state = match kind {
            None => HourState::Proved,
            Some(Kind::DigestMissing) => HourState::Missing,
            Some(
                Kind::ObjectUnverified
                | Kind::DigestKeyUnknown
                | Kind::DigestUnverifiableNoMetadata,
            ) => HourState::Unverified,
            Some(_) => HourState::Broken,
        };
        let tally =
            if node.backfill { &mut self.record.backfills } else { &mut self.record.digests };
        count(tally, state);
        let place = (node.bucket.as_str(), node.key.as_str());
        let finding = problem.map(|problem| self.record.defect(problem, place, span));
        let unsure = !matches!(kind, None | Some(Kind::DigestTrailingData));
        self.record.windows.add(Window { span, state, covers, unsure, finding })
    }

    /// A proved digest's log files are wanted.
    fn list_logs(&mut self, body: Body, window: WindowId) {
        let Body::Proved { digest, .. } = body else { return };
        let finding = self.record.windows.get(window).and_then(|window| window.finding);
        let finding = finding.and_then(|finding| self.record.findings.get_mut(finding));
        if let Some(finding) = finding {
            let own = [Kind::DigestSignatureAbsent, Kind::DigestSignatureInvalid];
            finding.body_ok = own.contains(&finding.kind);
            if finding.body_ok {
                self.record.windows.vouched(window);
            }
        }
        self.listed.extend(digest.logs.iter().cloned());
        if self.wanted {
            let wanted = digest.logs.into_iter().map(|entry| WantedLog { window, entry });
            self.logs.extend(wanted);
        }
    }

    /// Whether a proved digest contradicts the head that was proved before.
    fn record_checkpoint(&mut self, node: &Node, body: &Body, span: Span) {
        let Some(known) = self.record.slot.trail.checkpoint.clone() else { return };
        let Body::Proved { digest, sha256, .. } = body else { return };
        let same = |bucket: &str, key: &str| bucket == known.bucket && key == known.key;
        let hashes = |sha256: &Sha256| Some((known.sha256.to_string(), sha256.to_string()));
        let place = || format!("{}/{}", known.bucket, known.key);
        let pair = match &digest.previous {
            _ if same(&node.bucket, &node.key) => hashes(sha256),
            Some(previous) if same(&previous.bucket, &previous.key) => hashes(&previous.sha256),
            // Where the head was, another digest is said to be, or none.
            Some(previous) if span.from == known.end => {
                Some((place(), format!("{}/{}", previous.bucket, previous.key)))
            }
            None if span.from == known.end => Some((place(), "no digest before it".to_owned())),
            _ if span.from < known.end && known.end < span.to => hashes(sha256),
            _ => None,
        };
        if let Some((expected, observed)) = pair.filter(|(expected, observed)| expected != observed)
        {
            let problem = Problem {
                kind: Kind::CheckpointMismatch,
                expected: Some(expected),
                observed: Some(observed),
                detail: Detail::OffCheckpoint.into(),
            };
            let id = self.record.defect(problem, (&node.bucket, &node.key), span);
            self.record.windows.add(Window {
                span,
                state: HourState::Broken,
                covers: false,
                unsure: false,
                finding: Some(id),
            });
        }
    }

    /// The walk is over: what lies before the oldest digest, or the whole time where there is none.
    pub fn close(&mut self) {
        let span = self.span();
        match self.above.take() {
            Some(above) if above.began || above.proved().is_some() => {
                self.record.gap(span.from, above.start);
            }
            Some(above) => self.record.missing_before(above.start, span.from),
            None => {
                // Digests of one chain end at the same second of each hour, and so do backfill digests.
                let beat = self.phase.unwrap_or(span.from).as_second();
                let after = beat.saturating_sub(span.from.as_second()).rem_euclid(HOUR);
                self.record
                    .missing_after(shift(span.from, if after > 0 { after - HOUR } else { 0 }));
            }
        }
    }
}

fn count(tally: &mut Tally, state: HourState) {
    match state {
        HourState::Proved => tally.valid += 1,
        HourState::Unverified => tally.unverified += 1,
        _ => tally.invalid += 1,
    }
}

/// What a digest says of the one before. Only what is proved is believed; of anything else no more than a signature,
/// since that proves itself.
fn above(body: &Body, span: Span) -> Above {
    let claim = |digest: &Digest, proved| {
        digest.previous.clone().map(|previous| Claim { previous, proved })
    };
    let (claim, began) = match body {
        Body::Proved { digest, .. } => (claim(digest, true), digest.previous.is_none()),
        Body::Unproved(digest) | Body::Refuted(Some(digest)) => (claim(digest, false), false),
        Body::Refuted(None) => (None, false),
    };
    Above { start: span.from, claim, began }
}
