//! That digests are switched on is a setting; that they prove the log files is a fact, and somebody must have looked.

use jiff::SignedDuration;
use trailproof_core::answer::ValidatedChain;
use trailproof_core::aws::AccountId;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-digest-chain-valid",
    title: "The digest chains of every trail prove its log files",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Configuration says that log files should be intact. Only the digests prove that none was changed, removed \
                or added, and only to somebody who verifies them.",
    remediation: Remediation {
        summary: "Run validate-logs over the bucket and give its JSON report with --logs. No call mends what it finds: a \
                  log file or digest that is gone or changed is to be investigated.",
        command: "trailproof validate-logs --trail {trail} --start START --format json=logs.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
    },
    japanese: Japanese {
        title: "すべての証跡のダイジェストの連鎖が、ログファイルの真正性を立証している",
        rationale: "設定が示すのは、ログファイルが改変されていないはずだということにすぎない。改変、削除、追加がなかったことを立証するのは\
                    ダイジェストファイルのみであり、それも実際に検証した者に対してのみである。",
        remediation: "バケットに対して validate-logs を実行し、その JSON レポートを --logs で渡す。見つかった問題を修復する API はない。消\
                      失または改変されたログファイルやダイジェストファイルは、調査を要する。",
    },
    controls: &[
        Cis1_4.related("3.2"),
        Cis3_0.related("3.2"),
        Cis5_0.related("3.2"),
        Cis6_0.related("4.2"),
        Cis7_0.related("4.2"),
        Pci4_0_1.related("10.3.4"),
        Nist800_53R5.related("AU-9(3)"),
        Nist800_53R5.related("AU-10"),
        Soc2.related("CC7.3"),
        Iso27001_2022.related("A.5.28"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(c)(2)"),
    ],
    reads: &[Fact::Trails, Fact::LogValidation],
    judge: Judge::Trail(judge),
};

/// A report that ends longer ago says little of the trail as it is.
const OLDEST: SignedDuration = SignedDuration::from_hours(92 * 24);

/// So many chains are named one by one.
const NAMED: usize = 5;

fn judge(trail: &Trail, audit: &Audit<'_>) -> Observed<Verdict> {
    if !trail.validates_log_files()? {
        return Ok(not_applicable("log file validation is off")
            .reason(Reason::VALIDATION_OFF)
            .cite([trail.cite("LogFileValidationEnabled", false)]));
    }
    let validation = audit.organization.log_validation(trail)?;
    let (report, chains) = (validation.report, &validation.chains);
    let period = format!("{} to {}", report.from, report.to);
    let open = |detail: String| Gap {
        account: Some(trail.owner),
        proof: Some(Box::new(validation.source.cite("Sha256", report.sha256.as_str()))),
        ..Gap::new(Fact::LogValidation, Cause::Undecidable, detail)
    };
    let wrong: Vec<&ValidatedChain> =
        chains.iter().copied().filter(|chain| !wrongs(chain).is_empty()).collect();
    let total: u64 = chains.iter().map(|chain| chain.hours_total).sum();
    let proved: u64 = chains.iter().map(|chain| chain.hours_proved).sum();
    let told = |chains: &[&ValidatedChain], what: fn(&ValidatedChain) -> Vec<String>| {
        let one = |chain: &&ValidatedChain| {
            format!("{} {}: {}", chain.account_id, chain.region, what(chain).join(", "))
        };
        let mut told: Vec<String> = chains.iter().take(NAMED).map(one).collect();
        if chains.len() > NAMED {
            told.push(format!("{} more chains", chains.len() - NAMED));
        }
        told.join("; ")
    };
    let cited = |chains: &[&ValidatedChain]| {
        let named = chains.iter().take(NAMED).map(|chain| {
            validation.source.cite("Chains[]", serde_json::to_value(chain).unwrap_or_default())
        });
        let hash = validation.source.cite("Sha256", report.sha256.as_str());
        named.chain([hash]).collect::<Vec<_>>()
    };
    if !wrong.is_empty() {
        let worst = wrong.iter().map(|chain| reason(chain)).min_by_key(|reason| reason.0);
        return Ok(fail(format!("{period}, {}", told(&wrong, wrongs)))
            .reason(worst.map(|worst| worst.1))
            .observed(format!("{proved} of {total} hours proved"))
            .expected(format!("every hour from {period}"))
            .cite(cited(&wrong)));
    }
    if audit.organization.manifest.ended.duration_since(report.to) > OLDEST {
        return Err(open(format!(
            "the report ends {}, more than 92 days before the run",
            report.to
        )));
    }
    let doubtful: Vec<&ValidatedChain> =
        chains.iter().copied().filter(|chain| !doubts(chain).is_empty()).collect();
    if !doubtful.is_empty() {
        return Err(open(format!("from {period}, {}", told(&doubtful, doubts))));
    }
    if report.unread_places > 0 {
        let places = report.unread_places;
        return Err(open(format!("{places} places of the bucket could not be looked into")));
    }
    if let Some(account) = without_chain(trail, audit, chains) {
        return Err(open(format!("the report has no chain of account {account}")));
    }
    let logs: u64 = chains.iter().map(|chain| chain.logs_proved).sum();
    let chains_told =
        if chains.len() == 1 { "1 chain".into() } else { format!("{} chains", chains.len()) };
    Ok(pass(format!("{chains_told}, {proved} hours from {period} and {logs} log files are proved"))
        .observed(format!("{proved} of {total} hours proved"))
        .expected(format!("every hour from {period}"))
        .cite(cited(&[])))
}

