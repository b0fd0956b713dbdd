//! What a snapshot knows of the trails whose log files are proved: who must have a chain, and who stopped one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use trailproof_core::answer::{EventHistory, OrganizationDescription, TrailDescription};
use trailproof_core::aws::{Partition, Region};
use trailproof_core::fact::Fact;
use trailproof_core::history::look::Past;
use trailproof_core::roster::{AccountEntry, OptInStatus, RegionEntry};
use trailproof_core::sentence::Sentence;
use trailproof_core::snapshot::{Document, Probe, Snapshot};
use trailproof_digest::{Call, Finding, Folder, Kind, PlaceReport, Span};

use crate::exit::Stop;
use crate::store::Reader;

/// The calls after which a chain ends or begins: CloudTrail signs nothing between a stop and a start.
const ENDS: [&str; 3] = ["StopLogging", "DeleteTrail", "UpdateTrail"];
const BEGINS: [&str; 3] = ["StartLogging", "CreateTrail", "UpdateTrail"];

/// How far the edge of a gap and the call that made it may be apart: a digest covers up to an hour.
const NEAR: SignedDuration = SignedDuration::from_hours(1);

/// A call is recorded with the second in which it was made, the last digest with that in which it was closed.
const CLOSE: SignedDuration = SignedDuration::from_mins(5);

/// An account and region in which a chain must be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// When the account joined the organization: there was no chain before.
    pub joined: Option<Timestamp>,
}

/// Who must have a chain of an organization's trail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// The organization's id.
    pub organization: String,
    /// Its active accounts with their regions.
    pub slots: BTreeSet<Slot>,
}

/// What event history tells of a trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailPast {
    /// Its name.
    pub name: String,
    /// The region that it was made in.
    pub home_region: String,
    /// The account that owns it.
    pub account: String,
    /// The calls that ended or began it, the oldest first.
    pub calls: Vec<Call>,
    /// To when it was looked at.
    pub to: Timestamp,
}

/// What a snapshot tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The snapshot's run.
    pub run_id: String,
    /// From when to when event history was read.
    pub read: Option<Span>,
    /// The calls on trails.
    pub trails: Vec<TrailPast>,
    /// Who must have a chain, where an organization trail writes to the bucket.
    pub members: Option<Members>,
}

/// The trails of a snapshot, by ARN.
type Trails = BTreeMap<String, TrailDescription>;

impl Known {
    /// Reads a snapshot for what it knows of the trails that write to a bucket.
    ///
    /// # Errors
    /// A snapshot that cannot be read (2).
    pub fn of(path: &Path, bucket: &str) -> Result<Self, Stop> {
        let reader = Reader::open(path)?;
        let partition = reader.manifest().partition.clone();
        let mut known = Self { run_id: reader.manifest().run_id.clone(), ..Self::default() };
        let (mut trails, mut regions) = (Trails::new(), BTreeMap::new());
        let mut calls: BTreeMap<String, (Vec<Call>, Timestamp)> = BTreeMap::new();
        reader.visit(&mut |document| {
            add_trails(document, &mut trails);
            let listed = document.read::<Vec<RegionEntry>>(&Probe::global(Fact::Regions));
            if let Ok((listed, _)) = listed {
                regions.insert(document.account, listed.clone());
            }
            known.add_calls((document, &partition), &mut calls);
            ControlFlow::Continue(())
        })?;
        known.trails = calls.into_iter().filter_map(|(arn, calls)| past(&arn, calls)).collect();
        let of_bucket = |one: &&TrailDescription| {
            one.is_organization_trail == Some(true) && one.s3_bucket_name.as_deref() == Some(bucket)
        };
        let document = reader.organization();
        let described =
            document.read::<Option<OrganizationDescription>>(&Probe::global(Fact::Organization));
        let accounts = document.read::<Vec<AccountEntry>>(&Probe::global(Fact::Accounts));
        if let (Some(trail), Ok((Some(organization), _)), Ok((accounts, _))) =
            (trails.values().find(of_bucket), described, accounts)
        {
            let defaults: Vec<RegionEntry> =
                partition.default_regions().into_iter().map(default).collect();
            let of = |account: &AccountEntry| regions.get(&account.id).unwrap_or(&defaults).clone();
            known.members = Some(Members::of(&organization.id, trail, accounts, &of));
        }
        Ok(known)
    }

