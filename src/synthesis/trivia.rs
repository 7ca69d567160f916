//! What lies between tokens and must not be lost when the tokens go: comments, and parentheses that only lay out.

use super::merge::Target;
use crate::codec::vocabulary::{DE, IN, Id, NL};
use crate::codec::{Kind, Replacement, Spacing, Vocabulary};
use std::borrow::Cow;
use std::collections::HashSet;

/// Per replacement: comments to save, parentheses to balance, and the gap where it stands.
pub struct Trivia {
    saved: Vec<Vec<String>>,
    opening: Vec<String>,
    closing: Vec<String>,
    gaps: Vec<String>,
    ends: Vec<usize>,
    /// Whether something is put in.
    inserts: Vec<bool>,
    next_ids: Vec<Option<Id>>,
    previous_ids: Vec<Option<Id>>,
    /// Parentheses that go because their other half goes: (token, byte in its gap).
    widowed: HashSet<(usize, usize)>,
}

impl Trivia {
    /// Looks at all gaps that the replacements drop.
    pub fn new(target: &Target<'_>, replacements: &[Replacement]) -> Self {
        let ids = &target.encoded.ids;
        let gap = |k: usize| target.encoded.layout.get(k).map_or("", |placed| &target.source[placed.gap.clone()]);
        let mut trivia = Self {
            saved: Vec::new(),
            opening: Vec::new(),
            closing: Vec::new(),
            gaps: Vec::new(),
            ends: Vec::new(),
            inserts: Vec::new(),
            next_ids: Vec::new(),
            previous_ids: Vec::new(),
            widowed: widowed(target, replacements),
        };
        for replacement in replacements {
            let Replacement { start, end, inserted } = replacement;
            let pure_deletion = inserted.is_empty();
            // of a statement that goes whole, its own line's comment goes too; the ones above it stay
            let dropped: Vec<&str> = (*start..*end).filter(|k| !pure_deletion || *k == *start).map(gap).collect();
            let statement_start = *start == 0 || matches!(ids.get(start - 1), Some(&(NL | IN | DE)));
            let first_gap_stays = !pure_deletion && !statement_start;
            let saved = dropped.iter().skip(usize::from(first_gap_stays)).flat_map(|gap| comments(gap));
            trivia.saved.push(saved.map(str::to_owned).collect());
            let widows_goes = |k: usize| trivia.widowed.iter().any(|(token, _)| *token == k);
            let all: String = (*start..*end)
                .skip(usize::from(first_gap_stays))
                .filter(|k| !widows_goes(*k))
                .map(|k| parentheses(gap(k)).into_iter().map(|(_, c)| c).collect::<String>())
                .collect();
            let (opening, closing) = unbalanced(&all);
            trivia.opening.push(opening);
            trivia.closing.push(closing);
            trivia.gaps.push(gap(*start).to_owned());
            trivia.ends.push(*end);
            trivia.inserts.push(!pure_deletion);
            trivia.next_ids.push(ids.get(*end).copied());
            trivia.previous_ids.push(start.checked_sub(1).map(|k| ids[k]));
        }
        trivia
    }

