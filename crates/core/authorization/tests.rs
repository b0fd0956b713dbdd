use std::sync::OnceLock;

use serde_json::{Value, json};

use super::*;
use crate::GraphBuilder;
use crate::answer::Answer;
use crate::fixture::*;
use crate::plan::Demand;
use crate::snapshot::{Bundle, Outcome};

fn allow(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

fn bundle(world: &World) -> Bundle {
    world.snapshot(&Demand::facts([Fact::AuthorizationDetails]))
}

/// Hands the evidence of the member to a test.
fn with<T>(bundle: &Bundle, test: impl FnOnce(&Observed<Authorization<'_>>) -> T) -> T {
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    bundle.accounts.iter().for_each(|document| builder.add(document));
    let organization = builder.into_graph();
    let document = bundle.accounts.iter().find(|d| d.account == id(MEMBER)).unwrap();
    let member = &organization.members[&id(MEMBER)];
    let view =
        AccountView { member, organization: &organization, document, roll: &OnceLock::new() };
    test(&view.authorization())
}

fn found<'a>(authorization: &Authorization<'a>, end: &str) -> &'a PrincipalEntry {
    authorization.principals().iter().find(|entry| entry.arn.ends_with(end)).unwrap()
}

/// What is held, by whom, and its first action.
fn told(held: &[HeldPolicy<'_>]) -> Vec<String> {
    let line = |held: &HeldPolicy<'_>| {
        let document =
            held.parsed().map(|parsed| parsed.statements[0].actions.entries()[0].clone());
        let document = document.unwrap_or_else(|gap| gap.cause.code().to_owned());
        let (PolicyName::Inline(name) | PolicyName::Managed(name)) = held.name;
        let name = name.rsplit('/').next().unwrap();
        format!("{} {name} {document}", held.holder.path_and_name().1)
    };
    held.iter().map(line).collect()
}

fn staffed() -> World {
    organization()
        .principal(MEMBER, role("Admin").managed("AdministratorAccess").boundary(allow("s3:*")))
        .principal(MEMBER, group("ops").inline("logs", allow("logs:*")).managed("IAMFullAccess"))
        .principal(MEMBER, user("ann").in_group("ops").policy("own", allow("ec2:*")))
        .principal(MEMBER, role("runner").path("/ci/").with_instance_profile().tag("team", "x"))
        .principal(MEMBER, permission_set("Admins").managed("AdministratorAccess"))
}

#[test]
fn a_principal_holds_its_own_policies_and_those_of_its_groups() {
    with(&bundle(&staffed()), |read| {
        let read = read.as_ref().unwrap();
        let held = |end| told(&read.identity_policies(found(read, end)).unwrap());
        assert_eq!(held("/Admin"), ["Admin AdministratorAccess *"]);
        assert_eq!(held("/ann"), ["ann own ec2:*", "ops logs logs:*", "ops IAMFullAccess iam:*"]);
        assert_eq!(held("/runner"), Vec::<String>::new());
        let boundary = read.boundary(found(read, "/Admin")).unwrap().unwrap();
        assert_eq!(told(&[boundary]), ["Admin Admin-boundary s3:*"]);
        assert!(read.boundary(found(read, "/ann")).unwrap().is_none());
        let trust = read.trust(found(read, "/runner")).unwrap();
        assert_eq!(trust.as_ref().as_ref().unwrap().statements.len(), 1);
        let details = read.details(found(read, "/runner")).unwrap();
        assert_eq!(details.tags["team"], "x");
        assert_eq!(details.instance_profiles.len(), 1);
        assert_eq!(read.source().probe.fact, Fact::AuthorizationDetails);
    });
}

