"""Starts the server, seeds it, and asserts through boto3 what moto alone would answer otherwise.

python selftest.py
"""

import time
import unittest
import urllib.error
import urllib.request

from aws import AUDIT_ROLE, HOME, MANAGEMENT
from botocore.exceptions import ClientError
from regions import DEFAULT_REGIONS, OPT_IN_REGIONS
from selftest_evidence import EvidenceTest  # noqa: F401  found here by unittest
from selftest_support import SeededCase, Wire


class SelfTest(SeededCase):
    """Each filler, each denial, the log of calls."""

    # --- accounts, organization, regions ---

    def test_a_role_of_a_member_speaks_for_the_member(self):
        for owner in ("management", "payments"):
            self.assertEqual(self.client("sts", owner).get_caller_identity()["Account"], self.account(owner))

    def test_only_existing_roles_of_open_accounts_are_lent(self):
        assume = self.cloud.client("sts").assume_role
        for owner, role in (("payments", "Nobody"), ("retired", AUDIT_ROLE)):
            arn = f"arn:aws:iam::{self.account(owner)}:role/{role}"
            self.refused("AccessDenied", assume, 403, RoleArn=arn, RoleSessionName="test")

    def test_the_roster_has_states_units_and_members_that_joined_long_ago(self):
        api = self.client("organizations", "management")
        self.assertEqual(api.describe_organization()["Organization"]["FeatureSet"], "ALL")
        pages = api.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 3})
        accounts = {entry["Name"]: entry for page in pages for entry in page["Accounts"]}
        self.assertEqual(len(accounts), 8)
        self.assertEqual(accounts["retired"]["State"], "SUSPENDED")
        self.assertEqual(accounts["payments"]["State"], "ACTIVE")
        self.assertGreater(time.time() - accounts["payments"]["JoinedTimestamp"].timestamp(), 30 * 86_400)
        root = api.list_roots()["Roots"][0]["Id"]
        units = api.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
        held = {unit["Name"]: api.list_accounts_for_parent(ParentId=unit["Id"])["Accounts"] for unit in units}
        self.assertEqual({name: len(found) for name, found in held.items()}, {"Security": 2, "Workloads": 5})

    def test_delegation_shows_and_delegates_may_read_the_organization(self):
        listed = self.client("organizations", "management").list_delegated_administrators(
            ServicePrincipal="cloudtrail.amazonaws.com"
        )
        self.assertEqual([admin["Id"] for admin in listed["DelegatedAdministrators"]], [self.account("security")])
        self.assertEqual(len(self.client("organizations", "security").list_accounts()["Accounts"]), 8)
        self.refused("AccessDeniedException", self.client("organizations", "payments").list_accounts, 400)

    def test_regions_have_their_status(self):
        def statuses(owner, **arguments):
            pages = self.client("account", owner).get_paginator("list_regions").paginate(**arguments)
            return {entry["RegionName"]: entry["RegionOptStatus"] for page in pages for entry in page["Regions"]}

        self.assertEqual(len(DEFAULT_REGIONS), 17)
        found = statuses("payments")
        self.assertEqual(set(found), {*DEFAULT_REGIONS, *OPT_IN_REGIONS})
        self.assertEqual((found["us-east-1"], found["me-central-1"]), ("ENABLED_BY_DEFAULT", "ENABLED"))
        self.assertEqual(statuses("legacy")["me-central-1"], "DISABLED")
        self.assertEqual(statuses("management", AccountId=self.account("payments")), found)
        enabled = statuses("payments", RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
        self.assertEqual(len(enabled), 18)
        other = self.client("account", "legacy").list_regions
        self.refused("AccessDeniedException", other, 403, AccountId=self.account("payments"))

    def test_a_disabled_region_knows_no_credentials(self):
        shown = self.client("cloudtrail", "payments", "me-central-1").describe_trails()["trailList"]
        self.assertEqual({trail["Name"] for trail in shown}, {"org-trail", "payments-trail"})
        self.refused("UnrecognizedClientException", self.client("cloudtrail", "legacy", "me-central-1").describe_trails)

    # --- trails ---

    def trails(self, owner, region=HOME, **arguments):
        shown = self.client("cloudtrail", owner, region).describe_trails(**arguments)["trailList"]
        return {trail["Name"]: trail for trail in shown}

    def test_members_see_the_organization_trail(self):
        trail = self.trails("security", "eu-north-1")["org-trail"]
        self.assertEqual(trail["TrailARN"], self.seed["trails"]["org-trail"])
        self.assertTrue(trail["IsOrganizationTrail"] and trail["IsMultiRegionTrail"])
        self.assertEqual(trail["HomeRegion"], HOME)
        self.assertFalse(self.trails("security", includeShadowTrails=False))
        self.assertEqual(set(self.trails("legacy", "us-west-2")), {"legacy-doomed", "org-trail"})

    def test_custom_selectors_are_flagged_and_told_apart(self):
        self.assertFalse(self.trails("management")["org-trail"]["HasCustomEventSelectors"])
        self.assertFalse(self.trails("security")["org-trail"]["HasCustomEventSelectors"])
        self.assertTrue(self.trails("payments")["payments-trail"]["HasCustomEventSelectors"])

        def selectors(owner, name, region=HOME):
            return self.client("cloudtrail", owner, region).get_event_selectors(TrailName=name)

        self.assertTrue(selectors("management", "org-trail")["EventSelectors"][0]["IncludeManagementEvents"])
        advanced = selectors("payments", "payments-trail")
        self.assertEqual(len(advanced["AdvancedEventSelectors"]), 2)
        self.assertNotIn("EventSelectors", advanced)
        classic = selectors("sandbox", "sandbox-trail", "eu-west-1")["EventSelectors"][0]
        self.assertEqual(classic["DataResources"][0]["Values"], ["arn:aws:s3"])

    def test_members_may_ask_for_the_status_of_the_organization_trail_only(self):
        arn = self.seed["trails"]["org-trail"]
        member = self.client("cloudtrail", "payments", "eu-west-3")
        self.assertTrue(member.get_trail_status(Name=arn)["IsLogging"])
        self.refused("TrailNotFoundException", member.get_trail_status, Name="org-trail")
        self.refused("CloudTrailARNInvalidException", member.get_event_selectors, TrailName=arn)
        delegate = self.client("cloudtrail", "security")
        self.assertEqual(delegate.get_event_selectors(TrailName=arn)["TrailARN"], arn)
        foreign = self.seed["trails"]["sandbox-trail"]
        self.refused("CloudTrailARNInvalidException", member.get_trail_status, Name=foreign)

    def test_delivery_has_times_and_errors(self):
        def status(owner, name, region=HOME):
            return self.client("cloudtrail", owner, region).get_trail_status(Name=self.seed["trails"][name])

        whole = status("management", "org-trail")
        self.assertLessEqual(
            {"LatestDeliveryTime", "LatestDigestDeliveryTime", "LatestCloudWatchLogsDeliveryTime"}, set(whole)
        )
        self.assertEqual(status("analytics", "analytics-trail")["LatestDeliveryError"], "NoSuchBucket")
        self.assertNotIn("LatestCloudWatchLogsDeliveryTime", status("sandbox", "sandbox-trail", "eu-west-1"))
        stopped = status("legacy", "legacy-trail", "eu-west-1")
        self.assertFalse(stopped["IsLogging"])
        self.assertIn("StopLoggingTime", stopped)
        self.assertNotIn("StartLoggingTime", status("sandbox", "sandbox-idle", "ap-northeast-1"))
        shadow = self.client("cloudtrail", "payments", "eu-west-1").get_trail_status
        self.refused("TrailNotFoundException", shadow, Name="payments-trail")

    # --- buckets ---

    def read(self, owner, region, operation, **arguments):
        """The text of an answer of S3, which strict SDKs read by its root."""
        client = self.client("s3", owner, region)
        wire = Wire(client)
        getattr(client, operation)(**arguments)
        return wire.body

    def test_bucket_answers_have_the_roots_of_the_model(self):
        roots = {
            "get_bucket_versioning": "VersioningConfiguration",
            "get_object_lock_configuration": "ObjectLockConfiguration",
            "get_bucket_lifecycle_configuration": "LifecycleConfiguration",
            "get_bucket_policy_status": "PolicyStatus",
            "get_bucket_acl": "AccessControlPolicy",
            "get_public_access_block": "PublicAccessBlockConfiguration",
            "get_bucket_logging": "BucketLoggingStatus",
            "get_bucket_replication": "ReplicationConfiguration",
            "get_bucket_encryption": "ServerSideEncryptionConfiguration",
            "get_bucket_tagging": "Tagging",
        }
        for operation, root in roots.items():
            body = self.read("log_archive", HOME, operation, Bucket=self.seed["buckets"]["org-logs"])
            self.assertRegex(body, rf"^(<\?xml[^>]*>\s*)?<{root}\b")
            self.assertNotIn("<Years>0", body)
        body = self.read(
            "sandbox", HOME, "get_bucket_ownership_controls", Bucket=self.seed["buckets"]["sandbox-us-logs"]
        )
        self.assertRegex(body, r"<OwnershipControls\b")

    def test_versioning_is_motos(self):
        for name, owner, region, status in (
            ("org-logs", "log_archive", HOME, "Enabled"),
            ("legacy-logs", "legacy", "eu-west-1", "Suspended"),
            ("sandbox-us-logs", "sandbox", HOME, None),
        ):
            answer = self.client("s3", owner, region).get_bucket_versioning(Bucket=self.seed["buckets"][name])
            self.assertEqual(answer.get("Status"), status)

    def test_public_policies_are_known(self):
        for name, owner, region, public in (
            ("legacy-doomed-logs", "legacy", "us-west-2", True),
            ("sandbox-logs", "sandbox", "eu-west-1", True),
            ("org-logs", "log_archive", HOME, False),
        ):
            answer = self.client("s3", owner, region).get_bucket_policy_status(Bucket=self.seed["buckets"][name])
            self.assertEqual(answer["PolicyStatus"]["IsPublic"], public)

    def test_absent_configurations_have_their_own_codes(self):
        s3, bucket = self.client("s3", "payments"), self.seed["buckets"]["payments-data"]
        for operation, code in (
            ("get_bucket_policy", "NoSuchBucketPolicy"),
            ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
            ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
            ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
            ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
        ):
            self.refused(code, getattr(s3, operation), 404, Bucket=bucket)
        self.assertNotIn("LoggingEnabled", s3.get_bucket_logging(Bucket=bucket))
        s3, bucket = self.client("s3", "sandbox"), self.seed["buckets"]["sandbox-us-logs"]
        self.refused("NoSuchTagSet", s3.get_bucket_tagging, 404, Bucket=bucket)
        missing = "trailproof-never-made"
        self.refused("NoSuchBucket", s3.get_bucket_versioning, 404, Bucket=missing)

    def test_a_list_of_buckets_can_be_paged(self):
        s3 = self.client("s3", "sandbox")
        self.assertNotIn("BucketRegion", s3.list_buckets()["Buckets"][0])
        pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1}))
        listed = {bucket["Name"]: bucket["BucketRegion"] for page in pages for bucket in page["Buckets"]}
        names = self.seed["buckets"]
        here, there = ("sandbox-us-logs",), ("sandbox-logs", "sandbox-access")
        regions = {**dict.fromkeys(here, HOME), **dict.fromkeys(there, "eu-west-1")}
        self.assertEqual(listed, {names[name]: region for name, region in regions.items()})
        self.assertEqual(len(s3.list_buckets(BucketRegion="eu-west-1")["Buckets"]), 2)

    def test_buckets_of_others_are_closed_and_missing_ones_missing(self):
        names = self.seed["buckets"]
        s3 = self.client("s3", "management")
        wire = Wire(s3)
        self.refused("403", s3.head_bucket, 403, Bucket=names["org-logs"])
        self.assertEqual((wire.headers["x-amz-bucket-region"], wire.body), (HOME, ""))
        self.refused("AccessDenied", s3.get_bucket_acl, 403, Bucket=names["org-logs"])
        self.refused("404", s3.head_bucket, 404, Bucket=names["analytics-logs"])
        own = self.client("s3", "log_archive")
        own.head_bucket(Bucket=names["org-logs"])
        self.refused("403", own.head_bucket, 403, Bucket=names["org-logs"], ExpectedBucketOwner=MANAGEMENT)

    def test_a_bucket_answers_in_its_own_region_only(self):
        # boto3 would follow the redirect, so the request is sent by hand.
        request = urllib.request.Request(f"{self.url}/{self.seed['buckets']['legacy-logs']}", method="HEAD")
        scope = f"Credential=testing/20260101/{HOME}/s3/aws4_request"
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0")

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.build_opener(Stay).open(request)
        self.assertEqual(caught.exception.code, 301)
        self.assertEqual(caught.exception.headers["x-amz-bucket-region"], "eu-west-1")
        caught.exception.close()

    def test_the_accounts_own_public_access_block(self):
        client = self.client("s3control", "payments")
        wire = Wire(client)
        block = client.get_public_access_block(AccountId=self.account("payments"))["PublicAccessBlockConfiguration"]
        self.assertEqual(set(block.values()), {True})
        self.assertRegex(wire.body, r"<PublicAccessBlockConfiguration\b")
        other = self.client("s3control", "legacy")
        wire = Wire(other)
        code = "NoSuchPublicAccessBlockConfiguration"
        self.refused(code, other.get_public_access_block, 404, AccountId=self.account("legacy"))
        self.assertRegex(wire.body, r"<ErrorResponse\b")

    # --- keys and principals ---

    def test_keys_have_states_and_defaults_and_owners(self):
        def describe(owner, name, region=HOME):
            return self.client("kms", owner, region).describe_key(KeyId=self.seed["keys"][name])["KeyMetadata"]

        key = describe("log_archive", "org-key")
        self.assertEqual((key["KeyState"], key["KeyUsage"], key["MultiRegion"]), ("Enabled", "ENCRYPT_DECRYPT", False))
        self.assertEqual(describe("legacy", "legacy-key", "us-west-2")["KeyState"], "PendingDeletion")
        self.assertEqual(describe("analytics", "analytics-key")["KeyState"], "Disabled")
        self.assertEqual(describe("sandbox", "sandbox-alias", "eu-west-1")["Arn"], self.seed["keys"]["sandbox-key"])
        for owner, name in (("management", "org-key"), ("sandbox", "outsider-key")):
            ask = self.client("kms", owner).describe_key
            self.refused("AccessDeniedException", ask, 400, KeyId=self.seed["keys"][name])
        self.refused("NotFoundException", self.client("kms", "sandbox").describe_key, KeyId="alias/none")

    def test_authorization_details_list_what_is_attached(self):
        client = self.client("iam", "payments")
        wire = Wire(client)
        details = client.get_account_authorization_details()
        self.assertRegex(wire.body, r"^(<\?xml[^>]*>\s*)?<GetAccountAuthorizationDetailsResponse xmlns=")
        self.assertNotIn("Document>{", wire.body)
        group = details["GroupDetailList"][0]
        self.assertEqual(group["AttachedManagedPolicies"][0]["PolicyName"], "AWSCloudTrail_FullAccess")
        user = next(user for user in details["UserDetailList"] if user["UserName"] == "bob")
        self.assertEqual((user["GroupList"], user["AttachedManagedPolicies"]), (["auditors"], []))
        policies = {policy["PolicyName"] for policy in details["Policies"]}
        self.assertEqual(policies, {"AWSCloudTrail_FullAccess", "SecurityAudit"})
        role = next(role for role in details["RoleDetailList"] if role["RoleName"] == AUDIT_ROLE)
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Effect"], "Allow")

    # --- denials, the log of calls, the seed's own list ---

    def deny(self, operation, **more):
        self.control("POST", "deny", {"operation": operation, **more})

    def test_denials_speak_each_protocol_and_can_be_cleared(self):
        account = self.account("log_archive")
        bucket = self.seed["buckets"]["org-logs"]
        role = f"arn:aws:iam::{account}:role/{AUDIT_ROLE}"
        s3, control = self.client("s3", "log_archive"), self.client("s3control", "log_archive")
        wire = Wire(control)
        cases = (
            ("cloudtrail:DescribeTrails", "AccessDeniedException", 400, self.client("cloudtrail", "log_archive"), {}),
            (
                "organizations:ListAccounts",
                "AccessDeniedException",
                400,
                self.client("organizations", "management"),
                {},
            ),
            ("kms:DescribeKey", "AccessDeniedException", 400, self.client("kms", "log_archive"), {"KeyId": "alias/x"}),
            ("account:ListRegions", "AccessDeniedException", 403, self.client("account", "log_archive"), {}),
            ("iam:GetAccountAuthorizationDetails", "AccessDenied", 403, self.client("iam", "log_archive"), {}),
            ("s3:GetBucketAcl", "AccessDenied", 403, s3, {"Bucket": bucket}),
            ("s3:ListBuckets", "AccessDenied", 403, s3, {}),
            ("s3:HeadBucket", "403", 403, s3, {"Bucket": bucket}),
            ("s3control:GetPublicAccessBlock", "AccessDenied", 403, control, {"AccountId": account}),
            (
                "sts:AssumeRole",
                "AccessDenied",
                403,
                self.cloud.client("sts"),
                {"RoleArn": role, "RoleSessionName": "test"},
            ),
        )
        for operation, code, status, client, arguments in cases:
            with self.subTest(operation):
                called = getattr(client, self.method(client, operation))
                self.deny(operation)
                self.refused(code, called, status, **arguments)
                self.control("POST", "allow")
        self.assertRegex(wire.body, r"<ErrorResponse\b")
        self.client("cloudtrail", "log_archive").describe_trails()

    @staticmethod
    def method(client, operation):
        name = operation.partition(":")[2]
        return next(method for method, wanted in client.meta.method_to_api_mapping.items() if wanted == name)

    def test_denials_can_be_of_one_account_and_region(self):
        self.deny("cloudtrail:DescribeTrails", account=self.account("payments"), region="eu-west-1", scp=True)
        self.trails("payments")
        self.trails("legacy", "eu-west-1")
        refused = self.refused(
            "AccessDeniedException", self.client("cloudtrail", "payments", "eu-west-1").describe_trails
        )
        self.assertIn("explicit deny in a service control policy", refused["Error"]["Message"])
        self.control("POST", "allow")
        self.deny("sts:AssumeRole", account=self.account("payments"))
        self.cloud.assume(self.account("legacy"), AUDIT_ROLE)
        with self.assertRaises(ClientError):
            self.cloud.assume(self.account("payments"), AUDIT_ROLE)

    def test_calls_are_logged_with_their_names(self):
        trails, buckets = self.client("cloudtrail", "payments", "eu-west-1"), self.client("s3", "log_archive")
        control, regions = self.client("s3control", "payments"), self.client("account", "payments")
        self.control("POST", "calls/reset")
        trails.describe_trails()
        buckets.head_bucket(Bucket=self.seed["buckets"]["org-logs"])
        buckets.get_bucket_versioning(Bucket=self.seed["buckets"]["org-logs"])
        buckets.list_buckets()
        control.get_public_access_block(AccountId=self.account("payments"))
        regions.list_regions()
        self.cloud.client("sts").get_caller_identity()
        payments, archive = self.account("payments"), self.account("log_archive")
        fields = ("account", "region", "service", "operation")
        self.assertEqual(
            [tuple(call[name] for name in fields) for call in self.control("GET", "calls")],
            [
                (payments, "eu-west-1", "cloudtrail", "DescribeTrails"),
                (archive, HOME, "s3", "HeadBucket"),
                (archive, HOME, "s3", "GetBucketVersioning"),
                (archive, HOME, "s3", "ListBuckets"),
                (payments, HOME, "s3control", "GetPublicAccessBlock"),
                (payments, HOME, "account", "ListRegions"),
                (MANAGEMENT, HOME, "sts", "GetCallerIdentity"),
            ],
        )

    def test_each_expectation_is_said_once(self):
        keys = [
            (entry["check"], entry["account"], entry["region"], entry["resource"]) for entry in self.seed["expected"]
        ]
        self.assertEqual(len(keys), len(set(keys)))


if __name__ == "__main__":
    unittest.main()
