//! `--lang`: what people read in Japanese, and what programs read the same in every language.

use serde_json::Value;

use crate::program::Place;
use crate::report::text;

/// A folder with the demo's snapshot.
fn demo() -> Place {
    let place = Place::new();
    place.run(&["demo", "--run-dir", "run", "--format", "json=report.json"]).quietly(0);
    place
}

#[test]
fn files_for_programs_are_the_same_bytes_whatever_the_language() {
    let place = demo();
    place.run(&["assess", "run", "-o", "en"]).quietly(3);
    place.run(&["assess", "run", "-o", "ja", "--lang", "ja"]).quietly(3);
    place.run(&["assess", "run", "-o", "both", "--lang", "en,ja"]).quietly(3);
    for name in
        ["report.json", "report.jsonl", "report.junit.xml", "report.sarif", "report.ocsf.jsonl"]
            .into_iter()
            .chain(["report.csv", "report.gitlab.json"])
    {
        let of = |folder: &str| place.read(&format!("{folder}/{name}"));
        assert!(of("en") == of("ja") && of("en") == of("both"), "{name}");
    }
    for name in ["report.txt", "report.md", "report.html"] {
        let (stem, extension) = name.split_once('.').unwrap();
        let of = |path: &str| String::from_utf8(place.read(path)).unwrap();
        let english = of(&format!("en/{name}"));
        let japanese = of(&format!("ja/{name}"));
        assert!(!english.contains("スコア") && japanese.contains("スコア"), "{name}");
        assert_eq!(of(&format!("both/{stem}.en.{extension}")), english);
        assert_eq!(of(&format!("both/{stem}.ja.{extension}")), japanese);
    }
}

#[test]
fn every_check_is_explained_in_japanese() {
    let place = Place::new();
    let list = place.run(&["checks", "--format", "json"]).quietly(0).stdout;
    let checks: Vec<Value> = serde_json::from_str(&list).unwrap();
    for check in checks.iter().step_by(5) {
        let told = place.run(&["explain", text(check, "id"), "--lang", "ja"]).quietly(0).stdout;
        assert!(told.contains("重要である理由") && told.contains("是正の方法"), "{told}");
        assert!(!told.contains(text(check, "title")), "{told}");
        assert!(!told.contains("Why it matters"), "{told}");
    }
}

#[test]
fn a_result_is_explained_in_japanese_with_what_aws_said() {
    let place = demo();
    let id = "cloud-trail-log-file-validation-enabled";
    let told = place.run(&["explain", id, "report.json", "--lang", "ja"]).quietly(0).stdout;
    assert!(told.contains("ログファイルの整合性の検証が無効である"), "{told}");
    assert!(told.contains("LogFileValidationEnabled=false"), "{told}");
    assert!(told.contains(" JST)"), "{told}");
    let both = place.run(&["explain", id, "--lang", "en,ja"]).quietly(0).stdout;
    assert!(both.contains("Why it matters") && both.contains("重要である理由"), "{both}");
}

#[test]
fn a_table_in_both_languages_is_one_after_the_other() {
    let place = demo();
    let both = place.run(&["assess", "run", "--lang", "en,ja"]).quietly(3).stdout;
    let (english, japanese) = (both.find("ACCOUNTS"), both.find("アカウント  スコアの低い順"));
    assert!(english.is_some() && english < japanese, "{both}");
    let refused = place.run(&["assess", "run", "--lang", "fr"]).with(2);
    assert!(refused.stderr.contains("en, ja or en,ja"), "{}", refused.stderr);
}

#[test]
fn what_changed_and_the_score_over_time_are_told_in_both_languages() {
    let place = demo();
    let both = ["--lang", "ja,en", "--format", "table", "--format", "markdown=told.md"];
    let both =
        [&both[..], &["--format", "html=told.html", "--format", "json=told.json", "--force"]]
            .concat();
    for (command, english, japanese) in [
        (&["diff", "report.json", "report.json"][..], "caps and moved weight", "上限と重みの変化"),
        (&["history", "."], "the first", "初回"),
    ] {
        let told = place.run(&[command, &both[..]].concat()).quietly(0).stdout;
        let (first, second) = (told.find(english), told.find(japanese));
        assert!(first.is_some() && first < second, "{told}");
        let read = |name: &str| String::from_utf8(place.read(name)).unwrap();
        let page = read("told.ja.md");
        assert!(page.contains(japanese) && !page.contains(english), "{page}");
        assert!(read("told.en.md").contains(english));
        assert!(read("told.ja.html").contains("<html lang=\"ja\">"));
        assert!(read("told.en.html").contains("<html lang=\"en\">"));
        assert!(!read("told.json").contains(japanese));
        assert!(!place.path("told.md").exists() && !place.path("told.ja.json").exists());
    }
    let refused = place.run(&["history", ".", "--lang", "fr"]).with(2);
    assert!(refused.stderr.contains("en, ja or en,ja"), "{}", refused.stderr);
}
