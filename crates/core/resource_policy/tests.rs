//! Policies by table.

mod laws;

use serde_json::{Value, json};

use super::*;
use crate::aws::AccountId;
use crate::reason::Reason;

const BUCKET: &str = "arn:aws:s3:::logs";
const OBJECTS: &str = "arn:aws:s3:::logs/";
const OURS: [&str; 3] = ["111122223333", "555566667777", "999988887777"];
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:999988887777:trail/org";
const BREAK_GLASS: &str = "arn:aws:iam::111122223333:role/break-glass";

fn policy(statements: &Value) -> ResourcePolicy {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    ResourcePolicy::parse(&text, Fact::BucketPolicy).unwrap()
}

fn realm(approved: &[String]) -> Realm<'_> {
    let inside = |account: AccountId| Ok(OURS.contains(&account.as_str()));
    Realm::new(inside, Ok(Some("o-abc123")), approved)
}

fn ours() -> Realm<'static> {
    realm(&[])
}

fn no_service(_: &str) -> bool {
    false
}

fn deny(principal: &Value, action: &Value, resource: &Value, condition: &Value) -> Value {
    json!({ "Effect": "Deny", "Principal": principal, "Action": action, "Resource": resource, "Condition": condition })
}

#[test]
fn requests_without_tls_must_be_refused_everywhere_to_everyone() {
    let (all, both) = (json!("*"), json!([BUCKET, "arn:aws:s3:::logs/*"]));
    let http = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let s3 = json!("s3:*");
    let enforced = |statements: Value| match secure_transport(&policy(&statements), BUCKET) {
        SecureTransport::Enforced(_) => "enforced",
        SecureTransport::Partial(reason, _) => reason.code(),
        SecureTransport::Absent => "absent",
    };
    let with = |condition: Value| enforced(json!([deny(&all, &s3, &both, &condition)]));
    assert_eq!(with(http.clone()), "enforced");
    assert_eq!(with(json!({ "BoolIfExists": { "AWS:securetransport": [false] } })), "enforced");
    assert_eq!(with(json!({ "StringEquals": { "aws:SecureTransport": "false" } })), "enforced");
    assert_eq!(with(json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } })), "tls_version_only");
    assert_eq!(with(json!({ "NumericLessThanIfExists": { "s3:TlsVersion": 1.2 } })), "enforced");
    assert_eq!(
        with(json!({ "Bool": { "aws:SecureTransport": "false" },
            "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } })),
        "extra_condition"
    );
    assert_eq!(
        with(json!({ "Bool": { "aws:SecureTransport": "false" },
            "NumericLessThan": { "s3:TlsVersion": "1.2" } })),
        "extra_condition"
    );
    assert_eq!(with(json!({ "Bool": { "aws:SecureTransport": "true" } })), "absent");
    let one = |principal, action, resource| {
        enforced(json!([deny(&principal, &action, &resource, &http)]))
    };
    let aws = json!({ "AWS": "*" });
    assert_eq!(one(aws.clone(), json!("*"), json!("*")), "enforced");
    assert_eq!(one(aws.clone(), json!("S3:*"), json!("arn:aws:s3:::logs*")), "enforced");
    assert_eq!(one(aws.clone(), json!("s3:*"), json!("arn:aws:s3:::logs/*")), "only_objects");
    assert_eq!(one(aws.clone(), json!("s3:*"), json!(BUCKET)), "only_bucket");
    assert_eq!(one(aws, json!(["s3:GetObject", "s3:PutObject"]), both.clone()), "some_actions");
    assert_eq!(one(json!({ "AWS": "111122223333" }), s3.clone(), both.clone()), "some_principals");
    let two = [json!(BUCKET), json!("arn:aws:s3:::logs/*")].map(|on| deny(&all, &s3, &on, &http));
    assert_eq!(enforced(json!(two)), "enforced");
    let exempted = json!([{ "Effect": "Deny", "NotPrincipal": { "AWS": "111122223333" },
        "Action": "s3:*", "Resource": both, "Condition": http }]);
    assert_eq!(enforced(exempted), "some_principals");
    assert_eq!(enforced(json!([])), "absent");
}

#[test]
fn cloudtrail_is_let_in_for_whose_trails() {
    let scope = |condition: Value| {
        let statement = json!([{ "Effect": "Allow", "Principal": { "Service": CLOUDTRAIL },
            "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*", "Condition": condition }]);
        let mut scopes = cloudtrail_scopes(&policy(&statement), &["s3:PutObject"], &ours());
        scopes.remove(0).map(|scoped| scoped.scope)
    };
    let arn = |values: Value| json!({ "StringLike": { "aws:SourceArn": values } });
    for (condition, expected) in [
        (json!({}), Scope::Open(Reason::NO_SOURCE_CONDITION)),
        (arn(json!("arn:aws:cloudtrail:*:999988887777:trail/*")), Scope::Trails),
        (
            arn(json!([TRAIL, "arn:aws:cloudtrail:*:*:trail/org"])),
            Scope::Open(Reason::WILDCARD_ACCOUNT),
        ),
        (arn(json!("*")), Scope::Open(Reason::WILDCARD_ACCOUNT)),
        (
            arn(json!("arn:aws:cloudtrail:*:123123123123:trail/*")),
            Scope::Open(Reason::FOREIGN_ACCOUNT),
        ),
        (arn(json!("arn:aws:config:*:999988887777:rule/*")), Scope::Open(Reason::NOT_A_TRAIL)),
        (json!({ "ArnEquals": { "aws:sourcearn": TRAIL } }), Scope::Trails),
        (
            json!({ "StringEqualsIfExists": { "aws:SourceArn": TRAIL } }),
            Scope::Open(Reason::OPTIONAL_SOURCE_CONDITION),
        ),
        (
            json!({ "StringEquals": { "aws:SourceAccount": ["999988887777"] } }),
            Scope::Accounts("aws:SourceAccount"),
        ),
        (
            json!({ "StringEquals": { "aws:SourceOrgID": "o-abc123" } }),
            Scope::Accounts("aws:SourceOrgID"),
        ),
        (
            json!({ "StringEquals": { "aws:SourceOrgID": "o-other", "aws:SourceArn": TRAIL } }),
            Scope::Trails,
        ),
    ] {
        assert_eq!(scope(condition.clone()), Ok(expected), "{condition}");
    }
    let variable = scope(arn(json!("arn:aws:cloudtrail:*:${aws:SourceAccount}:trail/*")));
    assert_eq!(variable.unwrap_err().cause, Cause::Undecidable);

    let everyone = |condition: Value| {
        let statement = json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:*",
            "Resource": "*", "Condition": condition }]);
        cloudtrail_scopes(&policy(&statement), &["s3:PutObject"], &ours()).len()
    };
    assert_eq!(everyone(json!({})), 1);
    assert_eq!(everyone(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abc123" } })), 0);
}

fn allow_delivery() -> Vec<Value> {
    vec![
        json!({ "Sid": "Acl", "Effect": "Allow", "Principal": { "Service": CLOUDTRAIL },
            "Action": "s3:GetBucketAcl", "Resource": BUCKET }),
        json!({ "Sid": "Write", "Effect": "Allow", "Principal": { "Service": CLOUDTRAIL },
            "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/AWSLogs/o-abc123/*",
            "Condition": { "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": TRAIL } } }),
    ]
}

