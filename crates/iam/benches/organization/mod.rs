//! A made-up organization, account by account as it would be read, with what its principals are asked.

use std::sync::Arc;

use trailproof_iam::bulk::{Asker, Bulk, PolicyId, Question};
use trailproof_iam::{Known, Level, NamedPolicy, PolicyDocument};

/// Actions and, by a letter, what they are on: a trail, bucket, object, key, log group, alarm, topic, role, or nothing.
pub const ASKED: [(char, &[&str]); 9] = [
    (
        't',
        &[
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
            "PutInsightSelectors",
            "AddTags",
            "RemoveTags",
        ],
    ),
    (
        'b',
        &[
            "PutLifecycleConfiguration",
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketVersioning",
            "PutBucketObjectLockConfiguration",
            "PutEncryptionConfiguration",
            "DeleteBucket",
            "PutBucketAcl",
            "PutBucketOwnershipControls",
            "PutBucketPublicAccessBlock",
            "PutReplicationConfiguration",
            "PutBucketNotification",
            "PutBucketLogging",
            "PutBucketTagging",
        ],
    ),
    (
        'o',
        &[
            "DeleteObject",
            "DeleteObjectVersion",
            "PutObject",
            "BypassGovernanceRetention",
            "PutObjectRetention",
            "PutObjectLegalHold",
            "UpdateObjectEncryption",
            "PutObjectTagging",
        ],
    ),
    (
        'k',
        &[
            "ScheduleKeyDeletion",
            "DisableKey",
            "PutKeyPolicy",
            "DeleteImportedKeyMaterial",
            "RevokeGrant",
            "CreateGrant",
            "DisableKeyRotation",
        ],
    ),
    (
        'l',
        &[
            "DeleteLogGroup",
            "PutRetentionPolicy",
            "DeleteMetricFilter",
            "PutMetricFilter",
            "DeleteSubscriptionFilter",
            "PutLogGroupDeletionProtection",
            "AssociateKmsKey",
        ],
    ),
    ('a', &["DeleteAlarms", "DisableAlarmActions", "SetAlarmState", "PutMetricAlarm"]),
    ('n', &["DeleteTopic", "SetTopicAttributes", "RemovePermission", "AddPermission"]),
    ('r', &["PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy", "PassRole"]),
    (
        '-',
        &[
            "LeaveOrganization",
            "StopImport",
            "PutAccountPublicAccessBlock",
            "DisableRegion",
            "PutResourcePolicy",
        ],
    ),
];

pub const fn service(on: char) -> &'static str {
    match on {
        't' => "cloudtrail",
        'b' | 'o' => "s3",
        'k' => "kms",
        'l' => "logs",
        'a' => "cloudwatch",
        'n' => "sns",
        _ => "iam",
    }
}

pub fn actions() -> Vec<String> {
    let named = |on: char, name: &str| match name {
        "LeaveOrganization" => format!("organizations:{name}"),
        "StopImport" => format!("cloudtrail:{name}"),
        "PutAccountPublicAccessBlock" => format!("s3:{name}"),
        "DisableRegion" => format!("account:{name}"),
        "PutResourcePolicy" => format!("logs:{name}"),
        _ => format!("{}:{name}", service(on)),
    };
    ASKED.iter().flat_map(|(on, names)| names.iter().map(move |name| named(*on, name))).collect()
}

pub fn allow(action: &str, resource: &str, condition: &str) -> String {
    policy(&format!(r#""Effect":"Allow","Action":{action},"Resource":{resource}{condition}"#))
}

pub fn policy(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{{statement}}}]}}"#)
}

/// What AWS and the organization's own platform team give to every account.
pub struct Shared {
    pub admin: PolicyId,
    pub read_only: PolicyId,
    pub power: PolicyId,
    pub boundary: PolicyId,
    pub mfa: PolicyId,
    pub scps: Vec<Level>,
    pub rcps: Vec<Level>,
}