#[test]
fn paths_tell_what_a_role_is() {
    with(&bundle(&staffed()), |read| {
        let read = read.as_ref().unwrap();
        assert_eq!(found(read, "/runner").path_and_name(), ("/ci/", "runner"));
        assert_eq!(found(read, "/ann").path_and_name(), ("/", "ann"));
        let of_set = |end| found(read, end).is_of_permission_set();
        assert!(of_set("abcdef") && !of_set("/runner") && !of_set("/ann"));
    });
    let linked = role("AWSServiceRoleForX").path("/aws-service-role/x.amazonaws.com/");
    with(&bundle(&organization().principal(MEMBER, linked)), |read| {
        assert!(read.as_ref().unwrap().principals()[0].is_service_linked());
    });
    for arn in ["", "role", "arn:aws:iam::1:role", "arn:aws:iam::1:rolé/", "arn:::::/é/x"] {
        let entry = PrincipalEntry {
            kind: PrincipalKind::Role,
            arn: arn.into(),
            attached_managed_policies: Vec::new(),
            details: None,
        };
        assert!(!entry.is_service_linked(), "{arn}");
    }
}

#[test]
fn versions_that_are_not_in_force_are_kept_and_grant_nothing() {
    let arn = format!("arn:aws:iam::{MEMBER}:policy/versioned");
    let world = organization()
        .member(MEMBER, |member| {
            let versions = [allow("*"), allow("s3:GetObject")];
            member.policies.push(managed_policy("versioned", &versions));
        })
        .principal(MEMBER, role("reader").managed(&arn));
    with(&bundle(&world), |read| {
        let read = read.as_ref().unwrap();
        let held = read.identity_policies(found(read, "/reader")).unwrap();
        assert_eq!(told(&held), ["reader versioned s3:GetObject"]);
        let policy = read.policy(&arn).unwrap();
        assert_eq!(policy.attachment_count, Some(1));
        let documents = policy.versions.iter().map(|version| {
            let document = read.version(policy, version).unwrap();
            (
                version.is_default_version,
                document.as_ref().as_ref().unwrap().statements[0].actions.entries().to_vec(),
            )
        });
        let expected = [(false, vec!["*".to_owned()]), (true, vec!["s3:GetObject".to_owned()])];
        assert_eq!(documents.collect::<Vec<_>>(), expected);
    });
}

