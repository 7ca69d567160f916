//! Diff windows: what the edit encoder reads instead of two whole functions.
//!
//! Each hunk with a few kept tokens on either side. The function's own names are slots here, however frequent they are,
//! numbered by first appearance in what changes and then in what stands beside it: the same rewrite in two functions then
//! reads the same, and a mean over pairs says which name goes where. What the place belongs to stands in front (`frame`).

use super::align::Hunk;
use super::bound::own_names;
use super::frame::frame;
use super::vocabulary::{BOS, EOS, GAP, Id, Kind, Vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Kept tokens on either side of a hunk.
pub(super) const CONTEXT: usize = 6;
/// Longest window, in tokens, all hunks together.
pub const LONGEST_WINDOW: usize = 96;
/// An edit made at ten places says no more than one made at two.
const REPEATS: usize = 2;

/// What happens to a token of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tag {
    /// Stands on both sides.
    Kept = 1,
    /// Stands before only.
    Deleted = 2,
    /// Stands after only.
    Inserted = 3,
    /// Parts two runs.
    Gap = 4,
}

/// Tokens and their tags, of equal length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// Ids; slots are numbered inside the window.
    pub ids: Vec<Id>,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// A token of a run, and whether it is seen beside a change rather than named in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Seen {
    id: Id,
    tag: Tag,
    beside: bool,
}

impl Seen {
    fn beside(id: Id, tag: Tag) -> Self {
        Self { id, tag, beside: true }
    }

    fn is_change(self) -> bool {
        matches!(self.tag, Tag::Deleted | Tag::Inserted)
    }
}

/// The window of an edit, and the window of the opposite edit.
pub fn windows(source: &[Id], target: &[Id], hunks: &[Hunk]) -> (Window, Window) {
    let own = own_names(source, target);
    let mut seen: Vec<Seen> = Vec::new();
    let mut counts: HashMap<Vec<Seen>, usize> = HashMap::new();
    for group in groups(hunks) {
        let run = run(source, target, group);
        let changed = renumber(&run.iter().copied().filter(|token| token.is_change()).collect::<Vec<_>>(), &own);
        let count = counts.entry(changed).or_default();
        *count += 1;
        let full = !seen.is_empty() && seen.len() + 1 + run.len() > LONGEST_WINDOW;
        if *count > REPEATS || full {
            continue;
        }
        if !seen.is_empty() {
            seen.push(Seen::beside(GAP, Tag::Gap));
        }
        seen.extend(run);
    }
    seen.truncate(LONGEST_WINDOW);
    (window(&renumber(&seen, &own)), window(&renumber(&opposite(&seen), &own)))
}

/// Hunks whose contexts touch stand in one run.
fn groups(hunks: &[Hunk]) -> impl Iterator<Item = &[Hunk]> {
    hunks.chunk_by(|a, b| b.start - a.end <= 2 * CONTEXT)
}

fn run(source: &[Id], target: &[Id], group: &[Hunk]) -> Vec<Seen> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return Vec::new();
    };
    let mut run = Vec::new();
    let from = first.start.saturating_sub(CONTEXT);
    for stretch in frame(source, first.start) {
        run.extend(stretch.into_iter().map(|id| Seen { id, tag: Tag::Kept, beside: false }));
        run.push(Seen { id: GAP, tag: Tag::Gap, beside: false });
    }
    if first.start < CONTEXT {
        run.push(Seen::beside(BOS, Tag::Kept));
    }
    let mut at = from;
    for hunk in group {
        run.extend(source[at..hunk.start].iter().map(|id| Seen::beside(*id, Tag::Kept)));
        run.extend(source[hunk.start..hunk.end].iter().map(|id| Seen::beside(*id, Tag::Deleted)));
        run.extend(target[hunk.from..hunk.to].iter().map(|id| Seen::beside(*id, Tag::Inserted)));
        at = hunk.end;
    }
    let to = (last.end + CONTEXT).min(source.len());
    run.extend(source[at..to].iter().map(|id| Seen::beside(*id, Tag::Kept)));
    if last.end + CONTEXT > source.len() {
        run.push(Seen::beside(EOS, Tag::Kept));
    }
    run
}

