//! One condition of a statement: operator, key, values.

/// One key's test in a `Condition` element. All conditions of a statement must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The comparison.
    pub operator: Operator,
    /// `ForAllValues:` or `ForAnyValue:`, where written.
    pub qualifier: Option<Qualifier>,
    /// Whether the operator ends in `IfExists`.
    pub if_exists: bool,
    /// The context key as written; its names ignore case.
    pub key: String,
    /// The values, numbers and booleans as their text. Positive operators want one of them, negated ones none.
    pub values: Vec<String>,
}

/// How a condition treats a key with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qualifier {
    /// Every value of the request must satisfy the operator; none at all does.
    ForAllValues,
    /// Some value of the request must satisfy it; none at all does not.
    ForAnyValue,
}

impl Qualifier {
    const ALL: [Self; 2] = [Self::ForAllValues, Self::ForAnyValue];

    /// The prefix as AWS writes it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues:",
            Self::ForAnyValue => "ForAnyValue:",
        }
    }
}

/// A comparison, without its qualifier and `IfExists` suffix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum Operator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
    /// One that the language does not have, as written. Nothing is known of when it holds.
    Unknown(String),
}

const OPERATORS: [(&str, Operator); 27] = [
    ("StringEquals", Operator::StringEquals),
    ("StringNotEquals", Operator::StringNotEquals),
    ("StringEqualsIgnoreCase", Operator::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", Operator::StringNotEqualsIgnoreCase),
    ("StringLike", Operator::StringLike),
    ("StringNotLike", Operator::StringNotLike),
    ("NumericEquals", Operator::NumericEquals),
    ("NumericNotEquals", Operator::NumericNotEquals),
    ("NumericLessThan", Operator::NumericLessThan),
    ("NumericLessThanEquals", Operator::NumericLessThanEquals),
    ("NumericGreaterThan", Operator::NumericGreaterThan),
    ("NumericGreaterThanEquals", Operator::NumericGreaterThanEquals),
    ("DateEquals", Operator::DateEquals),
    ("DateNotEquals", Operator::DateNotEquals),
    ("DateLessThan", Operator::DateLessThan),
    ("DateLessThanEquals", Operator::DateLessThanEquals),
    ("DateGreaterThan", Operator::DateGreaterThan),
    ("DateGreaterThanEquals", Operator::DateGreaterThanEquals),
    ("Bool", Operator::Bool),
    ("BinaryEquals", Operator::BinaryEquals),
    ("IpAddress", Operator::IpAddress),
    ("NotIpAddress", Operator::NotIpAddress),
    ("ArnEquals", Operator::ArnEquals),
    ("ArnNotEquals", Operator::ArnNotEquals),
    ("ArnLike", Operator::ArnLike),
    ("ArnNotLike", Operator::ArnNotLike),
    ("Null", Operator::Null),
];

const IF_EXISTS: &str = "IfExists";

impl Operator {
    /// The name as AWS writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        if let Self::Unknown(name) = self {
            return name;
        }
        OPERATORS.iter().find(|(_, operator)| operator == self).map_or("", |(name, _)| name)
    }

    /// Whether it holds where no value matches: its result for an absent key is true.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

/// An operator taken apart: qualifier, comparison, `IfExists`. Operator names ignore case.
pub(crate) fn operator(written: &str) -> (Option<Qualifier>, Operator, bool) {
    let (qualifier, rest) = Qualifier::ALL
        .into_iter()
        .find_map(|qualifier| Some((Some(qualifier), strip_prefix(written, qualifier.prefix())?)))
        .unwrap_or((None, written));
    let (base, if_exists) = match strip_suffix(rest, IF_EXISTS) {
        // `Null` asks for existence itself: AWS has no NullIfExists.
        Some(base) if !base.eq_ignore_ascii_case(Operator::Null.name()) => (base, true),
        _ => (rest, false),
    };
    let operator = OPERATORS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(base))
        .map_or_else(|| Operator::Unknown(base.to_owned()), |(_, operator)| operator.clone());
    (qualifier, operator, if_exists)
}

impl Condition {
    /// The operator with its qualifier and suffix, as AWS writes it.
    #[must_use]
    pub fn operator_text(&self) -> String {
        let prefix = self.qualifier.map_or("", Qualifier::prefix);
        let suffix = if self.if_exists { IF_EXISTS } else { "" };
        format!("{prefix}{}{suffix}", self.operator.name())
    }
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

fn strip_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    tail.eq_ignore_ascii_case(suffix).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_taken_apart_whatever_its_case() {
        assert_eq!(
            operator("forallvalues:STRINGNOTLIKEifexists"),
            (Some(Qualifier::ForAllValues), Operator::StringNotLike, true)
        );
        assert_eq!(operator("Bool"), (None, Operator::Bool, false));
        assert_eq!(
            operator("ForAnyValue:ArnLike"),
            (Some(Qualifier::ForAnyValue), Operator::ArnLike, false)
        );
    }

    #[test]
    fn what_the_language_lacks_is_unknown_not_its_neighbour() {
        assert_eq!(operator("NullIfExists").1, Operator::Unknown("NullIfExists".to_owned()));
        assert_eq!(operator("IfExists").1, Operator::Unknown(String::new()));
        assert_eq!(operator("StringEquals ").1, Operator::Unknown("StringEquals ".to_owned()));
        assert_eq!(operator("é").1, Operator::Unknown("é".to_owned()));
    }

    #[test]
    fn every_operator_reads_back_its_own_name() {
        for (name, expected) in &OPERATORS {
            assert_eq!(&operator(name).1, expected);
            assert_eq!(expected.name(), *name);
            assert_eq!(expected.is_negated(), name.contains("Not"), "{name}");
        }
    }
}
