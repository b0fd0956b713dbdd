//! The engine: walks the subjects, calls each check's judge, and turns what it says into findings.

use std::sync::OnceLock;

use crate::account::AccountView;
use crate::aws::{AccountId, Region};
use crate::check::{Audit, Check, Judge, OwnBucket, RegionView, TrailRegionView};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::finding::{
    Finding, GLOBAL, ScoredIn, Status, Verdict, fingerprint, not_applicable, pass,
};
use crate::organization::{Member, Organization};
use crate::period::Period;
use crate::policy::Policy;
use crate::privilege::Roll;
use crate::reason::Reason;
use crate::results::in_order;
use crate::snapshot::{Document, Probe};
use crate::trail::Trail;

mod objects;
mod shared;

use objects::trail_subject;
pub(crate) use shared::Shared;

/// One finding for each subject. An account is judged by what it owns or sees, and is unknown for what it may own or
/// see beside: what is not known outweighs what is.
fn one_each(findings: Vec<Finding>) -> Vec<Finding> {
    let mut each: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        let last = each.last_mut().filter(|last| last.sort_key() == finding.sort_key());
        let unknown = finding.status == Status::Unknown;
        match last {
            Some(last) if unknown || last.status == Status::Unknown => {
                // What was decided weighs in any case.
                let weight = last.weight.max(finding.weight);
                if last.status != Status::Unknown {
                    *last = finding;
                }
                last.weight = weight;
            }
            _ => each.push(finding),
        }
    }
    each
}

/// A subject's identity, as findings carry it.
struct Subject<'a> {
    account: AccountId,
    region: &'a str,
    resource: String,
    scored_in: ScoredIn,
}

/// Judges a catalogue on a graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine<'a> {
    /// The checks.
    pub(crate) checks: &'a [&'a Check],
    /// The graph.
    pub(crate) organization: &'a Organization,
    /// What the user expects.
    pub(crate) policy: &'a Policy,
    /// The time that the audit is about.
    pub(crate) period: Option<Period>,
    /// What of the graph is judged in which account.
    pub(crate) shared: &'a Shared,
}

