//! The model bundle on disk: a manifest with sizes and hashes, graphs, and the vectors' windows of the built-in concepts.

use super::LatentError;
use crate::codec::Vocabulary;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The bundle format that this release reads.
const FORMAT: u32 = 1;
/// A graph that a bundle may have or not.
pub(super) const SEARCH: &str = "search.onnx";

/// Sizes of the latent space and of its graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Shapes {
    /// Tokens in one local latent.
    pub stride: usize,
    /// Width of a local latent.
    pub latent: usize,
    /// Vectors of an edit.
    pub vectors: usize,
    /// Width of each.
    pub vector: usize,
    /// Channels of the memory.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Blocks of the decoder.
    pub decoder_blocks: usize,
    /// Longest source, in positions (BOS and EOS among them).
    pub longest: usize,
}

#[derive(Debug, Deserialize)]
struct FileEntry {
    size: u64,
    sha256: String,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    vocabulary_sha256: String,
    shapes: Shapes,
    files: BTreeMap<String, FileEntry>,
}

/// A bundle whose files are all there and unchanged.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its folder.
    pub folder: PathBuf,
    /// Version of the model.
    pub version: String,
    /// Stands for all its files: other weights have another one, whatever their version says.
    pub fingerprint: String,
    /// Sizes.
    pub shapes: Shapes,
    /// Bytes of all files.
    pub size: u64,
    /// Whether taught edits can be searched with it.
    pub can_search: bool,
}

impl Bundle {
    /// Finds and checks the bundle: an explicit folder, `LERP_MODEL`, beside the binary's environment, the source tree.
    pub fn find(explicit: Option<&Path>) -> Result<Self, LatentError> {
        Self::open(&Self::folder(explicit)?)
    }

    /// Where the bundle is; what is in it is not looked at.
    pub fn folder(explicit: Option<&Path>) -> Result<PathBuf, LatentError> {
        if let Some(folder) = explicit {
            return Ok(folder.to_path_buf());
        }
        let looked = places();
        let found = looked.iter().find(|folder| folder.join("manifest.json").is_file()).cloned();
        found.ok_or(LatentError::NoBundle { looked })
    }

    /// Opens the bundle in a folder; every file's size and hash is compared with the manifest.
    pub fn open(folder: &Path) -> Result<Self, LatentError> {
        let file = folder.join("manifest.json");
        let corrupt = |file: PathBuf, problem: String| LatentError::Corrupt { file, problem };
        let text =
            std::fs::read_to_string(&file).map_err(|_| LatentError::NoBundle { looked: vec![folder.to_path_buf()] })?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| corrupt(file.clone(), format!("it is not a manifest ({error})")))?;
        if manifest.format != FORMAT {
            return Err(corrupt(file, format!("its format is {}, this release reads {FORMAT}", manifest.format)));
        }
        if manifest.vocabulary_sha256 != hash(Vocabulary::source().as_bytes()) {
            return Err(corrupt(file, "the model was made with another vocabulary than this release has".to_owned()));
        }
        let mut size = 0;
        for (name, entry) in &manifest.files {
            let file = folder.join(name);
            let (bytes, sha256) = hash_of(&file).map_err(|error| corrupt(file.clone(), error.to_string()))?;
            if bytes != entry.size {
                let problem = format!("it has {bytes} bytes, the manifest says {}", entry.size);
                return Err(corrupt(file, problem));
            }
            if sha256 != entry.sha256 {
                return Err(corrupt(file, "its contents are not what the manifest says".to_owned()));
            }
            size += entry.size;
        }
        let can_search = manifest.files.contains_key(SEARCH);
        let fingerprint = hash(text.as_bytes())[..12].to_owned();
        let folder = folder.to_path_buf();
        Ok(Self { folder, fingerprint, version: manifest.version, shapes: manifest.shapes, size, can_search })
    }
}

fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// A file's size and hash. It is read a little at a time: a whole graph would leave its room behind in the process.
fn hash_of(file: &Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut hash) = (File::open(file)?, Sha256::new());
    let bytes = std::io::copy(&mut file, &mut hash)?;
    Ok((bytes, hexadecimal(&hash.finalize())))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(folder) = std::env::var_os("LERP_MODEL") {
        places.push(PathBuf::from(folder));
    }
    // an installed wheel puts the bundle into its environment: PREFIX/bin/lerp and PREFIX/share/lerp/base
    let binary = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
    if let Some(binary) = binary {
        let above = binary.ancestors().skip(1);
        for folder in above.take(5) {
            places.push(folder.join("share").join("lerp").join("base"));
            places.push(folder.join("models").join("base"));
        }
    }
    places
}
