"""Fills the test server with an organization, and says which verdicts an audit of it must reach.

    python seed.py URL [--without-org-trail]

One JSON document goes to standard output: the accounts, trails, buckets and keys by name, and `expected`, one verdict
an entry, and no verdict beside. With `--without-org-trail` the
members stand for themselves, which is where the account, region and organization checks fail.
"""

import argparse
import json

import policies
from aws import HOME, MANAGEMENT, Cloud
from expectations import expectations
from policies import account, allow, delivery
from seeding import (
    BLOCK_ALL,
    OPENED_REGION,
    Seed,
    bare_id,
    block,
    encrypt,
    guard,
    lifecycle,
    retention,
    tag,
    versioning,
)

OUTSIDER = "999988887777"
FULL_ACCESS = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
ALL_OBJECTS = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
MANAGEMENT_TERM = {
    "Name": "management",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
OBJECTS_TERM = {
    "Name": "objects",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ],
}
SILENT_HOURS = 50  # longer than any delivery may be late


def organization_trail(seed):
    """The trail of the whole organization, complete, to a locked bucket of the log archive; and its store of events."""
    iam = seed.client("iam", "management")
    iam.create_service_linked_role(AWSServiceName="cloudtrail.amazonaws.com")
    source = ("aws:SourceArn", seed.trail_arn("org-trail", "management"))
    scoped = policies.trail_encrypts({"StringEquals": dict([source])})
    key = seed.key("org-key", "log_archive", statements=[scoped], rotation=365)

    s3, bucket = seed.bucket("org-logs", "log_archive", lock=True)
    prefixes = [f"{seed.organization_id}/*", f"{MANAGEMENT}/*"]
    refused = policies.tls_only(bucket), policies.no_deletion(bucket)
    guard(s3, bucket, *delivery(bucket, prefixes, source), *refused)
    retention(s3, bucket)
    lifecycle(s3, bucket, "AWSLogs/")
    block(s3, bucket)
    encrypt(s3, bucket, key)
    tag(s3, bucket, team="security")

    access, target = seed.access_logs("org-access", "log_archive", "org-logs")
    lifecycle(access, target)
    block(access, target)
    copy, replica = seed.bucket("org-replica", "log_archive", "eu-west-1")
    versioning(copy, replica)
    seed.replica((s3, bucket), "log_archive", "org-replica")

    logs_key = seed.key("logs-key", "management", rotation=180)
    seed.trail(
        "org-trail",
        "management",
        "org-logs",
        IsOrganizationTrail=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
        TagsList=[{"Key": "owner", "Value": "security"}],
        **seed.log_group("management", kmsKeyId=logs_key),
    )
    lake_key = seed.key("lake-key", "management", rotation=365)
    seed.store("org-lake", "management", OrganizationEnabled=True, RetentionPeriod=400, KmsKeyId=lake_key)


