//! The requirements of frameworks that checks bear on, each with how sure the mapping is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A framework in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// The CIS AWS Foundations Benchmark 1.4.
    Cis1_4,
    /// The same, 3.0.
    Cis3_0,
    /// The same, 5.0.
    Cis5_0,
    /// The same, 6.0, known through third parties alone.
    Cis6_0,
    /// The same, 7.0, known through third parties alone.
    Cis7_0,
    /// Security Hub's own controls, whatever standard of Security Hub they belong to.
    Fsbp,
    /// PCI DSS 4.0.1.
    Pci4_0_1,
    /// NIST SP 800-53 revision 5.
    Nist800_53R5,
    /// The trust services criteria of SOC 2.
    Soc2,
    /// Annex A of ISO/IEC 27001:2022.
    Iso27001_2022,
    /// Part 164 of the HIPAA rules.
    Hipaa164,
}

impl Framework {
    /// All, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Cis1_4,
        Self::Cis3_0,
        Self::Cis5_0,
        Self::Cis6_0,
        Self::Cis7_0,
        Self::Fsbp,
        Self::Pci4_0_1,
        Self::Nist800_53R5,
        Self::Soc2,
        Self::Iso27001_2022,
        Self::Hipaa164,
    ];

    /// The id that commands take and reports print.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cis1_4 => "cis-1.4",
            Self::Cis3_0 => "cis-3.0",
            Self::Cis5_0 => "cis-5.0",
            Self::Cis6_0 => "cis-6.0",
            Self::Cis7_0 => "cis-7.0",
            Self::Fsbp => "fsbp",
            Self::Pci4_0_1 => "pci-4.0.1",
            Self::Nist800_53R5 => "nist-800-53-r5",
            Self::Soc2 => "soc-2",
            Self::Iso27001_2022 => "iso-27001-2022",
            Self::Hipaa164 => "hipaa-164",
        }
    }

    /// Its name in full.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cis1_4 => "CIS Amazon Web Services Foundations Benchmark v1.4.0",
            Self::Cis3_0 => "CIS Amazon Web Services Foundations Benchmark v3.0.0",
            Self::Cis5_0 => "CIS Amazon Web Services Foundations Benchmark v5.0.0",
            Self::Cis6_0 => "CIS Amazon Web Services Foundations Benchmark v6.0.0",
            Self::Cis7_0 => "CIS Amazon Web Services Foundations Benchmark v7.0.0",
            Self::Fsbp => {
                "AWS Security Hub controls (Foundational Security Best Practices and its other standards)"
            }
            Self::Pci4_0_1 => "PCI DSS v4.0.1",
            Self::Nist800_53R5 => "NIST SP 800-53 Revision 5",
            Self::Soc2 => "SOC 2 (AICPA trust services criteria)",
            Self::Iso27001_2022 => "ISO/IEC 27001:2022, Annex A",
            Self::Hipaa164 => "HIPAA, 45 CFR Part 164",
        }
    }

    /// Other names that commands take. One without a version means the newest that AWS itself offers.
    #[must_use]
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Cis1_4 => &["cis-1.4.0"],
            Self::Cis3_0 => &["cis-3", "cis-3.0.0"],
            Self::Cis5_0 => &["cis", "cis-5", "cis-5.0.0"],
            Self::Cis6_0 => &["cis-6", "cis-6.0.0"],
            Self::Cis7_0 => &["cis-7", "cis-7.0.0"],
            Self::Fsbp => &["aws-foundational-security-best-practices", "security-hub"],
            Self::Pci4_0_1 => &["pci", "pci-4", "pci-4.0", "pci-dss", "pci-dss-4.0.1"],
            Self::Nist800_53R5 => {
                &["nist", "nist-800-53", "nist-800-53-rev-5", "nist-sp-800-53-r5"]
            }
            Self::Soc2 => &["soc", "soc2"],
            Self::Iso27001_2022 => &["iso", "iso-27001", "iso27001", "iso-iec-27001-2022"],
            Self::Hipaa164 => &["hipaa"],
        }
    }

    /// A requirement of it that AWS's own text maps.
    #[must_use]
    pub const fn seen(self, id: &'static str) -> Control {
        self.control(id, Sureness::Seen)
    }

    /// A requirement of it that prowler maps.
    #[must_use]
    pub const fn prowler(self, id: &'static str) -> Control {
        self.control(id, Sureness::Prowler)
    }

    /// A requirement of it that a third party's text maps.
    #[must_use]
    pub const fn third_party(self, id: &'static str) -> Control {
        self.control(id, Sureness::ThirdParty)
    }

    /// A requirement of it that Stave maps.
    #[must_use]
    pub const fn stave(self, id: &'static str) -> Control {
        self.control(id, Sureness::Stave)
    }

    /// A requirement of it that is recalled.
    #[must_use]
    pub const fn recalled(self, id: &'static str) -> Control {
        self.control(id, Sureness::Recalled)
    }

    /// A requirement of it that is no more than related.
    #[must_use]
    pub const fn related(self, id: &'static str) -> Control {
        self.control(id, Sureness::Related)
    }

    const fn control(self, id: &'static str, sureness: Sureness) -> Control {
        Control { framework: self, id, sureness }
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// No framework has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no framework {0:?}")]
pub struct UnknownFramework(pub String);

impl FromStr for Framework {
    type Err = UnknownFramework;

    /// By id or alias, in whatever case.
    fn from_str(text: &str) -> Result<Self, UnknownFramework> {
        let name = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|framework| framework.id() == name || framework.aliases().contains(&&*name))
            .ok_or_else(|| UnknownFramework(text.to_owned()))
    }
}

