//! Whether a trail brings a set's events of an account to its log group.

use super::asked::Events;
use crate::account::AccountView;
use crate::evidence::Observed;
use crate::selector::{Half, Recorded};
use crate::trail::Trail;
use jiff::SignedDuration;

/// Why it does not, where it does not: a fragment that goes on from the trail's name.
///
/// # Errors
/// Where nothing proves a fault and something that would was not read.
pub(super) fn fault(
    account: &AccountView<'_>,
    trail: &Trail,
    (events, stale_hours): (&Events, u32),
) -> Observed<Option<String>> {
    let mut gap = None;
    let answers = [records(account, trail, events), delivers(trail, stale_hours)];
    for answer in answers {
        match answer {
            Ok(Some(fault)) => return Ok(Some(fault)),
            Ok(None) => {}
            Err(found) => {
                gap.get_or_insert(found);
            }
        }
    }
    gap.map_or(Ok(None), Err)
}

/// Why a trail does not record the set's events of an account, where it does not.
///
/// # Errors
/// As [`fault`].
pub(super) fn records(
    account: &AccountView<'_>,
    trail: &Trail,
    events: &Events,
) -> Observed<Option<String>> {
    let (belongs, logging) = (account.belongs(trail), account.is_logging(trail));
    if belongs == Ok(false) {
        return Ok(Some("belongs to another organization".to_owned()));
    }
    if logging == Ok(false) {
        return Ok(Some("is not logging".to_owned()));
    }
    let management = trail.management();
    if let Ok(halves) = &management {
        for (half, recorded) in halves {
            let asked = events.are_in(*half);
            let left_out = match recorded {
                Recorded::Full => continue,
                Recorded::None => asked.then(|| "none".to_owned()),
                Recorded::Partial(codes) => {
                    // What is left out of other sources is none of the set's.
                    let concerned = |code: &&String| {
                        let source = code.strip_prefix("excludes:");
                        source.is_none_or(|source| events.may_be_of(source))
                    };
                    codes.iter().find(concerned).cloned().filter(|_| asked)
                }
            };
            if let Some(what) = left_out {
                let half = if *half == Half::Read { "reads" } else { "writes" };
                return Ok(Some(format!("does not record all management events ({half}: {what})")));
            }
        }
    }
    belongs?;
    logging?;
    management?;
    Ok(None)
}

/// Why a trail does not deliver to its log group, where it does not.
fn delivers(trail: &Trail, stale_hours: u32) -> Observed<Option<String>> {
    if trail.log_group().is_none() {
        return Ok(Some("has no log group".to_owned()));
    }
    let status = trail.delivery()?;
    let hours = i64::from(stale_hours);
    Ok(match status.value.latest_cloud_watch_logs_delivery_time {
        None => Some("never delivered to its log group".to_owned()),
        // Ages are measured from the reading, never from the clock of the judging run.
        Some(last) => {
            let age = status.source.called_at.duration_since(last);
            let stale = age > SignedDuration::from_hours(hours);
            stale.then(|| format!("delivered to its log group {} hours ago", age.as_hours()))
        }
    })
}
