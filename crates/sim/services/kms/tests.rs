use serde_json::json;

use crate::Simulator;
use crate::testing::{A, B, Heard, M, ask, simulator, small};

const ID: &str = "11111111-2222-3333-4444-555555555555";

fn by(account: &str, region: &str, key: &str) -> Heard {
    ask(account, region).json(&simulator(), "kms:DescribeKey", json!({"KeyId": key}))
}

#[test]
fn a_key_has_four_names() {
    let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{ID}");
    let alias = format!("arn:aws:kms:eu-west-1:{A}:alias/logs");
    for name in [ID, &arn, "alias/logs", &alias] {
        let body = by(A, "eu-west-1", name).json();
        assert_eq!(body["KeyMetadata"]["Arn"], arn.as_str());
        assert_eq!(body["KeyMetadata"]["KeyState"], "Enabled");
        assert_eq!(body["KeyMetadata"]["KeyManager"], "CUSTOMER");
        assert_eq!(body["KeyMetadata"]["Enabled"], true);
    }
    assert_eq!(by(M, "eu-west-1", &arn).status, 200);
}

#[test]
fn a_key_that_will_be_deleted_says_when() {
    let body = by(A, "eu-west-1", "66666666-2222-3333-4444-555555555555").json();
    assert_eq!(body["KeyMetadata"]["KeyState"], "PendingDeletion");
    assert_eq!(body["KeyMetadata"]["Enabled"], false);
    assert_eq!(body["KeyMetadata"]["DeletionDate"], 1_795_304_577);
}

#[test]
fn what_is_missing_and_what_is_closed_differ() {
    let not_found = (400, "NotFoundException".to_owned());
    assert_eq!(by(A, "eu-west-1", "alias/none").error(), not_found);
    assert_eq!(by(A, "eu-west-1", "0").error(), not_found);
    assert_eq!(by(A, "us-east-1", ID).error(), not_found);
    let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{ID}");
    assert_eq!(by(A, "us-east-1", &arn).error(), not_found);
    let denied = (400, "AccessDeniedException".to_owned());
    assert_eq!(by(B, "eu-west-1", &arn).error(), denied);
    assert_eq!(by(B, "eu-west-1", &format!("arn:aws:kms:eu-west-1:{A}:key/0")).error(), denied);
    assert_eq!(by(B, "eu-west-1", "arn:aws:kms:eu-west-1:000000000000:key/0").error(), denied);
}

fn of(account: &str, operation: &str, body: serde_json::Value) -> Heard {
    ask(account, "eu-west-1").json(&simulator(), &format!("kms:{operation}"), body)
}

#[test]
fn rotation_is_told_where_there_can_be_any() {
    let rotation =
        |account, key: &str| of(account, "GetKeyRotationStatus", json!({ "KeyId": key }));
    let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{ID}");
    for name in [ID, &arn] {
        let body = rotation(A, name).json();
        assert_eq!(body["KeyRotationEnabled"], true);
        assert_eq!(body["RotationPeriodInDays"], 365);
        assert_eq!(body["KeyId"], arn.as_str());
    }
    assert_eq!(rotation(M, &arn).status, 200, "as it may describe it");
    let going = rotation(A, "66666666-2222-3333-4444-555555555555").json();
    assert_eq!(going["KeyRotationEnabled"], false);
    assert_eq!(going.get("RotationPeriodInDays"), None);
    assert_eq!(rotation(B, &arn).error(), (400, "AccessDeniedException".to_owned()));
    assert_eq!(rotation(A, "alias/logs").error(), (400, "NotFoundException".to_owned()));
    assert_eq!(rotation(A, "0").error(), (400, "NotFoundException".to_owned()));
    let with = |change: fn(&mut crate::Key)| {
        let mut description = small();
        change(&mut description.accounts[1].keys[0]);
        let simulator = Simulator::new(description);
        let body = json!({ "KeyId": ID });
        ask(A, "eu-west-1").json(&simulator, "kms:GetKeyRotationStatus", body)
    };
    let unsupported = (400, "UnsupportedOperationException".to_owned());
    assert_eq!(with(|key| key.origin = "EXTERNAL".to_owned()).error(), unsupported);
    assert_eq!(with(|key| key.spec = "RSA_2048".to_owned()).error(), unsupported);
    assert_eq!(
        with(|key| key.state = "PendingImport".to_owned()).error(),
        (400, "KMSInvalidStateException".to_owned())
    );
    assert_eq!(with(|key| key.rotation_days = Some(90)).json()["RotationPeriodInDays"], 90);
    assert_eq!(with(|key| key.no_rotation = true).json()["KeyRotationEnabled"], false);
}

#[test]
fn a_policy_is_for_its_own_account_to_read() {
    let policy = |account, body| of(account, "GetKeyPolicy", body);
    let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{ID}");
    let body = policy(A, json!({ "KeyId": arn, "PolicyName": "default" })).json();
    assert_eq!(body["PolicyName"], "default");
    let text: serde_json::Value = serde_json::from_str(body["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(text["Statement"].as_array().unwrap().len(), 1, "no trail uses it");
    let other = policy(A, json!({ "KeyId": ID, "PolicyName": "other" }));
    assert_eq!(other.error(), (400, "NotFoundException".to_owned()));
    let denied = (400, "AccessDeniedException".to_owned());
    assert_eq!(policy(M, json!({ "KeyId": arn })).error(), denied);
    assert_eq!(policy(A, json!({ "KeyId": "0" })).error(), (400, "NotFoundException".to_owned()));
}

#[test]
fn a_key_without_a_described_policy_has_the_one_that_its_trails_need() {
    let mut description = small();
    let arn = format!("arn:aws:kms:eu-west-1:{A}:key/{ID}");
    description.accounts[0].trails[0].kms_key_id = Some(arn);
    description.accounts[1].trails[0].kms_key_id = Some("alias/logs".to_owned());
    let body = json!({ "KeyId": ID });
    let heard = ask(A, "eu-west-1").json(&Simulator::new(description), "kms:GetKeyPolicy", body);
    let text = heard.json()["Policy"].as_str().unwrap().to_owned();
    let policy: serde_json::Value = serde_json::from_str(&text).unwrap();
    let condition = &policy["Statement"][1]["Condition"];
    assert_eq!(
        condition["StringEquals"]["aws:SourceArn"],
        json!([
            "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org",
            "arn:aws:cloudtrail:us-east-1:222222222222:trail/own"
        ])
    );
    assert!(text.contains("arn:aws:cloudtrail:*:222222222222:trail/*"));
    assert_eq!(policy["Statement"][2]["Action"], "kms:DescribeKey");
}
