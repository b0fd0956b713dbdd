//! Who can read the logs knows what is recorded, and what is watched.

use std::collections::BTreeMap;

use trailproof_core::prelude::*;
use trailproof_core::privilege::{Can, DECRYPT, Power, READ_LOGS, Roll, Target};

/// The check.
pub const CHECK: Check = Check {
    id: "log-readers-least-privilege",
    title: "Few principals of the log bucket's account can read its logs",
    group: Group::Privilege,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "Logs tell an intruder what is recorded and who answers, and they hold names, addresses and parameters.",
    remediation: Remediation {
        summary: "Let the bucket's policy deny reading but to a few principals, or its key's policy decrypting; approve \
                  readers in `approved_principals`.",
        command: "aws s3api put-bucket-policy --bucket {bucket} --policy file://few-readers.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
    },
    japanese: Japanese {
        title: "ログバケットのアカウントで、ログを読めるプリンシパルが少数である",
        rationale: "ログは、何が記録され、誰が対応するかを侵入者に教える。また、名前、アドレス、パラメータを含む。",
        remediation: "バケットポリシーで少数のプリンシパル以外の読み取りを拒否するか、キーポリシーで復号を拒否する。\
                      読み取りを認める者は `approved_principals` で承認する。",
    },
    controls: &[],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketPolicy,
        Fact::Key,
        Fact::KeyPolicy,
        Fact::AuthorizationDetails,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ],
    judge: Judge::GuardedBucket(judge),
};

/// What it takes to read the logs: the bucket, and where all trails encrypt with keys one of those.
struct Reading {
    /// The bucket comes first.
    targets: Vec<Target>,
    /// Whether some trail encrypts with no key of its own.
    plain: bool,
    /// Why it is not known of some key what it is.
    gap: Option<Gap>,
}

impl Reading {
    fn of(bucket: &Bucket, roll: &Roll, account: &AccountView<'_>) -> Self {
        let all = account.organization;
        let mut reading = Self {
            targets: vec![Target::bucket(bucket, &[READ_LOGS], (roll, all))],
            plain: false,
            gap: None,
        };
        let mut keys = BTreeMap::new();
        for trail in bucket.trails.iter().filter_map(|arn| all.trail(arn)) {
            match all.key_of(trail) {
                Some(key) => drop(keys.insert(key.arn.as_str(), key)),
                None => reading.plain = true,
            }
        }
        for key in keys.into_values() {
            let own = key.target.account == account.id();
            match Target::key(key, &[DECRYPT], (all, own)) {
                Ok(target) => reading.targets.extend(target),
                Err(gap) => drop(reading.gap.get_or_insert(gap)),
            }
        }
        reading
    }

    /// Whether somebody with these powers can read: both must be had.
    fn can(&self, powers: &[Power]) -> Option<Can> {
        let of_bucket = powers.iter().find(|power| power.target == 0)?.can.clone();
        let mut keys = powers.iter().filter(|power| power.target > 0).map(|power| &power.can);
        let any = |wanted: &dyn Fn(&Can) -> bool| keys.clone().find(|can| wanted(can)).cloned();
        let unread = || self.gap.clone().map(|gap| Can::Unknown(gap.into()));
        let of_key = if self.plain {
            Some(Can::Yes)
        } else {
            any(&|can| *can == Can::Yes)
                .or_else(|| any(&|can| matches!(can, Can::Unknown(_))))
                .or_else(unread)
                .or_else(|| keys.next().cloned())
        };
        Some(match (of_bucket, of_key?) {
            (Can::Unknown(gap), _) | (_, Can::Unknown(gap)) => Can::Unknown(gap),
            (Can::Yes, Can::Yes) => Can::Yes,
            _ => Can::If,
        })
    }
}

