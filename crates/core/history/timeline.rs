//! When an account's management writes were recorded, region by region, over the time that event history covers.
//!
//! A trail's status tells its last start and its last stop, however long ago; event history tells every call of the last
//! ninety days. Both are put on one line. A stop ends a time of recording and a start ends a time without, unless what
//! came before says otherwise; what neither tells is unknown, and unknown is neither recorded nor lost.

mod line;
mod past;
mod unseen;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::look::Look;
use super::probes;
use crate::account::AccountView;
use crate::answer::EventHistory;
use crate::aws::Region;
use crate::coverage::deliverable;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::period::Reach;
use crate::trail::Trail;

use line::Line;
use past::{Course, Known};

/// What is known of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stretch {
    /// Some trail recorded management writes.
    Recorded,
    /// No trail did.
    Gap,
    /// It is not known.
    Unknown,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// What is known of it.
    pub state: Stretch,
    /// The call with which it began, where history shows it: what, when, by whom, from where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_by: Option<serde_json::Value>,
}

impl Span {
    /// The part of it between two moments.
    fn cut(self, from: Timestamp, to: Timestamp) -> Option<Self> {
        let cut = Self { from: self.from.max(from), to: self.to.min(to), ..self };
        (cut.from < cut.to).then_some(cut)
    }

    /// How long it is.
    #[must_use]
    pub fn duration(&self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

/// The line of one account as a report holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTimeline {
    /// From when: the account's entry, or as far as event history reaches.
    pub from: Timestamp,
    /// To when: the reading, or the end of the period that was asked about.
    pub to: Timestamp,
    /// The spans of all regions.
    pub rows: Vec<TimelineRow>,
}

/// Regions with the same spans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The regions, in order.
    pub regions: Vec<Region>,
    /// From the beginning to the end, without a hole between them.
    pub spans: Vec<Span>,
}

/// The line of one account.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// From when to when event history was read, whatever is asked about.
    pub read: (Timestamp, Timestamp),
    /// From when.
    pub from: Timestamp,
    /// To when.
    pub to: Timestamp,
    /// Each region's spans in order, without a hole between them.
    pub regions: BTreeMap<Region, Vec<Span>>,
    /// Why there are unknown spans: the first gap.
    pub open: Option<Gap>,
    /// The proof: statuses, and the events that began a gap.
    pub evidence: Vec<Evidence>,
}

impl Timeline {
    /// For how long the region with the longest gaps was not recorded, with its name.
    #[must_use]
    pub fn longest(&self) -> Option<(&Region, SignedDuration)> {
        let lost = self.regions.iter().map(|(region, spans)| {
            let gaps = spans.iter().filter(|span| span.state == Stretch::Gap);
            (region, gaps.map(Span::duration).fold(SignedDuration::ZERO, |sum, gap| sum + gap))
        });
        // The first of those that are equal.
        lost.rev().max_by_key(|(_, lost)| *lost)
    }

    /// The lines as a report holds them: regions with the same spans are one.
    #[must_use]
    pub fn rows(&self) -> Vec<TimelineRow> {
        let mut rows: Vec<TimelineRow> = Vec::new();
        for (region, spans) in &self.regions {
            match rows.iter_mut().find(|row| row.spans == *spans) {
                Some(row) => row.regions.push(region.clone()),
                None => {
                    rows.push(TimelineRow { regions: vec![region.clone()], spans: spans.clone() })
                }
            }
        }
        rows
    }

    /// Whether all of every region is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.regions.values().flatten().all(|span| span.state != Stretch::Unknown)
    }
}

impl<'a> AccountView<'a> {
    /// When its management writes were recorded in the last so many days.
    ///
    /// # Errors
    /// Where it is not even known to when its history was read.
    pub fn timeline(&self, reach: impl Into<Reach>) -> Observed<Timeline> {
        let reach = reach.into();
        let days = reach.days;
        // Laid out over all that was read: what holds now tells nothing of a time that ended before.
        let (read, from, to) = self.window(days)?;
        let (first, last) = reach.within(from, to).ok_or_else(|| Gap {
            account: Some(self.id()),
            ..Gap::new(
                Fact::TrailHistory,
                Cause::NotAttempted,
                format!("event history tells of {from} to {to}: nothing of the period lies in it"),
            )
        })?;
        let courses = self.courses((from, to), days);
        let mut timeline = Timeline {
            read: (read, to),
            from: first,
            to: last,
            regions: BTreeMap::new(),
            open: None,
            evidence: Vec::new(),
        };
        for course in &courses {
            timeline.evidence.extend(course.evidence.iter().cloned());
        }
        // Of an account whose entry into the organization was not read it is not known since when it is there.
        let entry = self.entry();
        let unseen = self.unseen(days);
        for region in self.regions() {
            let unread = match self.trails_in(region) {
                Err(gap) if self.is_closed(&gap) => continue,
                other => other.err().or_else(|| unseen.clone()),
            };
            let mut line = Line::new(from, to);
            for course in &courses {
                let recorded = course.in_region(self, region);
                if let (true, Some(gap)) =
                    (recorded.iter().any(|(_, known)| *known == Known::Maybe), &course.open)
                {
                    timeline.open.get_or_insert_with(|| gap.clone());
                }
                line.add(&recorded);
            }
            let doubt = unread.or_else(|| entry.clone().err());
            if let Some(gap) = doubt {
                line.doubt();
                timeline.open.get_or_insert(gap);
            }
            let spans = line.spans(&courses).into_iter().filter_map(|span| span.cut(first, last));
            timeline.regions.insert(region.clone(), spans.collect());
        }
        Ok(timeline)
    }

