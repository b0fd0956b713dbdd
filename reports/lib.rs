//! An assessment written in each format.
