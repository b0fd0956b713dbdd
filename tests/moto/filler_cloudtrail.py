"""Fillers for CloudTrail: organization trails as members see them, selectors, tags, and delivery."""

import json
import time

from moto.cloudtrail.models import cloudtrail_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from werkzeug.wrappers import Response

import past
from fillers import as_account, fills, is_delegated_administrator, management_of
from past import STARTED_AGO_SECONDS, STOPPED_AGO_SECONDS
from wire import arn_account, error, json_answer

DEFAULT_SELECTOR = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


def _trails(account):
    """Every trail that the account owns."""
    return [trail for backend in list(cloudtrail_backends[account].values()) for trail in list(backend.trails.values())]


def _shows_in(trail, region):
    return trail.is_multi_region or trail.region_name == region


def _organization_trails(account, region):
    """The organization trails that a member sees in a region."""
    management = management_of(account)
    if management is None:
        return []
    return [trail for trail in _trails(management) if trail.is_org_trail and _shows_in(trail, region)]


def _not_found(call, name):
    return error(call, "TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account}")


def _foreign(call):
    return error(call, "CloudTrailARNInvalidException", "AccountID in ARN is wrong")


def _description(trail):
    """moto's description, with the two flags that it reports as false always, and without its nulls."""
    described = trail.description(include_region=True)
    described["HasCustomEventSelectors"] = bool(trail.event_selectors or trail.advanced_event_selectors)
    described["HasInsightSelectors"] = bool(trail.insight_selectors)
    return {name: value for name, value in described.items() if value is not None}


@fills("cloudtrail:DescribeTrails")
def describe_trails(call, _moto):
    """moto: shows no organization trail in members, ignores trailNameList, and says HasCustomEventSelectors=false and
    HasInsightSelectors=false always.
    """
    shadows = call.params.get("includeShadowTrails", True)
    shown = [
        trail
        for trail in _trails(call.account)
        if trail.region_name == call.region or (shadows and trail.is_multi_region)
    ]
    if shadows:
        shown += _organization_trails(call.account, call.region)
    names = call.params.get("trailNameList")
    if names:
        shown = [trail for trail in shown if trail.arn in names or trail.trail_name in names]
    return json_answer({"trailList": [_description(trail) for trail in shown]})


def _visible(call, name):
    """The trail that a call means: a name in its home region, an ARN wherever the trail shows. Else an error."""
    if not name.startswith("arn:"):
        own = [trail for trail in _trails(call.account) if trail.trail_name == name]
        trail = next((trail for trail in own if trail.region_name == call.region), None)
        return trail or _not_found(call, name)
    own = [trail for trail in _trails(call.account) if _shows_in(trail, call.region)]
    candidates = own + _organization_trails(call.account, call.region)
    trail = next((trail for trail in candidates if trail.arn == name), None)
    if trail is None:
        return _not_found(call, name) if arn_account(name) == call.account else _foreign(call)
    return trail


@fills("cloudtrail:GetTrailStatus")
def get_trail_status(call, moto):
    """moto: knows no organization trail in members, takes a bare name in a region where only the shadow is, has no
    times of delivery to CloudWatch Logs, of digests or of notifications, and goes on delivering to a bucket, log group
    or topic that is gone.
    """
    trail = _visible(call, call.params.get("Name", ""))
    if isinstance(trail, Response):
        return trail
    as_account(call, trail.account_id)
    answer = moto()
    if answer.status_code != 200:
        return answer
    status = json.loads(answer.get_data())
    for name, ago in (("StartLoggingTime", STARTED_AGO_SECONDS), ("StopLoggingTime", STOPPED_AGO_SECONDS)):
        if name in status:
            status[name] -= ago
    status.update(_deliveries(call, trail, status))
    return json_answer({name: value for name, value in status.items() if value is not None})


def _deliveries(call, trail, status):
    """Times and errors of what the trail delivers; the time of a stopped trail's log files is moto's."""
    found = {}
    now = int(time.time()) if status["IsLogging"] else None
    last = past.last_delivery(trail.arn, call.account, call.region, now)
    if now:
        found["LatestDeliveryTime"] = last
    if trail.log_validation:
        found["LatestDigestDeliveryTime"] = last
    if trail.bucket_name not in s3_backends.bucket_accounts:
        found["LatestDeliveryTime"] = found["LatestDigestDeliveryTime"] = None
        found["LatestDeliveryError"] = "NoSuchBucket"
        if trail.log_validation:
            found["LatestDigestDeliveryError"] = "NoSuchBucket"
    if trail.cw_log_group_arn and _log_group_exists(trail):
        found["LatestCloudWatchLogsDeliveryTime"] = now
    elif trail.cw_log_group_arn:
        found["LatestCloudWatchLogsDeliveryError"] = "ResourceNotFoundException"
    if trail.topic_arn and trail.topic_arn in sns_backends[trail.account_id][trail.region_name].topics:
        found["LatestNotificationTime"] = now
    elif trail.topic_arn:
        found["LatestNotificationError"] = "NotFound"
    return found


def _log_group_exists(trail):
    name = trail.cw_log_group_arn.split(":")[6]
    return name in logs_backends[arn_account(trail.cw_log_group_arn)][trail.region_name].groups


@fills("cloudtrail:ListTags")
def list_tags(call, moto):
    """moto: gives any account an empty list for any trail."""
    for arn in call.params.get("ResourceIdList", []):
        if arn_account(arn) != call.account:
            return _foreign(call)
        if all(trail.arn != arn for trail in _trails(call.account)):
            return error(call, "ResourceNotFoundException", f"The specified resource {arn} was not found.")
    return moto()


@fills("cloudtrail:GetEventSelectors")
def get_event_selectors(call, _moto):
    """moto: has no default selector, shows advanced selectors beside the classic ones that replaced them, and knows
    another account's trail as little as a missing one. AWS lets the delegated administrator ask, by ARN.
    """
    name = call.params.get("TrailName", "")
    foreign = name.startswith("arn:") and arn_account(name) != call.account
    if foreign and not is_delegated_administrator(call.account):
        return _foreign(call)
    trail = _visible(call, name)
    if isinstance(trail, Response):
        return trail
    if trail.event_selectors:
        return json_answer({"TrailARN": trail.arn, "EventSelectors": trail.event_selectors})
    if trail.advanced_event_selectors:
        return json_answer({"TrailARN": trail.arn, "AdvancedEventSelectors": trail.advanced_event_selectors})
    return json_answer({"TrailARN": trail.arn, "EventSelectors": [DEFAULT_SELECTOR]})
