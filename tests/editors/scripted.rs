//! A scripted engine and test runner in place of the model, for tests of the language server and of the editors' plug-ins.
//!
//! What it does depends on the function's name. `nothing…` is left as it is, `refused…` gives no candidate, `slow…` runs
//! until it is cancelled, `slow_tests…` is decoded at once and tested until it is cancelled, `same…` is as the original on
//! recorded calls and has no test, `panics…` panics, `fails_first…` has a first candidate on which tests fail, `doubtful…` has
//! candidates that the model is not sure of, `places…` is edited at two places of four. `logging` conflicts with two concepts that are
//! removed. Any other function
//! gets a comment line above it and one behind its last line: two hunks, which name the concept and the candidate.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, dead_code, reason = "used by tests alone")]

use lerp::concepts::store::{Level, Store, Stored, StoredPair, StoredVector};
use lerp::concepts::{ConceptInfo, Measured, catalogue};
use lerp::config::Settings;
use lerp::latent::{LatentError, ModelSettings};
use lerp::lsp::{Check, Editor, Heard, Judged, Ruling, Tools, Trial};
use lerp::syntax::{find_functions, parse};
use lerp::synthesis::{
    Assessment, Blend, BlendRequest, Cancel, Candidate, Outcome, Places, Request, SortedOut, SynthesisError,
    TaughtConcept, Teacher, Timings, Tokens,
};
use lerp::text::{TextEdit, apply_edits};
use std::collections::HashMap;
use std::path::PathBuf;
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
    /// What is there is looked for so long.
    pub doctor: Duration,
    /// How well the model does its concepts.
    pub measured: HashMap<String, Measured>,
    /// Where the user's own taught concepts are kept, when there are any.
    pub user: Option<PathBuf>,
}

/// Knows the taught concepts of these names; taught by a pair with `slow` in it, it learns until it is cancelled.
struct Engine(Arc<Seen>, Vec<String>);

impl Tools for Scripted {
    fn load(&self, _: &ModelSettings) -> Result<Arc<dyn Editor>, LatentError> {
        self.seen.loads.fetch_add(1, Ordering::SeqCst);
        if self.missing {
            return Err(LatentError::NoRuntime { problem: "this is a test".to_owned() });
        }
        Ok(Arc::new(Engine(Arc::clone(&self.seen), Vec::new())))
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

    fn stores(&self, starts: &[PathBuf]) -> Vec<Store> {
        let user = self.user.iter().map(|folder| Store::at(folder.clone(), Level::User));
        starts.iter().filter_map(|start| Store::of_project(start)).chain(user).collect()
    }

    fn doctor(&self, _: &Settings) -> Vec<Check> {
        std::thread::sleep(self.doctor);
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
        let unknown = request
            .add
            .iter()
            .chain(&request.remove)
            .find(|name| !self.1.contains(name) && lerp::concepts::find(name).is_none());
        let outcome = match unknown {
            Some(name) => Err(SynthesisError::NoConcept { name: name.clone(), nearest: None }),
            None => run(request, cancel),
        };
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        if matches!(outcome, Err(SynthesisError::Cancelled)) {
            self.0.cancelled.fetch_add(1, Ordering::SeqCst);
        }
        outcome
    }

    fn concepts(&self) -> Vec<&'static ConceptInfo> {
        catalogue().iter().collect()
    }

    fn knowing(&self, taught: Vec<Stored>) -> (Arc<dyn Editor>, Vec<String>) {
        let names = taught.into_iter().map(|one| one.name).collect();
        (Arc::new(Self(Arc::clone(&self.0), names)), Vec::new())
    }

    fn blend(
        &self,
        request: &BlendRequest<'_>,
        cancel: &Cancel,
        heard: &dyn Fn(&Blend),
    ) -> Result<Vec<Blend>, SynthesisError> {
        let (first, second) = (request.function.unwrap(), request.other_function.unwrap_or("?"));
        if first.starts_with("slow") {
            wait(cancel);
        }
        if cancel.is_cancelled() {
            return Err(SynthesisError::Cancelled);
        }
        let step = |step: usize| {
            let t = step as f32 / (request.steps - 1) as f32;
            let source = format!("# {first} to {second}, {t:.2}\n{}", request.source);
            let unbound = if step == 1 { vec!["nowhere".to_owned()] } else { Vec::new() };
            let blend = Blend { t, source, function: String::new(), tokens: Tokens::default(), unbound };
            heard(&blend);
            blend
        };
        Ok((0..request.steps).map(step).collect())
    }
}

fn wait(cancel: &Cancel) {
    let start = Instant::now();
    while !cancel.is_cancelled() && start.elapsed() < FOR_EVER {
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl Teacher for Engine {
    /// A pair with `unlike` in it is unlike the others.
    fn sort_out(&self, _: &[StoredPair], new: &[StoredPair]) -> Result<SortedOut, SynthesisError> {
        let (aside, used): (Vec<usize>, Vec<usize>) =
            (0..new.len()).partition(|at| new[*at].before.contains("unlike") && new.len() > 1);
        Ok(SortedOut { used, aside: aside.into_iter().map(|at| (at, "it is unlike the rest".to_owned())).collect() })
    }

    fn encode_pairs(
        &self,
        pairs: &[StoredPair],
        _: Duration,
        _: &dyn Fn(),
        cancel: &Cancel,
    ) -> Result<StoredVector, SynthesisError> {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        if pairs.iter().any(|pair| pair.before.contains("slow")) {
            wait(cancel);
        }
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        if cancel.is_cancelled() {
            self.0.cancelled.fetch_add(1, Ordering::SeqCst);
            return Err(SynthesisError::Cancelled);
        }
        let agreement = if pairs.len() > 1 { 0.75 } else { 1.0 };
        Ok(StoredVector { model: "scripted".to_owned(), values: vec![pairs.len() as f32], agreement, searched: false })
    }

    fn assess(
        &self,
        stored: &Stored,
        budget: Duration,
        _: &Cancel,
        _: &mut dyn FnMut(),
    ) -> Result<(TaughtConcept, Assessment), SynthesisError> {
        let right: Vec<bool> = stored.pairs.iter().map(|pair| !pair.before.contains("hard")).collect();
        let of_others = |pair: &StoredPair| !pair.before.contains("hard") && !pair.before.contains("odd");
        let assessed = Assessment {
            reproduced: stored.pairs.iter().map(of_others).collect(),
            left_out_searched: !budget.is_zero(),
            reproduced_itself: right,
            nearest: Vec::new(),
        };
        let taught = TaughtConcept {
            stored: stored.clone(),
            imports: Vec::new(),
            agreement: stored.vectors[0].agreement,
            searched: false,
            encoded_anew: false,
            graded: false,
        };
        Ok((taught, assessed))
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
        threshold: 0.75,
        refused: Vec::new(),
        conflicts: request.add.iter().filter(|name| request.remove.len() > 1 && *name == "logging").cloned().collect(),
        search: None,
        features: Vec::new(),
        timings: Timings::default(),
    };
    if name.starts_with("panics") {
        panic!("scripted");
    }
    if name.starts_with("slow") && !name.starts_with("slow_tests") {
        wait(cancel);
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
        Candidate {
            source,
            edits,
            score,
            confidence,
            threshold: 0.75,
            concept_gain: 1.0,
            places: if name.starts_with("places") {
                Places { of: 4, changed: 2 }
            } else {
                Places { of: 1, changed: 1 }
            },
            millis: 1.0,
        }
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
