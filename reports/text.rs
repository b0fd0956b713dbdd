//! Text that AWS's users chose, made safe to print: account names, tags and policies are written by strangers.

use std::borrow::Cow;

use trailproof_core::aws::Arn;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// So many marks may stand on one letter, as in Unicode's stream-safe format; no script needs more.
const MARKS: usize = 30;

/// Takes terminal sequences out and puts U+FFFD where a control, an invisible character or a heap of marks stood. Tabs
/// and line breaks stay.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut endless = false;
    let mut marks = 0;
    while let Some(first) = rest.chars().next() {
        let used = sequence(rest, &mut endless).unwrap_or_else(|| {
            let hidden = is_hidden(first);
            marks = if !hidden && first.width() == Some(0) { marks + 1 } else { 0 };
            if marks <= MARKS {
                clean.push(if hidden { '\u{fffd}' } else { first });
            } else if marks == MARKS + 1 {
                clean.push('\u{fffd}');
            }
            first.len_utf8()
        });
        rest = rest.get(used..).unwrap_or_default();
    }
    clean
}

/// The same on one line, for whatever prints a line of its own: each run of white space becomes one space.
pub fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The length of the terminal sequence (ECMA-48) at the start. One that is not ended is only its introducer, so that
/// nobody can hide the rest of a text behind it; then no other of its kind is ended either, and none is looked through.
fn sequence(text: &str, endless: &mut bool) -> Option<usize> {
    let (introducer, parameters) = match text.strip_prefix('\u{1b}') {
        Some(rest) => match rest.chars().next() {
            Some('[') => (2, true),
            Some(']' | 'P' | 'X' | '^' | '_') => {
                let end = if *endless { None } else { string_end(text) };
                *endless = end.is_none();
                return Some(end.unwrap_or(2));
            }
            _ => (1, false),
        },
        None if text.starts_with('\u{9b}') => ('\u{9b}'.len_utf8(), true),
        None => return None,
    };
    let body = text.get(introducer..).unwrap_or_default();
    let middle = body
        .bytes()
        .take_while(|byte| {
            matches!(byte, b' '..=b'/') || (parameters && matches!(byte, b'0'..=b'?'))
        })
        .count();
    match body.as_bytes().get(middle) {
        Some(b'@'..=b'~') => Some(introducer + middle + 1),
        Some(b'0'..=b'?') if !parameters => Some(introducer + middle + 1),
        _ => Some(introducer),
    }
}

/// Where the string behind an introducer ends.
fn string_end(text: &str) -> Option<usize> {
    text.char_indices().skip(2).find_map(|(at, character)| match character {
        '\u{7}' | '\u{9c}' => Some(at + character.len_utf8()),
        '\u{1b}' => text.get(at..)?.starts_with("\u{1b}\\").then_some(at + 2),
        _ => None,
    })
}

/// Controls, what changes how the text around it is read while being invisible itself, letters that nobody sees, and
/// what is no character. The joiners stay: scripts and emoji need them.
pub fn is_hidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
                | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
                | '\u{e01f0}'..='\u{e0fff}'
        )
        // The last two places of each plane.
        || u32::from(character) & 0xfffe == 0xfffe
}

/// How many columns a terminal gives it.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Fills up to so many columns with spaces.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    text.to_owned() + &" ".repeat(columns.saturating_sub(width(text)))
}

/// Cuts to so many columns, between graphemes, and says so with an ellipsis where there is room for one.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let kept = take(text.graphemes(true), columns.saturating_sub(1));
    Cow::Owned(kept.concat().trim_end().to_owned() + "…")
}

/// Cuts in the middle: of a resource both ends tell something.
pub fn cut_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if columns < 3 || width(text) <= columns {
        return cut(text, columns);
    }
    let room = columns.saturating_sub(1);
    let head = take(text.graphemes(true), room.div_ceil(2)).concat();
    let mut tail = take(text.graphemes(true).rev(), room / 2);
    tail.reverse();
    Cow::Owned(head + "…" + &tail.concat())
}

