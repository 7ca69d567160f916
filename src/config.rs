//! Settings: defaults ← `[tool.lerp]` of pyproject.toml ← environment ← flags (or an editor's settings).
//!
//! Each source is a [`Layer`]; a later one wins key by key.

use crate::text::nearest;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What holds for one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Folder of the model bundle; found by itself when not set.
    pub model: Option<PathBuf>,
    /// The ONNX Runtime library; found by itself when not set.
    pub onnxruntime: Option<PathBuf>,
    /// The Python that runs the tests; found by itself when not set.
    pub python: Option<PathBuf>,
    /// How candidates are tested.
    pub tests: TestChoice,
    /// Seconds a test run may take before it counts as hanging.
    pub test_timeout: f64,
    /// Factor on the concept vectors.
    pub strength: f32,
    /// An edit that no test reaches is shown from this confidence on; `None`: from the bundle's own threshold for its kind.
    pub confidence: Option<f32>,
    /// At most this many candidates for a function.
    pub candidates: usize,
    /// Seed of sampled candidates.
    pub seed: u64,
    /// Files, or requests, that are worked on at a time.
    pub jobs: usize,
    /// Globs, as in .gitignore, of what is left out of a tree.
    pub exclude: Vec<String>,
    /// Run candidates without a sandbox.
    pub unsandboxed: bool,
    /// Folder of what is remembered between runs; the user's cache folder when not set.
    pub cache: Option<PathBuf>,
}

/// Which tests decide about a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum TestChoice {
    /// The tests of the project that reach the file.
    Auto,
    /// No tests.
    None,
    /// This command.
    Command(String),
}

impl From<String> for TestChoice {
    fn from(text: String) -> Self {
        match text.as_str() {
            "auto" => Self::Auto,
            "none" => Self::None,
            _ => Self::Command(text),
        }
    }
}

impl From<TestChoice> for String {
    fn from(choice: TestChoice) -> Self {
        match choice {
            TestChoice::Auto => "auto".to_owned(),
            TestChoice::None => "none".to_owned(),
            TestChoice::Command(command) => command,
        }
    }
}

/// One source of settings; what is `None` is left to the layers below.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[allow(missing_docs, reason = "the fields are those of Settings, documented there")]
pub struct Layer {
    pub model: Option<PathBuf>,
    pub onnxruntime: Option<PathBuf>,
    pub python: Option<PathBuf>,
    pub tests: Option<TestChoice>,
    pub test_timeout: Option<f64>,
    pub strength: Option<f32>,
    /// See [`Settings::confidence`].
    pub confidence: Option<f32>,
    pub candidates: Option<usize>,
    pub seed: Option<u64>,
    pub jobs: Option<usize>,
    pub exclude: Option<Vec<String>>,
    pub unsandboxed: Option<bool>,
    pub cache: Option<PathBuf>,
}

/// The keys of `[tool.lerp]`; in the environment `test-timeout` is `LERP_TEST_TIMEOUT`.
pub const KEYS: [&str; 10] =
    ["model", "python", "tests", "test-timeout", "strength", "confidence", "candidates", "seed", "jobs", "exclude"];

/// What a project may not set: a repository that was just cloned must not choose what is loaded into lerp itself, nor
/// switch the sandbox off, nor say where lerp writes.
pub const USERS_OWN: [&str; 3] = ["onnxruntime", "unsandboxed", "cache"];

/// Why a source of settings was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can not be read.
    #[error("{}: {error}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not TOML, or a value has the wrong type.
    #[error("{}: {error}", .file.display())]
    Toml {
        /// The file.
        file: PathBuf,
        /// Where and why.
        error: Box<toml::de::Error>,
    },
    /// A variable of the environment has a value that does not fit.
    #[error("{name}={value:?} in the environment: {problem}")]
    Variable {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
        /// What is wrong.
        problem: String,
    },
    /// A number is out of its range.
    #[error("{key} must be {range}")]
    Range {
        /// The setting.
        key: &'static str,
        /// What would do.
        range: &'static str,
    },
}

/// A key of `[tool.lerp]` that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredKey {
    /// The file.
    pub file: PathBuf,
    /// The key.
    pub key: String,
}

impl std::fmt::Display for IgnoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, key } = self;
        let file = file.display();
        if USERS_OWN.contains(&key.as_str()) {
            return write!(f, "{file}: {key:?} is ignored in [tool.lerp]: a project can not set it, only its user can");
        }
        write!(f, "{file}: unknown key {key:?} in [tool.lerp]")?;
        match nearest(key, KEYS) {
            Some(nearest) => write!(f, "; did you mean {nearest:?}?"),
            None => write!(f, "; the keys are {}", KEYS.join(", ")),
        }
    }
}