pub fn level(name: &str, policies: &[&str]) -> Level {
    let named = policies.iter().enumerate().map(|(at, text)| {
        NamedPolicy::new(format!("{name}/{at}"), PolicyDocument::parse(text).unwrap())
    });
    Level { name: name.into(), policies: named.collect() }
}

pub fn shared(bulk: &mut Bulk) -> Shared {
    let full = allow(r#""*""#, r#""*""#, "");
    let reads: Vec<String> = (0..400)
        .map(|at| {
            format!(r#""service{}:Describe*","service{}:List*","service{}:Get*""#, at, at, at)
        })
        .collect();
    let reads =
        format!("[{},\"cloudtrail:Get*\",\"s3:List*\",\"logs:Describe*\"]", reads.join(","));
    let guard = policy(
        r#""Sid":"TrailIsUntouchable","Effect":"Deny","Action":["cloudtrail:StopLogging","cloudtrail:DeleteTrail","cloudtrail:UpdateTrail","cloudtrail:PutEventSelectors"],"Resource":"arn:aws:cloudtrail:*:*:trail/org-*","Condition":{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/TrailAdmin","arn:aws:iam::*:role/AWSControlTowerExecution"]}}"#,
    );
    let region = policy(
        r#""Sid":"Regions","Effect":"Deny","NotAction":["iam:*","organizations:*","sts:*","account:*","support:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1","us-east-1"]},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/AWSControlTowerExecution"}}"#,
    );
    let stay =
        policy(r#""Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*""#);
    let rcp_full = policy(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#);
    let perimeter = policy(
        r#""Effect":"Deny","Principal":"*","Action":["s3:*","kms:*","sqs:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-example"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}"#,
    );
    Shared {
        admin: bulk.policy("AdministratorAccess", &full).unwrap(),
        read_only: bulk.policy("ReadOnlyAccess", &allow(&reads, r#""*""#, "")).unwrap(),
        power: bulk
            .policy(
                "PowerUserAccess",
                &policy(r#""Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*""#),
            )
            .unwrap(),
        boundary: bulk
            .policy(
                "boundary",
                &policy(r#""Effect":"Allow","NotAction":["cloudtrail:*","kms:*","iam:*"],"Resource":"*""#),
            )
            .unwrap(),
        mfa: bulk
            .policy(
                "require-mfa",
                &policy(r#""Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#),
            )
            .unwrap(),
        scps: vec![level("r-root", &[&full, &stay]), level("ou-workloads", &[&full, &guard, &region])],
        rcps: vec![level("r-root", &[&rcp_full, &perimeter])],
    }
}

pub fn questions(account: &str) -> Vec<Question> {
    let document = |text: String| -> Arc<[NamedPolicy]> {
        vec![NamedPolicy::new("resource", PolicyDocument::parse(&text).unwrap())].into()
    };
    let bucket = document(format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::logs-{account}/AWSLogs/*"}},
        {{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::logs-{account}","arn:aws:s3:::logs-{account}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}},
        {{"Effect":"Deny","Principal":"*","Action":["s3:DeleteObject*","s3:PutLifecycleConfiguration"],"Resource":["arn:aws:s3:::logs-{account}","arn:aws:s3:::logs-{account}/*"],"Condition":{{"ArnNotEquals":{{"aws:PrincipalArn":"arn:aws:iam::{account}:role/TrailAdmin"}}}}}}]}}"#
    ));
    let key = document(format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}},
        {{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:role/TrailAdmin"}},"Action":["kms:Put*","kms:Disable*"],"Resource":"*"}}]}}"#
    ));
    let mut questions = Vec::new();
    for (on, names) in ASKED {
        for _ in names {
            let resource = match on {
                't' => format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/org-trail"),
                'b' => format!("arn:aws:s3:::logs-{account}"),
                'o' => format!(
                    "arn:aws:s3:::logs-{account}/AWSLogs/{account}/CloudTrail/eu-west-1/2026/01/01/x"
                ),
                'k' => format!("arn:aws:kms:eu-west-1:{account}:key/0"),
                'l' => format!("arn:aws:logs:eu-west-1:{account}:log-group:trail:*"),
                'a' => format!("arn:aws:cloudwatch:eu-west-1:{account}:alarm:trail"),
                'n' => format!("arn:aws:sns:eu-west-1:{account}:alarms"),
                'r' => format!("arn:aws:iam::{account}:role/TrailAdmin"),
                _ => "*".to_owned(),
            };
            let mut question = Question::new(questions.len(), &resource);
            question.policies = match on {
                'b' | 'o' => Some(bucket.clone()),
                'k' => Some(key.clone()),
                _ => None,
            };
            questions.push(question);
        }
    }
    questions
}

/// The texts of the account's own policies, of which several principals have each.
pub fn own_policies(account: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for at in 0..30 {
        texts.push(match at % 6 {
            0 => allow(
                r#"["s3:GetObject","s3:PutObject","s3:DeleteObject"]"#,
                &format!(r#""arn:aws:s3:::data-{account}-{at}/*""#),
                "",
            ),
            1 => allow(
                r#"["logs:CreateLogStream","logs:PutLogEvents","logs:PutRetentionPolicy"]"#,
                &format!(r#""arn:aws:logs:*:{account}:log-group:/app/{at}*""#),
                "",
            ),
            2 => allow(r#"["sns:*","sqs:*"]"#, &format!(r#""arn:aws:sns:eu-west-1:{account}:team{at}-*""#), ""),
            3 => allow(
                r#"["cloudtrail:*","kms:*"]"#,
                r#""*""#,
                r#","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            ),
            4 => allow(
                r#"["iam:PassRole","iam:PutRolePolicy"]"#,
                &format!(r#""arn:aws:iam::{account}:role/team{at}/*""#),
                "",
            ),
            _ => allow(
                r#"["s3:*"]"#,
                &format!(r#""arn:aws:s3:::home-{account}/${{aws:username}}/*""#),
                r#","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#,
            ),
        });
    }
    texts
}

pub fn principal(shared: &Shared, own: &[PolicyId], account: &str, at: usize) -> Asker {
    let mine = own[at * 7 % own.len()];
    let role =
        |name: String| Asker::new(format!("arn:aws:iam::{account}:role/{name}").parse().unwrap());
    let sso = |name: &str| {
        role(format!("aws-reserved/sso.amazonaws.com/AWSReservedSSO_{name}_{at:016x}"))
    };
    let mut asker = match at % 20 {
        0 => role(format!("Admin{at}")).having([shared.admin]),
        1 => role("TrailAdmin".to_owned()).having([shared.admin]),
        2 => role(format!("aws-service-role/x{at}.amazonaws.com/AWSServiceRoleForX{at}"))
            .having([mine]),
        3 => sso("AdministratorAccess").having([shared.admin, shared.mfa]),
        4 => sso("ReadOnly").having([shared.read_only]),
        5 => sso("PowerUser").having([shared.power]),
        6 | 7 => {
            let user = format!("arn:aws:iam::{account}:user/team{}/user{at}", at % 5);
            let mut user = Asker::new(user.parse().unwrap()).having([mine]);
            user.groups = vec![shared.read_only, shared.mfa];
            let team = Known::Values(vec![format!("team{}", at % 5)]);
            user.known.push(("aws:PrincipalTag/team".to_owned(), team));
            user
        }
        8 => role(format!("Deploy{at}")).having([shared.power, mine]).within(shared.boundary),
        9 => role(format!("Bounded{at}")).having([shared.admin]).within(shared.boundary),
        _ => role(format!("App{at}")).having([mine, own[(at * 3 + 1) % own.len()]]),
    };
    if at % 20 > 14 {
        asker.identity.push(shared.read_only);
    }
    asker
}

/// In MiB, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}
