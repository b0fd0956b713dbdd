//! What holds of all policies: order is nothing, an Allow only opens, a Deny only closes, no text is too odd.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Statements that touch what the rules look at, and some that make no sense.
fn statement() -> impl Strategy<Value = Value> {
    let pick = |values: Vec<Value>| proptest::sample::select(values);
    let principal = pick(vec![
        json!("*"),
        json!({ "AWS": "*" }),
        json!({ "AWS": "111122223333" }),
        json!({ "AWS": ["arn:aws:iam::123123123123:root", BREAK_GLASS] }),
        json!({ "Service": CLOUDTRAIL }),
        json!({ "Service": "*" }),
        json!({ "CanonicalUser": "79a5" }),
        json!({ "AWS": "arn:aws:iam::086441151436:root" }),
        json!({ "Odd": "x" }),
    ]);
    let action = pick(vec![
        json!("*"),
        json!("s3:*"),
        json!("s3:PutObject"),
        json!(["s3:GetBucketAcl", "s3:Delete*"]),
        json!("kms:*"),
        json!("s3:Ge?Object"),
    ]);
    let resource = pick(vec![
        json!("*"),
        json!(BUCKET),
        json!("arn:aws:s3:::logs/*"),
        json!("arn:aws:s3:::logs/AWSLogs/o-abc123/*"),
        json!([BUCKET, "arn:aws:s3:::logs/AWSLogs/*/x"]),
        json!("arn:aws:s3:::logs/${aws:username}/*"),
        json!([]),
    ]);
    let condition = pick(vec![
        json!({}),
        json!({ "Bool": { "aws:SecureTransport": "false" } }),
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-abc123" } }),
        json!({ "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-abc123" } }),
        json!({ "StringLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:999988887777:trail/*" } }),
        json!({ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/*" } }),
        json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }),
        json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } }),
        json!({ "StringEquals": { "aws:SourceArn": "${aws:PrincipalTag/x, 'y'}" } }),
        json!({ "Odd": { "aws:x": [] } }),
    ]);
    let effect = prop_oneof![Just("Allow"), Just("Deny")];
    let negated = (any::<bool>(), any::<bool>(), any::<bool>());
    (effect, principal, action, resource, condition, negated).prop_map(
        |(effect, principal, action, resource, condition, (p, a, r))| {
            let name = |word: &str, not: bool| if not { format!("Not{word}") } else { word.into() };
            // `NotPrincipal: "*"` and the like are rare.
            let rare = p && a && r;
            json!({ "Effect": effect, name("Principal", rare): principal,
                name("Action", rare && a): action, name("Resource", rare): resource,
                "Condition": condition })
        },
    )
}

/// Every answer, without the statements' names.
fn answers(policy: &ResourcePolicy) -> Vec<String> {
    let approved = ["arn:aws:iam::*:role/*".to_owned()];
    let realm = realm(&approved);
    let code = |gap: &Gap| gap.cause.code().to_owned();
    let mut scopes: Vec<String> = cloudtrail_scopes(policy, &["s3:PutObject"], &realm)
        .into_iter()
        .map(|scope| format!("{:?}", scope.map(|scope| scope.scope).map_err(|gap| code(&gap))))
        .collect();
    scopes.sort();
    let secure = match secure_transport(policy, BUCKET) {
        SecureTransport::Enforced(_) => "enforced",
        SecureTransport::Partial(reason, _) => reason.code(),
        SecureTransport::Absent => "absent",
    };
    let delivered = delivered(
        &policy.document.to_value()["Statement"].as_array().cloned().unwrap_or_default(),
        None,
    );
    let refused = refuses_everyone(policy, "s3:DeleteObject", Target::Under(OBJECTS), &realm);
    vec![
        secure.to_owned(),
        scopes.join(","),
        format!("{:?}", legacy_principals(policy, &["s3:PutObject"]).is_some()),
        format!(
            "{:?}",
            delivered.map(|d| d.map(|_| ()).map_err(|f| f.reason)).map_err(|g| code(&g))
        ),
        format!(
            "{:?}",
            outsiders(policy, &realm).map(|grant| grant.is_some()).map_err(|g| code(&g))
        ),
        format!("{:?}", destroyers(policy, BUCKET, &realm, &no_service).is_some()),
        format!("{:?}", std::mem::discriminant(&writers(policy, BUCKET, &no_service))),
        format!("{:?}", controllers(policy, &realm).map(|g| g.is_some()).map_err(|g| code(&g))),
        format!("{:?}", refused.map(|refusal| refusal.exemption)),
    ]
}

/// How good it is that nobody outside is let in: known not to be, not known, known.
fn rank(answer: &Observed<Option<Grant>>) -> u8 {
    match answer {
        Ok(Some(_)) => 0,
        Err(_) => 1,
        Ok(None) => 2,
    }
}

proptest! {
    #[test]
    fn the_order_of_statements_changes_no_answer(
        (one, other) in proptest::collection::vec(statement(), 0..6)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle()))
    ) {
        prop_assert_eq!(answers(&policy(&json!(one))), answers(&policy(&json!(other))));
    }

    #[test]
    fn one_more_allow_never_keeps_an_outsider_out(
        list in proptest::collection::vec(statement(), 0..5), mut more in statement()
    ) {
        more["Effect"] = json!("Allow");
        let before = policy(&json!(list));
        let after = policy(&json!([list, vec![more]].concat()));
        let realm = ours();
        prop_assert!(rank(&outsiders(&after, &realm)) <= rank(&outsiders(&before, &realm)));
        prop_assert!(rank(&controllers(&after, &realm)) <= rank(&controllers(&before, &realm)));
        let destroyed = |policy| destroyers(policy, BUCKET, &realm, &no_service).is_some();
        prop_assert!(destroyed(&after) || !destroyed(&before));
    }

    #[test]
    fn one_more_deny_never_opens_anything(
        list in proptest::collection::vec(statement(), 0..5), mut more in statement()
    ) {
        more["Effect"] = json!("Deny");
        let delivers = |list: &[Value]| matches!(delivered(list, None), Ok(Ok(_)));
        prop_assert!(delivers(&list) || !delivers(&[list.clone(), vec![more]].concat()));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), keys in proptest::collection::vec("[a-zA-Z:${}*?/,']{0,20}", 3)) {
        if let Ok(policy) = ResourcePolicy::parse(&text, Fact::BucketPolicy) {
            let _ = answers(&policy);
        }
        let odd = policy(&json!([{ "Effect": "Allow", "Principal": { "AWS": keys[0] },
            "Action": keys[1], "Resource": keys[2], "Condition": { "StringLike": { &keys[0]: keys[1] } } }]));
        let _ = answers(&odd);
    }
}
