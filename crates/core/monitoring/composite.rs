//! Whether a composite alarm goes off by one alarm alone, whatever the others are at.

/// Three values: yes, no, and it depends on other alarms.
type Truth = Option<bool>;

/// Whether the rule is true once the alarm of that name or ARN is in alarm. A rule that cannot be read is not.
pub(super) fn follows(rule: &str, name: &str, arn: &str) -> bool {
    let mut reader = Reader { rest: rule.trim(), depth: 0, this: [name, arn] };
    let value = reader.or();
    value == Some(Some(true)) && reader.rest.trim().is_empty()
}

struct Reader<'r> {
    rest: &'r str,
    depth: usize,
    this: [&'r str; 2],
}

/// Rules nest no deeper than they can be written by hand.
const DEPTH: usize = 50;

impl<'r> Reader<'r> {
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let head = rest.get(..word.len()).unwrap_or_default();
        let after = rest.get(word.len()..).unwrap_or_default();
        let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let found = head.eq_ignore_ascii_case(word) && ends;
        if found {
            self.rest = after;
        }
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        let after = rest.strip_prefix(sign);
        self.rest = after.unwrap_or(rest);
        after.is_some()
    }

    fn or(&mut self) -> Option<Truth> {
        let mut value = self.and()?;
        while self.word("OR") {
            value = either(value, self.and()?);
        }
        Some(value)
    }

    fn and(&mut self) -> Option<Truth> {
        let mut value = self.not()?;
        while self.word("AND") {
            let other = self.not()?;
            value = either(value.map(|v| !v), other.map(|v| !v)).map(|v| !v);
        }
        Some(value)
    }

    fn not(&mut self) -> Option<Truth> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let value = if self.word("NOT") {
            self.not()?.map(|value| !value)
        } else if self.sign('(') {
            let value = self.or()?;
            self.sign(')').then_some(value)?
        } else {
            self.state()?
        };
        self.depth -= 1;
        Some(value)
    }

    fn state(&mut self) -> Option<Truth> {
        for (word, value) in [("TRUE", true), ("FALSE", false)] {
            if self.word(word) {
                return Some(Some(value));
            }
        }
        let states = [("ALARM", true), ("OK", false), ("INSUFFICIENT_DATA", false)];
        let (_, when_this) = states.into_iter().find(|(word, _)| self.word(word))?;
        self.sign('(').then_some(())?;
        let name = self.name()?;
        self.sign(')').then_some(())?;
        Some(self.this.contains(&name).then_some(when_this))
    }

    fn name(&mut self) -> Option<&'r str> {
        let rest = self.rest.trim_start();
        for quote in ['"', '\''] {
            if let Some(inner) = rest.strip_prefix(quote) {
                let (name, after) = inner.split_once(quote)?;
                self.rest = after;
                return Some(name);
            }
        }
        let end = rest.find(')')?;
        let (name, after) = rest.split_at(end);
        self.rest = after;
        Some(name.trim())
    }
}

fn either(one: Truth, other: Truth) -> Truth {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::follows;

    #[test]
    fn only_what_this_alarm_alone_brings_about_counts() {
        let arn = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:mine";
        for (rule, expected) in [
            ("ALARM(mine)", true),
            ("ALARM(\"mine\") OR ALARM(other)", true),
            ("alarm('mine') or (OK(other) and ALARM(third))", true),
            (&format!("ALARM({arn})"), true),
            ("ALARM(mine) AND TRUE", true),
            ("NOT OK(mine)", true),
            ("ALARM(mine) AND ALARM(other)", false),
            ("ALARM(mine) AND NOT ALARM(other)", false),
            ("NOT ALARM(mine)", false),
            ("ALARM(other)", false),
            ("ALARM(mine) ALARM(mine)", false),
            ("ALARM(mine", false),
            ("", false),
        ] {
            assert_eq!(follows(rule, "mine", arn), expected, "{rule}");
        }
        assert!(!follows(&"(".repeat(10_000), "mine", arn));
    }
}
