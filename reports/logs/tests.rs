//! The report of a made-up quarter, in every format.

use jiff::Timestamp;
use trailproof_core::language::{Language, is_japanese};
use trailproof_core::sentence::Sentence;
use trailproof_digest::report::Tally;
use trailproof_digest::{
    Call, ChainReport, Detail, Finding, Folder, HourState, Kind, Severity, Span, Stretch, Verdict,
};

use super::*;
use crate::text;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to)).unwrap()
}

fn stretch(from: &str, to: &str, state: HourState) -> Stretch {
    Stretch { span: span(from, to), state }
}

fn chain() -> ChainReport {
    let folder = Folder {
        prefix: "audit".to_owned(),
        organization: Some("o-exampleorgid".to_owned()),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
    };
    ChainReport {
        account_id: folder.account.clone(),
        region: folder.region.clone(),
        trail: "main".to_owned(),
        home_region: "eu-west-1".to_owned(),
        bucket: "logs".to_owned(),
        folder,
        span: span("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z"),
        hours_total: 72,
        hours_proved: 47,
        hours_missing: 1,
        hours_gap: 24,
        hours_unverified: 0,
        hours_broken: 0,
        stretches: vec![
            stretch("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", HourState::Proved),
            stretch("2026-07-02T00:00:00Z", "2026-07-03T00:00:00Z", HourState::Gap),
            stretch("2026-07-03T00:00:00Z", "2026-07-03T23:00:00Z", HourState::Proved),
            stretch("2026-07-03T23:00:00Z", "2026-07-04T00:00:00Z", HourState::Missing),
        ],
        first_proved: Some(at("2026-07-01T00:00:00Z")),
        last_proved: Some(at("2026-07-03T23:00:00Z")),
        digests: Tally { valid: 47, invalid: 1, unverified: 0 },
        backfill_digests: Tally::default(),
        logs: Tally { valid: 470, invalid: 0, unverified: 0 },
        bytes_stored: 9_400_000,
        bytes_inflated: 102_000_000,
        head: None,
    }
}

fn finding(kind: Kind, time: Span, key: Option<&str>) -> Finding {
    Finding {
        account_id: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        trail: "main".to_owned(),
        from: time.from,
        to: time.to,
        kind,
        severity: kind.severity(),
        bucket: "logs".to_owned(),
        key: key.map(str::to_owned),
        predicted: kind == Kind::DigestMissingAtEnd,
        expected: None,
        observed: None,
        body_ok: false,
        unverified_logs: 0,
        detail: "a \u{1b}[31mhostile\nword <&>".to_owned(),
        calls: Vec::new(),
    }
}

fn report() -> LogsReport {
    let chains = vec![chain()];
    LogsReport {
        schema: SCHEMA.to_owned(),
        tool_version: "0.0.0".to_owned(),
        source: LogsSource { bucket: "logs".to_owned(), mirror: None, moved: BTreeMap::new() },
        period: span("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z"),
        as_of: None,
        checkpoint: None,
        verdict: Verdict::Broken,
        totals: LogsTotals::of(&chains),
        chains,
        findings: vec![
            finding(Kind::Gap, span("2026-07-02T00:00:00Z", "2026-07-03T00:00:00Z"), None),
            finding(
                Kind::DigestMissingAtEnd,
                span("2026-07-03T23:00:00Z", "2026-07-04T00:00:00Z"),
                Some("audit/AWSLogs/some.json.gz"),
            ),
        ],
        unread: vec![UnreadPlace { prefix: "other/".to_owned(), reason: "denied".to_owned() }],
    }
}

fn written(format: Format, report: &LogsReport) -> String {
    written_in(Language::English, format, report)
}