    fn add_calls(
        &mut self,
        (document, partition): (&Document, &Partition),
        calls: &mut BTreeMap<String, (Vec<Call>, Timestamp)>,
    ) {
        let asked = document.observations.keys().filter(|probe| probe.fact == Fact::TrailHistory);
        for probe in asked {
            let Ok((history, source)) = document.read::<EventHistory>(probe) else { continue };
            let read = Span { from: history.start_time, to: history.end_time };
            let all = self.read.unwrap_or(read);
            self.read = Some(Span { from: all.from.max(read.from), to: all.to.min(read.to) });
            for event in &history.events {
                let past = Past { event, source: source.clone() };
                let name = event.event_name.as_str();
                if !past.succeeded() || !ENDS.iter().chain(&BEGINS).any(|one| *one == name) {
                    continue;
                }
                let Some(arn) = trailproof_core::history::change::trail_arn(&past, partition)
                else {
                    continue;
                };
                let (of_trail, to) = calls.entry(arn).or_insert_with(|| (Vec::new(), read.to));
                *to = (*to).max(read.to);
                of_trail.push(Call {
                    at: event.event_time,
                    name: name.to_owned(),
                    actor: event.actor.clone(),
                    source_ip: event.source_ip_address.clone(),
                    event_id: event.event_id.clone(),
                    validation: event
                        .request_parameters
                        .get("enableLogFileValidation")
                        .and_then(serde_json::Value::as_bool),
                });
            }
        }
    }

    /// The past of the trail whose chain lies in a folder.
    pub fn past(&self, folder: &Folder, (name, home): (&str, &str)) -> Option<&TrailPast> {
        self.trails.iter().find(|one| {
            let owner = folder.organization.is_some() || one.account == folder.account;
            one.name == name && one.home_region == home && owner
        })
    }

    /// Names the calls that made the gaps of a folder, as far as event history shows them.
    pub fn explain(&self, report: &mut PlaceReport) {
        let PlaceReport { chains, findings } = report;
        for finding in findings.iter_mut().filter(|finding| finding.kind == Kind::Gap) {
            let chain = chains.iter().find(|chain| chain.trail == finding.trail);
            let past = chain
                .and_then(|chain| self.past(&chain.folder, (&chain.trail, &chain.home_region)));
            self.explain_one(finding, past.map(|past| past.calls.as_slice()).unwrap_or_default());
        }
    }

    fn explain_one(&self, finding: &mut Finding, calls: &[Call]) {
        let near = |one: Timestamp, other: Timestamp| one.duration_since(other).abs() <= NEAR;
        let end = calls.iter().filter(|call| ends(call) && near(call.at, finding.from));
        let begin = calls.iter().filter(|call| begins(call) && near(call.at, finding.to));
        finding.calls = end.chain(begin).cloned().collect();
        finding.calls.sort_by_key(|call| call.at);
        finding.calls.dedup();
        let told: Vec<String> = finding.calls.iter().map(describe).collect();
        let read = self.read;
        let reaches = read.is_some_and(|read| read.from <= finding.from && finding.from < read.to);
        let history = |sentence: Sentence| String::from(sentence.with(&[&self.run_id]));
        finding.detail = match (told.is_empty(), reaches) {
            (false, _) => format!("nothing is signed for this time: {}", told.join("; ")),
            (true, true) => {
                format!("{}; {}", finding.detail, history(Sentence::HISTORY_SHOWS_NO_CALL))
            }
            (true, false) => {
                format!("{}; {}", finding.detail, history(Sentence::HISTORY_DOES_NOT_REACH))
            }
        };
    }
}

