"""How the logs are protected: the verdicts of the group protection beyond the first checks."""

from book import ACTIVE, FAIL, GLOBAL, NOT_APPLICABLE, PASS, UNKNOWN

OF_BUCKETS = (
    "trail-bucket-owned-by-organization",
    "s3-bucket-level-public-access-prohibited",
    "s3-bucket-acl-prohibited",
    "s3-default-encryption-kms",
    "cloudtrail-s3-bucket-access-logging",
    "trail-access-log-target-protected",
    "s3-bucket-replication-enabled",
    "s3-bucket-mfa-delete-enabled",
    "trail-bucket-lock-retention",
    "trail-bucket-tamper-resistant",
    "trail-log-retention",
    "trail-log-immediate-availability",
)
NA = NOT_APPLICABLE
BUCKETS = {
    # owned, blocked, ACL, encryption, access logs, their target, copies, MFA, lock, tamper, retention, availability
    "org-logs": (PASS, PASS, PASS, PASS, PASS, PASS, FAIL, NA, PASS, PASS, PASS, PASS),
    "payments-logs": (PASS, PASS, FAIL, PASS, FAIL, NA, PASS, NA, FAIL, PASS, PASS, PASS),
    "legacy-logs": (PASS, FAIL, FAIL, FAIL, FAIL, NA, FAIL, FAIL, NA, FAIL, PASS, PASS),
    "legacy-doomed-logs": (PASS, FAIL, PASS, FAIL, FAIL, NA, FAIL, NA, NA, FAIL, PASS, PASS),
    "sandbox-logs": (PASS, PASS, PASS, FAIL, PASS, FAIL, FAIL, NA, NA, FAIL, PASS, PASS),
    "sandbox-us-logs": (PASS, FAIL, PASS, FAIL, FAIL, NA, FAIL, NA, NA, FAIL, FAIL, FAIL),
    "analytics-logs": (NA,) * len(OF_BUCKETS),
}
BUCKET_REASONS = {
    "org-logs": "locked for 400 days, SSE-KMS, access logs to a private bucket; copied to a bucket of its own account",
    "payments-logs": "blocked by its account, a public ACL, SSE-KMS, no access logs; locked copies elsewhere",
    "legacy-logs": "not blocked, a public ACL, no lifecycle; its access logs go to a bucket that is gone",
    "legacy-doomed-logs": "not blocked, its default key is being deleted, a lifecycle for others",
    "sandbox-logs": "blocked; access logs kept for 30 days; copies leave out what is encrypted with KMS",
    "sandbox-us-logs": "not blocked, BucketOwnerEnforced, archived after 30 days, gone after 90",
    "analytics-logs": "deleted after the trail was made",
}

OF_POLICIES = (
    "s3-bucket-ssl-requests-only",
    "trail-bucket-policy-source-arn",
    "trail-bucket-policy-no-external-principals",
    "trail-bucket-policy-denies-deletion",
    "trail-bucket-dedicated",
)
POLICIES = {
    # TLS, source, outsiders, deletion, dedicated
    "org-logs": (PASS, PASS, PASS, PASS, PASS),
    "payments-logs": (FAIL, PASS, PASS, FAIL, PASS),
    "legacy-logs": (FAIL, FAIL, FAIL, FAIL, PASS),
    "legacy-doomed-logs": (FAIL, FAIL, FAIL, FAIL, PASS),
    "sandbox-logs": (FAIL, FAIL, FAIL, FAIL, PASS),
    "sandbox-us-logs": (FAIL, PASS, FAIL, FAIL, FAIL),
    "analytics-logs": (NA,) * len(OF_POLICIES),
}
POLICY_REASONS = {
    "org-logs": "its policy names the trail, refuses plain HTTP and deletion",
    "payments-logs": "its policy names the trail, and that is all; a lock without a retention",
    "legacy-logs": "its policy names no trail, lets an outsider read, refuses plain HTTP for objects alone",
    "legacy-doomed-logs": "its policy names no trail and lets everyone read",
    "sandbox-logs": "its policy names the trails of every account and lets everyone read",
    "sandbox-us-logs": "its policy names its own account; a role of that account writes",
    "analytics-logs": "deleted after the trail was made",
}

