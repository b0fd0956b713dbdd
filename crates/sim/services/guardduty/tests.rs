use crate::testing::{A, B, Heard, M, ask, small};
use crate::{Detection, GuardDuty, Simulator};

fn simulator() -> Simulator {
    let mut description = small();
    description.baseline_detection.guardduty =
        Some(GuardDuty { off_in: vec!["eu-west-1".to_owned()], ..GuardDuty::default() });
    let organization = description.organization.as_mut().unwrap();
    organization
        .delegated_administrators
        .insert("guardduty.amazonaws.com".to_owned(), vec![B.to_owned()]);
    description.accounts.iter_mut().find(|account| account.id == A).unwrap().detection =
        Some(Detection::default());
    Simulator::new(description)
}

fn hear(account: &str, region: &str, path: &str) -> Heard {
    let uri = format!("https://guardduty.{region}.amazonaws.com{path}");
    ask(account, region).send(&simulator(), "guardduty", ("GET", &uri, String::new())).unwrap()
}

#[test]
fn a_detector_is_listed_where_it_is_and_told_to_its_own_account() {
    assert_eq!(hear(A, "us-east-1", "/detector").json()["detectorIds"], serde_json::json!([]));
    assert_eq!(hear(B, "eu-west-1", "/detector").json()["detectorIds"], serde_json::json!([]));
    let ids = hear(B, "us-east-1", "/detector").json();
    let id = ids["detectorIds"][0].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let told = hear(B, "us-east-1", &format!("/detector/{id}")).json();
    assert_eq!(told["status"], "ENABLED");
    assert_eq!(told["features"][0]["name"], "CLOUD_TRAIL");
    assert_eq!(hear(M, "us-east-1", &format!("/detector/{id}")).status, 400);
}

#[test]
fn only_the_management_account_hears_who_administers_and_only_that_one_what_it_does() {
    let told = hear(M, "us-east-1", "/admin").json();
    assert_eq!(told["adminAccounts"][0]["adminAccountId"], B);
    assert_eq!(hear(B, "us-east-1", "/admin").status, 400);
    let ids = hear(B, "us-east-1", "/detector").json();
    let path = format!("/detector/{}/admin", ids["detectorIds"][0].as_str().unwrap());
    let told = hear(B, "us-east-1", &path).json();
    assert_eq!(told["autoEnableOrganizationMembers"], "ALL");
    assert_eq!(hear(M, "us-east-1", &path).status, 400);
}
