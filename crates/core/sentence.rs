//! Sentences that assessments carry in English, each declared with its Japanese: made from a template, and found again
//! by it, so that a report of any age can be read in either language.

use std::fmt::{self, Display};

/// A declared sentence, with places `{0}` to `{9}` for what was seen. There is no other way to one than a constant of
/// the table, where the Japanese stands beside the English.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    english: &'static str,
    japanese: &'static str,
}

macro_rules! sentences {
    ($($name:ident = $english:literal, $japanese:literal;)*) => {
        impl super::Sentence {
            /// All, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            $(
                #[doc = $english]
                pub const $name: Self = Self { english: $english, japanese: $japanese };
            )*
        }
    };
}

mod table;

/// A text in English and what it says in Japanese is known, or it is data and the same in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    /// A value in AWS's own words, such as `Status=ENABLED`, which no language changes.
    #[must_use]
    pub fn data(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<Said> for String {
    fn from(said: Said) -> Self {
        said.0
    }
}

impl From<Sentence> for String {
    fn from(sentence: Sentence) -> Self {
        sentence.english.to_owned()
    }
}

impl From<Sentence> for Said {
    fn from(sentence: Sentence) -> Self {
        Self(sentence.english.to_owned())
    }
}

impl Sentence {
    /// The English sentence with these values in its places.
    #[must_use]
    pub fn with(self, values: &[&dyn Display]) -> Said {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        Said(filled(self.english, &values))
    }

    /// What stands in the sentence's places in that text; nothing where the text is another one.
    fn values(self, text: &str) -> Option<Vec<String>> {
        let pieces: Vec<(&str, Option<usize>)> = pieces(self.english).collect();
        let (first, _) = pieces.first()?;
        let mut rest = text.strip_prefix(first)?;
        let mut values: Vec<String> = Vec::new();
        for (at, (_, place)) in pieces.iter().enumerate() {
            let Some(place) = *place else { break };
            let next = pieces.get(at + 1).map_or("", |(literal, _)| *literal);
            let is_last = at + 2 >= pieces.len();
            let end = if is_last {
                rest.strip_suffix(next)?.len()
            } else {
                rest.find(next).filter(|_| !next.is_empty())?
            };
            if values.len() <= place {
                values.resize(place + 1, String::new());
            }
            let value = rest.get(..end)?;
            if let Some(slot) = values.get_mut(place) {
                value.clone_into(slot);
            }
            rest = rest.get(end + next.len()..)?;
        }
        rest.is_empty().then_some(values)
    }

    /// How much of it is its own.
    fn literal(self) -> usize {
        pieces(self.english).map(|(literal, _)| literal.len()).sum()
    }
}

/// The literals of a template, each with the place that follows it.
fn pieces(template: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    let mut rest = Some(template);
    std::iter::from_fn(move || {
        let text = rest?;
        let place = text.match_indices('{').find_map(|(at, _)| {
            let number = text.get(at + 1..at + 2)?.parse().ok()?;
            text.get(at + 2..)?.starts_with('}').then_some((at, number))
        });
        let Some((at, number)) = place else {
            rest = None;
            return Some((text, None));
        };
        rest = text.get(at + 3..);
        Some((text.get(..at).unwrap_or_default(), Some(number)))
    })
}

fn filled(template: &str, values: &[String]) -> String {
    pieces(template)
        .map(|(literal, place)| {
            let value = place.and_then(|place| values.get(place)).map_or("", String::as_str);
            format!("{literal}{value}")
        })
        .collect()
}

/// What a sentence says in Japanese, the sentences in its places too; nothing where it was not declared.
#[must_use]
pub fn japanese(text: &str) -> Option<String> {
    let mut best: Option<(usize, Sentence, Vec<String>)> = None;
    for sentence in Sentence::ALL {
        let own = sentence.literal();
        if best.as_ref().is_none_or(|(most, ..)| own > *most)
            && let Some(values) = sentence.values(text)
        {
            best = Some((own, *sentence, values));
        }
    }
    let (_, sentence, values) = best?;
    // A place's text is shorter than the whole.
    let values: Vec<String> =
        values.into_iter().map(|value| japanese(&value).unwrap_or(value)).collect();
    Some(filled(sentence.japanese, &values))
}

impl fmt::Debug for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english)
    }
}

#[cfg(test)]
mod tests;
