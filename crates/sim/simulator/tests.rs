use serde_json::json;

use super::*;
use crate::fault::Effect;
use crate::testing::{A, B, Heard, M, X, ask, simulator};

fn trails(simulator: &Simulator) -> Heard {
    ask(A, "eu-west-1").json(simulator, "cloudtrail:DescribeTrails", json!({}))
}

fn with(effect: Effect) -> Simulator {
    simulator().with_fault(Fault::on("*", effect))
}

#[test]
fn two_runs_agree_byte_for_byte_whatever_came_before() {
    let (one, two) = (simulator(), simulator());
    ask(B, "us-east-1").json(&two, "cloudtrail:DescribeTrails", json!({}));
    let (first, second) = (trails(&one), trails(&two));
    assert_eq!(first, second);
    assert_eq!(first.header("date"), Some("Sat, 21 Nov 2026 22:42:57 GMT"));
    assert_eq!(first.header("age"), Some("0"));
    assert_eq!(first.header("x-amzn-requestid").unwrap().len(), 36);
    let other = ask(A, "eu-west-2").json(&one, "cloudtrail:DescribeTrails", json!({}));
    assert_ne!(other.header("x-amzn-requestid"), first.header("x-amzn-requestid"));
    let s3 = ask(A, "eu-west-1").s3(&one, "GET", "https://logs.s3.eu-west-1.amazonaws.com/?acl");
    assert!(s3.header("x-amz-request-id").is_some() && s3.header("x-amz-id-2").is_some());
    let sts = ask(A, "eu-west-1").query(&one, "sts:GetCallerIdentity", "");
    assert_eq!(sts.tag("RequestId").as_deref(), sts.header("x-amzn-requestid"));
}

#[test]
fn the_journal_knows_every_call_and_clones_share_it() {
    let simulator = simulator();
    let other = simulator.clone();
    trails(&simulator);
    ask(A, "eu-west-1").s3(&other, "HEAD", "https://logs.s3.eu-west-1.amazonaws.com/");
    trails(&simulator);
    assert_eq!(simulator.counts()["cloudtrail:DescribeTrails"], 2);
    let head = Call {
        account: A.to_owned(),
        region: "eu-west-1".to_owned(),
        service: "s3".to_owned(),
        operation: "HeadBucket".to_owned(),
        resource: "logs".to_owned(),
    };
    assert_eq!(simulator.calls()[1], head);
    assert!(simulator.unknown_operations().is_empty());
}

#[test]
fn what_is_not_known_is_refused_and_remembered() {
    let simulator = simulator();
    let json = |action| ask(A, "eu-west-1").json(&simulator, action, json!({})).error();
    let unknown = (400, "UnknownOperationException".to_owned());
    for action in ["cloudtrail:ListTrails", "kms:Decrypt", "logs:GetLogEvents"] {
        assert_eq!(json(action), unknown);
    }
    let management =
        ask(M, "us-east-1").json(&simulator, "organizations:ListHandshakesForAccount", json!({}));
    assert_eq!(management.error(), unknown);
    for action in ["sts:GetSessionToken", "iam:ListUsers", "sns:ListTopics"] {
        assert_eq!(ask(A, "us-east-1").query(&simulator, action, "").error(), unknown);
    }
    let s3 = ask(A, "eu-west-1").s3(
        &simulator,
        "GET",
        "https://logs.s3.eu-west-1.amazonaws.com/?website",
    );
    assert_eq!(s3.error(), unknown);
    let remembered = simulator.unknown_operations();
    assert_eq!(remembered.len(), 8);
    assert!(remembered.contains("s3:GET ?website"), "{remembered:?}");
    assert_eq!(simulator.calls().len(), 8);
}

#[test]
fn a_region_that_is_off_knows_no_token() {
    let simulator = simulator();
    for region in ["me-south-1", "me-central-1"] {
        let heard = ask(B, region).json(&simulator, "cloudtrail:DescribeTrails", json!({}));
        assert_eq!(heard.error(), (400, "UnrecognizedClientException".to_owned()));
        let heard = ask(B, region).query(&simulator, "sts:GetCallerIdentity", "");
        assert_eq!(heard.error(), (403, "InvalidClientTokenId".to_owned()));
    }
    let enabled = ask(A, "me-central-1").json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(enabled.status, 200);
    let enabling = ask(A, "me-south-1").json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(enabling.status, 400);
    let s3 = ask(B, "me-central-1").s3(&simulator, "GET", "https://s3.me-central-1.amazonaws.com/");
    assert_eq!(s3.error(), (400, "InvalidToken".to_owned()));
}