impl Engine<'_> {
    fn audit(&self) -> Audit<'_> {
        Audit { organization: self.organization, policy: self.policy, period: self.period }
    }

    fn finding(&self, check: &Check, subject: Subject<'_>, judged: Observed<Verdict>) -> Finding {
        let Subject { account, region, resource, scored_in } = subject;
        let partition = self.organization.partition();
        let fingerprint = fingerprint(check.id, partition, (account, region), &resource);
        let expected = |text: String| if text.is_empty() { check.title.to_owned() } else { text };
        let judged = judged.or_else(|gap| self.closed_region(check, (account, region), gap));
        let (status, reason, message, observed, wanted, evidence, gap) = match judged {
            Ok(verdict) => (
                verdict.status,
                verdict.reason,
                verdict.message,
                verdict.observed,
                expected(verdict.expected),
                verdict.evidence,
                None,
            ),
            Err(gap) => (
                Status::Unknown,
                gap.cause.code().to_owned(),
                format!("not decided: {}", gap.detail),
                format!("not read: {}", gap.cause),
                expected(String::new()),
                gap.proof.iter().map(|proof| (**proof).clone()).collect(),
                // The proof stands under `evidence`, once.
                Some(Gap { proof: None, ..gap }),
            ),
        };
        // Nobody is scored by what a scan does not look at unless asked to.
        let supplied = gap.as_ref().is_none_or(|gap| gap.cause != Cause::NotSupplied);
        Finding {
            check: check.id.to_owned(),
            title: check.title.to_owned(),
            group: check.group,
            severity: check.severity,
            weight: if supplied { check.weight } else { 0 },
            status,
            reason,
            message,
            partition: partition.clone(),
            account_id: account,
            region: region.to_owned(),
            resource,
            observed,
            expected: wanted,
            evidence,
            fingerprint,
            scored_in: if self.organization.is_organization() {
                scored_in
            } else {
                ScoredIn::Account(account)
            },
            inherits: None,
            waiver: None,
            gap,
            first_seen: None,
        }
    }

    /// All findings of one account, in order: what stands in it of the graph's objects, and what its document tells.
    /// The document may be missing where the run did not reach the account.
    pub(crate) fn findings(&self, account: AccountId, document: Option<&Document>) -> Vec<Finding> {
        let member = self.organization.members.get(&account);
        let roll = OnceLock::new();
        let view = member.and_then(|member| self.view(member, document, &roll));
        let mut findings = self.shared(account, view.as_ref());
        if let Some(member) = member {
            findings.extend(self.account(member, view.as_ref()));
        }
        one_each(in_order(findings))
    }

    /// A region that a service control policy closed to the reader is not applicable where the policies are proved to
    /// close it to everybody, or by the user's word.
    fn closed_region(
        &self,
        check: &Check,
        (account, region): (AccountId, &str),
        gap: Gap,
    ) -> Observed<Verdict> {
        const REASON: Reason = Reason::REGION_CLOSED_BY_SCP;
        let regional =
            matches!(check.judge, Judge::Region(_) | Judge::TrailRegion(_) | Judge::Replica(_));
        if !regional || gap.cause != Cause::ScpDenied {
            return Err(gap);
        }
        let member = self.organization.members.get(&account);
        let closed = member.and_then(|member| {
            member.closed_regions.iter().find(|closed| closed.as_str() == region)
        });
        let closure = closed.and_then(|closed| self.organization.ground().closure(account, closed));
        let refused = gap.proof.as_deref().cloned();
        if let Some(closure) = closure {
            let verdict = not_applicable(closure.describe()).reason(REASON);
            return Ok(verdict.cite(closure.evidence.iter().cloned()).cite(refused));
        }
        if !self.policy.scp_denied_region_is_na {
            return Err(gap);
        }
        let message = format!("a service control policy closes the region: {}", gap.detail);
        Ok(not_applicable(message).reason(REASON).cite(refused))
    }

    /// An account that can be looked into.
    pub(crate) fn view<'v>(
        &'v self,
        member: &'v Member,
        document: Option<&'v Document>,
        roll: &'v OnceLock<Observed<Roll>>,
    ) -> Option<AccountView<'v>> {
        let readable = member.is_judged() && member.session.is_ok();
        let document = document.filter(|_| readable)?;
        Some(AccountView { member, organization: self.organization, document, roll })
    }

    fn account(&self, member: &Member, view: Option<&AccountView<'_>>) -> Vec<Finding> {
        if !member.in_scope {
            return Vec::new();
        }
        if !member.state.is_active() {
            let state = member.state.code();
            let verdict = not_applicable(format!("the account is {state}"))
                .reason(Reason::ACCOUNT_NOT_ACTIVE)
                .observed(format!("State={state}"));
            let accounts = self.checks.iter().filter(|check| {
                matches!(check.judge, Judge::Account(_) | Judge::BucketAndAccount { .. })
            });
            return accounts
                .map(|check| self.finding(check, account_subject(member), Ok(verdict.clone())))
                .collect();
        }
        let Some(view) = view else {
            // What is asked of the organization has a finding of its own.
            let kind = |judge: Judge| !matches!(judge, Judge::Organization(_));
            return self.unseen(member, kind, unreadable(member));
        };
        let mut findings = Vec::new();
        for check in self.checks {
            match check.judge {
                Judge::Account(judge) => {
                    let verdict = judge(view, &self.audit());
                    findings.push(self.finding(check, account_subject(member), verdict));
                }
                Judge::Region(judge) => {
                    findings.extend(view.regions().map(|region| {
                        let verdict = judge(&RegionView { account: view, region }, &self.audit());
                        self.finding(check, region_subject(member, region), verdict)
                    }));
                    let unproven = view.region_scope().err();
                    findings.extend(
                        unproven.map(|gap| self.finding(check, account_subject(member), Err(gap))),
                    );
                }
                Judge::BucketAndAccount { account: judge, .. } => {
                    let verdict = judge(view, &self.audit());
                    findings.push(self.finding(check, account_subject(member), verdict));
                }
                Judge::Principal(_) => findings.extend(self.principals(check, view)),
                Judge::Trail(_) | Judge::SeenTrail(_) => {
                    findings.extend(self.inherited(check, view));
                }
                Judge::TrailRegion(judge) => {
                    let seen = view.sights();
                    findings.extend(seen.iter().map(|(trail, region)| {
                        self.trail_region(check, (view, trail, region), judge)
                    }));
                }
                Judge::Replica(judge) => {
                    let own = view.trails().into_iter().flatten().map(|seen| seen.trail);
                    let own = own.filter(|trail| trail.owner == view.id());
                    findings.extend(own.flat_map(|trail| {
                        view.regions().map(move |region| {
                            self.trail_region(check, (view, trail, region), judge)
                        })
                    }));
                }
                Judge::Store(_) => findings.extend(self.without_stores(check, member)),
                Judge::OwnBucket(_) => findings.extend(self.own_buckets(check, view)),
                Judge::Organization(_)
                | Judge::BucketName(_)
                | Judge::Bucket(_)
                | Judge::EvidenceBucket(_)
                | Judge::Delivery(_)
                | Judge::BucketOwner(_)
                | Judge::GuardedTrail(_)
                | Judge::GuardedBucket(_)
                | Judge::GuardedKey(_)
                | Judge::LogGroup(_)
                | Judge::Alarm(_)
                | Judge::Key(_)
                | Judge::AnyKey(_) => {}
            }
        }
        // A region that told nothing of its trails may hide some, with their buckets and keys: that they are nowhere
        // judged must not look as if there were none.
        // So may whoever was not asked who administers CloudTrail for an owner outside the run.
        if let Some(gap) = view.trails_unseen().or_else(|| self.stand_in_unknown(view)) {
            let mut unseen = self.unseen(member, |judge| judge.needs_trails(), gap.clone());
            // A region closed by an SCP is the normal state of many organizations. Where another finding already
            // weighs the gap and other regions did tell, it is named here and not weighed a dozen times more.
            if view.any_region_told() && findings.iter().any(|finding| weighs(finding, &gap)) {
                // What is not known of its keys weighs as much as where all of its trails are seen.
                let keys: Vec<&str> = self.keys_open(member).map(|(check, _)| check.id).collect();
                let others = |finding: &&mut Finding| !keys.contains(&finding.check.as_str());
                unseen.iter_mut().filter(others).for_each(|finding| finding.weight = 0);
            }
            findings.extend(unseen);
        } else {
            let keys = self.keys_open(member);
            findings.extend(
                keys.map(|(check, gap)| self.finding(check, account_subject(member), Err(gap))),
            );
        }
        findings
    }

    /// The checks of keys that an account may have and that nobody saw, with what hides them.
    fn keys_open<'c>(&'c self, member: &'c Member) -> impl Iterator<Item = (&'c Check, Gap)> + 'c {
        self.checks.iter().filter_map(|check| Some((*check, self.keys_unseen(check, member)?)))
    }

    fn trail_region(
        &self,
        check: &Check,
        (account, trail, region): (&AccountView<'_>, &Trail, &Region),
        judge: fn(&TrailRegionView<'_>, &Audit<'_>) -> Observed<Verdict>,
    ) -> Finding {
        let subject = Subject {
            account: account.id(),
            region: region.as_str(),
            resource: trail.arn().to_owned(),
            scored_in: ScoredIn::Account(account.id()),
        };
        let verdict = judge(&TrailRegionView { account, trail, region }, &self.audit());
        self.finding(check, subject, verdict)
    }

    /// That an account has no event data store, or that it is not known whether it has.
    fn without_stores(&self, check: &Check, member: &Member) -> Option<Finding> {
        let has = self.shared.in_account(member.id).is_some_and(|objects| objects.has_stores());
        let verdict = match &member.stores_read {
            Err(gap) => Err((**gap).clone()),
            Ok(()) if has => return None,
            Ok(()) => Ok(not_applicable("the account has no event data store")
                .reason(Reason::NO_EVENT_DATA_STORE)),
        };
        Some(self.finding(check, account_subject(member), verdict))
    }

    fn own_buckets(&self, check: &Check, view: &AccountView<'_>) -> Vec<Finding> {
        let Judge::OwnBucket(judge) = check.judge else { return Vec::new() };
        let (buckets, source) = match view.buckets() {
            Ok(read) => read,
            Err(gap) => return vec![self.finding(check, account_subject(view.member), Err(gap))],
        };
        let partition = self.organization.partition();
        let mut findings: Vec<Finding> = buckets
            .iter()
            .map(|bucket| {
                let subject = Subject {
                    region: bucket.bucket_region.as_ref().map_or(GLOBAL, Region::as_str),
                    resource: format!("arn:{partition}:s3:::{}", bucket.name),
                    ..account_subject(view.member)
                };
                let verdict = judge(&OwnBucket { account: view, bucket }, &self.audit());
                self.finding(check, subject, verdict)
            })
            .filter(|finding| finding.status != Status::NotApplicable)
            .collect();
        if findings.is_empty() {
            let total = buckets.len();
            let verdict = not_applicable(format!("none of {total} buckets is designated"))
                .reason(Reason::NONE_DESIGNATED)
                .cite([source.cite("Buckets", total)]);
            findings.push(self.finding(check, account_subject(view.member), Ok(verdict)));
        }
        findings
    }

    fn stand_in_unknown(&self, view: &AccountView<'_>) -> Option<Gap> {
        let seen = view.trails().into_iter().flatten();
        seen.filter(|seen| !self.organization.judges(seen.trail))
            .find_map(|seen| self.organization.stand_in_unknown(seen.trail))
    }

    /// One unknown for each check of that kind, on the account.
    fn unseen(&self, member: &Member, kind: impl Fn(Judge) -> bool, gap: Gap) -> Vec<Finding> {
        self.checks
            .iter()
            .filter(|check| kind(check.judge))
            .map(|check| self.finding(check, account_subject(member), Err(gap.clone())))
            .collect()
    }

    fn principals(&self, check: &Check, view: &AccountView<'_>) -> Vec<Finding> {
        let Judge::Principal(judge) = check.judge else { return Vec::new() };
        let principals = match view.principals() {
            Ok(principals) => principals,
            Err(gap) => return vec![self.finding(check, account_subject(view.member), Err(gap))],
        };
        let total = principals.len();
        let mut findings: Vec<Finding> = principals
            .iter()
            .map(|principal| {
                let subject = Subject {
                    resource: principal.entry.arn.clone(),
                    ..account_subject(view.member)
                };
                self.finding(check, subject, judge(principal, &self.audit()))
            })
            .filter(|finding| matches!(finding.status, Status::Fail | Status::Unknown))
            .collect();
        if findings.is_empty() {
            let source = view.document.source(&Probe::global(Fact::AuthorizationDetails));
            let verdict = pass(format!("none of {total} principals"))
                .cite([source.cite("principals", total)]);
            findings.push(self.finding(check, account_subject(view.member), Ok(verdict)));
        }
        findings
    }

    /// What a member sees of a trail that is judged elsewhere: not applicable here, with a link to the judgement.
    fn inherited(&self, check: &Check, view: &AccountView<'_>) -> Vec<Finding> {
        let foreign =
            view.trails().into_iter().flatten().filter(|seen| seen.trail.owner != view.id());
        foreign
            .map(|seen| {
                if let Judge::SeenTrail(judge) = check.judge
                    && !self.organization.members.contains_key(&seen.trail.owner)
                {
                    let subject = Subject {
                        account: view.id(),
                        scored_in: ScoredIn::Account(view.id()),
                        ..trail_subject(seen.trail)
                    };
                    return self.finding(check, subject, judge(seen.trail, &self.audit()));
                }
                let judged = self.organization.judges(seen.trail);
                let (reason, message) = if judged {
                    (Reason::JUDGED_AT_OWNER, format!("judged at its owner {}", seen.trail.owner))
                } else {
                    (
                        Reason::OWNER_NOT_IN_RUN,
                        format!("its owner {} is not part of this run", seen.trail.owner),
                    )
                };
                let verdict = not_applicable(message)
                    .reason(reason)
                    .observed(format!("the trail belongs to {}", seen.trail.owner))
                    .cite([seen.cite()]);
                let subject = Subject {
                    account: view.id(),
                    scored_in: ScoredIn::Account(view.id()),
                    ..trail_subject(seen.trail)
                };
                let place = (seen.trail.owner, seen.trail.home().as_str());
                let partition = self.organization.partition();
                let inherits =
                    judged.then(|| fingerprint(check.id, partition, place, seen.trail.arn()));
                Finding { inherits, ..self.finding(check, subject, Ok(verdict)) }
            })
            .collect()
    }
}

