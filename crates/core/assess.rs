//! A snapshot and a policy turned into an assessment: pure, and the same bytes every time.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::assessment::{
    AccountCounts, Assessment, CheckInfo, CoverageReport, Run, SCHEMA, ScopeAccount, ScopeRegion,
    ScopeReport, routes,
};
use crate::aws::AccountId;
use crate::check::Check;
use crate::finding::Finding;
use crate::history::timeline::AccountTimeline;
use crate::organization::{Member, Organization, Standing};
use crate::period::PeriodReport;
use crate::policies::Resolved;
use crate::policy::Policy;
use crate::results::Kept;
use crate::score::{ScoredAccount, Scorer};
use crate::snapshot::Snapshot;
use crate::terms::Terms;
use crate::waiver::Uses;

mod judged;
mod unread;

pub use judged::Judged;
use unread::Gaps;

/// Why a snapshot could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssessError<E> {
    /// A document could not be read.
    #[error(transparent)]
    Snapshot(E),
    /// An account is listed twice, or has two documents, or one that is not in the order of the accounts.
    #[error("account {0} comes twice in the snapshot, or not in the order of the accounts")]
    Order(AccountId),
    /// The accounts do not add up: a fault of trailproof itself.
    #[error(transparent)]
    Unaccounted(Unaccounted),
}

/// Accounts of which the assessment does not say what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} accounts are listed and {scope} are in the scope, but {} were assessed, {} unread, {} excluded and {} not \
     active; this is a bug in trailproof",
    .counts.listed, .counts.assessed, .counts.unread, .counts.excluded, .counts.not_active
)]
pub struct Unaccounted {
    /// What the judges met.
    pub counts: AccountCounts,
    /// How many accounts the scope names.
    pub scope: usize,
}

/// Judges these checks on a snapshot. The documents are read twice, one at a time: once for the graph, once to judge;
/// and once more for each later visit of the results.
///
/// # Errors
/// Where the snapshot cannot be read or is not in order, and where the accounts do not add up.
pub fn assess<'a, S: Snapshot>(
    snapshot: &'a S,
    checks: &'a [&'a Check],
    policy: &Policy,
) -> Result<Assessment<Judged<'a, S>>, AssessError<S::Error>> {
    assess_watched(snapshot, checks, &policy.clone().into(), &mut |_| {})
}

/// The same with results that are held in memory: everything is judged once, and not again for whoever looks at them.
///
/// # Errors
/// As [`assess`].
pub fn assess_held<S: Snapshot>(
    snapshot: &S,
    checks: &[&Check],
    policy: &Policy,
) -> Result<Assessment, AssessError<S::Error>> {
    let mut held = Vec::new();
    let terms = policy.clone().into();
    let mut hold = |findings: &[Finding]| held.extend_from_slice(findings);
    let assessment = assess_watched(snapshot, checks, &terms, &mut hold)?;
    Ok(assessment.map(|_| held))
}

/// The same under a user's terms, with results that are held in memory where the snapshot lists at most so many accounts, and
/// judged anew at each visit where there are more. Shows each account's findings to an onlooker on the way.
///
/// # Errors
/// As [`assess`].
pub fn assess_kept<'a, S: Snapshot>(
    snapshot: &'a S,
    checks: &'a [&'a Check],
    (terms, few): (&Terms, usize),
    onlooker: &mut dyn FnMut(&[Finding]),
) -> Result<Assessment<Kept<Judged<'a, S>>>, AssessError<S::Error>> {
    let mut held = (snapshot.manifest().accounts.len() <= few).then(Vec::new);
    let assessment = assess_watched(snapshot, checks, terms, &mut |findings| {
        onlooker(findings);
        held.iter_mut().for_each(|held| held.extend_from_slice(findings));
    })?;
    Ok(assessment.map(|results| held.map_or(Kept::Anew(results), Kept::Held)))
}