    /// From when to when all of its answers look; between them, since when the account is there.
    fn window(&self, days: u32) -> Observed<(Timestamp, Timestamp, Timestamp)> {
        let histories = self.trail_questions_read();
        let (mut start, mut end) = (None::<Timestamp>, None::<Timestamp>);
        for history in histories {
            start = Some(start.map_or(history.start_time, |start| start.max(history.start_time)));
            end = Some(end.map_or(history.end_time, |end| end.min(history.end_time)));
        }
        let to = end.or(self.member.read_between.map(|(first, _)| first)).ok_or_else(|| Gap {
            account: Some(self.id()),
            ..Gap::new(Fact::TrailHistory, Cause::NotAttempted, "nothing of the account was read")
        })?;
        let ago = |days: u32| {
            to.checked_sub(SignedDuration::from_hours(i64::from(days).saturating_mul(24)))
                .unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let asked = ago(days.min(super::HORIZON_DAYS));
        let from = start.map_or(asked, |start| start.max(asked));
        let joined = self.member.joined.map_or(from, |joined| joined.max(from));
        Ok((from, joined.min(to), to))
    }

    fn trail_questions_read(&self) -> impl Iterator<Item = &'a EventHistory> {
        let regions: Vec<Region> = self.regions().cloned().collect();
        let document = self.document;
        probes::of_trails(document, &regions)
            .into_iter()
            .filter_map(move |probe| document.read::<EventHistory>(&probe).ok())
            .map(|(history, _)| history)
    }

    fn entry(&self) -> Observed<()> {
        if matches!(self.organization.description, Ok(None)) {
            return Ok(());
        }
        self.organization.is_listed()
    }

    /// The courses of all trails that may have recorded it: those that are there, and those that history tells were.
    fn courses(&self, window: (Timestamp, Timestamp), days: u32) -> Vec<Course> {
        let own = Look::at(self.document, self.trail_questions_all(), days);
        let mut courses = Vec::new();
        let mut known = Vec::new();
        for seen in self.organization.trails() {
            let concerns = seen.owner == self.id() || seen.is_organization_trail();
            match self.organization.trail_belongs(seen, self.id()) {
                Ok(false) => continue,
                _ if !concerns => continue,
                belongs => {
                    let look = self.look_at(seen, days.into());
                    let mut course = Course::of(seen, &look, window, self.organization.partition());
                    course.doubt(belongs.err());
                    course.doubt(self.carries(seen));
                    known.push(seen.arn().to_owned());
                    courses.push(course);
                }
            }
        }
        // What was deleted: by the account itself, or by those who may change the organization's trails.
        let others = self.organization.trail_administrators();
        let others = others.iter().filter(|document| document.account != self.id());
        let looks = others.map(|document| Look::at(document, all_of(document), days));
        let looks: Vec<Look<'_>> = [own].into_iter().chain(looks).collect();
        for (at, look) in looks.iter().enumerate() {
            let gone = Course::gone(look, window, (self.organization.partition(), &known, at == 0));
            courses.extend(gone);
        }
        courses
    }

    /// The calls on one trail, by whoever may change it, with a gap for each of them who was not read.
    #[must_use]
    pub fn calls_on(&self, trail: &Trail, reach: impl Into<Reach>) -> Look<'a> {
        self.look_at(trail, reach.into())
    }

    /// A trail of its own or of its organization that was stopped last before that time, and when.
    #[must_use]
    pub fn stopped_before(&self, time: Timestamp) -> Option<(&'a str, Timestamp)> {
        let trails = self.trails().into_iter().flatten();
        let stops = trails.filter_map(|seen| {
            let stop = seen.trail.status().ok()?.value.stop_logging_time?;
            (stop < time).then_some((seen.trail.arn(), stop))
        });
        stops.max_by_key(|(arn, stop)| (*stop, *arn))
    }

    fn trail_questions_all(&self) -> Vec<crate::snapshot::Probe> {
        all_of(self.document)
    }

    /// Why what a trail recorded may never have arrived.
    fn carries(&self, trail: &Trail) -> Option<Gap> {
        match deliverable(self.organization, trail) {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(Gap {
                account: Some(trail.owner),
                region: Some(trail.home().clone()),
                ..Gap::new(
                    Fact::TrailHistory,
                    Cause::Undecidable,
                    format!(
                        "{} cannot deliver now, and since when is not known: {why}",
                        trail.arn()
                    ),
                )
            }),
            Err(gap) => Some(gap),
        }
    }

    /// The calls on one trail, by whoever may change it.
    fn look_at(&self, trail: &Trail, reach: Reach) -> Look<'a> {
        let questions = probes::of_trail(trail);
        if !trail.is_organization_trail() {
            return Look::at(self.document, questions, reach);
        }
        let mut look = Look::default();
        let administrators = self.organization.trail_administrators();
        for document in &administrators {
            let own = document.account == trail.owner;
            // A delegate is not asked for the beginnings unless it shows an end.
            let asked = |probe: &crate::snapshot::Probe| {
                own || document.observations.contains_key(probe)
                    || !super::names::BEGINNINGS
                        .iter()
                        .any(|name| probe.resource.as_deref() == Some(name))
            };
            look.add(document, questions.iter().filter(|probe| asked(probe)).cloned(), reach);
        }
        look.gaps.extend(self.organization.administrators_unread(trail.owner));
        look
    }
}

/// Every question on trails that a document answers.
fn all_of(document: &crate::snapshot::Document) -> Vec<crate::snapshot::Probe> {
    document.observations.keys().filter(|probe| probe.fact == Fact::TrailHistory).cloned().collect()
}
