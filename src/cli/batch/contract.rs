//! The lines of `lerp batch`.

use crate::cli::json::EditJson;
use crate::cli::referee::Status;
use crate::latent::{Ended, SearchReport};
use crate::verify::Differential;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A request. Whatever may be left out may also be null.
#[derive(Debug, Deserialize)]
pub struct RequestLine {
    pub source: String,
    pub function: Option<String>,
    pub add: Option<Vec<String>>,
    pub remove: Option<Vec<String>>,
    pub strength: Option<f32>,
    pub candidates: Option<usize>,
    pub seed: Option<u64>,
    pub examples: Option<Vec<ExampleLine>>,
    pub direction: Option<Direction>,
    pub search_ms: Option<u64>,
    pub tests: Option<TestsLine>,
}

/// A pair that teaches a concept for one request.
#[derive(Debug, Deserialize)]
pub struct ExampleLine {
    pub before: String,
    pub after: String,
}

/// Whether the taught concept is added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Forward,
    Reverse,
}

/// The tests that decide.
#[derive(Debug, Deserialize)]
pub struct TestsLine {
    pub command: Option<String>,
    pub root: PathBuf,
    pub file: Option<PathBuf>,
}

/// A result. The order of the fields is part of the contract.
#[derive(Debug, Serialize)]
pub struct ResultLine {
    pub id: Value,
    pub candidates: Vec<CandidateLine>,
    pub unchanged: bool,
    pub confidence: f32,
    pub threshold: f32,
    pub conflicts: Vec<String>,
    pub error: Option<String>,
    pub timings_ms: TimingsLine,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taught: Option<TaughtLine>,
    /// Only with `--features`, and not part of the contract.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<DescribedLine>,
}

/// What a ranking is fitted on: a candidate, whether it was shown or not.
#[derive(Debug, Serialize)]
pub struct DescribedLine {
    pub source: String,
    pub values: BTreeMap<&'static str, f32>,
}

/// What the examples of a request taught; only where there are examples and a search.
#[derive(Debug, Serialize)]
pub struct TaughtLine {
    pub pairs: usize,
    pub left_out_reproduced: usize,
    pub reproduced_before: usize,
    pub reproduced_after: usize,
    pub steps: usize,
    pub ended: &'static str,
    pub millis: f64,
}

impl TaughtLine {
    /// Of a report.
    pub fn new(report: &SearchReport) -> Self {
        Self {
            pairs: report.pairs,
            left_out_reproduced: report.left_out.iter().filter(|right| **right).count(),
            reproduced_before: report.reproduced_before,
            reproduced_after: report.reproduced_after,
            steps: report.steps,
            ended: match report.ended {
                Some(Ended::NotNeeded) => "not needed",
                Some(Ended::NotPossible) => "not possible",
                Some(Ended::Sure) => "sure",
                Some(Ended::Steps) => "steps",
                None => "budget",
            },
            millis: report.millis.round(),
        }
    }
}

/// A candidate of a result.
#[derive(Debug, Serialize)]
pub struct CandidateLine {
    pub source: String,
    pub diff: String,
    pub edits: Vec<EditJson>,
    pub score: f32,
    pub concept_gain: f32,
    pub confidence: f32,
    pub strength: &'static str,
    pub places: usize,
    pub places_changed: usize,
    pub verdict: Status,
    pub tests_run: usize,
    pub differential: Option<Differential>,
    pub millis: f64,
}

/// Milliseconds by stage.
#[derive(Debug, Default, Serialize)]
pub struct TimingsLine {
    pub encode: f64,
    pub decode: f64,
    pub filter: f64,
    pub verify: f64,
}

impl ResultLine {
    /// Nothing yet.
    pub fn new(id: Value) -> Self {
        Self {
            id,
            candidates: Vec::new(),
            unchanged: false,
            confidence: 0.0,
            threshold: 0.0,
            conflicts: Vec::new(),
            error: None,
            timings_ms: TimingsLine::default(),
            taught: None,
            features: Vec::new(),
        }
    }

    /// As a line.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| {
            // can not happen: keys are strings and nothing in a result fails to serialise
            format!("{{\"id\":null,\"candidates\":[],\"unchanged\":false,\"confidence\":0.0,\"threshold\":0.0,\"conflicts\":[],\"error\":\"{error}\",\"timings_ms\":{{}}}}")
        })
    }
}