/// Whether a finding is unknown for that very gap and lowers the coverage by it.
fn weighs(finding: &Finding, gap: &Gap) -> bool {
    finding.weight > 0
        && finding.gap.as_ref().is_some_and(|found| {
            (found.cause, &found.account, &found.region) == (gap.cause, &gap.account, &gap.region)
        })
}

/// Why an account cannot be looked into.
fn unreadable(member: &Member) -> Gap {
    if let Err(gap) = &member.session {
        return (**gap).clone();
    }
    Gap {
        account: Some(member.id),
        ..Gap::new(Fact::Session, Cause::NotAttempted, "the run did not reach this account")
    }
}

fn scored_in(shared: bool, account: AccountId) -> ScoredIn {
    if shared { ScoredIn::Organization } else { ScoredIn::Account(account) }
}

fn account_subject(member: &Member) -> Subject<'static> {
    Subject {
        account: member.id,
        region: GLOBAL,
        resource: format!("account/{}", member.id),
        scored_in: ScoredIn::Account(member.id),
    }
}

fn region_subject<'r>(member: &Member, region: &'r Region) -> Subject<'r> {
    Subject {
        account: member.id,
        region: region.as_str(),
        resource: format!("region/{region}"),
        scored_in: ScoredIn::Account(member.id),
    }
}
