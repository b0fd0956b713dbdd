//! Rows 50 to 52 and 118 to 142: whose trail it is, who may speak for it, and whether each member is reached.

use serde_json::json;
use trailproof_core::answer::{PrincipalEntry, PrincipalKind};
use trailproof_core::fixture::*;
use trailproof_core::roster::{AccountState, OptInStatus};

use super::{Row, org_trail, row, with, without_management};

const LOGGING: &str = "trail-is-logging";
const VALIDATION: &str = "cloud-trail-log-file-validation-enabled";
const EXISTS: &str = "org-trail-exists";
const COVERS: &str = "org-trail-covers-all-members";

/// Nine members, of which the first three have not switched the home region on.
fn opt_in_home() -> World {
    let home = || "eu-south-2".parse().unwrap();
    let default = organization().partition.default_regions();
    let mut world = with(org_trail().but(|t| t.description.home_region = home()));
    for number in 1..8 {
        let mut member = world.members[0].clone();
        member.id = id(&format!("{number:012}"));
        world.members.push(member);
    }
    for member in world.members.iter_mut() {
        let opted_in = ![MEMBER, "000000000001", "000000000002"].map(id).contains(&member.id);
        if opted_in {
            member.regions.insert(home(), OptInStatus::Enabled);
        } else {
            let unseen = default.iter().map(|region| (member.id, region.clone()));
            world.trails[0].missing_in.extend(unseen);
        }
    }
    world
}

fn holding(policy: &str) -> World {
    with(trail("audit")).member(MEMBER, |m| {
        let entry = |kind, name: &str, attached: &[&str]| PrincipalEntry {
            kind,
            arn: format!("arn:aws:iam::{MEMBER}:{name}"),
            attached_managed_policies: attached.iter().map(|arn| (*arn).to_owned()).collect(),
            details: None,
        };
        m.principals.push(entry(PrincipalKind::Group, "group/ops", &[policy]));
        let users = ["user/a", "user/b", "user/c"];
        m.principals.extend(users.map(|name| entry(PrincipalKind::User, name, &[])));
    })
}

pub fn rows() -> Vec<Row> {
    let delegated = |trail: TrailSetup| {
        without_management(with(trail)).but(|world| world.delegates = vec![id(ARCHIVE)])
    };
    let custom = || org_trail().selecting(json!({"EventSelectors": [{}]}));
    let unvalidated =
        || org_trail().but(|t| t.description.log_file_validation_enabled = Some(false));
    let state = |state| with(org_trail()).member(MEMBER, |m| m.state = state);
    let mut rows = vec![
        row("50", with(trail("twin")).with(trail("twin").single_region("eu-west-1").stopped()))
            .says(LOGGING, "pass")
            .at("us-east-1")
            .times(1)
            .says(LOGGING, "fail stopped")
            .at("eu-west-1")
            .on("trail/twin")
            .times(1),
        row("51b", delegated(custom()))
            .says(LOGGING, "pass")
            .of(MANAGEMENT)
            .says("multi-region-cloudtrail-enabled", "pass")
            .says(EXISTS, "pass")
            .of(MANAGEMENT)
            .times(1),
        row("51b/stopped", delegated(custom().stopped()))
            .says(LOGGING, "fail stopped")
            .of(MANAGEMENT)
            .says(LOGGING, "not_applicable judged_at_owner")
            .says(EXISTS, "fail stopped")
            .of(MANAGEMENT),
        row("51", with(org_trail().but(|t| t.owner = id("444444444444"))))
            .says("trail-stale-or-orphaned", "fail orphaned")
            .times(1)
            .says(LOGGING, "not_applicable owner_not_in_run"),
        row("52", with(unvalidated()))
            .says(VALIDATION, "not_applicable judged_at_owner")
            .says(VALIDATION, "fail validation_off")
            .of(MANAGEMENT),
        row("118", holding("arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"))
            .says("iam-cloudtrail-full-access-attached", "fail full_access_attached")
            .on("group/ops")
            .times(1),
        row("140", state(AccountState::Suspended))
            .says(COVERS, "not_applicable account_not_active"),
        row("141", state(AccountState::Active))
            .says(COVERS, "pass")
            .says("trail-coverage-per-region", "pass")
            .times(17),
        row("143", organization().but(|world| world.delegates = vec![id(MEMBER)]))
            .policy(|policy| policy.security_account_ids = [id(ARCHIVE)].into())
            .says("org-cloudtrail-delegated-admin", "fail unexpected_delegated_admin")
            .of(MANAGEMENT)
            .times(1),
    ];
    let group = [
        EXISTS,
        COVERS,
        "org-account-inventory-complete",
        "org-all-features-enabled",
        "org-cloudtrail-delegated-admin",
        "org-cloudtrail-service-linked-role",
        "org-cloudtrail-trusted-access",
        "org-log-archive-account-separation",
        "org-trail-home-region-default-enabled",
    ];
    let lone = row("142", account().with(trail("audit")));
    rows.push(
        group
            .into_iter()
            .fold(lone, |row, check| row.says(check, "not_applicable no_organization").times(1)),
    );
    let opted_in = ["000000000003", "000000000007", ARCHIVE];
    let not = [MEMBER, "000000000001", "000000000002"];
    let mut home = row("139", opt_in_home())
        .says("org-trail-home-region-default-enabled", "fail opt_in_home_region")
        .of(MANAGEMENT)
        .times(1);
    for account in not {
        home = home.says(COVERS, "fail missing_in_member").of(account).times(1);
    }
    for account in opted_in {
        home = home.says(COVERS, "pass").of(account).times(1);
    }
    rows.push(home);
    rows
}
