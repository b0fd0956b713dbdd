//! The question of a whole account: is somebody told of every event of a set, wherever it happens?

use std::collections::BTreeSet;

use trailproof_filter_pattern::sets::EventSet;

use super::alarm::Wanted;
use super::asked::Events;
use super::chain::{Missed, Outcome, Question, Told, decide};
use super::group::LogDestination;
use super::links::Place;
use super::{bridge, feed};
use crate::account::AccountView;
use crate::aws::Region;
use crate::evidence::{Cause, Gap, Observed, any};
use crate::fact::Fact;
use crate::finding::{Verdict, fail, not_applicable, pass};
use crate::organization::Organization;
use crate::reason::Reason;

/// What the user's policy says of being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Whether rules on the event bus count.
    pub accept_eventbridge: bool,
    /// The longest period of an alarm, in seconds.
    pub alarm_max_period_s: u32,
    /// How old the last delivery to a log group may be, in hours.
    pub cwl_stale_hours: u32,
}

/// The region in which global services are recorded, where it is in scope.
#[must_use]
pub fn region_of_globals<'a>(account: &AccountView<'a>) -> Option<&'a Region> {
    let global = account.organization.partition().global_region();
    account.regions().find(|region| **region == global)
}

/// The verdict on an account and a set.
///
/// # Errors
/// Where nothing is proved to go unheard, and something that would tell was not read.
pub fn told(
    account: &AccountView<'_>,
    set: &'static EventSet,
    limits: Limits,
) -> Observed<Verdict> {
    let events = &Events::from(set);
    let regions: Vec<&Region> = if events.global {
        region_of_globals(account).into_iter().collect()
    } else {
        account.regions().collect()
    };
    if regions.is_empty() && events.global {
        let message = "the region in which these events are recorded is out of scope";
        return Ok(not_applicable(message).reason(Reason::REGION_OUT_OF_SCOPE));
    }
    let expected = format!("somebody is told of {}", events.name());
    let total = regions.len();
    let (mut gap, mut missed, mut by): (Option<Gap>, Option<Missed>, Vec<Told>) =
        (None, None, Vec::new());
    let (mut deaf, mut of_organization) = (Vec::new(), true);
    // Most regions see what the first one sees, and need not be asked again.
    let mut like: Vec<&Region> = Vec::new();
    for region in regions {
        if like.iter().any(|other| sees_the_same(account, other, region)) {
            continue;
        }
        match told_in(account, region, events, limits) {
            Ok(Ok(told)) => {
                of_organization &= told.central;
                like.extend(told.anywhere.then_some(region));
                if !by.contains(&told) {
                    by.push(told);
                }
            }
            Ok(Err(found)) => {
                deaf.push(region.as_str());
                missed.get_or_insert(found);
            }
            Err(found) if account.is_closed(&found) => {}
            Err(found) => {
                gap.get_or_insert(found);
            }
        }
    }
    if let Some(Missed { reason, message, event, evidence }) = missed {
        let place = match (deaf.as_slice(), total) {
            ([_, _, ..], total) if deaf.len() == total => String::new(),
            ([one], 1) if events.global => format!(" ({one})"),
            ([one], _) => format!(" ({one})"),
            ([first, ..], _) => format!(" ({first} and {} other regions)", deaf.len() - 1),
            ([], _) => String::new(),
        };
        let observed = match &event {
            Some(event) => format!("this event goes unheard: {event}"),
            None => message.clone(),
        };
        let verdict = fail(format!("{message}{place}")).reason(reason).observed(observed);
        return Ok(verdict.expected(expected).cite(evidence));
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    account.region_scope()?;
    if by.is_empty() {
        let detail = "no region of the account is in scope";
        return Err(Gap {
            account: Some(account.id()),
            ..Gap::new(Fact::Regions, Cause::RegionScopeUnproven, detail)
        });
    }
    let ways: BTreeSet<&str> =
        by.iter().flat_map(|told| told.by.iter().map(String::as_str)).collect();
    let message = format!("told by {}", ways.into_iter().collect::<Vec<_>>().join("; "));
    let reason = if of_organization { Some(Reason::COVERED_BY_ORG) } else { None };
    let evidence = by.iter().flat_map(|told| told.evidence.iter().cloned());
    Ok(pass(message).reason(reason).expected(expected).cite(evidence))
}

/// Whether an account was shown the same trails in two regions.
fn sees_the_same(account: &AccountView<'_>, one: &Region, other: &Region) -> bool {
    let member = account.member;
    let read = |region: &Region| !member.unread_regions.contains_key(region);
    read(one)
        && read(other)
        && member.sees.values().all(|regions| regions.contains(one) == regions.contains(other))
}

/// Whether somebody is told of every event of a set in one region.
///
/// # Errors
/// As [`told`].
pub fn told_in(
    account: &AccountView<'_>,
    region: &Region,
    events: &Events,
    limits: Limits,
) -> Outcome {
    let (mut gap, mut missed): (Option<Gap>, Option<Missed>) = (None, None);
    let mut idle: Option<String> = None;
    for seen in account.trails_in(region)? {
        let fed = feed::fault(account, seen.trail, (events, limits.cwl_stale_hours));
        if let Ok(Some(fault)) = fed {
            idle.get_or_insert_with(|| format!("{} {fault}", seen.trail.arn()));
            continue;
        }
        let Some(arn) = seen.trail.log_group() else { continue };
        let outcome = in_group(arn, (account, region), events, limits);
        match (fed, outcome) {
            (_, Ok(Err(found))) => {
                missed.get_or_insert(found);
            }
            (Ok(_), Ok(Ok(mut told))) => {
                told.evidence.push(seen.trail.cite("CloudWatchLogsLogGroupArn", arn));
                told.central = seen.trail.owner != account.id();
                return Ok(Ok(told));
            }
            (Err(found), _) | (_, Err(found)) => {
                gap.get_or_insert(found);
            }
        }
    }
    if limits.accept_eventbridge {
        match bridge::told(account, region, events) {
            Ok(Ok(told)) => return Ok(Ok(told)),
            Ok(Err(found)) => missed = missed.or_else(|| idle.is_none().then_some(found)),
            Err(found) => {
                gap.get_or_insert(found);
            }
        }
    }
    if let Some(gap) = gap {
        return Err(gap);
    }
    let nothing = || {
        let message = idle.clone().unwrap_or_else(|| "no trail records the region".to_owned());
        Missed {
            evidence: vec![account.cite_trails_in(region)],
            ..Missed::new(Reason::NO_TRAIL_LOG_GROUP, message)
        }
    };
    Ok(Err(missed.filter(|missed| missed.reason != Reason::NO_RULE).unwrap_or_else(nothing)))
}

/// Whether some trail records such events of an account in a region.
///
/// # Errors
/// Where none is known to, and something that would tell was not read.
pub fn is_recorded(account: &AccountView<'_>, region: &Region, events: &Events) -> Observed<bool> {
    let trails = account.trails_in(region)?;
    any(trails
        .iter()
        .map(|seen| feed::records(account, seen.trail, events).map(|fault| fault.is_none())))
}

/// Whether somebody is told by the filters and alarms of a log group.
fn in_group(
    arn: &str,
    (account, region): (&AccountView<'_>, &Region),
    events: &Events,
    limits: Limits,
) -> Outcome {
    let all = account.organization;
    let Some(group) = LogDestination::of(arn) else {
        let detail = format!("{arn} is no log group's ARN");
        return Err(Gap::new(Fact::LogGroup, Cause::Undecidable, detail));
    };
    let (described, source) = group.described(all)?;
    let Some(described) = described else {
        let cited = source.cite("logGroups", serde_json::Value::Null);
        let missed =
            Missed::new(Reason::NO_TRAIL_LOG_GROUP, format!("the log group {arn} does not exist"));
        return Ok(Err(Missed { evidence: vec![cited], ..missed }));
    };
    let class = described.log_group_class.as_deref();
    if let Some(class) = class.filter(|class| *class != "STANDARD") {
        let cited = source.cite("logGroupClass", class);
        let message = format!("a log group of the class {class} has no metric filters");
        return Ok(Err(Missed {
            evidence: vec![cited],
            ..Missed::new(Reason::LOG_GROUP_CLASS, message)
        }));
    }
    let place = particular(&group, all).then(|| (account.id().to_string(), region.to_string()));
    let max_period = limits.alarm_max_period_s;
    let asked = events.known_as().map(|id| (group.arn.clone(), id, place.clone(), max_period));
    if let Some(outcome) = asked.as_ref().and_then(|asked| all.told.get(asked)) {
        return outcome;
    }
    let within = place.as_ref().map(|(account, region)| (account.as_str(), region.as_str()));
    let wanted = Wanted { several: events.several, max_period };
    let links = Place { group: &group, all, wanted }.links();
    let question = Question { events, needed: events.needed(within), within };
    let outcome = links.and_then(|links| decide(&question, &links, Fact::MetricFilters));
    let outcome = match outcome {
        Ok(Ok(told)) => Ok(Ok(Told { anywhere: place.is_none(), ..told })),
        Ok(Err(missed)) if missed.evidence.is_empty() => {
            let counted = group.filters(all).ok();
            let cited =
                counted.map(|(filters, source)| source.cite("metricFilters", filters.len()));
            Ok(Err(Missed { evidence: cited.into_iter().collect(), ..missed }))
        }
        outcome => outcome,
    };
    if let Some(asked) = asked {
        all.told.keep(asked, &outcome);
    }
    outcome
}

/// Whether a filter of the group may take events of some accounts or regions and not of others.
fn particular(group: &LogDestination, all: &Organization) -> bool {
    let Ok((filters, _)) = group.filters(all) else { return false };
    filters.iter().any(|filter| {
        let dimensions =
            filter.metric_transformations.iter().flat_map(|metric| metric.dimensions.values());
        let criteria = filter.field_selection_criteria.iter();
        let mut texts = [&filter.filter_pattern].into_iter().chain(dimensions).chain(criteria);
        let named = |text: &String| {
            ["ccountId", "egion", "@aws", "%"].iter().any(|part| text.contains(part))
                || has_digits(text)
        };
        !filter.emit_system_field_dimensions.is_empty() || texts.any(named)
    })
}

/// Whether a text holds the digits of an account's id.
fn has_digits(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 12)
}
