//! One trail's course: when it was logging, what it selected, and where, as far as its status and the calls on it tell.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::account::AccountView;
use crate::answer::TrailStatus;
use crate::aws::{Arn, Partition, Region};
use crate::evidence::{Cause, Evidence, Gap};
use crate::fact::Fact;
use crate::history::change::{Settings, trail_arn};
use crate::history::look::{Look, Past};
use crate::selector::Half;
use crate::trail::Trail;

/// Yes, no, or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    Maybe,
}

impl Known {
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Maybe, _) | (_, Self::Maybe) => Self::Maybe,
            (Self::No, Self::No) => Self::No,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Maybe, _) | (_, Self::Maybe) => Self::Maybe,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    fn of(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// Where each stretch begins, in order.
type Points = Vec<(Timestamp, Known)>;

/// The course of one trail.
#[derive(Debug)]
pub(super) struct Course {
    arn: String,
    home: Option<Region>,
    logging: Points,
    /// Whether it selected management writes.
    selecting: Points,
    /// Whether it recorded all regions.
    everywhere: Points,
    /// Why something of it is not known.
    pub(super) open: Option<Gap>,
    doubted: bool,
    /// The calls that changed it, by their time.
    pub(super) calls: BTreeMap<Timestamp, Value>,
    pub(super) evidence: Vec<Evidence>,
}

/// A fact about a trail that calls set: when, and to what.
type Settled = Vec<(Timestamp, bool)>;

impl Course {
    /// Of a trail that is there.
    pub(super) fn of(
        trail: &Trail,
        look: &Look<'_>,
        window: (Timestamp, Timestamp),
        partition: &Partition,
    ) -> Self {
        let calls: Vec<&Past<'_>> = on(look, trail.arn(), partition, window);
        let complete = look.gaps.is_empty() && !calls.iter().any(|past| past.event.unreadable);
        let mut course = Self::new(trail.arn(), Some(trail.home().clone()));
        course.open = look.gaps.first().cloned();
        let status = trail.status();
        course.evidence.extend(trail.cite_logging());
        if let Ok(read) = status {
            let times = [read.value.stop_logging_time, read.value.start_logging_time];
            if times.iter().flatten().any(|time| *time > window.0) {
                let [stop, start] = times.map(|time| time.map(|time| time.to_string()));
                let told =
                    serde_json::json!({ "StopLoggingTime": stop, "StartLoggingTime": start });
                course.evidence.push(read.source.cite("StartLoggingTime", told));
            }
        }
        let set = course.replay(&calls, partition);
        course.logging = match status {
            Ok(read) => logging(&set.logging, (&read.value, complete), window, set.created),
            Err(gap) => {
                course.open = course.open.or(Some(gap));
                vec![(window.0, Known::Maybe)]
            }
        };
        let selects = trail.selectors().map(|s| s.management(Half::Write).is_some());
        course.open = course.open.or_else(|| selects.clone().err());
        course.selecting = settled(&set.selecting, selects.ok(), complete, window.0);
        let wide = trail.is_multi_region();
        course.open = course.open.or_else(|| wide.clone().err());
        course.everywhere = settled(&set.everywhere, wide.ok(), complete, window.0);
        if course.open.is_none() && course.is_uncertain() {
            course.open = Some(Gap {
                account: Some(trail.owner),
                region: Some(trail.home().clone()),
                ..Gap::new(
                    Fact::TrailHistory,
                    Cause::Undecidable,
                    format!(
                        "what {} recorded before the first call on it that history shows is not known",
                        trail.arn()
                    ),
                )
            });
        }
        course
    }

    /// Of the trails that history tells of and that are there no longer. Those of whoever administers the organization's
    /// trails may have recorded every account.
    pub(super) fn gone(
        look: &Look<'_>,
        window: (Timestamp, Timestamp),
        (partition, known, own): (&Partition, &[String], bool),
    ) -> Vec<Self> {
        let mut arns = BTreeSet::new();
        for past in look.past.iter().filter(|past| past.succeeded()) {
            if past.event.event_name == "DeleteTrail" {
                arns.extend(trail_arn(past, partition));
            }
        }
        let mut courses = Vec::new();
        for arn in arns.into_iter().filter(|arn| !known.contains(arn)) {
            let calls = on(look, &arn, partition, window);
            let told_own = calls.iter().any(|past| {
                past.event.event_name == "CreateTrail"
                    && past.event.request_parameters.get("isOrganizationTrail")
                        != Some(&Value::Bool(true))
            });
            if !own && told_own {
                continue;
            }
            let home = Arn::parse(&arn).ok().and_then(|arn| arn.region());
            let mut course = Self::new(&arn, home);
            let set = course.replay(&calls, partition);
            // Whether it could deliver, and what it selected, nobody can tell any more.
            course.logging = before(&set.logging, Known::Maybe, window.0)
                .into_iter()
                .map(|(time, known)| (time, known.and(Known::Maybe)))
                .collect();
            course.selecting = vec![(window.0, Known::Maybe)];
            course.everywhere = vec![(window.0, Known::Maybe)];
            course.open = Some(Gap {
                account: calls.first().map(|past| past.account()),
                region: course.home.clone(),
                ..Gap::new(
                    Fact::TrailHistory,
                    Cause::Undecidable,
                    format!("what {arn} recorded before it was deleted is not known"),
                )
            });
            courses.push(course);
        }
        courses
    }

    fn new(arn: &str, home: Option<Region>) -> Self {
        Self {
            arn: arn.to_owned(),
            home,
            logging: Vec::new(),
            selecting: Vec::new(),
            everywhere: Vec::new(),
            open: None,
            doubted: false,
            calls: BTreeMap::new(),
            evidence: Vec::new(),
        }
    }

    /// What it records is no proof, for that gap.
    pub(super) fn doubt(&mut self, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.doubted = true;
            self.open = Some(gap);
        }
    }

    fn is_uncertain(&self) -> bool {
        let lines = [&self.logging, &self.selecting, &self.everywhere];
        lines.into_iter().flatten().any(|(_, known)| *known == Known::Maybe)
    }

    /// What the calls set, in the order of time.
    fn replay(&mut self, calls: &[&Past<'_>], partition: &Partition) -> Set {
        let mut set = Set::default();
        let mut settings = Settings::default();
        for past in calls.iter().filter(|past| past.succeeded()) {
            let time = past.event.event_time;
            self.calls.entry(time).or_insert_with(|| past.told());
            self.evidence.push(past.cite());
            settings.take(past, partition);
            match past.event.event_name.as_str() {
                "StopLogging" | "DeleteTrail" => set.logging.push((time, false)),
                "StartLogging" => set.logging.push((time, true)),
                // A trail that the API makes does not log before it is started.
                "CreateTrail" => {
                    set.created = true;
                    set.logging.push((time, false));
                    set.selecting.push((time, true));
                    set.everywhere.extend(settings.multi_region.map(|wide| (time, wide)));
                }
                "UpdateTrail" => {
                    let asked = past.event.request_parameters.get("isMultiRegionTrail");
                    set.everywhere.extend(asked.and_then(Value::as_bool).map(|wide| (time, wide)));
                }
                "PutEventSelectors" => {
                    let selectors = settings.selectors.as_ref();
                    set.selecting
                        .extend(selectors.map(|s| (time, s.management(Half::Write).is_some())));
                }
                _ => {}
            }
        }
        set
    }

    /// When it recorded that region of that account.
    pub(super) fn in_region(&self, account: &AccountView<'_>, region: &Region) -> Points {
        let seen = account.member.sees.get(&self.arn).is_some_and(|seen| seen.contains(region));
        let mut times: Vec<Timestamp> = [&self.logging, &self.selecting, &self.everywhere]
            .into_iter()
            .flatten()
            .map(|(time, _)| *time)
            .collect();
        times.sort_unstable();
        times.dedup();
        let at_home = self.home.as_ref() == Some(region);
        let wide_now = self.everywhere.last().is_some_and(|(_, known)| *known == Known::Yes);
        let known = account.trails_in(region).is_ok();
        times
            .into_iter()
            .map(|time| {
                let wide = at(&self.everywhere, time);
                let there = match (at_home, seen) {
                    (true, _) => Known::Yes,
                    (false, true) => wide,
                    // A trail of all regions that this one does not show has no replica here.
                    (false, false) if wide_now && known => Known::No,
                    (false, false) => wide.and(Known::Maybe),
                };
                let recorded = at(&self.logging, time).and(at(&self.selecting, time)).and(there);
                (time, if self.doubted { recorded.and(Known::Maybe) } else { recorded })
            })
            .collect()
    }
}

/// What calls on one trail set.
#[derive(Debug, Default)]
struct Set {
    logging: Settled,
    selecting: Settled,
    everywhere: Settled,
    created: bool,
}

/// The calls on one trail within the window, in the order of time.
fn on<'l, 'a>(
    look: &'l Look<'a>,
    arn: &str,
    partition: &Partition,
    (from, to): (Timestamp, Timestamp),
) -> Vec<&'l Past<'a>> {
    let of_it = |past: &&Past<'_>| {
        past.event.unreadable || trail_arn(past, partition).as_deref() == Some(arn)
    };
    let within = |past: &&Past<'_>| past.event.event_time >= from && past.event.event_time <= to;
    look.past.iter().filter(within).filter(of_it).collect()
}

