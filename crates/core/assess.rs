//! A snapshot and a policy turned into an assessment: pure, and the same bytes every time.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::assessment::{
    AccountCounts, Assessment, CheckInfo, CoverageReport, Run, SCHEMA, ScopeAccount, ScopeRegion,
    ScopeReport, Unread,
};
use crate::aws::AccountId;
use crate::check::Check;
use crate::evidence::Cause;
use crate::finding::Finding;
use crate::graph::GraphBuilder;
use crate::judge::Engine;
use crate::organization::{Member, Organization};
use crate::policy::Policy;
use crate::score::{ScoreInput, ScoredAccount, score};
use crate::snapshot::{Document, Snapshot};

/// Judges these checks on a snapshot. The documents are read twice, one at a time: once for the graph, once to judge.
///
/// # Errors
/// The snapshot's own, where a document cannot be read.
pub fn assess<S: Snapshot>(
    snapshot: &S,
    checks: &[&Check],
    policy: &Policy,
) -> Result<Assessment, S::Error> {
    let mut builder = GraphBuilder::new(snapshot.manifest(), snapshot.organization());
    snapshot.visit(&mut |document| builder.add(document))?;
    let organization = builder.graph();
    let engine = Engine { checks, organization: &organization, policy };
    let mut results = engine.shared();
    let mut reached = BTreeSet::new();
    snapshot.visit(&mut |document: &Document| {
        reached.insert(document.account);
        if let Some(member) = organization.members.get(&document.account) {
            results.extend(engine.account(member, Some(document)));
        }
    })?;
    for member in organization.members.values().filter(|member| !reached.contains(&member.id)) {
        results.extend(engine.account(member, None));
    }
    results.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    Ok(assemble(&organization, checks, results))
}

fn assemble(organization: &Organization, checks: &[&Check], results: Vec<Finding>) -> Assessment {
    let judged = organization
        .members
        .values()
        .filter(|member| member.is_judged())
        .map(|member| ScoredAccount { id: member.id, assessed: member.session.is_ok(), weight: 1 })
        .collect();
    let score = score(&ScoreInput {
        findings: results.iter().collect(),
        accounts: judged,
        organization: organization.is_organization(),
    });
    let mut infos: Vec<CheckInfo> = checks.iter().map(|check| CheckInfo::from(*check)).collect();
    infos.sort_by(|one, other| one.id.cmp(&other.id));
    let unread = unread(organization, &results);
    let manifest = &organization.manifest;
    let complete = unread.is_empty() && !manifest.interrupted;
    Assessment {
        schema: SCHEMA.to_owned(),
        run: Run {
            id: manifest.run_id.clone(),
            tool_version: manifest.tool_version.clone(),
            ruleset: ruleset(&infos),
            started: manifest.started,
            ended: manifest.ended,
            caller_arn: manifest.caller_arn.clone(),
            complete,
        },
        scope: scope(organization),
        coverage: CoverageReport {
            percent: score.total.coverage,
            accounts: counts(organization),
            unread,
        },
        score,
        gates: Vec::new(),
        checks: infos,
        results,
        waivers: Vec::new(),
        diff: None,
    }
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
                    assessed: member.is_judged() && member.session.is_ok(),
                    read_started,
                    read_ended,
                    regions: scope_regions(organization, member),
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

fn counts(organization: &Organization) -> AccountCounts {
    let mut counts =
        AccountCounts { listed: organization.members.len(), ..AccountCounts::default() };
    for member in organization.members.values() {
        let slot = if !member.in_scope {
            &mut counts.excluded
        } else if !member.state.is_active() {
            &mut counts.not_active
        } else if member.session.is_ok() {
            &mut counts.assessed
        } else {
            &mut counts.unread
        };
        *slot += 1;
    }
    counts
}

/// What could not be read: every account without a session, and whatever made a finding unknown, once for each
/// account, region and cause. What was read and could not be decided is not in it.
fn unread(organization: &Organization, results: &[Finding]) -> Vec<Unread> {
    let sessions = organization
        .members
        .values()
        .filter(|member| member.is_judged())
        .filter_map(|member| Some((member.id, member.session.as_ref().err()?)));
    let findings =
        results.iter().filter_map(|finding| Some((finding.account_id, finding.gap.as_ref()?)));
    let mut rows: BTreeMap<(AccountId, String, Cause), String> = BTreeMap::new();
    for (account, gap) in
        sessions.chain(findings).filter(|(_, gap)| gap.cause != Cause::Undecidable)
    {
        let region = gap.region.as_ref().map_or(crate::finding::GLOBAL, |region| region.as_str());
        let row = rows.entry((gap.account.unwrap_or(account), region.to_owned(), gap.cause));
        let message = row.or_insert_with(|| gap.detail.clone());
        // Of several messages the first in order, so that the order of findings changes nothing.
        if gap.detail < *message {
            message.clone_from(&gap.detail);
        }
    }
    rows.into_iter()
        .map(|((account_id, region, reason), message)| Unread {
            account_id,
            region,
            reason,
            message,
        })
        .collect()
}
