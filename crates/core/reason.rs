//! Why a verdict is what it is: a closed list of codes, each with its sentence in Japanese.

use std::fmt;

/// A declared reason. There is no other way to one than a constant of the table, where the Japanese sentence stands
/// beside the code: a verdict whose reason was not translated does not compile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    code: &'static str,
    japanese: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $code:literal, $japanese:literal;)*) => {
        impl super::Reason {
            /// All, by code.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            $(
                #[doc = concat!("`", $code, "`: ", $japanese)]
                pub const $name: Self = Self { code: $code, japanese: $japanese };
            )*
        }
    };
}

mod table;

impl Reason {
    /// The snake-case code that findings carry in every language.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// What Japanese reports say for it: a statement without a full stop, true of any check that gives the reason.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        self.japanese
    }

    /// The reason that a finding's code means. What stands behind a colon is what was seen, and no part of the code.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        let code = code.split(':').next().unwrap_or_default();
        let at = Self::ALL.binary_search_by(|reason| reason.code.cmp(code)).ok()?;
        Self::ALL.get(at).copied()
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::is_japanese;

    #[test]
    fn every_reason_is_found_by_its_code_and_said_in_japanese() {
        assert!(Reason::ALL.is_sorted_by(|one, next| one.code < next.code));
        for reason in Reason::ALL {
            assert_eq!(Reason::named(reason.code), Some(*reason));
            assert!(is_japanese(reason.japanese), "{reason:?}");
            assert!(!reason.japanese.ends_with('。'), "{reason:?}");
        }
        assert_eq!(Reason::named("excludes:kms.amazonaws.com"), Some(Reason::EXCLUDES));
        assert_eq!(Reason::named("no such code"), None);
    }
}
