//! Rules on the event bus, which tell of events without a log group.

use trailproof_filter_pattern::bridge::{Clause, Leaf, Scalar};
use trailproof_filter_pattern::{Answer, EventPattern, Matcher};

use super::asked::Events;
use super::chain::{Missed, Outcome, Told};
use super::told::is_recorded;
use crate::account::AccountView;
use crate::answer::EventRule;
use crate::aws::Region;
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;
use crate::reason::Reason;
use crate::selector::Half;
use crate::snapshot::Probe;

/// The state in which a rule also sees management events that only read.
const WITH_READS: &str = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

fn is_enabled(rule: &EventRule) -> bool {
    matches!(rule.state.as_deref(), Some("ENABLED" | WITH_READS))
}

/// Whether a rule may take events of CloudTrail: it is on, and its pattern names no other kind alone.
#[must_use]
pub fn concerns_cloudtrail(rule: &EventRule) -> bool {
    is_enabled(rule) && may_take_cloudtrail(rule)
}

/// Whether a rule's pattern names CloudTrail or its kinds of events, whether or not the rule is on.
#[must_use]
pub fn names_cloudtrail(rule: &EventRule) -> bool {
    let named = ["CloudTrail", "cloudtrail"].iter().any(|name| rule.event_pattern.contains(name));
    named && may_take_cloudtrail(rule)
}

/// Whether the pattern, if there is one, names no other kind of events alone.
fn may_take_cloudtrail(rule: &EventRule) -> bool {
    let other = |leaf: &Leaf| matches!(leaf, Leaf::Literal(Scalar::Text(text)) if !text.ends_with("via CloudTrail"));
    let others = |clause: &Clause| matches!(clause, Clause::Field(name, tests) if name == "detail-type" && tests.iter().all(other));
    let pattern = EventPattern::parse(&rule.event_pattern);
    // A rule that runs by the clock has none.
    !rule.event_pattern.is_empty()
        && pattern.map_or(true, |pattern| !pattern.clauses.iter().any(others))
}

/// Whether rules on the bus of an account's region tell of every event of a set.
pub(super) fn told(account: &AccountView<'_>, region: &Region, events: &Events) -> Outcome {
    let probe = Probe::regional(Fact::EventRules, region);
    let (rules, source) = account.document.read::<Vec<EventRule>>(&probe)?;
    let reads = events.are_in(Half::Read);
    let (mut matchers, mut names, mut unread) = (Vec::new(), Vec::new(), None);
    for rule in rules.iter().filter(|rule| concerns_cloudtrail(rule)) {
        if rule.targets.is_empty() || (reads && rule.state.as_deref() != Some(WITH_READS)) {
            continue;
        }
        match EventPattern::parse(&rule.event_pattern) {
            Ok(pattern) => {
                matchers.push(Matcher::from(&pattern));
                names.push(format!("rule {}, {}", rule.name, rule.targets.join(", ")));
            }
            Err(error) => unread = Some(format!("the rule {}: {error}", rule.name)),
        }
    }
    let gap = |detail: String| Gap {
        account: Some(account.id()),
        region: Some(region.clone()),
        ..Gap::new(Fact::EventRules, Cause::Undecidable, detail)
    };
    let evidence = vec![
        source.cite("Rules[].Name", rules.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>()),
    ];
    let missed = |message: &str| {
        Ok(Err(Missed { evidence: evidence.clone(), ..Missed::new(Reason::NO_RULE, message) }))
    };
    if matchers.is_empty() && unread.is_none() {
        return missed("no rule on the event bus takes them");
    }
    // What no trail records does not reach the bus.
    if !is_recorded(account, region, events)? {
        return missed("no trail records them, so that the event bus does not get them");
    }
    let needed = events.needed_on_bus(account.id().as_str(), region.as_str());
    match (needed.covered_by(&matchers), unread) {
        (Answer::Proved, _) => {
            Ok(Ok(Told { by: names, central: false, anywhere: false, evidence }))
        }
        (_, Some(detail)) => Err(gap(detail)),
        (Answer::Unclear(doubt), None) => Err(gap(doubt.to_string())),
        (Answer::Refuted(_), None) => missed("no rule on the event bus takes all of them"),
    }
}
