//! What CI servers rely on, and what they choke on.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roxmltree::{Document, Node};
use trailproof_core::evidence::Cause;

use super::*;
use crate::sample;

fn written(assessment: &Assessment, grain: Grain) -> String {
    let mut out = Vec::new();
    write(assessment, grain, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn elements<'a>(node: Node<'a, 'a>, tag: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| child.has_tag_name(tag))
}

/// Everything that holds of every file, whatever is in it.
pub(crate) fn check_form(xml: &str) {
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    let names =
        |node: Node<'_, '_>| node.attributes().map(|one| one.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(root), ["name", "tests", "failures", "errors", "time"]);
    let mut totals = [0; 3];
    for (id, suite) in elements(root, "testsuite").enumerate() {
        let expected = "name tests failures errors skipped time timestamp hostname id package";
        assert_eq!(names(suite).join(" "), expected);
        assert_eq!(suite.attribute("id"), Some(id.to_string().as_str()));
        let mut seen = BTreeSet::new();
        let mut counts = BTreeMap::from([("failure", 0), ("error", 0), ("skipped", 0)]);
        for case in elements(suite, "testcase") {
            assert_eq!(names(case), ["classname", "name", "time"]);
            assert!(seen.insert((case.attribute("classname"), case.attribute("name"))), "{case:?}");
            let children: Vec<_> = case.children().filter(Node::is_element).collect();
            assert!(children.len() <= 1);
            for child in children {
                *counts.get_mut(child.tag_name().name()).unwrap() += 1;
                let message = child.attribute("message").unwrap();
                assert!(
                    !message.is_empty()
                        && message.chars().count() <= 250
                        && !message.contains(['\n', '\r'])
                );
                assert!(!child.text().unwrap().trim().is_empty());
                if !child.has_tag_name("skipped") {
                    assert!(child.attribute("type").unwrap().starts_with("trailproof."));
                }
            }
        }
        let number = |name: &str| suite.attribute(name).unwrap().parse::<usize>().unwrap();
        assert_eq!(number("tests"), seen.len());
        for (tag, attribute) in
            [("failure", "failures"), ("error", "errors"), ("skipped", "skipped")]
        {
            assert_eq!(number(attribute), counts[tag]);
        }
        for (total, attribute) in totals.iter_mut().zip(["tests", "failures", "errors"]) {
            *total += number(attribute);
        }
    }
    for (total, attribute) in totals.iter().zip(["tests", "failures", "errors"]) {
        assert_eq!(root.attribute(attribute), Some(total.to_string().as_str()));
    }
    let allowed = |character: char| matches!(character, '\n' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(xml.chars().find(|one| !allowed(*one)), None);
    assert!(!xml.contains("&#27;") && !xml.contains("<!"));
}

/// The case of that name in the suite whose name begins so.
fn case<'a>(document: &'a Document<'a>, suite: &str, name: &str) -> Node<'a, 'a> {
    let named =
        |node: &Node<'_, '_>, start: &str| node.attribute("name").unwrap().starts_with(start);
    let suite =
        elements(document.root_element(), "testsuite").find(|node| named(node, suite)).unwrap();
    elements(suite, "testcase").find(|node| named(node, name)).unwrap()
}

#[test]
fn the_sample_is_written_as_committed() {
    for (grain, name) in
        [(Grain::Check, "junit-check.xml"), (Grain::Resource, "junit-resource.xml")]
    {
        let xml = written(&sample::assessment(), grain);
        check_form(&xml);
        sample::compare(name, &xml);
    }
}

#[test]
fn every_account_of_the_organization_is_in_the_coverage_suite() {
    let xml = written(&sample::assessment(), Grain::Check);
    let document = Document::parse(&xml).unwrap();
    for (account, tag, message) in [
        ("111111111111", None, ""),
        ("444444444444", Some("error"), "not assessed: sts:AssumeRole denied"),
        ("555555555555", Some("skipped"), "excluded"),
        ("666666666666", Some("skipped"), "not active: SUSPENDED"),
    ] {
        let case = case(&document, "coverage", &format!("account {account}"));
        let child = case.first_element_child();
        assert_eq!(child.map(|node| node.tag_name().name()), tag);
        assert!(child.is_none_or(|node| node.attribute("message").unwrap().starts_with(message)));
    }
    let unread = case(&document, "coverage", "account 444444444444").first_element_child().unwrap();
    assert_eq!(unread.attribute("type"), Some("trailproof.unknown.assume_role_denied"));
}

#[test]
fn a_case_is_as_bad_as_the_worst_finding_in_it() {
    let xml = written(&sample::assessment(), Grain::Check);
    let document = Document::parse(&xml).unwrap();
    let outcome = |account: &str, check: &str| {
        let case = case(&document, account, check);
        case.first_element_child().map(|child| {
            let attribute = |name: &str| child.attribute(name).unwrap_or_default().to_owned();
            (
                child.tag_name().name().to_owned(),
                attribute("message"),
                attribute("type"),
                child.text().unwrap().to_owned(),
            )
        })
    };
    assert_eq!(outcome("111111111111", "cloudtrail-enabled"), None);
    let (tag, message, kind, text) = outcome("333333333333", "trail-coverage-per-region").unwrap();
    assert_eq!((tag.as_str(), kind.as_str()), ("failure", "trailproof.fail.high"));
    assert_eq!(message, "1 of 2 regions (1 not decided): no trail records here");
    assert!(text.contains("not decided, beside the failure: 1\nregion: eu-west-1"), "{text}");
    let (tag, message, kind, _) = outcome("222222222222", "cloudtrail-s3-bucket").unwrap();
    assert_eq!((tag.as_str(), kind.as_str()), ("error", "trailproof.unknown.access_denied"));
    assert_eq!(message, "not decided: 1 of 2 buckets: s3:GetBucketPolicyStatus denied");
    let (tag, message, _, text) = outcome("111111111111", "cloud-trail-encryption").unwrap();
    assert_eq!(tag, "skipped");
    assert_eq!(message, "waived until 2027-01-31 by sec@example.com: moved to SIEM (RISK-42)");
    assert_eq!(message, text);
    let (tag, message, ..) = outcome("222222222222", "cloud-trail-encryption").unwrap();
    assert_eq!(
        (tag.as_str(), message.as_str()),
        ("skipped", "not applicable: the account owns no trail")
    );
}

#[test]
fn findings_of_accounts_that_were_not_read_or_not_listed_are_not_lost() {
    let mut assessment = sample::assessment();
    let mut stray =
        sample::finding("cloudtrail-enabled", "999999999999", Status::Fail, "no trail is logging");
    stray.reason = Cause::Undecidable.code().to_owned();
    assessment.results.push(stray);
    let xml = written(&assessment, Grain::Check);
    check_form(&xml);
    let document = Document::parse(&xml).unwrap();
    assert!(case(&document, "999999999999", "cloudtrail-enabled").first_element_child().is_some());
    assert!(case(&document, "444444444444", "cloudtrail-enabled").first_element_child().is_some());
}

#[test]
fn equal_names_are_told_apart() {
    let mut assessment = sample::assessment();
    let twin = assessment.results[0].clone();
    assessment.results.extend([twin.clone(), twin]);
    let xml = written(&assessment, Grain::Resource);
    check_form(&xml);
    assert!(xml.contains(" (2)\"") && xml.contains(" (3)\""), "{xml}");
}

#[test]
fn a_name_with_a_line_break_keeps_it_as_a_reference() {
    let mut assessment = sample::lone();
    assessment.scope.accounts[0].name = "a\tb\r\nc \"d\" <&>".to_owned();
    let xml = written(&assessment, Grain::Check);
    assert!(xml.contains("name=\"111111111111 a&#9;b&#13;&#10;c &quot;d&quot; &lt;&amp;&gt;\""));
    let document = Document::parse(&xml).unwrap();
    let suite = elements(document.root_element(), "testsuite").last().unwrap();
    assert_eq!(suite.attribute("name"), Some("111111111111 a\tb\r\nc \"d\" <&>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_breaks_the_file(
        parts in prop::collection::vec(prop_oneof![
            any::<String>(),
            "[\\x00-\\x1f\\x7f-\\x9f]{0,4}",
            prop::sample::select(vec![
                "]]>", "\u{fffe}", "\u{ffff}", "\u{1b}[31m", "\u{1b}]0;x\u{7}", "&#27;", "<!--", "\\ud800", "\"", "'", "\u{202e}",
            ]).prop_map(str::to_owned),
        ], 0..6),
        resource in any::<bool>(),
    ) {
        let text = parts.concat();
        let grain = if resource { Grain::Resource } else { Grain::Check };
        let (plain, hostile) = (sample::assessment(), sample::with_text(&text));
        let (plain, xml) = (written(&plain, grain), written(&hostile, grain));
        check_form(&xml);
        let counts = |xml: &str| {
            let document = Document::parse(xml).unwrap();
            ["tests", "failures", "errors"].map(|name| document.root_element().attribute(name).unwrap().to_owned())
        };
        prop_assert_eq!(counts(&plain), counts(&xml));
    }
}

#[test]
fn several_files_together_hold_what_one_would() {
    let assessment = sample::assessment();
    let whole = written(&assessment, Grain::Check);
    let mut parts: Vec<String> = Vec::new();
    write_split(&assessment, Grain::Check, 2, &mut |number, bytes| {
        if number == parts.len() {
            parts.push(String::new());
        }
        parts.last_mut().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
        Ok(())
    })
    .unwrap();
    parts.iter().for_each(|part| check_form(part));
    assert!(parts.len() > 1);
    let cases = |text: &str| -> Vec<String> {
        let document = Document::parse(text).unwrap();
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        cases
            .map(|case| {
                let attribute = |name| case.attribute(name).unwrap_or_default();
                format!("{} {}", attribute("classname"), attribute("name"))
            })
            .collect()
    };
    let together: Vec<String> = parts.iter().flat_map(|part| cases(part)).collect();
    assert_eq!(together, cases(&whole));
    assert!(parts.iter().skip(1).all(|part| !part.contains("<testsuite name=\"coverage\"")));
}
