//! The results of a snapshot, judged anew whenever somebody looks at them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::AssessError;
use crate::aws::AccountId;
use crate::check::Check;
use crate::finding::Finding;
use crate::graph::GraphBuilder;
use crate::judge::{Engine, Shared};
use crate::organization::{Organization, Standing};
use crate::policy::Policy;
use crate::results::{Results, Visitor};
use crate::snapshot::{Document, Snapshot};

/// The results of a snapshot. One account's findings are all that is ever in memory: the graph is built once, and each
/// visit reads the documents again and judges them again, to the same effect.
#[derive(Debug, Clone)]
pub struct Judged<'a, S> {
    snapshot: &'a S,
    checks: &'a [&'a Check],
    policy: &'a Policy,
    pub(super) organization: Organization,
    shared: Shared,
}

/// What the judges met in an account, and what they say of it.
pub(super) struct Judgement<'a> {
    pub(super) account: AccountId,
    /// What became of it; nothing where it is not listed and only something of it is judged.
    pub(super) standing: Option<Standing>,
    pub(super) findings: &'a [Finding],
}

impl<'a, S: Snapshot> Judged<'a, S> {
    pub(super) fn new(
        snapshot: &'a S,
        checks: &'a [&'a Check],
        policy: &'a Policy,
    ) -> Result<Self, AssessError<S::Error>> {
        let mut listed = BTreeSet::new();
        for account in &snapshot.manifest().accounts {
            if !listed.insert(account.id) {
                return Err(AssessError::Order(account.id));
            }
        }
        let mut builder = GraphBuilder::new(snapshot.manifest(), snapshot.organization());
        let read = snapshot.visit(&mut |document| {
            builder.add(document);
            ControlFlow::Continue(())
        });
        read.map_err(AssessError::Snapshot)?;
        let organization = builder.into_graph();
        let shared = Shared::of(&organization);
        Ok(Self { snapshot, checks, policy, organization, shared })
    }

    /// Judges every account that is listed or in which something stands, in order.
    pub(super) fn walk(
        &self,
        visitor: &mut dyn FnMut(Judgement<'_>) -> ControlFlow<()>,
    ) -> Result<(), AssessError<S::Error>> {
        let Self { snapshot, checks, policy, organization, shared } = self;
        let engine = Engine { checks, organization, policy, shared };
        let mut judge = |account: AccountId, document: Option<&Document>| {
            let member = organization.members.get(&account);
            let standing = member.map(|member| match (member.standing(), document) {
                (Standing::Assessed, None) => Standing::Unread,
                (standing, _) => standing,
            });
            let findings = engine.findings(account, document);
            visitor(Judgement { account, standing, findings: &findings })
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

impl<S: Snapshot<Error: std::error::Error + Send + Sync + 'static>> Results for Judged<'_, S> {
    type Error = AssessError<S::Error>;

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<(), Self::Error> {
        self.walk(&mut |Judgement { findings, .. }| {
            if findings.is_empty() { ControlFlow::Continue(()) } else { visitor(findings) }
        })
    }
}
