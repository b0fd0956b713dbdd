//! Regular expressions, as far as CloudWatch Logs has them.

use std::cmp::Ordering;

use regex_automata::meta;

/// The most memory that one expression may take, in bytes: what needs more is refused.
const SIZE: usize = 1 << 20;

/// A regular expression that is searched for, not matched whole.
///
/// CloudWatch Logs has letters, digits, blanks, the symbols `: _ # = @ / ; , -`, the operators
/// `^ $ ? [ ] { } | \ * + .` and `\d \D \s \S \w \W \xhh`, all for ASCII; it has no parentheses. What its engine and
/// ours would read differently (possessive quantifiers, sets in sets) is refused.
#[derive(Debug, Clone)]
pub struct Regular {
    source: String,
    translated: String,
    anchored: bool,
    engine: meta::Regex,
}

impl Regular {
    /// Reads what stands between the percent signs. An error names the place, in characters from 0, and what was
    /// expected there.
    pub(crate) fn parse(source: &str) -> Result<Self, (usize, String)> {
        let mut translation = Translation::default();
        let letters: Vec<char> = source.chars().collect();
        while let Some(letter) = letters.get(translation.at) {
            let rest = letters.get(translation.at + 1..).unwrap_or_default();
            let taken = translation
                .letter(*letter, rest)
                .map_err(|expected| (translation.at, expected.to_owned()))?;
            translation.at += taken;
        }
        let engine = meta::Regex::builder()
            .configure(meta::Config::new().nfa_size_limit(Some(SIZE)).hybrid_cache_capacity(SIZE))
            .build(&translation.out)
            .map_err(|_| {
                (0, "a regular expression that is complete and not too large".to_owned())
            })?;
        let Translation { out: translated, anchored, .. } = translation;
        Ok(Self { source: source.to_owned(), translated, anchored, engine })
    }

    /// As it was written, without the percent signs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it is found in a text. The work grows with the text's length alone.
    #[must_use]
    pub fn is_found_in(&self, text: &str) -> bool {
        self.engine.is_match(text)
    }

    /// The same in the syntax of the regex crates.
    pub(crate) fn translated(&self) -> &str {
        &self.translated
    }

    /// Whether it holds `^` or `$`, so that what surrounds a text matters.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchored
    }
}

#[derive(Default)]
struct Translation {
    at: usize,
    out: String,
    in_set: bool,
    anchored: bool,
    quantified: bool,
}

impl Translation {
    /// Takes a letter, and says how many were taken in all.
    fn letter(&mut self, letter: char, rest: &[char]) -> Result<usize, &'static str> {
        let quantified = std::mem::take(&mut self.quantified);
        match letter {
            '\\' => return self.escape(rest),
            '[' if self.in_set => return Err("no set of characters inside another"),
            '-' if self.in_set && rest.first() == Some(&'-') => return Err("no doubled hyphen"),
            '[' => self.in_set = true,
            ']' => self.in_set = false,
            '+' if quantified => return Err("no possessive quantifier"),
            '*' | '+' | '?' | '}' if !self.in_set => self.quantified = true,
            '^' | '$' if !self.in_set => self.anchored = true,
            '^' | '$' | '?' | '{' | '}' | '|' | '*' | '+' | '.' => {}
            letter if letter.is_ascii_alphanumeric() || " :_#=@/;,-".contains(letter) => {}
            _ => return Err("a character that regular expressions may hold here"),
        }
        self.out.push(letter);
        Ok(1)
    }

    fn escape(&mut self, rest: &[char]) -> Result<usize, &'static str> {
        let class = match rest.first() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('s') => "[ \\t\\n\\x0B\\f\\r]",
            Some('S') => "[^ \\t\\n\\x0B\\f\\r]",
            Some('w') => "[A-Za-z0-9_]",
            Some('W') => "[^A-Za-z0-9_]",
            Some('x') => {
                let digits: String = rest.iter().skip(1).take(2).collect();
                let ascii = u8::from_str_radix(&digits, 16).is_ok_and(|byte| byte.is_ascii());
                if digits.len() != 2 || !ascii {
                    return Err("two hexadecimal digits of an ASCII character behind \\x");
                }
                self.out.push_str("\\x");
                self.out.push_str(&digits);
                return Ok(4);
            }
            Some(symbol) if symbol.is_ascii_punctuation() && !"()!%<>&~".contains(*symbol) => {
                if symbol != &'_' {
                    self.out.push('\\');
                }
                self.out.push(*symbol);
                return Ok(2);
            }
            _ => {
                return Err("an operator, or one of d, D, s, S, w, W and xhh behind the backslash");
            }
        };
        self.out.push_str(class);
        Ok(2)
    }
}

impl PartialEq for Regular {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Regular {}

impl PartialOrd for Regular {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Regular {
    fn cmp(&self, other: &Self) -> Ordering {
        self.source.cmp(&other.source)
    }
}
