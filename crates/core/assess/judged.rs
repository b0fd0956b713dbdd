//! The results of a snapshot, judged anew whenever somebody looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use super::AssessError;
use crate::aws::AccountId;
use crate::check::Check;
use crate::evidence::Gap;
use crate::fact::Fact;
use crate::finding::{Finding, Status};
use crate::graph::GraphBuilder;
use crate::history::timeline::Timeline;
use crate::judge::{Engine, Shared};
use crate::organization::{Organization, Standing};
use crate::period::{Period, Reach};
use crate::policies::Resolved;
use crate::privilege::Entrances;
use crate::results::{Results, Visitor, in_order};
use crate::sentence::Sentence;
use crate::snapshot::{Document, Manifest, Snapshot};
use crate::terms::Terms;
use crate::waiver::{Uses, Waivers};

/// The results of a snapshot. One account's findings are all that is ever in memory: the graph is built once, and each
/// visit reads the documents again and judges them again, to the same effect.
#[derive(Debug, Clone)]
pub struct Judged<'a, S> {
    snapshot: &'a S,
    checks: &'a [&'a Check],
    pub(super) policies: Resolved,
    pub(super) waivers: Waivers,
    period: Option<Period>,
    pub(super) organization: Organization,
    shared: Shared,
}

/// What the judges met in an account, and what they say of it.
pub(super) struct Judgement<'a> {
    pub(super) account: AccountId,
    /// What became of it; nothing where it is not listed and only something of it is judged.
    pub(super) standing: Option<Standing>,
    pub(super) findings: &'a [Finding],
    pub(super) document: Option<&'a Document>,
    /// How many of them each waiver covers.
    pub(super) uses: Uses,
}

