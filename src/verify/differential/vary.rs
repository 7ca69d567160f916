//! Small changes of recorded calls: the same ones for the same calls.

use std::collections::HashSet;

use super::call::Call;
use super::value::Value;

/// Most new values that are tried for one argument.
const EACH: usize = 10;

/// Up to `limit` calls that are not among the recorded ones, each with one argument changed a little or taken from another call.
pub(super) fn variations(recorded: &[Call], limit: usize, seed: u64) -> Vec<Call> {
    let mut random = SplitMix(seed);
    let mut seen: HashSet<Call> = recorded.iter().cloned().collect();
    let mut queues: Vec<Vec<Call>> = recorded
        .iter()
        .filter(|call| !call.values().any(Value::refers_back))
        .map(|call| near(call, recorded))
        .collect();
    for queue in &mut queues {
        random.shuffle(queue);
    }
    let mut found = Vec::new();
    // one from each call in turn, so that no call takes all
    while found.len() < limit && queues.iter().any(|queue| !queue.is_empty()) {
        for queue in &mut queues {
            if let Some(call) = queue.pop()
                && found.len() < limit
                && seen.insert(call.clone())
            {
                found.push(call);
            }
        }
    }
    found
}

fn near(call: &Call, recorded: &[Call]) -> Vec<Call> {
    let mut found = Vec::new();
    for (at, value) in call.positional.iter().enumerate() {
        let others =
            recorded.iter().filter(|other| other.which == call.which).filter_map(|other| other.positional.get(at));
        for changed in changes(value, others) {
            let mut new = call.clone();
            new.positional[at] = changed;
            found.push(new);
        }
    }
    for (at, (name, value)) in call.keywords.iter().enumerate() {
        let same = |other: &&(String, Value)| other.0 == *name;
        let others = recorded.iter().filter_map(|other| other.keywords.iter().find(same).map(|(_, value)| value));
        for changed in changes(value, others) {
            let mut new = call.clone();
            new.keywords[at].1 = changed;
            found.push(new);
        }
    }
    found
}

/// Changes of a value, then the same argument of other calls.
fn changes<'a>(value: &Value, others: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut found = changed(value, 2);
    found.extend(others.filter(|other| *other != value && !other.refers_back()).cloned());
    // an object that the function is a method of must stay one
    if !matches!(value, Value::Object(..) | Value::Derived(..) | Value::Global(_) | Value::None) {
        // in front, so that it is never one too many
        found.insert(0, Value::None);
    }
    let mut seen = HashSet::new();
    found.retain(|new| new != value && seen.insert(new.clone()));
    found.truncate(EACH);
    found
}

/// Neighbours of a value, of the same kind; parts of it are changed down to `depth`.
fn changed(value: &Value, depth: usize) -> Vec<Value> {
    use Value::*;
    let list = |parts: &[Value], make: fn(Vec<Value>) -> Value| sequences(parts, depth).into_iter().map(make).collect();
    match value {
        Bool(held) => vec![Bool(!held)],
        Int(text) => match text.parse::<i128>() {
            Ok(number) => [number.wrapping_add(1), number.wrapping_sub(1), 0, -1, 1]
                .map(|number| Int(number.to_string()))
                .to_vec(),
            Err(_) => vec![Int("0".to_owned())],
        },
        Float(text) => match text.parse::<f64>() {
            Ok(number) => {
                [number + 1.0, -number, 0.0, number / 2.0].map(|number| Float(format!("{number:?}"))).to_vec()
            }
            Err(_) => vec![Float("0.0".to_owned())],
        },
        Str(text) => texts(text).into_iter().map(Str).collect(),
        Bytes(hex) => halves(hex).into_iter().map(Bytes).collect(),
        Bytearray(hex) => halves(hex).into_iter().map(Bytearray).collect(),
        List(parts) => list(parts, List),
        Tuple(parts) => list(parts, Tuple),
        Iterator(parts, end) => sequences(parts, depth).into_iter().map(|parts| Iterator(parts, end.clone())).collect(),
        Set(parts) => shorter(parts).into_iter().map(Set).collect(),
        Frozenset(parts) => shorter(parts).into_iter().map(Frozenset).collect(),
        Dict(pairs) => dictionaries(pairs, depth),
        Object(class, state) if depth > 0 => states(state, depth).map(|state| Object(class.clone(), state)).collect(),
        _ => Vec::new(),
    }
}

