//! The rules on a region's default event bus.

use aws_sdk_eventbridge::config::Builder;
use trailproof_core::answer::{Answer, EventRule};
use trailproof_core::aws::Region;
use trailproof_core::monitoring::concerns_cloudtrail;

use super::gap::Failure;
use super::organizations::{incomplete, within};
use super::session::{Session, sdk_region};

const TARGETS: &str = "ListTargetsByRule";

/// The rules that no AWS service manages, and the targets of those that may take events of CloudTrail. Those that run by
/// the clock have no pattern; that they are there tells what a call on them came to.
pub async fn rules(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.events().list_rules();
    let (mut rules, mut token) = (Vec::new(), None);
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        for rule in answer.rules.ok_or_else(|| incomplete("Rules"))? {
            if rule.managed_by.is_some() {
                continue;
            }
            let mut rule = EventRule {
                name: rule.name.ok_or_else(|| incomplete("Rules[].Name"))?,
                state: rule.state.map(|state| state.as_str().to_owned()),
                event_pattern: rule.event_pattern.unwrap_or_default(),
                targets: Vec::new(),
            };
            if concerns_cloudtrail(&rule) {
                rule.targets = targets(session, region, &rule.name).await?;
            }
            rules.push(rule);
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::EventRules(rules));
        }
    }
}

/// One page is enough: a rule has a few targets, and one of them is all that is asked for.
async fn targets(session: &Session, region: &Region, rule: &str) -> Result<Vec<String>, Failure> {
    let request = session.events().list_targets_by_rule().rule(rule);
    let there = Builder::new().region(sdk_region(region));
    let sent = request.customize().config_override(there).send().await;
    let answer = sent.map_err(|error| within(TARGETS, error.into()))?;
    let targets = answer.targets.ok_or_else(|| within(TARGETS, incomplete("Targets")))?;
    Ok(targets.into_iter().map(|target| target.arn).collect())
}
