//! Which requirements of which frameworks a check speaks for, as the assessment carries them.

use std::collections::BTreeMap;

use trailproof_core::assessment::Assessment;

/// The requirements of each check.
pub struct Standards<'a>(BTreeMap<&'a str, Vec<(&'a str, &'a str)>>);

impl<'a> Standards<'a> {
    /// Of a whole assessment.
    pub fn new<R>(assessment: &'a Assessment<R>) -> Self {
        let mut by_check: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for framework in assessment.score.frameworks.values() {
            for control in &framework.controls {
                for check in &control.checks {
                    by_check
                        .entry(check)
                        .or_default()
                        .push((framework.name.as_str(), control.id.as_str()));
                }
            }
        }
        Self(by_check)
    }

    /// The names of the frameworks, each once.
    pub fn frameworks(&self, check: &str) -> Vec<&'a str> {
        let mut names: Vec<&str> =
            self.0.get(check).into_iter().flatten().map(|(framework, _)| *framework).collect();
        names.dedup();
        names
    }

    /// `framework/requirement` for each.
    pub fn requirements(&self, check: &str) -> Vec<String> {
        let requirements = self.0.get(check).into_iter().flatten();
        requirements.map(|(framework, control)| format!("{framework}/{control}")).collect()
    }
}
