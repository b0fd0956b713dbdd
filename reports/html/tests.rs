//! What a browser asks of the page, without one: well-formed, closed to the outside, and every reference leads somewhere.

mod quarter;

use std::collections::BTreeSet;

use scraper::{Html, Selector};
use trailproof_core::assessment::Assessment;
use trailproof_core::finding::Status;

use super::{FINDINGS_BYTES, frame, write, write_pages};
use crate::sample;

/// The one page.
fn page(assessment: &Assessment) -> String {
    let mut out = Vec::new();
    write(assessment, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn select<'a>(document: &'a Html, css: &str) -> Vec<scraper::ElementRef<'a>> {
    let selector = Selector::parse(css).unwrap();
    document.select(&selector).collect()
}

/// What holds of every page, whatever strangers wrote into it.
pub fn check_form(page: &str) {
    let document = Html::parse_document(page);
    assert!(document.errors.is_empty(), "{:?}", document.errors);

    // Only our own style and script, as often as we wrote them, and no way in from outside.
    let texts = |css: &str| -> Vec<String> {
        select(&document, css).iter().map(|one| one.text().collect()).collect()
    };
    assert_eq!(texts("style"), [frame::STYLE]);
    assert!(texts("script").iter().all(|text| text == frame::SCRIPT));
    assert!(texts("script").len() <= 1);
    let policies = select(&document, "meta[http-equiv=Content-Security-Policy]");
    let [policy] = policies.as_slice() else { panic!("{} policies", policies.len()) };
    assert_eq!(policy.attr("content"), Some(frame::policy(None).as_str()));
    for foreign in [
        "iframe",
        "object",
        "embed",
        "base",
        "img",
        "image",
        "use",
        "foreignObject",
        "applet",
        "video",
        "audio",
        "meta[http-equiv=refresh]",
    ] {
        assert!(select(&document, foreign).is_empty(), "{foreign}");
    }
    let mut ids = BTreeSet::new();
    for element in select(&document, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "style" && name != "srcdoc", "{name}");
            match name {
                "id" => assert!(ids.insert(value), "{value} twice"),
                "href" => assert!(
                    value.starts_with('#')
                        || value == "data:,"
                        || value == "../"
                        || value.starts_with("accounts/")
                        || value.starts_with("https://docs.aws.amazon.com/"),
                    "{value}"
                ),
                "src" | "action" | "formaction" | "xlink:href" => panic!("{name}={value}"),
                _ => {}
            }
        }
    }
    // Every reference leads somewhere.
    for name in ["aria-labelledby", "aria-describedby", "aria-controls", "for"] {
        for element in select(&document, &format!("[{name}]")) {
            for id in element.attr(name).unwrap().split_whitespace() {
                assert!(ids.contains(id), "{name}={id}");
            }
        }
    }
    for link in select(&document, "a[href^='#']") {
        let id = link.attr("href").unwrap().trim_start_matches('#');
        assert!(ids.contains(id), "#{id}");
    }
    // What a screen reader goes by.
    assert_eq!(select(&document, "html[lang]").len(), 1);
    assert_eq!((select(&document, "main").len(), select(&document, "h1").len()), (1, 1));
    for one in select(&document, "[role=region], nav, form") {
        assert!(one.attr("aria-label").or(one.attr("aria-labelledby")).is_some());
    }
    for one in select(&document, "svg[role=img]") {
        let title = Selector::parse("title").unwrap();
        assert!(one.select(&title).next().is_some());
    }
}

#[test]
fn every_sample_is_a_page_that_stands_alone() {
    for assessment in
        [sample::assessment(), sample::lone(), sample::healthy(3), sample::healthy(90)]
    {
        check_form(&page(&assessment));
    }
}

#[test]
fn a_hash_is_what_the_policy_language_says() {
    // printf 'alert(1);' | openssl dgst -sha256 -binary | base64
    assert_eq!(frame::hash("alert(1);"), "'sha256-5jFwrAK0UV47oFbVg/iCCBbxD8X1w+QvoOUepu4C2YA='");
    assert!(!frame::SCRIPT.contains("</") && !frame::STYLE.contains("</"));
}

