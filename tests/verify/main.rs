//! Verification from outside: projects on disk, candidates of every kind, verdicts.
//!
//! `LERP_TEST_PYTHON` names a Python that has pytest; without it, the usual places are searched. A machine without pytest or
//! without a sandbox skips these tests and says so, unless `LERP_TEST_REQUIRE` is set, as CI does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic: that is how they fail")]

mod differential;
mod hostile;
mod learning;
mod lifetime;
mod mutants;
mod projects;
mod runners;
mod support;
mod tiers;
mod verdicts;
