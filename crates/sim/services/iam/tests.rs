use crate::testing::{A, B, Heard, ask, simulator};

fn by(account: &str, parameters: &str) -> Heard {
    ask(account, "us-east-1").query(&simulator(), "iam:GetAccountAuthorizationDetails", parameters)
}

#[test]
fn every_principal_is_listed_with_its_policies() {
    let heard = by(A, "");
    let body = &heard.body;
    assert!(
        body.contains("<UserName>u</UserName>")
            && body.contains("<GroupList><member>g</member></GroupList>")
    );
    assert!(body.contains("<Arn>arn:aws:iam::222222222222:group/g</Arn>"));
    assert!(body.contains("<PolicyArn>arn:aws:iam::aws:policy/SecurityAudit</PolicyArn>"));
    assert!(body.contains("<Arn>arn:aws:iam::222222222222:policy/own</Arn>"));
    assert!(body.contains("<Arn>arn:aws:iam::aws:policy/SecurityAudit</Arn>"));
    assert!(!body.contains("Unused"), "only the policies of AWS that are in use");
    assert_eq!(heard.tag("IsTruncated").unwrap(), "false");
    assert!(by(B, "").body.contains("<RoleName>Reader</RoleName>"), "the baseline is everywhere");
}

#[test]
fn documents_are_percent_encoded() {
    let document = by(A, "").tag("PolicyDocument").unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{document}");
    assert!(document.contains("%22s3%3A%2A%22"));
}

#[test]
fn pages_go_through_all_four_lists() {
    let (mut pages, mut marker) = (0, String::new());
    let mut names = Vec::new();
    loop {
        let heard = by(A, &format!("MaxItems=1{marker}"));
        names.extend(
            ["UserName", "GroupName", "RoleName", "PolicyId"]
                .into_iter()
                .filter(|n| heard.tag(n).is_some()),
        );
        pages += 1;
        let Some(next) = heard.tag("Marker") else { break };
        assert_eq!(heard.tag("IsTruncated").unwrap(), "true");
        marker = format!("&Marker={next}");
    }
    assert_eq!(pages, 5);
    assert_eq!(names, ["UserName", "GroupName", "RoleName", "PolicyId", "PolicyId"]);
}

#[test]
fn filters_and_bounds_are_kept() {
    let heard = by(A, "Filter.member.1=Role&Filter.member.2=LocalManagedPolicy");
    assert!(heard.tag("RoleName").is_some() && heard.tag("UserName").is_none());
    assert!(!heard.body.contains("<Arn>arn:aws:iam::aws:policy/SecurityAudit</Arn>"));
    for parameters in ["Marker=x", "MaxItems=0", "MaxItems=1001"] {
        assert_eq!(by(A, parameters).error(), (400, "ValidationError".to_owned()));
    }
}

#[test]
fn versions_boundaries_profiles_and_tags_are_told() {
    let mut description = crate::testing::small();
    let iam = &mut description.accounts[1].iam;
    let own = "arn:aws:iam::222222222222:policy/own".to_owned();
    iam.policies[0].other_versions.insert("v1".to_owned(), serde_json::json!({ "Id": "older" }));
    iam.roles.push(crate::Role {
        name: "runner".to_owned(),
        path: "/ci/".to_owned(),
        boundary: Some(own),
        instance_profile: true,
        last_used: Some(crate::When::MinutesAgo(60)),
        tags: [("team".to_owned(), "<x>".to_owned())].into(),
        ..crate::Role::default()
    });
    let simulator = crate::Simulator::new(description);
    let heard = ask(A, "us-east-1").query(&simulator, "iam:GetAccountAuthorizationDetails", "");
    let body = &heard.body;
    assert!(body.contains("<Arn>arn:aws:iam::222222222222:instance-profile/ci/runner</Arn>"));
    assert!(body.contains("<LastUsedDate>2026-11-21T21:42:57Z</LastUsedDate>"), "{body}");
    assert!(body.contains("<Key>team</Key><Value>&lt;x&gt;</Value>"));
    assert!(body.contains("<DefaultVersionId>v2</DefaultVersionId><AttachmentCount>1</AttachmentCount><PermissionsBoundaryUsageCount>1<"));
    assert!(
        body.contains("%22older%22%7D</Document><VersionId>v1</VersionId><IsDefaultVersion>false<")
    );
}
