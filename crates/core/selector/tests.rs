//! The catalogue's edges on selectors.

use super::*;
use crate::answer::{AdvancedEventSelector, DataResource};

fn classic(json: serde_json::Value) -> Selectors {
    Selectors::normalise(&EventSelectors {
        event_selectors: serde_json::from_value(json).unwrap(),
        advanced_event_selectors: vec![],
    })
}

fn advanced(terms: serde_json::Value) -> Selectors {
    let advanced_event_selectors: Vec<AdvancedEventSelector> =
        serde_json::from_value(terms).unwrap();
    Selectors::normalise(&EventSelectors { event_selectors: vec![], advanced_event_selectors })
}

fn s3(selectors: &Selectors, half: Half, bucket: Option<&str>) -> Recorded {
    s3_in("aws", selectors, half, bucket)
}

fn s3_in(partition: &str, selectors: &Selectors, half: Half, bucket: Option<&str>) -> Recorded {
    selectors.data(&DataQuestion {
        partition: &Partition::new(partition),
        resource_type: S3_OBJECT,
        half,
        bucket,
        log_buckets: &BTreeSet::from(["log-bucket".to_owned()]),
    })
}

fn codes(recorded: &Recorded) -> Vec<&str> {
    match recorded {
        Recorded::Partial(codes) => codes.iter().map(String::as_str).collect(),
        _ => vec![],
    }
}

#[test]
fn exclusions_count_only_where_every_term_makes_them() {
    // Edges 17, 18, 19 and 28.
    let kms = serde_json::json!([{"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]);
    assert_eq!(codes(&classic(kms).management(Half::Write)), ["excludes:kms.amazonaws.com"]);
    let healed = classic(serde_json::json!([
        {"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, {"ReadWriteType": "WriteOnly"}]));
    assert_eq!(healed.management(Half::Write), Recorded::Full);
    assert_eq!(codes(&healed.management(Half::Read)), ["excludes:kms.amazonaws.com"]);
    let write_only = classic(serde_json::json!([{"ReadWriteType": "WriteOnly"}]));
    assert_eq!(write_only.management(Half::Read), Recorded::None);
    assert_eq!(Selectors::default_selector().management(Half::Read), Recorded::Full);
}

#[test]
fn an_advanced_selectors_name_means_nothing_and_its_halves_add_up() {
    // Edges 21, 22, 23 and 25.
    let named = advanced(serde_json::json!([{"Name": "foo",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]));
    assert_eq!(named.management(Half::Read), Recorded::Full);
    let halves = advanced(serde_json::json!([
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]},
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]}]}]));
    assert!(Half::BOTH.iter().all(|half| halves.management(*half) == Recorded::Full));
    let excluding = advanced(serde_json::json!([{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]}]));
    assert_eq!(codes(&excluding.management(Half::Write)).len(), 2);
    let data = advanced(
        serde_json::json!([{"Name": "Management events selector", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]}]),
    );
    assert!(!data.records_management());
}

#[test]
fn a_classic_resource_without_values_names_no_object() {
    let none = serde_json::json!([{"DataResources": [{"Type": S3_OBJECT, "Values": []}]}]);
    assert_eq!(s3(&classic(none), Half::Write, None), Recorded::None);
}

