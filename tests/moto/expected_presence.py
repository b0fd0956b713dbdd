"""What the organization records: the verdicts of the group presence beyond the first checks."""

from book import ACTIVE, FAIL, NOT_APPLICABLE, PASS, TRAILS, UNKNOWN

ALL_OBJECTS = (PASS, "a multi-region trail records all objects, reads and writes")
NO_OBJECTS = (FAIL, "no trail has data events of all buckets")
MISSING = (NOT_APPLICABLE, "the bucket was deleted")

S3_HALVES = {"payments": ALL_OBJECTS, "sandbox": ALL_OBJECTS}

LOG_BUCKET_EVENTS = {
    "org-logs": (PASS, "its access logs go to org-access"),
    "payments-logs": (FAIL, "its events go into itself, and it has no access logs"),
    "legacy-logs": (FAIL, "its access logs go to a bucket that is gone; its trail is stopped"),
    "legacy-doomed-logs": (FAIL, "no data events, no access logs"),
    "sandbox-logs": (PASS, "its access logs go to sandbox-access"),
    "sandbox-us-logs": (PASS, "sandbox-trail keeps its events in sandbox-logs"),
    "analytics-logs": MISSING,
}

BLIND_SPOTS = {
    "org-trail": (NOT_APPLICABLE, "management events alone"),
    "payments-trail": (PASS, "a term for all objects, without an exception"),
    "legacy-trail": (PASS, "one whole bucket, without an exception"),
    "legacy-doomed": (NOT_APPLICABLE, "management events alone"),
    "analytics-trail": (NOT_APPLICABLE, "management events alone"),
    "sandbox-trail": (PASS, "all objects, without an exception"),
    "sandbox-borrowed": (PASS, "writes to all objects, without an exception"),
    "sandbox-idle": (NOT_APPLICABLE, "management events alone"),
}

STALE = {
    "legacy-trail": (FAIL, "stopped 30 days ago"),
    "sandbox-idle": (UNKNOWN, "never started: nothing tells for how long it has been idle"),
}

TAGGED = {"org-trail": "owner=security", "payments-trail": "owner=payments"}


def presence(book):
    """All of them."""
    for name in ACTIVE:
        own = {"payments": "its own trail has all of it", "sandbox": "a classic selector has all of it"}.get(name)
        covered = "the organization trail has all of it" if book.with_org_trail else own
        verdict = (PASS, covered) if covered else (FAIL, "no trail that can deliver records it")
        for region in book.regions(name):
            book.on_region("management-events-complete-per-region", name, region, verdict)

    alone = {
        "payments": (PASS, "its multi-region trail has them"),
        "legacy": (FAIL, "its logging trail is of us-west-2, where they do not arrive"),
        "analytics": (PASS, "its multi-region trail has them; delivery is another check's"),
        "sandbox": (PASS, "its multi-region trail has them"),
    }
    lent = dict.fromkeys(ACTIVE, (PASS, "the organization trail has them"))
    alone = {name: alone.get(name, (FAIL, "no trail applies to it")) for name in ACTIVE}
    book.on_accounts("cloudtrail-global-service-events", lent if book.with_org_trail else alone)
    halves = {name: S3_HALVES.get(name, NO_OBJECTS) for name in ACTIVE}
    for half in ("write", "read"):
        book.on_accounts(f"cloudtrail-all-{half}-s3-data-event-check", halves)
    idle = dict.fromkeys(ACTIVE, (NOT_APPLICABLE, "nobody requires it"))
    for kind in ("lambda-dataevents-enabled", "dynamodb-dataevents-enabled", "network-activity-events"):
        book.on_accounts(f"cloudtrail-{kind}", idle)

    check = "cloudtrail-sensitive-bucket-dataevents"
    here = ("payments", "us-east-1")
    book.on_bucket(check, "payments-data", (PASS, "tagged confidential, all objects recorded"), here)
    here = ("analytics", "us-east-1")
    book.on_bucket(check, "analytics-data", (FAIL, "tagged confidential, no data events"), here)
    for name in ACTIVE:
        if name not in ("payments", "analytics"):
            book.on_account(check, name, (NOT_APPLICABLE, "no bucket is tagged as sensitive"))

    for name, verdict in LOG_BUCKET_EVENTS.items():
        book.on_bucket("cloudtrail-log-bucket-dataevents", name, verdict)

    for name, (owner, _, everywhere) in TRAILS.items():
        if name in book.seed.trails:
            replicated = (PASS, "shown there") if everywhere else (NOT_APPLICABLE, "a trail of one region")
            for region in book.regions(owner):
                arn = book.seed.trails[name]
                book.expect("trail-replication-consistent", owner, region, arn, replicated)
        book.on_trail("trail-selector-blind-spot", name, BLIND_SPOTS[name])
        book.on_trail("trail-stale-or-orphaned", name, STALE.get(name, (PASS, "it logs, and its owner stands")))
        tags = TAGGED.get(name)
        book.on_trail("cloudtrail-trail-tagged", name, (PASS, tags) if tags else (FAIL, "it has no tags"))
