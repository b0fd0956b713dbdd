//! A trail without tags tells nobody whose it is and what it is for.

use trailproof_core::answer::Tags;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "cloudtrail-trail-tagged",
    title: "Every trail carries the tags that the policy asks for",
    group: Group::Presence,
    severity: Severity::Info,
    weight: Severity::Info.weight(),
    rationale: "Whoever finds an untagged trail cannot tell whether it may be stopped, and whom to ask.",
    remediation: Remediation {
        summary: "Tag the trail with its owner and purpose.",
        command: "aws cloudtrail add-tags --resource-id {trail} --tags-list Key=owner,Value=TEAM --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html",
    },
    japanese: Japanese {
        title: "すべての証跡に、評価方針の求めるタグが付いている",
        rationale: "タグのない証跡を見つけた者は、停止してよいか、誰に確認すべきかを判断できない。",
        remediation: "証跡に責任者と目的を示すタグを付ける。",
    },
    controls: &[],
    reads: &[Fact::Trails, Fact::TrailTags],
    judge: Judge::Trail(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_cloudtrail" "audit" {
  # …
  tags = { owner = "security" }
}"#,
    r#"AuditTrail:
  Type: AWS::CloudTrail::Trail
  Properties:
    # …
    Tags:
      - Key: owner
        Value: security"#,
);

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    let (read, source) =
        audit.organization.resource::<Tags>(Fact::TrailTags, trail.arn(), trail.owner)?;
    let required = &audit.policy.required_tag_keys;
    let keys: Vec<&str> = read.tags.keys().map(String::as_str).collect();
    let missing: Vec<&str> =
        required.iter().map(String::as_str).filter(|key| !keys.contains(key)).collect();
    let verdict = if keys.is_empty() {
        fail("the trail has no tags").reason(Reason::UNTAGGED)
    } else if missing.is_empty() {
        pass(format!("{} tags", keys.len()))
    } else {
        fail(format!("the tags {} are missing", missing.join(", "))).reason(Reason::TAGS_MISSING)
    };
    let expected = match required.len() {
        0 => "any tag".to_owned(),
        _ => format!("the tags {}", required.iter().cloned().collect::<Vec<_>>().join(", ")),
    };
    Ok(verdict
        .observed(format!("{} tags", keys.len()))
        .expected(expected)
        .cite([source.cite("TagsList[].Key", keys)]))
}

#[cfg(test)]
#[test]
fn a_trail_is_tagged() {
    use trailproof_core::fixture::*;
    let tagged = |keys: &[&str]| {
        let tags = keys.iter().map(|key| ((*key).to_owned(), String::new())).collect();
        organization().with(trail("audit").but(|t| t.tags = tags))
    };
    let _ = expect(&CHECK)
        .passes(organization().with(trail("audit")))
        .passes(tagged(&["any"]))
        .fails("untagged", tagged(&[]))
        .is_unknown(Cause::AccessDenied, tagged(&["any"]).deny(Fact::TrailTags))
        .policy(|policy| policy.required_tag_keys = ["owner", "env"].map(String::from).into())
        .passes(tagged(&["env", "more", "owner"]))
        .fails("tags_missing", tagged(&["owner"]))
        .fails("untagged", tagged(&[]));
}