DELIVERIES = {
    # trail: (bucket, verdict)
    "org-trail": ("org-logs", (PASS, "below the organization's id")),
    "payments-trail": ("payments-logs", (PASS, "below its own account's id")),
    "legacy-trail": ("legacy-logs", (PASS, "anywhere below AWSLogs")),
    "legacy-doomed": ("legacy-doomed-logs", (PASS, "anywhere below AWSLogs")),
    "analytics-trail": ("analytics-logs", (NA, "the bucket was deleted")),
    "sandbox-trail": ("sandbox-logs", (PASS, "below its own account's id")),
    "sandbox-idle": ("sandbox-logs", (PASS, "below its own account's id")),
    "sandbox-borrowed": ("sandbox-us-logs", (FAIL, "below another account's id alone")),
}

OF_KEYS = (
    "trail-kms-key-customer-managed",
    "trail-kms-key-policy-scoped",
    "trail-kms-key-admin-separation",
    "cmk-backing-key-rotation-enabled",
)
KEYS = {
    # name: (owner, region, customer managed, scoped, no outsider, rotation, why)
    "org-key": ("log_archive", "us-east-1", PASS, PASS, PASS, PASS, "for one trail, rotated yearly"),
    "payments-key": ("payments", "us-east-1", PASS, FAIL, PASS, FAIL, "for any trail, rotated every 730 days"),
    "legacy-key": ("legacy", "us-west-2", PASS, FAIL, FAIL, NA, "any account's trails, an outsider; being deleted"),
    "analytics-key": ("analytics", "us-east-1", PASS, NA, PASS, PASS, "CloudTrail is not let in; rotated, disabled"),
    "sandbox-alias": ("sandbox", "eu-west-1", PASS, PASS, PASS, FAIL, "own trails by context; not rotated"),
    "outsider-key": ("sandbox", "us-east-1", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "the key's account denies"),
    # Of an event data store alone, to which those conditions do not apply.
    "lake-key": ("management", "us-east-1", PASS, NA, PASS, PASS, "rotated yearly"),
    # Of a log group alone: no evidence in a bucket hangs on it.
    "logs-key": ("management", "us-east-1", None, None, None, PASS, "rotated every 180 days"),
}

BLOCKED_ACCOUNTS = {
    "payments": (PASS, "all four settings"),
    "legacy": (FAIL, "none is set"),
    "sandbox": (FAIL, "none is set"),
}


def protection(book):
    """All of them."""
    for name, statuses in BUCKETS.items():
        for check, status in zip(OF_BUCKETS, statuses, strict=True):
            book.on_bucket(check, name, (status, BUCKET_REASONS[name]))
        for check, status in zip(OF_POLICIES, POLICIES[name], strict=True):
            book.on_bucket(check, name, (status, POLICY_REASONS[name]))

    # What takes a log bucket's access logs is judged beside it.
    check = "s3-bucket-level-public-access-prohibited"
    book.on_bucket(check, "org-access", (PASS, "blocked"), ("log_archive", "us-east-1"))
    book.on_bucket(check, "sandbox-access", (FAIL, "not blocked"), ("sandbox", "eu-west-1"))
    book.on_bucket(check, "legacy-access", (NA, "deleted after the log bucket named it"), ("legacy", GLOBAL))

    for name, (bucket, verdict) in DELIVERIES.items():
        if name in book.seed.trails:
            place = book.bucket_place(bucket)
            book.expect("trail-bucket-policy-allows-delivery", *place, book.seed.trails[name], verdict)

    for name, (owner, region, *statuses, why) in KEYS.items():
        for check, status in zip(OF_KEYS, statuses, strict=True):
            book.on_key(check, name, (owner, region), (status, why))

    check = "s3-account-level-public-access-blocks-periodic"
    for name, verdict in BLOCKED_ACCOUNTS.items():
        book.on_account(check, name, verdict)
    if book.with_org_trail:
        book.on_account(check, "log_archive", (FAIL, "none is set"))

    trailed = ACTIVE if book.with_org_trail else ("payments", "legacy", "analytics", "sandbox")
    kept, lost = (NA, "its trail's bucket is judged"), (FAIL, "the event history alone keeps its events")
    book.on_accounts("trail-log-retention", {name: kept if name in trailed else lost for name in ACTIVE})
