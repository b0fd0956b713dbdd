//! What is not certain about AWS's behaviour, and the checks whose verdicts rest on it: shown wherever one is explained.

use trailproof_core::control::{Control, Sureness};

/// A point that nobody has confirmed against a live account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// Its number in the catalogue.
    pub number: u8,
    /// What is not certain, and how the verdicts bear it.
    pub text: &'static str,
    /// The same in Japanese.
    pub japanese: &'static str,
    /// The checks that rest on it.
    pub checks: &'static [&'static str],
}

/// Every doubt that some check rests on, by number.
pub const DOUBTS: &[Doubt] = &[
    Doubt {
        number: 1,
        text: "AWS's documentation lets a member ask GetTrailStatus for an organization trail by its ARN; whether \
               GetEventSelectors and GetInsightSelectors answer a member is not confirmed. Where they refuse, the \
               owner's answer is used, and without it the verdict is unknown.",
        japanese: "AWS のドキュメントによれば、メンバーは組織の証跡の ARN を指定して GetTrailStatus を呼び出せる。GetEventSelectors と GetInsightSelectors が\
                   メンバーに応答するかは未確認である。拒否された場合は所有者への応答を用い、それもなければ判定不能\
                   とする。",
        checks: &[
            "cloudtrail-enabled",
            "cloudtrail-insights-enabled",
            "trail-cloudwatch-delivery-healthy",
            "trail-digest-delivery-healthy",
            "trail-is-logging",
            "trail-s3-delivery-healthy",
            "trail-sns-delivery-healthy",
        ],
    },
    Doubt {
        number: 2,
        text: "A trail that says HasCustomEventSelectors=false is taken to record all management events by the default \
               selector, also where it is seen from another account; such evidence is marked as inferred.",
        japanese: "HasCustomEventSelectors=false の証跡は、他のアカウントから見える場合も含め、既定のセレクターによ\
                   りすべての管理イベントを記録するものとみなす。この監査証拠には推定である旨を付す。",
        checks: &[
            "cloudtrail-s3-dataevents-enabled",
            "cloudtrail-security-trail-enabled",
            "management-events-complete-per-region",
            "multi-region-cloudtrail-enabled",
            "trail-coverage-per-region",
        ],
    },
    Doubt {
        number: 3,
        text: "Whether LatestDeliveryError goes away after a delivery that succeeds is not confirmed; an error beside a \
               delivery of the last hour is therefore told as intermittent.",
        japanese: "配信の成功後に LatestDeliveryError が消えるかは未確認である。そのため、直近 1 時間以内の配信と併\
                   存するエラーは断続的な失敗として示す。",
        checks: &["trail-s3-delivery-healthy"],
    },
    Doubt {
        number: 4,
        text: "In which regions the China and GovCloud partitions record global service events, and how the service \
               principal is spelled in China, is not confirmed.",
        japanese: "中国および GovCloud のパーティションがグローバルサービスイベントを記録するリージョンと、中国にお\
                   けるサービスプリンシパルの表記は未確認である。",
        checks: &[
            "cloudtrail-global-service-events",
            "org-trail-bucket-policy",
            "trail-bucket-policy-allows-delivery",
            "trail-bucket-policy-source-arn",
            "trail-kms-key-policy-scoped",
        ],
    },
    Doubt {
        number: 5,
        text: "How a classic selector's bucket ARN without a trailing slash, and Equals on a bucket's ARN, match objects \
               is derived from the documentation and not tested.",
        japanese: "末尾にスラッシュのない基本セレクターのバケット ARN、およびバケット ARN に対する Equals がオブジ\
                   ェクトにどう一致するかは、ドキュメントからの推定であり、検証していない。",
        checks: &[
            "cloudtrail-all-read-s3-data-event-check",
            "cloudtrail-all-write-s3-data-event-check",
            "cloudtrail-log-bucket-dataevents",
            "cloudtrail-s3-dataevents-enabled",
            "cloudtrail-sensitive-bucket-dataevents",
            "cost-log-bucket-self-recording",
        ],
    },
    Doubt {
        number: 8,
        text: "Prices are copies of AWS's list of August 2026 by a third party; no verdict depends on one.",
        japanese: "料金は、2026 年 8 月の AWS の料金表を第三者が転記したものである。料金に依存する判定はない。",
        checks: &[
            "cost-duplicate-data-events",
            "cost-duplicate-management-events",
            "cost-insights-duplicated",
            "cost-lake-and-trail-overlap",
            "cost-log-bucket-self-recording",
        ],
    },
    Doubt {
        number: 12,
        text: "How long DescribeTrails keeps showing the organization's trail in an account that has left is not known.",
        japanese: "組織を離脱したアカウントで、DescribeTrails が組織の証跡をいつまで表示するかは不明である。",
        checks: &["trail-stale-or-orphaned"],
    },
    Doubt {
        number: 13,
        text: "That Security Hub yields no finding on MFA delete where a bucket has a lifecycle configuration is read \
               from S3.20's text; that S3 does not allow both is certain.",
        japanese: "ライフサイクル設定のあるバケットについて Security Hub が MFA 削除の検出結果を出さないことは、S3.20 の\
                   記述による。S3 が両者の併用を認めないことは確実である。",
        checks: &["s3-bucket-mfa-delete-enabled", "s3-lifecycle-policy-check"],
    },
    Doubt {
        number: 15,
        text: "Under which name event history holds a change of a bucket's Object Lock configuration is not published: \
               both spellings of S3's own documents are looked for.",
        japanese: "バケットの Object Lock 設定の変更が、イベント履歴にどの名称で記録されるかは公表されていない。S3 の\
                   ドキュメントにある両方の表記を検索する。",
        checks: &["log-bucket-tamper-events-90d"],
    },
    Doubt {
        number: 16,
        text: "NewerNoncurrentVersions is taken as the API describes it (the newest noncurrent versions are kept); one \
               example of AWS's reads as if only NoncurrentDays counted.",
        japanese: "NewerNoncurrentVersions は API の記述どおり (最新の非現行バージョンを保持する) と解釈する。AWS の\
                   例の 1 つは、NoncurrentDays のみが有効であるかのように読める。",
        checks: &["trail-access-log-target-protected", "trail-log-retention"],
    },
    Doubt {
        number: 17,
        text: "That CloudTrail sends an encryption header of its own with every file (AES256 without a key of the trail) \
               is inferred from AWS's advice on bucket policies: a bucket's default encryption is not expected to stop \
               delivery, and LatestDeliveryError decides. Digest files may be encrypted otherwise than log files.",
        japanese: "CloudTrail が各ファイルに自ら暗号化ヘッダーを付す (証跡のキーがなければ AES256) ことは、バケット\
                   ポリシーに関する AWS の助言からの推定である。バケットの既定の暗号化は配信を妨げないものとし、LatestDeliveryError に\
                   より判断する。ダイジェストファイルの暗号化はログファイルと異なる場合がある。",
        checks: &[
            "cloud-trail-encryption-enabled",
            "s3-default-encryption-kms",
            "trail-bucket-policy-allows-delivery",
        ],
    },
    Doubt {
        number: 18,
        text: "DescribeTrails is documented to show a key's ARN; that it might show an alias is provided for and was \
               never seen.",
        japanese: "DescribeTrails はキーの ARN を返すと記述されている。エイリアスを返す場合にも備えているが、その例\
                   は確認されていない。",
        checks: &["trail-kms-key-usable"],
    },
];

/// The doubts on which a check's verdicts rest, by number.
pub fn of(check: &str) -> impl Iterator<Item = &'static Doubt> {
    DOUBTS.iter().filter(move |doubt| doubt.checks.contains(&check))
}

/// What is not certain about requirements that AWS's own text does not map, in English and in Japanese.
#[must_use]
pub fn of_controls(controls: &[Control]) -> Option<[&'static str; 2]> {
    let unsure = controls.iter().any(|control| control.sureness != Sureness::Seen);
    unsure.then_some([
        "Requirements with another mark than = were not compared with the framework's own text, and those of PCI DSS \
         4.0.1 not at all.",
        "= 以外の記号が付された要求事項はフレームワークの原文と照合しておらず、PCI DSS 4.0.1 のものはいずれも照合していない。",
    ])
}