#[test]
fn the_first_page_says_what_was_looked_at_what_was_read_and_how_it_went() {
    let assessment = sample::assessment();
    let page = page(&assessment);
    let document = Html::parse_document(&page);
    let summary: String = select(&document, "#summary")[0].text().collect();
    let score = &assessment.score.total;
    for told in [
        score.proven.to_string(),
        format!("{} %", score.coverage),
        format!("up to {}", score.potential),
        assessment.coverage.unread[0].message.clone(),
        "444444444444".to_owned(),
    ] {
        assert!(summary.contains(&told), "{told}: {summary}");
    }
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}"));
    assert!(at("id=\"summary\"") < at("id=\"findings\""));
}

#[test]
fn every_failure_is_there_with_what_was_seen_what_is_wanted_the_proof_and_the_mend() {
    let assessment = sample::assessment();
    let document = Html::parse_document(&page(&assessment));
    let rows: usize = select(&document, "#failed .row")
        .iter()
        .map(|row| row.attr("data-n").unwrap().parse::<usize>().unwrap())
        .sum();
    let failed = assessment.results.iter().filter(|one| one.status == Status::Fail).count();
    assert_eq!(rows, failed);
    let failed: String = select(&document, "#failed")[0].text().collect();
    for told in [
        "LogFileValidationEnabled=false",
        "cloudtrail:DescribeTrails",
        "accounts/x.json#/1",
        "Switch log file validation on",
        "aws cloudtrail help",
    ] {
        assert!(failed.contains(told), "{told}: {failed}");
    }
    let waived: String = select(&document, "#waived")[0].text().collect();
    assert!(waived.contains("waived until 2027-01-31 by sec@example.com"), "{waived}");
}

#[test]
fn a_cell_of_the_map_says_in_words_what_its_colour_says() {
    let document = Html::parse_document(&page(&sample::assessment()));
    let cells = select(&document, "table.map td");
    assert!(!cells.is_empty());
    let words: BTreeSet<String> = cells
        .iter()
        .map(|cell| {
            let reader = Selector::parse(".sr").unwrap();
            cell.select(&reader).next().expect("words").text().collect()
        })
        .collect();
    for word in ["recorded", "not recorded", "not known"] {
        assert!(words.contains(word), "{words:?}");
    }
}

/// Every account fails in so many ways that they do not fit on one page.
fn large(accounts: usize) -> Assessment {
    let mut assessment = sample::healthy(accounts);
    for finding in &mut assessment.results {
        finding.status = Status::Fail;
        finding.observed = format!("{} {}", finding.account_id, "seen ".repeat(100));
    }
    assessment
}

#[test]
fn what_is_too_much_for_a_page_has_a_page_for_each_account() {
    let assessment = large(2_000);
    let mut pages: Vec<(Option<String>, Vec<u8>)> = Vec::new();
    write_pages(&assessment, &mut |page, bytes| {
        let page = page.map(|id| id.to_string());
        match pages.last_mut() {
            Some((last, found)) if *last == page => found.extend_from_slice(bytes),
            _ => pages.push((page, bytes.to_vec())),
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(pages.len(), 2_001);
    let first = String::from_utf8(pages[0].1.clone()).unwrap();
    assert!(first.len() < 2 * FINDINGS_BYTES, "{}", first.len());
    check_form(&first);
    let document = Html::parse_document(&first);
    let linked: Vec<String> = select(&document, ".accounts a.id")
        .iter()
        .map(|link| link.attr("href").unwrap().to_owned())
        .collect();
    assert_eq!(linked.len(), 2_000);
    let (id, second) = &pages[1];
    let second = String::from_utf8(second.clone()).unwrap();
    check_form(&second);
    assert!(second.contains(id.as_ref().unwrap()));
    assert!(linked.contains(&format!("accounts/{}.html", id.as_ref().unwrap())));
    // One page alone holds the first of each check, and says so.
    let alone = page(&assessment);
    assert!(alone.contains("The JSON report holds all") && !alone.contains("href=\"accounts/"));
}

#[test]
fn the_first_page_of_ten_thousand_accounts_keeps_its_budget() {
    let page = page(&large(10_000));
    assert!(page.len() <= 5_000_000, "{}", page.len());
}