#[test]
fn a_broken_document_is_kept_and_is_a_gap_of_its_own() {
    let world = organization().principal(
        MEMBER,
        role("odd").inline_text("broken", "{\"Statement\"").inline("fine", allow("s3:*")),
    );
    let bundle = bundle(&world);
    with(&bundle, |read| {
        let read = read.as_ref().unwrap();
        let held = read.identity_policies(found(read, "/odd")).unwrap();
        assert_eq!(told(&held), ["odd broken undecidable", "odd fine s3:*"]);
    });
    assert!(serde_json::to_string(&bundle).unwrap().contains(r#"{\"Statement\""#));
}

/// The snapshot as it was before more than what is attached was kept.
fn old(bundle: &Bundle) -> Bundle {
    let mut json = serde_json::to_value(bundle).unwrap();
    for document in json["accounts"].as_array_mut().unwrap() {
        let key = "AuthorizationDetails/global";
        let answer =
            &mut document["observations"][key]["outcome"]["answer"]["AuthorizationDetails"];
        let members = answer.as_object_mut().unwrap();
        members.remove("Policies");
        members.remove("Documents");
        for principal in members["Principals"].as_array_mut().unwrap() {
            principal.as_object_mut().unwrap().remove("Details").unwrap();
        }
    }
    serde_json::from_value(json).unwrap()
}

#[test]
fn what_an_old_snapshot_does_not_hold_is_not_none() {
    let now = bundle(&staffed());
    let then = old(&now);
    assert_ne!(then, now);
    with(&then, |read| {
        let read = read.as_ref().unwrap();
        let admin = found(read, "/Admin");
        assert_eq!(
            admin.attached_managed_policies,
            ["arn:aws:iam::aws:policy/AdministratorAccess"]
        );
        let causes = [
            read.details(admin).unwrap_err(),
            read.identity_policies(admin).unwrap_err(),
            read.boundary(admin).unwrap_err(),
            read.trust(admin).unwrap_err(),
            read.policies().unwrap_err(),
            read.policy("arn:aws:iam::aws:policy/AdministratorAccess").unwrap_err(),
        ];
        for gap in causes {
            assert_eq!((gap.fact, gap.cause), (Fact::AuthorizationDetails, Cause::NotAttempted));
            assert_eq!(gap.account, Some(id(MEMBER)));
        }
    });
    // It is written again as it was read.
    let again: Bundle = serde_json::from_str(&serde_json::to_string(&then).unwrap()).unwrap();
    assert_eq!(again, then);
}

#[test]
fn what_the_answer_names_and_does_not_tell_is_a_gap() {
    let mut bundle = bundle(&staffed());
    let document = bundle.accounts.iter_mut().find(|d| d.account == id(MEMBER)).unwrap();
    let probe = Probe::global(Fact::AuthorizationDetails);
    let outcome = &mut document.observations.get_mut(&probe).unwrap().outcome;
    let Outcome::Answer(Answer::AuthorizationDetails(details)) = outcome else { panic!() };
    details.policies.as_mut().unwrap().retain(|policy| !policy.arn.contains("IAMFullAccess"));
    details.documents.truncate(1);
    let ann = details.principals.iter_mut().find(|entry| entry.arn.ends_with("/ann")).unwrap();
    ann.details
        .as_mut()
        .unwrap()
        .inline_policies
        .push(crate::answer::InlinePolicy { policy_name: "silent".into(), document: None });
    with(&bundle, |read| {
        let read = read.as_ref().unwrap();
        let held = read.identity_policies(found(read, "/ann")).unwrap();
        let told = told(&held);
        assert_eq!(told[0], "ann silent service_error");
        assert_eq!(told.last().unwrap(), "ops IAMFullAccess service_error");
    });
    let outcome = &mut bundle
        .accounts
        .iter_mut()
        .find(|d| d.account == id(MEMBER))
        .unwrap()
        .observations
        .get_mut(&probe)
        .unwrap()
        .outcome;
    let Outcome::Answer(Answer::AuthorizationDetails(details)) = outcome else { panic!() };
    details.principals.retain(|entry| entry.kind != PrincipalKind::Group);
    with(&bundle, |read| {
        let read = read.as_ref().unwrap();
        let gap = read.identity_policies(found(read, "/ann")).unwrap_err();
        assert_eq!(gap.cause, Cause::ServiceError, "a group of which nothing is known");
    });
    let denied = staffed().deny(Fact::AuthorizationDetails);
    with(&self::bundle(&denied), |read| {
        assert_eq!(read.as_ref().unwrap_err().cause, Cause::AccessDenied);
    });
}

#[test]
fn equal_documents_of_accounts_are_parsed_once() {
    let world = [MEMBER, ARCHIVE].into_iter().fold(organization(), |world, account| {
        world.principal(account, role("Admin").managed("AdministratorAccess"))
    });
    let bundle = bundle(&world);
    let mut builder = GraphBuilder::new(&bundle.manifest, &bundle.organization);
    bundle.accounts.iter().for_each(|document| builder.add(document));
    let organization = builder.into_graph();
    let documents: Vec<_> = [MEMBER, ARCHIVE]
        .map(|account| {
            let document = bundle.accounts.iter().find(|d| d.account == id(account)).unwrap();
            let member = &organization.members[&id(account)];
            let view = AccountView {
                member,
                organization: &organization,
                document,
                roll: &OnceLock::new(),
            };
            let read = view.authorization().unwrap();
            read.identity_policies(&read.principals()[0]).unwrap()[0].document.clone().unwrap()
        })
        .into();
    assert!(Arc::ptr_eq(&documents[0], &documents[1]));
}
