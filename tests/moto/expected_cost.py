"""What is paid twice: the verdicts of the group cost."""

from book import ACTIVE, FAIL, NOT_APPLICABLE, PASS

OWN_COPIES = {
    # account: regions in which trails of its own record management events; None = all
    "payments": {None: 1},
    "analytics": {None: 1},
    "sandbox": {None: 1, "us-east-1": 1},
    "legacy": {"us-west-2": 1},
}
SELF_RECORDING = {
    "legacy-trail": "its own bucket's events, and no others",
    "payments-trail": "all objects, its own bucket's among them",
    "sandbox-trail": "all objects, its own bucket's among them",
    "sandbox-borrowed": "writes to all objects, its own bucket's among them",
}


def overlap(book, name):
    """Whether a store and a trail record the same data events."""
    if name == "payments":
        return FAIL, "a trail and a store record all objects"
    if book.with_org_trail or name in ("legacy", "analytics"):
        return PASS, "no store takes in data events"
    return NOT_APPLICABLE, "there is no event data store"


def cost(book):
    """All of them."""
    for name in ACTIVE:
        own = OWN_COPIES.get(name, {})
        for region in book.regions(name):
            copies = own.get(None, 0) + own.get(region, 0) + book.with_org_trail
            verdict = (FAIL if copies > 1 else PASS, f"{copies} trails record management events there")
            book.on_region("cost-duplicate-management-events", name, region, verdict)

    def double(check, owner, twice, once):
        verdicts = {name: (FAIL, twice) if name == owner else (PASS, once) for name in ACTIVE}
        book.on_accounts(check, verdicts)

    double("cost-duplicate-data-events", "sandbox", "two trails record writes to all objects", "one copy at most")
    double("cost-insights-duplicated", "payments", "call rates by a trail and by a store", "each kind once")
    book.on_accounts("cost-lake-and-trail-overlap", {name: overlap(book, name) for name in ACTIVE})
    for name in book.seed.trails:
        looped = SELF_RECORDING.get(name)
        verdict = (FAIL, looped) if looped else (PASS, "no events of its own bucket's account at large")
        book.on_trail("cost-log-bucket-self-recording", name, verdict)
