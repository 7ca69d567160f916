//! Does a candidate pass the user's own tests? Found out without touching the user's tree, and without trusting the candidate.
//!
//! ```text
//! Project    root, interpreter, pytest options                       (project, interpreter, ini)
//! selection  the test files that reach the function, or mention it   (impact, select, command)
//! gate       what the edit adds must not reach for the machinery     (gate, names)
//! baseline   the original, in the same sandbox: which tests pass, and reach the function   (baseline, baselines, watched)
//! job        one confined Python with the candidate in an import overlay   (job, place, run, observed, sandbox, runner/*.py)
//! warm       the same in a fork of a process that is kept, where the original was seen to pass so   (warm)
//! Verdict    the rule                                                (verdict)
//! same?      original and candidate on recorded calls and small changes of them, compared outside of the process   (differential)
//! ```
//!
//! What holds here and has a test that can fail:
//!
//! 1. Nothing of the user's tree is written: the candidate travels in an overlay, Landlock allows writes to the scratch folder alone.
//! 2. Generated code runs confined or not at all; without a sandbox every verdict is `untested` and says why.
//! 3. `passed` needs every test that passed on the original and reaches the function to report the same, the end of the run to be
//!    reported, and exit 0; see [`verdict`].
//! 4. The end of lerp ends everything that it started.
//! 5. A fork gives the verdict that a process of its own would give.

mod baseline;
mod baselines;
mod candidate;
mod command;
mod differential;
pub mod gate;
pub mod impact;
mod ini;
mod interpreter;
mod job;
mod names;
mod observed;
mod place;
mod project;
mod run;
pub mod sandbox;
mod scratch;
mod select;
mod settings;
pub mod verdict;
mod verifier;
mod warm;
mod watched;

pub use candidate::{Candidate, TestsSetting};
pub use differential::{Agreement, Difference, Differential};
pub use interpreter::{Interpreter, InterpreterError};
pub use project::{Project, ProjectError};
pub use settings::Settings;
pub use verdict::{Status, Tier, Verdict};
pub use verifier::{Verifier, VerifierError};
