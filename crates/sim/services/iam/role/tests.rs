use crate::Simulator;
use crate::testing::{A, B, Heard, M, X, ask, small};

fn by(account: &str, name: &str, change: fn(&mut crate::Organization)) -> Heard {
    let mut description = small();
    change(description.organization.as_mut().unwrap());
    let question = ask(account, "us-east-1");
    question.query(&Simulator::new(description), "iam:GetRole", &format!("RoleName={name}"))
}

#[test]
fn a_role_is_told_and_another_name_is_no_entity() {
    let heard = by(A, "Reader", |_| ());
    assert!(heard.body.contains("<GetRoleResult><Role><Path>/</Path><RoleName>Reader</RoleName>"));
    assert_eq!(heard.tag("Arn").unwrap(), format!("arn:aws:iam::{A}:role/Reader"));
    let document = heard.tag("AssumeRolePolicyDocument").unwrap();
    assert!(document.starts_with("%7B%22Version%22"), "{document}");
    assert_eq!(by(A, "Nobody", |_| ()).error(), (404, "NoSuchEntity".to_owned()));
}

#[test]
fn trusted_access_makes_the_role_of_cloudtrail() {
    let linked = |account, change| by(account, "AWSServiceRoleForCloudTrail", change);
    let arn = linked(M, |_| ()).tag("Arn").unwrap();
    assert_eq!(
        arn,
        format!(
            "arn:aws:iam::{M}:role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"
        )
    );
    assert_eq!(linked(B, |_| ()).status, 200);
    let missing = (404, "NoSuchEntity".to_owned());
    assert_eq!(linked(X, |_| ()).error(), missing);
    assert_eq!(linked(M, |o| o.no_service_linked_role = true).error(), missing);
    assert_eq!(linked(M, |o| o.trusted_services.clear()).error(), missing);
}
