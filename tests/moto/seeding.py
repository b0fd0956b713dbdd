"""What the seed builds with: one method a kind of thing, and the names of what was made."""

import json
import urllib.request

import policies
from aws import AUDIT_ROLE, HOME, MANAGEMENT

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
BLOCK_ALL = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class Seed:
    """What was made so far, by name."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.accounts = {"management": MANAGEMENT}
        self.organization_id = None
        self.trails = {}
        self.buckets = {}
        self.keys = {}
        self.principals = {}
        self.stores = {}

    def client(self, service, owner, region=HOME):
        """A client of the account of that name."""
        return self.cloud.client(service, self.accounts[owner], region)

    def past(self, owner, region, hours, **what):
        """Something that happened hours ago: an event, or the last delivery of a trail."""
        body = {"account": self.accounts[owner], "region": region, "hours": hours, **what}
        url = f"{self.cloud.url}/__trailproof/past"
        request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request).close()

    def organization(self):
        """Accounts in two units, one of them closed, CloudTrail delegated to the security account."""
        api = self.cloud.client("organizations")
        self.organization_id = api.create_organization(FeatureSet="ALL")["Organization"]["Id"]
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
        api.tag_resource(ResourceId=self.accounts["payments"], Tags=[{"Key": "environment", "Value": "production"}])
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
        statement = {
            "Effect": "Allow",
            "Principal": policies.account(trusted or self.accounts[owner]),
            "Action": "sts:AssumeRole",
        }
        iam = self.client("iam", owner)
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policies.document(statement))
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
        """A bucket without a policy. Gives its S3 client and its global name."""
        s3 = self.client("s3", owner, region)
        bucket = f"trailproof-{name}-{self.accounts[owner]}".replace("_", "-")
        where = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=lock, **where)
        self.buckets[name] = bucket
        return s3, bucket

    def access_logs(self, name, owner, source, region=HOME):
        """A bucket that takes the access logs of another. Gives its S3 client and its global name."""
        s3, bucket = self.bucket(name, owner, region)
        logging = {"Service": "logging.s3.amazonaws.com"}
        statement = policies.allow(logging, "s3:PutObject", f"arn:aws:s3:::{bucket}/*")
        s3.put_bucket_policy(Bucket=bucket, Policy=policies.document(statement))
        target = {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "access/"}}
        s3.put_bucket_logging(Bucket=self.buckets[source], BucketLoggingStatus=target)
        return s3, bucket

    def replica(self, source, owner, name, key=None):
        """Copies a bucket to one of that owner's; encrypted objects too, where a key is named."""
        destination = {"Bucket": f"arn:aws:s3:::{self.buckets[name]}", "Account": self.accounts[owner]}
        rule = {
            "ID": "logs",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": destination,
        }
        if key:
            rule["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
            destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": key}
        s3, bucket = source
        account = bucket.rpartition("-")[2]
        configuration = {"Role": f"arn:aws:iam::{account}:role/replication", "Rules": [rule]}
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)

    def key(self, name, owner, region=HOME, statements=(), rotation=None):
        """A key, that rotates where a period is given. Gives its ARN."""
        policy = policies.document(policies.own_account(self.accounts[owner]), *statements)
        kms = self.client("kms", owner, region)
        metadata = kms.create_key(Description=name, Policy=policy)["KeyMetadata"]
        if rotation:
            kms.enable_key_rotation(KeyId=metadata["KeyId"], RotationPeriodInDays=rotation)
        self.keys[name] = metadata["Arn"]
        return self.keys[name]

    def log_group(self, owner, region=HOME, **settings):
        """A log group and a role for CloudTrail, as CreateTrail takes them."""
        self.client("logs", owner, region).create_log_group(logGroupName="trail", **settings)
        account = self.accounts[owner]
        return {
            "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{region}:{account}:log-group:trail:*",
            "CloudWatchLogsRoleArn": f"arn:aws:iam::{account}:role/CloudTrailToLogs",
        }

    def trail_arn(self, name, owner, region=HOME):
        """The ARN that a trail will have."""
        return f"arn:aws:cloudtrail:{region}:{self.accounts[owner]}:trail/{name}"

    def trail(self, name, owner, bucket, region=HOME, logging=True, selectors=None, insights=(), **settings):
        """A trail, started unless told otherwise, with classic or advanced selectors."""
        api = self.client("cloudtrail", owner, region)
        made = api.create_trail(Name=name, S3BucketName=self.buckets[bucket], **settings)
        if selectors:
            api.put_event_selectors(TrailName=name, **selectors)
        if insights:
            api.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": kind} for kind in insights])
        if logging:
            api.start_logging(Name=name)
        self.trails[name] = made["TrailARN"]
        return api

    def store(self, name, owner, region=HOME, policy=None, **settings):
        """An event data store. Gives its client."""
        api = self.client("cloudtrail", owner, region)
        self.stores[name] = api.create_event_data_store(Name=name, **settings)["EventDataStoreArn"]
        if policy:
            api.put_resource_policy(ResourceArn=self.stores[name], ResourcePolicy=policies.document(policy))
        return api


def bare_id(key_arn):
    """The id in a key's ARN: moto cannot schedule the deletion of a key that is named by its ARN."""
    return key_arn.rpartition("/")[2]


def lifecycle(s3, bucket, prefix="", status="Enabled", days=730, **more):
    """Gives a bucket a lifecycle of one rule."""
    rule = {"ID": "logs", "Status": status, "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}, **more}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})


def versioning(s3, bucket, status="Enabled"):
    """Switches versioning."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def retention(s3, bucket, days=400):
    """Locks what comes into a bucket."""
    default = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": days}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": default}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)


def block(s3, bucket):
    """Blocks all public access to a bucket."""
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK_ALL)


def encrypt(s3, bucket, key):
    """Makes a key the bucket's default."""
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def guard(s3, bucket, *statements):
    """Sets a bucket's policy."""
    s3.put_bucket_policy(Bucket=bucket, Policy=policies.document(*statements))


def tag(s3, bucket, **tags):
    """Sets a bucket's tags; a dash is written as an underscore."""
    found = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": found})