impl<'a, S: Snapshot> Judged<'a, S> {
    pub(super) fn new(
        snapshot: &'a S,
        checks: &'a [&'a Check],
        terms: &Terms,
    ) -> Result<Self, AssessError<S::Error>> {
        let mut listed = BTreeSet::new();
        for account in &snapshot.manifest().accounts {
            if !listed.insert(account.id) {
                return Err(AssessError::Order(account.id));
            }
        }
        let mut manifest = snapshot.manifest().clone();
        leave_out(&mut manifest, terms);
        let mut builder = GraphBuilder::new(&manifest, snapshot.organization());
        let read = snapshot.visit(&mut |document| {
            builder.add(document);
            ControlFlow::Continue(())
        });
        read.map_err(AssessError::Snapshot)?;
        let mut organization = builder.into_graph();
        if checks.iter().any(|check| check.reads.contains(&Fact::AuthorizationDetails)) {
            let found = Entrances::find(snapshot, &organization).map_err(AssessError::Snapshot)?;
            organization.entrances = Arc::new(found);
        }
        let shared = Shared::of(&organization);
        let policies = terms.policies.resolve(&organization);
        let waivers = terms.waivers.clone();
        let period = terms.period;
        Ok(Self { snapshot, checks, policies, waivers, period, organization, shared })
    }

    /// Judges every account that is listed or in which something stands, in order.
    pub(super) fn walk(
        &self,
        visitor: &mut dyn FnMut(Judgement<'_>) -> ControlFlow<()>,
    ) -> Result<(), AssessError<S::Error>> {
        let Self { snapshot, organization, shared, .. } = self;
        let mut judge = |account: AccountId, document: Option<&Document>| {
            let member = organization.members.get(&account);
            let standing = member.map(|member| match (member.standing(), document) {
                (Standing::Assessed, None) => Standing::Unread,
                (standing, _) => standing,
            });
            let mut findings = self.findings(account, document);
            let uses = self.waivers.apply(&mut findings, organization);
            visitor(Judgement { account, standing, findings: &findings, document, uses })
        };
        let everywhere = organization.members.keys().copied().chain(shared.accounts());
        let mut waiting = everywhere.collect::<BTreeSet<_>>().into_iter().peekable();
        let (mut last, mut misplaced, mut enough) = (None, None, false);
        let read = snapshot.visit(&mut |document| {
            let here = document.account;
            if last.replace(here).is_some_and(|last| last >= here) {
                misplaced = Some(here);
                return ControlFlow::Break(());
            }
            while let Some(account) = waiting.next_if(|account| *account <= here) {
                if judge(account, Some(document).filter(|_| account == here)).is_break() {
                    enough = true;
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        read.map_err(AssessError::Snapshot)?;
        if let Some(account) = misplaced {
            return Err(AssessError::Order(account));
        }
        if !enough {
            let _ = waiting.try_for_each(|account| judge(account, None));
        }
        Ok(())
    }
}

impl<S> Judged<'_, S> {
    /// When an account's writes were recorded, where a check asks for that and its event history was read.
    pub(super) fn timeline(
        &self,
        account: AccountId,
        document: Option<&Document>,
    ) -> Option<Timeline> {
        if !self.checks.iter().any(|check| check.reads.contains(&Fact::TrailHistory)) {
            return None;
        }
        let member = self.organization.members.get(&account)?;
        let (policy, ..) = self.policies.of(account);
        let roll = OnceLock::new();
        let Self { checks, organization, shared, period, .. } = self;
        let engine = Engine { checks, organization, policy, period: *period, shared };
        let view = engine.view(member, document, &roll)?;
        view.timeline(Reach { days: policy.lookback_days, period: *period }).ok()
    }

    /// What the checks say of an account under its policy. Where it is not known which of several applies to it, only
    /// that stands which all of them come to.
    fn findings(&self, account: AccountId, document: Option<&Document>) -> Vec<Finding> {
        let Self { checks, organization, shared, period, .. } = self;
        let (first, others, gap) = self.policies.of(account);
        let judge = |policy| {
            Engine { checks, organization, policy, period: *period, shared }
                .findings(account, document)
        };
        let mut findings = judge(first);
        let Some(gap) = gap else { return findings };
        if self.policies.too_many(account) {
            findings.iter_mut().for_each(|finding| undecided(finding, gap));
        }
        for policy in others {
            let mut rest: BTreeMap<String, Finding> = judge(policy)
                .into_iter()
                .map(|finding| (finding.fingerprint.clone(), finding))
                .collect();
            for finding in &mut findings {
                let other = rest.remove(&finding.fingerprint);
                if other.is_none_or(|other| other.status != finding.status) {
                    undecided(finding, gap);
                }
            }
            findings.extend(rest.into_values().map(|mut finding| {
                undecided(&mut finding, gap);
                finding
            }));
        }
        in_order(findings)
    }
}

/// The policies differ on a finding, and it is not known which of them applies.
fn undecided(finding: &mut Finding, gap: &Gap) {
    if finding.status == Status::Unknown {
        return;
    }
    finding.status = Status::Unknown;
    finding.reason = gap.cause.code().to_owned();
    finding.message = format!("not decided: which policy applies to the account: {}", gap.detail);
    finding.gap = Some(Gap { proof: None, ..gap.clone() });
}

/// The policy leaves regions out as the run's own filter does, and the scope says so.
fn leave_out(manifest: &mut Manifest, terms: &Terms) {
    let excluded = &terms.policies.base.excluded_regions;
    if excluded.is_empty() {
        return;
    }
    let globs: Vec<&str> = excluded.iter().map(String::as_str).collect();
    manifest.notes.push(Sentence::NOTE_REGIONS_LEFT_OUT.with(&[&globs.join(", ")]).into());
    for glob in excluded {
        if !manifest.excluded_regions.contains(glob) {
            manifest.excluded_regions.push(glob.clone());
        }
    }
}

impl<S: Snapshot<Error: std::error::Error + Send + Sync + 'static>> Results for Judged<'_, S> {
    type Error = AssessError<S::Error>;

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), Self::Error> {
        self.walk(&mut |Judgement { findings, .. }| {
            if findings.is_empty() { ControlFlow::Continue(()) } else { visitor(findings) }
        })
    }
}