impl Settings {
    /// Defaults under the layers; the last layer wins.
    pub fn resolve(layers: &[Layer]) -> Result<Self, ConfigError> {
        fn last<T: Clone>(layers: &[Layer], key: impl Fn(&Layer) -> &Option<T>) -> Option<T> {
            layers.iter().rev().find_map(|layer| key(layer).clone())
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let settings = Self {
            model: last(layers, |l| &l.model),
            onnxruntime: last(layers, |l| &l.onnxruntime),
            // it is started from other folders, too
            python: last(layers, |l| &l.python).map(|path| std::path::absolute(&path).unwrap_or(path)),
            tests: last(layers, |l| &l.tests).unwrap_or(TestChoice::Auto),
            test_timeout: last(layers, |l| &l.test_timeout).unwrap_or(60.0),
            strength: last(layers, |l| &l.strength).unwrap_or(1.0),
            confidence: last(layers, |l| &l.confidence),
            candidates: last(layers, |l| &l.candidates).unwrap_or(4),
            seed: last(layers, |l| &l.seed).unwrap_or(0),
            jobs: last(layers, |l| &l.jobs).unwrap_or(cores),
            exclude: last(layers, |l| &l.exclude).unwrap_or_default(),
            unsandboxed: last(layers, |l| &l.unsandboxed).unwrap_or(false),
            cache: last(layers, |l| &l.cache).map(|path| std::path::absolute(&path).unwrap_or(path)),
        };
        let check = |holds: bool, key, range| holds.then_some(()).ok_or(ConfigError::Range { key, range });
        check(
            settings.confidence.is_none_or(|share| (0.0..=1.0).contains(&share)),
            "confidence",
            "a number from 0 to 1",
        )?;
        check(settings.strength.is_finite() && settings.strength.abs() <= 10.0, "strength", "a number from -10 to 10")?;
        check((1..=64).contains(&settings.candidates), "candidates", "from 1 to 64")?;
        check((1..=256).contains(&settings.jobs), "jobs", "from 1 to 256")?;
        check(
            settings.test_timeout > 0.0 && settings.test_timeout <= 86_400.0,
            "test-timeout",
            "more than 0 and at most 86400 seconds",
        )?;
        Ok(settings)
    }
}

impl Layer {
    /// `[tool.lerp]` of a pyproject.toml, if it has one; paths in it are relative to the file's folder.
    pub fn from_pyproject(file: &Path, text: &str) -> Result<Option<(Self, Vec<IgnoredKey>)>, ConfigError> {
        #[derive(Deserialize)]
        struct Outer<T> {
            tool: Option<Tool<T>>,
        }
        #[derive(Deserialize)]
        struct Tool<T> {
            lerp: Option<T>,
        }
        fn lerp<T: for<'de> Deserialize<'de>>(file: &Path, text: &str) -> Result<Option<T>, ConfigError> {
            let outer: Outer<T> = toml::from_str(text)
                .map_err(|error| ConfigError::Toml { file: file.to_owned(), error: Box::new(error) })?;
            Ok(outer.tool.and_then(|tool| tool.lerp))
        }
        let Some(table) = lerp::<toml::Table>(file, text)? else {
            return Ok(None);
        };
        let unknown = table.keys().filter(|key| !KEYS.contains(&key.as_str()));
        let unknown = unknown.map(|key| IgnoredKey { file: file.to_owned(), key: key.clone() });
        // a second time, so that a wrong type is reported with its line
        let mut layer: Self = lerp(file, text)?.unwrap_or_default();
        (layer.onnxruntime, layer.unsandboxed, layer.cache) = (None, None, None);
        let folder = file.parent().unwrap_or(Path::new(""));
        for path in [&mut layer.model, &mut layer.python] {
            *path = path.take().map(|path| folder.join(path));
        }
        Ok(Some((layer, unknown.collect())))
    }

    /// The nearest pyproject.toml at or above `start` that has a `[tool.lerp]`.
    pub fn discover(start: &Path) -> Result<(Self, Vec<IgnoredKey>), ConfigError> {
        let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        for folder in start.ancestors() {
            let file = folder.join("pyproject.toml");
            if file.is_file()
                && let Some(found) = Self::from_pyproject(&file, &read(&file)?)?
            {
                return Ok(found);
            }
        }
        Ok(Default::default())
    }

    /// The file that the user named.
    pub fn from_file(file: &Path) -> Result<(Self, Vec<IgnoredKey>), ConfigError> {
        Ok(Self::from_pyproject(file, &read(file)?)?.unwrap_or_default())
    }

