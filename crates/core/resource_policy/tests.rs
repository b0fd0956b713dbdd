//! Policies by table, and what holds of all of them.
