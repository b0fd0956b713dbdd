//! Each construct of CloudWatch Logs filter patterns: what is read, what is refused and where, and what matches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};
use trailproof_filter_pattern::{Event, FilterPattern, Matcher, PatternError, Reading};

fn read(pattern: &str) -> FilterPattern {
    FilterPattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn refused(pattern: &str) -> PatternError {
    FilterPattern::parse(pattern).expect_err(pattern)
}

#[track_caller]
fn takes(pattern: &str, events: &[Value]) {
    for event in events {
        assert!(read(pattern).matches(&Event::of_json(event)), "{pattern} on {event}");
    }
}

#[track_caller]
fn leaves(pattern: &str, events: &[Value]) {
    let matcher = Matcher::from(&read(pattern));
    for event in events {
        assert!(!matcher.matches(&Event::of_json(event), Reading::Wide), "{pattern} on {event}");
    }
}

/// What one reading takes and another does not.
#[track_caller]
fn is_open(pattern: &str, events: &[Value]) {
    let matcher = Matcher::from(&read(pattern));
    for event in events {
        let event = Event::of_json(event);
        let found =
            [Reading::Narrow, Reading::Wide].map(|reading| matcher.matches(&event, reading));
        assert_eq!(found, [false, true], "{pattern} on {}", event.text());
    }
}

fn line(pattern: &str, text: &str) -> bool {
    read(pattern).matches(&Event::of_text(text))
}

#[test]
fn comparisons_of_texts_are_whole_and_exact() {
    takes("{ $.x = Stop }", &[json!({"x": "Stop"})]);
    takes("{$.x=\"Stop\"}", &[json!({"x": "Stop"})]);
    leaves(
        "{ $.x = Stop }",
        &[json!({"x": "stop"}), json!({"x": "Stops"}), json!({"x": ""}), json!({})],
    );
    takes("{ $.x != Stop }", &[json!({"x": "stop"}), json!({"x": ""})]);
    takes(r#"{ $.x = "a\"b\\c" }"#, &[json!({"x": "a\"b\\c"})]);
    takes(r#"{ $.x = "a\d" }"#, &[json!({"x": "a\\d"})]);
    takes(
        "{ $.x = arn:aws:iam::111122223333:role/x-y_z@w }",
        &[json!({"x": "arn:aws:iam::111122223333:role/x-y_z@w"})],
    );
    takes("{ $.x = \"\" }", &[json!({"x": ""})]);
}

#[test]
fn stars_stand_for_any_text_at_the_ends_alone() {
    takes("{ $.x = Event* }", &[json!({"x": "Event"}), json!({"x": "EventId"})]);
    takes("{ $.x = *Event }", &[json!({"x": "Event"}), json!({"x": "PutEvent"})]);
    takes("{ $.x = \"*vent*\" }", &[json!({"x": "Events"}), json!({"x": "vent"})]);
    takes("{ $.x = 123.123.* }", &[json!({"x": "123.123.4.5"})]);
    leaves("{ $.x = 123.123.* }", &[json!({"x": "123.124.1.1"})]);
    takes("{ $.x = Ev*ent }", &[json!({"x": "Ev*ent"})]);
    is_open("{ $.x = Ev*ent }", &[json!({"x": "Evxent"})]);
    is_open("{ $.x != Ev*ent }", &[json!({"x": "Evxent"})]);
    takes(
        "{ $.x = * }",
        &[json!({"x": ""}), json!({"x": "y"}), json!({"x": 5}), json!({"x": 5.5})],
    );
    leaves("{ $.x = \"*\" }", &[json!({}), json!({"x": null}), json!({"x": {}}), json!({"x": []})]);
    leaves("{ $.x != \"*\" }", &[json!({"x": "y"}), json!({"x": 5}), json!({})]);
}

#[test]
fn objects_arrays_null_and_missing_fields_fail_every_comparison() {
    let others =
        [json!({"x": {"y": 1}}), json!({"x": [1, 2]}), json!({"x": null}), json!({"y": 1})];
    for pattern in [
        "{ $.x = 1 }",
        "{ $.x != 1 }",
        "{ $.x < 1 }",
        "{ $.x != a }",
        "{ $.x = %a% }",
        "{ $.x != %a% }",
    ] {
        leaves(pattern, &others);
    }
}

#[test]
fn null_truth_and_absence_have_their_own_tests() {
    takes("{ $.x IS NULL }", &[json!({"x": null})]);
    leaves("{ $.x IS NULL }", &[json!({}), json!({"x": "null"}), json!({"x": false})]);
    takes("{ $.x NOT EXISTS }", &[json!({}), json!({"y": 1})]);
    leaves("{ $.x NOT EXISTS }", &[json!({"x": null}), json!({"x": 1}), json!({"x": {}})]);
    takes(
        "{ $.x.y NOT EXISTS }",
        &[json!({}), json!({"x": 1}), json!({"x": []}), json!({"x": {}})],
    );
    takes("{ $.x IS TRUE || $.x is false }", &[json!({"x": true}), json!({"x": false})]);
    leaves("{ $.x IS TRUE }", &[json!({"x": "true"}), json!({"x": 1}), json!({"x": false})]);
    takes("{ $.x = true }", &[json!({"x": "true"})]);
    is_open("{ $.x = true }", &[json!({"x": true})]);
    is_open("{ $.x != \"a\" }", &[json!({"x": true})]);
}

#[test]
fn numbers_compare_by_value() {
    takes("{ $.x = 400 }", &[json!({"x": 400}), json!({"x": 400.0}), json!({"x": "400"})]);
    is_open("{ $.x = 400 }", &[json!({"x": "4e2"}), json!({"x": "400.0"})]);
    leaves("{ $.x = 400 }", &[json!({"x": "x"}), json!({"x": 401})]);
    takes("{ $.x != 400 }", &[json!({"x": 401}), json!({"x": "401"})]);
    takes("{ $.x < 10e3 }", &[json!({"x": 9999}), json!({"x": -1.5})]);
    leaves("{ $.x < 10e-3 }", &[json!({"x": 1}), json!({"x": 0.01})]);
    takes("{ $.x > +1000 }", &[json!({"x": 1000.5})]);
    takes("{ $.x >= -55.5 && $.x<=-55.5 }", &[json!({"x": -55.5})]);
    is_open("{ $.x > 5 }", &[json!({"x": "7"})]);
    takes("{ $.x = 4* }", &[json!({"x": 404}), json!({"x": "4xx"})]);
    is_open("{ $.x = \"404\" }", &[json!({"x": 404})]);
    is_open("{ $.x = %40.% }", &[json!({"x": 404})]);
    takes("{ $.account = 012345678901 }", &[json!({"account": "012345678901"})]);
}

#[test]
fn conditions_are_joined_with_the_usual_precedence() {
    let event = json!({
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    });
    let event = std::slice::from_ref(&event);
    takes(r#"{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }"#, event);
    leaves(
        r#"{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }"#,
        event,
    );
    takes(
        r#"{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }"#,
        event,
    );
    leaves(
        r#"{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }"#,
        event,
    );
    takes("{ $.coordinates[2][1] = 8 && $.actions[3] NOT EXISTS }", event);
    leaves("{ $.users = 1 || $.users != 1 || $.actions[3] != x || $.user[0] = 1 }", event);
    takes("{ $['user']['id'] = 1 && $.['user'].id=1 && $[\"user\"].id != 2 }", event);
}

#[test]
fn wildcard_selectors_ask_for_some_value() {
    let event = json!({"list": ["a", "b"], "of": [{"x": 1}, {"x": 2}], "o": {"p": "a", "q": 3}});
    let event = std::slice::from_ref(&event);
    takes("{ $.list[*] = b && $.of[*].x = 2 && $.o.* = 3 }", event);
    leaves("{ $.list[*] = c || $.o[*] = a || $.list.* = a }", event);
    leaves("{ $.none[*] != a }", event);
    takes("{ $.list[*] != c }", event);
    is_open("{ $.list[*] != a }", event);
    takes("{ $.none[*] NOT EXISTS && $.of[*].y NOT EXISTS }", event);
    leaves("{ $.list[*] NOT EXISTS || $.of[*] IS NULL }", event);
}

#[test]
fn only_lines_that_are_objects_match_json_patterns() {
    for text in ["", "x", "[1]", "\"a\"", "{\"a\": 1", "{} {}"] {
        assert!(!line("{ $.a NOT EXISTS }", text), "{text}");
    }
    assert!(line("{ $.a NOT EXISTS }", " {\"b\": \"{}\"} "));
    leaves("{ $.b.c = 1 }", &[json!({"b": "{\"c\":1}"})]);
}

#[test]
fn terms_are_looked_for_anywhere() {
    assert!(line("", "anything") && line("  ", "") && line("\"\"", "x") && line("\" \"", "a b"));
    assert!(line("ERROR", "UNERRORED") && !line("ERROR", "error"));
    assert!(line("ERROR Exception", "Exception: ERROR") && !line("ERROR Exception", "ERROR"));
    assert!(line("ERROR -WARN", "ERROR") && !line("ERROR -WARN", "ERROR WARN"));
    assert!(line("?ERROR ?WARN", "WARN") && !line("?ERROR ?WARN", "INFO"));
    assert!(line("?ERROR ?WARN -x", "WARN") && !line("?ERROR ?WARN -x", "WARN x"));
    // Optional terms beside required ones are ignored.
    assert!(line("?A ?B C", "C") && !line("?A ?B C", "A B"));
    assert!(line("\"Failed to process\"", "[WARN] Failed to process it"));
    assert!(line(r#""\"eventName\":\"StopLogging\"""#, r#"{"eventName":"StopLogging"}"#));
    takes(r#""\"eventName\":\"StopLogging\"""#, &[json!({"a": 1, "eventName": "StopLogging"})]);
}

#[test]
fn regular_expressions_are_searched_for() {
    assert!(line("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST"));
    assert!(line("%colou?r|gr[ae]y%", "a grey line") && !line("%colou?r%", "colr"));
    assert!(line(r"%10\.10\.0\.[0-9]{1,2}$%", "from 10.10.0.12") && !line(r"%10\.10%", "10x10"));
    assert!(line(r"%\d\D\w\W\s\S\x41%", "1aa- -A") && !line(r"%\d%", "٣"));
    takes("{ $.x = %^Stop% && $.x != %Trail$% }", &[json!({"x": "StopLogging"})]);
    takes("{ $.y[*] = %val.{2}% }", &[json!({"y": ["no", "value"]})]);
}

#[test]
fn fields_are_cut_at_blanks() {
    let apache =
        "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /apache_pb.html HTTP/1.0\" 404 1534";
    for pattern in [
        "[]",
        "[ip, user, username, timestamp, request, status_code, bytes]",
        "[..., status_code, bytes]",
        "[ip, user, ...]",
        "[ip, ..., bytes > 1000]",
        "[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]",
        "[..., request=*.html*, status_code=4*,]",
        "[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]",
        "[ip=%127\\.0\\.0\\.[1-9]%, rest]",
        "[..., s = 500 || s = 404, b]",
        "[ip, user, username, timestamp = 10/Oct*, rest = \"*1534\"]",
    ] {
        assert!(line(pattern, apache), "{pattern}");
    }
    for pattern in [
        "[a, b, c, d, e, f, g, h]",
        "[ip, user, username, timestamp, request, status_code = 200, bytes]",
        "[..., bytes > 2000]",
        "[..., s = 4* && s != 404, b]",
        "[..., bytes = x]",
    ] {
        assert!(!line(pattern, apache), "{pattern}");
    }
    assert!(line("[w1=ERROR || w1=WARN, w2]", "WARN message") && !line("[w1=ERROR, w2]", "ERROR"));
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    for (pattern, position, expected) in [
        ("{", 2, "a selector"),
        ("{ }", 3, "a selector"),
        ("{ $.a = 1", 10, "`}`"),
        ("{ $.a = 1 } x", 13, "the end of the pattern"),
        ("{ $a = 1 }", 4, "`.` and a name"),
        ("{ $. = 1 }", 5, "a name of letters"),
        ("{ $.a[x] = 1 }", 7, "a number that counts from 0"),
        ("{ $.a[1 = 1 }", 8, "`]`"),
        ("{ $.a == 1 }", 8, "a text, a number"),
        ("{ $.a EXISTS }", 7, "a comparison, IS NULL"),
        ("{ $.a IS NOT NULL }", 7, "a comparison, IS NULL"),
        ("{ !($.a = 1) }", 3, "a selector"),
        ("{ $.a > x }", 9, "a number"),
        ("{ $.a > \"1\" }", 9, "a number"),
        ("{ $.a = \"x }", 13, "a closing quote"),
        ("{ $.a = 1 & $.b = 1 }", 11, "`}`"),
        ("{ ($.a = 1 }", 12, "`)`"),
        ("{ $.a[*][*] = 1 }", 3, "a selector with no more than one wildcard"),
        ("{ $.a.*=1||$.b.*=1||$.c.*=1||$.d.*=1 }", 30, "no more than three selectors"),
        ("{ $.a=%a%||$.a=%b%||$.a=%c% }", 25, "no more than two regular"),
        ("{ $.a = %(a)% }", 10, "a character that regular expressions"),
        ("{ $.a = %a!% }", 11, "a character that regular expressions"),
        ("%a++%", 4, "no possessive quantifier"),
        ("%a\\q%", 3, "an operator, or one of d"),
        ("%a[%", 2, "a regular expression that is complete"),
        ("%%", 2, "a regular expression"),
        ("%a", 3, "`%`"),
        ("a.b", 2, "a word of letters"),
        ("a -", 4, "a word of letters"),
        ("\"a\"b", 4, "a word of letters"),
        ("[a = 1, b", 10, "`,` or `]`"),
        ("[a = 1 || b = 2]", 11, "the field's own name, `a`"),
        ("[..., a, ...]", 10, "no more than one ellipsis"),
        ("[a b]", 4, "a comparison"),
    ] {
        let error = refused(pattern);
        assert_eq!(error.position, position, "{pattern}: {error}");
        assert!(error.expected.starts_with(expected), "{pattern}: {error}");
    }
    assert_eq!(
        refused("{ $.a ~ 1 }").to_string(),
        "at character 7: expected a comparison (=, !=, <, <=, >, >=), found `~ 1 }`"
    );
    let long = format!("{{ $.a = \"{}\" }}", "x".repeat(1020));
    assert_eq!(refused(&long).position, 1025);
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(101), ")".repeat(101));
    assert_eq!(refused(&deep).position, 103);
    read(&format!("{{ {}$.a = 1{} }}", "(".repeat(100), ")".repeat(100)));
}

#[test]
fn what_is_printed_is_one_spelling() {
    for (pattern, printed) in [
        ("", ""),
        ("{$.a=b&&$.c!=\"d\"}", "{ $.a = b && $.c != \"d\" }"),
        ("{ (($.a = 1) && (($.b = 2) && $.c=3)) }", "{ $.a = 1 && $.b = 2 && $.c = 3 }"),
        ("{($.a=1||$.b=+2.50e1)&&$.c>3}", "{ ($.a = 1 || $.b = +2.50e1) && $.c > 3 }"),
        (
            "{$['a']['b c'].* is null||$.d[0][*] not exists}",
            "{ $.a['b c'].* IS NULL || $.d[0][*] NOT EXISTS }",
        ),
        ("a  ?\"b\" -\"c d\" \"\"", "a ?b -\"c d\" \"\""),
        ("[ a , …, b=1||b=\"x y\" ,]", "[a, ..., b = 1 || b = \"x y\", ]"),
        ("%a|b%", "%a|b%"),
    ] {
        assert_eq!(read(pattern).to_string(), printed);
        assert_eq!(read(printed), read(pattern));
    }
}