fn delivered(statements: &[Value], key: Option<&str>) -> Observed<Result<Vec<String>, Fault>> {
    let deliverer = Deliverer {
        trail: TRAIL,
        owner: "999988887777".parse().unwrap(),
        organization: Ok(Some("o-abc123")),
        key,
        bucket_owner: "555566667777".parse().ok(),
    };
    let path = "arn:aws:s3:::logs/AWSLogs/o-abc123/";
    let needs = [Delivering::AclCheck(BUCKET), Delivering::Write(path)];
    delivers(&policy(&json!(statements)), &deliverer, &needs)
}

#[test]
fn a_delivery_is_refused_by_what_cloudtrail_does_not_carry() {
    const KEY: &str = "arn:aws:kms:us-east-1:555566667777:key/k";
    let with = |condition: Value| {
        let refusal = json!({ "Sid": "D", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [BUCKET, "arn:aws:s3:::logs/*"], "Condition": condition });
        let answers = [None, Some(KEY)]
            .map(|key| delivered(&[allow_delivery(), vec![refusal.clone()]].concat(), key));
        answers.map(|answer| match answer {
            Ok(Ok(_)) => "delivers",
            Ok(Err(fault)) => fault.reason.code(),
            Err(_) => "unknown",
        })
    };
    for (condition, expected) in [
        (json!({ "Bool": { "aws:SecureTransport": "false" } }), ["delivers"; 2]),
        (json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } }), ["delivers"; 2]),
        (json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-abc123" } }), ["denied"; 2]),
        (
            json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-abc123" },
                "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } }),
            ["delivers"; 2],
        ),
        (json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1" } }), ["denied"; 2]),
        (json!({ "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-abc123" } }), ["delivers"; 2]),
        (json!({ "StringNotEquals": { "aws:SourceAccount": "111122223333" } }), ["denied"; 2]),
        (json!({ "ArnNotLike": { "aws:PrincipalArn": BREAK_GLASS } }), ["denied"; 2]),
        (json!({ "NotIpAddress": { "aws:SourceIp": "10.0.0.0/8" } }), ["unknown"; 2]),
        (json!({ "StringLike": { "aws:PrincipalOrgID": "o-*" } }), ["delivers"; 2]),
    ] {
        assert_eq!(with(condition.clone()), expected, "{condition}");
    }
    let writes = |condition: Value| {
        let refusal = json!({ "Sid": "D", "Effect": "Deny", "Principal": "*",
            "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*", "Condition": condition });
        [None, Some(KEY), Some("alias/trail")].map(|key| {
            let answer = delivered(&[allow_delivery(), vec![refusal.clone()]].concat(), key);
            answer.map(|answer| answer.is_ok()).ok()
        })
    };
    let sse = "s3:x-amz-server-side-encryption";
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(writes(json!({ "StringNotEquals": { sse: "aws:kms" } })), [no, yes, yes]);
    assert_eq!(writes(json!({ "StringNotEquals": { sse: ["aws:kms", "AES256"] } })), [yes; 3]);
    assert_eq!(writes(json!({ "Null": { sse: "true" } })), [yes; 3]);
    let key_id = format!("{sse}-aws-kms-key-id");
    assert_eq!(writes(json!({ "StringNotEqualsIfExists": { key_id: KEY } })), [no, yes, None]);
}