/// Cuts a path at the front: its last parts tell most, and stay whole.
pub fn cut_path(text: &str, columns: usize) -> Cow<'_, str> {
    if columns == 0 || width(text) <= columns {
        return cut(text, columns);
    }
    let mut tails = text.match_indices('/').filter_map(|(at, _)| text.get(at..));
    match tails.find(|tail| width(tail) < columns) {
        Some(tail) => Cow::Owned(format!("…{tail}")),
        None => cut_middle(text, columns),
    }
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, columns: usize) -> Vec<&'a str> {
    let mut used = 0;
    graphemes
        .take_while(|grapheme| {
            used += width(grapheme);
            used <= columns
        })
        .collect()
}

/// Cuts to so many characters, between graphemes: for readers that count characters and not columns.
pub fn cut_chars(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let kept: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            used += grapheme.chars().count();
            used <= most
        })
        .collect();
    Cow::Owned(kept + "…")
}

/// Breaks the pieces into lines of at most so many columns, only between pieces; a piece that is too long has a
/// line of its own.
pub fn fill<'a>(
    pieces: impl IntoIterator<Item = &'a str>,
    separator: &str,
    columns: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(last) if width(last) + width(separator) + width(piece) <= columns => {
                last.push_str(separator);
                last.push_str(piece);
            }
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

/// Breaks a text into at most so many lines, between words; what does not fit is cut at the end.
pub fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let folded = fold(text, columns);
    let mut lines: Vec<String> =
        folded.split('\n').flat_map(|line| fill(line.split(' '), " ", columns)).collect();
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(cut(&rest, columns).into_owned());
    }
    lines
}

