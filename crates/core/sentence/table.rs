//! Every sentence that an assessment can carry outside of findings' own words, in both languages.

// What gates say.
sentences! {
    AT_OR_ABOVE = "at or above {0}", "重大度 {0} 以上";
    NEW_SINCE = "new since run {0}", "実行 {0} 以後の新規";
    NEW_UNSEEN = "that an earlier run did not see", "以前の実行にない新規";
    ONE_FINDING = "1 finding {0}", "{0}の不適合: 1 件";
    FINDINGS = "{0} findings {1}", "{1}の不適合: {0} 件";
    NO_FINDING = "no finding {0}", "{0}の不適合なし";
    NO_FINDING_BUT_ONE = "no finding {0}, but 1 question could not be decided", "{0}の不適合はないが、判定不能が 1 件";
    NO_FINDING_BUT = "no finding {0}, but {1} questions could not be decided", "{0}の不適合はないが、判定不能が {1} 件";
    ACCOUNT_UNREAD = "account {0} was not read", "アカウント {0} は未読";
    NO_WAIVER_EXPIRED = "no waiver has expired", "期限切れの例外なし";
    ONE_WAIVER_EXPIRED = "1 waiver has expired", "期限切れの例外: 1 件";
    WAIVERS_EXPIRED = "{0} waivers have expired", "期限切れの例外: {0} 件";
    WAIVER_EXPIRED = "waiver {0} of {1} expired on {2}", "例外 {0} (責任者 {1}) の有効期限は {2}";
    SCORE_IS = "the score is {0} at {1} % evidence coverage", "スコア {0}、監査証拠の網羅率 {1} %";
    SCORE_BELOW = "the score is {0} (to {1}) at {2} % evidence coverage, below {3}", "スコア {0} (最大 {1})、監査証拠の網羅率 {2} %、基準 {3} 未満";
    AT_MOST = "at most {0}: {1}", "上限 {0}: {1}";
    COVERAGE_ENOUGH = "the evidence coverage is {0} %, at least {1} %", "監査証拠の網羅率 {0} %、基準 {1} % 以上";
    COVERAGE_BELOW = "the evidence coverage is {0} %, below {1} %", "監査証拠の網羅率 {0} %、基準 {1} % 未満";
    NOTHING_WEIGHS = "everything was read, and nothing of it weighs anything", "すべて読み取り済みであり、加重対象なし";
    CAP_NOTHING_RECORDED = "nothing is recorded: {0} fails", "記録なし: {0} が不適合";
    CAP_CRITICAL_FAIL = "a critical check fails: {0}", "重大度「緊急」のチェックが不適合: {0}";
    CAP_CRITICAL_UNKNOWN = "a critical check could not be decided: {0}", "重大度「緊急」のチェックが判定不能: {0}";
    CAP_SHARED = "what the accounts share fails a critical check: {0}", "アカウント共有の対象が、重大度「緊急」のチェックに不適合: {0}";
    CAP_ACCOUNTS = "{0} of {1} accounts fail a critical check, the first is {2}", "{1} アカウント中 {0} アカウントが、重大度「緊急」のチェックに不適合 (最初は {2})";
    NOTE_ALONE = "account {0} alone was scanned", "アカウント {0} のみを評価";
    NOTE_NO_ORGANIZATION = "the caller's account is in no organization; {0}", "呼び出し元のアカウントは組織に属していない。{0}";
    NOTE_ORGANIZATION_UNREAD = "whether there is an organization could not be read ({0}); {1}", "組織の有無を読み取れない ({0})。{1}";
    NOTE_ACCOUNTS_UNLISTED = "the organization's accounts could not be listed ({0}); {1}", "組織のアカウントを一覧できない ({0})。{1}";
    NOTE_UNITS_UNREAD = "the organizational units could not be read ({0})", "組織単位を読み取れない ({0})";
    NOTE_NAMED = "the accounts are those that were named; the organization was not read", "対象は指定されたアカウントであり、組織は未読";
    NOTE_REGIONS_LEFT_OUT = "the policy leaves out the regions {0}", "評価方針によりリージョン {0} を除外";
    PACKAGE_COMPLETENESS = "{0} accounts are listed: {1} were assessed, {2} could not be read, {3} were left out and {4} are not active; {1} + {2} + {3} + {4} = {0}.", "一覧にあるアカウントは {0}: 評価済み {1}、未読 {2}、除外 {3}、非アクティブ {4}。{1} + {2} + {3} + {4} = {0}。";
}