#[test]
fn a_region_that_does_not_exist_has_no_address() {
    let simulator = simulator();
    let request = ("POST", "https://kms.xx-none-1.amazonaws.com/", String::new());
    let error = ask(A, "xx-none-1").send(&simulator, "kms", request).unwrap_err();
    assert!(error.is_io());
}

#[test]
fn a_region_closed_by_policy_refuses_in_the_words_of_aws_but_never_the_management_account() {
    let simulator = simulator();
    let heard = ask(B, "eu-west-2").json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(heard.error(), (400, "AccessDeniedException".to_owned()));
    let text = "User: arn:aws:sts::333333333333:assumed-role/Reader/test is not authorized to perform: cloudtrail:DescribeTrails with an explicit deny in a service control policy";
    assert_eq!(heard.json()["message"], text);
    let s3 =
        ask(B, "eu-west-2").s3(&simulator, "GET", "https://logs.s3.eu-west-2.amazonaws.com/?acl");
    assert_eq!(s3.error(), (403, "AccessDenied".to_owned()));
    let list = ask(B, "eu-west-2").s3(&simulator, "GET", "https://s3.eu-west-2.amazonaws.com/");
    assert_eq!(list.status, 200);
    assert_eq!(ask(B, "eu-west-2").query(&simulator, "sts:GetCallerIdentity", "").status, 200);
    let management = ask(M, "eu-west-2").json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(management.status, 200);
}

#[test]
fn faults_speak_each_protocol() {
    let refusals = |effect| {
        let simulator = with(effect);
        let json = trails(&simulator).error();
        let uri = "https://account.us-east-1.amazonaws.com/listRegions";
        let rest = ask(A, "us-east-1").header("content-type", "application/json");
        let rest = rest.send(&simulator, "account", ("POST", uri, "{}".to_owned())).unwrap();
        let query = ask(A, "us-east-1").query(&simulator, "iam:GetAccountAuthorizationDetails", "");
        let s3 = ask(A, "eu-west-1").s3(
            &simulator,
            "GET",
            "https://logs.s3.eu-west-1.amazonaws.com/?acl",
        );
        [json, rest.error(), query.error(), s3.error()]
            .map(|(status, code)| format!("{status} {code}"))
            .join(", ")
    };
    assert_eq!(
        refusals(Effect::AccessDenied),
        "400 AccessDeniedException, 403 AccessDeniedException, 403 AccessDenied, 403 AccessDenied"
    );
    assert_eq!(refusals(Effect::ScpDenied), refusals(Effect::AccessDenied));
    assert_eq!(
        refusals(Effect::Throttling),
        "400 ThrottlingException, 429 TooManyRequestsException, 400 Throttling, 503 SlowDown"
    );
    assert_eq!(
        refusals(Effect::ServerError),
        "500 InternalFailure, 500 InternalServerException, 500 InternalFailure, 500 InternalError"
    );
    assert_eq!(
        refusals(Effect::ExpiredToken),
        "400 ExpiredTokenException, 403 ExpiredTokenException, 403 ExpiredToken, 400 ExpiredToken"
    );
    let organizations = ask(M, "us-east-1").json(
        &with(Effect::Throttling),
        "organizations:ListAccounts",
        json!({}),
    );
    assert_eq!(organizations.error().1, "TooManyRequestsException");
}

#[test]
fn faults_of_the_network_look_like_it() {
    let html = trails(&with(Effect::Html));
    assert!(html.status == 200 && html.body.starts_with("<!doctype html>"));
    let cut = trails(&with(Effect::Malformed));
    assert!(cut.status == 200 && serde_json::from_str::<serde_json::Value>(&cut.body).is_err());
    let request = || ("POST", "https://kms.eu-west-1.amazonaws.com/", String::new());
    let reset = ask(A, "eu-west-1").send(&with(Effect::ConnectionReset), "kms", request());
    assert!(reset.unwrap_err().is_io());
    assert!(ask(A, "eu-west-1").send_raw(&with(Effect::Hang), "kms", request()).is_none());
}