/// One attribute of an object changed.
fn states(state: &[(String, Value)], depth: usize) -> impl Iterator<Item = Vec<(String, Value)>> {
    (0..state.len()).flat_map(move |at| {
        let new = changed(&state[at].1, depth - 1).into_iter().take(3);
        new.map(move |value| {
            let mut copy = state.to_vec();
            copy[at].1 = value;
            copy
        })
    })
}

fn texts(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = vec![String::new(), format!("{text}{text}"), text.to_uppercase(), format!(" {text}")];
    if let Some((last, rest)) = letters.split_last() {
        found.push(rest.iter().collect());
        found.push(letters[1..].iter().collect());
        found.push(format!("{text}{last}"));
    } else {
        found.push("a".to_owned());
    }
    found
}

/// Of hexadecimal bytes: none, all but the last, twice.
fn halves(hex: &str) -> Vec<String> {
    vec![String::new(), hex.get(..hex.len().saturating_sub(2)).unwrap_or_default().to_owned(), format!("{hex}{hex}")]
}

fn shorter(parts: &[Value]) -> Vec<Vec<Value>> {
    match parts.split_last() {
        Some((_, rest)) => vec![Vec::new(), rest.to_vec()],
        None => Vec::new(),
    }
}

fn sequences(parts: &[Value], depth: usize) -> Vec<Vec<Value>> {
    let mut found = shorter(parts);
    if parts.is_empty() {
        return found;
    }
    found.push(parts[1..].to_vec());
    found.push(parts.iter().chain(parts).cloned().collect());
    found.push(parts.iter().rev().cloned().collect());
    if depth > 0 {
        let ends = if parts.len() == 1 { vec![0] } else { vec![0, parts.len() - 1] };
        for at in ends {
            for new in changed(&parts[at], depth - 1).into_iter().take(3) {
                let mut copy = parts.to_vec();
                copy[at] = new;
                found.push(copy);
            }
        }
    }
    found
}

fn dictionaries(pairs: &[(Value, Value)], depth: usize) -> Vec<Value> {
    let Some((_, rest)) = pairs.split_last() else { return Vec::new() };
    let mut found = vec![Value::Dict(Vec::new()), Value::Dict(rest.to_vec())];
    found.push(Value::Dict(pairs.iter().rev().cloned().collect()));
    if depth > 0 {
        for new in changed(&pairs[0].1, depth - 1).into_iter().take(3) {
            let mut copy = pairs.to_vec();
            copy[0].1 = new;
            found.push(Value::Dict(copy));
        }
    }
    found
}

/// Sebastiano Vigna's SplitMix64: the same numbers everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            // far fewer items than numbers: the bias is nothing
            items.swap(end, (self.next() % (end as u64 + 1)) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(json: &str) -> Call {
        Call { which: 0, positional: serde_json::from_str(json).unwrap(), keywords: Vec::new() }
    }

    #[test]
    fn calls_are_changed_a_little_and_always_in_the_same_way() {
        let recorded =
            [call(r#"[{"int":"3"},{"list":[{"str":"a"},{"str":"b"}]}]"#), call(r#"[{"int":"8"},{"list":[]}]"#)];
        let found = variations(&recorded, 500, 1);
        let shown: Vec<String> = found.iter().map(|call| call.shown("f")).collect();
        for expect in [
            "f(4, ['a', 'b'])",
            "f(2, ['a', 'b'])",
            "f(0, ['a', 'b'])",
            "f(-1, ['a', 'b'])",
            "f(8, ['a', 'b'])",
            "f(3, [])",
            "f(3, ['a'])",
            "f(3, ['b'])",
            "f(3, ['a', 'b', 'a', 'b'])",
            "f(3, ['', 'b'])",
            "f(3, None)",
        ] {
            assert!(shown.contains(&expect.to_owned()), "{expect} is not in {shown:?}");
        }
        assert_eq!(variations(&recorded, 500, 1), found);
        assert_ne!(variations(&recorded, 500, 2), found);
        assert_eq!(variations(&recorded, 7, 1).len(), 7);
        assert!(!found.iter().any(|call| recorded.contains(call)), "what was recorded is called anyway");
    }

    #[test]
    fn parts_that_others_refer_to_are_left_alone() {
        let shared = call(r#"[{"list":[{"list":[]},{"back":1}]}]"#);
        assert_eq!(variations(std::slice::from_ref(&shared), 50, 1), []);
    }
}
