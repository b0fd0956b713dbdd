"""The routes that stand in front of moto for calls which it lacks or falsifies.

Each filler says what moto 5.2.5 does instead. A filler takes the call and a function that asks moto, and gives the
answer. Wherever moto keeps the state, the filler answers from it.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import SERVICE_NAME_CONVERSION, AWSManagedPolicy, IAMBackend, iam_backends
from moto.organizations.models import FakeDelegatedAdministrator, organizations_backends
from werkzeug.wrappers import Response

from regions import DEFAULT_REGIONS, OPT_IN_REGIONS
from wire import access_denied, arn_account, arn_region, error, json_answer

PARTITION = "aws"
CLOUDTRAIL = "cloudtrail.amazonaws.com"

REGIONAL_SERVICES = {"cloudtrail", "kms", "logs", "sns", "sts"}

# AWS managed policies that exist in every account. moto knows none unless told to load all 1,582, which costs each
# account's first call a second and puts every one of them into GetAccountAuthorizationDetails.
MANAGED_POLICIES = ("AWSCloudTrail_FullAccess", "AdministratorAccess", "ReadOnlyAccess", "SecurityAudit")
IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"

JOINED_AGO_SECONDS = 400 * 86_400

FILLERS = {}
_enabled_regions = {}
_rotation_periods = {}


def fills(*names):
    """Registers a filler for `service:Operation`."""

    def register(function):
        for name in names:
            FILLERS[name] = function
        return function

    return register


def prepare_moto():
    """Corrects three of moto's own tables before its first request."""
    documents = json.loads(aws_managed_policies_data)
    wanted = {name: documents[name] for name in MANAGED_POLICIES}

    def chosen_policies(backend):
        account, region = backend.account_id, backend.region_name
        return [AWSManagedPolicy.from_data(name, account, region, data) for name, data in wanted.items()]

    IAMBackend._init_aws_policies = chosen_policies
    # moto refuses CloudTrail, on registering as on listing, with "unrecognized service principal".
    FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(CLOUDTRAIL)
    # moto calls the service-linked role AWSServiceRoleForcloudtrail.
    SERVICE_NAME_CONVERSION["cloudtrail"] = "CloudTrail"


def management_of(account):
    """The management account of a member's organization; none for other accounts."""
    return organizations_backends.master_accounts.get(account, (None, None))[0]


def is_delegated_administrator(account):
    """Whether CloudTrail is delegated to the account."""
    management = management_of(account)
    if management is None:
        return False
    admins = organizations_backends[management][PARTITION].admins
    return any(admin.account.id == account and CLOUDTRAIL in admin.services for admin in admins)


def as_account(call, account):
    """Has moto answer as if another account had called; a header of moto's own, stronger than the access key."""
    call.environ["HTTP_X_MOTO_ACCOUNT_ID"] = account


def region_statuses(account):
    """The opt-in status of every region for one account."""
    enabled = _enabled_regions.get(account, set())
    statuses = {region: "ENABLED_BY_DEFAULT" for region in DEFAULT_REGIONS}
    statuses.update({region: "ENABLED" if region in enabled else "DISABLED" for region in OPT_IN_REGIONS})
    return dict(sorted(statuses.items()))


def refuse_disabled_region(call):
    """moto answers in every region; AWS does not know the credentials in one that the account has not enabled."""
    if call.service not in REGIONAL_SERVICES or region_statuses(call.account).get(call.region) != "DISABLED":
        return None
    if call.service == "sts":
        return error(call, "InvalidClientTokenId", "The security token included in the request is invalid", 403)
    return error(call, "UnrecognizedClientException", "The security token included in the request is invalid.")


@fills("account:ListRegions")
def list_regions(call, _moto):
    """moto: 404, the operation does not exist."""
    account = call.params.get("AccountId", call.account)
    if account != call.account and management_of(account) != call.account:
        return access_denied(call)
    wanted = call.params.get("RegionOptStatusContains")
    regions = [
        {"RegionName": name, "RegionOptStatus": status}
        for name, status in region_statuses(account).items()
        if not wanted or status in wanted
    ]
    start = int(call.params.get("NextToken", 0))
    end = start + int(call.params.get("MaxResults", 20))
    answer = {"Regions": regions[start:end]}
    if end < len(regions):
        answer["NextToken"] = str(end)
    return Response(json.dumps(answer), content_type="application/json")


@fills("account:EnableRegion")
def enable_region(call, _moto):
    """moto: 404, the operation does not exist. Enables at once, where AWS takes minutes."""
    _enabled_regions.setdefault(call.account, set()).add(call.params["RegionName"])
    return Response(b"", content_type="application/json")


@fills("sts:AssumeRole")
def assume_role(call, moto):
    """moto: lends any role of any account, existing or not, of a closed account too."""
    role_arn = call.params.get("RoleArn", "")
    account = arn_account(role_arn)
    roles = iam_backends[account][PARTITION].roles.values() if account in iam_backends else []
    closed = any(
        member.id == account and member.status != "ACTIVE"
        for member in organizations_backends[DEFAULT_ACCOUNT_ID][PARTITION].accounts
    )
    if closed or all(role.arn != role_arn for role in roles):
        return access_denied(call)
    return moto()