#[test]
fn an_unknown_field_narrows() {
    let arn = advanced(serde_json::json!([{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:ec2"]}]}]));
    assert_eq!(codes(&arn.management(Half::Read)), ["unknown_field:resources.ARN"]);
    let odd = advanced(serde_json::json!([{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "moonPhase", "Equals": ["full"]}]}]));
    assert_eq!(codes(&odd.management(Half::Read)), ["unknown_field:moonPhase"]);
}

#[test]
fn classic_s3_values_are_prefixes_in_the_trails_partition() {
    // Edges 32 to 36.
    let all = |value: &str, kind: &str| {
        Selectors::normalise(&EventSelectors {
            event_selectors: vec![EventSelector {
                read_write_type: Some(kind.into()),
                data_resources: vec![DataResource {
                    resource_type: S3_OBJECT.into(),
                    values: vec![value.into()],
                }],
                ..EventSelector::default()
            }],
            advanced_event_selectors: vec![],
        })
    };
    assert_eq!(s3(&all("arn:aws:s3", "All"), Half::Read, None), Recorded::Full);
    let write = all("arn:aws:s3:::", "WriteOnly");
    assert_eq!(s3(&write, Half::Write, None), Recorded::Full);
    assert_eq!(s3(&write, Half::Read, None), Recorded::None);
    assert_eq!(
        codes(&s3_in("aws-cn", &all("arn:aws:s3", "All"), Half::Write, None)),
        ["partition_mismatch"]
    );
    assert_eq!(
        s3_in("aws-us-gov", &all("arn:aws-us-gov:s3:::", "All"), Half::Write, None),
        Recorded::Full
    );
    let one = all("arn:aws:s3:::b1/", "All");
    assert_eq!(codes(&s3(&one, Half::Write, None)), ["narrowed_by:resources.ARN"]);
    assert_eq!(s3(&one, Half::Write, Some("b1")), Recorded::Full);
    assert!(matches!(s3(&one, Half::Write, Some("b2")), Recorded::Partial(_)));
    assert_eq!(codes(&s3(&all("arn:aws:s3:::*/*", "All"), Half::Read, None)), ["literal_wildcard"]);
}

#[test]
fn only_a_log_bucket_may_be_left_out_and_only_with_its_slash() {
    // Edges 37 to 46.
    let with = |field: serde_json::Value| {
        advanced(serde_json::json!([{"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}, field]}]))
    };
    let arn = |operator: &str, value: &str| {
        let mut field = serde_json::json!({"Field": "resources.ARN"});
        field[operator] = serde_json::json!([value]);
        with(field)
    };
    let all = |selectors: &Selectors| s3(selectors, Half::Write, None);
    assert_eq!(all(&arn("NotStartsWith", "arn:aws:s3:::log-bucket/")), Recorded::Full);
    assert!(
        codes(&all(&arn("NotStartsWith", "arn:aws:s3:::log-bucket")))[0]
            .starts_with("exclusion_without_slash")
    );
    assert!(
        codes(&all(&arn("NotStartsWith", "arn:aws:s3:::other/")))[0].starts_with("excludes_prefix")
    );
    assert_eq!(all(&arn("NotEquals", "arn:aws:s3:::bucket")), Recorded::Full);
    assert!(matches!(all(&arn("NotEndsWith", ".log")), Recorded::Partial(_)));
    assert_eq!(
        codes(&s3(&arn("Equals", "arn:aws:s3:::b1/"), Half::Read, Some("b1"))),
        ["equals_on_bucket"]
    );
    assert_eq!(
        s3(&arn("StartsWith", "arn:aws:s3:::log"), Half::Read, Some("logs-prod")),
        Recorded::Full
    );
    let named = with(serde_json::json!({"Field": "eventName", "NotEquals": ["DeleteObject"]}));
    assert_eq!(codes(&all(&named)), ["narrowed_by:eventName"]);
    // An operator that is not known here looks like a field without any, and may narrow.
    let odd = with(serde_json::json!({"Field": "eventName", "Contains": ["Delete"]}));
    assert_eq!(codes(&all(&odd)), ["unknown_operator:eventName"]);
    let read = with(serde_json::json!({"Field": "readOnly", "Equals": ["true"]}));
    assert_eq!((s3(&read, Half::Read, None), all(&read)), (Recorded::Full, Recorded::None));
}

#[test]
fn ten_thousand_selectors_are_folded_as_a_few_are() {
    let many = |field: fn(usize) -> serde_json::Value| {
        advanced(
            (0..10_000)
                .map(|at| {
                    serde_json::json!({"FieldSelectors": [
                        {"Field": "eventCategory", "Equals": ["Management"]}, field(at)]})
                })
                .collect(),
        )
    };
    let sources = |at: usize| serde_json::json!({"Field": "eventSource", "NotEquals": ["kms", format!("s{at}")]});
    assert_eq!(codes(&many(sources).management(Half::Write)), ["excludes:kms"]);
    let fields = |at: usize| serde_json::json!({"Field": format!("f{at}"), "Equals": ["x"]});
    assert_eq!(codes(&many(fields).management(Half::Read)).len(), 10_000);
    let either = |at: usize| match at {
        0 => {
            serde_json::json!({"Field": "eventSource", "NotEquals": (0..10_000).map(|s| format!("s{s}")).collect::<Vec<_>>()})
        }
        1 => serde_json::json!({"Field": "moonPhase", "Equals": ["full"]}),
        _ => serde_json::json!({"Field": "eventSource", "NotEquals": ["s7"]}),
    };
    assert_eq!(codes(&many(either).management(Half::Read)), ["excludes:s7"]);
}
