//! The log groups that trails deliver to.

use aws_sdk_cloudwatchlogs::config::Builder;
use trailproof_core::answer::{Answer, LogGroup};
use trailproof_core::aws::Region;

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::{Session, sdk_region};

/// The name in a log group's ARN, which trails write with `:*` at the end.
fn name(arn: &str) -> &str {
    let name = arn.split_once(":log-group:").map_or(arn, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

/// None where no log group has that name. CloudWatch Logs looks by the beginning of the name, and answers in order.
pub async fn group(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let name = name(arn);
    let request = session.logs().describe_log_groups().log_group_name_prefix(name);
    let mut token = None;
    loop {
        let there = Builder::new().region(sdk_region(region));
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there).send().await?;
        let groups = answer.log_groups.ok_or_else(|| incomplete("logGroups"))?;
        if let Some(group) = groups.iter().find(|group| group.log_group_name() == Some(name)) {
            return Ok(Answer::LogGroup(Some(LogGroup {
                retention_in_days: group.retention_in_days,
                kms_key_id: group.kms_key_id.clone().filter(|id| !id.is_empty()),
                log_group_class: group.log_group_class().map(|class| class.as_str().to_owned()),
            })));
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(Answer::LogGroup(None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trails_arn_names_its_log_group() {
        let arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws/trail:x";
        assert_eq!(name(&format!("{arn}:*")), "aws/trail:x");
        assert_eq!(name(arn), "aws/trail:x");
        assert_eq!(name("aws/trail"), "aws/trail");
    }
}
