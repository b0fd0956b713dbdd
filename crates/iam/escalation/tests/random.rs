//! Random graphs against trying everything.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use super::super::plan::To;
use super::super::rights::Rights;
use super::*;

const ROLES: usize = 5;

/// By role: whom it may assume, whose policies it may write, and whether it holds the power.
type Plan = Vec<(u8, u8, bool)>;

fn arn(at: usize) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/r{at}")
}

fn lab(plan: &Plan) -> Lab {
    let mut lab = Lab::new();
    for (at, (assumes, writes, holds)) in plan.iter().enumerate() {
        let mut statements = Vec::new();
        for other in 0..plan.len() {
            let mut may = |action: &str, mask: u8| {
                if mask & (1 << other) != 0 {
                    statements.push(format!(
                        r#"{{"Effect":"Allow","Action":"{action}","Resource":"{}"}}"#,
                        arn(other)
                    ));
                }
            };
            may("sts:AssumeRole", *assumes);
            may("iam:PutRolePolicy", *writes);
        }
        if *holds {
            statements.push(allow(&[STOP]));
        }
        lab.role(
            &format!("r{at}"),
            &statements.join(","),
            &trust(&format!(r#"{{"AWS":"{ACCOUNT}"}}"#)),
        );
    }
    // One that is allowed everything shall not make things too easy: it writes policies, and no more.
    lab.scp(r#"{"Effect":"Deny","NotAction":["sts:AssumeRole","iam:PutRolePolicy","cloudtrail:StopLogging"],"Resource":"*"}"#);
    lab
}

/// What one has at a time: roles that one acts as, each with whether it is allowed everything.
type Held = BTreeSet<(usize, bool)>;

/// The least number of hops to the power, by trying every order.
fn fewest(plan: &Plan, start: usize) -> Option<usize> {
    let mut queue = VecDeque::from([(Held::from([(start, false)]), 0)]);
    let mut seen = BTreeSet::new();
    while let Some((held, hops)) = queue.pop_front() {
        if held.iter().any(|(at, all)| *all || plan[*at].2) {
            return Some(hops);
        }
        for (at, _) in &held {
            for other in 0..plan.len() {
                let mut next = held.clone();
                if plan[*at].0 & (1 << other) != 0 {
                    next.insert((other, false));
                }
                if next != held && seen.insert(next.clone()) {
                    queue.push_back((next, hops + 1));
                }
                let mut next = held.clone();
                if plan[*at].1 & (1 << other) != 0 && held.contains(&(other, false)) {
                    next.insert((other, true));
                }
                if next != held && seen.insert(next.clone()) {
                    queue.push_back((next, hops + 1));
                }
            }
        }
    }
    None
}

/// Takes a path hop by hop; each must be taken as somebody whom one acts as by then.
fn works(graph: &Graph<'_>, start: usize, reached: &Reached) -> bool {
    let mut held = BTreeSet::from([State { entity: start, rights: Rights::default() }]);
    let mut changed: Vec<(usize, Rights)> = Vec::new();
    for hop in &reached.path {
        if !held.contains(&hop.by) || graph.tell(hop).is_none_or(|told| !told.is_sure()) {
            return false;
        }
        match graph.edge(hop.edge).map(|edge| edge.to) {
            Some(To::Entity(entity)) => {
                held.insert(State { entity, rights: Rights::default() });
            }
            Some(To::Change(entity, rights)) => changed.push((entity, rights)),
            _ => return false,
        }
        // Whoever acts as one that was changed has what was given.
        for (entity, rights) in &changed {
            let of_it: Vec<_> =
                held.iter().filter(|state| state.entity == *entity).copied().collect();
            held.extend(
                of_it.into_iter().map(|state| State { rights: state.rights.and(*rights), ..state }),
            );
        }
    }
    held.contains(&reached.holder)
}

fn plans(writes: u8) -> impl Strategy<Value = Plan> {
    let sparse = || (any::<u8>(), any::<u8>()).prop_map(|(one, other)| one & other);
    let role = (sparse(), sparse(), proptest::bool::weighted(0.2));
    proptest::collection::vec(role, ROLES).prop_map(move |mut plan| {
        plan.iter_mut().for_each(|role| role.1 &= writes);
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_path_works_and_none_is_shorter(plan in plans(0)) {
        let lab = lab(&plan);
        let mut graph = lab.escalation.graph(&lab.bulk, &lab.facts, &[]);
        for start in 0..ROLES {
            let found = graph.from(start);
            prop_assert_eq!(found.first().map(|reached| reached.path.len()), fewest(&plan, start));
            prop_assert!(found.iter().all(|reached| works(&graph, start, reached)));
        }
    }

    #[test]
    fn with_changes_on_the_way_it_works_and_what_can_be_had_is_had(plan in plans(u8::MAX)) {
        let lab = lab(&plan);
        let mut graph = lab.escalation.graph(&lab.bulk, &lab.facts, &[]);
        for start in 0..ROLES {
            let found = graph.from(start);
            let fewest = fewest(&plan, start);
            let hops = found.first().map(|reached| reached.path.len());
            prop_assert!(found.iter().all(|reached| works(&graph, start, reached)), "{found:?}");
            prop_assert_eq!(hops.is_some(), fewest.is_some());
            // Where a change and a role meet, the hops that both may share are not looked for.
            prop_assert!(hops >= fewest, "{found:?}");
        }
    }
}
