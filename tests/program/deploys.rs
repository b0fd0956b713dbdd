//! What is deployed into accounts: template and module hold the policy that the program prints, and nothing beside it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use yaml_rust2::{Yaml, YamlLoader};

use crate::program::Place;

fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn printed(more: &[&str]) -> String {
    Place::new().program(&["policy"]).more(more).run().quietly(0).stdout
}

fn as_json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) => json!(text),
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(truth) => json!(truth),
        Yaml::Array(items) => items.iter().map(as_json).collect(),
        Yaml::Hash(map) => map
            .iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), as_json(value)))
            .collect(),
        other => panic!("{other:?} is no part of a template"),
    }
}

fn template(text: &str) -> Value {
    as_json(&YamlLoader::load_from_str(text).unwrap()[0])
}

#[test]
fn the_template_and_the_module_hold_the_printed_policy() {
    let wanted: Value = serde_json::from_str(&printed(&["--for", "reader"])).unwrap();
    let module: Value = serde_json::from_str(&file("terraform/reader-policy.json")).unwrap();
    assert_eq!(module, wanted);
    for name in ["reader-role.cfn.yaml", "terraform/reader-role.cfn.yaml"] {
        let role = &template(&file(name))["Resources"]["ReaderRole"]["Properties"];
        assert_eq!(
            role["Policies"],
            json!([{"PolicyName": "TrailproofRead", "PolicyDocument": wanted}])
        );
        assert!(role.get("ManagedPolicyArns").is_none());
    }
}

#[test]
fn what_lies_in_the_repository_is_what_the_program_prints() {
    let wanted = printed(&["--format", "cloudformation"]);
    assert!(file("reader-role.cfn.yaml") == wanted, "`cargo xtask bless` writes it anew");
    assert!(file("terraform/reader-role.cfn.yaml") == wanted, "`cargo xtask bless` writes it anew");
}

#[test]
fn every_name_that_the_module_uses_is_declared() {
    let main = file("terraform/main.tf");
    let (variables, outputs) = (file("terraform/variables.tf"), file("terraform/outputs.tf"));
    for text in [&main, &variables, &outputs] {
        for (open, close) in [('{', '}'), ('[', ']'), ('(', ')')] {
            assert_eq!(text.matches(open).count(), text.matches(close).count(), "{open} in {text}");
        }
    }
    let name = |rest: &str| -> String {
        rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
    };
    for text in [&main, &outputs] {
        for used in text.split("var.").skip(1).map(name) {
            assert!(variables.contains(&format!("variable \"{used}\" {{")), "{used}");
        }
    }
    for declared in variables.split("variable \"").skip(1).map(name) {
        assert!(main.contains(&format!("var.{declared}")), "{declared} is not used");
    }
    for used in main.split("${path.module}/").skip(1) {
        file(&format!("terraform/{}", used.split('"').next().unwrap()));
    }
    let parameters = template(&file("terraform/reader-role.cfn.yaml"))["Parameters"].clone();
    for parameter in parameters.as_object().unwrap().keys() {
        assert!(main.contains(&format!("    {parameter} ")), "{parameter} is not given");
    }
}

#[test]
fn a_template_is_the_readers_alone() {
    let place = Place::new();
    let both = ["policy", "--format", "cloudformation", "--for", "caller"];
    place.run(&both).stopped(2, &["the reader role's"]);
    let one =
        ["--format", "cloudformation", "--check", "trail-is-logging", "--role-name", "Auditor"];
    let template = template(&printed(&one));
    assert_eq!(template["Parameters"]["RoleName"]["Default"], "Auditor");
    let policy =
        &template["Resources"]["ReaderRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    assert!(policy["Statement"][0]["Action"].as_array().unwrap().len() < 8, "{policy}");
}