def payments(seed):
    """A trail with everything, all data events by advanced selectors; public by ACL, blocked by the account."""
    own = seed.accounts["payments"]
    key = seed.key("payments-key", "payments", statements=[policies.trail_encrypts()], rotation=730)
    s3, bucket = seed.bucket("payments-logs", "payments", lock=True)
    source = ("aws:SourceArn", seed.trail_arn("payments-trail", "payments"))
    guard(s3, bucket, *delivery(bucket, [f"{own}/*"], source))
    lifecycle(s3, bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    encrypt(s3, bucket, key)
    seed.client("s3control", "payments").put_public_access_block(
        AccountId=own, PublicAccessBlockConfiguration=BLOCK_ALL
    )
    copy, replica = seed.bucket("payments-replica", "log_archive", "eu-west-1", lock=True)
    retention(copy, replica)
    copy_key = seed.key("replica-key", "log_archive", "eu-west-1")
    seed.replica((s3, bucket), "log_archive", "payments-replica", copy_key)
    tag(*seed.bucket("payments-data", "payments"), data_classification="confidential")

    seed.client("sns", "payments").create_topic(Name="payments-trail")
    api = seed.trail(
        "payments-trail",
        "payments",
        "payments-logs",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
        SnsTopicName="payments-trail",
        TagsList=[{"Key": "owner", "Value": "payments"}],
        selectors={"AdvancedEventSelectors": [MANAGEMENT_TERM, OBJECTS_TERM]},
        insights=("ApiCallRateInsight", "ApiErrorRateInsight"),
        **seed.log_group("payments"),
    )
    inside = allow(account(MANAGEMENT), "cloudtrail:GetQueryResults", "*")
    terms = [MANAGEMENT_TERM, OBJECTS_TERM]
    seed.store("payments-lake", "payments", policy=inside, KmsKeyId=key, AdvancedEventSelectors=terms)
    twice = [{"InsightType": "ApiCallRateInsight"}]
    api.put_insight_selectors(EventDataStore=seed.stores["payments-lake"], InsightSelectors=twice)


def legacy(seed):
    """Two trails of one region: one stopped, with the data events of one bucket; one whose key is being deleted."""
    s3, bucket = seed.bucket("legacy-logs", "legacy", "eu-west-1")
    reader = allow(account(OUTSIDER), "s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    guard(s3, bucket, *delivery(bucket, ["*"]), policies.tls_only(bucket, objects_only=True), reader)
    versioning(s3, bucket)
    versioning(s3, bucket, "Suspended")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    _, target = seed.access_logs("legacy-access", "legacy", "legacy-logs", "eu-west-1")
    s3.delete_bucket(Bucket=target)
    one_bucket = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}],
    }
    api = seed.trail("legacy-trail", "legacy", "legacy-logs", "eu-west-1", selectors={"EventSelectors": [one_bucket]})
    api.stop_logging(Name="legacy-trail")

    any_trail = policies.trail_encrypts({"StringLike": {"aws:SourceArn": policies.EVERY_TRAIL}})
    outside = allow(account(OUTSIDER), "kms:Decrypt", "*")
    key = seed.key("legacy-key", "legacy", "us-west-2", statements=[any_trail, outside])
    s3, bucket = seed.bucket("legacy-doomed-logs", "legacy", "us-west-2")
    guard(s3, bucket, *delivery(bucket, ["*"]), everyone_reads(bucket))
    lifecycle(s3, bucket, "reports/")
    encrypt(s3, bucket, key)
    seed.trail("legacy-doomed", "legacy", "legacy-doomed-logs", "us-west-2", KmsKeyId=key)
    seed.client("kms", "legacy", "us-west-2").schedule_key_deletion(KeyId=bare_id(key), PendingWindowInDays=7)

    lake = seed.store(
        "legacy-lake",
        "legacy",
        "eu-west-1",
        policy=allow(account(OUTSIDER), "cloudtrail:StartQuery", "*"),
        MultiRegionEnabled=False,
        RetentionPeriod=90,
        TerminationProtectionEnabled=False,
    )
    lake.stop_event_data_store_ingestion(EventDataStore=seed.stores["legacy-lake"])


def analytics(seed):
    """A trail that looks whole, but its bucket and its log group are gone and its key disabled."""
    tag(*seed.bucket("analytics-data", "analytics"), data_classification="confidential")
    s3, bucket = seed.bucket("analytics-logs", "analytics")
    key = seed.key("analytics-key", "analytics", rotation=365)
    seed.trail(
        "analytics-trail",
        "analytics",
        "analytics-logs",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=key,
        **seed.log_group("analytics"),
    )
    s3.delete_bucket(Bucket=bucket)
    seed.client("logs", "analytics").delete_log_group(logGroupName="trail")
    lake = seed.store("analytics-lake", "analytics", KmsKeyId=key, TerminationProtectionEnabled=False)
    lake.delete_event_data_store(EventDataStore=seed.stores["analytics-lake"])
    seed.client("kms", "analytics").disable_key(KeyId=bare_id(key))


