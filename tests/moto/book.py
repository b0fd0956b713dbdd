"""The verdicts that an audit of the seeded organization must reach, as they are written down."""

from regions import DEFAULT_REGIONS

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = "pass", "fail", "unknown", "not_applicable"
GLOBAL = "global"
HOME = "us-east-1"

ACTIVE = ("management", "log_archive", "security", "payments", "legacy", "analytics", "sandbox")
TRAILS = {
    # name: (owner, home, multi-region)
    "org-trail": ("management", HOME, True),
    "payments-trail": ("payments", HOME, True),
    "legacy-trail": ("legacy", "eu-west-1", False),
    "legacy-doomed": ("legacy", "us-west-2", False),
    "analytics-trail": ("analytics", HOME, True),
    "sandbox-trail": ("sandbox", "eu-west-1", True),
    "sandbox-borrowed": ("sandbox", HOME, False),
    "sandbox-idle": ("sandbox", "ap-northeast-1", False),
}
BUCKETS = {
    # name: (owner, region); a deleted bucket stands in its trail's account, in no known region
    "org-logs": ("log_archive", HOME),
    "payments-logs": ("payments", HOME),
    "legacy-logs": ("legacy", "eu-west-1"),
    "legacy-doomed-logs": ("legacy", "us-west-2"),
    "sandbox-logs": ("sandbox", "eu-west-1"),
    "sandbox-us-logs": ("sandbox", HOME),
    "analytics-logs": ("analytics", GLOBAL),
}


class Book:
    """Collects verdicts on what was seeded; what a seed left out is left out here."""

    def __init__(self, seed, opened_region):
        self.seed = seed
        self.opened_region = opened_region
        self.with_org_trail = "org-trail" in seed.trails
        self.found = []

    def expect(self, check, owner, region, resource, verdict):
        """One verdict: a status and why; no status where there is nothing to judge."""
        status, why = verdict
        if status is not None:
            account = self.seed.accounts[owner]
            entry = {"check": check, "account": account, "region": region, "resource": resource}
            self.found.append({**entry, "status": status, "why": why})

    def on_account(self, check, owner, verdict):
        """Of an account."""
        self.expect(check, owner, GLOBAL, f"account/{self.seed.accounts[owner]}", verdict)

    def on_accounts(self, check, verdicts):
        """Of every account: those that are active, by name, and the closed one, of which nothing is asked."""
        for owner in ACTIVE:
            self.on_account(check, owner, verdicts[owner])
        self.on_account(check, "retired", (NOT_APPLICABLE, "the account is suspended"))

    def on_organization(self, check, verdict):
        """Of the organization, which stands in the management account."""
        self.expect(check, "management", GLOBAL, f"organization/{self.seed.organization_id}", verdict)

    def on_region(self, check, owner, region, verdict):
        """Of an account's region."""
        self.expect(check, owner, region, f"region/{region}", verdict)

    def on_trail(self, check, name, verdict):
        """Of a trail, at its owner; whoever sees it beside has it from there."""
        if name not in self.seed.trails:
            return
        owner, home, _ = TRAILS[name]
        self.expect(check, owner, home, self.seed.trails[name], verdict)
        for member in ACTIVE if name == "org-trail" else ():
            if member != owner:
                inherited = (NOT_APPLICABLE, "judged at its owner")
                self.expect(check, member, home, self.seed.trails[name], inherited)

    def on_bucket(self, check, name, verdict, place=None):
        """Of a log bucket, or of another at its place."""
        if name in self.seed.buckets:
            owner, region = place or BUCKETS[name]
            self.expect(check, owner, region, f"arn:aws:s3:::{self.seed.buckets[name]}", verdict)

    def on_key(self, check, name, place, verdict):
        """Of a key."""
        if name in self.seed.keys:
            self.expect(check, *place, self.seed.keys[name], verdict)

    def regions(self, owner):
        """The regions that an account has enabled."""
        return sorted([*DEFAULT_REGIONS, self.opened_region] if owner == "payments" else DEFAULT_REGIONS)

    def sights(self):
        """Each trail with each account and region that sees it."""
        for name in self.seed.trails:
            owner, home, everywhere = TRAILS[name]
            for account in ACTIVE if name == "org-trail" else (owner,):
                for region in self.regions(account) if everywhere else (home,):
                    yield name, account, region

    def bucket_place(self, name):
        """The account and region in which a log bucket stands."""
        return BUCKETS[name]
