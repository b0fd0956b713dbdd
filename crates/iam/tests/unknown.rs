//! What is said of unknown context, against trying every context.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use trailproof_iam::{Context, Decision, Note, Options, Request, Unnamed, decide, evaluate_with};

mod made;

use made::{Made, made, request, universe};

/// A value of each of the tried keys, by its place in the universe.
type Place = Vec<usize>;

/// What is decided in each complete context that the universe has for these keys; the others are absent.
fn every_context(request: &Request, made: &Made, keys: &[usize]) -> BTreeMap<Place, Decision> {
    let universe = universe();
    let read = made.read();
    let layers = read.layers();
    let mut places: Vec<Place> = vec![Vec::new()];
    for key in keys {
        let values = 0..universe[*key].1.len();
        places = places
            .iter()
            .flat_map(|place| values.clone().map(move |value| [&place[..], &[value]].concat()))
            .collect();
    }
    let decided = places.into_iter().map(|place| {
        let mut context = Context::new(Unnamed::DerivedOrAbsent);
        for (key, value) in keys.iter().zip(&place) {
            let (name, values) = &universe[*key];
            context = match &values[*value] {
                Some(values) => context.with(name, values.clone()),
                None => context.without(name),
            };
        }
        let decision = decide(&Request { context, ..request.clone() }, &layers);
        (place, decision)
    });
    decided.collect()
}

/// The keys by whose value alone the decision changes somewhere.
fn deciding(contexts: &BTreeMap<Place, Decision>, keys: &[usize]) -> BTreeSet<String> {
    let universe = universe();
    let allowed = |place: &Place| contexts[place] == Decision::Allowed;
    let mut deciding = BTreeSet::new();
    for (at, key) in keys.iter().enumerate() {
        let differs = contexts.keys().any(|place| {
            let mut other = place.clone();
            other[at] = 0;
            allowed(place) != allowed(&other)
        });
        if differs {
            deciding.insert(universe[*key].0.to_ascii_lowercase());
        }
    }
    deciding
}

fn check(request: &Request, made: &Made, keys: &[usize]) -> Result<(), TestCaseError> {
    let universe = universe();
    let mut context = Context::new(Unnamed::DerivedOrAbsent);
    for key in keys {
        context = context.unknown(universe[*key].0);
    }
    let asked = Request { context, ..request.clone() };
    let read = made.read();
    let counting = Options { chosen_keys_restrict: true };
    let answer = evaluate_with(&asked, &read.layers(), counting);
    let contexts = every_context(request, made, keys);
    let allowed = contexts.values().filter(|decision| **decision == Decision::Allowed).count();
    let explicit =
        contexts.values().filter(|decision| **decision == Decision::ExplicitlyDenied).count();
    if answer.notes.contains(&Note::NotResolved) {
        prop_assert_eq!(answer.decision, Decision::Conditional);
        return Ok(());
    }
    match answer.decision {
        Decision::Allowed => prop_assert_eq!(allowed, contexts.len()),
        Decision::Conditional => {
            prop_assert!(
                0 < allowed && allowed < contexts.len(),
                "{} of {}",
                allowed,
                contexts.len()
            );
            let said: BTreeSet<String> =
                answer.depends_on.iter().map(|key| key.to_ascii_lowercase()).collect();
            prop_assert_eq!(said, deciding(&contexts, keys));
            let witness =
                answer.witness.iter().fold(asked.context.clone(), |context, (key, values)| {
                    match values {
                        Some(values) => context.with(key, values.clone()),
                        None => context.without(key),
                    }
                });
            let asked = Request { context: witness, ..asked };
            prop_assert_eq!(
                evaluate_with(&asked, &read.layers(), counting).decision,
                Decision::Allowed
            );
        }
        Decision::ExplicitlyDenied => prop_assert!(allowed == 0 && explicit > 0),
        Decision::ImplicitlyDenied => prop_assert!(allowed == 0 && explicit < contexts.len()),
    }
    Ok(())
}

/// A value that only the pattern `${*}` of 2008 matches was once not among those that the contexts try.
#[test]
fn a_variable_that_2008_takes_literally_is_met_by_some_context() {
    let denied = json!({"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringNotLike": {"x:Other": ["${*}"]}}});
    let wide = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let scp = json!({"Version": "2008-10-17", "Statement": [denied, wide]});
    let made = Made { scps: vec![vec![scp]], ..Made::default() };
    let caller = "arn:aws:iam::111111111111:user/ops/alice".parse().unwrap();
    let request =
        Request::new(caller, "kms:ScheduleKeyDeletion", "arn:aws:kms:eu-west-1:111111111111:key/k");
    check(&request, &made, &[2]).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn unknown_keys_decide_as_every_context_says(
        made in made(), request in request(),
        keys in prop::sample::select(vec![vec![0], vec![1], vec![2], vec![3], vec![0, 1], vec![0, 3], vec![2, 3], vec![0, 1, 2]]),
    ) {
        // A role as such leaves one more key open, which no context holds.
        prop_assume!(!request.caller.name().ends_with(":role/Deployer"));
        check(&request, &made, &keys)?;
    }
}
