//! What must hold of every selector and event, and the catalogue's edges on holes and overlaps.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(json: Value) -> Selectors {
    Selectors::normalise(&serde_json::from_value(json).unwrap())
}

fn advanced(terms: &[Value]) -> Selectors {
    let terms: Vec<Value> = terms.iter().map(|t| json!({ "FieldSelectors": t })).collect();
    read(json!({ "AdvancedEventSelectors": terms }))
}

fn objects(more: &[Value]) -> Value {
    let mut fields = vec![
        json!({"Field": "eventCategory", "Equals": ["Data"]}),
        json!({"Field": "resources.type", "Equals": [S3_OBJECT]}),
    ];
    fields.extend_from_slice(more);
    Value::Array(fields)
}

fn field(name: &str, operator: &str, value: &str) -> Value {
    json!({"Field": name, operator: [value]})
}

fn holes(selectors: &Selectors) -> Vec<String> {
    let partition = Partition::new("aws");
    let question = HoleQuestion {
        partition: &partition,
        category: Category::Data,
        resource_type: Some(S3_OBJECT),
        log_buckets: &BTreeSet::from(["log-bucket".to_owned()]),
    };
    let told = |hole: &Hole| {
        let values: Vec<_> = hole.values.iter().cloned().collect();
        format!("{} {} {}", hole.field, hole.operator, values.join(","))
    };
    selectors.holes(&question).iter().map(told).collect()
}

#[test]
fn a_hole_counts_unless_another_term_closes_it() {
    // Edges 40 to 43.
    let arn = |value: &str| advanced(&[objects(&[field("resources.ARN", "NotStartsWith", value)])]);
    assert!(holes(&arn("arn:aws:s3:::log-bucket/")).is_empty());
    assert_eq!(holes(&arn("arn:aws:s3:::log-bucket")).len(), 1);
    assert_eq!(
        holes(&arn("arn:aws:s3:::other/")),
        ["resources.ARN NotStartsWith arn:aws:s3:::other/"]
    );
    let delete = field("eventName", "NotEquals", "DeleteObject");
    let broken = objects(&[delete]);
    assert_eq!(
        holes(&advanced(std::slice::from_ref(&broken))),
        ["eventName NotEquals DeleteObject"]
    );
    let role = "arn:aws:iam::111122223333:role/app";
    let hidden = objects(&[field("userIdentity.arn", "NotEquals", role)]);
    assert_eq!(holes(&advanced(&[hidden])).len(), 1);
    let console = |value| objects(&[field("sessionCredentialFromConsole", "Equals", value)]);
    assert_eq!(holes(&advanced(&[console("true")])).len(), 1);
    assert!(holes(&advanced(&[console("true"), console("false")])).is_empty());
    assert!(holes(&advanced(&[broken.clone(), objects(&[])])).is_empty());
    let closes = objects(&[field("eventName", "Equals", "DeleteObject")]);
    assert!(holes(&advanced(&[broken.clone(), closes])).is_empty());
    let reads = objects(&[field("readOnly", "Equals", "true")]);
    assert_eq!(holes(&advanced(&[broken.clone(), reads])).len(), 1);
    let one = objects(&[field("resources.ARN", "StartsWith", "arn:aws:s3:::b/")]);
    assert!(holes(&advanced(std::slice::from_ref(&one))).is_empty(), "an open limit is no hole");
    assert_eq!(holes(&advanced(&[broken, one])).len(), 1);
    let sub = objects(&[json!({"Field": "resources.ARN",
        "StartsWith": ["arn:aws:s3:::b/"], "NotStartsWith": ["arn:aws:s3:::b/secret/"]})]);
    assert_eq!(holes(&advanced(&[sub])).len(), 1);
}

fn overlap(one: &Value, other: &Value, category: Category) -> Overlap {
    let [one, other] = [one, other].map(|json| read(json.clone()));
    let there = one.overlap(&other, category);
    assert_eq!(there, other.overlap(&one, category));
    there
}

