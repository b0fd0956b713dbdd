//! Rows 151 to 153: what is recorded, and paid, twice.

use serde_json::{Value, json};
use trailproof_core::fixture::*;

use super::{Row, org_trail, row, with};

const TWICE: &str = "cost-duplicate-management-events";

pub fn rows() -> Vec<Row> {
    let local = |name: &str, selectors: Value| {
        trail(name).selecting(json!({ "EventSelectors": [selectors] }))
    };
    let data = json!({"IncludeManagementEvents": false,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]});
    let half = |kind: &str| json!({ "ReadWriteType": kind });
    vec![
        row("151", with(org_trail()).with(trail("local")))
            .says(TWICE, "fail recorded_twice")
            .times(17),
        row("152", with(org_trail()).with(local("local", data))).says(TWICE, "pass").times(17),
        row("153", with(local("reads", half("ReadOnly"))).with(local("writes", half("WriteOnly"))))
            .says(TWICE, "pass")
            .times(17),
    ]
}
