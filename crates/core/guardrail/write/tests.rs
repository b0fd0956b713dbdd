use super::*;
use crate::GraphBuilder;
use crate::fact::Fact;
use crate::fixture::*;
use crate::plan::Demand;

const BREAK_GLASS: &str = "arn:aws:iam::*:role/BreakGlass";

fn graph(world: &World) -> Organization {
    let bundle = world.snapshot(&Demand::facts([
        Fact::EventDataStores,
        Fact::Trails,
        Fact::BucketList,
        Fact::EventDataStore,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
    ]));
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    bundle.accounts.iter().for_each(|document| builder.add(document));
    builder.into_graph()
}

fn written(world: &World, approved: &[&str]) -> Result<Written, WriteError> {
    let approved: Vec<String> = approved.iter().map(|name| (*name).to_owned()).collect();
    protecting(&graph(world), &approved)
}

fn world() -> World {
    organization()
        .with(trail("org").for_organization())
        .with(trail("audit"))
        .with_store(store("lake").but(|store| store.owner = id(MEMBER)))
}

#[test]
fn the_policy_names_what_is_there_and_is_proved() {
    let written = written(&world(), &[BREAK_GLASS]).unwrap();
    let [text] = &written.documents[..] else { panic!("{written:?}") };
    assert!(text.chars().count() <= MAX_CHARACTERS, "{}", text.len());
    for named in [
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit",
        "arn:aws:s3:::logs/*",
        KEY,
        "eventdatastore/",
        "\"LogKeys\"",
        "ArnNotLike",
        "cloudtrail:PutEventSelectors",
        "s3:DeleteObjectVersion",
        "kms:ScheduleKeyDeletion",
        "organizations:LeaveOrganization",
        "iam:UpdateAssumeRolePolicy",
    ] {
        assert!(text.contains(named), "{named} in {text}");
    }
    assert!(!text.contains("trail/org"), "no policy binds the management account");
    let told = written.explanation.join("\n");
    assert!(told.contains("1 trails, 1 event data stores, 1 log buckets and 1 keys"), "{told}");
    assert!(told.contains("trail/org") && told.contains(BREAK_GLASS), "{told}");
}

#[test]
fn attached_to_the_root_it_protects_as_written() {
    let document: Value =
        serde_json::from_str(&written(&world(), &[BREAK_GLASS]).unwrap().documents[0]).unwrap();
    let guarded = graph(&world().scp("root", document));
    let standing = guarded.guardrail(id(MEMBER), &[BREAK_GLASS.to_owned()]).unwrap();
    let super::super::Standing::Bound(guardrail) = standing else {
        panic!("the root's policies bind the member")
    };
    let question = Question::new(
        "cloudtrail:StopLogging",
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/audit",
    );
    assert!(matches!(guardrail.ask(&question), Ok(Power::Denied(_))));
}

#[test]
fn nobody_need_be_exempted_and_no_name_need_be_an_arn() {
    let none = written(&world(), &[]).unwrap();
    assert!(!none.documents[0].contains("Condition"), "{}", none.documents[0]);
    assert!(none.explanation[1].starts_with("Exempts nobody"));
    let loose = written(&world(), &["*:role/BreakGlass"]).unwrap();
    assert!(loose.documents[0].contains("StringNotLike"));
}

#[test]
fn what_is_too_long_is_parted_and_what_does_not_fit_is_refused() {
    let many = |number: usize| {
        (0..number).fold(organization(), |world, at| {
            world.with(trail(&format!("a-trail-of-a-rather-long-name-{at:04}")))
        })
    };
    let parted = written(&many(60), &[]).unwrap();
    assert!((2..MAX_ATTACHED).contains(&parted.documents.len()), "{}", parted.documents.len());
    assert!(parted.documents.iter().all(|text| text.chars().count() <= MAX_CHARACTERS));
    assert!(matches!(written(&many(400), &[]), Err(WriteError::TooLarge(_))));
}

#[test]
fn what_was_not_read_or_is_not_there_is_not_written_about() {
    let without_stores = organization().with(trail("audit")).deny(Fact::Trails);
    assert!(matches!(written(&without_stores, &[]), Err(WriteError::Unread(_))));
    // What was read is protected all the same, and the rest is named.
    let told = written(&world().deny(Fact::Trails), &[]).unwrap().explanation.join("\n");
    assert!(told.contains("there may be more behind: cloudtrail:DescribeTrails"), "{told}");
    let stores = written(&world().deny(Fact::EventDataStores), &[]).unwrap();
    let told = stores.explanation.join("\n");
    assert!(told.contains("there may be more behind: cloudtrail:ListEventDataStores"), "{told}");
    assert_eq!(written(&organization(), &[]), Err(WriteError::Nothing));
}

#[test]
fn a_policy_that_fails_its_purpose_is_found_out() {
    let graph = graph(&world());
    let Found { treasure, .. } = treasure(&graph).unwrap();
    let parsed = |statement: Value| {
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
        vec![Arc::new(PolicyDocument::from_value(&document).unwrap())]
    };
    let approved = [BREAK_GLASS.to_owned()];
    let weak = parsed(json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" }));
    let open = prove(&graph, &weak, (&treasure, &approved));
    assert!(matches!(open, Err(WriteError::Open { .. })), "{open:?}");
    let strict = parsed(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }));
    let stops = prove(&graph, &strict, (&treasure, &approved));
    assert!(matches!(stops, Err(WriteError::Stops { .. })), "{stops:?}");
}