#[test]
fn two_trails_overlap_where_one_event_suits_both() {
    use Category::{Data, Management, NetworkActivity};
    use Overlap::{Definitely, Never, Possibly};
    let classic = |kind: &str| json!({"EventSelectors": [{"ReadWriteType": kind}]});
    let all = classic("All");
    assert_eq!(overlap(&all, &all, Management), Definitely); // edge 151
    assert_eq!(overlap(&all, &all, Data), Never);
    let data = json!({"EventSelectors": [{"IncludeManagementEvents": false,
        "DataResources": [{"Type": S3_OBJECT, "Values": ["arn:aws:s3"]}]}]});
    assert_eq!(overlap(&all, &data, Management), Never); // edge 152
    assert_eq!(overlap(&classic("ReadOnly"), &classic("WriteOnly"), Management), Never); // edge 153
    let without =
        |source: &str| json!({"EventSelectors": [{"ExcludeManagementEventSources": [source]}]});
    assert_eq!(overlap(&without("kms"), &without("rds"), Management), Definitely);
    let only =
        |more: &[Value]| json!({"AdvancedEventSelectors": [{"FieldSelectors": objects(more)}]});
    let arn = |operator: &str, value: &str| only(&[field("resources.ARN", operator, value)]);
    let (one, two) = ("arn:aws:s3:::one/", "arn:aws:s3:::two/");
    assert_eq!(overlap(&data, &arn("StartsWith", one), Data), Definitely);
    assert_eq!(overlap(&arn("StartsWith", two), &arn("StartsWith", one), Data), Never);
    assert_eq!(overlap(&arn("NotStartsWith", one), &arn("StartsWith", one), Data), Never);
    assert_eq!(overlap(&arn("NotStartsWith", two), &arn("StartsWith", one), Data), Definitely);
    assert_eq!(overlap(&arn("NotEndsWith", "x"), &arn("EndsWith", "yx"), Data), Never);
    let puts = [field("eventName", "StartsWith", "Put"), field("readOnly", "Equals", "false")];
    assert_eq!(overlap(&data, &only(&puts), Data), Possibly);
    let get = [field("eventName", "Equals", "GetObject"), field("readOnly", "Equals", "true")];
    assert_eq!(overlap(&data, &only(&get), Data), Definitely);
    assert_eq!(overlap(&data, &only(&[field("moonPhase", "Equals", "full")]), Data), Possibly);
    assert_eq!(overlap(&all, &data, NetworkActivity), Never);
}

#[test]
fn classic_values_of_functions_and_tables_are_whole() {
    let of = |kind: &str, value: &str| {
        read(json!({"EventSelectors": [{"DataResources": [{"Type": kind, "Values": [value]}]}]}))
    };
    let partition = Partition::new("aws");
    let data = |selectors: &Selectors, resource_type: &str| {
        selectors.data(&DataQuestion {
            partition: &partition,
            resource_type,
            half: Half::Write,
            bucket: None,
            log_buckets: &BTreeSet::new(),
        })
    };
    let (lambda, table) = ("AWS::Lambda::Function", "AWS::DynamoDB::Table");
    assert_eq!(data(&of(lambda, "arn:aws:lambda"), lambda), Recorded::Full);
    assert_eq!(data(&of(table, "arn:aws:dynamodb"), table), Recorded::Full);
    for odd in ["arn:aws-cn:lambda", "arn:aws:lambda:", "arn:aws", "", "arn:aws:lambda:*"] {
        assert!(matches!(data(&of(lambda, odd), lambda), Recorded::Partial(_)), "{odd}");
    }
    let name = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
    let event = |arn: &str| DescribedEvent {
        category: Some(Category::Data),
        read_only: Some(false),
        resource_type: Some(table.into()),
        resource_arn: Some(arn.into()),
        ..DescribedEvent::default()
    };
    let exact = of(table, name);
    assert!(matches!(exact.records(&event(name)), Records::Yes { .. }));
    assert!(matches!(exact.records(&event(&format!("{name}able"))), Records::No { .. }));
}