/// Gives every word that is longer than the columns places to break, so that what prints it need not break it just
/// anywhere. Of an ARN the account and the name are kept whole if the rest is what makes it too long.
pub fn fold(text: &str, columns: usize) -> String {
    text.split('\n')
        .map(|line| {
            if width(line) > columns && line.chars().any(is_wide) {
                return flowed(line, columns);
            }
            let words = line.split(' ').map(|word| match word {
                word if width(word) <= columns => Cow::Borrowed(word),
                word => match short_arn(word).filter(|short| width(short) <= columns) {
                    Some(short) => Cow::Owned(short),
                    None => Cow::Owned(broken(word, columns).join("\n")),
                },
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Fills lines with a text in which a line may end behind any wide letter, as Japanese is set: but none begins with
/// what closes, lengthens or belongs to the letter before it.
fn flowed(line: &str, columns: usize) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for (at, word) in line.split(' ').enumerate() {
        for (first, unit) in units(word).into_iter().enumerate().map(|(at, one)| (at == 0, one)) {
            let space = if at > 0 && first { " " } else { "" };
            match lines.last_mut() {
                Some(last) if width(last) + space.len() + width(&unit) <= columns => {
                    last.push_str(space);
                    last.push_str(&unit);
                }
                _ if width(&unit) > columns => lines.extend(broken(&unit, columns)),
                _ => lines.push(unit),
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// What stays together: a run of narrow letters, or a wide one with what may not begin a line.
fn units(word: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut narrow = false;
    for grapheme in word.graphemes(true) {
        let wide = grapheme.chars().any(is_wide);
        let joins = grapheme.chars().all(|one| NEVER_FIRST.contains(one)) || (narrow && !wide);
        match units.last_mut() {
            Some(last) if joins => last.push_str(grapheme),
            _ => units.push(grapheme.to_owned()),
        }
        narrow = !wide;
    }
    units
}

/// What no line begins with.
const NEVER_FIRST: &str =
    "、。，．・：；？！）」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…%)],.:;";

fn is_wide(letter: char) -> bool {
    letter.width() == Some(2)
}

fn short_arn(word: &str) -> Option<String> {
    let arn = Arn::parse(word).ok()?;
    Some(format!("arn:…:{}:{}", arn.account, arn.resource))
}

/// Breaks a word behind punctuation; where there is none, between graphemes.
fn broken(word: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in word.split_inclusive([':', '/', '=', ',', ';', '&', '|', '"', '.', '-', '_']) {
        let whole = width(part) <= columns;
        let pieces: Vec<&str> = if whole { vec![part] } else { part.graphemes(true).collect() };
        for piece in pieces {
            match lines.last_mut() {
                Some(last) if width(last) + width(piece) <= columns => last.push_str(piece),
                _ => lines.push(piece.to_owned()),
            }
        }
    }
    lines
}

/// What kind of thing a resource is, for people, and its name without what the account and region already say.
pub fn resource(id: &str) -> (&'static str, &str) {
    let Ok(arn) = Arn::parse(id) else {
        return match id.split_once('/') {
            Some(("account", name)) => ("account", name),
            Some(("region", name)) => ("region", name),
            Some(("organization", name)) => ("organization", name),
            _ => ("resource", id),
        };
    };
    let name = |prefix: &str| arn.resource.strip_prefix(prefix).unwrap_or(arn.resource);
    match (arn.service, arn.resource.split(['/', ':']).next().unwrap_or_default()) {
        ("cloudtrail", "trail") => ("trail", name("trail/")),
        ("cloudtrail", "eventdatastore") => ("event data store", name("eventdatastore/")),
        ("s3", _) => ("bucket", arn.resource),
        ("kms", "key") => ("key", name("key/")),
        ("logs", "log-group") => ("log group", name("log-group:")),
        ("cloudwatch", "alarm") => ("alarm", name("alarm:")),
        ("events", "rule") => ("rule", name("rule/")),
        ("sns", _) => ("topic", arn.resource),
        ("iam", "user") => ("user", name("user/")),
        ("iam", "role") => ("role", name("role/")),
        ("iam", "group") => ("group", name("group/")),
        _ => ("resource", id),
    }
}

/// `1 trail`, `2 trails`; of `category`, `2 categories`.
pub fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terminal_sequences_vanish_and_hide_nothing() {
        assert_eq!(clean("a\u{1b}[31mred\u{1b}[0m"), "ared");
        assert_eq!(clean("a\u{9b}31mred"), "ared");
        assert_eq!(clean("\u{1b}]0;title\u{7}name"), "name");
        assert_eq!(clean("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\"), "link");
        assert_eq!(clean("\u{1b}(Bname\u{1b}7"), "name");
        assert_eq!(clean("\u{1b}]0;not ended"), "0;not ended");
        assert_eq!(clean("\u{1b}[12é"), "12é");
        assert_eq!(clean("\u{1b}"), "");
        assert_eq!(clean("\u{1b}]a\u{1b}]b\u{1b}[31m\u{7}c"), "c");
        assert_eq!(clean("\u{1b}]a\u{1b}Pb"), "ab");
    }

    #[test]
    fn nobody_buries_a_line_under_marks() {
        let marks = |number: usize| format!("a{}b", "\u{301}".repeat(number));
        assert_eq!(clean(&marks(30)), marks(30));
        assert_eq!(clean(&marks(90_000)), marks(30).replace('b', "\u{fffd}b"));
        let family = "\u{1f469}\u{200d}\u{1f467}\u{fe0f}";
        assert_eq!(clean(family), family);
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(
            clean("a\u{202e}b\u{0}c\u{85}d\u{200b}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(clean("\u{3164}\u{ffff}\u{1fffe}\u{e0041}"), "\u{fffd}".repeat(4));
        assert_eq!(line(" one\r\n\ttwo\u{2028}three "), "one two three");
    }

    #[test]
    fn a_cut_counts_columns_and_splits_no_grapheme() {
        assert_eq!(cut("監査アカウント", 9), "監査アカ…");
        assert_eq!(cut("監査アカウント", 8), "監査ア…");
        assert_eq!(cut("监", 2), "监");
        assert_eq!((cut("监", 0), cut_middle("监", 0)), ("".into(), "".into()));
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut_middle("trail/abcdefghij", 9), "trai…ghij");
        assert_eq!(cut_chars("abcdef", 4), "abc…");
        let unit = "Workloads/Europe/Production";
        assert_eq!(
            (cut_path(unit, 27), cut_path(unit, 20)),
            (unit.into(), "…/Europe/Production".into())
        );
        assert_eq!(
            (cut_path(unit, 12), cut_path(unit, 7)),
            ("…/Production".into(), "Wor…ion".into())
        );
    }

    #[test]
    fn a_long_word_breaks_behind_punctuation_and_loses_nothing() {
        let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
        assert_eq!(fold("a short line", 5), "a short line");
        assert_eq!(fold(&format!("see {arn} now"), 60), format!("see {arn} now"));
        assert_eq!(fold(&format!("see {arn} now"), 40), "see arn:…:111122223333:trail/main now");
        assert_eq!(fold(arn, 20), "arn:aws:cloudtrail:\neu-west-1:\n111122223333:trail/\nmain");
        assert_eq!(fold("abcdefgh", 3), "abc\ndef\ngh");
        assert_eq!(fold("監査アカウント", 5), "監査\nアカ\nウン\nト");
        assert_eq!(fold("監", 1), "監");
    }

    #[test]
    fn japanese_ends_a_line_behind_any_letter_and_begins_none_with_what_closes() {
        assert_eq!(fold("証跡を停止できない。", 18), "証跡を停止できな\nい。");
        assert_eq!(fold("4 アカウント中 1 アカウント", 17), "4 アカウント中 1\nアカウント");
        assert_eq!(fold("例外 (責任者 a@example.com)", 20), "例外 (責任者\na@example.com)");
        assert_eq!(fold("データセンター", 12), "データセン\nター");
    }

    #[test]
    fn a_wrapped_text_is_cut_only_at_its_end() {
        assert_eq!(wrap("one two three", 8, 2), ["one two", "three"]);
        assert_eq!(wrap("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrap("", 8, 2), [""]);
    }

    #[test]
    fn pieces_stay_whole() {
        assert_eq!(fill(["a b", "c d", "e"], " · ", 9), ["a b · c d", "e"]);
    }

    #[test]
    fn a_resource_is_named_shortly() {
        assert_eq!(
            resource("arn:aws:cloudtrail:eu-west-1:111122223333:trail/a/b"),
            ("trail", "a/b")
        );
        assert_eq!(resource("arn:aws:s3:::logs"), ("bucket", "logs"));
        let alarm = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a:b";
        assert_eq!(resource(alarm), ("alarm", "a:b"));
        assert_eq!(resource("arn:aws:sns:eu-west-1:111122223333:on-call"), ("topic", "on-call"));
        let rule = "arn:aws:events:eu-west-1:111122223333:rule/bus/changes";
        assert_eq!(resource(rule), ("rule", "bus/changes"));
        assert_eq!(resource("account/111122223333"), ("account", "111122223333"));
        assert_eq!(resource("whatever"), ("resource", "whatever"));
    }

    #[test]
    fn plurals() {
        assert_eq!(count(1, "key"), "1 key");
        assert_eq!(count(2, "key"), "2 keys");
        assert_eq!(count(0, "category"), "0 categories");
    }

    proptest! {
        #[test]
        fn clean_text_holds_no_control_and_is_clean(text in any::<String>()) {
            let once = clean(&text);
            prop_assert!(!once.contains(is_hidden));
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert!(width(&cut(&line(&text), 20)) <= 20);
            prop_assert!(width(&cut_middle(&line(&text), 20)) <= 20);
            let whole = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(whole(&fold(&line(&text), 5)), whole(&line(&text)));
            prop_assert!(width(&cut_path(&line(&text), 20)) <= 20);
            let wrapped = wrap(&line(&text), 20, 2);
            prop_assert!(wrapped.len() <= 2 && wrapped.iter().all(|line| width(line) <= 20));
            prop_assert!(cut_chars(&once, 20).chars().count() <= 20);
        }
    }
}