#[test]
fn a_delivery_must_be_allowed_on_its_path() {
    let code = |statements: &[Value]| match delivered(statements, None) {
        Ok(Ok(_)) => "delivers",
        Ok(Err(fault)) => fault.reason.code(),
        Err(_) => "unknown",
    };
    assert_eq!(
        delivered(&allow_delivery(), None),
        Ok(Ok(vec!["Acl".to_owned(), "Write".to_owned()]))
    );
    assert_eq!(code(&[]), "acl_check_not_allowed");
    let writing = |change: fn(&mut Value)| {
        let mut statements = allow_delivery();
        change(&mut statements[1]);
        code(&statements)
    };
    assert_eq!(writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/*")), "delivers");
    assert_eq!(
        writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/999988887777/*")),
        "path_not_allowed"
    );
    assert_eq!(
        writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/ct/AWSLogs/*")),
        "path_not_allowed"
    );
    assert_eq!(
        writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/o-abc123/CloudTrail*")),
        "delivers"
    );
    assert_eq!(
        writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/o-abc123/CloudTrail/*")),
        "path_not_allowed"
    );
    assert_eq!(
        writing(|s| s["Resource"] = json!("arn:aws:s3:::logs/AWSLogs/o-abc123/111122223333/*")),
        "path_not_allowed"
    );
    assert_eq!(
        writing(|s| s["Condition"] = json!({ "StringEquals": { "s3:x-amz-acl": "private" } })),
        "path_not_allowed"
    );
    let foreign = json!({ "StringEquals": { "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/a" } });
    let mut statements = allow_delivery();
    statements[0]["Condition"] = foreign;
    assert_eq!(code(&statements), "acl_check_not_allowed");
    assert_eq!(
        writing(|s| s["Principal"] = json!({ "AWS": "arn:aws:iam::086441151436:root" })),
        "unknown"
    );
}

#[test]
fn who_is_outside() {
    let outside = |principal: Value, condition: Value| {
        let statement = json!([{ "Effect": "Allow", "Principal": principal,
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*", "Condition": condition }]);
        outsiders(&policy(&statement), &ours()).map(|grant| grant.map(|grant| grant.principal))
    };
    let everyone = || json!("*");
    for (principal, condition, expected) in [
        (everyone(), json!({}), Some("everyone")),
        (json!({ "AWS": "*" }), json!({}), Some("everyone")),
        (everyone(), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abc123" } }), None),
        (
            everyone(),
            json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-abc123", "o-x"] } }),
            Some("everyone"),
        ),
        (
            everyone(),
            json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-abc123" } }),
            Some("everyone"),
        ),
        (everyone(), json!({ "StringLike": { "aws:PrincipalOrgID": "*" } }), Some("everyone")),
        (
            everyone(),
            json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-abc123/*" } }),
            None,
        ),
        (
            everyone(),
            json!({ "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-abc123/*" } }),
            Some("everyone"),
        ),
        (everyone(), json!({ "StringEquals": { "aws:PrincipalAccount": "111122223333" } }), None),
        (
            everyone(),
            json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/reader" } }),
            Some("everyone"),
        ),
        (everyone(), json!({ "Bool": { "aws:SecureTransport": "true" } }), Some("everyone")),
        (json!({ "AWS": "111122223333" }), json!({}), None),
        (
            json!({ "AWS": "arn:aws:iam::123123123123:root" }),
            json!({}),
            Some("arn:aws:iam::123123123123:root"),
        ),
        (
            json!({ "AWS": "123123123123" }),
            json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abc123" } }),
            None,
        ),
        (
            json!({ "AWS": "arn:aws:iam::cloudfront:user/Origin E1" }),
            json!({}),
            Some("arn:aws:iam::cloudfront:user/Origin E1"),
        ),
        (json!({ "AWS": "AROAEXAMPLEEXAMPLE123" }), json!({}), None),
        (json!({ "AWS": "arn:aws:iam::086441151436:root" }), json!({}), None),
        (json!({ "Service": "config.amazonaws.com" }), json!({}), None),
        (json!({ "Federated": "accounts.google.com" }), json!({}), Some("accounts.google.com")),
    ] {
        let expected = expected.map(str::to_owned);
        assert_eq!(
            outside(principal.clone(), condition.clone()),
            Ok(expected),
            "{principal} {condition}"
        );
    }
    let open = [
        (json!({ "CanonicalUser": "79a5" }), json!({})),
        (everyone(), json!({ "StringEquals": { "aws:SourceVpce": "vpce-1" } })),
        (everyone(), json!({ "Odd": { "aws:x": "y" } })),
        (everyone(), json!({ "StringEquals": { "aws:PrincipalAccount": "${aws:x}" } })),
    ];
    for (principal, condition) in open {
        let gap = outside(principal.clone(), condition.clone()).unwrap_err();
        assert_eq!(gap.cause, Cause::Undecidable, "{principal} {condition}");
    }
    // A perimeter keeps out whom another statement lets in.
    let foreign = json!({ "Effect": "Allow", "Principal": { "AWS": "123123123123" },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*" });
    let perimeter = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [BUCKET, "arn:aws:s3:::logs/*"], "Condition": {
            "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-abc123" },
            "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } } });
    assert_eq!(outsiders(&policy(&json!([foreign, perimeter])), &ours()), Ok(None));
}

#[test]
fn who_may_destroy_and_who_is_refused() {
    let approved = ["arn:aws:iam::*:role/break-glass".to_owned()];
    let realm = realm(&approved);
    let allow = |principal: Value, action: &str| {
        json!({ "Effect": "Allow", "Principal": principal, "Action": action,
            "Resource": [BUCKET, "arn:aws:s3:::logs/*"] })
    };
    let destroys = |statements: Value| {
        let grant = destroyers(&policy(&statements), BUCKET, &realm, &|name| name == CLOUDTRAIL);
        grant.map(|grant| grant.what)
    };
    let role = json!({ "AWS": "arn:aws:iam::111122223333:role/app" });
    assert_eq!(destroys(json!([allow(role.clone(), "s3:Get*")])), None);
    assert_eq!(destroys(json!([allow(role.clone(), "s3:*")])).as_deref(), Some("s3:DeleteObject"));
    assert_eq!(
        destroys(json!([allow(role.clone(), "s3:PutBucketPolicy")])).as_deref(),
        Some("s3:PutBucketPolicy")
    );
    assert_eq!(destroys(json!([allow(json!({ "AWS": BREAK_GLASS }), "s3:*")])), None);
    assert_eq!(destroys(json!([allow(json!({ "Service": CLOUDTRAIL }), "s3:PutObject")])), None);
    assert_eq!(
        destroys(json!([allow(json!({ "Service": "x.amazonaws.com" }), "s3:PutObject")]))
            .as_deref(),
        Some("s3:PutObject")
    );
    let refuse = |condition: Value| {
        deny(&json!("*"), &json!("s3:Delete*"), &json!("arn:aws:s3:::logs*"), &condition)
    };
    let deletes = allow(role, "s3:DeleteObject");
    assert_eq!(destroys(json!([deletes, refuse(json!({}))])), None);
    let refused = |statement: Value| {
        let target = Target::Under(OBJECTS);
        refuses_everyone(&policy(&json!([statement])), "s3:DeleteObject", target, &realm)
            .map(|refusal| refusal.exemption)
    };
    assert_eq!(refused(refuse(json!({}))), Some(Exemption::Approved));
    let except = |arn: &str| refuse(json!({ "ArnNotLike": { "aws:PrincipalArn": arn } }));
    assert_eq!(refused(except(BREAK_GLASS)), Some(Exemption::Approved));
    assert_eq!(refused(except("arn:aws:iam::*:role/break-glass")), Some(Exemption::Approved));
    assert_eq!(refused(except("arn:aws:iam::*:role/*")), Some(Exemption::Unapproved));
    let mfa = json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } });
    assert_eq!(refused(refuse(mfa)), Some(Exemption::Conditional));
    let one = json!({ "AWS": "111122223333" });
    assert_eq!(refused(deny(&one, &json!("s3:*"), &json!("*"), &json!({}))), None);
}

#[test]
fn who_writes_and_where() {
    let write = |principal: Value, resource: &str| {
        let statement = json!([{ "Effect": "Allow", "Principal": principal,
            "Action": "s3:PutObject", "Resource": resource }]);
        writers(&policy(&statement), BUCKET, &|name| name == "config.amazonaws.com")
    };
    let cloudtrail = || json!({ "Service": [CLOUDTRAIL, "config.amazonaws.com"] });
    let logs = "arn:aws:s3:::logs/AWSLogs/*";
    assert_eq!(write(cloudtrail(), logs), Writers::Logs);
    assert_eq!(write(cloudtrail(), "arn:aws:s3:::logs/ct/AWSLogs/o-abc123/*"), Writers::Logs);
    assert!(matches!(write(cloudtrail(), "arn:aws:s3:::logs/*"), Writers::Elsewhere(_)));
    assert!(matches!(write(json!({ "AWS": "111122223333" }), logs), Writers::Others(_)));
    let other = json!({ "Service": "vpc.amazonaws.com" });
    assert!(matches!(write(other, logs), Writers::Others(_)));
    assert_eq!(write(json!("*"), "arn:aws:s3:::other/*"), Writers::Logs);
}

#[test]
fn who_controls_a_key() {
    let controls = |principal: Value, action: &str, condition: Value| {
        let statement = json!([{ "Effect": "Allow", "Principal": principal, "Action": action,
            "Resource": "*", "Condition": condition }]);
        controllers(&policy(&statement), &ours()).map(|grant| grant.map(|grant| grant.what))
    };
    let none = json!({});
    let foreign = json!({ "AWS": "arn:aws:iam::123123123123:root" });
    let own = json!({ "AWS": "arn:aws:iam::555566667777:root" });
    assert_eq!(controls(own, "kms:*", none.clone()), Ok(None));
    assert_eq!(controls(foreign.clone(), "kms:*", none.clone()), Ok(Some("kms:DisableKey".into())));
    assert_eq!(controls(foreign.clone(), "kms:De*", none.clone()), Ok(Some("kms:Decrypt".into())));
    assert_eq!(controls(foreign, "kms:Encrypt", none.clone()), Ok(None));
    assert_eq!(controls(json!("*"), "kms:CreateGrant", none), Ok(Some("kms:CreateGrant".into())));
    let caller = json!({ "StringEquals": { "kms:CallerAccount": "555566667777" } });
    assert_eq!(controls(json!({ "AWS": "*" }), "kms:Decrypt", caller), Ok(None));
}