#[test]
fn an_event_is_refused_by_a_named_field_and_left_open_by_unknown_ones() {
    let selectors = advanced(&[objects(&[field("eventName", "NotEquals", "DeleteObject")])]);
    let mut event = DescribedEvent {
        category: Some(Category::Data),
        resource_type: Some(S3_OBJECT.into()),
        event_name: Some("DeleteObject".into()),
        ..DescribedEvent::default()
    };
    let Records::No { failed } = selectors.records(&event) else { panic!("recorded") };
    assert_eq!(failed[0].field, "eventName");
    assert_eq!(failed[0].asks, "eventName NotEquals DeleteObject");
    event.event_name = None;
    let unknown = BTreeSet::from(["eventName".to_owned()]);
    assert_eq!(selectors.records(&event), Records::CannotTell { unknown });
    event.event_name = Some("GetObject".into());
    assert!(matches!(selectors.records(&event), Records::Yes { term: 0, .. }));
}

const FIELDS: [&str; 12] = [
    "eventCategory",
    "readOnly",
    "resources.type",
    "resources.ARN",
    "eventName",
    "eventSource",
    "eventType",
    "errorCode",
    "userIdentity.arn",
    "sessionCredentialFromConsole",
    "vpcEndpointId",
    "moonPhase",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "Management", "Data", "NetworkActivity", "true", "false", S3_OBJECT,
            "AWS::Lambda::Function", "arn:aws:s3:::", "arn:aws:s3:::b/", "arn:aws:s3:::b/k",
            "arn:aws:lambda", "GetObject", "Get", "Object", "kms.amazonaws.com", "",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ]
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(value(), 1..3)]
}

fn any_field() -> impl Strategy<Value = FieldSelector> {
    let lists = [values(), values(), values(), values(), values(), values()];
    let name = prop_oneof![Just("eventCategory"), prop::sample::select(FIELDS.to_vec())];
    (name, lists).prop_map(|(name, lists)| {
        let [equals, starts_with, ends_with, not_equals, not_starts_with, not_ends_with] = lists;
        let field = name.to_owned();
        FieldSelector {
            field,
            equals,
            starts_with,
            ends_with,
            not_equals,
            not_starts_with,
            not_ends_with,
        }
    })
}

/// A selector as AWS accepts it, with whatever else.
fn selector() -> impl Strategy<Value = Value> {
    let category = prop::sample::select(vec!["Management", "Data", "NetworkActivity"]);
    let kind = prop::sample::select(vec![S3_OBJECT, "AWS::Lambda::Function"]);
    let sane = (category, kind, prop::collection::vec(any_field(), 0..2)).prop_map(
        |(category, kind, more)| {
            let mut fields = vec![field("eventCategory", "Equals", category)];
            if category == "Data" {
                fields.push(field("resources.type", "Equals", kind));
            }
            fields.extend(more.iter().map(|field| serde_json::to_value(field).unwrap()));
            json!({ "FieldSelectors": fields })
        },
    );
    let wild = prop::collection::vec(any_field(), 0..4)
        .prop_map(|fields| json!({ "FieldSelectors": fields }));
    prop_oneof![3 => sane, 1 => wild]
}

fn selectors() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(selector(), 0..4)
}

fn of(selectors: &[Value]) -> Selectors {
    read(json!({ "AdvancedEventSelectors": selectors }))
}

fn event() -> impl Strategy<Value = DescribedEvent> {
    use Category::{Data, Management, NetworkActivity};
    let text = || prop::option::of(value());
    let category = prop::option::of(prop::sample::select(vec![Management, Data, NetworkActivity]));
    let flags = (prop::option::of(any::<bool>()), prop::option::of(any::<bool>()));
    (category, flags, [text(), text(), text(), text(), text(), text(), text(), text()]).prop_map(
        |(category, (read_only, session_credential_from_console), texts)| {
            let [a, b, c, d, e, f, g, h] = texts;
            DescribedEvent {
                category,
                event_source: a,
                event_name: b,
                read_only,
                resource_type: c,
                resource_arn: d,
                user_identity_arn: e,
                event_type: f,
                error_code: g,
                vpc_endpoint_id: h,
                session_credential_from_console,
            }
        },
    )
}

