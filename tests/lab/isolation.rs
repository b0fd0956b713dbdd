//! One account's trouble costs the others nothing, to the millisecond; and nobody's quota is emptied.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use trailproof_core::finding::Finding;
use trailproof_core::gate::{INCOMPLETE, PASSED};
use trailproof_sim::{Description, Effect, Fault, Latency, Quotas, Shape, Simulator, Slow, Trail};

use crate::judged::{Judged, judged, line};
use crate::run::Lab;
use crate::world::{OWNER, small};

const LATENCY: Duration = Duration::from_millis(50);
/// Calls at once: so many that nobody waits for room. Where all of it is taken, a call that hangs keeps its place for the
/// lease, and whoever is next waits for that: this is about what the accounts otherwise have to do with one another.
const ROOM: usize = 1024;
const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "us-west-2"];

/// The simulator, with the time of each account's last answer.
#[derive(Debug, Clone)]
struct Watched {
    simulator: Simulator,
    last: Arc<Mutex<BTreeMap<String, Duration>>>,
}

/// The account whose keys signed it: their ids end in its own.
fn signer(request: &HttpRequest) -> String {
    let signature = request.headers().get("authorization").unwrap_or_default();
    let key = signature.split("Credential=").nth(1).and_then(|rest| rest.split('/').next());
    let key = key.unwrap_or_default();
    key[key.len().saturating_sub(12)..].to_owned()
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (account, this) = (signer(&request), self.clone());
        let answer = HttpConnector::call(&self.simulator, request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            this.last.lock().unwrap().insert(account, this.simulator.clock().elapsed());
            answer
        })
    }
}

