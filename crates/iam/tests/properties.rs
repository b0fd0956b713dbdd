//! What must hold of every request and all policies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};
use trailproof_iam::{
    Context, Decision, Layer, Options, Request, Verdict, decide, evaluate, evaluate_with,
};

mod made;

use made::{Made, context, document, made, request, statement};

fn strict(request: &Request, made: &Made) -> Decision {
    let decision = decide(request, &made.read().layers());
    // A role as such has a session by any name, which leaves one key open.
    assert!(decision != Decision::Conditional);
    decision
}

fn allowed(request: &Request, made: &Made) -> bool {
    strict(request, made) == Decision::Allowed
}

/// With its allows only, or its denies only.
fn only(effect: &str, document: &Value) -> Value {
    let statements = document["Statement"].as_array().unwrap();
    let kept: Vec<&Value> = statements.iter().filter(|s| s["Effect"] == effect).collect();
    json!({"Version": document["Version"], "Statement": kept})
}

fn reversed(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.reverse();
            items.iter_mut().for_each(reversed);
        }
        Value::Object(members) => members.values_mut().for_each(reversed),
        _ => {}
    }
}

/// Every text in the place of a list is a list of one, and every list of one a text.
fn listed(value: &mut Value) {
    for name in ["Action", "NotAction", "Resource", "NotResource"] {
        let Some(entry) = value.get_mut(name) else { continue };
        *entry = match entry.take() {
            Value::Array(mut items) if items.len() == 1 => items.remove(0),
            Value::Array(items) => Value::Array(items),
            one => json!([one]),
        };
    }
}

fn shouted(value: &mut Value) {
    for name in ["Action", "NotAction"] {
        let Some(entry) = value.get_mut(name) else { continue };
        *entry = serde_json::from_str(&entry.to_string().to_uppercase()).unwrap();
    }
    if let Some(conditions) = value.get_mut("Condition") {
        let operators = conditions.as_object().unwrap().clone();
        let shout = |(name, block): (String, Value)| (name.to_uppercase(), block);
        *conditions = Value::Object(operators.into_iter().map(shout).collect());
    }
}

fn with_each_statement(made: &mut Made, change: fn(&mut Value)) {
    for document in made.documents() {
        document["Statement"].as_array_mut().unwrap().iter_mut().for_each(change);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn one_more_allow_that_grants_never_denies(
        before in made(), request in request(), context in context(),
        more in document(false), at_resource in document(true),
    ) {
        let request = Request { context, ..request };
        let mut after = before.clone();
        after.identity.push(only("Allow", &more));
        if let Some(resource) = &mut after.resource {
            let more = only("Allow", &at_resource)["Statement"].as_array().unwrap().clone();
            resource["Statement"].as_array_mut().unwrap().extend(more);
        }
        prop_assert!(!allowed(&request, &before) || allowed(&request, &after));
    }

    #[test]
    fn one_more_deny_never_allows(
        before in made(), request in request(), context in context(), place in 0..8usize,
        deny in statement(true),
    ) {
        let request = Request { context, ..request };
        let mut after = before.clone();
        let mut deny = deny;
        deny["Effect"] = json!("Deny");
        let mut own = deny.clone();
        let _ = own.as_object_mut().map(|s| (s.shift_remove("Principal"), s.shift_remove("NotPrincipal")));
        let by_resource = after.resource.is_some();
        let mut documents = after.documents();
        prop_assume!(!documents.is_empty());
        let at = place % documents.len();
        let last = by_resource && at + 1 == documents.len();
        let deny = if last { deny } else { own };
        documents[at]["Statement"].as_array_mut().unwrap().push(deny);
        let (was, is) = (strict(&request, &before), strict(&request, &after));
        prop_assert!(is != Decision::Allowed || was == Decision::Allowed);
        prop_assert!(was != Decision::ExplicitlyDenied || is == Decision::ExplicitlyDenied);
    }

    #[test]
    fn one_more_limit_never_allows(
        before in made(), request in request(), context in context(), limit in document(false), which in 0..4,
    ) {
        let request = Request { context, ..request };
        // A session of the root user or a federated one is nothing without its session policy.
        let needs = request.caller.name().contains("federated");
        let mut after = before.clone();
        match which {
            0 => after.boundary = after.boundary.or(Some(limit)),
            1 if !needs => after.session = after.session.or(Some(limit)),
            2 => after.scps.push(vec![limit]),
            _ => after.rcps.push(vec![limit]),
        }
        prop_assert!(!allowed(&request, &after) || allowed(&request, &before));
    }

    #[test]
    fn order_never_matters(made in made(), request in request(), context in context(), known in any::<bool>()) {
        let context = if known { context } else { Context::discovery() };
        let request = Request { context, ..request };
        let mut other = made.clone();
        other.documents().into_iter().for_each(reversed);
        other.identity.reverse();
        other.groups.reverse();
        other.scps.reverse();
        other.rcps.reverse();
        other.scps.iter_mut().chain(&mut other.rcps).for_each(|level| level.reverse());
        let (one, two) = (evaluate(&request, &made.read().layers()), evaluate(&request, &other.read().layers()));
        prop_assert_eq!((one.decision, &one.depends_on), (two.decision, &two.depends_on));
    }

    #[test]
    fn a_text_is_a_list_of_one_and_case_of_names_is_nothing(made in made(), request in request(), context in context()) {
        let request = Request { context, ..request };
        let (mut lists, mut shouts) = (made.clone(), made.clone());
        with_each_statement(&mut lists, listed);
        with_each_statement(&mut shouts, shouted);
        let expected = strict(&request, &made);
        prop_assert_eq!(strict(&request, &lists), expected);
        prop_assert_eq!(strict(&request, &shouts), expected);
        let quiet = Request { action: request.action.to_lowercase(), ..request };
        prop_assert_eq!(strict(&quiet, &made), expected);
    }

    #[test]
    fn the_trace_agrees_with_the_decision(made in made(), request in request(), context in context()) {
        let request = Request { context, ..request };
        let answer = evaluate(&request, &made.read().layers());
        let denies = answer.trace.layers.iter().any(|layer| layer.verdict == Verdict::Denies);
        prop_assert_eq!(denies, answer.decision == Decision::ExplicitlyDenied);
        match answer.decision {
            Decision::ImplicitlyDenied => prop_assert!(!answer.trace.missing.is_empty() || open_session(&answer.trace.layers)),
            Decision::Allowed if !open_session(&answer.trace.layers) => {
                let limits = |layer: &&Layer| matches!(layer, Layer::Scp(_) | Layer::Rcp(_));
                prop_assert_eq!(answer.trace.missing.iter().filter(limits).count(), 0);
            }
            _ => {}
        }
        for layer in &answer.trace.layers {
            prop_assert_eq!(layer.statements.is_empty(), layer.verdict == Verdict::Silent);
        }
    }

    #[test]
    fn counting_chosen_keys_never_allows_more(made in made(), request in request()) {
        let request = Request { context: Context::discovery(), ..request };
        let read = made.read();
        let lenient = evaluate(&request, &read.layers());
        let counting = evaluate_with(&request, &read.layers(), Options { chosen_keys_restrict: true });
        prop_assert_eq!(lenient.decision.is_possible(), counting.decision.is_possible());
        prop_assert!(counting.decision != Decision::Allowed || lenient.decision == Decision::Allowed);
    }
}

fn open_session(layers: &[trailproof_iam::LayerTrace]) -> bool {
    layers.iter().any(|layer| matches!(layer.verdict, Verdict::MayAllow | Verdict::MayDeny))
}
