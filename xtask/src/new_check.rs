//! The file of a new check.

use std::path::PathBuf;

use crate::catalogue::GROUPS;
use crate::workspace::{Outcome, root, shown, write};

/// Where the check goes.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    group: &'a str,
    id: &'a str,
}

/// Writes the file of the check named `group/id`.
pub fn run(name: &str) -> Outcome<()> {
    let place = Place::parse(name)?;
    let path = root().join("checks").join(place.file());
    if path.exists() {
        return Err(format!("{} is there already", shown(&path)));
    }
    write(&path, &place.template())?;
    println!(
        "wrote {}\nnext: fill it in; `cargo xtask bless`; `cargo test -p trailproof-checks {}`",
        shown(&path),
        place.module()
    );
    Ok(())
}

impl<'a> Place<'a> {
    fn parse(name: &'a str) -> Outcome<Self> {
        let (group, id) = name
            .split_once('/')
            .ok_or_else(|| format!("{name:?} is not GROUP/ID, such as presence/trail-exists"))?;
        if !GROUPS.contains(&group) {
            return Err(format!("{group:?} is not a group; the groups are {}", GROUPS.join(", ")));
        }
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let wellformed = id.contains('-')
            && id.split('-').all(is_word)
            && id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.len() <= 64;
        if !wellformed {
            return Err(format!(
                "{id:?} is not a check's id: two or more lower-case words joined by hyphens, \
                 such as trail-exists"
            ));
        }
        Ok(Self { group, id })
    }

    fn module(&self) -> String {
        self.id.replace('-', "_")
    }

    fn file(&self) -> PathBuf {
        PathBuf::from(self.group).join(self.module()).with_extension("rs")
    }

    fn template(&self) -> String {
        let mut letters = self.group.chars();
        let group: String = letters
            .next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect();
        TEMPLATE.replace("{ID}", self.id).replace("{GROUP}", &group)
    }
}

const TEMPLATE: &str = r#"//! One sentence: what goes wrong where this is not so.

use trailproof_core::prelude::*;

pub const CHECK: Check = Check {
    id: "{ID}",
    title: "The statement that the check proves, present tense, subject first, no full stop",
    group: Group::{GROUP},
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "What an attacker or an outage gains when the title is false.",
    remediation: Remediation {
        summary: "What to do about it.",
        command: "aws cloudtrail get-trail --name {trail}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/",
    },
    japanese: Japanese {
        title: "チェックが証明する状態（現在形、句点なし）",
        rationale: "これが成り立たない場合に、攻撃者または障害が得るもの。",
        remediation: "是正の方法。",
    },
    controls: &[],
    reads: &[Fact::Trails, Fact::TrailStatus],
    judge: Judge::Trail(judge),
};

fn judge(trail: &Trail, _: &Audit<'_>) -> Observed<Verdict> {
    let logging = trail.is_logging()?; // a gap leaves here, and is reported as unknown
    Ok(if logging { pass("what was seen") } else { fail("what was seen").reason(Reason::NOT_LOGGING) })
}

#[cfg(test)]
#[test]
fn judges_a_trail_by_what_it_says() {
    use trailproof_core::fixture::*;
    let _ = expect(&CHECK)
        .passes(organization().with(trail("audit")))
        .fails("not_logging", organization().with(trail("audit").stopped()))
        .is_unknown(
            trailproof_core::evidence::Cause::AccessDenied,
            organization().with(trail("audit")).deny(Fact::Trails),
        );
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_group_and_an_id() {
        let place = Place::parse("presence/trail-does-x").unwrap();
        assert_eq!(place, Place { group: "presence", id: "trail-does-x" });
        assert_eq!(place.file(), PathBuf::from("presence/trail_does_x.rs"));
    }

    #[test]
    fn what_is_no_name_is_refused_with_what_would_be_one() {
        for (name, word) in [
            ("trail-exists", "GROUP/ID"),
            ("extras/trail-exists", "presence, protection"),
            ("presence/", "hyphens"),
            ("presence/trail", "hyphens"),
            ("presence/Trail-exists", "hyphens"),
            ("presence/trail_exists", "hyphens"),
            ("presence/trail--exists", "hyphens"),
            ("presence/-trail-exists", "hyphens"),
            ("presence/3-trails", "hyphens"),
            ("presence/../../etc", "hyphens"),
            ("presence/a/b-c", "hyphens"),
        ] {
            let problem = Place::parse(name).unwrap_err();
            assert!(problem.contains(word), "{name}: {problem}");
        }
    }

    #[test]
    fn the_template_is_filled_in_and_holds_its_id() {
        let text = Place::parse("privilege/who-may-stop").unwrap().template();
        assert!(text.contains("id: \"who-may-stop\""), "{text}");
        assert!(text.contains("group: Group::Privilege,"), "{text}");
        assert!(!text.contains("{ID}") && !text.contains("{GROUP}"));
        assert!(text.contains("{trail}"), "the remediation's own placeholder stays");
    }
}
