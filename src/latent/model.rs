//! The four graphs as one object. It is owned by one thread (see [`super::Worker`]); `run` needs it mutable.

use super::bundle::SEARCH;
use super::{Bundle, LatentError, Runtime};
use crate::codec::WindowPair;
use crate::codec::vocabulary::{BOS, EOS, Id, PAD};
use ort::ep::CPU;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};
use std::borrow::Cow;
use std::path::Path;

/// An edit: `vectors` × `vector` numbers. Adding a concept adds its edit, removing subtracts it.
#[derive(Debug, Clone, PartialEq)]
pub struct EditVector(pub Vec<f32>);

/// The local latents of a function: (positions / stride) × latent, and how many positions it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Locals {
    pub(super) z: Vec<f32>,
    pub(super) latents: usize,
    /// Source positions in use, BOS and EOS among them.
    pub positions: usize,
}

/// What the decoder reads: the function with an edit placed in it.
pub(super) struct Memory {
    pub values: Vec<(&'static str, DynValue)>,
    pub positions: usize,
}

impl Memory {
    /// What the decoder takes of it at every step.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (Cow<'_, str>, SessionInputValue<'_>)> {
        let read = self.values.iter().filter(|(name, _)| *name != "tag_logits");
        read.map(|(name, value)| ((*name).into(), value.view().into()))
    }
}

/// The loaded model.
pub struct Model {
    /// The bundle it came from.
    pub bundle: Bundle,
    encoder: Session,
    edit: Session,
    memory: Session,
    pub(super) decoder: Session,
    /// Loaded when it is first asked for: most runs never search.
    search: Option<Session>,
    runtime: Runtime,
}

/// What `memory.onnx` gives and `decoder.onnx` takes.
const MEMORY: [&str; 8] =
    ["memory_keys", "memory_values", "memory_bias", "source", "pointer_keys", "pointer_bias", "start", "tag_logits"];

/// Few different shapes reach the runtime: lengths are filled up to a multiple.
const BUCKET: usize = 32;
/// So many windows are encoded at a time: more take more memory, and no less time.
const WINDOWS: usize = 4;

impl Model {
    /// Loads all graphs.
    pub fn load(runtime: &Runtime, bundle: Bundle) -> Result<Self, LatentError> {
        let open = |name: &str| session(runtime, &bundle.folder.join(name));
        Ok(Self {
            encoder: open("encoder.onnx")?,
            edit: open("edit.onnx")?,
            memory: open("memory.onnx")?,
            decoder: open("decoder.onnx")?,
            search: None,
            runtime: runtime.clone(),
            bundle,
        })
    }

    /// The graph that a taught edit is searched with.
    pub(super) fn search(&mut self) -> Result<&mut Session, LatentError> {
        match &mut self.search {
            Some(session) => Ok(session),
            none => Ok(none.insert(session(&self.runtime, &self.bundle.folder.join(SEARCH))?)),
        }
    }

