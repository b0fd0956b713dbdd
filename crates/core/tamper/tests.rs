//! The table that the program is built with, and tables that are refused.

use super::*;

const TYPE: &str = "[[type]]\nservice = \"s3\"\nname = \"bucket\"\narn = \"arn:aws:s3:::{name}\"\n";

fn row(names: &str, rest: &str) -> String {
    format!(
        "[[action]]\nnames = [{names}]\nseverity = \"high\"\nnoticed = [\"call\"]\neffect = \"x\"\n{rest}\n{TYPE}"
    )
}

#[test]
fn the_table_is_sound_and_whole() {
    let table = read(include_str!("actions.toml")).unwrap();
    assert_eq!(&table, Table::shared());
    assert_eq!(table.actions().count(), 238);
    for action in table.actions() {
        assert!(!action.classes.is_empty() && !action.noticed.is_empty(), "{}", action.name);
        assert!(!action.effect.ends_with('.') && action.effect.len() > 10, "{}", action.name);
    }
    for class in Class::ALL {
        assert!(table.actions().any(|action| action.classes.contains(&class)), "{class:?}");
        assert_eq!(Class::of(class.letter()), Some(class));
    }
}

#[test]
fn every_type_is_used_and_every_service_is_that_of_its_resources() {
    let table = Table::shared();
    for ((service, kind), arn) in &table.arns {
        assert!(table.on(service, kind).next().is_some(), "{service} {kind}");
        assert_eq!(arn.split(':').count().max(6), arn.split(':').count(), "{arn}");
        assert!(arn.starts_with("arn:{partition}:"), "{arn}");
    }
}

#[test]
fn what_the_checks_lean_on_is_there() {
    let table = Table::shared();
    for name in ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"] {
        let action = table.action(&format!("cloudtrail:{name}")).unwrap();
        assert_eq!(action.severity, Severity::Critical);
        assert!(action.is_on("trail") && action.on.iter().all(|on| on.needed));
        let bad = [Class::Stop, Class::Blind];
        assert!(bad.iter().any(|class| action.classes.contains(class)), "{name}");
    }
    let version = table.action("S3:deleteobjectversion").unwrap();
    assert_eq!(version.noticed, BTreeSet::from([Noticed::Silent]));
    assert!(!version.on.iter().all(|on| on.needed), "an access point is one way of two");
    assert!(table.action("organizations:LeaveOrganization").unwrap().is_wildcard_only());
    assert_eq!(table.action("s3:GetObject"), None);
    assert_eq!(table.arn("s3", "bucket"), Some("arn:{partition}:s3:::{name}"));
    assert_eq!(table.arn("s3", "trail"), None);
}

#[test]
fn unsound_tables_are_refused() {
    let good = row("\"s3:PutBucketAcl\"", "classes = \"D\"\non = [\"bucket*\"]");
    assert_eq!(read(&good).unwrap().actions().count(), 1);
    let refused = |text: &str| read(text).unwrap_err();
    let twice = row("\"s3:A\", \"s3:A\"", "classes = \"D\"");
    assert_eq!(refused(&twice), DataError::Twice("s3:A".to_owned()));
    for name in ["s3", "s3:*", ":A", "s3:", "s3:A:B", "*:A"] {
        let text = row(&format!("\"{name}\""), "classes = \"D\"");
        assert_eq!(refused(&text), DataError::Name(name.to_owned()));
    }
    for classes in ["", "X", "DX"] {
        let text = row("\"s3:A\"", &format!("classes = \"{classes}\""));
        assert!(matches!(refused(&text), DataError::Classes { .. }));
    }
    let nowhere = row("\"s3:A\"", "classes = \"D\"\non = [\"object\"]");
    assert!(matches!(refused(&nowhere), DataError::Type { .. }));
    assert!(matches!(refused("x = 1"), DataError::Form(_)));
}
