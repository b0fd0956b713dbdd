"""What watches beside trails: the verdicts on GuardDuty, Security Hub, AWS Config, IAM Access Analyzer, and on whether
anything reads the logs. Only what `seed.py` switches on is on.
"""

from book import ACTIVE, FAIL, HOME, PASS

OTHER = "eu-west-1"
OFF = (FAIL, "it was never switched on there")
DETECTORS = {
    ("payments", HOME): ((PASS, "a detector with all features"), (PASS, "S3 protection is on")),
    ("payments", OTHER): ((FAIL, "its detector is disabled"), (FAIL, "its detector is disabled")),
    ("security", HOME): ((PASS, "a detector, of the administrator itself"), (FAIL, "S3 protection is off")),
    ("management", HOME): ((PASS, "a detector; security administers and has it on in all"), (FAIL, "off")),
}
RECORDERS = {
    ("payments", HOME): (PASS, "it records everything, and its channel delivers"),
    ("payments", OTHER): (FAIL, "its recorder was never started"),
}
CONSUMERS = {
    # name: without an organization's lake
    "payments-trail": (PASS, "a subscription filter of its log group"),
    "legacy-trail": (PASS, "its bucket tells a queue"),
    "legacy-doomed": (FAIL, "nothing"),
    "analytics-trail": (FAIL, "nothing; its bucket is gone"),
    "sandbox-trail": (FAIL, "nothing"),
    "sandbox-borrowed": (FAIL, "nothing"),
    "sandbox-idle": (FAIL, "nothing"),
}


def detection(book):
    """All of them."""
    for name in ACTIVE:
        for region in book.regions(name):
            on, s3 = DETECTORS.get((name, region), (OFF, OFF))
            book.on_region("guardduty-enabled-centralized", name, region, on)
            book.on_region("guardduty-s3-protection-enabled", name, region, s3)
            hub = (PASS, "a hub") if (name, region) == ("payments", HOME) else OFF
            book.on_region("securityhub-enabled", name, region, hub)
            book.on_region("config-recorder-all-regions", name, region, RECORDERS.get((name, region), OFF))
            looked = (PASS, "the organization's analyzer, in the account of its delegated administrator")
            book.on_region("access-analyzer-enabled", name, region, looked if region == HOME else OFF)
    lake = (PASS, "the organization's event data store takes in all management events")
    for name, alone in CONSUMERS.items():
        book.on_trail("trail-log-consumer-present", name, lake if book.with_org_trail else alone)
    book.on_trail("trail-log-consumer-present", "org-trail", lake)
