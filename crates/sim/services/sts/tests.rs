use crate::testing::{A, M, ask, simulator};

fn assume(parameters: &str) -> crate::testing::Heard {
    ask(M, "eu-west-1").with_static_keys().query(&simulator(), "sts:AssumeRole", parameters)
}

#[test]
fn an_assumed_role_leads_into_the_account() {
    let heard = assume(
        "RoleArn=arn:aws:iam::222222222222:role/path/Reader&RoleSessionName=run&ExternalId=s3cret",
    );
    assert_eq!(heard.status, 200, "{heard:?}");
    assert_eq!(heard.tag("AccessKeyId").unwrap(), format!("ASIADEMO{A}"));
    assert_eq!(heard.tag("SessionToken").unwrap(), "simulated-session/Reader/run");
    assert_eq!(heard.tag("Arn").unwrap(), "arn:aws:sts::222222222222:assumed-role/Reader/run");
    assert!(heard.body.contains("<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"));
}

#[test]
fn a_refusal_does_not_say_why() {
    for parameters in [
        "RoleArn=arn:aws:iam::222222222222:role/Reader&RoleSessionName=run",
        "RoleArn=arn:aws:iam::222222222222:role/Other&RoleSessionName=run&ExternalId=s3cret",
        "RoleArn=arn:aws:iam::444444444444:role/Reader&RoleSessionName=run",
        "RoleArn=arn:aws:iam::555555555555:role/Reader&RoleSessionName=run",
        "RoleArn=arn:aws:iam::000000000000:role/Reader&RoleSessionName=run",
    ] {
        let heard = assume(parameters);
        assert_eq!(heard.error(), (403, "AccessDenied".to_owned()), "{parameters}");
        let text = heard.tag("Message").unwrap();
        assert!(text.starts_with("User: arn:aws:iam::111111111111:user/demo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::"), "{text}");
    }
}

#[test]
fn an_odd_request_is_invalid() {
    for parameters in [
        "RoleArn=nonsense&RoleSessionName=run",
        "RoleArn=arn:aws:iam::333333333333:role/R&RoleSessionName=x",
    ] {
        assert_eq!(assume(parameters).error(), (400, "ValidationError".to_owned()));
    }
}

#[test]
fn the_caller_is_named() {
    let simulator = simulator();
    let role = ask(A, "eu-west-1").query(&simulator, "sts:GetCallerIdentity", "");
    assert_eq!(role.tag("Arn").unwrap(), "arn:aws:sts::222222222222:assumed-role/Reader/test");
    assert_eq!(role.tag("Account").unwrap(), A);
    let user = ask(M, "us-east-1").with_static_keys();
    let user = user.query(&simulator, "sts:GetCallerIdentity", "");
    assert_eq!(user.tag("Arn").unwrap(), "arn:aws:iam::111111111111:user/demo");
}
