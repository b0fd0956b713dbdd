"""How the organization is set up: the verdicts of the group organization beyond the first check."""

from book import FAIL, NOT_APPLICABLE, PASS

NO_TRAIL = (NOT_APPLICABLE, "there is no organization trail")
ALIKE = {
    "org-all-features-enabled": (PASS, "FeatureSet is ALL"),
    "org-cloudtrail-delegated-admin": (PASS, "the security account, and no list says who it should be"),
    "org-account-inventory-complete": (PASS, "every active account was assessed"),
}
# check: (with an organization trail, without)
DIFFERENT = {
    "org-trail-exists": ((PASS, "multi-region, logging, all management events"), (FAIL, "there is none")),
    "org-trail-home-region-default-enabled": ((PASS, "its home is us-east-1"), NO_TRAIL),
    "org-cloudtrail-trusted-access": ((PASS, "enabled"), (FAIL, "disabled")),
    "org-cloudtrail-service-linked-role": ((PASS, "it exists"), (FAIL, "it was never made")),
    "org-log-archive-account-separation": ((PASS, "the bucket is the log archive's"), NO_TRAIL),
    "org-trail-bucket-policy": ((PASS, "both paths, for that trail alone"), NO_TRAIL),
}


def organization(book):
    """All of them."""
    for check, verdict in ALIKE.items():
        book.on_organization(check, verdict)
    for check, (with_trail, without) in DIFFERENT.items():
        book.on_organization(check, with_trail if book.with_org_trail else without)
