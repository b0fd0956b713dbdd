//! `fieldSelectionCriteria`: of which accounts and regions a metric filter sees events.

use trailproof_filter_pattern::Condition;

/// The criteria as a condition on CloudTrail's records; none where the text is no such criteria.
pub(super) fn condition(text: &str) -> Option<Condition> {
    let mut reader = Reader { rest: text.trim(), depth: 0 };
    let condition = reader.or()?;
    reader.rest.trim().is_empty().then_some(condition)
}

struct Reader<'r> {
    rest: &'r str,
    depth: usize,
}

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

    fn sign(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let after = rest.strip_prefix(sign);
        self.rest = after.unwrap_or(rest);
        after.is_some()
    }

    fn or(&mut self) -> Option<Condition> {
        let mut parts = vec![self.and()?];
        while self.word("OR") {
            parts.push(self.and()?);
        }
        Some(Condition::Any(parts))
    }

    fn and(&mut self) -> Option<Condition> {
        let mut parts = vec![self.atom()?];
        while self.word("AND") {
            parts.push(self.atom()?);
        }
        Some(Condition::All(parts))
    }

    fn atom(&mut self) -> Option<Condition> {
        if self.sign("(") {
            self.depth += 1;
            if self.depth > DEPTH {
                return None;
            }
            let inner = self.or()?;
            self.depth -= 1;
            return self.sign(")").then_some(inner);
        }
        let field = match () {
            () if self.sign("@aws.account") => "recipientAccountId",
            () if self.sign("@aws.region") => "awsRegion",
            () => return None,
        };
        let one_of = |texts| Condition::OneOf(field.to_owned(), texts);
        if self.sign("!=") {
            return Some(Condition::Not(Box::new(one_of(vec![self.text()?]))));
        }
        if self.sign("=") {
            return Some(one_of(vec![self.text()?]));
        }
        let negated = self.word("NOT");
        self.word("IN").then_some(())?;
        let texts = self.list()?;
        Some(if negated { Condition::Not(Box::new(one_of(texts))) } else { one_of(texts) })
    }

    fn list(&mut self) -> Option<Vec<String>> {
        self.sign("[").then_some(())?;
        let mut texts = vec![self.text()?];
        while self.sign(",") {
            texts.push(self.text()?);
        }
        self.sign("]").then_some(texts)
    }

    fn text(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        for quote in ['"', '\''] {
            if let Some(inner) = rest.strip_prefix(quote) {
                let (text, after) = inner.split_once(quote)?;
                self.rest = after;
                return Some(text.to_owned());
            }
        }
        let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let (text, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        self.rest = after;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::condition;
    use trailproof_filter_pattern::Condition;

    #[test]
    fn the_documented_forms_are_read_and_others_are_not() {
        let is = |field: &str, text: &str| Condition::is(field, text);
        let account = is("recipientAccountId", "111122223333");
        let one = |condition| Condition::Any(vec![Condition::All(vec![condition])]);
        assert_eq!(condition("@aws.account = \"111122223333\""), Some(one(account.clone())));
        assert_eq!(condition("@aws.account=111122223333"), Some(one(account.clone())));
        let both = Condition::Any(vec![Condition::All(vec![
            account,
            Condition::Not(Box::new(Condition::one_of("awsRegion", &["a-b-1", "c-d-2"]))),
        ])]);
        let text = "@aws.account = '111122223333' AND @aws.region NOT IN [\"a-b-1\", \"c-d-2\"]";
        assert_eq!(condition(text), Some(both));
        for odd in
            ["", "@aws.service = x", "@aws.account", "@aws.account = 1 1", "@aws.region IN []"]
        {
            assert_eq!(condition(odd), None, "{odd}");
        }
        assert_eq!(condition(&"(".repeat(10_000)), None);
    }
}
