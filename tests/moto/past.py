"""What happened before the test began: no call of AWS can write it, and the checks ask for it.

`POST /__trailproof/past` tells the server one thing of it, `hours` ago:

- `{"event": "ConsoleLogin", "account": ..., "region": ..., "hours": 3}`  an event in the event history
- `{"silent": TRAIL_ARN, "account": ..., "region": ..., "hours": 50}`  the last log file and digest that the trail
  delivered for the account's region, without an error since; `"hours": null` for none ever
"""

import time

HOUR = 3_600
# Trails began to log when the test began; checks treat what began today apart, so all of it is made older.
STARTED_AGO_SECONDS = 300 * 86_400
STOPPED_AGO_SECONDS = 30 * 86_400

_events = {}
_silent = {}


def tell(document):
    """Takes what the seed says."""
    place = document["account"], document["region"]
    hours = document["hours"]
    when = None if hours is None else int(time.time()) - int(hours * HOUR)
    if "event" in document:
        _events.setdefault(place, []).append((when, document["event"]))
    else:
        _silent[(document["silent"], *place)] = when


def events(account, region):
    """The event history of a region, newest first, as `(time, name)`."""
    return sorted(_events.get((account, region), []), reverse=True)


def last_delivery(arn, account, region, otherwise):
    """When a trail last delivered for a region: `otherwise`, unless it has fallen silent there."""
    return _silent.get((arn, account, region), otherwise)
