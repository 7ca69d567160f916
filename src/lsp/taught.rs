//! The taught concepts that hold at a place, read again when their files change. What is said of them needs no model.

use super::server::Shared;
use super::tools::Editor;
use crate::codec::Lexed;
use crate::concepts::store::{StoreProblem, read_stores};
use crate::concepts::{Applies, Outline};
use crate::syntax::{Function, Parsed};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tower_lsp::ls_types::MessageType;

/// What was read, by the folders of the stores.
#[derive(Default)]
pub struct Taught(Mutex<HashMap<Vec<PathBuf>, Read>>);

/// The stamps of the stores when they were read, and what was in them.
type Read = (Vec<u64>, Arc<Here>);

/// The taught concepts of some stores, at one time.
#[derive(Default)]
pub struct Here {
    /// By name.
    pub outlines: Vec<Arc<Outline>>,
    /// The model that knows them, beside the one that does not.
    editor: Mutex<Option<[Arc<dyn Editor>; 2]>>,
}

/// A taught concept that may be added to a function, or removed from it.
pub struct TaughtOffer {
    /// Which concept.
    pub outline: Arc<Outline>,
    /// Removed, not added.
    pub remove: bool,
}

impl Here {
    /// One of them.
    pub fn find(&self, name: &str) -> Option<&Arc<Outline>> {
        self.outlines.iter().find(|outline| outline.stored.name == name)
    }

    /// What may be added to a function, then what may be removed, as the pairs show it; nothing when it is broken.
    pub fn offers(&self, parsed: &Parsed, source: &str, function: &Function) -> Vec<TaughtOffer> {
        if self.outlines.is_empty() || function.problem.is_some() {
            return Vec::new();
        }
        let Ok(lexed) = Lexed::at(parsed, source, function.range.clone()) else { return Vec::new() };
        let all: Vec<_> = self.outlines.iter().map(|outline| (outline, outline.at(&lexed))).collect();
        let side = |remove: bool| {
            let applies = all.iter().filter(move |(_, at)| at[usize::from(remove)] != Applies::No);
            applies.map(move |(outline, _)| TaughtOffer { outline: Arc::clone(outline), remove })
        };
        side(false).chain(side(true)).collect()
    }

    /// The model with these concepts, and what of them it can not use: said once. May encode pairs, and blocks then.
    pub fn editor(&self, plain: Arc<dyn Editor>) -> (Arc<dyn Editor>, Vec<String>) {
        if self.outlines.is_empty() {
            return (plain, Vec::new());
        }
        let mut known = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some([of, knowing]) = &*known
            && Arc::ptr_eq(of, &plain)
        {
            return (Arc::clone(knowing), Vec::new());
        }
        let stored = self.outlines.iter().map(|outline| outline.stored.clone()).collect();
        let (knowing, problems) = plain.knowing(stored);
        *known = Some([plain, Arc::clone(&knowing)]);
        (knowing, problems)
    }
}

impl TaughtOffer {
    /// `add.our-logging`, the end of its kind.
    pub fn kind(&self) -> String {
        let way = if self.remove { "remove" } else { "add" };
        format!("{way}.{}", self.outline.stored.name)
    }

    /// `Add: our logging (taught)`.
    pub fn title(&self) -> String {
        let way = if self.remove { "Remove" } else { "Add" };
        format!("{way}: {} (taught)", super::titles::in_a_sentence(&self.outline.stored.title))
    }
}

impl Shared {
    /// The taught concepts that hold for a file, or for the workspace. Blocks.
    pub fn taught_at(&self, file: Option<&Path>) -> Arc<Here> {
        let stores = self.stores(file);
        let folders: Vec<PathBuf> = stores.iter().map(|store| store.folder().to_owned()).collect();
        let stamps: Vec<u64> = stores.iter().map(|store| store.stamp()).collect();
        let mut known = self.taught.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, here)) = known.get(&folders)
            && *of == stamps
        {
            return Arc::clone(here);
        }
        let (stored, problems) = read_stores(&stores);
        let mut problems: Vec<String> = problems.iter().map(StoreProblem::to_string).collect();
        let mut outlines = Vec::new();
        for one in stored {
            let name = one.name.clone();
            match Outline::new(one) {
                Ok(outline) => outlines.push(Arc::new(outline)),
                Err((number, error)) => {
                    problems.push(format!("the taught concept {name:?} can not be used: pair {number}: {error}"));
                }
            }
        }
        let here = Arc::new(Here { outlines, editor: Mutex::default() });
        known.insert(folders, (stamps, Arc::clone(&here)));
        drop(known);
        self.warn(problems);
        here
    }

    /// Says something in the log, from anywhere.
    pub fn warn(&self, problems: Vec<String>) {
        let client = self.client.clone();
        if !problems.is_empty() {
            tokio::spawn(async move {
                for problem in problems {
                    client.log_message(MessageType::WARNING, problem).await;
                }
            });
        }
    }
}