/// What was deleted, changed, added or interrupted.
fn wrongs(chain: &ValidatedChain) -> Vec<String> {
    let mut wrongs = counted(&[(chain.hours_broken, "broken"), (chain.hours_missing, "missing")]);
    wrongs.extend(chain.errors.iter().cloned());
    wrongs.extend(counted(&[(chain.hours_gap, "in gaps of the chain")]));
    wrongs
}

/// What could not be proved.
fn doubts(chain: &ValidatedChain) -> Vec<String> {
    counted(&[(chain.hours_unverified, "unverified")])
}

fn counted(hours: &[(u64, &str)]) -> Vec<String> {
    let some = hours.iter().filter(|(hours, _)| *hours > 0);
    some.map(|(hours, what)| match hours {
        1 => format!("1 hour {what}"),
        hours => format!("{hours} hours {what}"),
    })
    .collect()
}

/// The worst of it: its rank and its code.
fn reason(chain: &ValidatedChain) -> (u8, Reason) {
    match chain {
        chain if chain.hours_broken > 0 => (0, Reason::CHAIN_BROKEN),
        chain if chain.hours_missing > 0 => (1, Reason::DIGEST_MISSING),
        chain if !chain.errors.is_empty() => (0, Reason::CHAIN_BROKEN),
        _ => (2, Reason::CHAIN_RESTARTED),
    }
}