    /// The local latents of a function's tokens.
    pub fn encode(&mut self, ids: &[Id]) -> Result<Locals, LatentError> {
        let positions = ids.len() + 2;
        let width = positions.next_multiple_of(BUCKET);
        let mut framed = vec![i64::from(PAD); width];
        framed[0] = i64::from(BOS);
        for (at, id) in framed[1..].iter_mut().zip(ids) {
            *at = i64::from(*id);
        }
        framed[positions - 1] = i64::from(EOS);
        let input = Tensor::from_array(([1, width], framed)).map_err(runtime_error)?;
        let outputs = self.encoder.run(ort::inputs!["input_ids" => input]).map_err(runtime_error)?;
        let (_, z) = outputs["z"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        Ok(Locals { z: z.to_vec(), latents: width / self.bundle.shapes.stride, positions })
    }

    /// The source tokens that the latents say, without BOS and EOS: decode(z).
    pub fn reconstruct(&mut self, locals: &Locals) -> Result<Vec<Id>, LatentError> {
        let none = EditVector(vec![0.0; self.bundle.shapes.vectors * self.bundle.shapes.vector]);
        let mut outputs = self.run_memory(locals, &none)?;
        let said =
            outputs.remove("source_ids").ok_or_else(|| LatentError::Runtime("no output source_ids".to_owned()))?;
        let (_, said) = said.try_extract_tensor::<i64>().map_err(runtime_error)?;
        let inside = said.get(1..locals.positions - 1).unwrap_or(&[]);
        Ok(inside.iter().map(|id| Id::try_from(*id).unwrap_or(PAD)).collect())
    }

    /// The edits of windows, one per window, not normed.
    pub fn edits(&mut self, windows: &[WindowPair]) -> Result<Vec<EditVector>, LatentError> {
        let mut edits = Vec::with_capacity(windows.len());
        for some in windows.chunks(WINDOWS) {
            edits.extend(self.some_edits(some)?);
        }
        Ok(edits)
    }

    fn some_edits(&mut self, windows: &[WindowPair]) -> Result<Vec<EditVector>, LatentError> {
        let longest = windows.iter().map(|window| window.ids.len().max(window.opposite_ids.len())).max().unwrap_or(1);
        let (count, width) = (windows.len(), longest.next_multiple_of(BUCKET / 2));
        let rows = |row: &dyn Fn(&WindowPair) -> Vec<i64>| {
            let mut all = vec![0i64; count * width];
            for (window, out) in windows.iter().zip(all.chunks_mut(width)) {
                for (at, value) in out.iter_mut().zip(row(window)) {
                    *at = value;
                }
            }
            Tensor::from_array(([count, width], all)).map_err(runtime_error)
        };
        let inputs = ort::inputs![
            "ids" => rows(&|w| w.ids.iter().map(|id| i64::from(*id)).collect())?,
            "tags" => rows(&|w| w.tags.iter().map(|tag| i64::from(*tag)).collect())?,
            "opposite_ids" => rows(&|w| w.opposite_ids.iter().map(|id| i64::from(*id)).collect())?,
            "opposite_tags" => rows(&|w| w.opposite_tags.iter().map(|tag| i64::from(*tag)).collect())?,
        ];
        let outputs = self.edit.run(inputs).map_err(runtime_error)?;
        let (_, e) = outputs["e"].try_extract_tensor::<f32>().map_err(runtime_error)?;
        Ok(e.chunks(e.len() / count.max(1)).map(|row| EditVector(row.to_vec())).collect())
    }

    fn run_memory(&mut self, locals: &Locals, v: &EditVector) -> Result<ort::session::SessionOutputs<'_>, LatentError> {
        let shapes = self.bundle.shapes;
        let z = Tensor::from_array(([1, locals.latents, shapes.latent], locals.z.clone())).map_err(runtime_error)?;
        let v = Tensor::from_array(([1, shapes.vectors, shapes.vector], v.0.clone())).map_err(runtime_error)?;
        let lengths = Tensor::from_array(([1usize], vec![locals.positions as i64])).map_err(runtime_error)?;
        self.memory.run(ort::inputs!["z" => z, "lengths" => lengths, "v" => v]).map_err(runtime_error)
    }

    pub(super) fn memory(&mut self, locals: &Locals, v: &EditVector) -> Result<Memory, LatentError> {
        let mut outputs = self.run_memory(locals, v)?;
        let mut values = Vec::with_capacity(MEMORY.len());
        for name in MEMORY {
            if let Some(value) = outputs.remove(name) {
                values.push((name, value));
            }
        }
        drop(outputs);
        Ok(Memory { values, positions: locals.positions })
    }
}

fn session(runtime: &Runtime, path: &Path) -> Result<Session, LatentError> {
    let named = |error: &dyn std::fmt::Display| LatentError::Corrupt {
        file: path.to_path_buf(),
        problem: format!("ONNX Runtime does not take it ({error})"),
    };
    let builder = Session::builder(&runtime.environment).map_err(|error| named(&error))?;
    let builder = builder.with_intra_threads(1).map_err(|error| named(&error))?;
    let builder = builder.with_inter_threads(1).map_err(|error| named(&error))?;
    let builder = builder.with_intra_op_spinning(false).map_err(|error| named(&error))?;
    // an arena and the plans of past shapes keep what the longest function took, 50 MB and more, and save no time
    let builder = builder.with_memory_pattern(false).map_err(|error| named(&error))?;
    let cpu = CPU::default().with_arena_allocator(false).build();
    let mut builder = builder.with_execution_providers([cpu]).map_err(|error| named(&error))?;
    builder.commit_from_file(path).map_err(|error| named(&error))
}

pub(super) fn runtime_error(error: ort::Error) -> LatentError {
    LatentError::Runtime(error.to_string())
}
