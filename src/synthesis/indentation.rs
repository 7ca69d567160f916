//! Which indentation each line of an edited function gets.

use crate::codec::Encoded;
use crate::codec::vocabulary::{DE, IN, Id, NL};

/// Indentation of each token's line in the edited function.
pub struct Indentation {
    unit: String,
    /// Indentation of the block that a token of the edited function stands in.
    lines: Vec<String>,
    /// By how many blocks deeper a kept token stands than before.
    shifts: Vec<isize>,
}

impl Indentation {
    /// From the edited function's ids and, for each, the source token that it keeps.
    pub fn new(source: &str, encoded: &Encoded, ids: &[Id], kept: &[Option<usize>]) -> Self {
        let old_depths = depths(&encoded.ids);
        let new_depths = depths(ids);
        let shifts: Vec<isize> = kept
            .iter()
            .enumerate()
            .map(|(at, k)| k.map_or(0, |k| new_depths[at] as isize - old_depths[k] as isize))
            .collect();
        let base = base_indentation(source, encoded);
        let unit = unit(source, encoded, &base);
        let own_line = |k: usize| {
            let gap = &source[encoded.layout[k].gap.clone()];
            let starts = k > 0 && matches!(encoded.ids[k - 1], NL | IN | DE) && !matches!(encoded.ids[k], NL | IN | DE);
            gap.rfind('\n').filter(|_| starts).map(|at| gap[at + 1..].to_owned())
        };
        // a block's indentation is that of its first kept statement, else one unit more than its parent's
        let mut lines = vec![String::new(); ids.len()];
        let mut stack = vec![base];
        for at in 0..ids.len() {
            lines[at] = stack.last().cloned().unwrap_or_default();
            match ids[at] {
                IN => {
                    let parent = stack.last().cloned().unwrap_or_default();
                    let depth = new_depths[at] + 1;
                    let sibling = (at + 1..ids.len())
                        .take_while(|&j| new_depths[j] >= depth)
                        .filter(|&j| new_depths[j] == depth && shifts[j] == 0)
                        .find_map(|j| kept[j].and_then(own_line));
                    stack.push(sibling.unwrap_or_else(|| format!("{parent}{unit}")));
                }
                DE if stack.len() > 1 => {
                    stack.pop();
                }
                _ => {}
            }
        }
        Self { unit, lines, shifts }
    }

    /// One level.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The indentation of a token's line.
    pub fn at(&self, at: usize) -> String {
        self.lines.get(at).cloned().unwrap_or_default()
    }

    /// By how many blocks deeper a kept token stands.
    pub fn shift(&self, at: usize) -> isize {
        self.shifts.get(at).copied().unwrap_or(0)
    }
}

fn depths(ids: &[Id]) -> Vec<usize> {
    let mut depth = 0usize;
    ids.iter()
        .map(|id| {
            // a DE still belongs to its block, so that comments in front of it do
            let here = depth;
            match *id {
                IN => depth += 1,
                DE => depth = depth.saturating_sub(1),
                _ => {}
            }
            here
        })
        .collect()
}

/// Indentation of the line that the function begins on.
fn base_indentation(source: &str, encoded: &Encoded) -> String {
    let start = encoded.layout.first().map_or(0, |placed| placed.text.start);
    let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
    source[line..start].chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

fn unit(source: &str, encoded: &Encoded, base: &str) -> String {
    let body = encoded
        .ids
        .windows(2)
        .zip(1..)
        .find(|(pair, k)| pair[0] == IN && source[encoded.layout[*k].gap.clone()].contains('\n'));
    let indented = body.and_then(|(_, k)| {
        let gap = &source[encoded.layout[k].gap.clone()];
        gap.rfind('\n').map(|at| gap[at + 1..].to_owned())
    });
    match indented.as_deref().and_then(|line| line.strip_prefix(base)) {
        Some(unit) if !unit.is_empty() => unit.to_owned(),
        _ if base.starts_with('\t') => "\t".to_owned(),
        _ => "    ".to_owned(),
    }
}

/// Moves the lines that begin inside a gap by so many levels.
pub fn reindent(gap: &str, shift: isize, unit: &str) -> String {
    if shift == 0 || !gap.contains('\n') {
        return gap.to_owned();
    }
    let mut lines = gap.split('\n');
    let mut out = lines.next().unwrap_or("").to_owned();
    let lines: Vec<&str> = lines.collect();
    for (number, line) in lines.iter().enumerate() {
        out.push('\n');
        let blank = line.trim().is_empty() && number + 1 < lines.len();
        if blank {
            out.push_str(line);
        } else if shift > 0 {
            out.push_str(&unit.repeat(shift.unsigned_abs()));
            out.push_str(line);
        } else {
            let mut rest = *line;
            for _ in 0..shift.unsigned_abs() {
                rest = rest.strip_prefix(unit).unwrap_or_else(|| rest.trim_start_matches([' ', '\t']));
            }
            out.push_str(rest);
        }
    }
    out
}
