//! What is known of a request beside who asks for what: condition keys, and whether a condition holds.

use std::collections::BTreeMap;

use trailproof_iam::pattern::{Case, matches};
use trailproof_iam::{Condition, Operator, Qualifier, Version};

use super::truth::Truth;

/// What is known of one condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// It has one of these values.
    OneOf(Vec<String>),
    /// The request does not carry it.
    Absent,
    /// The request does not carry it, or with a value that nobody would write in a policy.
    Other,
    /// Nothing.
    Unknown,
}

/// The condition keys of a request. Of a key that is not named nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<String, Fill>,
}

impl Context {
    /// A key's value. A key that ends in `/*` stands for all of that family, such as tags.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.fill(key, Fill::OneOf(vec![value.into()]))
    }

    /// What is known of a key.
    #[must_use]
    pub fn fill(mut self, key: &str, fill: Fill) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), fill);
        self
    }

    fn get(&self, key: &str) -> &Fill {
        let key = key.to_ascii_lowercase();
        let family = key.split_once('/').map(|(head, _)| format!("{head}/*"));
        self.keys.get(&key).or_else(|| self.keys.get(&family?)).unwrap_or(&Fill::Unknown)
    }

    /// Whether a condition holds for the request.
    #[must_use]
    pub fn satisfies(&self, condition: &Condition, version: Version) -> Truth {
        match self.get(&condition.key) {
            _ if matches!(condition.operator, Operator::Unknown(_)) => Truth::Unknown,
            Fill::Unknown => Truth::Unknown,
            Fill::Absent => absent(condition),
            Fill::Other => Truth::agreed([absent(condition), self.unnamed(condition, version)]),
            Fill::OneOf(values) => {
                Truth::agreed(values.iter().map(|value| self.present(condition, value, version)))
            }
        }
    }

    fn present(&self, condition: &Condition, value: &str, version: Version) -> Truth {
        let operator = &condition.operator;
        let matched =
            Truth::any(condition.values.iter().map(|wanted| match self.expand(wanted, version) {
                Expanded::Text(wanted) => compare(operator, value, &wanted),
                Expanded::Nothing => Truth::No,
                Expanded::Unknown => Truth::Unknown,
            }));
        if operator.is_negated() { matched.negate() } else { matched }
    }

    /// Whether it holds for a value that the policy does not name.
    fn unnamed(&self, condition: &Condition, version: Version) -> Truth {
        let named = |wanted: &String| matches!(self.expand(wanted, version), Expanded::Text(text) if !text.contains(['*', '?']));
        match condition.operator {
            Operator::StringEquals
            | Operator::StringEqualsIgnoreCase
            | Operator::StringLike
            | Operator::ArnEquals
            | Operator::ArnLike
            | Operator::StringNotEquals
            | Operator::StringNotEqualsIgnoreCase
            | Operator::StringNotLike
            | Operator::ArnNotEquals
            | Operator::ArnNotLike
                if condition.values.iter().all(named) =>
            {
                condition.operator.is_negated().into()
            }
            _ => Truth::Unknown,
        }
    }

    /// A text of a policy with its variables filled in.
    pub(super) fn expand(&self, text: &str, version: Version) -> Expanded {
        if !version.has_variables() || !text.contains("${") {
            return Expanded::Text(text.to_owned());
        }
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((variable, after)) = behind.split_once('}') else { return Expanded::Unknown };
            expanded.push_str(before);
            rest = after;
            let (key, default) = match variable.split_once(',') {
                Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
                None => (variable.trim(), None),
            };
            let value = match (self.get(key), default) {
                (Fill::OneOf(values), _) => match values.as_slice() {
                    [one] => one,
                    _ => return Expanded::Unknown,
                },
                (Fill::Absent, Some(default)) => default,
                (Fill::Absent, None) => return Expanded::Nothing,
                _ => return Expanded::Unknown,
            };
            // A value is literal; in the text it would become a wildcard.
            if value.contains(['*', '?']) {
                return Expanded::Unknown;
            }
            expanded.push_str(value);
        }
        expanded.push_str(rest);
        Expanded::Text(expanded)
    }
}

/// A text of a policy with its variables filled in.
pub(super) enum Expanded {
    /// All of them are known.
    Text(String),
    /// One is absent from the request: the text equals nothing.
    Nothing,
    /// One is not known.
    Unknown,
}

fn absent(condition: &Condition) -> Truth {
    if condition.operator == Operator::Null {
        return condition.values.iter().any(|value| value.eq_ignore_ascii_case("true")).into();
    }
    let held = condition.if_exists
        || match condition.qualifier {
            Some(Qualifier::ForAllValues) => true,
            Some(Qualifier::ForAnyValue) => false,
            None => condition.operator.is_negated(),
        };
    held.into()
}

