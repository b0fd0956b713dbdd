//! What every page is wrapped in: its head, with a policy that lets nothing in from outside, and its end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

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

/// What the page may load and run: its own style, its own script, and nothing else.
pub fn policy() -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The beginning of a page, up to and with the open body.
pub fn open(title: &str) -> String {
    let head = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content="trailproof";
            title { (title) }
            link rel="icon" href="data:,";
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body>"))
        a class="skip" href="#main" { "Skip to the summary" }
    };
    head.into_string()
}

/// The script, at the end of a page that has findings.
pub fn script() -> Markup {
    html! { script { (PreEscaped(SCRIPT)) } }
}
