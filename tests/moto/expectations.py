"""The verdicts that an audit of the seeded organization must reach, one by one.

The rules are those of the catalogue of checks; nothing here is computed from what the program says.
"""

from book import ACTIVE, FAIL, GLOBAL, NOT_APPLICABLE, PASS, UNKNOWN, Book
from expected_cost import cost
from expected_delivery import delivery
from expected_detection import detection
from expected_lake import lake
from expected_monitoring import monitoring
from expected_organization import organization
from expected_presence import presence
from expected_privilege import privilege
from expected_protection import protection

TRAIL_SCOPED = (
    "cloud-trail-log-file-validation-enabled",
    "cloud-trail-encryption-enabled",
    "cloud-trail-cloud-watch-logs-enabled",
    "trail-is-logging",
)

# Account-scoped checks where no organization trail lends a hand: verdict and reason by account.
ALONE = {
    "cloudtrail-enabled": {
        "payments": (PASS, "its own trail logs"),
        "legacy": (PASS, "legacy-doomed logs, in one region"),
        "analytics": (PASS, "its own trail logs, though to a bucket that is gone"),
        "sandbox": (PASS, "its own trail logs"),
    },
    "multi-region-cloudtrail-enabled": {
        "payments": (PASS, "multi-region, logging, all management events"),
        "legacy": (FAIL, "its logging trail is of one region"),
        "analytics": (PASS, "multi-region, logging, default selector"),
        "sandbox": (PASS, "multi-region, logging, one classic selector with everything"),
    },
    "cloudtrail-security-trail-enabled": {
        "payments": (PASS, "one trail has all of it"),
        "legacy": (FAIL, "no multi-region trail"),
        "analytics": (PASS, "one trail has all the settings; delivery is not this rule's"),
        "sandbox": (FAIL, "its multi-region trail does not validate log files"),
    },
}

TRAILS = {
    # name: (validation, encryption, logging, log group)
    "org-trail": (PASS, PASS, PASS, PASS),
    "payments-trail": (PASS, PASS, PASS, PASS),
    "legacy-trail": (FAIL, FAIL, FAIL, NOT_APPLICABLE),
    "legacy-doomed": (FAIL, PASS, PASS, NOT_APPLICABLE),
    "analytics-trail": (PASS, PASS, PASS, NOT_APPLICABLE),
    "sandbox-trail": (FAIL, PASS, PASS, FAIL),
    # Whether its key works is unknown, so is whether the trail is one that has to reach a log group.
    "sandbox-borrowed": (FAIL, PASS, PASS, UNKNOWN),
    "sandbox-idle": (PASS, FAIL, FAIL, NOT_APPLICABLE),
}
TRAIL_REASONS = {
    PASS: "set on the trail, or seen in its status",
    FAIL: "not set on the trail, or stopped, or never started",
    NOT_APPLICABLE: "the trail covers nothing: stopped, never started, or unable to deliver",
    UNKNOWN: "the key's account denies, so whether the trail can deliver is not known",
}

BUCKET_SCOPED = (
    "trail-bucket-exists",
    "cloudtrail-s3-bucket-public-access-prohibited",
    "s3-bucket-versioning-enabled",
    "s3-bucket-default-lock-enabled",
    "s3-lifecycle-policy-check",
)
BUCKETS = {
    # name: (exists, not public, versioning, lock, lifecycle)
    "org-logs": (PASS, PASS, PASS, PASS, PASS),
    "payments-logs": (PASS, PASS, PASS, PASS, PASS),
    "legacy-logs": (PASS, FAIL, FAIL, FAIL, FAIL),
    "legacy-doomed-logs": (PASS, FAIL, FAIL, FAIL, FAIL),
    "sandbox-logs": (PASS, PASS, PASS, FAIL, FAIL),
    "sandbox-us-logs": (PASS, PASS, FAIL, FAIL, PASS),
    "analytics-logs": (FAIL, *[NOT_APPLICABLE] * 4),
}
BUCKET_REASONS = {
    "org-logs": "versioned, locked, with a lifecycle and a public access block",
    "payments-logs": "versioned, lock without a default retention; a public ACL that the account's block ignores",
    "legacy-logs": "versioning suspended, no lock, no lifecycle, ACL grants READ to all users",
    "legacy-doomed-logs": "no versioning, no lock, a lifecycle for other keys, policy allows everyone to read",
    "sandbox-logs": "public policy that the bucket's block restricts; versioned, no lock, its lifecycle is disabled",
    "sandbox-us-logs": "ACL grants that BucketOwnerEnforced disables; no versioning, no lock, a lifecycle of 90 days",
    "analytics-logs": "deleted after the trail was made",
}

