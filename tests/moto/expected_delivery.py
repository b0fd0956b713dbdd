"""What arrives of what is recorded: the verdicts of the group delivery."""

from book import ACTIVE, FAIL, HOME, NOT_APPLICABLE, PASS, UNKNOWN

STOPPED = (NOT_APPLICABLE, "the trail does not log")
IDLE = ("legacy-trail", "sandbox-idle")
VALIDATED = ("org-trail", "payments-trail", "analytics-trail")
LOG_GROUPS = ("org-trail", "payments-trail", "analytics-trail")

# Where the trails of payments have fallen silent, and where nothing ever came.
SILENT = {
    ("payments-trail", "payments", "eu-central-1"),
    ("payments-trail", "payments", "eu-west-1"),
    ("org-trail", "payments", "eu-central-1"),
}
NEVER = {("payments-trail", "payments", "ap-northeast-3"), ("org-trail", "payments", "ap-northeast-3")}


def log_files(sight):
    """A trail's log files, in a region of an account."""
    name, _, _ = sight
    if name in IDLE:
        return STOPPED
    if name == "analytics-trail":
        return FAIL, "NoSuchBucket"
    return PASS, "no error, though perhaps nothing to deliver"


def digests(sight):
    """Its digests."""
    name, _, _ = sight
    if name == "sandbox-idle":
        return STOPPED
    if name not in VALIDATED:
        return NOT_APPLICABLE, "log files are not validated"
    if name == "analytics-trail":
        return FAIL, "NoSuchBucket"
    if sight in SILENT:
        return FAIL, "the last came 50 hours ago, and they come hourly"
    if sight in NEVER:
        return UNKNOWN, "none came, and nothing tells for how long log files have been validated"
    return PASS, "the last came just now"


def log_group(sight):
    """What it sends to CloudWatch Logs."""
    name, _, _ = sight
    if name not in LOG_GROUPS:
        return NOT_APPLICABLE, "it has no log group"
    if name == "analytics-trail":
        return FAIL, "its log group is gone"
    return PASS, "the last delivery is of now"


def activity(book, name, region):
    """Whether what happened last in a region was delivered."""
    own = {"payments", "sandbox", "analytics"}
    if name == "payments" and region == "eu-central-1":
        return FAIL, "events of 5 hours ago; all trails are silent since 50 hours"
    if name == "payments" and region == "eu-west-1":
        return (PASS, "the organization trail delivers") if book.with_org_trail else (FAIL, "its trail is silent")
    if region != HOME:
        return NOT_APPLICABLE, "nothing happened"
    if book.with_org_trail:
        return PASS, "the organization trail delivers"
    if name == "analytics":
        return FAIL, "its trail has no bucket to deliver to"
    return (PASS, "its own trail delivers") if name in own else (NOT_APPLICABLE, "no trail records that region")


def delivery(book):
    """All of them."""
    for sight in book.sights():
        name, account, region = sight
        arn = book.seed.trails[name]
        book.expect("trail-s3-delivery-healthy", account, region, arn, log_files(sight))
        book.expect("trail-digest-delivery-healthy", account, region, arn, digests(sight))
        book.expect("trail-cloudwatch-delivery-healthy", account, region, arn, log_group(sight))
    for name in ACTIVE:
        for region in book.regions(name):
            book.on_region("trail-delivery-matches-activity", name, region, activity(book, name, region))
    topics = {
        "payments-trail": (PASS, "its topic is there"),
        "sandbox-trail": (FAIL, "its topic was deleted"),
    }
    for name in book.seed.trails:
        book.on_trail("trail-sns-delivery-healthy", name, topics.get(name, (NOT_APPLICABLE, "it has no topic")))
