//! One account's and region's folder in a bucket: what is needed of it, what came, and what it proves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::chain::{BEYOND, Chain, Node, WantedLog};
use crate::checkpoint::Checkpoint;
use crate::evidence::Evidence;
use crate::hash::Sha256;
use crate::key::{DigestKey, Folder, LOG_KINDS, LogKey, ObjectKey};
use crate::key_ring::KeyRing;
use crate::ledger::{Ledger, Listed};
use crate::record::Slot;
use crate::report::PlaceReport;
use crate::time::{HOUR, Span, day, day_folder, parse_compact, shift};

const DAY: i64 = 24 * HOUR;

/// A trail whose chain is to be proved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// The region that it was made in.
    pub home_region: String,
    /// When it is known not to have been logging: hours without digests are gaps then, and nothing is missing.
    pub known_gaps: Vec<Span>,
    /// The head of the chain that an earlier run proved.
    pub checkpoint: Option<Checkpoint>,
}

/// What is to be proved, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The time to account for.
    pub span: Span,
    /// When the bucket was looked at, where that is so recent that objects may still be on their way; `None` for a copy
    /// that is whole.
    pub as_of: Option<Timestamp>,
    /// Whether to look for log files that no digest lists; needs listings of the log files' folders.
    pub look_for_unreferenced: bool,
    /// How many days of log files are listed at first: what is held in memory grows with it.
    pub listing_days: u32,
    /// How many log files a listing should bring: where the days before brought few, more of them are listed at once,
    /// up to 31.
    pub listing_keys: u64,
    /// How many digests may be asked for before their successors are judged.
    pub lookahead: usize,
    /// Whether trails that have digests there are to be proved although they were not named.
    pub discover: bool,
    /// What is known of trails that may be found there.
    pub known: Vec<Trail>,
}

impl Options {
    /// The usual ones: everything is looked for, a day at a time.
    pub fn new(span: Span) -> Self {
        Self {
            span,
            as_of: None,
            look_for_unreferenced: true,
            listing_days: 1,
            listing_keys: 0,
            lookahead: 16,
            discover: false,
            known: Vec::new(),
        }
    }
}

/// Which request an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// An object that is needed, with its user metadata where it is a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRequest {
    pub(crate) ticket: Ticket,
    /// Its bucket: another one, where a proved digest says so.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Whether it is a digest; a log file otherwise.
    pub is_digest: bool,
    /// The hash of a log file's uncompressed bytes, as the proved digest that lists it says.
    pub expected: Option<Sha256>,
}

/// Folders whose keys are needed, for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    pub(crate) ticket: Ticket,
    /// The bucket.
    pub bucket: String,
    /// The starts of the keys, before the day's folders; some may hold nothing.
    pub folders: Vec<String>,
    /// The start of the first day.
    pub first_day: Timestamp,
    /// The start of the last day, which belongs to them.
    pub last_day: Timestamp,
}

impl ListRequest {
    /// The same keys as ranges, one for each folder: fewer requests than one a day where little is there.
    pub fn ranges(&self) -> impl Iterator<Item = KeyRange> {
        let (first, end) = (day_folder(self.first_day), day_folder(shift(self.last_day, DAY)));
        self.folders.iter().map(move |folder| KeyRange {
            prefix: folder.clone(),
            start_after: format!("{folder}{first}"),
            before: format!("{folder}{end}"),
        })
    }

    /// The starts of the keys with the day's folders: one for each folder and day.
    pub fn day_prefixes(&self) -> impl Iterator<Item = String> {
        let days = std::iter::successors(Some(self.first_day), |day| {
            let next = shift(*day, DAY);
            (next > *day && next <= self.last_day).then_some(next)
        });
        days.flat_map(|day| {
            self.folders.iter().map(move |folder| format!("{folder}{}/", day_folder(day)))
        })
    }
}

