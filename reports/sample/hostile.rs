//! Texts that strangers may put where a name is expected: one list, for the tests of all formats and the fuzz targets.

/// Each breaks some reader that takes it as it comes.
pub const TEXTS: &[&str] = &[
    "",
    " ",
    // Terminals: colour, clearing the screen, the title, links, the 8-bit forms, and what is never ended.
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;https://example.com\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;cm0gLXJmIC8=\u{7}",
    "\u{1b}Pq#0;2;0;0;0\u{1b}\\",
    "\u{9b}31mred\u{9b}0m",
    "\u{9d}0;title\u{9c}",
    "\u{90}payload\u{9c}",
    "\u{1b}]0;never ended",
    "\u{1b}[12;34",
    "\u{1b}",
    "\u{1b}\u{1b}[\u{1b}[31m",
    "a\u{8}\u{8}\u{8}b\u{7f}",
    // Controls, and line breaks of every kind.
    "nul\u{0}nul",
    "\u{1}\u{2}\u{3}\u{1f}\u{80}\u{9f}",
    "one\r\ntwo\nthree\rfour",
    "\u{b}\u{c}\u{85}\u{2028}\u{2029}",
    "tab\ttab",
    "\n::error::injected",
    "\n##[error]injected",
    "x\n  <testcase name=\"forged\"/>",
    // Markup.
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]>",
    "<![CDATA[x]]>",
    "<!-- -- -->",
    "<?xml version=\"1.1\"?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>",
    "&#27;&#0;&y;&amp;amp;",
    "' \" ` \\ \\\" \\u0000 \\ud800",
    "[text](javascript:alert(1)) | cell | **bold**",
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    // Spreadsheets.
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "\t=1+1",
    // What is not seen, or changes how the rest is read.
    "\u{202e}txt.exe\u{202c}",
    "\u{202a}\u{202b}\u{202d}\u{2066}\u{2067}\u{2068}\u{2069}",
    "a\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}b",
    "\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180e}\u{3164}\u{ffa0}",
    "\u{fff9}a\u{fffa}b\u{fffb}",
    "\u{1d173}\u{1d17a}\u{e0001}\u{e0041}\u{e007f}\u{e0100}",
    "\u{fffd}\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}",
    "\u{e000}\u{f8ff}\u{f0000}",
    "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}\u{30c}\u{30d}",
    "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}\u{fe0f}",
    "監査アカウント",
    "ﷺ\u{12031}\u{fdfd}",
    // Paths, pointers, keys and ARNs.
    "a/b~c~1d~0e#f?g%2F",
    "../../../etc/passwd",
    "Trails/global/x",
    "arn:",
    "arn:aws:s3:::",
    "arn:aws:iam::111122223333:role/a:b/c",
    "arn:aws:cloudtrail:eu-west-1:111122223333:trail/",
    "account/",
    "%s%n%00%1b",
    "0123456789012345678901234567890123456789012345678901234567890123456789",
];

/// Texts of that many bytes, about: what costs a reader more than it should when there is much of it.
pub fn long(bytes: usize) -> Vec<String> {
    [
        "a",
        "a ",
        "-",
        "監",
        "\u{301}",
        "\u{3164}",
        "\u{200d}",
        "\u{202e}",
        "\u{1b}[",
        "\u{1b}]",
        "\u{1b}]\u{7}",
        "\u{1b}]x\u{1b}\\",
        "\u{9b}",
        "\n",
        "\r\n",
        "&",
        "\u{0}",
        ":/",
        "arn:aws:",
    ]
    .iter()
    .map(|piece| piece.repeat(bytes.div_ceil(piece.len())))
    .collect()
}
