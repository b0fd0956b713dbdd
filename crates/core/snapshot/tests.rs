//! Questions about one resource among many, and evidence that can be found again whatever it is called.

use proptest::prelude::*;

use super::*;
use crate::answer::TrailStatus;

fn observation() -> Observation {
    Observation {
        operation: "cloudtrail:GetTrailStatus".into(),
        parameters: BTreeMap::new(),
        called_at: Timestamp::UNIX_EPOCH,
        responses: Vec::new(),
        error_code: None,
        outcome: Outcome::Answer(Answer::TrailStatus(TrailStatus::default())),
    }
}

fn document(probes: impl IntoIterator<Item = Probe>) -> Document {
    let mut document = Document::new("111122223333".parse().unwrap());
    document.observations.extend(probes.into_iter().map(|probe| (probe, observation())));
    document
}

proptest! {
    #[test]
    fn what_is_asked_about_a_resource_is_found_in_order(
        asked in prop::collection::btree_set(
            (prop::sample::select(vec![Fact::Trails, Fact::TrailStatus, Fact::EventSelectors]),
             prop::option::of(prop::sample::select(vec!["eu-west-1", "eu-west-10", "us-east-1"])),
             prop::option::of("[ab\\x00]{0,2}")),
            0..40,
        ),
        resource in "[ab\\x00]{0,2}",
    ) {
        let probes: Vec<Probe> = asked
            .into_iter()
            .map(|(fact, region, resource)| {
                Probe { fact, region: region.map(|name| name.parse().unwrap()), resource }
            })
            .collect();
        let document = document(probes);
        let expected: Vec<&Probe> = document
            .observations
            .keys()
            .filter(|probe| probe.fact == Fact::TrailStatus)
            .filter(|probe| probe.resource.as_deref() == Some(resource.as_str()))
            .collect();
        prop_assert_eq!(document.about(Fact::TrailStatus, &resource).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn evidence_is_found_by_its_pointer_whatever_it_is_called(
        name in prop_oneof![any::<String>(), "[/~01#%a]{0,12}"],
    ) {
        let probe = Probe::resource(Fact::TrailStatus, None, &name);
        let document = document([probe.clone()]);
        let cited = document.source(&probe).cite("IsLogging", true).source;
        let (place, pointer) = cited.split_once('#').unwrap();
        prop_assert_eq!(place, "accounts/111122223333");
        let written = serde_json::to_value(&document).unwrap();
        let found = written.pointer(pointer).cloned();
        prop_assert_eq!(found, Some(serde_json::to_value(observation()).unwrap()));
        prop_assert_eq!(probe.to_string().parse::<Probe>(), Ok(probe));
    }
}

#[test]
fn what_is_nested_too_deep_is_an_error() {
    let deep = "[".repeat(100_000);
    assert!(serde_json::from_str::<Bundle>(&deep).is_err());
    let within = format!(
        "{{\"schema\": \"x\", \"account\": \"111122223333\", \"observations\": {{\"x\": {deep}"
    );
    assert!(serde_json::from_str::<Document>(&within).is_err());
}