KEYS = {
    # name: (owner, region, verdict, reason)
    "org-key": ("log_archive", "us-east-1", PASS, "enabled, in the bucket's region"),
    "payments-key": ("payments", "us-east-1", PASS, "enabled, in the bucket's region"),
    "lake-key": ("management", "us-east-1", PASS, "enabled, of an event data store"),
    "legacy-key": ("legacy", "us-west-2", FAIL, "pending deletion"),
    "analytics-key": ("analytics", "us-east-1", FAIL, "disabled"),
    "sandbox-alias": ("sandbox", "eu-west-1", PASS, "the alias leads to an enabled key"),
    # No account of the organization owns this key, so it is judged where the trail is that uses it.
    "outsider-key": ("sandbox", "us-east-1", UNKNOWN, "the key's account is outside the organization and denies"),
}

S3_DATA_EVENTS = {
    "management": (NOT_APPLICABLE, "owns no bucket"),
    "log_archive": (FAIL, "owns buckets, and no trail has data events of it"),
    "security": (NOT_APPLICABLE, "owns no bucket"),
    "payments": (PASS, "an advanced term for all objects"),
    "legacy": (FAIL, "one bucket's events only, on a stopped trail"),
    "analytics": (FAIL, "owns a bucket, default selector"),
    "sandbox": (PASS, "a classic selector for all objects"),
}

FULL_ACCESS_HOLDERS = {
    "management": ("alice",),
    "security": ("responder",),
    "payments": ("auditors",),
    "sandbox": ("dave", "builder"),
}


def expectations(seed, opened_region):
    """All of them, for a seed with or without an organization trail."""
    book = Book(seed, opened_region)
    first(book)
    presence(book)
    privilege(book)
    protection(book)
    delivery(book)
    organization(book)
    cost(book)
    lake(book)
    monitoring(book)
    detection(book)
    return book.found


def first(book):
    """Those of the checks that came first."""
    lent = (PASS, "the organization trail covers it")
    for check, alone in ALONE.items():
        own = {name: alone.get(name, (FAIL, "no trail applies to it")) for name in ACTIVE}
        book.on_accounts(check, dict.fromkeys(ACTIVE, lent) if book.with_org_trail else own)
    book.on_accounts("cloudtrail-s3-dataevents-enabled", S3_DATA_EVENTS)

    covered = (PASS, "the trail shows in every enabled region")
    if not book.with_org_trail:
        covered = (NOT_APPLICABLE, "there is no organization trail")
    members = dict.fromkeys(ACTIVE, covered)
    members["management"] = (NOT_APPLICABLE, "it is the management account")
    book.on_accounts("org-trail-covers-all-members", members)

    for name in ACTIVE:
        own = {"payments": "its own trail delivers", "sandbox": "its own multi-region trail delivers"}.get(name)
        covered = "the organization trail delivers" if book.with_org_trail else own
        verdict = (PASS, covered) if covered else (FAIL, "no trail that can deliver records it")
        for region in book.regions(name):
            book.on_region("trail-coverage-per-region", name, region, verdict)

    for name, (validation, encryption, logging, log_group) in TRAILS.items():
        for check, status in zip(TRAIL_SCOPED, (validation, encryption, log_group, logging), strict=True):
            book.on_trail(check, name, (status, TRAIL_REASONS.get(status)))
        proved = (UNKNOWN, "nobody handed over a run of validate-logs")
        off = (NOT_APPLICABLE, "it writes no digests")
        book.on_trail("trail-digest-chain-valid", name, proved if validation == PASS else off)

    for name, statuses in BUCKETS.items():
        for check, status in zip(BUCKET_SCOPED, statuses, strict=True):
            book.on_bucket(check, name, (status, BUCKET_REASONS[name]))

    for name, (owner, region, *verdict) in KEYS.items():
        book.on_key("trail-kms-key-usable", name, (owner, region), verdict)

    check = "iam-cloudtrail-full-access-attached"
    for name in ACTIVE:
        holders = FULL_ACCESS_HOLDERS.get(name, ())
        for holder in holders:
            verdict = (FAIL, "AWSCloudTrail_FullAccess is attached to it")
            book.expect(check, name, GLOBAL, book.seed.principals[name, holder], verdict)
        if not holders:
            book.on_account(check, name, (PASS, "nobody holds it"))
