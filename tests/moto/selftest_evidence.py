"""Asserts the fillers for what surrounds a trail: tags, Insights, events, stores, topics, log groups, keys, roles."""

import json
import time

from aws import HOME, MANAGEMENT
from selftest_support import SeededCase, Wire

DAY = 86_400


class EvidenceTest(SeededCase):
    """Each filler that the audit needs beyond trails and buckets."""

    def tags(self, owner, name, region=HOME):
        arn = self.seed["trails"][name]
        listed = self.client("cloudtrail", owner, region).list_tags(ResourceIdList=[arn])["ResourceTagList"]
        return {tag["Key"]: tag["Value"] for tag in listed[0]["TagsList"]}

    def test_tags_are_the_owners_to_read(self):
        self.assertEqual(self.tags("management", "org-trail"), {"owner": "security"})
        self.assertEqual(self.tags("legacy", "legacy-trail", "eu-west-1"), {})
        ask = self.client("cloudtrail", "payments").list_tags
        self.refused("CloudTrailARNInvalidException", ask, ResourceIdList=[self.seed["trails"]["org-trail"]])

    def test_insights_are_there_or_not_enabled(self):
        api = self.client("cloudtrail", "payments")
        trail, store = self.seed["trails"]["payments-trail"], self.seed["stores"]["payments-lake"]
        found = api.get_insight_selectors(TrailName=trail)["InsightSelectors"]
        self.assertEqual([entry["InsightType"] for entry in found], ["ApiCallRateInsight", "ApiErrorRateInsight"])
        found = api.get_insight_selectors(EventDataStore=store)["InsightSelectors"]
        self.assertEqual([entry["InsightType"] for entry in found], ["ApiCallRateInsight"])
        management = self.client("cloudtrail", "management")
        for arguments in (
            {"TrailName": self.seed["trails"]["org-trail"]},
            {"EventDataStore": self.seed["stores"]["org-lake"]},
        ):
            self.refused("InsightNotEnabledException", management.get_insight_selectors, 400, **arguments)
        shown = {trail["Name"]: trail["HasInsightSelectors"] for trail in api.describe_trails()["trailList"]}
        self.assertEqual(shown, {"payments-trail": True, "org-trail": False})

    def test_events_lie_in_the_past(self):
        def newest(owner, region, **arguments):
            found = self.client("cloudtrail", owner, region).lookup_events(**arguments)
            return [event["EventName"] for event in found["Events"]]

        before = time.time() - 3_600
        self.assertEqual(newest("security", HOME, EndTime=before), ["ConsoleLogin"])
        self.assertEqual(newest("payments", "eu-west-1", MaxResults=1), ["RunInstances"])
        self.assertEqual(newest("security", HOME, EndTime=before - 5 * 3_600), [])
        self.assertEqual(newest("security", "eu-west-2"), [])

    def test_deliveries_differ_by_region_and_fail_for_what_is_gone(self):
        def status(owner, name, region):
            return self.client("cloudtrail", owner, region).get_trail_status(Name=self.seed["trails"][name])

        def age(answer, name):
            return time.time() - answer[name].timestamp()

        fresh = status("payments", "payments-trail", HOME)
        self.assertLess(age(fresh, "LatestDeliveryTime"), 600)
        self.assertLess(age(fresh, "LatestNotificationTime"), 600)
        self.assertGreater(age(fresh, "StartLoggingTime"), 30 * DAY)
        for region, name, silent in (
            ("eu-central-1", "payments-trail", True),
            ("eu-central-1", "org-trail", True),
            ("eu-west-1", "payments-trail", True),
            ("eu-west-1", "org-trail", False),
        ):
            answer = status("payments", name, region)
            self.assertEqual(age(answer, "LatestDeliveryTime") > DAY, silent, (region, name))
            self.assertEqual(age(answer, "LatestDigestDeliveryTime") > DAY, silent, (region, name))
        self.assertNotIn("LatestDeliveryTime", status("payments", "org-trail", "ap-northeast-3"))
        self.assertLess(age(status("legacy", "org-trail", "eu-central-1"), "LatestDeliveryTime"), 600)
        gone = status("analytics", "analytics-trail", "eu-west-1")
        self.assertEqual(gone["LatestDigestDeliveryError"], "NoSuchBucket")
        self.assertIn("LatestCloudWatchLogsDeliveryError", gone)
        self.assertEqual(status("sandbox", "sandbox-trail", "eu-west-1")["LatestNotificationError"], "NotFound")
        self.assertGreater(age(status("legacy", "legacy-trail", "eu-west-1"), "StopLoggingTime"), 7 * DAY)

    def test_stores_are_listed_by_region_and_described_whole(self):
        stores = self.seed["stores"]

        def listed(owner, region=HOME):
            found = self.client("cloudtrail", owner, region).list_event_data_stores(MaxResults=1000)
            return [store["EventDataStoreArn"] for store in found["EventDataStores"]]

        self.assertEqual(listed("payments"), [stores["payments-lake"]])
        self.assertEqual((listed("legacy"), listed("security")), ([], []))
        self.assertEqual(listed("legacy", "eu-west-1"), [stores["legacy-lake"]])
        lake = self.client("cloudtrail", "management").get_event_data_store(EventDataStore=stores["org-lake"])
        self.assertEqual((lake["Status"], lake["RetentionPeriod"]), ("ENABLED", 400))
        self.assertEqual(lake["KmsKeyId"], self.seed["keys"]["lake-key"])
        self.assertTrue(lake["MultiRegionEnabled"] and lake["OrganizationEnabled"])
        doomed = self.client("cloudtrail", "analytics").get_event_data_store(EventDataStore=stores["analytics-lake"])
        self.assertEqual(doomed["Status"], "PENDING_DELETION")
        stopped = self.client("cloudtrail", "legacy", "eu-west-1")
        self.assertEqual(
            stopped.get_event_data_store(EventDataStore=stores["legacy-lake"])["Status"], "STOPPED_INGESTION"
        )
        policy = stopped.get_resource_policy(ResourceArn=stores["legacy-lake"])["ResourcePolicy"]
        self.assertIn(self.seed["outsider"], policy)
        ask = self.client("cloudtrail", "management").get_resource_policy
        self.refused("ResourcePolicyNotFoundException", ask, ResourceArn=stores["org-lake"])
        elsewhere = self.client("cloudtrail", "legacy").get_event_data_store
        self.refused("EventDataStoreNotFoundException", elsewhere, EventDataStore=stores["legacy-lake"])

    def test_topics_are_there_gone_or_anothers(self):
        def arn(owner, name, region=HOME):
            return f"arn:aws:sns:{region}:{self.account(owner)}:{name}"

        topic = arn("payments", "payments-trail")
        shown = self.client("sns", "payments").get_topic_attributes(TopicArn=topic)["Attributes"]
        self.assertEqual(shown["SubscriptionsConfirmed"], "0")
        gone = self.client("sns", "sandbox", "eu-west-1").get_topic_attributes
        self.refused("NotFound", gone, 404, TopicArn=arn("sandbox", "sandbox-trail", "eu-west-1"))
        self.refused("AuthorizationError", self.client("sns", "legacy").get_topic_attributes, 403, TopicArn=topic)

    def test_log_groups_are_found_by_the_beginning_of_their_names(self):
        def groups(owner):
            client = self.client("logs", owner)
            wire = Wire(client)
            found = client.describe_log_groups(logGroupNamePrefix="trail")["logGroups"]
            self.assertNotIn("null", wire.body)
            return [(group["logGroupName"], group["logGroupClass"], group.get("kmsKeyId")) for group in found]

        self.assertEqual(groups("management"), [("trail", "STANDARD", self.seed["keys"]["logs-key"])])
        self.assertEqual(groups("payments"), [("trail", "STANDARD", None)])
        self.assertEqual(groups("analytics"), [])

    def test_keys_have_a_rotation_and_a_policy(self):
        def rotation(owner, name, region=HOME):
            answer = self.client("kms", owner, region).get_key_rotation_status(KeyId=self.seed["keys"][name])
            return answer["KeyRotationEnabled"], answer.get("RotationPeriodInDays")

        self.assertEqual(rotation("log_archive", "org-key"), (True, 365))
        self.assertEqual(rotation("payments", "payments-key"), (True, 730))
        self.assertEqual(rotation("sandbox", "sandbox-key", "eu-west-1"), (False, None))
        key = self.seed["keys"]["org-key"]
        own = self.client("kms", "log_archive").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        self.assertIn(self.seed["trails"]["org-trail"], own)
        foreign = self.client("kms", "management")
        self.refused("AccessDeniedException", foreign.get_key_policy, 400, KeyId=key, PolicyName="default")
        self.refused("AccessDeniedException", foreign.get_key_rotation_status, 400, KeyId=key)

    def test_bucket_defaults_and_copies(self):
        def ask(owner, operation, name, region=HOME):
            return getattr(self.client("s3", owner, region), operation)(Bucket=self.seed["buckets"][name])

        def algorithm(owner, name, region=HOME):
            answer = ask(owner, "get_bucket_encryption", name, region)["ServerSideEncryptionConfiguration"]
            return answer["Rules"][0]["ApplyServerSideEncryptionByDefault"]

        key = self.seed["keys"]["payments-key"]
        self.assertEqual(algorithm("payments", "payments-logs"), {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key})
        self.assertEqual(algorithm("sandbox", "sandbox-us-logs"), {"SSEAlgorithm": "AES256"})
        copied = ask("payments", "get_bucket_replication", "payments-logs")["ReplicationConfiguration"]["Rules"][0]
        self.assertEqual(copied["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"], "Enabled")
        self.assertEqual(copied["Destination"]["Account"], self.account("log_archive"))
        target = ask("log_archive", "get_bucket_logging", "org-logs")["LoggingEnabled"]["TargetBucket"]
        self.assertEqual(target, self.seed["buckets"]["org-access"])
        policy = json.loads(ask("log_archive", "get_bucket_policy", "org-logs")["Policy"])
        self.assertEqual([statement["Effect"] for statement in policy["Statement"]], ["Allow"] * 2 + ["Deny"] * 2)

    def test_the_organizations_policies_are_told(self):
        organizations = self.client("organizations", "management")
        for kind, full in (
            ("SERVICE_CONTROL_POLICY", "p-FullAWSAccess"),
            ("RESOURCE_CONTROL_POLICY", "p-RCPFullAWSAccess"),
        ):
            listed = organizations.list_policies(Filter=kind)["Policies"]
            self.assertEqual([(policy["Id"], policy["AwsManaged"]) for policy in listed], [(full, True)])
            content = json.loads(organizations.describe_policy(PolicyId=full)["Policy"]["Content"])
            self.assertIn('"Effect": "Allow"', json.dumps(content))
        targets = organizations.list_targets_for_policy(PolicyId="p-FullAWSAccess")["Targets"]
        self.assertIn(self.account("payments"), [target["TargetId"] for target in targets])
        delegate, member = self.client("organizations", "security"), self.client("organizations", "payments")
        self.assertEqual(len(delegate.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]), 1)
        self.refused("AccessDeniedException", member.list_policies, 400, Filter="SERVICE_CONTROL_POLICY")
        self.refused("ResourcePolicyNotFoundException", organizations.describe_resource_policy, 400)
        self.refused("AccessDeniedException", member.describe_resource_policy, 400)

    def test_the_organization_trusts_cloudtrail(self):
        organizations = self.client("organizations", "management")
        trusted = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        self.assertEqual([entry["ServicePrincipal"] for entry in trusted], ["cloudtrail.amazonaws.com"])
        delegate = self.client("organizations", "security")
        self.assertEqual(len(delegate.list_aws_service_access_for_organization()["EnabledServicePrincipals"]), 1)
        tagged = delegate.list_tags_for_resource(ResourceId=self.account("payments"))["Tags"]
        self.assertEqual(tagged, [{"Key": "environment", "Value": "production"}])
        member = self.client("organizations", "payments")
        self.refused("AccessDeniedException", member.list_aws_service_access_for_organization, 400)
        role = self.client("iam", "management").get_role(RoleName="AWSServiceRoleForCloudTrail")["Role"]
        path = "aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail"
        self.assertEqual(role["Arn"], f"arn:aws:iam::{MANAGEMENT}:role/{path}")
        ask = self.client("iam", "payments").get_role
        self.refused("NoSuchEntity", ask, 404, RoleName="AWSServiceRoleForCloudTrail")

    def test_detection_services_answer_as_aws_does(self):
        region = "eu-west-1"
        ids = self.client("guardduty", "payments", region).list_detectors()["DetectorIds"]
        detector = self.client("guardduty", "payments", region).get_detector(DetectorId=ids[0])
        self.assertEqual(detector["Status"], "DISABLED")
        features = {feature["Name"]: feature["Status"] for feature in detector["Features"]}
        self.assertEqual((features["CLOUD_TRAIL"], features["S3_DATA_EVENTS"]), ("ENABLED", "ENABLED"))
        admins = self.client("guardduty", "management").list_organization_admin_accounts()["AdminAccounts"]
        self.assertEqual([admin["AdminAccountId"] for admin in admins], [self.account("security")])
        self.refused("BadRequestException", self.client("guardduty", "payments").list_organization_admin_accounts)
        api = self.client("guardduty", "security")
        told = api.describe_organization_configuration(DetectorId=api.list_detectors()["DetectorIds"][0])
        self.assertEqual(told["AutoEnableOrganizationMembers"], "ALL")
        self.assertIn("hub/default", self.client("securityhub", "payments").describe_hub()["HubArn"])
        self.assertEqual(self.client("securityhub", "payments").list_finding_aggregators()["FindingAggregators"], [])
        self.refused("InvalidAccessException", self.client("securityhub", "legacy").describe_hub)
        channels = self.client("config", "payments").describe_delivery_channel_status()["DeliveryChannelsStatus"]
        self.assertEqual(channels[0]["configStreamDeliveryInfo"]["lastStatus"], "Success")
        analyzers = self.client("accessanalyzer", "security").list_analyzers()["analyzers"]
        self.assertEqual([analyzer["type"] for analyzer in analyzers], ["ORGANIZATION"])
        self.assertEqual(self.client("cloudtrail", "payments").list_channels()["Channels"], [])
        bucket = self.seed["buckets"]["legacy-logs"]
        told = self.client("s3", "legacy", region).get_bucket_notification_configuration(Bucket=bucket)
        self.assertEqual(told["QueueConfigurations"][0]["Events"], ["s3:ObjectCreated:*"])
