//! Several hops, several accounts.

use super::*;

fn trusts_account(account: &str) -> String {
    trust(&format!(r#"{{"AWS":"arn:aws:iam::{account}:root"}}"#))
}

fn assume(role: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{role}"}}"#)
}

#[test]
fn three_roles_in_a_row_and_a_circle() {
    let mut lab = Lab::new();
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let alice = lab.add("user/alice", &assume(&arn("one")));
    lab.role("one", &assume(&arn("two")), &trusts_account(ACCOUNT));
    lab.role(
        "two",
        &format!("{},{}", assume(&arn("three")), assume(&arn("one"))),
        &trusts_account(ACCOUNT),
    );
    let three = lab.role(
        "three",
        &format!("{},{}", allow(&[STOP]), assume(&arn("one"))),
        &trusts_account(ACCOUNT),
    );
    let bob = lab.add("user/bob", "");
    let path = lab.path(alice, 0).unwrap();
    let by: Vec<_> = path.iter().map(|hop| hop.by.rsplit('/').next().unwrap()).collect();
    assert_eq!(by, ["alice", "one", "two"]);
    assert_eq!(path[2].target.as_deref(), Some(arn("three").as_str()));
    assert!(path.iter().all(|hop| hop.way == "assume-role" && hop.is_sure()));
    assert_eq!(lab.path(three, 0), Some(Vec::new()), "had from the start");
    assert_eq!(lab.path(bob, 0), None);
    // The shortest one is taken where there is a shorter.
    let of_two = lab.facts.entities[three - 1].inline[0];
    lab.facts.entities[alice].inline.push(of_two);
    assert_eq!(lab.ways(alice, 0).unwrap().len(), 1);
}

/// The short way hangs on a second factor, the long one on nothing.
#[test]
fn a_sure_way_is_found_behind_a_shorter_one_that_is_not() {
    let mut lab = Lab::new();
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let with_mfa = format!(
        r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{}",
        "Condition":{{"Bool":{{"aws:MultiFactorAuthPresent":"true"}}}}}}"#,
        arn("end")
    );
    let alice = lab.add("user/alice", &format!("{with_mfa},{}", assume(&arn("one"))));
    lab.role("one", &assume(&arn("end")), &trusts_account(ACCOUNT));
    lab.role("end", &allow(&[STOP]), &trusts_account(ACCOUNT));
    let hops = |graph: &mut Graph<'_>| {
        let found = graph.from(alice);
        found.iter().find(|reached| reached.what == What::Power(0)).map(|found| found.path.len())
    };
    assert_eq!(hops(&mut lab.escalation.graph(&lab.bulk, &lab.facts, &[])), Some(1));
    assert_eq!(hops(&mut lab.escalation.graph(&lab.bulk, &lab.facts, &[]).surely()), Some(2));
    lab.facts.entities[alice].inline.clear();
    let only = lab.policy(&with_mfa);
    lab.facts.entities[alice].inline.push(only);
    assert_eq!(hops(&mut lab.escalation.graph(&lab.bulk, &lab.facts, &[])), Some(1));
    assert_eq!(hops(&mut lab.escalation.graph(&lab.bulk, &lab.facts, &[]).surely()), None);
}

/// Of a role whose sessions bring tags its own tags say nothing.
#[test]
fn a_session_may_bring_the_tag_that_is_asked_for() {
    let mut lab = Lab::new();
    let tagged = format!(
        r#"{{"Effect":"Allow","Action":"{STOP}","Resource":"*",
        "Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"audit"}}}}}}"#
    );
    let role = lab.role("tagged", &tagged, &trusts_account(ACCOUNT));
    assert_eq!(lab.path(role, 0), None, "it has no such tag");
    lab.facts.entities[role].brings_tags = true;
    assert_eq!(lab.path(role, 0), Some(Vec::new()));
}

#[test]
fn a_boundary_holds_after_one_has_given_oneself_everything() {
    let mut lab = Lab::new();
    let alice = lab.add("user/alice", &allow(&["iam:PutUserPolicy"]));
    assert_eq!(lab.ways(alice, 0).unwrap(), ["put-user-policy"]);
    lab.bound(alice, &format!("{},{}", allow(&["iam:PutUserPolicy"]), allow(&["s3:*"])));
    assert_eq!(lab.ways(alice, 0), None);
    // With the right to drop it, given to itself within the boundary, it no longer does.
    lab.bound(alice, &allow(&["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"]));
    let ways = lab.ways(alice, 0).unwrap();
    assert_eq!(ways, ["put-user-policy", "delete-user-boundary"]);
}