fn ends(call: &Call) -> bool {
    ENDS.contains(&call.name.as_str())
        && (call.name != "UpdateTrail" || call.validation == Some(false))
}

fn begins(call: &Call) -> bool {
    BEGINS.contains(&call.name.as_str())
        && (call.name != "UpdateTrail" || call.validation == Some(true))
}

fn describe(call: &Call) -> String {
    let by = call.actor.as_deref().unwrap_or("somebody");
    let from = call.source_ip.as_ref().map(|ip| format!(" from {ip}")).unwrap_or_default();
    format!("{} at {} by {by}{from}", call.name, call.at)
}

fn add_trails(document: &Document, trails: &mut Trails) {
    for probe in document.observations.keys().filter(|probe| probe.fact == Fact::Trails) {
        if let Ok((listed, _)) = document.read::<Vec<TrailDescription>>(probe) {
            for trail in listed {
                trails.entry(trail.trail_arn.clone()).or_insert_with(|| trail.clone());
            }
        }
    }
}

fn default(region_name: Region) -> RegionEntry {
    RegionEntry { region_name, region_opt_status: OptInStatus::EnabledByDefault }
}

fn past(arn: &str, (mut calls, to): (Vec<Call>, Timestamp)) -> Option<TrailPast> {
    let arn = trailproof_core::aws::Arn::parse(arn).ok()?;
    let name = arn.resource.strip_prefix("trail/")?.to_owned();
    calls.sort_by(|one, other| {
        one.at.cmp(&other.at).then_with(|| one.event_id.cmp(&other.event_id))
    });
    calls.dedup_by(|one, other| one.event_id == other.event_id && !one.event_id.is_empty());
    let (home_region, account) = (arn.region.to_string(), arn.account.to_string());
    Some(TrailPast { name, home_region, account, calls, to })
}

impl TrailPast {
    /// When it was stopped: no digest of this time was ever made.
    pub fn stops(&self) -> Vec<Span> {
        let (mut stops, mut since) = (Vec::new(), None);
        for call in &self.calls {
            if ends(call) {
                since.get_or_insert(call.at);
            } else if begins(call)
                && let Some(from) = since.take()
            {
                stops.extend(Span::new(earlier(from), call.at));
            }
        }
        stops.extend(since.and_then(|from| Span::new(earlier(from), self.to)));
        stops
    }
}

fn earlier(at: Timestamp) -> Timestamp {
    at.checked_sub(CLOSE).unwrap_or(at)
}

impl Members {
    /// The active accounts with the regions in which a trail records them.
    pub fn of(
        organization: &str,
        trail: &TrailDescription,
        accounts: &[AccountEntry],
        regions: &dyn Fn(&AccountEntry) -> Vec<RegionEntry>,
    ) -> Self {
        let home = &trail.home_region;
        let one_region = trail.is_multi_region_trail == Some(false);
        let mut slots = BTreeSet::new();
        for account in accounts.iter().filter(|one| one.state.is_active()) {
            let on: Vec<RegionEntry> = regions(account);
            let on =
                || on.iter().filter(|one| is_on(one.region_opt_status)).map(|one| &one.region_name);
            // An account that has not enabled the trail's home region has no part in it.
            if !on().any(|region| region == home) {
                continue;
            }
            slots.extend(on().filter(|region| !one_region || *region == home).map(|region| Slot {
                account: account.id.to_string(),
                region: region.to_string(),
                joined: account.joined_timestamp,
            }));
        }
        Self { organization: organization.to_owned(), slots }
    }

    /// When the account of a folder joined.
    pub fn joined(&self, folder: &Folder) -> Option<Timestamp> {
        let of = |slot: &&Slot| slot.account == folder.account;
        self.slots.iter().find(of).and_then(|slot| slot.joined)
    }
}

fn is_on(status: OptInStatus) -> bool {
    matches!(status, OptInStatus::Enabled | OptInStatus::EnabledByDefault)
}