    /// `LERP_MODEL`, `LERP_TESTS` and so on; an empty variable counts as not set.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let get = |key: &str| {
            let name = format!("LERP_{}", key.to_uppercase().replace('-', "_"));
            let value = variable(&name).filter(|value| !value.is_empty())?;
            Some((name, value))
        };
        fn number<T: std::str::FromStr<Err: std::fmt::Display>>(
            found: Option<(String, OsString)>,
        ) -> Result<Option<T>, ConfigError> {
            let Some((name, value)) = found else {
                return Ok(None);
            };
            let value = value.to_string_lossy().into_owned();
            match value.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(problem) => Err(ConfigError::Variable { name, problem: T::Err::to_string(&problem), value }),
            }
        }
        let path = |key| get(key).map(|(_, value)| PathBuf::from(value));
        let text = |key| get(key).map(|(_, value)| value.to_string_lossy().into_owned());
        Ok(Self {
            model: path("model"),
            onnxruntime: path("onnxruntime"),
            python: path("python"),
            tests: text("tests").map(TestChoice::from),
            test_timeout: number(get("test-timeout"))?,
            strength: number(get("strength"))?,
            confidence: number(get("confidence"))?,
            candidates: number(get("candidates"))?,
            seed: number(get("seed"))?,
            jobs: number(get("jobs"))?,
            exclude: text("exclude").map(|globs| globs.split(',').map(str::to_owned).collect()),
            // a flag alone: it must not be forgotten in an environment
            unsandboxed: None,
            cache: path("cache"),
        })
    }
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| ConfigError::Read { file: file.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pyproject(text: &str) -> Result<Option<(Layer, Vec<IgnoredKey>)>, ConfigError> {
        Layer::from_pyproject(Path::new("/p/pyproject.toml"), text)
    }

    #[test]
    fn the_keys_are_those_of_a_layer() {
        let value = serde_json::to_value(Layer::default()).unwrap();
        let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut keys = [KEYS.as_slice(), USERS_OWN.as_slice()].concat();
        fields.sort_unstable();
        keys.sort_unstable();
        assert_eq!(fields, keys);
    }

    #[test]
    fn later_layers_win() {
        let (file, _) = pyproject("[tool.lerp]\ncandidates = 2\nseed = 7\nmodel = 'm'\n").unwrap().unwrap();
        let environment = Layer::from_environment(|name| (name == "LERP_SEED").then(|| "8".into())).unwrap();
        let flags = Layer { tests: Some(TestChoice::None), ..Layer::default() };
        let settings = Settings::resolve(&[file, environment, flags]).unwrap();
        assert_eq!((settings.candidates, settings.seed), (2, 8));
        assert_eq!(settings.tests, TestChoice::None);
        assert_eq!(settings.model.as_deref(), Some(Path::new("/p/m")));
        assert_eq!(settings.strength, 1.0);
    }

    #[test]
    fn unknown_keys_are_named_with_the_nearest_one() {
        let (_, unknown) = pyproject("[tool.lerp]\ncandidate = 2\nwalrus = true\nstrength = 0.5\n").unwrap().unwrap();
        let messages: Vec<String> = unknown.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages[0],
            "/p/pyproject.toml: unknown key \"candidate\" in [tool.lerp]; did you mean \"candidates\"?"
        );
        assert!(messages[1].contains("\"walrus\" in [tool.lerp]; the keys are model, "));
        assert_eq!(messages.len(), 2);
    }

    #[test]
    fn a_project_can_not_switch_the_sandbox_off() {
        let (layer, ignored) =
            pyproject("[tool.lerp]\nunsandboxed = true\nonnxruntime = 'evil.so'\ncache = '/etc'\n").unwrap().unwrap();
        assert_eq!(layer, Layer::default());
        let messages: Vec<String> = ignored.iter().map(ToString::to_string).collect();
        assert!(messages.iter().all(|message| message.contains("a project can not set it")), "{messages:?}");
        assert_eq!(messages.len(), 3);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        assert!(pyproject("[project]\nname = 'x'\n").unwrap().is_none());
        let message = pyproject("[tool.lerp]\ncandidates = 'many'\n").unwrap_err().to_string();
        assert!(message.contains("/p/pyproject.toml: ") && message.contains("line 2"), "{message}");
        let message =
            Layer::from_environment(|name| (name == "LERP_JOBS").then(|| "two".into())).unwrap_err().to_string();
        assert!(message.starts_with("LERP_JOBS=\"two\" in the environment: "), "{message}");
        let none = Layer { candidates: Some(0), ..Layer::default() };
        let message = Settings::resolve(&[none]).unwrap_err().to_string();
        assert_eq!(message, "candidates must be from 1 to 64");
    }
}