impl HttpClient for Watched {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

struct Seen {
    judged: Judged,
    last: BTreeMap<String, Duration>,
    took: Duration,
}

fn watched(simulator: Simulator) -> Seen {
    let watched = Watched { simulator: simulator.clone(), last: Arc::default() };
    let http = SharedHttpClient::new(watched.clone());
    let lab = Lab { http, concurrency: ROOM, ..Lab::new(simulator) };
    let scanned = lab.scan();
    let last = watched.last.lock().unwrap().clone();
    Seen { judged: judged(&scanned.reader.unwrap()).unwrap(), last, took: scanned.took }
}

fn shape(accounts: usize) -> Shape {
    Shape {
        accounts,
        roles_per_account: 1,
        policies_per_account: 0,
        users_per_account: 0,
        groups_per_account: 0,
        buckets_per_account: 1,
        opt_in_regions: 0.0,
        own_trails: 0.0,
        suspended: 0.0,
        ..Shape::default()
    }
}

/// A hundred accounts in few regions: what one costs the others does not hang on how many each has.
fn hundred() -> Description {
    let mut description = shape(100).describe();
    let homes: Vec<String> = description
        .accounts
        .iter()
        .flat_map(|account| {
            let trails = account.trails.iter().map(|trail| trail.home_region.clone());
            trails.chain(account.buckets.iter().map(|bucket| bucket.region.clone()))
        })
        .collect();
    description
        .default_regions
        .retain(|region| REGIONS.contains(&region.as_str()) || homes.contains(region));
    description
}

fn others<'a>(seen: &'a Seen, victim: &'a str) -> impl Iterator<Item = &'a Finding> {
    let results = seen.judged.assessment.results.iter();
    results.filter(move |finding| finding.account_id.as_str() != victim)
}

fn of_others(seen: &Seen, victim: &str) -> Vec<String> {
    others(seen, victim).map(line).collect()
}

#[test]
fn one_account_s_trouble_makes_no_other_later() {
    let victim = shape(100).account_id(50);
    let simulator = || Simulator::new(hundred()).with_latency(Latency::fixed(LATENCY));
    let whole = watched(simulator());
    assert_eq!(whole.last.len(), 100);
    let role = Some(format!("*:{victim}:*"));
    let of_victim = |effect| Fault::on("*", effect).of_account(&victim);
    let slow = Slow {
        account: Some(victim.clone()),
        region: Some("us-west-2".to_owned()),
        latency: Duration::from_secs(15),
        ..Slow::default()
    };
    let troubles = [
        ("hangs", simulator().with_fault(of_victim(Effect::Hang))),
        ("is throttled", simulator().with_fault(of_victim(Effect::Throttling))),
        ("answers 500", simulator().with_fault(of_victim(Effect::ServerError))),
        (
            "has a role that hangs",
            simulator()
                .with_fault(Fault { resource: role, ..Fault::on("sts:AssumeRole", Effect::Hang) }),
        ),
        (
            "has a slow region",
            Simulator::new(hundred()).with_latency(Latency::fixed(LATENCY).but(slow)),
        ),
    ];
    for (trouble, simulator) in troubles {
        let seen = watched(simulator);
        let later: Vec<_> = whole
            .last
            .iter()
            .filter(|(account, _)| **account != victim)
            .map(|(account, healthy)| (account, healthy, seen.last[account]))
            .filter(|(_, healthy, now)| now > *healthy)
            .collect();
        assert!(later.is_empty(), "where one {trouble}: {later:?}");
        // What another account says may rest on the victim's evidence too; then it is unknown for the victim's gap.
        let before = of_others(&whole, &victim);
        let fresh = others(&seen, &victim).filter(|finding| !before.contains(&line(finding)));
        let blamed = |finding: &&Finding| {
            let gap = finding.gap.as_ref().and_then(|gap| gap.account);
            gap.is_some_and(|account| account.as_str() == victim)
        };
        let unblamed: Vec<_> = fresh.filter(|finding| !blamed(finding)).map(line).collect();
        assert!(unblamed.is_empty(), "where one {trouble}: {unblamed:#?}");
        assert_eq!(of_others(&seen, &victim).len(), before.len(), "where one {trouble}");
        let code = if trouble == "has a slow region" { PASSED } else { INCOMPLETE };
        assert_eq!(seen.judged.code, code, "where one {trouble}");
        assert!(seen.took < Duration::from_secs(300), "where one {trouble}: {:?}", seen.took);
    }
}

/// An account with so many trails in one region that asking about them meets what others leave of its quota.
fn with_many_trails() -> Description {
    let mut description = small();
    let account = description.accounts.iter_mut().find(|account| account.id == OWNER).unwrap();
    let trail = account.trails[0].clone();
    account.trails.extend((0..6).map(|at| Trail { name: format!("more-{at}"), ..trail.clone() }));
    description
}

#[test]
fn quotas_that_others_use_up_cost_time_and_no_evidence() {
    let simulator = |quotas| {
        let latency = Latency::fixed(LATENCY);
        Simulator::new(with_many_trails()).with_latency(latency).with_quotas(quotas)
    };
    let alone = simulator(Quotas::aws());
    let whole = watched(alone.clone());
    assert_eq!((whole.judged.code, alone.throttled()), (PASSED, BTreeMap::new()));
    let used = simulator(Quotas::aws().used("cloudtrail:*", 7));
    let seen = watched(used.clone());
    let throttled = used.throttled();
    assert!(!throttled.is_empty() && throttled.keys().all(|name| name.starts_with("cloudtrail:")));
    assert_eq!(seen.judged.code, PASSED);
    assert_eq!(of_others(&seen, ""), of_others(&whole, ""));
    assert!(seen.took < Duration::from_secs(120), "{:?}", seen.took);
}

#[test]
fn the_default_pace_never_meets_a_quota_that_nobody_else_uses() {
    for accounts in [1, 20, 100] {
        let shape = Shape { own_trails: 0.5, opt_in_regions: 0.5, ..shape(accounts) };
        let simulator = Simulator::generated(shape)
            .counting()
            .with_latency(Latency::fixed(LATENCY))
            .with_quotas(Quotas::aws());
        Lab::new(simulator.clone()).scan().reader.unwrap();
        assert_eq!(simulator.throttled(), BTreeMap::new(), "{accounts} accounts");
    }
}