    /// The gap in front of a token of the source, without the parentheses that go.
    pub fn gap<'t>(&self, target: &Target<'t>, k: usize) -> Cow<'t, str> {
        let gap = &target.source[target.encoded.layout[k].gap.clone()];
        if !self.widowed.iter().any(|(token, _)| *token == k) {
            return Cow::Borrowed(gap);
        }
        gap.char_indices().filter(|(byte, _)| !self.widowed.contains(&(k, *byte))).map(|(_, c)| c).collect()
    }

    fn ending_at(&self, k: usize) -> Option<usize> {
        self.ends.iter().position(|end| *end == k)
    }

    /// Saved comments of a replacement that puts nothing in, as lines in front of the token behind it.
    pub fn saved_before(&self, k: usize, indentation: &str, newline: &str) -> String {
        match self.ending_at(k) {
            Some(number) if !self.inserts[number] => self.lines(number, indentation, newline),
            _ => String::new(),
        }
    }

    /// Saved comments of a replacement that puts something in.
    pub fn saved(&self, number: usize) -> &[String] {
        &self.saved[number]
    }

    fn lines(&self, number: usize, indentation: &str, newline: &str) -> String {
        self.saved[number].iter().map(|comment| format!("{newline}{indentation}{comment}")).collect()
    }

    /// Parentheses that a replacement's dropped gaps leave open, in front of the token behind it.
    pub fn closing_before(&self, k: usize) -> String {
        match self.ending_at(k) {
            Some(number) if self.inserts[number] => self.closing[number].clone(),
            Some(number) => format!("{}{}", self.closing[number], self.opening[number]),
            None => String::new(),
        }
    }

    /// Whether the token behind a pure insertion leaves its gap to what is put in.
    pub fn gap_goes_to_insertion(&self, k: usize, replacements: &[Replacement]) -> bool {
        self.ending_at(k).is_some_and(|number| {
            let replacement = &replacements[number];
            let first = replacement.inserted.first().map(|inserted| inserted.id);
            replacement.start == replacement.end && first.is_some_and(|first| self.takes_gap(number, first))
        })
    }

    /// The gap in front of what a replacement puts in, where it is taken over from the source.
    pub fn gap_for_insertion(
        &self,
        number: Option<usize>,
        replacements: &[Replacement],
        spacing: &Spacing,
        first: Id,
    ) -> Option<String> {
        let number = number?;
        let replacement = &replacements[number];
        let gap = &self.gaps[number];
        let pure_insertion = replacement.start == replacement.end;
        if pure_insertion && !self.takes_gap(number, first) || gap.contains(',') || !has_layout(gap) {
            let rule = if spacing.blank_before(first) { " " } else { "" };
            return Some(format!("{rule}{}", self.opening[number]));
        }
        Some(gap.clone())
    }

    /// What is put in takes the gap where it stands, unless it hangs on what is before it.
    fn takes_gap(&self, number: usize, first: Id) -> bool {
        let vocabulary = Vocabulary::built_in();
        let hangs = match vocabulary.text(first) {
            "(" | "[" => self.previous_ids[number].is_some_and(Spacing::ends_value),
            text => matches!(text, "." | "," | ")" | "]" | "}" | ":"),
        };
        let next_hangs = self.next_ids[number].is_none_or(|next| {
            matches!(next, NL | IN | DE)
                || vocabulary.kind(next) == Kind::Operator
                    && !matches!(vocabulary.text(next), "(" | "[" | "{" | "-" | "~")
        });
        !hangs && !next_hangs
    }
}

/// Whether a gap holds more than blanks of one line.
pub fn has_layout(gap: &str) -> bool {
    gap.chars().any(|c| !matches!(c, ' ' | '\t'))
}

/// The comments of a gap.
pub fn comments(gap: &str) -> Vec<&str> {
    gap.lines().filter_map(|line| line.find('#').map(|at| line[at..].trim_end())).collect()
}

/// The parentheses of a gap, with their bytes in it.
fn parentheses(gap: &str) -> Vec<(usize, char)> {
    let mut in_comment = false;
    let outside = gap.char_indices().filter(|(_, c)| {
        in_comment = (in_comment || *c == '#') && *c != '\n';
        !in_comment
    });
    outside.filter(|(_, c)| matches!(c, '(' | ')')).collect()
}

/// Parentheses whose other half goes with a replacement, both halves. They go where they hold one line only; around
/// several lines they are needed, and are put back at the replacement.
fn widowed(target: &Target<'_>, replacements: &[Replacement]) -> HashSet<(usize, usize)> {
    let gap = |k: usize| &target.source[target.encoded.layout[k].gap.clone()];
    let drops = |k: usize| {
        replacements.iter().any(|replacement| {
            let ids = &target.encoded.ids;
            let at_statement = replacement.start == 0 || matches!(ids[replacement.start - 1], NL | IN | DE);
            let first_stays = !replacement.inserted.is_empty() && !at_statement;
            (replacement.start + usize::from(first_stays)..replacement.end).contains(&k)
        })
    };
    let mut widowed = HashSet::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for k in 0..target.encoded.ids.len() {
        for (byte, c) in parentheses(gap(k)) {
            if c == '(' {
                open.push((k, byte));
                continue;
            }
            let Some(first) = open.pop() else { continue };
            let one_line = (first.0 + 1..=k).all(|j| drops(j) || !gap(j).contains('\n'))
                && !gap(first.0)[first.1..].contains('\n');
            if drops(first.0) != drops(k) && one_line {
                widowed.insert(first);
                widowed.insert((k, byte));
            }
        }
    }
    widowed
}

/// What is left of parentheses when pairs are taken out: opening ones and closing ones.
fn unbalanced(all: &str) -> (String, String) {
    let (mut opening, mut closing) = (0usize, 0usize);
    for c in all.chars() {
        match c {
            '(' => opening += 1,
            _ if opening > 0 => opening -= 1,
            _ => closing += 1,
        }
    }
    ("(".repeat(opening), ")".repeat(closing))
}
