//! All of a generated world that is not in an account: clock, regions, organization, AWS's own policies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::description::{
    ConfigService, ControlPolicy, Description, Detection, GuardDuty, Iam, Moment, Organization,
    PolicyType, Role, SecurityHub, default_regions,
};
use crate::generated::Generator;

/// The id of the organization's root.
pub(super) const ROOT: &str = "r-root";
/// What the ids of all units begin with.
pub(super) const UNIT_PREFIX: &str = "ou-root-";
/// The role that an auditor assumes.
const READER: &str = "TrailproofAudit";
const ORGANIZATION: &str = "o-generated1";

/// The regions that an account of the commercial partition has to switch on.
pub(super) const OPT_IN_REGIONS: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

impl Generator {
    /// The description without accounts and units.
    pub(crate) fn frame(&self) -> Description {
        let management = self.id(0);
        Description {
            partition: "aws".to_owned(),
            now: Moment::parse("2026-11-21T22:42:57Z").unwrap_or_default(),
            caller: None,
            default_regions: default_regions(),
            opt_in_regions: OPT_IN_REGIONS.map(str::to_owned).to_vec(),
            baseline_iam: baseline(&management),
            baseline_detection: everywhere(),
            organization: self.organization(),
            public_keys: std::collections::BTreeMap::new(),
            aws_managed_policies: managed(),
            accounts: Vec::new(),
        }
    }

    /// The organization without its units.
    pub(super) fn organization(&self) -> Option<Organization> {
        let security = self.id(2.min(self.shape.accounts.saturating_sub(1)));
        let services = ["account", "cloudtrail", "sso"];
        let of = |service: &str| (format!("{service}.amazonaws.com"), vec![security.clone()]);
        let delegated = ["access-analyzer", "cloudtrail", "guardduty"].map(of);
        Some(Organization {
            id: ORGANIZATION.to_owned(),
            management_account: self.id(0),
            feature_set: "ALL".to_owned(),
            root_id: ROOT.to_owned(),
            policy_types: vec!["SERVICE_CONTROL_POLICY".to_owned()],
            trusted_services: services.map(|name| format!("{name}.amazonaws.com")).to_vec(),
            no_service_linked_role: false,
            delegated_administrators: BTreeMap::from(delegated),
            units: Vec::new(),
            policies: policies(),
            ..Organization::default()
        })
    }
}

/// What every landing zone denies: to leave, and to touch what it records.
fn policies() -> Vec<ControlPolicy> {
    let deny = |place: usize, name: &str, actions: &[&str]| ControlPolicy {
        id: format!("p-generated{place}"),
        name: name.to_owned(),
        kind: PolicyType::ServiceControlPolicy,
        document: json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Deny", "Action": actions, "Resource": "*" }],
        }),
        targets: vec![ROOT.to_owned()],
    };
    let trail = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail"];
    vec![deny(0, "keep-the-trail", &trail), deny(1, "stay", &["organizations:LeaveOrganization"])]
}

/// The detection services as the landing zone switches them on. The security account has the organization's analyzer.
pub(super) fn everywhere() -> Detection {
    Detection {
        guardduty: Some(GuardDuty::default()),
        security_hub: Some(SecurityHub::default()),
        config: Some(ConfigService {
            global_types_in: vec!["us-east-1".to_owned()],
            ..ConfigService::default()
        }),
        analyzers: Vec::new(),
    }
}

fn baseline(management: &str) -> Iam {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{management}:root") },
            "Action": "sts:AssumeRole",
        }],
    });
    let reader = Role {
        name: READER.to_owned(),
        path: "/".to_owned(),
        trust,
        attached: vec!["arn:aws:iam::aws:policy/SecurityAudit".to_owned()],
        ..Role::default()
    };
    Iam { roles: vec![reader], ..Iam::default() }
}

fn managed() -> BTreeMap<String, Value> {
    let allow = |actions: &[&str]| {
        json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
        })
    };
    BTreeMap::from([
        ("AdministratorAccess".to_owned(), allow(&["*"])),
        ("AWSCloudTrail_FullAccess".to_owned(), allow(&["cloudtrail:*", "s3:CreateBucket"])),
        (
            "ReadOnlyAccess".to_owned(),
            allow(&["cloudtrail:Describe*", "cloudtrail:Get*", "ec2:Describe*", "s3:Get*"]),
        ),
        (
            "SecurityAudit".to_owned(),
            allow(&["cloudtrail:Describe*", "cloudtrail:Get*", "iam:Get*", "s3:GetBucket*"]),
        ),
    ])
}