impl Serialize for Framework {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Framework {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How sure it is that a check speaks for a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sureness {
    /// `=`: AWS's own documentation maps the equivalent rule to it.
    Seen,
    /// `p`: prowler's compliance files map the equivalent check to it.
    Prowler,
    /// `t`: a text of a third party, of 2025 or 2026, says so.
    ThirdParty,
    /// `s`: Stave's list of controls says so.
    Stave,
    /// `r`: recalled, and not compared with the text.
    Recalled,
    /// `~`: the nearest requirement by our own judgement: related, and never satisfied by the check.
    Related,
}

impl Sureness {
    /// All, the surest first.
    pub const ALL: [Self; 6] =
        [Self::Seen, Self::Prowler, Self::ThirdParty, Self::Stave, Self::Recalled, Self::Related];

    /// Whether the requirement enters a framework's profile: its selection of checks, its score, its table.
    #[must_use]
    pub const fn is_sure(self) -> bool {
        matches!(self, Self::Seen | Self::Prowler)
    }

    /// The mark, as lists print it behind the requirement's id.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Seen => "=",
            Self::Prowler => "p",
            Self::ThirdParty => "t",
            Self::Stave => "s",
            Self::Recalled => "r",
            Self::Related => "~",
        }
    }

    /// What the mark means, a fragment.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Seen => "mapped by AWS's documentation",
            Self::Prowler => "mapped by prowler's compliance files",
            Self::ThirdParty => "mapped by a third party's text, not in the profile",
            Self::Stave => "mapped by Stave, not in the profile",
            Self::Recalled => "recalled and not compared with the text, not in the profile",
            Self::Related => "related only, never satisfied by the check",
        }
    }
}

/// A requirement of a framework that a check bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Control {
    /// The framework.
    pub framework: Framework,
    /// The requirement's id there.
    pub id: &'static str,
    /// How sure the mapping is.
    pub sureness: Sureness,
}

/// A requirement's id in the order of people: 3.9 before 3.10.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlId {
    pieces: Vec<(String, u64)>,
    text: String,
}

impl ControlId {
    /// The id as it is written.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

impl From<&str> for ControlId {
    fn from(text: &str) -> Self {
        let mut pieces: Vec<(String, u64)> = vec![(String::new(), 0)];
        let mut in_number = false;
        for letter in text.chars() {
            match (letter.to_digit(10), pieces.last_mut()) {
                (Some(digit), Some((_, number))) => {
                    *number = number.saturating_mul(10).saturating_add(digit.into());
                    in_number = true;
                }
                (None, Some((word, _))) if !in_number => word.push(letter),
                (_, _) => {
                    pieces.push((letter.to_string(), 0));
                    in_number = false;
                }
            }
        }
        Self { pieces, text: text.to_owned() }
    }
}

/// What every check on the audit trail is related to, where it has no control of its own.
pub const COMMON: [Control; 5] = [
    Framework::Nist800_53R5.related("AU-9"),
    Framework::Nist800_53R5.related("AU-12"),
    Framework::Soc2.related("CC7.2"),
    Framework::Iso27001_2022.related("A.8.15"),
    Framework::Hipaa164.related("164.312(b)"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_name_means_two_frameworks() {
        let mut names = BTreeSet::new();
        for framework in Framework::ALL {
            for name in framework.aliases().iter().chain([&framework.id()]) {
                assert!(names.insert(*name), "{name}");
                assert_eq!(name.parse(), Ok(framework));
                assert_eq!(name.to_ascii_uppercase().parse(), Ok(framework));
            }
        }
        assert!("cis-2.0".parse::<Framework>().is_err());
        assert!("".parse::<Framework>().is_err());
    }

    #[test]
    fn all_holds_every_framework_and_mark_once_and_in_order() {
        let frameworks = BTreeSet::from(Framework::ALL);
        assert_eq!(frameworks.into_iter().collect::<Vec<_>>(), Framework::ALL);
        let marks: BTreeSet<&str> = Sureness::ALL.iter().map(|sureness| sureness.mark()).collect();
        assert_eq!(marks.len(), Sureness::ALL.len());
        assert!(Sureness::ALL.is_sorted());
    }

    #[test]
    fn a_framework_survives_json_by_its_id() {
        for framework in Framework::ALL {
            let text = serde_json::to_string(&framework).unwrap();
            assert_eq!(text, format!("{:?}", framework.id()));
            assert_eq!(serde_json::from_str::<Framework>(&text).unwrap(), framework);
        }
    }

    #[test]
    fn what_is_common_is_only_related() {
        assert!(COMMON.iter().all(|control| !control.sureness.is_sure()));
    }

    #[test]
    fn requirements_stand_in_the_order_of_people() {
        let sorted = ["3.9", "3.10", "10.2.1", "10.2.1.7", "A1.2", "AU-9", "AU-9(2)", "AU-10"];
        let mut ids = sorted.map(ControlId::from);
        ids.reverse();
        ids.sort();
        assert_eq!(ids.map(ControlId::into_text), sorted);
    }
}