/// Slots and `own` names as slots, by first appearance in what changes, then beside it and then in front, each kind from
/// zero. Concept tokens keep their numbers: they are names, not places.
fn renumber(run: &[Seen], own: &HashSet<Id>) -> Vec<Seen> {
    let vocabulary = Vocabulary::built_in();
    let mut renamed: HashMap<Id, Id> = HashMap::new();
    let mut used: HashMap<Kind, usize> = HashMap::new();
    let rank = |token: &Seen| (!token.is_change(), !token.beside);
    let mut in_order: Vec<&Seen> = run.iter().collect();
    in_order.sort_by_key(|token| rank(token)); // stable
    for Seen { id, .. } in in_order {
        let kind = if own.contains(id) { Kind::Id } else { vocabulary.kind(*id) };
        if matches!(kind, Kind::Id | Kind::Str | Kind::Num) {
            renamed.entry(*id).or_insert_with(|| {
                let count = used.entry(kind).or_default();
                *count += 1;
                vocabulary.slot(kind, *count - 1).unwrap_or(vocabulary.range(kind).end - 1)
            });
        }
    }
    run.iter().map(|token| Seen { id: renamed.get(&token.id).copied().unwrap_or(token.id), ..*token }).collect()
}

/// Deleted and inserted exchanged, deleted still first.
fn opposite(run: &[Seen]) -> Vec<Seen> {
    let mut out = Vec::with_capacity(run.len());
    for stretch in run.chunk_by(|a, b| a.is_change() == b.is_change()) {
        if !stretch[0].is_change() {
            out.extend_from_slice(stretch);
            continue;
        }
        // two hunks may touch inside one stretch only when the alignment put them there; they read as one change
        let with = |tag| stretch.iter().filter(move |other| other.tag == tag).map(|token| token.id);
        out.extend(with(Tag::Inserted).map(|id| Seen::beside(id, Tag::Deleted)));
        out.extend(with(Tag::Deleted).map(|id| Seen::beside(id, Tag::Inserted)));
    }
    out
}

fn window(run: &[Seen]) -> Window {
    Window { ids: run.iter().map(|token| token.id).collect(), tags: run.iter().map(|token| token.tag).collect() }
}

/// An edit as a window, and the opposite edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPair {
    /// Ids of the window.
    pub ids: Vec<Id>,
    /// Its tags: 1 kept, 2 deleted, 3 inserted, 4 gap.
    pub tags: Vec<u8>,
    /// Ids of the opposite window.
    pub opposite_ids: Vec<Id>,
    /// Its tags.
    pub opposite_tags: Vec<u8>,
}

impl WindowPair {
    /// Puts a window and its opposite together.
    pub fn new(window: &Window, opposite: &Window) -> Self {
        let tags = |window: &Window| window.tags.iter().map(|tag: &Tag| *tag as u8).collect();
        Self {
            ids: window.ids.clone(),
            tags: tags(window),
            opposite_ids: opposite.ids.clone(),
            opposite_tags: tags(opposite),
        }
    }

    /// The same window with its concept slots counted from these numbers, so that two concepts can stand side by side.
    pub fn shifted(&self, names: usize, strings: usize, numbers: usize) -> Self {
        let vocabulary = Vocabulary::built_in();
        let shift = |id: &Id| {
            let by = match vocabulary.kind(*id) {
                Kind::ConceptName => names,
                Kind::ConceptStr => strings,
                Kind::ConceptNum => numbers,
                _ => return *id,
            };
            let kind = vocabulary.kind(*id);
            vocabulary.slot(kind, vocabulary.slot_number(*id) + by).unwrap_or(*id)
        };
        Self {
            ids: self.ids.iter().map(shift).collect(),
            opposite_ids: self.opposite_ids.iter().map(shift).collect(),
            ..self.clone()
        }
    }
}