#[test]
fn only_targets_with_the_boundary_may_be_changed() {
    let condition = r#"{"Effect":"Allow","Action":["iam:PutRolePolicy","sts:AssumeRole","iam:CreateRole"],"Resource":"*",
        "Condition":{"StringEqualsIfExists":{"iam:PermissionsBoundary":"arn:aws:iam::111111111111:policy/boundary"}}}"#;
    let condition = condition.replace("StringEqualsIfExists", "StringEquals");
    let mut lab = Lab::new();
    let alice = lab.add("user/alice", &format!("{condition},{}", allow(&["sts:AssumeRole"])));
    let role = lab.role("free", "", &trusts_account(ACCOUNT));
    assert_eq!(lab.ways(alice, 0), None, "the role has no boundary, and a new one would have none");
    lab.bound(role, &allow(&["s3:*"]));
    assert_eq!(lab.ways(alice, 0), None, "the boundary holds");
    lab.bound(role, &allow(&[STOP]));
    assert_eq!(lab.ways(alice, 0).unwrap(), ["assume-role", "put-role-policy"]);
}

#[test]
fn a_change_made_here_and_a_role_come_by_elsewhere_meet() {
    let mut lab = Lab::new();
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let put = format!(
        r#"{{"Effect":"Allow","Action":"iam:PutRolePolicy","Resource":"{}"}}"#,
        arn("target")
    );
    let alice = lab.add("user/alice", &format!("{put},{}", assume(&arn("between"))));
    lab.role("between", &assume(&arn("target")), &trusts_account(ACCOUNT));
    lab.role("target", "", &trusts_account(ACCOUNT));
    let path = lab.path(alice, 0).unwrap();
    let mut told: Vec<_> =
        path.iter().map(|hop| (hop.way, hop.by.rsplit('/').next().unwrap())).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [("assume-role", "alice"), ("assume-role", "between"), ("put-role-policy", "alice")]
    );
}

