//! `lerp/teach` and `lerp/forget`: concepts of the user's own. Described in editors/PROTOCOL.md.

use super::error::Failure;
use super::server::Shared;
use super::settings;
use super::wish::{Target, Tokens};
use crate::concepts::store::{About, Level, Store, StoreError, StoredPair, check_name, forget};
use crate::concepts::{imports_brought, pair_of};
use crate::synthesis::{
    Aside, Assessment, Cancel, Lesson, LessonError, SEARCH_PER_PAIR, SynthesisError, TaughtConcept, alike, usable,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Range;

/// A request teaches at most so many pairs.
const MOST: usize = 5;

/// `lerp/teach`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    name: String,
    title: Option<String>,
    description: Option<String>,
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    examples: Vec<Pair>,
    last_edit: Option<LastEdit>,
    text_document: Option<Target>,
    level: Option<Level>,
    #[serde(flatten)]
    tokens: Tokens,
}

/// A function before and after an edit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pair {
    before: String,
    after: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastEdit {
    text_document: Target,
    range: Range,
    /// The whole text before the edit, from a client that knows it.
    before: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Learned {
    name: String,
    title: String,
    level: Level,
    pairs: usize,
    confidence: f32,
    warnings: Vec<String>,
    examples: Vec<Pair>,
}

/// Answers `lerp/teach`. What is typed while it is learned does no harm: the texts are those of now.
pub async fn handle(shared: &Arc<Shared>, asked: Asked) -> Result<Learned> {
    let last = asked.last_edit.as_ref().map(|last| {
        let snapshot = shared.snapshot(&last.text_document)?;
        let before = match &last.before {
            Some(text) => vec![Arc::new(text.clone())],
            None => shared.documents.before(&snapshot.uri),
        };
        Ok::<_, Failure>((snapshot, last.range, before))
    });
    let last = last.transpose()?;
    let of = asked.text_document.as_ref().map(|target| shared.snapshot(target)).transpose()?;
    let file = of.as_ref().or(last.as_ref().map(|(snapshot, ..)| snapshot)).and_then(|snapshot| snapshot.file());
    let tokens = asked.tokens.clone();
    let all = Arc::clone(shared);
    let work = move |cancel: Cancel, _| {
        check_name(&asked.name).map_err(|error| Failure::Invalid(error.to_string()))?;
        let mut pairs = examples(&asked.examples)?;
        if let Some((snapshot, range, before)) = last {
            let function = all.function_name(&snapshot, range)?;
            let name = snapshot.uri.path().as_str().rsplit('/').next().unwrap_or_default().to_owned();
            let pair = before.iter().find_map(|before| pair_of(&name, before, &snapshot.text, &function));
            pairs.push(pair.ok_or_else(|| Failure::Impossible(format!("{function} was not changed")))?);
        }
        if pairs.is_empty() {
            return Err(Failure::Invalid("nothing to learn from: give examples or lastEdit".to_owned()));
        }
        all.learn(&asked, file, pairs, &cancel)
    };
    let title = "lerp: learning".to_owned();
    shared.apart(title, tokens, Cancel::default(), work).await.map_err(Into::into)
}

fn examples(pairs: &[Pair]) -> std::result::Result<Vec<StoredPair>, Failure> {
    if pairs.len() > MOST {
        return Err(Failure::Invalid(format!("{} examples; at most {MOST} are taken at a time", pairs.len())));
    }
    let stored = (1..).zip(pairs).map(|(number, Pair { before, after })| {
        if before.contains('\0') || after.contains('\0') {
            return Err(Failure::Invalid(format!("example {number}: NUL character; this is not Python source")));
        }
        let imports = imports_brought(before, after, before, after);
        let origin = format!("example {number}");
        Ok(StoredPair { origin, imports, before: before.clone(), after: after.clone() })
    });
    stored.collect()
}

impl Shared {
    fn learn(
        &self,
        asked: &Asked,
        file: Option<PathBuf>,
        pairs: Vec<StoredPair>,
        cancel: &Cancel,
    ) -> std::result::Result<Learned, Failure> {
        let shown = pairs.iter().map(|pair| Pair { before: pair.before.clone(), after: pair.after.clone() }).collect();
        let stores = self.stores(file.as_deref());
        let store = stores.iter().find(|store| asked.level.is_none_or(|level| store.level() == level));
        let store = store.ok_or_else(|| refused(StoreError::NoStore.into()))?;
        let (pairs, mut aside) = usable(pairs).map_err(refused)?;
        let lesson = Lesson {
            name: &asked.name,
            about: About { title: asked.title.clone(), description: asked.description.clone() },
            store,
            replace: asked.replace,
            fast: false,
        };
        let mut problems = Vec::new();
        let base = lesson.base(&mut problems);
        let settings = settings::resolve(file.as_deref(), &self.editor_settings().layer);
        let settings = settings.map_err(|error| Failure::Impossible(error.to_string()))?;
        let editor = self.engine(&settings, &self.taught_at(file.as_deref()))?;
        let pairs = alike(&*editor, &base, pairs, &mut aside).map_err(refused)?;
        let (stored, more) = lesson.store(&*editor, &base, &pairs, &|| {}, cancel).map_err(refused)?;
        problems.extend(more);
        let told = |one: &Aside| {
            let how = if one.in_part { "used in part" } else { "not used" };
            format!("{} was {how}: {}.", one.origin, one.reason)
        };
        let mut warnings: Vec<String> = aside.iter().map(told).collect();
        warnings.extend(problems.iter().map(|problem| format!("{problem}.")));
        if shadowed(&stores, store, &asked.name) {
            warnings.push("The project has a concept of this name, which is used there instead.".to_owned());
        }
        let (title, pairs) = (stored.title.clone(), stored.pairs.len());
        let confidence = match editor.assess(&stored, SEARCH_PER_PAIR, cancel, &mut || {}) {
            Ok((taught, assessed)) => judge(&taught, &assessed, &mut warnings),
            Err(SynthesisError::Cancelled) => {
                warnings.push("It is stored, but was not tried on its own examples.".to_owned());
                stored.vectors.first().map_or(0.0, |vector| vector.agreement.clamp(0.0, 1.0))
            }
            Err(error) => return Err(Failure::Impossible(error.to_string())),
        };
        let (name, level) = (asked.name.clone(), store.level());
        Ok(Learned { name, title, level, pairs, confidence, warnings, examples: shown })
    }
}

/// A store that is asked first has a concept of the same name.
fn shadowed(stores: &[Store], own: &Store, name: &str) -> bool {
    let before = stores.iter().take_while(|store| store.folder() != own.folder());
    before.into_iter().any(|store| store.names().iter().any(|one| one == name))
}

/// How far a concept can be trusted; what speaks against it is said.
fn judge(taught: &TaughtConcept, assessed: &Assessment, warnings: &mut Vec<String>) -> f32 {
    let count = |which: &[bool]| which.iter().filter(|right| **right).count();
    let (all, right) = (assessed.reproduced.len(), count(&assessed.reproduced_itself));
    if all == 1 {
        // one pair agrees with itself whatever it is
        let says = if right == 1 { "" } else { "It does not reproduce its own example. " };
        warnings.push(format!("{says}One example does not say what of it is the rule: two or three teach more."));
        return right as f32;
    }
    if right < all {
        warnings.push(format!("It reproduces {right} of its {all} examples."));
    }
    // what the user gets on a function that is no example
    let follow = count(&assessed.reproduced);
    if 2 * follow < all {
        warnings.push(format!(
            "{follow} of its {all} examples follow from the others: it may not do elsewhere what it should. More examples help."
        ));
    }
    taught.agreement.clamp(0.0, 1.0)
}

/// What of it is the request's mistake, and what could not be done.
fn refused(error: LessonError) -> Failure {
    match error {
        LessonError::Synthesis(SynthesisError::Cancelled) => Failure::Cancelled,
        LessonError::Synthesis(_) | LessonError::Store(StoreError::Io { .. } | StoreError::NoStore) => {
            Failure::Impossible(error.to_string())
        }
        other => Failure::Invalid(other.to_string()),
    }
}

/// `lerp/forget`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forget {
    name: String,
    text_document: Option<Target>,
    level: Option<Level>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Forgotten {
    name: String,
    forgotten: bool,
    level: Level,
}

/// Answers `lerp/forget`.
pub async fn forgotten(shared: &Arc<Shared>, asked: Forget) -> Result<Forgotten> {
    let of = asked.text_document.as_ref().map(|target| shared.snapshot(target)).transpose()?;
    let all = Arc::clone(shared);
    let work = move |_, _| {
        let file = of.and_then(|snapshot| snapshot.file());
        let mut stores = all.stores(file.as_deref());
        stores.retain(|store| asked.level.is_none_or(|level| store.level() == level));
        let level = forget(&stores, &asked.name).map_err(|error| refused(error.into()))?;
        Ok(Forgotten { name: asked.name, forgotten: true, level })
    };
    let title = "lerp: forgetting".to_owned();
    shared.apart(title, Tokens::default(), Cancel::default(), work).await.map_err(Into::into)
}