#[test]
fn a_fault_strikes_what_it_names_and_the_first_one_wins() {
    let on = |account: Option<&str>, region: Option<&str>, resource: Option<&str>, effect| Fault {
        account: account.map(str::to_owned),
        region: region.map(str::to_owned),
        resource: resource.map(str::to_owned),
        ..Fault::on("*:*", effect)
    };
    let simulator = simulator()
        .with_fault(on(Some(B), None, None, Effect::Throttling))
        .with_fault(on(None, Some("eu-west-3"), None, Effect::ServerError))
        .with_fault(on(None, None, Some("logs"), Effect::AccessDenied))
        .with_fault(on(Some(B), None, None, Effect::ServerError));
    let code = |account, region| {
        ask(account, region).json(&simulator, "cloudtrail:DescribeTrails", json!({})).error().1
    };
    assert_eq!(code(A, "eu-west-1"), "");
    assert_eq!(code(B, "eu-west-3"), "ThrottlingException");
    assert_eq!(code(A, "eu-west-3"), "InternalFailure");
    let s3 =
        ask(A, "eu-west-1").s3(&simulator, "GET", "https://logs.s3.eu-west-1.amazonaws.com/?acl");
    assert_eq!(s3.error().1, "AccessDenied");
}

#[test]
fn a_fault_of_first_attempts_lets_the_retry_pass() {
    let simulator = simulator().with_fault(Fault {
        first_attempts: Some(1),
        ..Fault::on("cloudtrail:DescribeTrails", Effect::ServerError)
    });
    assert_eq!(trails(&simulator).status, 500);
    let second = ask(A, "eu-west-1").header("amz-sdk-request", "attempt=2; max=3");
    let second = second.json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(second.status, 200);
}

#[test]
fn keys_of_nobody_are_not_recognized() {
    let simulator = simulator();
    let heard = ask("000000000000", "eu-west-1").json(&simulator, "kms:DescribeKey", json!({}));
    assert_eq!(heard.error(), (400, "UnrecognizedClientException".to_owned()));
    let heard = ask(X, "eu-west-1").json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    assert_eq!(heard.json()["trailList"], json!([]));
}

#[test]
fn later_effects_speak_each_protocol_too() {
    let refusals = |effect| {
        let simulator = with(effect);
        let json = trails(&simulator).error();
        let uri = "https://account.us-east-1.amazonaws.com/listRegions";
        let rest = ask(A, "us-east-1").header("content-type", "application/json");
        let rest = rest.send(&simulator, "account", ("POST", uri, "{}".to_owned())).unwrap();
        let query = ask(A, "us-east-1").query(&simulator, "iam:GetAccountAuthorizationDetails", "");
        let acl = "https://logs.s3.eu-west-1.amazonaws.com/?acl";
        let s3 = ask(A, "eu-west-1").s3(&simulator, "GET", acl);
        [json, rest.error(), query.error(), s3.error()]
            .map(|(status, code)| format!("{status} {code}"))
            .join(", ")
    };
    assert_eq!(
        refusals(Effect::RegionDisabled),
        "400 UnrecognizedClientException, 403 UnrecognizedClientException, 403 InvalidClientTokenId, 400 InvalidToken"
    );
    assert_eq!(
        refusals(Effect::AccountClosed),
        "400 UnrecognizedClientException, 403 UnrecognizedClientException, 403 InvalidClientTokenId, 403 AccountProblem"
    );
    assert_eq!(
        refusals(Effect::ClockSkew),
        "400 InvalidSignatureException, 403 InvalidSignatureException, 403 SignatureDoesNotMatch, 403 RequestTimeTooSkewed"
    );
    assert_eq!(refusals(Effect::EmptyBody), "200 , 200 , 200 , 200 ");
    assert_eq!(trails(&with(Effect::EmptyBody)).body, "");
}

#[test]
fn a_role_that_cannot_be_assumed_refuses_nothing_else() {
    let simulator = with(Effect::RoleNotAssumable);
    assert_eq!(trails(&simulator).status, 200);
    let parameters = "RoleArn=arn:aws:iam::333333333333:role/Reader&RoleSessionName=run";
    let heard = ask(M, "us-east-1").query(&simulator, "sts:AssumeRole", parameters);
    assert_eq!(heard.error(), (403, "AccessDenied".to_owned()));
    let text = "is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::333333333333:role/Reader";
    assert!(heard.tag("Message").unwrap().ends_with(text), "{}", heard.body);
}

