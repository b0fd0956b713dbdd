//! How long it takes to find, for every principal of a large organization, what it comes by and how.
//!
//! `cargo bench -p trailproof-iam --bench ways -- [ACCOUNTS [PRINCIPALS]]` reads the organization of the bench `answers` three
//! times, account by account: for the roles that let others in, for what lies behind them, and for everybody.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints, and its input is its own"
)]

use cpu_time::ProcessTime;
use trailproof_iam::bulk::{Bulk, PolicyId};
use trailproof_iam::escalation::{Entity, Escalation, Facts, Organization, What};
use trailproof_iam::{Context, Known, NamedPolicy, PolicyDocument};

#[allow(dead_code, reason = "another bench needs the rest")]
mod organization;

use organization::{Shared, own_policies, peak_memory, principal, questions, shared};

fn trusting(principal: &str, action: &str) -> NamedPolicy {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"{action}"}}}}"#
    );
    NamedPolicy::new("trust", PolicyDocument::parse(&text).unwrap())
}

/// Whom the role at this place trusts: a service, its account, the account of the pipelines, the management account, or
/// whoever signs in through Identity Center.
fn trust(account: &str, at: usize) -> NamedPolicy {
    let root = |account: &str| format!(r#"{{"AWS":"arn:aws:iam::{account}:root"}}"#);
    match at % 20 {
        0 | 9 => trusting(&root(account), "sts:AssumeRole"),
        1 => trusting(&root(&id(0)), "sts:AssumeRole"),
        8 => trusting(&root(&id(1)), "sts:AssumeRole"),
        3..=5 => trusting(
            &format!(r#"{{"Federated":"arn:aws:iam::{account}:saml-provider/AWSSSO_x"}}"#),
            "sts:AssumeRoleWithSAML",
        ),
        at if at % 2 == 0 => trusting(r#"{"Service":"lambda.amazonaws.com"}"#, "sts:AssumeRole"),
        _ => trusting(
            r#"{"Service":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]}"#,
            "sts:AssumeRole",
        ),
    }
}

fn id(account: usize) -> String {
    format!("{:012}", 100_000_000_000 + account)
}

fn facts(bulk: &mut Bulk, shared: &Shared, at: usize, principals: usize) -> Facts {
    let account = id(at);
    let own: Vec<PolicyId> =
        own_policies(&account).iter().map(|text| bulk.policy("own", text).unwrap()).collect();
    let mut facts = Facts::new(&account);
    facts.powers = questions(&account);
    for power in &mut facts.powers {
        // What is asked first stands at the same place in the bulk, behind the actions of the ways.
        power.action = bulk
            .actions()
            .iter()
            .position(|name| *name == organization::actions()[power.action])
            .unwrap();
    }
    facts.scps.clone_from(&shared.scps);
    facts.rcps.clone_from(&shared.rcps);
    facts.management = at == 0;
    facts.context = Context::discovery().with("aws:PrincipalOrgID", ["o-example"]);
    for at in 0..principals {
        let asker = principal(shared, &own, &account, at);
        let mut entity = Entity::new(asker.caller);
        entity.inline = asker.identity.into_iter().chain(asker.groups).collect();
        entity.boundary =
            asker.boundary.map(|id| (format!("arn:aws:iam::{account}:policy/boundary"), id));
        for (key, known) in asker.known {
            if let Known::Values(values) = known {
                entity.tags.push((key.rsplit('/').next().unwrap().to_owned(), values[0].clone()));
            }
        }
        if entity.caller.user_name().is_none() {
            entity.trust = Some(trust(&account, at));
        }
        facts.entities.push(entity);
    }
    facts
}

fn main() {
    let arguments: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (accounts, principals) = match arguments.as_slice() {
        // `cargo test --benches` calls it without a word.
        [] if !std::env::args().any(|argument| argument == "--bench") => (2, 20),
        [] => (100, 300),
        [accounts] => (*accounts, 300),
        [accounts, principals, ..] => (*accounts, *principals),
    };
    let known = organization::actions();
    let mut all: Vec<String> =
        trailproof_iam::escalation::actions().iter().map(ToString::to_string).collect();
    all.extend(known);
    all.sort_unstable();
    all.dedup();
    let mut bulk = Bulk::new(all);
    let escalation = Escalation::new(&mut bulk).unwrap();
    let shared = shared(&mut bulk);
    let mark = bulk.mark();
    let mut organization = Organization::new();
    let start = ProcessTime::now();
    for at in 0..accounts {
        organization.survey(&facts(&mut bulk, &shared, at, principals));
        bulk.release(mark);
    }
    let surveyed = start.elapsed();
    let start = ProcessTime::now();
    for at in 0..accounts {
        let facts = facts(&mut bulk, &shared, at, principals);
        let gateways: Vec<_> =
            organization.gateways_for(&facts.account).into_iter().cloned().collect();
        let gateways: Vec<_> = gateways.iter().collect();
        let mut graph = escalation.graph(&bulk, &facts, &gateways);
        for (place, entity) in facts.entities.iter().enumerate() {
            if organization.place(entity.arn()).is_some() {
                organization.link(&facts, entity.arn(), &graph.from(place));
            }
        }
        drop(graph);
        bulk.release(mark);
    }
    let linked = start.elapsed();
    let start = ProcessTime::now();
    let (mut powers, mut direct, mut longest, mut passages) = (0_u64, 0_u64, 0, 0_u64);
    for at in 0..accounts {
        let facts = facts(&mut bulk, &shared, at, principals);
        let gateways = organization.gateways_for(&facts.account);
        let mut graph = escalation.graph(&bulk, &facts, &gateways);
        for place in 0..facts.entities.len() {
            let found = graph.from(place);
            for reached in &found {
                if matches!(reached.what, What::Power(_)) {
                    powers += 1;
                    direct += u64::from(reached.path.is_empty());
                    longest = longest.max(reached.path.len());
                }
            }
            passages += organization.passages(&facts.account, &found).len() as u64;
        }
        drop(graph);
        bulk.release(mark);
    }
    let found = start.elapsed();
    println!(
        "{accounts} accounts, {} principals, {} gateways",
        accounts * principals,
        organization.gateways().len()
    );
    println!(
        "{powers} powers come by, {direct} of them had from the start, the others in up to {longest} hops; {passages} passages"
    );
    println!(
        "{:.1} s of CPU for the survey, {:.1} s for the links, {:.1} s for everybody",
        surveyed.as_secs_f64(),
        linked.as_secs_f64(),
        found.as_secs_f64()
    );
    if let Some(peak) = peak_memory() {
        println!("{peak} MiB peak memory");
    }
}
