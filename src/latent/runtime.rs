//! Finding and loading the ONNX Runtime library: an explicit setting, the environment that lerp is installed in, the active
//! Python.

use super::LatentError;
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// The loaded runtime.
#[derive(Clone)]
pub struct Runtime {
    pub(super) environment: Environment,
    /// The library.
    pub library: PathBuf,
}

impl Runtime {
    /// Loads the runtime once per process.
    pub fn load(explicit: Option<&Path>) -> Result<Self, LatentError> {
        static LOADED: OnceLock<Runtime> = OnceLock::new();
        static LOADING: Mutex<()> = Mutex::new(());
        let _only_one = LOADING.lock();
        if let Some(runtime) = LOADED.get() {
            return Ok(runtime.clone());
        }
        let library = find(explicit)?;
        let refused = |error: &dyn std::fmt::Display| LatentError::NoRuntime {
            problem: format!("{} can not be used: {error}", library.display()),
        };
        let builder = ort::init_from(&library).map_err(|error| refused(&error))?;
        let environment = builder.with_telemetry(false).build().map_err(|error| refused(&error))?;
        environment.set_log_level(ort::logging::LogLevel::Error);
        Ok(LOADED.get_or_init(|| Self { environment, library }).clone())
    }
}

/// Where the library is.
pub fn find(explicit: Option<&Path>) -> Result<PathBuf, LatentError> {
    let explicit = explicit.map(Path::to_path_buf).or_else(|| std::env::var_os("LERP_ONNXRUNTIME").map(PathBuf::from));
    if let Some(path) = explicit {
        let library = if path.is_dir() { library_in(&path) } else { Some(path.clone()).filter(|path| path.is_file()) };
        return library.ok_or_else(|| LatentError::NoRuntime {
            problem: format!("{} is no library and no folder with one", path.display()),
        });
    }
    let mut tried = Vec::new();
    for prefix in prefixes() {
        for packages in site_packages(&prefix) {
            let folder = packages.join("onnxruntime").join("capi");
            if let Some(library) = library_in(&folder) {
                return Ok(library);
            }
        }
        tried.push(prefix.display().to_string());
    }
    match active_python() {
        Some(folder) => library_in(&folder)
            .ok_or_else(|| LatentError::NoRuntime { problem: format!("{} has no library", folder.display()) }),
        None => Err(LatentError::NoRuntime {
            problem: format!("no `onnxruntime` package in {} nor in `python3`", tried.join(", ")),
        }),
    }
}

/// Environments that may hold the wheel: lerp's own, the active ones.
fn prefixes() -> Vec<PathBuf> {
    let binary = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
    let own = binary.as_deref().and_then(|path| path.parent()?.parent()).map(Path::to_path_buf);
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    own.into_iter().chain(active).collect()
}

fn site_packages(prefix: &Path) -> Vec<PathBuf> {
    let mut found = vec![prefix.join("Lib").join("site-packages")];
    for lib in ["lib", "lib64"] {
        let Ok(entries) = std::fs::read_dir(prefix.join(lib)) else {
            continue;
        };
        let pythons = entries.filter_map(Result::ok).map(|entry| entry.path());
        found.extend(pythons.filter(|path| is_python(path)).map(|path| path.join("site-packages")));
    }
    found
}

fn is_python(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

fn library_in(folder: &Path) -> Option<PathBuf> {
    let mut libraries: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let unix =
                name.starts_with("libonnxruntime.so") || name.starts_with("libonnxruntime.") && name.ends_with("dylib");
            unix || name == "onnxruntime.dll"
        })
        .collect();
    libraries.sort();
    libraries.into_iter().next_back()
}

/// Asks the Python on the path, without importing the package (which would load the library there).
fn active_python() -> Option<PathBuf> {
    let code = "import importlib.util as u; s = u.find_spec('onnxruntime'); print(s.submodule_search_locations[0] if s else '')";
    let python = if cfg!(windows) { "python" } else { "python3" };
    let output = Command::new(python).args(["-I", "-c", code]).stdin(Stdio::null()).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    let folder = folder.trim();
    (!folder.is_empty()).then(|| Path::new(folder).join("capi"))
}
