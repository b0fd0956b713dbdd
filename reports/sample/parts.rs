//! What the sample assessments are put together from.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use trailproof_core::assessment::{
    AccountCounts, Assessment, CheckInfo, ControlScore, CoverageReport, FrameworkScore, Run,
    SCHEMA, ScopeAccount, ScopeRegion, ScopeReport, ScoreRow, StatusCounts, Unread,
};
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::check::{Group, Severity};
use trailproof_core::control::Framework;
use trailproof_core::evidence::{Cause, Evidence, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, GLOBAL, ScoredIn, Status, fingerprint};
use trailproof_core::language::JapaneseInfo;
use trailproof_core::roster::{AccountState, OptInStatus};
use trailproof_core::score::{ScoredAccount, Scorer};

const CHECKS: [(&str, &str, Group, Severity, &str); 6] = [
    (
        "cloud-trail-encryption-enabled",
        "Trails encrypt their log files with a customer managed key",
        Group::Protection,
        Severity::Medium,
        "Name a KMS key of your own in the trail's settings.",
    ),
    (
        "cloud-trail-log-file-validation-enabled",
        "Log file validation is enabled",
        Group::Protection,
        Severity::High,
        "Switch log file validation on: the digests prove that nobody changed a file.",
    ),
    (
        "cloudtrail-enabled",
        "A trail records the account's management events",
        Group::Presence,
        Severity::Critical,
        "Create an organization trail in the management account; members cannot stop it.",
    ),
    (
        "cloudtrail-s3-bucket-public-access-prohibited",
        "The log bucket is not public",
        Group::Protection,
        Severity::Critical,
        "Switch Block Public Access on for the bucket and take the public statement out of its policy.",
    ),
    (
        "org-trail-exists",
        "An organization trail exists",
        Group::Organization,
        Severity::Critical,
        "Create an organization trail.",
    ),
    (
        "trail-coverage-per-region",
        "Management events are recorded in every enabled region",
        Group::Presence,
        Severity::High,
        "Make the trail multi-region.",
    ),
];

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A finding of an account's own.
pub fn finding(check: &str, account: &str, status: Status, message: &str) -> Finding {
    let (name, title, group, severity, _) = *CHECKS.iter().find(|one| one.0 == check).unwrap();
    let (partition, owner, resource) =
        (Partition::new("aws"), id(account), format!("account/{account}"));
    Finding {
        check: name.to_owned(),
        title: title.to_owned(),
        group,
        severity,
        weight: severity.weight(),
        status,
        reason: String::new(),
        message: message.to_owned(),
        fingerprint: fingerprint(name, &partition, (owner, GLOBAL), &resource),
        partition,
        account_id: owner,
        region: GLOBAL.to_owned(),
        resource,
        observed: message.to_owned(),
        expected: String::new(),
        evidence: Vec::new(),
        scored_in: ScoredIn::Account(owner),
        inherits: None,
        waiver: None,
        gap: None,
        first_seen: None,
    }
}

pub fn at(mut finding: Finding, region: &str, resource: &str) -> Finding {
    let place = (finding.account_id, region);
    finding.fingerprint = fingerprint(&finding.check, &finding.partition, place, resource);
    finding.region = region.to_owned();
    finding.resource = resource.to_owned();
    finding
}

pub fn seen(mut finding: Finding, observed: &str, expected: &str) -> Finding {
    finding.observed = observed.to_owned();
    finding.expected = expected.to_owned();
    finding
}

pub fn unknown(mut finding: Finding, cause: Cause) -> Finding {
    let mut gap = Gap::new(Fact::Trails, cause, finding.message.clone());
    gap.account = Some(finding.account_id);
    finding.gap = Some(gap);
    finding.reason = cause.code().to_owned();
    finding.observed.clear();
    finding
}

pub fn cited(
    mut finding: Finding,
    operation: &str,
    field: &str,
    value: serde_json::Value,
) -> Finding {
    finding.evidence.push(Evidence {
        operation: operation.to_owned(),
        account_id: finding.account_id,
        region: finding.region.clone(),
        resource: finding.resource.clone(),
        field: field.to_owned(),
        value,
        read_at: time("2026-11-21T22:43:01Z"),
        request_id: None,
        source: "accounts/x.json#/1".to_owned(),
    });
    finding
}

pub fn shared(mut finding: Finding) -> Finding {
    finding.scored_in = ScoredIn::Organization;
    finding
}

pub fn account(number: &str, name: &str, ou_path: &str) -> ScopeAccount {
    let read_started = time("2026-11-21T22:42:58Z");
    ScopeAccount {
        id: id(number),
        name: name.to_owned(),
        state: AccountState::Active,
        ou_path: ou_path.to_owned(),
        management: false,
        in_scope: true,
        assessed: true,
        read_started,
        read_ended: read_started + SignedDuration::from_millis(11_445),
        regions: ["eu-west-1", "us-east-1"]
            .iter()
            .map(|name| ScopeRegion {
                name: name.parse().unwrap(),
                opt_in_status: OptInStatus::EnabledByDefault,
                in_scope: true,
            })
            .collect(),
        timeline: None,
    }
}