/// Keys of one folder, in the order in which S3 lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// What all of them start with.
    pub prefix: String,
    /// All of them come after this text: S3's `StartAfter`.
    pub start_after: String,
    /// All of them come before this text: where a listing may stop.
    pub before: String,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// List these folders: every key to [`Place::listed`], once, then [`Place::listing_done`].
    List(ListRequest),
    /// Read this object, [`examine`](crate::examine) it, and bring the evidence to [`Place::take`].
    Fetch(FetchRequest),
    /// Nothing before an answer to something that was asked for.
    Wait,
    /// Nothing more: [`Place::finish`].
    Done,
}

#[derive(Debug)]
enum Asked {
    Digests,
    Logs(Span),
    Digest(TrailId, Node),
    Log(TrailId, WantedLog),
}

impl Asked {
    fn concerns_digests(&self) -> bool {
        matches!(self, Self::Digest(..) | Self::Digests)
    }
}

/// A trail's name and home region.
type TrailId = (String, String);

/// One folder under way.
pub struct Place {
    pub(crate) bucket: String,
    pub(crate) folder: Folder,
    pub(crate) options: Options,
    /// Whether each trail that is found is to be proved: where none was named, or all are asked for.
    discover: bool,
    pub(crate) chains: BTreeMap<TrailId, Chain>,
    pub(crate) ledger: Ledger,
    /// The kinds of log file that digests here list.
    pub(crate) kinds: BTreeSet<String>,
    /// What lies among the log files and is none by its name, with its day.
    pub(crate) strays: Vec<(String, Span)>,
    /// Listings of log files that failed: of which time, and why.
    pub(crate) unlisted: Vec<(Span, String)>,
    /// Why the digests are not known.
    pub(crate) unread: Option<String>,
    asked: BTreeMap<Ticket, Asked>,
    /// How many of them are digests, or the listing of digests.
    digests_asked: usize,
    last_ticket: u64,
    /// Whether the digests' listing was asked for; the log files are listed from here back.
    digests_listed: bool,
    logs_listed_from: Timestamp,
    /// Log files that were listed so far, and the days that brought them.
    density: (u64, u64),
}

impl Place {
    /// The chains of these trails, or of every trail that is found where none is named.
    pub fn new(bucket: &str, folder: Folder, trails: Vec<Trail>, options: Options) -> Self {
        let logs_listed_from = match options.look_for_unreferenced {
            true => shift(day(shift(options.span.to, -1)), DAY),
            false => Timestamp::MIN,
        };
        let mut place = Self {
            bucket: bucket.to_owned(),
            folder,
            discover: options.discover || trails.is_empty(),
            chains: BTreeMap::new(),
            ledger: Ledger::default(),
            kinds: BTreeSet::from(["CloudTrail".to_owned()]),
            strays: Vec::new(),
            unlisted: Vec::new(),
            unread: None,
            asked: BTreeMap::new(),
            digests_asked: 0,
            last_ticket: 0,
            digests_listed: false,
            logs_listed_from,
            density: (0, 0),
            options,
        };
        for trail in trails {
            let id = (trail.name.clone(), trail.home_region.clone());
            let chain = Chain::new(place.slot(trail), true);
            place.chains.insert(id, chain);
        }
        place
    }

    fn slot(&self, trail: Trail) -> Slot {
        Slot {
            bucket: self.bucket.clone(),
            folder: self.folder.clone(),
            trail,
            span: self.options.span,
            as_of: self.options.as_of,
        }
    }