fn judge(bucket: &Bucket, account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let roll = account.roll()?;
    let reading = Reading::of(bucket, roll, account);
    let most = usize::try_from(audit.policy.log_readers_max).unwrap_or(usize::MAX);
    let strict = audit.policy.strict_conditions;
    let expected = format!("at most {most} unapproved readers");
    let anybody = reading.can(&roll.anybody_can(&reading.targets));
    if anybody == Some(Can::Yes) {
        let policy = bucket.resource_policy()?;
        return Ok(fail("everybody in its account can read the logs, by its policy")
            .reason(Reason::EVERYONE)
            .expected(expected)
            .cite([policy.cite_all()]));
    }
    let approved = &audit.policy.approved_principals;
    let (mut readers, mut open, mut gap) = (Vec::new(), 0, None);
    for holder in roll.who_can(&reading.targets) {
        let Some(principal) = roll.principals().get(holder.principal) else { continue };
        let arn = &principal.arn;
        if approved.iter().any(|glob| trailproof_core::pattern::matches(glob, arn)) {
            continue;
        }
        match reading.can(&holder.powers) {
            Some(Can::Yes) => readers.push(principal),
            Some(Can::If) if strict => readers.push(principal),
            Some(Can::Unknown(found)) => {
                open += 1;
                gap.get_or_insert(found);
            }
            Some(Can::If) | None => {}
        }
    }
    let number = readers.len();
    let total = roll.principals().len();
    let listed: Vec<Evidence> = readers
        .iter()
        .take(50)
        .map(|one| roll.cite(Some(one), "effective permissions", READ_LOGS))
        .collect();
    let counted = roll.cite(None, "principals that can read", number);
    if number > most {
        let first: Vec<&str> = readers.iter().take(3).map(|one| one.short()).collect();
        let text = format!(
            "{number} of {total} principals can read the logs, {} among them",
            first.join(", ")
        );
        return Ok(fail(text)
            .reason(Reason::TOO_MANY_READERS)
            .expected(expected)
            .cite([counted])
            .cite(listed));
    }
    let unread = |can: Option<Can>| match can {
        Some(Can::Unknown(gap)) => Err((*gap).clone()),
        _ => Ok(()),
    };
    unread(anybody)?;
    gap.filter(|_| number + open > most).map_or(Ok(()), |gap| Err((*gap).clone()))?;
    if roll.principals().len() > most {
        reading.targets.iter().try_for_each(|one| one.incomplete.clone().map_or(Ok(()), Err))?;
        audit.organization.all_trails_complete()?;
    }
    Ok(pass(format!("{number} of {total} principals can read the logs"))
        .expected(expected)
        .cite([counted])
        .cite(listed))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn readers(number: usize, actions: &[&str]) -> World {
        let policy: Value = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": actions, "Resource": "*" }] });
        let world = organization().with(trail("audit"));
        (0..number).fold(world, |world, at| {
            world.principal(ARCHIVE, user(&format!("u{at:02}")).inline("read", policy.clone()))
        })
    }

    const BOTH: [&str; 2] = ["s3:Get*", "kms:Decrypt"];

    #[test]
    fn whoever_gets_and_decrypts_is_a_reader() {
        let unencrypted =
            |world: World| world.but(|world| world.trails[0].description.kms_key_id = None);
        let open = || {
            bucket("logs").owner(ARCHIVE).with_statement(json!({ "Effect": "Allow",
            "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*",
            "Condition": { "StringEquals": { "aws:PrincipalOrgID": ORGANIZATION } } }))
        };
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            .passes(readers(10, &BOTH))
            .fails("too_many_readers", readers(11, &BOTH))
            .passes(readers(11, &["s3:GetObject"]))
            .fails("too_many_readers", unencrypted(readers(11, &["s3:GetObject"])))
            .passes(readers(11, &["kms:Decrypt"]))
            // Whoever can get cannot decrypt.
            .passes(readers(0, &BOTH).with_bucket(open()))
            .fails("everyone", unencrypted(readers(0, &BOTH)).with_bucket(open()))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::BucketPolicy))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::Key))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::KeyPolicy))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, readers(11, &BOTH).deny(Fact::PolicyTargets))
            .policy(|policy| policy.approved_principals = vec!["*:user/u0?".into()])
            .passes(readers(12, &BOTH))
            .policy(|policy| policy.log_readers_max = 3)
            .fails("too_many_readers", readers(4, &BOTH))
            // A key of another account needs that account's word too.
            .passes(readers(4, &BOTH).but(|world| {
                let theirs = KEY.replace(ARCHIVE, MEMBER);
                world.trails[0].description.kms_key_id = Some(theirs.clone());
                world.keys = [(theirs.clone(), key_metadata(&theirs))].into();
            }));
    }
}