pub fn unread(account: &str, region: &str, reason: Cause, message: &str) -> Unread {
    Unread {
        account_id: id(account),
        region: region.to_owned(),
        reason,
        message: message.to_owned(),
    }
}

/// One framework with a score, and one of which nothing counts.
fn frameworks(total: &ScoreRow) -> BTreeMap<Framework, FrameworkScore> {
    let control = |id: &str, (check, counts): (&str, StatusCounts)| ControlScore {
        id: id.to_owned(),
        status: counts.status(),
        counts,
        checks: vec![check.to_owned()],
    };
    let none = StatusCounts::default();
    let failed = StatusCounts { pass: 3, fail: 1, ..none };
    let open = StatusCounts { pass: 1, unknown: 2, ..none };
    let row = ScoreRow { caps: Vec::new(), ..total.clone() };
    let benchmark = FrameworkScore {
        name: Framework::Cis5_0.title().to_owned(),
        row: Some(row),
        controls: vec![
            control("3.1", ("cloudtrail-enabled", open)),
            control("3.2", ("cloud-trail-log-file-validation-enabled", failed)),
            control("3.5", ("cloud-trail-encryption-enabled", StatusCounts { pass: 2, ..none })),
        ],
    };
    let criteria = FrameworkScore {
        name: Framework::Soc2.title().to_owned(),
        row: None,
        controls: vec![control("CC7.3", ("cloud-trail-log-file-validation-enabled", none))],
    };
    BTreeMap::from([(Framework::Cis5_0, benchmark), (Framework::Soc2, criteria)])
}

fn japanese(id: &str) -> JapaneseInfo {
    let (title, remediation) = match id {
        "cloud-trail-encryption-enabled" => (
            "証跡のログファイルがカスタマーマネージドキーで暗号化されている",
            "証跡の設定で、自ら管理する KMS キーを指定する。",
        ),
        "cloud-trail-log-file-validation-enabled" => (
            "ログファイルの整合性の検証が有効である",
            "ログファイルの整合性の検証を有効にする。ダイジェストファイルにより、改変がないことを証明できる。",
        ),
        "cloudtrail-enabled" => (
            "証跡がアカウントの管理イベントを記録している",
            "管理アカウントに組織の証跡を作成する。メンバーは停止できない。",
        ),
        "cloudtrail-s3-bucket-public-access-prohibited" => {
            ("ログバケットが公開されていない", "バケットのパブリックアクセスをブロックする。")
        }
        _ => ("証跡の設定が適切である", "証跡の設定を見直す。"),
    };
    JapaneseInfo {
        title: title.to_owned(),
        rationale: "重要である理由。".to_owned(),
        remediation: remediation.to_owned(),
    }
}

pub fn built(
    accounts: Vec<ScopeAccount>,
    results: Vec<Finding>,
    organization: Option<&str>,
) -> Assessment {
    let scored = accounts
        .iter()
        .filter(|one| one.in_scope && one.state.is_active())
        .map(|one| ScoredAccount { id: one.id, assessed: one.assessed, weight: 1 });
    let mut scorer = Scorer::new(scored, organization.is_some());
    results.iter().for_each(|finding| scorer.add(finding));
    let mut score = scorer.report();
    score.frameworks = frameworks(&score.total);
    let counts = AccountCounts {
        listed: accounts.len(),
        assessed: accounts.len(),
        ..AccountCounts::default()
    };
    Assessment {
        schema: SCHEMA.to_owned(),
        run: Run {
            id: "20261121T224257Z-3f9a".to_owned(),
            tool_version: "0.1.0".to_owned(),
            ruleset: "6 checks, sha256 0c6f2e".to_owned(),
            started: time("2026-11-21T22:42:57Z"),
            ended: time("2026-11-21T22:43:09.345Z"),
            caller_arn: "arn:aws:sts::111111111111:assumed-role/Audit/me".to_owned(),
            complete: true,
            policy: None,
        },
        scope: ScopeReport {
            partition: Partition::new("aws"),
            organization_id: organization.map(str::to_owned),
            management_account_id: organization.map(|_| accounts[0].id),
            notes: Vec::new(),
            period: None,
            accounts,
        },
        routes: Vec::new(),
        coverage: CoverageReport {
            percent: score.total.coverage,
            accounts: counts,
            unread: Vec::new(),
        },
        score,
        gates: Vec::new(),
        checks: CHECKS
            .iter()
            .map(|(id, title, group, severity, remediation)| CheckInfo {
                id: (*id).to_owned(),
                title: (*title).to_owned(),
                group: *group,
                severity: *severity,
                weight: severity.weight(),
                rationale: "Why it matters.".to_owned(),
                remediation: (*remediation).to_owned(),
                command: "aws cloudtrail help".to_owned(),
                link: "https://docs.aws.amazon.com/".to_owned(),
                japanese: Some(japanese(id)),
            })
            .collect(),
        results,
        waivers: Vec::new(),
        diff: None,
        earlier: Vec::new(),
    }
}
