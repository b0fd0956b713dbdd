//! Assessments for the tests of all formats: small, but with everything that goes wrong in them.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use trailproof_core::assessment::{
    AccountCounts, Assessment, CheckInfo, CoverageReport, Run, SCHEMA, ScopeAccount, ScopeRegion,
    ScopeReport, Unread,
};
use trailproof_core::aws::{AccountId, Partition};
use trailproof_core::check::{Group, Severity};
use trailproof_core::evidence::{Cause, Evidence, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::finding::{Finding, GLOBAL, ScoredIn, Status, fingerprint};
use trailproof_core::gate::{GateRequest, gates};
use trailproof_core::roster::{AccountState, OptInStatus};
use trailproof_core::score::{ScoreInput, ScoredAccount, score};

const HOSTILE: &str = "evil\u{1b}[31m <script>alert(1)</script>\r\n\u{202e}::error::x ]]>";

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
        gap: None,
    }
}

fn at(mut finding: Finding, region: &str, resource: &str) -> Finding {
    let place = (finding.account_id, region);
    finding.fingerprint = fingerprint(&finding.check, &finding.partition, place, resource);
    finding.region = region.to_owned();
    finding.resource = resource.to_owned();
    finding
}

fn seen(mut finding: Finding, observed: &str, expected: &str) -> Finding {
    finding.observed = observed.to_owned();
    finding.expected = expected.to_owned();
    finding
}

fn unknown(mut finding: Finding, cause: Cause) -> Finding {
    let mut gap = Gap::new(Fact::Trails, cause, finding.message.clone());
    gap.account = Some(finding.account_id);
    finding.gap = Some(gap);
    finding.reason = cause.code().to_owned();
    finding.observed.clear();
    finding
}

fn cited(mut finding: Finding, operation: &str, field: &str, value: serde_json::Value) -> Finding {
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

fn shared(mut finding: Finding) -> Finding {
    finding.scored_in = ScoredIn::Organization;
    finding
}

fn account(number: &str, name: &str, ou_path: &str) -> ScopeAccount {
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
    }
}

fn unread(account: &str, region: &str, reason: Cause, message: &str) -> Unread {
    Unread {
        account_id: id(account),
        region: region.to_owned(),
        reason,
        message: message.to_owned(),
    }
}

/// Six accounts: management, a healthy one, one with a hostile name that records nothing, one unread, one excluded,
/// one suspended.
pub fn assessment() -> Assessment {
    let mut accounts = vec![
        account("111111111111", "management", "Root"),
        account("222222222222", "ログアーカイブ prod", "Root/Security"),
        account("333333333333", HOSTILE, "Root/Workloads/Europe/Production"),
        account("444444444444", "payments", "Root/Workloads"),
        account("555555555555", "sandbox", "Root/Sandbox"),
        account("666666666666", "old-agency", "Root/Suspended"),
    ];
    accounts[0].management = true;
    accounts[3].assessed = false;
    accounts[4].assessed = false;
    accounts[4].in_scope = false;
    accounts[5].assessed = false;
    accounts[5].state = AccountState::Suspended;
    let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    let second = "arn:aws:cloudtrail:us-east-1:111111111111:trail/a-second-trail-with-a-rather-long-name-for-a-column";
    let (bucket, logs) = ("arn:aws:s3:::example-logs", "222222222222");
    let (validation, encryption) =
        ("cloud-trail-log-file-validation-enabled", "cloud-trail-encryption-enabled");
    let public = "cloudtrail-s3-bucket-public-access-prohibited";
    let off = finding(validation, "111111111111", Status::Fail, "log file validation is off");
    let denied = "cloudtrail:DescribeTrails denied";
    let role = "sts:AssumeRole denied for arn:aws:iam::444444444444:role/TrailproofAudit";
    let mut results = vec![
        shared(finding(
            "org-trail-exists",
            "111111111111",
            Status::Pass,
            "trail main is an organization trail",
        )),
        finding("cloudtrail-enabled", "111111111111", Status::Pass, "trail main records"),
        finding("cloudtrail-enabled", logs, Status::Pass, "trail main records"),
        seen(
            finding("cloudtrail-enabled", "333333333333", Status::Fail, "no trail is logging"),
            "no trail is logging",
            "a logging trail",
        ),
        unknown(
            finding("cloudtrail-enabled", "444444444444", Status::Unknown, role),
            Cause::AssumeRoleDenied,
        ),
        cited(
            seen(at(off.clone(), "us-east-1", second), "LogFileValidationEnabled=false", "true"),
            "cloudtrail:DescribeTrails",
            "LogFileValidationEnabled",
            json!(false),
        ),
        at(finding(validation, "111111111111", Status::Pass, "on"), "eu-west-1", trail),
        shared(at(finding(public, logs, Status::Pass, "not public"), GLOBAL, bucket)),
        unknown(
            shared(at(
                finding(public, logs, Status::Unknown, "s3:GetBucketPolicyStatus denied"),
                GLOBAL,
                "arn:aws:s3:::other-logs",
            )),
            Cause::AccessDenied,
        ),
        at(
            finding(encryption, "111111111111", Status::Waived, "encrypted with SSE-S3"),
            "eu-west-1",
            trail,
        ),
        finding(encryption, logs, Status::NotApplicable, "the account owns no trail"),
        finding("trail-coverage-per-region", "111111111111", Status::Pass, "recorded"),
        finding("trail-coverage-per-region", logs, Status::Pass, "recorded"),
        unknown(
            at(
                finding("trail-coverage-per-region", "333333333333", Status::Unknown, denied),
                "eu-west-1",
                "region/eu-west-1",
            ),
            Cause::ScpDenied,
        ),
        at(
            finding(
                "trail-coverage-per-region",
                "333333333333",
                Status::Fail,
                "no trail records here",
            ),
            "us-east-1",
            "region/us-east-1",
        ),
    ];
    results.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let waived =
        results.iter().find(|one| one.status == Status::Waived).unwrap().fingerprint.clone();
    let mut assessment = built(accounts, results, Some("o-abc123defg"));
    assessment.run.complete = false;
    assessment.coverage.unread = vec![
        unread("333333333333", "eu-west-1", Cause::ScpDenied, denied),
        unread("444444444444", GLOBAL, Cause::AssumeRoleDenied, role),
    ];
    assessment.coverage.accounts =
        AccountCounts { listed: 6, assessed: 3, unread: 1, excluded: 1, not_active: 1 };
    assessment.scope.notes =
        vec!["account 555555555555 is left out by --exclude-accounts".to_owned()];
    assessment.waivers = vec![json!({
        "id": "w1", "check": encryption, "owner": "sec@example.com", "reason": "moved to SIEM", "ticket": "RISK-42",
        "expires": "2027-01-31", "findings": [waived],
    })];
    let request = GateRequest {
        fail_on: Some(Severity::High),
        min_coverage: Some(trailproof_core::assessment::Milli::FULL),
        min_score: None,
    };
    assessment.gates = gates(&assessment, &request);
    assessment
}

