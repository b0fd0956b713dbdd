"""Fillers for GuardDuty, Security Hub, AWS Config, IAM Access Analyzer and channels.

moto 5.2.5 has no IAM Access Analyzer at all; of the others it lacks the operations that are answered here.
"""

import json

from moto.config.models import config_backends
from moto.guardduty.models import guardduty_backends
from moto.securityhub.models import securityhub_backends
from werkzeug.wrappers import Response

from fillers import fills, management_of
from wire import error, json_answer

# What GuardDuty reads by itself, and cannot be told to leave.
FOUNDATIONAL = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")

_auto_enabled = {}
_analyzers = {}


def _answer(document):
    return Response(json.dumps(document), content_type="application/json")


@fills("guardduty:GetDetector")
def get_detector(_call, moto):
    """moto: says that CloudTrail is not read, whatever is set, and shows no feature that nobody named."""
    answer = moto()
    if answer.status_code != 200:
        return answer
    document = json.loads(answer.get_data())
    document.pop("dataSources", None)
    named = {feature["name"]: feature for feature in document.get("features", [])}
    named.update({name: {"name": name, "status": "ENABLED"} for name in FOUNDATIONAL})
    document["features"] = list(named.values())
    return _answer(document)


@fills("guardduty:ListOrganizationAdminAccounts")
def list_organization_admin_accounts(call, moto):
    """moto: answers anybody; AWS the management account alone."""
    if management_of(call.account) is not None:
        return error(call, "BadRequestException", "The request is rejected because the caller is no management account.")
    return moto()


def _administers(call):
    management = management_of(call.account)
    backends = guardduty_backends[management] if management else {}
    return call.region in backends and call.account in backends[call.region].admin_account_ids


@fills("guardduty:UpdateOrganizationConfiguration")
def update_organization_configuration(call, _moto):
    """moto: 404, the operation does not exist."""
    _auto_enabled[call.account, call.region] = call.params["autoEnableOrganizationMembers"]
    return _answer({})


@fills("guardduty:DescribeOrganizationConfiguration")
def describe_organization_configuration(call, _moto):
    """moto: 404, the operation does not exist."""
    if not _administers(call):
        return error(call, "BadRequestException", "The request is rejected because the caller is no administrator.")
    members = _auto_enabled.get((call.account, call.region), "NONE")
    return _answer({"memberAccountLimitReached": False, "autoEnableOrganizationMembers": members})


@fills("securityhub:ListFindingAggregators")
def list_finding_aggregators(call, _moto):
    """moto: 404, the operation does not exist."""
    if not securityhub_backends[call.account][call.region].enabled:
        return error(call, "InvalidAccessException", "Account is not subscribed to AWS Security Hub", 401)
    return _answer({"FindingAggregators": []})


@fills("config:DescribeDeliveryChannelStatus")
def describe_delivery_channel_status(call, _moto):
    """moto: not implemented. Every channel delivers."""
    channels = config_backends[call.account][call.region].delivery_channels
    good = {"lastStatus": "Success"}
    status = {"configHistoryDeliveryInfo": good, "configSnapshotDeliveryInfo": good, "configStreamDeliveryInfo": good}
    return json_answer({"DeliveryChannelsStatus": [{"name": name, **status} for name in channels]})


@fills("access-analyzer:CreateAnalyzer")
def create_analyzer(call, _moto):
    """moto: has no such service."""
    name = call.params["analyzerName"]
    arn = f"arn:aws:access-analyzer:{call.region}:{call.account}:analyzer/{name}"
    analyzer = {
        "arn": arn,
        "name": name,
        "type": call.params["type"],
        "createdAt": "2026-01-01T00:00:00Z",
        "status": "ACTIVE",
    }
    _analyzers.setdefault((call.account, call.region), []).append(analyzer)
    return _answer({"arn": arn})


@fills("access-analyzer:ListAnalyzers")
def list_analyzers(call, _moto):
    """moto: has no such service."""
    return _answer({"analyzers": _analyzers.get((call.account, call.region), [])})


@fills("cloudtrail:ListChannels")
def list_channels(_call, _moto):
    """moto: not implemented. No AWS service is sent events."""
    return json_answer({"Channels": []})
