//! `textDocument/codeAction`: titles of what applies to the function under the cursor, and to the whole file when that is
//! asked for. Edits are made when an action is resolved.

use super::documents::Snapshot;
use super::execute::APPLY;
use super::model::Standing;
use super::server::Shared;
use super::taught::TaughtOffer;
use super::titles::{Offer, function_at};
use super::wish::{Target, Wish};
use crate::concepts;
use crate::syntax::{Function, Parsed, find_functions};
use std::collections::HashSet;
use std::sync::Arc;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams,
    CodeActionTriggerKind, Command, Range,
};

/// What the kinds of actions on a function begin with.
pub const KIND: &str = "refactor.rewrite.lerp";
/// What the kinds of actions on a whole file begin with.
pub const WHOLE_KIND: &str = "source.lerp";

/// The progress of titles: only the first ones of a process take long enough to have one.
pub const LOOKING: &str = "lerp: looking for what applies";

/// An action before the client's abilities are looked at.
struct Action {
    offer: Wanted,
    /// Of the function; none for the whole file.
    range: Option<Range>,
    /// Why it can not be done.
    disabled: Option<String>,
}

/// What an action adds or removes.
enum Wanted {
    BuiltIn(Offer),
    Taught(TaughtOffer),
}

impl Wanted {
    fn name(&self) -> &str {
        match self {
            Self::BuiltIn(offer) => &offer.concept.name,
            Self::Taught(offer) => &offer.outline.stored.name,
        }
    }

    fn is_removed(&self) -> bool {
        match self {
            Self::BuiltIn(offer) => offer.remove,
            Self::Taught(offer) => offer.remove,
        }
    }

    fn kind(&self) -> String {
        match self {
            Self::BuiltIn(offer) => offer.kind(),
            Self::Taught(offer) => offer.kind(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::BuiltIn(offer) => offer.title(),
            Self::Taught(offer) => offer.title(),
        }
    }
}

/// Answers the request.
pub async fn handle(shared: &Arc<Shared>, params: CodeActionParams) -> Result<Option<Vec<CodeActionOrCommand>>> {
    let agreed = shared.agreed();
    let snapshot = shared.documents.snapshot(&params.text_document.uri, agreed.columns);
    let Some(snapshot) = snapshot.filter(|_| may_be_wanted(KIND, &params.context) || wants_files(&params.context))
    else {
        return Ok(None);
    };
    let (known, failure) = match shared.model.standing() {
        Standing::Idle => (None, None),
        Standing::Ready(editor) => (Some(editor.concepts()), None),
        Standing::Failed(reason) => (None, Some(reason)),
    };
    if failure.is_some() && !agreed.disabled {
        return Ok(None);
    }
    let (uri, version) = (snapshot.uri.clone(), snapshot.version);
    let beside = Arc::clone(shared);
    let actions = shared.look(LOOKING, move || beside.wanted(&snapshot, &params)).await?;
    // once the model is there, what it was not taught is not offered
    let actions = actions.into_iter();
    let is_known = |one: &Action| match (&known, &one.offer) {
        (Some(known), Wanted::BuiltIn(offer)) => known.contains(&offer.concept),
        _ => true,
    };
    let actions = actions.filter(is_known);
    let shown = |Action { offer, range, disabled }: Action| {
        let name = vec![offer.name().to_owned()];
        let (add, remove) = if offer.is_removed() { (Vec::new(), name) } else { (name, Vec::new()) };
        let text_document = Target { uri: uri.clone(), version: Some(version) };
        let wish = Wish { text_document, range, add, remove, strength: None, count: None, tests: None };
        let data = serde_json::to_value(wish).ok();
        let (begin, end) = if range.is_some() { (KIND, "") } else { (WHOLE_KIND, ", in the whole file") };
        let title = format!("{}{end}", offer.title());
        let command = || Command {
            title: title.clone(),
            command: APPLY.to_owned(),
            arguments: data.clone().map(|data| vec![data]),
        };
        if !agreed.literals {
            return CodeActionOrCommand::Command(command());
        }
        CodeActionOrCommand::CodeAction(CodeAction {
            title: title.clone(),
            kind: Some(CodeActionKind::from(format!("{begin}.{}", offer.kind()))),
            disabled: failure.clone().or(disabled).map(|reason| CodeActionDisabled { reason }),
            command: (!agreed.resolves).then(command),
            data: data.clone().filter(|_| agreed.resolves),
            ..CodeAction::default()
        })
    };
    let is_possible = |action: &Action| action.disabled.is_none() || (agreed.disabled && agreed.literals);
    Ok(Some(actions.filter(is_possible).map(shown).collect()))
}

impl Shared {
    /// The actions that are wanted; blocks.
    fn wanted(&self, snapshot: &Snapshot, params: &CodeActionParams) -> Vec<Action> {
        let context = &params.context;
        let (measured, all) = (self.measured(), self.editor_settings().experimental);
        let is_good = |offer: &Offer| {
            all || !measured.get(&offer.concept.name).is_some_and(|figures| figures.is_experimental(offer.remove))
        };
        let bytes = snapshot.bytes(params.range);
        let whole = wants_files(context);
        let parsed = if whole { self.documents.parsed(snapshot) } else { self.documents.parsed_at(snapshot, &bytes) };
        let text = snapshot.text.as_str();
        let mut actions = Vec::new();
        if may_be_wanted(KIND, context)
            && let Some(function) = function_at(&parsed, text, bytes)
        {
            let start = snapshot.position(function.signature.start);
            let range = Some(Range { start, end: start });
            let offers = self.titles.of(text, &function);
            // who asks for one concept by its name knows what he wants
            let wanted = |offer: &&Offer| {
                names(context, KIND, &offer.kind())
                    || (is_wanted(context, KIND, &offer.kind()) && is_light(context, offer) && is_good(offer))
            };
            let possible = offers.iter().filter(wanted);
            let possible = possible.map(|offer| Action { offer: Wanted::BuiltIn(*offer), range, disabled: None });
            actions.extend(possible);
            let reason = match &function.problem {
                Some(problem) => {
                    format!("line {}, column {}: the function has a syntax error", problem.line, problem.column)
                }
                None => format!("{} has no place for it", function.qualname),
            };
            let missing = named(context, KIND).filter_map(|(name, remove)| {
                let offer = Offer { concept: concepts::find(name)?, remove };
                (!offers.contains(&offer)).then_some(offer)
            });
            let missing = missing.map(|offer| (Wanted::BuiltIn(offer), Some(reason.clone())));
            let taught = self.taught_actions(snapshot, &parsed, &function, context, &reason);
            actions.extend(missing.chain(taught).map(|(offer, disabled)| Action { offer, range, disabled }));
        }
        if whole {
            let mut seen = HashSet::new();
            for function in find_functions(&parsed, text) {
                for offer in self.titles.of(text, &function).iter() {
                    let kind = offer.kind();
                    let wanted = is_wanted(context, WHOLE_KIND, &kind) && offer.suits_a_file() && is_good(offer);
                    if (names(context, WHOLE_KIND, &kind) || wanted) && seen.insert((&offer.concept.name, offer.remove))
                    {
                        actions.push(Action { offer: Wanted::BuiltIn(*offer), range: None, disabled: None });
                    }
                }
            }
        }
        actions
    }