fn kind(records: &Records) -> &'static str {
    match records {
        Records::Yes { .. } => "yes",
        Records::No { .. } => "no",
        Records::CannotTell { .. } => "cannot tell",
    }
}

/// The event without one thing that is known of it.
fn without(event: &DescribedEvent, at: usize) -> DescribedEvent {
    let mut less = event.clone();
    match at {
        0 => less.category = None,
        1 => less.event_source = None,
        2 => less.event_name = None,
        3 => less.read_only = None,
        4 => less.resource_type = None,
        5 => less.resource_arn = None,
        6 => less.user_identity_arn = None,
        7 => less.event_type = None,
        8 => less.error_code = None,
        9 => less.vpc_endpoint_id = None,
        _ => less.session_credential_from_console = None,
    }
    less
}

proptest! {
    #[test]
    fn coverage_and_single_events_agree(
        json in selectors(), event in event(), read_only: bool, data: bool,
        source in "[a-z]{1,5}", key in "[a-z]{1,3}",
    ) {
        let selectors = of(&json);
        let half = if read_only { Half::Read } else { Half::Write };
        let event = DescribedEvent {
            category: Some(if data { Category::Data } else { Category::Management }),
            read_only: Some(read_only),
            event_source: Some(source),
            resource_type: Some(S3_OBJECT.into()),
            resource_arn: Some(format!("arn:aws:s3:::b/{key}")),
            ..event
        };
        let recorded = if data {
            selectors.data(&DataQuestion {
                partition: &Partition::new("aws"),
                resource_type: S3_OBJECT,
                half,
                bucket: None,
                log_buckets: &BTreeSet::new(),
            })
        } else {
            selectors.management(half)
        };
        match recorded {
            Recorded::Full => prop_assert_eq!(kind(&selectors.records(&event)), "yes"),
            Recorded::None => prop_assert_eq!(kind(&selectors.records(&event)), "no"),
            Recorded::Partial(_) => {}
        }
    }

    #[test]
    fn what_is_not_known_only_opens_the_answer(json in selectors(), event in event(), at in 0..11usize) {
        let selectors = of(&json);
        let known = selectors.records(&event);
        let less = selectors.records(&without(&event, at));
        prop_assert!(kind(&less) == "cannot tell" || kind(&less) == kind(&known));
    }

    #[test]
    fn order_means_nothing_and_overlap_is_mutual(
        one in selectors(), two in selectors(), event in event(),
    ) {
        let mut turned = one.clone();
        turned.reverse();
        let partition = Partition::new("aws");
        for category in [Category::Management, Category::Data, Category::NetworkActivity] {
            let there = of(&one).overlap(&of(&two), category);
            prop_assert_eq!(there, of(&two).overlap(&of(&one), category));
            prop_assert_eq!(there, of(&turned).overlap(&of(&two), category));
            let question = HoleQuestion {
                partition: &partition,
                category,
                resource_type: (category == Category::Data).then_some(S3_OBJECT),
                log_buckets: &BTreeSet::new(),
            };
            prop_assert_eq!(of(&one).holes(&question), of(&turned).holes(&question));
        }
        prop_assert_eq!(of(&one).common_types(&of(&two)), of(&two).common_types(&of(&one)));
        prop_assert_eq!(kind(&of(&one).records(&event)), kind(&of(&turned).records(&event)));
    }

    #[test]
    fn an_event_that_both_record_is_an_overlap(
        one in selectors(), two in selectors(), event in event(),
    ) {
        let both = [&one, &two].map(|json| kind(&of(json).records(&event)));
        if let (["yes", "yes"], Some(category)) = (both, event.category) {
            prop_assert_ne!(of(&one).overlap(&of(&two), category), Overlap::Never);
        }
    }
}
