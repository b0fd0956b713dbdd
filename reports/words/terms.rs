//! The Japanese terms for what is English everywhere else: severities, statuses, groups, causes.

use trailproof_core::check::{Group, Severity};
use trailproof_core::evidence::Cause;
use trailproof_core::finding::Status;

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "緊急",
        Severity::High => "高",
        Severity::Medium => "中",
        Severity::Low => "低",
        Severity::Info => "情報",
    }
}

pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Pass => "適合",
        Status::Fail => "不適合",
        Status::Waived => "例外承認済み",
        Status::Unknown => "判定不能",
        Status::NotApplicable => "対象外",
    }
}

pub(super) const fn group(group: Group) -> &'static str {
    match group {
        Group::Presence => "記録の有無",
        Group::Protection => "保護",
        Group::Delivery => "配信",
        Group::Privilege => "権限",
        Group::Monitoring => "監視",
        Group::Organization => "組織",
        Group::Continuity => "継続性",
        Group::Cost => "費用",
        Group::Lake => "CloudTrail Lake",
    }
}

pub(super) const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::AssumeRoleDenied => "読み取り用ロールを引き受けられない",
        Cause::AccessDenied => "呼び出しが拒否された",
        Cause::ScpDenied => "サービスコントロールポリシーにより拒否された",
        Cause::RegionDisabled => "実行中にリージョンが無効化された",
        Cause::RegionUnreachable => "リージョンのエンドポイントに到達できない",
        Cause::RegionScopeUnproven => "リージョンの一覧が未確認である",
        Cause::TokenNotValidInRegion => "トークンがリージョンで有効でない",
        Cause::AccountNotActive => "アカウントが有効でない",
        Cause::CrossAccountUnreadable => "他のアカウントのリソースを読み取れない",
        Cause::Throttled => "呼び出しが制限された",
        Cause::Timeout => "応答が時間内に得られない",
        Cause::ServiceError => "サービスがエラーを返した",
        Cause::Unsupported => "サービスが対応していない",
        Cause::CredentialsExpired => "認証情報の期限が切れた",
        Cause::NotAttempted => "呼び出しを行っていない",
        Cause::NotBuiltIn => "この trailproof に組み込まれていない",
        Cause::Undecidable => "読み取った内容からは判定できない",
        Cause::NotSupplied => "必要な資料が提供されていない",
        Cause::InternalError => "trailproof の内部エラー",
    }
}
