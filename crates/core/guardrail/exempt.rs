//! Whom the guards let pass by name, and whether an administrator could become one of them.

use std::collections::BTreeSet;

use super::{Denying, Guard, Guardrail, Power, Question};

impl Guardrail {
    /// The names of principals that these guards let pass, as written.
    #[must_use]
    pub fn exemptions(&self, guards: &BTreeSet<Guard>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for guard in guards {
            let Some(Denying { policy, index, .. }) = &guard.statement else { continue };
            let sides = [&self.scps, &self.rcps];
            let found = sides.iter().find_map(|side| side.policy(&guard.level, policy));
            let Some(Ok(document)) = found.map(|policy| policy.document()) else { continue };
            let Some(statement) = document.statements.get(*index) else { continue };
            let by_name = statement.conditions.iter().filter(|condition| {
                condition.key.eq_ignore_ascii_case("aws:PrincipalArn")
                    && condition.operator.is_negated()
            });
            names.extend(by_name.flat_map(|condition| condition.values.iter().cloned()));
        }
        names
    }

    /// Those of these names that an administrator of the account could take: no policy keeps a role or user by such a
    /// name from being made, or the role from being handed to others. What only AWS's own services make is not among
    /// them, nor what was not read.
    #[must_use]
    pub fn forgeable<'n>(&self, names: &'n BTreeSet<String>) -> Vec<&'n str> {
        names.iter().map(String::as_str).filter(|name| self.can_be_taken(name)).collect()
    }

    fn can_be_taken(&self, name: &str) -> bool {
        let Some(arn) = self.instance(name) else { return false };
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let actions: &[&str] = if resource.starts_with("user/") {
            &["iam:CreateUser", "iam:CreateAccessKey"]
        } else if resource.starts_with("role/aws-reserved/")
            || resource.starts_with("role/aws-service-role/")
        {
            &[]
        } else if resource.starts_with("role/") {
            &["iam:CreateRole", "iam:UpdateAssumeRolePolicy"]
        } else {
            &[]
        };
        actions.iter().any(|action| {
            let asked = self.ask_of_nobody_in_particular(&Question::new(action, &arn));
            matches!(asked, Ok(Power::Open(_)))
        })
    }

    /// An ARN of the account that a pattern means; none where it means another account's.
    pub(super) fn instance(&self, name: &str) -> Option<String> {
        let fields: Vec<&str> = name.splitn(6, ':').collect();
        let [_, _, _, _, account, resource] = fields[..] else { return None };
        let ours = crate::pattern::matches(account, self.account.as_str());
        let resource = resource.replace(['*', '?'], "x");
        ours.then(|| format!("arn:{}:iam::{}:{resource}", self.partition, self.account))
    }
}
