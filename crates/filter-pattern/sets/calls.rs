//! The calls of the benchmark's sets.

/// Sources of calls, each with the calls' names.
pub(super) type Calls = &'static [(&'static str, &'static [&'static str])];

const EC2: &str = "ec2.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

/// Sizes of instances from eight times the largest ordinary one on.
pub(super) const LARGE: [&str; 16] = [
    "8xlarge",
    "9xlarge",
    "10xlarge",
    "12xlarge",
    "16xlarge",
    "18xlarge",
    "24xlarge",
    "32xlarge",
    "48xlarge",
    "56xlarge",
    "96xlarge",
    "112xlarge",
    "metal",
    "metal-24xl",
    "metal-48xl",
    "metal-96xl",
];

/// Changes of what identities may do.
pub(super) const IAM: Calls = &[(
    "iam.amazonaws.com",
    &[
        "DeleteGroupPolicy",
        "DeleteRolePolicy",
        "DeleteUserPolicy",
        "PutGroupPolicy",
        "PutRolePolicy",
        "PutUserPolicy",
        "CreatePolicy",
        "DeletePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "AttachUserPolicy",
        "DetachUserPolicy",
        "AttachGroupPolicy",
        "DetachGroupPolicy",
    ],
)];

/// Changes of trails.
pub(super) const CLOUDTRAIL: Calls = &[(
    "cloudtrail.amazonaws.com",
    &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"],
)];

/// The end of a key.
pub(super) const KEYS: Calls = &[("kms.amazonaws.com", &["DisableKey", "ScheduleKeyDeletion"])];

/// Changes of who reaches a bucket, and of how long it keeps what.
pub(super) const BUCKETS: Calls = &[(
    S3,
    &[
        "PutBucketAcl",
        "PutBucketPolicy",
        "PutBucketCors",
        "PutBucketLifecycle",
        "PutBucketReplication",
        "DeleteBucketPolicy",
        "DeleteBucketCors",
        "DeleteBucketLifecycle",
        "DeleteBucketReplication",
    ],
)];

/// Changes of the configuration history.
pub(super) const CONFIG: Calls = &[(
    "config.amazonaws.com",
    &[
        "StopConfigurationRecorder",
        "DeleteDeliveryChannel",
        "PutDeliveryChannel",
        "PutConfigurationRecorder",
    ],
)];

/// Changes of security groups.
pub(super) const GROUPS: Calls = &[(
    EC2,
    &[
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress",
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
    ],
)];

/// Changes of network access lists.
pub(super) const ACLS: Calls = &[(
    EC2,
    &[
        "CreateNetworkAcl",
        "CreateNetworkAclEntry",
        "DeleteNetworkAcl",
        "DeleteNetworkAclEntry",
        "ReplaceNetworkAclEntry",
        "ReplaceNetworkAclAssociation",
    ],
)];

/// Changes of gateways.
pub(super) const GATEWAYS: Calls = &[(
    EC2,
    &[
        "CreateCustomerGateway",
        "DeleteCustomerGateway",
        "AttachInternetGateway",
        "CreateInternetGateway",
        "DeleteInternetGateway",
        "DetachInternetGateway",
    ],
)];

/// Changes of routes.
pub(super) const ROUTES: Calls = &[(
    EC2,
    &[
        "CreateRoute",
        "CreateRouteTable",
        "ReplaceRoute",
        "ReplaceRouteTableAssociation",
        "DeleteRouteTable",
        "DeleteRoute",
        "DisassociateRouteTable",
    ],
)];

/// Changes of networks.
pub(super) const VPCS: Calls = &[(
    EC2,
    &[
        "CreateVpc",
        "DeleteVpc",
        "ModifyVpcAttribute",
        "AcceptVpcPeeringConnection",
        "CreateVpcPeeringConnection",
        "DeleteVpcPeeringConnection",
        "RejectVpcPeeringConnection",
    ],
)];

/// Changes of the organization.
pub(super) const ORGANIZATIONS: Calls = &[(
    "organizations.amazonaws.com",
    &[
        "AcceptHandshake",
        "AttachPolicy",
        "CreateAccount",
        "CreateOrganizationalUnit",
        "CreatePolicy",
        "DeclineHandshake",
        "DeleteOrganization",
        "DeleteOrganizationalUnit",
        "DeletePolicy",
        "DetachPolicy",
        "DisablePolicyType",
        "EnablePolicyType",
        "InviteAccountToOrganization",
        "LeaveOrganization",
        "MoveAccount",
        "RemoveAccountFromOrganization",
        "UpdatePolicy",
        "UpdateOrganizationalUnit",
    ],
)];

/// Instances that come and go.
pub(super) const INSTANCES: Calls = &[(EC2, &["RunInstances", "TerminateInstances"])];
