"""Who may tamper with the evidence: the verdicts of the group privilege beyond the first check."""

from book import ACTIVE, BUCKETS, FAIL, NOT_APPLICABLE, PASS, TRAILS, UNKNOWN

NOTHING = (NOT_APPLICABLE, "the account has no trail or event data store")
# With an organization trail the management account owns it, and the security account administers it.
TRAIL_HOLDERS = {
    "payments": (FAIL, "bob holds AWSCloudTrail_FullAccess by his group"),
    "legacy": (PASS, "carol holds nothing"),
    "analytics": (FAIL, "the role admin is an administrator"),
    "sandbox": (FAIL, "dave and the role builder hold AWSCloudTrail_FullAccess"),
    "log_archive": NOTHING,
}
ADMINISTERED = {
    "management": (FAIL, "alice holds AWSCloudTrail_FullAccess"),
    "security": (FAIL, "the role responder does, in the account that administers the organization's trails"),
}

OTHERS_BUCKETS = (PASS, "AWSCloudTrail_FullAccess is for buckets of CloudTrail's own naming only")
BUCKET_HOLDERS = {
    **dict.fromkeys(("org-logs", "payments-logs", "legacy-logs", "legacy-doomed-logs", "sandbox-logs"), OTHERS_BUCKETS),
    "sandbox-us-logs": (FAIL, "its policy lets the role builder write"),
    "analytics-logs": (NOT_APPLICABLE, "deleted"),
}
NO_READER = (PASS, "nobody may read its objects")
READERS = {
    **dict.fromkeys(("org-logs", "payments-logs", "legacy-logs", "sandbox-us-logs"), NO_READER),
    "legacy-doomed-logs": (PASS, "everyone may read, and nobody decrypt"),
    "sandbox-logs": (FAIL, "its public policy is cut down to its own account, all of which may read"),
    "analytics-logs": (NOT_APPLICABLE, "deleted"),
}

DELEGATED = (PASS, "its policy hands it to IAM, and nobody has a right on keys")
KEY_HOLDERS = {
    # name: (owner, region, verdict, reason)
    "org-key": ("log_archive", "us-east-1", *DELEGATED),
    "payments-key": ("payments", "us-east-1", *DELEGATED),
    "lake-key": ("management", "us-east-1", *DELEGATED),
    "legacy-key": ("legacy", "us-west-2", *DELEGATED),
    "analytics-key": ("analytics", "us-east-1", FAIL, "the role admin may do anything"),
    "sandbox-alias": ("sandbox", "eu-west-1", *DELEGATED),
    "outsider-key": ("sandbox", "us-east-1", UNKNOWN, "the key's account denies"),
}

UNWATCHED = (NOT_APPLICABLE, "no trail delivers to a log group or topic of the account, and its GuardDuty is security's")
WATCHERS = {
    **dict.fromkeys(ACTIVE, UNWATCHED),
    "payments": (PASS, "only the topic's default policy speaks of it, under a condition"),
    "analytics": (FAIL, "the role admin may do anything"),
    "security": (PASS, "it administers GuardDuty, and nobody has a right to end it"),
}

ROLES = {
    **dict.fromkeys(TRAILS, (NOT_APPLICABLE, "the trail has no log group")),
    **dict.fromkeys(("org-trail", "payments-trail", "analytics-trail"), (FAIL, "the role was never made")),
}


def privilege(book):
    """All of them."""
    administered = ADMINISTERED if book.with_org_trail else dict.fromkeys(ADMINISTERED, NOTHING)
    book.on_accounts("iam-cloudtrail-tampering-principals", {**TRAIL_HOLDERS, **administered})
    watchers = dict(WATCHERS)
    if book.with_org_trail:
        watchers["management"] = (PASS, "alice's policy is for groups and topics of CloudTrail's own naming only")
    book.on_accounts("iam-monitoring-tampering-principals", watchers)
    alike = (PASS, "no policy of its own, and fewer than six administrators")
    book.on_accounts("iam-policy-no-statements-with-admin-access", dict.fromkeys(ACTIVE, alike))
    for name in BUCKETS:
        book.on_bucket("iam-log-bucket-tampering-principals", name, BUCKET_HOLDERS[name])
        book.on_bucket("log-readers-least-privilege", name, READERS[name])
    for name, (owner, region, *verdict) in KEY_HOLDERS.items():
        book.on_key("iam-trail-key-tampering-principals", name, (owner, region), verdict)
    for name, arn in book.seed.trails.items():
        owner, home, _ = TRAILS[name]
        book.expect("trail-cloudwatch-role-scoped", owner, home, arn, ROLES[name])
    members = dict.fromkeys(ACTIVE, (FAIL, "service control policies are not enabled"))
    members["management"] = (NOT_APPLICABLE, "none binds the management account")
    for check in ("scp-protects-cloudtrail", "scp-denies-leave-organization", "scp-protects-detection"):
        book.on_accounts(check, members)
