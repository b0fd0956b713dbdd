use serde_json::json;

use crate::testing::{A, B, Heard, M, ask, simulator};

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