#[test]
fn an_endpoint_may_have_no_address_and_an_answer_no_text() {
    let request = || ("POST", "https://kms.eu-west-1.amazonaws.com/", String::new());
    let error = ask(A, "eu-west-1").send(&with(Effect::NotThere), "kms", request()).unwrap_err();
    assert!(error.is_io() && format!("{error:?}").contains("dns error"));
    let call = with(Effect::Garbage).call(ask(A, "eu-west-1").request("kms", request()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Ok(response)) = std::pin::pin!(call).poll(&mut context) else {
        panic!("garbage comes at once")
    };
    assert_eq!(response.status().as_u16(), 200);
    assert!(std::str::from_utf8(response.body().bytes().unwrap()).is_err());
}

#[test]
fn every_effect_is_an_outcome_without_time() {
    for effect in Effect::ALL {
        let simulator = with(effect);
        let request = ask(A, "eu-west-1").request(
            "cloudtrail",
            ("POST", "https://cloudtrail.eu-west-1.amazonaws.com/", "{}".to_owned()),
        );
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let ready = std::pin::pin!(simulator.call(request)).poll(&mut context).is_ready();
        assert_eq!(ready, effect != Effect::Hang, "{}", effect.name());
    }
}

#[test]
fn calls_can_be_counted_without_being_kept() {
    let simulator = simulator().counting();
    for attempt in ["attempt=1; max=3", "attempt=2; max=3", "attempt=1; max=3"] {
        let question = ask(A, "eu-west-1").header("amz-sdk-request", attempt);
        question.json(&simulator, "cloudtrail:DescribeTrails", json!({}));
    }
    assert!(simulator.calls().is_empty());
    assert_eq!(simulator.counts()["cloudtrail:DescribeTrails"], 3);
    let attempts = &simulator.attempts()["cloudtrail:DescribeTrails"];
    assert_eq!(attempts.iter().collect::<Vec<_>>(), [(&1, &2), (&2, &1)]);
    assert_eq!(simulator.retries(), BTreeMap::from([("cloudtrail:DescribeTrails".to_owned(), 1)]));
}

#[test]
fn every_protocol_refuses_and_throttles_in_its_own_words() {
    let heard = |effect: Effect, action: &str| {
        let simulator = simulator().with_fault(Fault::on(action, effect));
        let (service, operation) = action.split_once(':').unwrap();
        match service {
            "sns" | "iam" => ask(M, "eu-west-1").query(&simulator, action, "").error(),
            "s3" => {
                let read = operation.trim_start_matches("GetBucket").to_lowercase();
                let uri = format!("https://logs.s3.eu-west-1.amazonaws.com/?{read}");
                ask(A, "eu-west-1").s3(&simulator, "GET", &uri).error()
            }
            _ => ask(M, "eu-west-1").json(&simulator, action, json!({})).error(),
        }
    };
    let json = [(400, "AccessDeniedException"), (400, "ThrottlingException")];
    let s3 = [(403, "AccessDenied"), (503, "SlowDown")];
    let organizations = [(400, "AccessDeniedException"), (400, "TooManyRequestsException")];
    for (action, [refused, throttled]) in [
        ("cloudtrail:LookupEvents", json),
        ("cloudtrail:ListEventDataStores", json),
        ("cloudtrail:GetEventDataStore", json),
        ("cloudtrail:GetResourcePolicy", json),
        ("cloudtrail:GetInsightSelectors", json),
        ("cloudtrail:ListTags", json),
        ("kms:GetKeyRotationStatus", json),
        ("kms:GetKeyPolicy", json),
        ("logs:DescribeLogGroups", json),
        ("organizations:ListAWSServiceAccessForOrganization", organizations),
        ("organizations:ListTagsForResource", organizations),
        ("sns:GetTopicAttributes", [(403, "AuthorizationError"), (400, "Throttling")]),
        ("iam:GetRole", [(403, "AccessDenied"), (400, "Throttling")]),
        ("s3:GetBucketPolicy", s3),
        ("s3:GetBucketLogging", s3),
        ("s3:GetBucketReplication", s3),
        ("s3:GetBucketEncryption", s3),
        ("s3:GetBucketTagging", s3),
    ] {
        let told = |(status, code): (u16, &str)| (status, code.to_owned());
        assert_eq!(heard(Effect::AccessDenied, action), told(refused), "{action}");
        assert_eq!(heard(Effect::Throttling, action), told(throttled), "{action}");
    }
}