fn at(points: &[(Timestamp, Known)], time: Timestamp) -> Known {
    let before = points.iter().rev().find(|(start, _)| *start <= time);
    before.map_or(Known::Maybe, |(_, known)| *known)
}

/// A line of what was set, after a beginning.
fn before(set: &[(Timestamp, bool)], first: Known, from: Timestamp) -> Points {
    let mut points = vec![(from, first)];
    points.extend(set.iter().map(|(time, value)| (*time, Known::of(*value))));
    points
}

/// Something that is now so, and that calls changed. Before the first of them it is not known; where history is not
/// complete nothing is but the present.
fn settled(set: &Settled, now: Option<bool>, complete: bool, from: Timestamp) -> Points {
    match (set.last(), now) {
        (_, None) => vec![(from, Known::Maybe)],
        _ if !complete => vec![(from, Known::Maybe)],
        (None, Some(now)) => vec![(from, Known::of(now))],
        // What holds now is not what the last call made of it: there was another.
        (Some((_, last)), Some(now)) if *last != now => vec![(from, Known::Maybe)],
        _ => before(set, Known::Maybe, from),
    }
}

/// When a trail was logging.
fn logging(
    set: &Settled,
    (status, complete): (&TrailStatus, bool),
    (from, to): (Timestamp, Timestamp),
    created: bool,
) -> Points {
    let Some(now) = status.is_logging else { return vec![(from, Known::Maybe)] };
    let (start, stop) = (status.start_logging_time, status.stop_logging_time);
    let last = [start, stop].into_iter().flatten().max();
    // It last changed before all of this.
    if last.is_some_and(|last| last <= from) && !created {
        return vec![(from, Known::of(now))];
    }
    let mut set = set.clone();
    set.extend(start.filter(|time| *time > from && *time <= to).map(|time| (time, true)));
    set.extend(stop.filter(|time| *time > from && *time <= to).map(|time| (time, false)));
    set.sort_unstable();
    let Some((_, end)) = set.last().copied() else {
        // Never started, and never stopped: it never logged.
        let never = start.is_none() && stop.is_none() && !now;
        return vec![(from, if never || complete { Known::of(now) } else { Known::Maybe })];
    };
    if !complete {
        return told(status, now, from);
    }
    if end != now {
        // History and status are at odds, as where somebody calls between the two readings: what the status tells of
        // times without logging stays, and the rest is open.
        let told = told(status, now, from).into_iter();
        return told.map(|(time, known)| (time, known.and(Known::Maybe))).collect();
    }
    let first = match set.first() {
        _ if created => Known::No,
        // A stop ends a time of logging.
        Some((_, false)) => Known::Yes,
        // It was stopped before all of this, and started within.
        Some((_, true)) if stop.is_some_and(|stop| stop <= from) => Known::No,
        _ => Known::Maybe,
    };
    before(&set, first, from)
}

/// What the status alone tells: since when it is as it is, and the last time without.
fn told(status: &TrailStatus, now: bool, from: Timestamp) -> Points {
    let mut points = vec![(from, Known::Maybe)];
    let (start, stop) = (status.start_logging_time, status.stop_logging_time);
    match (now, start, stop) {
        // Times that contradict the state tell nothing.
        (true, Some(start), Some(stop)) if stop > start => {}
        (false, Some(start), Some(stop)) if start > stop => {}
        (true, Some(start), stop) => {
            if let Some(stop) = stop.filter(|stop| *stop < start && *stop > from) {
                points.push((stop, Known::No));
            }
            points.push((start.max(from), Known::Yes));
        }
        (false, _, Some(stop)) => points.push((stop.max(from), Known::No)),
        _ => {}
    }
    points
}