/// The same under a user's terms, and shows each account's findings to an onlooker on the way: what is folded there costs no visit of its
/// own.
///
/// # Errors
/// As [`assess`].
pub fn assess_watched<'a, S: Snapshot>(
    snapshot: &'a S,
    checks: &'a [&'a Check],
    terms: &Terms,
    onlooker: &mut dyn FnMut(&[Finding]),
) -> Result<Assessment<Judged<'a, S>>, AssessError<S::Error>> {
    let results = Judged::new(snapshot, checks, terms)?;
    let organization = &results.organization;
    let judged = organization.members.values().filter(|member| member.is_judged());
    let scored = judged.map(|member| {
        let assessed = member.standing() == Standing::Assessed;
        ScoredAccount { id: member.id, assessed, weight: member.criticality() }
    });
    let mut scorer = Scorer::new(scored, organization.is_organization()).with_profiles(checks);
    let mut gaps = Gaps::of_sessions(organization);
    let mut counts =
        AccountCounts { listed: organization.manifest.accounts.len(), ..AccountCounts::default() };
    let mut uses = Uses::default();
    let mut timelines: BTreeMap<AccountId, AccountTimeline> = BTreeMap::new();
    let mut read: Option<(Timestamp, Timestamp)> = None;
    results.walk(&mut |judgement| {
        if let Some(line) = results.timeline(judgement.account, judgement.document) {
            let (from, to) = read.unwrap_or(line.read);
            read = Some((from.max(line.read.0), to.min(line.read.1)));
            let told = AccountTimeline { from: line.from, to: line.to, rows: line.rows() };
            timelines.insert(judgement.account, told);
        }
        for finding in judgement.findings {
            scorer.add(finding);
            finding.gap.iter().for_each(|gap| gaps.add(finding.account_id, gap));
        }
        scorer.close(judgement.account);
        judgement.standing.into_iter().for_each(|standing| counts.add(standing));
        onlooker(judgement.findings);
        uses.add(judgement.uses);
        ControlFlow::Continue(())
    })?;
    let mut scope = scope(organization);
    scope.notes.extend(notes(&results.policies));
    for account in &mut scope.accounts {
        account.timeline = timelines.remove(&account.id);
    }
    scope.period = terms.period.map(|period| PeriodReport::of(period, read));
    scope.notes.extend(scope.period.iter().flat_map(PeriodReport::lines));
    add_up(organization, &scope, counts).map_err(AssessError::Unaccounted)?;
    let score = scorer.report();
    let mut infos: Vec<CheckInfo> = checks.iter().map(|check| CheckInfo::from(*check)).collect();
    infos.sort_by(|one, other| one.id.cmp(&other.id));
    let unread = gaps.rows();
    let manifest = &organization.manifest;
    Ok(Assessment {
        schema: SCHEMA.to_owned(),
        run: Run {
            id: manifest.run_id.clone(),
            tool_version: manifest.tool_version.clone(),
            ruleset: ruleset(&infos),
            started: manifest.started,
            ended: manifest.ended,
            caller_arn: manifest.caller_arn.clone(),
            complete: unread.is_empty() && !manifest.interrupted,
            policy: terms.policies.report(),
        },
        scope,
        routes: routes(organization),
        coverage: CoverageReport { percent: score.total.coverage, accounts: counts, unread },
        score,
        gates: Vec::new(),
        checks: infos,
        waivers: results.waivers.report(&uses, manifest.ended),
        results,
        diff: None,
        earlier: Vec::new(),
    })
}

/// What a reader must know of the overrides.
fn notes(policies: &Resolved) -> impl Iterator<Item = String> + '_ {
    policies
        .idle()
        .iter()
        .map(|selects| format!("the policy's override for {selects} is for no account"))
}

/// The law that no account is lost: each that is listed is in the scope once, and the judges met each as just one of
/// assessed, unread, excluded and not active.
fn add_up(
    organization: &Organization,
    scope: &ScopeReport,
    counts: AccountCounts,
) -> Result<(), Unaccounted> {
    let AccountCounts { listed, assessed, unread, excluded, not_active } = counts;
    let accounts = &scope.accounts;
    let once =
        accounts.is_sorted_by(|one, next| one.id < next.id)
            && organization.manifest.accounts.iter().all(|account| {
                accounts.binary_search_by_key(&account.id, |listed| listed.id).is_ok()
            });
    let told = accounts.iter().filter(|account| account.assessed).count();
    let holds = listed == assessed + unread + excluded + not_active
        && listed == accounts.len()
        && once
        && told == assessed;
    if holds { Ok(()) } else { Err(Unaccounted { counts, scope: accounts.len() }) }
}

/// The checks' number and the hash of all that they say of themselves: equal where two runs judged the same rules.
fn ruleset(checks: &[CheckInfo]) -> String {
    let mut hash = Sha256::new();
    for check in checks {
        let parts = [
            &check.id,
            &check.title,
            check.severity.code(),
            &check.weight.to_string(),
            &check.rationale,
        ]
        .map(|part: &str| part.to_owned());
        hash.update(parts.join("\0").as_bytes());
        hash.update([0, 0]);
    }
    let digest: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{} checks, sha256 {digest}", checks.len())
}

fn scope(organization: &Organization) -> ScopeReport {
    let manifest = &organization.manifest;
    let described = organization.description.as_ref().ok().and_then(Option::as_ref);
    let management = described.map(|read| read.value.master_account_id);
    ScopeReport {
        partition: manifest.partition.clone(),
        organization_id: described
            .filter(|_| organization.is_organization())
            .map(|read| read.value.id.clone()),
        management_account_id: management,
        notes: manifest.notes.clone(),
        period: None,
        accounts: organization
            .members
            .values()
            .map(|member| {
                let (read_started, read_ended) =
                    member.read_between.unwrap_or((manifest.started, manifest.started));
                ScopeAccount {
                    id: member.id,
                    name: member.name.clone(),
                    state: member.state,
                    ou_path: member.ou_path.clone(),
                    management: management == Some(member.id),
                    in_scope: member.in_scope,
                    assessed: member.standing() == Standing::Assessed,
                    read_started,
                    read_ended,
                    regions: scope_regions(organization, member),
                    timeline: None,
                }
            })
            .collect(),
    }
}

fn scope_regions(organization: &Organization, member: &Member) -> Vec<ScopeRegion> {
    let mut regions: Vec<ScopeRegion> = member
        .regions
        .iter()
        .map(|entry| ScopeRegion {
            name: entry.region_name.clone(),
            opt_in_status: entry.region_opt_status,
            in_scope: entry.region_opt_status.in_scope()
                && organization.manifest.wants_region(&entry.region_name),
        })
        .collect();
    regions.sort_by(|one, other| one.name.cmp(&other.name));
    regions
}