/// One account without an organization, all well.
pub fn lone() -> Assessment {
    let results =
        vec![finding("cloudtrail-enabled", "111111111111", Status::Pass, "trail main records")];
    built(vec![account("111111111111", "", "")], results, None)
}

/// One account, judged by a check that has no object in it.
pub fn unweighed() -> Assessment {
    let nothing = "the account owns no trail";
    let check = "cloud-trail-encryption-enabled";
    let results = vec![finding(check, "111111111111", Status::NotApplicable, nothing)];
    built(vec![account("111111111111", "", "")], results, None)
}

/// So many accounts, of which every second does not encrypt.
pub fn healthy(number: usize) -> Assessment {
    let ids: Vec<String> =
        (0..number).map(|one| format!("{:012}", 100_000_000_000 + one)).collect();
    let accounts =
        ids.iter().map(|id| account(id, &format!("team-{id}"), "Root/Workloads")).collect();
    let results = ids
        .iter()
        .enumerate()
        .flat_map(|(at, id)| {
            let status = if at % 2 == 0 { Status::Fail } else { Status::Pass };
            [
                seen(
                    finding("cloud-trail-encryption-enabled", id, status, "SSE-S3"),
                    "SSE-S3",
                    "a KMS key",
                ),
                finding("cloudtrail-enabled", id, Status::Pass, "trail main records"),
            ]
        })
        .collect();
    built(accounts, results, Some("o-abc123defg"))
}

/// The first sample with a stranger's text wherever strangers can put one.
pub fn with_text(text: &str) -> Assessment {
    let mut assessment = assessment();
    for account in &mut assessment.scope.accounts {
        account.name = text.to_owned();
        account.ou_path = format!("Root/{text}");
    }
    for finding in &mut assessment.results {
        finding.message = text.to_owned();
        finding.observed = text.to_owned();
        finding.expected = text.to_owned();
        finding.resource = format!("arn:aws:s3:::{text}");
        finding.title = text.to_owned();
        for evidence in &mut finding.evidence {
            evidence.value = json!(text);
        }
    }
    for unread in &mut assessment.coverage.unread {
        unread.message = text.to_owned();
    }
    for gate in &mut assessment.gates {
        gate.message = text.to_owned();
        gate.details = vec![text.to_owned(), String::new()];
    }
    assessment.scope.notes = vec![text.to_owned()];
    assessment
}

fn built(
    accounts: Vec<ScopeAccount>,
    results: Vec<Finding>,
    organization: Option<&str>,
) -> Assessment {
    let scored = accounts
        .iter()
        .filter(|one| one.in_scope && one.state.is_active())
        .map(|one| ScoredAccount { id: one.id, assessed: one.assessed, weight: 1 })
        .collect();
    let input = ScoreInput {
        findings: results.iter().collect(),
        accounts: scored,
        organization: organization.is_some(),
    };
    let score = score(&input);
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
        },
        scope: ScopeReport {
            partition: Partition::new("aws"),
            organization_id: organization.map(str::to_owned),
            management_account_id: organization.map(|_| accounts[0].id),
            notes: Vec::new(),
            accounts,
        },
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
            })
            .collect(),
        results,
        waivers: Vec::new(),
        diff: None,
    }
}

/// Compares with the committed file `expected/<name>`; `BLESS=1 cargo test` writes it.
pub fn compare(name: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("expected").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} is not as committed (BLESS=1 cargo test writes it):\n{found}"
    );
}