    /// What to do next. Ask for as many things as are to be under way at once; when it says [`Next::Wait`], one of
    /// them must be answered first.
    pub fn step(&mut self) -> Next {
        if !self.digests_listed {
            self.digests_listed = true;
            let span = self.options.span;
            return self.list(vec![self.folder.digests()], Asked::Digests, span);
        }
        let wanted = self
            .chains
            .iter_mut()
            .find_map(|(id, chain)| chain.logs.pop_front().map(|wanted| (id.clone(), wanted)));
        if let Some((id, wanted)) = wanted {
            let (bucket, key) = (wanted.entry.bucket.clone(), wanted.entry.key.clone());
            return self.fetch(bucket, key, Asked::Log(id, wanted));
        }
        let busy = self.digests_asked;
        let newest = self.chains.iter().filter_map(|(id, chain)| Some((chain.frontier()?, id)));
        let newest = newest.min().map(|(node, id)| (node.clone(), id.clone()));
        match newest {
            Some((node, _)) if self.logs_listed_from > day(node.end.0) => self.list_logs(),
            Some((node, id)) if busy < self.options.lookahead.max(1) => {
                if let Some(chain) = self.chains.get_mut(&id) {
                    chain.ask(&node);
                }
                self.fetch(node.bucket.clone(), node.key.clone(), Asked::Digest(id, node))
            }
            None if busy == 0 && self.logs_listed_from > self.options.span.from => self.list_logs(),
            None if self.asked.is_empty() => Next::Done,
            _ => Next::Wait,
        }
    }

    fn ticket(&mut self, asked: Asked) -> Ticket {
        self.last_ticket += 1;
        self.digests_asked += usize::from(asked.concerns_digests());
        let ticket = Ticket(self.last_ticket);
        self.asked.insert(ticket, asked);
        ticket
    }

    fn answered(&mut self, ticket: Ticket) -> Option<Asked> {
        let asked = self.asked.remove(&ticket)?;
        self.digests_asked -= usize::from(asked.concerns_digests());
        Some(asked)
    }

    fn fetch(&mut self, bucket: String, key: String, asked: Asked) -> Next {
        let (is_digest, expected) = match &asked {
            Asked::Log(_, wanted) => (false, Some(wanted.entry.sha256)),
            asked => (matches!(asked, Asked::Digest(..)), None),
        };
        Next::Fetch(FetchRequest { ticket: self.ticket(asked), bucket, key, is_digest, expected })
    }

    fn list(&mut self, folders: Vec<String>, asked: Asked, span: Span) -> Next {
        let beyond = if matches!(asked, Asked::Digests) { BEYOND } else { -1 };
        Next::List(ListRequest {
            ticket: self.ticket(asked),
            bucket: self.bucket.clone(),
            folders,
            first_day: day(span.from),
            last_day: day(shift(span.to, beyond)),
        })
    }

    /// As many days as bring about as many log files as one listing should.
    fn days_at_once(&self) -> i64 {
        let (files, days) = self.density;
        let wanted = self.options.listing_keys.saturating_mul(days) / files.max(1);
        let wanted = if days == 0 { 0 } else { wanted.min(31) };
        i64::try_from(wanted).unwrap_or(0).max(i64::from(self.options.listing_days.max(1)))
    }

    /// The days before those that were listed.
    fn list_logs(&mut self) -> Next {
        let to = self.logs_listed_from;
        let days = self.days_at_once();
        let from = shift(to, -DAY * days).max(day(self.options.span.from));
        self.logs_listed_from =
            if from <= day(self.options.span.from) { Timestamp::MIN } else { from };
        let folders = LOG_KINDS.iter().map(|kind| self.folder.of_kind(kind)).collect();
        let span = Span { from, to };
        self.list(folders, Asked::Logs(span), span)
    }

    /// A listing holds this key. Keys of other places are passed over.
    pub fn listed(&mut self, key: &str) {
        match ObjectKey::parse(key) {
            Some(ObjectKey::Digest(named)) if named.folder == self.folder => {
                self.list_digest(&named, key);
            }
            Some(ObjectKey::Log(named)) if named.folder == self.folder => self.list_log(named, key),
            _ => self.list_stray(key),
        }
    }

    /// Among the log files lies something that CloudTrail does not name so: those who read the folder read it too.
    fn list_stray(&mut self, key: &str) {
        if !self.options.look_for_unreferenced || key.ends_with('/') {
            return;
        }
        let mut kinds = LOG_KINDS.iter().map(|kind| self.folder.of_kind(kind));
        let Some(path) = kinds.find_map(|start| key.strip_prefix(&start)) else { return };
        let start =
            parse_compact(&format!("{}T0000Z", path.get(..10).unwrap_or("").replace('/', "")));
        let day = start.map(|start| Span { from: start, to: shift(start, DAY) });
        if let Some(day) = day.and_then(|day| day.within(&self.options.span)) {
            self.strays.push((key.to_owned(), day));
        }
    }