#[test]
fn a_pass_role_for_one_service_gives_no_other() {
    let mut lab = Lab::new();
    let pass = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}"#;
    let create = allow(&["lambda:CreateFunction", "lambda:InvokeFunction", "ec2:RunInstances"]);
    let alice = lab.add("user/alice", &format!("{pass},{create}"));
    let role = lab.role("job", &allow(&[STOP]), &trust(r#"{"Service":"ec2.amazonaws.com"}"#));
    assert_eq!(lab.ways(alice, 0), None);
    lab.facts.entities[role].trust =
        Some(named("trust", &trust(r#"{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#)));
    assert_eq!(lab.ways(alice, 0).unwrap(), ["lambda-create-invoke"]);
    // Only functions by some name may be created.
    let scoped =
        create.replace(r#""Resource":"*""#, r#""Resource":"arn:aws:lambda:*:*:function:team-*""#);
    lab.facts.entities[alice].inline =
        vec![lab.bulk.policy("scoped", &document(&format!("{pass},{scoped}"))).unwrap()];
    let path = lab.path(alice, 0).unwrap();
    assert!(path[0].steps[1].resource.contains(":function:team-"), "{path:?}");
    assert_eq!(path[0].steps[1].resource, path[0].steps[2].resource);
}

#[test]
fn whom_a_guard_spares_by_name_one_can_make() {
    let mut lab = Lab::new();
    let spares = |name: &str| {
        format!(
            r#"{{"Effect":"Deny","Action":"{STOP}","Resource":"*","Condition":{{"ArnNotLike":{{"aws:PrincipalArn":"arn:aws:iam::*:role/{name}"}}}}}}"#
        )
    };
    lab.scp(&spares("*Admin*"));
    let alice = lab.add("user/alice", FULL);
    let path = lab.path(alice, 0).unwrap();
    assert!(path[0].way.starts_with("create-role-"), "{path:?}");
    assert!(path[0].target.as_deref().unwrap().contains("Admin"));
    // A role that exists cannot be made again, and AWS lets nobody but its service change this one.
    lab.facts.scps.clear();
    lab.scp(&spares("aws-service-role/x.amazonaws.com/X"));
    lab.add("role/aws-service-role/x.amazonaws.com/X", "");
    assert_eq!(lab.path(alice, 0), None);
}

#[test]
fn a_circumstance_is_told() {
    let mut lab = Lab::new();
    let statement = r#"{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#;
    let alice = lab.add("user/alice", statement);
    let path = lab.path(alice, 0).unwrap();
    assert!(!path[0].is_sure());
    assert_eq!(path[0].steps[0].depends_on, ["aws:MultiFactorAuthPresent"]);
    assert_eq!(path[0].steps[0].statements[0].index, 0);
}

#[test]
fn a_resource_control_policy_keeps_a_role_closed() {
    let mut lab = Lab::new();
    let alice = lab.add("user/alice", &allow(&["sts:AssumeRole"]));
    lab.role("target", &allow(&[STOP]), &trusts_account(ACCOUNT));
    assert_eq!(lab.ways(alice, 0).unwrap(), ["assume-role"]);
    let full = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    let guard = r#"{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}"#;
    let policies = vec![named("RCPFullAWSAccess", full), named("guard", guard)];
    lab.facts.rcps.push(Level { name: "r-root".into(), policies });
    assert_eq!(lab.ways(alice, 0), None);
}

/// Three accounts: the management account (1), a tool account (2) whose role is trusted by 3, and 3.
fn three_accounts() -> [Lab; 3] {
    let accounts = ["111111111111", "222222222222", "333333333333"];
    let [mut management, mut tools, mut member] = accounts.map(Lab::of);
    management.facts.management = true;
    management.add("user/root-admin", &allow(&["sts:AssumeRole"]));
    tools.add("user/dev", &allow(&["sts:AssumeRole"]));
    let enter = assume("arn:aws:iam::333333333333:role/deploy");
    tools.role("ci", &enter, &trusts_account("111111111111"));
    tools.role("OrganizationAccountAccessRole", FULL, &trusts_account("111111111111"));
    member.role("deploy", &allow(&["iam:PutRolePolicy"]), &trusts_account("222222222222"));
    member.role("OrganizationAccountAccessRole", FULL, &trusts_account("111111111111"));
    [management, tools, member]
}

fn found<'l>(labs: &'l [Lab; 3], organization: &'l Organization, at: usize) -> Vec<Vec<Reached>> {
    let lab = &labs[at];
    let gateways = organization.gateways_for(&lab.facts.account);
    let mut graph = lab.escalation.graph(&lab.bulk, &lab.facts, &gateways);
    (0..lab.facts.entities.len()).map(|entity| graph.from(entity)).collect()
}

fn linked(labs: &[Lab; 3]) -> Organization {
    let mut organization = Organization::new();
    labs.iter().for_each(|lab| organization.survey(&lab.facts));
    for at in 0..labs.len() {
        let found = found(labs, &organization.clone(), at);
        for (entity, reached) in labs[at].facts.entities.iter().zip(&found) {
            organization.link(&labs[at].facts, entity.arn(), reached);
        }
    }
    organization
}

fn passages(
    labs: &[Lab; 3],
    organization: &Organization,
    at: usize,
    entity: usize,
) -> Vec<(Vec<String>, usize)> {
    let found = found(labs, organization, at);
    let passages = organization.passages(&labs[at].facts.account, &found[entity]);
    let arn = |place: &usize| organization.gateways()[*place].arn.clone();
    passages.values().map(|p| (p.through.iter().map(arn).collect(), p.hops)).collect()
}

#[test]
fn from_account_to_account() {
    let labs = three_accounts();
    let organization = linked(&labs);
    assert_eq!(organization.gateways().len(), 4);
    let tools = "arn:aws:iam::222222222222:role/";
    let deploy = "arn:aws:iam::333333333333:role/deploy".to_owned();
    let own = |account: &str| format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole");
    // The management account's user gets in everywhere; to `deploy` only through the tool account.
    let reached = passages(&labs, &organization, 0, 0);
    assert!(reached.contains(&(vec![format!("{tools}ci")], 1)));
    assert!(reached.contains(&(vec![own("222222222222")], 1)));
    assert!(reached.contains(&(vec![own("333333333333")], 1)));
    assert!(reached.iter().any(|(through, hops)| through.last() == Some(&deploy) && *hops == 2));
    assert_eq!(reached.len(), 4);
    // Behind `deploy` lies the power, one hop on: it gives itself what it lacks.
    let behind = organization.behind(organization.place(&deploy).unwrap()).unwrap();
    assert_eq!(behind.powers, [(0, 1)]);
    // A user of the tool account reaches it at once, and nothing of the management account.
    assert_eq!(passages(&labs, &organization, 1, 0), [(vec![deploy], 1)]);
    assert_eq!(passages(&labs, &organization, 2, 0), []);
}

#[test]
fn the_guard_of_either_account_closes_the_passage() {
    let mut labs = three_accounts();
    labs[1].scp(&deny("sts:AssumeRole"));
    let organization = linked(&labs);
    assert_eq!(passages(&labs, &organization, 1, 0), [], "the caller's account");
    let mut labs = three_accounts();
    let full = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    let guard = r#"{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111111111111"}}}"#;
    let policies = vec![named("RCPFullAWSAccess", full), named("guard", guard)];
    labs[2].facts.rcps.push(Level { name: "r-root".into(), policies });
    let organization = linked(&labs);
    assert_eq!(passages(&labs, &organization, 1, 0), [], "the role's account");
    let reached = passages(&labs, &organization, 0, 0);
    assert_eq!(reached.len(), 3, "the management account is let in, and `deploy` trusts it not");
}

#[test]
fn accounts_that_let_each_other_in_end() {
    let [_, mut tools, mut member] = three_accounts();
    tools.role("back", &allow(&["sts:AssumeRole"]), &trusts_account("333333333333"));
    member.role("forth", &allow(&["sts:AssumeRole"]), &trusts_account("222222222222"));
    let labs = [Lab::of("444444444444"), tools, member];
    let organization = linked(&labs);
    let reached = passages(&labs, &organization, 1, 0);
    assert_eq!(reached.len(), 3, "{reached:?}");
    assert!(reached.iter().all(|(through, hops)| through.len() == *hops));
}

#[test]
fn the_policy_of_a_bucket_is_a_door_past_ones_boundary() {
    let mut lab = Lab::new();
    let put = allow(&["s3:PutBucketPolicy"]);
    let alice = lab.add("user/alice", &put);
    lab.bound(alice, &put);
    let object = lab.power("s3:DeleteObject", "arn:aws:s3:::logs/AWSLogs/x");
    let other = lab.power("s3:DeleteObject", "arn:aws:s3:::other/x");
    let guard = r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutBucketPolicy","Resource":"arn:aws:s3:::other"}"#;
    lab.facts.powers[other].policies = Some(vec![named("bucket", guard)].into());
    let path = lab.path(alice, object).unwrap();
    assert_eq!(path[0].way, "put-bucket-policy");
    assert_eq!(path[0].steps[0].resource, "arn:aws:s3:::logs");
    assert_eq!(lab.path(alice, other), None, "the bucket's own policy forbids to change it");
    lab.scp(&deny("s3:DeleteObject"));
    assert_eq!(lab.path(alice, object), None);
}

#[test]
fn a_role_that_lets_everyone_in_is_a_gateway_for_every_account() {
    let [mut management, tools, mut member] = three_accounts();
    let anyone = trust(r#""*""#).replace("}}", "}");
    member.role("open", &allow(&[STOP]), &anyone);
    management.facts.entities.clear();
    management.add("user/visitor", &allow(&["sts:AssumeRole"]));
    let labs = [management, tools, member];
    let organization = linked(&labs);
    let open = organization.place("arn:aws:iam::333333333333:role/open").unwrap();
    assert!(organization.open_to("111111111111").contains(&open));
    assert!(organization.open_to("222222222222").contains(&open));
    assert!(
        !organization.open_to("333333333333").contains(&open),
        "at home it is a target like any other"
    );
    assert_eq!(organization.behind(open).unwrap().powers, [(0, 0)]);
}

#[test]
fn identity_center_and_root_sessions_are_told_where_they_are_to_be_had() {
    let mut lab = Lab::new();
    let alice = lab.add("user/alice", &allow(&["sso:CreateAccountAssignment", "sts:AssumeRoot"]));
    assert_eq!(lab.from(alice), [], "neither is administered from here");
    lab.facts.identity_center = true;
    lab.facts.roots = vec!["222222222222".to_owned(), "333333333333".to_owned()];
    let found: Vec<_> =
        lab.from(alice).into_iter().map(|(what, path)| (what, path[0].way)).collect();
    assert_eq!(
        found,
        [
            (What::Root(0), "assume-root"),
            (What::Root(1), "assume-root"),
            (What::Anywhere, "sso-assign")
        ]
    );
}

#[test]
fn a_policy_written_anew_denies_no_more() {
    let mut lab = Lab::new();
    let alice = lab.add("user/alice", &allow(&["iam:CreatePolicyVersion"]));
    let denies = lab.policy(&deny(STOP));
    let (own, of_aws) = (lab.arn("policy/own"), "arn:aws:iam::aws:policy/x".to_owned());
    lab.facts.entities[alice].attached = vec![(own.clone(), denies)];
    assert_eq!(lab.ways(alice, 0).unwrap(), ["create-policy-version"]);
    lab.facts.entities[alice].attached = vec![(of_aws.clone(), denies)];
    assert_eq!(lab.ways(alice, 0), None, "AWS's own policies are not changed");
    lab.facts.entities[alice].attached = vec![(own, denies), (of_aws, denies)];
    let ways = lab.ways(alice, 0).unwrap();
    assert_eq!(ways, ["create-policy-version", "detach-user-policy"], "the other one still denies");
}