def sandbox(seed):
    """A multi-region trail from Europe with an alias for its key, one with an outsider's key, one never started."""
    own = seed.accounts["sandbox"]
    s3, bucket = seed.bucket("sandbox-logs", "sandbox", "eu-west-1")
    any_trail = ("aws:SourceArn", policies.EVERY_TRAIL)
    guard(s3, bucket, *delivery(bucket, [f"{own}/*"], any_trail), everyone_reads(bucket))
    versioning(s3, bucket)
    lifecycle(s3, bucket, status="Disabled")
    block(s3, bucket)
    lifecycle(*seed.access_logs("sandbox-access", "sandbox", "sandbox-logs", "eu-west-1"), days=30)
    versioning(*seed.bucket("sandbox-replica", "log_archive"))
    seed.replica((s3, bucket), "log_archive", "sandbox-replica")

    context = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{own}:trail/*"}}
    key = seed.key("sandbox-key", "sandbox", "eu-west-1", statements=[policies.trail_encrypts(context)])
    seed.client("kms", "sandbox", "eu-west-1").create_alias(AliasName="alias/sandbox-trail", TargetKeyId=key)
    seed.keys["sandbox-alias"] = f"arn:aws:kms:eu-west-1:{own}:alias/sandbox-trail"
    topics = seed.client("sns", "sandbox", "eu-west-1")
    topic = topics.create_topic(Name="sandbox-trail")["TopicArn"]
    classic = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": ALL_OBJECTS}
    seed.trail(
        "sandbox-trail",
        "sandbox",
        "sandbox-logs",
        "eu-west-1",
        IsMultiRegionTrail=True,
        KmsKeyId=seed.keys["sandbox-alias"],
        SnsTopicName="sandbox-trail",
        selectors={"EventSelectors": [classic]},
        insights=("ApiErrorRateInsight",),
    )
    topics.delete_topic(TopicArn=topic)

    s3, bucket = seed.bucket("sandbox-us-logs", "sandbox")
    writer = allow({"AWS": f"arn:aws:iam::{own}:role/builder"}, "s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    elsewhere = f"{seed.accounts['payments']}/*"
    guard(s3, bucket, *delivery(bucket, [elsewhere], ("aws:SourceAccount", own)), writer)
    archive = {"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}
    lifecycle(s3, bucket, days=90, **archive)
    s3.put_bucket_acl(Bucket=bucket, ACL="authenticated-read")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=enforced)
    seed.keys["outsider-key"] = f"arn:aws:kms:{HOME}:{OUTSIDER}:key/11111111-2222-3333-4444-555555555555"
    writes = {"EventSelectors": [{**classic, "ReadWriteType": "WriteOnly"}]}
    seed.trail("sandbox-borrowed", "sandbox", "sandbox-us-logs", selectors=writes, KmsKeyId=seed.keys["outsider-key"])
    seed.trail("sandbox-idle", "sandbox", "sandbox-logs", "ap-northeast-1", logging=False, EnableLogFileValidation=True)


def everyone_reads(bucket):
    """Makes the logs readable to the world."""
    return allow("*", "s3:GetObject", f"arn:aws:s3:::{bucket}/*")


def principals(seed):
    """Who holds AWSCloudTrail_FullAccess, and who holds something else."""
    seed.user("management", "alice", FULL_ACCESS)
    seed.role("security", "responder", FULL_ACCESS)
    seed.group("payments", "auditors", FULL_ACCESS, member="bob")
    seed.user("legacy", "carol")
    seed.role("analytics", "admin", "arn:aws:iam::aws:policy/AdministratorAccess")
    seed.user("sandbox", "dave", FULL_ACCESS)
    seed.role("sandbox", "builder", FULL_ACCESS)


def detection(seed):
    """The detection services, in two regions of one account; the security account administers them."""
    for region, enabled in ((HOME, True), ("eu-west-1", False)):
        seed.client("guardduty", "payments", region).create_detector(
            Enable=enabled, Features=[{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]
        )
        config = seed.client("config", "payments", region)
        role = f"arn:aws:iam::{seed.accounts['payments']}:role/config"
        everything = {"allSupported": True, "includeGlobalResourceTypes": region == HOME}
        recorder = {"name": "default", "roleARN": role, "recordingGroup": everything}
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
        config.put_delivery_channel(
            DeliveryChannel={"name": "default", "s3BucketName": seed.buckets["payments-logs"]}
        )
        if enabled:
            config.start_configuration_recorder(ConfigurationRecorderName="default")
    seed.client("securityhub", "payments").enable_security_hub()
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    seed.client("guardduty", "management").create_detector(Enable=True, Features=off)
    api = seed.client("guardduty", "security")
    detector = api.create_detector(Enable=True, Features=off)["DetectorId"]
    security = seed.accounts["security"]
    seed.client("guardduty", "management").enable_organization_admin_account(AdminAccountId=security)
    api.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="ALL")
    seed.client("organizations", "management").register_delegated_administrator(
        AccountId=security, ServicePrincipal="access-analyzer.amazonaws.com"
    )
    seed.client("accessanalyzer", "security").create_analyzer(analyzerName="organization", type="ORGANIZATION")
    seed.client("logs", "payments").put_subscription_filter(
        logGroupName="trail",
        filterName="siem",
        filterPattern="",
        destinationArn=seed.client("firehose", "payments").create_delivery_stream(
            DeliveryStreamName="siem",
            ExtendedS3DestinationConfiguration={
                "RoleARN": f"arn:aws:iam::{seed.accounts['payments']}:role/firehose",
                "BucketARN": f"arn:aws:s3:::{seed.buckets['payments-data']}",
            },
        )["DeliveryStreamARN"],
    )
    queue = seed.client("sqs", "legacy", "eu-west-1").create_queue(QueueName="siem")["QueueUrl"]
    seed.client("s3", "legacy", "eu-west-1").put_bucket_notification_configuration(
        Bucket=seed.buckets["legacy-logs"],
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": f"arn:aws:sqs:eu-west-1:{seed.accounts['legacy']}:{queue.rpartition('/')[2]}",
                    "Events": ["s3:ObjectCreated:*"],
                }
            ]
        },
    )


def history(seed):
    """Someone signed in everywhere. Trails fell silent for payments: all in eu-central-1, its own in eu-west-1; in
    ap-northeast-3 nothing ever happened.
    """
    for name in seed.accounts:
        seed.past(name, HOME, 3, event="ConsoleLogin")
    own = seed.trails["payments-trail"]
    for region in ("eu-central-1", "eu-west-1"):
        seed.past("payments", region, 5, event="RunInstances")
        seed.past("payments", region, SILENT_HOURS, silent=own)
    seed.past("payments", "ap-northeast-3", None, silent=own)
    if "org-trail" in seed.trails:
        seed.past("payments", "eu-central-1", SILENT_HOURS, silent=seed.trails["org-trail"])
        seed.past("payments", "ap-northeast-3", None, silent=seed.trails["org-trail"])


def main():
    """Seeds the server and prints what is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--without-org-trail", action="store_true")
    arguments = parser.parse_args()
    seed = Seed(Cloud(arguments.url))
    seed.organization()
    seed.audit_roles()
    if arguments.without_org_trail:
        api = seed.client("organizations", "management")
        api.disable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    else:
        organization_trail(seed)
    payments(seed)
    legacy(seed)
    analytics(seed)
    sandbox(seed)
    principals(seed)
    detection(seed)
    history(seed)
    seed.close_retired()
    made = {
        "management": MANAGEMENT,
        "accounts": seed.accounts,
        "outsider": OUTSIDER,
        "opened_region": {"account": "payments", "region": OPENED_REGION},
        "trails": seed.trails,
        "buckets": seed.buckets,
        "keys": seed.keys,
        "stores": seed.stores,
        "expected": expectations(seed, OPENED_REGION),
    }
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
