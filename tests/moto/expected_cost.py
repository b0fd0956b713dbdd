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

        double = (FAIL, "two trails record writes to all objects") if name == "sandbox" else (PASS, "one copy at most")
        book.on_account("cost-duplicate-data-events", name, double)
        double = (FAIL, "call rates by a trail and by a store") if name == "payments" else (PASS, "each kind once")
        book.on_account("cost-insights-duplicated", name, double)
        book.on_account("cost-lake-and-trail-overlap", name, overlap(book, name))
    for name in book.seed.trails:
        looped = SELF_RECORDING.get(name)
        verdict = (FAIL, looped) if looped else (PASS, "no events of its own bucket's account at large")
        book.on_trail("cost-log-bucket-self-recording", name, verdict)
