//! The rule by which the layers come to a decision.

use super::table::{Bearing, Row, Slot, Table};
use super::truth::Truth;
use crate::caller::CallerKind;
use crate::layers::Layers;
use crate::request::Request;

/// The two halves of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ruling {
    /// Whether a Deny matches.
    pub(crate) denied: Truth,
    /// Whether every limit lets pass, and something grants.
    pub(crate) granted: Truth,
}

impl Ruling {
    pub(crate) fn allowed(self) -> Truth {
        self.denied.not().and(self.granted)
    }
}

/// What the rule depends on besides the statements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) bearing: Bearing,
    kind: CallerKind,
    same_account: bool,
    /// The resource's policy is the root of all access: it must name the caller, at least by its account.
    pub(crate) delegated: bool,
    /// The owner of a bucket gets at its policy whatever that policy says.
    owns_bucket_policy: bool,
    scps: usize,
    rcps: usize,
}

impl Rule {
    pub(crate) fn of(request: &Request, layers: &Layers<'_>, bearing: Bearing) -> Self {
        let same_account = request.is_same_account();
        Self {
            bearing,
            kind: request.caller.kind(),
            same_account,
            delegated: is_delegated(request),
            owns_bucket_policy: request.caller.is_root()
                && same_account
                && is_bucket_policy(request),
            scps: if bearing.scps { layers.scps.len() } else { 0 },
            rcps: if bearing.rcps { layers.rcps.len() } else { 0 },
        }
    }

    pub(crate) fn apply(&self, rows: &[Row<'_>]) -> Ruling {
        let sums = Sums::of(rows, self.owns_bucket_policy);
        let mut limits = Truth::True;
        for level in 0..self.scps {
            limits = limits.and(allowed_at(rows, Slot::Scp(level)));
        }
        for level in 0..self.rcps {
            limits = limits.and(allowed_at(rows, Slot::Rcp(level)));
        }
        Ruling { denied: sums.denied, granted: limits.and(self.grant(&sums)) }
    }

    /// Whether something grants, boundary and session policy counted in: which of their silences an Allow of the
    /// resource overrides depends on how it names the caller.
    fn grant(&self, sums: &Sums) -> Truth {
        let named = sums.direct.or(sums.through).or(sums.account);
        let has_session = self.bearing.session;
        let (identity, boundary, session) = match self.kind {
            CallerKind::Service | CallerKind::Provider | CallerKind::Anonymous => {
                return sums.direct;
            }
            CallerKind::Root => (Truth::True, Truth::True, Truth::True),
            CallerKind::RootSession => {
                // The task policy is all that it has; nothing overrides it.
                let task = if has_session { sums.session } else { Truth::False };
                let owner = self.same_account && !self.delegated;
                return task.and(if owner { Truth::True } else { named });
            }
            kind => {
                // A federated session without a session policy may do nothing through the user's own policies.
                let federated = kind == CallerKind::FederatedUser;
                let session = if has_session { sums.session } else { (!federated).into() };
                let boundary = if self.bearing.boundary { sums.boundary } else { Truth::True };
                (sums.identity, boundary, session)
            }
        };
        let limits = boundary.and(session);
        let own = identity.and(limits);
        if !self.same_account {
            return own.and(named);
        }
        let by_resource = sums.direct.or(sums.through.and(limits));
        let by_identity = if self.delegated { own.and(sums.account) } else { own };
        by_resource.or(by_identity)
    }

    /// What must allow besides the limits that are there.
    pub(crate) fn wants(&self) -> Wants {
        let outside =
            matches!(self.kind, CallerKind::Service | CallerKind::Provider | CallerKind::Anonymous);
        Wants {
            crosses_accounts: !outside && !self.same_account,
            resource: outside || !self.same_account || self.delegated,
            session: matches!(self.kind, CallerKind::FederatedUser | CallerKind::RootSession),
        }
    }
}

/// What must allow besides the limits that are there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wants {
    /// Both accounts must, and nothing is overridden.
    pub(crate) crosses_accounts: bool,
    /// The resource's policy must.
    pub(crate) resource: bool,
    /// A session policy must, even where there is none.
    pub(crate) session: bool,
}

/// What the statements come to, layer by layer.
struct Sums {
    denied: Truth,
    identity: Truth,
    boundary: Truth,
    session: Truth,
    direct: Truth,
    through: Truth,
    account: Truth,
}

impl Sums {
    fn of(rows: &[Row<'_>], owns_bucket_policy: bool) -> Self {
        let none = Truth::False;
        let mut sums = Self {
            denied: none,
            identity: none,
            boundary: none,
            session: none,
            direct: none,
            through: none,
            account: none,
        };
        for row in rows {
            let truth = row.matches();
            if row.denies() {
                if !(owns_bucket_policy && row.slot == Slot::Resource) {
                    sums.denied = sums.denied.or(truth);
                }
                continue;
            }
            match row.slot {
                Slot::Identity => sums.identity = sums.identity.or(truth),
                Slot::Boundary => sums.boundary = sums.boundary.or(truth),
                Slot::Session => sums.session = sums.session.or(truth),
                Slot::Resource => {
                    sums.direct = sums.direct.or(row.truth.and(row.reach.direct));
                    sums.through = sums.through.or(row.truth.and(row.reach.through));
                    sums.account = sums.account.or(row.truth.and(row.reach.account));
                }
                Slot::Scp(_) | Slot::Rcp(_) => {}
            }
        }
        sums
    }
}

/// Whether an Allow of this layer matches.
pub(crate) fn allowed_at(rows: &[Row<'_>], slot: Slot) -> Truth {
    let here = rows.iter().filter(|row| row.slot == slot && !row.denies());
    Truth::any(here.map(Row::matches))
}

impl Table<'_> {
    /// The rule for this table's request.
    pub(crate) fn rule(&self, request: &Request, layers: &Layers<'_>) -> Rule {
        Rule::of(request, layers, self.bearing)
    }
}

/// A KMS key. An alias is authorized like anything else of its account, and what has no key has no key policy.
fn is_key(request: &Request) -> bool {
    let arn = crate::arn::Arn::split(&request.resource);
    let key = arn.is_some_and(|arn| arn.service == "kms" && arn.kind() == "key");
    request.service().eq_ignore_ascii_case("kms") && key && !request.wildcard_only
}

/// Assuming a role, or what goes with it: the role's trust policy decides.
fn is_trust(request: &Request) -> bool {
    const PREFIX: &str = "sts:assumerole";
    const BESIDE: [&str; 3] = ["sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];
    let action = request.action.to_ascii_lowercase();
    let arn = crate::arn::Arn::split(&request.resource);
    let role = arn.is_some_and(|arn| arn.service == "iam" && arn.kind() == "role");
    role && (action.starts_with(PREFIX) || BESIDE.contains(&action.as_str()))
}

/// Reading, writing and deleting the policy of a bucket. AWS keeps these three open to the root user of the bucket's
/// account even where the policy denies them, lest a mistake lock everyone out for good; the specification names the
/// deletion only.
fn is_bucket_policy(request: &Request) -> bool {
    const ACTIONS: [&str; 3] =
        ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];
    ACTIONS.iter().any(|action| action.eq_ignore_ascii_case(&request.action))
}

/// Whether the resource's own policy is the root of all access to it, as it is to a key and to becoming a role.
pub(crate) fn is_delegated(request: &Request) -> bool {
    is_key(request) || is_trust(request)
}
