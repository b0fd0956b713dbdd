//! Assessments for the tests of all formats: small, but with everything that goes wrong in them.

use jiff::civil::date;
use serde_json::json;
use trailproof_core::assessment::{AccountCounts, Assessment};
use trailproof_core::check::Severity;
use trailproof_core::evidence::Cause;
use trailproof_core::finding::{AppliedWaiver, GLOBAL, Status};
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::roster::AccountState;
use trailproof_core::waiver::{WaiverReport, WaiverScope, WaiverState};

pub mod hostile;
mod parts;
pub mod quarter;

pub use parts::finding;
use parts::{account, at, built, cited, seen, shared, unknown, unread};

const HOSTILE: &str = "evil\u{1b}[31m <script>alert(1)</script>\r\n\u{202e}::error::x ]]>";

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
    for waived in results.iter_mut().filter(|one| one.status == Status::Waived) {
        waived.waiver = Some(AppliedWaiver {
            id: "w1".to_owned(),
            owner: "sec@example.com".to_owned(),
            reason: "moved to SIEM".to_owned(),
            ticket: Some("RISK-42".to_owned()),
            expires: date(2027, 1, 31),
        });
    }
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
    let waiver = |id: &str, state, findings, expires| WaiverReport {
        id: id.to_owned(),
        check: encryption.to_owned(),
        scope: WaiverScope { account: Some("111111111111".to_owned()), ..WaiverScope::default() },
        owner: "sec@example.com".to_owned(),
        reason: "moved to SIEM".to_owned(),
        ticket: Some("RISK-42".to_owned()),
        approved_by: None,
        created: date(2026, 2, 1),
        expires,
        state,
        findings,
    };
    assessment.waivers = vec![
        waiver("w1", WaiverState::Active, 1, date(2027, 1, 31)),
        waiver("w2", WaiverState::Expired, 1, date(2026, 9, 30)),
        waiver("w3", WaiverState::Unused, 0, date(2027, 1, 31)),
    ];
    let request = GateRequest {
        fail_on: Some(Severity::High),
        min_coverage: Some(trailproof_core::assessment::Milli::FULL),
        min_score: None,
        fail_on_expired_waiver: false,
        fail_on_new: None,
    };
    let Ok(gates) = Gates::of(&assessment, request);
    assessment.gates = gates.outcomes(&assessment);
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

/// Accounts of which one was not read, two are closed in some regions by a policy, and one holds what cannot be told.
pub fn gaps() -> Assessment {
    let ids = ["111111111111", "222222222222", "333333333333", "444444444444"];
    let mut accounts: Vec<_> = ["management", "media-prod", "mobile-dev", "sandbox"]
        .iter()
        .zip(ids)
        .map(|(name, id)| account(id, name, "Root/Workloads"))
        .collect();
    accounts[3].assessed = false;
    let refused = |id: &str| {
        format!(
            "cloudtrail:DescribeTrails: AccessDeniedException: with an explicit deny in a service control policy \
             (asked by arn:aws:sts::{id}:assumed-role/TrailproofAudit/trailproof)"
        )
    };
    let hint = "the multi-region trail main suggests that it is recorded";
    let gap = |check: &str, id: &str, cause: Cause, detail: &str| {
        unknown(finding(check, id, Status::Unknown, detail), cause)
    };
    let mut results = vec![finding("cloudtrail-enabled", ids[0], Status::Pass, "main records")];
    let mut not_read = Vec::new();
    let (enabled, public) = ("cloudtrail-enabled", "cloudtrail-s3-bucket-public-access-prohibited");
    let role = "sts:AssumeRole: AccessDenied";
    for check in [enabled, public, "trail-coverage-per-region"] {
        results.push(gap(check, ids[3], Cause::AssumeRoleDenied, role));
    }
    not_read.push(unread(ids[3], GLOBAL, Cause::AssumeRoleDenied, role));
    let bucket = gap(public, ids[3], Cause::AccessDenied, "s3:GetBucketAcl: AccessDenied");
    results.push(shared(at(bucket, GLOBAL, "arn:aws:s3:::example-logs")));
    let validation = "cloud-trail-log-file-validation-enabled";
    for (id, regions) in [(ids[1], &["sa-east-1"][..]), (ids[2], &["ap-east-1", "sa-east-1"])] {
        for region in regions {
            let told = format!("{}; {hint}", refused(id));
            let one = gap("trail-coverage-per-region", id, Cause::ScpDenied, &told);
            results.push(at(one, region, &format!("region/{region}")));
            let told = if *region == "ap-east-1" { refused(id) } else { told };
            not_read.push(unread(id, region, Cause::ScpDenied, &told));
        }
        for check in [enabled, public, validation] {
            results.push(gap(check, id, Cause::ScpDenied, &refused(id)));
        }
    }
    let odd =
        gap(validation, ids[0], Cause::Undecidable, "the trail's selectors contradict each other");
    results.push(at(odd, "eu-west-1", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main"));
    results.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut assessment = built(accounts, results, Some("o-abc123defg"));
    assessment.run.complete = false;
    assessment.coverage.unread = not_read;
    assessment.coverage.accounts =
        AccountCounts { listed: 4, assessed: 3, unread: 1, ..AccountCounts::default() };
    assessment
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
    for gap in assessment.results.iter_mut().filter_map(|finding| finding.gap.as_mut()) {
        gap.detail = format!("{text} (asked by {text}); {text}");
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
