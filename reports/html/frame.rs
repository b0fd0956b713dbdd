//! What every page is wrapped in: its head, with a policy that lets nothing in from outside, and its end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::words::Words;

/// The look.
pub const STYLE: &str = include_str!("style.css");

/// The filter of the findings; without it the page is whole.
pub const SCRIPT: &str = include_str!("script.js");

/// The end of every page.
pub const CLOSE: &str = "</body></html>\n";

/// A hash as a content security policy names it.
pub fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// What the page may load and run: the style of all pages, its own beside it, the script, and nothing else.
pub fn policy(style: Option<&str>) -> String {
    let more = style.map(|style| format!(" {}", hash(style))).unwrap_or_default();
    format!(
        "default-src 'none'; style-src {}{more}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The beginning of a page, up to and with the open body.
pub fn open(title: &str, words: &Words) -> String {
    open_with(title, None, words)
}

/// The same for a page with a look of its own beside that of all.
pub fn open_with(title: &str, style: Option<&str>, words: &Words) -> String {
    let head = html! {
        (DOCTYPE)
        (PreEscaped(words.say("<html lang=\"en\">", "<html lang=\"ja\">")))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy(style));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content="trailproof";
            title { (title) }
            link rel="icon" href="data:,";
            style { (PreEscaped(STYLE)) }
            @if let Some(style) = style { style { (PreEscaped(style)) } }
        }
        (PreEscaped("<body>"))
        a class="skip" href="#main" { (words.say("Skip to the summary", "概要へ移動")) }
    };
    head.into_string()
}

/// The script, at the end of a page that has findings.
pub fn script() -> Markup {
    html! { script { (PreEscaped(SCRIPT)) } }
}