@fills(
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListTagsForResource",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
)
def read_organization(call, moto):
    """moto: gives a member an empty organization, or knows no account of it. AWS lets only the management account and
    delegates read it.

    moto's accounts joined when the test began; checks treat accounts that joined today apart, so they are made older.
    """
    management = management_of(call.account)
    if management is not None:
        if not is_delegated_administrator(call.account):
            return access_denied(call)
        as_account(call, management)
    answer = moto()
    if answer.status_code != 200:
        return answer
    document = json.loads(answer.get_data())
    for account in document.get("Accounts", []):
        account["JoinedTimestamp"] -= JOINED_AGO_SECONDS
    return json_answer(document)


@fills("organizations:DescribeResourcePolicy")
def describe_resource_policy(call, _moto):
    """moto: has no such operation. Nobody gave the organization a policy of its own."""
    if management_of(call.account) is not None and not is_delegated_administrator(call.account):
        return access_denied(call)
    return error(call, "ResourcePolicyNotFoundException", "We couldn't find a resource policy.")


def _refuse_foreign_key(call):
    """What AWS says of a key of another account or region."""
    key_id = call.params.get("KeyId", "")
    if arn_account(key_id) not in ("", call.account):
        return access_denied(call)
    if arn_region(key_id) not in ("", call.region):
        return error(call, "NotFoundException", f"Invalid arn {arn_region(key_id)}")
    return None


@fills("kms:DescribeKey")
def describe_key(call, moto):
    """moto: NotFoundException for another account's key, since it looks in the caller's; it has no cross-account
    grants, so AWS's answer would be a denial. It also leaves null what CreateKey was not told, where AWS has a default.
    """
    refused = _refuse_foreign_key(call)
    if refused:
        return refused
    answer = moto()
    if answer.status_code != 200:
        return answer
    document = json.loads(answer.get_data())
    metadata = document["KeyMetadata"]
    metadata["KeyUsage"] = metadata["KeyUsage"] or "ENCRYPT_DECRYPT"
    metadata["MultiRegion"] = bool(metadata["MultiRegion"])
    return json_answer(document)


@fills("kms:EnableKeyRotation")
def enable_key_rotation(call, moto):
    """moto: forgets the period."""
    key_id = call.params["KeyId"].rpartition("/")[2]
    _rotation_periods[call.account, call.region, key_id] = call.params.get("RotationPeriodInDays", 365)
    return moto()


@fills("kms:GetKeyRotationStatus")
def get_key_rotation_status(call, moto):
    """moto: gives neither the key's id nor the period, and does not find another account's key."""
    refused = _refuse_foreign_key(call)
    if refused:
        return refused
    answer = moto()
    if answer.status_code != 200:
        return answer
    document = json.loads(answer.get_data())
    document["KeyId"] = key_id = call.params["KeyId"].rpartition("/")[2]
    if document["KeyRotationEnabled"]:
        document["RotationPeriodInDays"] = _rotation_periods[call.account, call.region, key_id]
    return json_answer(document)


@fills("kms:GetKeyPolicy")
def get_key_policy(call, moto):
    """moto: does not find another account's key."""
    return _refuse_foreign_key(call) or moto()


@fills("sns:GetTopicAttributes")
def get_topic_attributes(call, moto):
    """moto: shows every account's topics to everyone, in every region."""
    topic = call.params.get("TopicArn", "")
    if arn_region(topic) != call.region:
        return error(call, "InvalidParameter", "Invalid parameter: TopicArn")
    if arn_account(topic) != call.account:
        action = f"SNS:GetTopicAttributes on resource: {topic}"
        return error(call, "AuthorizationError", f"User: {call.account} is not authorized to perform: {action}", 403)
    return moto()


@fills("logs:DescribeLogGroups")
def describe_log_groups(_call, moto):
    """moto: gives no class to a log group, and null for a token that is not there."""
    answer = moto()
    if answer.status_code != 200:
        return answer
    document = json.loads(answer.get_data())
    for group in document["logGroups"]:
        group.setdefault("logGroupClass", "STANDARD")
    return json_answer({name: value for name, value in document.items() if value is not None})


@fills("iam:GetAccountAuthorizationDetails")
def account_authorization_details(_call, moto):
    """moto: leaves some policy documents as plain JSON, where AWS percent-encodes them all; lists AWS managed policies
    that nobody uses, where AWS lists those attached; leaves out PolicyName in that list.
    """
    answer = moto()
    if answer.status_code != 200:
        return answer
    ElementTree.register_namespace("", IAM_NAMESPACE)
    root = ElementTree.fromstring(answer.get_data())
    tag = f"{{{IAM_NAMESPACE}}}"
    for name in ("AssumeRolePolicyDocument", "PolicyDocument", "Document"):
        for element in root.iter(tag + name):
            if re.match(r"\s*\{", element.text or ""):
                element.text = quote(element.text, safe="")
    for policies in root.iter(tag + "Policies"):
        for policy in list(policies):
            arn = policy.findtext(tag + "Arn")
            if arn_account(arn) == "aws" and policy.findtext(tag + "AttachmentCount") == "0":
                policies.remove(policy)
            elif policy.find(tag + "PolicyName") is None:
                ElementTree.SubElement(policy, tag + "PolicyName").text = arn.rpartition("/")[2]
    return Response(ElementTree.tostring(root, encoding="utf-8"), content_type="text/xml")
