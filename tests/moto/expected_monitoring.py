"""Whether anybody would be told: the verdicts of the group monitoring. Nobody would; no log group has a filter."""

from book import ACTIVE, FAIL, HOME, NOT_APPLICABLE, PASS

SETS = (
    "cloudtrail-changes",
    "cmk-disable-or-delete",
    "config-changes",
    "console-auth-failures",
    "console-signin-without-mfa",
    "detection-service-tampering",
    "ec2-instance-lifecycle",
    "iam-policy-changes",
    "large-ec2-instance",
    "log-destination-tampering",
    "nacl-changes",
    "network-gateway-changes",
    "organizations-changes",
    "root-usage",
    "route-table-changes",
    "s3-bucket-policy-changes",
    "security-group-changes",
    "trail-tampering-extended",
    "unauthorized-api-calls",
    "vpc-changes",
)
INSIGHTS = {
    "payments": (PASS, "its trail looks for both kinds"),
    "sandbox": (FAIL, "its trail looks for error rates alone"),
}
GONE = (NOT_APPLICABLE, "the log group was deleted")
LOG_GROUPS = {
    # owner: (usable, kept long enough, encrypted)
    "management": ((PASS, "it is there"), (PASS, "it never expires"), (PASS, "with a key of its own")),
    "payments": ((PASS, "it is there"), (PASS, "it never expires"), (FAIL, "with no key")),
    "analytics": ((FAIL, "it was deleted"), GONE, GONE),
}
OF_LOG_GROUPS = ("trail-log-group-usable", "cw-loggroup-retention-period-check", "cloudwatch-log-group-encrypted")


def monitoring(book):
    """All of them."""
    untold = dict.fromkeys(ACTIVE, (FAIL, "no log group of its trails has a filter, or no trail has a log group"))
    member = (NOT_APPLICABLE, "the organization is changed in the management account alone")
    managed = {name: untold[name] if name == "management" else member for name in ACTIVE}
    for name in SETS:
        book.on_accounts(f"log-metric-filter-{name}", managed if name == "organizations-changes" else untold)
    nothing = (FAIL, "nothing looks for unusual activity")
    book.on_accounts("cloudtrail-insights-enabled", {name: INSIGHTS.get(name, nothing) for name in ACTIVE})
    for owner, verdicts in LOG_GROUPS.items():
        if owner != "management" or book.with_org_trail:
            arn = f"arn:aws:logs:{HOME}:{book.seed.accounts[owner]}:log-group:trail:*"
            for check, verdict in zip(OF_LOG_GROUPS, verdicts, strict=True):
                book.expect(check, owner, HOME, arn, verdict)
