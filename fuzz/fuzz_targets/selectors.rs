//! Event selectors of both forms: every question, and what more selectors may do to the answers.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use trailproof_core::answer::{EventSelector, EventSelectors};
use trailproof_core::aws::Partition;
use trailproof_core::selector::{
    Category, DataQuestion, DescribedEvent, Half, HoleQuestion, Recorded, Records, S3_OBJECT,
    Selectors,
};

fn answers(selectors: &Selectors) -> Vec<Recorded> {
    let partition = Partition::new("aws");
    let left_out = selectors.left_out_buckets(&partition);
    let mut answers = Vec::new();
    for half in Half::BOTH {
        answers.push(selectors.management(half));
        for resource_type in [S3_OBJECT, "AWS::Lambda::Function", "AWS::DynamoDB::Table", "x"] {
            for bucket in [None, Some("logs"), Some("b"), Some("")] {
                for log_buckets in [&BTreeSet::new(), &left_out] {
                    let partition = &partition;
                    answers.push(selectors.data(&DataQuestion {
                        partition,
                        resource_type,
                        half,
                        bucket,
                        log_buckets,
                    }));
                }
            }
        }
    }
    answers
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = serde_json::from_slice::<EventSelectors>(bytes) else { return };
    let written = serde_json::to_vec(&read).expect("selectors have a JSON form");
    assert_eq!(serde_json::from_slice::<EventSelectors>(&written).expect("their own"), read);
    let selectors = Selectors::normalise(&read);
    let first = answers(&selectors);
    assert_eq!(first, answers(&selectors));
    assert!(selectors.summary().starts_with("management events: "));
    let any = Half::BOTH.iter().any(|half| selectors.management(*half).is_some());
    assert_eq!(any, selectors.records_management());
    for answer in &first {
        assert!(!matches!(answer, Recorded::Partial(codes) if codes.is_empty()));
        assert_eq!(answer.is_some(), answer.describe() != "none");
    }
    // Of an event of which nothing is known at least the category decides.
    let unknown = selectors.records(&DescribedEvent::default());
    assert!(!matches!(unknown, Records::Yes { .. }));
    let partition = Partition::new("aws");
    for category in [Category::Management, Category::Data, Category::NetworkActivity] {
        let log_buckets = &BTreeSet::new();
        for resource_type in [None, Some(S3_OBJECT)] {
            let question =
                HoleQuestion { partition: &partition, category, resource_type, log_buckets };
            let holes = selectors.holes(&question);
            assert!(holes.iter().all(|hole| !hole.values.is_empty()));
        }
        let alone = Selectors::default_selector();
        assert_eq!(selectors.overlap(&alone, category), alone.overlap(&selectors, category));
    }
    // The order of selectors means nothing.
    let mut turned = read.clone();
    turned.event_selectors.reverse();
    turned.advanced_event_selectors.reverse();
    assert_eq!(first, answers(&Selectors::normalise(&turned)));
    // One more selector never records less, and the default one records all management events.
    let mut more = read;
    more.event_selectors.push(EventSelector::default());
    let more = Selectors::normalise(&more);
    assert!(Half::BOTH.iter().all(|half| more.management(*half) == Recorded::Full));
});
