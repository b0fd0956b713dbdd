"""Fillers for CloudTrail Lake and the event history, of which moto 5.2.5 has nothing.

moto answers each of these calls with status 500, "has not been implemented", but for the two on Insights.
"""

import json
import time
import uuid

from moto.cloudtrail.models import cloudtrail_backends

import past
from fillers import fills
from wire import arn_account, arn_region, error, json_answer

MANAGEMENT_EVENTS = [{"Name": "Default", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
FIELDS = (
    "Name",
    "AdvancedEventSelectors",
    "MultiRegionEnabled",
    "OrganizationEnabled",
    "RetentionPeriod",
    "TerminationProtectionEnabled",
    "KmsKeyId",
    "BillingMode",
)

_stores = {}
_policies = {}
_insights = {}


def _store(call, member="EventDataStore"):
    """The store that a call means, by its ARN; else an error."""
    arn = call.params.get(member, "")
    if arn_account(arn) not in ("", call.account):
        return None, error(call, "EventDataStoreARNInvalidException", "The ARN's account is wrong.")
    store = _stores.get(arn)
    if store is None or arn_region(arn) != call.region:
        return None, error(call, "EventDataStoreNotFoundException", "The event data store was not found.")
    return store, None


@fills("cloudtrail:CreateEventDataStore")
def create_event_data_store(call, _moto):
    """A store that is enabled at once, where AWS takes minutes, with AWS's defaults."""
    now = int(time.time())
    store = {
        "EventDataStoreArn": f"arn:aws:cloudtrail:{call.region}:{call.account}:eventdatastore/{uuid.uuid4()}",
        "AdvancedEventSelectors": MANAGEMENT_EVENTS,
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": True,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
        **{name: call.params[name] for name in FIELDS if name in call.params},
        "Status": "ENABLED",
        "CreatedTimestamp": now,
        "UpdatedTimestamp": now,
    }
    _stores[store["EventDataStoreArn"]] = store
    return json_answer(store)


@fills("cloudtrail:StopEventDataStoreIngestion")
def stop_ingestion(call, _moto):
    """Stops at once, where AWS passes through STOPPING_INGESTION."""
    store, refused = _store(call)
    if refused:
        return refused
    store["Status"] = "STOPPED_INGESTION"
    return json_answer({})


@fills("cloudtrail:DeleteEventDataStore")
def delete_event_data_store(call, _moto):
    """The store stays for the seven days in which it can be restored."""
    store, refused = _store(call)
    if refused:
        return refused
    if store["TerminationProtectionEnabled"]:
        return error(call, "EventDataStoreTerminationProtectedException", "Termination protection is enabled.")
    store["Status"] = "PENDING_DELETION"
    return json_answer({})


@fills("cloudtrail:ListEventDataStores")
def list_event_data_stores(call, _moto):
    """A region's stores, of which AWS shows name and ARN alone."""
    shown = [
        {name: store[name] for name in ("EventDataStoreArn", "Name")}
        for arn, store in sorted(_stores.items())
        if (arn_account(arn), arn_region(arn)) == (call.account, call.region)
    ]
    start = int(call.params.get("NextToken", 0))
    end = start + call.params.get("MaxResults", 25)
    answer = {"EventDataStores": shown[start:end]}
    if end < len(shown):
        answer["NextToken"] = str(end)
    return json_answer(answer)


@fills("cloudtrail:GetEventDataStore")
def get_event_data_store(call, _moto):
    """All of one store."""
    store, refused = _store(call)
    return refused or json_answer(store)


@fills("cloudtrail:PutResourcePolicy")
def put_resource_policy(call, _moto):
    """A store's policy, unread."""
    _, refused = _store(call, "ResourceArn")
    if refused:
        return refused
    arn, policy = call.params["ResourceArn"], call.params["ResourcePolicy"]
    _policies[arn] = policy
    return json_answer({"ResourceArn": arn, "ResourcePolicy": policy})


@fills("cloudtrail:GetResourcePolicy")
def get_resource_policy(call, _moto):
    """A store's policy; AWS has an error of its own for a store without one."""
    _, refused = _store(call, "ResourceArn")
    if refused:
        return refused
    arn = call.params["ResourceArn"]
    if arn not in _policies:
        return error(call, "ResourcePolicyNotFoundException", "The resource has no policy.")
    return json_answer({"ResourceArn": arn, "ResourcePolicy": _policies[arn]})


@fills("cloudtrail:PutInsightSelectors")
def put_insight_selectors(call, moto):
    """moto: knows trails only."""
    if "EventDataStore" not in call.params:
        return moto()
    store, refused = _store(call)
    if refused:
        return refused
    selectors = call.params["InsightSelectors"]
    _insights[store["EventDataStoreArn"]] = selectors
    return json_answer({"EventDataStoreArn": store["EventDataStoreArn"], "InsightSelectors": selectors})


@fills("cloudtrail:GetInsightSelectors")
def get_insight_selectors(call, _moto):
    """moto: leaves InsightSelectors out where none are set, and knows trails only. AWS has an error for that."""
    disabled = error(call, "InsightNotEnabledException", "Insights are not enabled.")
    if "EventDataStore" in call.params:
        store, refused = _store(call)
        if refused:
            return refused
        arn = store["EventDataStoreArn"]
        found = _insights.get(arn)
        return json_answer({"EventDataStoreArn": arn, "InsightSelectors": found}) if found else disabled
    name = call.params.get("TrailName", "")
    trails = [
        trail for backend in list(cloudtrail_backends[call.account].values()) for trail in list(backend.trails.values())
    ]
    trail = next((trail for trail in trails if name in (trail.arn, trail.trail_name)), None)
    if trail is None:
        foreign = arn_account(name) not in ("", call.account)
        code = "CloudTrailARNInvalidException" if foreign else "TrailNotFoundException"
        return error(call, code, f"Unknown trail: {name}")
    if not trail.insight_selectors:
        return disabled
    return json_answer({"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors})


@fills("cloudtrail:LookupEvents")
def lookup_events(call, _moto):
    """The event history that `past` holds; the test's own calls leave no events."""
    start, end = call.params.get("StartTime", 0), call.params.get("EndTime", time.time())
    found = [(when, name) for when, name in past.events(call.account, call.region) if start <= when <= end]
    page = found[: call.params.get("MaxResults", 50)]
    events = [
        {
            "EventId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{call.account}/{call.region}/{when}/{name}")),
            "EventName": name,
            "EventTime": when,
            "CloudTrailEvent": json.dumps({"eventName": name, "awsRegion": call.region}),
        }
        for when, name in page
    ]
    answer = {"Events": events}
    if len(page) < len(found):
        answer["NextToken"] = str(len(page))
    return json_answer(answer)
