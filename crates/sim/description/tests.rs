use super::*;

fn refusal(change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut value: serde_json::Value =
        serde_json::from_str(include_str!("../testing.json")).unwrap();
    change(&mut value);
    Description::from_json(&value.to_string()).unwrap_err().to_string()
}

#[test]
fn what_contradicts_itself_is_refused_with_its_name() {
    let text = refusal(|d| d["accounts"][1]["id"] = "22".into());
    assert!(text.contains("\"22\" is not twelve digits"), "{text}");
    let text = refusal(|d| d["accounts"][1]["id"] = "111111111111".into());
    assert!(text.contains("111111111111 is described twice"), "{text}");
    let text = refusal(|d| d["accounts"][1]["ou"] = "ou-none".into());
    assert!(text.contains("unknown unit ou-none"), "{text}");
    let text = refusal(|d| d["accounts"][1]["buckets"][1]["name"] = "logs".into());
    assert!(text.contains("bucket logs is described twice"), "{text}");
    let text = refusal(|d| d["caller"] = "000000000000".into());
    assert!(text.contains("caller 000000000000"), "{text}");
    let text = refusal(|d| d["organization"]["management_account"] = "000000000000".into());
    assert!(text.contains("is not described"), "{text}");
    let text = refusal(|d| d["organization"]["units"][1]["parent"] = "ou-none".into());
    assert!(text.contains("parent unit ou-none"), "{text}");
    let text = refusal(|d| d["accounts"][1]["trails"][0]["IsOrganizationTrail"] = true.into());
    assert!(text.contains("only the management account"), "{text}");
}

#[test]
fn an_unknown_member_or_an_odd_time_is_refused() {
    assert!(refusal(|d| d["accounts"][1]["colour"] = "red".into()).contains("colour"));
    assert!(refusal(|d| d["now"] = "yesterday".into()).contains("yesterday"));
}

#[test]
fn a_number_is_an_age_in_minutes_and_a_text_a_time() {
    let now = Moment::parse("2026-11-21T22:42:57Z").unwrap();
    let when: When = serde_json::from_str("60").unwrap();
    assert_eq!(when.resolve(now).rfc3339(), "2026-11-21T21:42:57Z");
    let when: When = serde_json::from_str("-60").unwrap();
    assert_eq!(when.resolve(now).rfc3339(), "2026-11-21T23:42:57Z");
    let when: When = serde_json::from_str("\"2020-01-02T03:04:05+01:00\"").unwrap();
    assert_eq!(when.resolve(now).rfc3339(), "2020-01-02T02:04:05Z");
    assert_eq!(now.http_date(), "Sat, 21 Nov 2026 22:42:57 GMT");
}

#[test]
fn a_public_access_block_is_one_word_or_four() {
    let all: PublicAccessBlock = serde_json::from_str("true").unwrap();
    assert!(all.block_public_acls && all.restrict_public_buckets);
    let one: PublicAccessBlock = serde_json::from_str(r#"{"ignore_public_acls": true}"#).unwrap();
    assert!(one.ignore_public_acls && !one.block_public_policy);
}

#[test]
fn without_an_organization_the_first_account_calls() {
    let text = r#"{"now": "2026-01-01T00:00:00Z", "accounts": [{"id": "123456789012", "name": "n", "email": "e"}]}"#;
    let description = Description::from_json(text).unwrap();
    assert_eq!(description.caller_account(), "123456789012");
    assert_eq!(description.default_regions.len(), 17);
}