    fn list_digest(&mut self, named: &DigestKey, key: &str) {
        let id = (named.trail.clone(), named.home_region.clone());
        if !self.chains.contains_key(&id) {
            let known = |trail: &&Trail| (&trail.name, &trail.home_region) == (&id.0, &id.1);
            let trail = self.options.known.iter().find(known).cloned().unwrap_or_else(|| {
                let (name, home_region) = id.clone();
                Trail { name, home_region, ..Trail::default() }
            });
            let slot = self.slot(trail);
            self.chains.insert(id.clone(), Chain::new(slot, self.discover));
        }
        if let Some(chain) = self.chains.get_mut(&id) {
            chain.list(named, key);
        }
    }

    fn list_log(&mut self, named: LogKey, key: &str) {
        let minute = Span { from: named.delivered, to: shift(named.delivered, 60) };
        if self.options.look_for_unreferenced && self.options.span.covers(&minute) {
            self.density.0 = self.density.0.saturating_add(1);
            let LogKey { kind, delivered, .. } = named;
            self.ledger.listed(Listed { key: key.to_owned(), kind, delivered });
        }
    }

    /// All keys of a listing were brought, or it failed, and why.
    pub fn listing_done(&mut self, request: &ListRequest, outcome: Result<(), String>) {
        match (self.answered(request.ticket), outcome) {
            (Some(Asked::Logs(span)), Err(why)) => {
                let within = span.within(&self.options.span);
                self.unlisted.extend(within.map(|span| (span, why)));
            }
            (Some(Asked::Logs(span)), Ok(())) => {
                let seconds = span.to.as_second().saturating_sub(span.from.as_second());
                self.density.1 += u64::try_from(seconds / DAY).unwrap_or(0).max(1);
            }
            (Some(Asked::Digests), Err(why)) => self.unread = Some(why),
            _ => {}
        }
    }

    /// What an object turned out to be. The keys may have grown since the last time.
    pub fn take(&mut self, evidence: Evidence, keys: &KeyRing) {
        let Evidence { ticket, compressed, object } = evidence;
        let id = match self.answered(ticket) {
            Some(Asked::Digest(id, node)) => {
                let Some(chain) = self.chains.get_mut(&id) else { return };
                chain.record.stored = chain.record.stored.saturating_add(compressed);
                chain.take(node, object, keys);
                id
            }
            Some(Asked::Log(id, wanted)) => {
                let Some(chain) = self.chains.get_mut(&id) else { return };
                chain.record.stored = chain.record.stored.saturating_add(compressed);
                return chain.record.log(wanted.window, &wanted.entry, &object);
            }
            _ => return,
        };
        let listed = self.chains.get_mut(&id).map(|chain| std::mem::take(&mut chain.listed));
        for entry in listed.unwrap_or_default() {
            self.refer(&entry.bucket, &entry.key);
        }
    }

    /// A proved digest lists a log file.
    fn refer(&mut self, bucket: &str, key: &str) {
        if !self.options.look_for_unreferenced || bucket != self.bucket {
            return;
        }
        if let Some(ObjectKey::Log(named)) = ObjectKey::parse(key)
            && named.folder == self.folder
        {
            self.ledger.referenced(key);
            self.kinds.insert(named.kind);
        }
    }

    /// What the folder proves. What was asked for and not answered counts as unread.
    pub fn finish(mut self) -> PlaceReport {
        let done = self.asked.is_empty() && self.digests_listed;
        let walked = |chain: &Chain| chain.is_walked() && chain.logs.is_empty();
        if self.unread.is_none() && !(done && self.chains.values().all(walked)) {
            self.unread = Some("the walk was ended before all was read".to_owned());
        }
        crate::account::account(self)
    }
}
