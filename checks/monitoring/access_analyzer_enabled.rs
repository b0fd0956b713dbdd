//! An analyzer tells of whatever an account opens to the outside: log buckets and keys among it.

use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "access-analyzer-enabled",
    title: "IAM Access Analyzer looks for access from outside in every enabled region",
    group: Group::Monitoring,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A bucket or key that is opened to a stranger is found by whoever looks first.",
    remediation: Remediation {
        summary: "Create an analyzer of the type ORGANIZATION in the management account or its delegated administrator's, \
                  in each region; it looks at every account.",
        command: "aws accessanalyzer create-analyzer --analyzer-name organization --type ORGANIZATION --region {region}",
        link: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-getting-started.html",
    },
    japanese: Japanese {
        title: "IAM Access Analyzer がすべての有効なリージョンで外部からのアクセスを検出している",
        rationale: "外部に公開されたバケットやキーは、最初に探した者に発見される。",
        remediation: "管理アカウントまたはその委任管理者のアカウントで、各リージョンに ORGANIZATION タイプのアナライザーを作成する。すべてのアカウントが対象となる。",
    },
    controls: &[
        Cis1_4.prowler("1.20"),
        Cis3_0.prowler("1.20"),
        Cis5_0.prowler("1.19"),
        Cis6_0.prowler("2.19"),
        Cis7_0.prowler("2.18"),
        Fsbp.recalled("IAM.28"),
        Pci4_0_1.related("7.2.4"),
        Nist800_53R5.related("AC-6"),
        Soc2.related("CC6.1"),
        Iso27001_2022.related("A.5.18"),
    ],
    reads: &[
        Fact::Organization,
        Fact::AnalyzerAdministrators,
        Fact::Regions,
        Fact::Trails,
        Fact::Analyzers,
    ],
    judge: Judge::Region(judge),
};

fn judge(view: &RegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let expected = "an active analyzer of the type ACCOUNT here, or of the type ORGANIZATION in the organization";
    let own = match view.account.analyzers(view.region) {
        Ok(Ok(offered)) => Ok(offered),
        Ok(Err(verdict)) => return Ok(verdict),
        Err(gap) => Err(gap),
    };
    if let Ok((analyzers, source)) = &own {
        let zones = ["ACCOUNT", "ORGANIZATION"];
        let found = analyzers.iter().find(|one| zones.iter().any(|zone| one.watches(zone)));
        if let Some(analyzer) = found {
            let cited = source.cite("analyzers[].arn", analyzer.arn.as_str());
            let message = format!("{} looks for access from outside", analyzer.arn);
            return Ok(pass(message).expected(expected).cite([cited]));
        }
    }
    // Members do not list the organization's analyzer, which looks at them all the same.
    if let Some(cited) = audit.organization.organization_analyzer(view.region)? {
        let message =
            format!("the organization's analyzer of {} looks at the account", view.region);
        return Ok(pass(message)
            .reason(Reason::COVERED_BY_ORG_ANALYZER)
            .expected(expected)
            .cite([cited]));
    }
    let (analyzers, source) = own?;
    let cited = source.cite("analyzers", analyzers.len());
    let message = match analyzers.first() {
        None => "there is no analyzer".to_owned(),
        Some(one) => {
            let kind = one.kind.as_deref().unwrap_or("an unknown type");
            let status = one.status.as_deref().unwrap_or("without a status");
            format!("no analyzer looks for access from outside: {} is {kind}, {status}", one.arn)
        }
    };
    Ok(fail(message).reason(Reason::NO_ANALYZER).expected(expected).cite([cited]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::Analyzer;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn with(all: &[(&str, Option<Vec<Analyzer>>)]) -> World {
        organization().but(|world| {
            for (account, analyzers) in all {
                let place = (id(account), "us-east-1".parse().unwrap());
                world.watching.analyzers.insert(place, analyzers.clone());
            }
        })
    }

    /// Nobody has any, but for one account.
    fn only(account: &str, analyzers: Vec<Analyzer>) -> World {
        let none = || Some(Vec::new());
        let nobody = [MEMBER, ARCHIVE, MANAGEMENT].map(|account| (account, none()));
        with(&[&nobody[..], &[(account, Some(analyzers))]].concat())
    }

    #[test]
    fn an_analyzer_of_the_account_or_of_the_organization_looks() {
        let failed = Analyzer { status: Some("FAILED".into()), ..analyzer("ACCOUNT") };
        let org = || only(ARCHIVE, vec![analyzer("ORGANIZATION")]);
        let none = || only(MEMBER, Vec::new());
        let unread =
            |account| none().deny_in(Some(account), Fact::Analyzers, None, Cause::AccessDenied);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .is_unknown(Cause::AccessDenied, none().deny(Fact::AnalyzerAdministrators))
            .is_unknown(Cause::AccessDenied, none().deny(Fact::Organization))
            .is_unknown(Cause::AccessDenied, unread(ARCHIVE))
            .is_unknown(Cause::AccessDenied, unread(MANAGEMENT))
            .is_unknown(Cause::AccessDenied, unread(MEMBER))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
            .is_unknown(Cause::AccessDenied, with(&[(MEMBER, None)]).deny(Fact::Trails))
            .in_region("us-east-1")
            .passes(only(MEMBER, vec![analyzer("ACCOUNT")]))
            .passes(org())
            .passes(org().deny_in(Some(MEMBER), Fact::Analyzers, None, Cause::AccessDenied))
            .fails("no_analyzer", none())
            .fails("no_analyzer", only(MEMBER, vec![failed]))
            .fails("no_analyzer", only(MEMBER, vec![analyzer("ACCOUNT_UNUSED_ACCESS")]))
            .fails("no_analyzer", only(ARCHIVE, vec![analyzer("ACCOUNT")]))
            .does_not_apply("service_not_in_region", with(&[(MEMBER, None)]));
    }
}