/// Whether a value is the one wanted, by the operator's comparison without its negation.
fn compare(operator: &Operator, value: &str, wanted: &str) -> Truth {
    use Operator as O;
    match operator {
        O::StringEquals | O::StringNotEquals => (value == wanted).into(),
        O::StringEqualsIgnoreCase | O::StringNotEqualsIgnoreCase => {
            (value.to_lowercase() == wanted.to_lowercase()).into()
        }
        O::StringLike | O::StringNotLike => matches(wanted, value, Case::Sensitive).into(),
        O::ArnEquals | O::ArnNotEquals | O::ArnLike | O::ArnNotLike => arn_like(wanted, value),
        O::Bool => value.eq_ignore_ascii_case(wanted).into(),
        O::Null => wanted.eq_ignore_ascii_case("false").into(),
        O::NumericEquals | O::NumericNotEquals => numeric(value, wanted, |v, w| v == w),
        O::NumericLessThan => numeric(value, wanted, |v, w| v < w),
        O::NumericLessThanEquals => numeric(value, wanted, |v, w| v <= w),
        O::NumericGreaterThan => numeric(value, wanted, |v, w| v > w),
        O::NumericGreaterThanEquals => numeric(value, wanted, |v, w| v >= w),
        O::DateEquals
        | O::DateNotEquals
        | O::DateLessThan
        | O::DateLessThanEquals
        | O::DateGreaterThan
        | O::DateGreaterThanEquals
        | O::BinaryEquals
        | O::IpAddress
        | O::NotIpAddress
        | O::Unknown(_) => Truth::Unknown,
    }
}

fn numeric(value: &str, wanted: &str, holds: impl Fn(f64, f64) -> bool) -> Truth {
    match (value.parse(), wanted.parse()) {
        (Ok(value), Ok(wanted)) => holds(value, wanted).into(),
        _ => Truth::No,
    }
}

/// ARNs are compared field by field; the sixth runs to the end. AWS does not say what a pattern of fewer fields matches.
fn arn_like(pattern: &str, arn: &str) -> Truth {
    let fields = |text| str::splitn(text, 6, ':').collect::<Vec<_>>();
    let (patterns, values) = (fields(pattern), fields(arn));
    if patterns.len() < values.len() {
        let whole = matches(pattern, arn, Case::Sensitive);
        return if whole { Truth::Unknown } else { Truth::No };
    }
    let fits = patterns.len() == values.len()
        && patterns.iter().zip(&values).all(|(p, v)| matches(p, v, Case::Sensitive));
    fits.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(context: &Context, block: &str) -> Truth {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{block}}}}}"#
        );
        let document = trailproof_iam::PolicyDocument::parse(&text).unwrap();
        let conditions = &document.statements[0].conditions;
        Truth::all(conditions.iter().map(|c| context.satisfies(c, document.version)))
    }

    #[test]
    fn each_operator_by_the_table() {
        use Truth::{No, Unknown, Yes};
        let arn = "arn:aws:cloudtrail:eu-west-1:999988887777:trail/org";
        let context = Context::default()
            .with("aws:SourceArn", arn)
            .with("aws:SecureTransport", "true")
            .fill("s3:TlsVersion", Fill::OneOf(vec!["1.2".into(), "1.3".into()]))
            .fill("aws:PrincipalOrgID", Fill::Absent)
            .fill("aws:PrincipalTag/*", Fill::Absent)
            .fill("aws:PrincipalArn", Fill::Other);
        for (block, expected) in [
            (r#"{"Bool":{"AWS:securetransport":"False"}}"#, No),
            (r#"{"BoolIfExists":{"aws:SecureTransport":[true]}}"#, Yes),
            (
                r#"{"StringLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:999988887777:trail/*"}}"#,
                Yes,
            ),
            (r#"{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:*"}}"#, No),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:9999*:trail/*"}}"#, Yes),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:trail/org"}}"#, Unknown),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*"}}"#, No),
            (
                r#"{"ArnNotEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:999988887777:trail/org"}}"#,
                Yes,
            ),
            (r#"{"NumericLessThan":{"s3:TlsVersion":"1.2"}}"#, No),
            (r#"{"NumericLessThan":{"s3:TlsVersion":1.3}}"#, Unknown),
            (r#"{"NumericLessThan":{"s3:TlsVersion":"x"}}"#, No),
            (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-abc123"}}"#, Yes),
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc123"}}"#, No),
            (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-abc123"}}"#, Yes),
            (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-abc123"}}"#, Yes),
            (r#"{"ForAnyValue:StringNotEquals":{"aws:PrincipalOrgID":"o-abc123"}}"#, No),
            (r#"{"Null":{"aws:PrincipalOrgID":"true"}}"#, Yes),
            (r#"{"Null":{"aws:PrincipalTag/Team":"false"}}"#, No),
            (r#"{"Null":{"aws:SourceArn":false}}"#, Yes),
            (r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/admin"}}"#, Yes),
            (r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}"#, Unknown),
            (r#"{"StringEquals":{"aws:PrincipalArn":"x"}}"#, No),
            (r#"{"StringEqualsIfExists":{"aws:PrincipalArn":"x"}}"#, Unknown),
            (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, Unknown),
            (r#"{"Odd":{"aws:SecureTransport":"true"}}"#, Unknown),
            (r#"{"StringEquals":{"aws:SourceArn":[]}}"#, No),
            (r#"{"StringNotEquals":{"aws:SourceArn":[]}}"#, Yes),
            (r#"{"StringEquals":{"aws:SourceArn":"${aws:PrincipalOrgID}"}}"#, No),
            (r#"{"StringLike":{"aws:SourceArn":"*:trail/${aws:PrincipalOrgID, 'org'}"}}"#, Yes),
            (r#"{"StringEquals":{"aws:SourceArn":"${aws:SourceIp}"}}"#, Unknown),
            (r#"{"StringEquals":{"aws:SourceArn":"${"}}"#, Unknown),
        ] {
            assert_eq!(holds(&context, block), expected, "{block}");
        }
    }
}
