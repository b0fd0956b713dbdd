"""Fills the test server with an organization, and says which verdicts an audit of it must reach.

    python seed.py URL [--without-org-trail]

One JSON document goes to standard output: the accounts, trails, buckets and keys by name, and `expected`, one verdict
an entry. `region` is null where the subject lies in no region that the audit can know. With `--without-org-trail` the
members stand for themselves, which is where the account and region checks fail.
"""

import argparse
import json

from aws import AUDIT_ROLE, HOME, MANAGEMENT, Cloud
from expectations import expectations

OUTSIDER = "999988887777"
MEMBERS = {
    "log_archive": "Security",
    "security": "Security",
    "payments": "Workloads",
    "legacy": "Workloads",
    "analytics": "Workloads",
    "sandbox": "Workloads",
    "retired": "Workloads",
}
OPENED_REGION = "me-central-1"  # an opt-in region that payments alone has enabled
FULL_ACCESS = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
ALL_OBJECTS = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
BLOCK_ALL = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class Seed:
    """What was made so far, by name."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.accounts = {"management": MANAGEMENT}
        self.trails = {}
        self.buckets = {}
        self.keys = {}
        self.principals = {}

    def client(self, service, owner, region=HOME):
        """A client of the account of that name."""
        return self.cloud.client(service, self.accounts[owner], region)

    def organization(self):
        """Accounts in two units, one of them closed, CloudTrail delegated to the security account."""
        api = self.cloud.client("organizations")
        api.create_organization(FeatureSet="ALL")
        root = api.list_roots()["Roots"][0]["Id"]
        units = {
            name: api.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
            for name in ("Security", "Workloads")
        }
        for name, unit in MEMBERS.items():
            made = api.create_account(AccountName=name, Email=f"{name}@example.com")
            account = made["CreateAccountStatus"]["AccountId"]
            api.move_account(AccountId=account, SourceParentId=root, DestinationParentId=units[unit])
            self.accounts[name] = account
        api.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        api.register_delegated_administrator(
            AccountId=self.accounts["security"], ServicePrincipal="cloudtrail.amazonaws.com"
        )
        self.client("account", "payments").enable_region(RegionName=OPENED_REGION)

    def close_retired(self):
        """Last, so that nothing else has to step around a closed account."""
        self.cloud.client("organizations").close_account(AccountId=self.accounts["retired"])

    def audit_roles(self):
        """The role that the audit assumes, in every account."""
        for name in self.accounts:
            self.role(name, AUDIT_ROLE, "arn:aws:iam::aws:policy/SecurityAudit", trusted=MANAGEMENT)

    def role(self, owner, name, policy=None, trusted=None):
        """A role, with a managed policy."""
        account = trusted or self.accounts[owner]
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
        }
        iam = self.client("iam", owner)
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(statement))
        if policy:
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        self.principals[owner, name] = made["Role"]["Arn"]

    def user(self, owner, name, policy=None):
        """A user, with a managed policy."""
        iam = self.client("iam", owner)
        self.principals[owner, name] = iam.create_user(UserName=name)["User"]["Arn"]
        if policy:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)

    def group(self, owner, name, policy, member):
        """A group with one member; the policy hangs on the group, not on the member."""
        iam = self.client("iam", owner)
        self.principals[owner, name] = iam.create_group(GroupName=name)["Group"]["Arn"]
        iam.attach_group_policy(GroupName=name, PolicyArn=policy)
        self.user(owner, member)
        iam.add_user_to_group(GroupName=name, UserName=member)

    def bucket(self, name, owner, region=HOME, lock=False):
        """A bucket that CloudTrail may write to. Gives its S3 client and its global name."""
        s3 = self.client("s3", owner, region)
        bucket = f"trailproof-{name}-{self.accounts[owner]}".replace("_", "-")
        where = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lock, **where)
        self.policy(s3, bucket)
        self.buckets[name] = bucket
        return s3, bucket

    @staticmethod
    def policy(s3, bucket, *more):
        """CloudTrail's two statements, and more."""
        service = {"Service": "cloudtrail.amazonaws.com"}
        arn = f"arn:aws:s3:::{bucket}"
        statements = [
            {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": arn},
            {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/*"},
            *more,
        ]
        s3.put_bucket_policy(Bucket=bucket, Policy=document(*statements))

    def public_policy(self, s3, bucket):
        """Makes the logs readable to the world by policy."""
        everyone = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        self.policy(s3, bucket, everyone)

    def key(self, name, owner, region=HOME):
        """A key. Gives its ARN."""
        made = self.client("kms", owner, region).create_key(Description=name)
        self.keys[name] = made["KeyMetadata"]["Arn"]
        return self.keys[name]

    def log_group(self, owner, region=HOME):
        """A log group and a role for CloudTrail, as CreateTrail takes them."""
        self.client("logs", owner, region).create_log_group(logGroupName="trail")
        account = self.accounts[owner]
        return {
            "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{region}:{account}:log-group:trail:*",
            "CloudWatchLogsRoleArn": f"arn:aws:iam::{account}:role/CloudTrailToLogs",
        }

    def trail(self, name, owner, bucket, region=HOME, logging=True, selectors=None, **settings):
        """A trail, started unless told otherwise, with classic or advanced selectors."""
        api = self.client("cloudtrail", owner, region)
        made = api.create_trail(Name=name, S3BucketName=self.buckets[bucket], **settings)
        if selectors:
            api.put_event_selectors(TrailName=name, **selectors)
        if logging:
            api.start_logging(Name=name)
        self.trails[name] = made["TrailARN"]
        return api


def document(*statements):
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def bare_id(key_arn):
    """The id in a key's ARN: moto cannot schedule the deletion of a key that is named by its ARN."""
    return key_arn.rpartition("/")[2]


def lifecycle(prefix, status="Enabled"):
    """A lifecycle of one rule."""
    rule = {"ID": "logs", "Status": status, "Filter": {"Prefix": prefix}, "Expiration": {"Days": 730}}
    return {"Rules": [rule]}


def versioning(s3, bucket, status):
    """Switches versioning."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def organization_trail(seed):
    """The trail of the whole organization: complete, to a locked bucket of the log archive."""
    s3, bucket = seed.bucket("org-logs", "log_archive", lock=True)
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": retention}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle("AWSLogs/"))
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK_ALL)
    seed.trail(
        "org-trail",
        "management",
        "org-logs",
        IsOrganizationTrail=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=seed.key("org-key", "log_archive"),
        **seed.log_group("management"),
    )


def payments(seed):
    """A trail with everything, all data events by advanced selectors; public by ACL, blocked by the account."""
    s3, bucket = seed.bucket("payments-logs", "payments", lock=True)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle(""))
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    seed.client("s3control", "payments").put_public_access_block(
        AccountId=seed.accounts["payments"], PublicAccessBlockConfiguration=BLOCK_ALL
    )
    terms = [
        {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {
            "Name": "objects",
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            ],
        },
    ]
    seed.trail(
        "payments-trail",
        "payments",
        "payments-logs",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=seed.key("payments-key", "payments"),
        selectors={"AdvancedEventSelectors": terms},
        **seed.log_group("payments"),
    )


def legacy(seed):
    """Two trails of one region: one stopped, with the data events of one bucket; one whose key is being deleted."""
    s3, bucket = seed.bucket("legacy-logs", "legacy", "eu-west-1")
    versioning(s3, bucket, "Enabled")
    versioning(s3, bucket, "Suspended")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    one_bucket = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}],
    }
    api = seed.trail("legacy-trail", "legacy", "legacy-logs", "eu-west-1", selectors={"EventSelectors": [one_bucket]})
    api.stop_logging(Name="legacy-trail")

    s3, bucket = seed.bucket("legacy-doomed-logs", "legacy", "us-west-2")
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle("reports/"))
    seed.public_policy(s3, bucket)
    key = seed.key("legacy-key", "legacy", "us-west-2")
    seed.trail("legacy-doomed", "legacy", "legacy-doomed-logs", "us-west-2", KmsKeyId=key)
    seed.client("kms", "legacy", "us-west-2").schedule_key_deletion(KeyId=bare_id(key), PendingWindowInDays=7)


def analytics(seed):
    """A trail that looks whole, but its bucket is gone and its key disabled."""
    seed.bucket("analytics-data", "analytics")
    s3, bucket = seed.bucket("analytics-logs", "analytics")
    key = seed.key("analytics-key", "analytics")
    seed.trail(
        "analytics-trail",
        "analytics",
        "analytics-logs",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
    )
    s3.delete_bucket(Bucket=bucket)
    seed.client("kms", "analytics").disable_key(KeyId=bare_id(key))


def sandbox(seed):
    """A multi-region trail from Europe with an alias for its key, one with an outsider's key, one never started."""
    s3, bucket = seed.bucket("sandbox-logs", "sandbox", "eu-west-1")
    versioning(s3, bucket, "Enabled")
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=lifecycle("", "Disabled"))
    seed.public_policy(s3, bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK_ALL)
    key = seed.key("sandbox-key", "sandbox", "eu-west-1")
    seed.client("kms", "sandbox", "eu-west-1").create_alias(AliasName="alias/sandbox-trail", TargetKeyId=key)
    seed.keys["sandbox-alias"] = f"arn:aws:kms:eu-west-1:{seed.accounts['sandbox']}:alias/sandbox-trail"
    classic = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": ALL_OBJECTS}
    seed.trail(
        "sandbox-trail",
        "sandbox",
        "sandbox-logs",
        "eu-west-1",
        IsMultiRegionTrail=True,
        KmsKeyId=seed.keys["sandbox-alias"],
        selectors={"EventSelectors": [classic]},
    )

    s3, bucket = seed.bucket("sandbox-us-logs", "sandbox")
    s3.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
    seed.keys["outsider-key"] = f"arn:aws:kms:{HOME}:{OUTSIDER}:key/11111111-2222-3333-4444-555555555555"
    seed.trail("sandbox-borrowed", "sandbox", "sandbox-us-logs", KmsKeyId=seed.keys["outsider-key"])
    seed.trail("sandbox-idle", "sandbox", "sandbox-logs", "ap-northeast-1", logging=False, EnableLogFileValidation=True)


def principals(seed):
    """Who holds AWSCloudTrail_FullAccess, and who holds something else."""
    seed.user("management", "alice", FULL_ACCESS)
    seed.role("security", "responder", FULL_ACCESS)
    seed.group("payments", "auditors", FULL_ACCESS, member="bob")
    seed.user("legacy", "carol")
    seed.role("analytics", "admin", "arn:aws:iam::aws:policy/AdministratorAccess")
    seed.user("sandbox", "dave", FULL_ACCESS)
    seed.role("sandbox", "builder", FULL_ACCESS)


def main():
    """Seeds the server and prints what is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--without-org-trail", action="store_true")
    arguments = parser.parse_args()
    seed = Seed(Cloud(arguments.url))
    seed.organization()
    seed.audit_roles()
    if not arguments.without_org_trail:
        organization_trail(seed)
    payments(seed)
    legacy(seed)
    analytics(seed)
    sandbox(seed)
    principals(seed)
    seed.close_retired()
    made = {
        "management": MANAGEMENT,
        "accounts": seed.accounts,
        "outsider": OUTSIDER,
        "opened_region": {"account": "payments", "region": OPENED_REGION},
        "trails": seed.trails,
        "buckets": seed.buckets,
        "keys": seed.keys,
        "expected": expectations(seed, OPENED_REGION),
    }
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