    /// Taught concepts for a function: those that its pairs let through, when somebody asked; and why one that was asked for by
    /// its name is not among them.
    fn taught_actions(
        &self,
        snapshot: &Snapshot,
        parsed: &Parsed,
        function: &Function,
        context: &CodeActionContext,
        reason: &str,
    ) -> Vec<(Wanted, Option<String>)> {
        let here = self.taught_at(snapshot.file().as_deref());
        let offers = here.offers(parsed, &snapshot.text, function);
        let missing = named(context, KIND).filter_map(|(name, remove)| {
            let offer = TaughtOffer { outline: Arc::clone(here.find(name)?), remove };
            let is_there = offers.iter().any(|one| one.kind() == offer.kind());
            (!is_there).then(|| (Wanted::Taught(offer), Some(reason.to_owned())))
        });
        let missing: Vec<_> = missing.collect();
        let asked = context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC);
        let wanted = |offer: &TaughtOffer| {
            let kind = offer.kind();
            names(context, KIND, &kind) || (asked && is_wanted(context, KIND, &kind))
        };
        let possible = offers.into_iter().filter(wanted).map(|offer| (Wanted::Taught(offer), None));
        possible.chain(missing).collect()
    }
}

/// Whether any of our actions on functions or files can be among the wanted kinds.
fn may_be_wanted(ours: &str, context: &CodeActionContext) -> bool {
    let near = |only: &CodeActionKind| is_kind(ours, only.as_str()) || is_kind(only.as_str(), ours);
    context.only.as_deref().is_none_or(|only| only.iter().any(near))
}

/// Actions on files are for those who ask for them; they have no place in a light bulb.
fn wants_files(context: &CodeActionContext) -> bool {
    let asks = |only: &CodeActionKind| is_kind(only.as_str(), "source") && !only.as_str().is_empty();
    context.only.as_deref().is_some_and(|only| only.iter().any(asks)) && may_be_wanted(WHOLE_KIND, context)
}

fn is_wanted(context: &CodeActionContext, begin: &str, end: &str) -> bool {
    let kind = format!("{begin}.{end}");
    context.only.as_deref().is_none_or(|only| only.iter().any(|only| is_kind(&kind, only.as_str())))
}

/// Nobody asked: a light bulb at every function, for what any function could have, is one that nobody looks at.
fn is_light(context: &CodeActionContext, offer: &Offer) -> bool {
    context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC) || offer.is_specific()
}

/// Whether an offer is asked for by its own kind.
fn names(context: &CodeActionContext, begin: &str, end: &str) -> bool {
    let kind = format!("{begin}.{end}");
    context.only.as_deref().unwrap_or_default().iter().any(|only| only.as_str() == kind)
}

/// The concepts that are asked for by their own kinds, and whether they are to be removed.
fn named<'c>(context: &'c CodeActionContext, begin: &'c str) -> impl Iterator<Item = (&'c str, bool)> {
    context.only.as_deref().unwrap_or_default().iter().filter_map(move |only| {
        let (way, name) = only.as_str().strip_prefix(begin)?.strip_prefix('.')?.split_once('.')?;
        match way {
            "add" => Some((name, false)),
            "remove" => Some((name, true)),
            _ => None,
        }
    })
}

/// Whether a kind is the other or one of its children; all are children of the empty one.
fn is_kind(kind: &str, of: &str) -> bool {
    let rest = kind.strip_prefix(of);
    of.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_children() {
        assert!(is_kind("refactor.rewrite.lerp", ""));
        assert!(is_kind("refactor.rewrite.lerp", "refactor"));
        assert!(is_kind("refactor", "refactor"));
        assert!(!is_kind("refactor", "refactor.rewrite"));
        assert!(!is_kind("refactoring", "refactor"));
    }
}
