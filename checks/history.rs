//! What the checks on event history have in common: the requirements that they bear on.

use trailproof_core::prelude::*;

/// The requirements on what stops, pauses or alters the record, none of which one of the checks satisfies by itself.
pub(crate) const CONTINUITY: &[Control] = &[
    Cis1_4.stave("3.1"),
    Cis3_0.stave("3.1"),
    Cis5_0.stave("3.1"),
    Cis6_0.stave("4.1"),
    Cis7_0.stave("4.1"),
    Pci4_0_1.related("10.2.1.6"),
    Pci4_0_1.related("10.7.2"),
    Nist800_53R5.stave("AU-9"),
    Nist800_53R5.stave("AU-12"),
    Nist800_53R5.related("AU-5"),
    Soc2.related("CC7.3"),
    Iso27001_2022.related("A.8.15"),
    Iso27001_2022.related("A.5.28"),
    Hipaa164.related("164.308(a)(1)(ii)(D)"),
];
