//! One organization in three partitions: whom the program calls, under which names, and that the verdicts are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use trailproof_core::finding::Status;
use trailproof_sim::Simulator;

use crate::judged::{judged, line};
use crate::run::Lab;
use crate::world;

/// A partition, the regions that the organization uses there, and the suffix of AWS's host names.
struct Place {
    partition: &'static str,
    regions: [&'static str; 2],
    suffix: &'static str,
}

const COMMERCIAL: Place =
    Place { partition: "aws", regions: ["eu-west-1", "us-east-1"], suffix: ".amazonaws.com" };
const OTHERS: [Place; 2] = [
    Place {
        partition: "aws-cn",
        regions: ["cn-northwest-1", "cn-north-1"],
        suffix: ".amazonaws.com.cn",
    },
    Place {
        partition: "aws-us-gov",
        regions: ["us-gov-east-1", "us-gov-west-1"],
        suffix: ".amazonaws.com",
    },
];

/// Notes the host of each request and passes it on.
#[derive(Debug, Clone)]
struct Hosts {
    simulator: Simulator,
    seen: Arc<Mutex<BTreeSet<String>>>,
}

impl HttpConnector for Hosts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request.uri().split('/').nth(2).unwrap_or_default().to_owned();
        self.seen.lock().unwrap().insert(host);
        self.simulator.call(request)
    }
}

impl HttpClient for Hosts {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The verdicts, with what differs between partitions by its nature spelt as in the commercial one.
fn verdicts(place: &Place) -> BTreeMap<String, (Status, String)> {
    let simulator = Simulator::new(world::in_partition(place.partition, place.regions));
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let hosts = Hosts { simulator: simulator.clone(), seen: seen.clone() };
    let lab = Lab {
        http: SharedHttpClient::new(hosts),
        region: place.regions[0].to_owned(),
        ..Lab::new(simulator.clone())
    };
    let scanned = judged(&lab.scan().reader.unwrap()).unwrap();

    for call in simulator.calls() {
        assert!(place.regions.contains(&call.region.as_str()), "{}: {call:?}", place.partition);
    }
    for host in seen.lock().unwrap().iter() {
        assert!(host.ends_with(place.suffix), "{}: {host}", place.partition);
    }
    // A run of validate-logs is handed over, and nothing that AWS is asked for.
    let unknown = scanned.assessment.results.iter();
    let unknown = unknown.filter(|f| f.status == Status::Unknown && f.reason != "not_supplied");
    let unknown: Vec<String> = unknown.map(line).collect();
    assert!(unknown.is_empty(), "{}:\n{}", place.partition, unknown.join("\n"));
    let own = format!("arn:{}:", place.partition);
    for finding in &scanned.assessment.results {
        assert_eq!(finding.partition.as_str(), place.partition);
        assert!(
            !finding.resource.starts_with("arn:") || finding.resource.starts_with(&own),
            "{}",
            finding.resource
        );
    }

    let spelt = |text: &str| {
        let text = text.replace(&own, "arn:aws:");
        let regions = place.regions.iter().zip(COMMERCIAL.regions);
        regions.fold(text, |text, (here, there)| text.replace(here, there))
    };
    let of = |finding: &trailproof_core::finding::Finding| {
        let subject =
            [&finding.check, finding.account_id.as_str(), &finding.region, &finding.resource];
        (spelt(&subject.join(" ")), (finding.status, finding.reason.clone()))
    };
    scanned.assessment.results.iter().map(of).collect()
}

#[test]
fn one_organization_is_judged_alike_in_every_partition() {
    let expected = verdicts(&COMMERCIAL);
    let failed = expected.values().filter(|(status, _)| *status == Status::Fail).count();
    assert!(failed >= 8, "the organization shows too little: {failed} failures");
    for place in OTHERS {
        let found = verdicts(&place);
        let differ: Vec<String> = expected
            .iter()
            .filter(|(subject, verdict)| found.get(*subject) != Some(verdict))
            .map(|(subject, verdict)| format!("{subject}: {verdict:?}, {:?}", found.get(subject)))
            .collect();
        assert!(differ.is_empty(), "{}:\n{}", place.partition, differ.join("\n"));
        assert_eq!(found.len(), expected.len(), "{}", place.partition);
    }
}