fn written_in(language: Language, format: Format, report: &LogsReport) -> String {
    let mut out = Vec::new();
    let options = Options { language, ..Options::default() };
    write_logs(format, report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The made-up quarter with a finding of each kind, and a gap that a call explains.
fn rich() -> LogsReport {
    let mut report = report();
    report.findings[0].calls.push(stopped());
    report.findings[1].detail = Detail::NoneOfHour.to_string();
    let hour = span("2026-07-03T22:00:00Z", "2026-07-03T23:00:00Z");
    let mut modified = finding(Kind::LogModified, hour, Some("audit/AWSLogs/one.json.gz"));
    modified.detail = Detail::ContentsChanged.to_string();
    (modified.expected, modified.observed) = (Some("ab".repeat(32)), Some("cd".repeat(32)));
    let mut damaged = finding(Kind::LogCorrupt, hour, Some("audit/AWSLogs/two.json.gz"));
    damaged.detail = "failed to inflate: corrupt deflate stream".to_owned();
    let mut open = finding(Kind::Gap, hour, None);
    let told = Sentence::HISTORY_SHOWS_NO_CALL.with(&[&"2026q3"]);
    open.detail = format!("{}; {}", Detail::Gap, String::from(told));
    open.unverified_logs = 2;
    let mut denied = finding(Kind::ObjectUnverified, hour, Some("audit/AWSLogs/three.json.gz"));
    denied.detail = Detail::NotReadable.with(&"AccessDenied");
    (denied.body_ok, denied.unverified_logs) = (true, 1);
    report.findings.extend([modified, damaged, open, denied]);
    report.checkpoint = Some(UsedCheckpoint {
        sha256: "ab".repeat(32),
        proved_to: at("2026-07-01T00:00:00Z"),
        heads: 1,
    });
    report.source.mirror = Some("mirror".to_owned());
    report.source.moved = BTreeMap::from([("older".to_owned(), "logs".to_owned())]);
    report
}

fn stopped() -> Call {
    Call {
        at: at("2026-07-02T00:00:00Z"),
        name: "StopLogging".to_owned(),
        actor: Some("arn:aws:iam::111122223333:user/<mallory>".to_owned()),
        source_ip: Some("203.0.113.9".to_owned()),
        event_id: String::new(),
        validation: None,
    }
}

fn follows_schema(text: &str) {
    let schema = serde_json::from_str(SCHEMA_DOCUMENT).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn json_follows_its_schema_and_is_read_back() {
    let mut report = report();
    let text = written(Format::Json, &report);
    follows_schema(&text);
    assert_eq!(serde_json::from_str::<LogsReport>(&text).unwrap(), report);
    (report.chains, report.findings) = (Vec::new(), Vec::new());
    (report.totals, report.verdict) = (LogsTotals::default(), Verdict::NothingFound);
    follows_schema(&written(Format::Json, &report));
}

#[test]
fn the_table_draws_the_worst_of_each_stretch_and_lets_nothing_command_the_terminal() {
    let text = written(Format::Table, &report());
    assert!(text.starts_with("BROKEN · 1 chain · 47 of 72 hours proved · 1 missing · 24 in gaps"));
    let bar = format!("{}{}{}_", "█".repeat(8), "▒".repeat(8), "█".repeat(7));
    assert!(text.contains(&bar), "{text}");
    assert!(text.contains("digest_missing_at_end 111122223333 eu-west-1 2026-07-03 23:00Z"));
    assert!(!text.contains('\u{1b}') && text.contains("a hostile word"), "{text}");
    let read = text.lines().find(|line| line.contains("2026-07-01 00:00 to")).unwrap();
    let read: Vec<&str> = read.split_whitespace().collect();
    let expected = "111122223333 eu-west-1 470 9400 kB 102 MB 2026-07-01 00:00 to 2026-07-03 23:00";
    assert_eq!(read.join(" "), expected, "{text}");
    // Errors come first, whenever they were.
    assert!(text.find("digest_missing_at_end").unwrap() < text.find("gap 1111").unwrap());
}

#[test]
fn junit_has_a_case_for_each_day() {
    let text = written(Format::Junit, &report());
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    let sums = ["tests", "failures", "errors"].map(|name| root.attribute(name).unwrap());
    assert_eq!(sums, ["5", "1", "2"], "{text}");
    let cases: Vec<(String, Option<String>)> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .map(|node| {
            let outcome =
                node.first_element_child().map(|child| child.tag_name().name().to_owned());
            (node.attribute("name").unwrap().to_owned(), outcome)
        })
        .collect();
    let expected = [
        ("chains are found", None),
        ("other/ is read", Some("error")),
        ("2026-07-01", None),
        ("2026-07-02", Some("error")),
        ("2026-07-03", Some("failure")),
    ];
    let expected = expected.map(|(name, child)| (name.to_owned(), child.map(str::to_owned)));
    assert_eq!(cases, expected);
}

#[test]
fn nothing_found_fails_in_every_format() {
    let report = LogsReport {
        chains: Vec::new(),
        findings: Vec::new(),
        totals: LogsTotals::default(),
        verdict: Verdict::NothingFound,
        ..report()
    };
    assert!(written(Format::Table, &report).starts_with("NOTHING FOUND"));
    assert!(written(Format::Junit, &report).contains("failures=\"1\""));
}

#[test]
fn a_finding_of_an_error_fails_its_day_though_its_hours_are_proved() {
    let mut report = report();
    let minute = span("2026-07-01T05:00:00Z", "2026-07-01T05:01:00Z");
    report.findings.push(finding(Kind::LogUnreferenced, minute, Some("k")));
    assert_eq!(report.findings[2].severity, Severity::Error);
    let text = written(Format::Junit, &report);
    assert!(text.contains("failures=\"2\""), "{text}");
}

#[test]
fn the_page_draws_every_stretch_lets_nothing_in_and_names_who_stopped_logging() {
    let mut report = report();
    report.findings[0].calls.push(stopped());
    report.checkpoint = Some(UsedCheckpoint {
        sha256: "ab".repeat(32),
        proved_to: at("2026-07-01T00:00:00Z"),
        heads: 1,
    });
    follows_schema(&written(Format::Json, &report));
    let text = written(Format::Html, &report);
    let page = scraper::Html::parse_document(&text);
    let select = |css: &str| {
        let css = scraper::Selector::parse(css).unwrap();
        page.select(&css).map(|one| one.html()).collect::<Vec<_>>()
    };
    assert_eq!(select("svg.hours rect").len(), 4);
    assert_eq!(select("svg.hours rect.hour-gap").len(), 1);
    assert_eq!(select("details.card").len(), 2);
    assert_eq!(select("[style], link[href^=http], img, script, iframe").len(), 0);
    let policy = select("meta[http-equiv=Content-Security-Policy]").join("");
    assert!(policy.contains("default-src 'none'") && policy.matches("sha256-").count() == 3);
    let styles: Vec<String> = page
        .select(&scraper::Selector::parse("style").unwrap())
        .map(|one| one.text().collect())
        .collect();
    assert!(styles.iter().all(|style| policy.contains(&crate::html::frame::hash(style))));
    assert!(!text.contains("<mallory>") && text.contains("StopLogging"), "{text}");
    let nothing = LogsReport { chains: Vec::new(), verdict: Verdict::NothingFound, ..report };
    assert!(written(Format::Html, &nothing).contains("NOTHING FOUND"));
}

#[test]
fn people_read_it_in_japanese_and_programs_read_the_same_in_each_language() {
    let report = rich();
    let japanese = |format| written_in(Language::Japanese, format, &report);
    for format in [Format::Json, Format::Junit] {
        assert_eq!(japanese(format), written(format, &report));
    }
    let table = japanese(Format::Table);
    crate::sample::compare("logs-100.txt", &written(Format::Table, &report));
    crate::sample::compare("logs-100.ja.txt", &table);
    // What is not Japanese is a name, a place, a time or AWS's own.
    assert!(
        table.contains("内容が配信時のものと異なる") && !table.contains("not those"),
        "{table}"
    );
    assert!(table.lines().all(|line| text::width(line) <= 100), "{table}");
    let page = japanese(Format::Html);
    assert!(page.contains("<html lang=\"ja\">") && !page.contains("<mallory>"));
    let document = scraper::Html::parse_document(&page);
    let css =
        scraper::Selector::parse("h2, h3, th[scope=col], dt, nav a, caption, .legend li").unwrap();
    for label in document.select(&css) {
        let told: String = label.text().collect();
        assert!(is_japanese(&told) || told == "StopLogging", "{told}");
    }
}
