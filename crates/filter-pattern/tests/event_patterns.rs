//! Each construct of EventBridge event patterns: what is read, what is refused and where, and what matches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};
use trailproof_filter_pattern::{Event, EventPattern, EventPatternError, Matcher, Reading};

fn read(pattern: &Value) -> EventPattern {
    EventPattern::from_value(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

#[track_caller]
fn on(test: Value, takes: &[Value], leaves: &[Value]) {
    let pattern = read(&json!({"d": {"x": [test]}}));
    let matcher = Matcher::from(&pattern);
    for value in takes {
        let event = json!({"d": {"x": value}});
        assert!(pattern.matches(&event), "{pattern} on {event}");
        assert!(matcher.matches(&Event::of_json(&event), Reading::Narrow), "{pattern} on {event}");
    }
    for value in leaves {
        let event = json!({"d": {"x": value}});
        assert!(!pattern.matches(&event), "{pattern} on {event}");
        assert!(!matcher.matches(&Event::of_json(&event), Reading::Wide), "{pattern} on {event}");
    }
}

#[test]
fn values_are_compared_by_type() {
    on(
        json!("a"),
        &[json!("a"), json!(["b", "a"])],
        &[json!("A"), json!(1), json!(null), json!([])],
    );
    on(json!(5), &[json!(5), json!(5.0), json!([1, 5])], &[json!("5"), json!(6)]);
    on(json!(null), &[json!(null)], &[json!("null"), json!({}), json!(false)]);
    on(json!(true), &[json!(true)], &[json!("true"), json!(false)]);
    on(json!(""), &[json!("")], &[json!("a"), json!(null)]);
}

#[test]
fn comparisons() {
    on(json!({"prefix": "ab"}), &[json!("ab"), json!("abc")], &[json!("Ab"), json!("a"), json!(1)]);
    on(json!({"prefix": {"equals-ignore-case": "ab"}}), &[json!("ABc")], &[json!("b"), json!("é")]);
    on(
        json!({"suffix": "yz"}),
        &[json!("yz"), json!("xyz")],
        &[json!("yzx"), json!("z"), json!("éz")],
    );
    on(json!({"suffix": {"equals-ignore-case": ".PNG"}}), &[json!("a.png")], &[json!("png")]);
    on(json!({"equals-ignore-case": "Ab"}), &[json!("aB")], &[json!("abc"), json!(1)]);
    on(json!({"exactly": "a"}), &[json!("a")], &[json!("b")]);
    on(
        json!({"wildcard": "a*/*z"}),
        &[json!("a/z"), json!("ab/c/z")],
        &[json!("az"), json!("a/zz/"), json!("a/"), json!(1)],
    );
    on(json!({"wildcard": "a\\*b\\\\*"}), &[json!("a*b\\"), json!("a*b\\c")], &[json!("axb\\")]);
    on(
        json!({"numeric": [">", 0, "<=", 5]}),
        &[json!(5), json!(0.1)],
        &[json!(0), json!(6), json!("3")],
    );
    on(json!({"numeric": ["=", 3.018e2]}), &[json!(301.8)], &[json!(301)]);
    on(
        json!({"exists": true}),
        &[json!(1), json!(null), json!([1])],
        &[json!({"y": 1}), json!([])],
    );
    on(json!({"exists": false}), &[json!({"y": 1}), json!([])], &[json!(1), json!(null)]);
    on(
        json!({"cidr": "10.0.0.0/24"}),
        &[json!("10.0.0.33")],
        &[json!("10.0.1.1"), json!("10.0.0"), json!("x"), json!("::1")],
    );
    on(json!({"cidr": "2001:db8::/32"}), &[json!("2001:db8:1::1")], &[json!("2001:db9::1")]);
    on(json!({"cidr": "0.0.0.0/0"}), &[json!("255.1.2.3")], &[json!("::1")]);
}

#[test]
fn anything_but() {
    on(
        json!({"anything-but": "a"}),
        &[json!("b"), json!(["a", "b"])],
        &[json!("a"), json!(["a"]), json!({})],
    );
    on(json!({"anything-but": ["a", "b"]}), &[json!("c")], &[json!("b")]);
    on(json!({"anything-but": [1, 2]}), &[json!(3)], &[json!(2.0)]);
    on(json!({"anything-but": {"prefix": "in"}}), &[json!("out")], &[json!("init")]);
    on(json!({"anything-but": {"suffix": ["x", "y"]}}), &[json!("xz")], &[json!("zx"), json!("y")]);
    on(json!({"anything-but": {"equals-ignore-case": ["A"]}}), &[json!("b")], &[json!("a")]);
    on(json!({"anything-but": {"wildcard": "*/lib/*"}}), &[json!("/bin")], &[json!("/lib/x")]);
    // A value of another type: AWS does not say.
    let pattern = read(&json!({"x": [{"anything-but": "a"}]}));
    let event = json!({"x": 1});
    let answer = |reading| Matcher::from(&pattern).matches(&Event::of_json(&event), reading);
    assert_eq!((answer(Reading::Narrow), answer(Reading::Wide)), (false, true));
}

#[test]
fn fields_are_joined_by_and_and_by_or() {
    let both = read(&json!({"a": ["x"], "b": {"c": ["y"]}}));
    assert!(both.matches(&json!({"a": "x", "b": {"c": "y"}, "d": 1})));
    assert!(
        !both.matches(&json!({"a": "x", "b": {"c": "z"}})) && !both.matches(&json!({"a": "x"}))
    );
    assert!(!both.matches(&json!([{"a": "x", "b": {"c": "y"}}])));
    let either = read(&json!({"a": ["x"], "$or": [{"b": ["y"]}, {"c": [1], "d": [2]}]}));
    assert!(
        either.matches(&json!({"a": "x", "b": "y"}))
            && either.matches(&json!({"a": "x", "c": 1, "d": 2}))
    );
    assert!(!either.matches(&json!({"a": "x", "c": 1})) && !either.matches(&json!({"b": "y"})));
    // Both in one element of an array of objects.
    let one = read(&json!({"list": {"a": [1], "b": [2]}}));
    assert!(one.matches(&json!({"list": [{"a": 0}, {"a": 1, "b": 2}]})));
    assert!(!one.matches(&json!({"list": [{"a": 1}, {"b": 2}]})));
    let missing = read(&json!({"a": {"b": [{"exists": false}]}}));
    assert!(missing.matches(&json!({})) && missing.matches(&json!({"a": 1})));
    assert!(!missing.matches(&json!({"a": {"b": null}})));
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    for (pattern, pointer, expected) in [
        ("[]", "", "an object that is not empty"),
        ("{}", "", "an object that is not empty"),
        (r#"{"a": "x"}"#, "/a", "an object, or an array"),
        (r#"{"a": []}"#, "/a", "an object, or an array"),
        (r#"{"a": {"b/c": [[1]]}}"#, "/a/b~1c/0", "a text, a number"),
        (r#"{"a": [{}]}"#, "/a/0", "an object with one comparison"),
        (r#"{"a": ["x", {"like": "x"}]}"#, "/a/1/like", "the name of a comparison"),
        (r#"{"a": [{"prefix": 1}]}"#, "/a/0/prefix", "a text"),
        (
            r#"{"a": [{"prefix": {"equals-ignore-case": "é"}}]}"#,
            "/a/0/prefix/equals-ignore-case",
            "a text of ASCII",
        ),
        (r#"{"a": [{"wildcard": "a**"}]}"#, "/a/0/wildcard", "no two `*`"),
        (r#"{"a": [{"wildcard": "a\\b"}]}"#, "/a/0/wildcard", "`*` or `\\`"),
        (r#"{"a": [{"anything-but": ["a", 1]}]}"#, "/a/0/anything-but/1", "texts alone"),
        (
            r#"{"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}"#,
            "/a/0/anything-but/cidr",
            "the name of",
        ),
        (r#"{"a": [{"numeric": [">"]}]}"#, "/a/0/numeric", "a comparison and a number"),
        (r#"{"a": [{"numeric": ["!=", 1]}]}"#, "/a/0/numeric", "one of =, <"),
        (r#"{"a": [{"exists": "true"}]}"#, "/a/0/exists", "true or false"),
        (r#"{"a": [{"cidr": "10.0.0.0/33"}]}"#, "/a/0/cidr", "an address"),
        (r#"{"$or": [{"a": [1]}]}"#, "/$or", "two objects"),
        (r#"{"$or": [{"a": [1]}, {"prefix": ["x"]}]}"#, "/$or/1", "names of fields"),
    ] {
        match EventPattern::parse(pattern) {
            Err(EventPatternError::Unexpected { pointer: found, expected: wanted }) => {
                assert_eq!(found, pointer, "{pattern}");
                assert!(wanted.starts_with(expected), "{pattern}: {wanted}");
            }
            other => panic!("{pattern}: {other:?}"),
        }
    }
    assert!(matches!(EventPattern::parse("{"), Err(EventPatternError::Json(_))));
}
