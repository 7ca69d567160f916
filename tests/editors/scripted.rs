//! A scripted engine and test runner in place of the model, for tests of the language server and of the editors' plug-ins.
//!
//! What it does depends on the function's name. `nothing…` is left as it is, `refused…` gives no candidate, `slow…` runs
//! until it is cancelled, `slow_tests…` is decoded at once and tested until it is cancelled, `same…` is as the original on
//! recorded calls and has no test, `panics…` panics, `fails_first…` has a first candidate on which tests fail, `doubtful…` has
//! candidates that the model is not sure of. Any other function
//! gets a comment line above it and one behind its last line: two hunks, which name the concept and the candidate.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, dead_code, reason = "used by tests alone")]

use lerp::concepts::{ConceptInfo, Measured, catalogue};
use lerp::config::Settings;
use lerp::latent::{LatentError, ModelSettings};
use lerp::lsp::{Check, Editor, Heard, Judged, Ruling, Tools, Trial};
use lerp::syntax::{find_functions, parse};
use lerp::synthesis::{Cancel, Candidate, Outcome, Request, SynthesisError, Timings};
use lerp::text::{TextEdit, apply_edits};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(60);

/// What was asked of it.
#[derive(Default)]
pub struct Seen {
    /// Times the model was loaded.
    pub loads: AtomicUsize,
    /// Requests that are in the engine now.
    pub running: AtomicUsize,
    /// Requests that ended because they were cancelled.
    pub cancelled: AtomicUsize,
}

#[derive(Default)]
pub struct Scripted {
    pub seen: Arc<Seen>,
    /// The model can not be loaded.
    pub missing: bool,
    /// How well the model does its concepts.
    pub measured: HashMap<String, Measured>,
}

struct Engine(Arc<Seen>);

impl Tools for Scripted {
    fn load(&self, _: &ModelSettings) -> Result<Arc<dyn Editor>, LatentError> {
        self.seen.loads.fetch_add(1, Ordering::SeqCst);
        if self.missing {
            return Err(LatentError::NoRuntime { problem: "this is a test".to_owned() });
        }
        Ok(Arc::new(Engine(Arc::clone(&self.seen))))
    }

    fn judge(&self, trial: &Trial<'_>, cancel: &Cancel, heard: Option<&Heard<'_>>) -> Vec<Judged> {
        let judge = |(at, text): (usize, &&str)| {
            while trial.function.starts_with("slow_tests") && !cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let failed = trial.function.starts_with("fails_first") && text.contains(" 1\n");
            let judged = match trial.function {
                _ if cancel.is_cancelled() => Judged::untested(Some("cancelled".to_owned())),
                name if name.starts_with("same") => {
                    Judged { ruling: Ruling::Same, same_calls: Some(24), ..Judged::untested(None) }
                }
                _ => Judged {
                    ruling: if failed { Ruling::Failed } else { Ruling::Passed },
                    tests_run: 3,
                    same_calls: None,
                    reason: failed.then(|| "test_x failed".to_owned()),
                },
            };
            if let Some(heard) = heard {
                heard(at, &judged);
            }
            judged
        };
        trial.candidates.iter().enumerate().map(judge).collect()
    }

    fn measured(&self, _: &ModelSettings) -> HashMap<String, Measured> {
        self.measured.clone()
    }

    fn doctor(&self, _: &Settings) -> Vec<Check> {
        let row = |name: &str, ok: bool| Check {
            name: name.to_owned(),
            ok,
            detail: format!("{name} of this test"),
            fix: (!ok).then(|| "pip install onnxruntime".to_owned()),
        };
        vec![row("ONNX Runtime", !self.missing), row("sandbox", true)]
    }
}

impl Editor for Engine {
    fn run(&self, request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        let outcome = run(request, cancel);
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        if matches!(outcome, Err(SynthesisError::Cancelled)) {
            self.0.cancelled.fetch_add(1, Ordering::SeqCst);
        }
        outcome
    }

    fn concepts(&self) -> Vec<&'static ConceptInfo> {
        catalogue().iter().collect()
    }
}

fn run(request: &Request<'_>, cancel: &Cancel) -> Result<Outcome, SynthesisError> {
    let source = request.source;
    let wanted = request.function.unwrap();
    let functions = find_functions(&parse(source), source);
    let function = functions.into_iter().find(|function| function.qualname == wanted).unwrap();
    let name = wanted.rsplit('.').next().unwrap();
    let outcome = |candidates: Vec<Candidate>| Outcome {
        unchanged: candidates.is_empty(),
        candidates,
        confidence: 0.5,
        refused: Vec::new(),
        search: None,
        timings: Timings::default(),
    };
    if name.starts_with("panics") {
        panic!("scripted");
    }
    if name.starts_with("slow") && !name.starts_with("slow_tests") {
        let start = Instant::now();
        while !cancel.is_cancelled() && start.elapsed() < FOR_EVER {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    if cancel.is_cancelled() {
        return Err(SynthesisError::Cancelled);
    }
    if name.starts_with("nothing") {
        return Ok(outcome(Vec::new()));
    }
    if name.starts_with("refused") {
        // says what the source was, so that a test can compare it with its own
        let reason = format!("source {}", fingerprint(source));
        return Ok(Outcome { unchanged: false, refused: vec![reason], ..outcome(Vec::new()) });
    }
    let added = request.add.iter().map(|concept| format!("added {concept}"));
    let removed = request.remove.iter().map(|concept| format!("removed {concept}"));
    let what = added.chain(removed).collect::<Vec<_>>().join(", ");
    let line = source[..function.range.start].rfind('\n').map_or(0, |at| at + 1);
    let margin = &source[line..function.range.start];
    let candidate = |n: usize| {
        let above = TextEdit { range: line..line, new_text: format!("{margin}# {what} {n}\n") };
        let end = function.range.end;
        let behind = TextEdit { range: end..end, new_text: format!("  # end {n}") };
        let edits = vec![above, behind];
        let source = apply_edits(source, &edits);
        let score = -(n as f32) / 10.0;
        let confidence = if name.starts_with("doubtful") { 0.25 } else { score.exp() };
        Candidate { source, edits, score, confidence, concept_gain: 1.0, millis: 1.0 }
    };
    Ok(outcome((1..=request.candidates).map(candidate).collect()))
}

/// Length and a hash.
pub fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{} {hash:016x}", text.len())
}
