"""The event data stores: the verdicts of the group lake."""

from book import ACTIVE, FAIL, NOT_APPLICABLE, PASS

OF_STORES = (
    "event-data-store-cmk-encryption-enabled",
    "event-data-store-key-usable",
    "event-data-store-retention",
    "event-data-store-termination-protection",
    "event-data-store-ingesting",
    "event-data-store-pending-deletion",
    "event-data-store-scope",
    "event-data-store-resource-policy",
)
STORES = {
    # name: (owner, region, key, usable, retention, protection, ingesting, not doomed, scope, policy)
    "org-lake": ("management", "us-east-1", PASS, PASS, PASS, PASS, PASS, PASS, PASS, PASS),
    "payments-lake": ("payments", "us-east-1", PASS, PASS, PASS, PASS, PASS, PASS, FAIL, PASS),
    "legacy-lake": ("legacy", "eu-west-1", FAIL, NOT_APPLICABLE, FAIL, FAIL, FAIL, PASS, FAIL, FAIL),
    "analytics-lake": ("analytics", "us-east-1", PASS, FAIL, PASS, FAIL, FAIL, FAIL, FAIL, PASS),
}
REASONS = {
    "org-lake": "of all regions and accounts, 400 days, a key of its own",
    "payments-lake": "of one account; its policy names the management account",
    "legacy-lake": "of one region, 90 days, stopped, no key, unprotected; its policy names an outsider",
    "analytics-lake": "of one account, unprotected and being deleted; its key is disabled",
}


def lake(book):
    """All of them."""
    owners = set()
    for name, (owner, region, *statuses) in STORES.items():
        if name in book.seed.stores:
            owners.add(owner)
            for check, status in zip(OF_STORES, statuses, strict=True):
                book.expect(check, owner, region, book.seed.stores[name], (status, REASONS[name]))
    for name in ACTIVE:
        if name not in owners:
            for check in OF_STORES:
                book.on_account(check, name, (NOT_APPLICABLE, "the account has no event data store"))