/// An account that an organization's trail records, and of which the report has nothing.
fn without_chain(
    trail: &Trail,
    audit: &Audit<'_>,
    chains: &[&ValidatedChain],
) -> Option<AccountId> {
    let members = audit.organization.members.values().filter(|_| trail.is_organization_trail());
    let lacks = |id: AccountId| !chains.iter().any(|chain| chain.account_id == id.as_str());
    let mut active = members.filter(|member| member.state.is_active() && member.in_scope);
    active.find(|member| lacks(member.id)).map(|member| member.id)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use jiff::SignedDuration;
    use trailproof_core::answer::{LogValidation, ValidatedChain};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fixture::*;

    fn chain(account: &str) -> ValidatedChain {
        ValidatedChain {
            account_id: account.into(),
            region: "us-east-1".into(),
            trail: "audit".into(),
            home_region: "us-east-1".into(),
            organization: None,
            hours_total: 48,
            hours_proved: 48,
            hours_missing: 0,
            hours_gap: 0,
            hours_before: 0,
            hours_unverified: 0,
            hours_broken: 0,
            logs_proved: 500,
            errors: Vec::new(),
        }
    }

    fn report(chains: &[ValidatedChain]) -> LogValidation {
        let to = organization().now - SignedDuration::from_hours(3);
        LogValidation {
            sha256: "ab".repeat(32),
            tool_version: "0.1.0".into(),
            bucket: "logs".into(),
            from: to - SignedDuration::from_hours(48),
            to,
            unread_places: 0,
            chains: chains.to_vec(),
        }
    }

    fn with(report: LogValidation) -> World {
        let mut world = organization().with(trail("audit"));
        world.log_validations = vec![report];
        world
    }

    /// One chain of the trail, changed.
    fn but(change: impl FnOnce(&mut ValidatedChain)) -> World {
        let mut one = chain(MEMBER);
        change(&mut one);
        with(report(&[one]))
    }

    #[test]
    fn a_run_of_validate_logs_decides() {
        let off = trail("audit").but(|t| t.description.log_file_validation_enabled = Some(false));
        let _ = expect(&CHECK)
            .passes(with(report(&[chain(MEMBER)])))
            // Edges 158 to 161; an hour without events has a digest like any other.
            .fails("digest_missing", but(|one| (one.hours_missing, one.hours_proved) = (1, 47)))
            .fails("chain_restarted", but(|one| (one.hours_gap, one.hours_proved) = (2, 46)))
            .fails("chain_broken", but(|one| (one.hours_broken, one.hours_proved) = (1, 47)))
            .passes(but(|one| one.logs_proved = 0))
            // The trail was made within the time.
            .passes(but(|one| (one.hours_before, one.hours_proved) = (20, 28)))
            // A checkpoint that does not fit, say: an error that takes no hour away.
            .fails("chain_broken", but(|one| one.errors = vec!["checkpoint_mismatch".into()]))
            .is_unknown(
                Cause::Undecidable,
                but(|one| (one.hours_unverified, one.hours_proved) = (1, 47)),
            )
            .does_not_apply("validation_off", organization().with(off))
            .is_unknown(Cause::NotSupplied, organization().with(trail("audit")));
    }

    #[test]
    fn what_a_report_does_not_tell_of_is_unknown() {
        let long_ago = organization().now - SignedDuration::from_hours(93 * 24);
        let old = LogValidation { to: long_ago, ..report(&[chain(MEMBER)]) };
        let unread = LogValidation { unread_places: 1, ..report(&[chain(MEMBER)]) };
        let elsewhere = LogValidation { bucket: "other".into(), ..report(&[chain(MEMBER)]) };
        let other = ValidatedChain { trail: "other".into(), ..chain(MEMBER) };
        let _ = expect(&CHECK)
            .is_unknown(Cause::Undecidable, with(old))
            .is_unknown(Cause::Undecidable, with(unread))
            .is_unknown(Cause::NotSupplied, with(elsewhere))
            .is_unknown(Cause::NotSupplied, with(report(&[other])))
            .is_unknown(Cause::NotSupplied, with(report(&[chain(ARCHIVE)])))
            .passes(with(report(&[chain(MEMBER)])));
    }

    #[test]
    fn an_organization_s_trail_has_a_chain_of_each_account() {
        let of = |account: &str| ValidatedChain {
            organization: Some(ORGANIZATION.into()),
            ..chain(account)
        };
        let world = |chains: &[ValidatedChain]| {
            let mut world = organization().with(trail("audit").for_organization());
            world.log_validations = vec![report(chains)];
            world
        };
        let _ = expect(&CHECK)
            .in_account(MANAGEMENT)
            .passes(world(&[of(MEMBER), of(ARCHIVE), of(MANAGEMENT)]))
            .is_unknown(Cause::Undecidable, world(&[of(MEMBER), of(MANAGEMENT)]))
            .is_unknown(Cause::NotSupplied, world(&[chain(MEMBER)]));
    }

    #[test]
    fn nobody_is_scored_by_a_run_that_was_not_made() {
        let world = organization().with(trail("audit"));
        let demand = trailproof_core::plan::Demand::of(&[&CHECK]);
        let found = judge_all(&world, &[&CHECK], &demand, &Default::default());
        assert!(found.iter().any(|finding| finding.reason == "not_supplied"));
        assert!(
            found.iter().all(|finding| finding.weight == 0 || finding.reason != "not_supplied")
        );
    }
}
