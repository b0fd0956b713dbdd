use super::*;

const WHOLE: &str = r#"# ours
[policy]
retention_days = 400
required_data_events = { s3 = "all", lambda = "all" }

[policy.sensitive_buckets]
names = ["prod-*"]

[[override]]
ou = "Root/Sandbox"
[override.policy]
retention_days = 30

[[override]]
tag = "env=prod"
policy = { lock_mode = "GOVERNANCE" }

[scan]
role_name = "Auditor"
regions = ["eu-*", "us-east-1"]
max_rps = 4

[report]
format = "json"

[waivers]
file = "waivers.toml"
"#;

fn fault(text: &str) -> String {
    ConfigFile::parse(text).unwrap_err().to_string()
}

#[test]
fn a_file_says_what_it_sets_and_in_which_line() {
    let file = ConfigFile::parse(WHOLE).unwrap();
    let lines: Vec<(&str, usize)> =
        file.parameters.iter().map(|(name, (_, line))| (name.as_str(), *line)).collect();
    assert_eq!(
        lines,
        [("required_data_events", 4), ("retention_days", 3), ("sensitive_buckets", 6)]
    );
    assert_eq!(file.overrides.iter().map(|(_, line)| *line).collect::<Vec<_>>(), [9, 14]);
    assert_eq!(file.overrides[1].0.selector().to_string(), "tag \"env=prod\"");
    assert_eq!(file.overrides[1].0.changes()["lock_mode"], "GOVERNANCE");
    assert_eq!(
        file.scan["regions"],
        Setting { values: vec!["eu-*".into(), "us-east-1".into()], line: 20 }
    );
    assert_eq!(file.scan["max_rps"].values, ["4"]);
    assert_eq!(file.waivers.unwrap().line, 27);
    assert_eq!(ConfigFile::parse("\u{feff}").unwrap(), ConfigFile::default());
}

#[test]
fn what_cannot_be_meant_is_told_with_line_key_and_mend() {
    for (text, says) in [
        (
            "[policy]\nretention_day = 1",
            "line 2: there is no \"retention_day\" here; did you mean retention_days?",
        ),
        (
            "\n[polcy]",
            "line 2: there is no \"polcy\" here; did you mean policy? expected: policy, override, scan",
        ),
        (
            "[policy]\nretention_days = \"long\"",
            "line 2: policy.retention_days: invalid type: string \"long\", a whole number is expected",
        ),
        (
            "[policy]\nretention_days = -1",
            "line 2: policy.retention_days: invalid value: integer `-1`, a whole number",
        ),
        (
            "[policy]\nlock_mode = \"GOVERNMENT\"",
            "did you mean GOVERNANCE? expected: GOVERNANCE, COMPLIANCE",
        ),
        (
            "[policy]\nlog_archive_account_ids = [\"1\"]",
            "line 2: policy.log_archive_account_ids: \"1\" is not an account id",
        ),
        ("[policy.required_data_events]\nlambd = \"all\"", "line 2: "),
        ("[[override]]\n", "line 1: override: exactly one of ou, account and tag"),
        ("[[override]]\nou = \"a\"\ntag = \"b=c\"", "exactly one of"),
        ("[[override]]\ntag = \"b\"\npolicy.retention_days = 1", "tag \"b\" is no key=value"),
        ("[[override]]\nou = \"a\"", "at least one parameter"),
        (
            "[[override]]\nou = \"a\"\n[override.policy]\nretention_dys = 1",
            "line 4: there is no \"retention_dys\" here; did you mean retention_days?",
        ),
        ("[[override]]\nou = \"a\"\n[override.policy]\nexcluded_regions = []", "whole run"),
        ("[scan]\nregions = { a = 1 }", "line 2: scan.regions: a text, a number"),
        ("[waivers]\nfiles = \"a\"", "did you mean file?"),
        ("[policy]\nretention_days = 1\nretention_days = 2", "line 3: "),
        ("[policy", "line 1: "),
        ("[policy]\nx\u{1b}[2J = 1", "line 2: "),
    ] {
        let told = fault(text);
        assert!(told.contains(says), "{text:?}\n{told}");
        assert!(!told.contains(['\n', '\u{1b}']), "{told:?}");
    }
}

#[test]
fn a_parameter_of_the_environment_is_toml_or_a_bare_text() {
    assert_eq!(parse_parameter("retention_days", "30").unwrap(), 30);
    assert_eq!(parse_parameter("lock_mode", "GOVERNANCE").unwrap(), "GOVERNANCE");
    assert_eq!(parse_parameter("lock_mode", "\"GOVERNANCE\"").unwrap(), "GOVERNANCE");
    assert_eq!(parse_parameter("excluded_regions", "[\"eu-*\"]").unwrap()[0], "eu-*");
    for (name, text) in
        [("retention_days", "long"), ("lock_mode", "a\nretention_days = 1"), ("retention_days", "")]
    {
        assert!(parse_parameter(name, text).is_err(), "{text:?}");
    }
    assert!(known_parameter("retention_days").is_ok());
    assert!(known_parameter("retention").unwrap_err().contains("did you mean retention_days?"));
}

const WAIVER: &str = r#"
[[waiver]]
id = "w1"
check = "trail-is-logging"
scope = { account = "1111*" }
owner = "sec@example.com"
reason = "parked"
created = 2026-01-01
expires = "2026-06-30"
"#;

const YAML: &str = "# ours
waiver:
  - id: w1
    check: trail-is-logging
    scope:
      account: 1111*
    owner: sec@example.com
    reason: parked
    created: 2026-01-01
    expires: '2026-06-30'
";

#[test]
fn waivers_are_the_same_in_toml_and_yaml() {
    let (toml, lines) = waivers_from_toml(WAIVER).unwrap();
    assert_eq!(lines, [2]);
    let (yaml, lines) = waivers_from_yaml(YAML).unwrap();
    assert_eq!(lines, [3]);
    assert_eq!(toml, yaml);
    assert_eq!(waivers_from_yaml("").unwrap().0, waivers_from_toml("").unwrap().0);
}

#[test]
fn a_wrong_file_of_waivers_is_told_with_its_line() {
    for (from, to, toml_says, yaml_says) in [
        (
            "owner",
            "ownr",
            "line 6: there is no \"ownr\" here; did you mean owner?",
            "line 7: there is no \"ownr\" here; did you mean owner?",
        ),
        ("2026-06-30", "2026-06-31", "line 9: waiver.expires: ", "line 10: "),
        ("2026-06-30", "soon", "line 9: waiver.expires: \"soon\" is no day", "line 10: "),
    ] {
        let told = waivers_from_toml(&WAIVER.replace(from, to)).unwrap_err().to_string();
        assert!(told.contains(toml_says), "{told}");
        let told = waivers_from_yaml(&YAML.replace(from, to)).unwrap_err().to_string();
        assert!(told.contains(yaml_says), "{told}");
        assert!(!told.contains('\n'), "{told}");
    }
    let missing = waivers_from_toml("\n[[waiver]]\nid = \"w1\"\n").unwrap_err().to_string();
    assert!(missing.contains("missing field `check`"), "{missing}");
    let bomb =
        format!("a: &a [x,x]\n{}", (0..40).map(|n| format!("b{n}: [*a,*a]\n")).collect::<String>());
    assert!(waivers_from_yaml(&bomb).is_err());
    assert!(waivers_from_yaml(&"[".repeat(100_000)).is_err());
    assert!(waivers_from_toml(&format!("a = {}", "[".repeat(100_000))).is_err());
}
